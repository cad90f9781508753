import { finite, integer, options } from "../../core/parameters.js";

/** A cluster that has lost its leader, with times in units of the range from which election time-outs are drawn. */
export interface ElectionOdds {
  /** Servers of the cluster, 1 to 99. */
  readonly servers: number;
  /** Those of them that are up: at least a majority. */
  readonly alive: number;
  /** One-way message latency as a share of the range, in [0, 1]: 15 ms with time-outs of 150 to 300 ms is 0.1. */
  readonly latency: number;
}

/**
 * The probability that an election splits its vote: so many other candidates stand within one message latency of the
 * first that it is left without a majority (Ongaro 2014, section 9.2: time-outs are uniform and independent, every
 * latency is the same).
 *
 * @throws RangeError for a cluster without a majority, or for a latency outside [0, 1]
 */
export function splitVoteProbability(odds: ElectionOdds): number {
  const { servers, alive, latency } = checked(odds);
  if (servers === 1) return 0; // nobody else can stand
  // The first candidate loses when so many others stand that the rest is no majority.
  const most = alive - Math.floor(servers / 2);
  let probability = 0;
  // Its distance to the k-th after it is distributed as the k-th smallest of them all.
  for (let rivals = most; rivals <= alive; rivals++) {
    probability += choose(alive, rivals) * power(latency, rivals) * power(1 - latency, alive - rivals);
  }
  return probability;
}

/** When the first of several time-outs ends. */
export interface FirstTimeout {
  /** The mean, as a share of the range: 1 / (alive + 1). */
  readonly mean: number;
  /** The probability that it has ended by then; `at` is a share of the range. */
  readonly by: (at: number) => number;
}

/**
 * The earliest of `alive` time-outs, each uniform in [0, 1] (Ongaro 2014, section 9.1).
 *
 * @throws RangeError unless `alive` is an integer from 1 to 99
 */
export function firstTimeout(alive: number): FirstTimeout {
  integer("alive", alive, { min: 1, max: 99 });
  return { mean: 1 / (alive + 1), by: (at) => 1 - power(1 - Math.min(1, Math.max(0, at)), alive) };
}

/**
 * The mean time from the crash of a leader to the next leader, in units of the range, with time-outs from [1, 2] ranges
 * (Ongaro 2014, section 9.3). A failed attempt costs the shortest time-out, the wait for the first server and one latency,
 * after which those that voted start their timers anew; a vote costs one latency and `write` on disk.
 *
 * @throws RangeError as `splitVoteProbability` does
 */
export function meanElectionTime(
  odds: ElectionOdds & {
    /** How long a vote is written to disk, as a share of the range. Default 0. */
    readonly write?: number;
    /** Whether timers start at the crash. Default false: on the average the last heartbeat came 1/4 before. */
    readonly freshTimers?: boolean;
  },
): number {
  const { write = 0, freshTimers = false, ...rest } = odds;
  finite("write", write);
  const { alive, latency } = checked(rest);
  const attempts = 1 / (1 - splitVoteProbability(rest)); // infinite where every vote splits
  return attempts * (1 + firstTimeout(alive).mean + latency) + latency + write - (freshTimers ? 0 : 1 / 4);
}

function checked(odds: ElectionOdds): ElectionOdds {
  options("odds", odds, ["servers", "alive", "latency"]);
  integer("servers", odds.servers, { min: 1, max: 99 });
  integer("alive", odds.alive, { min: Math.floor(odds.servers / 2) + 1, max: odds.servers });
  finite("latency", odds.latency, { max: 1 });
  return odds;
}

function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways;
}

/** A power with a whole exponent, by multiplication: the same on every machine. */
function power(base: number, exponent: number): number {
  let product = 1;
  for (let i = 0; i < exponent; i++) product *= base;
  return product;
}
