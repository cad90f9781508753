import { availableParallelism } from "node:os";
import { Tinypool } from "tinypool";
import { checkInterrupt } from "../core/interrupt.js";
import { integer, options as checkOptions, show } from "../core/parameters.js";
import { here, type Task } from "./worker.js";

/** Where a thread finds what it is to run. */
export interface Address {
  /** A module's address, as `import.meta.url` gives it, or the name of a package: "distlab/paxos". */
  readonly module: string;
  /** The name under which the module exports it. */
  readonly name: string;
}

export interface ThreadOptions {
  /** How many threads (1 to 64). Default: one for each core. */
  readonly threads?: number;
  /**
   * The address of the module that each thread runs in the place of distlab's own, whose exports it passes on, after
   * something that has to come first: that Node.js learns to read TypeScript, say.
   */
  readonly entry?: string;
}

export interface MapOptions extends ThreadOptions {
  /** Called as the results come, in the order of the inputs. To stop, throw. */
  readonly progress?: (progress: { readonly done: number; readonly of: number }) => void;
}

/**
 * Call an exported function with each input, on as many threads as there are cores, and answer with the results in
 * the order of the inputs. Inputs and results are copied from thread to thread, so they must be plain data.
 *
 *     const verdicts = await onThreads<Verdict>({ module: here, name: "explored" }, [{ acceptors: 3 }, { acceptors: 4 }]);
 *
 * @throws RangeError or TypeError for an address or an option out of its range; what the function throws, of the
 * calls that fail the one whose input stands first
 */
export async function onThreads<Result, Input = unknown>(
  address: Address,
  inputs: readonly Input[],
  options: MapOptions = {},
): Promise<readonly Result[]> {
  checkOptions("onThreads", options, ["threads", "entry", "progress"]);
  if (!Array.isArray(inputs)) throw new TypeError(`inputs must be a list, got ${show(inputs)}`);
  const { progress, ...threads } = options;
  const results: Result[] = [];
  await inOrder<Input, Result>("call", checkAddress(address), inputs, {
    ...threads,
    next(result) {
      results.push(result);
      progress?.({ done: results.length, of: inputs.length });
      return true;
    },
  });
  return results;
}

interface Order<Result> extends ThreadOptions {
  /** Called with the results in the order of the tasks. False ends it: what comes later does not count. */
  readonly next: (result: Result) => boolean;
}

/**
 * Run tasks side by side and tell of them one after another. A task that throws ends it as if the tasks before it had
 * been run alone: they are told of, and then its error is thrown.
 */
export async function inOrder<Input, Result>(
  job: "call" | "runPart",
  { module, name }: Address,
  inputs: readonly Input[],
  { threads, entry = here, next }: Order<Result>,
): Promise<void> {
  const size = Math.min(threadsOf(threads), inputs.length);
  if (size === 0) return;
  const pool = new Tinypool({ filename: entry, minThreads: size, maxThreads: size });
  try {
    // A task for each thread and one in waiting; more would only be thrown away when the search ends early.
    const running: Promise<Outcome<Result>>[] = [];
    const start = (at: number): void => {
      if (at >= inputs.length) return;
      const task: Task<Input> = { module, name, input: inputs[at]! };
      running[at] = pool.run(task, { name: job }).then(
        (value: Result) => ({ kind: "done", value }) as const,
        (error: unknown) => ({ kind: "thrown", error }) as const,
      );
    };
    for (let at = 0; at < 2 * size; at++) start(at);
    for (let at = 0; at < inputs.length; at++) {
      const outcome = await running[at]!;
      checkInterrupt();
      if (outcome.kind === "thrown") throw outcome.error;
      if (!next(outcome.value)) return;
      start(at + 2 * size);
    }
  } finally {
    await pool.destroy();
  }
}

type Outcome<Result> = { readonly kind: "done"; readonly value: Result } | { readonly kind: "thrown"; readonly error: unknown };

/** How many threads there are to be, if the number is sound. */
export function threadsOf(threads: number = availableParallelism()): number {
  return integer("threads", threads, { min: 1, max: 64 });
}

/** The address, if a thread can find it. */
export function checkAddress(address: Address): Address {
  checkOptions("address", address, ["module", "name"]);
  const { module, name } = address;
  const isFound = typeof module === "string" && module !== "" && !/^[./]/.test(module);
  if (!isFound) {
    throw new TypeError(`module must be an address such as import.meta.url, or the name of a package, got ${show(module)}`);
  }
  if (typeof name !== "string" || name === "") throw new TypeError(`name must be the name of an export, got ${show(name)}`);
  return address;
}
