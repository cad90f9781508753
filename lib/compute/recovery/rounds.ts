import { finite, flag, integer, oneOf, options } from "../../core/parameters.js";
import { ids, type NodeId, type Role } from "../../core/role.js";
import { type Machine, machine } from "../cluster/machine.js";
import { boss, type Boss, type BossSignature } from "./boss.js";
import { hand, type HandSignature } from "./hand.js";

/** A job of rounds: each round makes every partition anew, from the round before. Made of sizes and times, to ask what a crash costs. */
export interface RoundsOptions {
  readonly rounds: number;
  readonly partitions: number;
  readonly machines: number;
  /** The size of a partition, in bytes. */
  readonly bytes: number;
  /** How long a partition takes in one round, in ms, besides reading and writing. */
  readonly computeMs: number;
  /** Whether a partition needs the same one of the round before ("narrow", default) or all of them ("wide"). */
  readonly dependencies?: "narrow" | "wide";
  /** Whether what a round has made stays in memory for the next one (default true). Else it is read from files, so that every round must be written. */
  readonly inMemory?: boolean;
  /** In how many machines' memories it stays. Default 1. */
  readonly copies?: number;
  /** Every so many rounds are written to a file system that survives crashes, with two copies. Default 0: none is. */
  readonly writeEvery?: number;
  /** Whether a task goes to a machine that has its input, where one is idle. Default true. */
  readonly locality?: boolean;
  /** What work costs: fields that are not given cost as on `machineOf2004`, without start-up. */
  readonly machine?: Partial<Machine>;
  /** A machine that is silent for so long is taken for dead, in ms. Default 3,000. */
  readonly silenceMs?: number;
}

/** What a job of rounds took. */
export interface RoundsDone {
  readonly seconds: number;
  /** Tasks that were done, and those of them that had been done before. */
  readonly tasks: number;
  readonly again: number;
  /** Written to files, all copies counted; and sent from machine to machine, copies of files not counted. */
  readonly bytesWritten: number;
  readonly bytesSent: number;
}

/** A job of rounds on a simulated cluster, for `simulate`. */
export interface RoundsJob {
  /** `boss`, and the machines m1, m2, ... */
  readonly nodes: Readonly<Record<string, Role<BossSignature> | Role<HandSignature>>>;
  readonly network: { readonly latency: number };
}

/**
 * A job of rounds on a simulated cluster, with one of the ways to survive the loss of a machine:
 *
 * - lineage (Zaharia et al. 2012): `{}`; what is lost is computed again, from the round that is still there, or from the input;
 * - lineage with checkpoints: `{ writeEvery: 10 }`;
 * - files (Dean & Ghemawat 2004, round after round): `{ inMemory: false, writeEvery: 1 }`;
 * - copies in memory: `{ copies: 2 }`.
 *
 * The input lies in files. A round is dropped from memory when the next one is complete. The boss does not crash.
 *
 * @throws RangeError or TypeError for an option out of its range
 */
export function roundsJob(given: RoundsOptions): RoundsJob {
  const {
    rounds, partitions, machines, bytes, computeMs, dependencies = "narrow", inMemory = true, copies = 1, writeEvery = 0, locality = true, silenceMs = 3_000,
  } = options("roundsJob", given, [
    "rounds", "partitions", "machines", "bytes", "computeMs", "dependencies", "inMemory", "copies", "writeEvery", "locality", "machine", "silenceMs",
  ]);
  integer("rounds", rounds, { min: 1, max: 100_000 });
  integer("partitions", partitions, { min: 1, max: 10_000 });
  integer("machines", machines, { min: 1, max: 10_000 });
  finite("bytes", bytes);
  finite("computeMs", computeMs);
  oneOf("dependencies", dependencies, ["narrow", "wide"]);
  flag("inMemory", inMemory);
  integer("copies", copies, { min: 1, max: Math.min(2, machines) });
  integer("writeEvery", writeEvery, { max: 100_000 });
  flag("locality", locality);
  finite("silenceMs", silenceMs, { min: 1 });
  if (!inMemory && writeEvery !== 1) throw new RangeError(`writeEvery must be 1 where nothing stays in memory, got ${writeEvery}`);
  const costs = machine({ startMs: 0, taskMs: 10, jitter: 0, ...given.machine });
  const names = ids(...Array.from({ length: machines }, (_, i) => `m${i + 1}`));
  const [bossName] = ids("boss") as readonly [NodeId];
  const worker = hand({ boss: bossName, bytes, computeMs, costs, beatMs: silenceMs / 3 });
  return {
    nodes: {
      boss: boss({ machines: names, rounds, partitions, bytes, isWide: dependencies === "wide", inMemory, copies, writeEvery, locality, silenceMs }),
      ...Object.fromEntries(names.map((name) => [name, worker])),
    },
    network: { latency: 1 },
  };
}

/**
 * What a run of a job of rounds took.
 *
 * @throws Error if the job is not done
 */
export function roundsDone(run: { readonly simulation: { state(node: any): object | null } }): RoundsDone {
  const { doneAt, done, again, bytesWritten, bytesSent } = run.simulation.state("boss") as Boss;
  if (doneAt === null) throw new Error("the job is not done");
  return { seconds: doneAt / 1000, tasks: done, again, bytesWritten, bytesSent };
}
