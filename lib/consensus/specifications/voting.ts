import { integer, options } from "../../core/parameters.js";
import type { Specification, SpecificationAction } from "../../core/specification.js";
import { majoritiesOf } from "./majorities.js";
import { each, numbered } from "./names.js";

/** How large the world of a specification of Paxos is. */
export interface PaxosBounds {
  /** How many acceptors, `a1` and so on; by default 3. Quorums are their majorities. */
  readonly acceptors?: number;
  /** How many values can be proposed, `v1` and so on; by default 2. */
  readonly values?: number;
  /** How many ballots there are, 0 and up; by default 2. */
  readonly ballots?: number;
}

/** The variables of the module Voting. */
export interface VotingState {
  /** The votes that each acceptor has cast, as texts "ballot value": "0 v1". */
  readonly votes: Readonly<Record<string, ReadonlySet<string>>>;
  /** For each acceptor: it will cast further votes only in ballots from this one on; -1 at first. */
  readonly maxBal: Readonly<Record<string, number>>;
}

/**
 * How acceptors can choose one value by voting, with nothing said about messages: the module Voting of Lamport's Paxos
 * specifications (the collection "TLA+ Examples", folder Paxos). An acceptor may vote for a value in a ballot only if
 * that is *safe*: no other value has been or can ever be chosen in an earlier one. Paxos is a way to find out by
 * messages what here everybody can see.
 *
 * @throws RangeError unless the bounds are whole numbers of at least 1
 */
export function votingSpecification(bounds: PaxosBounds = {}): Specification<VotingState> {
  const { acceptors, values, ballots } = checkBounds("votingSpecification", bounds);
  const quorums = majoritiesOf(acceptors);

  const votedFor = ({ votes }: VotingState, a: string, b: number, v: string): boolean => votes[a]!.has(`${b} ${v}`);
  const didNotVoteAt = (state: VotingState, a: string, b: number): boolean =>
    values.every((v) => !votedFor(state, a, b, v));
  const cannotVoteAt = (state: VotingState, a: string, b: number): boolean =>
    state.maxBal[a]! > b && didNotVoteAt(state, a, b);
  const chosenAt = (state: VotingState, b: number, v: string): boolean =>
    quorums.some((quorum) => quorum.every((a) => votedFor(state, a, b, v)));
  const noneOtherChoosableAt = (state: VotingState, b: number, v: string): boolean =>
    quorums.some((quorum) => quorum.every((a) => votedFor(state, a, b, v) || cannotVoteAt(state, a, b)));
  const safeAt = (state: VotingState, b: number, v: string): boolean =>
    ballots.filter((c) => c < b).every((c) => noneOtherChoosableAt(state, c, v));

  /** Why a quorum is enough: none of it will vote below b any more, and the last ballot in which one did was for v. */
  function showsSafeAt(state: VotingState, quorum: readonly string[], b: number, v: string): boolean {
    if (!quorum.every((a) => state.maxBal[a]! >= b)) return false;
    const voted = ballots.filter((c) => c < b && quorum.some((a) => !didNotVoteAt(state, a, c)));
    const last = voted.at(-1);
    return last === undefined || quorum.some((a) => votedFor(state, a, last, v));
  }

  const next: Record<string, SpecificationAction<VotingState>> = {};
  for (const a of acceptors) {
    for (const b of ballots) {
      next[`IncreaseMaxBal(${a}, ${b})`] = ({ maxBal }) => (b > maxBal[a]! ? { maxBal: { ...maxBal, [a]: b } } : null);
      for (const v of values) {
        next[`VoteFor(${a}, ${b}, ${v})`] = (state) => {
          const { votes, maxBal } = state;
          if (maxBal[a]! > b || !didNotVoteAt(state, a, b)) return null;
          // One value per ballot.
          if (acceptors.some((c) => values.some((w) => w !== v && votedFor(state, c, b, w)))) return null;
          if (!quorums.some((quorum) => showsSafeAt(state, quorum, b, v))) return null;
          return {
            votes: { ...votes, [a]: new Set([...votes[a]!, `${b} ${v}`].sort()) },
            maxBal: { ...maxBal, [a]: b },
          };
        };
      }
    }
  }
  const chosenIn = (state: VotingState): readonly string[] =>
    values.filter((v) => ballots.some((b) => chosenAt(state, b, v)));
  return {
    initial: { votes: each(acceptors, new Set<string>()), maxBal: each(acceptors, -1) },
    next,
    properties: {
      VotesSafe: (state) =>
        acceptors.every((a) =>
          ballots.every((b) => values.every((v) => !votedFor(state, a, b, v) || safeAt(state, b, v))),
        ),
      OneValuePerBallot: (state) =>
        ballots.every((b) => values.filter((v) => acceptors.some((a) => votedFor(state, a, b, v))).length <= 1),
      AtMostOneIsChosen: (state) => chosenIn(state).length <= 1,
    },
  };
}

/** The names of all acceptors and values, and the numbers of all ballots. */
export function checkBounds(
  name: string,
  given: PaxosBounds,
): {
  readonly acceptors: readonly string[];
  readonly values: readonly string[];
  readonly ballots: readonly number[];
} {
  const { acceptors = 3, values = 2, ballots = 2 } = options(name, given, ["acceptors", "values", "ballots"]);
  const within = { min: 1, max: 9 };
  return {
    acceptors: numbered("a", integer("acceptors", acceptors, within)),
    values: numbered("v", integer("values", values, within)),
    ballots: Array.from({ length: integer("ballots", ballots, within) }, (_, ballot) => ballot),
  };
}
