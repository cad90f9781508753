import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { beforeAll, expect, it } from "vitest";
import { stream } from "../../lib/core/random.js";
import { entry, folder } from "./support.js";

/*
 * What a job may take of its machine, seen from outside: each job runs in a process of its own, and the process is
 * measured or limited by the system.
 */

const MB = 1 << 20;
const driver = join(folder, "driver.mjs");
beforeAll(() => {
  const from = (path: string): string => JSON.stringify(fileURLToPath(new URL(`../../lib/${path}`, import.meta.url)));
  buildSync({
    stdin: {
      resolveDir: folder,
      loader: "ts",
      contents: `
        import { runOnThreads } from ${from("threads.ts")};
        import { job } from ${from("compute/mapreduce/job.ts")};
        const { input, prints, ...options } = JSON.parse(process.argv[2]!);
        const sorted = job({
          map: (at: number, line: string, emit: any) => emit(line.slice(0, 10), line.slice(10)),
          reduce: prints
            ? (key: any, values: any, emit: any) => { for (const value of values) console.log("seen " + key); }
            : (key: any, values: any, emit: any) => { for (const value of values) emit(value); },
          reducers: 4,
        });
        try {
          const { spills, counters } = await runOnThreads(sorted, input, options);
          console.error(JSON.stringify({ rss: process.resourceUsage().maxRSS * 1024, spills, records: counters["map input records"] }));
        } catch (error) {
          console.error(JSON.stringify({ problem: (error as Error).message }));
        }`,
    },
    outfile: driver, bundle: true, platform: "node", format: "esm", logLevel: "error",
  });
});

interface Report {
  readonly rss?: number;
  readonly spills?: number;
  readonly records?: number;
  readonly problem?: string;
}

/** Run the job in a process of its own, under a limit for the size of each file in blocks of 512 bytes where one is given. */
function run(options: object, fileBlocks: number | null = null): { readonly report: Report; readonly printed: string } {
  const command = `${fileBlocks === null ? "" : `ulimit -f ${fileBlocks}; `}exec "$0" "$1" "$2"`;
  const { stdout, stderr } = spawnSync("sh", ["-c", command, process.execPath, driver, JSON.stringify({ entry, threads: 2, ...options })], { encoding: "utf8", maxBuffer: 64 * MB });
  return { report: JSON.parse(stderr.trim().split("\n").pop()!) as Report, printed: stdout };
}

/** Lines of 100 bytes with keys of their own, so that nothing combines and all of it goes through the shuffle. */
function linesOf(name: string, megabytes: number): string {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  const draws = stream(name, "keys");
  const file = openSync(path, "w");
  const rest = "x".repeat(89);
  for (let written = 0; written < megabytes; written++) {
    const block = Array.from({ length: Math.floor(MB / 100) }, () => `${String(draws.below(1e10)).padStart(10, "0")}${rest}\n`);
    writeSync(file, block.join(""));
  }
  closeSync(file);
  return path;
}

it("a job over three times its memory stays within it", () => {
  const memory = 64;
  const idle = run({ input: linesOf("small.txt", 1), memory, out: join(folder, "out-small") }).report.rss!;
  const { rss, spills, records } = run({ input: linesOf("large.txt", 3 * memory), memory, out: join(folder, "out-large") }).report;
  expect(records).toBe(3 * memory * Math.floor(MB / 100));
  expect(spills).toBeGreaterThan(2);
  console.log(`resident at most ${Math.round(rss! / MB)} MB, of which ${Math.round(idle / MB)} MB with nothing to do`);
  expect(rss! - idle).toBeLessThan(1.75 * memory * MB);
}, 300_000);

it("a disk that takes no more in the midst of a spill ends the job with a sentence, and leaves nothing behind", () => {
  const temporary = join(folder, "limited");
  mkdirSync(temporary);
  const out = join(folder, "out-limited");
  const { report } = run({ input: linesOf("middle.txt", 32), memory: 32, temporary, out }, 2_048);
  expect(report.problem).toMatch(/may grow no more: the limit for files or the quota is reached/);
  expect(readdirSync(temporary)).toEqual([]);
  expect(existsSync(out)).toBe(false);
  expect(statSync(linesOf("middle.txt", 32)).size).toBeGreaterThan(31 * MB);
}, 300_000);

it("what tasks print comes out whole", () => {
  const path = linesOf("printed.txt", 1);
  const { report, printed } = run({ input: path, memory: 64, prints: true, splitBytes: MB / 8 });
  expect(report.problem).toBeUndefined();
  expect(printed.split("\n").filter((line) => line.startsWith("seen "))).toHaveLength(report.records!);
}, 300_000);
