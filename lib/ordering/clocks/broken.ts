import { hybridClock, type HybridTime } from "./hybrid.js";
import { lamportClock, type LamportTime } from "./lamport.js";
import type { LogicalClock } from "./clock.js";
import { vectorClock, type VectorTime } from "./vector.js";

/*
 * Clocks with one rule broken, each convicted by a property of `properties.ts`.
 */

/** Counts its own events, and does not look at what messages say: no IR2. */
export const deafClock: LogicalClock<LamportTime> = { ...lamportClock, receive: (last, _, now) => lamportClock.tick(last, now) };

/** Takes over the time of a message instead of going beyond it: a message arrives when it was sent. */
export const lateClock: LogicalClock<LamportTime> = {
  ...lamportClock,
  receive: ({ time, node }, sent) => ({ time: Math.max(time + 1, sent.time), node }),
};

/** Takes over the vector of a message and forgets what it knew itself. */
export const overwritingVector: LogicalClock<VectorTime> = {
  ...vectorClock,
  receive: ({ node, counts }, sent) => vectorClock.tick({ node, counts: { ...sent.counts, [node]: counts[node] ?? 0 } }, 0),
};

/** Merges at a receipt, and does not count it as an event. */
export const uncountedVector: LogicalClock<VectorTime> = {
  ...vectorClock,
  receive: (last, sent, now) => {
    const { node, counts } = vectorClock.receive(last, sent, now);
    return { node, counts: { ...counts, [node]: last.counts[node] ?? 0 } };
  },
};

/** Begins to count anew at each receipt, whatever l is. */
export const restartingHybrid: LogicalClock<HybridTime> = {
  ...hybridClock,
  receive: (last, sent, now) => ({ ...hybridClock.receive(last, sent, now), c: 0 }),
};

/**
 * One number for both: the greater of the physical time and what a Lamport clock would say. It satisfies the clock
 * condition; but where events come faster than milliseconds, it runs away from physical time without bound (Kulkarni
 * and others 2014, figures 3 and 4: the naive algorithm).
 */
export const runawayHybrid: LogicalClock<HybridTime> = {
  ...hybridClock,
  tick: (last, now) => ({ ...last, l: Math.max(last.l + 1, Math.floor(now)) }),
  receive: (last, sent, now) => ({ ...last, l: Math.max(last.l + 1, sent.l + 1, Math.floor(now)) }),
};
