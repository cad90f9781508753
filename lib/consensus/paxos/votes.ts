import type { NodeId } from "../../core/role.js";
import { type Ballot, nameOf } from "./ballot.js";

/** Who voted in which ballot, as far as one learner has heard. The keys are the names of the ballots. */
export type Votes = Map<string, Set<NodeId>>;

/**
 * Note a vote, and say how many acceptors have now voted in its ballot. Votes of different ballots never add
 * up, and an acceptor counts once in each, however often the network brings its message: hence a set of names
 * and no counter.
 */
export function countVote(votes: Votes, ballot: Ballot, from: NodeId): number {
  const name = nameOf(ballot);
  const voters = votes.get(name) ?? new Set();
  votes.set(name, voters.add(from));
  return voters.size;
}
