import { describe, expect, it } from "vitest";
import { stream } from "../../lib/core/random.js";
import { sampler, type Latency } from "../../lib/sim/latency.js";

const DRAWS = 200_000;

function moments(latency: Latency) {
  const { next } = stream(7, "moments");
  const sample = sampler("latency", latency);
  const values = Float64Array.from({ length: DRAWS }, () => sample(next())).sort();
  const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / DRAWS);
  return { mean, deviation, median: values[DRAWS / 2]!, min: values[0]!, max: values.at(-1)! };
}

describe("a latency", () => {
  it("is the number itself where it is a number", () => {
    expect(moments(5)).toEqual({ mean: 5, deviation: 0, median: 5, min: 5, max: 5 });
    expect(moments({ kind: "constant", ms: 5 })).toEqual(moments(5));
  });

  it("is uniform between the two of a pair", () => {
    const { mean, deviation, min, max } = moments([1, 10]);
    expect(mean).toBeCloseTo(5.5, 1);
    expect(deviation).toBeCloseTo(9 / Math.sqrt(12), 1);
    expect(min).toBeGreaterThanOrEqual(1);
    expect(max).toBeLessThanOrEqual(10);
    expect(moments({ kind: "uniform", min: 1, max: 10 })).toEqual(moments([1, 10]));
  });

  it("is exponential with the mean that is asked for, above its minimum", () => {
    const { mean, deviation, median, min } = moments({ kind: "exponential", mean: 12, min: 2 });
    expect(mean / 12).toBeCloseTo(1, 1);
    expect(deviation / 10).toBeCloseTo(1, 1);
    expect(median).toBeCloseTo(2 + 10 * Math.log(2), 0);
    expect(min).toBeGreaterThanOrEqual(2);
  });

  it("is log-normal with the median that is asked for", () => {
    const { mean, median } = moments({ kind: "log-normal", median: 5, sigma: 0.5 });
    expect(median).toBeCloseTo(5, 1);
    expect(mean).toBeCloseTo(5 * Math.exp(0.125), 1);
  });

  it("is one of the samples, each as often as the others", () => {
    const sample = sampler("latency", { kind: "empirical", samples: [1, 2, 2, 9] });
    const { next } = stream(7, "samples");
    const counts = new Map<number, number>();
    for (let i = 0; i < 40_000; i++) {
      const ms = sample(next());
      counts.set(ms, (counts.get(ms) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([1, 2, 9]);
    expect(counts.get(2)! / 40_000).toBeCloseTo(0.5, 1);
    expect(counts.get(9)! / 40_000).toBeCloseTo(0.25, 1);
  });

  it("has the normal distribution's percentage points, in the middle and far out in the tails", () => {
    const z = (draw: number) => Math.log(sampler("latency", { kind: "log-normal", median: 1, sigma: 1 })(draw));
    // The share of the standard normal distribution below x, by Simpson's rule.
    const below = (x: number) => {
      const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
      const [from, pieces] = [-9, 20_000];
      const width = (x - from) / pieces;
      let sum = density(from) + density(x);
      for (let i = 1; i < pieces; i++) sum += density(from + i * width) * (i % 2 === 0 ? 2 : 4);
      return (sum * width) / 3;
    };
    for (const draw of [1e-9, 1e-6, 0.001, 0.05, 0.074, 0.076, 0.3, 0.5, 0.7, 0.9, 0.93, 0.999, 1 - 1e-7]) {
      const middle = draw + 2 ** -33;
      expect(below(z(draw)) / middle).toBeCloseTo(1, 6);
      expect((1 - below(z(draw))) / (1 - middle)).toBeCloseTo(1, 4);
    }
    // Rows of the table in Wichura's article.
    expect(z(0.25 - 2 ** -33)).toBeCloseTo(-0.6744897501960817, 12);
    expect(z(0.001 - 2 ** -33)).toBeCloseTo(-3.090232306167814, 10);
  });

  it("takes the same draw to a later time if the distribution is slower, never to another message's", () => {
    const fast = sampler("latency", { kind: "exponential", mean: 1 });
    const slow = sampler("latency", { kind: "exponential", mean: 10 });
    for (const draw of [0, 0.1, 0.5, 0.99]) expect(slow(draw)).toBeCloseTo(10 * fast(draw), 9);
  });
});
