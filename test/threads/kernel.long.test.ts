import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildKernel, Client, sleep } from "../kernel/client.js";
import { fileOf, folder, textOf } from "./support.js";

const root = join(import.meta.dirname, "..", "..");
let kernel: Client;
beforeAll(async () => {
  buildKernel();
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "lib")]);
  kernel = await Client.start({ cwd: join(root, "notebooks") });
}, 120_000);
afterAll(() => kernel.stop());

const file = fileOf("text.txt", textOf(2_000));
const temporary = join(folder, "temporary");
mkdirSync(temporary);

it("functions of cells go to threads, with what they take from other cells", async () => {
  await kernel.execute('import { job } from "distlab/mapreduce";\nimport { context } from "distlab/rdd";\nimport { runOnThreads, withValues } from "distlab/threads";');
  await kernel.execute('const separator = " ";\nfunction wordsOf(line: string): string[] { return line.split(separator); }');
  const refused = await kernel.execute(`const sc = context({ master: "threads[2]" });\nawait sc.textFile(${JSON.stringify(file)}).flatMap((line) => wordsOf(line)).count()`);
  expect(refused.error!.evalue).toContain("uses `wordsOf`, which is not its own and stays behind: give it, as in withValues({ wordsOf }");
  await kernel.execute("const words = withValues({ wordsOf: withValues({ separator }, wordsOf) }, (line: string) => wordsOf(line));");
  const counted = await kernel.execute(`await sc.textFile(${JSON.stringify(file)}).flatMap(words).filter((word) => word === "the").count()`);
  expect(counted.error).toBeUndefined();
  expect(Number(counted.result)).toBeGreaterThan(1_000);
  const reduced = await kernel.execute(`const result = await runOnThreads(job({
    map: withValues({ words }, (_: number, line: string, emit: (word: string, n: number) => void) => { for (const word of words(line)) if (word !== "") emit(word, 1); }),
    reduce(_: string, counts: Iterable<number>, emit: (n: number) => void) { let sum = 0; for (const n of counts) sum += n; emit(sum); },
  }), ${JSON.stringify(file)}, { threads: 2 });
result.outputs[0].find(([word]) => word === "the")[1]`);
  expect(reduced.error).toBeUndefined();
  expect(reduced.result).toBe(counted.result);
});

it("what a task prints comes out in the cell that runs it", async () => {
  const printing = await kernel.execute('import { context } from "distlab/rdd";\nimport "distlab/threads";\nconst shown = await context({ master: "threads[2]" }).parallelize([1, 2, 3, 4], 2).map((x) => { console.log(`item ${x}`); return x; }).count();\nshown');
  expect(printing.error).toBeUndefined();
  expect(printing.stdout.trim().split("\n").sort()).toEqual(["item 1", "item 2", "item 3", "item 4"]);
});

it.each([
  ["a reducer", `await runOnThreads(job({ map: (at: number, line: string, emit: any) => emit(line, at), reduce: () => { for (;;); } }), ${JSON.stringify(file)}, { threads: 2, temporary: ${JSON.stringify(temporary)} })`],
  ["a step of an RDD", 'await context({ master: "threads[2]" }).parallelize([1, 2], 2).map(() => { for (;;); }).count()'],
])("the Stop button ends %s that never ends, and its threads", async (_, code) => {
  const running = kernel.execute(code);
  await sleep(1_500);
  await kernel.interrupt();
  expect((await running).error!.ename).toBe("Interrupted");
  await sleep(800);
  const used = await kernel.execute("const before = process.cpuUsage().user; await new Promise((done) => setTimeout(done, 500)); (process.cpuUsage().user - before) / 1e6");
  expect(Number(used.result)).toBeLessThan(0.25);
  expect(readdirSync(temporary)).toEqual([]);
});
