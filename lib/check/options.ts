import type { Property, World } from "../core/property.js";
import { flag, integer, options as checkOptions, show } from "../core/parameters.js";
import type { AnyRole, Call, NodeId, RequestOf, Tagged } from "../core/role.js";

/** A request to a node, typed by the node's role. Nodes that take no requests do not occur. */
export type Ask<Nodes> = {
  [N in keyof Nodes]: [RequestOf<Nodes[N]>] extends [never]
    ? never
    : { readonly node: N; readonly request: RequestOf<Nodes[N]> };
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
  /**
   * What must come true in the end, once faults stop: in every world, whatever faults led there, every way on without
   * crashes and copies, on which each message in flight and each request may take any turn, comes to a world where
   * this is true. Proved or refuted only for the bounds: ways that end because `timers` is used up are counted as
   * cut off, and a way that goes round for ever is a violation even if only an unfair scheduler would take it.
   */
  readonly eventually?: { readonly [name: string]: (world: World) => boolean };
  /** How many timers may fire in one run (default 0). Any set timer may, whatever its delay. `Infinity`: no bound. */
  readonly timers?: Bound<Nodes>;
  /** How many crashes there may be in one run (default 0). A node that is down may restart at any time, or never. */
  readonly crashes?: Bound<Nodes>;
  /** Whether a node that has crashed may restart (default true). Without, a crash is for ever (fail-stop). */
  readonly restarts?: boolean;
  /**
   * How many deliveries may leave a copy in flight in one run (default 0). With `Infinity` messages stay for
   * ever once sent, as in Lamport's specifications, and the network is a set.
   */
  readonly duplicates?: number;
  /**
   * Groups of nodes that are interchangeable, such as acceptors: of worlds that differ only in which of them is
   * which, one is looked at, so that a group of three takes about a sixth of the worlds. Nodes of a group must have
   * equal roles and be asked nothing by clients, and nobody may tell them apart; what the search sees of that is
   * checked. Give their names nowhere to values.
   */
  readonly symmetric?: readonly (readonly (keyof Nodes & string)[])[];
  /**
   * Deliver no message that would change nothing (default false). As every message may be lost, what can follow
   * such a delivery can follow without it, so verdicts and the lengths of schedules stay as they are, with a half or
   * a third of the worlds. (A reduction by simulation: the world that still has the message can do all that the
   * one without it can.) Counts of worlds are then no longer those of the definition.
   */
  readonly reduce?: boolean;
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
  readonly eventually: { readonly [name: string]: (world: World) => boolean };
  /** Per node name, or in all. */
  readonly timers: number | Readonly<Record<string, number>>;
  readonly crashes: number | Readonly<Record<string, number>>;
  readonly restarts: boolean;
  readonly duplicates: number;
  readonly symmetric: readonly (readonly string[])[];
  readonly reduce: boolean;
  readonly order: "breadth" | "depth";
  readonly maxWorlds: number;
  readonly maxDepth: number;
  readonly progress: ((progress: Progress) => boolean | void) | undefined;
}

const OPTIONS = [
  "nodes",
  "requests",
  "properties",
  "reach",
  "eventually",
  "timers",
  "crashes",
  "restarts",
  "duplicates",
  "symmetric",
  "reduce",
  "order",
  "maxWorlds",
  "maxDepth",
  "progress",
] as const;

/** Check the options of an exploration, and bring each into one shape. */
export function planOf(options: ExploreOptions<any>): Plan {
  checkOptions("explore", options, OPTIONS);
  const { nodes, requests = [], properties = [], reach = {}, eventually = {}, timers = 0 } = options;
  const { crashes = 0, restarts = true, duplicates = 0 } = options;
  const {
    symmetric = [],
    reduce = false,
    order = "breadth",
    maxWorlds = 1_000_000,
    maxDepth = Infinity,
    progress,
  } = options;
  if (typeof nodes !== "object" || nodes === null)
    throw new TypeError(`nodes must be an object of roles by name, got ${show(nodes)}`);
  const names = Object.keys(nodes);
  if (names.length === 0) throw new RangeError("nodes must name at least one node, got {}");
  for (const name of names) {
    if (typeof nodes[name]?.init !== "function")
      throw new TypeError(`nodes.${name} must be a role, got ${show(nodes[name])}`);
  }
  if (order !== "breadth" && order !== "depth")
    throw new RangeError(`order must be "breadth" or "depth", got ${show(order)}`);
  for (const [what, predicates] of Object.entries({ reach, eventually })) {
    for (const [name, predicate] of Object.entries(predicates)) {
      if (typeof predicate !== "function")
        throw new TypeError(`${what}.${name} must be a function, got ${show(predicate)}`);
    }
  }
  if (!Array.isArray(properties)) throw new TypeError(`properties must be a list, got ${show(properties)}`);
  properties.forEach((property: Property | undefined, i) => {
    if (typeof property?.check !== "function")
      throw new TypeError(`properties[${i}] must be a property with a check, got ${show(property)}`);
  });
  if (duplicates === Infinity && Object.keys(eventually).length > 0) {
    throw new RangeError(
      "eventually needs a bound on duplicates: where messages stay for ever, every run can go round for ever",
    );
  }
  if (!Array.isArray(requests)) throw new TypeError(`requests must be a list, got ${show(requests)}`);
  const clients = requests.map((entry: unknown, i: number) => {
    const list: readonly unknown[] = Array.isArray(entry) ? entry : [entry];
    if (list.length === 0) throw new RangeError(`requests[${i}] must hold at least one request, got []`);
    return list.map((ask) => {
      const { node, request } = (ask ?? {}) as { node: NodeId; request: Tagged };
      if (!names.includes(node))
        throw new RangeError(`requests[${i}]: no node ${show(node)} in this cluster: ${names.join(", ")}`);
      if (typeof request?.kind !== "string")
        throw new TypeError(`requests[${i}].request must have a kind, got ${show(request)}`);
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
    eventually,
    timers: boundOf("timers", timers, names),
    crashes: boundOf("crashes", crashes, names),
    restarts: flag("restarts", restarts),
    duplicates: countOf("duplicates", duplicates),
    symmetric: groupsOf(
      symmetric,
      names,
      { timers, crashes },
      clients.flat().map(({ node }) => node),
    ),
    reduce: flag("reduce", reduce),
    order,
    maxWorlds: integer("maxWorlds", maxWorlds, { min: 1, max: 2 ** 31 - 2 }),
    maxDepth: countOf("maxDepth", maxDepth),
    progress,
  };
}

function groupsOf(
  groups: unknown,
  names: readonly string[],
  bounds: Readonly<Record<string, unknown>>,
  asked: readonly string[],
): readonly (readonly string[])[] {
  if (!Array.isArray(groups)) throw new TypeError(`symmetric must be a list of groups of nodes, got ${show(groups)}`);
  const seen = new Set<string>();
  let renamings = 1;
  groups.forEach((group: unknown, i) => {
    if (!Array.isArray(group) || group.length < 2)
      throw new RangeError(`symmetric[${i}] must name at least two nodes, got ${show(group)}`);
    group.forEach((name: string, k) => {
      if (!names.includes(name))
        throw new RangeError(`symmetric[${i}]: no node ${show(name)} in this cluster: ${names.join(", ")}`);
      if (seen.has(name)) throw new RangeError(`symmetric[${i}] names ${name} a second time`);
      if (asked.includes(name))
        throw new RangeError(`symmetric[${i}]: ${name} is asked by a client, which tells it apart`);
      for (const [what, bound] of Object.entries(bounds)) {
        if (typeof bound === "object" && bound !== null && name in bound)
          throw new RangeError(`symmetric[${i}]: ${what} has a bound for ${name} alone, which tells it apart`);
      }
      seen.add(name);
      renamings *= k + 1;
    });
  });
  if (renamings > 5_040)
    throw new RangeError(`symmetric makes for ${renamings} renamings, more than the 5,040 that are sensible`);
  return groups;
}

function boundOf(name: string, value: unknown, names: readonly string[]): number | Readonly<Record<string, number>> {
  if (typeof value !== "object" || value === null) return countOf(name, value);
  checkOptions(name, value, names);
  return Object.fromEntries(Object.entries(value).map(([node, count]) => [node, countOf(`${name}.${node}`, count)]));
}

function countOf(name: string, value: unknown): number {
  return value === Infinity ? Infinity : integer(name, value, { max: 1_000_000 });
}

/** The names of calls, made like those of a client in the simulator. */
export function callOf(sequence: number, position: number): Call {
  return `client${sequence + 1}#${position + 1}` as Call;
}
