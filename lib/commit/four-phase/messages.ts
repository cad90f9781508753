import type { NodeId } from "../../core/role.js";
import type { Outcome, TransactionId, Vote } from "../transaction.js";

/*
 * The messages of four-phase commit, as we reconstruct it. Phase 1 is `enlist` and `enlisted`, phase 2 `prepare` and
 * `vote`, phase 3 `inform` and `informed`, phase 4 `decision`. `inquiry` is a participant's call for the next coordinator
 * in the order.
 */

/** Phase 1: be ready to take over. `order` is the coordinator and then its backups. */
export interface Enlist {
  readonly kind: "enlist";
  readonly transaction: TransactionId;
  readonly order: readonly NodeId[];
  readonly participants: readonly NodeId[];
}

export interface Enlisted {
  readonly kind: "enlisted";
  readonly transaction: TransactionId;
}

/** Phase 2: will you do your share? */
export interface Prepare {
  readonly kind: "prepare";
  readonly transaction: TransactionId;
  readonly order: readonly NodeId[];
  readonly work: unknown;
}

export interface VoteMessage {
  readonly kind: "vote";
  readonly transaction: TransactionId;
  readonly vote: Vote;
}

/**
 * Phase 3: this will be the outcome, says who leads the attempt, a place in the order. A later leader may still overrule
 * it.
 */
export interface Inform {
  readonly kind: "inform";
  readonly transaction: TransactionId;
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly order: readonly NodeId[];
  readonly participants: readonly NodeId[];
}

export interface Informed {
  readonly kind: "informed";
  readonly transaction: TransactionId;
  readonly attempt: number;
}

/** Phase 4. */
export interface DecisionMessage {
  readonly kind: "decision";
  readonly transaction: TransactionId;
  readonly outcome: Outcome;
}

/** A participant has not heard from any coordinator before this one in the order: those are dead. */
export interface Inquiry {
  readonly kind: "inquiry";
  readonly transaction: TransactionId;
  readonly attempt: number;
}

/** A process that has come back from a crash asks how it ended. Who has decided answers. */
export interface Ask {
  readonly kind: "ask";
  readonly transaction: TransactionId;
  /** Those of the order that it has not seen fail, as far as it remembers. */
  readonly up: readonly NodeId[];
}
