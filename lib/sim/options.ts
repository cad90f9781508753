import { options, show } from "../core/parameters.js";
import type { Decision, Property } from "../core/property.js";
import type { Seed } from "../core/random.js";
import type { AnyRole, Call, NodeId, RequestOf, Tagged } from "../core/role.js";
import type { TraceEvent } from "../trace/event.js";
import type { ClientOptions } from "./clients.js";
import type { ScriptedFault } from "./faults.js";
import { sampler, type Latency, type Sampler } from "./latency.js";
import type { NemesisOptions } from "./nemesis.js";
import type { NetworkOptions } from "./network.js";
import type { Node } from "./node.js";

/** The nodes of a cluster: a role for each name. */
export type Nodes = Readonly<Record<string, AnyRole>>;

/** A request at a given time, to a node whose role takes it. */
export type ScriptedRequest<N extends Nodes> = {
  readonly [K in keyof N & string]: { readonly at: number; readonly node: K; readonly request: RequestOf<N[K]> };
}[keyof N & string];

/** What may be asked of some node of the cluster. */
export type AnyRequest<N extends Nodes> = RequestOf<N[keyof N & string]>;

/** The name of one of these nodes, as a text or as `ids` made it. */
export type NameOf<N extends Nodes> = (keyof N & string) | NodeId;

/** Somebody on the network: a node or a client. (The odd type keeps a misspelt name from counting as a client's.) */
export type PlaceOf<N extends Nodes, C extends string> = NameOf<N> | [C][C extends unknown ? 0 : never];

/** What a simulation is made of. Only `nodes` must be given. */
export interface SimulationOptions<N extends Nodes, C extends string = never> {
  /** The seed of all chance in the run, 1 by default. */
  readonly seed?: Seed;
  readonly nodes: N;
  readonly network?: NetworkOptions;
  /** How long a flush to disk takes. Default 0: writes are on disk at once. */
  readonly disk?: { readonly flush?: Latency };
  /** How long a node works on each message or request before its rule's effects leave. Default 0. A busy node queues. */
  readonly processing?: Latency | ProcessingOptions<NameOf<N>>;
  /** Requests from outside, each at its time. */
  readonly requests?: readonly ScriptedRequest<N>[];
  /** Clients that send requests over the network; their names stand beside the nodes' in links and partitions. */
  readonly clients?: { readonly [K in C]: ClientOptions<NameOf<N>, AnyRequest<N>> };
  /** What goes wrong, and when. */
  readonly faults?: readonly ScriptedFault<NameOf<N>, PlaceOf<N, C>>[];
  /** Random faults. */
  readonly nemesis?: NemesisOptions<NameOf<N>>;
  /** Checked after every step. The run ends at the first violation, unless `stopAtViolation` is false. */
  readonly properties?: readonly Property[];
  readonly stopAtViolation?: boolean;
  /** Where a run that does not come to rest ends. Default: 60,000 ms and 1,000,000 steps. */
  readonly limits?: { readonly time?: number; readonly events?: number };
  /** Record which fields of the state each step changed. Off by default, because finding them costs time. */
  readonly changes?: boolean;
  /** Freeze every message at its sending, so that a rule that later changes one throws. Off by default. */
  readonly freeze?: boolean;
  /** Called now and then in a long run. */
  readonly progress?: (progress: Progress) => void;
}

/** How far a run has come. */
export interface Progress {
  /** Virtual time in ms. */
  readonly now: number;
  readonly steps: number;
  readonly sent: number;
  readonly delivered: number;
}

/** When to stop: at a virtual time in ms (what happens at that very time still happens), or after the step with such an event. */
export type Until = number | ((event: TraceEvent) => boolean);

/** Why and when a run ended; `reason` says it in a sentence. */
export interface Ended {
  readonly kind: "quiet" | "until" | "time-limit" | "event-limit" | "violation";
  readonly at: number;
  readonly reason: string;
}

/** A property that did not hold, and where. */
export interface Violation {
  readonly property: string;
  readonly problem: string;
  readonly at: number;
  readonly step: number;
}

/** A decision, and when it was announced. */
export interface TimedDecision extends Decision {
  readonly at: number;
}

/** One operation of a client, from its first call to its answer. */
export interface Operation {
  readonly client: NodeId;
  readonly call: Call;
  /** The node that was asked last. */
  readonly node: NodeId;
  readonly request: Tagged;
  /** What the first answer said; undefined while there is none. */
  readonly result: unknown;
  readonly invokedAt: number;
  /** When the first answer came; null if none did, and then nobody knows whether the operation took effect. */
  readonly returnedAt: number | null;
  /** How often the client asked. */
  readonly attempts: number;
}

/** How long work takes: the same for all, with exceptions by node and, before those, by kind of message or request. */
export interface ProcessingOptions<Name extends string = string> {
  readonly each?: Latency;
  readonly nodes?: { readonly [K in Name]?: Latency };
  readonly kinds?: Readonly<Record<string, Latency>>;
}

/** The names of all options. */
export const OPTIONS: readonly string[] = [
  "seed", "nodes", "network", "disk", "processing", "requests", "clients", "faults", "nemesis", "properties",
  "stopAtViolation", "limits", "changes", "freeze", "progress",
] as const satisfies readonly (keyof SimulationOptions<Nodes, string>)[];

export function checkRole(name: string, role: AnyRole): void {
  if (typeof role === "object" && role !== null && typeof role.init === "function" && Array.isArray(role.durable)) return;
  throw new TypeError(`nodes.${name} must be a role, got ${show(role)}`);
}

export function checkRequest(name: string, node: Node, request: Tagged): void {
  const kind: unknown = request?.kind;
  if (typeof kind === "string" && node.rules.request.has(kind)) return;
  const kinds = [...node.rules.request.keys()];
  throw new RangeError(`${name}: ${node.id} (${node.role}) takes ${kinds.length > 0 ? `requests of kind ${kinds.join(", ")}` : "no requests"}, got ${show(request)}`);
}

/** How long a node works on an input, by node and kind. */
export function workOf(processing: Latency | ProcessingOptions, names: readonly string[]): (node: string, kind: string) => Sampler {
  if (!hasExceptions(processing)) {
    const each = sampler("processing", processing);
    return () => each;
  }
  const { each = 0, nodes = {}, kinds = {} } = options("processing", processing, ["each", "nodes", "kinds"]);
  options("processing.nodes", nodes, names);
  const all = sampler("processing.each", each);
  const table = (name: string, latencies: Readonly<Record<string, Latency | undefined>>): Map<string, Sampler> =>
    new Map(Object.entries(latencies).map(([key, latency]) => [key, sampler(`${name}.${key}`, latency ?? each)]));
  const byNode = table("processing.nodes", nodes);
  const byKind = table("processing.kinds", kinds);
  return (node, kind) => byKind.get(kind) ?? byNode.get(node) ?? all;
}

function hasExceptions(processing: Latency | ProcessingOptions): processing is ProcessingOptions {
  return typeof processing === "object" && processing !== null && !Array.isArray(processing) && !("kind" in processing);
}
