import { withValues } from "../../../lib/compute/portable.js";
import type { Context, Rdd } from "../../../lib/rdd.js";

/** Programs that together use every kind of dependency; each gives what is compared between engines. */
export const programs: Readonly<Record<string, (sc: Context) => Promise<unknown>>> = {
  "word count": (sc) => words(sc).map((word) => [word, 1]).reduceByKey((a, b) => a + b, 3).collect(),

  "join, both sides moved": (sc) => {
    const left = words(sc).map((word) => [word, word.length]);
    const right = sc.parallelize<[string, string]>([["to", "x"], ["be", "y"], ["zebra", "z"]], 2);
    return left.distinct(3).fullOuterJoin(right).sortByKey().collect();
  },

  "group, then a narrow chain, then another shuffle": (sc) =>
    words(sc).groupBy((word) => word.length, 3).mapValues((list) => list.join()).map(([length, list]) => [list.length % 2, length]).groupByKey(2).collect(),

  "sort, and numbers for lines": (sc) => words(sc).sortBy((word) => word, false, 3).zipWithIndex().filter(([, i]) => i % 2 === 0).collect(),

  "union, coalesce, cartesian": (sc) => {
    const some = words(sc).filter((word) => word.length < 3);
    return some.union(words(sc)).coalesce(3).cartesian(sc.parallelize([1, 2], 2)).map(([word, n]) => word + n).collect();
  },

  "rounds over a cached data set": async (sc) => {
    const points = sc.parallelize(Array.from({ length: 24 }, (_, i) => i), 4).map((i) => ({ x: i / 8 - 1, y: i > 11 ? 1 : -1 })).cache();
    let w = 0;
    for (let i = 0; i < 3; i++) {
      const at = w;
      w -= (await points.map(withValues({ at }, ({ x, y }: { x: number; y: number }) => x * (1 / (1 + Math.exp(-y * at * x)) - 1) * y)).reduce((a, b) => a + b)) / 10;
    }
    return w;
  },

  "PageRank, with links that stay where they are": async (sc) => {
    const links = sc.parallelize<[string, string]>([["a", "b"], ["a", "c"], ["b", "c"], ["c", "a"], ["d", "c"]], 3).groupByKey(3).cache();
    let ranks: Rdd<[string, number]> = links.mapValues(() => 1);
    for (let i = 0; i < 3; i++) {
      ranks = links.join(ranks).values().flatMap(([to, rank]) => to.map((page): [string, number] => [page, rank / to.length])).reduceByKey((a, b) => a + b, 3).mapValues((sum) => 0.15 + 0.85 * sum);
    }
    return ranks.sortByKey().collect();
  },
};

export const text = "to be or not to be that is the question whether tis nobler in the mind to suffer";

function words(sc: Context): Rdd<string> {
  return sc.parallelize(text.split(" "), 5).flatMap((word) => [word, word.slice(0, 2)]);
}
