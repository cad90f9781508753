import { isUpToDate, termAt, type Log } from "./log.js";
import type { Configuration } from "./configuration.js";
import type { Entry } from "./messages.js";
import type { Voting } from "./quorum.js";
import type { Server } from "./state.js";

/**
 * The decisions that Raft's safety rests on, each a question to the server's own state. A server can be made with another
 * answer to one of them (`serverWith`), to see what the rule is for. Figures and plain sections are those of the paper
 * (Ongaro and Ousterhout, 2014), chapters those of the dissertation (Ongaro, 2014).
 */
export interface Rules {
  /**
   * May this candidate, whose log ends so, have a vote? "The voter denies its vote if its own log is more up-to-date"
   * (section 5.4.1).
   */
  isUpToDate(lastLogIndex: number, lastLogTerm: number, log: Log): boolean;
  /** Whom a quorum is made of: voters, and not learners (chapter 4.2.1); in a joint configuration both halves (4.3). */
  voting(configuration: Configuration): Voting;
  /**
   * From which index on must a follower cut off its log before it takes these entries; null where nothing contradicts.
   * "If an existing entry conflicts with a new one (same index but different terms), delete the existing entry and all
   * that follow it" (Figure 2).
   */
  cutFrom(log: Log, prevLogIndex: number, entries: readonly Entry[]): number | null;
  /**
   * How far a follower may commit: "min(leaderCommit, index of last new entry)" (Figure 2), not of its whole log, of
   * which the leader has said nothing.
   */
  followerCommit(self: Server, leaderCommit: number, lastNewIndex: number): number;
  /**
   * May the leader commit what a quorum holds? "Only log entries from the leader's current term are committed by
   * counting replicas" (section 5.4.2).
   */
  mayCommit(self: Server, index: number): boolean;
  /**
   * Up to which index a configuration in the log is in force: "a server always uses the latest configuration in its
   * log, regardless of whether the entry is committed" (chapter 4.1).
   */
  inForceUpTo(self: Server): number;
  /**
   * Why the configuration may not be changed now, or null. One change at a time (chapter 4.1), and none before an
   * entry of the leader's own term is committed (errata of 2015).
   */
  mayNotReconfigure(self: Server): string | null;
  /** May the leader leave the joint configuration? When it is committed (chapter 4.3). */
  mayLeaveJoint(self: Server): boolean;
  /** Does the leader know what is committed? Not before an entry of its term is (chapter 6.4, step 1). */
  mayServeReads(self: Server): boolean;
  /** Does the leader take commands? Not while it hands over, or its successor would never catch up (chapter 3.10). */
  takesCommands(self: Server): boolean;
}

/** The rules as they are written. */
export const soundRules: Rules = {
  isUpToDate,
  voting: (configuration) => configuration,
  cutFrom(log, _, entries) {
    for (const { index, term } of entries) {
      if (index > log.lastIndex) return null;
      if (index > log.offset && termAt(log, index) !== term) return index;
    }
    return null;
  },
  followerCommit: (_, leaderCommit, lastNewIndex) => Math.min(leaderCommit, lastNewIndex),
  mayCommit: ({ log, currentTerm }, index) => termAt(log, index) === currentTerm,
  inForceUpTo: ({ log }) => log.lastIndex,
  mayNotReconfigure({ log, currentTerm, commitIndex, configurationIndex, catchUp }) {
    if (catchUp !== null) return `${catchUp.nodes.join(" and ")} must catch up first`;
    if (configurationIndex > commitIndex) return "the configuration before it is not committed yet";
    if (termAt(log, commitIndex) !== currentTerm) return "no entry of this leader's term is committed yet";
    return null;
  },
  mayLeaveJoint: ({ commitIndex, configurationIndex }) => configurationIndex <= commitIndex,
  mayServeReads: ({ log, currentTerm, commitIndex }) => termAt(log, commitIndex) === currentTerm,
  takesCommands: ({ transfer }) => transfer === null,
};
