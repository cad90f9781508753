import type { NodeId } from "../../core/role.js";
import type { Command } from "./messages.js";

/**
 * The commander (指挥者) of a leader for one slot: it collects the votes for one command in one ballot ("Paxos Made
 * Moderately Complex", van Renesse and Altinbuken, 2015, figure 5). Slots do not wait for each other, so a leader
 * has many commanders at a time. The paper gives each a process of its own; here it is a part of its leader.
 */
export interface Commander<C> {
  readonly command: Command<C>;
  /** Who decides in its slot. */
  readonly acceptors: readonly NodeId[];
  /** Who has voted: a set of names, so that a doubled message counts once. */
  readonly votes: Set<NodeId>;
  /** Whether it has been at it for a while, so that its question may be lost. */
  isLate: boolean;
}
