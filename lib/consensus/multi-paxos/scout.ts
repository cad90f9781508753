import type { NodeId } from "../../core/role.js";
import { isBefore } from "../paxos/ballot.js";
import type { Command, P1b, PValue, Slot } from "./messages.js";

/**
 * The scout (侦察者) of a leader: it collects the promises of one ballot ("Paxos Made Moderately Complex", van Renesse
 * and Altinbuken, 2015, figure 6). The paper gives each scout a process of its own; here it is a part of its leader.
 */
export interface Scout<C> {
  /** Whom it has asked to join the ballot. */
  readonly asked: Set<NodeId>;
  /** Who has joined the ballot. Whether they are a quorum depends on the slot's configuration. */
  readonly promises: Set<NodeId>;
  /** Of each slot, the vote of the highest ballot that they told of: the paper's pmax. */
  readonly pvalues: Map<Slot, PValue<C>>;
}

/** A scout that has heard of nobody yet. */
export function newScout<C>(): Scout<C> {
  return { asked: new Set(), promises: new Set(), pvalues: new Map() };
}

/** Note a promise, and of each slot the latest vote: the rule of Paxos, for many slots at once. */
export function notePromise<C>({ promises, pvalues }: Scout<C>, from: NodeId, { pvalues: told }: P1b<C>): void {
  promises.add(from);
  for (const pvalue of told) {
    const known = pvalues.get(pvalue.slot);
    if (!known || isBefore(known.ballot, pvalue.ballot)) pvalues.set(pvalue.slot, pvalue);
  }
}

/** The command that some acceptor may have helped to decide in this slot: no other may be proposed there. */
export function boundTo<C>({ pvalues }: Scout<C>, slot: Slot): Command<C> | undefined {
  return pvalues.get(slot)?.command;
}
