import { finite, options } from "../core/parameters.js";
import type { Arrival } from "./events.js";
import { boundedDelay, END, type WatermarkRule } from "./watermarks.js";
import { type Pane, windowed, type WindowedOptions } from "./windowed.js";

export interface StreamedOptions<V = any, T = any, R = any> extends WindowedOptions<V, T, R> {
  /** Default: what is seen last is complete, as if nothing were ever out of order. */
  readonly watermark?: WatermarkRule;
  /** Every so many ms of processing time, windows that are not due say what they have. Default: never. */
  readonly earlyEvery?: number;
  /** An input that has been silent for so many ms does not hold the watermark back. Default: it does, for ever. */
  readonly idleAfter?: number;
}

/** A pane with the processing time at which it was said, in ms. */
export interface TimedPane<R = any> extends Pane<R> {
  readonly saidAt: number;
}

/** What came of a stream. */
export interface Streamed<V = any, R = any> {
  readonly panes: readonly TimedPane<R>[];
  /** The side output: events that came too late for all of their windows. */
  readonly tooLate: readonly Arrival<V>[];
  /** The watermark after each arrival. */
  readonly watermarks: readonly { readonly seenAt: number; readonly watermark: number }[];
}

/**
 * Run a windowed aggregation over arrivals, in the order of processing time and on one machine: to look at watermarks, triggers and panes by
 * themselves. The watermark is the least of those of all inputs. At the end of the arrivals it moves to the end of time.
 *
 * @throws RangeError or TypeError for an option out of its range, or arrivals out of order
 */
export function streamed<V, T, R>(arrivals: readonly Arrival<V>[], given: StreamedOptions<V, T, R>): Streamed<V, R> {
  const { watermark = boundedDelay(0), earlyEvery, idleAfter = Infinity, ...how } = options("streamed", given, [
    "windows", "aggregate", "lateness", "accumulation", "watermark", "earlyEvery", "idleAfter",
  ]);
  if (earlyEvery !== undefined) finite("earlyEvery", earlyEvery, { min: 1e-6 });
  if (idleAfter !== Infinity) finite("idleAfter", idleAfter);
  const operator = windowed(how);
  const state = operator.init();
  const inputs = arrivals.reduce((most, { input }) => Math.max(most, input), 0) + 1;
  const rules = Array.from({ length: inputs }, () => ({ state: watermark.init(), seenAt: 0 }));
  const panes: TimedPane<R>[] = [];
  const tooLate: Arrival<V>[] = [];
  const watermarks: { seenAt: number; watermark: number }[] = [];
  const say = (saidAt: number, said: readonly Pane<R>[]): void => {
    for (const pane of said) panes.push({ ...pane, saidAt });
  };
  let nextEarly = earlyEvery ?? Infinity;
  let now = -Infinity;
  for (const arrival of arrivals) {
    if (arrival.seenAt < now) throw new RangeError(`arrivals must be in the order of seenAt, got ${arrival.seenAt} after ${now}`);
    now = arrival.seenAt;
    for (; nextEarly <= now; nextEarly += earlyEvery!) say(nextEarly, operator.early(state));
    const { panes: said, isTooLate } = operator.event(state, arrival);
    say(now, said);
    if (isTooLate) tooLate.push(arrival);
    const own = rules[arrival.input]!;
    own.state = watermark.seen(own.state, arrival);
    own.seenAt = now;
    let least = Infinity;
    for (const { state: seen, seenAt } of rules) if (now - seenAt < idleAfter) least = Math.min(least, watermark.value(seen));
    say(now, operator.advance(state, least));
    watermarks.push({ seenAt: now, watermark: state.watermark });
  }
  say(now, operator.advance(state, END));
  return { panes, tooLate, watermarks };
}

/** How complete and how late results are: the two ends of the same rope. */
export interface Completeness {
  /** The share of events that are in the panes said on time, from 0 to 1. */
  readonly complete: number;
  /** The mean time from a window's end to its pane on time, in ms; windows that only the end of the stream closed do not count. */
  readonly delayMs: number;
}

/** Completeness against delay of the panes on time, for a stream whose results are counts. */
export function completenessOf(arrivals: readonly Arrival<unknown>[], { panes }: Streamed<unknown, number>): Completeness {
  const last = arrivals[arrivals.length - 1]?.seenAt ?? 0;
  const onTime = panes.filter(({ timing, retracts }) => timing === "on time" && !retracts);
  const counted = onTime.reduce((total, { result }) => total + result, 0);
  const delays = onTime.filter(({ saidAt }) => saidAt < last).map(({ saidAt, end }) => saidAt - end);
  return {
    complete: arrivals.length === 0 ? 1 : counted / arrivals.length,
    delayMs: delays.length === 0 ? 0 : delays.reduce((total, each) => total + each, 0) / delays.length,
  };
}
