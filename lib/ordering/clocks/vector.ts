import type { NodeId } from "../../core/role.js";
import type { LogicalClock } from "./clock.js";

/** How many events of each node are known; of a node that is not named, none. */
export type Counts = Readonly<Record<string, number>>;

/** A vector of counts, and whose it is. */
export interface VectorTime {
  readonly node: NodeId;
  readonly counts: Counts;
}

/** Whether all that the one knows the other knows too: no entry is greater. */
export function isAtMost(one: Counts, other: Counts): boolean {
  return Object.entries(one).every(([node, count]) => count <= (other[node] ?? 0));
}

/** What both together know: the greater of each two entries. */
export function merged(one: Counts, other: Counts): Counts {
  const both: Record<string, number> = { ...one };
  for (const [node, count] of Object.entries(other)) both[node] = Math.max(both[node] ?? 0, count);
  return sorted(both);
}

/** With one more event of this node. */
export function counted(counts: Counts, node: string): Counts {
  return sorted({ ...counts, [node]: (counts[node] ?? 0) + 1 });
}

/** How the knowledge of two vectors is related. */
export function orderOf(one: Counts, other: Counts): "before" | "after" | "same" | "concurrent" {
  const [atMost, atLeast] = [isAtMost(one, other), isAtMost(other, one)];
  return atMost ? (atLeast ? "same" : "before") : atLeast ? "after" : "concurrent";
}

/**
 * The vector clock (向量时钟) of Colin Fidge (Timestamps in Message-Passing Systems That Preserve the Partial Ordering, 1988)
 * and Friedemann Mattern (Virtual Time and Global States of Distributed Systems, 1989). Stamps are ordered exactly as the
 * events are; the price is one entry for each node, and no less will do (Charron-Bost 1991).
 */
export const vectorClock: LogicalClock<VectorTime> = {
  name: "vector clock",
  init: (node) => ({ node, counts: {} }),

  // An event counts in the entry of its own node.
  tick: ({ node, counts }) => ({ node, counts: counted(counts, node) }),

  // A receipt is such an event, too, and knows all that its message knew.
  receive: ({ node, counts }, sent) => ({ node, counts: counted(merged(counts, sent.counts), node) }),

  isBefore: (one, other) => orderOf(one.counts, other.counts) === "before",
  text: ({ counts }) => `[${Object.entries(counts).map(([node, count]) => `${node} ${count}`).join(", ")}]`,
};

/** Entries by the names of their nodes, so that equal vectors look equal. */
function sorted(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).sort(([one], [other]) => (one < other ? -1 : 1)));
}
