import { describe, expect, it } from "vitest";
import { always, dailyLoad, elastic, elasticCost, forecast, foresighted, holtWinters, learnValue, reactive, stepwise } from "../../lib/service.js";

const flat = (load: number, steps: number): number[] => Array.from({ length: steps }, () => load);

describe("Holt–Winters", () => {
  it("watches the first season, and then knows its shape", () => {
    let known = holtWinters({ season: 4 });
    for (const value of [10, 20, 40, 10]) known = learnValue(known, value);
    expect([1, 2, 3, 4].map((ahead) => forecast(known, ahead))).toEqual([10, 20, 40, 10]);
    expect(known).toMatchObject({ at: 20, slope: 0, learned: 4 });
  });

  it("follows the formulas of the additive form", () => {
    let known = holtWinters({ season: 2, level: 0.5, trend: 0.5, seasonal: 0.5 });
    for (const value of [10, 20, 14]) known = learnValue(known, value);
    // level: (14 + 5) / 2 + 15 / 2 = 17; slope: (17 - 15) / 2 = 1; shape: (14 - 17 - 5) / 2 = -4.
    expect(known).toMatchObject({ at: 17, slope: 1, shape: [-4, 5] });
    expect(forecast(known, 1)).toBe(17 + 1 + 5);
    expect(forecast(known, 2)).toBe(17 + 2 - 4);
  });

  it("learns a line and a season without an error left", () => {
    let known = holtWinters({ season: 6, level: 0.3, trend: 0.3, seasonal: 0.3 });
    const value = (step: number): number => 100 + step + [0, 5, 9, 5, 0, -9][step % 6]!;
    for (let step = 0; step < 600; step++) known = learnValue(known, value(step));
    for (const ahead of [1, 3, 12]) expect(forecast(known, ahead)).toBeCloseTo(value(599 + ahead), 1);
    expect(() => holtWinters({ season: 1 })).toThrow("season must be a whole number of at least 2, got 1");
    expect(() => forecast(known, 0)).toThrow("ahead must be a whole number of at least 1, got 0");
  });
});

describe("a cluster that grows and shrinks", () => {
  it("leaves what it cannot do, and pays for what starts", () => {
    const rows = elastic({ load: flat(300, 6), policy: always(3), each: 100, begin: 2, startup: 2 });
    expect(rows.map(({ ready, starting, backlog }) => [ready, starting, backlog])).toEqual([[2, 0, 100], [2, 1, 200], [2, 1, 300], [3, 0, 300], [3, 0, 300], [3, 0, 300]]);
    expect(rows[0]).toMatchObject({ wait: 0.5, broken: true });
    expect(elasticCost(rows)).toEqual({ serverSteps: 17, brokenShare: 1, changes: 0 });
  });

  it("reacts to the load and to what is left, a start-up too late", () => {
    const rows = elastic({ load: [...flat(300, 10), ...flat(800, 50)], policy: reactive(), each: 100, startup: 6 });
    expect(rows.at(-1)).toMatchObject({ ready: 12, backlog: 0 });
    expect(rows.filter(({ broken }) => broken).length).toBeGreaterThanOrEqual(6);
    expect(Math.max(...rows.map(({ ready }) => ready))).toBeLessThan(24);
  });

  it("swings for ever where it acts before it sees what it did, and comes to rest with a pause as long as the start-up", () => {
    const load = dailyLoad({ seed: 1, days: 1, season: 200, low: 800, peak: 800, noise: 0.02 });
    const sizes = (cooldown: number) => elastic({ load, policy: stepwise({ by: 2, high: 0.8, low: 0.75, cooldown }), each: 100, startup: 6, begin: 6 }).slice(100).map(({ ready }) => ready);
    const spread = (of: readonly number[]): number => Math.max(...of) - Math.min(...of);
    expect(spread(sizes(0))).toBeGreaterThan(4);
    expect(spread(sizes(7))).toBeLessThanOrEqual(2);
  });

  it("with a forecast orders before the load comes, and fails when the day moves, unless it is guarded", () => {
    const broken = (guard: boolean, shift?: { day: number; steps: number }) => {
      const load = dailyLoad({ seed: 1, days: 9, low: 100, peak: 1_000, ...(shift ? { shift } : {}) });
      return elasticCost(elastic({ load, policy: foresighted({ season: 288, guard }), each: 100, startup: 6 }).slice(7 * 288));
    };
    expect(broken(false).brokenShare).toBe(0);
    expect(broken(false, { day: 7, steps: 72 }).brokenShare).toBeGreaterThan(0.2);
    expect(broken(true, { day: 7, steps: 72 }).brokenShare).toBeLessThan(0.02);
    expect(broken(true).serverSteps).toBeGreaterThan(broken(false).serverSteps);
  });

  it("refuses what makes no sense", () => {
    expect(() => elastic({ load: [1], policy: { name: "lost", begin: () => () => NaN }, each: 1 })).toThrow("lost must ask for a number of servers, got NaN");
    expect(() => stepwise({ high: 0.5, low: 0.6 })).toThrow("low must be a finite number from 0 to 0.5, got 0.6");
    expect(() => dailyLoad({ seed: 1, days: 1, low: 10, peak: 5 })).toThrow("peak must be a finite number");
  });
});
