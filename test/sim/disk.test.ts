import { describe, expect, it } from "vitest";
import { only, simulate, type ScriptedFault, type ScriptedRequest } from "../../lib/sim.js";
import { keeper, listener } from "./roles.js";

const cluster = { k: keeper("l"), l: listener };
type Asks = readonly ScriptedRequest<typeof cluster>[];

const keep = (at: number, n: number) => ({ at, node: "k", request: { kind: "keep", n } }) as const;
const jot = (at: number, n: number) => ({ at, node: "k", request: { kind: "jot", n } }) as const;

function run(requests: Asks, { faults = [], flush = 0, seed = 1 }: { faults?: readonly ScriptedFault<"k" | "l">[]; flush?: number; seed?: number } = {}) {
  const run = simulate({ seed, nodes: cluster, requests, faults, disk: { flush }, network: { latency: 1 } });
  return { ...run, kinds: run.trace.filter((event) => "node" in event && event.node === "k").map(({ kind }) => kind), kept: run.simulation.state("k")?.kept };
}

describe("a flush", () => {
  it("holds back what was asked for after it until it is on disk", () => {
    const { trace } = run([keep(0, 7)], { flush: 5 });
    expect(trace.map(({ kind, at }) => [kind, at])).toEqual([
      ["request", 0], ["write", 0], ["flushed", 5], ["send", 5], ["decide", 5], ["reply", 5], ["deliver", 6],
    ]);
  });

  it("takes no time unless it is told to, and is told all the same", () => {
    const { trace } = run([keep(3, 7)]);
    expect(trace.map(({ kind, at }) => [kind, at])).toEqual([
      ["request", 3], ["write", 3], ["flushed", 3], ["send", 3], ["decide", 3], ["reply", 3], ["deliver", 4],
    ]);
  });

  it("comes after the flush before it: what two requests ask for leaves in order", () => {
    const { trace } = run([keep(0, 1), keep(2, 2)], { flush: 5 });
    expect(only(trace, "flushed").map(({ at }) => at)).toEqual([5, 10]);
    expect(only(trace, "decide").map(({ outcome, at }) => [outcome, at])).toEqual([[1, 5], [2, 10]]);
  });
});

describe("a crash", () => {
  it("loses the state that was not written, and boots from what was", () => {
    const { trace, simulation } = run([keep(0, 7)], { faults: [{ at: 5, kind: "crash", node: "k" }, { at: 9, kind: "restart", node: "k" }] });
    expect(only(trace, "crash")).toMatchObject([{ at: 5, node: "k", lostWrites: 0 }]);
    expect(simulation.state("k")).toEqual({ kept: 7, asked: 0 });
  });

  it("between write and flush loses what waits for the flush, and the write on some seeds", () => {
    const kept = new Map<number | undefined, number>();
    for (let seed = 0; seed < 40; seed++) {
      const { trace, kept: n } = run([keep(0, 7)], { seed, flush: 5, faults: [{ at: 3, kind: "crash", node: "k", forMs: 10 }] });
      expect(only(trace, "decide")).toEqual([]);
      expect(only(trace, "send")).toEqual([]);
      expect(only(trace, "crash")[0]!.lostWrites).toBe(n === 0 ? 1 : 0);
      kept.set(n, (kept.get(n) ?? 0) + 1);
    }
    expect([...kept.keys()].sort()).toEqual([0, 7]);
  });

  it("keeps some prefix of the unsynced writes, each on some seed", () => {
    const seen = new Set<number | undefined>();
    for (let seed = 0; seed < 100; seed++) {
      const { trace, kept } = run([keep(0, 1), jot(1, 2), jot(2, 3), jot(3, 4)], { seed, faults: [{ at: 5, kind: "crash", node: "k", forMs: 1 }] });
      seen.add(kept);
      expect(only(trace, "crash")[0]!.lostWrites).toBe(4 - kept!);
    }
    expect([...seen].sort()).toEqual([1, 2, 3, 4]);
  });

  it("never loses a write that a later flush has put on disk", () => {
    for (let seed = 0; seed < 30; seed++) {
      expect(run([jot(0, 1), keep(1, 2)], { seed, faults: [{ at: 5, kind: "crash", node: "k", forMs: 1 }] }).kept).toBe(2);
    }
  });

  it("before the flush of the next write loses that write and all that follows", () => {
    const { kinds, kept } = run([keep(0, 1), keep(5, 2)], { faults: [{ at: 3, kind: "crash", node: "k", moment: "before-flush", forMs: 10 }] });
    expect(kinds).toEqual(["request", "write", "flushed", "decide", "reply", "request", "write", "crash", "restart"]);
    expect(kept).toBe(1);
  });

  it("after the flush of the next write keeps the write and loses what follows", () => {
    for (const flush of [0, 4]) {
      const { kinds, kept } = run([keep(5, 2)], { flush, faults: [{ at: 3, kind: "crash", node: "k", moment: "after-flush", forMs: 10 }] });
      expect(kinds).toEqual(["request", "write", "flushed", "crash", "restart"]);
      expect(kept).toBe(2);
    }
  });

  it("that waits for a write passes if none comes in time", () => {
    const { kinds } = run([keep(50, 2)], { faults: [{ at: 3, kind: "crash", node: "k", moment: "after-flush", withinMs: 20 }] });
    expect(kinds).not.toContain("crash");
  });
});

describe("a disk that stalls", () => {
  it("finishes no write meanwhile, and all of them after", () => {
    const { trace } = run([keep(10, 1), keep(20, 2)], { flush: 1, faults: [{ at: 5, kind: "stall", node: "k", forMs: 100 }] });
    expect(only(trace, "stall")).toMatchObject([{ at: 5, node: "k", forMs: 100 }]);
    expect(only(trace, "flushed").map(({ at }) => at)).toEqual([106, 107]);
  });

  it("holds up a write that is under way", () => {
    const { trace } = run([keep(4, 1)], { flush: 3, faults: [{ at: 5, kind: "stall", node: "k", forMs: 100 }] });
    expect(only(trace, "flushed").map(({ at }) => at)).toEqual([105]);
  });

  it("holds up writes that take no time otherwise", () => {
    const { trace } = run([keep(10, 1)], { faults: [{ at: 5, kind: "stall", node: "k", forMs: 20 }] });
    expect(only(trace, "decide").map(({ at }) => at)).toEqual([25]);
  });
});
