import { integer } from "../../core/parameters.js";

/** One write of one coordinator: nobody else ever has the same. Its order is that in which this coordinator wrote. */
export interface Dot {
  /** Who numbered the write: the coordinator, or one turn of a node that coordinated in the place of others. */
  readonly actor: string;
  readonly counter: number;
}

/** What a clock knows of one actor: its writes up to this one, and when that was, by the coordinator's clock in ms. */
export interface Entry extends Dot {
  readonly at: number;
}

/** A vector clock (DeCandia et al. 2007, section 4.4): a list of (node, counter) pairs, in the order of the nodes' names. */
export type Clock = readonly Entry[];

/** The clock of somebody who has seen nothing. */
export const emptyClock: Clock = [];

/** Whether the clock knows of this write. */
export function covers(clock: Clock, { actor, counter }: Dot): boolean {
  const entry = clock.find((one) => one.actor === actor);
  return entry !== undefined && counter <= entry.counter;
}

/**
 * Whether all that the one has seen the other has seen too. "If the counters on the first object's clock are
 * less-than-or-equal to all of the nodes in the second clock, then the first is an ancestor of the second." (Section 4.4.)
 */
export function isAtMost(one: Clock, other: Clock): boolean {
  return one.every((entry) => covers(other, entry));
}

/** What both together have seen. */
export function join(one: Clock, other: Clock): Clock {
  if (one.length === 0) return other;
  if (other.length === 0) return one;
  const entries = new Map(one.map((entry) => [entry.actor, entry]));
  for (const entry of other) {
    const known = entries.get(entry.actor);
    if (!known || known.counter < entry.counter) entries.set(entry.actor, entry);
  }
  return [...entries.values()].sort((a, b) => (a.actor < b.actor ? -1 : 1));
}

/** Whether two dots are one write. */
export function isSameDot(one: Dot, other: Dot): boolean {
  return one.actor === other.actor && one.counter === other.counter;
}

/** A write as papers write it: "(a, 3)". */
export function dotText({ actor, counter }: Dot): string {
  return `(${actor}, ${counter})`;
}

/**
 * The clock with at most `limit` entries: "when the number of (node, counter) pairs in the vector clock reaches a threshold
 * (say 10), the oldest pair is removed from the clock" (section 4.4). The entries of `kept` actors stay, whatever their age.
 *
 * The danger: a clock without an entry no longer knows that it descends from what that node wrote. An overwritten value that
 * some replica still has comes back as a sibling.
 *
 * @throws RangeError for a limit below 1
 */
export function pruned(clock: Clock, limit: number, kept: readonly string[] = []): Clock {
  integer("limit", limit, { min: 1 });
  if (clock.length <= limit) return clock;
  const mayGo = clock.filter(({ actor }) => !kept.includes(actor));
  const byAge = mayGo.sort((a, b) => a.at - b.at || a.counter - b.counter || (a.actor < b.actor ? -1 : 1));
  const gone = new Set(byAge.slice(0, clock.length - limit).map(({ actor }) => actor));
  return clock.filter(({ actor }) => !gone.has(actor));
}
