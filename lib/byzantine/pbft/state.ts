import type { NodeId, Out } from "../../core/role.js";
import type { Signed } from "../keys.js";
import type {
  Certificate, Checkpoint, Commit, Committed, LastReply, Message, NewView, PrePrepare, Prepare, Reply, Request, Snapshot, ViewChange,
} from "./messages.js";

/** What a replica has for one number in its view. */
export interface Slot<C = unknown> {
  prePrepare: Signed<PrePrepare<C>> | null;
  readonly prepares: Map<NodeId, Signed<Prepare>>;
  readonly commits: Map<NodeId, Signed<Commit>>;
}

/**
 * What a replica knows. Without the option `durable` nothing of it survives a crash: a replica that has crashed then counts
 * among the f faulty ones, as one that forgets its votes may vote twice.
 */
export interface Replica<S = unknown, C = unknown, R = unknown> {
  readonly id: NodeId;
  view: number;
  /** Whether the view has begun; not so between a view change and the new view. */
  isActive: boolean;
  /** The last number that it assigned, where it is the primary. */
  sequence: number;
  /** What it has in this view, by number, after the last stable checkpoint. */
  readonly slots: Map<number, Slot<C>>;
  /** What was prepared with it, by number: the certificate of the latest view. */
  readonly prepared: Map<number, Certificate<C>>;
  /** What was committed with it, by number, and not yet passed by a stable checkpoint. */
  readonly committed: Map<number, Committed<C>>;
  /** Messages of a view that has not begun here yet. */
  early: { readonly from: NodeId; readonly message: Signed<PrePrepare<C>> | Signed<Prepare> | Signed<Commit> }[];
  /** Requests that it has received and that are not executed, by client and timestamp. */
  readonly waiting: Map<string, Signed<Request<C>>>;
  /** Every number up to this one is committed and executed. */
  executed: number;
  /** The state of the service after `executed`. */
  state: S;
  replies: Map<NodeId, LastReply<R>>;
  /** What number `executed` + 1 has made of the state, if it was executed when it was only prepared. */
  tentative: Snapshot<S, R> | null;
  /** Reads that wait for a tentative execution to be committed. */
  reads: Signed<Request<C>>[];
  /** Its own checkpoints that are not older than the last stable one. */
  readonly snapshots: Map<number, Snapshot<S, R>>;
  /** The checkpoints of all, by number and replica. */
  readonly checkpoints: Map<number, Map<NodeId, Signed<Checkpoint>>>;
  /** The last stable checkpoint, the low water mark h, and its proof. */
  stable: number;
  stableProof: readonly Signed<Checkpoint>[];
  /** The checkpoint whose state it lacks, if it knows of one that is stable and ahead of it. */
  missing: number | null;
  /** The view change of each replica for the latest view that it has asked for. */
  readonly viewChanges: Map<NodeId, Signed<ViewChange<C>>>;
  /** What has begun the view; null for view 0. */
  newView: Signed<NewView<C>> | null;
  /** Views that it has left in a row without executing anything. */
  misses: number;
  /** What its timers are set for: "request" while it waits for one to be executed, "view" while it waits for a new view. */
  patience: "request" | "view" | null;
  isAsking: boolean;
}

/** What a replica announces when it executes the requests of a number. */
export interface Executed<C = unknown> {
  readonly n: number;
  readonly digest: string;
  readonly operations: readonly C[];
}

export type ReplicaSignature<S = unknown, C = unknown, R = unknown> = {
  state: Replica<S, C, R>;
  receives: Message<S, C, R>;
  timers: { readonly kind: "patience" } | { readonly kind: "status" };
  sends: Message<S, C, R> | Reply<R>;
  decides: Executed<C>;
};

export type ReplicaOut = Out<ReplicaSignature>;
