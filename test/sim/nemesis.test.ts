import { describe, expect, it } from "vitest";
import { nemesisScript, only, simulate, type NemesisOptions } from "../../lib/sim.js";
import { keeper, listener, talker } from "./roles.js";

const names = ["a", "b", "c", "d", "e"];
const KINDS = ["crashes", "writeCrashes", "pauses", "stalls", "slowdowns", "skews", "partitions", "oneWayCuts", "bridges", "isolations", "swizzles"] as const;

const plan = (options: Partial<NemesisOptions>, seed = 1) => nemesisScript(seed, { until: 10_000, ...options }, names);

describe("a nemesis", () => {
  it("strikes at the rate that is given, and for as long", () => {
    const crashes = plan({ until: 100_000, crashes: { perSecond: 10, lasts: [10, 30] } }).slice(0, -1);
    // A strike that meets a node which is down already is left out: 10 a second for 20 ms on one of five nodes.
    expect(crashes.length / 1_000).toBeCloseTo(0.96, 1);
    const lasts = crashes.map((fault) => (fault as { forMs: number }).forMs);
    expect(Math.min(...lasts)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...lasts)).toBeLessThanOrEqual(30);
    expect(new Set(crashes.map((fault) => (fault as { node: string }).node))).toEqual(new Set(names));
  });

  it.each(KINDS)("%s come from a stream of their own: other kinds do not move them", (kind) => {
    const alone = plan({ [kind]: 5 }).slice(0, -1);
    expect(alone.length).toBeGreaterThan(20);
    const others = Object.fromEntries(KINDS.map((each) => [each, 5]));
    const all = plan(others);
    for (const fault of alone) expect(all).toContainEqual(fault);
    expect(plan({ [kind]: 5 }, 2)).not.toEqual(plan({ [kind]: 5 }));
  });

  it("ends, and puts everything right", () => {
    const script = plan({ from: 100, until: 300, crashes: 50, partitions: 50 });
    expect(script.at(-1)).toEqual({ at: 300, kind: "calm" });
    expect(script.every(({ at }) => at >= 100 && at <= 300)).toBe(true);
  });

  it("never has more nodes out of action than it may", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { trace } = simulate({
        seed,
        nodes: { a: keeper("b"), b: keeper("c"), c: keeper("d"), d: keeper("e"), e: keeper("a") },
        clients: { user: { operations: (_, n) => ({ kind: "keep", n }), choice: "round-robin", until: 2_000, load: { kind: "open", perSecond: 300 } } },
        nemesis: { until: 2_000, crashes: 20, pauses: 20, writeCrashes: 20, maxDown: 2 },
      });
      const out = new Set<string>();
      let most = 0;
      for (const event of trace) {
        if (event.kind === "crash" || event.kind === "pause") out.add(event.node);
        if (event.kind === "restart" || event.kind === "resume") out.delete(event.node);
        most = Math.max(most, out.size);
      }
      expect(most).toBe(2);
      expect(out.size).toBe(0);
    }
  });

  it("leaves traces of every kind of fault, and a cluster that works afterwards", () => {
    const { trace, simulation } = simulate({
      nodes: { t: talker(["a", "b"], { count: 3_000, every: 1 }), a: listener, b: listener, k: keeper("a") },
      clients: { user: { operations: (_, n) => ({ kind: "keep", n }), to: "k", until: 2_000 } },
      nemesis: { until: 2_000, ...Object.fromEntries(KINDS.map((kind) => [kind, 4])) },
    });
    const kinds = new Set(trace.map(({ kind }) => kind));
    for (const kind of ["crash", "restart", "pause", "resume", "stall", "slow", "skew", "cut", "heal"]) expect(kinds).toContain(kind);
    expect(new Set(only(trace, "cut").map(({ shape }) => shape))).toEqual(new Set(["partition", "one-way", "isolate"]));
    const late = only(trace, "drop").filter(({ sentAt }) => sentAt >= 2_000);
    expect(late).toEqual([]);
    expect(simulation.state("a")).not.toBeNull();
  });

  it("may be handed to the script, whole or in parts", () => {
    const nodes = { a: listener, b: listener, c: talker(["a", "b"], { count: 500 }) };
    const nemesis = { until: 500, crashes: 20, pauses: 20, partitions: 20 };
    const script = nemesisScript(1, nemesis, ["a", "b", "c"]);
    expect(simulate({ nodes, faults: script }).hash).toBe(simulate({ nodes, nemesis }).hash);
    for (let i = 0; i < script.length; i++) simulate({ nodes, faults: script.filter((_, j) => j !== i), until: 1 });
  });

  it("strikes only whom it may", () => {
    const script = plan({ nodes: ["b"], crashes: 20, pauses: 20, partitions: 20 });
    expect(script.length).toBeGreaterThan(60);
    expect(script.filter((fault) => "node" in fault && fault.node !== "b")).toEqual([]);
    expect(script.filter(({ kind }) => kind === "partition")).toEqual([]);
  });
});
