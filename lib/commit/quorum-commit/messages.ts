import type { NodeId } from "../../core/role.js";
import type { Outcome, TransactionId, Vote } from "../transaction.js";

/*
 * The messages of quorum-based three-phase commit. Phase 1 is `canCommit` and `vote`; phase 2 is `prepare`, towards a commit
 * or towards an abort, and `prepared`; phase 3 is `decision`. Who is left alone asks by `stateRequest`.
 */

export interface CanCommit {
  readonly kind: "canCommit";
  readonly transaction: TransactionId;
  readonly participants: readonly NodeId[];
  readonly work: unknown;
}

/** The answer to `canCommit`. */
export interface VoteMessage {
  readonly kind: "vote";
  readonly transaction: TransactionId;
  readonly vote: Vote;
}

/** Be ready for this outcome, and for no other. */
export interface Prepare {
  readonly kind: "prepare";
  readonly transaction: TransactionId;
  readonly towards: Outcome;
}

/** The answer to `prepare`, from a participant that is ready for this outcome. */
export interface Prepared {
  readonly kind: "prepared";
  readonly transaction: TransactionId;
  readonly towards: Outcome;
}

export interface DecisionMessage {
  readonly kind: "decision";
  readonly transaction: TransactionId;
  readonly outcome: Outcome;
}

export interface StateRequest {
  readonly kind: "stateRequest";
  readonly transaction: TransactionId;
  /** All participants: who asks may be the first to tell of the transaction. */
  readonly participants: readonly NodeId[];
}

/** How far a participant has come that has not decided; `ready` is the outcome that it is ready for, if any. */
export interface StateReport {
  readonly kind: "stateReport";
  readonly transaction: TransactionId;
  readonly ready: Outcome | null;
}
