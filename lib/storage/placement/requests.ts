import { finite, integer, options as checkOptions } from "../../core/parameters.js";
import { stream, type Seed } from "../../core/random.js";
import type { BoundedRing } from "./bounded.js";
import type { Placement } from "./placement.js";

/** Requests whose keys are not equally popular. */
export interface ZipfOptions {
  /** How many requests. */
  readonly requests: number;
  /** How many different keys, of which "key:0" is the most popular. */
  readonly keys: number;
  /** The exponent: the k-th key is asked for in proportion to 1 / k^s. 0 is even, about 1 is usual (default 1). */
  readonly exponent?: number;
  readonly seed?: Seed;
}

/** The keys of requests, drawn by Zipf's law (Breslau, Cao, Fan, Phillips and Shenker 1999 found exponents of 0.64 to 0.83 at web caches). */
export function zipfRequests(options: ZipfOptions): readonly string[] {
  const { requests, keys, exponent = 1, seed = 1 } = checkOptions("options", options, ["requests", "keys", "exponent", "seed"]);
  integer("requests", requests, { max: 10_000_000 });
  const bounds = cumulated(integer("keys", keys, { min: 1, max: 10_000_000 }), finite("exponent", exponent, { max: 10 }));
  const chance = stream(seed, "requests by Zipf's law");
  return Array.from({ length: requests }, () => {
    const drawn = chance.double() * bounds[keys - 1]!;
    let low = 0;
    let high = keys - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (bounds[middle]! > drawn) high = middle;
      else low = middle + 1;
    }
    return `key:${low}`;
  });
}

/** The share of requests that the k-th most popular of `keys` keys gets, k from 1. */
export function zipfShare(k: number, keys: number, exponent: number = 1): number {
  const bounds = cumulated(integer("keys", keys, { min: 1, max: 10_000_000 }), finite("exponent", exponent, { max: 10 }));
  const at = integer("k", k, { min: 1, max: keys }) - 1;
  return (bounds[at]! - (bounds[at - 1] ?? 0)) / bounds[keys - 1]!;
}

/** How requests are spread. */
export interface RequestLoadOptions {
  /** Requests for a key go to so many replicas in turn (default 1). */
  readonly replicas?: number;
  /** So many keys, the ones asked for last, are answered in front of the nodes (default 0). */
  readonly cache?: number;
}

/** What requests ask of each node. */
export interface RequestLoad {
  readonly node: string;
  readonly requests: number;
}

/**
 * How many requests each node answers. A cache of the most popular O(n log n) keys is enough to level n nodes (Fan, Lim,
 * Andersen and Kaminsky 2011).
 */
export function requestLoads(placement: Placement, requests: readonly string[], options: RequestLoadOptions = {}): readonly RequestLoad[] {
  const { replicas = 1, cache = 0 } = checkOptions("options", options, ["replicas", "cache"]);
  integer("replicas", replicas, { min: 1 });
  integer("cache", cache);
  const loads = new Map(placement.nodes.map((node) => [node, 0]));
  const turns = new Map<string, { readonly nodes: readonly string[]; next: number }>();
  const cached = new Set<string>(); // in the order of their last use
  for (const key of requests) {
    const isCached = cached.delete(key);
    if (cache > 0) cached.add(key);
    if (cached.size > cache) cached.delete(cached.values().next().value!);
    if (isCached) continue;
    let turn = turns.get(key);
    if (!turn) {
      turn = { nodes: replicas === 1 ? [placement.lookup(key)] : placement.replicas(key, replicas), next: 0 };
      turns.set(key, turn);
    }
    const node = turn.nodes[turn.next++ % replicas]!;
    loads.set(node, loads.get(node)! + 1);
  }
  return Array.from(loads, ([node, count]) => ({ node, requests: count }));
}

/**
 * The same with bounded loads, as load balancers use them: `inFlight` requests are open at any time, each of them a ball that
 * starts at the home of its key, so that no node has more than (1 + ε) of the mean open.
 */
export function boundedRequestLoads(ring: BoundedRing, requests: readonly string[], inFlight: number): readonly RequestLoad[] {
  integer("inFlight", inFlight, { min: 1 });
  const loads = new Map(ring.nodes.map((node) => [node, 0]));
  for (const [i, key] of requests.entries()) {
    if (i >= inFlight) ring.forget(`request ${i - inFlight}`);
    const node = ring.place(`request ${i}`, key);
    loads.set(node, loads.get(node)! + 1);
  }
  for (let i = Math.max(0, requests.length - inFlight); i < requests.length; i++) ring.forget(`request ${i}`);
  return Array.from(loads, ([node, count]) => ({ node, requests: count }));
}

/** 1/1^s + ... + 1/k^s for each k up to the number of keys. */
function cumulated(keys: number, exponent: number): Float64Array {
  const bounds = new Float64Array(keys);
  let sum = 0;
  for (let k = 1; k <= keys; k++) bounds[k - 1] = sum += Math.exp(-exponent * Math.log(k));
  return bounds;
}
