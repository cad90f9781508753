import type { NodeId } from "../../core/role.js";

/**
 * A ballot number, the paper's "proposal number". Two rules make it what it is: no two proposers share one,
 * and any two compare. So it is a pair, ordered by round and then by the name of the proposer.
 */
export interface Ballot {
  /** 1 and up; 0 only in `noBallot`. */
  readonly round: number;
  /** Who opened it; empty only in `noBallot`. */
  readonly proposer: NodeId | "";
}

/** Before every other ballot: what an acceptor has promised that never promised anything. */
export const noBallot: Ballot = { round: 0, proposer: "" };

/** Whether ballot `a` is the lower one. */
export function isBefore(a: Ballot, b: Ballot): boolean {
  return a.round !== b.round ? a.round < b.round : a.proposer < b.proposer;
}

/** Whether both are one ballot. */
export function isSame(a: Ballot, b: Ballot): boolean {
  return a.round === b.round && a.proposer === b.proposer;
}

/** The ballot as papers write it, for sentences and keys: `(2, p1)`. Different ballots have different names. */
export function nameOf({ round, proposer }: Ballot): string {
  return `(${round}, ${proposer})`;
}
