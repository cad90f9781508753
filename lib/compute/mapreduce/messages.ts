import type { NodeId } from "../../core/role.js";
import type { Phase } from "./job.js";
import type { Block, File } from "./work.js";

/*
 * What master, workers and file system say to each other. The master asks, again and again; a worker speaks up by itself only
 * when a task is done. So every message may be lost: the next ping makes good for it.
 */

/** An attempt at a task; no two have the same number. */
export type Attempt = number;

/** "Are you there? And these attempts should be with you." From the master to every worker, now and then (section 3.3). */
export interface Ping {
  readonly kind: "ping";
  readonly awaits: readonly Attempt[];
}

/** "I am here, in my n-th life; and these attempts are not with me." */
export interface Pong {
  readonly kind: "pong";
  /** How often the worker has started. What it had on its disk in an earlier life is gone. */
  readonly life: number;
  readonly unknown: readonly Attempt[];
  /** Its attempts at reduce tasks that do not know where to find all map outputs. */
  readonly lacking: readonly Attempt[];
}

/** "Do this task." */
export interface Assign {
  readonly kind: "assign";
  readonly phase: Phase;
  readonly task: number;
  readonly attempt: Attempt;
  /** Records (keys, in a reduce task) that are to be left out. */
  readonly skip: readonly number[];
  /** For a reduce task: what map outputs there are by now. */
  readonly news: News | BulkNews | null;
}

/** Where a map task's output lies. */
export interface Location {
  readonly task: number;
  readonly worker: NodeId;
  readonly attempt: Attempt;
}

/** "These map tasks are done, and their output is there." To workers with reduce tasks in progress (section 3.2). */
export interface News {
  readonly kind: "news";
  readonly locations: readonly Location[];
}

/** The same in bulk: completions of map tasks are numbered, and only numbers are told. */
export interface BulkNews {
  readonly kind: "bulk";
  /** Completions `from` to `to - 1` are new. */
  readonly from: number;
  readonly to: number;
  /** Of these, the ones of tasks that had been completed before, with the number of that completion. */
  readonly repeats: readonly (readonly [completion: number, before: number])[];
  /** Completions whose output is lost with its worker. */
  readonly lost: readonly number[];
}

/** "The task is done." What it counted comes along. */
export interface Done {
  readonly kind: "done";
  readonly phase: Phase;
  readonly task: number;
  readonly attempt: Attempt;
  readonly life: number;
  readonly counters: Readonly<Record<string, number>>;
  /** The records that were left out. */
  readonly skip: readonly number[];
  /** When the worker had copied its input, by its own clock. */
  readonly copiedAt: number;
  readonly inBytes: number;
  readonly outBytes: number;
}

/** "This record kills me": the last gasp of a task whose function throws (section 4.6). */
export interface LastGasp {
  readonly kind: "lastGasp";
  readonly phase: Phase;
  readonly task: number;
  readonly attempt: Attempt;
  readonly life: number;
  readonly record: number;
  readonly problem: string;
}

/** "I cannot get this map output." From a reduce worker to the master, when it was asked in vain several times. */
export interface Unreadable {
  readonly kind: "unreadable";
  readonly task: number;
  readonly attempt: Attempt;
}

/** "Stop this attempt, it is not needed any more." */
export interface Abandon {
  readonly kind: "abandon";
  readonly attempt: Attempt;
}

/** "Give me what your map task has for my reduce task." From worker to worker. */
export interface Fetch {
  readonly kind: "fetch";
  readonly task: number;
  readonly attempt: Attempt;
  readonly partition: number;
}

/** What was asked for; null if it is not there. */
export interface Fetched {
  readonly kind: "fetched";
  readonly task: number;
  readonly attempt: Attempt;
  readonly partition: number;
  readonly block: Block | null;
}

/** "Write this file." From a worker to the file system. */
export interface WriteFile {
  readonly kind: "writeFile";
  readonly file: string;
  readonly contents: File;
}

export interface FileWritten {
  readonly kind: "fileWritten";
  readonly file: string;
}

/** "Give the file its final name, at once and as a whole." */
export interface Rename {
  readonly kind: "rename";
  readonly from: string;
  readonly to: string;
}

/** There is a file of the final name. `found` is false if there was nothing to rename. */
export interface Renamed {
  readonly kind: "renamed";
  readonly from: string;
  readonly to: string;
  readonly found: boolean;
}
