import { describe, expect, it } from "vitest";
import { atomicity, fourPhase, quorumCommit, type Scripted, scripted, threePhase, twoPhase, undecided } from "../../lib/commit.js";
import { type ScriptedFault, simulate } from "../../lib/sim.js";
import { sequence } from "../../lib/trace.js";
import { expectRecorded } from "../support/recorded.js";
import { resources, work } from "./clusters.js";

/** One transaction of n participants, with every message taking 10 ms. */
function run(protocol: ReturnType<typeof twoPhase.protocol>, n: number, faults: readonly ScriptedFault[], until: number) {
  return simulate({
    nodes: protocol(resources(n)).nodes,
    network: { latency: 10 },
    requests: [{ at: 0, node: "c", request: { kind: "commit", transaction: "t1", work: work(n) } }] as never,
    faults, properties: [atomicity], until,
  });
}

describe("a recorded run", () => {
  it("of two-phase commit is a coordinator that crashes after the votes, participants in doubt, and their release when it comes back", () => {
    const { trace, decisions } = run(twoPhase.protocol({ form: "presumed-abort", inquireAfter: 100 }), 2, [{ at: 15, kind: "crash", node: "c", forMs: 200 }], 1_000);
    expectRecorded("commit-blocked", sequence(trace));
    expect(decisions.map(({ node, at }) => [node, at])).toEqual([["p1", 230], ["p2", 230]]);
  });

  it("of three-phase commit is a participant that finishes for a coordinator which is gone", () => {
    const { trace, decisions } = run(threePhase.protocol(), 2, [{ at: 35, kind: "crash", node: "c" }], 1_000);
    expectRecorded("commit-takeover", sequence(trace));
    expect(decisions.map(({ node, outcome }) => [node, (outcome as { outcome: string }).outcome])).toEqual([["p1", "commit"], ["p2", "commit"]]);
  });

  it("of three-phase commit in a network that is cut is two halves that decide differently", () => {
    const cut = { kind: "partition", groups: [["c", "p1"], ["p2"]] } as const;
    const { trace, violation } = run(threePhase.protocol(), 2, [{ at: 25, ...cut }], 1_000);
    expectRecorded("commit-cut", sequence(trace));
    expect(violation?.problem).toBe("c decided to commit t1, but p2 decided to abort it");
  });

  it("of four-phase commit in a network that is cut is two coordinators that decide differently", () => {
    const cut = { kind: "partition", groups: [["c", "p1"], ["b1", "p2"]] } as const;
    const { trace, violation } = run(fourPhase.protocol({ backups: 1 }), 2, [{ at: 45, ...cut }], 1_000);
    expectRecorded("commit-two-coordinators", sequence(trace));
    expect(violation?.problem).toBe("c decided to commit t1, but b1 decided to abort it");
  });
});

describe("in a network that is cut", () => {
  const cut = (at: number) => [{ at, kind: "partition", groups: [["c", "p1"], ["p2", "p3"]], forMs: 2_000 } as const];
  const moments = Array.from({ length: 12 }, (_, i) => 5 * i + 1);

  it("three-phase commit with quorums decides one thing at whatever moment it comes, on the side that has a quorum", () => {
    for (const at of moments) {
      const { violation, decisions } = run(quorumCommit.protocol(), 3, cut(at), 10_000);
      expect([violation, undecided(decisions, { t1: at < 10 ? ["p1"] : ["p1", "p2", "p3"] })]).toEqual([null, []]);
    }
  });

  it("two-phase commit decides one thing, and the side without the coordinator waits", () => {
    for (const at of moments) {
      const { violation, decisions } = run(twoPhase.protocol(), 3, cut(at), 1_900);
      expect(violation).toBeNull();
      if (at >= 15 && at < 25) expect(undecided(decisions, { t1: ["p1", "p2", "p3"] }).map(({ node }) => node)).toEqual(["p2", "p3"]);
    }
  });
});

describe("passing on what one hears", () => {
  it("does not make up for a promise to wait: who is told, and crashes before it can pass that on, has decided alone", () => {
    const participant = twoPhase.broken.relayingParticipant({ inquireAfter: 300 });
    const cluster = { nodes: { c: twoPhase.coordinator(), p1: participant, p2: participant }, network: { latency: 10 } };
    const faults = [
      { at: 19, kind: "cut", from: ["c"], to: ["p2"], forMs: 15 }, // the coordinator crashes between two messages
      { at: 21, kind: "crash", node: "c" },
      { at: 25, kind: "crash", node: "p1", moment: "after-flush", forMs: 500 },
    ] as const;
    const requests = [{ at: 0, node: "c", request: { kind: "commit", transaction: "t1", work: work(2) } }] as const;
    const { violation } = simulate({ ...cluster, faults, requests, properties: [atomicity], until: 2_000 });
    expect(violation?.problem).toBe("c decided to commit t1, but p2 decided to abort it");
  });
});

describe("locks of a participant in doubt", () => {
  it("are held as long as the coordinator is down, and longer by one inquiry", () => {
    const heldFor = (downMs: number) => {
      const { decisions } = run(twoPhase.protocol({ inquireAfter: 50 }), 1, [{ at: 15, kind: "crash", node: "c", forMs: downMs }], 60_000);
      return decisions.find(({ node }) => node === "p1")!.at - 10;
    };
    for (const downMs of [100, 1_000, 10_000]) {
      expect(heldFor(downMs)).toBeGreaterThanOrEqual(downMs);
      expect(heldFor(downMs)).toBeLessThanOrEqual(downMs + 90);
    }
  });

  it("are there again after a crash of the participant itself", () => {
    const { simulation } = run(twoPhase.protocol(), 1, [{ at: 15, kind: "crash", node: "c" }, { at: 20, kind: "crash", node: "p1", forMs: 100 }], 2_000);
    expect(scripted.holders((simulation.state("p1") as unknown as { data: Scripted }).data)).toEqual(["t1"]);
  });
});

describe("many transactions at once", () => {
  it.each([
    ["two-phase commit", twoPhase.protocol()],
    ["three-phase commit", threePhase.protocol()],
    ["quorum-based three-phase commit", quorumCommit.protocol()],
    ["four-phase commit", fourPhase.protocol({ backups: 2 })],
  ])("are kept apart by %s", (_, protocol) => {
    const { nodes } = protocol(resources(3));
    const requests = Array.from({ length: 200 }, (_, i) => ({
      at: i % 10, node: "c", request: { kind: "commit", transaction: `t${i}`, work: { p1: "yes", p2: i % 3 === 0 ? "no" : "yes", p3: "yes" } },
    }));
    const { decisions } = simulate({ nodes, network: { latency: [1, 9] }, requests: requests as never, properties: [atomicity], until: 5_000 });
    const outcomes = new Map(decisions.filter(({ node }) => node === "p3").map(({ outcome }) => [(outcome as { transaction: string }).transaction, (outcome as { outcome: string }).outcome]));
    expect(outcomes.size).toBe(200);
    for (let i = 0; i < 200; i++) expect(outcomes.get(`t${i}`)).toBe(i % 3 === 0 ? "abort" : "commit");
  });
});
