import { finite, integer, options } from "../core/parameters.js";
import { deviationsFor, log10Tail } from "./normal.js";

/** A heartbeat that arrived: its number, counted from 1 by its sender, and when it came by the listener's clock, in ms. */
export interface Heard {
  readonly serial: number;
  readonly at: number;
}

/**
 * When to lose patience with a node: the rule that tells one failure detector from another. A detector keeps the last
 * `window` heartbeats and asks at each arrival until when it may be trusted without another.
 */
export interface Patience {
  readonly name: string;
  /** How many heartbeats the rule looks at. */
  readonly window: number;
  /** The time in ms at which suspicion begins, unless something is heard before. `mistakes`: how often it was wrong so far. */
  until(heard: readonly Heard[], mistakes: number): number;
}

/** The same time-out always: suspected after `ms` of silence. */
export function fixed({ ms }: { readonly ms: number }): Patience {
  finite("ms", ms);
  return { name: `fixed ${ms} ms`, window: 1, until: (heard) => heard.at(-1)!.at + ms };
}

/**
 * A time-out that grows by `step` ms with each mistake: where delays have a bound, even one that nobody knows, mistakes
 * come to an end. So it is an eventually perfect detector, ◇P (Chandra and Toueg 1996, section 9.1, figure 10).
 */
export function growing({ ms, step }: { readonly ms: number; readonly step: number }): Patience {
  finite("ms", ms);
  finite("step", step);
  return { name: `growing from ${ms} ms`, window: 1, until: (heard, mistakes) => heard.at(-1)!.at + ms + step * mistakes };
}

/**
 * The expected arrival of the next heartbeat, and `alpha` ms on top of it: the detector NFD-E of Chen, Toueg and
 * Aguilera ("On the Quality of Service of Failure Detectors", IEEE Transactions on Computers 51(5), 2002, section 6.3).
 * The expectation is the mean of the last arrivals, each moved by `every` ms for each number that lies between.
 */
export function expected({ every, alpha, window = 100 }: { readonly every: number; readonly alpha: number; readonly window?: number }): Patience {
  finite("every", every);
  finite("alpha", alpha);
  integer("window", window, { min: 1 });
  return {
    name: `expected + ${alpha} ms`,
    window,
    until(heard) {
      const shift = heard.reduce((sum, { serial, at }) => sum + at - every * serial, 0) / heard.length;
      return shift + (heard.at(-1)!.serial + 1) * every + alpha;
    },
  };
}

export interface AccrualOptions {
  /** Suspect when φ gets here: with 8, if silences were normal, one suspicion in 10^8 heartbeats would be wrong. */
  readonly threshold: number;
  /** Gaps between heartbeats to learn from (default 100; the paper took 1,000). */
  readonly window?: number;
  /** The least standard deviation that is believed, in ms (default 1), or a steady link would make every delay a death. */
  readonly leastDeviation?: number;
  /** What to believe before there are two gaps, in ms (default 1,000). */
  readonly first?: number;
}

/**
 * Suspect when the suspicion level φ reaches a threshold: the accrual detector of Hayashibara, Défago, Yared and Katayama
 * ("The φ Accrual Failure Detector", SRDS 2004). See `phi`.
 */
export function accrual(given: AccrualOptions): Patience {
  const { threshold, window = 100, leastDeviation = 1, first = 1_000 } = options("accrual", given, ["threshold", "window", "leastDeviation", "first"]);
  finite("threshold", threshold, { min: 0.001, max: 300 });
  integer("window", window, { min: 2 });
  finite("leastDeviation", leastDeviation);
  const deviations = deviationsFor(threshold);
  return {
    name: `φ = ${threshold}`,
    window: window + 1,
    until(heard) {
      if (heard.length < 3) return heard.at(-1)!.at + first;
      const { mean, deviation } = gapsOf(heard);
      return heard.at(-1)!.at + mean + deviations * Math.max(deviation, leastDeviation);
    },
  };
}

/**
 * The suspicion level φ = -log10 P_later(silence): the chance that a heartbeat is still to come after a silence of so
 * many ms, if gaps between heartbeats are normal with the mean and deviation of those seen (Hayashibara and others 2004,
 * section 4.2). φ = 1 means that one suspicion in ten would be wrong, φ = 3 one in a thousand.
 */
export function phi({ silence, mean, deviation }: { readonly silence: number; readonly mean: number; readonly deviation: number }): number {
  finite("silence", silence);
  finite("mean", mean);
  finite("deviation", deviation, { min: 1e-9 });
  return -log10Tail((silence - mean) / deviation);
}

/** Mean and standard deviation of the gaps between heartbeats, in ms. A lost heartbeat makes one long gap. */
export function gapsOf(heard: readonly Heard[]): { readonly mean: number; readonly deviation: number } {
  const gaps = heard.slice(1).map(({ at }, i) => at - heard[i]!.at);
  if (gaps.length === 0) throw new RangeError(`gaps need at least two heartbeats, got ${heard.length}`);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) * (gap - mean), 0) / gaps.length;
  return { mean, deviation: Math.sqrt(variance) };
}
