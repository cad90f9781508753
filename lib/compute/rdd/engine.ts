import type { AccumulatorUpdate } from "./accumulator.js";
import type { Action, PlanNode, TextSplit } from "./plan.js";

/**
 * What runs jobs. Engines keep, from job to job, the partitions that are to be kept (`node.level`) and the outputs of
 * shuffles; all of them give the same results.
 */
export interface Engine {
  /** As it stands in messages: "local", "threads[2]". */
  readonly name: string;
  /** How many partitions data gets when nobody says: usually the number of cores. */
  readonly parallelism: number;
  /** Where text files are read and written; null: only `parallelize` gives data. */
  readonly files: Files | null;
  /** Everything that makes the plan impossible here, as an Error, before anything runs (a function that cannot cross over). */
  check?(job: Job): void;
  /** Run the action on the partitions; the results in their order. Rejects with a TaskError when a task fails for good. */
  run(job: Job): Promise<JobResult>;
  /** The partitions that are kept now. */
  kept?(): readonly KeptRow[];
  /** Forget the kept partitions of a node. */
  unpersist(node: PlanNode): Promise<void>;
  /** End threads and processes. */
  stop(): Promise<void>;
}

/** One action, or one part of it: `take` asks for more and more partitions. */
export interface Job {
  /** Numbered from 0 in each context. */
  readonly id: number;
  readonly node: PlanNode;
  readonly action: Action;
  /** The partitions wanted, in the order in which results are wanted. */
  readonly partitions: readonly number[];
  /** Who called: "count", as it stands in the rows. */
  readonly name: string;
}

export interface JobResult {
  /** What the action gave for each partition asked for. */
  readonly results: readonly unknown[];
  /** What the tasks of the job added to accumulators, each task counted once; in the order of stages and partitions. */
  readonly updates: readonly AccumulatorUpdate[];
  readonly stages: readonly StageRow[];
  readonly tasks: readonly TaskRow[];
}

/** A stage of a job: tasks that run one after the other without a shuffle. */
export interface StageRow {
  readonly job: number;
  /** Numbered from 0 in each context. */
  readonly stage: number;
  /** What its tasks compute last: "map at 2"; of the last stage, the action. */
  readonly name: string;
  /** The stages that had to end before it. */
  readonly parents: readonly number[];
  /** How many tasks ran, all attempts counted. */
  readonly tasks: number;
  /** Its output was there from an earlier job: nothing ran. */
  readonly skipped: boolean;
}

/** One attempt at a task. Times are in ms from the start of the context (virtual ms on the simulated cluster); null where the engine has no clock. */
export interface TaskRow {
  readonly job: number;
  readonly stage: number;
  readonly partition: number;
  /** Numbered from 0. */
  readonly attempt: number;
  /** The thread or node that ran it. */
  readonly executor: string;
  readonly locality: Locality;
  readonly from: number | null;
  readonly to: number | null;
  readonly outcome: "done" | "failed" | "lost" | "late";
  /** A copy of a task that was slow. */
  readonly speculative: boolean;
  /** Partitions that were read from where they were kept, and that were computed in the task (nodes that are to be kept only). */
  readonly hits: number;
  readonly misses: number;
  /** Bytes, or records where the engine does not frame blocks. */
  readonly shuffleRead: number;
  readonly shuffleWritten: number;
}

/** How near a task ran to what it reads, by Spark's names. */
export type Locality = "PROCESS_LOCAL" | "NODE_LOCAL" | "RACK_LOCAL" | "ANY" | "NO_PREF";

/** Text files, as an engine sees them. */
export interface Files {
  /** The splits of a file, of a folder's files, or of a list parted by commas: at least `partitions` ones unless it is too small. */
  splits(path: string, partitions: number): readonly TextSplit[];
  lines(split: TextSplit): Iterable<string>;
  /** Throws if the folder exists; made before the job starts. */
  prepare(path: string): void;
  /** Write a partition whole, or not at all. Gives the number of lines. */
  write(path: string, partition: number, lines: Iterable<string>): number;
  /** All partitions are written: make them visible (an empty file `_SUCCESS`), or take away what there is. */
  commit(path: string): void;
  abort(path: string): void;
}

/** A partition that is kept. */
export interface KeptRow {
  /** The node's number and operator, and its name if it has one. */
  readonly rdd: string;
  readonly partition: number;
  readonly executor: string;
  readonly where: "memory" | "disk";
  readonly bytes: number;
}

/** A task failed, and so did its retries: a user's function threw. */
export class TaskError extends Error {
  override readonly name: string = "TaskError";
  constructor(
    /** The partition whose task failed. */
    readonly partition: number,
    /** How many attempts were made. */
    readonly attempts: number,
    /** What the step threw, with the step's name and the item. */
    cause: Error,
  ) {
    super(`the task of partition ${partition} failed${attempts === 1 ? "" : ` ${attempts} times`}: ${cause.message}`, { cause });
  }
}
