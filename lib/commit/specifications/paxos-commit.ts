import { majoritiesOf } from "../../consensus/specifications/majorities.js";
import { each, numbered, withMessage } from "../../consensus/specifications/names.js";
import { integer, options } from "../../core/parameters.js";
import type { Specification, SpecificationAction } from "../../core/specification.js";
import { isConsistent, managerNames, type ManagerState } from "./transaction-commit.js";

/**
 * What an acceptor knows of one instance: the ballot that it joined, and the ballot and value of its last vote (-1
 * and "none" before it).
 */
export interface InstanceState {
  readonly mbal: number;
  readonly bal: number;
  readonly val: "prepared" | "aborted" | "none";
}

/** The variables of the module PaxosCommit. */
export interface PaxosCommitState {
  readonly rmState: Readonly<Record<string, ManagerState>>;
  /** `aState[r][a]`: what acceptor a knows of the instance of resource manager r. */
  readonly aState: Readonly<Record<string, Readonly<Record<string, InstanceState>>>>;
  /**
   * All messages that were ever sent, as texts: "2a r1 0 prepared" is the module's message phase2a in the instance of r1,
   * in ballot 0; of those from an acceptor, its name stands behind the ballot, as in "2b r1 0 a1 prepared".
   */
  readonly msgs: ReadonlySet<string>;
}

/** How large the world of the specification is. */
export interface PaxosCommitBounds {
  /** How many resource managers, `r1` and so on; by default 2. */
  readonly managers?: number;
  /** How many acceptors, `a1` and so on; by default 3. Quorums are their majorities. */
  readonly acceptors?: number;
  /** How many ballots there are, 0 and up; by default 2. */
  readonly ballots?: number;
}

const VALUES = ["prepared", "aborted"] as const;

/**
 * Paxos Commit as a specification: the module PaxosCommit of Gray and Lamport, "Consensus on Transaction Commit"
 * (2006), appendix, action for action. Each resource manager has an instance of Paxos of its own, and asks in its
 * ballot 0 for "prepared" or "aborted" itself; only ballots above 0 are a leader's, who may ask for "aborted" where
 * nobody has voted. Who is leader is not said: several may believe it of themselves.
 *
 * @throws RangeError unless the bounds are whole numbers of at least 1
 */
export function paxosCommitSpecification(bounds: PaxosCommitBounds = {}): Specification<PaxosCommitState> {
  const given = options("paxosCommitSpecification", bounds, ["managers", "acceptors", "ballots"]);
  const managers = managerNames(given.managers ?? 2);
  const acceptors = numbered("a", integer("acceptors", given.acceptors ?? 3, { min: 1, max: 9 }));
  const ballots = Array.from({ length: integer("ballots", given.ballots ?? 2, { min: 1, max: 9 }) }, (_, b) => b);
  const majorities = majoritiesOf(acceptors);

  const opened = (r: string, b: number): string => `1a ${r} ${b}`;
  const joined = (r: string, b: number, a: string, bal: number, val: string): string =>
    `1b ${r} ${b} ${a} ${bal} ${val}`;
  const asked = (r: string, b: number, val: string): string => `2a ${r} ${b} ${val}`;
  const voted = (r: string, b: number, a: string, val: string): string =>
    `2b ${r} ${b} ${a} ${val}`;

  /** The last vote that the acceptor told of when it joined the ballot; null if it has not joined it. */
  function told(msgs: ReadonlySet<string>, r: string, b: number, a: string): Pick<InstanceState, "bal" | "val"> | null {
    if (msgs.has(joined(r, b, a, -1, "none"))) return { bal: -1, val: "none" };
    for (let bal = 0; bal < b; bal++) {
      for (const val of VALUES) if (msgs.has(joined(r, b, a, bal, val))) return { bal, val };
    }
    return null;
  }

  const isDecided = (msgs: ReadonlySet<string>, r: string, val: string): boolean =>
    ballots.some((b) => majorities.some((majority) => majority.every((a) => msgs.has(voted(r, b, a, val)))));

  const next: Record<string, SpecificationAction<PaxosCommitState>> = {};
  for (const r of managers) {
    next[`RMPrepare(${r})`] = ({ rmState, msgs }) =>
      rmState[r] === "working"
        ? { rmState: { ...rmState, [r]: "prepared" }, msgs: withMessage(msgs, asked(r, 0, "prepared")) }
        : null;
    next[`RMChooseToAbort(${r})`] = ({ rmState, msgs }) =>
      rmState[r] === "working"
        ? { rmState: { ...rmState, [r]: "aborted" }, msgs: withMessage(msgs, asked(r, 0, "aborted")) }
        : null;
    next[`RMRcvCommitMsg(${r})`] = ({ rmState, msgs }) =>
      msgs.has("Commit") ? { rmState: { ...rmState, [r]: "committed" } } : null;
    next[`RMRcvAbortMsg(${r})`] = ({ rmState, msgs }) =>
      msgs.has("Abort") ? { rmState: { ...rmState, [r]: "aborted" } } : null;
    for (const b of ballots.slice(1)) {
      next[`Phase1a(${b}, ${r})`] = ({ msgs }) => ({ msgs: withMessage(msgs, opened(r, b)) });
      // The value of the latest vote that a majority's promises tell of; "aborted" if there is none.
      next[`Phase2a(${b}, ${r})`] = ({ msgs }) => {
        if (VALUES.some((val) => msgs.has(asked(r, b, val)))) return null;
        return majorities.flatMap((majority) => {
          const votes = majority.map((a) => told(msgs, r, b, a));
          if (votes.some((vote) => vote === null)) return [];
          const latest = votes.reduce((last, vote) => (vote!.bal > last!.bal ? vote : last))!;
          return [{ msgs: withMessage(msgs, asked(r, b, latest.bal < 0 ? "aborted" : latest.val)) }];
        });
      };
    }
  }
  next["Decide"] = ({ msgs }) => [
    ...(managers.every((r) => isDecided(msgs, r, "prepared")) ? [{ msgs: withMessage(msgs, "Commit") }] : []),
    ...(managers.some((r) => isDecided(msgs, r, "aborted")) ? [{ msgs: withMessage(msgs, "Abort") }] : []),
  ];
  for (const a of acceptors) {
    const changed = (aState: PaxosCommitState["aState"], r: string, to: InstanceState): PaxosCommitState["aState"] => ({
      ...aState,
      [r]: { ...aState[r], [a]: to },
    });
    next[`Phase1b(${a})`] = ({ aState, msgs }) =>
      managers.flatMap((r) => {
        const { mbal, bal, val } = aState[r]![a]!;
        return ballots
          .filter((b) => b > mbal && msgs.has(opened(r, b)))
          .map((b) => ({
            aState: changed(aState, r, { mbal: b, bal, val }),
            msgs: withMessage(msgs, joined(r, b, a, bal, val)),
          }));
      });
    next[`Phase2b(${a})`] = ({ aState, msgs }) =>
      managers.flatMap((r) =>
        ballots.flatMap((b) =>
          VALUES.filter((val) => b >= aState[r]![a]!.mbal && msgs.has(asked(r, b, val))).map((val) => ({
            aState: changed(aState, r, { mbal: b, bal: b, val }),
            msgs: withMessage(msgs, voted(r, b, a, val)),
          })),
        ),
      );
  }
  return {
    initial: {
      rmState: each(managers, "working"),
      aState: each(managers, each(acceptors, { mbal: 0, bal: -1, val: "none" as const })),
      msgs: new Set(),
    },
    next,
    properties: { TCConsistent: isConsistent },
  };
}
