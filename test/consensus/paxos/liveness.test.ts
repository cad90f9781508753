import { describe, expect, it } from "vitest";
import { ids, type Delay } from "../../../lib/core.js";
import { acceptor, agreement, paxosProperties, proposer } from "../../../lib/paxos.js";
import { type ScriptedFault, simulate } from "../../../lib/sim.js";
import { only, type TraceEvent } from "../../../lib/trace/event.js";
import { all } from "./contests.js";

const acceptors = ids("a1", "a2", "a3");
const propose = (value: string) => ({ kind: "propose", value }) as const;
const x = { at: 0, node: "p1", request: propose("x") } as const;

function highestRound(trace: readonly TraceEvent[]): number {
  const prepares = only(trace, "send").filter(({ message }) => message.kind === "prepare");
  return Math.max(...prepares.map(({ message }) => (message as unknown as { ballot: { round: number } }).ballot.round));
}

describe("progress (section 2.4)", () => {
  /** Three proposers, each of which opens a ballot just before the one before it can get its votes. */
  function threeRivals(retryAfter: Delay, seed: number) {
    const rival = proposer({ acceptors, retryAfter });
    return simulate({
      seed,
      nodes: { p1: rival, p2: rival, p3: rival, ...all(acceptors, acceptor()) },
      network: { latency: 10 },
      requests: [x, { at: 15, node: "p2", request: propose("y") }, { at: 30, node: "p3", request: propose("z") }],
      properties: [agreement],
      limits: { time: 60_000 },
    });
  }

  it("is not made by three proposers of equal patience: they beat each other for ever", () => {
    const { decisions, ended, trace } = threeRivals(25, 1);
    expect(decisions).toEqual([]);
    expect(ended.kind).toBe("time-limit");
    expect(highestRound(trace)).toBeGreaterThan(1_000);
  });

  it("is made as soon as their patience is random", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const { decisions, ended } = threeRivals([25, 75], seed);
      expect(ended.kind).toBe("quiet");
      expect(decisions).toHaveLength(3);
      expect(decisions[0]!.at).toBeLessThan(2_000);
    }
  });

  /** Two proposers whose question for votes takes longer than the rest, as it carries the value. */
  function twoRivals(backoff: Delay, seed: number) {
    const rival = proposer({ acceptors, retryAfter: 200, backoff });
    return simulate({
      seed,
      nodes: { p1: rival, p2: rival, ...all(acceptors, acceptor({ nack: true })) },
      network: { latency: 10, kinds: { accept: { latency: 25 } } },
      requests: [x, { at: 30, node: "p2", request: propose("y") }],
      properties: [agreement],
      limits: { time: 60_000 },
    });
  }

  it("is not made by two proposers that answer a nack after equal times, and is made after random ones", () => {
    expect(twoRivals(5, 1)).toMatchObject({ decisions: [], ended: { kind: "time-limit" } });
    for (let seed = 1; seed <= 50; seed++) {
      const { decisions, ended } = twoRivals([0, 40], seed);
      expect([ended.kind, decisions.length]).toEqual(["quiet", 2]);
      expect(decisions[0]!.at).toBeLessThan(2_000);
    }
  });

  it("is not made by a proposer that is less patient than a round trip takes: it beats itself", () => {
    const alone = (retryAfter: number) =>
      simulate({ nodes: { p1: proposer({ acceptors, retryAfter }), ...all(acceptors, acceptor()) }, network: { latency: 10 }, requests: [x], limits: { time: 5_000 } });
    expect(alone(19).decisions).toEqual([]);
    expect(alone(21).decisions).toMatchObject([{ node: "p1", outcome: "x", at: 40 }]);
  });
});

describe("a proposer", () => {
  /** One proposer and three acceptors, of whom the faults leave too few. */
  function troubled(faults: readonly ScriptedFault<"p1" | "a1" | "a2" | "a3">[], nack = false) {
    return simulate({
      nodes: { p1: proposer({ acceptors, retryAfter: [100, 200] }), a1: acceptor({ nack }), a2: acceptor({ nack }), a3: acceptor({ nack }) },
      network: { latency: [1, 10] },
      requests: [x],
      faults,
      properties: paxosProperties({ acceptors }),
      limits: { time: 10_000 },
    });
  }

  /** Its patience at the most, and then four messages. */
  const BOUND = 200 + 4 * 10;

  it("decides within one patience and four messages, once a majority is up again", () => {
    const { decisions } = troubled([
      { at: 2, kind: "crash", node: "a1" },
      { at: 3, kind: "crash", node: "a2" },
      { at: 3_000, kind: "restart", node: "a2" },
    ]);
    expect(decisions).toHaveLength(1);
    expect(decisions[0]!.at).toBeGreaterThan(3_000);
    expect(decisions[0]!.at).toBeLessThan(3_000 + BOUND);
  });

  it("decides within one patience and four messages, once the partition has healed that had left it with a minority", () => {
    const { decisions } = troubled([
      { at: 2, kind: "partition", groups: [["p1", "a1"], ["a2", "a3"]] },
      { at: 3_000, kind: "heal" },
    ]);
    expect(decisions).toHaveLength(1);
    expect(decisions[0]!.at).toBeGreaterThan(3_000);
    expect(decisions[0]!.at).toBeLessThan(3_000 + BOUND);
  });

  it("does not notice the crash of a minority", () => {
    const { decisions } = troubled([{ at: 0, kind: "crash", node: "a3" }]);
    expect(decisions[0]!.at).toBeLessThan(40);
  });

  it("never decides without a majority", () => {
    const { decisions, ended } = troubled([{ at: 2, kind: "partition", groups: [["p1", "a1"], ["a2", "a3"]] }]);
    expect(decisions).toEqual([]);
    expect(ended.kind).toBe("time-limit");
  });

  it("never decides where every message is lost, and the run ends all the same", () => {
    const { decisions, ended } = simulate({
      nodes: { p1: proposer({ acceptors }), ...all(acceptors, acceptor()) },
      network: { loss: 1 },
      requests: [x],
    });
    expect(decisions).toEqual([]);
    expect(ended.kind).toBe("time-limit");
  });

  it("that is left alone decides within two ballots, however far others have raised the rounds, where it is told no", () => {
    const rival = proposer({ acceptors, retryAfter: [100, 200] });
    const late = (nack: boolean) =>
      simulate({
        nodes: { p1: rival, p2: rival, ...all(acceptors, acceptor({ nack })) },
        network: { latency: [1, 10], kinds: { accepted: { loss: 0 } }, links: { "*>p2": { loss: 1 } } },
        requests: [{ at: 0, node: "p2", request: propose("y") }, { at: 2_000, node: "p1", request: propose("x") }],
        faults: [{ at: 1_999, kind: "crash", node: "p2" }],
        limits: { time: 60_000 },
      });
    const told = late(true);
    expect(told.decisions[0]!.at).toBeLessThan(2_000 + 2 * 10 + BOUND);
    expect(only(told.trace, "send").filter(({ from, message }) => from === "p1" && message.kind === "prepare")).toHaveLength(6);
    // Without nacks it climbs round by round.
    expect(late(false).decisions[0]!.at).toBeGreaterThan(3_000);
  });
});
