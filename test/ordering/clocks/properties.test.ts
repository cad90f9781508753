import { describe, expect, it } from "vitest";
import { explore, searchSeeds } from "../../../lib/check.js";
import { ids, stream } from "../../../lib/core.js";
import {
  clockCondition, clocked, deafClock, hybridClock, lamportClock, lateClock, nearPhysicalTime, overwritingVector, physicalClock, restartingHybrid,
  runawayHybrid, tellsConcurrency, uncountedVector, vectorClock, type Deed, type LogicalClock, type Stamped,
} from "../../../lib/clocks.js";
import { causality } from "../../../lib/measure.js";
import { only, simulate, type Nodes, type ScriptedFault, type SimulateOptions } from "../../../lib/sim.js";

const names = ids("p1", "p2", "p3");

/** Three nodes that do things and tell each other; each clock of a seed sees the same events. */
function talk<T>(clock: LogicalClock<T>, seed: number, { count = 40, everyMs = 5, skew = 0, skews = true } = {}) {
  const chance = stream(seed, "deeds");
  const requests = Array.from({ length: count }, (_, i) => {
    const node = chance.pick(names);
    const to = chance.pick(names.filter((other) => other !== node));
    const request: Deed = chance.chance(0.3) ? { kind: "work" } : { kind: "tell", to };
    return { at: 10 + i * everyMs, node, request };
  });
  const faults: ScriptedFault[] = skews ? names.map((node, i) => ({ at: 0, kind: "skew", node, offsetMs: (i * skew) / (names.length - 1) })) : [];
  const role = clocked(clock);
  return { seed, nodes: { p1: role, p2: role, p3: role }, network: { latency: [1, 20] as const }, requests, faults };
}

/** The shortest run of two nodes in which the property fails. */
function worlds<T>(clock: LogicalClock<T>, property: typeof clockCondition) {
  const role = clocked(clock);
  return explore({
    nodes: { p1: role, p2: role },
    requests: [
      [{ node: "p1", request: { kind: "work" } }, { node: "p1", request: { kind: "tell", to: names[1]! } }],
      [{ node: "p2", request: { kind: "tell", to: names[0]! } }, { node: "p2", request: { kind: "work" } }],
    ],
    properties: [property(clock)],
  });
}

describe("the clock condition", () => {
  it.each([lamportClock, hybridClock, vectorClock] as LogicalClock<any>[])("holds in every world of two nodes with a $name", (clock) => {
    expect(worlds(clock, clockCondition)).toMatchObject({ kind: "holds", worlds: 124 });
  });

  it.each([
    ["a clock that does not look at messages", deafClock, "p2.1 happened before p1.1, but their stamps are 1.p2 and 1.p1", 2],
    ["a clock that takes over the time of a message", lateClock, "p2.1 happened before p1.1, but their stamps are 1.p2 and 1.p1", 2],
    ["a hybrid clock that begins anew at each receipt", restartingHybrid, "p2.1 happened before p1.1, but their stamps are 0+1 p2 and 0+0 p1", 2],
    ["a vector that does not count receipts", uncountedVector, "p2.1 happened before p1.1, but their stamps are [p2 1] and [p1 0, p2 1]", 2],
  ] as [string, LogicalClock<any>, string, number][])("convicts %s", (_, clock, problem, steps) => {
    const verdict = worlds(clock, clockCondition);
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect(verdict.problem).toContain(problem);
    expect(verdict.schedule).toHaveLength(steps);
  });

  it("fails for physical clocks as soon as they are further apart than a message takes", () => {
    const search = (skew: number) =>
      searchSeeds({ seeds: 30, run: (seed) => ({ ...talk(physicalClock, seed, { skew }), properties: [clockCondition(physicalClock)] }) });
    expect(search(0).kind).toBe("passed");
    expect(search(50).kind).toBe("failed");
  });
});

describe("stamps tell concurrency", () => {
  it("holds for vector clocks, in every world and in many runs", () => {
    expect(worlds(vectorClock, tellsConcurrency)).toMatchObject({ kind: "holds", worlds: 124 });
    const verdict = searchSeeds({ seeds: 40, run: (seed) => ({ ...talk(vectorClock, seed), properties: [tellsConcurrency(vectorClock)] }) });
    expect(verdict.kind).toBe("passed");
  });

  it("does not hold for Lamport's clock, which orders what is concurrent, too", () => {
    expect(worlds(lamportClock, tellsConcurrency)).toMatchObject({ kind: "violated", schedule: { length: 2 } });
  });

  it.each([["forgets what it knew", overwritingVector], ["does not count receipts", uncountedVector]] as const)("convicts a vector that %s", (_, clock) => {
    const verdict = searchSeeds({ seeds: 40, run: (seed) => ({ ...talk(clock, seed), properties: [tellsConcurrency(clock)] }) });
    expect(verdict.kind).toBe("failed");
  });

  it("agrees with the chains of messages in the trace", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { trace } = simulate(talk(vectorClock, seed) as SimulateOptions<Nodes>);
      const causes = causality(trace);
      const events = only(trace, "decide").map(({ step, outcome }) => ({ step, stamp: (outcome as Stamped<any>).stamp }));
      for (const one of events) {
        for (const other of events) {
          if (one === other) continue;
          expect(vectorClock.isBefore(one.stamp, other.stamp)).toBe(causes.delaysSince(one.step, other.step) !== null);
        }
      }
    }
  });
});

describe("a hybrid clock", () => {
  const skew = 30;

  it("satisfies the clock condition and stays within the skew of physical time, whatever the seed", () => {
    const verdict = searchSeeds({
      seeds: 60,
      run: (seed) => ({ ...talk(hybridClock, seed, { skew, everyMs: seed % 2 === 0 ? 5 : 0.2 }), properties: [clockCondition(hybridClock), nearPhysicalTime(skew)] }),
      sometimes: {
        "a node ran ahead of its clock": ({ decisions }) => decisions.some(({ outcome }) => (outcome as Stamped<any>).stamp.l > Math.floor((outcome as Stamped<any>).clock)),
        "a counter was used": ({ decisions }) => decisions.some(({ outcome }) => (outcome as Stamped<any>).stamp.c > 1),
      },
    });
    expect(verdict.report).toMatch(/passed/);
    expect(verdict.kind).toBe("passed");
  });

  it("runs away where one number stands for both and events come faster than milliseconds", () => {
    const run = (clock: typeof hybridClock) =>
      simulate({ ...talk(clock, 1, { count: 300, everyMs: 0.1, skews: false }), properties: [clockCondition(clock), nearPhysicalTime(0)] } as SimulateOptions<Nodes>).violation;
    expect(run(hybridClock)).toBeNull();
    expect(run(runawayHybrid)).toMatchObject({ property: "near physical time" });
  });

  it("needs an ε that is a time", () => {
    expect(() => nearPhysicalTime(-1)).toThrow("epsilonMs must be a finite number of at least 0, got -1");
  });
});
