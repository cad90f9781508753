import { describe, expect, it } from "vitest";
import { brief } from "../../../lib/core/words.js";
import {
  type Emit, type EmitValue, job, layout, localityOf, machine, machineOf2004, mapReduceCluster, masterOf, outputOf, placeChunks, rateRows, recordSplits, runSequentially,
  sizedCluster, taskRows, textSplits, wordCount,
} from "../../../lib/mapreduce.js";
import { simulate } from "../../../lib/sim.js";
import { expectRecorded } from "../../support/recorded.js";

const text = "the quick brown fox\njumps over the lazy dog\nthe end of the story\nis the end\n";
const splits = textSplits({ a: text }, { splitBytes: 20 });

describe("a job on a simulated cluster", () => {
  it("gives what the sequential run gives", () => {
    const work = wordCount({ reducers: 3 });
    const run = simulate({ ...mapReduceCluster(work, splits, { workers: 3 }) });
    expect(run.ended.kind).toBe("quiet");
    expect(outputOf(run, work)).toEqual(runSequentially(work, splits));
  });

  it("gives R empty files where there is no input", () => {
    const work = wordCount({ reducers: 2 });
    for (const none of [[], textSplits({ a: "" }, { splitBytes: 10 })]) {
      const run = simulate({ ...mapReduceCluster(work, none, { workers: 2 }) });
      expect(outputOf(run, work).outputs).toEqual([[], []]);
    }
  });

  it("goes as it went when it was recorded", () => {
    const { trace } = simulate({
      ...mapReduceCluster(wordCount(), splits.slice(0, 2), { workers: 2, pingEvery: 40, patience: 1 }),
      seed: 3,
      faults: [{ at: 19, kind: "crash", node: "w1" }],
    });
    const lines = trace.flatMap((event) => {
      const at = event.at.toFixed(1).padStart(7);
      if (event.kind === "deliver") return [`${at} ${event.from} > ${event.to}: ${brief(event.message)}`];
      if (event.kind === "crash" || event.kind === "restart") return [`${at} ${event.node}: ${event.kind}`];
      if (event.kind === "decide") return [`${at} ${event.node} decides: ${JSON.stringify(event.outcome)}`];
      return [];
    });
    expectRecorded("mapreduce-lost-map", `${lines.join("\n")}\n`);
  });

  it("fails, with the record, where a function fails again and again", () => {
    const fussy = job({
      name: "fussy",
      map(_: number, line: string, emit: Emit<string, number>) {
        if (line.includes("lazy")) throw new Error("too lazy");
        emit(line, 1);
      },
      reduce: (_: string, values: Iterable<number>, emit: EmitValue<number>) => emit([...values].length),
    });
    const run = simulate({ ...mapReduceCluster(fussy, splits, { workers: 2 }) });
    expect(masterOf(run).phase).toEqual({ kind: "failed", problem: "fussy: map task 1 fails at record 0: too lazy" });
    expect(taskRows(masterOf(run)).filter(({ outcome }) => outcome === "bad record")).toHaveLength(4);
    expect(() => outputOf(run, fussy)).toThrow("fussy is not done: fussy: map task 1 fails at record 0: too lazy");
    const skipping = { ...fussy, skipBadRecords: true };
    const rest = outputOf(simulate({ ...mapReduceCluster(skipping, splits, { workers: 2 }) }), skipping);
    expect(rest).toEqual(runSequentially(skipping, splits));
    expect(rest.skipped).toEqual([{ phase: "map", task: 1, record: 0 }]);
  });

  it("is aborted with its master, unless the master has a checkpoint", () => {
    const work = wordCount();
    const crash = { at: 22, kind: "crash", node: "master", forMs: 30 } as const;
    const options = { workers: 2, pingEvery: 40 };
    expect(masterOf(simulate({ ...mapReduceCluster(work, splits, options), faults: [crash] })).phase).toEqual({ kind: "aborted" });
    const run = simulate({ ...mapReduceCluster(work, splits, { ...options, checkpointEvery: 10 }), faults: [crash] });
    expect(outputOf(run, work)).toEqual(runSequentially(work, splits));
  });

  it("gives outputs of different executions where a map function gives something else each time (section 3.3)", () => {
    let executions = 0;
    const random = job({
      map(_: number, __: number, emit: Emit<string, number>) {
        executions++;
        for (const key of ["a", "b"]) emit(key, executions);
      },
      reduce(_: string, values: Iterable<number>, emit: EmitValue<number>) {
        for (const value of values) emit(value);
      },
      partition: (key) => (key === "a" ? 0 : 1),
      reducers: 2,
    });
    // The first reduce task is done with the output of the first execution; then its worker crashes, and the map task is done again.
    const run = simulate({
      ...mapReduceCluster(random, recordSplits([[0, 0]], { splits: 1 }), { workers: 2, pingEvery: 20, patience: 1, backups: 0 }),
      network: { latency: 1, kinds: { fetch: { latency: 300 } } },
      faults: [{ at: 60, kind: "crash", node: "w1" }],
    });
    expect(outputOf(run, random).outputs).toEqual([[["a", 1]], [["b", 2]]]);
  });
});

describe("where tasks run", () => {
  const machines = layout({ workers: 40, racks: 4, machine: { taskMs: 100, startMs: 0 } });

  it("keeps the copies of a chunk on two racks, three machines", () => {
    for (const places of placeChunks(machines, 200)) {
      expect(new Set(places).size).toBe(3);
      expect(new Set(places.map((name) => machines.rackOf.get(name))).size).toBe(2);
    }
    expect(localityOf(machines, machines.workers[0]!, [machines.workers[0]!])).toBe("machine");
    expect(localityOf(machines, machines.workers[0]!, [machines.workers[4]!])).toBe("rack");
    expect(localityOf(machines, machines.workers[0]!, [machines.workers[1]!])).toBe("remote");
  });

  it("is where their input is, for most of them", () => {
    const run = simulate({ ...sizedCluster({ maps: 800, reduces: 1, inputBytes: 8e8, recordBytes: 100 }, { workers: machines }), limits: { time: 1e6 } });
    const local = taskRows(masterOf(run)).filter(({ phase, locality }) => phase === "map" && locality === "machine");
    expect(local.length / 800).toBeGreaterThan(0.85);
    expect(masterOf(run).phase.kind).toBe("done");
  });

  it.each([
    [() => layout({ workers: 0 }), "workers must be a whole number from 1"],
    [() => layout({ workers: 3, racks: 4 }), "racks"],
    [() => layout({ workers: 3, slow: { count: 4, factor: 2 } }), "slow.count"],
    [() => machine({ diskRead: 0 }), "machine.diskRead"],
    [() => machine({ speed: 1 } as never), "speed"],
    [() => mapReduceCluster(wordCount(), splits, { workers: 2, pace: 3 } as never), "pace"],
    [() => mapReduceCluster(wordCount(), splits, { workers: 2, backups: 2 }), "backups"],
    [() => mapReduceCluster(wordCount(), 3 as never, { workers: 2 }), "splits"],
    [() => sizedCluster({ maps: 1, reduces: 0, inputBytes: 1, recordBytes: 1 }, { workers: 2 }), "reduces"],
    [() => rateRows([], { windowMs: 0 }), "windowMs"],
  ])("is refused where it makes no sense: %#", (make, message) => {
    expect(make).toThrow(message);
  });
});

describe("a job of which only sizes are known", () => {
  const work = { maps: 300, reduces: 80, inputBytes: 2e10, recordBytes: 100 };
  const timed = (options: object, faults: readonly object[] = [], slow = { count: 0, factor: 1 }) => {
    const run = simulate({
      ...sizedCluster(work, { workers: layout({ workers: 35, machine: machineOf2004, slow }), ...options }), faults: faults as never, limits: { time: 1e7 },
    });
    expect(masterOf(run).phase.kind).toBe("done");
    return { seconds: run.decisions[0]!.at / 1000, rows: taskRows(masterOf(run)) };
  };

  it("ends much later without backups where a machine is slow, and hardly later with them", () => {
    const slow = { count: 2, factor: 30 };
    const quiet = timed({});
    const helped = timed({}, [], slow);
    const alone = timed({ backups: 0 }, [], slow);
    expect(helped.seconds / quiet.seconds).toBeLessThan(1.5);
    expect(alone.seconds / helped.seconds).toBeGreaterThan(1.44);
  });

  it("does again what workers had done that fail, for a few per cent of its time, and its input rate goes below zero", () => {
    const killed = Array.from({ length: 4 }, (_, i) => ({ at: 130_000, kind: "crash", node: `w${8 * i + 1}`, forMs: 1_000 }));
    const sound = timed({});
    const struck = timed({}, killed);
    expect(struck.seconds / sound.seconds).toBeLessThan(1.25);
    expect(struck.rows.filter(({ outcome }) => outcome === "lost").length).toBeGreaterThan(10);
    expect(Math.min(...rateRows(struck.rows).map(({ input }) => input))).toBeLessThan(0);
    const total = (key: "input" | "shuffle" | "output") => rateRows(sound.rows).reduce((sum, row) => sum + row[key] * 10 * 1e6, 0);
    for (const key of ["input", "shuffle", "output"] as const) expect(total(key) / 2e10).toBeCloseTo(1, 2);
  });

  it("waits for the reduce task that has a hot key", () => {
    const run = (hotShare: number): number => {
      const { decisions } = simulate({ ...sizedCluster({ ...work, hotShare }, { workers: layout({ workers: 35 }) }), limits: { time: 1e7 } });
      return decisions[0]!.at;
    };
    expect(run(0.3) / run(0)).toBeGreaterThan(2);
  });

  it("ends whoever crashes when", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const run = simulate({
        seed,
        ...sizedCluster({ ...work, inputBytes: 2e8 }, { workers: layout({ workers: 12, machine: { startMs: 0 }, seed }), pingEvery: 2_000, tellEvery: 500, status: false }),
        nemesis: { until: 60_000, nodes: Array.from({ length: 12 }, (_, i) => `w${i + 1}`), crashes: { perSecond: 0.02 * seed, lasts: [10, 9_000] } },
        limits: { time: 1e6 },
      });
      expect(masterOf(run).phase.kind, `seed ${seed}`).toBe("done");
    }
  });
});
