import type { NodeId, Tagged } from "../core/role.js";

/** How many of each replica's updates: a version vector. A replica that is not named has none. */
export type Versions = Readonly<Record<string, number>>;

/** The larger count of each replica. */
export function laterOf(one: Versions, other: Versions): Versions {
  const all: Record<string, number> = { ...one };
  for (const [replica, count] of Object.entries(other)) all[replica] = Math.max(all[replica] ?? 0, count);
  return all;
}

/** The one update of a replica that has this number: a name for what it did, unique in the cluster. */
export interface Dot {
  readonly replica: string;
  readonly counter: number;
}

/**
 * A state-based replicated type (CvRDT): Shapiro, Preguiça, Baquero and Zawirski, A comprehensive study of convergent and
 * commutative replicated data types (INRIA report 7506, 2011), section 2.3.1. States only ever grow, by updates and by
 * merging, and merging is the least upper bound of two states; so replicas that have merged the same updates are equal,
 * whatever the order, and however often they have merged them.
 *
 * 1. `merge` is associative, commutative and idempotent.
 * 2. A state is at most what `update` makes of it (`merge(state, updated)` is `updated`).
 *
 * `lawBroken` tries both on samples. States are plain data and never changed: each rule makes a new one.
 */
export interface StateType<State = any, Update extends Tagged = any, Value = any> {
  /** Its name in the literature: "G-Counter". */
  readonly name: string;
  readonly initial: State;
  /** The state after an update at this replica. An update that has no effect gives the state back as it is. */
  readonly update: (state: State, update: Update, replica: NodeId) => State;
  /** The least state that has seen what both have seen. */
  readonly merge: (one: State, other: State) => State;
  /** What a reader is shown. */
  readonly value: (state: State) => Value;
}

/**
 * A type whose updates come as small states of their own: Almeida, Shoker and Baquero, Delta state replicated data types
 * (2018), section 4. `update(state, u)` is `merge(state, delta(state, u))`.
 */
export interface DeltaType<State = any, Update extends Tagged = any, Value = any> extends StateType<State, Update, Value> {
  readonly delta: (state: State, update: Update, replica: NodeId) => State;
}

/** A type from its deltas. */
export function fromDeltas<State, Update extends Tagged, Value>(
  type: Omit<DeltaType<State, Update, Value>, "update">,
): DeltaType<State, Update, Value> {
  return { ...type, update: (state, update, replica) => type.merge(state, type.delta(state, update, replica)) };
}

/**
 * An operation-based replicated type (CmRDT; the same report, section 2.3.2): at the replica where it is asked for, an
 * update is prepared into an operation, without effect; every replica applies each operation once, after those that its
 * replica had applied before it (causal delivery). Concurrent operations commute.
 */
export interface OperationType<State = any, Update extends Tagged = any, Operation = any, Value = any> {
  readonly name: string;
  readonly initial: State;
  /** What to send to everybody, or null where the update does nothing. `dot` is a name for it. */
  readonly prepare: (state: State, update: Update, dot: Dot) => Operation | null;
  readonly apply: (state: State, operation: Operation) => State;
  readonly value: (state: State) => Value;
}
