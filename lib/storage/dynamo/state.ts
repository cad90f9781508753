import type { Call, NodeId, Out } from "../../core/role.js";
import type { Dot } from "./clock.js";
import { digestOf, enter, type Trees } from "./merkle.js";
import type {
  Ask, Compare, Exchange, Fetch, Fetched, Get, Got, Handed, Handoff, List, Put, Repair, Store, Stored, Told, Written,
} from "./messages.js";
import type { Settings } from "./options.js";
import { recordOf, type Records, withRecord } from "./records.js";
import type { Siblings } from "./versions.js";

/** A write that a node coordinates. */
export interface PutUnderWay {
  /** The client library's node, if the request came in a message. */
  readonly asker: NodeId | null;
  readonly key: string;
  readonly dot: Dot;
  readonly siblings: Siblings;
  /** Who has it on disk. */
  readonly stored: Set<NodeId>;
  /** Who was asked to stand in, and for whom. */
  readonly standIns: Map<NodeId, NodeId>;
  rounds: number;
  isAnswered: boolean;
}

/** A read that a node coordinates. */
export interface GetUnderWay {
  readonly asker: NodeId | null;
  readonly key: string;
  /** Who has answered, and what it has. */
  readonly answers: Map<NodeId, Siblings>;
  readonly standIns: Map<NodeId, NodeId>;
  rounds: number;
  isAnswered: boolean;
}

/** What a node of the store knows. The first three survive a crash. */
export interface DynamoNode {
  readonly id: NodeId;
  /** How many writes it has coordinated, which is how it numbers them. */
  writes: number;
  /** The keys of which it is a replica. */
  stored: Records;
  /** What it keeps for others, by whom it is for, apart from its own keys (section 4.6). */
  readonly hints: Map<NodeId, Records>;
  readonly puts: Map<Call, PutUnderWay>;
  readonly gets: Map<Call, GetUnderWay>;
  /** Requests that it has sent on to a replica not long ago. */
  readonly sentOn: Set<Call>;
  /** The digests of `stored`, by key range. */
  readonly trees: Trees;
  /** With whom it compares next. */
  turn: number;
}

/** What a node waits for. */
export type DynamoTimer =
  | { readonly kind: "patience"; readonly call: Call }
  | { readonly kind: "sentOn"; readonly call: Call }
  | { readonly kind: "handoff" }
  | { readonly kind: "compare" };

export type DynamoSignature = {
  state: DynamoNode;
  receives: Store | Stored | Fetch | Fetched | Repair | Handoff | Handed | Compare | List | Exchange | Ask;
  requests: Get | Put;
  timers: DynamoTimer;
  sends: Store | Stored | Fetch | Fetched | Repair | Handoff | Handed | Compare | List | Exchange | Told;
  replies: Got | Written | { readonly kind: "redirect"; readonly to: NodeId | null };
};

export type DynamoOut = Out<DynamoSignature>;

/** Take in what others have of a key. Returns whether that is news, which the caller has to write to disk. */
export function keep(self: DynamoNode, key: string, siblings: Siblings, settings: Settings): boolean {
  const before = recordOf(self.stored, key);
  const after = settings.versioning.merge(before, siblings);
  if (digestOf(after) === digestOf(before)) return false;
  replace(self, key, after, settings);
  return true;
}

/** Put this in the place of what was there. */
export function replace(self: DynamoNode, key: string, siblings: Siblings, settings: Settings): void {
  self.stored = withRecord(self.stored, key, siblings);
  enter(self.trees, settings.rangeOf(key), key, siblings);
}

/** All that a node has of a key: as a replica, and for others. */
export function allOf(self: DynamoNode, key: string, { versioning }: Settings): Siblings {
  let all = recordOf(self.stored, key);
  for (const hints of self.hints.values()) {
    all = versioning.merge(all, recordOf(hints, key));
  }
  return all;
}
