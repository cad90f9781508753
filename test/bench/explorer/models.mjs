// Models that threads load by name.
import { ids } from "distlab/core";
import { acceptor, agreement, proposer } from "distlab/paxos";

export const here = import.meta.url;
export const acceptors = ids("a1", "a2", "a3");

const p = proposer({ acceptors });

/**
 * Two proposers and three acceptors.
 *
 * @param {object} more bounds
 */
export const paxos = (more = {}) => ({
  nodes: { p1: p, p2: p, a1: acceptor(), a2: acceptor(), a3: acceptor() },
  requests: [
    { node: "p1", request: { kind: "propose", value: "x" } },
    { node: "p2", request: { kind: "propose", value: "y" } },
  ],
  properties: [agreement],
  maxWorlds: 1_000_000,
  ...more,
});
