import { finite, integer, options, probability } from "../core/parameters.js";
import { type Seed, stream } from "../core/random.js";

/** Something that happened: to whom, how much, and when. The time of the happening goes with it wherever it goes. */
export interface StreamEvent<V = number> {
  readonly key: string;
  readonly value: V;
  /** Event time (事件时间): when it happened, in ms, by the clock of where it happened. */
  readonly at: number;
}

/** An event as a stream processor meets it. */
export interface Arrival<V = number> extends StreamEvent<V> {
  /** Processing time (处理时间): when it was seen, in ms. */
  readonly seenAt: number;
  /** Which of the inputs it came by, counted from 0. */
  readonly input: number;
}

export interface DelayedEventsOptions {
  readonly seed?: Seed;
  /** How many there are, 1 to 1,000,000. */
  readonly events: number;
  /** The mean time between two events, in ms. */
  readonly every: number;
  readonly keys: readonly string[];
  /** The mean delay between the happening and the seeing, in ms; delays are exponential. */
  readonly delay: number;
  /** The share of events that come by a slow way, and how many times longer their delays are. Default: none. */
  readonly stragglers?: { readonly share: number; readonly factor: number };
  /** How many inputs they come by, evenly by chance. Default 1. */
  readonly inputs?: number;
}

/**
 * Events with delays, in the order in which they are seen: what the ideal line of event time equal to processing time
 * looks like in life (Akidau et al., "The Dataflow Model", 2015, section 1.3 calls the distance the skew). Values are 1.
 *
 * @throws RangeError or TypeError for an option out of its range
 */
export function delayedEvents(given: DelayedEventsOptions): readonly Arrival[] {
  const { seed = 1, events, every, keys, delay, stragglers, inputs = 1 } = options("delayedEvents", given, [
    "seed", "events", "every", "keys", "delay", "stragglers", "inputs",
  ]);
  integer("events", events, { min: 1, max: 1_000_000 });
  finite("every", every);
  finite("delay", delay);
  integer("inputs", inputs, { min: 1, max: 1_000 });
  if (keys.length === 0) throw new RangeError("keys must name at least one key, got none");
  const share = stragglers === undefined ? 0 : probability("stragglers.share", stragglers.share);
  const factor = stragglers === undefined ? 1 : finite("stragglers.factor", stragglers.factor);
  const gaps = stream(seed, "gaps");
  const delays = stream(seed, "delays");
  const places = stream(seed, "places");
  let at = 0;
  const seen = Array.from({ length: events }, (_, i) => {
    at += -Math.log(1 - gaps.double()) * every;
    const slow = delays.chance(share) ? factor : 1;
    const seenAt = at - Math.log(1 - delays.double()) * delay * slow;
    return { i, event: { key: places.pick(keys), value: 1, at, seenAt, input: places.below(inputs) } };
  });
  seen.sort((a, b) => a.event.seenAt - b.event.seenAt || a.i - b.i);
  return seen.map(({ event }) => event);
}
