import type { PlacementProperty } from "../../../lib/storage/placement/properties.js";
import {
  Anchor, apart, balanced, BoundedRing, complete, faithful, inherited, Jump, Ketama, Maglev, monotone, MultiProbe, Rendezvous,
  reversible, Ring, Skeleton, Slots, stable, thrifty, unordered, type NodeList, type Placement,
} from "../../../lib/placement.js";

/** A scheme, the properties that it keeps, and those that it is known not to keep. */
export interface SchemeCase {
  readonly name: string;
  readonly make: (nodes: NodeList) => Placement;
  readonly keeps: readonly PlacementProperty[];
  readonly breaks: readonly PlacementProperty[];
}

const always = [complete, stable];

/** Every scheme, with ten nodes and 10,000 keys in mind. */
export const schemes: readonly SchemeCase[] = [
  {
    name: "ring", make: (nodes) => new Ring(nodes),
    keeps: [...always, monotone, faithful, reversible, apart, inherited, unordered, thrifty(1.4), balanced({ least: 0.7, most: 1.35 })], breaks: [],
  },
  {
    name: "ketama", make: (nodes) => new Ketama(nodes),
    keeps: [...always, monotone, faithful, reversible, apart, inherited, unordered, thrifty(1.4), balanced({ least: 0.7, most: 1.35 })], breaks: [],
  },
  {
    name: "bounded ring", make: (nodes) => new BoundedRing(nodes, { epsilon: 0.1 }),
    keeps: [...always, thrifty(1.6), balanced({ least: 0.7, most: 1.1 }), apart], breaks: [monotone, faithful, unordered],
  },
  {
    name: "rendezvous", make: (nodes) => new Rendezvous(nodes),
    keeps: [...always, monotone, faithful, reversible, apart, inherited, unordered, thrifty(1.1), balanced({ least: 0.9, most: 1.1 })], breaks: [],
  },
  {
    name: "skeleton", make: (nodes) => new Skeleton(nodes, { fanOut: 3, levels: 1 }),
    keeps: [...always, monotone, faithful, reversible, apart, inherited, thrifty(1.2), balanced({ least: 0.8, most: 1.2 })], breaks: [unordered],
  },
  {
    name: "jump", make: (nodes) => new Jump(nodes),
    keeps: [...always, monotone, faithful, reversible, thrifty(1.1), balanced({ least: 0.9, most: 1.1 })], breaks: [unordered],
  },
  {
    name: "maglev", make: (nodes) => new Maglev(nodes),
    keeps: [...always, reversible, unordered, thrifty(1.3), balanced({ least: 0.9, most: 1.1 })], breaks: [monotone, faithful],
  },
  {
    name: "multi-probe", make: (nodes) => new MultiProbe(nodes),
    keeps: [...always, monotone, faithful, reversible, apart, inherited, unordered, thrifty(1.3), balanced({ least: 0.5, most: 1.15 })], breaks: [],
  },
  {
    name: "anchor", make: (nodes) => new Anchor(nodes, { capacity: 32 }),
    keeps: [...always, monotone, faithful, reversible, thrifty(1.1), balanced({ least: 0.9, most: 1.1 })], breaks: [unordered],
  },
  {
    name: "slots", make: (nodes) => new Slots(nodes),
    keeps: [...always, monotone, faithful, thrifty(1.1), balanced({ least: 0.9, most: 1.1 })], breaks: [unordered],
  },
];
