import type { Shared } from "../../core/clone.js";
import type { Call, NodeId, Out } from "../../core/role.js";
import type { Change, Configuration } from "./configuration.js";
import type { Log } from "./log.js";
import type { Entry, Message, Origin, Reply, Request, Timer } from "./messages.js";

/** What a server is at the moment (section 5.1). Learners are followers that nobody asks for a vote. */
export type ServerRole = "follower" | "pre-candidate" | "candidate" | "leader";

/**
 * The state of a server: that of Figure 2 of "In Search of an Understandable Consensus Algorithm (Extended Version)"
 * (Ongaro and Ousterhout, 2014), by its names, and what the dissertation adds.
 */
export interface Server<S = unknown, C = unknown, R = unknown> {
  readonly id: NodeId;

  // Persistent state: `persist` writes it before anybody is told what rests on it.

  /** The latest term that the server has seen. */
  currentTerm: number;
  /** Whom it has voted for in that term. */
  votedFor: NodeId | null;
  log: Log<C>;
  /** The state machine and all that goes with it, up to the last entry that it includes. At first the empty state. */
  snapshot: Snapshot<S, R>;

  // Volatile state on all servers.

  role: ServerRole;
  /** Who leads in the current term, as far as the server knows. */
  leaderId: NodeId | null;
  /** Whether it has heard of a leader within the least election time-out; kept only where that counts. */
  hearsLeader: boolean;
  /** The highest entry known to be committed. */
  commitIndex: number;
  /** The highest entry applied to the state machine. */
  lastApplied: number;
  /** The state of the state machine after `lastApplied`. */
  machine: S;
  /** The open sessions after `lastApplied`, by number or by the client's name. */
  sessions: Map<number | string, Session<R>>;
  /**
   * The latest configuration in the log, committed or not: it is in force as soon as it is there (dissertation,
   * section 4.1).
   */
  configuration: Configuration;
  /** Where in the log it stands; the snapshot's index if it comes from there. */
  configurationIndex: number;
  /**
   * The calls that wait for an entry to be applied, by its index. An entry that is overwritten takes its call with
   * it.
   */
  calls: Map<number, Call>;
  /** Reads that wait. */
  reads: Read<C>[];
  /** The pieces of a snapshot that is coming in. */
  incoming: Incoming | null;

  // Volatile state on candidates.

  /** Who has answered in this election, and how. */
  votes: Map<NodeId, boolean>;

  // Volatile state on leaders, new for each term.

  /** For each server, the index of the entry to send it next. */
  nextIndex: Map<NodeId, number>;
  /** For each server, the highest entry known to be replicated on it. */
  matchIndex: Map<NodeId, number>;
  /** For each server, how entries are sent to it. */
  flow: Map<NodeId, Flow>;
  /** How many rounds of heartbeats the leader has begun in its term. */
  round: number;
  /** For each server, the latest round that it has answered. */
  acknowledged: Map<NodeId, number>;
  /** When, by the leader's clock, rounds began that no quorum has answered yet; kept only for leases. */
  roundsBegun: Map<number, number>;
  /** By the leader's clock: nobody else leads before. */
  leaseUntil: number;
  /** Who has answered since the leader looked last whether it has a quorum. */
  heardFrom: Set<NodeId>;
  /** The commands that wait for their batch. */
  batch: { readonly call: Call; readonly command: C; readonly origin: Origin | null }[];
  /** To whom the leadership of this term is being handed over; `isAsked` once it was told to campaign. */
  transfer: { readonly to: NodeId; readonly call: Call; readonly term: number; readonly isAsked: boolean } | null;
  /** Whether the leader has told anybody in its term to campaign: from then on a lease says nothing. */
  hasHandedOver: boolean;
  /** A new voter that is catching up before its configuration is appended. */
  catchUp: CatchUp | null;
}

/** The state machine after its last entry, for whoever lacks the entries (section 7). A value, which nobody changes. */
export interface Snapshot<S = unknown, R = unknown> extends Shared {
  readonly lastIncludedIndex: number;
  readonly lastIncludedTerm: number;
  /** Who belongs to the cluster as of that entry. */
  readonly configuration: Configuration;
  readonly machine: S;
  readonly sessions: ReadonlyMap<number | string, Session<R>>;
}

/**
 * What is remembered of a client: the results of its latest commands, so that none is performed twice (dissertation,
 * section 6.3).
 */
export interface Session<R = unknown> {
  /** The highest serial whose result has been forgotten; 0 if none has. */
  forgotten: number;
  readonly results: Map<number, R>;
  /** When it was used last, by the leaders' clocks, in ms. */
  usedAt: number;
}

/**
 * How the leader sends entries to one server (the states are those of etcd's raft, the windows those of section 10.2.1 of
 * the dissertation).
 */
export type Flow =
  /** It does not know where the logs part: one message at a time. */
  | { readonly kind: "probe"; isWaiting: boolean }
  /** The logs match: message after message, without waiting for the answers. `inFlight`: the last index of each. */
  | { readonly kind: "replicate"; readonly inFlight: number[] }
  /** It needs what the leader has discarded: the snapshot, piece after piece. */
  | { readonly kind: "snapshot"; readonly lastIncludedIndex: number; offset: number };

/** A read that is on its way to its answer (dissertation, section 6.4). */
export interface Read<C = unknown> {
  /** Who asked: a client of this server, or a follower that has one, by the client's call. */
  readonly from: { readonly call: Call; readonly query: C } | { readonly node: NodeId; readonly context: Call };
  /**
   * On a leader: the round whose answers show that it led when the read came; null while the read waits for one to
   * begin, 0 if its lease says so.
   */
  round: number | null;
  /** Up to where the log must be applied before the answer; null while that is not known. */
  readIndex: number | null;
}

/** A snapshot that is not complete yet. */
export interface Incoming {
  readonly leaderId: NodeId;
  readonly lastIncludedIndex: number;
  readonly lastIncludedTerm: number;
  /** Its text so far. */
  data: string;
}

/** How far a new server has caught up (dissertation, section 4.2.1). */
export interface CatchUp {
  readonly call: Call;
  readonly changes: readonly Change[];
  /** The servers that are to vote and do not yet. */
  readonly nodes: readonly NodeId[];
  /** From 1. */
  round: number;
  /** The round is over when they have this entry. */
  target: number;
  /** When it began, by the leader's clock. */
  beganAt: number;
}

/** What comes in, what goes out. A server decides each entry when it applies it. */
export type ServerSignature<S = unknown, C = unknown, R = unknown> = {
  state: Server<S, C, R>;
  receives: Message<C>;
  requests: Request<C>;
  timers: Timer;
  sends: Message<C>;
  decides: Entry<C>;
  replies: Reply<R>;
};

/** What a server's rules speak to. */
export type ServerOut = Out<ServerSignature>;
