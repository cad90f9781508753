import { describe, expect, it } from "vitest";
import { only, simulate, type ForkChange, type TraceEvent } from "../../lib/sim.js";
import { listener, talker } from "./roles.js";

const run = simulate({
  nodes: { t: talker(["a", "b"], { count: 6, every: 4 }), a: listener, b: listener },
  network: { latency: [5, 20], duplication: 0.4 },
  changes: true,
});
const sends = only(run.trace, "send");
/** A message of which both copies come later, and the step after which it is under way. */
const doubled = sends.find(({ id }) => only(run.trace, "deliver").filter((event) => event.id === id).length === 2)!;
const before = (step: number) => (event: TraceEvent) => event.step <= step;

describe("a fork of a whole run", () => {
  it("goes as the run did up to the step, and to its end with nothing changed", () => {
    for (const step of [0, 1, 9, run.simulation.steps]) {
      const fork = run.fork({ step });
      expect(fork.trace).toEqual(run.trace);
      expect(fork.ended).toEqual(run.ended);
      expect(fork.hash).toBe(run.hash);
    }
  });

  it("loses a message with its second copy, and only that", () => {
    const { id, step } = doubled;
    const fork = run.fork({ step, drop: id });
    expect(fork.trace.filter(before(step))).toEqual(run.trace.filter(before(step)));
    expect(fork.trace.filter((event) => "id" in event && event.id === id).map(({ kind, step: at }) => [kind, at])).toEqual([
      ["send", step], ["drop", step + 1], ["drop", step + 1],
    ]);
    const others = (trace: readonly TraceEvent[]) =>
      only(trace, "deliver").flatMap((event) => (event.id === id ? [] : [[event.id, event.at, event.to]]));
    expect(others(fork.trace)).toEqual(others(run.trace));
  });

  it("delivers a message next, before all others", () => {
    const step = sends.at(-1)!.step;
    const waiting = sends.filter(({ id }) => only(run.trace, "deliver").every((event) => event.id !== id || event.step > step));
    expect(waiting.length).toBeGreaterThan(2);
    for (const { id } of waiting) {
      const fork = run.fork({ step, first: id });
      const next = fork.trace.find((event) => event.step === step + 1);
      expect(next).toMatchObject({ kind: "deliver", id, at: sends.at(-1)!.at });
      const arrivals = (trace: readonly TraceEvent[]) => only(trace, "deliver").map((event) => `${event.id} to ${event.to}`).sort();
      expect(arrivals(fork.trace)).toEqual(arrivals(run.trace));
    }
  });

  it("crashes a node, and changes the seed from the step on", () => {
    expect(run.fork({ step: 3, crash: "a" }).trace.find(({ step }) => step === 4)).toMatchObject({ kind: "crash", node: "a" });
    const other = run.fork({ step: 3, seed: 7 });
    expect(other.trace.filter(before(3))).toEqual(run.trace.filter(before(3)));
    expect(other.hash).not.toBe(run.hash);
  });

  it("can be forked again, with what was changed before", () => {
    const changes: ForkChange[] = [{ step: doubled.step, drop: doubled.id }, { step: 3, seed: 7 }, { step: 3, crash: "a" }, { step: sends.at(-1)!.step, first: sends.at(-1)!.id }];
    for (const change of changes) {
      const fork = run.fork(change as Parameters<typeof run.fork>[0]);
      for (const step of [change.step! + 1, fork.simulation.steps]) expect(fork.fork({ step }).hash).toBe(fork.hash);
      expect(fork.fork({ step: change.step! - 1 }).trace.filter(before(change.step! - 1))).toEqual(run.trace.filter(before(change.step! - 1)));
    }
  });

  it("says which message is not under way, and which option it does not know", () => {
    expect(() => run.fork({ step: 1, drop: 99 })).toThrow("drop must be the number of a message that is under way after step 1, got 99");
    expect(() => run.fork({ step: run.simulation.steps, first: 1 })).toThrow("first must be the number of a message that is under way after step");
    expect(() => run.fork({ step: 1, drop: 0.5 })).toThrow("drop must be a whole number of at least 1, got 0.5");
    expect(() => run.fork({ step: 1, crash: "z" as "a" })).toThrow(/z/);
    expect(() => run.fork({ lose: 1 } as object)).toThrow('fork has no option "lose"');
  });
});
