import { integer, probability } from "../../core/parameters.js";
import { stream, type Seed } from "../../core/random.js";
import { FingerRing } from "./finger-ring.js";

/** How keys are spread over the nodes of a ring. */
export interface KeysPerNode {
  readonly keys: number;
  readonly mean: number;
  /** A hundredth of the nodes have at most so many keys. */
  readonly p1: number;
  readonly p50: number;
  /** A hundredth of the nodes have at least so many. */
  readonly p99: number;
  readonly max: number;
}

/** Keys per node, all runs together, where every node runs so many virtual nodes (Stoica et al. 2001, figures 8 and 9). */
export function keysPerNode({ nodes, keys, virtualNodes = 1, runs = 1, seed = 1 }: {
  readonly nodes: number; readonly keys: number; readonly virtualNodes?: number; readonly runs?: number; readonly seed?: Seed;
}): KeysPerNode {
  integer("nodes", nodes, { min: 1 });
  integer("keys", keys, { max: 100_000_000 });
  integer("virtualNodes", virtualNodes, { min: 1 });
  const all: number[] = [];
  for (let run = 0; run < integer("runs", runs, { min: 1 }); run++) {
    const ring = FingerRing.random({ nodes: nodes * virtualNodes, seed: `${seed}/${run}` });
    // Who of the nodes runs a virtual node is chance, as its identifier is.
    const real = stream(seed, `who runs a virtual node, run ${run}`).shuffle(Array.from({ length: ring.size }, (_, i) => i % nodes));
    const chance = stream(seed, `keys, run ${run}`);
    const counts = new Array<number>(nodes).fill(0);
    for (let key = 0; key < keys; key++) counts[real[ring.successor(chance.below(2 ** 32))]!]! += 1;
    for (const count of counts) all.push(count);
  }
  all.sort((a, b) => a - b);
  const at = (quantile: number): number => all[Math.min(all.length - 1, Math.floor(quantile * all.length))]!;
  return { keys, mean: keys / nodes, p1: at(0.01), p50: at(0.5), p99: at(0.99), max: all.at(-1)! };
}

/** How far lookups go. */
export interface PathLengths {
  readonly nodes: number;
  /** Mean number of hops to the key's predecessor: the last step, to the owner, is not counted. */
  readonly mean: number;
  readonly p1: number;
  readonly p99: number;
  /** The share of lookups with 0, 1, 2, ... hops. */
  readonly shares: readonly number[];
}

/** Hops of lookups of random keys from random nodes (Stoica et al. 2001, figure 10). */
export function pathLengths({ nodes, lookups, seed = 1 }: { readonly nodes: number; readonly lookups: number; readonly seed?: Seed }): PathLengths {
  integer("lookups", lookups, { min: 1, max: 100_000_000 });
  const ring = FingerRing.random({ nodes, seed });
  const chance = stream(seed, "lookups");
  const counts = new Array<number>(33).fill(0);
  for (let i = 0; i < lookups; i++) {
    ring.find(chance.below(nodes), chance.below(2 ** 32));
    counts[ring.hops]! += 1;
  }
  while (counts.at(-1) === 0) counts.pop();
  const quantile = (share: number): number => {
    let sum = 0;
    return counts.findIndex((count) => (sum += count) >= share * lookups);
  };
  const mean = counts.reduce((sum, count, hops) => sum + count * hops, 0) / lookups;
  return { nodes, mean, p1: quantile(0.01), p99: quantile(0.99), shares: counts.map((count) => count / lookups) };
}

/**
 * The share of lookups that fail when a share of all nodes fails at once and the ring has been repaired, where nothing is
 * replicated: those of keys whose node is gone (Stoica et al. 2001, figure 11). No other lookup fails.
 */
export function failedLookups({ nodes, failed, lookups, seed = 1 }: {
  readonly nodes: number; readonly failed: number; readonly lookups: number; readonly seed?: Seed;
}): number {
  probability("failed", failed);
  const before = FingerRing.random({ nodes, seed });
  const gone = new Set(stream(seed, "failures").shuffle(Array.from({ length: nodes }, (_, i) => i)).slice(0, Math.min(nodes - 1, Math.round(failed * nodes))));
  const after = new FingerRing(Array.from({ length: nodes }, (_, i) => i).filter((node) => !gone.has(node)).map((node) => before.id(node)));
  const chance = stream(seed, "lookups");
  let lost = 0;
  for (let i = 0; i < lookups; i++) {
    const key = chance.below(2 ** 32);
    const found = after.find(chance.below(after.size), key);
    if (after.id(found) !== before.id(before.successor(key))) lost++;
  }
  return lost / lookups;
}
