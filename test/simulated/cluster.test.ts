import { describe, expect, it } from "vitest";
import { context, type Context, type TaskRow } from "../../lib/rdd.js";
import { doubleCountingDriver, emptyHandedExecutor, recomputingDriver, silentlyRestartedExecutor, simulated, type SimulatedEngine, type SimulatedOptions } from "../../lib/simulated.js";
import { programs } from "../compute/rdd/programs.js";

function cluster(options: SimulatedOptions = {}): { readonly engine: SimulatedEngine; readonly sc: Context } {
  const engine = simulated({ executors: 4, heartbeatMs: 20, silenceMs: 70, fetchMs: 15, localityWaitMs: 10, ...options });
  return { engine, sc: context({ master: engine }) };
}

describe("a simulated cluster", () => {
  it.each(Object.entries(programs))("gives for %s what one thread gives", async (_, run) => {
    expect(await run(cluster().sc)).toEqual(await run(context({ parallelism: 4 })));
  });

  it.each(Object.entries(programs))("gives for %s the same whatever crashes, is lost or comes twice", async (_, run) => {
    const expected = await run(context({ parallelism: 4 }));
    let lost = 0;
    for (let seed = 1; seed <= 15; seed++) {
      const { sc } = cluster({
        seed,
        network: { latency: [1, 4], loss: 0.05, duplication: 0.05 },
        nemesis: {
          until: 3_000, nodes: ["e1", "e2", "e3", "e4"],
          crashes: { perSecond: 15, lasts: [5, 120] }, pauses: { perSecond: 4, lasts: [20, 120] }, partitions: { perSecond: 3, lasts: [20, 120] },
        },
      });
      expect(await run(sc), `seed ${seed}`).toEqual(expected);
      lost += sc.tasks.filter(({ outcome }) => outcome === "lost" || outcome === "failed").length;
    }
    expect(lost).toBeGreaterThan(5);
  });
});

/** Attempts that ended well, by stage and partition. */
function doneIn(tasks: readonly TaskRow[], job: number): number {
  return tasks.filter((row) => row.job === job && row.outcome === "done").length;
}

describe("what is lost", () => {
  /** Two jobs on one shuffle, and an executor that dies in between. */
  async function afterLoss(options: SimulatedOptions = {}) {
    const { engine, sc } = cluster(options);
    const counts = sc.range(0, 80, 1, 8).map((i) => [i % 5, i]).reduceByKey((a, b) => a + b, 4);
    const before = await counts.collect();
    const lost = sc.tasks.filter(({ stage, executor }) => stage === 0 && executor === "e2").length;
    engine.simulation.crash("e2");
    engine.simulation.run({ until: engine.simulation.now + 100 });
    const after = await counts.collect();
    return { before, after, lost, again: sc.tasks.filter(({ job, stage }) => job === 1 && stage === 2).length };
  }

  it("is computed again, and nothing else: the map outputs of the executor that died", async () => {
    const { before, after, lost, again } = await afterLoss();
    expect(after).toEqual(before);
    expect(lost).toBe(2);
    expect(again).toBe(lost);
    // The check can fail: this driver computes all of it again.
    expect((await afterLoss({ replace: { driver: recomputingDriver } })).again).toBe(8);
  });

  it("of a cached data set are the partitions of the executor that died; a second action computes none", async () => {
    const { engine, sc } = cluster();
    const computed = sc.accumulator("computed");
    const squares = sc.range(0, 80, 1, 8).map((i) => (computed.add(1), i * i)).cache();
    const sum = await squares.sum();
    expect(computed.value).toBe(80);
    expect(await squares.sum()).toBe(sum);
    expect(computed.value).toBe(80);
    const lost = engine.kept().filter(({ executor }) => executor === "e3").length;
    expect(lost).toBe(2);
    engine.simulation.crash("e3");
    engine.simulation.run({ until: engine.simulation.now + 100 });
    expect(await squares.sum()).toBe(sum);
    expect(computed.value).toBe(80 + 10 * lost);
    expect(sc.tasks.filter(({ job }) => job === 2).reduce((total, { misses }) => total + misses, 0)).toBe(lost);
  });

  it("is nothing where a second copy is kept, or after a checkpoint", async () => {
    for (const way of ["copy", "checkpoint"]) {
      const { engine, sc } = cluster();
      const computed = sc.accumulator("computed");
      const rdd = sc.range(0, 80, 1, 8).map((i) => (computed.add(1), i));
      if (way === "copy") rdd.persist("MEMORY_ONLY_2");
      else rdd.cache().checkpoint();
      await rdd.count();
      engine.simulation.run({ until: engine.simulation.now + 100 });
      engine.simulation.crash("e1");
      engine.simulation.run({ until: engine.simulation.now + 100 });
      expect(await rdd.sum()).toBe(3_160);
      expect(computed.value, way).toBe(80);
    }
  });

  it("shows where an executor does as if it had what it lost", async () => {
    const wrong: unknown[] = [];
    const run = programs["word count"]!;
    const expected = await run(context({ parallelism: 4 }));
    for (let seed = 1; seed <= 40 && wrong.length === 0; seed++) {
      const { sc } = cluster({
        seed, fetchMs: 40, network: { latency: [1, 8] }, replace: { executor: (role) => emptyHandedExecutor(silentlyRestartedExecutor(role)) },
        nemesis: { until: 500, nodes: ["e1", "e2", "e3", "e4"], crashes: { perSecond: 40, lasts: [1, 5] } }, limitMs: 20_000,
      });
      const found = await run(sc).catch(() => expected);
      if (JSON.stringify(found) !== JSON.stringify(expected)) wrong.push(found);
    }
    expect(wrong).toHaveLength(1);
  });
});

describe("the driver", () => {
  it("sends tasks to where their partitions are kept, and waits a while for that", async () => {
    const { sc } = cluster();
    const rdd = sc.range(0, 80, 1, 8).cache();
    await rdd.count();
    await rdd.count();
    expect(sc.tasks.filter(({ job }) => job === 1).map(({ locality }) => locality)).toEqual(new Array(8).fill("PROCESS_LOCAL"));

    // All data on one executor: with patience the others stay idle, without it they read from afar.
    for (const [localityWaitMs, helpers] of [[1_000, 0], [0, 3]] as const) {
      const one = cluster({ localityWaitMs });
      const crowded = one.sc.parallelize(Array.from({ length: 8 }, (_, i) => i), 8, { preferred: Array.from({ length: 8 }, () => ["e1"]) });
      await one.sc.range(0, 8, 1, 8).count();
      await crowded.count();
      const others = one.sc.tasks.filter(({ job, executor }) => job === 1 && executor !== "e1");
      expect(new Set(others.map(({ executor }) => executor)).size).toBe(helpers);
    }
  });

  it("starts copies of slow tasks, takes the first to end, and counts its updates once", async () => {
    const times: number[] = [];
    for (const speculation of [null, { everyMs: 5 }]) {
      const { engine, sc } = cluster({ slow: { e4: 20 }, speculation, machine: { taskMs: 20 } });
      const seen = sc.accumulator("seen");
      await sc.range(0, 80, 1, 8).foreach(() => seen.add(1));
      expect(seen.value).toBe(80);
      times.push(engine.simulation.now);
      expect(sc.tasks.some(({ speculative }) => speculative)).toBe(speculation !== null);
    }
    expect(times[1]).toBeLessThan(times[0]! / 3);
  });

  it("counts each task of an action once, where the broken one counts reports", async () => {
    const seen: number[] = [];
    for (const replace of [{}, { driver: doubleCountingDriver }]) {
      const { sc } = cluster({ network: { latency: [1, 3], duplication: 0.5 }, replace });
      const counter = sc.accumulator("counter");
      await sc.range(0, 40, 1, 8).foreach(() => counter.add(1));
      seen.push(counter.value);
    }
    expect(seen[0]).toBe(40);
    expect(seen[1]).toBeGreaterThan(40);
  });

  it("lets a job fail when a task failed four times, with the step and the item, and goes on to the next", async () => {
    const { sc } = cluster();
    const bad = sc.range(0, 8, 1, 4).map((i) => {
      if (i === 5) throw new RangeError("five");
      return i;
    });
    await expect(bad.count()).rejects.toThrow(/^the task of partition 2 failed 4 times: map at 1, for 5: in the executor: RangeError: five$/);
    expect(await sc.range(0, 8).count()).toBe(8);
  });

  it("runs a stage only as far as it is wanted, and each job's stages once", async () => {
    const { sc } = cluster();
    const counts = sc.range(0, 40, 1, 4).map((i) => [i % 5, 1]).reduceByKey((a, b) => a + b, 4);
    await counts.count();
    await counts.count();
    expect(sc.jobs.map(({ stages, skippedStages, tasks }) => [stages, skippedStages, tasks])).toEqual([[2, 0, 8], [2, 1, 4]]);
    expect(doneIn(sc.tasks, 1)).toBe(4);
    // What lies as its partitioner says is not moved again.
    const sums = counts.reduceByKey((a, b) => a + b).mapValues((n) => n + 1).join(counts);
    await sums.count();
    expect(sc.jobs.at(-1)).toMatchObject({ stages: 2, skippedStages: 1 });
    expect(sums.dependencies().map(({ kind }) => kind)).toEqual(["narrow"]);
  });

  it("is not needed by who made it before: the same options give the same run", async () => {
    const run = async (): Promise<unknown> => {
      const { sc } = cluster({ seed: 7, network: { latency: [1, 5], loss: 0.1 }, faults: [{ at: 12, kind: "crash", node: "e2", forMs: 40 }] });
      await programs["join, both sides moved"]!(sc);
      return sc.tasks;
    };
    expect(await run()).toEqual(await run());
  });
});

describe("memory", () => {
  it("drops what was used longest ago, and never a partition of the same data set", async () => {
    const { engine, sc } = cluster({ executors: 1, slots: 1, memory: 400 });
    const [a, b] = [0, 1].map((n) => sc.range(0, 60, 1, 6).map((i) => i + 100 * n).setCost({ bytesPerItem: 10 }).setName("ab"[n]!).cache());
    await a!.count();
    // Six partitions of 100 bytes, and room for four: the last two were not kept, and dropped none.
    expect(engine.kept().map(({ partition }) => partition)).toEqual([0, 1, 2, 3]);
    await b!.count();
    expect(new Set(engine.kept().map(({ rdd }) => rdd))).toEqual(new Set(["map at 3 (b)"]));
    await b!.unpersist();
    await sc.range(0, 1).count();
    expect(engine.kept()).toEqual([]);
  });

  it("lets what does not fit go to disk, where its level says so", async () => {
    const { engine, sc } = cluster({ executors: 1, memory: 250 });
    const rdd = sc.range(0, 60, 1, 6).map((i) => i).setCost({ bytesPerItem: 10 }).persist("MEMORY_AND_DISK");
    await rdd.count();
    expect(engine.kept().map(({ where }) => where).sort()).toEqual(["disk", "disk", "disk", "disk", "memory", "memory"]);
    await rdd.count();
    expect(sc.tasks.filter(({ job }) => job === 1).every(({ hits, misses }) => hits === 1 && misses === 0)).toBe(true);
  });
});
