import { finite, probability } from "../core/parameters.js";
import type { Stream } from "../core/random.js";

/**
 * How long requests take to be served, in ms: a function of a stream of chance. The client draws the work with its request,
 * and the server takes so long. So two servers that differ in a rule get the same work, and their runs can be compared.
 */
export type Work = (chance: Stream) => number;

/** Always the same time. */
export function constantWork(ms: number): Work {
  finite("ms", ms);
  return () => ms;
}

/** Exponentially distributed times with this mean: most are short, and the variation is 1. */
export function exponentialWork(meanMs: number): Work {
  finite("meanMs", meanMs);
  return (chance) => -meanMs * Math.log(1 - chance.double());
}

/**
 * Mostly short work and now and then a long one: a share `slow` of the requests takes `slowMs`, the others `ms`.
 *
 * @param given `slow` in [0, 1], times in ms
 */
export function mixedWork({ ms, slowMs, slow }: { readonly ms: number; readonly slowMs: number; readonly slow: number }): Work {
  finite("ms", ms);
  finite("slowMs", slowMs);
  probability("slow", slow);
  return (chance) => (chance.double() < slow ? slowMs : ms);
}

/** The squared variation of `mixedWork` that `mg1` asks for: variance over squared mean. */
export function variationOfMixed({ ms, slowMs, slow }: { readonly ms: number; readonly slowMs: number; readonly slow: number }): number {
  const mean = ms + probability("slow", slow) * (slowMs - ms);
  return (slow * (1 - slow) * (slowMs - ms) ** 2) / (mean * mean);
}

/** The mean of `mixedWork`, in ms. */
export function meanOfMixed({ ms, slowMs, slow }: { readonly ms: number; readonly slowMs: number; readonly slow: number }): number {
  return ms + probability("slow", slow) * (slowMs - ms);
}
