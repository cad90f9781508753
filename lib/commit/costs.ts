import { integer, oneOf } from "../core/parameters.js";
import type { Outcome } from "./transaction.js";

/** What a transaction costs when nothing fails. */
export interface Cost {
  /** Messages between nodes. */
  readonly messages: number;
  /** Message delays from the client's request until the last participant knows the outcome; writes and local steps take no time. */
  readonly delays: number;
  /** Writes that somebody waits for. */
  readonly forced: number;
  /** Writes that nobody waits for. */
  readonly lazy: number;
}

/** The cost with `n` participants, of which none, or exactly the last one, votes no. */
export type CostFormula = (n: number, outcome: Outcome) => Cost;

/**
 * What two-phase commit costs, by form. The coordinator has a node of its own and is asked by a client. (Mohan,
 * Lindsay and Obermarck 1986, section 5, except that our vetoes are forced to disk.)
 */
export const twoPhaseCosts: Readonly<Record<"basic" | "presumed-abort" | "presumed-commit", CostFormula>> = {
  "basic": checked((n, outcome) =>
    outcome === "commit"
      ? { messages: 4 * n, delays: 3, forced: 2 * n + 1, lazy: 1 }
      : { messages: 4 * n - 2, delays: n > 1 ? 3 : 1, forced: 2 * n, lazy: n > 1 ? 1 : 0 }),
  "presumed-abort": checked((n, outcome) =>
    outcome === "commit"
      ? { messages: 4 * n, delays: 3, forced: 2 * n + 1, lazy: 1 }
      : { messages: 3 * n - 1, delays: n > 1 ? 3 : 1, forced: n, lazy: n - 1 }),
  "presumed-commit": checked((n, outcome) =>
    outcome === "commit"
      ? { messages: 3 * n, delays: 3, forced: n + 2, lazy: n }
      : { messages: 4 * n - 2, delays: n > 1 ? 3 : 1, forced: 2 * n, lazy: n > 1 ? 1 : 0 }),
};

/**
 * What two-phase commit costs as Gray and Lamport count it ("Consensus on Transaction Commit", 2006, section 3.2): a
 * participant begins, nothing is acknowledged, and the transaction commits. `coordinator`: on a node of its own, or
 * on that of the participant which begins. `asks`: whether the others are asked to prepare, or do so by themselves.
 */
export function grayLamportCost({ n, coordinator = "apart", asks = true }: {
  readonly n: number;
  readonly coordinator?: "apart" | "with a participant";
  readonly asks?: boolean;
}): Cost {
  integer("n", n, { min: 1 });
  oneOf("coordinator", coordinator, ["apart", "with a participant"]);
  const isApart = coordinator === "apart";
  const [messages, delays] = asks ? (isApart ? [3 * n - 1, 4] : [3 * n - 3, 3]) : isApart ? [2 * n, 2] : [2 * n - 2, 2];
  return { messages, delays: n > 1 ? delays : isApart ? 2 : 0, forced: n + 1, lazy: n };
}

/** How many forced writes follow one another before all know, in Gray and Lamport's count. */
export function grayLamportWriteDelays({ asks = true }: { readonly asks?: boolean } = {}): number {
  return asks ? 3 : 2;
}

/**
 * What three-phase commit costs, also with quorums: one more round to all than two-phase commit, and a record of it.
 * Nothing is acknowledged at the end. (Skeen 1981.)
 */
export const threePhaseCost: CostFormula = checked((n, outcome) =>
  outcome === "commit"
    ? { messages: 5 * n, delays: 5, forced: 3 * n + 2, lazy: 0 }
    : { messages: 3 * n - 1, delays: n > 1 ? 3 : 1, forced: 2 * n + 1, lazy: 0 });

/** What four-phase commit, as we reconstruct it, costs with `k` backups: two rounds to them around the votes. */
export function fourPhaseCost(k: number): CostFormula {
  integer("k", k);
  const rounds = k > 0 ? 2 : 0;
  return checked((n, outcome) =>
    outcome === "commit"
      ? { messages: 4 * k + 3 * n, delays: 3 + 2 * rounds, forced: 2 * k + 2 * n + 2, lazy: 0 }
      : { messages: 4 * k + 3 * n - 1, delays: n > 1 ? 3 + 2 * rounds : 1 + rounds, forced: 2 * k + 2 * n + 1, lazy: 0 });
}

function checked(formula: CostFormula): CostFormula {
  return (n, outcome) => formula(integer("n", n, { min: 1 }), oneOf("outcome", outcome, ["commit", "abort"]));
}
