import { expect, it, vi } from "vitest";
import { postgresVersion, startPostgres } from "../../lib/host.js";

vi.setConfig({ testTimeout: 60_000 });

const version = await postgresVersion();

it("refuses what it cannot be asked for, before anything starts", async () => {
  await expect(startPostgres({ names: ["a", "a"] })).rejects.toThrow('names must be different nodes, got "a" twice');
  await expect(startPostgres({ patienceMs: 0 })).rejects.toThrow("patienceMs must be a whole number from 100 to 600000, got 0");
  await expect(startPostgres({ servers: 2 } as never)).rejects.toThrow('startPostgres has no option "servers"');
});

it("says so where PostgreSQL is not installed, and elsewhere keeps what a killed coordinator has prepared", async () => {
  if (version === null) return expect(startPostgres()).rejects.toThrow("PostgreSQL 15 or newer is not installed");
  const servers = await startPostgres({ patienceMs: 2_000 });
  const [east, west] = servers.databases;
  try {
    expect(servers.version).toBe(`PostgreSQL ${version}`);
    for (const bank of [east!, west!]) {
      await bank.run("CREATE TABLE account (name text, balance int CHECK (balance >= 0))");
      await bank.run("INSERT INTO account VALUES ('a', 100), (NULL, 0)");
    }
    expect(await east!.run("TABLE account")).toEqual([{ name: "a", balance: "100" }, { name: null, balance: "0" }]);
    await expect(east!.run("UPDATE account SET balance = -1")).rejects.toMatchObject({ name: "DatabaseError", code: "23514" });

    // Two forced writes for each transaction. Others may come in between, from the server's own work.
    const before = await east!.forcedWrites();
    for (let i = 0; i < 10; i++) {
      for (const sql of ["BEGIN", "UPDATE account SET balance = balance + 1", "PREPARE TRANSACTION 'x'", "COMMIT PREPARED 'x'"]) await east!.run(sql);
    }
    const forced = (await east!.forcedWrites()) - before;
    expect(forced).toBeGreaterThanOrEqual(20);
    expect(forced).toBeLessThan(25);

    const coordinator = east!.script(`
      BEGIN; UPDATE account SET balance = balance - 1; PREPARE TRANSACTION 't';
      \\connect ${west!.address}
      BEGIN; UPDATE account SET balance = balance + 1; PREPARE TRANSACTION 't';
      \\echo all have voted
      SELECT pg_sleep(60);
    `);
    await coordinator.says("all have voted");
    await coordinator.kill();

    // A second client waits until the first one resolves.
    let isResolved = false;
    const rival = east!.session().run("UPDATE account SET balance = 5").then(() => expect(isResolved).toBe(true));
    await new Promise((done) => setTimeout(done, 200));
    isResolved = true;
    await east!.run("ROLLBACK PREPARED 't'");
    await rival;

    await west!.kill();
    await expect(west!.run("TABLE account")).rejects.toThrow("west is down; west.start() brings it up");
    await west!.start();
    expect(await west!.run("SELECT gid FROM pg_prepared_xacts")).toEqual([{ gid: "t" }]);
    await expect(west!.run("SELECT 1 FROM account FOR UPDATE NOWAIT")).rejects.toMatchObject({ code: "55P03" });
    await expect(west!.run("UPDATE account SET balance = 5")).rejects.toMatchObject({ code: "57014" });
    await west!.run("COMMIT PREPARED 't'");

    const wrong = west!.script("SELECT nonsense;\n\\echo never");
    await expect(wrong.says("never")).rejects.toThrow('the script never says "never"');
    const sleeping = west!.run("SELECT pg_sleep(1)");
    void sleeping.catch(() => {});
    await new Promise((done) => setTimeout(done, 100));
    await west!.kill();
    await expect(sleeping).rejects.toMatchObject({ code: "08006" });

    // Who starts others ends these.
    const others = await startPostgres({ names: ["alone"] });
    await expect(east!.run("TABLE account")).rejects.toThrow("east is down");
    await others.stop();
  } finally {
    await servers.stop();
  }
});
