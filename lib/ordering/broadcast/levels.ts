import type { AnyRole, Role, Tagged } from "../../core/role.js";
import type { BroadcastOptions, BroadcastSignature } from "./broadcaster.js";
import { causal } from "./causal.js";
import { fifo } from "./fifo.js";
import { links } from "./links.js";
import { bestEffort, lazyReliable, reliable } from "./reliable.js";
import { agreedTimes, lamportOrder, sequencer } from "./total.js";
import { uniform } from "./uniform.js";

/** A broadcast, what it promises, and what it takes to bring one post of n nodes to all of them where nothing fails. */
export interface BroadcastLevel {
  readonly name: string;
  /** What it promises beyond the level before it. */
  readonly promises: string;
  readonly make: (options: BroadcastOptions) => Role<BroadcastSignature<object, Tagged>>;
  readonly messages: (n: number) => number;
  /** Message delays until the last node has delivered. */
  readonly delays: number;
}

/** The broadcast family, from the weakest to the strongest; the last three are three ways to one order. */
export const broadcastLevels: readonly BroadcastLevel[] = [
  level("best effort", "all get it, if the sender lives", bestEffort, (n) => n - 1, 1),
  level("lazy reliable", "all who live get it, or none; needs a perfect failure detector", lazyReliable, (n) => n - 1, 1),
  level("reliable", "all who live get it, or none", reliable, (n) => n * (n - 1), 1),
  level("uniform", "also if whoever delivered it is dead", uniform, (n) => n * (n - 1), 2),
  level("FIFO", "in the order of each sender", fifo, (n) => n * (n - 1), 1),
  level("causal", "in an order that respects happened-before", causal, (n) => n * (n - 1), 1),
  level("sequencer", "in one order", sequencer, (n) => n, 2),
  level("agreed times", "in one order", agreedTimes, (n) => 3 * (n - 1), 3),
  level("Lamport's clocks", "in one order, which respects happened-before", (options) => links(lamportOrder(options)), (n) => n * (n - 1), 2),
];

function level(
  name: string, promises: string, make: (options: BroadcastOptions) => AnyRole, messages: (n: number) => number, delays: number,
): BroadcastLevel {
  return { name, promises, make, messages, delays };
}
