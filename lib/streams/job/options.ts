import type { Delay, NodeId } from "../../core/role.js";

/**
 * What a task does when a barrier comes on one of its inputs and not yet on the others:
 *
 * - "aligned": it waits. What comes behind the barrier on that input is held back until the barrier has come on all; then it stores
 *   its state and sends the barrier on. States are exact, and slow inputs hold up fast ones (Carbone et al. 2015, algorithm 1).
 * - "unaligned": it stores its state at the first barrier, sends the barrier on ahead of all that waits, and stores what is under way as well, up to the
 *   barrier on each input: the channels' states of Chandy & Lamport (1985). Exact, larger, and quick also under back-pressure.
 * - "none": it goes on, and stores its state when the last barrier has come: what it has handled by then from behind the first
 *   barriers is handled a second time after a recovery. At least once.
 */
export type Alignment = "aligned" | "unaligned" | "none";

/** What all tasks of a job have in common. */
export interface TaskOptions {
  readonly coordinator: NodeId;
  /** How many items a channel may hold at its receiver: the credit of its sender. */
  readonly credit: number;
  readonly alignment: Alignment;
  /** After how long what has not been acknowledged is sent again. */
  readonly resendAfter: Delay;
}
