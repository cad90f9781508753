import { nameOf } from "../../consensus/paxos/ballot.js";
import type { NodeId } from "../../core/role.js";
import type { Outcome } from "../transaction.js";
import type { Choice, Phase2b } from "./messages.js";

/** For each instance and each ballot in it: the value, and the acceptors that voted for it. */
export type Tally = Map<NodeId, Map<string, { readonly value: Choice; readonly voters: Set<NodeId> }>>;

/** Note the votes that an acceptor tells of. A set of names, because a message may arrive twice. */
export function countVotes(tally: Tally, { ballot, values }: Phase2b, acceptor: NodeId): void {
  for (const [instance, value] of Object.entries(values) as [NodeId, Choice][]) {
    const ballots = tally.get(instance) ?? new Map();
    tally.set(instance, ballots);
    const votes = ballots.get(nameOf(ballot)) ?? { value, voters: new Set() };
    ballots.set(nameOf(ballot), votes);
    votes.voters.add(acceptor);
  }
}

/**
 * The outcome, as far as the votes that were counted decide it: to commit takes every instance to choose "prepared",
 * and one that chooses "aborted" is enough to abort. (Section 4.2.)
 */
export function outcomeOf(tally: Tally, participants: readonly NodeId[], quorum: number): Outcome | null {
  const chosen = participants.map((instance) => {
    for (const { value, voters } of tally.get(instance)?.values() ?? []) if (voters.size >= quorum) return value;
    return null;
  });
  if (chosen.includes("aborted")) return "abort";
  return chosen.every((value) => value === "prepared") ? "commit" : null;
}
