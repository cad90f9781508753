import { finite, integer, options, probability } from "../core/parameters.js";

/** What comes to a server, and how long it takes. */
export interface Load {
  /** Requests per second, arriving at independent moments (a Poisson process). */
  readonly perSecond: number;
  /** How long one request is served, in ms, on average. */
  readonly serviceMs: number;
}

/** What a queue does in the long run. All times in ms; infinite where the load is 1 or more. */
export interface QueueFigures {
  /** The share of time in which a server is busy; 1 and more is overload. */
  readonly utilisation: number;
  /** How long a request waits before it is served. */
  readonly waitingMs: number;
  /** From its arrival to its end: waiting and service. */
  readonly responseMs: number;
  /** How many requests wait, on average. */
  readonly waiting: number;
  /** How many are there at all, on average: Little's law, L = lambda W. */
  readonly present: number;
}

/**
 * Little's law (Little 1961): the average number present is the rate of arrival times the average time that each one
 * stays, in any system that is neither filling up nor emptying, whatever the distributions and the order.
 */
export function littlesLaw(given: { readonly perSecond: number; readonly responseMs: number }): number {
  const { perSecond, responseMs } = options("littlesLaw", given, ["perSecond", "responseMs"]);
  return (finite("perSecond", perSecond) * finite("responseMs", responseMs)) / 1000;
}

/** One server, first come first served, exponential service times (M/M/1): the response time is S / (1 - utilisation). */
export function mm1(load: Load): QueueFigures {
  return mg1({ ...load, variation: 1 });
}

/** One server whose service always takes the same time (M/D/1): half the waiting of M/M/1. */
export function md1(load: Load): QueueFigures {
  return mg1({ ...load, variation: 0 });
}

/**
 * One server, first come first served, any service times (M/G/1): the formula of Pollaczek (1930) and Khinchine (1932).
 * What makes a queue long is the utilisation and the variation of the service times, and nothing else.
 *
 * @param given the load, and `variation`: the variance of the service time over the square of its mean (0 if always the
 * same, 1 if exponential, more where few requests take most of the time)
 */
export function mg1(given: Load & { readonly variation: number }): QueueFigures {
  const { variation, ...load } = options("load", given, ["perSecond", "serviceMs", "variation"]);
  const utilisation = offered(load);
  finite("variation", variation);
  const waitingMs = utilisation === 0 ? 0 : utilisation >= 1 ? Infinity : ((utilisation / (1 - utilisation)) * (1 + variation) * load.serviceMs) / 2;
  return figures(load, utilisation, waitingMs);
}

/**
 * Several servers with one queue, exponential service times (M/M/c): Erlang's C formula (Erlang 1917), from his B formula
 * by its recurrence, which has no factorials that overflow.
 *
 * @param given the load of all together, and `servers`, 1 to 100,000
 */
export function mmc(given: Load & { readonly servers: number }): QueueFigures {
  const { servers, ...load } = options("load", given, ["perSecond", "serviceMs", "servers"]);
  const erlangs = offered(load);
  const utilisation = erlangs / integer("servers", servers, { min: 1, max: 100_000 });
  if (utilisation >= 1) return figures(load, utilisation, Infinity);
  const mustWait = erlangC({ servers, erlangs });
  return figures(load, utilisation, (mustWait * load.serviceMs) / (servers - erlangs));
}

/** The probability that a request finds all servers busy and must wait (Erlang C), for `erlangs` below `servers`; 1 from there on. */
export function erlangC(given: { readonly servers: number; readonly erlangs: number }): number {
  const { servers, erlangs } = options("erlangC", given, ["servers", "erlangs"]);
  integer("servers", servers, { min: 1, max: 100_000 });
  finite("erlangs", erlangs);
  if (erlangs >= servers) return 1;
  let blocked = 1; // Erlang B: the share that finds all of the first i servers busy and is sent away
  for (let i = 1; i <= servers; i++) blocked = (erlangs * blocked) / (i + erlangs * blocked);
  const utilisation = erlangs / servers;
  return blocked / (1 - utilisation * (1 - blocked));
}

/**
 * The response time in ms that the share p of requests does not exceed, in M/M/1: it is exponentially distributed.
 * Infinite where the load is 1 or more.
 */
export function mm1Percentile(given: Load & { readonly p: number }): number {
  const { p, ...load } = options("load", given, ["perSecond", "serviceMs", "p"]);
  probability("p", p);
  const { responseMs } = mm1(load);
  return p === 0 ? 0 : -responseMs * Math.log(1 - p);
}

/** The work that arrives in a ms of time, in ms: how many servers it keeps busy. */
function offered(load: Load): number {
  const { perSecond, serviceMs } = options("load", load, ["perSecond", "serviceMs"]);
  return (finite("perSecond", perSecond) * finite("serviceMs", serviceMs)) / 1000;
}

function figures({ perSecond, serviceMs }: Load, utilisation: number, waitingMs: number): QueueFigures {
  const responseMs = waitingMs + serviceMs;
  return { utilisation, waitingMs, responseMs, waiting: (perSecond * waitingMs) / 1000, present: (perSecond * responseMs) / 1000 };
}
