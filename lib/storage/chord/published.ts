import { finite, oneOf, options as checkOptions } from "../../core/parameters.js";
import type { Seed } from "../../core/random.js";
import { failedLookups, keysPerNode, pathLengths } from "./figures.js";
import { lookupsWhileStabilising } from "./stabilising.js";

/** The figures of Stoica et al. 2001 (section 6) that are made again here. */
export type ChordFigure = "8" | "9" | "10a" | "10b" | "11" | "12";

/** One point of a figure: as published, and as it comes out here. */
export interface ChordFigureRow {
  readonly series: string;
  readonly x: number;
  readonly ours: number;
  /** Null where the paper states no number. */
  readonly published: number | null;
}

/** What a figure shows. */
export interface ChordFigureSetting {
  readonly title: string;
  /** The paper's setting, and what counts. */
  readonly setting: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** How far our points are from the published ones at most, at the paper's size: a number, or a share of the published one. */
  readonly tolerance: { readonly absolute: number } | { readonly relative: number };
}

/** The settings of the figures, in words. */
export const chordFigureSettings: Readonly<Record<ChordFigure, ChordFigureSetting>> = {
  "8": {
    title: "Some nodes hold nearly five times the mean, others nothing",
    setting: "10,000 nodes with one position each, 100,000 to 1,000,000 keys, 20 runs. Published: 0 keys at the 1st percentile in all cases; at the 99th about 4.6 times the mean.",
    xLabel: "keys", yLabel: "keys per node", tolerance: { relative: 0.05 },
  },
  "9": {
    title: "Several positions a node level the load",
    setting: "10,000 nodes with 1 to 20 virtual nodes each, 1,000,000 keys. Published: from 0 and 4.8 times the mean with one to 0.5 and 1.6 with twenty.",
    xLabel: "virtual nodes per node", yLabel: "keys per node, in means", tolerance: { absolute: 0.25 },
  },
  "10a": {
    title: "A lookup takes half of log₂ N hops",
    setting: "2^k nodes, k from 3 to 14, 100 · 2^k keys. Hops up to the key's predecessor; the last one, to the owner, is not counted. Published: about half of log₂ N; 3 and 11 hops at the 1st and 99th percentile of 2^14 nodes, read off.",
    xLabel: "nodes", yLabel: "hops", tolerance: { absolute: 1 },
  },
  "10b": {
    title: "Six hops are the most likely of 4,096 nodes",
    setting: "2^12 nodes, 100 · 2^12 keys. The last hop, to the owner, is not counted: with it the same curve lies one hop further to the right. Read off.",
    xLabel: "hops", yLabel: "share of lookups", tolerance: { absolute: 0.02 },
  },
  "11": {
    title: "As many lookups fail as nodes have failed, and no more",
    setting: "10,000 nodes, 1,000,000 keys; a share of the nodes fails at once, then the ring is repaired. A lookup fails if the key's node is gone; nothing is replicated.",
    xLabel: "share of nodes that failed", yLabel: "share of lookups that fail", tolerance: { absolute: 0.015 },
  },
  "12": {
    title: "While nodes come and go, a few lookups in a hundred fail",
    setting: "500 nodes, a lookup a second; joins and failures at the rate R each; a node stabilises every 30 s on average and looks all fingers up; 2 hours, 10 runs; a lookup that meets a dead node fails. Read off. The paper does not say all of what its nodes do: ours come to within two fifths.",
    xLabel: "joins and failures per second, each", yLabel: "share of lookups that fail", tolerance: { relative: 0.4 },
  },
};

/** 10b as read off the paper. */
const published10b = new Map([[3, 0.057], [4, 0.13], [5, 0.21], [6, 0.225], [7, 0.195], [8, 0.11], [9, 0.04]]);
const published12 = new Map([[0.01, 0.003], [0.02, 0.01], [0.05, 0.025], [0.1, 0.065]]);

/**
 * A figure's points, the published ones beside ours, in the paper's setting.
 *
 * @param share how many of the paper's keys, lookups, runs or hours to take (default 0.1): from more than 0 to 1, which takes up
 * to some minutes
 * @throws RangeError for a figure that is none of these, or a share that is out of range
 */
export function chordFigure(figure: ChordFigure, given: { readonly share?: number; readonly seed?: Seed } = {}): readonly ChordFigureRow[] {
  const { share = 0.1, seed = 1 } = checkOptions("chordFigure", given, ["share", "seed"]);
  oneOf("figure", figure, ["8", "9", "10a", "10b", "11", "12"]);
  finite("share", share, { min: 0.001, max: 1 });
  const of = (count: number): number => Math.max(1, Math.round(count * share));
  switch (figure) {
    case "8":
      return [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((i) => {
        const keys = i * 100_000;
        const { mean, p1, p99 } = keysPerNode({ nodes: 10_000, keys, runs: of(20), seed });
        return [
          { series: "1st percentile", x: keys, ours: p1, published: 0 },
          { series: "mean", x: keys, ours: mean, published: null },
          { series: "99th percentile", x: keys, ours: p99, published: 4.6 * mean },
        ];
      });
    case "9":
      return [1, 2, 5, 10, 20].flatMap((virtualNodes) => {
        // With fewer keys per node chance would weigh more: there are fewer nodes, too.
        const { mean, p1, p99 } = keysPerNode({ nodes: of(10_000), keys: of(1_000_000), virtualNodes, seed });
        return [
          { series: "1st percentile", x: virtualNodes, ours: p1 / mean, published: virtualNodes === 1 ? 0 : virtualNodes === 20 ? 0.5 : null },
          { series: "99th percentile", x: virtualNodes, ours: p99 / mean, published: virtualNodes === 1 ? 4.8 : virtualNodes === 20 ? 1.6 : null },
        ];
      });
    case "10a":
      return [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14].flatMap((k) => {
        const { nodes, mean, p1, p99 } = pathLengths({ nodes: 2 ** k, lookups: of(100 * 2 ** k), seed });
        return [
          { series: "1st percentile", x: nodes, ours: p1, published: k === 14 ? 3 : null },
          { series: "mean", x: nodes, ours: mean, published: k / 2 },
          { series: "99th percentile", x: nodes, ours: p99, published: k === 14 ? 11 : null },
        ];
      });
    case "10b":
      return pathLengths({ nodes: 4_096, lookups: of(409_600), seed }).shares.map((ours, x) => ({ series: "lookups", x, ours, published: published10b.get(x) ?? null }));
    case "11":
      return [0.01, 0.02, 0.05, 0.1, 0.15, 0.2].map((failed) => (
        { series: "lookups", x: failed, ours: failedLookups({ nodes: 10_000, failed, lookups: of(1_000_000), seed }), published: failed }));
    case "12":
      return [0.01, 0.02, 0.05, 0.1].map((rate) => {
        // Ten runs of two hours; less than a run is a shorter one.
        const runs = Math.ceil(10 * share);
        const rows = Array.from({ length: runs }, (_, run) => lookupsWhileStabilising({ rate, seconds: (7_200 * 10 * share) / runs, seed: `${seed}/${run}` }));
        const lookups = rows.reduce((sum, row) => sum + row.lookups, 0);
        const failed = rows.reduce((sum, row) => sum + row.deadOnTheWay + row.wrongOwner, 0);
        return { series: "lookups", x: rate, ours: lookups === 0 ? 0 : failed / lookups, published: published12.get(rate)! };
      });
  }
}
