import { Unknown } from "../check/gate.js";
import { NO_RULE_THROWS } from "../check/options.js";
import type { Space } from "../check/space.js";
import { Own, own, Word, type SharedMemory, type SharedStates } from "./shared.js";

/**
 * The turns of a batch, which all threads take together:
 *
 * 1. "leave": take every step from the states of the batch, and note the states where a table has to grow first, or the
 *    shared memory.
 * 2. "learn", if somebody noted that: all threads work out the steps from these states, in the order in which one
 *    thread would, so that all have the same numbers in their tables. And "again": each leaves its own of these states.
 * 3. "number": the new states get the numbers that one thread would give them, and are judged.
 *
 * Apart from that, "begin" tells of the first states, and "rehash" fills a new table.
 */
export const PHASES = ["begin", "leave", "learn", "again", "number", "rehash", "end"] as const;
export type Phase = (typeof PHASES)[number];

/** Where one thread would stop, or fail: right after this step of this state. */
export interface Cut {
  readonly parent: number;
  readonly ordinal: number;
  readonly what:
    | { readonly kind: "state"; readonly state: number; readonly property: string; readonly problem: string }
    | { readonly kind: "step"; readonly property: string; readonly problem: string }
    | { readonly kind: "thrown"; readonly error: unknown };
}

/** What a thread has to say after its turn. */
export interface Report {
  readonly cuts: Cut[];
  readonly reached: (readonly [goal: string, state: number])[];
}

/** One thread's part in a search. It has a space of its own, with the same tables as the others. */
export class Member {
  readonly space: Space;
  readonly states: SharedStates;
  readonly #memory: SharedMemory;
  readonly #thread: number;
  readonly #claim: () => number;
  readonly #unreached: Set<string>;
  /** The states of this batch from which this thread could not take every step. */
  readonly #missed: number[] = [];
  /** The first state of this batch whose steps cannot be worked out, as somebody throws. */
  #thrown = Infinity;
  /** Where the record of the states left twice begins. */
  #again = 0;
  #parent = -1;
  #report: Report = { cuts: [], reached: [] };
  readonly #visit = (): void => this.#enter();

  /** @param claim answers with the next chunk that nobody has taken yet */
  constructor(space: Space, states: SharedStates, memory: SharedMemory, thread: number, claim: () => number) {
    this.space = space;
    this.states = states;
    this.#memory = memory;
    this.#thread = thread;
    this.#claim = claim;
    this.#unreached = new Set(space.goals);
  }

  /** Take a turn. Null if there is nothing to be said of it. */
  take(phase: Phase): Report | null {
    this.#report = { cuts: [], reached: [] };
    const { control } = this.#memory;
    switch (phase) {
      case "begin":
        this.#begin();
        break;
      case "leave":
        this.#leave();
        break;
      case "learn":
        this.#learn();
        break;
      case "again":
        this.#leaveAgain();
        break;
      case "number":
        this.#number();
        break;
      case "rehash":
        this.states.rehash();
        break;
      case "end":
        break;
    }
    control[own(this.#thread, Own.learned)] = this.space.learned;
    this.states.tellUsed();
    const { cuts, reached } = this.#report;
    return cuts.length + reached.length > 0 ? this.#report : null;
  }

  /** Whether there is any step from a state. */
  canGoOn(state: number): boolean {
    return this.#expand(state, () => {}) > 0;
  }

  /** All number the first states, and the first thread enters them, as if they came from a state before all others. */
  #begin(): void {
    this.states.begin(-1);
    this.#again = 0;
    let ordinal = 0;
    this.space.begin(() => {
      const { to, length } = this.space;
      if (this.#thread === 0) this.states.add(to, length, -1, 2 * ordinal++ + 1);
    });
    this.#again = this.states.recorded;
    this.states.tellFound();
    this.space.gate.isOpen = false;
  }

  #leave(): void {
    const { control, sizes } = this.#memory;
    const from = control[Word.from]!;
    const to = control[Word.to]!;
    this.states.begin(from);
    this.#missed.length = 0;
    this.#thrown = Infinity;
    const kin = this.space.kinWord;
    for (let chunk = 0; ; chunk++) {
      const begin = from + sizes.chunk * (kin < 0 ? this.#claim() : chunk);
      if (begin >= to) break;
      const { hasRoom } = this.states;
      for (let state = begin; state < Math.min(to, begin + sizes.chunk); state++) {
        if (kin >= 0 && !this.states.isMine(state, kin)) continue;
        if (!hasRoom || !this.#steps(state)) this.#missed.push(state);
      }
      this.states.tellFound();
    }
    for (const state of this.#missed) this.#memory.missed[state - from] = 1;
    this.#again = this.states.recorded;
  }

  /** Take every step from a state that is in the tables; false if some is not. */
  #steps(state: number): boolean {
    try {
      this.#memory.steps[state - this.#memory.control[Word.from]!] = this.#expand(state, this.#visit);
      return true;
    } catch (problem) {
      if (problem instanceof Unknown) return false;
      throw problem;
    }
  }

  #learn(): void {
    const { control, missed } = this.#memory;
    const from = control[Word.from]!;
    const to = Math.min(control[Word.to]!, this.#thrown);
    this.space.gate.isOpen = true;
    for (let state = from; state < to; state++) {
      if (missed[state - from] === 0) continue;
      try {
        this.#expand(state, () => {});
      } catch (error) {
        this.#thrown = state;
        this.#report.cuts.push({ parent: state, ordinal: Infinity, what: { kind: "thrown", error } });
        break;
      }
    }
    this.space.gate.isOpen = false;
  }

  /** Leave the states again that were missed, but for those after one whose steps cannot be worked out. */
  #leaveAgain(): void {
    const { control, missed, sizes } = this.#memory;
    const from = control[Word.from]!;
    let done = 0;
    for (; done < this.#missed.length; done++) {
      const state = this.#missed[done]!;
      if (done % sizes.chunk === 0) {
        this.states.tellFound();
        if (!this.states.hasRoom) break;
      }
      if (state <= this.#thrown && !this.#steps(state) && state < this.#thrown) {
        throw new Error("a step was not found again: a rule must rest on something outside its state and input");
      }
      missed[state - from] = 0;
    }
    this.#missed.splice(0, done);
    this.states.tellFound();
  }

  #expand(state: number, visit: () => void): number {
    const { states, space } = this;
    const address = states.order[state]!;
    this.#parent = state;
    return space.expand(states.readAt(address, space.room(states.lengthAt(address))), visit);
  }

  /** A step leads from the present state to the one in `to`. */
  #enter(): void {
    const { error, ordinal, to, length, isSeen } = this.space;
    if (error === null) this.states.add(to, length, this.#parent, 2 * ordinal + (isSeen ? 1 : 0));
    else
      this.#report.cuts.push({
        parent: this.#parent,
        ordinal,
        what: { kind: "step", property: NO_RULE_THROWS, problem: error },
      });
  }

  /** Number the states whose parents this thread has left, in the order of parents and steps. */
  #number(): void {
    const { control, fresh } = this.#memory;
    const { record, recorded } = this.states;
    const from = control[Word.from]!;
    const max = control[Word.max]! >>> 0;
    let number = control[Word.size]!;
    let next = from;
    let first = 0;
    let second = this.#again;
    let parent = from - 1;
    let count = 0;
    while (first < this.#again || second < recorded) {
      // Both records ascend; what was left twice comes later in the order of the steps.
      const isFirst = second >= recorded || (first < this.#again && record[first + 1]! <= record[second + 1]!);
      const at = isFirst ? first : second;
      if (isFirst) first += 3;
      else second += 3;
      const address = record[at]!;
      if (this.states.parentAt(address) !== record[at + 1]) continue;
      if (record[at + 1] !== parent) {
        parent = record[at + 1]!;
        count = 0;
        for (; next < parent; next++) number += fresh[next - from]!;
      }
      this.#give(address, parent, record[at + 2]!, number + count++, max);
    }
  }

  #give(address: number, parent: number, mark: number, number: number, max: number): void {
    this.states.number(address, mark, number);
    if ((mark & 1) === 0 || number >= max) return;
    const ordinal = mark >>> 1;
    const { states, space } = this;
    const vector = space.room(states.lengthAt(address));
    states.readAt(address, vector);
    try {
      const { reached, broken } = space.judge(vector, this.#unreached);
      for (const goal of reached) {
        this.#unreached.delete(goal);
        this.#report.reached.push([goal, number]);
      }
      if (broken) this.#report.cuts.push({ parent, ordinal, what: { kind: "state", state: number, ...broken } });
    } catch (error) {
      this.#report.cuts.push({ parent, ordinal, what: { kind: "thrown", error } });
    }
  }
}
