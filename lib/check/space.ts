import type { Gate } from "./gate.js";

/**
 * The states of a search, each a vector of whole numbers, and the steps from one to the next. The worlds of a cluster
 * are one such space, the states of a specification another. How they are searched, from which state next and on how
 * many threads, is not its business.
 */
export interface Space {
  readonly gate: Gate;
  /** A number that changes with all that is in the tables: two spaces that learned the same have the same. */
  readonly learned: number;
  /** The names of what should be reached. */
  readonly goals: readonly string[];
  /**
   * States that have the same number in this word of their vectors have much in common that is worked out once: it is
   * best that one thread leaves them all. -1 if there is no such word.
   */
  readonly kinWord: number;
  /** Tell of the first states. */
  begin(visit: () => void): void;
  /** The place for the vector of the state from which steps are to be taken, large enough for this length. */
  room(length: number): Int32Array;
  /** Tell of every step from the state whose vector lies there, always in the same order; returns their number. */
  expand(length: number, visit: () => void): number;

  /** While a step is told of: the state to which it leads, in the first `length` words. */
  readonly to: Int32Array;
  readonly length: number;
  /** Which of the steps it is, from 0. */
  readonly ordinal: number;
  /** Whether properties could see any difference. */
  readonly isSeen: boolean;
  /** What a rule threw, so that the step leads nowhere; or null. */
  readonly error: string | null;

  /** What is to be said of a state, unless it looks like one of which all has been said. */
  judge(vector: Int32Array, unreached: ReadonlySet<string>): Judgement;
}

export interface Judgement {
  /** Which of the goals are reached here. */
  readonly reached: readonly string[];
  /** The first property that does not hold here. */
  readonly broken: { readonly property: string; readonly problem: string } | null;
}

/** The judgement of a state of which there is nothing to be said. */
export const SOUND: Judgement = { reached: [], broken: null };

/** The states that a search has found, by number, and the way back from each. */
export interface Found {
  readonly size: number;
  readonly bytes: number;
  lengthOf(state: number): number;
  /** Copy the vector of a state to the front of `into`; returns its length. */
  read(state: number, into: Int32Array): number;
  /** The number of a vector that has been found. */
  numberOf(vector: Int32Array, length: number): number;
  /** From which state it was found first; -1 for a first state. */
  parent(state: number): number;
  /** By which of that state's steps. */
  ordinal(state: number): number;
}

/** What a search has come to. */
export interface Walk {
  readonly found: Found;
  /** Distinct states, none beyond the limit. */
  readonly states: number;
  readonly transitions: number;
  /** States without a step. */
  readonly ends: number;
  readonly depth: number;
  /** For each goal that was reached: the first state where it was. */
  readonly reached: ReadonlyMap<string, number>;
  readonly violation: Violation | null;
  readonly limit: "max" | "maxDepth" | "stopped" | null;
}

export interface Violation {
  readonly property: string;
  readonly problem: string;
  readonly state: number;
  /** Which step from that state goes wrong; -1 where the state itself is wrong. */
  readonly last: number;
}

/** How far to go. */
export interface Limits {
  /** How many states there may be. */
  readonly max: number;
  readonly maxDepth: number;
  /** Called now and then. To stop, answer false. */
  readonly tell: (progress: { readonly states: number; readonly waiting: number; readonly transitions: number; readonly depth: number }) => boolean;
}
