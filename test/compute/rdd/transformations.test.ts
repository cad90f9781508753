import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { context, hashPartitioner, partitionerBy, type Rdd } from "../../../lib/rdd.js";
import { grouped, joinedByLoops, numbers, pairs, partitions, sameItems } from "./oracle.js";

/** For random lists in random partitions: what the RDD gives is what plain lists give, in the same order (true) or in some order. */
interface Case<T> {
  readonly on: Rdd<T>;
  readonly gives: unknown[];
  readonly ordered?: boolean;
}

function holds<A extends readonly unknown[]>(name: string, given: { [I in keyof A]: fc.Arbitrary<A[I]> }, make: (sc: ReturnType<typeof context>, ...values: A) => Case<any>): void {
  it(name, async () => {
    const run = fc.asyncProperty(fc.tuple(...(given as unknown as fc.Arbitrary<unknown>[])), async (values) => {
      const { on, gives, ordered = false } = make(context(), ...(values as unknown as A));
      const found = await on.collect();
      if (ordered) expect(found).toEqual(gives);
      else if (!sameItems(found, gives)) expect(found).toEqual(gives);
      expect(await on.count()).toBe(gives.length);
      // Computed in parts, it is the same.
      expect(await on.take(3)).toEqual(found.slice(0, 3));
    });
    await fc.assert(run, { numRuns: 60, seed: 1 });
  });
}

describe("a transformation without a shuffle gives what plain lists give, in their order:", () => {
  holds("map", [numbers, partitions], (sc, list, p) => ({ on: sc.parallelize(list, p).map((x) => x * 2), gives: list.map((x) => x * 2), ordered: true }));
  holds("filter", [numbers, partitions], (sc, list, p) => ({ on: sc.parallelize(list, p).filter((x) => x > 0), gives: list.filter((x) => x > 0), ordered: true }));
  holds("flatMap", [numbers, partitions], (sc, list, p) => {
    const f = (x: number): number[] => Array.from({ length: Math.abs(x) }, (_, i) => i);
    return { on: sc.parallelize(list, p).flatMap(f), gives: list.flatMap(f), ordered: true };
  });
  holds("mapPartitions", [numbers, partitions], (sc, list, p) => ({
    on: sc.parallelize(list, p).mapPartitions(function* (items) {
      for (const item of items) yield item + 1;
    }),
    gives: list.map((x) => x + 1),
    ordered: true,
  }));
  holds("glom and mapPartitionsWithIndex", [numbers, partitions], (sc, list, p) => ({
    on: sc.parallelize(list, p).glom().mapPartitionsWithIndex((i, lists) => [[i, ...lists]] as [number, number[]][]).flatMap(([, items]) => items),
    gives: list,
    ordered: true,
  }));
  holds("keyBy, keys and values", [numbers, partitions], (sc, list, p) => {
    const keyed = sc.parallelize(list, p).keyBy((x) => x % 3);
    return { on: keyed.keys().zip(keyed.values()), gives: list.map((x) => [x % 3, x]), ordered: true };
  });
  holds("mapValues and flatMapValues", [pairs, partitions], (sc, list, p) => ({
    on: sc.parallelize(list, p).mapValues((v) => v + 1).flatMapValues((v) => [v, 2 * v]),
    gives: list.flatMap(([k, v]) => [[k, v + 1], [k, 2 * v + 2]]),
    ordered: true,
  }));
  holds("union", [numbers, numbers, partitions], (sc, a, b, p) => ({ on: sc.parallelize(a, p).union(sc.parallelize(b, 2), sc.parallelize(a, 3)), gives: [...a, ...b, ...a], ordered: true }));
  holds("coalesce", [numbers, partitions, partitions], (sc, list, p, q) => ({ on: sc.parallelize(list, p).coalesce(q), gives: list, ordered: true }));
  holds("zipWithIndex", [numbers, partitions], (sc, list, p) => ({ on: sc.parallelize(list, p).zipWithIndex(), gives: list.map((x, i) => [x, i]), ordered: true }));
  holds("zipPartitions", [numbers, partitions], (sc, list, p) => {
    const rdd = sc.parallelize(list, p);
    return { on: rdd.zipPartitions(rdd.map((x) => -x), (a, b) => [[...a].length + [...b].length]).filter((n) => n > 0).flatMap((n) => new Array<number>(n / 2).fill(1)), gives: list.map(() => 1) };
  });
  holds("cartesian", [numbers, numbers, partitions], (sc, a, b, p) => ({
    on: sc.parallelize(a.slice(0, 6), p).cartesian(sc.parallelize(b.slice(0, 6), 2)),
    gives: a.slice(0, 6).flatMap((x) => b.slice(0, 6).map((y) => [x, y])),
  }));
  holds("randomSplit, whose parts are the whole", [numbers, partitions], (sc, list, p) => {
    const [a, b, c] = sc.parallelize(list, p).randomSplit([1, 2, 1], 7);
    return { on: a!.union(b!, c!), gives: list };
  });
});

describe("a transformation with a shuffle gives the items that plain lists give:", () => {
  holds("distinct", [numbers, partitions, partitions], (sc, list, p, q) => ({ on: sc.parallelize(list, p).distinct(q), gives: [...new Set(list)] }));
  holds("repartition", [numbers, partitions, partitions], (sc, list, p, q) => ({ on: sc.parallelize(list, p).repartition(q), gives: list }));
  holds("intersection", [numbers, numbers, partitions], (sc, a, b, p) => ({
    on: sc.parallelize(a, p).intersection(sc.parallelize(b, 2)),
    gives: [...new Set(a)].filter((x) => b.includes(x)),
  }));
  holds("subtract", [numbers, numbers, partitions], (sc, a, b, p) => ({ on: sc.parallelize(a, p).subtract(sc.parallelize(b, 2)), gives: a.filter((x) => !b.includes(x)) }));
  holds("groupBy", [numbers, partitions], (sc, list, p) => ({ on: sc.parallelize(list, p).groupBy((x) => Math.abs(x) % 3), gives: [...grouped(list.map((x) => [Math.abs(x) % 3, x] as const))] }));
  holds("groupByKey", [pairs, partitions, partitions], (sc, list, p, q) => ({ on: sc.parallelize(list, p).groupByKey(q), gives: [...grouped(list)] }));
  holds("reduceByKey", [pairs, partitions, partitions], (sc, list, p, q) => ({
    on: sc.parallelize(list, p).reduceByKey((a, b) => a + b, q),
    gives: Array.from(grouped(list), ([k, values]) => [k, values.reduce((a, b) => a + b)]),
  }));
  holds("foldByKey", [pairs, partitions], (sc, list, p) => ({
    on: sc.parallelize(list, p).foldByKey(0, (a, b) => a + b),
    gives: Array.from(grouped(list), ([k, values]) => [k, values.reduce((a, b) => a + b)]),
  }));
  holds("aggregateByKey, with a zero that is changed in place", [pairs, partitions], (sc, list, p) => ({
    on: sc.parallelize(list, p).aggregateByKey<string, number, number[]>([], (all, v) => (all.push(v), all), (a, b) => (a.push(...b), a)),
    gives: [...grouped(list)],
  }));
  holds("combineByKey, on the map side and not", [pairs, partitions, fc.boolean()], (sc, list, p, mapSide) => ({
    on: sc.parallelize(list, p).combineByKey((v) => [v], (all, v) => [...all, v], (a, b) => [...a, ...b], { mapSide }),
    gives: [...grouped(list)],
  }));
  holds("cogroup", [pairs, pairs, partitions], (sc, a, b, p) => {
    const [left, right] = [grouped(a), grouped(b)];
    return {
      on: sc.parallelize(a, p).cogroup(sc.parallelize(b, 3)),
      gives: [...new Set([...left.keys(), ...right.keys()])].map((k) => [k, [left.get(k) ?? [], right.get(k) ?? []]]),
    };
  });
  holds("join", [pairs, pairs, partitions], (sc, a, b, p) => ({ on: sc.parallelize(a, p).join(sc.parallelize(b, 3)), gives: joinedByLoops(a, b) }));
  holds("leftOuterJoin", [pairs, pairs, partitions], (sc, a, b, p) => ({ on: sc.parallelize(a, p).leftOuterJoin(sc.parallelize(b, 3)), gives: joinedByLoops(a, b, { keepLeft: true }) }));
  holds("rightOuterJoin", [pairs, pairs, partitions], (sc, a, b, p) => ({ on: sc.parallelize(a, p).rightOuterJoin(sc.parallelize(b, 3)), gives: joinedByLoops(a, b, { keepRight: true }) }));
  holds("fullOuterJoin", [pairs, pairs, partitions], (sc, a, b, p) => ({
    on: sc.parallelize(a, p).fullOuterJoin(sc.parallelize(b, 3)), gives: joinedByLoops(a, b, { keepLeft: true, keepRight: true }),
  }));
  holds("subtractByKey", [pairs, pairs, partitions], (sc, a, b, p) => ({
    on: sc.parallelize(a, p).subtractByKey(sc.parallelize(b, 3)), gives: a.filter(([k]) => !b.some(([other]) => other === k)),
  }));
  holds("partitionBy with a partitioner of one's own", [pairs, partitions, partitions], (sc, list, p, q) => ({
    on: sc.parallelize(list, p).partitionBy(partitionerBy<string>("by length", q, (key) => -key.length)), gives: list,
  }));
});

describe("a sort", () => {
  const byKey = (a: readonly [string, number], b: readonly [string, number]): number => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);
  holds("by key is stable and total", [pairs, partitions, partitions], (sc, list, p, q) => ({ on: sc.parallelize(list, p).sortByKey(true, q), gives: [...list].sort(byKey), ordered: true }));
  holds("by key, descending", [pairs, partitions, partitions], (sc, list, p, q) => ({ on: sc.parallelize(list, p).sortByKey(false, q), gives: [...list].sort((a, b) => byKey(b, a)), ordered: true }));
  holds("by a function", [numbers, partitions], (sc, list, p) => ({ on: sc.parallelize(list, p).sortBy((x) => x * x), gives: [...list].sort((a, b) => a * a - b * b), ordered: true }));
  holds("within partitions", [pairs, partitions], (sc, list, p) => ({
    on: sc.parallelize(list, p).repartitionAndSortWithinPartitions(3).glom().filter((part) => part.some(([k], i) => i > 0 && k < part[i - 1]![0])),
    gives: [],
  }));

  it("spreads many keys over the ranges evenly", async () => {
    const sc = context();
    const sorted = sc.parallelize(Array.from({ length: 10_000 }, (_, i) => [(i * 7919) % 10_007, i] as [number, number]), 8).sortByKey(true, 10);
    const sizes = (await sorted.glom().collect()).map((part) => part.length);
    expect(sizes).toHaveLength(10);
    expect(Math.max(...sizes)).toBeLessThan(2 * 1_000);
    expect(Math.min(...sizes)).toBeGreaterThan(500);
  });

  it("refuses keys that have no order", async () => {
    const mixed = context().parallelize<[string | number, number]>([["a", 1], [2, 1], ["c", 1], [4, 1]], 2).sortByKey();
    await expect(mixed.collect()).rejects.toThrow("there is no order between");
  });
});

describe("keys", () => {
  it("are equal if their values are, whatever they are", async () => {
    const keys = [[1, "a"], { x: 1, y: 2 }, { y: 2, x: 1 }, [1, "a"], "1", 1, null, "\0[1,\"a\"]", true, 1.5, 1.5, NaN, NaN, 0, -0];
    const counts = await context().parallelize(keys, 4).map((key) => [key, 1]).reduceByKey((a, b) => a + b, 3).collect();
    expect(new Map(counts.map(([key, n]) => [JSON.stringify(key), n]))).toEqual(
      new Map(Object.entries({ '[1,"a"]': 2, '{"x":1,"y":2}': 2, '"1"': 1, "1": 1, '"\\u0000[1,\\"a\\"]"': 1, true: 1, "1.5": 2, null: 2, "0": 2 })),
    );
    // NaN is written as null: two entries fold into one here, of NaN and of null.
    expect(counts).toHaveLength(10);
  });

  it("stand together under their partitioner", async () => {
    const rdd = context().parallelize(["to", "be", "or", "not", "to", "be"], 3).map((w) => [w, 1]).partitionBy(4);
    const parts = await rdd.glom().collect();
    expect(parts.flat().length).toBe(6);
    for (const word of ["to", "be"]) expect(parts.filter((part) => part.some(([w]) => w === word))).toHaveLength(1);
    expect(rdd.partitioner).toEqual(hashPartitioner(4));
  });
});

describe("a sample", () => {
  it("is about as large as asked for, and the same for the same seed", async () => {
    const rdd = context().range(0, 20_000, 1, 4);
    const part = await rdd.sample(false, 0.1, 5).collect();
    expect(part.length).toBeGreaterThan(1_800);
    expect(part.length).toBeLessThan(2_200);
    expect(await rdd.sample(false, 0.1, 5).collect()).toEqual(part);
    expect(await rdd.sample(false, 0.1, 6).collect()).not.toEqual(part);
    const again = await rdd.sample(true, 0.5, 5).collect();
    expect(again.length).toBeGreaterThan(9_500);
    expect(again.length).toBeLessThan(10_500);
    expect(new Set(again).size).toBeLessThan(again.length);
    expect(await rdd.takeSample(false, 7)).toHaveLength(7);
    expect(await context().range(0, 3).takeSample(true, 7)).toHaveLength(7);
  });
});
