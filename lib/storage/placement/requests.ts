import { finite, integer, options as checkOptions } from "../../core/parameters.js";
import { stream, type Seed } from "../../core/random.js";
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

/** How bounded loads are used for requests. */
export interface BoundedRequestOptions {
  /** How many requests are open at a time: the oldest ends when a new one comes. */
  readonly inFlight: number;
  /** How much more than the mean a node may have open (default 0.25). */
  readonly epsilon?: number;
}

/**
 * The same with bounded loads, as load balancers use them: a request goes to the first node in its key's order of preference
 * that has fewer than ⌈(1 + ε) m / n⌉ of the m open requests. A request stays where it is, and is soon over.
 */
export function boundedRequestLoads(placement: Placement, requests: readonly string[], options: BoundedRequestOptions): readonly RequestLoad[] {
  const { inFlight, epsilon = 0.25 } = checkOptions("options", options, ["inFlight", "epsilon"]);
  integer("inFlight", inFlight, { min: 1 });
  finite("epsilon", epsilon);
  const { nodes } = placement;
  const loads = new Map(nodes.map((node) => [node, 0]));
  const open = new Map(nodes.map((node) => [node, 0]));
  const orders = new Map<string, readonly string[]>();
  const places: string[] = [];
  for (const [i, key] of requests.entries()) {
    if (i >= inFlight) open.set(places[i - inFlight]!, open.get(places[i - inFlight]!)! - 1);
    const capacity = Math.ceil(((1 + epsilon) * Math.min(i + 1, inFlight)) / nodes.length - 1e-9);
    const order = orders.get(key) ?? placement.replicas(key, nodes.length);
    orders.set(key, order);
    const node = order.find((one) => open.get(one)! < capacity)!;
    places.push(node);
    open.set(node, open.get(node)! + 1);
    loads.set(node, loads.get(node)! + 1);
  }
  return Array.from(loads, ([node, count]) => ({ node, requests: count }));
}

/** 1/1^s + ... + 1/k^s for each k up to the number of keys. */
function cumulated(keys: number, exponent: number): Float64Array {
  const bounds = new Float64Array(keys);
  let sum = 0;
  for (let k = 1; k <= keys; k++) bounds[k - 1] = sum += Math.exp(-exponent * Math.log(k));
  return bounds;
}
