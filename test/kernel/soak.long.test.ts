import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { buildKernel, Client, sleep } from "./client.js";

beforeAll(buildKernel);

/** Resident memory of a process, in MB. */
function memoryMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;
}

/** The processes whose command line names the kernel's launcher and this connection file. */
function processesOf(connectionFile: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(connectionFile);
    } catch {
      return false;
    }
  });
}

describe.skipIf(process.platform !== "linux")("in the long run, a kernel", () => {
  it("runs 2,000 cells in bounded memory", { timeout: 600_000 }, async () => {
    const kernel = await Client.start();
    try {
      const run = async (from: number, to: number): Promise<void> => {
        for (let i = from; i < to; i++) {
          const source = [
            `const a${i % 50} = { n: ${i}, list: Array.from({ length: 1000 }, (_, k) => k) };`,
            `function f(x: number): number { return x + a${i % 50}.n; }\nf(${i})`,
            `console.log("cell ${i}"); await Promise.resolve(${i})`,
            `[{ n: ${i}, square: ${i * i} }]`,
          ][i % 4]!;
          const { reply } = await kernel.execute(source.replaceAll(/\ba\d+\b/g, (name) => (i % 4 === 1 ? `a${(i - 1) % 50}` : name)));
          if (reply["status"] !== "ok") throw new Error(`cell ${i}: ${JSON.stringify(reply)}`);
        }
      };
      await run(0, 400);
      const before = memoryMb(kernel.process.pid!);
      await run(400, 2000);
      const after = memoryMb(kernel.process.pid!);
      expect(after - before).toBeLessThan(120);
    } finally {
      await kernel.stop();
    }
  });

  it("leaves no process behind after 50 starts and stops", { timeout: 600_000 }, async () => {
    const files: string[] = [];
    for (let i = 0; i < 50; i++) {
      const kernel = await Client.start();
      files.push(kernel.connectionFile);
      // Half of them are stopped before their compiler is loaded.
      if (i % 2 === 0) await kernel.execute("1");
      await kernel.request("shutdown_request", { restart: false }, { channel: "control" });
      await kernel.ended();
      await kernel.stop();
    }
    await sleep(200);
    expect(files.flatMap(processesOf)).toEqual([]);
  });
});
