import { delay, flag, integer, nodeNames, oneOf, options as checkOptions } from "../../core/parameters.js";
import { majority } from "../../core/quorum.js";
import type { Delay, NodeId } from "../../core/role.js";
import { Ring } from "../placement/ring.js";
import { versionings, type Versioning } from "./versions.js";

/** How a store is made. All its nodes get the same. */
export interface DynamoOptions {
  /** The nodes on the ring. */
  readonly nodes: readonly NodeId[];
  /** N: on how many nodes each key is kept (default 3, or as many as there are). */
  readonly n?: number;
  /** R: how many nodes must answer a read (default a majority of N). */
  readonly r?: number;
  /** W: how many nodes must have a write on disk before it is acknowledged (default a majority of N). */
  readonly w?: number;
  /**
   * Who counts for a quorum (section 4.6): with "sloppy" (the default) the next nodes of the ring stand in for those that
   * do not answer, and so a read may miss a write although R + W > N; with "strict" only the key's N own nodes.
   */
  readonly quorum?: "sloppy" | "strict";
  /** What is done with concurrent writes (default "dotted"; see the three of `versionings`, and what each loses). */
  readonly versions?: "dotted" | "vector" | "last-writer-wins";
  /** The most entries of a clock; the oldest goes first (section 4.4; the paper's is 10). By default no entry goes, which is safe. */
  readonly clockLimit?: number;
  /** Whether a read brings stale replicas up to date (default true). */
  readonly readRepair?: boolean;
  /** How long a coordinator waits for nodes before it asks them again, and others in their stead, in ms (default [40, 60]). */
  readonly patience?: Delay;
  /** How often a coordinator asks at most (default 4). After that the client has to ask again. */
  readonly rounds?: number;
  /** How long what is kept for another node waits between two attempts to hand it over, in ms (default [80, 120]). */
  readonly handoffEvery?: Delay;
  /** How long a node waits before it compares its trees with those of the next node, in ms (default [400, 600]); null for never. */
  readonly compareEvery?: Delay | null;
  /** How many points each node has on the ring (default 16): "virtual nodes". */
  readonly points?: number;
  /**
   * What nodes share their fate with, as a rack or a data center. Where there are zones, a preference list takes nodes of
   * zones that it does not have yet first: "the preference list of a key is constructed such that the storage nodes are spread
   * across multiple data centers" (section 4.6). A node that is not named is a zone by itself.
   */
  readonly zones?: Readonly<Record<NodeId, string>>;
}

/** The options with all that was left out, checked, and what follows from them. */
export interface Settings {
  readonly n: number;
  readonly r: number;
  readonly w: number;
  readonly isSloppy: boolean;
  readonly versioning: Versioning;
  readonly clockLimit: number | null;
  readonly readRepair: boolean;
  readonly patience: Delay;
  readonly rounds: number;
  readonly handoffEvery: Delay;
  readonly compareEvery: Delay | null;
  readonly nodes: readonly NodeId[];
  /** All nodes in the key's order: "the list of nodes that is responsible for storing a particular key" (section 4.3) is its first N. */
  orderOf(key: string): readonly NodeId[];
  /** The key's preference list. */
  preferenceOf(key: string): readonly NodeId[];
  /** The key range that a key is in: all keys with the same preference list. Its name lists the nodes. */
  rangeOf(key: string): string;
}

const OPTIONS = [
  "nodes", "n", "r", "w", "quorum", "versions", "clockLimit", "readRepair", "patience", "rounds", "handoffEvery", "compareEvery", "points", "zones",
] as const satisfies readonly (keyof DynamoOptions)[];

/** @throws RangeError or TypeError for an option that is unknown or out of its range */
export function settingsOf(given: DynamoOptions): Settings {
  checkOptions("dynamo", given, OPTIONS);
  const nodes = nodeNames("nodes", given.nodes);
  const bad = nodes.find((node) => node.includes(" "));
  if (bad !== undefined) throw new RangeError(`nodes must have names without spaces, got "${bad}"`);
  const n = integer("n", given.n ?? Math.min(3, nodes.length), { min: 1 });
  if (n > nodes.length) throw new RangeError(`n must be at most the number of nodes, ${nodes.length}, got ${n}: a node keeps one replica`);
  const r = quorumSize("r", given.r ?? majority(n), n);
  const w = quorumSize("w", given.w ?? majority(n), n);
  const { quorum = "sloppy", versions = "dotted", readRepair = true } = given;
  const { patience = [40, 60], rounds = 4, handoffEvery = [80, 120], compareEvery = [400, 600] } = given;
  const zones = new Map(Object.entries(given.zones ?? {}));
  const stranger = [...zones.keys()].find((node) => !nodes.includes(node as NodeId));
  if (stranger !== undefined) throw new RangeError(`zones must be of nodes of the store: ${stranger} is not among ${nodes.join(", ")}`);
  const places = nodes.map((node) => (zones.has(node) ? { node, zone: zones.get(node)! } : { node }));
  const ring = new Ring(places, { points: given.points ?? 16 });
  // The ring stands, so what it says of a key is remembered: a node asks it several times for each message.
  const orders = new Map<string, readonly NodeId[]>();
  const preferences = new Map<string, readonly NodeId[]>();
  const orderOf = (key: string): readonly NodeId[] =>
    remembered(orders, key, () => ring.replicas(key, nodes.length, { apart: "zones" }) as readonly NodeId[]);
  const preferenceOf = (key: string): readonly NodeId[] =>
    remembered(preferences, key, () => ring.replicas(key, n, { apart: "zones" }) as readonly NodeId[]);
  return {
    n,
    r,
    w,
    isSloppy: oneOf("quorum", quorum, ["sloppy", "strict"]) === "sloppy",
    versioning: versionings[oneOf("versions", versions, ["dotted", "vector", "last-writer-wins"])],
    clockLimit: given.clockLimit === undefined ? null : integer("clockLimit", given.clockLimit, { min: 1 }),
    readRepair: flag("readRepair", readRepair),
    patience: delay("patience", patience),
    rounds: integer("rounds", rounds, { min: 1 }),
    handoffEvery: delay("handoffEvery", handoffEvery),
    compareEvery: compareEvery === null ? null : delay("compareEvery", compareEvery),
    nodes,
    orderOf,
    preferenceOf,
    rangeOf: (key) => preferenceOf(key).join(" "),
  };
}

function remembered<T>(known: Map<string, T>, key: string, find: () => T): T {
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = find();
  known.set(key, found);
  return found;
}

function quorumSize(name: string, size: number, n: number): number {
  integer(name, size, { min: 1 });
  if (size > n) throw new RangeError(`${name} must be at most n, ${n}, got ${size}: so many replicas never answer`);
  return size;
}
