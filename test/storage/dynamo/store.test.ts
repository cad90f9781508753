import { describe, expect, it } from "vitest";
import { ids } from "../../../lib/core.js";
import { clone } from "../../../lib/core/clone.js";
import { words } from "../../../lib/core/words.js";
import { dynamo, type DynamoNode, type DynamoOptions, type Got, recordEntries } from "../../../lib/dynamo.js";
import { settingsOf } from "../../../lib/storage/dynamo/options.js";
import { simulate } from "../../../lib/sim.js";
import { letters, orderOf, store, valuesAt } from "./by-hand.js";

const put = (key: string, value: string) => ({ kind: "put", key, value }) as const;
const get = (key: string) => ({ kind: "get", key }) as const;

describe("a store on a ring", () => {
  it("keeps a key on the N nodes of its preference list, and gives it back", () => {
    const order = orderOf("k", 5);
    const run = simulate({
      nodes: store(5),
      clients: { c1: { operations: [put("k", "v"), get("k")] } },
      network: { latency: [1, 5] },
      until: 300,
    });
    expect(run.history.map(({ result }) => result)).toMatchObject([{ kind: "written" }, { kind: "got", values: ["v"] }]);
    expect(order.map((node) => valuesAt(run, node, "k"))).toEqual([["v"], ["v"], ["v"], [], []]);
  });

  it("knows nothing of a key that was never written", () => {
    const run = simulate({ nodes: store(3), clients: { c1: { operations: [get("k")] } }, until: 300 });
    expect(run.history[0]!.result).toEqual({ kind: "got", values: [], context: [] });
  });

  it("acknowledges a write only when W disks have it", () => {
    for (const w of [1, 2, 3]) {
      const run = simulate({
        nodes: store(3, { w }),
        disk: { flush: 10 },
        network: { latency: 1 },
        clients: { c1: { to: "a", operations: [put("k", "v")] } },
        until: (event) => event.kind === "return",
      });
      // To a and back 1 ms each; one flush at the coordinator, and another, with 2 ms of network, where others are waited for.
      expect(run.ended.at).toBeCloseTo(w === 1 ? 12 : 24, 6);
    }
  });

  it("answers nothing while fewer than W strict replicas can be reached, and everything after heal", () => {
    const order = orderOf("k", 5);
    const run = simulate({
      nodes: store(5, { quorum: "strict" }),
      clients: { c1: { to: order[0]!, operations: [put("k", "v")], timeoutMs: 200, retries: 10 } },
      faults: [
        { at: 0, kind: "crash", node: order[1]! }, { at: 0, kind: "crash", node: order[2]! },
        { at: 500, kind: "restart", node: order[1]! },
      ],
      until: 2_000,
    });
    expect(run.history[0]!.returnedAt).toBeGreaterThan(500);
  });

  it.each([
    ["r above n", { n: 3, r: 4 }, "r must be at most n, 3, got 4"],
    ["w above n", { n: 2, w: 3 }, "w must be at most n, 2, got 3"],
    ["w of 0", { w: 0 }, "w must be a whole number of at least 1, got 0"],
    ["more replicas than nodes", { n: 6 }, "n must be at most the number of nodes, 5, got 6"],
    ["an unknown quorum", { quorum: "slack" }, 'quorum must be one of "sloppy", "strict", got "slack"'],
    ["an unknown versioning", { versions: "newest" }, "versions must be one of"],
    ["a clock of no entries", { clockLimit: 0 }, "clockLimit must be a whole number of at least 1, got 0"],
    ["a zone of a stranger", { zones: { x: "east" } }, "zones must be of nodes of the store: x is not among a, b, c, d, e"],
    ["a misspelt option", { N: 3 }, 'dynamo has no option "N"'],
  ])("refuses %s", (_, options, message) => {
    expect(() => dynamo({ nodes: letters.slice(0, 5), ...(options as Partial<DynamoOptions>) })).toThrow(message);
  });

  it("refuses to run on a node that is not on its ring", () => {
    expect(() => simulate({ nodes: { x: dynamo({ nodes: ids("a", "b", "c") }) } })).toThrow("x is not among a, b, c");
  });
});

describe("zones", () => {
  const zones = { a: "east", b: "east", c: "west", d: "west", e: "north", f: "north" };
  const keys = Array.from({ length: 200 }, (_, i) => `key ${i}`);
  const { orderOf: plain } = settingsOf({ nodes: letters.slice(0, 6) });
  const { preferenceOf, orderOf: apart } = settingsOf({ nodes: letters.slice(0, 6), zones });
  const zonesOf = (nodes: readonly string[]) => new Set(nodes.map((node) => zones[node as "a"])).size;

  it("spread the replicas of each key; without them some keys are in one zone or two", () => {
    expect(keys.every((key) => zonesOf(preferenceOf(key)) === 3)).toBe(true);
    expect(keys.some((key) => zonesOf(plain(key).slice(0, 3)) < 3)).toBe(true);
  });

  it("leave the first replica where it was, and let all nodes stand in, each once", () => {
    for (const key of keys) {
      expect(apart(key)[0]).toBe(plain(key)[0]);
      expect([...apart(key)].sort()).toEqual(letters.slice(0, 6));
    }
  });
});

describe("what a node has", () => {
  it("is a value, so that a write to the disk copies one key and not the store", () => {
    const run = simulate({
      nodes: store(3),
      requests: Array.from({ length: 100 }, (_, i) => ({ at: i, node: "a", request: put(`k${i}`, "v") })),
      until: 300,
    });
    const { stored } = run.simulation.state("a" as never) as unknown as DynamoNode;
    expect(recordEntries(stored)).toHaveLength(100);
    expect(clone(stored)).toBe(stored);
    expect(words(stored)).toMatch(/^\{k0 → \(\[\(\(a, 1\), \[\], v, 0\)\], \[\(a, 1, 0\)\]\), k1 → /);
  });
});

describe("siblings", () => {
  const seen = (versions: NonNullable<DynamoOptions["versions"]>): readonly (readonly unknown[])[] => {
    const { trace } = simulate({
      nodes: store(3, { versions }),
      network: { latency: 2 },
      requests: [
        { at: 0, node: "a", request: put("k", "one") },
        // Through the same coordinator, by clients who have not seen each other's.
        { at: 20, node: "a", request: put("k", "two") },
        { at: 40, node: "b", request: get("k") },
      ],
      until: 100,
    });
    return trace.flatMap((event) => (event.kind === "reply" && (event.result as Got).kind === "got" ? [(event.result as Got).values] : []));
  };

  it("are what two clients wrote that knew nothing of each other, even through one coordinator", () => {
    expect(seen("dotted")).toEqual([["one", "two"]]);
  });

  it("are lost where a coordinator's counter stands for all its writes", () => {
    expect(seen("vector")).toEqual([["two"]]);
  });

  it("are lost where the last writer wins", () => {
    expect(seen("last-writer-wins")).toEqual([["two"]]);
  });
});

describe("read repair", () => {
  const run = (readRepair: boolean) =>
    simulate({
      nodes: store(3, { readRepair, rounds: 1, compareEvery: null, quorum: "strict" }),
      network: { latency: 2 },
      requests: [{ at: 5, node: "a", request: put("k", "v") }, { at: 200, node: "a", request: get("k") }],
      faults: [{ at: 0, kind: "isolate", node: "c", forMs: 150 }],
      until: 300,
    });

  it("brings a replica up to date that missed a write", () => {
    expect(valuesAt(run(true), "c", "k")).toEqual(["v"]);
    expect(valuesAt(run(false), "c", "k")).toEqual([]);
  });
});
