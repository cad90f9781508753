import { finite, integer, probability } from "../core/parameters.js";
import type { Arrival } from "./events.js";

/** The watermark of a stream whose end has been seen: nothing is to come any more. */
export const END: number = Number.MAX_SAFE_INTEGER;

/**
 * How far event time is complete. A watermark (水位线) of w says: no event that happened before w is still to come
 * (Akidau et al. 2015, section 1.3). A rule for watermarks sees the arrivals of one input one by one, and keeps plain data.
 */
export interface WatermarkRule<S = any> {
  readonly name: string;
  init(): S;
  /** The state after one more arrival. */
  seen(state: S, arrival: Arrival<any>): S;
  /** The watermark, in ms of event time; it must never fall. */
  value(state: S): number;
}

/** Events come at most so many ms of event time behind the latest one seen: what bound holds, somebody has to know. */
export function boundedDelay(bound: number): WatermarkRule<number> {
  finite("bound", bound);
  return {
    name: `${bound} ms behind the latest`,
    init: () => -END,
    seen: (latest, { at }) => Math.max(latest, at),
    value: (latest) => (latest === -END ? -END : latest - bound),
  };
}

/**
 * The latest event seen, less a share of recent delays: a rule that learns from what it has seen, and that will at times be
 * wrong ("heuristic", Akidau et al. 2015, section 1.3). With `share` 0.99, one event of a hundred was later than it allows for.
 */
export function learnedDelay(share: number, recent: number = 200): WatermarkRule<{ readonly latest: number; readonly mark: number; readonly delays: readonly number[] }> {
  probability("share", share);
  integer("recent", recent, { min: 1, max: 100_000 });
  return {
    name: `${share} of recent delays`,
    init: () => ({ latest: -END, mark: -END, delays: [] }),
    seen({ latest, mark, delays }, { at }) {
      const now = Math.max(latest, at);
      const behind = [...delays, now - at].slice(-recent);
      const sorted = [...behind].sort((a, b) => a - b);
      const allowed = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
      return { latest: now, mark: Math.max(mark, now - allowed), delays: behind };
    },
    value: ({ mark }) => mark,
  };
}

/**
 * The perfect watermark: the least event time of all that is still to come. It knows the future, as a source
 * with a log that is complete does; for all others it is what rules are measured by.
 */
export function perfectWatermark(arrivals: readonly Arrival<any>[]): WatermarkRule<{ readonly input: number; readonly seen: number } | null> {
  const least = new Map<number, number[]>();
  for (const { input, at } of arrivals) {
    const times = least.get(input);
    if (times) times.push(at);
    else least.set(input, [at]);
  }
  for (const times of least.values()) {
    times.push(END);
    for (let i = times.length - 2; i >= 0; i--) times[i] = Math.min(times[i]!, times[i + 1]!);
  }
  return {
    name: "perfect",
    init: () => null,
    seen: (state, { input }) => ({ input, seen: (state?.seen ?? 0) + 1 }),
    value: (state) => (state === null ? -END : least.get(state.input)?.[state.seen] ?? END),
  };
}
