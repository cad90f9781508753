import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { ids, type Property, type World } from "../../../lib/core.js";
import { agreement, learner, type Phase } from "../../../lib/paxos.js";
import { all, names, rivals, servers } from "./contests.js";

/*
 * Every world of small clusters. The numbers are exact: one more or less is a change of the protocol, of a
 * property's memory or of the explorer, and is to be understood before it is written down here.
 */

describe("every world of two proposers", () => {
  it("and two acceptors is safe: 517 worlds, in which the properties remember nothing that does not show", () => {
    expect(explore({ ...rivals(2), properties: [agreement] })).toMatchObject({ kind: "holds", worlds: 517, transitions: 1272, depth: 18 });
    expect(explore(rivals(2))).toMatchObject({ kind: "holds", worlds: 517, depth: 18 });
  });

  it("and two acceptors is safe where any node may crash once, before or after anything that it does", () => {
    expect(explore({ ...rivals(2), crashes: 1 })).toMatchObject({ kind: "holds", worlds: 5386 });
  });

  it("and two acceptors is safe where one message is doubled, or all of them any number of times", () => {
    expect(explore({ ...rivals(2), duplicates: 1 })).toMatchObject({ kind: "holds", worlds: 6241 });
    expect(explore({ ...rivals(2), duplicates: Infinity })).toMatchObject({ kind: "holds", worlds: 1172 });
  });

  it("and two acceptors is safe where one of them tries again, with nacks and without", () => {
    expect(explore({ ...rivals(2), timers: 1 })).toMatchObject({ kind: "holds", worlds: 25727 });
    expect(explore({ ...rivals(2, {}, { nack: true }), timers: 1 })).toMatchObject({ kind: "holds", worlds: 85729 });
  });

  it("and two acceptors agrees where one tries again and one crashes", () => {
    const verdict = explore({ ...rivals(2), properties: [agreement], timers: 1, crashes: 1 });
    expect(verdict).toMatchObject({ kind: "holds", worlds: 209991 });
  });

  it("and three acceptors is safe", () => {
    expect(explore(rivals(3))).toMatchObject({ kind: "holds", worlds: 165897, depth: 25 });
  });

  it("and three acceptors agrees where an acceptor crashes", () => {
    const verdict = explore({ ...rivals(3), properties: [agreement], crashes: { a1: 1 } });
    expect(verdict).toMatchObject({ kind: "holds", worlds: 470421 });
  });

  it("and flexible quorums that meet is safe", () => {
    expect(explore(rivals(2, { quorums: { prepare: 1, accept: 2 } }))).toMatchObject({ kind: "holds", worlds: 6959 });
    expect(explore(rivals(3, { quorums: { prepare: 3, accept: 1 } }))).toMatchObject({ kind: "holds", worlds: 6747 });
  });

  it("and two learners that hear all votes is safe", () => {
    const { nodes, ...rest } = rivals(2, {}, { learners: ids("l1", "l2", "p1") });
    const acceptors = names("a", 2);
    expect(explore({ ...rest, nodes: { ...nodes, ...all(names("l", 2), learner({ acceptors })) } })).toMatchObject({ kind: "holds", worlds: 14327 });
  });
});

describe("every world of servers that play all the parts", () => {
  it("is safe with three of them, of which two propose", () => {
    expect(explore(servers(3))).toMatchObject({ kind: "holds", worlds: 13508 });
  });

  it("agrees with three of them, of which two propose and one crashes", () => {
    expect(explore({ ...servers(3), properties: [agreement], crashes: 1 })).toMatchObject({ kind: "holds", worlds: 95254 });
  });
});

describe("such a search is not empty: in some world", () => {
  const phase = ({ nodes }: World, id: string) => (nodes.find((node) => node.id === id)!.state as { phase: Phase } | null)?.phase;

  it("either value is decided; a proposer asks for the other's value; votes are split; both rivals decide", () => {
    const { reached } = explore({
      ...rivals(3),
      properties: [],
      reach: {
        "x is decided": ({ decisions }) => decisions[0]?.outcome === "x",
        "y is decided": ({ decisions }) => decisions[0]?.outcome === "y",
        "p2 asks for x": (world) => {
          const now = phase(world, "p2");
          return now?.kind === "accepting" && now.value === "x";
        },
        "votes are split": ({ nodes }) =>
          new Set(nodes.flatMap(({ state }) => (state as { vote?: { value: string } | null }).vote?.value ?? [])).size === 2,
        "both decide": ({ decisions }) => decisions.length === 2,
      },
    });
    const lengths = Object.fromEntries(Object.entries(reached).map(([name, schedule]) => [name, schedule?.length]));
    expect(lengths).toEqual({ "x is decided": 9, "y is decided": 9, "p2 asks for x": 11, "votes are split": 12, "both decide": 18 });
  });

  it("an acceptor crashes between its promise and its vote, and keeps the promise", () => {
    const wasDown: Property<string> = {
      name: "remembers what a1 did",
      memory: "",
      observe(memory, happened) {
        if (happened.kind === "send" && happened.from === "a1") return `${memory} ${happened.message.kind}`;
        if ("node" in happened && happened.node === "a1") return `${memory} ${happened.kind}`;
        return memory;
      },
      check: (_, memory) => (memory === " promised crash restart accepted" ? "it happened" : null),
    };
    const verdict = explore({ ...rivals(2), properties: [wasDown], crashes: { a1: 1 } });
    expect(verdict).toMatchObject({ kind: "violated", problem: "it happened" });
  });
});
