import type { Ballot } from "../../consensus/paxos/ballot.js";
import type { NodeId } from "../../core/role.js";
import type { Outcome, Shares, TransactionId, Vote } from "../transaction.js";

/*
 * The messages of Paxos Commit, with the names that Gray and Lamport's "Consensus on Transaction Commit" (2006) gives
 * them. All instances of Paxos of one transaction share a message: there is one instance for each resource manager, by
 * the manager's name.
 */

/**
 * What an instance of Paxos chooses: whether this resource manager is prepared, or the transaction is to be aborted.
 */
export type Choice = "prepared" | "aborted";

/** Some instances of a transaction, and a value for each. */
export type Choices = Readonly<Record<string, Choice>>;

/**
 * A resource manager is prepared and asks a leader to see to the transaction; or some other node asks, without a vote.
 * Where the leader is an acceptor too, the vote saves the first phase 2a message.
 */
export interface Begin {
  readonly kind: "begin";
  readonly transaction: TransactionId;
  readonly work: Shares;
  readonly vote?: Vote;
  /** Whom the acceptors are to tell how they vote in ballot 0; by default the leader. */
  readonly tell?: readonly NodeId[];
}

/** From the leader to a resource manager: will you do your share? */
export interface Prepare {
  readonly kind: "prepare";
  readonly transaction: TransactionId;
  readonly participants: readonly NodeId[];
  readonly work: unknown;
  /** Whom the acceptors are to tell how they vote in ballot 0. */
  readonly tell: readonly NodeId[];
}

/** 1a. From a leader to the acceptors: will you join this ballot, in all instances of the transaction? */
export interface Phase1a {
  readonly kind: "phase1a";
  readonly transaction: TransactionId;
  readonly ballot: Ballot;
  readonly participants: readonly NodeId[];
}

/** The last vote that an acceptor cast in an instance. */
export interface InstanceVote {
  readonly ballot: Ballot;
  readonly value: Choice;
}

/** 1b. From an acceptor to the leader: I have joined, and this is how I voted last in each instance. */
export interface Phase1b {
  readonly kind: "phase1b";
  readonly transaction: TransactionId;
  readonly ballot: Ballot;
  /** No entry where it never voted. */
  readonly votes: Readonly<Record<string, InstanceVote>>;
}

/**
 * 2a. Vote for these values. In ballot 0 each resource manager asks for the value of its own instance; in a later
 * ballot the leader asks for all.
 */
export interface Phase2a {
  readonly kind: "phase2a";
  readonly transaction: TransactionId;
  readonly ballot: Ballot;
  readonly participants: readonly NodeId[];
  readonly values: Choices;
  /** Whom to tell. */
  readonly tell: readonly NodeId[];
}

/** 2b. From an acceptor: I have voted so. */
export interface Phase2b {
  readonly kind: "phase2b";
  readonly transaction: TransactionId;
  readonly ballot: Ballot;
  readonly participants: readonly NodeId[];
  readonly values: Choices;
}

/** "I have joined a later ballot." Saves a leader from waiting; nothing rests on it. */
export interface Nack {
  readonly kind: "nack";
  readonly transaction: TransactionId;
  readonly ballot: Ballot;
  readonly promised: Ballot;
}

/** From a leader: this is the outcome. The paper's Commit and Abort messages. */
export interface DecisionMessage {
  readonly kind: "decision";
  readonly transaction: TransactionId;
  readonly outcome: Outcome;
}

/** From a resource manager that is in doubt to a leader, any leader: how did it end? Or see to it that it ends. */
export interface Inquiry {
  readonly kind: "inquiry";
  readonly transaction: TransactionId;
  readonly participants: readonly NodeId[];
}
