import { integer } from "../../core/parameters.js";
import { BoundedRing } from "./bounded.js";
import type { Placement } from "./placement.js";

/** The keys "key:0", "key:1", ...: as many as wanted, the same on every machine. */
export function keyNames(count: number, prefix: string = "key:"): readonly string[] {
  integer("count", count, { max: 10_000_000 });
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

/** What a node holds. */
export interface KeyCount {
  readonly node: string;
  readonly keys: number;
}

/** How many of the keys each node holds, nodes that hold none included. One row for each node, in the order of `nodes`. */
export function keyCounts(placement: Placement, keys: readonly string[]): readonly KeyCount[] {
  const counts = new Map(placement.nodes.map((node) => [node, 0]));
  for (const node of ownersOf(placement, keys)) counts.set(node, (counts.get(node) ?? 0) + 1);
  return Array.from(counts, ([node, count]) => ({ node, keys: count }));
}

/** The node of each key, when all of them are there. */
export function ownersOf(placement: Placement, keys: readonly string[]): readonly string[] {
  // With bounded loads a key may move on while others come.
  if (placement instanceof BoundedRing) for (const key of keys) placement.lookup(key);
  return keys.map((key) => placement.lookup(key));
}

/** What a change did to keys. */
export interface Movement {
  readonly keys: number;
  /** How many keys are on another node than before. */
  readonly moved: number;
  /** The same as a share of all keys. */
  readonly share: number;
  /** The least share that any scheme has to move so that every node has what its weight asks for. */
  readonly ideal: number;
  /** How many of the moved keys went from one node to another although neither came, left or changed its weight. */
  readonly strays: number;
}

/**
 * Where the keys are before and after a change of the nodes:
 *
 *     movement(new Ring(["a", "b"]), keyNames(1_000), (ring) => ring.add("c"))
 */
export function movement<P extends Placement>(placement: P, keys: readonly string[], change: (placement: P) => void): Movement {
  const before = ownersOf(placement, keys);
  const old = new Map(placement.ownership().map((row) => [row.node, row]));
  change(placement);
  const now = placement.ownership();
  const unchanged = new Set(now.filter(({ node, weight }) => old.get(node)?.weight === weight).map(({ node }) => node));
  let moved = 0;
  let strays = 0;
  for (const [i, key] of keys.entries()) {
    const node = placement.lookup(key);
    const was = before[i]!;
    if (node === was) continue;
    moved++;
    if (unchanged.has(was) && unchanged.has(node)) strays++;
  }
  const ideal = now.reduce((sum, row) => sum + Math.max(0, row.ideal - (old.get(row.node)?.ideal ?? 0)), 0);
  return { keys: keys.length, moved, share: keys.length === 0 ? 0 : moved / keys.length, ideal, strays };
}
