/** RDDs on a real Apache Spark, where it is installed: the results of the engine in this thread, byte for byte. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { encode } from "../../lib/compute/records.js";
import { interruptWith } from "../../lib/core/interrupt.js";
import { context, local, type Context } from "../../lib/rdd.js";
import { spark, withValues, type SparkEngine } from "../../lib/spark.js";
import { findSpark } from "../../lib/spark/find.js";
import { localFiles } from "../../lib/threads/files.js";
import { programs } from "../compute/rdd/programs.js";

vi.setConfig({ testTimeout: 600_000, hookTimeout: 60_000 });

const isHere = (() => {
  try {
    findSpark();
    return true;
  } catch {
    return false;
  }
})();

const folder = mkdtempSync(join(tmpdir(), "distlab-spark-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sum = (a: number, b: number): number => a + b;
const lines = Array.from({ length: 400 }, (_, i) => `the ${i % 7} quick ${i % 13} brown fox ${i % 3}`);
const input = join(folder, "input.txt");
writeFileSync(input, lines.join("\n"));

describe.runIf(isHere)("Apache Spark with two executors", () => {
  const engine: SparkEngine = spark({ master: "local-cluster[2,1,1024]" });
  const onSpark = context({ master: engine });
  const here = (): Context => context({ master: local({ parallelism: engine.parallelism, files: localFiles() }) });
  afterAll(async () => {
    await onSpark.stop();
    expect(executors()).toEqual([]);
  });

  it.each(Object.entries(programs))("gives what one thread gives: %s", async (_, program) => {
    const [there, expected] = [await program(onSpark), await program(here())];
    expect(there).toEqual(expected);
    expect(encode([there])).toEqual(encode([expected]));
  });

  it("reads and writes files, and shows the program that it gave to Spark", async () => {
    const save = (sc: Context, out: string): Promise<number> =>
      sc.textFile(input, 5).flatMap((line) => line.split(" ")).map((word) => [word, 1] as [string, number]).reduceByKey(sum, 3).saveAsTextFile(join(folder, out));
    expect(await save(onSpark, "there")).toBe(await save(here(), "here"));
    const content = (name: string): Record<string, string> => Object.fromEntries(readdirSync(join(folder, name)).map((file) => [file, readFileSync(join(folder, name, file), "utf8")]));
    expect(content("there")).toEqual(content("here"));
    expect(engine.programs.at(-1)).toMatch(/^shuffled\d+ = job\.shuffle\(0, \d+, \d+, 3, \[\]\) {2}# reduceByKey at \d+\njob\.act\(1, 3, \[shuffled\d+\], \[0,1,2\]\) {2}# saveAsTextFile\n$/);
    await expect(save(onSpark, "there")).rejects.toThrow("exists already");
  });

  it("keeps what is to be kept, and skips stages whose outputs are there", async () => {
    const counts = onSpark.parallelize(lines, 4).map((line) => [line, 1] as [string, number]).reduceByKey(sum, 3).cache();
    const expected = await counts.count();
    const kept = () => engine.kept!().filter(({ rdd }) => rdd.startsWith("reduceByKey"));
    expect(kept()).toHaveLength(3);
    expect(await counts.mapValues((n) => n + 1).count()).toBe(expected);
    expect(engine.programs.at(-1)).not.toContain("job.shuffle");
    expect(onSpark.stages.at(-1)).toMatchObject({ name: "count", skipped: false });
    expect(onSpark.jobs.at(-1)!.skippedStages).toBeGreaterThan(0);
    await counts.unpersist();
    expect(kept()).toEqual([]);
    expect(await counts.count()).toBe(expected);
  });

  it("sends broadcast variables, counts accumulators once, takes checkpoints, and takes no more than it needs", async () => {
    const rates = onSpark.broadcast({ a: 2, b: 3 } as Record<string, number>);
    const seen = onSpark.accumulator("seen");
    const rated = onSpark.parallelize(["a", "b", "a", "c"], 2).map(
      withValues({ rates, seen }, (name: string) => {
        seen.add(1);
        return [name, rates.value[name] ?? 0] as [string, number];
      }),
    );
    expect(await rated.collect()).toEqual([["a", 2], ["b", 3], ["a", 2], ["c", 0]]);
    expect(seen.value).toBe(4);
    rated.checkpoint();
    expect(await rated.values().sum()).toBe(7);
    expect(await rated.values().take(1)).toEqual([2]);
    expect(await rated.keys().pipe(["tr", "a-c", "A-C"]).collect()).toEqual(["A", "B", "A", "C"]);
    expect(await onSpark.emptyRdd<number>().collect()).toEqual([]);
    await expect(onSpark.emptyRdd<number>().reduce(sum)).rejects.toThrow("empty");
  });

  it("says before the job starts what cannot go over, and afterwards which record failed", async () => {
    const jobs = engine.programs.length;
    const factor = 3;
    await expect(onSpark.parallelize([1, 2]).map((n) => n * factor).collect()).rejects.toThrow(/uses `factor`, which is not its own/);
    expect(engine.programs).toHaveLength(jobs);
    const failing = onSpark.parallelize([1, 2, 0, 4], 2).map((n) => {
      if (n === 0) throw new RangeError("nothing is divided by 0");
      return 12 / n;
    });
    await expect(failing.collect()).rejects.toMatchObject({ name: "TaskError", partition: 1, attempts: 4, message: expect.stringMatching(/^the task of partition 1 failed 4 times: map at \d+, for 0: RangeError: nothing is divided by 0$/) });
    expect(await onSpark.parallelize([1, 2]).count()).toBe(2);
  });

  it("has the right answer when an executor is killed in the midst of a job", async () => {
    const slow = (sc: Context) =>
      sc.parallelize(Array.from({ length: 16 }, (_, i) => i), 8).map((i) => {
        for (const end = Date.now() + 400; Date.now() < end; );
        return [i % 3, i] as [number, number];
      }).reduceByKey(sum, 3).collect();
    const answer = slow(onSpark);
    await vi.waitUntil(() => executors().length === 2, { timeout: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const [victim] = executors();
    process.kill(victim!, "SIGKILL");
    const expected = [[0, 45], [1, 35], [2, 40]];
    expect([...(await answer)].sort()).toEqual(expected);
    expect([...(await slow(onSpark))].sort()).toEqual(expected);
    expect(executors()).not.toContain(victim);
  });

  it("gives up a job when it is told to, and runs the next one", async () => {
    let interrupted = false;
    interruptWith(() => {
      if (interrupted) throw Object.assign(new Error("stopped"), { name: "Interrupted" });
    });
    try {
      const endless = onSpark.parallelize([1], 1).map(() => {
        for (;;);
      });
      setTimeout(() => (interrupted = true), 3_000);
      await expect(endless.count()).rejects.toThrow("stopped");
    } finally {
      interruptWith(null);
    }
    expect(await onSpark.parallelize([1, 2, 3]).sum()).toBe(6);
  });
});

/** The processes of Spark's executors on this machine. */
function executors(): number[] {
  const all = execFileSync("ps", ["-eo", "pid,ppid,pgid,args"], { encoding: "utf8" }).split("\n");
  return all.filter((line) => line.includes("CoarseGrainedExecutorBackend")).map((line) => Number(line.trim().split(/\s+/)[0]));
}
