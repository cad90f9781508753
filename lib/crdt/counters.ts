import { integer } from "../core/parameters.js";
import type { NodeId } from "../core/role.js";
import { type DeltaType, fromDeltas, laterOf, type OperationType, type Versions } from "./type.js";

/** To count by `amount`, 1 where it is left out. */
export interface Add {
  readonly kind: "add";
  readonly amount?: number;
}
/** To count down. */
export interface Subtract {
  readonly kind: "subtract";
  readonly amount?: number;
}

function total(counts: Versions): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function plus(counts: Versions, replica: string, amount: number): Versions {
  return { [replica]: (counts[replica] ?? 0) + amount };
}

/**
 * A counter that only grows (G-Counter; report 7506, specification 6): each replica counts by itself, and the value is the
 * sum. Merging takes the larger count of each.
 */
export const gCounter: DeltaType<Versions, Add, number> = fromDeltas({
  name: "G-Counter",
  initial: {},
  delta: (state, { amount = 1 }, replica) => plus(state, replica, integer("amount", amount)),
  merge: laterOf,
  value: total,
});

/** Two counters, of what came and what went. */
export interface UpDown {
  readonly up: Versions;
  readonly down: Versions;
}

/** A counter that goes up and down (PN-Counter; report 7506, specification 7): the one sum minus the other. */
export const pnCounter: DeltaType<UpDown, Add | Subtract, number> = fromDeltas({
  name: "PN-Counter",
  initial: { up: {}, down: {} },
  delta(state, { kind, amount = 1 }, replica) {
    integer("amount", amount);
    return kind === "add" ? { up: plus(state.up, replica, amount), down: {} } : { up: {}, down: plus(state.down, replica, amount) };
  },
  merge: (one, other) => ({ up: laterOf(one.up, other.up), down: laterOf(one.down, other.down) }),
  value: ({ up, down }) => total(up) - total(down),
});

/** Rights to count down: what each replica made or gave to another ("from>to"), and what it used. */
export interface Escrow {
  readonly rights: Versions;
  readonly used: Versions;
}

/** To give rights to another replica. */
export interface Transfer {
  readonly kind: "transfer";
  readonly to: string;
  readonly amount: number;
}

/**
 * A counter that never falls below zero (bounded counter; Balegas et al., Extending eventually consistent cloud databases
 * for enforcing numeric invariants, SRDS 2015; the idea is O'Neil's escrow of 1986). To count down takes rights, and each
 * replica has its own: it makes them by counting up, gives them to others, and spends only what it has. What it cannot do
 * alone has no effect: it must be given rights first, and that takes talking.
 */
export const boundedCounter: DeltaType<Escrow, Add | Subtract | Transfer, number> = fromDeltas({
  name: "bounded counter",
  initial: { rights: {}, used: {} },
  delta(state, update, replica) {
    const { kind, amount = 1 } = update;
    integer("amount", amount);
    if (kind === "add") return { rights: plus(state.rights, `${replica}>${replica}`, amount), used: {} };
    if (amount > rightsOf(state, replica)) return { rights: {}, used: {} };
    if (kind === "subtract") return { rights: {}, used: plus(state.used, replica, amount) };
    return { rights: plus(state.rights, `${replica}>${update.to}`, amount), used: {} };
  },
  merge: (one, other) => ({ rights: laterOf(one.rights, other.rights), used: laterOf(one.used, other.used) }),
  value: ({ rights, used }) => total(made(rights)) - total(used),
});

/** How far a replica may count down by itself: what it made and was given, less what it gave away and used. */
export function rightsOf({ rights, used }: Escrow, replica: NodeId | string): number {
  let sum = -(used[replica] ?? 0);
  for (const [between, amount] of Object.entries(rights)) {
    const [from, to] = between.split(">");
    if (from === to) sum += from === replica ? amount : 0;
    else if (to === replica) sum += amount;
    else if (from === replica) sum -= amount;
  }
  return sum;
}

function made(rights: Versions): Versions {
  return Object.fromEntries(Object.entries(rights).filter(([between]) => between.split(">")[0] === between.split(">")[1]));
}

/** A counter by operations: the operation is the number to add (report 7506, specification 5). Numbers commute. */
export const opCounter: OperationType<number, Add | Subtract, number, number> = {
  name: "op-based counter",
  initial: 0,
  prepare: (_, { kind, amount = 1 }) => (kind === "add" ? integer("amount", amount) : -integer("amount", amount)),
  apply: (state, amount) => state + amount,
  value: (state) => state,
};
