import { checkInterrupt } from "../core/interrupt.js";
import { Memo } from "./memo.js";
import { refused, type SequentialObject } from "./object.js";
import type { Times } from "./operation.js";

/** What the search of one part of a history found. Operations are row numbers. */
export type Found =
  | {
      readonly kind: "linearizable";
      /** All operations with an answer, and those without one that took effect, in an order that explains all answers. */
      readonly order: readonly number[];
      readonly steps: number;
    }
  | {
      readonly kind: "violated";
      /** The operation whose return no order gets past: all answers that came before it are explained by one. */
      readonly culprit: number;
      /** Such an order of what had been answered before. */
      readonly order: readonly number[];
      /** The states that the object could be in after all such orders, as far as they differ; some of them, if they are many. */
      readonly states: readonly number[];
      readonly steps: number;
    }
  | { readonly kind: "unknown"; readonly order: readonly number[]; readonly steps: number };

/**
 * Looks for an order of concurrent operations that a sequential object explains: the algorithm of Wing and Gong
 * (Testing and verifying concurrent objects, 1993) with the memory of Lowe (Testing for linearizability, 2017): a
 * situation, that is which operations have been placed and what state that led to, is entered but once.
 *
 * The events of a history, calls and returns, are a list in the order of time. Whatever has been called before the
 * first return of the list may come next; an operation that is placed leaves the list with its return. Where nothing
 * that may come next is explained by the state, the search takes back its last choice.
 *
 * Three things are never tried, because they cannot help:
 *
 * 1. Another operation where a read fits. Whatever explains the rest without the read here explains it with the read first.
 * 2. An operation without an answer where it changes nothing: it may as well never happen.
 * 3. The later of two equal operations without answers, while the earlier is there, too.
 *
 * One search has one workspace, used for one part of a history after another.
 */
export class Search {
  readonly #times: Times;
  readonly #object: SequentialObject;
  /** A number for each request, equal for equal ones; asked only of operations without an answer. */
  readonly #classOf: (row: number) => number;
  readonly #memo = new Memo();
  #key = new Int32Array(64);
  #capacity = 0;
  /** The rows of the operations with an answer, in the order of their calls, and these operations in the order of their returns. */
  #done: Int32Array = new Int32Array(0);
  #returns: Int32Array = new Int32Array(0);
  /** The list of events: at each place, from 1 up, a call (the operation's number) or a return (minus it, minus 1). */
  #next: Int32Array = new Int32Array(0);
  #previous: Int32Array = new Int32Array(0);
  #event = new Int32Array(0);
  #returnOf = new Int32Array(0);
  #callOf = new Int32Array(0);
  /** What has been placed, one bit an operation, and below it the stack of choices. */
  #placed = new Int32Array(0);
  #stackOperation = new Int32Array(0);
  #stackState = new Int32Array(0);
  #stackHighest = new Int32Array(0);
  #stackForced = new Uint8Array(0);

  constructor(times: Times, object: SequentialObject, classOf: (row: number) => number) {
    this.#times = times;
    this.#object = object;
    this.#classOf = classOf;
  }

  /** Judges the part of the history that these rows are, with at most so many attempts to place an operation. */
  run(rows: readonly number[], budget: number): Found {
    const { called, returned } = this.#times;
    const object = this.#object;
    this.#reserve(rows.length);
    const done = this.#done;
    const open: number[] = [];
    let n = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (returned[row]! < Infinity) done[n++] = row;
      else if (object.isRead[row] === 0) open.push(row);
    }
    sortBy(done.subarray(0, n), called);
    open.sort((a, b) => called[a]! - called[b]!);
    this.#list(n);

    const next = this.#next,
      event = this.#event,
      placed = this.#placed;
    const stackOperation = this.#stackOperation,
      stackState = this.#stackState;
    const stackHighest = this.#stackHighest,
      stackForced = this.#stackForced;
    const words = (n + 31) >> 5;
    placed.fill(0, 0, words + ((open.length + 31) >> 5));
    const openFrom = this.#openPlaces(n, open);
    const twin = this.#twins(open);
    this.#memo.clear();

    let depth = 0;
    let state = object.initial;
    let highest = -1;
    let steps = 0;
    let nextCheck = checkEvery;
    // The furthest that any order came: the first return that it could not pass, and what it had placed.
    let frontier = 0;
    let best: number[] = [];
    let bestDepth = 0;
    let common = 0;
    let states: number[] = [];
    /** Where to go on choosing: an event of a call, or past the first return minus 1 - the number of an open operation. */
    let choice = 0;
    let isFresh = true;

    while (next[0] !== 0) {
      if (steps >= budget) return { kind: "unknown", order: this.#rows(best, bestDepth, n, open), steps };
      if (steps >= nextCheck) {
        nextCheck = steps + checkEvery;
        checkInterrupt();
      }
      let chosen = -1;
      let after = 0;
      let forced = 0;
      let place = isFresh ? next[0]! : choice;
      if (place > 0) {
        for (; event[place]! >= 0; place = next[place]!) {
          const operation = event[place]!;
          const row = done[operation]!;
          const isRead = object.isRead[row]!;
          // In a situation seen before no read fits, or it would have been placed.
          if (isFresh ? chosen >= 0 && isRead === 0 : isRead === 1) continue;
          steps++;
          const result = object.apply(row, state);
          if (result === refused) continue;
          chosen = operation;
          after = result;
          if (isRead === 1) {
            forced = 1;
            break;
          }
          if (!isFresh) break;
        }
        if (forced === 0 && isFresh) {
          // The loop ended at the first return.
          if (place > frontier) {
            frontier = place;
            states = [state];
            for (; common < depth; common++) best[common] = stackOperation[common]!;
            bestDepth = depth;
          } else if (place === frontier && states.length < maxStates && !states.includes(state)) states.push(state);
        }
      }
      if (chosen < 0 && open.length > 0) {
        const limit = firstReturn(next[0]!, event, next);
        for (let i = place > 0 ? 0 : -1 - place; i < open.length && openFrom[i]! < limit; i++) {
          if (has(placed, words, i) || (twin[i]! >= 0 && !has(placed, words, twin[i]!))) continue;
          steps++;
          const result = object.apply(open[i]!, state);
          if (result === refused || result === state) continue;
          chosen = n + i;
          after = result;
          break;
        }
      }
      if (chosen >= 0) {
        const before = highest;
        if (chosen < n) {
          this.#lift(chosen);
          placed[chosen >> 5]! |= 1 << (chosen & 31);
          if (chosen > highest) highest = chosen;
        } else placed[words + ((chosen - n) >> 5)]! |= 1 << ((chosen - n) & 31);
        if (forced === 1 || next[0] === 0 || this.#isNew(after, highest, words, open.length)) {
          stackOperation[depth] = chosen;
          stackState[depth] = state;
          stackHighest[depth] = before;
          stackForced[depth] = forced;
          depth++;
          state = after;
          isFresh = true;
          continue;
        }
        this.#takeBack(chosen, n, words);
        highest = before;
        choice = chosen < n ? next[this.#callOf[chosen]!]! : -2 - (chosen - n);
        isFresh = false;
        continue;
      }
      // Nothing fits here. Where a read had been placed, nothing else would have helped.
      let taken: number;
      do {
        if (depth === 0) {
          const culprit = done[-1 - event[frontier]!]!;
          return { kind: "violated", culprit, order: this.#rows(best, bestDepth, n, open), states, steps };
        }
        depth--;
        taken = stackOperation[depth]!;
        state = stackState[depth]!;
        highest = stackHighest[depth]!;
        this.#takeBack(taken, n, words);
      } while (stackForced[depth] === 1);
      if (depth < common) common = depth;
      choice = taken < n ? next[this.#callOf[taken]!]! : -2 - (taken - n);
      isFresh = false;
    }
    for (let i = 0; i < depth; i++) best[i] = stackOperation[i]!;
    return { kind: "linearizable", order: this.#rows(best, depth, n, open), steps };
  }

  #reserve(operations: number): void {
    const needed = operations + 64;
    if (needed <= this.#capacity) return;
    this.#capacity = needed;
    const events = 2 * needed + 1;
    this.#done = new Int32Array(needed);
    this.#returns = new Int32Array(needed);
    this.#next = new Int32Array(events);
    this.#previous = new Int32Array(events);
    this.#event = new Int32Array(events);
    this.#returnOf = new Int32Array(needed);
    this.#callOf = new Int32Array(needed);
    this.#placed = new Int32Array((needed >> 5) + 3);
    this.#stackOperation = new Int32Array(needed);
    this.#stackState = new Int32Array(needed);
    this.#stackHighest = new Int32Array(needed);
    this.#stackForced = new Uint8Array(needed);
  }

  /** Calls and returns in the order of time; of one instant, first returns, then calls, then returns of what took no time. */
  #list(n: number): void {
    const { called, returned } = this.#times;
    const done = this.#done,
      event = this.#event,
      next = this.#next,
      previous = this.#previous;
    const callOf = this.#callOf,
      returnOf = this.#returnOf;
    const returns = this.#returns.subarray(0, n);
    const ends = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      returns[i] = i;
      ends[i] = returned[done[i]!]!;
    }
    sortBy(returns, ends);
    let place = 0;
    for (let c = 0, r = 0; r < n;) {
      const call = c < n ? called[done[c]!]! : Infinity;
      const end = ends[returns[r]!]!;
      if (end < call || (end === call && called[done[returns[r]!]!]! < call)) {
        event[++place] = -1 - returns[r]!;
        returnOf[returns[r++]!] = place;
      } else {
        event[++place] = c;
        callOf[c++] = place;
      }
    }
    for (let i = 0; i <= place; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
    }
    next[place] = 0;
    previous[0] = place;
    event[0] = -1;
  }

  /** For each operation without an answer: the first place in the list that is behind its call. */
  #openPlaces(n: number, open: readonly number[]): Float64Array {
    const { called, returned } = this.#times;
    const from = new Float64Array(open.length);
    let place = 1;
    for (let i = 0; i < open.length; i++) {
      const call = called[open[i]!]!;
      for (; place <= 2 * n; place++) {
        const at = this.#event[place]!;
        const row = this.#done[at >= 0 ? at : -1 - at]!;
        if (at >= 0 ? called[row]! >= call : returned[row]! > call || called[row] === call) break;
      }
      from[i] = place - 0.5;
    }
    return from;
  }

  /** For each operation without an answer the one before it that asks for the same, or -1. */
  #twins(open: readonly number[]): Int32Array {
    const twins = new Int32Array(open.length).fill(-1);
    const last = new Map<number, number>();
    for (let i = 0; i < open.length; i++) {
      const group = this.#classOf(open[i]!);
      twins[i] = last.get(group) ?? -1;
      last.set(group, i);
    }
    return twins;
  }

  /**
   * Notes the situation, and says whether it is a new one. It is a list of numbers: the state, the first operation that
   * is not yet placed, what has been placed behind it, and which of the operations without an answer. All before the
   * first one are placed, so they need no words.
   */
  #isNew(state: number, highest: number, words: number, open: number): boolean {
    const first = this.#event[this.#next[0]!]!;
    const from = first >> 5;
    const to = highest < first ? from : (highest >> 5) + 1;
    const openWords = (open + 31) >> 5;
    const length = 2 + to - from + openWords;
    if (length > this.#key.length) this.#key = new Int32Array(2 * length);
    const key = this.#key;
    key[0] = state;
    key[1] = first;
    let at = 2;
    for (let i = from; i < to; i++) key[at++] = this.#placed[i]!;
    for (let i = 0; i < openWords; i++) key[at++] = this.#placed[words + i]!;
    return this.#memo.add(key, at);
  }

  #lift(operation: number): void {
    unlink(this.#callOf[operation]!, this.#next, this.#previous);
    unlink(this.#returnOf[operation]!, this.#next, this.#previous);
  }

  /** The links of a lifted event still say where it was, as long as lifting is undone in reverse. */
  #takeBack(operation: number, n: number, words: number): void {
    const placed = this.#placed;
    if (operation >= n) {
      placed[words + ((operation - n) >> 5)]! &= ~(1 << ((operation - n) & 31));
      return;
    }
    placed[operation >> 5]! &= ~(1 << (operation & 31));
    relink(this.#returnOf[operation]!, this.#next, this.#previous);
    relink(this.#callOf[operation]!, this.#next, this.#previous);
  }

  #rows(operations: readonly number[], length: number, n: number, open: readonly number[]): number[] {
    const rows: number[] = [];
    for (let i = 0; i < length; i++)
      rows.push(operations[i]! < n ? this.#done[operations[i]!]! : open[operations[i]! - n]!);
    return rows;
  }
}

const checkEvery = 1 << 15;
const maxStates = 16;

function unlink(place: number, next: Int32Array, previous: Int32Array): void {
  next[previous[place]!] = next[place]!;
  previous[next[place]!] = previous[place]!;
}

function relink(place: number, next: Int32Array, previous: Int32Array): void {
  next[previous[place]!] = place;
  previous[next[place]!] = place;
}

function firstReturn(place: number, event: Int32Array, next: Int32Array): number {
  while (event[place]! >= 0) place = next[place]!;
  return place;
}

function has(bits: Int32Array, words: number, i: number): boolean {
  return (bits[words + (i >> 5)]! & (1 << (i & 31))) !== 0;
}

/**
 * Sorts items by their times, equal ones as they stand: by insertion, which is fast for what is nearly sorted, as
 * histories are.
 */
function sortBy(items: Int32Array, times: Float64Array): void {
  let patience = 20 * items.length + 1000;
  for (let i = 1; i < items.length; i++) {
    const item = items[i]!;
    const time = times[item]!;
    let j = i - 1;
    for (; j >= 0 && times[items[j]!]! > time; j--) items[j + 1] = items[j]!;
    items[j + 1] = item;
    patience -= i - j;
    if (patience < 0) {
      items.sort((a, b) => times[a]! - times[b]!);
      return;
    }
  }
}
