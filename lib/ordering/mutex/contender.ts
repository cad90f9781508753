import { delay, nodeNames, options } from "../../core/parameters.js";
import type { Call, Delay, NodeId } from "../../core/role.js";
import type { LamportTime } from "../clocks/lamport.js";

/** What all contenders for the critical section (临界区) have in common. */
export interface Contender {
  readonly id: NodeId;
  /** The Lamport clock. */
  time: number;
  phase: { readonly kind: "outside" } | { readonly kind: "waiting" | "inside"; readonly stamp: LamportTime; readonly call: Call };
  /** Who wants to enter through this node after that. */
  calls: readonly Call[];
}

/** "I want to enter." */
export interface Ask {
  readonly kind: "ask";
  readonly stamp: LamportTime;
}

/** Somebody enters, whose request has this timestamp. */
export interface Entry {
  readonly enters: LamportTime;
}

export interface ContenderOptions {
  /** All that may want to enter. */
  readonly nodes: readonly NodeId[];
  /** How long somebody stays inside, in ms (default 10). */
  readonly stay?: Delay;
}

/** The options, checked, and the others for each node. */
export function contending(name: string, given: ContenderOptions): { readonly others: (self: Contender) => readonly NodeId[]; readonly stay: Delay } {
  const { nodes, stay = 10 } = options(name, given, ["nodes", "stay"]);
  nodeNames("nodes", nodes);
  delay("stay", stay);
  return { others: ({ id }) => nodes.filter((node) => node !== id), stay };
}

export function outside(id: NodeId): Contender {
  return { id, time: 0, phase: { kind: "outside" }, calls: [] };
}
