import { type Add, gCounter, pnCounter, type Subtract, type UpDown } from "./counters.js";
import { type Assign, type Item, lwwRegister, type Timed } from "./registers.js";
import { type AddItem, opSet, type RemoveItem, type SetOperation } from "./sets.js";
import { type Erase, type Insert, type Letters, mergedTexts, placed, rga } from "./text.js";
import type { OperationType, StateType, Versions } from "./type.js";

/* Replicated types with one rule broken. Each is an obvious program, and does not converge. */

/** A counter that adds what it is told: merging is not idempotent, so a message that comes twice counts twice. */
export const addingCounter: StateType<Versions, Add, number> = {
  ...gCounter,
  name: "adding counter",
  merge(one, other) {
    const all: Record<string, number> = { ...one };
    for (const [replica, count] of Object.entries(other)) all[replica] = (all[replica] ?? 0) + count;
    return all;
  },
};

/** A counter with one number, of which merging keeps the larger: two that count at the same time count once. */
export const largestCounter: StateType<number, Add, number> = {
  name: "largest counter",
  initial: 0,
  update: (state, { amount = 1 }) => state + amount,
  merge: Math.max,
  value: (state) => state,
};

/** A counter whose sums are merged, up minus down: what went down comes back up. */
export const netCounter: StateType<UpDown, Add | Subtract, number> = {
  ...pnCounter,
  name: "net counter",
  merge(one, other) {
    const net = ({ up, down }: UpDown, replica: string): number => (up[replica] ?? 0) - (down[replica] ?? 0);
    const replicas = new Set([one, other].flatMap(({ up, down }) => [...Object.keys(up), ...Object.keys(down)]));
    return { up: Object.fromEntries([...replicas].map((replica) => [replica, Math.max(net(one, replica), net(other, replica))])), down: {} };
  },
};

/** A register in which, of two writes at one time, each replica keeps its own. */
export const tielessRegister: StateType<Timed, Assign, Item | null> = {
  ...lwwRegister,
  name: "tieless register",
  merge: (one, other) => (one.time < other.time ? other : one),
};

/** A set by union in which removals just take out: whoever still has the item brings it back. */
export const unionSet: StateType<ReadonlySet<Item>, AddItem | RemoveItem, readonly Item[]> = {
  name: "union set",
  initial: new Set(),
  update: (state, { kind, item }) => (kind === "add" ? new Set([...state, item]) : new Set([...state].filter((one) => one !== item))),
  merge: (one, other) => new Set([...one, ...other]),
  value: (state) => [...state].sort(),
};

/** A set by operations whose removals take out whatever tags are there: an addition that nobody had seen goes, if it came first. */
export const greedySet: OperationType<ReadonlyMap<string, Item>, AddItem | RemoveItem, SetOperation, readonly Item[]> = {
  ...opSet,
  name: "greedy set",
  apply(state, operation) {
    if (operation.kind === "add") return opSet.apply(state, operation);
    const { item } = operation;
    return new Map([...state].filter(([, one]) => one !== item));
  },
};

/** A text that puts a letter right behind its neighbour, whatever stands there: two authors see two orders. */
export const skiplessText: StateType<Letters, Insert | Erase, string> = {
  ...rga,
  name: "skipless text",
  merge: (one, other) => mergedTexts(one, other, (letters, letter) => placed(letters, letter, false)),
};
