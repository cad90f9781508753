import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { interruptWith } from "../../lib/core/interrupt.js";
import { recordSplits, textSplits } from "../../lib/compute/mapreduce/input.js";
import { job, type Emit, type EmitValue, type Job, type JobResult } from "../../lib/compute/mapreduce/job.js";
import { runSequentially } from "../../lib/compute/mapreduce/sequential.js";
import { runOnThreads, withValues, type RunOptions } from "../../lib/threads.js";
import { contentOf, entry, everything, fileOf, folder, fromSource, textOf, wordCount } from "./support.js";

vi.setConfig({ testTimeout: 60_000 });

const text = textOf(3_000);
const file = fileOf("text.txt", text);
/** Small parts and little memory, so that there is something to do, to spill and to merge. */
const temporary = join(folder, "temporary");
mkdirSync(temporary);
const small: RunOptions = { threads: 2, splitBytes: 9_000, entry, temporary };

/** What every engine must give. */
function answerOf({ outputs, counters, sides, skipped }: JobResult): JobResult {
  return { outputs, counters, sides, skipped };
}

const temporaries = (): string[] => readdirSync(temporary);

describe("a job on threads", () => {
  it.each<[string, Job]>([["with a combiner", wordCount], ["with everything", everything]])("gives what it gives in order: %s", async (_, asked) => {
    const result = await runOnThreads(asked, file, small);
    expect(answerOf(result)).toEqual(runSequentially(asked, textSplits({ text }, { splitBytes: 9_000 })));
    expect(result.tasks.length).toBe(Math.ceil(Buffer.byteLength(text) / 9_000) + asked.reducers);
    expect(result.tasks.every(({ outcome, attempt, thread, from, to }) => outcome === "done" && attempt === 0 && thread < 2 && from < to)).toBe(true);
    expect(temporaries()).toEqual([]);
  });

  it("reads records from memory, and a job from a module", async () => {
    const splits = recordSplits(text.split("\n").map((line, i) => [i, line] as const), { splits: 5 });
    const sequential = runSequentially(wordCount, splits);
    expect(answerOf(await runOnThreads(wordCount, splits, { threads: 2, entry }))).toEqual(sequential);
    const address = { module: new URL("./jobs.ts", import.meta.url).href, name: "fromModule" };
    expect(answerOf(await runOnThreads(address, splits, { threads: 1, entry: fromSource })).outputs.flat()).toEqual(sequential.outputs.flat().sort((a, b) => (a[0] < b[0] ? -1 : 1)));
    await expect(runOnThreads({ ...address, name: "nothing" }, splits, { entry })).rejects.toThrow('jobs.ts exports no "nothing": fromModule, notAJob');
    await expect(runOnThreads({ ...address, name: "notAJob" }, splits, { entry })).rejects.toThrow("notAJob of file:");
  });

  it("gives the same whichever threads die, also in the midst of what they write", async () => {
    const out = join(folder, "killed");
    const steady = join(folder, "steady");
    await runOnThreads(everything, file, { ...small, out: steady });
    let timer: NodeJS.Timeout | null = null;
    let lost = 0;
    for (let tries = 0; lost === 0 && tries < 5; tries++) {
      const result = await runOnThreads(everything, file, {
        ...small,
        splitBytes: 3_000,
        out: `${out}${tries}`,
        killing: (kill) => {
          let next = 0;
          timer = setInterval(() => kill(next++ % 2), 700);
        },
      }).finally(() => clearInterval(timer!));
      lost = result.tasks.filter(({ outcome }) => outcome === "lost").length;
      expect(contentOf(`${out}${tries}`)).toEqual(contentOf(steady));
    }
  });

  it("writes its output whole: lines of key and value, with a mark that all is there", async () => {
    const out = join(folder, "out");
    const result = await runOnThreads(wordCount, [file, file], { ...small, out });
    expect(result.outputs.flat()).toEqual([]);
    expect(result.files).toEqual([0, 1, 2].map((r) => join(out, `part-0000${r}`)));
    const { outputs } = runSequentially(wordCount, textSplits({ a: text, b: text }, { splitBytes: 9_000 }));
    const lines = outputs.map((pairs) => pairs.map(([key, value]) => `${key}\t${value}\n`).join(""));
    expect(contentOf(out)).toEqual({ _SUCCESS: "", "part-00000": lines[0], "part-00001": lines[1], "part-00002": lines[2] });
    await expect(runOnThreads(wordCount, file, { ...small, out })).rejects.toThrow("exists already: nothing is overwritten; remove it, or name another");
    expect(contentOf(out)["part-00000"]).toBe(lines[0]);
  });

  it("runs beside another job", async () => {
    const [one, two] = await Promise.all([runOnThreads(wordCount, file, small), runOnThreads(everything, file, small)]);
    expect(one.counters["map input records"]).toBe(3_000);
    expect(two.counters["letters"]).toBe(runSequentially(everything, textSplits({ text }, { splitBytes: 9_000 })).counters["letters"]);
  });

  it("gives nothing for an empty input", async () => {
    const result = await runOnThreads(wordCount, fileOf("empty.txt", ""), small);
    expect(answerOf(result)).toEqual(runSequentially(wordCount, textSplits({ "empty.txt": "" }, { splitBytes: 1 })));
  });

  it("tells how far it is, and stops when that throws", async () => {
    const told: string[] = [];
    await runOnThreads(wordCount, file, { ...small, progress: ({ phase, done, of }) => told.push(`${phase} ${done}/${of}`) });
    expect(told.slice(-4)).toEqual([expect.stringMatching(/^map (\d+)\/\1$/), "reduce 1/3", "reduce 2/3", "reduce 3/3"]);
    const stop = (): never => {
      throw new Error("enough");
    };
    await expect(runOnThreads(wordCount, file, { ...small, progress: stop })).rejects.toThrow("enough");
    expect(temporaries()).toEqual([]);
  });
});

describe("what goes wrong", () => {
  const broken = (map: (line: string) => void, more: Partial<Job> = {}) =>
    ({ ...wordCount, map: withValues({ map }, (_: number, line: string, emit: Emit<string, number>) => (map(line), emit(line, 1))), ...more }) as Job;
  const failing = withValues({}, (line: string) => {
    if (line.includes("w42")) throw new Error(`what is "w42"?`);
  });

  it("in a user's function is told with the task and the record, as in order", async () => {
    const sequential = (): unknown => runSequentially(broken(failing), textSplits({ text }, { splitBytes: 9_000 }));
    const message = "word count: map task 0 fails at record 42: what is \"w42\"?";
    expect(sequential).toThrow(message);
    const out = join(folder, "failed");
    await expect(runOnThreads(broken(failing), file, { ...small, threads: 1, out })).rejects.toThrow(message);
    expect(existsSync(out)).toBe(false);
    expect(temporaries()).toEqual([]);
  });

  it("with a record leaves that one out, if the job says so", async () => {
    const asked = broken(failing, { skipBadRecords: true });
    const result = await runOnThreads(asked, file, { ...small, splitBytes: 12_000 });
    expect(result.skipped.length).toBeGreaterThan(10);
    expect(answerOf(result)).toEqual(runSequentially(asked, textSplits({ text }, { splitBytes: 12_000 })));
  });

  it.each<[string, () => Promise<unknown>, string | RegExp]>([
    ["a variable that stays behind", () => runOnThreads({ ...wordCount, map: () => text.length }, file, { entry }), "map () => text.length uses `text`, which is not its own"],
    ["a file that is not there", () => runOnThreads(wordCount, "nowhere.txt", small), 'there is no file "nowhere.txt" to read'],
    ["one of several", () => runOnThreads(wordCount, [file, "nowhere.txt"], small), 'there is no file "nowhere.txt" to read'],
    ["no memory", () => runOnThreads(wordCount, file, { memory: 1 }), "memory must be a whole number from 16 to 1000000, got 1"],
    ["an unknown option", () => runOnThreads(wordCount, file, { thread: 2 } as RunOptions), 'runOnThreads has no option "thread"'],
    ["no job", () => runOnThreads(7 as unknown as Job, file), "the job must be what job({ … }) makes, or its address, got 7"],
    ["an input that is none", () => runOnThreads(wordCount, 7 as unknown as string), "the input must be a path"],
    ["a record that cannot go", () => runOnThreads(wordCount, [{ name: "s", bytes: 1, records: [[1, new Date()]] }] as never, small), 'the input "s" cannot go to a thread: record 0[1] is an instance of Date'],
    ["a folder for spills that is not there", () => runOnThreads(wordCount, file, { ...small, temporary: "/nowhere" }), 'there is no file "/nowhere" to write'],
  ])("before the work is told at once: %s", async (_, run, sentence) => {
    await expect(run()).rejects.toThrow(sentence);
    expect(temporaries()).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ["bytes that are no UTF-8", () => {
      writeFileSync(join(folder, "latin1.txt"), Buffer.from("gut\nschön\n", "latin1"));
      return runOnThreads(wordCount, join(folder, "latin1.txt"), small);
    }, "latin1.txt\" is not UTF-8: byte 7 is 0xf6"],
    ["a line that is too long", () => runOnThreads(wordCount, fileOf("long.txt", "y".repeat(2_000)), { ...small, longestLine: 1_000 }), "is longer than 1000 bytes, the option longestLine"],
    ["a value that cannot leave its thread", () => runOnThreads({ ...wordCount, combine: null, map: (_: number, line: string, emit: any) => emit(line, new Map()) } as Job, file, small), "is an instance of Map"],
    ["keys without an order", () => runOnThreads({ ...wordCount, combine: null, reducers: 1, map: (at: number, line: string, emit: any) => emit(at % 2 ? at : line, 1) } as Job, file, small), "there is no order between"],
    ["a combiner that throws", () => runOnThreads({ ...wordCount, combine: () => { throw new Error("no"); } } as Job, file, small), "word count: map task 0 fails at combining: no"],
    ["a partition that is none", () => runOnThreads({ ...wordCount, partition: () => 3 } as Job, file, small), "word count: map task 0 fails at record 0: partition must give a whole number from 0 to 2, got 3"],
    ["a function that ends its thread", () => runOnThreads(broken(withValues({}, () => process.exit(3))), file, { ...small, threads: 1 }), "thread after thread died, 4 in all"],
    ["a thread that fills its memory", () => runOnThreads({ ...wordCount, reduce: (_: string, values: Iterable<number>) => { const all = [...values]; for (;;) all.push(all.length + 0.5); } } as Job, file, { ...small, memory: 64, threads: 1 }),
      "a thread needed more memory than the 48 MB that it may have: raise the option memory, or use fewer threads"],
  ])("with data ends the job: %s", async (_, run, sentence) => {
    const out = await run().then(() => "no error", (error: Error) => error.message);
    expect(out).toContain(sentence);
    expect(temporaries()).toEqual([]);
  });

  it("for ever ends when the learner stops it", async () => {
    const endless = { ...wordCount, reduce: () => { for (;;); } } as Job;
    const running = runOnThreads(endless, file, { ...small, out: join(folder, "endless") });
    setTimeout(() => interruptWith(() => { throw new Error("stopped by the Stop button"); }), 1_500);
    await expect(running).rejects.toThrow("stopped by the Stop button");
    interruptWith(null);
    expect(existsSync(join(folder, "endless"))).toBe(false);
    expect(temporaries()).toEqual([]);
  });
});

describe("memory", () => {
  it("is bounded: what does not fit is spilled and merged, with the same answer", async () => {
    const asked = job({
      name: "sort",
      map: (offset: number, line: string, emit: Emit<string, string>) => emit(line, String(offset)),
      reduce(_: string, values: Iterable<string>, emit: EmitValue<string>) {
        for (const value of values) emit(value);
      },
      reducers: 2,
    });
    const lines = Array.from({ length: 150_000 }, (_, i) => `${(i * 7919) % 150_001} is a number that stands in a line of some length, ${i}`);
    const big = fileOf("big.txt", lines.join("\n"));
    const out = join(folder, "sorted");
    const result = await runOnThreads(asked, big, { threads: 1, memory: 16, splitBytes: 30_000_000, out, entry });
    expect(result.spills).toBeGreaterThan(5);
    const sorted = contentOf(out);
    const found = [0, 1].map((r) => sorted[`part-0000${r}`]!.split("\n").slice(0, -1).map((line) => line.split("\t")[0]!));
    for (const part of found) expect(part.every((line, i) => i === 0 || part[i - 1]! <= line)).toBe(true);
    expect(found.flat().sort()).toEqual([...lines].sort());
    expect(readFileSync(big).length).toBeGreaterThan(9_000_000);
  });
});
