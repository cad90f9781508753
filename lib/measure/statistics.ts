import { deviation, mean, quantileSorted } from "d3-array";
import jStat from "jstat";
import { integer, probability, show } from "../core/parameters.js";

/** What a sample of numbers looks like, in the unit of its numbers. */
export interface Summary {
  /** How many numbers there are. */
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  /** The median. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * The sample in one row: `show([summary(operationLatencies(trace).map((row) => row.ms))])`.
 *
 * Quantiles are interpolated between neighbours (Hyndman and Fan 1996, type 7), so the p99 of fewer than a
 * hundred numbers is close to their maximum and says little.
 *
 * @throws RangeError where there is no number, TypeError where one of the values is none
 */
export function summary(values: readonly number[]): Summary {
  const sorted = sortedNumbers(values);
  if (sorted.length === 0) throw new RangeError("values must hold at least one number, got an empty list");
  return {
    count: sorted.length,
    mean: mean(sorted)!,
    min: sorted[0]!,
    p50: quantileSorted(sorted, 0.5)!,
    p90: quantileSorted(sorted, 0.9)!,
    p99: quantileSorted(sorted, 0.99)!,
    max: sorted.at(-1)!,
  };
}

/**
 * The value below which the share `p` of the sample lies: `percentile(latencies, 0.99)`.
 *
 * @param p a share in [0, 1]: 0.5 asks for the median
 * @throws RangeError where there is no number
 */
export function percentile(values: readonly number[], p: number): number {
  probability("p", p);
  const sorted = sortedNumbers(values);
  if (sorted.length === 0) throw new RangeError("values must hold at least one number, got an empty list");
  return quantileSorted(sorted, p)!;
}

/** One step of an empirical distribution: this share of the sample is at most this value. */
export interface DistributionRow {
  readonly value: number;
  /** From 1/n to 1. */
  readonly share: number;
}

/** The empirical distribution function of a sample: one row per different value, upwards. */
export function distribution(values: readonly number[]): DistributionRow[] {
  const sorted = sortedNumbers(values);
  const rows: DistributionRow[] = [];
  for (const [i, value] of sorted.entries()) {
    if (value !== sorted[i + 1]) rows.push({ value, share: (i + 1) / sorted.length });
  }
  return rows;
}

/** A mean with the interval that would hold the true mean in 95 of 100 such experiments. */
export interface Estimate {
  readonly mean: number;
  /** Null where one number gives no idea of the spread. */
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * The mean of a sample with its 95 % confidence interval after Student's t distribution ("Student" 1908): half its
 * width is t(0.975, n - 1) times the standard deviation over the root of n. It supposes that the runs are
 * independent, which runs of different seeds are, and a mean of many small influences.
 *
 * @throws RangeError where there is no number
 */
export function meanInterval(values: readonly number[]): Estimate {
  const sorted = sortedNumbers(values);
  if (sorted.length === 0) throw new RangeError("values must hold at least one number, got an empty list");
  const center = mean(sorted)!;
  if (sorted.length === 1) return { mean: center, low: null, high: null };
  const half = (student(sorted.length - 1) * deviation(sorted)!) / Math.sqrt(sorted.length);
  return { mean: center, low: center - half, high: center + half };
}

/**
 * A share (of runs that decided, say) with its 95 % confidence interval after Wilson (1927), which stays inside
 * [0, 1] and has a width even where all runs agree: of 20 good runs in 20 one may conclude a share over 0.84.
 *
 * @param successes how many of `count` runs had the property
 * @throws RangeError unless 0 <= successes <= count and count >= 1
 */
export function shareInterval({ successes, count }: { readonly successes: number; readonly count: number }): Estimate {
  integer("count", count, { min: 1 });
  integer("successes", successes, { max: count });
  const z = 1.959963984540054;
  const share = successes / count;
  const scale = 1 + (z * z) / count;
  const center = (share + (z * z) / (2 * count)) / scale;
  const half = (z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count))) / scale;
  return { mean: share, low: Math.max(0, center - half), high: Math.min(1, center + half) };
}

const students = new Map<number, number>();

/** The 97.5 % quantile of Student's t. The inversion takes some thousand operations, so each is kept. */
function student(dof: number): number {
  let quantile = students.get(dof);
  if (quantile === undefined) students.set(dof, (quantile = jStat.studentt.inv(0.975, dof)));
  return quantile;
}

/** A sorted copy; typed arrays sort by value, plain ones by text. */
export function sortedNumbers(values: readonly number[]): number[] {
  if (!Array.isArray(values)) throw new TypeError(`values must be an array of numbers, got ${show(values)}`);
  for (const [i, value] of values.entries()) {
    if (typeof value !== "number") throw new TypeError(`values[${i}] must be a number, got ${show(value)}`);
    if (!Number.isFinite(value)) throw new RangeError(`values[${i}] must be a finite number, got ${show(value)}`);
  }
  return [...(values as number[])].sort((a, b) => a - b);
}
