import { show } from "../../core/parameters.js";

/** What one task added to one accumulator. */
export interface AccumulatorUpdate {
  readonly accumulator: number;
  readonly value: unknown;
}

/**
 * A variable that tasks only add to and only the driver reads: for counters and sums. Each task of an action counts
 * once, however often it was tried. A task of a *transformation* counts each time that it is computed: without
 * `cache()`, two actions count twice.
 */
export class Accumulator<T> {
  #value: T;

  constructor(
    /** Unique in its context. */
    readonly id: number,
    /** As it stands in tables. */
    readonly name: string,
    readonly zero: T,
    /** Must be associative and commutative. */
    readonly merge: (sum: T, update: T) => T,
  ) {
    this.#value = zero;
  }

  /** Add to it. In a task, this is noted, and counts when the task is done. */
  add(update: T): void {
    const task = running;
    if (task === null) this.#value = this.merge(this.#value, update);
    else task.set(this.id, task.has(this.id) ? this.merge(task.get(this.id) as T, update) : this.merge(this.zero, update));
  }

  /**
   * What was added so far.
   * @throws Error in a task: only the driver knows the sum
   */
  get value(): T {
    if (running !== null) throw new Error(`a task cannot read the accumulator ${show(this.name)}: only the driver knows its value`);
    return this.#value;
  }
}

/**
 * The updates of the task that runs now, by accumulator; null in the driver. One task runs at a time in one thread,
 * and never waits.
 */
let running: Map<number, unknown> | null = null;

/** Run a task and gather what it adds to accumulators. What a task adds that throws is lost with it. */
export function countingUpdates<R>(task: () => R): { readonly result: R; readonly updates: readonly AccumulatorUpdate[] } {
  const before = running;
  const mine = new Map<number, unknown>();
  running = mine;
  try {
    const result = task();
    return { result, updates: Array.from(mine, ([accumulator, value]) => ({ accumulator, value })) };
  } finally {
    running = before;
  }
}

/** A value that is sent to every node once, instead of with every task. */
export class Broadcast<T> {
  #value: { readonly is: T } | null;

  constructor(
    /** Unique in its context. */
    readonly id: number,
    value: T,
  ) {
    this.#value = { is: value };
  }

  /**
   * The value. Nobody may change it.
   * @throws Error after `destroy()`
   */
  get value(): T {
    if (this.#value === null) throw new Error(`the broadcast variable ${this.id} was destroyed: it has no value any more`);
    return this.#value.is;
  }

  /** Take the value away from all nodes. */
  destroy(): void {
    this.#value = null;
  }
}
