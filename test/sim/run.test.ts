import { describe, expect, it } from "vitest";
import { interruptWith } from "../../lib/core/interrupt.js";
import type { Property } from "../../lib/core/property.js";
import type { AnyRole, NodeId, Role } from "../../lib/core/role.js";
import { only, record, simulate, Simulation, type SimulationOptions, type TraceEvent } from "../../lib/sim.js";
import { keeper, listener, player, server, talker, type Note } from "./roles.js";

const game = { p: player("q", true, 10), q: player("p", false) };

/** A bit of everything, so that a fork has everything to repeat. */
const busy = {
  nodes: { t: talker(["a", "b"], { count: 200, every: [1, 5] }), a: listener, b: listener, k: keeper("a") },
  network: { latency: [1, 20], loss: 0.1, duplication: 0.1 },
  disk: { flush: [0, 5] },
  processing: 0.2,
  clients: { user: { operations: (chance, n) => ({ kind: chance.chance(0.5) ? "keep" : "jot", n }), to: "k", until: 300, timeoutMs: 30 } },
  nemesis: { until: 400, crashes: 10, writeCrashes: 5, pauses: 5, skews: 5, partitions: 5, slowdowns: 5, stalls: 5 },
} as const satisfies SimulationOptions<Record<string, AnyRole>, "user">;

describe("a run", () => {
  it("goes on until nothing is left to do", () => {
    const run = simulate({ nodes: game });
    expect(only(run.trace, "deliver")).toHaveLength(10);
    expect(run.ended.kind).toBe("quiet");
    expect(run.ended.reason).toBe(`nothing is left to do after ${Math.round(run.ended.at * 1000) / 1000} ms`);
  });

  it("goes on until a time, and what happens at that very time still happens", () => {
    const simulation = new Simulation({ nodes: game, network: { latency: 5 } });
    const trace = record(simulation);
    expect(simulation.run({ until: 15 })).toEqual({ kind: "until", at: 15, reason: "stopped at 15 ms, as asked" });
    expect(only(trace, "deliver")).toHaveLength(3);
    expect(simulation.run({ until: 18 }).at).toBe(18);
    expect(simulation.run().at).toBe(50);
    expect(simulation.run({ until: 99 })).toMatchObject({ kind: "until", at: 99 });
  });

  it("goes on until an event, to the end of its step", () => {
    const run = simulate({ nodes: game, until: (event) => event.kind === "deliver" && (event.message as Note).n === 7 });
    expect(run.ended.kind).toBe("until");
    expect(run.trace.slice(-2).map(({ kind }) => kind)).toEqual(["deliver", "send"]);
    run.simulation.run();
    expect(only(run.trace, "deliver")).toHaveLength(10);
  });

  it("may be taken step by step", () => {
    const simulation = new Simulation({ nodes: game });
    const trace = record(simulation);
    let steps = 0;
    while (simulation.step()) steps++;
    expect(steps).toBe(12);
    expect(simulation.steps).toBe(12);
    expect(trace).toEqual(simulate({ nodes: game }).trace);
  });

  it("numbers its steps: a send belongs to what caused it", () => {
    for (const event of simulate({ nodes: game }).trace) expect(event.step).toBe(event.kind === "send" ? event.id + (event.id > 1 ? 1 : 0) : event.step);
  });

  it("is the same again for the same options, and another for another seed", () => {
    expect(simulate(busy).trace).toEqual(simulate(busy).trace);
    expect(simulate(busy).hash).toBe(simulate({ ...busy, seed: 1 }).hash);
    expect(simulate(busy).hash).not.toBe(simulate({ ...busy, seed: 2 }).hash);
    expect(simulate({ ...busy, seed: 7 }).hash).not.toBe(simulate({ ...busy, seed: "7" }).hash);
  });

  it("is the same with and without listeners", () => {
    const silent = new Simulation(busy);
    silent.run();
    const { simulation } = simulate(busy);
    expect([silent.now, silent.steps, silent.history]).toEqual([simulation.now, simulation.steps, simulation.history]);
  });
});

describe("a run that does not come to rest", () => {
  const endless: Role<{ state: object; timers: { kind: "tick" } }> = {
    name: "clockwork",
    durable: [],
    init: () => ({}),
    start: (_, out) => out.setTimer({ kind: "tick" }, 1000),
    receive: {},
    request: {},
    timeout: { tick: (_, __, out) => out.setTimer({ kind: "tick" }, 1000) },
  };

  it("ends at the time limit, and says so", () => {
    expect(simulate({ nodes: { c: endless } }).ended).toEqual({ kind: "time-limit", at: 60_000, reason: "stopped at the time limit of 60000 ms, still busy" });
    expect(simulate({ nodes: { c: endless }, limits: { time: 5_500 } }).ended).toMatchObject({ kind: "time-limit", at: 5_500 });
  });

  it("may go on past the default limit if it is asked to", () => {
    expect(simulate({ nodes: { c: endless }, until: 100_000 }).ended).toMatchObject({ kind: "until", at: 100_000 });
    expect(simulate({ nodes: { c: endless }, until: 100_000, limits: { time: 70_000 } }).ended).toMatchObject({ kind: "time-limit", at: 70_000 });
  });

  it("ends at the limit of steps if virtual time does not pass", () => {
    const { ended } = simulate({ nodes: { p: player("p", true, Infinity) }, limits: { events: 5_000 } });
    expect(ended).toEqual({ kind: "event-limit", at: 0, reason: "stopped at the limit of 5000 steps, at 0 ms: the run does not come to rest" });
  });

  it("says that every message is lost where that is so", () => {
    const retrying = talker(["a"], { count: Infinity, every: 100 });
    expect(simulate({ nodes: { t: retrying, a: listener }, network: { loss: 1 } }).ended).toEqual({
      kind: "time-limit",
      at: 60_000,
      reason: "stopped at the time limit of 60000 ms; no progress: every message is lost (600 sent, 0 delivered)",
    });
    expect(simulate({ nodes: game, network: { loss: 1 } }).ended.reason).toBe(
      "nothing is left to do after 0 ms; no progress: every message is lost (1 sent, 0 delivered)",
    );
  });
});

describe("a property", () => {
  const few: Property = {
    name: "few",
    check: ({ nodes }) => {
      const { state } = nodes.find(({ id }) => id === "q")!;
      const { got } = state as { got: number };
      return got <= 2 ? null : `q got ${got} notes`;
    },
  };

  it("is checked after every step, and ends the run where it does not hold", () => {
    const run = simulate({ nodes: game, network: { latency: 5 }, properties: [few] });
    expect(run.violation).toEqual({ property: "few", problem: "q got 3 notes", at: 25, step: 7 });
    expect(run.ended).toEqual({ kind: "violation", at: 25, reason: "few is violated at 25 ms, step 7: q got 3 notes" });
    expect(run.trace.at(-1)).toEqual({ kind: "violation", property: "few", problem: "q got 3 notes", at: 25, step: 7 });
    expect(run.simulation.run().kind).toBe("violation");
  });

  it("may be violated without an end, and is reported once", () => {
    const run = simulate({ nodes: game, properties: [few], stopAtViolation: false });
    expect(run.ended.kind).toBe("quiet");
    expect(only(run.trace, "violation")).toHaveLength(1);
    expect(run.violation?.property).toBe("few");
  });

  it("may remember what it saw, in the order of the events", () => {
    const monotone: Property<{ last: number; seen: readonly string[] }> = {
      name: "monotone",
      memory: { last: Infinity, seen: [] },
      observe: (memory, happened) => {
        const seen = [...memory.seen, happened.kind];
        return happened.kind === "deliver" ? { last: (happened.message as Note).n, seen } : { ...memory, seen };
      },
      check: (_, { last, seen }) => (last > 4 ? null : `down to ${last} after ${seen.join(" ")}`),
    };
    const run = simulate({ nodes: game, properties: [monotone] });
    expect(run.violation?.problem).toBe(`down to 4 after ${"send deliver ".repeat(7)}send`);
    expect(simulate({ nodes: game, properties: [monotone] }).violation).toEqual(run.violation);
  });

  it("sees decisions, and a node that is down without a state", () => {
    const seen: string[] = [];
    const watch: Property = { name: "watch", check: ({ nodes, decisions }) => (seen.push(`${nodes[0]!.state === null} ${decisions.length}`), null) };
    simulate({
      nodes: { k: keeper() },
      properties: [watch],
      requests: [{ at: 1, node: "k", request: { kind: "keep", n: 1 } }],
      faults: [{ at: 2, kind: "crash", node: "k" }],
    });
    expect(seen).toEqual(["false 1", "true 1"]);
  });
});

describe("changes of state", () => {
  it("come before what the same step asked for, and only to who asks for them", () => {
    const asks = [{ at: 1, node: "k", request: { kind: "keep", n: 4 } }] as const;
    const { trace } = simulate({ nodes: { k: keeper() }, changes: true, requests: asks });
    expect(only(trace, "change").map(({ at, fields }) => [at, fields])).toEqual([[0, { kept: 0, asked: 0 }], [1, { kept: 4, asked: 1 }]]);
    const order = trace.filter(({ at }) => at === 1).map(({ kind }) => kind);
    expect(order).toEqual(["request", "change", "write", "flushed", "decide", "reply"]);
    expect(only(simulate({ nodes: { k: keeper() }, requests: asks }).trace, "change")).toEqual([]);
  });

  it("do not change the run", () => {
    const withoutChanges = simulate({ ...busy, changes: true }).trace.filter(({ kind }) => kind !== "change");
    expect(withoutChanges).toEqual(simulate(busy).trace);
  });
});

describe("a fork", () => {
  const straight = simulate(busy);
  const rest = (trace: readonly TraceEvent[], step: number) => trace.filter((event) => event.step > step);

  it("goes on as the straight run does, from any step", () => {
    const { steps } = straight.simulation;
    for (const step of [0, 1, 17, 100, 333, steps - 1, steps]) {
      const fork = straight.simulation.fork({ step });
      expect(fork.steps).toBe(step);
      const trace = record(fork);
      fork.run();
      expect(trace).toEqual(rest(straight.trace, step));
      expect(fork.history).toEqual(straight.simulation.history);
    }
  });

  it("repeats what was done by hand", () => {
    const simulation = new Simulation({ ...busy, nemesis: { until: 0 } });
    const trace = record(simulation);
    simulation.run({ until: 20.5 });
    simulation.crash("a");
    simulation.partition([["t"], ["b", "user"]], "cut");
    simulation.run({ until: 50 });
    simulation.request("k", { kind: "keep", n: 77 });
    simulation.restart("a");
    simulation.run({ until: 70 });
    const middle = simulation.steps;
    simulation.run({ until: 90 });
    simulation.heal("cut");
    const fork = simulation.fork({ step: middle });
    expect(fork.now).toBeLessThanOrEqual(70);
    fork.run({ until: 90 });
    fork.heal("cut");
    const again = record(fork);
    const mark = fork.steps;
    fork.run();
    simulation.run();
    expect(again).toEqual(rest(trace, mark));
    const second = fork.fork();
    expect([second.now, second.steps, second.history]).toEqual([fork.now, fork.steps, fork.history]);
  });

  it("takes another way with another seed, and the same with the same", () => {
    const ways = [2, 2, 3].map((seed) => {
      const fork = straight.simulation.fork({ step: 200, seed });
      const trace = record(fork);
      fork.run();
      return trace;
    });
    expect(ways[0]).toEqual(ways[1]);
    expect(ways[0]).not.toEqual(ways[2]);
    expect(ways[0]).not.toEqual(rest(straight.trace, 200));
  });

  it("refuses a step that was not taken", () => {
    expect(() => straight.simulation.fork({ step: straight.simulation.steps + 1 })).toThrow(/step must be a whole number from 0 to/);
  });
});

describe("a rule that errs", () => {
  const blunderer = (blunder: (out: { send(to: NodeId, message: Note): void; setTimer(timer: never, after: number): void }) => void): Role<{ state: object; requests: { kind: "go" }; sends: Note }> => ({
    name: "blunderer",
    durable: [],
    init: () => ({}),
    receive: {},
    timeout: {},
    request: { go: (_, __, ___, out) => blunder(out) },
  });
  const blunder = (what: Parameters<typeof blunderer>[0]) =>
    simulate({ seed: 5, nodes: { x: blunderer(what), a: listener }, freeze: true, requests: [{ at: 3, node: "x", request: { kind: "go" } }] });
  const where = "a rule of x (blunderer) threw at 3 ms, step 1, seed 5: ";

  it("is named, with time, step and seed", () => {
    expect(() => blunder(() => { throw new Error("no such luck"); })).toThrow(`${where}no such luck`);
    expect(() => blunder((out) => out.send("z" as NodeId, { kind: "note", n: 1 }))).toThrow(`${where}cannot send "note" to "z": no node "z" in this cluster: x, a`);
    expect(() => blunder((out) => out.setTimer({ kind: "t" } as never, -5))).toThrow(`${where}a timer's delay must be`);
    expect(() => blunder((out) => out.setTimer({ kind: "t" } as never, NaN))).toThrow("got NaN");
  });

  it("is caught when it changes a message that was sent", () => {
    const change = (out: { send(to: NodeId, message: Note): void }) => {
      const message = { kind: "note" as const, n: 1 };
      out.send("a" as NodeId, message);
      message.n = 2;
    };
    expect(() => blunder(change)).toThrow(`${where}Cannot assign to read only property 'n'`);
  });

  it("cannot keep `out` for later", () => {
    let kept: { send(to: NodeId, message: Note): void } | null = null;
    blunder((out) => void (kept = out));
    expect(() => kept!.send("a" as NodeId, { kind: "note", n: 1 })).toThrow("an effect was asked for outside of a rule");
  });

  it("breaks the run off for good", () => {
    const simulation = new Simulation({ nodes: { x: blunderer(() => { throw new Error("oh"); }) }, requests: [{ at: 0, node: "x", request: { kind: "go" } }] });
    expect(() => simulation.run()).toThrow("oh");
    expect(() => simulation.run()).toThrow("this run broke off with an error");
  });
});

describe("a long run", () => {
  it("tells how far it has come, and can be interrupted", () => {
    const options = { nodes: { p: player("q", true, 100_000), q: player("p", false) } };
    const told: number[] = [];
    simulate({ ...options, limits: { time: 1e9 }, progress: ({ steps, delivered }) => told.push(steps - delivered) });
    expect(told).toHaveLength(6);
    expect(told.every((booted) => booted === 2)).toBe(true);
    let asked = 0;
    interruptWith(() => {
      if (++asked === 3) throw new Error("interrupted");
    });
    try {
      expect(() => simulate({ ...options, limits: { time: 1e9 } })).toThrow("interrupted");
    } finally {
      interruptWith(null);
    }
    expect(asked).toBe(3);
  });
});

describe("requests", () => {
  it("become operations, with the first answer", () => {
    const { history, trace } = simulate({
      nodes: { s: server, k: keeper() },
      requests: [
        { at: 5, node: "k", request: { kind: "read" } },
        { at: 1, node: "s", request: { kind: "ask", n: 3 } },
      ],
      disk: { flush: 3 },
    });
    expect(history.map(({ client, call, node, result, invokedAt, returnedAt }) => [client, call, node, result, invokedAt, returnedAt])).toEqual([
      ["outside", "outside#1", "s", 3, 1, 1], ["outside", "outside#2", "k", 0, 5, 5],
    ]);
    expect(only(trace, "request").map(({ call }) => call)).toEqual(["outside#1", "outside#2"]);
  });

  it("to a node that is down are lost, and stay open", () => {
    const { history, trace } = simulate({ nodes: { s: server }, faults: [{ at: 0, kind: "crash", node: "s" }], requests: [{ at: 1, node: "s", request: { kind: "ask", n: 3 } }] });
    expect(history).toMatchObject([{ returnedAt: null, result: undefined }]);
    expect(only(trace, "call-lost")).toMatchObject([{ client: "outside", leg: "request", reason: "crashed", node: "s" }]);
  });
});

describe("a message without a rule", () => {
  it("has no effect but a drop", () => {
    const { trace } = simulate({ nodes: { t: talker(["s"], { count: 1 }), s: server } });
    expect(only(trace, "drop")).toMatchObject([{ to: "s", reason: "unhandled" }]);
    const prototype = simulate({ nodes: { t: talker(["s"], { count: 1 }), s: server }, network: { kinds: { constructor: { loss: 1 } } } });
    expect(only(prototype.trace, "drop")).toMatchObject([{ reason: "unhandled" }]);
  });
});
