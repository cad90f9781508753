import type { Call, NodeId } from "../core/role.js";

/** A caller asks a server to do some work. A call and the number of its attempt name the ask. */
export interface Ask {
  readonly kind: "ask";
  readonly call: Call;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** How long it takes to serve, in ms. */
  readonly work: number;
  /** How long the caller will wait, in ms; null if it does not say. After that nobody wants the answer. */
  readonly patience: number | null;
  /** Who else was asked for the same, and is to be told when the work begins (a tied request); mostly null. */
  readonly twin: NodeId | null;
}

/** A server answers an ask: done, or refused. */
export interface Answer {
  readonly kind: "answer";
  readonly call: Call;
  readonly attempt: number;
  readonly ok: boolean;
}

/** Nobody needs the work of this call any more: drop it where it still waits. */
export interface Cancel {
  readonly kind: "cancel";
  readonly call: Call;
}

/** A client asks for some work. */
export interface CallRequest {
  readonly kind: "call";
  /** How long it takes to serve, in ms. */
  readonly work: number;
}

/** What a client is told: that it is done, or why not. */
export type Outcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** The server said no; no answer came in time; or the caller did not even ask. */
      readonly why: "refused" | "timed out" | "not asked";
    };
