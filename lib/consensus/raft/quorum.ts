import type { NodeId } from "../../core/role.js";
import type { Configuration } from "./configuration.js";

/*
 * What a configuration makes of acknowledgements and votes: pure functions, as etcd's package quorum has them. A joint
 * configuration decides when both its halves do ("Consensus: Bridging Theory and Practice", Ongaro, 2014, section 4.3).
 * An empty half has no say, which makes a configuration that is not joint the special case that it is.
 */

/** Who votes, of all that a configuration says. */
export type Voting = Pick<Configuration, "voters" | "outgoing">;

/** How a vote stands: more than half said yes; so many said no that this cannot be any more; or neither yet. */
export type VoteResult = "won" | "lost" | "pending";

/**
 * The greatest index that a quorum holds: with majorities N such that "a majority of matchIndex[i] >= N" (Ongaro and
 * Ousterhout 2014, Figure 2), in a joint configuration the lesser of its two halves. Whoever is not in `matchIndex`
 * holds nothing, and whoever is there but does not vote is not counted. Whether the entry may be committed is another
 * question (section 5.4.2).
 */
export function committedIndex({ voters, outgoing }: Voting, matchIndex: ReadonlyMap<NodeId, number>): number {
  const incoming = committedByMajority(voters, matchIndex);
  if (outgoing.length === 0) return incoming;
  return Math.min(incoming, committedByMajority(outgoing, matchIndex));
}

/** How the vote stands, given who said yes (true) or no (false) so far. */
export function voteResult({ voters, outgoing }: Voting, votes: ReadonlyMap<NodeId, boolean>): VoteResult {
  const incoming = voteOfMajority(voters, votes);
  if (outgoing.length === 0) return incoming;
  const before = voteOfMajority(outgoing, votes);
  if (incoming === before) return incoming;
  return incoming === "lost" || before === "lost" ? "lost" : "pending";
}

/** Whether these nodes hold a majority of the voters, and of the outgoing voters if there are any. */
export function isQuorum({ voters, outgoing }: Voting, nodes: ReadonlySet<NodeId>): boolean {
  return isMajority(voters, nodes) && isMajority(outgoing, nodes);
}

/** The greatest index that more than half of these voters hold; Infinity if there are none, who then hold nothing up. */
export function committedByMajority(voters: readonly NodeId[], matchIndex: ReadonlyMap<NodeId, number>): number {
  const n = voters.length;
  if (n === 0) return Infinity;
  // Insertion sort, greatest first: of so few numbers the fastest, and without an array of its own.
  for (let i = 0; i < n; i++) {
    const index = matchIndex.get(voters[i]!) ?? 0;
    let place = i;
    for (; place > 0 && sorted[place - 1]! < index; place--) sorted[place] = sorted[place - 1]!;
    sorted[place] = index;
  }
  return sorted[n >> 1]!; // floor(n / 2) + 1 voters hold this index or a greater one
}

/** Of the last call; what stands in it has no meaning between two. */
const sorted: number[] = [];

/** How the vote among these voters stands; "won" if there are none. */
export function voteOfMajority(voters: readonly NodeId[], votes: ReadonlyMap<NodeId, boolean>): VoteResult {
  if (voters.length === 0) return "won";
  const quorum = (voters.length >> 1) + 1;
  let granted = 0;
  let missing = 0;
  for (let i = 0; i < voters.length; i++) {
    const vote = votes.get(voters[i]!);
    if (vote === undefined) missing += 1;
    else if (vote) granted += 1;
  }
  if (granted >= quorum) return "won";
  return granted + missing >= quorum ? "pending" : "lost";
}

function isMajority(voters: readonly NodeId[], nodes: ReadonlySet<NodeId>): boolean {
  let count = 0;
  for (let i = 0; i < voters.length; i++) if (nodes.has(voters[i]!)) count += 1;
  return voters.length === 0 || count > voters.length >> 1;
}

/**
 * Whether every quorum of the one configuration shares a server with every quorum of the other: what keeps two leaders
 * out of one term (Ongaro 2014, section 4.1). For majorities it can be counted; joint configurations are searched, by
 * groups of servers that vote in the same places.
 */
export function quorumsMeet(one: Voting, other: Voting): boolean {
  const halves = [one.voters, one.outgoing, other.voters, other.outgoing];
  const groups = new Map<number, number>();
  for (const node of new Set(halves.flat())) {
    const places = halves.reduce((mask, half, i) => (half.includes(node) ? mask | (1 << i) : mask), 0);
    groups.set(places, (groups.get(places) ?? 0) + 1);
  }
  const wanted = halves.map((half) => (half.length === 0 ? 0 : (half.length >> 1) + 1));
  return !canPart([...groups], 0, wanted);
}

/**
 * Whether the servers of these groups can be dealt out to two sides that share none, so that each side gets as many of
 * each half of its configuration as it still wants.
 */
function canPart(
  groups: readonly (readonly [places: number, size: number])[],
  from: number,
  wanted: readonly number[],
): boolean {
  const group = groups[from];
  if (!group) return wanted.every((count) => count <= 0);
  const [places, size] = group;
  for (let first = 0; first <= size; first++) {
    const left = wanted.map((count, half) => {
      if ((places & (1 << half)) === 0) return count;
      return count - (half < 2 ? first : size - first);
    });
    if (canPart(groups, from + 1, left)) return true;
  }
  return false;
}
