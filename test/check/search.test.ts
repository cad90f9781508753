import { describe, expect, it } from "vitest";
import { canonical } from "../../lib/core.js";
import { search, type SearchOptions } from "../../lib/check.js";
import type { SpecificationAction } from "../../lib/core.js";
import { twoPhaseSpecification, type TwoPhaseState } from "../../lib/commit/specifications/two-phase.js";
import { randomSystem, type Three } from "./random-system.js";

interface Clock {
  hour: number;
}

const clock: SearchOptions<Clock> = {
  initial: { hour: 1 },
  next: { tick: ({ hour }) => ({ hour: hour === 12 ? 1 : hour + 1 }) },
  properties: { "an hour of the day": ({ hour }) => hour >= 1 && hour <= 12 },
};

/** Two-phase commit, of which the counts of states are known from TLC. */
function twoPhase(managers: number): SearchOptions<TwoPhaseState> & { readonly initial: TwoPhaseState } {
  return twoPhaseSpecification({ managers }) as SearchOptions<TwoPhaseState> & { readonly initial: TwoPhaseState };
}

/** The same with a transaction manager to whom all but one are enough. */
function hasty(managers: number): SearchOptions<TwoPhaseState> {
  const sound = twoPhase(managers);
  const TMCommit: SpecificationAction<TwoPhaseState> = ({ tmState, tmPrepared, msgs }) =>
    tmState === "init" && tmPrepared.size >= managers - 1
      ? { tmState: "committed", msgs: new Set([...msgs, "Commit"]) }
      : null;
  return { ...sound, next: { ...sound.next, TMCommit } };
}

describe("search", () => {
  it("goes round the clock", () => {
    expect(search(clock)).toMatchObject({ kind: "holds", states: 12, transitions: 12, depth: 11, ends: 0 });
  });

  it("counts the states of the classic specifications as TLC does", () => {
    // TLC reports 288 for TwoPhase, of 1,146 generated with the initial one.
    expect(search(twoPhase(3))).toMatchObject({ kind: "holds", states: 288, transitions: 1145, depth: 10 });
    expect(search(twoPhase(5))).toMatchObject({ kind: "holds", states: 8_832 });
  });

  it("shows the shortest way to a manager that commits while another has aborted", () => {
    const verdict = search(hasty(3));
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect(verdict.property).toBe("TCConsistent");
    // Two of three are enough for the hasty manager; the third aborts by itself.
    expect(verdict.behaviour.map(({ action }) => action)).toHaveLength(8);
    expect(verdict.behaviour[0]).toEqual({ action: "initial", state: twoPhase(3).initial });
    expect(new Set(Object.values(verdict.behaviour.at(-1)!.state.rmState))).toEqual(
      new Set(["prepared", "committed", "aborted"]),
    );
    expect(verdict.summary).toMatch(/^Violated after 7 steps: TCConsistent \(/);
  });

  it("says what was reached, and what was not", () => {
    const verdict = search({
      ...twoPhase(2),
      reach: {
        "all have committed": ({ rmState }) => Object.values(rmState).every((state) => state === "committed"),
        "the manager waits for ever": ({ tmState }) => tmState.length > 9,
      },
    });
    expect(verdict.reached["all have committed"]!.map(({ action }) => action).slice(-3)).toEqual([
      "TMCommit",
      "RMRcvCommitMsg(r1)",
      "RMRcvCommitMsg(r2)",
    ]);
    expect(verdict.reached["the manager waits for ever"]).toBeNull();
    expect(verdict.summary).toMatch(/Never reached: the manager waits for ever\.$/);
  });

  it("finds as many states in depth as in breadth", () => {
    const { states, transitions } = search(twoPhase(3));
    expect(search({ ...twoPhase(3), order: "depth" })).toMatchObject({ kind: "holds", states, transitions });
  });

  it("stops at its limits and calls that unfinished", () => {
    expect(search({ ...twoPhase(3), maxStates: 288 }).kind).toBe("holds");
    const verdict = search({ ...twoPhase(3), maxStates: 287 });
    expect(verdict).toMatchObject({ kind: "unfinished", limit: "maxStates", states: 287 });
    expect(verdict.summary).toMatch(/^Unfinished: stopped at the limit maxStates of 287\./);
    expect(
      search({ initial: { n: 0 }, next: { up: ({ n }) => ({ n: n + 1 }) }, progress: ({ states }) => states < 50_000 }),
    ).toMatchObject({ kind: "unfinished", limit: "stopped" });
  });

  it("takes equal values for equal, in whatever order they were made", () => {
    interface Bag {
      set: ReadonlySet<string>;
      nested: { readonly map: ReadonlyMap<string, readonly number[]> };
    }
    const verdict = search<Bag>({
      initial: { set: new Set(), nested: { map: new Map() } },
      next: {
        a: ({ set }) => ({ set: new Set(["a", ...set]) }),
        b: ({ set }) => ({ set: new Set([...set, "b"]) }),
        c: ({ nested }) => ({ nested: { map: new Map([["x", [1]], ...nested.map]) } }),
        d: ({ nested }) => ({ nested: { map: new Map([...nested.map, ["y", []]]) } }),
      },
    });
    expect(verdict).toMatchObject({ states: 16, transitions: 64, depth: 4 });
  });

  it("agrees with the obvious way of doing it on random systems", () => {
    let longest = 0;
    for (let seed = 0; seed < 300; seed++) {
      const system = randomSystem(seed);
      const slow = naiveSearch(system);
      for (const order of ["breadth", "depth"] as const) {
        const fast = search({ ...system, order });
        expect({ seed, states: fast.states, transitions: fast.transitions, ends: fast.ends }).toEqual({
          seed,
          states: slow.states,
          transitions: slow.transitions,
          ends: slow.ends,
        });
        if (order === "breadth") expect({ seed, depth: fast.depth }).toEqual({ seed, depth: slow.depth });
      }
      longest = Math.max(longest, slow.depth);
    }
    expect(longest).toBeGreaterThan(8);
  });

  it.each([
    ["a misspelt option", { invariants: {} }, 'search has no option "invariants"'],
    ["no initial state", { initial: [] }, "initial must hold at least one state, got []"],
    ["an initial state that is none", { initial: 3 }, "initial must be a state or a list of states, got 3"],
    [
      "initial states with other variables",
      { initial: [{ hour: 1 }, { minute: 1 }] },
      "initial states must all have the variables hour, got one with minute",
    ],
    ["an action that is none", { next: { tick: 1 } }, "next.tick must be a function, got 1"],
    ["no limit at all", { maxStates: 0 }, "maxStates must be a whole number from 1 to 2147483646, got 0"],
    [
      "a change to a variable that is none",
      { next: { tick: () => ({ minute: 1 }) } },
      'the action tick changes "minute", but the variables are hour',
    ],
    [
      "an answer that is no change",
      { next: { tick: () => 7 } },
      "the action tick must answer an object of changed variables or null, got 7",
    ],
    [
      "a state that is not data",
      { next: { tick: () => ({ hour: () => 1 }) } },
      "a variable must be plain data, but hour is a function",
    ],
    [
      "a state that looks like data",
      { initial: { hour: "1970-01-01T00:00:00.000Z" }, next: { tick: () => ({ hour: new Date(0) }) } },
      "a variable must be plain data, but hour is an instance of Date",
    ],
    [
      "an action that changes a value in place",
      {
        initial: { list: [1] },
        next: { add: ({ list }: { list: number[] }) => ({ list: (list.push(2), list) }) },
        properties: {},
      },
      "object is not extensible",
    ],
  ])("refuses %s", (_, change, message) => {
    expect(() => search({ ...clock, ...change } as never)).toThrow(message);
  });
});

function naiveSearch({ initial, next }: SearchOptions<Three>) {
  const seen = new Map<string, number>();
  const queue: Three[] = [];
  let [transitions, ends, depth] = [0, 0, 0];
  for (const state of initial as readonly Three[]) {
    if (!seen.has(canonical(state))) queue.push(state);
    seen.set(canonical(state), 0);
  }
  for (const state of queue) {
    const before = transitions;
    for (const action of Object.values(next)) {
      const answer = action(state);
      for (const change of answer === null ? [] : Array.isArray(answer) ? answer : [answer]) {
        transitions++;
        const after = { ...state, ...change };
        if (seen.has(canonical(after))) continue;
        const length = seen.get(canonical(state))! + 1;
        seen.set(canonical(after), length);
        depth = Math.max(depth, length);
        queue.push(after);
      }
    }
    if (transitions === before) ends++;
  }
  return { states: seen.size, transitions, ends, depth };
}
