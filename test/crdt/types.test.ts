import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonical } from "../../lib/core/canonical.js";
import { ids, type NodeId } from "../../lib/core.js";
import {
  addingCounter, boundedCounter, gCounter, gSet, isAtMostState, largestCounter, lawBroken, lwwRegister, lwwSet, mvRegister, netCounter, orSet, orSetWithTombstones,
  pnCounter, rga, rightsOf, skiplessText, tielessRegister, twoPhaseSet, unionSet, type DeltaType, type StateType,
} from "../../lib/crdt.js";

const replicas = ids("a", "b", "c");
const [a, b] = replicas as [NodeId, NodeId, NodeId];
const amount = fc.integer({ min: 0, max: 5 });
const item = fc.constantFrom("x", "y");
const setUpdates = fc.oneof(fc.record({ kind: fc.constant("add"), item }), fc.record({ kind: fc.constant("remove"), item }));
const add = fc.record({ kind: fc.constant("add"), amount });
const upDown = fc.oneof(add, fc.record({ kind: fc.constant("subtract"), amount }));
const assign = fc.record({ kind: fc.constant("assign"), value: fc.constantFrom("p", "q", "r") });
const edits = fc.oneof(
  fc.record({ kind: fc.constant("insert"), at: fc.nat(9), text: fc.constantFrom("k", "mn") }),
  fc.record({ kind: fc.constant("erase"), at: fc.nat(9) }),
);

/** Each type with updates for it. */
const types: readonly { readonly type: StateType; readonly updates: fc.Arbitrary<any> }[] = [
  { type: gCounter, updates: add },
  { type: pnCounter, updates: upDown },
  { type: boundedCounter, updates: fc.oneof(upDown, fc.record({ kind: fc.constant("transfer"), to: fc.constantFrom("a", "b", "c"), amount })) },
  { type: lwwRegister, updates: assign },
  { type: mvRegister, updates: assign },
  { type: gSet, updates: fc.record({ kind: fc.constant("add"), item }) },
  { type: twoPhaseSet, updates: setUpdates },
  { type: lwwSet, updates: setUpdates },
  { type: orSetWithTombstones, updates: setUpdates },
  { type: orSet, updates: setUpdates },
  { type: rga, updates: edits },
];

/** States that replicas of one system can come to: each step is an update at a replica, or a merge of one into another. */
const systems = (updates: fc.Arbitrary<any>) =>
  fc.array(fc.oneof(fc.record({ at: fc.nat(2), update: updates }), fc.record({ at: fc.nat(2), from: fc.nat(2) })), { minLength: 1, maxLength: 12 });

function run(type: StateType, steps: readonly any[]): { states: any[]; all: any[] } {
  const states = replicas.map(() => type.initial);
  const all = [type.initial];
  for (const { at, update, from } of steps) {
    if (update !== undefined) states[at] = type.update(states[at], fit(type, states[at], update), replicas[at]!);
    else states[at] = type.merge(states[at], states[from]);
    all.push(states[at]);
  }
  return { states, all };
}

/** A place in a text that there is. */
function fit(type: StateType, state: any, update: any): any {
  return "at" in update ? { ...update, at: Math.min(update.at, type.value(state).length) } : update;
}

describe.each(types.map((each) => [each.type.name, each] as const))("the %s", (_, { type, updates }) => {
  it("merges by a least upper bound, and grows with each update", () => {
    fc.assert(
      fc.property(systems(updates), fc.array(updates, { maxLength: 3 }), (steps, more) => {
        const { states, all } = run(type, steps);
        const sample = [...states, ...all.slice(-2)];
        const fitted = more.flatMap((update, i) => ("at" in update ? [] : [{ update, replica: replicas[i % 3]! }]));
        expect(lawBroken(type, sample, fitted)).toBeNull();
        for (const [i, state] of states.entries()) for (const update of more) {
          const after = type.update(state, fit(type, state, update), replicas[i]!);
          expect(isAtMostState(type, state, after)).toBe(true);
        }
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it("agrees once everything is merged, whatever the order and however often", () => {
    fc.assert(
      fc.property(systems(updates), fc.array(fc.record({ at: fc.nat(2), from: fc.nat(2) }), { maxLength: 8 }), (steps, more) => {
        const { states } = run(type, steps);
        const mixed = [...states];
        for (const { at, from } of more) mixed[at] = type.merge(mixed[at], mixed[from]);
        const end = mixed.map((_, i) => [1, 2, 0].reduce((state, step) => type.merge(state, mixed[(i + step) % 3]), mixed[i]));
        expect(new Set(end.map(canonical)).size).toBe(1);
        expect(canonical(end[0])).toBe(canonical(states.reduce(type.merge)));
        expect(new Set(end.map((state) => canonical(type.value(state)))).size).toBe(1);
      }),
      { seed: 2, numRuns: 80 },
    );
  });

  if ("delta" in type) {
    it("has deltas that make what updates make", () => {
      const { delta } = type as DeltaType;
      fc.assert(
        fc.property(systems(updates), updates, (steps, update) => {
          const { states } = run(type, steps);
          const after = type.update(states[0], update, a);
          expect(canonical(type.merge(states[0], delta(states[0], update, a)))).toBe(canonical(after));
        }),
        { seed: 3, numRuns: 60 },
      );
    });
  }
});

describe("what the types mean", () => {
  const both = <S>(type: StateType<S, any>, start: any[], ofA: any[], ofB: any[]): unknown => {
    const common = start.reduce((state, update) => type.update(state, update, a), type.initial);
    const one = ofA.reduce((state, update) => type.update(state, update, a), common);
    const other = ofB.reduce((state, update) => type.update(state, update, b), common);
    return type.value(type.merge(one, other));
  };
  const put = { kind: "add", item: "x" };
  const take = { kind: "remove", item: "x" };

  it("counters count what both did", () => {
    expect(both(gCounter, [{ kind: "add" }], [{ kind: "add", amount: 2 }], [{ kind: "add", amount: 3 }])).toBe(6);
    expect(both(pnCounter, [{ kind: "add", amount: 5 }], [{ kind: "subtract", amount: 4 }], [{ kind: "subtract", amount: 4 }])).toBe(-3);
  });

  it("a concurrent addition and removal end differently in each set", () => {
    expect(both(twoPhaseSet, [put], [take], [put])).toEqual([]);
    expect(both(orSet, [put], [take], [put])).toEqual(["x"]);
    expect(both(orSetWithTombstones, [put], [take], [put])).toEqual(["x"]);
    expect(both(lwwSet, [put], [take], [put])).toEqual(["x"]); // b has the later name
    expect(both(lwwSet, [put], [put], [take])).toEqual([]);
  });

  it("what was removed may come back, but for the 2P-Set", () => {
    expect(both(orSet, [put, take, put], [], [])).toEqual(["x"]);
    expect(both(twoPhaseSet, [put, take, put], [], [])).toEqual([]);
  });

  it("registers keep one of two concurrent values, or both", () => {
    const [p, q] = ["p", "q"].map((value) => ({ kind: "assign", value }));
    expect(both(lwwRegister, [], [p], [q])).toBe("q");
    expect(both(mvRegister, [], [p], [q])).toEqual(["p", "q"]);
    expect(both(mvRegister, [p], [q], [])).toEqual(["q"]);
  });

  it("the OR-Set keeps nothing of what is gone; with tombstones it keeps all", () => {
    const turns = Array.from({ length: 50 }, () => [put, take]).flat();
    const size = (type: StateType): number => canonical(turns.reduce((state, update) => type.update(state, update, a), type.initial)).length;
    expect(size(orSet)).toBeLessThan(60);
    expect(size(orSetWithTombstones)).toBeGreaterThan(500);
  });

  it("words typed at one place stay whole; letters typed backwards mix", () => {
    const word = (text: string): any[] => [{ kind: "insert", at: 0, text }];
    expect(both(rga, [], word("one "), word("two "))).toBe("two one ");
    const backwards = (text: string): any[] => [...text].reverse().map((letter) => ({ kind: "insert", at: 0, text: letter }));
    expect(both(rga, [], backwards("abc"), backwards("xyz"))).not.toMatch(/abc/);
  });

  it("a bounded counter spends only rights that it has", () => {
    let state = boundedCounter.update(boundedCounter.initial, { kind: "add", amount: 5 }, a);
    const refused = boundedCounter.update(state, { kind: "subtract", amount: 1 }, b);
    expect(boundedCounter.value(refused)).toBe(5);
    state = boundedCounter.update(state, { kind: "transfer", to: "b", amount: 3 }, a);
    expect([rightsOf(state, a), rightsOf(state, b)]).toEqual([2, 3]);
    expect(boundedCounter.value(boundedCounter.update(state, { kind: "subtract", amount: 3 }, b))).toBe(2);
    expect(boundedCounter.value(boundedCounter.update(state, { kind: "subtract", amount: 3 }, a))).toBe(5);
  });

  it("a bounded counter is never below zero, whatever replicas do without asking", () => {
    const updates = types.find(({ type }) => type === boundedCounter)!.updates;
    fc.assert(
      fc.property(systems(updates), (steps) => {
        const { states } = run(boundedCounter, steps);
        expect(boundedCounter.value(states.reduce(boundedCounter.merge))).toBeGreaterThanOrEqual(0);
      }),
      { seed: 4, numRuns: 300 },
    );
    const overdraft = run(pnCounter, [{ at: 0, update: { kind: "add", amount: 5 } }, { at: 1, from: 0 }, { at: 0, update: { kind: "subtract", amount: 4 } }, { at: 1, update: { kind: "subtract", amount: 4 } }]);
    expect(pnCounter.value(overdraft.states.reduce(pnCounter.merge))).toBe(-3);
  });
});

describe("a law is found broken", () => {
  const states = (type: StateType, ...steps: readonly (readonly [NodeId, any])[]): any[] =>
    steps.map(([replica, update]) => type.update(type.initial, update, replica));
  it.each<[StateType, string, any]>([
    [addingCounter, "idempotent", { kind: "add" }],
    [netCounter, "idempotent", { kind: "subtract", amount: 1 }],
    [tielessRegister, "commutative", { kind: "assign", value: "p" }],
  ])("of %o: %s", (type, law, update) => {
    const sample = states(type, [a, update], [b, "value" in update ? { ...update, value: "q" } : update]);
    expect(lawBroken(type, sample)?.law).toBe(law);
  });

  it("of the union set: what was removed is not less", () => {
    const state = unionSet.update(unionSet.initial, { kind: "add", item: "x" }, a);
    expect(lawBroken(unionSet, [state], [{ update: { kind: "remove", item: "x" }, replica: a }])?.law).toBe("monotonic");
  });

  it("of the skipless text: two letters at one place", () => {
    const sample = states(skiplessText, [a, { kind: "insert", at: 0, text: "k" }], [b, { kind: "insert", at: 0, text: "m" }]);
    expect(lawBroken(skiplessText, sample)?.law).toBe("commutative");
  });

  it("of the largest counter none: it converges, and counts wrongly", () => {
    expect(lawBroken(largestCounter, [0, 1, 2, 5], [{ update: { kind: "add" }, replica: a }])).toBeNull();
    expect(largestCounter.merge(largestCounter.update(0, { kind: "add" }, a), largestCounter.update(0, { kind: "add" }, b))).toBe(1);
  });
});
