import { describe, expect, it } from "vitest";
import type { Role } from "../../lib/core/role.js";
import { nemesisScript, only, record, simulate, Simulation, type ScriptedFault } from "../../lib/sim.js";
import { Agenda } from "../../lib/sim/agenda.js";
import { keeper, listener, talker } from "./roles.js";

const trio = { a: talker(["b", "c"], { count: 20, every: 10 }), b: listener, c: listener };

function trioWith(faults: readonly ScriptedFault<"a" | "b" | "c">[]) {
  return simulate({ nodes: trio, network: { latency: 5 }, faults });
}

/** A fault that ends by itself must end itself, and not what came after it. */
describe("the end of a fault that is over already", () => {
  it("lets a later crash be", () => {
    const { simulation, trace } = trioWith([{ at: 10, kind: "crash", node: "b", forMs: 50 }, { at: 20, kind: "calm" }, { at: 30, kind: "crash", node: "b" }]);
    expect(only(trace, "restart").map(({ at }) => at)).toEqual([20]);
    expect(simulation.state("b")).toBeNull();
  });

  it("lets a later pause be", () => {
    const { trace } = trioWith([{ at: 10, kind: "pause", node: "b", forMs: 50 }, { at: 20, kind: "resume", node: "b" }, { at: 30, kind: "pause", node: "b" }]);
    expect(only(trace, "resume").map(({ at }) => at)).toEqual([20]);
  });

  it("lets a later slowdown be", () => {
    const { trace } = trioWith([{ at: 10, kind: "slow", node: "b", factor: 2, forMs: 50 }, { at: 30, kind: "slow", node: "b", factor: 3 }]);
    expect(only(trace, "slow").map(({ at, factor }) => [at, factor])).toEqual([[10, 2], [30, 3]]);
  });

  it("lets a later skew be", () => {
    const { trace } = trioWith([{ at: 10, kind: "skew", node: "b", rate: 2, forMs: 50 }, { at: 30, kind: "skew", node: "b", rate: 3 }]);
    expect(only(trace, "skew").map(({ at, rate }) => [at, rate])).toEqual([[10, 2], [30, 3]]);
  });

  it("lets a later cut be", () => {
    const { trace } = trioWith([{ at: 12, kind: "isolate", node: "b", forMs: 50 }, { at: 20, kind: "heal" }, { at: 32, kind: "isolate", node: "c" }]);
    expect(only(trace, "heal").map(({ at }) => at)).toEqual([20]);
    expect(only(trace, "deliver").filter(({ to, at }) => to === "c" && at > 32)).toEqual([]);
  });
});

describe("a busy node", () => {
  it("lets its timers fire late", () => {
    const { trace } = simulate({ nodes: { ...trio, c: talker(["a"], { count: 1, every: 12 }) }, network: { latency: 1 }, processing: { nodes: { c: 25 } } });
    // The note of 10 ms is there at 11 and keeps c busy until 36; then it is the turn of the timer that was due at 12.
    expect(only(trace, "timer").filter(({ node }) => node === "c").map(({ at }) => at)[0]).toBe(36);
  });
});

describe("an answer", () => {
  it("that is given twice counts once", () => {
    const twice: Role<{ state: object; requests: { kind: "ask" }; replies: string }> = {
      name: "stammerer",
      durable: [],
      init: () => ({}),
      receive: {},
      timeout: {},
      request: {
        ask(_, __, call, out) {
          out.reply(call, "first");
          out.reply(call, "second");
        },
      },
    };
    const { history, trace } = simulate({ nodes: { s: twice }, requests: [{ at: 0, node: "s", request: { kind: "ask" } }] });
    expect(only(trace, "reply").map(({ result }) => result)).toEqual(["first", "second"]);
    expect(history).toMatchObject([{ result: "first" }]);
    const asked = simulate({ nodes: { s: twice }, clients: { c: { operations: [{ kind: "ask" }] } }, network: { latency: 5 } });
    expect(only(asked.trace, "return")).toHaveLength(1);
  });
});

describe("a fork", () => {
  it("stands before what was done by hand at its step", () => {
    const simulation = new Simulation({ nodes: trio });
    simulation.run({ until: 42 });
    const { steps } = simulation;
    simulation.crash("b");
    expect(simulation.fork({ step: steps }).state("b")).not.toBeNull();
    expect(simulation.fork({ step: steps + 1 }).state("b")).toBeNull();
  });

  it("repeats what was done by hand at its time, also where nothing else happened then", () => {
    const simulation = new Simulation({ nodes: trio, network: { latency: 5 } });
    simulation.run({ until: 47.5 });
    simulation.strike({ kind: "crash", node: "b", forMs: 30 });
    const trace = record(simulation);
    simulation.run();
    const fork = simulation.fork({ step: simulation.steps - 20 });
    const again = record(fork);
    fork.run();
    expect(only(trace, "restart").map(({ at }) => at)).toEqual([77.5]);
    expect(again).toEqual(trace.filter(({ step }) => step > simulation.steps - 20));
    const early = simulation.fork({ step: only(trace, "restart")[0]!.step - 1 });
    const restarts = record(early);
    early.run();
    expect(only(restarts, "restart").map(({ at }) => at)).toEqual([77.5]);
  });

  it("with another seed has other chance at once, and another nemesis", () => {
    const nodes = { t: talker(["a", "b"], { count: 100, every: 10 }), a: listener, b: listener, k: keeper() };
    const strikes = { perSecond: 20, lasts: [1, 5] } as const;
    const nemesis = { until: 900, crashes: strikes, pauses: strikes };
    const { simulation, trace } = simulate({ nodes, nemesis, network: { latency: [1, 9] } });
    const { step, at } = only(trace, "deliver")[20]!;
    const fork = simulation.fork({ step, seed: 5 });
    const other = record(fork);
    fork.run();
    const planned = nemesisScript(5, nemesis, ["t", "a", "b", "k"]).filter((fault) => fault.kind === "pause" && fault.at >= at);
    const struck = only(other, "pause").map((event) => event.at);
    expect(struck.length).toBeGreaterThan(3);
    for (const each of struck) expect(planned.map((fault) => fault.at)).toContain(each);
    const delays = (events: typeof trace) => new Map(only(events, "deliver").map(({ id, at: end, sentAt }) => [id, end - sentAt]));
    const [one, two] = [delays(trace), delays(other)];
    const sentAfter = only(other, "send").map(({ id }) => id).filter((id) => one.has(id) && two.has(id));
    expect(sentAfter.length).toBeGreaterThan(50);
    expect(sentAfter.slice(0, 5).filter((id) => Math.abs(one.get(id)! - two.get(id)!) < 1e-9)).toEqual([]);
  });
});

describe("the agenda", () => {
  it("keeps its order where thousands come at one time", () => {
    const agenda = new Agenda();
    for (let i = 0; i < 12_000; i++) agenda.add(1 + (i % 2), 1, 0, 0, i, 0, null);
    const taken: [at: number, number: number][] = [];
    for (let i = 12_000; i < 30_000; i++) {
      const at = agenda.nextAt;
      const slot = agenda.take();
      taken.push([at, agenda.numberOf(slot)]);
      agenda.release(slot);
      agenda.add(at + 1, 1, 0, 0, i, 0, null);
    }
    expect(taken).toEqual([...taken].sort((a, b) => a[0] - b[0] || a[1] - b[1]));
    expect(new Set(taken.map(([, number]) => number)).size).toBe(18_000);
  });
});

