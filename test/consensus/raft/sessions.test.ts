import { describe, expect, it } from "vitest";
import { canonical } from "../../../lib/core/canonical.js";
import type { Call } from "../../../lib/core/role.js";
import { step } from "../../../lib/core/step.js";
import type { ServerOptions } from "../../../lib/raft.js";
import { byHand } from "./by-hand.js";
import { leaderAt, logWith, replies, s1, s2 } from "./server-at.js";

/** Not idempotent: what is performed twice shows. */
const counter = { initial: 0, apply: (sum: number, n: unknown) => ({ state: sum + (n as number), result: sum + (n as number) }) };

/** A cluster of one, in which everything is committed at once. */
function alone(options: Partial<ServerOptions<any, any, any>> = {}) {
  const given = leaderAt(1, logWith(), { servers: [s1], machine: counter, ...options });
  const add = (n: number, request: object = {}): any => replies(given.ask({ kind: "command", command: 1, ...request }, n))[0];
  return { ...given, add };
}

describe("a session", () => {
  it("performs a command that comes twice once, and gives the first answer again", () => {
    const { self, add } = alone();
    expect([add(1), add(2), add(1), add(2)]).toEqual([1, 2, 1, 2].map((result) => ({ kind: "result", result })));
    expect(self.machine).toBe(2);
    expect(self.log.lastIndex).toBe(5);
  });

  it("is what the switch turns off", () => {
    const { add } = alone({ sessions: false });
    expect([add(1), add(1)].map(({ result }) => result)).toEqual([1, 2]);
  });

  it("lets commands of one client overtake each other", () => {
    const { add } = alone();
    expect([add(3), add(1), add(2), add(3)].map(({ result }) => result)).toEqual([1, 2, 3, 1]);
  });

  it("remembers so many results, and performs nothing whose result it has forgotten", () => {
    const { self, add } = alone({ sessionWindow: 2 });
    for (const n of [1, 2, 3]) add(n);
    expect(add(1)).toEqual({ kind: "refused", reason: "the result of 1 is forgotten: results up to 1 are not kept" });
    expect(add(2)).toEqual({ kind: "result", result: 2 });
    expect(self.machine).toBe(3);
  });

  it("is part of what is replicated: the next leader knows it, too", () => {
    const by = byHand([s1, s2], { machine: counter });
    by.elect(s1, [s1, s2]);
    by.command(s1, 1, [s1, s2]);
    by.timer(s1, "heartbeat", [s1, s2]);
    expect(canonical(by.state(s2).sessions)).toBe(canonical(by.state(s1).sessions));
    expect(by.state(s2).sessions.get("c")!.results.get(1)).toBe(1);
  });
});

describe("a client that registers", () => {
  it("gets a number for its session, which is that of the entry", () => {
    const { self, ask, add } = alone();
    expect(replies(ask({ kind: "register" }))).toEqual([{ kind: "registered", session: 2 }]);
    expect(add(9, { session: 2, serial: 1 })).toEqual({ kind: "result", result: 1 });
    expect(add(10, { session: 2, serial: 1 })).toEqual({ kind: "result", result: 1 });
    expect(self.machine).toBe(1);
  });

  it("is refused, if its session was never open or is closed: nobody knows any more what was performed", () => {
    const { add } = alone();
    expect(add(1, { session: 7, serial: 1 })).toEqual({ kind: "refused", reason: "session 7 is not open any more" });
  });
});

describe("a session that is not used", () => {
  it("is closed by the times in the entries, on all servers alike, and the least recently used first", () => {
    const { self, ask, add, clock, role } = alone({ sessionTimeout: 100 });
    clock.now = 10;
    ask({ kind: "register" }, 1); // 2
    clock.now = 20;
    ask({ kind: "register" }, 2); // 3
    clock.now = 100;
    add(3, { session: 2, serial: 1 });
    clock.now = 125;
    add(4, { session: 2, serial: 2 });
    expect([...self.sessions.keys()]).toEqual([2]);
    expect(add(5, { session: 3, serial: 1 })).toMatchObject({ kind: "refused" });
    // A follower whose own clock shows something else does the same.
    const follower = role.init(s2) as typeof self;
    const message = { kind: "appendEntries", term: 1, leaderId: s1, prevLogIndex: 0, prevLogTerm: 0, leaderCommit: self.log.lastIndex, round: 0, entries: [...self.log.blocks.flat(), ...self.log.tail] };
    step(role, follower, { kind: "message", from: s1, message }, 1e6);
    expect(canonical(follower.sessions)).toBe(canonical(self.sessions));
  });

  it("of a client that never registered begins anew with its next command", () => {
    const { self, add, clock, ask } = alone({ sessionTimeout: 100 });
    add(1);
    clock.now = 500;
    ask({ kind: "register" }, 2);
    expect([...self.sessions.keys()]).toEqual([3]);
    expect(add(3)).toMatchObject({ kind: "result", result: 2 });
  });
});

describe("two clients", () => {
  it("do not share a session, though their serials are the same", () => {
    const { role, self, add } = alone();
    add(1);
    const effects = step(role, self, { kind: "request", call: "d#1" as Call, request: { kind: "command", command: 1 } as never }) ?? [];
    expect(replies(effects)).toEqual([{ kind: "result", result: 2 }]);
  });
});
