import { describe, expect, expectTypeOf, it } from "vitest";
import { averages } from "../../lib/measure/averages.js";
import { sweep, sweepRuns, sweepSteps } from "../../lib/measure/sweep.js";

describe("sweep", () => {
  it("runs every point with every seed and gives means with their intervals", () => {
    const seen: string[] = [];
    const rows = sweep({ n: [3, 5], loss: [0, 0.5] }, { seeds: 3 }, ({ n, loss, seed }) => {
      seen.push(`${n} ${loss} ${seed}`);
      return { messages: n * 10 + Number(seed), decided: seed !== 2 };
    });
    expect(seen).toEqual([
      "3 0 1",
      "3 0 2",
      "3 0 3",
      "3 0.5 1",
      "3 0.5 2",
      "3 0.5 3",
      "5 0 1",
      "5 0 2",
      "5 0 3",
      "5 0.5 1",
      "5 0.5 2",
      "5 0.5 3",
    ]);
    expect(rows).toHaveLength(4);
    // t(0.975, 2) = 4.3027 and a standard deviation of 1.
    expect(rows[0]).toMatchObject({ n: 3, loss: 0, runs: 3, messages: 32 });
    expect(rows[0]!.messagesHigh! - rows[0]!.messages).toBeCloseTo(4.3027 / Math.sqrt(3), 3);
    expect(rows[0]!.decided).toBeCloseTo(2 / 3, 12);
    expect(rows[0]!.decidedHigh).toBeLessThan(1);
    expectTypeOf(rows[0]!.n).toEqualTypeOf<3 | 5>();
    expectTypeOf(rows[0]!.messages).toEqualTypeOf<number>();
    expectTypeOf(rows[0]!.messagesLow).toEqualTypeOf<number | null>();
  });

  it("leaves runs that measured nothing out of the mean, and says in how many", () => {
    const rows = sweep({ n: [1, 2] }, { seeds: 4 }, ({ n, seed }) => ({
      ms: n === 2 && Number(seed) > 1 ? null : Number(seed),
    }));
    expect(rows.map(({ n, runs, missing, ms }) => ({ n, runs, missing, ms }))).toEqual([
      { n: 1, runs: 4, missing: 0, ms: 2.5 },
      { n: 2, runs: 4, missing: 3, ms: 1 },
    ]);
    expect(rows[1]).toMatchObject({ msLow: null, msHigh: null });
    expectTypeOf(rows[0]!.ms).toEqualTypeOf<number | null>();
    expect(sweep({ n: [1] }, { seeds: 2 }, () => ({ ms: null as number | null }))[0]).toMatchObject({
      ms: null,
      missing: 2,
    });
    expect(sweep({ n: [1] }, { seeds: 2 }, () => ({ ms: 1 }))[0]).not.toHaveProperty("missing");
  });

  it("gives one row for each run, if asked for runs", () => {
    expect(
      sweepRuns({ n: [3] }, { seeds: 2, seed: "paxos" }, ({ n, seed }) => ({
        twice: 2 * n,
        long: String(seed).length,
      })),
    ).toEqual([
      { n: 3, seed: "paxos 1", twice: 6, long: 7 },
      { n: 3, seed: "paxos 2", twice: 6, long: 7 },
    ]);
  });

  it("counts seeds up from the first one, or takes them from a list", () => {
    const seedsOf = (options: object) => sweepRuns({}, options, () => ({ one: 1 })).map(({ seed }) => seed);
    expect(seedsOf({ seeds: 3, seed: 42 })).toEqual([42, 43, 44]);
    expect(seedsOf({ seeds: ["a", 7] })).toEqual(["a", 7]);
    expect(seedsOf({})).toHaveLength(20);
  });

  it("tells how far it is, and ends when it is interrupted", () => {
    const told: number[] = [];
    sweep({ n: [1, 2] }, { seeds: 2, progress: ({ done, total }) => told.push(done / total) }, () => ({ one: 1 }));
    expect(told).toEqual([0.25, 0.5, 0.75, 1]);
    let runs = 0;
    const interrupt = () => {
      if (runs === 3) throw new Error("stopped");
    };
    expect(() => sweep({ n: [1] }, { seeds: 10, interrupt }, () => ({ made: ++runs }))).toThrow("stopped");
    expect(runs).toBe(3);
  });

  it("can be taken step by step", () => {
    const steps = sweepSteps({ n: [1] }, { seeds: 2 }, () => ({ one: 1 }));
    expect(steps.next()).toEqual({ done: false, value: { done: 1, total: 2 } });
    expect(steps.next()).toEqual({ done: false, value: { done: 2, total: 2 } });
    expect(steps.next().value).toHaveLength(2);
  });

  const one = () => ({ one: 1 });
  it.each<[string, () => unknown, string]>([
    [
      "no object of ranges",
      () => sweep(null as never, {}, one),
      "ranges must be an object of arrays, as { n: [3, 5] }, got null",
    ],
    ["a range that is no array", () => sweep({ n: 3 } as never, {}, one), "ranges.n must be an array of values, got 3"],
    ["a range without values", () => sweep({ n: [] }, {}, one), "ranges.n must hold at least one value, got []"],
    ["a parameter called seed", () => sweep({ seed: [1] }, {}, one), 'ranges must not name "seed"'],
    ["a parameter called runs", () => sweep({ runs: [1] }, {}, one), 'ranges must not name "runs"'],
    ["no seeds", () => sweep({ n: [1] }, { seeds: 0 }, one), "seeds must be a whole number from 1 to 100000, got 0"],
    ["seeds as text", () => sweep({ n: [1] }, { seeds: "5" as never }, one), 'seeds must be a number, got "5"'],
    ["a list without seeds", () => sweep({ n: [1] }, { seeds: [] }, one), "seeds must hold at least one seed, got []"],
    [
      "a seed that is no number",
      () => sweep({ n: [1] }, { seed: Number.NaN }, one),
      "seed must be a finite number or a text, got NaN",
    ],
    [
      "an unknown option",
      () => sweep({ n: [1] }, { seed: 1, times: 3 } as never, one),
      'options has no option "times"',
    ],
    ["no function", () => sweep({ n: [1] }, {}, 3 as never), "run must be a function of the parameters, got 3"],
    [
      "a run that returns a number",
      () => sweep({ n: [1] }, {}, (() => 3) as never),
      "run must return an object of measured values, as { messages: 12 }, got 3",
    ],
    [
      "an asynchronous run",
      () => sweep({ n: [1] }, {}, (async () => ({ a: 1 })) as never),
      "run must return an object of measured values",
    ],
    [
      "a measure that is NaN",
      () => sweep({ n: [7] }, {}, () => ({ ms: Number.NaN })),
      'run must return finite numbers, booleans or null, got ms: NaN for {"n":7,"seed":1}',
    ],
    [
      "a measure that is undefined",
      () => sweep({ n: [1] }, {}, () => ({ ms: undefined }) as never),
      "run must return finite numbers, booleans or null, got ms: ",
    ],
    [
      "a measure named like a parameter",
      () => sweep({ n: [1] }, {}, () => ({ n: 1 }) as never),
      'run must not measure "n", which is a parameter',
    ],
    [
      "a measure named like a column of every row",
      () => sweep({ n: [1] }, {}, () => ({ runs: 1 })),
      'run must not measure "runs", which is a column of every row',
    ],
    [
      "too many runs",
      () => sweep({ a: Array(2000).fill(1), b: Array(2000).fill(1) }, {}, one),
      "a sweep must have at most 1000000 runs",
    ],
  ])("refuses %s", (_, act, message) => {
    expect(act).toThrow(message);
  });
});

describe("averages", () => {
  it("puts rows with equal values together, wherever they stand", () => {
    const rows = [
      { n: 3, on: true, ms: 1 },
      { n: 5, on: true, ms: 2 },
      { n: 3, on: false, ms: 3 },
    ];
    expect(averages(rows, { by: ["n"], of: ["ms", "on"] })).toMatchObject([
      { n: 3, runs: 2, ms: 2, on: 0.5 },
      { n: 5, runs: 1, ms: 2, msLow: null, on: 1 },
    ]);
    expect(averages([] as { n: number; ms: number }[], { by: ["n"], of: ["ms"] })).toEqual([]);
  });

  it("refuses what has no mean", () => {
    expect(() => averages([{ n: 1, name: "x" }], { by: ["n"], of: ["name"] })).toThrow(
      'name must be a finite number, a boolean or null in every run, got "x"',
    );
  });
});
