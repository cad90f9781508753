import type { Property } from "../../core/property.js";
import type { AnyRole } from "../../core/role.js";
import { doubleCountingMaster, emptyHandedWorker, hastyWorker, openWritingWorker, overwritingFileSystem, saltedWorker } from "./broken.js";
import { type ClusterOptions, mapReduceCluster } from "./cluster.js";
import { recordSplits } from "./input.js";
import { type Emit, type EmitValue, job, type Job } from "./job.js";
import { mapReduceProperties } from "./properties.js";
import { runSequentially } from "./sequential.js";

/** A job on a cluster that is small enough for every run of it to be looked at. */
export interface SmallJob {
  /** What each map task reads: words with spaces between them, to be counted. */
  readonly input: readonly string[];
  /** R, by default 1. */
  readonly reducers?: number;
  /** By default 1. */
  readonly workers?: number;
  /** By default there are none: see `MasterOptions.backups`. */
  readonly backups?: number;
  readonly roles?: ClusterOptions["roles"];
  readonly files?: AnyRole;
  /** How many crashes of which workers, how many timers of the master, how many messages that arrive twice. */
  readonly crashes?: Readonly<Record<string, number>>;
  readonly timers?: Readonly<Record<string, number>>;
  readonly duplicates?: number;
}

/** A cluster, what is asked of it, what may happen to it, and what must hold: options for the explorer. */
export interface SmallJobWorld {
  readonly nodes: Readonly<Record<string, AnyRole>>;
  readonly requests: readonly { readonly node: "master"; readonly request: { readonly kind: "run" } }[];
  readonly properties: readonly Property[];
  readonly timers: Readonly<Record<string, number>>;
  readonly crashes: Readonly<Record<string, number>>;
  readonly duplicates: number;
}

/** The world of a small job, where nothing takes time. */
export function smallJobWorld(small: SmallJob): SmallJobWorld {
  const { input, reducers = 1, workers = 1, backups = 0, roles = {}, files, crashes = {}, timers = {}, duplicates = 0 } = small;
  const count = countWords(reducers);
  const splits = recordSplits(input.map((words, i) => [i, words] as const), { splits: input.length });
  const { nodes } = mapReduceCluster(count, splits, { workers, backups, patience: 1, status: false, roles });
  return {
    nodes: files === undefined ? nodes : { ...nodes, files },
    requests: [{ node: "master", request: { kind: "run" } }],
    properties: mapReduceProperties(runSequentially(count, splits)),
    crashes,
    timers,
    duplicates,
  };
}

/** A broken rule of MapReduce, and a world just large enough to show what the rule is for. */
export interface BrokenJob {
  /** The role that breaks it, in words. */
  readonly name: string;
  /** What this role does wrong, as the end of a sentence that begins with its name. */
  readonly does: string;
  /** With the broken role: `explore(world)` finds a violation. */
  readonly world: SmallJobWorld;
  /** With the sound role in its place: `explore(sound)` finds none. */
  readonly sound: SmallJobWorld;
}

/**
 * Each rule of MapReduce that a role of `broken.ts` breaks, in the world in which breadth-first search finds the shortest schedule
 * that it leads astray. One is missing: a master that forgets lost map tasks does nothing wrong; its job just never ends.
 */
export const brokenJobs: readonly BrokenJob[] = [
  broken("double-counting master", "counts a completion each time it hears of it", { input: ["a"], duplicates: 1 }, { master: doubleCountingMaster }),
  broken("hasty worker", "reduces when it has all the map outputs that it has heard of", { input: ["a"] }, { worker: hastyWorker }),
  broken(
    "empty-handed worker",
    "takes a map output that is lost for an empty one",
    // Two map tasks, so that one of them is done on the worker that does not reduce, and crashes.
    { input: ["a", "a"], workers: 2, crashes: { w2: 1 } },
    { worker: emptyHandedWorker },
  ),
  broken("open-writing worker", "writes its output under the final name", { input: ["a"] }, { worker: openWritingWorker }),
  broken("salted worker", "parts keys by a hash of its own", { input: ["a"], reducers: 2, workers: 2 }, { worker: saltedWorker }),
  broken(
    "overwriting file system",
    "lets a rename replace what is there",
    // A backup, so that the output is written twice.
    { input: ["a"], workers: 2, backups: 1 },
    overwritingFileSystem(),
  ),
];

function broken(name: string, does: string, small: SmallJob, part: NonNullable<ClusterOptions["roles"]> | AnyRole): BrokenJob {
  const replaced: Partial<SmallJob> = "init" in part ? { files: part } : { roles: part };
  return { name, does, world: smallJobWorld({ ...small, ...replaced }), sound: smallJobWorld(small) };
}

function countWords(reducers: number): Job<number, string, string, number, number> {
  return job({
    name: "count",
    map(_: number, words: string, emit: Emit<string, number>) {
      for (const word of words.split(" ")) emit(word, 1);
    },
    reduce(_: string, counts: Iterable<number>, emit: EmitValue<number>) {
      let sum = 0;
      for (const count of counts) sum += count;
      emit(sum);
    },
    reducers,
  });
}
