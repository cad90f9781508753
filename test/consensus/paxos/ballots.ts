import type { NodeId } from "../../../lib/core/role.js";
import type { Ballot } from "../../../lib/consensus/paxos/ballot.js";

/** A ballot in few letters. */
export function ballot(round: number, proposer: string): Ballot {
  return { round, proposer: proposer as NodeId };
}
