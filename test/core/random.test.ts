import { describe, expect, it } from "vitest";
import { stream } from "../../lib/core/random.js";

const first = (seed: number | string, name: string, n = 5) => {
  const { next } = stream(seed, name);
  return Array.from({ length: n }, next);
};

describe("a stream of chance", () => {
  it("gives the same numbers for the same seed and name, for ever", () => {
    expect(first(42, "latency")).toEqual(first(42, "latency"));
    // Recorded: another generator or another text of the seed would change every run that was ever written about.
    expect(first(42, "latency", 3)).toEqual(RECORDED);
  });

  it("gives others for another seed or name, also where texts look alike", () => {
    const streams = [[1, "a"], [2, "a"], ["1", "a"], [1, "b"], [11, "a"], ["1\",\"a", ""], ["", "1a"], [-0.5, "a"], ["11", "a"]] as const;
    const texts = streams.map(([seed, name]) => first(seed, name).join());
    expect(new Set(texts).size).toBe(texts.length);
  });

  it("spreads its first draws over neighbouring seeds", () => {
    const buckets = new Array<number>(20).fill(0);
    for (let seed = 0; seed < 10_000; seed++) buckets[Math.floor(first(seed, "x", 1)[0]! * 20)]!++;
    const chiSquare = buckets.reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0);
    // 19 degrees of freedom: above 43.8 once in a thousand.
    expect(chiSquare).toBeLessThan(43.8);
  });

  it("draws in its ranges", () => {
    const chance = stream(1, "ranges");
    for (let i = 0; i < 1_000; i++) {
      expect(chance.below(3)).toBeOneOf([0, 1, 2]);
      const within = chance.within([2, 3]);
      expect(within >= 2 && within < 3).toBe(true);
      expect(chance.within(7)).toBe(7);
      expect(chance.pick(["a", "b"])).toBeOneOf(["a", "b"]);
      const double = chance.double();
      expect(double >= 0 && double < 1).toBe(true);
    }
    expect([chance.chance(0), chance.chance(1)]).toEqual([false, true]);
  });

  it("takes one draw for a chance, whatever the probability", () => {
    const [one, other] = [stream(1, "c"), stream(1, "c")];
    one.chance(0);
    other.chance(1);
    expect(one.next()).toBe(other.next());
  });

  it("shuffles into every order, and leaves the list as it was", () => {
    const chance = stream(1, "shuffle");
    const items = [1, 2, 3] as const;
    const orders = new Map<string, number>();
    for (let i = 0; i < 6_000; i++) {
      const order = chance.shuffle(items).join("");
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect([...orders.keys()].sort()).toEqual(["123", "132", "213", "231", "312", "321"]);
    for (const count of orders.values()) expect(count / 1_000).toBeCloseTo(1, 0);
    expect(items).toEqual([1, 2, 3]);
  });

  it.each([NaN, Infinity, null, undefined, {}, true])("refuses the seed %s", (seed) => {
    expect(() => stream(seed as never, "x")).toThrow(/^seed must be a finite number or a text, got /);
  });
});

const RECORDED = [0.6021393111441284, 0.8626491131726652, 0.390418334165588];
