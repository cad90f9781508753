import type { NodeId } from "../../core/role.js";

/**
 * A way to stamp events. A node keeps the stamp of its last event, and each next event gets a later one.
 *
 * Something that happens is an event of one node: it does something by itself, sends a message, or receives one. Event a
 * *happened before* b (Lamport 1978, section "The Partial Ordering") if both are of one node and a came first, or a is the
 * sending of a message and b its receipt, or there is a chain of such steps. Two events of which neither happened before
 * the other are *concurrent*.
 *
 * What a clock may be asked for:
 *
 * 1. The clock condition: if a happened before b, then the stamp of a is before that of b.
 * 2. Its converse: if the stamp of a is before that of b, then a happened before b. Only vector clocks have both.
 */
export interface LogicalClock<T> {
  readonly name: string;
  /** The stamp of a node on which nothing has happened yet. */
  init(id: NodeId): T;
  /** The stamp of the next event of a node that is no receipt. `now` is what its physical clock shows, in ms. */
  tick(last: T, now: number): T;
  /** The stamp of the receipt of a message that carries the stamp of its sending. */
  receive(last: T, sent: T, now: number): T;
  /** Whether the one stamp is before the other, as far as this clock can tell. */
  isBefore(one: T, other: T): boolean;
  /** The stamp as papers write it. */
  text(stamp: T): string;
}

/** What a node's physical clock showed, in ms; the name makes any two stamps of different nodes comparable. */
export interface PhysicalTime {
  readonly node: NodeId;
  readonly now: number;
}

/**
 * The clock on the wall. It satisfies the clock condition only while all walls show the same time, but for less than a
 * message takes; a clock that is set back breaks it even on one node.
 */
export const physicalClock: LogicalClock<PhysicalTime> = {
  name: "physical clock",
  init: (node) => ({ node, now: 0 }),
  tick: ({ node }, now) => ({ node, now }),
  receive: ({ node }, _, now) => ({ node, now }),
  isBefore: (one, other) => (one.now !== other.now ? one.now < other.now : one.node < other.node),
  text: ({ node, now }) => `${Math.round(now * 1000) / 1000} ${node}`,
};
