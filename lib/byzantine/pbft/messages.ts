import type { NodeId } from "../../core/role.js";
import type { Signed } from "../keys.js";

/*
 * The messages of PBFT by their names in "Practical Byzantine Fault Tolerance" (Castro and Liskov, OSDI 1999), section 4. All
 * but replies and what a replica asks another for are signed, as in that paper; its authors later used vectors of codes
 * instead ("Practical Byzantine Fault Tolerance and Proactive Recovery", TOCS 2002).
 */

/** What a client wants performed, once. */
export interface Request<C = unknown> {
  readonly kind: "request";
  readonly operation: C;
  /** Counts the client's requests: a replica performs none that is not later than the last one. */
  readonly timestamp: number;
  readonly client: NodeId;
  /** Changes nothing, so that replicas may answer at once (section 5.1). */
  readonly readOnly: boolean;
}

/** "These requests are number n in my view." From the primary to the backups, with the requests. An empty list is the null request. */
export interface PrePrepare<C = unknown> {
  readonly kind: "prePrepare";
  readonly view: number;
  readonly n: number;
  readonly digest: string;
  readonly requests: readonly Signed<Request<C>>[];
}

/** "I have accepted that pre-prepare, and none other with that number in this view." */
export interface Prepare {
  readonly kind: "prepare";
  readonly view: number;
  readonly n: number;
  readonly digest: string;
}

/** "I know that enough others have accepted it: it is prepared with me." */
export interface Commit {
  readonly kind: "commit";
  readonly view: number;
  readonly n: number;
  readonly digest: string;
}

/** "After request n my state has this digest." */
export interface Checkpoint {
  readonly kind: "checkpoint";
  readonly n: number;
  readonly digest: string;
}

/** The proof that requests were prepared: the pre-prepare, and 2f prepares of different backups that match it. */
export interface Certificate<C = unknown> {
  readonly prePrepare: Signed<PrePrepare<C>>;
  readonly prepares: readonly Signed<Prepare>[];
}

/** "I leave for this view. Here is all that was prepared with me, and proof of it." */
export interface ViewChange<C = unknown> {
  readonly kind: "viewChange";
  readonly view: number;
  /** The last stable checkpoint that the sender knows, and its proof: the paper's C. */
  readonly n: number;
  readonly checkpoints: readonly Signed<Checkpoint>[];
  /** For each number after that which was prepared, the certificate of the latest view: the paper's P. */
  readonly prepared: readonly Certificate<C>[];
}

/** "This view begins." From its primary: 2f + 1 view changes, the paper's V, and what follows from them, its O. */
export interface NewView<C = unknown> {
  readonly kind: "newView";
  readonly view: number;
  readonly viewChanges: readonly Signed<ViewChange<C>>[];
  readonly prePrepares: readonly Signed<PrePrepare<C>>[];
}

/** What a replica answers to a client. */
export interface Reply<R = unknown> {
  readonly kind: "reply";
  readonly view: number;
  readonly timestamp: number;
  readonly result: R;
  /** The request is only prepared yet (section 5.1), or was only read: such an answer counts with 2f + 1 like it. */
  readonly tentative: boolean;
}

/** "So far I have come": sent now and then by whoever waits for something, so that others send what it lacks (TOCS, message retransmission). */
export interface Status {
  readonly kind: "status";
  readonly view: number;
  readonly isActive: boolean;
  readonly stable: number;
  readonly executed: number;
}

/** "These requests are committed, and here is the proof": to whoever has missed it. */
export interface Committed<C = unknown> {
  readonly kind: "committed";
  readonly prePrepare: Signed<PrePrepare<C>>;
  readonly commits: readonly Signed<Commit>[];
}

/** "I lack the state of that checkpoint." */
export interface Fetch {
  readonly kind: "fetch";
  readonly n: number;
}

/** The state of a checkpoint, and the proof that it is that one. */
export interface State<S = unknown, R = unknown> {
  readonly kind: "state";
  readonly snapshot: Snapshot<S, R>;
  readonly proof: readonly Signed<Checkpoint>[];
}

/** The state after request n, and what each client was told last. */
export interface Snapshot<S = unknown, R = unknown> {
  readonly n: number;
  readonly state: S;
  readonly replies: ReadonlyMap<NodeId, LastReply<R>>;
}

/** The answer to a client's latest request. */
export interface LastReply<R = unknown> {
  readonly timestamp: number;
  readonly result: R;
}

/** All that replicas tell each other. */
export type Message<S = unknown, C = unknown, R = unknown> =
  | Signed<Request<C>>
  | Signed<PrePrepare<C>>
  | Signed<Prepare>
  | Signed<Commit>
  | Signed<Checkpoint>
  | Signed<ViewChange<C>>
  | Signed<NewView<C>>
  | Status
  | Committed<C>
  | Fetch
  | State<S, R>;

