import { describe, expect, it } from "vitest";
import { byHand } from "./by-hand.js";
import { has, leaderAt, logWith, order, replies, s1, s2, s3, s4, sends, serverAt } from "./server-at.js";

const all = [s1, s2, s3];
const to = (node: typeof s1) => ({ kind: "transfer", to: node }) as const;

describe("a hand-over", () => {
  it("makes the target leader at once, whatever protects the old one, and the client hears of it", () => {
    const by = byHand(all, { preVote: true, checkQuorum: true });
    by.elect(s1, all);
    by.timer(s1, "heartbeat", all);
    by.request(s1, to(s2) as never, all);
    expect([s1, s2].map((id) => [by.state(id).role, by.state(id).currentTerm])).toEqual([["follower", 2], ["leader", 2]]);
    expect(by.answers().at(-1)).toEqual({ kind: "transferred", to: s2 });
  });

  it("waits until the target has the whole log", () => {
    const { ask, on } = leaderAt(1, logWith());
    on(has(1, 1), s2);
    ask({ kind: "command", command: "x" }, 1);
    expect(order(ask(to(s2), 2))).toEqual([]);
    expect(order(on(has(1, 2), s2))).toContain("timeoutNow");
  });

  it("brings up a target that lacks entries", () => {
    const { ask, on, timer } = leaderAt(1, logWith(), { noOp: false });
    for (let n = 1; n <= 3; n++) ask({ kind: "command", command: n }, n);
    ask(to(s2), 4);
    timer("heartbeat");
    expect(order(on(has(1, 3), s2))).toContain("timeoutNow");
  });

  it("takes no commands meanwhile, and sends their clients to the target", () => {
    const { self, ask } = leaderAt(1, logWith());
    ask(to(s2), 1);
    expect(replies(ask({ kind: "command", command: "x" }, 2))).toEqual([{ kind: "redirect", to: s2 }]);
    expect(self.log.lastIndex).toBe(1);
  });

  it("is given up after an election time-out, and the leader takes commands again", () => {
    const { self, ask, timer } = leaderAt(1, logWith());
    ask(to(s2), 1);
    expect(replies(timer("transfer"))).toEqual([{ kind: "refused", reason: "s2 did not take over in time" }]);
    ask({ kind: "command", command: "x" }, 2);
    expect(self.log.lastIndex).toBe(2);
  });

  it("is refused to who does not vote, and while another one is under way", () => {
    const { ask } = leaderAt(1, logWith(), { learners: [s4] });
    expect(replies(ask(to(s4), 1))).toEqual([{ kind: "refused", reason: "s4 is no voter: s1, s2, s3" }]);
    ask(to(s2), 2);
    expect(replies(ask(to(s3), 3))).toEqual([{ kind: "refused", reason: "the leadership is being handed over to s2" }]);
  });

  it("to itself is done", () => {
    expect(replies(leaderAt(1, logWith()).ask(to(s1)))).toEqual([{ kind: "transferred", to: s1 }]);
  });

  it("asks the leader", () => {
    expect(replies(serverAt({ leaderId: s3 }).ask(to(s2)))).toEqual([{ kind: "redirect", to: s3 }]);
  });

  it("says so, if somebody else was elected", () => {
    const by = byHand(all);
    by.elect(s1, all);
    by.request(s1, to(s2) as never, [s1]);
    by.elect(s3, [s2, s3]);
    by.timer(s3, "heartbeat", all);
    expect(by.answers().at(-1)).toEqual({ kind: "refused", reason: "s3 was elected instead" });
  });
});

describe("a leader that is elected again before its hand-over is over", () => {
  it("takes commands again, and tells the client", () => {
    const { self, ask, on, timer } = leaderAt(1, logWith());
    ask(to(s2), 1);
    on({ kind: "requestVote", term: 2, candidateId: s3, lastLogIndex: 0, lastLogTerm: 0, transfer: false }, s3);
    timer("election");
    expect(replies(on({ kind: "requestVoteReply", term: 3, voteGranted: true }))).toEqual([{ kind: "refused", reason: "s1 was elected instead" }]);
    expect(self).toMatchObject({ role: "leader", transfer: null });
  });
});

describe("TimeoutNow", () => {
  it("of another term has no effect", () => {
    expect(serverAt({ currentTerm: 3 }).on({ kind: "timeoutNow", term: 2 })).toEqual([]);
  });

  it("skips the vote before the vote", () => {
    const effects = serverAt({ currentTerm: 3 }, { preVote: true }).on({ kind: "timeoutNow", term: 3 });
    expect(sends(effects)[0]![1]).toMatchObject({ kind: "requestVote", term: 4, transfer: true });
  });

  it("has no effect on a learner", () => {
    expect(serverAt({}, { servers: [s2, s3], learners: [s1] }).on({ kind: "timeoutNow", term: 0 })).toEqual([]);
  });
});
