import { describe, expect, it } from "vitest";
import { ids } from "../../../lib/core/role.js";
import { boot, type Effect, type Fields, step } from "../../../lib/core/step.js";
import { acceptor, type Acceptor } from "../../../lib/consensus/paxos/acceptor.js";
import { noBallot } from "../../../lib/consensus/paxos/ballot.js";
import type { Accept, Prepare } from "../../../lib/consensus/paxos/messages.js";
import { ballot } from "./ballots.js";

const [a1, p1, p2, l1, l2] = ids("a1", "p1", "p2", "l1", "l2") as [never, never, never, never, never];

const first = ballot(1, "p1");
const second = ballot(1, "p2");
const third = ballot(2, "p1");

/** What the acceptor does with a message, and the state in which that leaves it. */
function given(state: Partial<Acceptor>, role = acceptor()) {
  const self: Acceptor = { ...role.init(a1), ...state };
  return {
    self,
    on: (message: Prepare | Accept, from = p1): readonly Effect[] => step(role, self, { kind: "message", from, message }) ?? [],
  };
}

const sends = (effects: readonly Effect[]): readonly unknown[] => effects.filter(({ kind }) => kind === "send");
const written = (effects: readonly Effect[]): Fields => (effects.find(({ kind }) => kind === "write") as Effect & { kind: "write" }).fields;

describe("phase 1b: an acceptor that is asked to join a ballot", () => {
  it("joins it, if it is the first, and says that it has never voted", () => {
    const { self, on } = given({});
    expect(sends(on({ kind: "prepare", ballot: first }))).toEqual([
      { kind: "send", to: p1, message: { kind: "promised", ballot: first, vote: null } },
    ]);
    expect(self).toEqual({ promised: first, vote: null });
  });

  it("joins it, if it is later than every one that it has joined, and tells how it voted last", () => {
    const vote = { ballot: first, value: "x" };
    const { self, on } = given({ promised: first, vote });
    expect(sends(on({ kind: "prepare", ballot: second }, p2))).toEqual([
      { kind: "send", to: p2, message: { kind: "promised", ballot: second, vote } },
    ]);
    expect(self).toEqual({ promised: second, vote });
  });

  it("does not answer, if it has joined a later one", () => {
    const { self, on } = given({ promised: second });
    expect(on({ kind: "prepare", ballot: first })).toEqual([]);
    expect(self.promised).toEqual(second);
  });

  it("says no instead, where nacks are wanted", () => {
    const { on } = given({ promised: third }, acceptor({ nack: true }));
    expect(on({ kind: "prepare", ballot: second }, p2)).toEqual([
      { kind: "send", to: p2, message: { kind: "nack", ballot: second, promised: third } },
    ]);
  });

  it("repeats its promise, if the question comes twice", () => {
    const { self, on } = given({});
    const promise = on({ kind: "prepare", ballot: first });
    expect(on({ kind: "prepare", ballot: first })).toEqual(promise);
    expect(self.promised).toEqual(first);
  });
});

describe("phase 2b: an acceptor that is asked for its vote", () => {
  it("votes, unless it has joined a later ballot", () => {
    const { self, on } = given({ promised: first });
    expect(sends(on({ kind: "accept", ballot: first, value: "x" }))).toEqual([
      { kind: "send", to: p1, message: { kind: "accepted", ballot: first, value: "x" } },
    ]);
    expect(self.vote).toEqual({ ballot: first, value: "x" });
  });

  it("does not vote, if it has joined a later one", () => {
    const { self, on } = given({ promised: second });
    expect(on({ kind: "accept", ballot: first, value: "x" })).toEqual([]);
    expect(self).toEqual({ promised: second, vote: null });
  });

  it("says no instead, where nacks are wanted", () => {
    const { on } = given({ promised: second }, acceptor({ nack: true }));
    expect(on({ kind: "accept", ballot: first, value: "x" })).toEqual([
      { kind: "send", to: p1, message: { kind: "nack", ballot: first, promised: second } },
    ]);
  });

  it("joins the ballot by voting in it, though it was never asked to join", () => {
    const { self, on } = given({ promised: first });
    on({ kind: "accept", ballot: second, value: "y" }, p2);
    expect(self.promised).toEqual(second);
    expect(on({ kind: "prepare", ballot: first })).toEqual([]);
  });

  it("replaces its vote by one of a later ballot, also by one for another value", () => {
    const { self, on } = given({ promised: first, vote: { ballot: first, value: "x" } });
    on({ kind: "accept", ballot: second, value: "y" }, p2);
    expect(self.vote).toEqual({ ballot: second, value: "y" });
  });

  it("tells all learners, where it is told who they are, and then the proposer only if it is one of them", () => {
    const { on } = given({}, acceptor({ learners: [l1, l2] }));
    expect(sends(on({ kind: "accept", ballot: first, value: "x" }))).toEqual(
      [l1, l2].map((to) => ({ kind: "send", to, message: { kind: "accepted", ballot: first, value: "x" } })),
    );
  });
});

describe("an acceptor's disk", () => {
  it("has the promise before the answer leaves", () => {
    const effects = given({}).on({ kind: "prepare", ballot: first });
    expect(effects.map(({ kind }) => kind)).toEqual(["write", "send"]);
    expect(effects[0]).toEqual({ kind: "write", flush: true, fields: { promised: first, vote: null } });
  });

  it("has the vote before the answer leaves", () => {
    const effects = given({ promised: first }).on({ kind: "accept", ballot: first, value: "x" });
    expect(effects.map(({ kind }) => kind)).toEqual(["write", "send"]);
    expect(written(effects)).toEqual({ promised: first, vote: { ballot: first, value: "x" } });
  });

  it("holds all that it needs: after a crash it answers as it would have without", () => {
    const before = given({});
    const disk = written(before.on({ kind: "accept", ballot: second, value: "y" }, p2));
    const after = boot(acceptor(), a1, disk);
    expect(after).toEqual(before.self);
  });
});

describe("the options of an acceptor", () => {
  it("has promised nothing and voted for nothing at first", () => {
    expect(acceptor().init(a1)).toEqual({ promised: noBallot, vote: null });
  });

  it.each([
    ["a misspelt option", { nacks: true }, 'acceptor has no option "nacks"; it knows "nack", "learners"'],
    ["a nack that is no truth value", { nack: 1 }, "nack must be true or false, got 1"],
    ["an empty list of learners", { learners: [] }, "learners must name at least 1 node, got none"],
    ["a learner named twice", { learners: ["l1", "l1"] }, 'learners must be different nodes, got "l1" twice'],
    ["learners that are no list", { learners: "l1" }, 'learners must be a list of names of nodes, got "l1"'],
  ])("refuses %s", (_, options, message) => {
    expect(() => acceptor(options as never)).toThrow(message);
  });
});
