import { expect } from "vitest";
import { shrink } from "../../lib/check.js";
import type { Nodes, Run, SimulateOptions } from "../../lib/sim.js";
import { runOf } from "../../lib/check/shrink.js";

/** Runs the options under the seed at hand, and fails the test, with the run shrunk, if the run goes wrong. */
export type RunSeed = <N extends Nodes>(options: Omit<SimulateOptions<N>, "seed">) => Run<N>;

/**
 * Run the body for the seeds 1 to `count`; or only for the seed that the environment variable SEED names. A
 * failure says its seed, the shrunk schedule if it is one of `run`, and the command that shows it alone.
 */
export function forSeeds(count: number, body: (seed: number, run: RunSeed) => void): void {
  const only = process.env["SEED"];
  const seeds = only === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(only)];
  for (const seed of seeds) {
    try {
      body(seed, (options) => {
        const whole = { ...options, seed } as SimulateOptions<any>;
        const { run, failure } = runOf(whole);
        if (failure) throw new Error(`step ${failure.step}, ${failure.at.toFixed(3)} ms: ${shrink(whole).report}`);
        return run as Run<any>;
      });
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`seed ${seed}, ${message}\nto see this run alone: ${commandFor(seed)}`, { cause: error });
    }
  }
}

/** The command that runs the present test with one seed. */
export function commandFor(seed: number): string {
  const { currentTestName = "", testPath = "" } = expect.getState();
  const config = testPath.endsWith(".long.test.ts") ? "long" : "vitest";
  const name = currentTestName
    .replaceAll("'", "'\\''")
    .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll(" > ", " ");
  return `SEED=${seed} npx vitest run -c test/${config}.config.ts -t '${name}'`;
}
