import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stream } from "../../lib/core/random.js";
import { balance, load } from "../../lib/measure/load.js";
import { distribution, meanInterval, percentile, shareInterval, summary } from "../../lib/measure/statistics.js";
import { round } from "./traces.js";

const samples = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });

describe("summary and percentile", () => {
  it("interpolate between neighbours as Hyndman and Fan's type 7 does", () => {
    fc.assert(
      fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (values, p) => {
        const sorted = [...values].sort((a, b) => a - b);
        const place = p * (sorted.length - 1);
        const below = sorted[Math.floor(place)]!;
        const above = sorted[Math.ceil(place)]!;
        expect(percentile(values, p)).toBeCloseTo(below + (above - below) * (place - Math.floor(place)), 6);
      }),
    );
  });

  it("say what they do not accept", () => {
    expect(() => summary([])).toThrow("values must hold at least one number, got an empty list");
    expect(() => summary([1, Number.NaN])).toThrow("values[1] must be a finite number, got NaN");
    expect(() => summary("12" as unknown as number[])).toThrow('values must be an array of numbers, got "12"');
    expect(() => summary([1, "2"] as unknown as number[])).toThrow('values[1] must be a number, got "2"');
    expect(() => percentile([1], 99)).toThrow("p must be a probability in [0, 1], got 99");
  });

  it("leave the sample as it was", () => {
    const values = [3, 1, 2];
    expect(summary(values)).toMatchObject({ count: 3, mean: 2, min: 1, p50: 2, max: 3 });
    expect(values).toEqual([3, 1, 2]);
  });
});

describe("distribution", () => {
  it("gives the share of the sample that is at most as large", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1 }), (values) => {
        const rows = distribution(values);
        for (const { value, share } of rows)
          expect(share).toBeCloseTo(values.filter((one) => one <= value).length / values.length, 12);
        expect(rows.map(({ value }) => value)).toEqual([...new Set(values)].sort((a, b) => a - b));
      }),
    );
  });
});

describe("meanInterval", () => {
  // t(0.975) from the tables of any textbook.
  it.each([
    [2, 12.706],
    [5, 2.776],
    [10, 2.262],
    [20, 2.093],
    [30, 2.045],
    [100, 1.984],
  ])("uses Student's t for %i runs", (count, t) => {
    const values = Array.from({ length: count }, (_, i) => i % 2);
    const { mean, low, high } = meanInterval(values);
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1));
    expect((high! - low!) / 2).toBeCloseTo((t * deviation) / Math.sqrt(count), 2);
    expect((high! + low!) / 2).toBeCloseTo(mean, 12);
  });

  it("claims no interval from a single run", () => {
    expect(meanInterval([5])).toEqual({ mean: 5, low: null, high: null });
  });

  it("holds the true mean in about 95 of 100 experiments", () => {
    const { next } = stream(1, "experiments");
    let held = 0;
    for (let experiment = 0; experiment < 2000; experiment++) {
      const { low, high } = meanInterval(Array.from({ length: 12 }, next));
      if (low! <= 0.5 && 0.5 <= high!) held += 1;
    }
    expect(held / 2000).toBeGreaterThan(0.935);
    expect(held / 2000).toBeLessThan(0.965);
  });
});

describe("shareInterval", () => {
  // Wilson 1927; the numbers of Brown, Cai and DasGupta 2001.
  it.each([
    [20, 20, 0.8389, 1],
    [0, 10, 0, 0.2775],
    [5, 10, 0.2366, 0.7634],
  ])("%i of %i gives %f to %f", (successes, count, low, high) => {
    const interval = shareInterval({ successes, count });
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it("refuses more successes than runs", () => {
    expect(() => shareInterval({ successes: 3, count: 2 })).toThrow(
      "successes must be a whole number from 0 to 2, got 3",
    );
  });
});

describe("balance", () => {
  it("is even where all have the same", () => {
    expect(balance([4, 4, 4])).toMatchObject({ count: 3, mean: 4, maxOverMean: 1, cv: 0, gini: 0 });
    expect(balance([0, 0])).toMatchObject({ maxOverMean: 1, cv: 0, gini: 0 });
    expect(balance([7])).toMatchObject({ maxOverMean: 1, cv: 0, gini: 0 });
  });

  it("agrees with the definitions: mean difference of all pairs, standard deviation of the population", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 30 }), (loads) => {
        const { mean, cv, gini, maxOverMean } = balance(loads);
        if (mean === 0) return;
        const difference = loads.flatMap((a) => loads.map((b) => Math.abs(a - b))).reduce((sum, one) => sum + one, 0);
        expect(gini).toBeCloseTo(difference / (2 * loads.length ** 2 * mean), 9);
        const variance = loads.reduce((sum, one) => sum + (one - mean) ** 2, 0) / loads.length;
        expect(cv).toBeCloseTo(Math.sqrt(variance) / mean, 9);
        expect(maxOverMean).toBeCloseTo(Math.max(...loads) / mean, 9);
      }),
    );
  });

  it("says what it does not accept", () => {
    expect(() => balance([])).toThrow("loads must hold at least one number");
    expect(() => balance([1, -1])).toThrow("loads must be numbers of at least 0, got -1");
  });
});

describe("load", () => {
  it("has a row for each node, also for those that are named and idle", () => {
    const rows = load(round(), { nodes: ["p", "a", "b", "c", "idle"] });
    expect(rows.map(({ node, steps, received, sent }) => [node, steps, received, sent])).toEqual([
      ["p", 4, 3, 3],
      ["a", 1, 1, 1],
      ["b", 1, 1, 1],
      ["c", 1, 1, 1],
      ["idle", 0, 0, 0],
    ]);
  });
});
