import { describe, expect, it } from "vitest";
import { explore } from "../../lib/check.js";
import {
  atomicity, commitNeedsAllVotes, irrevocability, listedThreePhaseCoordinator, listedThreePhaseParticipant, listing, listingExample, twoPhase,
} from "../../lib/commit.js";
import { simulate } from "../../lib/sim.js";

describe("the article's listing 4.3", () => {
  it("ends with a coordinator that believes all have committed, and participants that never heard of it", () => {
    expect(listingExample()).toEqual({ coordinator: ["committed", "committed"], participants: ["idle", "idle"] });
  });

  it("T-no-vote: reports a participant as committed that would never have agreed", () => {
    const { Coordinator, Participant } = listing();
    const coordinator = new Coordinator();
    const unwilling = new Participant();
    unwilling.vote = () => void (unwilling.status = "voted no");
    coordinator.send_request(unwilling);
    coordinator.send_commit(unwilling);
    expect([coordinator.status.get(unwilling), unwilling.status]).toEqual(["committed", "idle"]);
  });

  it("T-no-abort: has nobody who could refuse or undo anything", () => {
    const { Coordinator, Participant } = listing();
    const names = [Coordinator, Participant].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype));
    expect(names.filter((name) => /abort|rollback|refuse/.test(name))).toEqual([]);
  });

  it("T-no-log, T-optimistic-commit: commits by taking a note, before it is asked, and has nothing after a crash", () => {
    const { Coordinator, Participant } = listing();
    const coordinator = new Coordinator();
    const stranger = new Participant();
    coordinator.send_commit(stranger);
    expect([coordinator.transactions.length, coordinator.status.get(stranger)]).toEqual([0, "committed"]);
    expect(new Coordinator().status.size).toBe(0);
  });
});

describe("a fault of the listing, alone in a protocol that is sound otherwise", () => {
  it.each(["T-no-vote", "T-no-log", "T-optimistic-commit"])("%s breaks it, and nothing breaks without", (fault) => {
    const worlds = twoPhase.brokenWorlds.filter(({ inListing }) => inListing === fault);
    expect(worlds.length).toBeGreaterThan(0);
    for (const { world, sound } of worlds) expect([explore(world).kind, explore(sound).kind]).toEqual(["violated", "holds"]);
  });

  it("T-no-abort breaks it: who voted yes beside a no waits for ever", () => {
    const run = (role: typeof twoPhase.coordinator) => simulate({
      nodes: { c: role(), p1: twoPhase.participant(), p2: twoPhase.participant() },
      requests: [{ at: 0, node: "c", request: { kind: "commit", transaction: "t1", work: { p1: "yes", p2: "no" } } }],
      until: 60_000,
    }).decisions.map(({ node }) => node);
    expect(run(twoPhase.broken.relentlessCoordinator)).toEqual(["p2"]);
    expect(run(twoPhase.coordinator).sort()).toEqual(["c", "p1", "p2"]);
  });
});

describe("the article's 3PC", () => {
  const p = listedThreePhaseParticipant();
  const cluster = {
    nodes: { c: listedThreePhaseCoordinator(), p1: p, p2: p },
    requests: [{ node: "c", request: { kind: "commit", transaction: "t1", work: { p1: null, p2: null } } }],
  } as const;

  it("rolls back what everybody has committed, in every run that comes to its end", () => {
    const run = simulate({ ...cluster, network: { latency: 10 }, requests: cluster.requests.map((each) => ({ ...each, at: 0 })) });
    expect(run.decisions.map(({ node, outcome }) => `${node}: ${(outcome as { outcome: string }).outcome}`)).toEqual([
      "p1: commit", "p2: commit", "p1: abort", "p2: abort",
    ]);
  });

  it("breaks AC4, AC1 and AC2 without any failure", () => {
    const steps = (property: Parameters<typeof explore>[0]["properties"]) => {
      const verdict = explore({ ...cluster, properties: property! });
      return verdict.kind === "violated" ? [verdict.schedule.length, verdict.problem] : verdict.kind;
    };
    expect(steps([irrevocability])).toEqual([10, "p1 had decided to commit t1, and now decides to abort it"]);
    expect(steps([atomicity])).toEqual([10, "p1 decided to commit t1, but p1 decided to abort it"]);
    expect(steps([commitNeedsAllVotes()])).toEqual([6, "p1 decided to commit t1, but p1 has not voted"]);
  });
});
