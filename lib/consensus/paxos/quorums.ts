import { majority } from "../../core/quorum.js";
import { integer, options } from "../../core/parameters.js";

/** How many acceptors must answer in each phase. */
export interface Quorums {
  /** Phase 1: so many promises open a ballot. */
  readonly prepare: number;
  /** Phase 2: so many votes choose its value. */
  readonly accept: number;
}

/**
 * The quorums of `n` acceptors: majorities, unless told otherwise. If one is given, the other is the least
 * that meets it.
 *
 * Paxos needs only that each quorum of phase 1 shares an acceptor with each quorum of phase 2; two quorums of
 * the same phase may pass each other by (Howard, Malkhi and Spiegelman, "Flexible Paxos: Quorum Intersection
 * Revisited", 2016, section 4). Counted in acceptors: prepare + accept > n.
 *
 * @throws RangeError if a quorum is not a whole number from 1 to `n`, or if two of them need not meet
 */
export function quorumsOf(n: number, given: Partial<Quorums> = {}): Quorums {
  options("quorums", given, ["prepare", "accept"]);
  for (const [phase, size] of Object.entries(given)) integer(`quorums.${phase}`, size, { min: 1, max: n });
  const { prepare = given.accept === undefined ? majority(n) : n - given.accept + 1 } = given;
  const { accept = given.prepare === undefined ? majority(n) : n - given.prepare + 1 } = given;
  if (prepare + accept <= n) {
    throw new RangeError(
      `quorums must meet: prepare + accept must be more than the ${n} acceptors, got ${prepare} + ${accept}`,
    );
  }
  return { prepare, accept };
}
