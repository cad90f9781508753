import { searchSeeds, type SeedOptions, type SeedSearch, swarm } from "../../../lib/check.js";
import { type AnyRole, canonical, stream } from "../../../lib/core.js";
import {
  type ClusterOptions, type Done, type Emit, type EmitValue, job, type Job, type JobResult, layout, mapReduceCluster, mapReduceProperties, masterOf, outputOf, runSequentially,
  type Split, taskRows, textSplits,
} from "../../../lib/mapreduce.js";
import type { Nodes, Run } from "../../../lib/sim.js";
import { commandFor } from "../../support/for-seeds.js";

/** This module, for threads that load it. */
export const here = import.meta.url;

/** When the nemesis ends, in ms. */
const CALM = 1_500;

/** What may go wrong, half of it in each seed; rates are strikes per second. */
const TROUBLE = {
  loss: [0.01, 0.25],
  duplication: [0.01, 0.4],
  latency: { oneOf: [[1, 60], [0, 3], { kind: "exponential", mean: 10 }, { kind: "log-normal", median: 6, sigma: 1.2 }] },
  flush: { oneOf: [3, [0, 20]] },
  crashes: [0.5, 8],
  writeCrashes: [0.5, 8],
  pauses: [0.5, 5],
  stalls: [0.5, 3],
  slowdowns: [0.5, 3],
  skews: [0.5, 3],
  partitions: [0.5, 4],
  oneWayCuts: [0.5, 3],
  bridges: [0.5, 2],
  isolations: [0.5, 5],
  swizzles: [0.5, 2],
} as const;

const LASTS: Readonly<Record<string, readonly [number, number]>> = {
  crashes: [10, 400], partitions: [50, 500], oneWayCuts: [50, 500], isolations: [50, 600], bridges: [50, 500], pauses: [20, 500],
};

/** Words, one of which kills the map function, and one the reduce function. */
const WORDS = ["a", "be", "cat", "dog", "eel", "fox", "gnu", "hen", "ibis", "jay"];

/** A job that counts words, and uses everything that there is: counters, auxiliary files, a combiner, bad records. */
function jobOf(seed: number): Job<number, string, string, number, number> {
  const shape = stream(seed, "job");
  const sum = (_: string, counts: Iterable<number>, emit: EmitValue<number>): void => emit([...counts].reduce((all, each) => all + each, 0));
  const combines = shape.chance(0.5);
  const isBad = shape.chance(0.3);
  const writes = shape.chance(0.4);
  return job({
    name: `job ${seed}`,
    map(offset: number, line: string, emit: Emit<string, number>, task) {
      if (isBad && line.includes("gnu hen")) throw new Error(`no gnu before a hen: byte ${offset}`);
      for (const word of line.split(" ")) emit(word, 1);
      task.count("letters", line.length);
      if (writes && line.startsWith("fox")) task.side("foxes", line);
    },
    reduce(word: string, counts: Iterable<number>, emit: EmitValue<number>, task) {
      if (isBad && word === "ibis") throw new Error("no ibis");
      sum(word, counts, emit);
      if (writes && word.length > 2) task.side("long-words", word);
    },
    ...(combines ? { combine: sum } : {}),
    reducers: shape.pick([1, 1, 2, 3, 5]),
    skipBadRecords: isBad,
  });
}

function splitsOf(seed: number): Split<number, string>[] {
  const chance = stream(seed, "text");
  const lines = Array.from({ length: chance.below(30) }, () => Array.from({ length: 1 + chance.below(6) }, () => chance.pick(WORDS)).join(" "));
  return textSplits({ text: lines.join("\n") }, { splitBytes: 30 + chance.below(200) });
}

interface Case {
  readonly job: Job<number, string, string, number, number>;
  readonly splits: Split<number, string>[];
  readonly expected: JobResult;
  readonly options: ClusterOptions;
}

/** The job, the input and the cluster of a seed. */
export function caseOf(seed: number): Case {
  const shape = stream(seed, "cluster");
  const workers = 1 + shape.below(5);
  const isTimed = shape.chance(0.6);
  const slow = { count: shape.below(workers), factor: shape.pick([2, 10]) };
  const machine = { diskRead: 10, diskWrite: 20, rackNetwork: 25, crossNetwork: 15, recordMs: 0.5, taskMs: 10, startMs: 0, memory: 100 };
  const job = jobOf(seed);
  const splits = splitsOf(seed);
  return {
    job,
    splits,
    expected: runSequentially(job, splits),
    options: {
      workers: isTimed ? layout({ workers, racks: 1 + shape.below(workers), machine, slow, seed }) : workers,
      slots: { map: 1 + shape.below(2), reduce: 1 + shape.below(2) },
      pingEvery: [40, 60],
      patience: 2 + shape.below(3),
      backups: shape.pick([0, 0.05, 0.5, 1]),
      checkpointEvery: shape.chance(0.5) ? [30, 120] : null,
      maxFailures: 4,
    },
  };
}

/** Roles in place of the sound ones, and a file system. */
export interface Broken {
  readonly roles?: ClusterOptions["roles"];
  readonly files?: AnyRole;
}

/** Each seed has a job, a cluster and a mix of faults of its own. */
export function cluster(seed: number, { roles = {}, files }: Broken = {}): SeedOptions {
  const { job, splits, expected, options } = caseOf(seed);
  const { loss = 0, duplication = 0, latency = [1, 10], flush = 0, ...rates } = swarm(seed, TROUBLE);
  const { nodes } = mapReduceCluster(job, splits, { ...options, roles });
  return {
    nodes: files === undefined ? nodes : { ...nodes, files },
    clients: { user: { operations: () => ({ kind: "run" }), to: "master", count: 1, timeoutMs: 300, retries: 50 } },
    network: { latency, loss, duplication },
    disk: { flush },
    nemesis: {
      from: 3,
      until: CALM,
      ...Object.fromEntries(Object.entries(rates).map(([kind, perSecond]) => [kind, { perSecond, lasts: LASTS[kind] ?? [20, 200] }])),
    },
    properties: [...mapReduceProperties(expected)],
    limits: { time: 20_000 },
    freeze: true,
  };
}

/** The job is done, with the answer of the sequential run; only a master without a checkpoint may give up, and only if it has failed. */
export function atEnd(run: Run<Nodes>): string | null {
  if (run.history.length === 0) return null; // nobody has asked: a run that was shrunk too far
  const master = masterOf(run);
  const { job, expected, options } = caseOf(Number(master.job.slice("job ".length)));
  if (master.phase.kind === "aborted" && options.checkpointEvery === null && master.life > 1) return null;
  if (master.phase.kind !== "done") return `the job is ${master.phase.kind}: ${run.ended.reason}`;
  if (canonical(run.history[0]?.result) !== canonical(master.phase)) return `the user was told ${canonical(run.history[0]?.result)}`;
  const result = outputOf(run, job);
  for (const part of ["outputs", "counters", "sides", "skipped"] as const) {
    if (canonical(result[part]) !== canonical(expected[part])) return `${part} are ${canonical(result[part])}, but must be ${canonical(expected[part])}`;
  }
  return null;
}

const outcome = (wanted: string) => (run: Run<Nodes>): boolean => taskRows(masterOf(run)).some(({ outcome }) => outcome === wanted);

/** Cases without which the search would say little. */
const cases = {
  "a worker failed with a task in progress": outcome("worker failed"),
  "the output of a map task was lost": outcome("lost"),
  "a task was done by two attempts": (run: Run<Nodes>) => {
    const done = run.trace.flatMap((event) => (event.kind === "deliver" && event.message.kind === "done" ? [event.message as unknown as Done] : []));
    return done.some((one) => done.some((other) => one.phase === other.phase && one.task === other.task && one.attempt !== other.attempt));
  },
  "a backup was not needed": outcome("abandoned"),
  "a backup won": (run: Run<Nodes>) => taskRows(masterOf(run)).some(({ backup, outcome }) => backup && outcome === "done"),
  "a record was skipped": (run: Run<Nodes>) => ((masterOf(run).phase as { skipped?: readonly unknown[] }).skipped?.length ?? 0) > 0,
  "the master went on from a checkpoint": (run: Run<Nodes>) => masterOf(run).life > 1 && masterOf(run).phase.kind === "done",
  "the master gave up": (run: Run<Nodes>) => masterOf(run).phase.kind === "aborted",
  "an output could not be read": (run: Run<Nodes>) => run.trace.some((event) => event.kind === "deliver" && event.message.kind === "unreadable"),
  "two attempts wrote the same output": (run: Run<Nodes>) => {
    const renames = run.trace.flatMap((event) => (event.kind === "deliver" && event.message.kind === "rename" ? [event.message as unknown as { from: string; to: string }] : []));
    return renames.some((one) => renames.some((other) => one.to === other.to && one.from !== other.from));
  },
};

/** The search, for one thread or several. */
export const jobs: SeedSearch<SeedOptions> = { run: (seed) => cluster(seed), atEnd, sometimes: cases };

/** Search the seeds, or only the one that the environment variable SEED names, and fail with the shrunk run that goes wrong. */
export function search(seeds: number | readonly number[]): void {
  const alone = process.env["SEED"];
  const verdict = searchSeeds({ ...jobs, seeds: alone === undefined ? seeds : [Number(alone)], command: commandFor, ...(alone === undefined && typeof seeds === "number" ? {} : { sometimes: {} }) });
  if (verdict.kind !== "passed") throw new Error(verdict.report);
}
