import { describe, expect, it } from "vitest";
import type { NodeId } from "../../../lib/core/role.js";
import { ids } from "../../../lib/core/role.js";
import { type Effect, step } from "../../../lib/core/step.js";
import { learner, type LearnerOptions } from "../../../lib/consensus/paxos/learner.js";
import { ballot } from "./ballots.js";

const acceptors = ids("a1", "a2", "a3");
const [l1, a1, a2, a3, b1] = ids("l1", "a1", "a2", "a3", "l2") as unknown as [NodeId, NodeId, NodeId, NodeId, NodeId];
const first = ballot(1, "p1");
const second = ballot(1, "p2");

function make(options: Partial<LearnerOptions> = {}) {
  const role = learner({ acceptors, ...options });
  const self = role.init(l1);
  const on = (message: object, from: NodeId): readonly Effect[] => step(role, self, { kind: "message", from, message: message as never })!;
  return { self, on, accepted: (from: NodeId, value = "x", b = first) => on({ kind: "accepted", ballot: b, value }, from) };
}

describe("a learner", () => {
  it("learns a value when a majority of acceptors has voted for it in one ballot", () => {
    const { accepted } = make();
    expect(accepted(a1)).toEqual([]);
    expect(accepted(a3)).toEqual([{ kind: "decide", outcome: "x" }]);
  });

  it("counts an acceptor once, however often its vote arrives", () => {
    const { accepted } = make();
    for (let times = 0; times < 5; times++) expect(accepted(a1)).toEqual([]);
  });

  it("does not add up votes of different ballots, not even those for one value", () => {
    const { accepted } = make();
    accepted(a1, "x", first);
    expect(accepted(a2, "x", second)).toEqual([]);
  });

  it("hears votes in any order: those of an earlier ballot still count", () => {
    const { accepted } = make();
    accepted(a1, "x", first);
    accepted(a1, "x", second);
    expect(accepted(a2, "x", first)).toEqual([{ kind: "decide", outcome: "x" }]);
  });

  it("learns once, however often the votes arrive", () => {
    const { self, accepted, on } = make();
    accepted(a1);
    accepted(a2);
    expect(self).toEqual({ id: l1, votes: new Map(), chosen: "x" });
    for (const acceptor of [a3, a1, a2, a3]) expect(accepted(acceptor)).toEqual([]);
    expect(on({ kind: "chosen", value: "x" }, b1)).toEqual([]);
  });

  it("informs others, but not itself, if it is a distinguished one", () => {
    const { accepted } = make({ informs: ids("l1", "l2", "p1") });
    accepted(a1);
    expect(accepted(a2)).toEqual([
      { kind: "decide", outcome: "x" },
      { kind: "send", to: "l2", message: { kind: "chosen", value: "x" } },
      { kind: "send", to: "p1", message: { kind: "chosen", value: "x" } },
    ]);
  });

  it("believes another who has seen the votes", () => {
    expect(make().on({ kind: "chosen", value: "y" }, b1)).toEqual([{ kind: "decide", outcome: "y" }]);
  });

  it("needs as many votes as the quorums say", () => {
    const { accepted } = make({ quorums: { prepare: 1, accept: 3 } });
    accepted(a1);
    expect(accepted(a2)).toEqual([]);
    expect(accepted(a3)).toEqual([{ kind: "decide", outcome: "x" }]);
  });

  it.each([
    ["no acceptors", { acceptors: [] }, "acceptors must name at least 1 node, got none"],
    ["a misspelt option", { acceptors, inform: [] }, 'learner has no option "inform"; it knows "acceptors", "quorums", "informs"'],
    ["quorums that need not meet", { acceptors, quorums: { prepare: 1, accept: 1 } }, "quorums must meet"],
  ])("refuses %s", (_, options, message) => {
    expect(() => learner(options as never)).toThrow(message);
  });
});
