import { describe, expect, it } from "vitest";
import { ids, stream, type NodeId, type Role, type World } from "../../lib/core.js";
import { explore } from "../../lib/check.js";
import { inevitability, type Graph } from "../../lib/check/inevitable.js";
import { chair, voter } from "./roles.js";

/** Two-phase commit with one participant, as far as it is needed to see it block. */
const [c, p] = ids("c", "p");

interface Coordinator {
  decided: boolean;
}

const coordinator: Role<{
  state: Coordinator;
  requests: { kind: "begin" };
  sends: { kind: "vote?" } | { kind: "commit" };
  receives: { kind: "yes" };
  decides: "commit";
}> = {
  name: "coordinator",
  durable: ["decided"],
  timeout: {},
  init: () => ({ decided: false }),
  start(self, out) {
    if (self.decided) out.send(p!, { kind: "commit" });
  },
  request: { begin: (_, __, ___, out) => out.send(p!, { kind: "vote?" }) },
  receive: {
    yes(self, _, from, out) {
      self.decided = true;
      out.persist();
      out.send(from, { kind: "commit" });
      out.decide("commit");
    },
  },
};

const participant: Role<{
  state: { phase: "working" | "prepared" | "committed" };
  receives: { kind: "vote?" } | { kind: "commit" };
  sends: { kind: "yes" };
}> = {
  name: "participant",
  durable: ["phase"],
  timeout: {},
  request: {},
  init: () => ({ phase: "working" }),
  receive: {
    "vote?"(self, _, from, out) {
      self.phase = "prepared";
      out.persist();
      out.send(from, { kind: "yes" });
    },
    commit(self) {
      self.phase = "committed";
    },
  },
};

const commit = {
  nodes: { c: coordinator, p: participant },
  requests: [{ node: "c", request: { kind: "begin" } }],
  eventually: {
    "the participant knows": ({ nodes }: World) => (nodes[1]!.state as { phase: string } | null)?.phase === "committed",
  },
} as const;

describe("eventually", () => {
  it("proves that it comes true, and says within how many steps", () => {
    const verdict = explore(commit);
    expect(verdict).toMatchObject({ kind: "holds", inevitable: { "the participant knows": { within: 4, cutOff: 0 } } });
    expect(verdict.summary).toContain("Comes true within 4 steps once faults stop: the participant knows.");
  });

  it("shows the participant that is blocked when the coordinator has crashed for ever", () => {
    const verdict = explore({ ...commit, crashes: { c: 1 }, restarts: false });
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect(verdict).toMatchObject({
      property: "the participant knows",
      problem: "nothing is left to do, and it has not come true",
    });
    expect(verdict.trace.at(-1)).toMatchObject({ kind: "violation", property: "the participant knows" });
    expect(verdict.schedule.at(-1)).toMatchObject({ kind: "crash", node: "c" });
  });

  it("finds what a crash has lost for good", () => {
    // The participant's vote comes to a coordinator that is down in the meantime, or was lost: nobody asks again.
    const verdict = explore({ ...commit, crashes: { p: 1 } });
    expect(verdict).toMatchObject({ kind: "violated", problem: "nothing is left to do, and it has not come true" });
  });

  it("follows the ways on without crashes, from worlds to which crashes have led", () => {
    const insisting = {
      ...coordinator,
      start: (_: Coordinator, out: { send(to: NodeId, message: { kind: "commit" }): void }) =>
        out.send(p!, { kind: "commit" }),
    };
    const options = {
      ...commit,
      nodes: { c: insisting as typeof coordinator, p: participant },
      requests: [],
      crashes: { c: 1 },
    } as const;
    // The crash, the restart that sends once more, and the delivery: three actions, of which the first is a fault.
    expect(explore(options).inevitable).toEqual({ "the participant knows": { within: 2, cutOff: 0 } });
  });

  it("counts the ways that only the bound on timers cuts off", () => {
    const voters = ids("v1", "v2");
    const again: Role<any> = {
      ...voter(true),
      receive: {
        question: (self: { asked: boolean }, message: never, from: NodeId, out: never) =>
          self.asked ? voter(true).receive.question(self, message, from, out) : void (self.asked = true),
      },
    };
    const options = {
      nodes: { c: chair(voters, { countsVoters: true }), v1: again, v2: voter(true) },
      requests: [{ node: "c", request: { kind: "ask" } }],
      eventually: { decided: ({ decisions }: World) => decisions.length > 0 },
    } as const;
    // v1 answers the second question only, which comes with a timer.
    const without = explore(options);
    expect(without.kind).toBe("holds");
    expect(without.inevitable["decided"]!.cutOff).toBeGreaterThan(0);
    const withOne = explore({ ...options, timers: 1 });
    expect(withOne.inevitable["decided"]).toMatchObject({ cutOff: 0 });
  });

  it("finds two that go round for ever", () => {
    const polite: Role<{
      state: { peer: NodeId };
      receives: { kind: "after you" };
      sends: { kind: "after you" };
      requests: { kind: "go" };
    }> = {
      name: "polite",
      durable: [],
      timeout: {},
      init: (id) => ({ peer: id === c ? p! : c! }),
      request: { go: (self, _, __, out) => out.send(self.peer, { kind: "after you" }) },
      receive: { "after you": (self, _, __, out) => out.send(self.peer, { kind: "after you" }) },
    };
    const verdict = explore({
      nodes: { c: polite, p: polite },
      requests: [{ node: "c", request: { kind: "go" } }],
      eventually: { decided: ({ decisions }) => decisions.length > 0 },
    });
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect(verdict.problem).toBe("2 actions can go round for ever, and it never comes true");
    expect(verdict.schedule.map(({ kind }) => kind)).toEqual(["request", "deliver", "deliver"]);
  });

  it("comes to the same end with symmetry, and without deliveries in vain", () => {
    const leaves = ids("v1", "v2", "v3");
    const chairs = { c: chairOfSet(leaves), v1: voter(true), v2: voter(true), v3: voter(true) };
    const options = {
      nodes: chairs,
      requests: [{ node: "c", request: { kind: "ask" } }],
      eventually: { decided: ({ decisions }: World) => decisions.length > 0 },
    } as const;
    // The slowest way: all questions first, one vote in vain is not possible before the second counts.
    const plain = explore(options);
    expect(plain.inevitable).toEqual({ decided: { within: 6, cutOff: 0 } });
    expect(explore({ ...options, symmetric: [["v1", "v2", "v3"]] }).inevitable).toEqual(plain.inevitable);
    expect(explore({ ...options, reduce: true }).inevitable).toEqual(plain.inevitable);
    const lossy = { ...options, crashes: 1, symmetric: [["v1", "v2", "v3"]], restarts: false } as const;
    expect(explore(lossy)).toMatchObject({ kind: "violated" });
    expect(explore({ ...lossy, crashes: 1, reduce: true })).toMatchObject({ kind: "violated" });
  });
});

function chairOfSet(voters: readonly NodeId[]): Role<{
  state: { votes: Set<NodeId> };
  requests: { kind: "ask" };
  sends: { kind: "question" };
  receives: { kind: "vote"; yes: boolean };
  decides: "yes";
}> {
  return {
    name: "chair",
    durable: [],
    timeout: {},
    init: () => ({ votes: new Set() }),
    request: {
      ask(_, __, ___, out) {
        for (const each of voters) out.send(each, { kind: "question" });
      },
    },
    receive: {
      vote(self, _, from, out) {
        self.votes.add(from);
        if (self.votes.size === 2) out.decide("yes");
      },
    },
  };
}

describe("inevitability", () => {
  it("agrees with following every way on random graphs", () => {
    const kinds = { always: 0, stuck: 0, round: 0 };
    for (let seed = 0; seed < 500; seed++) {
      const chance = stream(seed, "graph");
      const size = 1 + chance.below(7);
      const rows = Array.from({ length: size }, (_, w) =>
        Array.from({ length: chance.below(3) }, () =>
          chance.chance(0.8) ? Math.min(size - 1, w + 1 + chance.below(2)) : chance.below(size),
        ).filter((t) => t !== w || chance.chance(0.2)),
      );
      const goals = rows.map(() => chance.chance(0.3));
      const graph: Graph = {
        starts: Uint32Array.from([0, ...rows.map((_, w) => rows.slice(0, w + 1).flat().length)]),
        targets: Uint32Array.from(rows.flat()),
      };
      const result = inevitability(
        graph,
        (w) => goals[w]!,
        () => false,
      );
      kinds[result.kind]++;
      // Following all ways, as long as no way without a goal can be without coming round.
      const longest = rows.map((_, w) => farthest(w, 0));
      const isStuck = rows.some((row, w) => row.length === 0 && !goals[w]);
      if (isStuck) expect({ seed, result }).toMatchObject({ seed, result: { kind: "stuck" } });
      else if (longest.some((length) => length > size))
        expect({ seed, result }).toMatchObject({ seed, result: { kind: "round" } });
      else
        expect({ seed, result }).toEqual({ seed, result: { kind: "always", within: Math.max(...longest), cutOff: 0 } });
      if (result.kind === "round") {
        for (let i = 1; i < result.worlds.length; i++) {
          expect(rows[result.worlds[i - 1]!]).toContain(result.worlds[i]);
          expect(goals[result.worlds[i]!]).toBe(false);
        }
        expect(result.worlds.indexOf(result.worlds.at(-1)!)).toBeLessThan(result.worlds.length - 1);
      }

      function farthest(world: number, length: number): number {
        if (goals[world] || length > size + 1) return length;
        return Math.max(length, ...rows[world]!.map((target) => farthest(target, length + 1)));
      }
    }
    expect(Object.values(kinds).every((count) => count > 20)).toBe(true);
  });
});
