import { finite, integer } from "../../core/parameters.js";
import { stream, type Seed } from "../../core/random.js";
import { murmur } from "../hash/hash.js";
import { BoundedRing } from "./bounded.js";
import { maglevTable, permutationOf } from "./maglev.js";
import type { Placement } from "./placement.js";
import { Ring } from "./ring.js";
import { keyNames } from "./study.js";

/** How evenly rings divide. */
export interface RingBalance {
  readonly points: number;
  /** The standard deviation of a node's share, in means. */
  readonly deviation: number;
  /** 99 of 100 nodes have between `low` and `high` times the mean. */
  readonly low: number;
  readonly high: number;
}

/** How evenly rings with so many points for each node divide: the figures of Lamping and Veach 2014, section 3. */
export function ringBalance({ points, nodes, rings, seed = 1 }: {
  readonly points: number; readonly nodes: number; readonly rings: number; readonly seed?: Seed;
}): RingBalance {
  integer("nodes", nodes, { min: 2 });
  const shares: number[] = [];
  for (let i = 0; i < integer("rings", rings, { min: 1 }); i++) {
    const ring = new Ring(keyNames(nodes, `${seed}/${i}/`), { points });
    for (const { share } of ring.ownership()) shares.push(share * nodes);
  }
  shares.sort((a, b) => a - b);
  const variance = shares.reduce((sum, share) => sum + (share - 1) * (share - 1), 0) / shares.length;
  const at = (quantile: number): number => shares[Math.min(shares.length - 1, Math.floor(quantile * shares.length))]!;
  return { points, deviation: Math.sqrt(variance), low: at(0.005), high: at(0.995) };
}

/** How evenly a table is filled. */
export interface TableBalance {
  /** The smallest and the largest share of the entries that a backend has, from 0 to 1. */
  readonly least: number;
  readonly most: number;
  /** By how much the largest is above the mean: 0.1 means that every backend must be 10 % stronger than the mean asks. */
  readonly overProvision: number;
}

/** The balance of Maglev's table (Eisenbud et al. 2016, section 5.3), for backends of equal weight. */
export function maglevBalance({ backends, size, seed = 1 }: { readonly backends: number; readonly size: number; readonly seed?: Seed }): TableBalance {
  const names = keyNames(integer("backends", backends, { min: 1 }), `${seed}/`);
  return balanceOf(maglevTable(size, names.map((name) => permutationOf(murmur, name, size))), backends);
}

/** The balance of a table of so many entries that another placement fills, which is how the Maglev paper compares. */
export function tableBalance(placement: Placement, size: number): TableBalance {
  const { nodes } = placement;
  const numbers = new Map(nodes.map((node, i) => [node, i]));
  return balanceOf(Int32Array.from(keyNames(size, "entry "), (entry) => numbers.get(placement.lookup(entry))!), nodes.length);
}

/**
 * The mean share of a Maglev table that changes when some backends fail (Eisenbud et al. 2016, figure 12): entries of
 * backends that live before and after. What the failed ones had must change and is not counted.
 */
export function maglevDisruption({ backends, size, failed, runs, seed = 1 }: {
  readonly backends: number; readonly size: number; readonly failed: number; readonly runs: number; readonly seed?: Seed;
}): number {
  integer("failed", failed, { min: 0, max: integer("backends", backends, { min: 2 }) - 1 });
  const permutations = keyNames(backends, `${seed}/`).map((name) => permutationOf(murmur, name, size));
  const before = maglevTable(size, permutations);
  const chance = stream(seed, "failing backends");
  const all = Array.from(permutations, (_, i) => i);
  let changed = 0;
  for (let run = 0; run < integer("runs", runs, { min: 1 }); run++) {
    const gone = new Set(chance.shuffle(all).slice(0, failed));
    const left = all.filter((i) => !gone.has(i));
    const after = maglevTable(size, left.map((i) => permutations[i]!));
    for (let entry = 0; entry < size; entry++) if (!gone.has(before[entry]!) && left[after[entry]!] !== before[entry]) changed++;
  }
  return changed / runs / size;
}

/** What the removal of a node costs with bounded loads. */
export interface BoundedMoves {
  readonly epsilon: number;
  /** How many keys move when one node leaves, in units of the mean load before. */
  readonly moves: number;
  /** How many would move if all keys were placed anew in their old order: a key that takes another's room pushes it on, and so forth. */
  readonly movesAnew: number;
  /** The fullest node over the mean, before the removal. */
  readonly mostOverMean: number;
}

/** Means over runs with other names: a ring with bounded loads loses one of its nodes. */
export function boundedMoves({ epsilon, points, nodes, keys, runs, seed = 1 }: {
  readonly epsilon: number; readonly points: number; readonly nodes: number; readonly keys: number; readonly runs: number; readonly seed?: Seed;
}): BoundedMoves {
  finite("epsilon", epsilon);
  const names = keyNames(keys);
  let moved = 0;
  let movedAnew = 0;
  let most = 0;
  for (let run = 0; run < integer("runs", runs, { min: 1 }); run++) {
    const servers = keyNames(nodes, `${seed}/${run}/`);
    const ring = new BoundedRing(servers, { epsilon, points });
    for (const key of names) ring.lookup(key);
    // Only now: while others come, a key may still move.
    const before = names.map((key) => ring.lookup(key));
    most += Math.max(...ring.loads().values()) / (keys / nodes);
    ring.remove(servers[0]!);
    moved += names.filter((key, i) => ring.lookup(key) !== before[i]).length;
    const [all, left] = [placedAnew(servers, names, { epsilon, points }), placedAnew(servers.slice(1), names, { epsilon, points })];
    movedAnew += all.filter((node, i) => node !== left[i]).length;
  }
  const mean = keys / nodes;
  return { epsilon, moves: moved / runs / mean, movesAnew: movedAnew / runs / mean, mostOverMean: most / runs };
}

/** Each key in turn goes to the first node clockwise that has room. */
function placedAnew(nodes: readonly string[], keys: readonly string[], { epsilon, points }: { readonly epsilon: number; readonly points: number }): readonly string[] {
  const ring = new Ring(nodes, { points });
  const places = ring.points();
  const room = new Map(nodes.map((node) => [node, Math.ceil(((1 + epsilon) * keys.length) / nodes.length - 1e-9)]));
  return keys.map((key) => {
    const position = ring.positionOf(key);
    let i = 0;
    for (let after = places.length; i < after; ) {
      const middle = (i + after) >>> 1;
      if (places[middle]!.at < position) i = middle + 1;
      else after = middle;
    }
    while (room.get(places[i % places.length]!.node) === 0) i++;
    const { node } = places[i % places.length]!;
    room.set(node, room.get(node)! - 1);
    return node;
  });
}

function balanceOf(table: Int32Array, backends: number): TableBalance {
  const counts = new Array<number>(backends).fill(0);
  for (const owner of table) counts[owner]! += 1;
  const [least, most] = [Math.min(...counts) / table.length, Math.max(...counts) / table.length];
  return { least, most, overProvision: most * backends - 1 };
}
