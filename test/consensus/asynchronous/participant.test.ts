import { describe, expect, it } from "vitest";
import * as asynchronous from "../../../lib/asynchronous.js";
import { agreement, participant, type Estimate, type ParticipantOptions } from "../../../lib/asynchronous.js";
import { explore, replay } from "../../../lib/check.js";
import { latest } from "../../../lib/consensus/chandra-toueg/participant.js";
import { ids, step, type NodeId, type Tagged } from "../../../lib/core.js";
import { simulate } from "../../../lib/sim.js";

const three = ids("p1", "p2", "p3");
const [p1, p2, p3] = three as [NodeId, NodeId, NodeId];

/** A message or timer with its fields, where only its tag is asked for. */
const told = <M extends Tagged>(message: M): M => message;

function cluster(role: (options: ParticipantOptions) => ReturnType<typeof participant>, values: string) {
  const of = (at: number) => role({ participants: three, value: values[at]! });
  return { p1: of(0), p2: of(1), p3: of(2) };
}

describe("the rotating coordinator", () => {
  it("sends its estimate to the coordinator of the round, the second participant first", () => {
    const role = participant({ participants: three, value: "x" });
    expect(step(role, role.init(p1), { kind: "start" })).toEqual([
      { kind: "send", to: "p2", message: { kind: "estimate", round: 1, value: "x", stamp: 0 } },
      { kind: "setTimer", timer: { kind: "suspect" }, after: 100 },
    ]);
    expect(step(role, role.init(p2), { kind: "start" })).toEqual([]);
  });

  it("proposes the estimate with the largest time stamp of a majority", () => {
    const role = participant({ participants: three, value: "x" });
    const self = role.init(p2);
    step(role, self, { kind: "start" });
    const effects = step(role, self, { kind: "message", from: p3, message: told({ kind: "estimate", round: 1, value: "y", stamp: 0 }) });
    expect(effects).toEqual([p1, p3].map((to) => ({ kind: "send", to, message: { kind: "proposal", round: 1, value: "x" } })));
    const estimates: Estimate[] = [{ value: "a", stamp: 0 }, { value: "c", stamp: 3 }, { value: "b", stamp: 1 }];
    expect(latest(estimates).value).toBe("c");
  });

  it("adopts a proposal, or says no after a suspicion, and grows more patient", () => {
    const role = participant({ participants: three, value: "x", patience: { ms: 10, growth: 5 } });
    const self = role.init(p1);
    step(role, self, { kind: "start" });
    expect(step(role, self, { kind: "timer", timer: { kind: "suspect" } })).toEqual([
      { kind: "send", to: "p2", message: { kind: "nack", round: 1 } },
      { kind: "send", to: "p3", message: { kind: "estimate", round: 2, value: "x", stamp: 0 } },
      { kind: "setTimer", timer: { kind: "suspect" }, after: 15 },
    ]);
    step(role, self, { kind: "message", from: p3, message: told({ kind: "proposal", round: 2, value: "y" }) });
    expect(self.estimate).toEqual({ value: "y", stamp: 2 });
    expect(self.round).toBe(3);
  });

  it("keeps what comes for a later round until it is there", () => {
    const role = participant({ participants: three, value: "x" });
    const self = role.init(p1);
    step(role, self, { kind: "start" });
    expect(step(role, self, { kind: "message", from: p3, message: told({ kind: "proposal", round: 2, value: "y" }) })).toEqual([]);
    const effects = step(role, self, { kind: "timer", timer: { kind: "suspect" } })!;
    expect(effects).toContainEqual({ kind: "send", to: "p3", message: { kind: "ack", round: 2 } });
  });

  it("agrees in every world of three, with one suspicion, and without one when one crashes", () => {
    const nodes = cluster(participant, "011");
    const wrong = explore({ nodes, properties: [agreement], timers: 1 });
    expect(wrong).toMatchObject({ kind: "holds", worlds: 368_427 });
    expect(explore({ nodes, properties: [agreement], crashes: 1, restarts: false })).toMatchObject({ kind: "holds", worlds: 40_516 });
  }, 60_000);

  it("decides without a suspicion in every order of its messages", () => {
    const verdict = explore({ nodes: cluster(participant, "011"), eventually: { "all have decided": ({ decisions }) => decisions.length === 3 } });
    expect(verdict.summary).toMatch(/Comes true within 1\d steps once faults stop: all have decided\./);
  });

  it.each([
    ["selfishCoordinator", 10], ["stamplessCoordinator", 7], ["insincereParticipant", 7], ["hastyCoordinator", 7], ["minorityParticipant", 2],
  ] as const)("would not agree with the %s: %i actions show it, and the sound one stands them", (name, length) => {
    const verdict = explore({ nodes: cluster(asynchronous[name], "011"), properties: [agreement], timers: 2 });
    expect(verdict).toMatchObject({ kind: "violated", property: "agreement", schedule: { length } });
    const trace = replay({ nodes: cluster(asynchronous[name], "011") }, verdict.kind === "violated" ? verdict.schedule : []);
    expect(trace.filter(({ kind }) => kind === "decide").length).toBeGreaterThan(1);
  });

  it("decides with a crashed coordinator, in as many rounds as it takes to get to one that is up", () => {
    const run = simulate({
      seed: 3, nodes: cluster(participant, "xyz"), network: { latency: [5, 15] },
      faults: [{ at: 1, kind: "crash", node: "p2" }], properties: [agreement],
    });
    expect(run.decisions.map(({ node }) => node).sort()).toEqual(["p1", "p3"]);
    expect(run.ended.kind).toBe("quiet");
  });

  it("ends although it first suspects everybody, because it grows more patient", () => {
    const ends = (growth: number) =>
      simulate({
        seed: 1, network: { latency: [20, 40] }, limits: { time: 20_000 },
        nodes: cluster((options) => participant({ ...options, patience: { ms: 5, growth } }), "xyz"), properties: [agreement],
      }).decisions.length;
    expect(ends(5)).toBe(3);
  });

  it("answers its client, and refuses what makes no sense", () => {
    const role = participant({ participants: three });
    const run = simulate({
      nodes: { p1: role, p2: role, p3: role },
      requests: three.map((node, i) => ({ at: 0, node: node as "p1", request: { kind: "propose" as const, value: `v${i}` } })),
    });
    expect(new Set(run.decisions.map(({ outcome }) => outcome)).size).toBe(1);
    expect(run.trace.filter(({ kind }) => kind === "reply")).toHaveLength(3);
    expect(() => participant({ participants: [] })).toThrow("participants must name at least 1 node");
    expect(() => participant({ participants: three, patience: { ms: -1, growth: 0 } })).toThrow("patience.ms must be a finite number");
  });
});
