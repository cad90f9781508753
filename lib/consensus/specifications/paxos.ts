import type { Specification, SpecificationAction } from "../../core/specification.js";
import { majoritiesOf } from "./majorities.js";
import { each, withMessage } from "./names.js";
import { checkBounds, type PaxosBounds } from "./voting.js";

/** The variables of the module Paxos. */
export interface PaxosState {
  /** For each acceptor, the highest ballot that it has joined; -1 at first. */
  readonly maxBal: Readonly<Record<string, number>>;
  /** For each acceptor, the ballot of its last vote; -1 if it never voted. */
  readonly maxVBal: Readonly<Record<string, number>>;
  /** For each acceptor, the value of its last vote, or "none". */
  readonly maxVal: Readonly<Record<string, string>>;
  /**
   * All messages that were ever sent, as texts: "1b acc=a1 bal=1 mbal=0 mval=v1". A message once sent may be received
   * at any time, or never.
   */
  readonly msgs: ReadonlySet<string>;
}

/**
 * Single-decree Paxos as a specification: the module Paxos of Lamport's Paxos specifications (the collection "TLA+
 * Examples", folder Paxos), action for action. There are no proposers: anybody may begin any ballot, and a ballot asks
 * for one value because of the message that is there already.
 *
 * @throws RangeError unless the bounds are whole numbers of at least 1
 */
export function paxosSpecification(bounds: PaxosBounds = {}): Specification<PaxosState> {
  const { acceptors, values, ballots } = checkBounds("paxosSpecification", bounds);
  const quorums = majoritiesOf(acceptors);
  const asked = (b: number, v: string): string => `2a bal=${b} val=${v}`;
  const voted = (a: string, b: number, v: string): string => `2b acc=${a} bal=${b} val=${v}`;
  const joined = (a: string, b: number, mbal: number, mval: string): string =>
    `1b acc=${a} bal=${b} mbal=${mbal} mval=${mval}`;

  /** The last vote that the acceptor told of when it joined the ballot; null if it has not joined it. */
  function told(
    msgs: ReadonlySet<string>,
    a: string,
    b: number,
  ): { readonly mbal: number; readonly mval: string } | null {
    if (msgs.has(joined(a, b, -1, "none"))) return { mbal: -1, mval: "none" };
    for (let mbal = 0; mbal < b; mbal++) {
      for (const mval of values) if (msgs.has(joined(a, b, mbal, mval))) return { mbal, mval };
    }
    return null;
  }

  const next: Record<string, SpecificationAction<PaxosState>> = {};
  for (const b of ballots) {
    next[`Phase1a(${b})`] = ({ msgs }) => ({ msgs: withMessage(msgs, `1a bal=${b}`) });
    for (const v of values) {
      // A value that a quorum's promises allow: that of the latest vote which they tell of, or any if there is none.
      next[`Phase2a(${b}, ${v})`] = ({ msgs }) => {
        if (values.some((w) => msgs.has(asked(b, w)))) return null;
        const allows = (quorum: readonly string[]): boolean => {
          const votes = quorum.map((a) => told(msgs, a, b));
          const latest = Math.max(...votes.map((vote) => vote?.mbal ?? -1));
          return (
            votes.every((vote) => vote !== null) &&
            (latest < 0 || votes.some((vote) => vote!.mbal === latest && vote!.mval === v))
          );
        };
        return quorums.some(allows) ? { msgs: withMessage(msgs, asked(b, v)) } : null;
      };
    }
  }
  for (const a of acceptors) {
    next[`Phase1b(${a})`] = ({ msgs, maxBal, maxVBal, maxVal }) =>
      ballots
        .filter((b) => msgs.has(`1a bal=${b}`) && b > maxBal[a]!)
        .map((b) => ({
          maxBal: { ...maxBal, [a]: b },
          msgs: withMessage(msgs, joined(a, b, maxVBal[a]!, maxVal[a]!)),
        }));
    next[`Phase2b(${a})`] = ({ msgs, maxBal, maxVBal, maxVal }) =>
      ballots.flatMap((b) =>
        values
          .filter((v) => msgs.has(asked(b, v)) && b >= maxBal[a]!)
          .map((v) => ({
            maxBal: { ...maxBal, [a]: b },
            maxVBal: { ...maxVBal, [a]: b },
            maxVal: { ...maxVal, [a]: v },
            msgs: withMessage(msgs, voted(a, b, v)),
          })),
      );
  }
  return {
    initial: {
      maxBal: each(acceptors, -1),
      maxVBal: each(acceptors, -1),
      maxVal: each(acceptors, "none"),
      msgs: new Set(),
    },
    next,
    properties: {
      OneValuePerBallot: ({ msgs }) => ballots.every((b) => values.filter((v) => msgs.has(asked(b, v))).length <= 1),
      // What the module states as its refinement of Voting, and so of Consensus.
      AtMostOneIsChosen: ({ msgs }) => {
        const isChosen = (v: string): boolean =>
          ballots.some((b) => quorums.some((quorum) => quorum.every((a) => msgs.has(voted(a, b, v)))));
        return values.filter(isChosen).length <= 1;
      },
    },
  };
}
