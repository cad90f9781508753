import type { Call, NodeId, Tagged } from "../core/role.js";

/** Why a message did not arrive, or arrived in vain. */
export type DropReason =
  | "lost" // by the network
  | "partitioned" // the link is cut
  | "crashed" // the receiver is down
  | "unhandled"; // the receiver has no rule for it

/** When something happened. */
export interface At {
  /** Virtual time in ms. */
  readonly at: number;
  /**
   * The number of the step that this belongs to. A step is one input to one node with all that the rule asked
   * for, or one fault; so the sends of a step are the effects of the delivery, timer or request with its number.
   */
  readonly step: number;
}
/** What happened on a node. */
export interface OnNode extends At {
  readonly node: NodeId;
}
/** What happened to a message between two nodes. */
export interface OnLink extends At {
  /** Pairs a send with its deliveries and drops. */
  readonly id: number;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Tagged;
}

/** One line of a run. */
export type TraceEvent =
  | (OnLink & { readonly kind: "send" })
  /** `copy` is 0 for the message itself, 1 for its duplicate. */
  | (OnLink & { readonly kind: "deliver"; readonly sentAt: number; readonly copy: number })
  | (OnLink & { readonly kind: "drop"; readonly sentAt: number; readonly copy: number; readonly reason: DropReason })
  | (OnNode & { readonly kind: "timer"; readonly timer: Tagged })
  | (OnNode & { readonly kind: "request"; readonly call: Call; readonly request: Tagged })
  | (OnNode & { readonly kind: "reply"; readonly call: Call; readonly result: unknown })
  | (OnNode & { readonly kind: "decide"; readonly outcome: unknown })
  /** A write was asked for; with `flush`, what follows waits for `flushed`. */
  | (OnNode & { readonly kind: "write"; readonly flush: boolean })
  | (OnNode & { readonly kind: "flushed" })
  /** Fields of the state that this step changed. Only on request: finding them costs time. */
  | (OnNode & { readonly kind: "change"; readonly fields: Readonly<Record<string, unknown>> })
  /** `lostWrites`: how many writes were not yet on disk and are gone. */
  | (OnNode & { readonly kind: "crash"; readonly lostWrites: number })
  | (OnNode & { readonly kind: "restart" })
  /** The node does nothing until `resume`: messages wait, timers fire late. */
  | (OnNode & { readonly kind: "pause" })
  | (OnNode & { readonly kind: "resume" })
  /** The disk finishes no write for so long. */
  | (OnNode & { readonly kind: "stall"; readonly forMs: number })
  /** From now on the node's clock is `offsetMs` ahead and runs at `rate` times the true speed. */
  | (OnNode & { readonly kind: "skew"; readonly offsetMs: number; readonly rate: number })
  /** From now on what the node does and sends takes `factor` times as long. */
  | (OnNode & { readonly kind: "slow"; readonly factor: number })
  /** These links are cut, each in the one direction named. */
  | (At & { readonly kind: "cut"; readonly shape: string; readonly links: readonly (readonly [from: NodeId, to: NodeId])[] })
  /** These links work again. */
  | (At & { readonly kind: "heal"; readonly links: readonly (readonly [from: NodeId, to: NodeId])[] })
  /** A client calls a node, perhaps not for the first time, and later gets its answer or gives up. */
  | (At & { readonly kind: "invoke"; readonly client: NodeId; readonly call: Call; readonly node: NodeId; readonly request: Tagged; readonly attempt: number })
  | (At & { readonly kind: "return"; readonly client: NodeId; readonly call: Call; readonly result: unknown })
  | (At & { readonly kind: "give-up"; readonly client: NodeId; readonly call: Call })
  /** A request did not get to its node, or a reply not to its client. Calls travel over the network as messages do, but count as none. */
  | (At & { readonly kind: "call-lost"; readonly client: NodeId; readonly call: Call; readonly node: NodeId; readonly leg: "request" | "reply"; readonly reason: DropReason })
  /** A property does not hold any more. */
  | (At & { readonly kind: "violation"; readonly property: string; readonly problem: string });

/** Somebody who listens to a run. */
export type Listener = (event: TraceEvent) => void;

/** The events of one kind, with their type: `only(trace, "decide")`. */
export function only<K extends TraceEvent["kind"]>(
  trace: readonly TraceEvent[],
  kind: K,
): Extract<TraceEvent, { readonly kind: K }>[] {
  return trace.filter((event): event is Extract<TraceEvent, { readonly kind: K }> => event.kind === kind);
}
