import type { NodeId } from "../../core/role.js";
import type { Outcome, Shares, TransactionId, Vote } from "../transaction.js";

/*
 * The messages of two-phase commit. Phase 1 is `prepare` and `vote`; phase 2 is `decision` and `ack`. The others are
 * for whoever does not hear: `inquiry` goes to the coordinator, `consult` to the other participants.
 */

/** Phase 1: will you do your share? The names of all participants go with it, for those who must ask each other later. */
export interface Prepare {
  readonly kind: "prepare";
  readonly transaction: TransactionId;
  readonly participants: readonly NodeId[];
  readonly work: unknown;
}

/** The answer to `prepare`. */
export interface VoteMessage {
  readonly kind: "vote";
  readonly transaction: TransactionId;
  readonly vote: Vote;
}

/** Phase 2, and the answer to `inquiry`. */
export interface DecisionMessage {
  readonly kind: "decision";
  readonly transaction: TransactionId;
  readonly outcome: Outcome;
}

/** The participant has the outcome on its disk and will never ask again. */
export interface Ack {
  readonly kind: "ack";
  readonly transaction: TransactionId;
}

/** A participant that has voted yes, and has heard nothing since, asks its coordinator. */
export interface Inquiry {
  readonly kind: "inquiry";
  readonly transaction: TransactionId;
}

/** Cooperative termination: it asks the other participants. */
export interface Consult {
  readonly kind: "consult";
  readonly transaction: TransactionId;
}

/** The answer to `consult`, if there is one. */
export interface Advice {
  readonly kind: "advice";
  readonly transaction: TransactionId;
  readonly outcome: Outcome;
}

/**
 * A node asks a coordinator to see to a transaction, as a client does by the request `commit`. If the node is one
 * of the participants, and has prepared, it says how it votes.
 */
export interface Begin {
  readonly kind: "begin";
  readonly transaction: TransactionId;
  readonly work: Shares;
  readonly vote?: Vote;
}
