import { describe, expect, it } from "vitest";
import { ids } from "../../lib/core.js";
import { explore } from "../../lib/check.js";
import { acceptor, agreement, paxosProperties, proposer } from "../../lib/paxos.js";
import { gullibleAcceptor } from "../../lib/consensus/paxos/broken.js";
import { naiveExplore } from "./naive.js";

const requests = [
  { node: "p1", request: { kind: "propose", value: "x" } },
  { node: "p2", request: { kind: "propose", value: "y" } },
] as const;

function cluster(n: number, role = acceptor) {
  const acceptors = ids("a1", "a2", "a3").slice(0, n);
  const p = proposer({ acceptors, quorums: { prepare: Math.floor(n / 2) + 1, accept: Math.floor(n / 2) + 1 } });
  return { nodes: { p1: p, p2: p, ...Object.fromEntries(acceptors.map((name) => [name, role()])) }, requests };
}

describe("Paxos under the explorer", () => {
  it("counts as the obvious explorer does, with a memory and without", () => {
    for (const properties of [[agreement], paxosProperties({ acceptors: ids("a1", "a2") })]) {
      const { nodes } = cluster(2);
      const slow = naiveExplore(
        { nodes, clients: requests.map((ask) => [ask]), timers: 0, crashes: 0, duplicates: 0, properties },
        10_000,
      )!;
      const fast = explore({ ...cluster(2), properties });
      expect(fast).toMatchObject({
        kind: "holds",
        worlds: slow.worlds,
        transitions: slow.transitions,
        depth: slow.depth,
      });
    }
  });

  it("is not vacuous: some world decides x, and some decides y, and in some both proposers have decided", () => {
    const { reached } = explore({
      ...cluster(2),
      properties: [agreement],
      reach: {
        x: ({ decisions }) => decisions[0]?.outcome === "x",
        y: ({ decisions }) => decisions[0]?.outcome === "y",
        both: ({ decisions }) => decisions.length === 2,
      },
    });
    // One request, 2 + 2 messages for the promises, and 2 + 2 for the votes.
    expect(Object.values(reached).map((schedule) => schedule?.length)).toEqual([9, 9, 18]);
  });

  it("finds two decisions where acceptors vote without a look at their promise, in 18 actions", () => {
    const verdict = explore({ ...cluster(3, gullibleAcceptor), properties: [agreement] });
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect(verdict.problem).toBe('p1 decided "x", but p2 decided "y"');
    expect(verdict.schedule).toHaveLength(18);
  });
});
