import { describe, expect, it } from "vitest";
import { ids, stream, type NodeId, type Property, type Role } from "../../lib/core.js";
import { explore, replay } from "../../lib/check.js";
import { acceptor, agreement, paxosProperties, proposer } from "../../lib/paxos.js";
import { doubleCountingProposer, forgetfulAcceptor, gullibleAcceptor } from "../../lib/consensus/paxos/broken.js";
import { chair, voter } from "./roles.js";

const leaves = ids("v1", "v2", "v3");

/** Asks all leaves once, and keeps the set of those that answered. */
function hub(answers: "set" | "list"): Role<{
  state: { heard: Set<NodeId> | NodeId[] };
  requests: { kind: "ask" };
  sends: { kind: "question" };
  receives: { kind: "answer" };
  decides: string;
}> {
  return {
    name: "hub",
    durable: [],
    timeout: {},
    init: () => ({ heard: answers === "set" ? new Set() : [] }),
    request: {
      ask(_, __, ___, out) {
        for (const leaf of leaves) out.send(leaf, { kind: "question" });
      },
    },
    receive: {
      answer(self, _, from, out) {
        if (self.heard instanceof Set) self.heard.add(from);
        else self.heard = [...self.heard, from].sort();
        if (!(self.heard instanceof Set) || self.heard.size === 3) out.decide("all");
      },
    },
  };
}

const leaf: Role<{ state: { asked: number }; receives: { kind: "question" }; sends: { kind: "answer" } }> = {
  name: "leaf",
  durable: [],
  timeout: {},
  request: {},
  init: () => ({ asked: 0 }),
  receive: {
    question(self, _, from, out) {
      self.asked++;
      out.send(from, { kind: "answer" });
    },
  },
};

const cluster = (answers: "set" | "list" = "set") =>
  ({
    nodes: { h: hub(answers), v1: leaf, v2: leaf, v3: leaf },
    requests: [{ node: "h", request: { kind: "ask" } }],
  }) as const;

describe("symmetric", () => {
  it("takes one of the worlds that differ only in which leaf is which", () => {
    // Each leaf has its question to come, its answer under way, or is done: 3 x 3 x 3, and the world before the request.
    expect(explore(cluster())).toMatchObject({ kind: "holds", worlds: 28 });
    // As multisets: (3 + 2 over 2) and 1.
    const verdict = explore({ ...cluster(), symmetric: [["v1", "v2", "v3"]] });
    expect(verdict).toMatchObject({ kind: "holds", worlds: 11, depth: 7 });
    expect(verdict.summary).toContain("11 worlds up to the names of v1, v2, v3");
  });

  it("renames who decided, and in which order", () => {
    const deciding: Role<any> = {
      ...leaf,
      receive: { question: (_: unknown, __: unknown, ___: unknown, out: any) => out.decide("done") },
    };
    const options = { ...cluster(), nodes: { h: hub("set"), v1: deciding, v2: deciding, v3: deciding } } as const;
    // Before the request, and then the orders in which 0 to 3 of 3 have decided: 1 + (1 + 3 + 6 + 6); or only how many.
    expect(explore(options)).toMatchObject({ worlds: 17 });
    expect(explore({ ...options, symmetric: [["v1", "v2", "v3"]] })).toMatchObject({ worlds: 5 });
  });

  it("comes to the same verdict as without, and as short a schedule that replays", () => {
    const acceptors = ids("a1", "a2", "a3");
    const all = paxosProperties({ acceptors });
    const cases = { holds: 0, violated: 0 };
    for (const [p, a, bounds, sets] of [
      [proposer, acceptor, {}, [[agreement], all]],
      [proposer, gullibleAcceptor, {}, [[agreement], all]],
      [proposer, forgetfulAcceptor, { crashes: 1 }, [all]],
      [doubleCountingProposer, acceptor, { duplicates: 1 }, [all]],
    ] as const) {
      for (const properties of sets) {
        const options = {
          nodes: { p1: p({ acceptors }), p2: p({ acceptors }), a1: a(), a2: a(), a3: a() },
          requests: [
            { node: "p1", request: { kind: "propose", value: "x" } },
            { node: "p2", request: { kind: "propose", value: "y" } },
          ],
          properties,
          maxWorlds: 170_000,
          ...bounds,
        } as const;
        const plain = explore(options);
        const reduced = explore({ ...options, symmetric: [["a1", "a2", "a3"]] });
        if (reduced.kind === "violated") {
          cases.violated++;
          // The reduced search reaches further where the other one gave up.
          if (plain.kind === "violated") expect(reduced.schedule.length).toBe(plain.schedule.length);
          expect(plain.kind).not.toBe("holds");
          expect(replay(options, reduced.schedule)).toEqual(reduced.trace);
        } else {
          cases.holds++;
          expect(plain).toMatchObject({ kind: reduced.kind, depth: reduced.depth });
          expect(reduced.worlds).toBeLessThan(plain.worlds / 5);
          expect(reduced.worlds).toBeGreaterThanOrEqual(plain.worlds / 6);
        }
      }
    }
    expect(cases).toEqual({ holds: 2, violated: 4 });
  }, 60_000);

  it("agrees on random leaves", () => {
    const kinds = { holds: 0, violated: 0 };
    for (let seed = 0; seed < 200; seed++) {
      const chance = stream(seed, "symmetric roles");
      const draws = Array.from({ length: 12 }, () => chance.below(3));
      const random = randomStar(draws);
      const options = { ...random, crashes: chance.below(2), timers: chance.below(2), maxWorlds: 5_000 };
      const plain = explore(options);
      if (plain.kind === "unfinished") continue;
      const reduced = explore({ ...options, symmetric: [["v1", "v2", "v3"]] });
      expect({ seed, kind: reduced.kind }).toEqual({ seed, kind: plain.kind });
      expect(reduced.worlds).toBeLessThanOrEqual(plain.worlds);
      if (plain.kind === "violated" && reduced.kind === "violated") {
        expect({ seed, length: reduced.schedule.length }).toEqual({ seed, length: plain.schedule.length });
      } else expect({ seed, depth: reduced.depth }).toEqual({ seed, depth: plain.depth });
      kinds[plain.kind]++;
    }
    expect(kinds.holds).toBeGreaterThan(20);
    expect(kinds.violated).toBeGreaterThan(20);
  });

  it("notices a role that tells the nodes apart", () => {
    const symmetric = [["v1", "v2", "v3"]] as const;
    expect(() => explore({ ...cluster("list"), symmetric })).toThrow(
      /v2 and v3 are not interchangeable: h handles "answer" in another way/,
    );
    const nodes = { c: chair(leaves, { countsVoters: true }), v1: voter(true), v2: voter(true), v3: voter(false) };
    const requests = [{ node: "c", request: { kind: "ask" } }] as const;
    expect(() => explore({ nodes, requests, symmetric })).toThrow(
      'v2 and v3 are not interchangeable: v2 handles "question" in another way',
    );
  });

  it("notices a property that tells the nodes apart", () => {
    const unfair: Property = {
      name: "v2 is never asked",
      check: ({ nodes }) => ((nodes[2]!.state as { asked: number }).asked > 0 ? "v2 was asked" : null),
    };
    const symmetric = [["v1", "v2", "v3"]] as const;
    expect(() => explore({ ...cluster(), properties: [unfair], symmetric })).toThrow(
      'v2 and v3 are not interchangeable: the property "v2 is never asked" tells them apart',
    );
    expect(() =>
      explore({
        ...cluster(),
        reach: { v2: ({ nodes }) => unfair.check({ nodes, decisions: [] }, null) !== null },
        symmetric,
      }),
    ).toThrow("reach.v2 tells them apart");
  });

  it.each([
    ["a group of one", { symmetric: [["v1"]] }, 'symmetric[0] must name at least two nodes, got ["v1"]'],
    ["a name that is none", { symmetric: [["v1", "v9"]] }, 'symmetric[0]: no node "v9" in this cluster: h, v1, v2, v3'],
    [
      "a node in two groups",
      {
        symmetric: [
          ["v1", "v2"],
          ["v3", "v2"],
        ],
      },
      "symmetric[1] names v2 a second time",
    ],
    [
      "a node that clients ask",
      { symmetric: [["h", "v1"]] },
      "symmetric[0]: h is asked by a client, which tells it apart",
    ],
    [
      "a bound for one of them",
      { symmetric: [["v1", "v2"]], crashes: { v1: 1 } },
      "symmetric[0]: crashes has a bound for v1 alone, which tells it apart",
    ],
    [
      "nodes that differ from the start",
      { symmetric: [["v1", "v2"]], nodes: { ...cluster().nodes, v2: { ...leaf, init: () => ({ asked: 7 }) } } },
      "v1 and v2 are not interchangeable: they differ from the start",
    ],
  ])("refuses %s", (_, change, message) => {
    expect(() => explore({ ...cluster(), ...change } as never)).toThrow(message);
  });
});

/** A hub and three equal leaves, with rules drawn at random that know nobody's name but by the message. */
function randomStar(draws: readonly number[]) {
  type Node = { mood: number; from: NodeId | null; seen: Set<NodeId> };
  const rule = (offset: number, isHub: boolean) => (self: Node, _: unknown, from: NodeId, out: any) => {
    const [a, b, c] = [draws[offset % 12]!, draws[(offset + 1) % 12]!, draws[(offset + 2) % 12]!];
    if ((self.mood + a) % 3 !== 0 && b > 0) {
      self.mood = (self.mood + b) % 3;
      if (c > 0) self.seen.add(from);
      if (c === 2) out.persist();
      out.send(from, { kind: b === 1 ? "m0" : "m1" });
      if (c === 0) self.from = from;
      else if (isHub) for (const leaf of leaves) if (!self.seen.has(leaf)) out.send(leaf, { kind: "m0" });
    } else if (a === 1) {
      self.from = from;
      out.write();
      if (c === 1) out.setTimer({ kind: "t" }, 1);
    }
  };
  const role = (isHub: boolean, offset: number): Role<any> =>
    ({
      name: isHub ? "hub" : "leaf",
      durable: ["mood", "seen"],
      init: () => ({ mood: 0, from: null, seen: new Set() }),
      request: {
        go: (_: unknown, __: unknown, ___: unknown, out: any) => leaves.forEach((to) => out.send(to, { kind: "m0" })),
      },
      receive: { m0: rule(offset, isHub), m1: rule(offset + 5, isHub) },
      timeout: { t: (self: Node, _: unknown, out: any) => void (self.from && out.send(self.from, { kind: "m1" })) },
    }) as never;
  const leafRole = role(false, draws[0]! + 3);
  const bad: Property = {
    name: "never two busy",
    check: ({ nodes }) => {
      const moods = nodes.map(({ state }) => (state as Node | null)?.mood);
      const busy = moods.slice(1).filter((mood) => mood === 1 + (draws[11]! % 2));
      return moods[0] !== 0 && busy.length === 2 ? "two are busy" : null;
    },
  };
  return {
    nodes: { h: role(true, draws[1]!), v1: leafRole, v2: leafRole, v3: leafRole },
    requests: [{ node: "h", request: { kind: "go" } }],
    properties: [bad],
  } as const;
}
