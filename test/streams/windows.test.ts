import { describe, expect, test } from "vitest";
import {
  boundedDelay, completenessOf, count, delayedEvents, evaluate, join, learnedDelay, mean, merged, overlap, perfectWatermark, session, sliding, streamed,
  sum, tumbling, windowed, windowsOf, type Arrival, type Pane, type Windows,
} from "../../lib/streams.js";

const event = (at: number, value = 1, key = "a") => ({ key, value, at });
const shapes: readonly (readonly [string, Windows])[] = [["tumbling", tumbling(50)], ["sliding", sliding(60, 20)], ["session", session(30)]];

/** Arrivals whose order is not that of their events. */
const jumbled = (seed: number): readonly Arrival[] =>
  delayedEvents({ seed, events: 200, every: 10, keys: ["a", "b", "c"], delay: 40, stragglers: { share: 0.05, factor: 5 }, inputs: 2 });

/** What remains of panes: of each window the last, or the sum of what was not taken back. */
function remaining(panes: readonly Pane<number>[], how: "last" | "sum"): object[] {
  const found = new Map<string, { key: string; start: number; end: number; result: number }>();
  for (const { key, start, end, result, retracts } of panes) {
    const name = JSON.stringify([key, start, end]);
    const before = found.get(name)?.result ?? 0;
    found.set(name, { key, start, end, result: how === "last" ? result : before + (retracts ? -result : result) });
  }
  return [...found.values()].filter(({ result }) => result !== 0).sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.start - b.start || a.end - b.end));
}

describe("windows", () => {
  test("an event is in one tumbling window, and on the border in the later one", () => {
    expect(windowsOf(tumbling(10), 9)).toEqual([{ start: 0, end: 10 }]);
    expect(windowsOf(tumbling(10), 10)).toEqual([{ start: 10, end: 20 }]);
    expect(windowsOf(tumbling(10), -1)).toEqual([{ start: -10, end: 0 }]);
  });
  test("an event is in size / every sliding windows", () => {
    expect(windowsOf(sliding(30, 10), 25)).toEqual([{ start: 0, end: 30 }, { start: 10, end: 40 }, { start: 20, end: 50 }]);
  });
  test("sessions that touch only at their ends are two", () => {
    expect(overlap({ start: 0, end: 10 }, { start: 10, end: 20 })).toBe(false);
    expect(merged([{ start: 0, end: 10 }, { start: 9, end: 19 }])).toEqual({ start: 0, end: 19 });
    expect(evaluate([event(0), event(10), event(29)], { windows: session(10), aggregate: count })).toHaveLength(3);
    expect(evaluate([event(0), event(9), event(10)], { windows: session(10), aggregate: count })).toEqual([{ key: "a", start: 0, end: 20, result: 3 }]);
  });
  test("a size that is none is refused", () => {
    expect(() => tumbling(0)).toThrow("size must be a finite number of at least 0.000001");
    expect(() => sliding(10, 20)).toThrow("every must be a finite number from 0.000001 to 10, got 20");
  });
});

describe.each(shapes)("%s windows over events out of order", (_, windows) => {
  test.each([1, 2, 3, 4, 5])("with the perfect watermark, what is said on time is everything (seed %i)", (seed) => {
    const arrivals = jumbled(seed);
    const { panes, tooLate } = streamed(arrivals, { windows, aggregate: sum, watermark: perfectWatermark(arrivals) });
    expect(tooLate).toEqual([]);
    expect(remaining(panes, "last")).toEqual(evaluate(arrivals, { windows, aggregate: sum }));
    expect(panes.every(({ timing }) => timing === "on time")).toBe(true);
  });
  test.each([1, 2, 3, 4, 5])("with a poor watermark and endless patience, refinements make up for it (seed %i)", (seed) => {
    const arrivals = jumbled(seed);
    const how = { windows, aggregate: sum, watermark: boundedDelay(0), lateness: 1e9, earlyEvery: 25 };
    const expected = evaluate(arrivals, how);
    const retracting = streamed(arrivals, { ...how, accumulation: "retracting" });
    expect(remaining(retracting.panes, "sum")).toEqual(expected);
    expect(retracting.panes.some(({ retracts }) => retracts)).toBe(true);
    expect(["early", "on time", "late"].every((timing) => retracting.panes.some((pane) => pane.timing === timing))).toBe(true);
    if (windows.kind === "session") return; // without retractions nobody takes back the sessions that have merged
    expect(remaining(streamed(arrivals, { ...how, accumulation: "discarding" }).panes, "sum")).toEqual(expected);
    expect(remaining(streamed(arrivals, { ...how, accumulation: "accumulating" }).panes, "last")).toEqual(expected);
  });
  test("what is too late is put aside, and counted nowhere", () => {
    const arrivals = jumbled(7);
    const { panes, tooLate } = streamed(arrivals, { windows, aggregate: count, watermark: boundedDelay(5) });
    const kept = arrivals.filter((arrival) => !tooLate.includes(arrival));
    expect(tooLate.length).toBeGreaterThan(3);
    // An event may be too late for some of its sliding windows only.
    if (windows.kind === "tumbling") expect(remaining(panes, "last")).toEqual(evaluate(kept, { windows, aggregate: count }));
  });
});

describe("watermarks and panes", () => {
  test("without retractions, sessions that merge late are counted twice", () => {
    const operator = windowed({ windows: session(10), aggregate: count, lateness: 100 });
    const state = operator.init();
    operator.event(state, event(0));
    operator.event(state, event(16));
    expect(operator.advance(state, 30).map(({ result }) => result)).toEqual([1, 1]);
    expect(operator.event(state, event(8)).panes).toMatchObject([{ start: 0, end: 26, result: 3, timing: "late" }]);
  });
  test("the watermark is that of the slowest input, unless that one is idle", () => {
    const arrivals: Arrival[] = [
      { ...event(0), seenAt: 0, input: 0 }, { ...event(1), seenAt: 1, input: 1 }, { ...event(100), seenAt: 100, input: 0 }, { ...event(200), seenAt: 200, input: 0 },
    ];
    const how = { windows: tumbling(10), aggregate: count, watermark: boundedDelay(0) };
    expect(streamed(arrivals, how).watermarks.map(({ watermark }) => watermark).slice(2)).toEqual([1, 1]);
    expect(streamed(arrivals, { ...how, idleAfter: 50 }).watermarks.map(({ watermark }) => watermark).slice(2)).toEqual([100, 200]);
  });
  test("a larger bound makes results more complete and later", () => {
    const arrivals = jumbled(3);
    const points = [0, 20, 80, 400].map((bound) => completenessOf(arrivals, streamed(arrivals, { windows: tumbling(50), aggregate: count, watermark: boundedDelay(bound) })));
    for (let i = 1; i < points.length; i++) {
      expect(points[i]!.complete).toBeGreaterThanOrEqual(points[i - 1]!.complete);
      expect(points[i]!.delayMs).toBeGreaterThan(points[i - 1]!.delayMs);
    }
    expect(points[0]!.complete).toBeLessThan(0.9);
  });
  test("a learned watermark never falls, and keeps about the share that it is asked for", () => {
    const arrivals = delayedEvents({ seed: 5, events: 3_000, every: 5, keys: ["a"], delay: 40 });
    const run = streamed(arrivals, { windows: tumbling(100), aggregate: count, watermark: learnedDelay(0.95) });
    run.watermarks.forEach(({ watermark }, i) => expect(watermark).toBeGreaterThanOrEqual(run.watermarks[i - 1]?.watermark ?? watermark));
    expect(completenessOf(arrivals, run).complete).toBeGreaterThan(0.93);
    expect(completenessOf(arrivals, run).complete).toBeLessThan(1);
  });
  test("means merge by sum and number, and a join pairs what shares a window", () => {
    expect(evaluate([event(0, 1), event(1, 2), event(2, 6)], { windows: tumbling(10), aggregate: mean })[0]!.result).toBe(3);
    const sided = (at: number, side: "left" | "right", item: string) => ({ key: "a", at, value: { side, item } });
    const both = [sided(1, "left", "x"), sided(2, "right", "p"), sided(3, "right", "q"), sided(11, "left", "y")];
    expect(evaluate(both, { windows: tumbling(10), aggregate: join }).map(({ result }) => result)).toEqual([[["x", "p"], ["x", "q"]], []]);
  });
  test("200,000 arrivals are as well taken as ten", () => {
    const arrivals = Array.from({ length: 200_000 }, (_, i) => ({ ...event(i), seenAt: i, input: 0 }));
    const run = streamed(arrivals, { windows: tumbling(50_000), aggregate: count });
    expect(run.panes.map(({ result }) => result)).toEqual([50_000, 50_000, 50_000, 50_000]);
  });
  test("arrivals out of order of their seeing are refused", () => {
    const arrivals = [{ ...event(0), seenAt: 5, input: 0 }, { ...event(0), seenAt: 4, input: 0 }];
    expect(() => streamed(arrivals, { windows: tumbling(10), aggregate: count })).toThrow("arrivals must be in the order of seenAt, got 4 after 5");
  });
});
