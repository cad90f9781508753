import { explore } from "../../../lib/check.js";
import { type SmallJob, smallJobWorld } from "../../../lib/mapreduce.js";

/** What an exploration must find: exact counts, and the length of a shortest run in which the job is done. */
export interface Found {
  readonly kind: string;
  readonly worlds: number;
  readonly transitions: number;
  readonly done: number | undefined;
}

/** Small jobs of which every run is looked at; messages that would change nothing are left out of account. */
export const worlds: readonly { readonly name: string; readonly job: SmallJob; readonly found: Found }[] = [
  { name: "one map task, one worker", job: { input: ["a"] }, found: { kind: "holds", worlds: 15, transitions: 16, done: 12 } },
  { name: "a ping more than needed", job: { input: ["a"], timers: { master: 1 } }, found: { kind: "holds", worlds: 307, transitions: 460, done: 12 } },
  {
    name: "2 map tasks, 2 workers, a crash",
    job: { input: ["a", "a b"], workers: 2, crashes: { w1: 1 } },
    found: { kind: "holds", worlds: 1_753, transitions: 3_359, done: 15 },
  },
  {
    name: "2 map tasks, 2 reduce tasks, 2 workers",
    job: { input: ["a", "a b"], reducers: 2, workers: 2 },
    found: { kind: "holds", worlds: 1_775, transitions: 4_031, done: 21 },
  },
  {
    name: "2 map tasks, 2 reduce tasks, 2 workers, a crash",
    job: { input: ["a", "a b"], reducers: 2, workers: 2, crashes: { w1: 1 } },
    found: { kind: "holds", worlds: 20_844, transitions: 52_261, done: 21 },
  },
  {
    name: "2 map tasks, 2 workers, a crash and a ping that may find it",
    job: { input: ["a", "a b"], workers: 2, crashes: { w2: 1 }, timers: { master: 1 } },
    found: { kind: "holds", worlds: 1_393_912, transitions: 3_775_398, done: 15 },
  },
];

export function exploreJob(job: SmallJob): Found {
  const { kind, worlds, transitions, reached } = explore({
    ...smallJobWorld(job),
    reach: { done: ({ decisions }) => decisions.length > 0 },
    reduce: true,
    maxWorlds: 2_000_000,
  });
  return { kind, worlds, transitions, done: reached["done"]?.length };
}
