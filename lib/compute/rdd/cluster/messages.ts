import type { AccumulatorUpdate } from "../accumulator.js";
import type { Locality } from "../engine.js";
import type { NodeId, Tagged } from "../../../core/role.js";
import type { Block, BlockId } from "../block-store.js";

/** One attempt at a task: of the map stage that writes for `shuffle`, or, where that is null, of the job's last stage. */
export interface TaskId {
  readonly job: number;
  readonly shuffle: number | null;
  readonly partition: number;
  /** Numbered from 0. */
  readonly attempt: number;
}

/** A task as a key of maps. */
export function taskKey({ job, shuffle, partition, attempt }: TaskId): string {
  return `${job}/${shuffle ?? "result"}/${partition}/${attempt}`;
}

/** The pairs that a map task wrote for one reduce partition. */
export interface ShuffleBlock {
  readonly items: readonly unknown[];
  readonly bytes: number;
}

/** Driver to executor: run this. It says where the blocks of shuffles and the kept partitions lie. */
export interface Launch extends Tagged {
  readonly kind: "launch";
  readonly task: TaskId;
  /** For which life of the executor it was meant. */
  readonly life: number;
  /** For each shuffle that is read: where the output of each map partition lies. */
  readonly outputs: readonly { readonly shuffle: number; readonly at: readonly (NodeId | null)[] }[];
  /** Kept partitions, and where. */
  readonly kept: readonly (BlockId & { readonly at: NodeId })[];
  /** Who takes second copies. */
  readonly peer: NodeId | null;
}

/** Driver to executor: the task is no longer needed. */
export interface Kill extends Tagged {
  readonly kind: "kill";
  readonly task: TaskId;
}

/** Driver to executor: the report has arrived. */
export interface Ack extends Tagged {
  readonly kind: "ack";
  readonly task: TaskId;
}

/** Driver to an executor that it took for dead: forget everything and register anew. */
export interface Renew extends Tagged {
  readonly kind: "renew";
  readonly life: number;
}

/** Driver to executor: forget the kept partitions of a node. */
export interface Forget extends Tagged {
  readonly kind: "forget";
  readonly node: number;
}

/** Executor to driver, at its start. Each life has a larger number. */
export interface Register extends Tagged {
  readonly kind: "register";
  readonly life: number;
  readonly slots: number;
}

/** Executor to driver: alive, and at work on these attempts (reports that were not acknowledged are among them). */
export interface Heartbeat extends Tagged {
  readonly kind: "heartbeat";
  readonly life: number;
  readonly running: readonly string[];
}

/** Executor to driver: the task is done. */
export interface Done extends Tagged {
  readonly kind: "done";
  readonly life: number;
  readonly task: TaskId;
  /** Of an action's task: what it gave. */
  readonly result: unknown;
  readonly updates: readonly AccumulatorUpdate[];
  /** Of a map task: the bytes of each block. */
  readonly written: readonly number[];
  readonly read: number;
  readonly hits: number;
  readonly misses: number;
  readonly kept: readonly BlockId[];
  readonly dropped: readonly BlockId[];
}

/** Executor to driver: the task failed. */
export interface Failed extends Tagged {
  readonly kind: "failed";
  readonly life: number;
  readonly task: TaskId;
  /** A function threw; or what it had to read was not where it should be. */
  readonly reason:
    | { readonly kind: "error"; readonly step: string; readonly item: string; readonly why: string }
    | { readonly kind: "fetch"; readonly from: NodeId; readonly shuffles: readonly number[]; readonly kept: readonly BlockId[] };
}

/** Executor to driver: I hold a second copy, and had to drop these for it. */
export interface Holds extends Tagged {
  readonly kind: "holds";
  readonly life: number;
  readonly block: BlockId;
  readonly dropped: readonly BlockId[];
}

/** Executor to executor: blocks of shuffles and kept partitions, for a task. */
export interface Fetch extends Tagged {
  readonly kind: "fetch";
  readonly task: string;
  readonly blocks: readonly { readonly shuffle: number; readonly map: number; readonly reduce: number }[];
  readonly kept: readonly BlockId[];
}

/** The answer: everything that was asked for, or null where something is not there. */
export interface Fetched extends Tagged {
  readonly kind: "fetched";
  readonly task: string;
  readonly found: { readonly blocks: readonly ShuffleBlock[]; readonly kept: readonly Block[] } | null;
}

/** Executor to executor: keep a second copy. */
export interface Copy extends Tagged {
  readonly kind: "copy";
  readonly block: Block;
}

/** What an attempt at a task was, for pictures. */
export interface Attempt {
  readonly number: number;
  readonly executor: NodeId;
  readonly from: number;
  readonly locality: Locality;
  readonly speculative: boolean;
}
