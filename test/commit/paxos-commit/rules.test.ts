import { describe, expect, it } from "vitest";
import { ids, type NodeId, step } from "../../../lib/core.js";
import { noBallot } from "../../../lib/consensus/paxos/ballot.js";
import { acceptor } from "../../../lib/commit/paxos-commit/acceptor.js";
import { leader } from "../../../lib/commit/paxos-commit/leader.js";
import { manager } from "../../../lib/commit/paxos-commit/manager.js";
import { protocol } from "../../../lib/commit/paxos-commit/protocol.js";
import { outcomeOf, type Tally, countVotes } from "../../../lib/commit/paxos-commit/tally.js";
import { accounts } from "../../../lib/commit/resource.js";

const [r1, r2, a1, a2, a3, l1, l2] = ids("r1", "r2", "a1", "a2", "a3", "l1", "l2") as readonly [NodeId, NodeId, NodeId, NodeId, NodeId, NodeId, NodeId];
const acceptors = [a1, a2, a3];
const participants = [r1, r2];

const from = (sender: NodeId, message: object) => ({ kind: "message", from: sender, message }) as never;
const request = (asked: object) => ({ kind: "request", call: "c#1", request: asked }) as never;

function node<R extends { init(id: NodeId): object }>(role: R, id: NodeId) {
  const self = role.init(id) as ReturnType<R["init"]>;
  return { self, input: (input: never) => step(role as never, self, input) ?? [] };
}

const kinds = (effects: readonly { readonly kind: string }[]): string[] => effects.map(({ kind }) => kind);
const sends = (effects: readonly object[]) =>
  effects.filter((effect): effect is { kind: "send"; to: string; message: { kind: string } } => (effect as { kind: string }).kind === "send");

describe("a resource manager", () => {
  const prepare = { kind: "prepare", transaction: "t1", participants, tell: [l1], work: "yes" };

  it("has its vote on disk before it tells F + 1 acceptors", () => {
    const { input } = node(manager({ acceptors, leaders: [l1] }), r1);
    const effects = input(from(l1, prepare));
    expect(kinds(effects)).toEqual(["write", "setTimer", "send", "send"]);
    expect(sends(effects).map(({ to, message }) => [to, message])).toEqual(
      [a1, a2].map((to) => [to, { kind: "phase2a", transaction: "t1", ballot: noBallot, participants, values: { r1: "prepared" }, tell: [l1] }]),
    );
  });

  it("says the same again where the question comes twice, and nothing once it knows the outcome", () => {
    const { input } = node(manager({ acceptors, leaders: [l1] }), r1);
    const first = sends(input(from(l1, prepare)));
    expect(sends(input(from(l1, prepare)))).toEqual(first);
    input(from(l1, { kind: "decision", transaction: "t1", outcome: "commit" }));
    expect(input(from(l1, prepare))).toEqual([]);
  });

  it.each(["no", "throw"])("aborts at once where its resource says %s, and asks for that", (work) => {
    const { input, self } = node(manager({ acceptors, leaders: [l1] }), r1);
    const effects = input(from(l1, { ...prepare, work }));
    expect(kinds(effects)).toEqual(["write", "decide", "send", "send"]);
    expect(sends(effects)[0]!.message).toMatchObject({ values: { r1: "aborted" } });
    expect(self.data).toEqual({ held: new Set() });
    // A leader's decision adds nothing.
    expect(input(from(l1, { kind: "decision", transaction: "t1", outcome: "abort" }))).toEqual([]);
  });

  it("holds its locks until it is told", () => {
    const bank = manager({ acceptors, leaders: [l1], resource: accounts({ x: 10 }) });
    const { input, self } = node(bank, r1);
    input(from(l1, { ...prepare, work: { x: -4 } }));
    expect([...self.data.balances, ...self.data.pending.keys()]).toEqual([["x", 10], "t1"]);
    expect(kinds(input(from(l1, { kind: "decision", transaction: "t1", outcome: "commit" })))).toEqual(["cancelTimer", "write", "decide"]);
    expect([...self.data.balances, ...self.data.pending.keys()]).toEqual([["x", 6]]);
  });

  it("asks one leader after the other while it is in doubt", () => {
    const { input } = node(manager({ acceptors, leaders: [l1, l2] }), r1);
    input(from(l1, prepare));
    const asked = Array.from({ length: 3 }, () => sends(input({ kind: "timer", timer: { kind: "inquire", transaction: "t1" } } as never))[0]!.to);
    expect(asked).toEqual([l1, l2, l1]);
  });

  it("does not prepare any more for what was aborted behind its back, and passes over a commit that it knows nothing of", () => {
    const { input, self } = node(manager({ acceptors, leaders: [l1] }), r1);
    expect(kinds(input(from(l1, { kind: "decision", transaction: "t1", outcome: "abort" })))).toEqual(["cancelTimer", "write", "decide"]);
    expect(input(from(l1, prepare))).toEqual([]);
    expect(input(from(l1, { kind: "decision", transaction: "t2", outcome: "commit" }))).toEqual([]);
    expect([...self.log.keys()]).toEqual(["t1"]);
  });

  it("refuses to begin what it has no share in", () => {
    const { input } = node(manager({ acceptors, leaders: [l1] }), r1);
    expect(input(request({ kind: "begin", transaction: "t1", coordinator: l1, work: { r2: "yes" } }))).toEqual([
      { kind: "reply", call: "c#1", result: { refused: 'r1 has no share in t1, whose participants are ["r2"]' } },
    ]);
  });

  it("gets the outcome for a second client of the same transaction, and no second vote", () => {
    const { input } = node(manager({ acceptors, leaders: [a1] }), r1);
    const begin = request({ kind: "begin", transaction: "t1", coordinator: a1, work: { r1: "yes" } });
    expect(sends(input(begin)).map(({ to, message }) => `${to} ${message.kind}`)).toEqual(["a1 begin", "a2 phase2a"]);
    expect(input(begin)).toEqual([]);
    input(from(a1, { kind: "decision", transaction: "t1", outcome: "commit" }));
    expect(input(begin)).toEqual([{ kind: "reply", call: "c#1", result: "commit" }]);
  });
});

describe("an acceptor", () => {
  const vote = (values: object, ballot: object = noBallot) => ({ kind: "phase2a", transaction: "t1", ballot, participants, values, tell: [l1] });

  it("waits in ballot 0 for all resource managers, then writes once and tells once", () => {
    const { input } = node(acceptor(), a1);
    expect(input(from(r1, vote({ r1: "prepared" })))).toEqual([]);
    const effects = input(from(r2, vote({ r2: "prepared" })));
    expect(kinds(effects)).toEqual(["write", "send"]);
    expect(sends(effects)[0]).toMatchObject({ to: l1, message: { kind: "phase2b", values: { r1: "prepared", r2: "prepared" } } });
  });

  it("tells at once that one aborts", () => {
    const { input } = node(acceptor(), a1);
    expect(sends(input(from(r2, vote({ r2: "aborted" }))))[0]!.message).toMatchObject({ values: { r2: "aborted" } });
  });

  it("tells who joins others to a ballot of its votes, and takes no earlier vote after that", () => {
    const { input } = node(acceptor(), a1);
    const ballot = { round: 1, proposer: l1 };
    input(from(r1, vote({ r1: "prepared" })));
    const effects = input(from(l1, { kind: "phase1a", transaction: "t1", ballot, participants }));
    expect(kinds(effects)).toEqual(["write", "send"]);
    expect(sends(effects)[0]!.message).toEqual({ kind: "phase1b", transaction: "t1", ballot, votes: { r1: { ballot: noBallot, value: "prepared" } } });
    expect(input(from(r2, vote({ r2: "prepared" })))).toEqual([]);
    expect(sends(input(from(l2, { kind: "phase1a", transaction: "t1", participants, ballot: { round: 1, proposer: "" } })))[0]!.message).toMatchObject({ kind: "nack", promised: ballot });
  });
});

describe("a leader", () => {
  const asked = request({ kind: "commit", transaction: "t1", work: { r1: "yes", r2: "yes" } });
  const voted = (acceptor: NodeId, values: object, ballot: object = noBallot) =>
    from(acceptor, { kind: "phase2b", transaction: "t1", ballot, participants, values });

  it("commits once each instance has chosen to, and answers its client", () => {
    const { input } = node(leader({ acceptors }), l1);
    expect(sends(input(asked)).map(({ to, message }) => `${to} ${message.kind}`)).toEqual(["r1 prepare", "r2 prepare"]);
    const both = { r1: "prepared", r2: "prepared" };
    expect(input(voted(a1, both))).toEqual([]);
    expect(input(voted(a1, both))).toEqual([]); // once more, which is not once again
    expect(kinds(input(voted(a2, both)))).toEqual(["cancelTimer", "decide", "reply", "send", "send"]);
    expect(input(asked)).toEqual([{ kind: "reply", call: "c#1", result: "commit" }]);
  });

  it("commits what has no participants: nobody can object", () => {
    const { input } = node(leader({ acceptors }), l1);
    expect(kinds(input(request({ kind: "commit", transaction: "t0", work: {} })))).toEqual(["setTimer", "cancelTimer", "decide", "reply"]);
  });

  it("asks in its own ballot for the latest votes, and for \"aborted\" where there is none", () => {
    const { input, self } = node(leader({ acceptors }), l1);
    input(asked);
    expect(kinds(input({ kind: "timer", timer: { kind: "retry", transaction: "t1" } } as never))).toEqual(["write", "send", "send", "send", "setTimer"]);
    const ballot = { round: 1, proposer: l1 };
    const joined = (votes: object) => ({ kind: "phase1b", transaction: "t1", ballot, votes });
    input(from(a1, joined({ r1: { ballot: noBallot, value: "prepared" } })));
    const effects = input(from(a2, joined({})));
    expect(sends(effects)).toHaveLength(3);
    expect(sends(effects)[0]!.message).toMatchObject({ kind: "phase2a", ballot, values: { r1: "prepared", r2: "aborted" }, tell: [l1] });
    input(from(a1, { kind: "nack", transaction: "t1", ballot, promised: { round: 7, proposer: l2 } }));
    expect(self.round).toBe(7);
  });

  it("takes over what it does not know when somebody in doubt asks, and tells those who ask later", () => {
    const { input } = node(leader({ acceptors }), l2);
    const inquiry = { kind: "inquiry", transaction: "t1", participants };
    expect(sends(input(from(r1, inquiry))).map(({ message }) => message.kind)).toEqual(["phase1a", "phase1a", "phase1a"]);
    expect(input(from(r2, inquiry))).toEqual([]);
    const aborted = { r1: "prepared", r2: "aborted" };
    const ballot = { round: 1, proposer: l2 };
    input(voted(a1, aborted, ballot));
    expect(sends(input(voted(a2, aborted, ballot))).map(({ to }) => to)).toEqual([r1, r2]);
    expect(sends(input(from(r1, inquiry)))[0]!.message).toEqual({ kind: "decision", transaction: "t1", outcome: "abort" });
  });

  it("refuses a name that is another transaction's, and lets nobody mix the two", () => {
    const { input } = node(leader({ acceptors }), l1);
    input(asked);
    expect(input(request({ kind: "commit", transaction: "t1", work: { r1: "yes" } }))).toEqual([
      { kind: "reply", call: "c#1", result: { refused: "t1 is the name of another transaction; a new one needs a new name" } },
    ]);
    expect(input(from(r1, { kind: "inquiry", transaction: "t1", participants: [r1] }))).toEqual([]);
    const { input: vote } = node(acceptor(), a1);
    const values = { r1: "prepared" };
    const ballot0 = { kind: "phase2a", transaction: "t1", ballot: noBallot, tell: [l1] };
    expect(sends(vote(from(r1, { ...ballot0, participants: [r1], values })))).toHaveLength(1);
    // r1 has voted, but for t1 of r1 alone.
    expect(vote(from(r2, { ...ballot0, participants, values: { r2: "prepared" } }))).toEqual([]);
  });

  it("tells another node that asked it to begin, and asks nobody twice", () => {
    const { input } = node(leader({ acceptors }), l1);
    const client = "client" as NodeId;
    const begin = { kind: "begin", transaction: "t1", work: { r1: "yes", r2: "yes" } };
    expect(sends(input(from(client, begin))).map(({ to }) => to)).toEqual([r1, r2]);
    expect(input(from(client, begin))).toEqual([]);
    input(voted(a1, { r1: "aborted" }));
    expect(sends(input(voted(a3, { r1: "aborted" }))).map(({ to }) => to)).toEqual([r1, r2, client]);
  });
});

describe("the outcome", () => {
  it("is to commit only if all instances choose \"prepared\", each in a ballot of its own", () => {
    const tally: Tally = new Map();
    const count = (values: object, round: number, acceptor: NodeId) =>
      countVotes(tally, { kind: "phase2b", transaction: "t1", participants, values: values as never, ballot: { round, proposer: round === 0 ? "" : l1 } }, acceptor);
    count({ r1: "prepared" }, 0, a1);
    count({ r1: "prepared" }, 1, a2);
    expect(outcomeOf(tally, [r1], 2)).toBeNull(); // one vote in each of two ballots
    count({ r1: "prepared" }, 1, a3);
    expect(outcomeOf(tally, [r1], 2)).toBe("commit");
    expect(outcomeOf(tally, [r1, r2], 2)).toBeNull();
    count({ r2: "aborted" }, 0, a1);
    count({ r2: "aborted" }, 0, a2);
    expect(outcomeOf(tally, [r1, r2], 2)).toBe("abort");
  });
});

describe("options", () => {
  it.each([
    [() => leader({ acceptors: [] }), "acceptors must name at least 1 node, got none"],
    [() => leader({ acceptors, retryAfter: -1 }), "retryAfter must be a finite number of at least 0, got -1"],
    [() => manager({ acceptors, leaders: [] }), "leaders must name at least 1 node, got none"],
    [() => manager({ acceptors, leaders: [l1], contact: "some" as never }), 'contact must be one of "quorum", "all", got "some"'],
    [() => protocol({ faults: -1 }), "faults must be a whole number from 0 to 50, got -1"],
    [() => protocol({ leaders: 0 }), "leaders must be a whole number from 1 to 100, got 0"],
    [() => protocol({ acceptors } as never), 'paxosCommit has no option "acceptors"'],
  ])("are checked before work starts: %s", (make, message) => {
    expect(make).toThrow(message);
  });
});
