import { describe, expect, it } from "vitest";
import { entriesOf, type Entry } from "../../../lib/raft.js";
import { appendOf, call, decisions, entry, has, lacks, leaderAt, logAfter, logWith, order, replies, s1, s2, s3, sends, serverAt } from "./server-at.js";

const terms = (entries: readonly Entry<any>[]): readonly number[] => entries.map(({ term }) => term);
const only = (effects: Parameters<typeof sends>[0]): any => sends(effects)[0]![1];

describe("a follower that receives AppendEntries", () => {
  it("1. refuses it, if the term is over, and tells its own", () => {
    const { self, on } = serverAt({ currentTerm: 3 });
    expect(only(on(appendOf(2, 0, 0, [entry(1, 2)])))).toMatchObject({ term: 3, success: false });
    expect(self.log.lastIndex).toBe(0);
    expect(self.leaderId).toBe(null);
  });

  it("2. refuses it, if its log has no entry of that term at prevLogIndex, and says where the logs part", () => {
    const { self, on } = serverAt({ currentTerm: 5, log: logWith(1, 1, 2, 2, 2) });
    expect(only(on(appendOf(5, 9, 4, [])))).toMatchObject({ success: false, conflict: { term: null, index: 6 } });
    expect(only(on(appendOf(5, 5, 4, [])))).toMatchObject({ success: false, conflict: { term: 2, index: 3 } });
    expect(self.log.lastIndex).toBe(5);
  });

  it("2. and only that, where no hints are wanted", () => {
    const { on } = serverAt({ currentTerm: 5, log: logWith(1, 2, 2) }, { conflictHints: false });
    expect(only(on(appendOf(5, 3, 4, [])))).toMatchObject({ conflict: { term: null, index: 3 } });
  });

  it("3. deletes what conflicts, and all that follows it", () => {
    const { self, on } = serverAt({ currentTerm: 3, log: logWith(1, 2, 2, 2) });
    expect(only(on(appendOf(3, 1, 1, [entry(2, 3)])))).toMatchObject({ success: true, matchIndex: 2 });
    expect(terms(entriesOf(self.log))).toEqual([1, 3]);
  });

  it("3. keeps what does not conflict: an AppendEntries that comes late deletes nothing", () => {
    const { self, on } = serverAt({ currentTerm: 1, log: logWith(1, 1, 1) });
    const effects = on(appendOf(1, 0, 0, [entry(1, 1)]));
    expect(order(effects)).toEqual(["appendEntriesReply"]);
    expect(only(effects)).toMatchObject({ success: true, matchIndex: 1 });
    expect(self.log.lastIndex).toBe(3);
  });

  it("4. appends what is new, writes it, and answers then", () => {
    const { self, on } = serverAt({ currentTerm: 1, log: logWith(1) });
    const effects = on(appendOf(1, 0, 0, [entry(1, 1), entry(2, 1), entry(3, 1)]));
    expect(order(effects)).toEqual(["write", "appendEntriesReply"]);
    expect(terms(entriesOf(self.log))).toEqual([1, 1, 1]);
  });

  it("5. commits up to what the leader says, but not beyond the last new entry", () => {
    const { self, on } = serverAt({ currentTerm: 1, log: logWith(1, 1, 1) });
    expect(decisions(on(appendOf(1, 1, 1, [], 3))).map(({ index }) => index)).toEqual([1]);
    expect(self.commitIndex).toBe(1);
    on(appendOf(1, 1, 1, [entry(2, 1)], 3));
    expect(self).toMatchObject({ commitIndex: 2, lastApplied: 2 });
  });

  it("never takes a commit back", () => {
    const { self, on } = serverAt({ currentTerm: 1, log: logWith(1, 1), commitIndex: 2, lastApplied: 2 });
    on(appendOf(1, 0, 0, [entry(1, 1)], 1));
    expect(self.commitIndex).toBe(2);
  });

  it("takes what lies before its snapshot as the leader's own", () => {
    const { self, on } = serverAt({ currentTerm: 2, log: logAfter(4, 1, 2), commitIndex: 4, lastApplied: 4 });
    expect(only(on(appendOf(2, 2, 1, [3, 4, 5, 6].map((index) => entry(index, index < 5 ? 1 : 2)))))).toMatchObject({ success: true, matchIndex: 6 });
    expect(self.log.lastIndex).toBe(6);
    expect(only(on(appendOf(2, 1, 1, [entry(2, 1)])))).toMatchObject({ success: true, matchIndex: 4 });
  });

  it("recognises the leader of its term, also as a candidate", () => {
    const { self, on, timer } = serverAt({ currentTerm: 0 });
    timer("election");
    on(appendOf(1, 0, 0, []));
    expect(self).toMatchObject({ role: "follower", leaderId: s2, currentTerm: 1, votedFor: s1 });
  });

  it("sends the clients of what it deletes to the new leader", () => {
    const { self, ask, on } = leaderAt(1, logWith());
    ask({ kind: "command", command: "x" });
    const effects = on(appendOf(2, 1, 2, []), s2);
    expect(replies(effects)).toEqual([]);
    expect(replies(on(appendOf(2, 0, 0, [entry(1, 2)]), s2))).toEqual([{ kind: "redirect", to: s2 }]);
    expect(self.calls.size).toBe(0);
  });
});

describe("a leader", () => {
  it("appends a command to its log, writes it, and sends it: 2(n-1) messages a command, with the answers", () => {
    const { self, on, ask } = leaderAt(1, logWith());
    on(has(1, 1), s2);
    on(has(1, 1), s3);
    const effects = ask({ kind: "command", command: "x" });
    expect(order(effects)).toEqual(["write", "appendEntries", "appendEntries"]);
    const origin = { session: "c", serial: 1, time: 0 };
    expect(only(effects)).toMatchObject({ prevLogIndex: 1, prevLogTerm: 1, entries: [{ index: 2, term: 1, kind: "command", command: "x", origin }], leaderCommit: 1 });
    expect(self.log.lastIndex).toBe(2);
  });

  it("sends the client on, if it does not lead", () => {
    expect(replies(serverAt({ leaderId: s3 }).ask({ kind: "command", command: "x" }))).toEqual([{ kind: "redirect", to: s3 }]);
  });

  it("answers when the entry is applied, with the machine's result", () => {
    const machine = { initial: 0, apply: (sum: number, n: unknown) => ({ state: sum + (n as number), result: sum + (n as number) }) };
    const { on, ask } = leaderAt(1, logWith(), { machine });
    for (const node of [s2, s3]) on(has(1, 1), node);
    ask({ kind: "command", command: 5 }, 1);
    ask({ kind: "command", command: 7 }, 2);
    const effects = on(has(1, 3), s2);
    expect(decisions(effects).map(({ index }) => index)).toEqual([2, 3]);
    expect(replies(effects)).toEqual([{ kind: "result", result: 5 }, { kind: "result", result: 12 }]);
    expect(replies(on(has(1, 3), s3))).toEqual([]);
  });

  it("goes back one entry after the other, where it gets no hints", () => {
    const { on } = leaderAt(4, logWith(1, 1, 3, 3), { conflictHints: false });
    const back = [4, 3, 2].map((prevLogIndex) => only(on(lacks(4, prevLogIndex, { term: null, index: prevLogIndex }))).prevLogIndex);
    expect(back).toEqual([3, 2, 1]);
  });

  it("skips all entries of a conflicting term that it does not know", () => {
    const { on } = leaderAt(7, logWith(1, 1, 4, 4, 4));
    expect(only(on(lacks(7, 5, { term: 2, index: 3 })))).toMatchObject({ prevLogIndex: 2, prevLogTerm: 1 });
  });

  it("goes on after its own last entry of the conflicting term, if it has any", () => {
    const { on } = leaderAt(7, logWith(1, 2, 2, 2, 5, 5));
    expect(only(on(lacks(7, 6, { term: 2, index: 2 })))).toMatchObject({ prevLogIndex: 4, prevLogTerm: 2 });
  });

  it("takes no notice of a refusal that came late", () => {
    const { on } = leaderAt(2, logWith(1, 1));
    on(has(2, 3), s2);
    expect(order(on(lacks(2, 2, { term: null, index: 1 }), s2))).toEqual([]);
  });

  it("does not unlearn what a follower has, when an answer comes late", () => {
    const { self, on } = leaderAt(2, logWith(1, 1));
    on(has(2, 3), s2);
    on(has(2, 1), s2);
    expect([self.matchIndex.get(s2), self.nextIndex.get(s2)]).toEqual([3, 4]);
  });

  it("sends entries again with the next heartbeat, where it knows nothing of the follower yet", () => {
    const { timer } = leaderAt(2, logWith(1));
    expect(only(timer("heartbeat"))).toMatchObject({ prevLogIndex: 1, entries: [{ index: 2 }] });
  });

  it("steps down when an answer has a higher term", () => {
    const { self, on } = leaderAt(2, logWith(1));
    on({ ...(lacks(9, 0, { term: null, index: 0 }) as any), conflict: null }, s3);
    expect(self).toMatchObject({ role: "follower", currentTerm: 9 });
  });
});

describe("a window", () => {
  const ready = (window: number) => {
    const given = leaderAt(1, logWith(), { window, maxEntries: 2 });
    given.on(has(1, 1), s2);
    return { ...given, sent: (n: number) => sends(given.ask({ kind: "command", command: n }, n)).filter(([to]) => to === s2).length };
  };

  it("lets the leader send on without waiting for answers, so many messages far", () => {
    const { sent, on } = ready(3);
    expect([1, 2, 3, 4, 5].map(sent)).toEqual([1, 1, 1, 0, 0]);
    // An answer makes room; what has gathered goes in one message.
    expect(only(on(has(1, 2), s2)).entries).toHaveLength(2);
  });

  it("of one message is no pipelining", () => {
    const { sent, on } = ready(1);
    expect([1, 2, 3, 4].map(sent)).toEqual([1, 0, 0, 0]);
    expect(only(on(has(1, 2), s2)).entries.map(({ index }: Entry) => index)).toEqual([3, 4]);
  });

  it("is found out to be lost at the next heartbeat, and the leader goes back to probing", () => {
    const { self, sent, on, timer } = ready(2);
    [1, 2].forEach(sent);
    const beat = sends(timer("heartbeat")).find(([to]) => to === s2)![1];
    expect(beat).toMatchObject({ prevLogIndex: 3, entries: [] });
    const again = sends(on(lacks(1, 3, { term: null, index: 2 }), s2));
    expect(again).toHaveLength(1);
    expect(again[0]![1]).toMatchObject({ prevLogIndex: 1, entries: [{ index: 2 }, { index: 3 }] });
    expect(self.flow.get(s2)).toEqual({ kind: "probe", isWaiting: true });
    on(has(1, 3), s2);
    expect(self.flow.get(s2)!.kind).toBe("replicate");
  });

  it("is not filled for a follower of whom the leader knows nothing yet: one message at a time", () => {
    const { ask } = leaderAt(1, logWith());
    expect(sends(ask({ kind: "command", command: "x" }))).toEqual([]);
  });
});

describe("a batch", () => {
  it("lets commands wait for each other, and costs one write and one message to each follower", () => {
    const { on, ask, timer } = leaderAt(1, logWith(), { batchDelay: 5, maxEntries: 10 });
    for (const node of [s2, s3]) on(has(1, 1), node);
    for (let n = 1; n <= 3; n++) expect(order(ask({ kind: "command", command: n }, n))).toEqual([]);
    const effects = timer("batch");
    expect(order(effects)).toEqual(["write", "appendEntries", "appendEntries"]);
    expect(only(effects).entries).toHaveLength(3);
  });

  it("leaves at once when it is full", () => {
    const { ask } = leaderAt(1, logWith(), { batchDelay: 5, maxEntries: 2 });
    expect(order(ask({ kind: "command", command: 1 }, 1))).toEqual([]);
    expect(order(ask({ kind: "command", command: 2 }, 2))).toContain("write");
  });

  it("is sent to the next leader, if it has not left", () => {
    const { ask, on } = leaderAt(1, logWith(), { batchDelay: 5 });
    ask({ kind: "command", command: 1 });
    expect(replies(on(appendOf(2, 0, 0, [])))).toEqual([{ kind: "redirect", to: null }]);
  });
});

describe("a leader that does not wait for its disk", () => {
  it("sends first, writes then, and counts itself when it hears of that", () => {
    const { self, on, ask } = leaderAt(1, logWith(), { parallelWrites: true, servers: [s1, s2] });
    on({ kind: "written", term: 1, index: 1 }, s1);
    on(has(1, 1), s2);
    expect(self.commitIndex).toBe(1);
    expect(order(ask({ kind: "command", command: "x" }))).toEqual(["appendEntries", "write", "written"]);
    on(has(1, 2), s2);
    expect(self.commitIndex).toBe(1);
    expect(replies(on({ kind: "written", term: 1, index: 2 }, s1))).toEqual([{ kind: "result", result: "x" }]);
  });
});

describe("the call of a client", () => {
  it("names its session and its serial, where the request does not", () => {
    const { self, ask } = leaderAt(1, logWith());
    ask({ kind: "command", command: "x" }, 7);
    ask({ kind: "command", command: "y", session: 3, serial: 2 }, 8);
    expect(entriesOf(self.log).slice(1).map((each) => each.kind === "command" && each.origin)).toEqual([
      { session: "c", serial: 7, time: 0 }, { session: 3, serial: 2, time: 0 },
    ]);
    expect(self.calls.get(2)).toBe(call(7));
  });
});
