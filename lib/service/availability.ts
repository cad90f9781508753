import { finite, integer, options, probability } from "../core/parameters.js";

/** How long a part works and how long its repair takes, in any one unit of time. */
export interface FailureTimes {
  /** Mean time to failure: how long it works on average, above 0. */
  readonly mttf: number;
  /** Mean time to repair: how long it is down on average, 0 or more. */
  readonly mttr: number;
}

/**
 * The share of time in which a part works: MTTF / (MTTF + MTTR), whatever the distributions of both, in the long run.
 *
 * @throws RangeError unless mttf > 0 and mttr >= 0
 */
export function availabilityOf(given: FailureTimes): number {
  const { mttf, mttr } = options("availabilityOf", given, ["mttf", "mttr"]);
  finite("mttf", mttf, { min: Number.MIN_VALUE });
  return mttf / (mttf + finite("mttr", mttr));
}

/**
 * How many of so many parts fail in a day on average: count x 24 / MTTF. No law of probability is needed: expectations
 * add, whether or not failures come together.
 *
 * @param given `count` parts, `mttfHours` above 0
 */
export function failuresPerDay(given: { readonly count: number; readonly mttfHours: number }): number {
  const { count, mttfHours } = options("failuresPerDay", given, ["count", "mttfHours"]);
  return (integer("count", count) * 24) / finite("mttfHours", mttfHours, { min: Number.MIN_VALUE });
}

/** The mean time to failure in hours that a yearly failure rate (0.02 is 2 %) stands for: a year over the rate. */
export function mttfOfYearlyRate(rate: number): number {
  return 8_760 / finite("rate", rate, { min: Number.MIN_VALUE });
}

/** The minutes in a year of 365 days in which something of this availability is down. */
export function downMinutesPerYear(availability: number): number {
  return (1 - probability("availability", availability)) * 525_600;
}

/** The share of time in which all parts work, where failures are independent and every part is needed: the product. */
export function inSeries(availabilities: readonly number[]): number {
  return availabilities.reduce((all, one, i) => all * probability(`availabilities[${i}]`, one), 1);
}

/** The share of time in which at least one part works, where failures are independent: one minus the product of the gaps. */
export function inParallel(availabilities: readonly number[]): number {
  return 1 - availabilities.reduce((none, one, i) => none * (1 - probability(`availabilities[${i}]`, one)), 1);
}

/** Replicas of which some must work. */
export interface Replicas {
  /** How many there are, 1 to 100,000. */
  readonly n: number;
  /** How many must work, 1 to n. */
  readonly needed: number;
  /** The probability that one of them is down, in [0, 1]. */
  readonly down: number;
}

/**
 * The probability that fewer than `needed` of n replicas work, where each is down with probability `down` independently of
 * the others: the upper tail of the binomial distribution. Its first term is a sum of logarithms and the others are
 * multiples of it, so that neither 1000 replicas nor an answer of 1e-200 loses digits; `1 - availability` would.
 *
 * @throws RangeError for a number outside its range
 */
export function unavailability(given: Replicas): number {
  const { n, needed, down } = checked(given);
  return atLeast(n - needed + 1, n, down);
}

/** The probability that at least `needed` of n replicas work: see `unavailability`, which it takes from 1. */
export function availability(given: Replicas): number {
  const { n, needed, down } = checked(given);
  return atLeast(needed, n, 1 - down);
}

/**
 * The probability that fewer than `needed` work, where a share of each replica's failures strikes all of them at once: the
 * beta-factor model (Fleming 1975). A power cut, a bad configuration or a bug in all of them is such a cause. No number of
 * replicas brings the result below `share x down`.
 *
 * @param given as for `unavailability`, and `share`: which part of a replica's failures is common to all, in [0, 1]
 */
export function unavailabilityWithCommonCause(given: Replicas & { readonly share: number }): number {
  const { share, ...replicas } = options("unavailabilityWithCommonCause", given, ["n", "needed", "down", "share"]);
  const common = probability("share", share) * probability("down", replicas.down);
  return common + (1 - common) * unavailability({ ...replicas, down: (1 - share) * replicas.down });
}

function checked(given: Replicas): Replicas {
  const { n, needed, down } = options("replicas", given, ["n", "needed", "down"]);
  integer("n", n, { min: 1, max: 100_000 });
  integer("needed", needed, { min: 1, max: n });
  probability("down", down);
  return given;
}

/** The probability of at least k successes in n attempts, each with probability p. */
function atLeast(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (p === 0) return 0;
  if (p === 1) return 1;
  // Where the tail holds the bulk, the other tail is the small one.
  if (k <= n * p) return 1 - atLeast(n - k + 1, n, 1 - p);
  let logTerm = 0; // log of C(n, i) p^i (1 - p)^(n - i), begun at i = k
  for (let i = 1; i <= k; i++) logTerm += Math.log((n - k + i) / i);
  logTerm += k * Math.log(p) + (n - k) * Math.log1p(-p);
  let ratio = 1; // the i-th term over the first one
  let sum = 1;
  for (let i = k + 1; i <= n && ratio > sum * 1e-18; i++) {
    ratio *= ((n - i + 1) / i) * (p / (1 - p));
    sum += ratio;
  }
  return Math.min(1, Math.exp(logTerm + Math.log(sum)));
}
