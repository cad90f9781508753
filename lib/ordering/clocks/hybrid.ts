import type { NodeId } from "../../core/role.js";
import type { LogicalClock } from "./clock.js";

/** A physical time in whole ms, the greatest heard of, and a counter for events that it cannot tell apart. */
export interface HybridTime {
  readonly l: number;
  readonly c: number;
  readonly node: NodeId;
}

/**
 * The hybrid logical clock (混合逻辑时钟) of Kulkarni, Demirbas, Madeppa, Avva and Leone (Logical Physical Clocks, OPODIS
 * 2014, figure 5). It satisfies the clock condition, and stays near to physical time: `l` is the greatest physical time
 * among all events that happened before, so that with clocks at most ε apart l - pt is from 0 to ε (corollary
 * 1). It needs a physical clock that is never set back.
 */
export const hybridClock: LogicalClock<HybridTime> = {
  name: "hybrid clock",
  init: (node) => ({ l: 0, c: 0, node }),

  // l is the greater of its last value and the physical time; c counts the events with the same l.
  tick(last, now) {
    const l = Math.max(last.l, Math.floor(now));
    return { l, c: l === last.l ? last.c + 1 : 0, node: last.node };
  },

  // The same with the message's l; c follows on the counters of those that have this l.
  receive(last, sent, now) {
    const l = Math.max(last.l, sent.l, Math.floor(now));
    const { node } = last;
    if (l === last.l && l === sent.l) return { l, c: Math.max(last.c, sent.c) + 1, node };
    if (l === last.l) return { l, c: last.c + 1, node };
    if (l === sent.l) return { l, c: sent.c + 1, node };
    return { l, c: 0, node };
  },

  isBefore(one, other) {
    if (one.l !== other.l) return one.l < other.l;
    return one.c !== other.c ? one.c < other.c : one.node < other.node;
  },
  text: ({ l, c, node }) => `${l}+${c} ${node}`,
};
