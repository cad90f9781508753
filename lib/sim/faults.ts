import { finite, oneOf, options, show } from "../core/parameters.js";
import type { NodeView } from "../core/property.js";
import type { NodeId } from "../core/role.js";
import type { CrashMoment } from "./node.js";

/**
 * Who is struck: a node by its name, or the first node that is up and fits the predicate at the moment when
 * the fault strikes: `({ state }) => state.phase === "leader"`. If none fits, nothing happens.
 */
export type Victim<Name extends string> = Name | ((node: NodeView) => boolean);

/**
 * What can be done to a cluster. Times are in virtual ms; `forMs` undoes the fault by itself after so long. A
 * `Place` is a node or a client; clients have links that can be cut, and nothing else that can fail.
 */
export type Fault<Name extends string = string, Place extends string = Name> =
  /**
   * The node stops: its state, its timers and its unsynced writes are lost (a prefix of the writes survives).
   * At the moment "before-flush" it does so at its next write, which is lost, and "after-flush" when its next
   * write is on disk, but nothing has left that was asked for after it. If no such write comes `withinMs` (by
   * default: ever), it does not crash. `forMs` counts from the crash.
   */
  | {
      readonly kind: "crash";
      readonly node: Victim<Name>;
      readonly moment?: "now" | CrashMoment;
      readonly withinMs?: number;
      readonly forMs?: number;
    }
  /** The node boots from its disk. */
  | { readonly kind: "restart"; readonly node: Name }
  /** The node does nothing, as in a long garbage collection: messages wait, timers fire late. */
  | { readonly kind: "pause"; readonly node: Victim<Name>; readonly forMs?: number }
  | { readonly kind: "resume"; readonly node: Name }
  /** The node's disk finishes no write for so long. */
  | { readonly kind: "stall"; readonly node: Victim<Name>; readonly forMs: number }
  /** All that the node does, sends and writes takes `factor` times as long. A factor of 1 ends it. */
  | { readonly kind: "slow"; readonly node: Victim<Name>; readonly factor: number; readonly forMs?: number }
  /** The node's clock jumps to `offsetMs` (default 0) ahead of the true time and runs at `rate` (default 1) times its speed. */
  | { readonly kind: "skew"; readonly node: Victim<Name>; readonly offsetMs?: number; readonly rate?: number; readonly forMs?: number }
  /**
   * Two nodes of which no group holds both cannot talk. A node in two groups is a bridge between them; one
   * that is in no group keeps all its links.
   */
  | { readonly kind: "partition"; readonly groups: readonly (readonly Place[])[]; readonly name?: string; readonly forMs?: number }
  /** A one-way cut: nothing gets from the first to the second, but answers do. */
  | { readonly kind: "cut"; readonly from: readonly Place[]; readonly to: readonly Place[]; readonly name?: string; readonly forMs?: number }
  /** One place is cut off from all nodes (a node, not from clients): both ways, or only what it sends ("out"), or only what it gets ("in"). */
  | {
      readonly kind: "isolate";
      readonly node: Victim<Place>;
      readonly direction?: "both" | "in" | "out";
      readonly name?: string;
      readonly forMs?: number;
    }
  /** The cut of this name is healed; without a name, all cuts. */
  | { readonly kind: "heal"; readonly name?: string }
  /** Everything is put right: cuts are healed, nodes run at their speed with true clocks, and no crash lies in wait. */
  | { readonly kind: "calm" };

/** A fault and when it strikes, in virtual ms. */
export type ScriptedFault<Name extends string = string, Place extends string = Name> = { readonly at: number } & Fault<Name, Place>;

/** A network fault cuts links; each direction of a link is one. */
export type Cut = readonly (readonly [from: NodeId, to: NodeId])[];

const FIELDS: Readonly<Record<Fault["kind"], readonly string[]>> = {
  crash: ["node", "moment", "withinMs", "forMs"],
  restart: ["node"],
  pause: ["node", "forMs"],
  resume: ["node"],
  stall: ["node", "forMs"],
  slow: ["node", "factor", "forMs"],
  skew: ["node", "offsetMs", "rate", "forMs"],
  partition: ["groups", "name", "forMs"],
  cut: ["from", "to", "name", "forMs"],
  isolate: ["node", "direction", "name", "forMs"],
  heal: ["name"],
  calm: [],
};

/**
 * Check one fault's form; `name` is what error messages call it.
 *
 * @throws RangeError or TypeError for an unknown kind, field or node, or a number out of its range
 */
export function checkFault(name: string, fault: Fault, nodes: readonly string[], clients: readonly string[]): void {
  if (typeof fault !== "object" || fault === null) throw new TypeError(`${name} must be an object, got ${show(fault)}`);
  const kinds = Object.keys(FIELDS) as Fault["kind"][];
  options(name, fault, ["at", "kind", ...FIELDS[oneOf(`${name}.kind`, fault.kind, kinds)]]);
  if ("forMs" in fault && fault.forMs !== undefined) finite(`${name}.forMs`, fault.forMs);
  if ("name" in fault && fault.name !== undefined && (typeof fault.name !== "string" || fault.name === "")) {
    throw new TypeError(`${name}.name must be a text, got ${show(fault.name)}`);
  }
  if (FIELDS[fault.kind].includes("node")) {
    const { node } = fault as { readonly node?: unknown };
    const mayBeChosen = fault.kind !== "restart" && fault.kind !== "resume";
    const places = fault.kind === "isolate" ? [...nodes, ...clients] : nodes;
    if (!(mayBeChosen && typeof node === "function")) known(`${name}.node`, node, places);
  }
  switch (fault.kind) {
    case "crash":
      oneOf(`${name}.moment`, fault.moment ?? "now", ["now", "before-flush", "after-flush"]);
      if (fault.withinMs !== undefined) finite(`${name}.withinMs`, fault.withinMs);
      return;
    case "stall":
      finite(`${name}.forMs`, fault.forMs);
      return;
    case "slow":
      finite(`${name}.factor`, fault.factor, { min: 0.001, max: 1e6 });
      return;
    case "skew":
      finite(`${name}.offsetMs`, fault.offsetMs ?? 0, { min: -1e12, max: 1e12 });
      finite(`${name}.rate`, fault.rate ?? 1, { min: 0.001, max: 1000 });
      return;
    case "partition":
      if (!Array.isArray(fault.groups) || fault.groups.length < 2) {
        throw new RangeError(`${name}.groups must be at least two lists of names, got ${show(fault.groups)}`);
      }
      fault.groups.forEach((group, i) => knownAll(`${name}.groups[${i}]`, group, [...nodes, ...clients]));
      return;
    case "cut":
      knownAll(`${name}.from`, fault.from, [...nodes, ...clients]);
      knownAll(`${name}.to`, fault.to, [...nodes, ...clients]);
      return;
    case "isolate":
      oneOf(`${name}.direction`, fault.direction ?? "both", ["both", "in", "out"]);
      return;
    case "restart":
    case "pause":
    case "resume":
    case "heal":
    case "calm":
      return;
  }
}

/**
 * Check a whole script: each fault's form and, where every victim is known by name and no nemesis plays in,
 * that nobody crashes who is down, nobody restarts who is up, and only what was cut is healed.
 */
export function checkScript(
  script: readonly ScriptedFault[],
  { nodes, clients, hasNemesis }: { readonly nodes: readonly string[]; readonly clients: readonly string[]; readonly hasNemesis: boolean },
): void {
  if (!Array.isArray(script)) throw new TypeError(`faults must be a list of faults, got ${show(script)}`);
  script.forEach((fault, i) => {
    checkFault(`faults[${i}]`, fault, nodes, clients);
    finite(`faults[${i}].at`, fault.at);
  });
  const isPlain = script.every((fault) => !("moment" in fault) && !("node" in fault && typeof fault.node === "function"));
  if (!isPlain || hasNemesis) return;
  const down = new Map<string, { readonly since: number; readonly until: number }>();
  const paused = new Map<string, { readonly since: number; readonly until: number }>();
  const cuts: { readonly name: string | undefined; readonly until: number }[] = [];
  const inOrder = script.map((fault, i) => ({ fault, i })).sort((a, b) => a.fault.at - b.fault.at || a.i - b.i);
  for (const { fault, i } of inOrder) {
    const name = `faults[${i}]`;
    switch (fault.kind) {
      case "crash": {
        const last = down.get(fault.node as string);
        if (last && fault.at < last.until) throw new RangeError(`${name}: ${isDown(fault.node as string, last.since)}`);
        down.set(fault.node as string, { since: fault.at, until: fault.at + (fault.forMs ?? Infinity) });
        paused.delete(fault.node as string);
        break;
      }
      case "restart": {
        const last = down.get(fault.node);
        if (!last || fault.at >= last.until) throw new RangeError(`${name}: ${isUp(fault.node)}`);
        down.delete(fault.node);
        break;
      }
      case "pause": {
        const last = paused.get(fault.node as string);
        if (last && fault.at < last.until) throw new RangeError(`${name}: ${isPaused(fault.node as string)}`);
        paused.set(fault.node as string, { since: fault.at, until: fault.at + (fault.forMs ?? Infinity) });
        break;
      }
      case "resume": {
        const last = paused.get(fault.node);
        if (!last || fault.at >= last.until) throw new RangeError(`${name}: ${isNotPaused(fault.node)}`);
        paused.delete(fault.node);
        break;
      }
      case "partition":
      case "cut":
      case "isolate":
        cuts.push({ name: fault.name, until: fault.at + (fault.forMs ?? Infinity) });
        break;
      case "heal": {
        const healed = cuts.filter((cut) => cut.until > fault.at && (fault.name === undefined || cut.name === fault.name));
        if (healed.length === 0) throw new RangeError(`${name}: ${isNotCut(fault.name, cuts)}`);
        for (const cut of healed) cuts.splice(cuts.indexOf(cut), 1);
        break;
      }
      case "calm":
        down.clear();
        paused.clear();
        cuts.length = 0;
        break;
      case "stall":
      case "slow":
      case "skew":
        break;
    }
  }
}

/** Sentences about faults that cannot strike; a script and a call by hand share them. */
export function isDown(node: string, since: number): string {
  return `${node} is down already (since ${since} ms): it cannot crash again before a restart`;
}
export function isUp(node: string): string {
  return `${node} is running: only a node that has crashed can restart`;
}
export function isPaused(node: string): string {
  return `${node} is paused already: it cannot be paused again before it is resumed`;
}
export function isNotPaused(node: string): string {
  return `${node} is not paused: there is nothing to resume`;
}
export function isNotCut(name: string | undefined, cuts: readonly { readonly name: string | undefined }[]): string {
  if (name === undefined) return "nothing to heal: no link is cut";
  const names = cuts.flatMap((cut) => cut.name ?? []);
  const has = names.length > 0 ? `the named cuts are ${names.join(", ")}` : "no cut has a name";
  return `nothing to heal: there is no cut named "${name}"; ${has}`;
}

/** The links that a partition cuts: between any two places that are named and share no group. */
export function linksBetween(groups: readonly (readonly string[])[]): Cut {
  const homes = new Map<string, number[]>();
  groups.forEach((group, i) => {
    for (const name of group) homes.set(name, [...(homes.get(name) ?? []), i]);
  });
  const links: [NodeId, NodeId][] = [];
  for (const [from, itsGroups] of homes) {
    for (const [to, otherGroups] of homes) {
      if (from !== to && !itsGroups.some((group) => otherGroups.includes(group))) links.push([from as NodeId, to as NodeId]);
    }
  }
  return links;
}

function known(name: string, value: unknown, places: readonly string[]): void {
  if (typeof value !== "string") throw new TypeError(`${name} must be the name of a node, got ${show(value)}`);
  if (!places.includes(value)) throw new RangeError(`${name}: ${noNode(value, places)}`);
}

function knownAll(name: string, values: unknown, places: readonly string[]): void {
  if (!Array.isArray(values)) throw new TypeError(`${name} must be a list of names, got ${show(values)}`);
  for (const value of values) known(name, value, places);
}

/** `no node "a9" in this cluster: a1, a2, a3`. */
export function noNode(name: string, places: readonly string[]): string {
  const some = places.length > 12 ? [...places.slice(0, 12), `and ${places.length - 12} more`] : places;
  return `no node "${name}" in this cluster: ${some.join(", ")}`;
}
