import type { Seed } from "../core/random.js";
import type { Measured } from "../measure/averages.js";
import {
  averagesOf,
  sweepSteps,
  type Point,
  type Ranges,
  type RunRow,
  type SweepOptions,
  type SweepRow,
} from "../measure/sweep.js";
import { pause, realTime } from "./kernel.js";
import { progress, type ProgressBar } from "./progress.js";

/**
 * Run an experiment at every point of a grid over many seeds, with a progress bar and a Stop button that works:
 *
 *     const rows = await sweep({ n: [3, 5, 7], loss: [0, 0.1] }, { seeds: 20 }, ({ n, loss, seed }) => {
 *       const run = simulate({ seed, nodes: cluster(n), network: { loss } });
 *       return { messages: messageTotal(run.trace).sent, decided: run.decisions.length > 0 };
 *     });
 *
 * The rows are those of the `sweep` of `distlab/measure`: for each point the mean of each measure with its 95 %
 * confidence interval, as in { n, loss, runs, messages, messagesLow, messagesHigh, ... }.
 */
export async function sweep<const R extends Ranges, M extends { readonly [name: string]: Measured }>(
  ranges: R,
  options: SweepOptions,
  run: (parameters: Point<R> & { readonly seed: Seed }) => M,
): Promise<SweepRow<R, M>[]> {
  return averagesOf(ranges, await sweepRuns(ranges, options, run));
}

/** The same, with one row for each run in place of the means: for `ecdf`, `box` and `histogram`. */
export async function sweepRuns<const R extends Ranges, M extends { readonly [name: string]: Measured }>(
  ranges: R,
  options: SweepOptions,
  run: (parameters: Point<R> & { readonly seed: Seed }) => M,
): Promise<RunRow<R, M>[]> {
  const steps = sweepSteps(ranges, options, run);
  let bar: ProgressBar | null = null;
  let done = 0;
  let rested = realTime();
  try {
    for (;;) {
      const step = steps.next();
      if (step.done === true) {
        bar?.end();
        return step.value;
      }
      ({ done } = step.value);
      bar ??= progress("runs", step.value.total);
      if (realTime() - rested < 50) continue;
      bar.update(done);
      await pause();
      rested = realTime();
    }
  } catch (error) {
    bar?.end(done);
    throw error;
  }
}
