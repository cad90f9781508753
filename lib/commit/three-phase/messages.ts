import type { NodeId } from "../../core/role.js";
import type { Outcome, TransactionId, Vote } from "../transaction.js";

/*
 * The messages of three-phase commit. The first five are those of a run without failures, in their order; `youLead`,
 * `stateRequest` and `stateReport` belong to the termination protocol, and `ask` to recovery.
 */

/** Phase 1: can you commit? All processes go with it, in the order in which they take over. */
export interface CanCommit {
  readonly kind: "canCommit";
  readonly transaction: TransactionId;
  readonly order: readonly NodeId[];
  readonly work: unknown;
}

/** The answer to `canCommit`. */
export interface VoteMessage {
  readonly kind: "vote";
  readonly transaction: TransactionId;
  readonly vote: Vote;
}

/** Phase 2: all have voted yes. Who leads is `attempt`, a place in the order: 0 is the coordinator. */
export interface PreCommit {
  readonly kind: "preCommit";
  readonly transaction: TransactionId;
  readonly attempt: number;
}

/** The answer to `preCommit`: I shall not abort. */
export interface PreAck {
  readonly kind: "preAck";
  readonly transaction: TransactionId;
  readonly attempt: number;
}

/** Phase 3, or the end of any attempt, or the answer of somebody who has decided. */
export interface DecisionMessage {
  readonly kind: "decision";
  readonly transaction: TransactionId;
  readonly outcome: Outcome;
}

/** How far a process has come that has not decided. */
export type Doubt = "uncertain" | "preCommitted";

/** All before you are dead. To a new leader that may have decided already, and may not know that somebody waits for it. */
export interface YouLead {
  readonly kind: "youLead";
  readonly transaction: TransactionId;
}

/** An elected coordinator asks how far everybody has come. */
export interface StateRequest {
  readonly kind: "stateRequest";
  readonly transaction: TransactionId;
  readonly attempt: number;
}

export interface StateReport {
  readonly kind: "stateReport";
  readonly transaction: TransactionId;
  readonly attempt: number;
  readonly state: Doubt;
}

/** A process that has crashed and come back asks how it ended, and says what it knows itself. */
export interface Ask {
  readonly kind: "ask";
  readonly transaction: TransactionId;
  readonly state: Doubt;
  /** Those that it has not seen fail, itself among them. */
  readonly up: readonly NodeId[];
}

/** The same, from one that has come back, too. */
export interface Told {
  readonly kind: "told";
  readonly transaction: TransactionId;
  readonly state: Doubt;
  readonly up: readonly NodeId[];
}
