import { finite } from "../../core/parameters.js";

/**
 * How long to work between two checkpoints, in the unit of both arguments: sqrt(2 C M), for checkpoints that cost C and failures that are M
 * apart on average (Young, "A First Order Approximation to the Optimum Checkpoint Interval", CACM 17(9), 1974). It holds for C much smaller than M.
 *
 * @throws RangeError for a cost or a time that is not positive
 */
export function youngInterval({ cost, failuresEvery }: { readonly cost: number; readonly failuresEvery: number }): number {
  finite("cost", cost, { min: Number.MIN_VALUE });
  finite("failuresEvery", failuresEvery, { min: Number.MIN_VALUE });
  return Math.sqrt(2 * cost * failuresEvery);
}

/** The share of time that checkpoints and lost work take, to first order: C / t + t / (2 M) (Young 1974; Daly 2006 has the exact form). */
export function checkpointOverhead({ interval, cost, failuresEvery }: { readonly interval: number; readonly cost: number; readonly failuresEvery: number }): number {
  finite("interval", interval, { min: Number.MIN_VALUE });
  return cost / interval + interval / (2 * failuresEvery);
}
