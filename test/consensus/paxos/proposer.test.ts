import { describe, expect, it } from "vitest";
import type { Call, NodeId } from "../../../lib/core/role.js";
import { ids } from "../../../lib/core/role.js";
import { boot, type Effect, step } from "../../../lib/core/step.js";
import { proposer, type Proposer, type ProposerOptions } from "../../../lib/consensus/paxos/proposer.js";
import { ballot } from "./ballots.js";

const acceptors = ids("a1", "a2", "a3");
const [p1, a1, a2, a3] = ids("p1", "a1", "a2", "a3") as unknown as [NodeId, NodeId, NodeId, NodeId];
const call = "c1#1" as Call;
const first = ballot(1, "p1");

/** A proposer with a log of all that it asks for. */
function make(options: Partial<ProposerOptions> = {}, id = p1) {
  const role = proposer({ acceptors, ...options });
  const self = role.init(id) as Proposer;
  return {
    self,
    role,
    propose: (value: string, as = call) => step(role, self, { kind: "request", call: as, request: { kind: "propose", value } as never })!,
    on: (message: { readonly kind: string } & Record<string, unknown>, from: NodeId = a1) => step(role, self, { kind: "message", from, message })!,
    retry: () => step(role, self, { kind: "timer", timer: { kind: "retry" } })!,
    promised: (from: NodeId, vote: unknown = null, b = self.ballot) =>
      step(role, self, { kind: "message", from, message: { kind: "promised", ballot: b, vote } as never })!,
    accepted: (from: NodeId, value: string, b = self.ballot) =>
      step(role, self, { kind: "message", from, message: { kind: "accepted", ballot: b, value } as never })!,
  };
}

const kinds = (effects: readonly Effect[]) => effects.map(({ kind }) => kind);
const receivers = (effects: readonly Effect[], kind: string) =>
  effects.flatMap((effect) => (effect.kind === "send" && effect.message.kind === kind ? [effect.to] : []));

describe("phase 1a: a proposer that is asked to propose", () => {
  it("opens its first ballot, and asks all acceptors to join", () => {
    const { self, propose } = make();
    expect(propose("x")).toEqual([
      { kind: "write", flush: true, fields: { round: 1 } },
      ...acceptors.map((to) => ({ kind: "send", to, message: { kind: "prepare", ballot: first } })),
      { kind: "setTimer", timer: { kind: "retry" }, after: [100, 200] },
    ]);
    expect(self.phase).toEqual({ kind: "preparing", wish: "x", promises: new Map() });
  });

  it("writes the round to its disk before anybody hears of the ballot", () => {
    expect(kinds(make().propose("x"))[0]).toBe("write");
  });

  it("asks no more acceptors than it needs, where it is told so, beginning with itself", () => {
    expect(receivers(make({ contact: "quorum" }).propose("x"), "prepare")).toEqual([a1, a2]);
    expect(receivers(make({ contact: "quorum" }, a3).propose("x"), "prepare")).toEqual([a3, a1]);
  });

  it("asks others in its next ballot, for one of them may have crashed", () => {
    const { propose, retry } = make({ contact: "quorum" });
    propose("x");
    expect(receivers(retry(), "prepare")).toEqual([a2, a3]);
  });

  it("does not begin anew for a second client, which waits for the same outcome", () => {
    const { propose, promised, accepted } = make();
    propose("x");
    expect(propose("y", "c2#1" as Call)).toEqual([]);
    for (const acceptor of [a1, a2]) promised(acceptor);
    accepted(a1, "x");
    expect(accepted(a2, "x").filter(({ kind }) => kind === "reply")).toEqual([
      { kind: "reply", call, result: "x" },
      { kind: "reply", call: "c2#1", result: "x" },
    ]);
  });
});

describe("phase 2a: a proposer that hears promises", () => {
  it("waits for a majority of the acceptors", () => {
    const { propose, promised } = make();
    propose("x");
    expect(promised(a1)).toEqual([]);
    expect(receivers(promised(a3), "accept")).toEqual(acceptors);
  });

  it("asks for its own value, if none of them has ever voted", () => {
    const { self, propose, promised } = make();
    propose("x");
    promised(a1);
    expect(promised(a2)[0]).toEqual({ kind: "send", to: a1, message: { kind: "accept", ballot: first, value: "x" } });
    expect(self.phase).toEqual({ kind: "accepting", wish: "x", value: "x" });
  });

  it("asks for the value of the highest-numbered vote among them, in whatever order they come", () => {
    const older = { ballot: ballot(1, "p0"), value: "zz" };
    const newer = { ballot: ballot(2, "p0"), value: "y" };
    for (const votes of [[older, newer], [newer, older], [null, newer], [newer, null]]) {
      const { self, propose, promised } = make();
      propose("x");
      promised(a1, votes[0]);
      promised(a2, votes[1]);
      expect(self.phase).toMatchObject({ kind: "accepting", value: "y" });
    }
  });

  it("counts an acceptor once, however often its promise arrives", () => {
    const { self, propose, promised } = make();
    propose("x");
    for (let times = 0; times < 5; times++) promised(a1);
    expect(self.phase.kind).toBe("preparing");
  });

  it("does not listen to promises for another ballot", () => {
    const { self, propose, promised, retry } = make();
    propose("x");
    retry();
    for (const acceptor of acceptors) expect(promised(acceptor, null, first)).toEqual([]);
    expect(self.phase).toEqual({ kind: "preparing", wish: "x", promises: new Map() });
  });

  it("does not ask twice when more promises come", () => {
    const { propose, promised } = make();
    propose("x");
    promised(a1);
    promised(a2);
    expect(promised(a3)).toEqual([]);
  });

  it("waits for as many as the quorums say", () => {
    const { self, propose, promised } = make({ quorums: { prepare: 3, accept: 1 } });
    propose("x");
    promised(a1);
    promised(a2);
    expect(self.phase.kind).toBe("preparing");
    promised(a3);
    expect(self.phase.kind).toBe("accepting");
  });
});

describe("a proposer that hears votes", () => {
  function asking(options: Partial<ProposerOptions> = {}) {
    const made = make(options);
    made.propose("x");
    for (const acceptor of acceptors) made.promised(acceptor);
    return made;
  }

  it("learns the value when a majority has voted in one ballot, announces it, and answers its client", () => {
    const { self, accepted } = asking();
    expect(accepted(a2, "x")).toEqual([]);
    expect(accepted(a3, "x")).toEqual([
      { kind: "cancelTimer", timer: { kind: "retry" } },
      { kind: "decide", outcome: "x" },
      { kind: "reply", call, result: "x" },
    ]);
    expect(self).toMatchObject({ phase: { kind: "decided", value: "x" }, votes: new Map(), calls: new Set() });
  });

  it("learns once, however often the votes arrive", () => {
    const { accepted } = asking();
    accepted(a2, "x");
    accepted(a3, "x");
    for (const acceptor of [...acceptors, ...acceptors]) expect(accepted(acceptor, "x")).toEqual([]);
  });

  it("counts an acceptor once, however often its vote arrives", () => {
    const { self, accepted } = asking();
    for (let times = 0; times < 5; times++) accepted(a1, "x");
    expect(self.phase.kind).toBe("accepting");
  });

  it("does not add up votes of different ballots", () => {
    const { self, accepted } = asking();
    accepted(a1, "x", first);
    accepted(a2, "y", ballot(1, "p2"));
    accepted(a3, "z", ballot(2, "p3"));
    expect(self.phase.kind).toBe("accepting");
  });

  it("learns from late votes of a ballot that it has given up, and from votes in the ballot of another", () => {
    for (const known of [first, ballot(7, "p9")]) {
      const { self, accepted, retry } = asking();
      retry();
      accepted(a1, "v", known);
      accepted(a2, "v", known);
      expect(self.phase).toEqual({ kind: "decided", value: "v" });
    }
  });

  it("informs others, but not itself, and only once", () => {
    const { accepted } = asking({ informs: ids("p1", "l1", "p2") });
    accepted(a1, "x");
    expect(receivers(accepted(a2, "x"), "chosen")).toEqual(["l1", "p2"]);
    expect(accepted(a3, "x")).toEqual([]);
  });

  it("believes one who has seen the votes", () => {
    const { self, on } = asking();
    expect(kinds(on({ kind: "chosen", value: "y" }))).toEqual(["cancelTimer", "decide", "reply"]);
    expect(self.phase).toEqual({ kind: "decided", value: "y" });
    expect(on({ kind: "chosen", value: "y" })).toEqual([]);
  });

  it("gives the same answer to whoever asks later", () => {
    const { propose, accepted } = asking();
    accepted(a1, "x");
    accepted(a2, "x");
    expect(propose("y", "c2#1" as Call)).toEqual([{ kind: "reply", call: "c2#1", result: "x" }]);
  });
});

describe("a proposer that does not succeed", () => {
  it("opens a higher ballot for the same wish when a quorum does not answer in time", () => {
    const { self, propose, retry } = make();
    propose("x");
    expect(retry()[1]).toEqual({ kind: "send", to: a1, message: { kind: "prepare", ballot: ballot(2, "p1") } });
    expect(self.phase).toMatchObject({ kind: "preparing", wish: "x" });
  });

  it("has patience anew for each phase", () => {
    const { propose, promised } = make({ retryAfter: 50 });
    propose("x");
    promised(a1);
    expect(promised(a2).at(-1)).toEqual({ kind: "setTimer", timer: { kind: "retry" }, after: 50 });
  });

  it("gives up its ballot at the first nack, waits, and then goes beyond the one that beat it", () => {
    const { self, propose, promised, on, retry } = make({ backoff: [5, 25] });
    propose("x");
    expect(on({ kind: "nack", ballot: first, promised: ballot(6, "p2") })).toEqual([
      { kind: "setTimer", timer: { kind: "retry" }, after: [5, 25] },
    ]);
    for (const acceptor of acceptors) expect(promised(acceptor)).toEqual([]);
    retry();
    expect(self.ballot).toEqual(ballot(7, "p1"));
  });

  it("does not give up its ballot for a nack to an earlier one", () => {
    const { self, propose, retry, on } = make();
    propose("x");
    retry();
    expect(on({ kind: "nack", ballot: first, promised: ballot(1, "p2") })).toEqual([]);
    expect(self.phase.kind).toBe("preparing");
  });

  it("does nothing when the timer fires that has nothing to retry", () => {
    expect(make().retry()).toEqual([]);
  });

  it("never uses a ballot twice, whatever a crash has taken from it", () => {
    const { role, propose } = make();
    const [write] = propose("x") as [Effect & { kind: "write" }];
    const restarted = boot(role, p1, write.fields) as Proposer;
    expect(restarted).toEqual({ ...role.init(p1), round: 1 });
    step(role, restarted, { kind: "request", call, request: { kind: "propose", value: "y" } as never });
    expect(restarted.ballot).toEqual(ballot(2, "p1"));
  });
});

describe("the options of a proposer", () => {
  it.each([
    ["no acceptors", { acceptors: [] }, "acceptors must name at least 1 node, got none"],
    ["acceptors that are not named", {}, "acceptors must be a list of names of nodes, got nothing"],
    ["an acceptor named twice", { acceptors: ["a1", "a2", "a1"] }, 'acceptors must be different nodes, got "a1" twice'],
    ["a misspelt option", { acceptors, retry: 5 }, 'proposer has no option "retry"; it knows "acceptors"'],
    ["a negative delay", { acceptors, retryAfter: -1 }, "retryAfter must be a finite number of at least 0, got -1"],
    ["a range that is none", { acceptors, backoff: [5, 1] }, "backoff must be a pair [min, max] with min <= max, got [5,1]"],
    ["somebody else to contact", { acceptors, contact: "some" }, 'contact must be one of "all", "quorum", got "some"'],
    ["quorums that need not meet", { acceptors, quorums: { prepare: 1, accept: 2 } }, "quorums must meet: prepare + accept must be more than the 3 acceptors, got 1 + 2"],
  ])("refuses %s", (_, options, message) => {
    expect(() => proposer(options as never)).toThrow(message);
  });

  it("may be a single acceptor", () => {
    const { self, propose, promised, accepted } = make({ acceptors: [a1] });
    propose("x");
    promised(a1);
    accepted(a1, "x");
    expect(self.phase).toEqual({ kind: "decided", value: "x" });
  });
});
