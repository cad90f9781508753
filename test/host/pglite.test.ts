import { expect, it, vi } from "vitest";
import { startPglite } from "../../lib/host.js";

vi.setConfig({ testTimeout: 120_000 });

it("refuses what it cannot be asked for, before anything starts", async () => {
  await expect(startPglite({ names: [] })).rejects.toThrow("names must name at least 1 node, got none");
  await expect(startPglite({ names: ["a", "b", "c", "d", "e"] })).rejects.toThrow("names.length must be a whole number from 1 to 4, got 5");
  await expect(startPglite({ patienceMs: 1 })).rejects.toThrow("patienceMs must be a whole number from 100 to 600000, got 1");
  await expect(startPglite({ name: "east" } as never)).rejects.toThrow('startPglite has no option "name"');
});

it("keeps what is prepared, and its lock, through a kill, with two forced writes for each transaction", async () => {
  const { version, databases, stop } = await startPglite({ names: ["east"], patienceMs: 2_000 });
  const [east] = databases;
  try {
    expect(version).toMatch(/^PGlite, which is PostgreSQL \d+/);
    await east!.run("CREATE TABLE account (name text, balance int CHECK (balance >= 0))");
    await east!.run("INSERT INTO account VALUES ('a', 100), (NULL, 0)");
    expect(await east!.run("TABLE account")).toEqual([{ name: "a", balance: "100" }, { name: null, balance: "0" }]);
    await expect(east!.run("UPDATE account SET balance = -1")).rejects.toMatchObject({ name: "DatabaseError", code: "23514" });

    const before = await east!.forcedWrites();
    for (const name of ["t1", "t2", "t3"]) {
      for (const sql of ["BEGIN", "UPDATE account SET balance = balance + 1", `PREPARE TRANSACTION '${name}'`]) await east!.run(sql);
      if (name !== "t3") await east!.run(`COMMIT PREPARED '${name}'`);
    }
    expect((await east!.forcedWrites()) - before).toBe(5);

    await east!.kill();
    await expect(east!.run("TABLE account")).rejects.toThrow("east is down; east.start() brings it up");
    await east!.start();
    await east!.start();
    expect(await east!.run("SELECT gid FROM pg_prepared_xacts")).toEqual([{ gid: "t3" }]);
    expect(await east!.run("SELECT balance FROM account WHERE name = 'a'")).toEqual([{ balance: "102" }]);
    await expect(east!.run("SELECT 1 FROM account FOR UPDATE NOWAIT")).rejects.toMatchObject({ code: "55P03" });

    // Who waits for a lock here waits until its patience ends, and then everything begins anew.
    await expect(east!.run("UPDATE account SET balance = 0")).rejects.toThrow("east did not answer within 2000 ms: perhaps it waits for a lock");
    await east!.start();
    await east!.run("ROLLBACK PREPARED 't3'");
    expect(await east!.run("UPDATE account SET balance = 7 WHERE name = 'a'")).toEqual([]);
  } finally {
    await stop();
  }
  await expect(east!.run("TABLE account")).rejects.toThrow("east is down");
});
