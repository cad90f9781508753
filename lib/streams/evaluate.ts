import type { StreamEvent } from "./events.js";
import type { Aggregate } from "./aggregates.js";
import { type Interval, type Windows, windowsOf } from "./windows.js";

/** The result of a window when everything is known. */
export interface WindowResult<R = any> extends Interval {
  readonly key: string;
  readonly result: R;
}

/**
 * What every window holds, worked out from all events at once, in the order of event time: the judge of all streams. It knows nothing
 * of watermarks, panes or states, and sorts what a stream can only wait for.
 */
export function evaluate<V, T, R>(events: readonly StreamEvent<V>[], { windows, aggregate }: { readonly windows: Windows; readonly aggregate: Aggregate<V, T, R> }): readonly WindowResult<R>[] {
  const byKey = new Map<string, StreamEvent<V>[]>();
  for (const event of events) {
    const known = byKey.get(event.key);
    if (known) known.push(event);
    else byKey.set(event.key, [event]);
  }
  const results: WindowResult<R>[] = [];
  for (const [key, own] of byKey) {
    const sorted = [...own].sort((a, b) => a.at - b.at);
    for (const { interval, values } of windows.kind === "session" ? sessions(sorted, windows.gap) : fixed(sorted, windows)) {
      const total = values.reduce((sofar, value) => aggregate.add(sofar, value), aggregate.zero);
      results.push({ key, ...interval, result: aggregate.result(total) });
    }
  }
  return results.sort(byKeyAndTime);
}

/** The order in which results of windows are compared. */
export function byKeyAndTime(a: Interval & { readonly key: string }, b: Interval & { readonly key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : a.start - b.start || a.end - b.end;
}

interface Filled<V> {
  readonly interval: Interval;
  readonly values: V[];
}

function sessions<V>(sorted: readonly StreamEvent<V>[], gap: number): readonly Filled<V>[] {
  const found: { interval: Interval; values: V[] }[] = [];
  for (const { at, value } of sorted) {
    const last = found[found.length - 1];
    if (last && at < last.interval.end) {
      last.interval = { start: last.interval.start, end: at + gap };
      last.values.push(value);
    } else found.push({ interval: { start: at, end: at + gap }, values: [value] });
  }
  return found;
}

function fixed<V>(sorted: readonly StreamEvent<V>[], windows: Windows): readonly Filled<V>[] {
  const found = new Map<number, Filled<V>>();
  for (const { at, value } of sorted) {
    for (const interval of windowsOf(windows, at)) {
      const known = found.get(interval.start);
      if (known) known.values.push(value);
      else found.set(interval.start, { interval, values: [value] });
    }
  }
  return [...found.values()];
}
