import { canonical } from "../core/canonical.js";
import { laterOf, type StateType, type Versions } from "./type.js";

/** What a register or a set may hold. */
export type Item = string | number;

/** To write a value. */
export interface Assign {
  readonly kind: "assign";
  readonly value: Item;
}

/** A value, and when it was written: by a Lamport time, and by the replica's name where two times are equal. */
export interface Timed {
  readonly value: Item | null;
  readonly time: number;
  readonly replica: string;
}

/** Whether the one was written before the other, in the order of times and names. */
export function isEarlier(one: Omit<Timed, "value">, other: Omit<Timed, "value">): boolean {
  return one.time < other.time || (one.time === other.time && one.replica < other.replica);
}

/**
 * A register in which the last writer wins (LWW-Register; report 7506, specification 8). Of two values the later one
 * stays; a concurrent write is lost, and nobody is told. Times are logical: one more than the time of what was there.
 */
export const lwwRegister: StateType<Timed, Assign, Item | null> = {
  name: "LWW-Register",
  initial: { value: null, time: 0, replica: "" },
  update: ({ time }, { value }, replica) => ({ value, time: time + 1, replica }),
  merge: (one, other) => (isEarlier(one, other) ? other : one),
  value: ({ value }) => value,
};

/** One of the values of a register, with the name of its write. */
export interface Sibling {
  readonly value: Item;
  readonly replica: string;
  readonly counter: number;
}

/** The values that nobody has replaced, and the writes that are known. */
export interface Siblings {
  readonly siblings: readonly Sibling[];
  readonly seen: Versions;
}

/**
 * A register that keeps concurrent values (MV-Register; report 7506, specification 10): a write replaces what its replica
 * had seen, and nothing else. The reader is shown all that are left, and has to choose.
 */
export const mvRegister: StateType<Siblings, Assign, readonly Item[]> = {
  name: "MV-Register",
  initial: { siblings: [], seen: {} },
  update({ seen }, { value }, replica) {
    const counter = (seen[replica] ?? 0) + 1;
    return { siblings: [{ value, replica, counter }], seen: { ...seen, [replica]: counter } };
  },
  merge(one, other) {
    const isIn = (sibling: Sibling, { siblings }: Siblings): boolean => siblings.some((each) => each.replica === sibling.replica && each.counter === sibling.counter);
    // What the other side has seen and does not have any more was replaced there.
    const isLeft = (sibling: Sibling, by: Siblings): boolean => sibling.counter > (by.seen[sibling.replica] ?? 0) || isIn(sibling, by);
    const kept = [...one.siblings.filter((each) => isLeft(each, other)), ...other.siblings.filter((each) => isLeft(each, one) && !isIn(each, one))];
    return { siblings: kept.sort((a, b) => (canonical([a.replica, a.counter]) < canonical([b.replica, b.counter]) ? -1 : 1)), seen: laterOf(one.seen, other.seen) };
  },
  value: ({ siblings }) => [...new Set(siblings.map(({ value }) => value))],
};
