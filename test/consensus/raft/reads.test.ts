import { describe, expect, it } from "vitest";
import type { ServerOptions } from "../../../lib/raft.js";
import { appendOf, call, entry, has, lacks, leaderAt, logWith, order, replies, s1, s2, s3, sends, serverAt } from "./server-at.js";

const machine = { initial: 0, apply: (sum: number, n: unknown) => ({ state: sum + (n as number), result: sum + (n as number) }) };
const read = { kind: "read", query: 0 } as const;

/** A leader of whom s2 and s3 have the no-op. */
function settled(options: Partial<ServerOptions<any, any, any>> = {}) {
  const given = leaderAt(1, logWith(), { machine, ...options });
  for (const node of [s2, s3]) given.on(has(1, 1), node);
  return given;
}

const rounds = (effects: Parameters<typeof sends>[0]): readonly number[] => sends(effects).map(([, { round }]) => round);

describe("ReadIndex", () => {
  it("answers after a majority has shown, in a round that began later, that the leader still leads", () => {
    const { ask, on } = settled();
    const effects = ask(read);
    expect(order(effects)).toEqual(["appendEntries", "appendEntries"]);
    expect(rounds(effects)).toEqual([1, 1]);
    expect(replies(on(has(1, 1, 0), s3))).toEqual([]);
    expect(replies(on(has(1, 1, 1), s2))).toEqual([{ kind: "result", result: 0 }]);
  });

  it("takes also a refusal as a sign: the follower knows no later term", () => {
    const { ask, on } = settled();
    ask(read);
    expect(replies(on(lacks(1, 0, { term: null, index: 1 }, 1), s2))).toHaveLength(1);
  });

  it("waits for an entry of the leader's own term to be committed: before, it does not know what is", () => {
    const { ask, on } = leaderAt(2, logWith(1), { machine });
    expect(order(ask(read))).toEqual([]);
    expect(replies(on(has(2, 2), s2))).toEqual([]);
    expect(replies(on(has(2, 2, 1), s2))).toHaveLength(1);
  });

  it("serves all reads that come during a round by the next one", () => {
    const { ask, on } = settled();
    ask(read, 1);
    for (const n of [2, 3, 4]) expect(order(ask(read, n))).toEqual([]);
    const effects = on(has(1, 1, 1), s2);
    expect(replies(effects)).toHaveLength(1);
    expect(rounds(effects)).toEqual([2, 2]);
    expect(replies(on(has(1, 1, 2), s3))).toHaveLength(3);
  });

  it("asks again with the next heartbeat, when the round is lost", () => {
    const { ask, on, timer } = settled();
    ask(read, 1);
    ask(read, 2);
    timer("heartbeat");
    expect(replies(on(has(1, 1, 2), s2))).toHaveLength(2);
  });

  it("sees every write that was answered before it", () => {
    const { ask, on } = settled();
    ask({ kind: "command", command: 5 }, 1);
    ask(read, 2);
    expect(replies(on(has(1, 2, 1), s2))).toEqual([{ kind: "result", result: 5 }, { kind: "result", result: 5 }]);
  });

  it("sends the reader on when the leader steps down", () => {
    const { ask, on } = settled();
    ask(read);
    expect(replies(on(appendOf(2, 0, 0, []), s3))).toEqual([{ kind: "redirect", to: null }]);
  });

  it("answers a client that asks again once", () => {
    const { ask, on } = settled();
    ask(read);
    ask(read);
    expect(replies(on(has(1, 1, 2), s2))).toHaveLength(1);
  });

  it("costs a cluster of one server no message", () => {
    const { ask } = leaderAt(1, logWith(), { machine, servers: [s1] });
    expect(replies(ask(read))).toEqual([{ kind: "result", result: 0 }]);
  });
});

describe("a lease", () => {
  const options = { reads: "lease", checkQuorum: true, electionTimeout: [100, 200], clockDriftBound: 2 } as const;

  /** A leader whose round, begun at 1000 ms, was answered at 1010. */
  function leased() {
    const given = settled(options);
    given.clock.now = 1000;
    given.timer("heartbeat");
    given.clock.now = 1010;
    given.on(has(1, 1, 1), s2);
    return given;
  }

  it("lets the leader answer at once until the least election time-out after the round began, less the drift", () => {
    const { ask, clock } = leased();
    clock.now = 1049.9;
    expect(replies(ask(read, 1))).toEqual([{ kind: "result", result: 0 }]);
    clock.now = 1050;
    expect(order(ask(read, 2))).toEqual(["appendEntries", "appendEntries"]);
  });

  it("is void from a hand-over on: who was told to campaign may do so at any time", () => {
    const { ask, timer } = leased();
    expect(order(ask({ kind: "transfer", to: s2 }, 1))).toContain("timeoutNow");
    expect(order(ask(read, 2))).toEqual(["appendEntries", "appendEntries"]);
    timer("transfer");
    expect(replies(ask(read, 3))).toEqual([]);
  });

  it("needs followers that keep it", () => {
    expect(() => serverAt({}, { reads: "lease" })).toThrow("leaderStickiness");
  });
});

describe("a read that goes elsewhere", () => {
  it("is sent on to the leader", () => {
    expect(replies(serverAt({ leaderId: s2 }).ask(read))).toEqual([{ kind: "redirect", to: s2 }]);
  });

  it("through the log is a command that nobody remembers", () => {
    const { self, ask, on } = settled({ reads: "log" });
    expect(order(ask(read))).toContain("write");
    expect(replies(on(has(1, 2), s2))).toEqual([{ kind: "result", result: 0 }]);
    expect(self.sessions.size).toBe(0);
  });

  it("is answered by anybody at once, if it may be stale", () => {
    expect(replies(serverAt({ machine: 3 }, { reads: "local", machine }).ask(read))).toEqual([{ kind: "result", result: 3 }]);
  });
});

describe("a follower that answers reads itself", () => {
  const options = { followerReads: true, machine } as const;

  it("asks the leader how far it must have applied the log, and waits until it has", () => {
    const { self, ask, on } = serverAt({ currentTerm: 1, leaderId: s2 }, options);
    expect(sends(ask(read))).toEqual([[s2, { kind: "readIndex", term: 1, context: call(1) }]]);
    expect(replies(on({ kind: "readIndexReply", term: 1, context: call(1), index: 1 }))).toEqual([]);
    expect(replies(on(appendOf(1, 0, 0, [{ ...entry(1, 1), command: 4 } as never], 1)))).toEqual([{ kind: "result", result: 4 }]);
    expect(self.reads).toEqual([]);
  });

  it("sends the reader on, if it was not the leader that it asked", () => {
    const { ask, on } = serverAt({ currentTerm: 1, leaderId: s2 }, options);
    ask(read);
    expect(replies(on({ kind: "readIndexReply", term: 1, context: call(1), index: null }))).toEqual([{ kind: "redirect", to: null }]);
  });

  it("is told by the leader after the same round as the leader's own readers", () => {
    const { on } = settled();
    expect(rounds(on({ kind: "readIndex", term: 1, context: call(7) }, s3))).toEqual([1, 1]);
    expect(sends(on(has(1, 1, 1), s2))).toEqual([[s3, { kind: "readIndexReply", term: 1, context: call(7), index: 1 }]]);
  });

  it("is sent on in the old term, when the leader steps down: the new one is not on its disk yet", () => {
    const { on } = settled();
    on({ kind: "readIndex", term: 1, context: call(7) }, s3);
    const effects = on(appendOf(2, 0, 0, []), s2);
    expect(order(effects)).toEqual(["readIndexReply", "write", "appendEntriesReply"]);
    expect(sends(effects)[0]).toEqual([s3, { kind: "readIndexReply", term: 1, context: call(7), index: null }]);
  });

  it("is told nothing by whoever does not lead", () => {
    expect(sends(serverAt({}).on({ kind: "readIndex", term: 1, context: call(7) }, s3))[0]![1]).toMatchObject({ index: null });
  });
});

