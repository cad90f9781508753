import { setInterval as setMachineInterval } from "node:timers";
import { Worker, type Transferable } from "node:worker_threads";
import { checkInterrupt } from "../core/interrupt.js";

/** How a pool is made. */
export interface PoolOptions {
  readonly threads: number;
  /** How much each thread's heap may grow to, in MB: the thread that needs more is ended. */
  readonly heapMb: number;
  /** The address of the module that each thread runs. */
  readonly entry: string;
  /** Called when an attempt at a task ends. */
  readonly ended?: (attempt: Attempt) => void;
  /** Called when a thread has died, before another takes its place. What it held is lost. */
  readonly died?: (thread: number) => void;
}

/** One attempt at a task, on one thread. Times are real ms from the start of the pool. */
export interface Attempt {
  /** What the one who asked calls the task: its label. */
  readonly label: unknown;
  /** Numbered from 0. */
  readonly attempt: number;
  /** Numbered from 0. */
  readonly thread: number;
  readonly from: number;
  readonly to: number;
  /** `lost`: the thread died. */
  readonly outcome: "done" | "failed" | "lost";
}

/** What is asked of a pool. */
export interface Work {
  readonly label: unknown;
  /**
   * What this thread gets: plain data. It is asked for when the thread is about to begin, so it may depend on what
   * that thread holds. What it throws, `run` throws.
   */
  readonly message: (thread: number) => unknown;
  /** The only thread that may do it: it holds what the task needs, or is to hold what comes of it. Null: any. */
  readonly on?: number | null;
}

/** What came of a task, and the attempt that did it. */
export interface Done {
  readonly value: unknown;
  readonly attempt: Attempt;
}

/** What a thread answers. */
export type Reply =
  | { readonly kind: "done"; readonly value: unknown }
  | { readonly kind: "failed"; readonly error: unknown };

/** How often a task is tried when thread after thread dies under it. */
export const MOST_ATTEMPTS = 4;

interface Waiting extends Work {
  readonly resolve: (answer: Done) => void;
  readonly reject: (error: unknown) => void;
  attempt: number;
}

interface Seat {
  worker: Worker;
  task: Waiting | null;
  from: number;
  /** Whether the last thread of this seat ran out of memory. */
  isFull: boolean;
}

/**
 * Threads that work on tasks, one at a time each. A thread may die at any moment (by the operating system, by an exit in a
 * user's function, by `kill`): another takes its place, and its task is done again. So tasks must leave nothing behind
 * until they are done: "re-execution" of Dean & Ghemawat (2004), section 3.3.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #seats: Seat[] = [];
  readonly #queue: Waiting[] = [];
  readonly #setups = new Map<string, unknown>();
  readonly #start = performance.now();
  #stopWatching: (() => void) | null = null;
  #stopped: Error | null = null;

  constructor(options: PoolOptions) {
    this.#options = options;
    for (let i = 0; i < options.threads; i++) this.#seats.push(this.#seated(i));
  }

  /** Real ms since the pool began. */
  get now(): number {
    return performance.now() - this.#start;
  }

  /** Whether it was stopped: it does no more tasks. */
  get isStopped(): boolean {
    return this.#stopped !== null;
  }

  /** Send something to all threads before any later task, also to those that are to come; what had this name is replaced. */
  setup(name: string, message: unknown): void {
    this.#setups.set(name, message);
    for (const { worker } of this.#seats) worker.postMessage({ setup: message });
  }

  /** Threads that are to come need not hear of it any more; those that are there are told this. */
  forget(name: string, message: unknown): void {
    this.#setups.delete(name);
    for (const { worker } of this.#seats) worker.postMessage({ setup: message });
  }

  /**
   * Have a task done, by a thread that is free, or when one will be.
   *
   * @throws what the task threw, at once: a function that fails will fail again; an Error where threads died under it
   * four times, or one needed more memory than it may have
   */
  run(work: Work): Promise<Done> {
    return new Promise((resolve, reject) => {
      if (this.#stopped) return reject(this.#stopped);
      this.#queue.push({ ...work, resolve, reject, attempt: 0 });
      this.#stopWatching ??= watch((error) => void this.stop(error));
      this.#next();
    });
  }

  /** End a thread in the midst of what it does, as a crash would. */
  kill(thread: number): void {
    void this.#seats[thread]?.worker.terminate();
  }

  /** End all threads. Tasks that are not done fail with this error. */
  async stop(error: Error = new Error("the threads were stopped")): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = error;
    this.#stopWatching?.();
    for (const waiting of this.#queue.splice(0)) waiting.reject(error);
    await Promise.all(
      this.#seats.map((seat) => {
        seat.task?.reject(error);
        seat.task = null;
        return seat.worker.terminate();
      }),
    );
  }

  #next(): void {
    for (const [i, seat] of this.#seats.entries()) {
      if (this.#queue.length === 0) break;
      if (seat.task !== null) continue;
      const at = this.#queue.findIndex(({ on = null }) => on === null || on === i);
      const task = this.#queue[at];
      if (task === undefined) continue;
      this.#queue.splice(at, 1);
      let message: unknown;
      try {
        message = task.message(i);
      } catch (error) {
        task.reject(error);
        queueMicrotask(() => this.#next());
        continue;
      }
      seat.task = task;
      seat.from = this.now;
      seat.worker.ref();
      seat.worker.postMessage({ task: message });
    }
    if (this.#seats.every(({ task }) => task === null) && this.#queue.length === 0) {
      this.#stopWatching?.();
      this.#stopWatching = null;
    }
  }

  #seated(thread: number): Seat {
    const { entry, heapMb } = this.#options;
    const worker = new Worker(new URL(entry), { resourceLimits: { maxOldGenerationSizeMb: heapMb } });
    // A pool that has nothing to do keeps no program from ending.
    worker.unref();
    const seat: Seat = { worker, task: null, from: 0, isFull: false };
    for (const message of this.#setups.values()) worker.postMessage({ setup: message });
    worker.on("message", (reply: Reply) => this.#ended(thread, seat, reply));
    worker.on("error", (error: { readonly code?: string }) => {
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY") seat.isFull = true;
      else if (seat.task) this.#ended(thread, seat, { kind: "failed", error });
    });
    worker.on("exit", () => this.#died(thread, seat));
    return seat;
  }

  #ended(thread: number, seat: Seat, reply: Reply): void {
    const { task } = seat;
    if (task === null) return;
    seat.task = null;
    seat.worker.unref();
    const attempt = this.#tell(task, thread, seat.from, reply.kind);
    if (reply.kind === "done") task.resolve({ value: reply.value, attempt });
    else task.reject(reply.error);
    // What the answer leads to is asked for first: it may fit this thread better.
    queueMicrotask(() => this.#next());
  }

  #died(thread: number, seat: Seat): void {
    if (this.#stopped) return;
    const { task, isFull } = seat;
    this.#options.died?.(thread);
    this.#seats[thread] = this.#seated(thread);
    if (task !== null) {
      this.#tell(task, thread, seat.from, "lost");
      if (isFull) {
        task.reject(new Error(`a thread needed more memory than the ${this.#options.heapMb} MB that it may have: raise the option memory, or use fewer threads`));
      } else if (++task.attempt >= MOST_ATTEMPTS) {
        task.reject(new Error(`thread after thread died, ${MOST_ATTEMPTS} in all: something in the task ends them`));
      } else this.#queue.unshift(task);
    }
    this.#next();
  }

  #tell({ label, attempt }: Waiting, thread: number, from: number, outcome: Attempt["outcome"]): Attempt {
    const told: Attempt = { label, attempt, thread, from, to: this.now, outcome };
    this.#options.ended?.(told);
    return told;
  }
}

/** What can go to another thread without a copy. */
export function transferables(blocks: Iterable<Uint8Array>): Transferable[] {
  return Array.from(blocks, ({ buffer }) => buffer as ArrayBuffer);
}

/**
 * Call `stop` once the work is to end: the library's interrupt says so, or the notebook's cell has been stopped. A stopped
 * cell's timers do not run any more, while those of the machine do: so two beat side by side, and the work ends when one
 * of them is silent.
 */
function watch(stop: (error: Error) => void): () => void {
  let beats = 0;
  const heart = host.setInterval(() => {
    beats = 0;
  }, 20);
  const watcher = setMachineInterval(() => {
    let reason: Error | null = beats++ > 10 ? new Error("stopped with the cell that started it") : null;
    try {
      checkInterrupt();
    } catch (error) {
      reason = error as Error;
    }
    if (reason) stop(reason);
  }, 20);
  return () => {
    host.clearInterval(heart);
    clearInterval(watcher);
  };
}

/** The timers that code of a cell has. */
const host = globalThis as unknown as {
  setInterval(action: () => void, ms: number): unknown;
  clearInterval(timer: unknown): void;
};
