import { describe, expect, it } from "vitest";
import { ids, type Property, type Role } from "../../lib/core.js";
import { explore, replay, scheduleText } from "../../lib/check.js";
import {
  chair,
  counter,
  mutualExclusion,
  noCountTwice,
  noFalseMajority,
  tokenHolder,
  voter,
  watcher,
} from "./roles.js";

const [n1, n2, w] = ids("n1", "n2", "w");

function twoHolders(checksSerial: boolean) {
  return {
    nodes: {
      n1: tokenHolder(n2!, { first: true, checksSerial }),
      n2: tokenHolder(n1!, { first: false, checksSerial }),
    },
    requests: [
      { node: "n1", request: { kind: "enter" } },
      { node: "n2", request: { kind: "enter" } },
    ],
    properties: [mutualExclusion],
  } as const;
}

describe("explore", () => {
  it("counts the worlds of a message to and fro", () => {
    const verdict = explore({ ...twoHolders(true), requests: [] });
    // Serials 1, 2, 3, 4 in flight, and the end: five worlds in a row.
    expect(verdict).toMatchObject({ kind: "holds", worlds: 5, transitions: 4, depth: 4 });
  });

  it("lets requests come in any order, or in the order of one client", () => {
    const quiet: Role<{ state: { seen: string[] }; requests: { kind: "a" } | { kind: "b" } | { kind: "c" } }> = {
      name: "quiet",
      durable: [],
      init: () => ({ seen: [] }),
      receive: {},
      timeout: {},
      request: {
        a: (self) => void self.seen.push("a"),
        b: (self) => void self.seen.push("b"),
        c: (self) => void self.seen.push("c"),
      },
    };
    const nodes = { q: quiet };
    const [a, b, c] = (["a", "b", "c"] as const).map((kind) => ({ node: "q" as const, request: { kind } }));
    // Ordered choices of 0 to 3 of 3: 1 + 3 + 6 + 6.
    expect(explore({ nodes, requests: [a!, b!, c!] })).toMatchObject({ worlds: 16, transitions: 15, depth: 3 });
    expect(explore({ nodes, requests: [[a!, b!, c!]] })).toMatchObject({ worlds: 4, transitions: 3 });
    // Of c and (a before b): the prefixes of cab, acb, abc.
    expect(explore({ nodes, requests: [c!, [a!, b!]] })).toMatchObject({ worlds: 9, transitions: 8 });
  });

  it("finds a doubled token, by a shortest schedule", () => {
    expect(explore({ ...twoHolders(false), duplicates: 0 })).toMatchObject({ kind: "holds" });
    const verdict = explore({ ...twoHolders(false), duplicates: 1 });
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect(verdict.property).toBe("mutual exclusion");
    expect(verdict.problem).toBe("n1 and n2 are both inside");
    expect(scheduleText(verdict.schedule)).toMatchInlineSnapshot(`
      "1. request n1: enter
      2. request n2: enter
      3. deliver n1 > n2: token serial=1 (a copy stays in flight)
      4. deliver n1 > n2: token serial=1
      5. deliver n2 > n1: token serial=2"
    `);
    expect(verdict.trace.at(-1)).toMatchObject({
      kind: "violation",
      at: verdict.schedule.length,
      property: "mutual exclusion",
    });
  });

  it("holds with serial numbers, however many copies there are", () => {
    expect(explore({ ...twoHolders(true), duplicates: 3 })).toMatchObject({ kind: "holds" });
    expect(explore({ ...twoHolders(true), duplicates: Infinity })).toMatchObject({ kind: "holds" });
  });

  it("lets any set timer fire, up to the bound in all or at a node", () => {
    const voters = ids("v1", "v2");
    const nodes = { c: chair(voters, { countsVoters: true }), v1: voter(true), v2: voter(true) };
    const base = { nodes, requests: [{ node: "c", request: { kind: "ask" } }] } as const;
    const [never, once, atChair, elsewhere] = [0, 1, { c: 1 }, { v1: 1 }].map(
      (timers) => explore({ ...base, timers }).worlds,
    );
    expect(once).toBeGreaterThan(never!);
    expect(atChair).toBe(once);
    expect(elsewhere).toBe(never);
  });

  it("finds a chair that counts one voter's two answers", () => {
    const voters = ids("v1", "v2", "v3");
    const nodes = (countsVoters: boolean) =>
      ({ c: chair(voters, { countsVoters }), v1: voter(true), v2: voter(false), v3: voter(false) }) as const;
    const base = { requests: [{ node: "c", request: { kind: "ask" } }], properties: [noFalseMajority(1, 3)] } as const;
    expect(explore({ ...base, nodes: nodes(false) })).toMatchObject({ kind: "holds" });
    expect(explore({ ...base, nodes: nodes(false), duplicates: 1 })).toMatchObject({ kind: "violated" });
    expect(explore({ ...base, nodes: nodes(false), timers: 1 })).toMatchObject({ kind: "violated" });
    expect(explore({ ...base, nodes: nodes(true), timers: 1, duplicates: 2 })).toMatchObject({ kind: "holds" });
  });

  describe("with crashes", () => {
    const adds = [
      [
        { node: "n1", request: { kind: "add" } },
        { node: "n1", request: { kind: "add" } },
      ],
    ] as const;
    const verdictOf = (durability: "none" | "write" | "persist" | "late", crashes: number) =>
      explore({
        nodes: { n1: counter(durability, w!), w: watcher },
        requests: adds,
        crashes,
        properties: [noCountTwice],
      });

    it("loses what was not written", () => {
      expect(verdictOf("none", 0).kind).toBe("holds");
      const verdict = verdictOf("none", 1);
      if (verdict.kind !== "violated") throw new Error(verdict.summary);
      expect(verdict.schedule.map(({ kind }) => kind)).toEqual(["request", "crash", "restart", "request"]);
    });

    it("keeps some prefix of the unsynced writes, and perhaps none", () => {
      const verdict = verdictOf("write", 1);
      if (verdict.kind !== "violated") throw new Error(verdict.summary);
      expect(verdict.schedule[1]).toEqual({ kind: "crash", node: "n1", kept: 0 });
      expect(verdict.trace).toContainEqual(expect.objectContaining({ kind: "crash", lostWrites: 1 }));
    });

    it("keeps what was flushed before it was told", () => {
      expect(verdictOf("persist", 2).kind).toBe("holds");
    });

    it("crashes between a send and the flush after it", () => {
      const verdict = verdictOf("late", 1);
      if (verdict.kind !== "violated") throw new Error(verdict.summary);
      expect(scheduleText(verdict.schedule)).toMatchInlineSnapshot(`
        "1. request n1: add, and crashes before its write is on disk
        2. restart n1
        3. request n1: add"
      `);
      expect(verdict.schedule[0]).toMatchObject({
        kind: "request",
        dies: { moment: "before-flush", write: 1, kept: 0 },
      });
    });

    it("bounds crashes by node", () => {
      const options = { nodes: { n1: counter("none", w!), w: watcher }, requests: adds, properties: [noCountTwice] };
      expect(explore({ ...options, crashes: { w: 2 } }).kind).toBe("holds");
      expect(explore({ ...options, crashes: { n1: 1 } }).kind).toBe("violated");
    });
  });

  it("says what was reached, how, and what was not", () => {
    const verdict = explore({
      ...twoHolders(true),
      reach: {
        "n2 is inside": ({ nodes }) => (nodes[1]!.state as { inside: boolean }).inside,
        "n2 is inside twice": () => false,
      },
    });
    expect(verdict.reached["n2 is inside"]!.map(({ kind }) => kind)).toEqual(["request", "deliver"]);
    expect(verdict.reached["n2 is inside twice"]).toBeNull();
    expect(verdict.summary).toMatch(/Never reached: n2 is inside twice\.$/);
  });

  it("stops at its limits and calls that unfinished", () => {
    const all = explore(twoHolders(true));
    expect(all.kind).toBe("holds");
    expect(explore({ ...twoHolders(true), maxWorlds: all.worlds })).toMatchObject({
      kind: "holds",
      worlds: all.worlds,
    });
    const some = explore({ ...twoHolders(true), maxWorlds: all.worlds - 1 });
    expect(some).toMatchObject({ kind: "unfinished", limit: "maxWorlds", worlds: all.worlds - 1 });
    expect(some.summary).toMatch(/^Unfinished: stopped at the limit maxWorlds of .* which is no proof/);
    expect(explore({ ...twoHolders(true), maxDepth: all.depth })).toMatchObject({ kind: "holds" });
    expect(explore({ ...twoHolders(true), maxDepth: all.depth - 1 })).toMatchObject({
      kind: "unfinished",
      limit: "maxDepth",
    });
  });

  it("tells how far it is, and stops when told to", () => {
    const ticking: Role<{ state: { ticks: number }; timers: { kind: "tick" } }> = {
      name: "ticking",
      durable: [],
      init: () => ({ ticks: 0 }),
      receive: {},
      request: {},
      start: (_, out) => out.setTimer({ kind: "tick" }, 1),
      timeout: {
        tick(self, _, out) {
          self.ticks++;
          out.setTimer({ kind: "tick" }, 1);
        },
      },
    };
    const told: number[] = [];
    const verdict = explore({
      nodes: { t: ticking },
      timers: Infinity,
      progress: ({ worlds }) => told.push(worlds) < 3,
    });
    expect(verdict).toMatchObject({ kind: "unfinished", limit: "stopped" });
    expect(told).toHaveLength(3);
  });

  it("gives the schedule to a rule that throws", () => {
    const fragile: Role<{ state: { seen: number }; requests: { kind: "poke" } }> = {
      name: "fragile",
      durable: [],
      init: () => ({ seen: 0 }),
      receive: {},
      timeout: {},
      request: {
        poke(self) {
          if (++self.seen === 2) throw new Error("once too often");
        },
      },
    };
    const poke = { node: "f" as const, request: { kind: "poke" as const } };
    const verdict = explore({ nodes: { f: fragile }, requests: [poke, poke, poke] });
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect(verdict).toMatchObject({
      property: "no rule throws",
      problem: 'the rule "poke" of f threw Error: once too often',
    });
    expect(verdict.schedule).toHaveLength(2);
    expect(verdict.trace.at(-1)).toMatchObject({ kind: "violation", at: 2 });
  });

  it("delivers in vain what a property wants to see delivered, even when asked not to", () => {
    const idle: Role<any> = { ...watcher, receive: { news() {} } };
    const noNews: Property<number> = {
      name: "no news",
      memory: 0,
      observe: (count, { kind }) => (kind === "deliver" ? count + 1 : count),
      check: (_, count) => (count > 1 ? "too much news" : null),
    };
    const add = { node: "n1", request: { kind: "add" } } as const;
    const options = { nodes: { n1: counter("none", w!), w: idle }, requests: [add, add], reduce: true } as const;
    expect(explore({ ...options, properties: [noNews] })).toMatchObject({ kind: "violated" });
    expect(explore({ ...options, reduce: false })).toMatchObject({ worlds: 9 });
    expect(explore(options)).toMatchObject({ kind: "holds", worlds: 4 });
  });

  it("looks at the same worlds in either order", () => {
    const { worlds, transitions } = explore(twoHolders(true));
    expect(explore({ ...twoHolders(true), order: "depth" })).toMatchObject({ kind: "holds", worlds, transitions });
    expect(explore({ ...twoHolders(false), duplicates: 1, order: "depth" })).toMatchObject({ kind: "violated" });
  });

  it("gives the same verdict again, number for number", () => {
    const options = { ...twoHolders(false), duplicates: 1 };
    expect(explore(options)).toEqual(explore(options));
  });
});

describe("explore's options", () => {
  const ok = twoHolders(true);
  const bad: readonly (readonly [string, object, string])[] = [
    ["a misspelt option", { requets: [] }, 'explore has no option "requets"'],
    ["no node", { nodes: {} }, "nodes must name at least one node, got {}"],
    ["a node without a role", { nodes: { n1: 3 } }, "nodes.n1 must be a role, got 3"],
    [
      "a request to nobody",
      { requests: [{ node: "n9", request: { kind: "enter" } }] },
      'requests[0]: no node "n9" in this cluster: n1, n2',
    ],
    [
      "a request that no rule takes",
      { requests: [{ node: "n1", request: { kind: "inter" } }] },
      'n1 has no rule for a request of the kind "inter"',
    ],
    ["an empty client", { requests: [[]] }, "requests[0] must hold at least one request, got []"],
    ["a negative bound", { timers: -1 }, "timers must be a whole number from 0 to 1000000, got -1"],
    ["an absurd bound", { crashes: 1e9 }, "crashes must be a whole number from 0 to 1000000, got 1000000000"],
    ["a bound at nobody", { crashes: { n9: 1 } }, 'crashes has no option "n9"; it knows "n1", "n2"'],
    ["half a copy", { duplicates: 0.5 }, "duplicates must be a whole number from 0 to 1000000, got 0.5"],
    ["no worlds at all", { maxWorlds: 0 }, "maxWorlds must be a whole number from 1 to 2147483646, got 0"],
    ["an unknown order", { order: "random" }, 'order must be "breadth" or "depth", got "random"'],
    ["a property that is none", { properties: [() => null] }, "properties[0] must be a property with a check"],
    [
      "what must come true where messages stay for ever",
      { duplicates: Infinity, eventually: { x: () => true } },
      "eventually needs a bound on duplicates",
    ],
    ["a predicate that is none", { reach: { x: true } }, "reach.x must be a function, got true"],
  ];
  it.each(bad)("refuses %s", (_, change, message) => {
    expect(() => explore({ ...ok, ...change } as never)).toThrow(message);
  });

  it("refuses states that are not plain data", () => {
    const odd: Role<{ state: { when: Date } }> = {
      name: "odd",
      durable: [],
      init: () => ({ when: new Date(0) }),
      receive: {},
      timeout: {},
      request: {},
    };
    // The copy that a step works on has lost its class already, so the boot is where it must be seen.
    expect(() => explore({ nodes: { o: odd } })).toThrow("state.when is an instance of Date");
    const functional = { ...odd, init: () => ({ when: () => 0 }) } as never;
    expect(() => explore({ nodes: { o: functional } })).toThrow("o: state.when is a function");
  });

  it("refuses a message to a name that is none", () => {
    const lost: Role<{ state: object; sends: { kind: "hello" } }> = {
      name: "lost",
      durable: [],
      init: () => ({}),
      receive: {},
      timeout: {},
      request: {},
      start: (_, out) => out.send(n2!, { kind: "hello" }),
    };
    expect(() => explore({ nodes: { l: lost } })).toThrow('l sent to "n2", but no node has this name: l');
  });
});

describe("replay", () => {
  it("records fields that changed, on request", () => {
    const verdict = explore({ ...twoHolders(false), duplicates: 1 });
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    const trace = replay({ ...twoHolders(false), duplicates: 1 }, verdict.schedule, { changes: true });
    expect(trace.filter(({ kind }) => kind !== "change")).toEqual(verdict.trace);
    expect(trace).toContainEqual({ kind: "change", at: 1, step: 1, node: "n1", fields: { wants: true } });
  });

  it("follows an old schedule with a repaired role, or says where that cannot be done", () => {
    const voters = ids("v1", "v2", "v3");
    const options = (countsVoters: boolean, duplicates: number) =>
      ({
        nodes: { c: chair(voters, { countsVoters }), v1: voter(true), v2: voter(false), v3: voter(false) },
        requests: [{ node: "c", request: { kind: "ask" } }],
        properties: [noFalseMajority(1, 3)],
        duplicates,
      }) as const;
    const verdict = explore(options(false, 1));
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect(replay(options(false, 1), verdict.schedule)).toEqual(verdict.trace);
    expect(replay(options(true, 1), verdict.schedule).map(({ kind }) => kind)).not.toContain("violation");
    const again = [...verdict.schedule, ...verdict.schedule.slice(-1)];
    expect(() => replay(options(true, 1), again)).toThrow(
      /^action 5 of the schedule \(deliver v1 > c: vote yes=true\) is not possible: no such message is in flight$/,
    );
  });
});
