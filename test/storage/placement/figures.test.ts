import { describe, expect, it } from "vitest";
import { boundedMoves, Jump, keyNames, maglevBalance, maglevDisruption, MultiProbe, Rendezvous, Ring, ringBalance, tableBalance } from "../../../lib/placement.js";

/** The published figures with small settings and wide tolerances; figures.long.test.ts has the full ones. */
describe("the ring's balance by points per node (Lamping and Veach 2014, figure 2)", () => {
  it.each([[1, 0.998, 0.12], [10, 0.315, 0.03], [100, 0.0997, 0.01]])("%d points: a standard deviation of %d of the mean", (points, published, tolerance) => {
    const { deviation, low, high } = ringBalance({ points, nodes: 200, rings: 5 });
    expect(Math.abs(deviation - published)).toBeLessThan(tolerance);
    expect(low).toBeLessThan(1);
    expect(high).toBeGreaterThan(1);
  });
});

describe("Maglev (Eisenbud et al. 2016)", () => {
  it("balances 1,000 backends to within 1 % (figure 11)", () => {
    const { least, most } = maglevBalance({ backends: 1_000, size: 65_537 });
    expect(least).toBeCloseTo(0.000992, 6);
    expect(most).toBeCloseTo(0.001007, 6);
  });

  it("changes few entries when a backend in a hundred fails (figure 12)", () => {
    expect(Math.abs(maglevDisruption({ backends: 1_000, size: 65_537, failed: 10, runs: 2 }) - 0.0233)).toBeLessThan(0.003);
  });

  it("shows what a table filled by rendezvous hashing would need on top, which is much more", () => {
    expect(tableBalance(new Rendezvous(keyNames(100)), 6_553).overProvision).toBeGreaterThan(0.2);
    expect(maglevBalance({ backends: 100, size: 6_553 }).overProvision).toBeLessThan(0.02);
  });
});

describe("bounded loads (Mirrokni, Thorup and Zadimoghaddam 2018)", () => {
  it("move about as many keys as a ring when a node has many points, and more with one point", () => {
    const settings = { nodes: 50, keys: 2_000, runs: 2, epsilon: 0.5 };
    const [many, one] = [boundedMoves({ ...settings, points: 50 }), boundedMoves({ ...settings, points: 1 })];
    expect(many.moves).toBeLessThan(1.4);
    expect(one.moves).toBeGreaterThan(many.moves);
    expect(one.movesAnew).toBeGreaterThan(one.moves);
    expect(one.mostOverMean).toBeCloseTo(1.5, 9);
  });
});

describe("memory", () => {
  it("is 8 bytes for each point and the index, which is smaller, as the paper's sorted vector (Lamping and Veach 2014, figure 3)", () => {
    // 10 nodes with 1,000 points each: 78 KB, and 469 KB as a balanced tree.
    const { bytes } = new Ring(keyNames(10), { points: 1_000 });
    expect(bytes).toBeGreaterThanOrEqual(8 * 10_000);
    expect(bytes).toBeLessThan(8 * 10_000 * 2);
    expect(new Jump(keyNames(10)).bytes).toBe(0);
    expect(new MultiProbe(keyNames(1_000)).bytes).toBeLessThan(17_000);
  });
});
