import type { NodeId } from "../core/role.js";
import type { Outcome, Shares, TransactionId } from "../commit/transaction.js";
import type { Age, Mode } from "./locks.js";

/** What a transaction does, one thing after the other. */
export type Step =
  | { readonly kind: "read"; readonly key: string }
  | { readonly kind: "write"; readonly key: string; readonly value: number }
  /** Adds to what is there; if less than `atLeast` would be left, the whole transaction aborts. */
  | { readonly kind: "add"; readonly key: string; readonly amount: number; readonly atLeast?: number };

/** What a client asks a transaction manager for. */
export interface Transact {
  readonly kind: "transact";
  readonly steps: readonly Step[];
}

/** A value and the transaction that wrote it; null for one that was there before all. */
export interface Version {
  readonly value: number;
  readonly version: TransactionId | null;
}

/** What a client is told. */
export interface Transacted {
  readonly outcome: Outcome;
  /** The transaction that it came to in the end, if it was tried more than once. */
  readonly transaction: TransactionId;
  /** What it has read, by key. */
  readonly reads: Readonly<Record<string, Version>>;
  /** Why it aborted, or null. */
  readonly reason: string | null;
}

/** May I have this lock? From the transaction's manager to the key's shard. */
export interface LockMessage {
  readonly kind: "lock";
  readonly transaction: TransactionId;
  readonly age: Age;
  readonly key: string;
  readonly mode: Mode;
}

/** You have it, and this is what is there. */
export interface Granted {
  readonly kind: "granted";
  readonly transaction: TransactionId;
  readonly key: string;
  readonly mode: Mode;
  readonly found: Version;
}

/** The transaction has been given up, or is over: its locks are free. */
export interface Release {
  readonly kind: "release";
  readonly transaction: TransactionId;
  /** Only the lock of this key, which no sound manager asks for. */
  readonly key?: string;
}

/** Give this transaction up: others wait for it in a circle, or are older. To its manager. */
export interface Wounded {
  readonly kind: "wounded";
  readonly transaction: TransactionId;
}

/** A transaction as others know of it. */
export interface Known {
  readonly transaction: TransactionId;
  readonly manager: NodeId;
  readonly age: Age;
}

/** One transaction waits for another. */
export interface Wait {
  readonly waiter: Known;
  readonly blocker: Known;
}

/** All waits of a shard, in place of those that it told before. To the detector. */
export interface Waits {
  readonly kind: "waits";
  readonly waits: readonly Wait[];
}

/**
 * Is the first of these waiting for itself? From where one of them waits, by way of the manager of the transaction
 * that it waits for, to where that one waits. (Chandy, Misra and Haas, "Distributed Deadlock Detection", 1983.)
 */
export interface Probe {
  readonly kind: "probe";
  /** Each waits for the next. */
  readonly path: readonly Known[];
  /** What the last of them waits for. */
  readonly transaction: TransactionId;
}

/** From a transaction manager to the coordinator of the commit protocol. */
export interface Begin {
  readonly kind: "begin";
  readonly transaction: TransactionId;
  readonly work: Shares<ShardWork>;
}
/** The outcome, from the coordinator to the manager. */
export interface DecisionMessage {
  readonly kind: "decision";
  readonly transaction: TransactionId;
  readonly outcome: Outcome;
}

/** A transaction's share at one shard: what it has read there, by the versions' names, and what it will write. */
export interface ShardWork {
  readonly reads: Readonly<Record<string, TransactionId | null>>;
  readonly writes: Readonly<Record<string, number>>;
}
