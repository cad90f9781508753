import { finite, oneOf, options } from "../core/parameters.js";
import type { Aggregate } from "./aggregates.js";
import type { StreamEvent } from "./events.js";
import { type Interval, merged, overlap, type Windows, windowsOf } from "./windows.js";

/**
 * How refinements of a result relate (the question "how", Akidau et al. 2015, section 2.3): a later pane holds only what came since the one before
 * (discarding), or everything (accumulating), or everything after the pane before has been taken back (retracting).
 */
export type Accumulation = "discarding" | "accumulating" | "retracting";

export interface WindowedOptions<V = any, T = any, R = any> {
  readonly windows: Windows;
  readonly aggregate: Aggregate<V, T, R>;
  /** How long after its end a window still takes late events, in ms of event time. Default 0: what is late is put aside. */
  readonly lateness?: number;
  readonly accumulation?: Accumulation;
}

/** One result of one window: a window has several where it speaks early, or again when something late has come. */
export interface Pane<R = any> extends Interval {
  readonly key: string;
  readonly result: R;
  /** Before the watermark had passed the window's end, when it did, or after. */
  readonly timing: "early" | "on time" | "late";
  /** True: this takes back an earlier pane, and `result` is what that one had said. */
  readonly retracts: boolean;
}

/** A window that is being filled. */
interface Cell<T, R> extends Interval {
  readonly total: T;
  /** The pane before, which a retraction takes back; `said` is false before the first. */
  readonly said: boolean;
  readonly last: R | null;
  /** Whether something has come since the last pane. */
  readonly isFresh: boolean;
  /** Whether the watermark has passed its end. */
  readonly isDue: boolean;
}

/** What a windowed aggregation knows: plain data, so that a checkpoint can hold it. */
export interface WindowState<T = any, R = any> {
  readonly watermark: number;
  readonly cells: Map<string, readonly Cell<T, R>[]>;
}

/** A keyed aggregation over windows of event time, as functions that change its state and return what it says. */
export interface Windowed<V = any, T = any, R = any> {
  init(): WindowState<T, R>;
  /** One more event: the panes that it brings about, and whether it came too late for all of its windows. */
  event(state: WindowState<T, R>, event: StreamEvent<V>): { readonly panes: readonly Pane<R>[]; readonly isTooLate: boolean };
  /** The watermark moves on: windows that end before it speak, and those that nothing may reach any more are forgotten. */
  advance(state: WindowState<T, R>, watermark: number): readonly Pane<R>[];
  /** What all open windows would say now, before they are due: an early trigger. */
  early(state: WindowState<T, R>): readonly Pane<R>[];
}

/**
 * The windowed aggregation of "The Dataflow Model" (Akidau et al., VLDB 2015), section 2. "When" results appear: once when
 * the watermark passes a window's end, before that whenever `early` is called, and after it with each late event, as
 * long as `lateness` allows.
 *
 * @throws RangeError or TypeError for an option out of its range
 */
export function windowed<V, T, R>(given: WindowedOptions<V, T, R>): Windowed<V, T, R> {
  const { windows, aggregate, lateness = 0, accumulation = "accumulating" } = options("windowed", given, ["windows", "aggregate", "lateness", "accumulation"]);
  finite("lateness", lateness);
  oneOf("accumulation", accumulation, ["discarding", "accumulating", "retracting"]);

  type Open = Cell<T, R>;

  const empty = (interval: Interval): Open => ({ ...interval, total: aggregate.zero, said: false, last: null, isFresh: false, isDue: false });

  /** What a window says, and the window afterwards. */
  function speak(key: string, cell: Open, timing: Pane["timing"]): { readonly panes: readonly Pane<R>[]; readonly cell: Open } {
    const { start, end } = cell;
    const result = aggregate.result(cell.total);
    const pane: Pane<R> = { key, start, end, result, timing, retracts: false };
    const takenBack = accumulation === "retracting" && cell.said ? [{ ...pane, result: cell.last as R, retracts: true }] : [];
    const total = accumulation === "discarding" ? aggregate.zero : cell.total;
    return { panes: [...takenBack, pane], cell: { ...cell, total, said: true, last: result, isFresh: false } };
  }

  /** The sessions that a new one runs into, and the new one, become one. What they had said is taken back. */
  function grow(key: string, cells: readonly Open[], interval: Interval): { readonly cell: Open; readonly rest: readonly Open[]; readonly panes: readonly Pane<R>[] } {
    const met = cells.filter((cell) => overlap(cell, interval));
    const rest = cells.filter((cell) => !met.includes(cell));
    if (met.length === 1 && met[0]!.start <= interval.start && met[0]!.end >= interval.end) return { cell: met[0]!, rest, panes: [] };
    const takenBack = accumulation === "retracting" ? met.filter(({ said }) => said) : [];
    const panes = takenBack.map(({ start, end, last }) => ({ key, start, end, result: last as R, timing: "late" as const, retracts: true }));
    const total = met.map((cell) => cell.total).reduce((one, other) => aggregate.merge(one, other), aggregate.zero);
    return { cell: { ...empty(merged([interval, ...met])), total }, rest, panes };
  }

  return {
    init: () => ({ watermark: -Number.MAX_SAFE_INTEGER, cells: new Map() }),

    event(state, { key, value, at }) {
      const said: Pane<R>[] = [];
      let isTooLate = true;
      for (const interval of windowsOf(windows, at)) {
        const cells = state.cells.get(key) ?? [];
        const same = cells.find(({ start, end }) => start === interval.start && end === interval.end);
        const { cell, rest, panes } =
          windows.kind === "session" ? grow(key, cells, interval) : { cell: same ?? empty(interval), rest: cells.filter((other) => other !== same), panes: [] };
        if (cell.end + lateness <= state.watermark) continue; // nothing would ever forget it again
        isTooLate = false;
        said.push(...panes);
        const filled = { ...cell, total: aggregate.add(cell.total, value), isFresh: true };
        if (cell.end > state.watermark) {
          state.cells.set(key, [...rest, filled]);
          continue;
        }
        const late = speak(key, { ...filled, isDue: true }, "late");
        said.push(...late.panes);
        state.cells.set(key, [...rest, late.cell]);
      }
      return { panes: said, isTooLate };
    },

    advance(state, watermark) {
      if (watermark <= state.watermark) return [];
      (state as { watermark: number }).watermark = watermark;
      const said: Pane<R>[] = [];
      // Most steps of a watermark reach no window's end.
      const isReached = ({ end, isDue }: Open): boolean => (isDue ? end + lateness : end) <= watermark;
      const reached: string[] = [];
      for (const [key, cells] of state.cells) if (cells.some(isReached)) reached.push(key);
      for (const key of reached.sort()) {
        const kept: Open[] = [];
        for (const cell of [...state.cells.get(key)!].sort((a, b) => a.end - b.end || a.start - b.start)) {
          let next = cell;
          if (!cell.isDue && cell.end <= watermark) {
            // A window that has said everything early says it once more, so that all know it for complete.
            const spoken = speak(key, { ...cell, isDue: true }, "on time");
            said.push(...spoken.panes);
            next = spoken.cell;
          }
          if (next.end + lateness > watermark) kept.push(next);
        }
        if (kept.length > 0) state.cells.set(key, kept);
        else state.cells.delete(key);
      }
      return said;
    },

    early(state) {
      const said: Pane<R>[] = [];
      for (const key of [...state.cells.keys()].sort()) {
        const cells = state.cells.get(key)!.map((cell) => {
          if (cell.isDue || !cell.isFresh) return cell;
          const spoken = speak(key, cell, "early");
          said.push(...spoken.panes);
          return spoken.cell;
        });
        state.cells.set(key, cells);
      }
      return said;
    },
  };
}
