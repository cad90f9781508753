import type { Call, NodeId } from "../../core/role.js";
import type { Ballot } from "../paxos/ballot.js";
import type { Configuration } from "./configuration.js";
import type { Sessions } from "./sessions.js";

/** A place in the log, from 1. Each slot is one instance of Paxos. */
export type Slot = number;

/** What a slot is decided to hold; `C` are the operations of the state machine. */
export type Command<C> =
  /** What a client asked for. With an `epoch` it is performed only while that master rules (Paxos Made Live, section 5.3). */
  | { readonly kind: "operation"; readonly call: Call; readonly operation: C; readonly epoch?: number }
  /** Nothing: it fills a hole, so that what comes after can be performed (Paxos Made Simple, section 3). */
  | { readonly kind: "no-op" }
  /**
   * From some slots further on, these acceptors decide, if the last configuration so far is still the one that begins with
   * slot `replaces`. So a command that is decided twice, or late, does not undo what was changed since.
   */
  | { readonly kind: "reconfigure"; readonly call: Call; readonly acceptors: readonly NodeId[]; readonly replaces: Slot }
  /** The leader of this ballot has taken over: a new epoch begins. */
  | { readonly kind: "master"; readonly ballot: Ballot };

/** A pvalue: in this ballot, this command was voted for in this slot. The vote of Paxos, with a slot. */
export interface PValue<C> {
  readonly slot: Slot;
  readonly ballot: Ballot;
  readonly command: Command<C>;
}

/** The first slot that is still remembered, and which acceptors decide from there on, as far as that is known. */
export interface Start {
  readonly slot: Slot;
  readonly configurations: readonly Configuration[];
}

/** "Perform this." From a client to all replicas. */
export interface Request<C> {
  readonly kind: "request";
  readonly call: Call;
  readonly operation: C;
}

/** "This is what came of it." From a replica to a client. */
export interface Response<R> {
  readonly kind: "response";
  readonly call: Call;
  readonly result: R;
}

/** "Put this command into this slot." From a replica to the leaders. */
export interface Propose<C> {
  readonly kind: "propose";
  readonly slot: Slot;
  readonly command: Command<C>;
}

/** 1a. "Will you join ballot b, for every slot from this one on?" From a leader's scout to the acceptors. */
export interface P1a {
  readonly kind: "p1a";
  readonly ballot: Ballot;
  readonly slot: Slot;
}

/** 1b. "I will take part in nothing before b, and these are my last votes in each slot." From an acceptor to a scout. */
export interface P1b<C> {
  readonly kind: "p1b";
  readonly ballot: Ballot;
  readonly pvalues: readonly PValue<C>[];
  /** Everything before was decided and is forgotten: no vote there does not mean that there was none. */
  readonly start: Start;
}

/** 2a. "Vote for this command in this slot, in ballot b." From a leader's commander to the acceptors. */
export interface P2a<C> {
  readonly kind: "p2a";
  readonly ballot: Ballot;
  readonly slot: Slot;
  readonly command: Command<C>;
  /** Where commit notices are piggy-backed: every slot before this one is decided. */
  readonly decided?: Slot;
}

/** 2b. "I voted in this slot, in ballot b." From an acceptor to a commander. */
export interface P2b {
  readonly kind: "p2b";
  readonly ballot: Ballot;
  readonly slot: Slot;
}

/**
 * "I have joined a later ballot: b." From an acceptor to a leader that asked too late. (In the paper p1b and p2b say so, with
 * b for the number, and scouts and commanders have addresses of their own. Where they share their leader's, such an
 * answer to an old question could be taken for the answer to a new one.)
 */
export interface Preempted {
  readonly kind: "preempted";
  readonly ballot: Ballot;
}

/** "This command is decided in this slot." From a commander to the replicas. */
export interface Decision<C> {
  readonly kind: "decision";
  readonly slot: Slot;
  readonly command: Command<C>;
}

/** "I lead, and am alive." From a leader to everybody. */
export interface Heartbeat {
  readonly kind: "heartbeat";
  readonly ballot: Ballot;
  /** Every slot before this one is decided. */
  readonly decided: Slot;
  /** What the leader's clock showed, in ms: a lease counts from here. */
  readonly sentAt: number;
}

/** "For the length of a lease I will join no ballot but yours." From an acceptor to the leader whose heartbeat it heard. */
export interface Granted {
  readonly kind: "granted";
  readonly ballot: Ballot;
  readonly sentAt: number;
}

/** "See to it that this is performed." From a replica to the replica beside the leader, which assigns the slots. */
export interface Forward<C> {
  readonly kind: "forward";
  readonly command: Command<C>;
}

/** "I want to read." From a replica to the leader. */
export interface Ask {
  readonly kind: "ask";
  readonly call: Call;
}

/** "Read once you have performed every slot before this one; null: I hold no lease." From the leader to a replica. */
export interface Serve {
  readonly kind: "serve";
  readonly call: Call;
  readonly slot: Slot | null;
}

/** "What was decided, from this slot on?" From a replica that has missed something to others. */
export interface Learn {
  readonly kind: "learn";
  readonly slot: Slot;
}

/** "This was decided, one command for each slot from this one on." */
export interface Log<C> {
  readonly kind: "log";
  readonly slot: Slot;
  readonly commands: readonly Command<C>[];
}

/** "That is long ago: take my state instead." Everything before the slot is performed in it. */
export interface Snapshot<S, R> {
  readonly kind: "snapshot";
  readonly start: Start;
  readonly state: S;
  readonly sessions: Sessions<R>;
  readonly epoch: number;
}

/** "My disk holds what came of every slot before this one." From a replica to the leader. */
export interface Checkpoint {
  readonly kind: "checkpoint";
  readonly start: Start;
}

/** "You may forget every slot before this one." From the leader to the acceptors. */
export interface Forget {
  readonly kind: "forget";
  readonly start: Start;
}

/** "I have jumped ahead to this slot." From a replica to the leader on its own node. */
export interface Jumped {
  readonly kind: "jumped";
  readonly start: Start;
}

/** Whether two commands are one and the same, proposed twice. */
export function isSameCommand<C>(a: Command<C>, b: Command<C>): boolean {
  return nameOfCommand(a) === nameOfCommand(b);
}

/** The command in a word, for sentences and keys: the client's call, or what it is. */
export function nameOfCommand(command: Command<unknown>): string {
  switch (command.kind) {
    case "operation":
      return command.call;
    case "reconfigure":
      return `${command.call}: ${command.acceptors.join(", ")}`;
    case "master":
      return `master (${command.ballot.round}, ${command.ballot.proposer})`;
    case "no-op":
      return "no-op";
  }
}
