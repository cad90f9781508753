import type { Call, NodeId } from "../../core/role.js";
import type { Table } from "../../core/table.js";
import type { Sessions } from "../../consensus/multi-paxos/sessions.js";

/** Who serves, and in which order. The master makes a new one, with the next epoch, whenever somebody leaves or comes. */
export interface Configuration {
  /** From 1. */
  readonly epoch: number;
  /** The first one is the primary, or the head of the chain; the last one is the chain's tail. */
  readonly members: readonly NodeId[];
  /** Those of them that have nothing yet, and must get everything before they count. */
  readonly newcomers: readonly NodeId[];
}

/** One write, at its place in the order of all writes. */
export interface Update {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly call: Call;
  readonly key: string;
  readonly value: string;
}

/** "I am here." From a replica to the master. */
export interface Alive {
  readonly kind: "alive";
  readonly epoch: number;
  /** What the replica's clock showed, in ms: its lease counts from there. */
  readonly at: number;
}

/** "You are one of this epoch, and will be for a lease from `at` on." From the master. */
export interface Granted {
  readonly kind: "granted";
  readonly epoch: number;
  readonly at: number;
}

/** "Take part in nothing before this epoch any more." From the master, before it makes a new configuration. */
export interface Seal {
  readonly kind: "seal";
  readonly epoch: number;
}

/** "I do not, and this is how far I have come." */
export interface Sealed {
  readonly kind: "sealed";
  readonly epoch: number;
  /** The last epoch in whose beginning its log was made equal to that of the first member. */
  readonly synced: number;
  readonly seq: number;
}

/** "This is the new configuration." */
export interface Configure {
  readonly kind: "configure";
  readonly configuration: Configuration;
}

/** "I am in the new epoch, and have all up to `seq`, or nothing at all. What do I lack?" From a replica to its source. */
export interface Resume {
  readonly kind: "resume";
  readonly epoch: number;
  readonly seq: number;
  readonly isEmpty: boolean;
}

/** The answer: what it lacks, and for who has nothing the table on which that rests. */
export interface CatchUp {
  readonly kind: "catch-up";
  readonly epoch: number;
  readonly base: { readonly seq: number; readonly table: Table; readonly sessions: Sessions<null> } | null;
  readonly updates: readonly Update[];
  readonly committed: number;
}

/** "Write this down." From the primary to its backups, or from a node of the chain to the next one. */
export interface Propagate {
  readonly kind: "update";
  readonly epoch: number;
  readonly updates: readonly Update[];
  /** Up to here clients may have been told. */
  readonly committed: number;
  /** Up to here every member has it. */
  readonly stable: number;
}

/** "I have all up to here." From a backup to the primary, or from the tail up the chain. */
export interface Ack {
  readonly kind: "ack";
  readonly epoch: number;
  readonly seq: number;
  /** Up to where it knows that clients may have been told. */
  readonly committed: number;
}

/** "Are you still in this epoch?" From who is about to answer a read, to all other members. */
export interface Confirm {
  readonly kind: "confirm";
  readonly epoch: number;
  readonly ask: string;
}

/** "I am." Nobody who says so has taken part in a later epoch. */
export interface Confirmed {
  readonly kind: "confirmed";
  readonly epoch: number;
  readonly ask: string;
}
