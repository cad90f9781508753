import type { Request } from "./protocol.js";

/** The error that ends a cell which the learner has stopped. */
export class Interrupted extends Error {
  override readonly name: string = "Interrupted";

  constructor(message = "stopped by the Stop button") {
    super(message);
  }
}

/** The error that ends a cell which was about to fill the memory. */
export class OutOfMemory extends Interrupted {
  override readonly name = "OutOfMemory";

  constructor({ usedMb, limitMb }: { usedMb: number; limitMb: number }) {
    super(
      `stopped at ${usedMb} MB of the ${limitMb} MB that Node.js may use. The variables that this cell declared were dropped, ` +
        "those of earlier cells are kept. To raise the limit, set NODE_OPTIONS=--max-old-space-size=8192 (in MB) before Jupyter starts",
    );
  }
}

let latest = 0;
let stopped = 0;

/**
 * One run of a cell, or of the callback of a widget. Everything that it starts (promises, timers) belongs to it, so that
 * output finds its cell and a stop reaches all of it.
 */
export class Run {
  readonly #number = ++latest;
  /** The header that all output of this run names as its parent. */
  readonly parent: object;
  readonly request: Request;
  /** The name of the cell in stack traces, such as `Cell [3]`. */
  readonly name: string;
  /** Work that the reply waits for: pictures that are still being drawn. */
  readonly unfinished = new Set<Promise<void>>();
  /** What went wrong behind the cell's back, in a promise or timer, while the cell still ran. */
  readonly failures: unknown[] = [];
  /** Whether the cell has its result; what fails later can no longer be part of its reply. */
  isConcluded = false;

  constructor(request: Request, name: string) {
    this.request = request;
    this.parent = request.header;
    this.name = name;
  }

  /** Whether the learner pressed Stop since this run began. */
  get isStopped(): boolean {
    return this.#number <= stopped;
  }

  /** Stops every run that has begun so far, those too whose cells are long done but whose timers go on. */
  static stopAll(): void {
    stopped = latest;
  }
}

/**
 * The run that owns the code on the stack. It is set where code of a run begins to execute: at the start of a cell, in
 * a timer, after an `await`, in a callback of a promise. It stays set until something else begins, so that the promise
 * callbacks that follow belong to the same run.
 *
 * Node's AsyncLocalStorage would do this for all code, but not beside the Stop button: it turns on checks that end
 * the process when a loop is terminated, and it slows down every promise.
 */
let current: Run | undefined;

/** Makes `run` the owner of what executes from now on. */
export function enter(run: Run | undefined): void {
  current = run;
}

/** Calls `work` as part of `run`. */
export function runWithin<T>(run: Run, work: () => T): T {
  current = run;
  return work();
}

/** The run that the calling code belongs to. */
export function currentRun(): Run | undefined {
  return current;
}

/**
 * Goes on with `run` after an `await`.
 * @throws Interrupted when the run has been stopped meanwhile
 */
export function resume(run: Run | undefined): void {
  current = run;
  if (run?.isStopped) throw new Interrupted();
}

/** The same callback, but as part of the run that is current now; when that has been stopped, it throws instead. */
export function bind<T>(callback: T): T {
  if (typeof callback !== "function") return callback;
  const run = current;
  const bound = function (this: unknown, ...all: unknown[]): unknown {
    resume(run);
    return (callback as (...all: unknown[]) => unknown).apply(this, all);
  };
  return bound as T;
}

/** The same asynchronous sequence, but each step of it resumes the run that is current now. */
export function iterate<T>(sequence: AsyncIterable<T> | Iterable<T | Promise<T>>): AsyncIterable<T> {
  const run = current;
  const steps = Symbol.asyncIterator in sequence ? sequence[Symbol.asyncIterator]() : sequence[Symbol.iterator]();
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const { done, value } = await steps.next();
        const awaited = (await value) as T;
        resume(run);
        return done ? { done, value: undefined } : { done: false, value: awaited };
      },
      async return() {
        await steps.return?.();
        return { done: true, value: undefined };
      },
    }),
  };
}
