import type { NodeId } from "../../core/role.js";
import type { StreamEvent } from "../events.js";
import type { Pane } from "../windowed.js";

/** What flows through a channel. */
export type Item =
  | { readonly kind: "event"; readonly event: StreamEvent<any> }
  | { readonly kind: "watermark"; readonly at: number }
  | { readonly kind: "pane"; readonly pane: Pane }
  /** Parts the stream in what belongs to a checkpoint and what comes after it (Carbone et al. 2015, section 4). */
  | { readonly kind: "barrier"; readonly checkpoint: number };

/** One item of a channel, with its place in it. An epoch (纪元) ends with each recovery: what is of an older one is void. */
export interface Data {
  readonly kind: "data";
  readonly epoch: number;
  readonly n: number;
  readonly item: Item;
}

/** How far a channel has come, and how far its sender may go: the credit (信用) that makes back-pressure. */
export interface Credit {
  readonly kind: "credit";
  readonly epoch: number;
  readonly received: number;
  readonly upTo: number;
}

/** A task is there, for the `incarnation`th time: it has no state and waits for one. */
export interface Hello {
  readonly kind: "hello";
  readonly incarnation: number;
}

/** Begin from this state of this checkpoint (null: from the start), in this epoch. */
export interface Deploy {
  readonly kind: "deploy";
  readonly epoch: number;
  readonly incarnation: number;
  readonly checkpoint: number;
  readonly state: unknown;
}

export interface Deployed {
  readonly kind: "deployed";
  readonly epoch: number;
}

/** To the sources: put a barrier into the stream. */
export interface Trigger {
  readonly kind: "trigger";
  readonly epoch: number;
  readonly checkpoint: number;
}

/** A task's state as of a checkpoint. */
export interface Stored {
  readonly kind: "stored";
  readonly epoch: number;
  readonly checkpoint: number;
  readonly state: unknown;
  /** Only a source's: whether its log is at its end. */
  readonly isAtEnd?: boolean;
}

/** To the sinks: this checkpoint has the states of all tasks, so what was written before its barrier may be seen. */
export interface Complete {
  readonly kind: "complete";
  readonly checkpoint: number;
}

export interface Committed {
  readonly kind: "committed";
  readonly checkpoint: number;
}

/** What every task has: which life it is in, and in which epoch it works (0: in none). */
export interface TaskState {
  readonly id: NodeId;
  incarnation: number;
  epoch: number;
}
