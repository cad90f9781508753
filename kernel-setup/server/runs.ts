import { AsyncLocalStorage } from "node:async_hooks";
import type { Request } from "./protocol.js";

/** The error that ends a cell which the learner has stopped. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor() {
    super("stopped by the Stop button");
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

const storage = new AsyncLocalStorage<Run>();
let last: Run | undefined;

/** Calls `work` as part of `run`; so is everything that `work` starts. */
export function runWithin<T>(run: Run, work: () => T): T {
  last = run;
  return storage.run(run, work);
}

/** The run that the calling code belongs to. */
export function currentRun(): Run | undefined {
  return storage.getStore();
}

/** The run whose output this is: the caller's own, or, for code that belongs to none, the latest. */
export function runForOutput(): Run | undefined {
  return storage.getStore() ?? last;
}

/** Throws when the run that the calling code belongs to has been stopped. */
export function throwIfStopped(): void {
  if (storage.getStore()?.isStopped) throw new Interrupted();
}
