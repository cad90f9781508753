import { format } from "../plot/format.js";
import { bundleOf } from "./show.js";
import { display } from "./kernel.js";

/**
 * Run something that is expected to fail, and show how it fails in a line, so that the notebook goes on:
 *
 *     attempt(() => simulate({ nodes: nodes, network: { loss: 1.1 } }));
 *     // RangeError: network.loss must be a probability in [0, 1], got 1.1
 *
 * What does not fail is said to have gone well, and shown. Await it where the work is asynchronous.
 */
export function attempt(work: () => Promise<unknown>): Promise<void>;
export function attempt(work: () => unknown): void;
export function attempt(work: () => unknown): void | Promise<void> {
  let result: unknown;
  try {
    result = work();
  } catch (error) {
    return failed(error);
  }
  if (result instanceof Promise) return result.then(succeeded, failed);
  succeeded(result);
}

function failed(error: unknown): void {
  display({ "text/plain": error instanceof Error ? `${error.name}: ${error.message}` : `thrown: ${format(error)}` });
}

function succeeded(result: unknown): void {
  if (result === undefined) display({ "text/plain": "It did not fail." });
  else {
    const text = String(bundleOf(result)["text/plain"]);
    display({
      "text/plain": text.includes("\n") ? `It did not fail. It gave:\n${text}` : `It did not fail. It gave ${text}`,
    });
  }
}
