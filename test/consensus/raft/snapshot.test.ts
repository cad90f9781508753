import { describe, expect, it } from "vitest";
import { shared } from "../../../lib/core/clone.js";
import { entriesOf, type InstallSnapshot, type ServerOptions, type Snapshot, type StateMachine } from "../../../lib/raft.js";
import { byHand } from "./by-hand.js";
import { appendOf, entry, has, leaderAt, logAfter, logWith, order, replies, s1, s2, s3, s4, sends, serverAt } from "./server-at.js";

/** Remembers all that it was told, in a map and a set, as a machine may. */
const list: StateMachine<{ readonly items: readonly unknown[]; readonly seen: ReadonlySet<unknown> }, unknown, number> = {
  initial: { items: [], seen: new Set() },
  apply: ({ items, seen }, item) => ({ state: { items: [...items, item], seen: new Set([...seen, item]) }, result: items.length + 1 }),
};
const all = [s1, s2, s3];
const options: Partial<ServerOptions<any, any, any>> = { machine: list, snapshotEvery: 3, snapshotChunk: 20 };

/** A leader that has served so many commands with s2, while s3 was away. */
function ahead(commands: number, more: Partial<ServerOptions<any, any, any>> = {}) {
  const cluster = byHand(all, { ...options, ...more });
  cluster.elect(s1, [s1, s2]);
  for (let n = 1; n <= commands; n++) cluster.command(s1, `x${n}`, [s1, s2]);
  cluster.timer(s1, "heartbeat", [s1, s2]);
  return cluster;
}

describe("a snapshot", () => {
  it("is taken by every server for itself, and the log before it discarded", () => {
    const { state } = ahead(4);
    for (const id of [s1, s2]) {
      expect(state(id).snapshot).toMatchObject({ lastIncludedIndex: 3, lastIncludedTerm: 1, machine: { items: ["x1", "x2"] } });
      expect(state(id).log).toMatchObject({ offset: 3, offsetTerm: 1, lastIndex: 5 });
    }
  });

  it("leaves some entries for followers that are a little behind, if it is to", () => {
    const { state } = ahead(4, { snapshotRetain: 2 });
    expect(state(s1).snapshot.lastIncludedIndex).toBe(3);
    expect(state(s1).log.offset).toBe(1);
  });

  it("is what a server boots from", () => {
    const { state, restart } = ahead(4);
    restart(s2);
    expect(state(s2)).toMatchObject({ commitIndex: 3, lastApplied: 3, machine: { items: ["x1", "x2"] } });
    expect(state(s2).sessions.get("c")!.results.get(2)).toBe(2);
  });

  it("brings a follower up that lacks what was discarded, piece after piece", () => {
    const { state, timer } = ahead(7);
    const first = sends(timer(s1, "heartbeat", all)).find(([to]) => to === s3)![1];
    expect(first).toMatchObject({ kind: "installSnapshot", lastIncludedIndex: 6, offset: 0, done: false });
    expect(first.data).toHaveLength(20);
    timer(s1, "heartbeat", all);
    for (const field of ["commitIndex", "lastApplied", "machine", "sessions", "configuration"] as const) expect(state(s3)[field]).toEqual(state(s1)[field]);
    expect(state(s1).flow.get(s3)!.kind).toBe("replicate");
    expect(state(s3).machine.seen).toBeInstanceOf(Set);
  });

  it("goes on where it was, when a piece is lost", () => {
    const { state, timer } = ahead(7);
    timer(s1, "heartbeat", [s1, s2]);
    expect(state(s1).flow.get(s3)).toEqual({ kind: "snapshot", lastIncludedIndex: 6, offset: 0 });
    timer(s1, "heartbeat", all);
    timer(s1, "heartbeat", all);
    expect(state(s3).lastApplied).toBe(state(s1).lastApplied);
  });

  it("has the configuration as of its last entry, not a later one that may be rolled back", () => {
    const { self, on, ask } = leaderAt(1, logWith(), { ...options, snapshotEvery: 2 });
    on(has(1, 1), s2);
    ask({ kind: "command", command: "x" }, 1);
    ask({ kind: "reconfigure", changes: [{ kind: "add-learner", node: s4 }] }, 2);
    on(has(1, 2), s2);
    expect(self).toMatchObject({ lastApplied: 2, configurationIndex: 3, configuration: { learners: [s4] } });
    expect(self.snapshot).toMatchObject({ lastIncludedIndex: 2, configuration: { learners: [] } });
  });
});

describe("a follower that is sent a snapshot", () => {
  const text = JSON.stringify({ machine: { items: ["y"], seen: { $set: ["y"] } }, sessions: { $map: [] } });
  const configuration = { voters: all, outgoing: [], learners: [], learnersNext: [], autoLeave: false };
  const piece = (offset: number, end: number, more: Partial<InstallSnapshot> = {}): InstallSnapshot => ({
    kind: "installSnapshot", term: 2, leaderId: s2, lastIncludedIndex: 4, lastIncludedTerm: 1, configuration,
    offset, data: text.slice(offset, end), done: end >= text.length, round: 0, ...more,
  });

  it("gathers the pieces in order, and says which one it wants when another one comes", () => {
    const { self, on } = serverAt({ currentTerm: 2 }, options);
    const answer = (message: InstallSnapshot): any => sends(on(message))[0]![1];
    expect(answer(piece(0, 10))).toMatchObject({ offset: 10, done: false });
    expect(answer(piece(20, 30))).toMatchObject({ offset: 10, done: false });
    expect(answer(piece(0, 10))).toMatchObject({ offset: 10, done: false });
    expect(self.lastApplied).toBe(0);
    expect(order(on(piece(10, 999)))).toEqual(["write", "installSnapshotReply"]);
    expect(self).toMatchObject({ lastApplied: 4, commitIndex: 4, machine: { items: ["y"] }, incoming: null });
  });

  it("begins anew, if the leader has another one meanwhile", () => {
    const { self, on } = serverAt({ currentTerm: 2 }, options);
    on(piece(0, 10));
    on(piece(0, 12, { lastIncludedIndex: 6 }));
    expect(self.incoming).toMatchObject({ lastIncludedIndex: 6, data: text.slice(0, 12) });
  });

  it("keeps the entries that follow it, if it has the entry that the snapshot ends with", () => {
    const { self, on } = serverAt({ currentTerm: 2, log: logWith(1, 1, 1, 1, 2) }, options);
    on(piece(0, 999));
    expect(entriesOf(self.log).map(({ index }) => index)).toEqual([5]);
  });

  it("drops its whole log, if it has another entry there, or none", () => {
    for (const log of [logWith(1, 1, 1, 2, 2), logWith(1, 1)]) {
      const { self, on } = serverAt({ currentTerm: 2, log }, options);
      on(piece(0, 999));
      expect(self.log).toMatchObject({ offset: 4, offsetTerm: 1, lastIndex: 4 });
    }
  });

  it("takes nothing back that it has committed", () => {
    const machine = { items: [1, 2, 3, 4, 5], seen: new Set() };
    const { self, on } = serverAt({ currentTerm: 2, log: logWith(1, 1, 1, 1, 2), commitIndex: 5, lastApplied: 5, machine }, options);
    expect(sends(on(piece(0, 999)))[0]![1]).toMatchObject({ done: true });
    expect(self).toMatchObject({ lastApplied: 5, machine, log: { lastIndex: 5 } });
  });

  it("refuses one from a leader of the past", () => {
    const { self, on } = serverAt({ currentTerm: 3 }, options);
    expect(sends(on(piece(0, 999)))[0]![1]).toMatchObject({ term: 3, done: false });
    expect(self.lastApplied).toBe(0);
  });

  it("sends clients on whose entries are gone with its log", () => {
    const { ask, on } = leaderAt(1, logWith(1), options);
    ask({ kind: "command", command: "x" });
    expect(replies(on(piece(0, 999)))).toEqual([{ kind: "redirect", to: s2 }]);
  });
});

describe("a leader that has discarded what a follower needs", () => {
  const snapshot: Snapshot<any, any> = {
    [shared]: true, lastIncludedIndex: 5, lastIncludedTerm: 1, machine: list.initial, sessions: new Map(),
    configuration: { voters: all, outgoing: [], learners: [], learnersNext: [], autoLeave: false },
  };

  it("sends its snapshot, and entries after it again when all pieces are there", () => {
    const { self, on } = leaderAt(2, logAfter(5, 1, 1) as never, { ...options, snapshotChunk: 1000 });
    self.snapshot = snapshot;
    on(appendOf(1, 0, 0, [entry(1, 1)])); // of an earlier term: no notice is taken
    const refused = { kind: "appendEntriesReply", term: 2, success: false, matchIndex: 0, prevLogIndex: 6, conflict: { term: null, index: 3 }, round: 0 } as const;
    expect(sends(on(refused, s3))[0]![1]).toMatchObject({ kind: "installSnapshot", lastIncludedIndex: 5, offset: 0, done: true });
    expect(order(on(has(2, 6), s2))).not.toContain("installSnapshot");
    const reply = { kind: "installSnapshotReply", term: 2, lastIncludedIndex: 5, offset: 0, done: true, round: 0 } as const;
    expect(sends(on(reply, s3))[0]![1]).toMatchObject({ kind: "appendEntries", prevLogIndex: 5, entries: [{ index: 6 }, { index: 7 }] });
  });
});
