import type { NodeId } from "../../core/role.js";
import type { LogicalClock } from "./clock.js";

/** A counter, and whose it is. The name orders stamps of equal time, so that any two stamps of different events differ. */
export interface LamportTime {
  readonly time: number;
  readonly node: NodeId;
}

/** The total order (全序) "⇒": by time, and by the names of the nodes where times are equal. */
export function isEarlier(one: LamportTime, other: LamportTime): boolean {
  return one.time !== other.time ? one.time < other.time : one.node < other.node;
}

/**
 * The logical clock (逻辑时钟) of Leslie Lamport (Time, Clocks, and the Ordering of Events in a Distributed System, 1978,
 * section "Logical Clocks"). It satisfies the clock condition; from two stamps nobody can tell whether their events are
 * concurrent.
 */
export const lamportClock: LogicalClock<LamportTime> = {
  name: "Lamport clock",
  init: (node) => ({ time: 0, node }),

  // IR1. Each process increments its clock between any two successive events.
  tick: ({ time, node }) => ({ time: time + 1, node }),

  // IR2. On receiving a message with the timestamp T, a process sets its clock greater than or equal to its present value
  // and greater than T.
  receive: ({ time, node }, sent) => ({ time: Math.max(time, sent.time) + 1, node }),

  isBefore: isEarlier,
  text: ({ time, node }) => `${time}.${node}`,
};
