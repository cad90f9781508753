import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { stream } from "../../lib/core/random.js";
import type { Job } from "../../lib/compute/mapreduce/job.js";
import { context } from "../../lib/rdd.js";
import { runOnThreads, threads } from "../../lib/threads.js";
import { contentOf, entry, everything, fileOf, folder, textOf, wordCount } from "./support.js";

const file = fileOf("text.txt", textOf(40_000));
const temporary = join(folder, "temporary");
mkdirSync(temporary);

/** Kill threads at moments of the seed while the work is done: three at most, since a task that meets four deaths is given up. */
async function hunted<T>(seed: number, work: (ready: (kill: (thread: number) => void) => void) => Promise<T>): Promise<T> {
  const draws = stream(seed, "kills");
  let timer: NodeJS.Timeout | undefined;
  let kills = 0;
  const hunt = (kill: (thread: number) => void): void => {
    timer = setTimeout(() => {
      kill(draws.below(2));
      if (++kills < 3) hunt(kill);
    }, 60 + draws.below(250));
  };
  return await work(hunt).finally(() => clearTimeout(timer));
}

it("50 runs of MapReduce with killed threads write the same bytes", async () => {
  const options = { threads: 2, splitBytes: 60_000, memory: 200, entry, temporary };
  const jobs: readonly Job[] = [wordCount, everything];
  const steady: Record<string, string>[] = [];
  for (const [i, job] of jobs.entries()) {
    await runOnThreads(job, file, { ...options, out: join(folder, `steady${i}`) });
    steady.push(contentOf(join(folder, `steady${i}`)));
  }
  let lost = 0;
  for (let seed = 0; seed < 50; seed++) {
    const out = join(folder, `hunted${seed}`);
    const { tasks } = await hunted(seed, (ready) => runOnThreads(jobs[seed % 2]!, file, { ...options, out, killing: ready }));
    lost += tasks.filter(({ outcome }) => outcome === "lost").length;
    expect(contentOf(out)).toEqual(steady[seed % 2]);
    expect(readdirSync(temporary)).toEqual([]);
  }
  expect(lost).toBeGreaterThan(25);
});

it("20 programs on RDDs with killed threads give the same", async () => {
  const program = async (engine: ReturnType<typeof threads>): Promise<unknown> => {
    const sc = context({ master: engine });
    const words = sc.textFile(file, 12).flatMap((line) => line.split(" ")).cache();
    const lengths = words.map((word) => [word, word.length]).distinct(3).cache();
    const counts = words.map((word) => [word, 1]).reduceByKey((a, b) => a + b, 4);
    const joined = await counts.join(lengths).sortByKey().collect();
    return [joined, await lengths.count(), await counts.values().reduce((a, b) => a + b)];
  };
  const quiet = threads({ threads: 2, entry, temporary });
  const expected = await program(quiet);
  await quiet.stop();
  for (let seed = 0; seed < 20; seed++) {
    const engine = threads({ threads: 2, entry, temporary });
    const result = await hunted(seed, (ready) => {
      ready((thread) => engine.kill(thread));
      return program(engine);
    });
    await engine.stop();
    expect(result).toEqual(expected);
  }
  expect(readdirSync(temporary)).toEqual([]);
});
