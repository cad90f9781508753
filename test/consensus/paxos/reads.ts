import { type AnyRole, ids } from "../../../lib/core.js";
import type { ExploreOptions } from "../../../lib/check.js";
import { linearizableAnswers, type Model } from "../../../lib/history.js";
import { acceptor, agreement, proposer, type reader } from "../../../lib/paxos.js";
import { all } from "./contests.js";

type Decree = Model<string | null, { readonly kind: "propose"; readonly value: string } | { readonly kind: "read" }>;

/** What Paxos offers its clients: the first proposal decides, and every later one, and every read, hears of it. */
export const decree: Decree = {
  name: "decree",
  initial: null,
  operations: {
    propose: (chosen, { value }) => ({ state: chosen ?? value, result: chosen ?? value }),
    read: (chosen) => ({ state: chosen, result: chosen }),
  },
  isRead: ({ kind }) => kind === "read",
};

/**
 * One proposal, and two reads of one reader: one after the other, or at any time. Ballots of s1 are later than the
 * reader's of the same round, those of p1 are earlier.
 */
export function readWorld(role: typeof reader, reads: "after" | "beside", asked: "p1" | "s1"): ExploreOptions<Record<string, AnyRole>> {
  const acceptors = ids("a1", "a2", "a3");
  const read = { node: "r1", request: { kind: "read" } };
  return {
    nodes: { [asked]: proposer({ acceptors }), r1: role({ acceptors }), ...all(acceptors, acceptor()) },
    requests: [{ node: asked, request: { kind: "propose", value: "x" } }, ...(reads === "after" ? [[read, read]] : [read, read])],
    properties: [agreement, linearizableAnswers(decree)],
    symmetric: [acceptors],
  };
}
