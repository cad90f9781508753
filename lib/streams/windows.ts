import { finite } from "../core/parameters.js";

/** An interval of event time: from `start`, up to and without `end`, in ms. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/**
 * Where in event time results are computed (Akidau et al. 2015, section 2.2: the question "where"): fixed, sliding or by
 * session.
 */
export type Windows =
  | { readonly kind: "tumbling"; readonly size: number }
  | { readonly kind: "sliding"; readonly size: number; readonly every: number }
  | { readonly kind: "session"; readonly gap: number };

/** Tumbling windows (滚动窗口) of so many ms, one after the other: each event is in one. */
export function tumbling(size: number): Windows {
  return { kind: "tumbling", size: finite("size", size, { min: 1e-6 }) };
}

/** Sliding windows (滑动窗口) of `size` ms, of which one begins every so many ms: an event is in size / every of them. */
export function sliding(size: number, every: number): Windows {
  finite("size", size, { min: 1e-6 });
  return { kind: "sliding", size, every: finite("every", every, { min: 1e-6, max: size }) };
}

/** Session windows (会话窗口): events of a key that are less than `gap` ms apart are in one, however long that gets. */
export function session(gap: number): Windows {
  return { kind: "session", gap: finite("gap", gap, { min: 1e-6 }) };
}

/**
 * The windows of an event that happened at this time (AssignWindows, Akidau et al. 2015, section 2.2.1). A session begins as
 * a window of its own, [at, at + gap), and is merged with those that it overlaps (`merged`).
 */
export function windowsOf(windows: Windows, at: number): readonly Interval[] {
  switch (windows.kind) {
    case "tumbling": {
      const start = Math.floor(at / windows.size) * windows.size;
      return [{ start, end: start + windows.size }];
    }
    case "sliding": {
      const found: Interval[] = [];
      const last = Math.floor(at / windows.every);
      for (let i = last; i * windows.every > at - windows.size; i--) {
        found.unshift({ start: i * windows.every, end: i * windows.every + windows.size });
      }
      return found;
    }
    case "session":
      return [{ start: at, end: at + windows.gap }];
  }
}

/** Whether two windows have a time in common. */
export function overlap(a: Interval, b: Interval): boolean {
  return a.start < b.end && b.start < a.end;
}

/** The smallest window that holds all of these (MergeWindows, Akidau et al. 2015, section 2.2.2). */
export function merged(intervals: readonly Interval[]): Interval {
  return { start: Math.min(...intervals.map(({ start }) => start)), end: Math.max(...intervals.map(({ end }) => end)) };
}
