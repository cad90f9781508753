import type { Delay, NodeId } from "../../core/role.js";
import type { StateMachine } from "../state-machine.js";

/** How reads are answered. */
export type Reads =
  /** As commands: through the log. */
  | "log"
  /** Without an entry: the leader asks a quorum whether it still leads (dissertation, section 6.4). */
  | "readIndex"
  /**
   * Without a message, as long as the leader's lease runs: safe only if clocks run at about the same rate (section
   * 6.4.1).
   */
  | "lease"
  /** By whoever is asked, from what it has applied: not linearizable. */
  | "local";

/** The switches of a server, by their names in the literature. Sections are those of Ongaro's dissertation (2014). */
export interface ServerOptions<S = unknown, C = unknown, R = unknown> {
  /** The voters of the first configuration. A server that is none of them waits until it is added. */
  readonly servers: readonly NodeId[];
  /** The learners of the first configuration (section 4.2.1): they receive the log and do not vote. By default nobody. */
  readonly learners?: readonly NodeId[];
  /** What the log drives. By default a machine that answers each command with the command. */
  readonly machine?: StateMachine<S, C, R>;
  /**
   * How long a server waits for a leader before it campaigns, in ms; a range, or rivals may split the vote again and
   * again (section 3.4). Default [150, 300].
   */
  readonly electionTimeout?: Delay;
  /** How often a leader shows itself, in ms: less than the greatest election time-out. Default 50. */
  readonly heartbeatInterval?: number;
  /**
   * Begin a term with an entry that does nothing, so that the leader learns what is committed (section 6.4). Without,
   * reads wait for the first command of the term. Default true.
   */
  readonly noOp?: boolean;
  /**
   * Tell the leader where the logs part instead of refusing one entry after the other (section 3.5, last but one
   * paragraph). Default true.
   */
  readonly conflictHints?: boolean;
  /**
   * Ask for votes before the term is raised, so that a server that cannot win disturbs nobody (section 9.6). Default
   * false.
   */
  readonly preVote?: boolean;
  /** A leader without a quorum of answers within an election time-out steps down (section 6.2). Default false. */
  readonly checkQuorum?: boolean;
  /** Whoever hears a leader takes no notice of candidates (section 4.2.3). Default: as `checkQuorum`. */
  readonly leaderStickiness?: boolean;
  /** How `read` requests are answered. Default "readIndex". */
  readonly reads?: Reads;
  /**
   * Let followers answer reads, after they have asked the leader for its commit index (section 6.4, at the end).
   * Default false.
   */
  readonly followerReads?: boolean;
  /** The greatest ratio of the rates of two clocks, at least 1: a lease is shorter by it (section 6.4.1). Default 1. */
  readonly clockDriftBound?: number;
  /** Perform no command twice (section 6.3). Default true. */
  readonly sessions?: boolean;
  /** How many results of a client are remembered. Default 64. */
  readonly sessionWindow?: number;
  /** Close a session that was not used for so long, in ms. Default null: never. */
  readonly sessionTimeout?: number | null;
  /**
   * Let commands wait for each other so long, in ms, and replicate them in one message (section 10.2.2). Default
   * null: no batching.
   */
  readonly batchDelay?: number | null;
  /** The most entries in one message. Default 64. */
  readonly maxEntries?: number;
  /**
   * How many messages with entries may be under way to one follower (section 10.2.1). 1: no pipelining. What
   * overtakes another one on a network that does not keep the order is refused, and sent again. Default 256.
   */
  readonly window?: number;
  /**
   * A leader sends entries before it has written them itself, and counts itself once it has (section 10.2.1). Default
   * false.
   */
  readonly parallelWrites?: boolean;
  /** Take a snapshot and discard the log after so many applied entries (chapter 5). Default null: never. */
  readonly snapshotEvery?: number | null;
  /** How many entries before the snapshot's end stay in the log, for followers that are a little behind. Default 0. */
  readonly snapshotRetain?: number;
  /** The greatest piece of a snapshot in one message, in characters. Default 4096. */
  readonly snapshotChunk?: number;
  /**
   * Change several servers at once by a joint configuration (section 4.3); otherwise one at a time (section 4.1).
   * Default false.
   */
  readonly jointConsensus?: boolean;
  /** New voters catch up in at most so many rounds before they count (section 4.2.1). Default 10. */
  readonly catchUpRounds?: number;
}
