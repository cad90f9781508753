import { finite, integer, oneOf, options as checkOptions, show } from "../../core/parameters.js";
import { stream, type Seed } from "../../core/random.js";
import type { Placement } from "./placement.js";

/** A node comes or goes for good. */
export interface Change {
  /** When, in ms. */
  readonly at: number;
  readonly kind: "join" | "leave";
  readonly node: string;
}

/** How often nodes come and go. */
export interface ChangesOptions {
  /** Who is there at the beginning. */
  readonly nodes: readonly string[];
  /** The mean time between two changes, in ms; the times are exponentially distributed. */
  readonly every: number;
  /** How long it goes on, in ms. */
  readonly until: number;
  /** Below so many nodes nobody leaves, and above twice as many as at the beginning nobody joins (default 4). */
  readonly least?: number;
  readonly seed?: Seed;
}

/** Nodes that come and go at random moments, joins and leaves as likely; a newcomer has a name that was never used. */
export function randomChanges(options: ChangesOptions): readonly Change[] {
  const { nodes, every, until, least = 4, seed = 1 } = checkOptions("options", options, ["nodes", "every", "until", "least", "seed"]);
  finite("every", every, { min: 1e-3 });
  finite("until", until);
  integer("least", least, { min: 1 });
  const chance = stream(seed, "nodes that come and go");
  const present = [...nodes];
  const changes: Change[] = [];
  for (let at = 0; (at -= every * Math.log(1 - chance.double())) <= until; ) {
    const leaves = present.length >= 2 * nodes.length || (present.length > least && chance.chance(0.5));
    const node = leaves ? chance.pick(present) : `new ${changes.length + 1}`;
    if (leaves) present.splice(present.indexOf(node), 1);
    else present.push(node);
    changes.push({ at, kind: leaves ? "leave" : "join", node });
  }
  return changes;
}

/** What is kept, and how fast it can be copied. */
export interface ChurnOptions {
  readonly keys: readonly string[];
  /** In time order. */
  readonly changes: readonly Change[];
  /** Copies of each key (default 3). */
  readonly replicas?: number;
  /** Bytes of each key (default 1,000). */
  readonly bytesPerKey?: number;
  /** Bytes per ms that a node can take in (default 1,000, which is 8 Mbit/s). */
  readonly bandwidth?: number;
}

/** What a change asked for. */
export interface ChurnRow extends Change {
  /** How many nodes there are after it. */
  readonly nodes: number;
  /** How many copies have to be made: keys that are new to a node's share. */
  readonly copies: number;
  /** The copies that an even placement makes: the newcomer's even share, or that of the one that left. */
  readonly ideal: number;
  /** The bytes that all changes so far have asked for. */
  readonly bytes: number;
  /** The bytes that are still to be copied at this moment, those of this change included. */
  readonly backlog: number;
  /** When the last copy will be there, if nothing else changes, in ms. */
  readonly settledAt: number;
}

/**
 * The copies that come and go with the nodes: for each change, the keys that are new to somebody's share are copied to it from a
 * replica that has them. Each node takes in `bandwidth`, one key after the other. What a node that leaves was still to get
 * is forgotten. One row for each change, in their order.
 *
 * The placement is changed; it has to have an order of preference, from which the replicas are taken.
 *
 * @throws RangeError for changes out of order, or a node that joins twice or leaves without being there
 */
export function churnTraffic(placement: Placement, options: ChurnOptions): readonly ChurnRow[] {
  const { keys, changes, replicas = 3, bytesPerKey = 1_000, bandwidth = 1_000 } = checkOptions("options", options, [
    "keys", "changes", "replicas", "bytesPerKey", "bandwidth",
  ]);
  integer("replicas", replicas, { min: 1 });
  finite("bytesPerKey", bytesPerKey);
  finite("bandwidth", bandwidth, { min: 1e-9 });
  const holders = (): readonly (readonly string[])[] => keys.map((key) => placement.replicas(key, Math.min(replicas, placement.nodes.length)));
  /** When each node has all that it was to get. */
  const readyAt = new Map<string, number>();
  let before = holders();
  let bytes = 0;
  let last = 0;
  return changes.map(({ at, kind, node }, i) => {
    if (!(at >= last)) throw new RangeError(`changes must be in the order of their times, got ${show(at)} after ${last} at changes[${i}]`);
    last = at;
    const held = Math.min(replicas, placement.nodes.length) * keys.length;
    if (oneOf(`changes[${i}].kind`, kind, ["join", "leave"]) === "join") placement.add(node);
    else {
      placement.remove(node);
      readyAt.delete(node);
    }
    const after = holders();
    let copies = 0;
    for (const [place, nodes] of after.entries()) {
      for (const one of nodes) {
        if (before[place]!.includes(one)) continue;
        copies++;
        readyAt.set(one, Math.max(at, readyAt.get(one) ?? 0) + bytesPerKey / bandwidth);
      }
    }
    before = after;
    bytes += copies * bytesPerKey;
    const count = placement.nodes.length;
    const ideal = kind === "join" ? (Math.min(replicas, count) * keys.length) / count : count < replicas ? 0 : held / (count + 1);
    const waits = [...readyAt.values()].map((ready) => Math.max(0, ready - at));
    const backlog = waits.reduce((sum, wait) => sum + wait * bandwidth, 0);
    return { at, kind, node, nodes: count, copies, ideal, bytes, backlog, settledAt: at + Math.max(0, ...waits) };
  });
}
