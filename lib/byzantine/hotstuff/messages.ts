import type { NodeId } from "../../core/role.js";
import type { Combined, Signed } from "../keys.js";
import type { Request } from "../pbft/messages.js";

/*
 * The messages of HotStuff: Yin, Malkhi, Reiter, Golan Gueta and Abraham, "HotStuff: BFT Consensus with Linearity and
 * Responsiveness", PODC 2019, algorithm 2 ("Basic HotStuff").
 */

/** A node of the tree of proposals: requests, and what they come after. */
export interface Block<C = unknown> {
  /** The digest of the block before it; null for the first. */
  readonly parent: string | null;
  readonly height: number;
  readonly requests: readonly Signed<Request<C>>[];
}

/** The phases in which replicas vote. */
export type Phase = "prepare" | "preCommit" | "commit";

/** "In this view and phase I am for that block." From a replica to the leader alone, as a share of a threshold signature. */
export interface Vote {
  readonly kind: "vote";
  readonly phase: Phase;
  readonly view: number;
  readonly block: string;
}

/** A quorum certificate (法定人数证书): n − f votes in one mark, of the same size whatever n is. */
export type Certified = Combined<Vote>;

/** "I have come to this view; the latest certificate of phase one that I have seen is this." To the view's leader. */
export interface NextView {
  readonly kind: "nextView";
  readonly view: number;
  readonly justify: Certified | null;
}

/** "I propose this block, which comes after the one that is certified here." */
export interface Propose<C = unknown> {
  readonly kind: "propose";
  readonly view: number;
  readonly block: Block<C>;
  readonly justify: Certified | null;
}

/** "The votes of this phase are together": the leader opens the next phase, or, after the last, says that it is decided. */
export interface Proceed {
  readonly kind: "preCommit" | "commit" | "decide";
  readonly view: number;
  readonly justify: Certified;
}

/** "I lack that block", and the answer. */
export interface Need {
  readonly kind: "need";
  readonly block: string;
}
export interface Here<C = unknown> {
  readonly kind: "here";
  readonly block: Block<C>;
}

/** All that replicas tell each other. */
export type HotStuffMessage<C = unknown> = NextView | Propose<C> | Signed<Vote> | Proceed | Need | Here<C>;

/** Who has voted in a phase, and what for. */
export type Votes = Map<NodeId, Signed<Vote>>;
