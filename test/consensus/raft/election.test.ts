import { describe, expect, it } from "vitest";
import { boot, durableFields } from "../../../lib/core/step.js";
import type { RequestVote } from "../../../lib/raft.js";
import { appendOf, leaderAt, logWith, order, s1, s2, s3, s4, sends, serverAt } from "./server-at.js";

const ask = (term: number, lastLogIndex = 0, lastLogTerm = 0, candidateId = s2, transfer = false): RequestVote =>
  ({ kind: "requestVote", term, candidateId, lastLogIndex, lastLogTerm, transfer });

describe("a server whose election time-out elapses", () => {
  it("raises its term, votes for itself, writes both, and asks the others", () => {
    const { self, timer } = serverAt({ currentTerm: 3, log: logWith(1, 3) });
    const effects = timer("election");
    expect(order(effects)).toEqual(["write", "requestVote", "requestVote"]);
    expect(sends(effects)[0]).toEqual([s2, ask(4, 2, 3, s1)]);
    expect(self).toMatchObject({ role: "candidate", currentTerm: 4, votedFor: s1 });
  });

  it("becomes leader when a majority has voted for it, and shows itself at once", () => {
    const { self, timer, on } = serverAt({});
    timer("election");
    const effects = on({ kind: "requestVoteReply", term: 1, voteGranted: true }, s3);
    expect(self).toMatchObject({ role: "leader", leaderId: s1 });
    expect(sends(effects).map(([to, { kind, entries }]) => [to, kind, entries])).toEqual([
      [s2, "appendEntries", [{ index: 1, term: 1, kind: "no-op" }]], [s3, "appendEntries", [{ index: 1, term: 1, kind: "no-op" }]],
    ]);
  });

  it("begins without an entry where no no-op is wanted", () => {
    const { self, timer, on } = serverAt({}, { noOp: false });
    timer("election");
    expect(sends(on({ kind: "requestVoteReply", term: 1, voteGranted: true }))[0]![1]).toMatchObject({ kind: "appendEntries", entries: [] });
    expect(self.log.lastIndex).toBe(0);
  });

  it("counts votes by voter: twice the same is one", () => {
    const { self, timer, on } = serverAt({}, { servers: [s1, s2, s3, s4, "s5" as never] });
    timer("election");
    on({ kind: "requestVoteReply", term: 1, voteGranted: true }, s2);
    on({ kind: "requestVoteReply", term: 1, voteGranted: true }, s2);
    expect(self.role).toBe("candidate");
    on({ kind: "requestVoteReply", term: 1, voteGranted: true }, s4);
    expect(self.role).toBe("leader");
  });

  it("does not count votes of an earlier term, nor of somebody who does not vote", () => {
    const { self, timer, on } = serverAt({ currentTerm: 6 });
    timer("election");
    on({ kind: "requestVoteReply", term: 6, voteGranted: true }, s2);
    on({ kind: "requestVoteReply", term: 7, voteGranted: true }, s4);
    expect(self.role).toBe("candidate");
  });

  it("is elected at once where it is alone", () => {
    const { self, timer } = serverAt({}, { servers: [s1] });
    timer("election");
    expect(self).toMatchObject({ role: "leader", commitIndex: 1, lastApplied: 1 });
  });

  it("begins another election where the votes are split", () => {
    const { self, timer, on } = serverAt({});
    timer("election");
    on({ kind: "requestVoteReply", term: 1, voteGranted: false }, s2);
    on({ kind: "requestVoteReply", term: 1, voteGranted: false }, s3);
    timer("election");
    expect(self).toMatchObject({ role: "candidate", currentTerm: 2 });
  });

  it("does nothing where it is no voter: a learner, or a server that belongs to nobody yet", () => {
    expect(serverAt({}, { servers: [s2, s3], learners: [s1] }).timer("election")).toEqual([]);
    expect(serverAt({}, { servers: [s2, s3] }).timer("election")).toEqual([]);
  });
});

describe("a server that is asked for its vote", () => {
  it("gives it once in a term, and writes it before it says so", () => {
    const { self, on } = serverAt({});
    const effects = on(ask(1), s2);
    expect(order(effects)).toEqual(["write", "requestVoteReply"]);
    expect(sends(effects)).toEqual([[s2, { kind: "requestVoteReply", term: 1, voteGranted: true }]]);
    expect(sends(on(ask(1, 0, 0, s3), s3))).toEqual([[s3, { kind: "requestVoteReply", term: 1, voteGranted: false }]]);
    expect(self.votedFor).toBe(s2);
  });

  it("gives it again to the same candidate, whose answer was lost, and writes nothing", () => {
    const { on } = serverAt({ currentTerm: 1, votedFor: s2 });
    expect(order(on(ask(1)))).toEqual(["requestVoteReply"]);
  });

  it("remembers it through a crash", () => {
    const { role, self, on } = serverAt({});
    on(ask(1), s2);
    expect(boot(role, s1, durableFields(role, self))).toMatchObject({ currentTerm: 1, votedFor: s2 });
  });

  it("refuses a candidate of an earlier term, and tells its own", () => {
    const { self, on } = serverAt({ currentTerm: 5 });
    expect(sends(on(ask(4)))).toEqual([[s2, { kind: "requestVoteReply", term: 5, voteGranted: false }]]);
    expect(self.votedFor).toBe(null);
  });

  it("refuses a candidate whose log is behind its own, but adopts the term", () => {
    const { self, on } = serverAt({ currentTerm: 2, log: logWith(1, 2), leaderId: s3 });
    const effects = on(ask(7, 5, 1));
    expect(order(effects)).toEqual(["write", "requestVoteReply"]);
    expect(sends(effects)[0]![1]).toMatchObject({ term: 7, voteGranted: false });
    expect(self).toMatchObject({ currentTerm: 7, votedFor: null, leaderId: null });
  });

  it("resets its election timer if it votes, and only then", () => {
    const timers = (effects: readonly { readonly kind: string }[]): number => effects.filter(({ kind }) => kind === "setTimer").length;
    expect(timers(serverAt({}).on(ask(1)))).toBe(1);
    expect(timers(serverAt({ currentTerm: 1, votedFor: s3 }).on(ask(1)))).toBe(0);
  });

  it("votes also as a learner: it may not have heard of its promotion", () => {
    const { on } = serverAt({}, { servers: [s2, s3], learners: [s1] });
    expect(sends(on(ask(1)))[0]![1]).toMatchObject({ voteGranted: true });
  });

  it("steps down, if it led in an earlier term", () => {
    const { self, on } = leaderAt(2, logWith(1));
    on(ask(3, 9, 2), s3);
    expect(self).toMatchObject({ role: "follower", currentTerm: 3, votedFor: s2 });
    expect(self.nextIndex.size).toBe(0);
  });
});

describe("a server that protects its leader", () => {
  const options = { checkQuorum: true };

  it("takes no notice of a candidate while it hears the leader, and does so again when it does not", () => {
    const { self, on, timer } = serverAt({ currentTerm: 1 }, options);
    on(appendOf(1, 0, 0, []));
    expect(on(ask(2, 0, 0, s3), s3)).toEqual([]);
    expect(self.currentTerm).toBe(1);
    timer("silence");
    expect(sends(on(ask(2, 0, 0, s3), s3))[0]![1]).toMatchObject({ voteGranted: true });
  });

  it("obeys a candidate that the leader itself wants", () => {
    const { on } = serverAt({ currentTerm: 1 }, options);
    on(appendOf(1, 0, 0, []));
    expect(sends(on(ask(2, 0, 0, s3, true), s3))[0]![1]).toMatchObject({ voteGranted: true });
  });

  it("protects nobody without the switch", () => {
    const { on } = serverAt({ currentTerm: 1 });
    on(appendOf(1, 0, 0, []));
    expect(sends(on(ask(2, 0, 0, s3), s3))[0]![1]).toMatchObject({ voteGranted: true });
  });

  it("does so also after a crash: the leader may count on what it said before", () => {
    const { start, on } = serverAt({ currentTerm: 1 }, options);
    start();
    expect(on(ask(2, 0, 0, s3), s3)).toEqual([]);
  });

  it("waits as long as ever for the leader, in two parts", () => {
    const { on, timer } = serverAt({ currentTerm: 1 }, { ...options, electionTimeout: [100, 180] });
    expect(on(appendOf(1, 0, 0, []))).toContainEqual({ kind: "setTimer", timer: { kind: "silence" }, after: 100 });
    expect(timer("silence")).toEqual([{ kind: "setTimer", timer: { kind: "election" }, after: [0, 80] }]);
  });
});

describe("a leader that checks its quorum", () => {
  it("leads on, if a majority has answered within the election time-out", () => {
    const { self, on, timer } = leaderAt(1, logWith(), { checkQuorum: true });
    on({ kind: "appendEntriesReply", term: 1, success: true, matchIndex: 1, prevLogIndex: 0, conflict: null, round: 0 }, s3);
    timer("checkQuorum");
    expect(self.role).toBe("leader");
  });

  it("steps down, if it has not", () => {
    const { self, timer } = leaderAt(1, logWith(), { checkQuorum: true });
    timer("checkQuorum");
    expect(self).toMatchObject({ role: "follower", currentTerm: 1, leaderId: null });
  });
});

describe("PreVote", () => {
  const options = { preVote: true };
  const before = (term: number, lastLogIndex = 0, lastLogTerm = 0) => ({ kind: "preVote", term, candidateId: s2, lastLogIndex, lastLogTerm }) as const;

  it("asks first, and changes and writes nothing", () => {
    const { self, timer } = serverAt({ currentTerm: 3 }, options);
    const effects = timer("election");
    expect(order(effects)).toEqual(["preVote", "preVote"]);
    expect(self).toMatchObject({ role: "pre-candidate", currentTerm: 3, votedFor: null });
  });

  it("raises the term once a majority would vote", () => {
    const { self, timer, on } = serverAt({ currentTerm: 3 }, options);
    timer("election");
    expect(order(on({ kind: "preVoteReply", term: 4, voteGranted: true }))).toEqual(["write", "requestVote", "requestVote"]);
    expect(self).toMatchObject({ role: "candidate", currentTerm: 4 });
  });

  it("is answered without a trace, as often as it is asked", () => {
    const { self, on } = serverAt({ currentTerm: 3 }, options);
    for (let i = 0; i < 2; i++) expect(on(before(4))).toEqual([{ kind: "send", to: s2, message: { kind: "preVoteReply", term: 4, voteGranted: true } }]);
    expect(self).toMatchObject({ currentTerm: 3, votedFor: null });
  });

  it("is refused by whoever hears a leader, by the leader, and by whose log is better", () => {
    const hearing = serverAt({ currentTerm: 3 }, options);
    hearing.on(appendOf(3, 0, 0, []));
    for (const { on } of [hearing, leaderAt(3, logWith(), { noOp: false }), serverAt({ currentTerm: 3, log: logWith(3) }, options)]) {
      expect(sends(on(before(4)))[0]![1]).toEqual({ kind: "preVoteReply", term: 3, voteGranted: false });
    }
  });

  it("brings a candidate with a better log and an earlier term up to date, which would be refused for ever otherwise", () => {
    const shorter = serverAt({ currentTerm: 9, log: logWith(1) }, options);
    const longer = serverAt({ currentTerm: 2, log: logWith(1, 2) }, options);
    longer.timer("election");
    const [[, no]] = sends(shorter.on(before(3, 2, 2))) as [[unknown, any]];
    longer.on(no, s3);
    expect(longer.self).toMatchObject({ role: "follower", currentTerm: 9 });
  });
});
