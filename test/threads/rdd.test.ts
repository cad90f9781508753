import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { interruptWith } from "../../lib/core/interrupt.js";
import { local } from "../../lib/compute/rdd/local.js";
import { context } from "../../lib/rdd.js";
import { threads, withValues, type ThreadsEngine, type ThreadsOptions } from "../../lib/threads.js";
import { localFiles } from "../../lib/threads/files.js";
import { programs } from "../compute/rdd/programs.js";
import { contentOf, entry, fileOf, folder, textOf } from "./support.js";

vi.setConfig({ testTimeout: 60_000 });

const temporary = join(folder, "temporary");
mkdirSync(temporary);
const engines: ThreadsEngine[] = [];
const engineOf = (options: ThreadsOptions = {}): ThreadsEngine => {
  const engine = threads({ threads: 2, entry, temporary, ...options });
  engines.push(engine);
  return engine;
};
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.stop())));
afterAll(() => expect(readdirSync(temporary)).toEqual([]));

const file = fileOf("text.txt", textOf(2_000));
/** Both engines must see the same partitions, so the same number of them. */
const inOrder = () => context({ master: local({ parallelism: 2, files: localFiles() }) });
const sum = (a: number, b: number): number => a + b;

describe("RDDs on threads", () => {
  const engine = threads({ threads: 2, entry, temporary });
  afterAll(() => engine.stop());

  it.each(Object.entries(programs))("give what they give in one thread: %s", async (_, program) => {
    expect(await program(context({ master: engine }))).toEqual(await program(inOrder()));
  });

  it("read and write files, part by part", async () => {
    const save = async (sc: ReturnType<typeof context>, out: string): Promise<unknown> =>
      sc.textFile(file, 7).flatMap((line) => line.split(" ")).map((word) => [word, 1]).reduceByKey(sum, 3).saveAsTextFile(join(folder, out));
    await save(context({ master: engine }), "one");
    await save(inOrder(), "other");
    expect(contentOf(join(folder, "one"))).toEqual(contentOf(join(folder, "other")));
    expect(Object.keys(contentOf(join(folder, "one")))).toEqual(["_SUCCESS", "part-00000", "part-00001", "part-00002"]);
    await expect(save(context({ master: engine }), "one")).rejects.toThrow("exists already");
  });

  it("send items through a command", async () => {
    expect(await context({ master: engine }).parallelize(["b", "a", "c", "ä"], 2).pipe(["tr", "a-c", "A-C"]).collect()).toEqual(["B", "A", "C", "ä"]);
    const many = Array.from({ length: 50_000 }, (_, i) => `line ${i}`);
    expect(await context({ master: engine }).parallelize(many, 1).pipe(["head", "-n", "1"]).collect()).toEqual(["line 0"]);
    await expect(context({ master: engine }).parallelize(["b"], 1).pipe(["false"]).collect()).rejects.toThrow('the command "false" ended with 1');
  });

  it("are found by the name of their master", async () => {
    const sc = context({ master: "threads[3]" });
    expect(sc.parallelism).toBe(3);
    expect(() => context({ master: "threads[0]" })).toThrow("no engine knows the master");
    await sc.stop();
  });

  it("count into accumulators and read broadcast variables", async () => {
    const sc = context({ master: engine });
    const seen = sc.accumulator("seen");
    const table = sc.broadcast(new Map([["a", 1], ["b", 2]]));
    const numbers = sc.parallelize(["a", "b", "c", "a"], 3).map(withValues({ seen, table }, (word: string) => {
      seen.add(1);
      return table.value.get(word) ?? 0;
    }));
    expect(await numbers.collect()).toEqual([1, 2, 0, 1]);
    expect(seen.value).toBe(4);
    await numbers.count();
    expect(seen.value).toBe(8);
  });

  it("keep what is to be kept, and compute exactly what is lost with a thread", async () => {
    const engine = engineOf();
    const sc = context({ master: engine });
    const computed = sc.accumulator("computed");
    const kept = sc.parallelize(Array.from({ length: 40 }, (_, i) => i), 8).map((i) => [i % 5, i]).reduceByKey(sum, 6)
      .map(withValues({ computed }, (pair: readonly [number, number]) => (computed.add(1), pair))).cache();
    const first = await kept.collect();
    expect(computed.value).toBe(5);
    expect(await kept.collect()).toEqual(first);
    expect(computed.value).toBe(5);
    const rows = engine.kept!();
    expect(rows.map(({ partition }) => partition)).toEqual([0, 1, 2, 3, 4, 5]);
    const lost = rows.filter(({ executor }) => executor === "thread 1").length;
    expect(lost).toBe(3);
    engine.kill(0);
    await vi.waitFor(() => expect(engine.kept!().length).toBe(3));
    expect(await kept.collect()).toEqual(first);
    // Of the five keys 0 to 4, those in the partitions 0, 2 and 4.
    expect(computed.value).toBe(8);
    await kept.unpersist();
    expect(engine.kept!()).toEqual([]);
    expect(await kept.collect()).toEqual(first);
    expect(computed.value).toBe(13);
  });

  it("skip stages whose output is there", async () => {
    const sc = context({ master: engine });
    const counts = sc.textFile(file, 4).map((line) => [line.length, 1]).reduceByKey(sum, 2);
    const first = await counts.collect();
    expect(await counts.collect()).toEqual(first);
    expect(sc.stages.map(({ skipped, tasks }) => [skipped, tasks])).toEqual([[false, 4], [false, 2], [true, 0], [false, 2]]);
    const rows = sc.tasks;
    expect(rows.every(({ from, to, outcome }) => from !== null && to !== null && from < to && outcome === "done")).toBe(true);
    expect(rows.filter(({ stage }) => stage === 1).every(({ shuffleRead }) => shuffleRead > 0)).toBe(true);
  });
});

describe("with little memory, RDDs on threads", () => {
  it("write to files what does not fit, and give the same", async () => {
    const engine = engineOf({ memory: 40 });
    const program = async (sc: ReturnType<typeof context>): Promise<unknown> => {
      const numbers = sc.parallelize([0, 1, 2, 3], 4).flatMap((i) => Array.from({ length: 30_000 }, (_, k) => [`${k} of ${i}`, i]));
      const grouped = numbers.map(([key, i]) => [String(key).slice(0, 4), i as number]).groupByKey(3).persist("DISK_ONLY");
      return [await grouped.mapValues((list) => list.length).sortByKey().collect(), await grouped.count()];
    };
    expect(await program(context({ master: engine }))).toEqual(await program(inOrder()));
    expect(engine.kept!().map(({ where }) => where)).toEqual(["disk", "disk", "disk"]);
  });
});

describe("when threads die, RDDs", () => {
  it("give the same", async () => {
    const engine = engineOf();
    const program = (sc: ReturnType<typeof context>): Promise<unknown> => {
      const words = sc.textFile(file, 24).flatMap((line) => line.split(" ")).cache();
      const slow = (word: string): [string, number] => {
        let n = 0;
        for (let i = 0; i < 4_000; i++) n += i % (word.length + 1);
        return [word, n % 7];
      };
      const counts = words.map(withValues({}, slow)).reduceByKey((a, b) => a + b, 4);
      return counts.join(words.map((word) => [word, word.length]).distinct(3)).sortByKey().collect();
    };
    // Three deaths: fewer than the attempts that a task has, and soon, because a fast machine is soon done.
    let next = 0;
    const timer = setInterval(() => {
      if (next < 3) engine.kill(next++ % 2);
    }, 150);
    const sc = context({ master: engine });
    const result = await program(sc).finally(() => clearInterval(timer));
    expect(result).toEqual(await program(inOrder()));
    expect(sc.tasks.some(({ outcome }) => outcome === "lost")).toBe(true);
  });
});

describe("what goes wrong", () => {
  it.each<[string, (sc: ReturnType<typeof context>) => Promise<unknown>, string]>([
    ["a function that throws", (sc) => sc.parallelize([1, 2, 3], 3).map((n) => { if (n > 1) throw new RangeError(`${n} is too much`); return n; }).collect(),
      "the task of partition 1 failed: map at 1, for 2: RangeError: 2 is too much"],
    ["a variable that stays behind", (sc) => sc.parallelize([1], 1).map((n) => n + textOf.length).collect(), "uses `textOf`, which is not its own and stays behind: give it, as in withValues({ textOf }"],
    ["a variable that stays behind in an action", (sc) => sc.parallelize([1], 1).reduce((a, b) => a + b * entry.length), "uses `entry`"],
    ["an item that cannot go", (sc) => sc.parallelize([new Date(0)], 1).count(), "partition 0 of parallelize at 0 cannot go to a thread: record 0 is an instance of Date"],
    ["a result that cannot come", (sc) => sc.parallelize([1], 1).map(() => new Map()).collect(), "the result of collect on partition 0 of map at 1[0] is an instance of Map: send it as an array, [...it]"],
    ["a key that cannot go", (sc) => sc.parallelize([1], 1).map((n) => [n, () => n] as [number, unknown]).groupByKey(1).count(), "the value of the key 1 is the function"],
    ["a file that is not there", async (sc) => sc.textFile("nowhere.txt").count(), 'there is no file "nowhere.txt" to read'],
    ["a function that ends its thread", (sc) => sc.parallelize([1], 1).map(() => process.exit(1)).count(), "thread after thread died, 4 in all"],
    ["a thread that fills its memory", (sc) => sc.parallelize([1], 1).map(() => { const all: number[] = []; for (;;) all.push(all.length + 0.5); }).count(), "a thread needed more memory than the 24 MB"],
  ])("is told: %s", async (_, run, sentence) => {
    const message = await run(context({ master: engineOf({ memory: 64 }) })).then(() => "no error", (error: Error) => error.message);
    expect(message).toContain(sentence);
  });

  it("for ever ends when the learner stops it, and the next job runs", async () => {
    const sc = context({ master: engineOf() });
    const running = sc.parallelize([1, 2], 2).map(() => { for (;;); }).count();
    setTimeout(() => interruptWith(() => { throw new Error("stopped by the Stop button"); }), 500);
    await expect(running).rejects.toThrow("stopped by the Stop button");
    interruptWith(null);
    expect(await sc.parallelize([1, 2], 2).map((n) => 2 * n).collect()).toEqual([2, 4]);
    expect(existsSync(temporary)).toBe(true);
  });
});
