import { describe, expect, it } from "vitest";
import { chordFigure, chordFigureSettings, failedLookups, keysPerNode, pathLengths, type ChordFigure } from "../../../lib/chord.js";

const near = (got: number, published: number, tolerance: number): void => expect(Math.abs(got - published), `${got} against ${published}`).toBeLessThanOrEqual(tolerance);

describe("the figures of the Chord paper (Stoica et al. 2001)", () => {
  it("figure 8: keys per node, 10,000 nodes", () => {
    const { mean, p1, p99, max } = keysPerNode({ nodes: 10_000, keys: 500_000, runs: 5 });
    expect(p1).toBeLessThanOrEqual(1);
    near(p99 / mean, 4.6, 0.15);
    expect(max / mean).toBeGreaterThan(7.5);
    expect(max / mean).toBeLessThan(13);
  });

  it.each([[1, 4.7, 0.01], [2, 3.4, 0.07], [5, 2.4, 0.24], [10, 1.9, 0.39], [20, 1.64, 0.51]])("figure 9: %d virtual nodes, 1st percentile %d and 99th %d of the mean", (virtualNodes, p99, p1) => {
    const row = keysPerNode({ nodes: 10_000, keys: 1_000_000, virtualNodes });
    near(row.p99 / row.mean, p99, 0.2);
    near(row.p1 / row.mean, p1, 0.03);
  });

  it.each([3, 4, 6, 8, 10, 12, 14])("figure 10a: 2^%d nodes, a mean of half of that", (k) => {
    const { mean, p1, p99 } = pathLengths({ nodes: 2 ** k, lookups: 100 * 2 ** k });
    near(mean, k / 2, 0.4);
    if (k === 14) {
      near(p1, 3, 1);
      near(p99, 11, 1);
    }
  });

  it("figure 10b: the distribution for 2^12 nodes; the last step is not counted", () => {
    const { shares } = pathLengths({ nodes: 4_096, lookups: 409_600 });
    for (const [hops, share] of [[3, 0.057], [4, 0.13], [5, 0.21], [6, 0.225], [7, 0.195], [8, 0.11], [9, 0.04]] as const) near(shares[hops]!, share, 0.02);
    expect(shares.indexOf(Math.max(...shares))).toBe(6);
  });

  it.each([0.01, 0.05, 0.1, 0.2])("figure 11: of %d nodes that fail, as many lookups", (failed) => {
    near(failedLookups({ nodes: 10_000, failed, lookups: 200_000 }), failed, 0.015);
  });

  it.each<[ChordFigure, number]>([["8", 0.1], ["9", 1], ["10a", 1], ["10b", 1], ["11", 0.2], ["12", 0.3]])("figure %s is within its stated tolerance, with a share of %d of the paper's lookups", (figure, share) => {
    const { tolerance } = chordFigureSettings[figure];
    for (const { series, x, ours, published } of chordFigure(figure, { share })) {
      if (published === null) continue;
      const allowed = "absolute" in tolerance ? tolerance.absolute : tolerance.relative * published;
      // A percentile of 0 keys has no relative error: one key is allowed.
      expect(Math.abs(ours - published), `${series} at ${x}: ${ours} against ${published}`).toBeLessThanOrEqual(published === 0 && figure === "8" ? 1 : allowed);
    }
  });
});
