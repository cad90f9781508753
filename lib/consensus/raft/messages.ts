import type { Call, NodeId } from "../../core/role.js";
import type { Change, Configuration } from "./configuration.js";

/*
 * What Raft's servers tell each other: the RPCs of Figure 2 and Figure 13 of "In Search of an Understandable Consensus
 * Algorithm (Extended Version)" (Ongaro and Ousterhout, 2014) and those of "Consensus: Bridging Theory and Practice"
 * (Ongaro, 2014), with their fields. A reply names what it replies to, because on this network it may come late, twice
 * or not at all. Every message carries its sender's term.
 */

/**
 * Which client asked for a command, and its how manieth this is: what makes a second try harmless (dissertation,
 * section 6.3).
 */
export interface Origin {
  /** The number under which the client is registered, or its name if it never was. */
  readonly session: number | string;
  /** 1 and up; a second try has the serial of the first. */
  readonly serial: number;
  /** What the leader's clock showed when it took the command, in ms: by this all servers expire the same sessions. */
  readonly time: number;
}

/** One entry of the log. Its index and term name it: no two entries of one log, or of two, share both and differ. */
export type Entry<C = unknown> =
  /** What a client wants the state machine to do; `origin` is null where no sessions are kept. */
  | { readonly index: number; readonly term: number; readonly kind: "command"; readonly command: C; readonly origin: Origin | null }
  /** Nothing: what a leader begins its term with, to learn what is committed (section 8). */
  | { readonly index: number; readonly term: number; readonly kind: "no-op" }
  /** Who belongs to the cluster from here on (dissertation, chapter 4). */
  | { readonly index: number; readonly term: number; readonly kind: "configuration"; readonly configuration: Configuration }
  /** A client opens a session, whose number is the entry's index (dissertation, section 6.3). */
  | { readonly index: number; readonly term: number; readonly kind: "session"; readonly time: number };

/** "Vote for me in this term." From a candidate to the voters. */
export interface RequestVote {
  readonly kind: "requestVote";
  readonly term: number;
  readonly candidateId: NodeId;
  readonly lastLogIndex: number;
  readonly lastLogTerm: number;
  /**
   * Whether the leader itself has asked for this election, so that nobody need protect it (dissertation, section
   * 3.10).
   */
  readonly transfer: boolean;
}

/** "You have my vote", or "you have not". */
export interface RequestVoteReply {
  readonly kind: "requestVoteReply";
  readonly term: number;
  readonly voteGranted: boolean;
}

/** "Would you vote for me in this term, if I began it?" Nobody notes anything (dissertation, section 9.6). */
export interface PreVote {
  readonly kind: "preVote";
  /** The term that would begin: one more than the sender's. */
  readonly term: number;
  readonly candidateId: NodeId;
  readonly lastLogIndex: number;
  readonly lastLogTerm: number;
}

/** "I would", or "I would not". */
export interface PreVoteReply {
  readonly kind: "preVoteReply";
  /** Of a yes: the term that was asked about. Of a no: the term of who answers, which may be news. */
  readonly term: number;
  readonly voteGranted: boolean;
}

/** "These entries follow that one." From the leader to everybody else; without entries it is a heartbeat. */
export interface AppendEntries<C = unknown> {
  readonly kind: "appendEntries";
  readonly term: number;
  readonly leaderId: NodeId;
  /** The entry right before the new ones, and its term. */
  readonly prevLogIndex: number;
  readonly prevLogTerm: number;
  readonly entries: readonly Entry<C>[];
  readonly leaderCommit: number;
  /** The leader's count of heartbeat rounds: the reply says which one it answers (dissertation, section 6.4). */
  readonly round: number;
}

/** "They are in my log", or "my log does not go on from there". */
export interface AppendEntriesReply {
  readonly kind: "appendEntriesReply";
  readonly term: number;
  readonly success: boolean;
  /** Up to where the sender's log is that of the leader; 0 where there was no match. */
  readonly matchIndex: number;
  /** What was asked: tells an old refusal from a new one. */
  readonly prevLogIndex: number;
  /** Where the logs part, if there was no match (section 5.3, the last but one paragraph). */
  readonly conflict: Conflict | null;
  readonly round: number;
}

/** A hint that saves the leader from going back one entry at a time. */
export interface Conflict {
  /** The term of the entry that does not match; null if the log is too short to have one there. */
  readonly term: number | null;
  /** The first index of that term, or the first that is missing. */
  readonly index: number;
}

/** "This is a piece of my state as it was up to that entry." To a follower that lacks what the leader has discarded. */
export interface InstallSnapshot {
  readonly kind: "installSnapshot";
  readonly term: number;
  readonly leaderId: NodeId;
  readonly lastIncludedIndex: number;
  readonly lastIncludedTerm: number;
  /** Who belongs to the cluster as of that entry (dissertation, section 5.1). */
  readonly configuration: Configuration;
  /** Where in the snapshot's text this piece begins. */
  readonly offset: number;
  readonly data: string;
  readonly done: boolean;
  readonly round: number;
}

/** "I have so much of the snapshot." */
export interface InstallSnapshotReply {
  readonly kind: "installSnapshotReply";
  readonly term: number;
  readonly lastIncludedIndex: number;
  /** The offset of the piece that comes next. */
  readonly offset: number;
  /** Whether nothing of it is missing any more. */
  readonly done: boolean;
  readonly round: number;
}

/** "Begin an election at once." From a leader to the one that it hands over to (dissertation, section 3.10). */
export interface TimeoutNow {
  readonly kind: "timeoutNow";
  readonly term: number;
}

/**
 * "Up to where must I have applied the log before I may read?" From a follower to the leader (dissertation, section
 * 6.4).
 */
export interface ReadIndex {
  readonly kind: "readIndex";
  readonly term: number;
  /**
   * For which call of a client: a number of the follower's own would begin anew after a crash, and meet answers of
   * before.
   */
  readonly context: Call;
}

/** "Up to there." */
export interface ReadIndexReply {
  readonly kind: "readIndexReply";
  readonly term: number;
  readonly context: Call;
  /** Null if whoever was asked leads no more. */
  readonly index: number | null;
}

/**
 * "My disk has it up to there." From a leader to itself, if it does not wait for its disk (dissertation, section
 * 10.2.1).
 */
export interface Written {
  readonly kind: "written";
  readonly term: number;
  readonly index: number;
}

/** All that a server of Raft may send and receive. */
export type Message<C = unknown> =
  | RequestVote
  | RequestVoteReply
  | PreVote
  | PreVoteReply
  | AppendEntries<C>
  | AppendEntriesReply
  | InstallSnapshot
  | InstallSnapshotReply
  | TimeoutNow
  | ReadIndex
  | ReadIndexReply
  | Written;

/** What clients may ask of a server. */
export type Request<C = unknown> =
  /**
   * Perform a command. Where sessions are kept and none is named, it belongs to that of the client who calls, under
   * the call's own serial.
   */
  | { readonly kind: "command"; readonly command: C; readonly session?: number; readonly serial?: number }
  /** Answer a command that changes nothing, by the way that the option `reads` says. */
  | { readonly kind: "read"; readonly query: C }
  /** Open a session. */
  | { readonly kind: "register" }
  /** Change who belongs to the cluster. */
  | { readonly kind: "reconfigure"; readonly changes: readonly Change[] }
  /** Hand the leadership over to this server. */
  | { readonly kind: "transfer"; readonly to: NodeId };

/** What a server answers to clients. */
export type Reply<R = unknown> =
  /** The command was applied, or the query was answered, with this result. */
  | { readonly kind: "result"; readonly result: R }
  /**
   * "I do not lead": ask that server, or any other where it is null, and under the same call, because the first try
   * may yet be performed.
   */
  | { readonly kind: "redirect"; readonly to: NodeId | null }
  /** It cannot be done, or its result is not known any more, and asking elsewhere would not help. */
  | { readonly kind: "refused"; readonly reason: string }
  /** The session is open under this number. */
  | { readonly kind: "registered"; readonly session: number }
  /** The configuration is committed. */
  | { readonly kind: "reconfigured"; readonly configuration: Configuration }
  /** That server leads now. */
  | { readonly kind: "transferred"; readonly to: NodeId };

/** A server's timers. */
export type Timer =
  /** Nobody has led for so long: campaign. */
  | { readonly kind: "election" }
  /** Nothing was heard of the leader for the least election time-out: whoever wants to follow it may. */
  | { readonly kind: "silence" }
  /** The leader is due to show itself. */
  | { readonly kind: "heartbeat" }
  /** The leader looks whether it still has a quorum. */
  | { readonly kind: "checkQuorum" }
  /** The batch has waited long enough. */
  | { readonly kind: "batch" }
  /** The hand-over has taken too long. */
  | { readonly kind: "transfer" };
