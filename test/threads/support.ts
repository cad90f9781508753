import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { afterAll } from "vitest";
import { stream } from "../../lib/core/random.js";
import { withValues } from "../../lib/threads.js";
import { job, type Emit, type EmitValue, type Job } from "../../lib/compute/mapreduce/job.js";

/** A folder of the test file's own, removed at its end. */
export const folder: string = mkdtempSync(join(tmpdir(), "threads-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a thread runs that can read modules in TypeScript: it takes a second to start. */
export const fromSource: string = new URL("./thread.mjs", import.meta.url).href;

/** What a thread runs: the sources of now as one file, which takes 50 ms to start. */
export const entry: string = pathToFileURL(join(folder, "thread.mjs")).href;
buildSync({
  entryPoints: [fileURLToPath(new URL("../../lib/threads/entry.ts", import.meta.url))],
  outfile: fileURLToPath(entry),
  bundle: true,
  platform: "node",
  format: "esm",
  logLevel: "error",
});

/** A file with this text. */
export function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Text in which few words are frequent. */
export function textOf(lines: number, seed: number = 1): string {
  const draws = stream(seed, "words");
  const words = ["the", "of", "and", "cœur", "分布式", "system", "Lamport's", "clock", "x"];
  return Array.from({ length: lines }, (_, i) => {
    const line = Array.from({ length: draws.below(8) }, () => words[Math.min(draws.below(9), draws.below(9))]!);
    return [...line, `w${i % 97}`].join(" ");
  }).join("\n");
}

/** All files of a folder, with their names. */
export function contentOf(path: string): Record<string, string> {
  return Object.fromEntries(readdirSync(path).sort().map((name) => [name, readFileSync(join(path, name), "utf8")]));
}

function sum(_: string, counts: Iterable<number>, emit: EmitValue<number>): void {
  let total = 0;
  for (const count of counts) total += count;
  emit(total);
}

/** Words, counted. */
export const wordCount: Job<number, string, string, number, number> = job({
  name: "word count",
  map(_: number, line: string, emit: Emit<string, number>) {
    for (const word of line.split(" ")) if (word !== "") emit(word, 1);
  },
  combine: sum,
  reduce: sum,
  reducers: 3,
});

/** Everything at once: counters, side outputs, no combiner, values whose order matters, keys that are lists, and a partition of its own. */
export const everything: Job<number, string, readonly unknown[], string, unknown> = job({
  name: "everything",
  map(offset: number, line: string, emit: Emit<readonly unknown[], string>, task) {
    task.count("letters", line.length);
    if (line.startsWith("x")) task.side("xs", [offset, line]);
    for (const [i, word] of line.split(" ").entries()) emit([word.length, i % 2 === 0], `${word}@${offset}`);
  },
  reduce(key: readonly unknown[], values: Iterable<string>, emit: EmitValue<unknown>, task) {
    const all = [...values];
    task.count("groups of three", all.length === 3 ? 1 : 0);
    emit({ count: all.length, first: all[0], last: all.at(-1) });
    if (key[1] === true) emit(null);
  },
  partition: withValues({ shift: 1 }, (key: readonly unknown[], reducers: number) => ((key[0] as number) + 1) % reducers),
  reducers: 4,
});
