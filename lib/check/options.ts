import type { Property, World } from "../core/property.js";
import { integer, options as checkOptions, show } from "../core/parameters.js";
import type { AnyRole, Call, NodeId, RequestOf, Tagged } from "../core/role.js";

/** A request to a node, typed by the node's role. */
export type Ask<Nodes> = {
  [N in keyof Nodes]: { readonly node: N; readonly request: RequestOf<Nodes[N]> };
}[keyof Nodes];

/** How often something may happen in one run: in all, or at each of the nodes named (elsewhere never). */
export type Bound<Nodes> = number | { readonly [N in keyof Nodes]?: number };

export interface ExploreOptions<Nodes> {
  /** The cluster: a role for each name. All nodes have booted in the first world. */
  readonly nodes: Nodes;
  /**
   * What clients may ask. Each entry is asked at most once, at any time when its node is up, and the entries in
   * any order; an entry that is a list is a client that asks one thing after the other.
   */
  readonly requests?: readonly (Ask<Nodes> | readonly Ask<Nodes>[])[];
  /** What must hold in every world. */
  readonly properties?: readonly Property[];
  /** What should occur in some world, so that a verdict "holds" is not an empty one. */
  readonly reach?: { readonly [name: string]: (world: World) => boolean };
  /** How many timers may fire in one run (default 0). Any set timer may, whatever its delay. `Infinity`: no bound. */
  readonly timers?: Bound<Nodes>;
  /** How many crashes there may be in one run (default 0). A node that is down may restart at any time, or never. */
  readonly crashes?: Bound<Nodes>;
  /**
   * How many deliveries may leave a copy in flight in one run (default 0). With `Infinity` messages stay for
   * ever once sent, as in Lamport's specifications, and the network is a set.
   */
  readonly duplicates?: number;
  /** "breadth" (default) finds a shortest schedule first; "depth" follows one run to its end before the next. */
  readonly order?: "breadth" | "depth";
  /** Stop, unfinished, before there are more distinct worlds than this (default 1,000,000). */
  readonly maxWorlds?: number;
  /** Look no further than this many actions from the first world (default: no limit). */
  readonly maxDepth?: number;
  /** Called now and then during a long search. To stop it, answer false. */
  readonly progress?: (progress: Progress) => boolean | void;
}

/** How far a search has come. */
export interface Progress {
  /** Distinct worlds found. */
  readonly worlds: number;
  /** How many of them have not been left by all their actions yet. */
  readonly waiting: number;
  /** Actions taken, to new worlds and to known ones. */
  readonly transitions: number;
  /** Actions from the first world to the present one. */
  readonly depth: number;
}

/** What names the property of a rule that threw. */
export const NO_RULE_THROWS = "no rule throws";

/** The options without their types, checked. */
export interface Plan {
  readonly nodes: Readonly<Record<string, AnyRole>>;
  /** The requests of each client, in its order. */
  readonly clients: readonly (readonly { readonly node: NodeId; readonly request: Tagged }[])[];
  readonly properties: readonly Property[];
  readonly reach: { readonly [name: string]: (world: World) => boolean };
  /** Per node name, or in all. */
  readonly timers: number | Readonly<Record<string, number>>;
  readonly crashes: number | Readonly<Record<string, number>>;
  readonly duplicates: number;
  readonly order: "breadth" | "depth";
  readonly maxWorlds: number;
  readonly maxDepth: number;
  readonly progress: ((progress: Progress) => boolean | void) | undefined;
}

const OPTIONS = [
  "nodes", "requests", "properties", "reach", "timers", "crashes", "duplicates", "order", "maxWorlds", "maxDepth", "progress",
] as const;

/** Check the options of an exploration, and bring each into one shape. */
export function planOf(options: ExploreOptions<any>): Plan {
  checkOptions("explore", options, OPTIONS);
  const { nodes, requests = [], properties = [], reach = {}, timers = 0, crashes = 0, duplicates = 0 } = options;
  const { order = "breadth", maxWorlds = 1_000_000, maxDepth = Infinity, progress } = options;
  if (typeof nodes !== "object" || nodes === null) throw new TypeError(`nodes must be an object of roles by name, got ${show(nodes)}`);
  const names = Object.keys(nodes);
  if (names.length === 0) throw new RangeError("nodes must name at least one node, got {}");
  for (const name of names) {
    if (typeof nodes[name]?.init !== "function") throw new TypeError(`nodes.${name} must be a role, got ${show(nodes[name])}`);
  }
  if (order !== "breadth" && order !== "depth") throw new RangeError(`order must be "breadth" or "depth", got ${show(order)}`);
  for (const [name, predicate] of Object.entries(reach)) {
    if (typeof predicate !== "function") throw new TypeError(`reach.${name} must be a function, got ${show(predicate)}`);
  }
  if (!Array.isArray(requests)) throw new TypeError(`requests must be a list, got ${show(requests)}`);
  const clients = requests.map((entry: unknown, i: number) => {
    const list: readonly unknown[] = Array.isArray(entry) ? entry : [entry];
    if (list.length === 0) throw new RangeError(`requests[${i}] must hold at least one request, got []`);
    return list.map((ask) => {
      const { node, request } = (ask ?? {}) as { node: NodeId; request: Tagged };
      if (!names.includes(node)) throw new RangeError(`requests[${i}]: no node ${show(node)} in this cluster: ${names.join(", ")}`);
      if (typeof request?.kind !== "string") throw new TypeError(`requests[${i}].request must have a kind, got ${show(request)}`);
      if (!Object.hasOwn(nodes[node].request, request.kind)) {
        throw new RangeError(`requests[${i}]: ${node} has no rule for a request of the kind ${show(request.kind)}`);
      }
      return { node, request };
    });
  });
  return {
    nodes,
    clients,
    properties,
    reach,
    timers: boundOf("timers", timers, names),
    crashes: boundOf("crashes", crashes, names),
    duplicates: countOf("duplicates", duplicates),
    order,
    maxWorlds: integer("maxWorlds", maxWorlds, { min: 1, max: 2 ** 31 - 2 }),
    maxDepth: countOf("maxDepth", maxDepth),
    progress,
  };
}

function boundOf(name: string, value: unknown, names: readonly string[]): number | Readonly<Record<string, number>> {
  if (typeof value !== "object" || value === null) return countOf(name, value);
  checkOptions(name, value, names);
  return Object.fromEntries(Object.entries(value).map(([node, count]) => [node, countOf(`${name}.${node}`, count)]));
}

function countOf(name: string, value: unknown): number {
  return value === Infinity ? Infinity : integer(name, value, { max: 1_000_000 });
}

/** The names of calls, as a client of the simulator would have them. */
export function callOf(sequence: number, position: number): Call {
  return `c${sequence + 1}#${position + 1}` as Call;
}
