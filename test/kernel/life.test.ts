import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildKernel, Client, sleep, type StartOptions } from "./client.js";

beforeAll(buildKernel);

const clients: Client[] = [];
async function start(options?: StartOptions): Promise<Client> {
  const client = await Client.start(options);
  clients.push(client);
  return client;
}
afterEach(() => Promise.all(clients.splice(0).map((client) => client.stop())));

/** Whether the process ends within this time. */
function endsWithin(client: Client, ms: number): Promise<boolean> {
  return Promise.race([client.ended().then(() => true), sleep(ms).then(() => false)]);
}

describe("a kernel", () => {
  it("answers before its compiler is loaded", async () => {
    const client = await start();
    const begin = performance.now();
    expect(await client.request("kernel_info_request", {})).toMatchObject({ implementation: "distlab" });
    expect(await client.request("history_request", { hist_access_type: "tail", n: 9 })).toEqual({ status: "ok", history: [] });
    expect(await client.request("comm_info_request", {})).toEqual({ status: "ok", comms: {} });
    expect(performance.now() - begin).toBeLessThan(300);
    expect((await client.execute("6 * 7")).result).toBe("42");
  });

  it("ends when it is asked to, on both channels, also while a cell keeps it busy", async () => {
    for (const channel of ["shell", "control"] as const) {
      const client = await start();
      await client.execute("1");
      void client.execute("for (;;);");
      await sleep(200);
      expect(await client.request("shutdown_request", { restart: false }, { channel })).toEqual({ status: "ok", restart: false });
      expect(await endsWithin(client, 1000)).toBe(true);
    }
  });

  it("ends when the process that started it is gone", async () => {
    const parent = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const client = await start({ env: { JPY_PARENT_PID: String(parent.pid) } });
    void client.execute("for (;;);");
    expect(await endsWithin(client, 1500)).toBe(false);
    parent.kill("SIGKILL");
    expect(await endsWithin(client, 3000)).toBe(true);
  });

  it("lives beside another that has its own variables", async () => {
    const [one, two] = await Promise.all([start(), start()]);
    await Promise.all([one.execute("const me = 1;"), two.execute("const me = 2;")]);
    expect([(await one.execute("me")).result, (await two.execute("me")).result]).toEqual(["1", "2"]);
  });

  it("leaves the connection file as it is, and listens on loopback only", async () => {
    const client = await start();
    expect(statSync(client.connectionFile).mode & 0o777).toBe(0o600);
    const outside = Object.values(networkInterfaces()).flat().find((address) => address && !address.internal && address.family === "IPv4");
    if (!outside) return;
    const socket = connect({ host: outside.address, port: client.shellPort });
    const outcome = await new Promise((resolve) => socket.once("connect", () => resolve("open")).once("error", (error: NodeJS.ErrnoException) => resolve(error.code)));
    socket.destroy();
    expect(outcome).toBe("ECONNREFUSED");
  });

  it("says that a cell has filled the memory, stops it, and keeps the variables of earlier cells", { timeout: 120_000 }, async () => {
    const client = await start({ nodeFlags: ["--max-old-space-size=1000"] });
    await client.execute("const early = 'still here';");
    for (let times = 0; times < 2; times++) {
      const { error } = await client.execute("const hoard: object[] = []; for (;;) hoard.push({ a: hoard.length, b: [1, 2, 3] });");
      expect(error).toMatchObject({ ename: "OutOfMemory", evalue: expect.stringMatching(/^stopped at \d+ MB of the \d+ MB that Node.js may use/) });
      expect((await client.execute("early")).result).toBe("'still here'");
      expect((await client.execute("hoard")).error!.evalue).toMatch(/Cannot find name 'hoard'/);
    }
  });

  it("keeps what a stopped cell has computed so far", async () => {
    const client = await start();
    await client.execute("1");
    const running = client.execute("let progress = 0; for (;;) progress++;");
    await sleep(500);
    await client.interrupt();
    await running;
    expect(Number((await client.execute("progress")).result)).toBeGreaterThan(1000);
  });
});
