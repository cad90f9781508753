import { describe, expect, it } from "vitest";
import { ids } from "../../../lib/core.js";
import {
  client, configurationAt, configurationsFrom, isQuorum, membersOf, nameOfCommand, recall, reconfigured, remember, server, SESSION_LENGTH, keyValueStore,
  type Sessions, withConfiguration,
} from "../../../lib/multi-paxos.js";
import { alone, ballot, command, letters } from "./part.js";

describe("configurations", () => {
  const first = { from: 1, acceptors: ids("a", "b", "c") };
  const second = { from: 10, acceptors: ids("b", "c", "d") };
  const both = withConfiguration([first], second);

  it("decide each the slots from their own on, until the next", () => {
    expect([1, 9, 10, 99].map((slot) => configurationAt(both, slot))).toEqual([first, first, second, second]);
  });

  it("are entered once", () => {
    expect(withConfiguration(both, { from: 10, acceptors: ids("x") })).toBe(both);
  });

  it("change only where the last of them is still the one that was to be replaced, and never to nobody", () => {
    const change = { acceptors: ids("x"), replaces: 10 };
    expect(reconfigured(both, change, 20)).toEqual([...both, { from: 20, acceptors: ids("x") }]);
    expect(reconfigured(both, { ...change, replaces: 1 }, 20)).toBe(both);
    expect(reconfigured(both, { ...change, acceptors: [] }, 20)).toBe(both);
  });

  it("are dropped when the slots that they decide are past", () => {
    expect(configurationsFrom(both, 9)).toBe(both);
    expect(configurationsFrom(both, 10)).toEqual([second]);
  });

  it("have members, each named once", () => {
    expect(membersOf(both)).toEqual(ids("a", "b", "c", "d"));
  });

  it("have a quorum where a majority of their own acceptors has voted, whoever else has", () => {
    expect(isQuorum(first, new Set(ids("a", "b")))).toBe(true);
    expect(isQuorum(first, new Set(ids("a", "d", "e")))).toBe(false);
  });
});

describe("sessions", () => {
  it("keep the answer to a call, so that it is given again", () => {
    const sessions: Sessions<string> = new Map();
    expect(recall(sessions, "c1#1" as never)).toEqual({ kind: "new" });
    remember(sessions, "c1#1" as never, "done");
    expect(recall(sessions, "c1#1" as never)).toEqual({ kind: "answered", result: "done" });
    expect(recall(sessions, "c2#1" as never)).toEqual({ kind: "new" });
  });

  it("tell clients apart whose names have the mark of a serial in them", () => {
    const sessions: Sessions<string> = new Map();
    remember(sessions, "c#1#2" as never, "done");
    expect([...sessions.keys()]).toEqual(["c#1"]);
  });

  it("take calls in any order, as a client may have several under way", () => {
    const sessions: Sessions<string> = new Map();
    remember(sessions, "c1#2" as never, "second");
    expect(recall(sessions, "c1#1" as never)).toEqual({ kind: "new" });
  });

  it("forget the oldest answers, and know that they did", () => {
    const sessions: Sessions<number> = new Map();
    for (let serial = 1; serial <= SESSION_LENGTH + 1; serial++) remember(sessions, `c1#${serial}` as never, serial);
    expect(recall(sessions, "c1#1" as never)).toEqual({ kind: "forgotten" });
    expect(recall(sessions, "c1#2" as never)).toEqual({ kind: "answered", result: 2 });
    expect(sessions.get("c1")!.answers.size).toBe(SESSION_LENGTH);
  });
});

describe("a client of the paper", () => {
  const asking = client({ replicas: ids("r1", "r2") });
  const put = { kind: "put", key: "x", value: "1" };

  it("asks every replica, and takes the first answer", () => {
    const c = alone(asking, "c");
    expect(letters(c.isAsked("c#1", { kind: "command", operation: put }))).toEqual(["r1: request", "r2: request"]);
    expect(c.hears("r1", { kind: "response", call: "c#1", result: null })).toContainEqual({ kind: "reply", call: "c#1", result: null });
    expect(c.hears("r2", { kind: "response", call: "c#1", result: null })).toEqual([]);
  });

  it("asks again where no answer comes", () => {
    const c = alone(asking, "c");
    c.isAsked("c#1", { kind: "command", operation: put });
    expect(letters(c.fires("again"))).toEqual(["r1: request", "r2: request"]);
    c.hears("r1", { kind: "response", call: "c#1", result: null });
    expect(c.fires("again")).toEqual([]);
  });
});

it("commands have names that tell them apart", () => {
  expect([
    command("c1#1"), { kind: "no-op" } as const, { kind: "master", ballot: ballot(2, "l1") } as const,
    { kind: "reconfigure", call: "c1#2" as never, acceptors: ids("a", "b"), replaces: 1 } as const,
  ].map(nameOfCommand)).toEqual(["c1#1", "no-op", "master (2, l1)", "c1#2: a, b"]);
});

it("a server refuses options that make none", () => {
  const servers = ids("s1", "s2", "s3");
  const machine = keyValueStore;
  expect(() => server({ machine, servers: [] })).toThrow("servers must name at least 1 node, got none");
  expect(() => server({ machine, servers, reads: "lease" })).toThrow('leaseMs must be given where reads are "lease", got nothing');
  expect(() => server({ machine, servers, leaseMs: 50 })).toThrow("leaseMs must outlast a heartbeat of 50 ms at a drift of 0.1, got 50");
  expect(() => server({ machine, servers, acceptors: servers } as never)).toThrow('server has no option "acceptors"');
});
