import { flag, integer, oneOf } from "../../core/parameters.js";
import type { Cost } from "../costs.js";

/**
 * What a committed transaction costs by Paxos Commit, as Gray and Lamport count it in Figure 4 of "Consensus on
 * Transaction Commit" (2006): one of `n` resource managers begins, nobody acknowledges the outcome, and `faults` crashes
 * of acceptors would be survived (their F, of 2F + 1 acceptors, of which F + 1 are used). The leader shares a node with
 * an acceptor. `leader`: on a node of its own; or on that of the resource manager which begins, and then the other
 * acceptors in use are on nodes of resource managers too, for which there must be enough of those. With F = 0 it is
 * two-phase commit: all numbers are those of `grayLamportCost`.
 *
 * The delays are the figure's for three or more resource managers; with fewer, the longest way is shorter.
 *
 * @throws RangeError unless `n` is a whole number of at least 1, and `faults` of at least 0, and less than `n` where
 * acceptors need the nodes of resource managers
 */
export function paxosCommitCost({
  n,
  faults,
  leader = "apart",
  faster = false,
}: {
  readonly n: number;
  readonly faults: number;
  readonly leader?: "apart" | "with a participant";
  /** Faster Paxos Commit (section 4.3). */
  readonly faster?: boolean;
}): Cost {
  const isApart = oneOf("leader", leader, ["apart", "with a participant"]) === "apart";
  integer("n", n, { min: 1 });
  const f = integer("faults", faults, isApart ? {} : { max: n - 1 });
  const writes = { forced: n + f + 1, lazy: n };
  if (flag("faster", faster)) {
    return isApart
      ? { messages: n * (2 * f + 3) - 1, delays: n > 1 ? 4 : 2, ...writes }
      : { messages: (n - 1) * (2 * f + 3), delays: n > 1 ? 3 : 0, ...writes };
  }
  // From the acceptors to the leader is a delay of its own, unless the leader is the only one of them.
  const votes = f === 0 ? 0 : 1;
  return isApart
    ? { messages: (n + 1) * (f + 3) - 4, delays: n > 1 ? 4 + votes : 2 + votes, ...writes }
    : { messages: n * (f + 3) - 3, delays: n > 2 ? 3 + votes : n > 1 ? 3 : 0, ...writes };
}

/**
 * How many forced writes follow one another before all know, where the leader asks all resource managers to prepare at
 * the same time: theirs, and then the acceptors'. Where one of them begins, it is one more: its own comes first.
 */
export function paxosCommitWriteDelays({
  begins = "a participant",
}: { readonly begins?: "a participant" | "the leader" } = {}): number {
  return oneOf("begins", begins, ["a participant", "the leader"]) === "the leader" ? 2 : 3;
}
