import type { NodeId } from "../../core/role.js";
import type { Identifier } from "./space.js";

/** A question or an answer of one node's `query`-th question. */
interface Numbered {
  readonly query: number;
}

/** One step of an iterative lookup: who is closest before this identifier, without those that did not answer? */
export interface Step extends Numbered {
  readonly kind: "step";
  readonly id: Identifier;
  readonly avoid: readonly NodeId[];
}

/** The answer: the owner, if it is the next node after the one that answers; else whom to ask next. */
export interface Hop extends Numbered {
  readonly kind: "hop";
  readonly isOwner: boolean;
  readonly node: NodeId;
}

/** A recursive lookup on its way; the last node answers the one that asked first. */
export interface Forward extends Numbered {
  readonly kind: "forward";
  readonly id: Identifier;
  readonly asker: NodeId;
  readonly hops: number;
}

/** The end of a recursive lookup. */
export interface Found extends Numbered {
  readonly kind: "found";
  readonly owner: NodeId;
  readonly hops: number;
}

/** Tell me your predecessor and your successor list. Also the ping: who answers is alive. */
export interface Ask extends Numbered {
  readonly kind: "ask";
}

/** The answer. A node that is about to change its successors has none to tell: it is busy. */
export interface Neighbours extends Numbered {
  readonly kind: "neighbours";
  readonly predecessor: NodeId | null;
  readonly successors: readonly NodeId[];
  readonly isBusy: boolean;
}

/** I may be your predecessor. */
export interface Notify {
  readonly kind: "notify";
}

/** Keys with their values for the node that holds them now; kept by the sender until they have arrived. */
export interface Transfer extends Numbered {
  readonly kind: "transfer";
  readonly entries: readonly (readonly [key: string, value: string])[];
}

/** The keys have arrived. */
export interface Transferred extends Numbered {
  readonly kind: "transferred";
}

/** A client's read (`value` null) or write, for the owner of the key. */
export interface Access extends Numbered {
  readonly kind: "access";
  readonly key: string;
  readonly value: string | null;
}

/** What the owner holds under the key now, or that it is not the owner: the lookup was out of date. */
export interface Accessed extends Numbered {
  readonly kind: "accessed";
  readonly value: string | null;
  readonly isOwner: boolean;
}

/** I am in no ring: the answer of a node outside to any question. */
export interface Stranger extends Numbered {
  readonly kind: "stranger";
}

/** Every message of Chord. */
export type ChordMessage = Step | Hop | Forward | Found | Ask | Neighbours | Notify | Transfer | Transferred | Access | Accessed | Stranger;
