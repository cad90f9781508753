import { show } from "../core/parameters.js";
import type { NodeId } from "../core/role.js";

/**
 * The name of a transaction. It is used once: who wants to try again after an abort, or after a crash of whoever
 * was asked, takes a new name, because the answer to the old one may be under way.
 */
export type TransactionId = string;

/**
 * What a participant says when it is asked to prepare. "yes" is a promise to commit if told so, also after a
 * crash; "no" is a veto; "read-only" says that either outcome is fine, because there is nothing to undo or to keep.
 */
export type Vote = "yes" | "no" | "read-only";

/** How a transaction ends: at all of its participants, or at none. */
export type Outcome = "commit" | "abort";

/** What every role of a commit protocol announces when it knows the outcome. It never announces another one. */
export interface Decided {
  readonly transaction: TransactionId;
  readonly outcome: Outcome;
}

/** What each participant has to do for a transaction. The participants are the names, in this order. */
export type Shares<Work = unknown> = Readonly<Record<string, Work>>;

/** What a client asks of a coordinator: that all of these do their share, or none. */
export interface Commit<Work = unknown> {
  readonly kind: "commit";
  readonly transaction: TransactionId;
  readonly work: Shares<Work>;
}

/** The answer to a client: the outcome, or why there is none. */
export type Answer = Outcome | { readonly refused: string };

/**
 * The participants of a transaction, in order.
 *
 * @throws TypeError if `work` is not an object with a share for each participant
 */
export function participantsOf(work: Shares): readonly NodeId[] {
  if (typeof work !== "object" || work === null || Array.isArray(work)) {
    throw new TypeError(`work must be an object with a share for each participant, got ${show(work)}`);
  }
  return Object.keys(work) as NodeId[];
}
