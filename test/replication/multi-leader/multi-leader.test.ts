import { describe, expect, it } from "vitest";
import { explore, searchSeeds, type SeedOptions } from "../../../lib/check.js";
import { ids, stream, type Seed } from "../../../lib/core.js";
import { multiLeader, neighboursOf, type Leader, type LeaderSignature, type MultiLeaderOptions, type Topology } from "../../../lib/replication.js";
import { simulate, type Run } from "../../../lib/sim.js";
import type { Role } from "../../../lib/core.js";

const four = ids("a", "b", "c", "d");
type Nodes = Record<string, Role<LeaderSignature>>;

function nodes(options: Partial<MultiLeaderOptions> = {}, make = multiLeader): Nodes {
  return Object.fromEntries(four.map((node) => [node, make({ leaders: four, ...options })]));
}

const put = (at: number, node: string, value: string) => ({ at, node, request: { kind: "put", key: "x", value } }) as const;
const get = (at: number, node: string) => ({ at, node, request: { kind: "get", key: "x" } }) as const;
const answers = (run: Run<any>): readonly unknown[] => run.trace.flatMap((event) => (event.kind === "reply" && event.result !== null ? [event.result] : []));

describe("several leaders", () => {
  it("keep what did not know each other side by side, and a write after both replaces both", () => {
    const run = simulate({ nodes: nodes(), network: { latency: 5 }, requests: [put(0, "a", "one"), put(1, "b", "two"), get(500, "d"), put(600, "c", "both"), get(900, "a")] });
    expect(answers(run)).toEqual([["one", "two"], ["both"]]);
    expect(run.ended.kind).toBe("quiet");
  });

  it("keep one of them where the last writer wins, and the other is lost although it was acknowledged", () => {
    const run = simulate({ nodes: nodes({ conflicts: "last-writer-wins" }), network: { latency: 5 }, requests: [put(0, "a", "one"), put(1, "b", "two"), get(500, "a"), get(500, "d")] });
    expect(answers(run)).toEqual([["two"], ["two"]]);
    // The clock decides, and not the order in which anybody saw them.
    const skewed = simulate({
      nodes: nodes({ conflicts: "last-writer-wins" }), network: { latency: 5 }, faults: [{ at: 0, kind: "skew", node: "a", offsetMs: 1_000 }],
      requests: [put(1, "a", "one"), put(2, "b", "two"), get(500, "d")],
    });
    expect(answers(skewed)).toEqual([["one"]]);
  });

  it("go on where a star's centre or a node of a circle is down, each with what it can reach", () => {
    const reach = (topology: Topology, node: string, at: string) =>
      answers(simulate({ nodes: nodes({ topology }), network: { latency: 5 }, faults: [{ at: 0, kind: "crash", node }], requests: [put(1, "b", "new"), get(1_000, at)], until: 1_500 }))[0];
    expect(reach("all-to-all", "a", "d")).toEqual(["new"]);
    expect(reach("star", "a", "d")).toEqual([]);
    expect(reach("star", "c", "d")).toEqual(["new"]);
    expect(reach("circle", "c", "d")).toEqual([]);
    expect(reach("circle", "a", "d")).toEqual(["new"]);
  });

  it("talk to whom the topology says", () => {
    expect(neighboursOf(four, "circle", four[3]!)).toEqual(["a"]);
    expect(neighboursOf(four, "star", four[0]!)).toEqual(["b", "c", "d"]);
    expect(neighboursOf(four, "star", four[2]!)).toEqual(["a"]);
    expect(() => multiLeader({ leaders: four, topology: "tree" as never })).toThrow("topology must be one of");
  });
});

function stormy(seed: Seed, make: typeof multiLeader = multiLeader) {
  const shape = stream(seed, "shape");
  const client = (i: number): NonNullable<SeedOptions["clients"]>[string] => ({
    operations: (chance, serial) => ({ kind: "put", key: chance.pick(["x", "y"]), value: `${i}.${serial}` }),
    to: [...four], choice: "random", count: 8, until: 1_500, timeoutMs: 150, retries: 40, load: { kind: "closed", think: [0, 100] },
  });
  return {
    seed,
    nodes: nodes({ topology: shape.pick(["all-to-all", "circle", "star"]), conflicts: shape.pick(["siblings", "last-writer-wins"]) }, make),
    network: { latency: [1, 15] as const, loss: 0.1, duplication: 0.1 },
    disk: { flush: [1, 5] as const },
    clients: { c1: client(1), c2: client(2), c3: client(3) },
    nemesis: { until: 1_500, crashes: 2, writeCrashes: 2, partitions: 2 },
    freeze: true,
    until: 12_000,
  };
}

function atEnd({ simulation }: Run<Nodes>): string | null {
  const all = four.map((node) => simulation.state(node as never) as unknown as Leader);
  if (new Set(all.map(({ items }) => JSON.stringify(items))).size > 1) return "the leaders do not have the same";
  const waiting = all.find(({ log }) => log.length > 0);
  return waiting ? `${waiting.id} still keeps changes for others` : null;
}

describe("leaders in trouble", () => {
  it("come to the same in the end, and forget what all have", () => {
    const verdict = searchSeeds({
      seeds: 60, run: (seed) => stormy(seed), atEnd,
      sometimes: { "a conflict": ({ simulation }) => (simulation.state("a" as never) as unknown as Leader).conflicts > 0, "a crash": ({ trace }) => trace.some(({ kind }) => kind === "crash") },
    });
    if (verdict.kind !== "passed") throw new Error(verdict.report);
  }, 30_000);

  it("do not, where a change is counted as seen before those that came before it", () => {
    const verdict = searchSeeds({ seeds: 200, run: (seed) => stormy(seed, skippingLeader), atEnd });
    expect(verdict.kind).toBe("failed");
  }, 30_000);

  it("never lose a write silently, in every world of two: it is there, or replaced by one that knew it", () => {
    const role = multiLeader({ leaders: ids("a", "b") });
    const verdict = explore({
      nodes: { a: role, b: role },
      requests: [{ node: "a", request: { kind: "put", key: "x", value: "1" } }, [{ node: "b", request: { kind: "put", key: "x", value: "2" } }, { node: "b", request: { kind: "get", key: "x" } }]],
      timers: { a: 2, b: 2 },
      properties: [{
        name: "a read at b has 2, or both",
        memory: null,
        observe: (wrong, happened) => (happened.kind === "reply" && happened.result !== null && !(happened.result as string[]).includes("2") && !(happened.result as string[]).includes("1") ? String(happened.result) : wrong),
        check: (_, wrong: string | null) => wrong,
      }],
    });
    expect(verdict.kind).toBe("holds");
  });
});

/** A leader that takes changes in whatever order they come. */
function skippingLeader(options: MultiLeaderOptions): Role<LeaderSignature> {
  const sound = multiLeader(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      ship(self, message, from, out) {
        const last = message.changes.at(-1);
        if (last && (self.seen[last.mark.leader] ?? 0) < last.mark.nth - 1) self.seen = { ...self.seen, [last.mark.leader]: last.mark.nth - 1 };
        sound.receive.ship(self, message.changes.length > 1 ? { ...message, changes: message.changes.slice(-1) } : message, from, out);
      },
    },
  };
}
