import { describe, expect, it } from "vitest";
import { context, local } from "../../../lib/rdd.js";

describe("the engine in this thread", () => {
  it("keeps what is cached, until it is told to forget it", async () => {
    const sc = context();
    const made: number[] = [];
    const rdd = sc.range(0, 6, 1, 3).map((i) => (made.push(i), i)).cache();
    await rdd.count();
    await rdd.sum();
    expect(made).toHaveLength(6);
    expect(sc.tasks.map(({ hits, misses }) => [hits, misses])).toEqual([[0, 1], [0, 1], [0, 1], [1, 0], [1, 0], [1, 0]]);
    await rdd.unpersist();
    await rdd.count();
    expect(made).toHaveLength(12);
  });

  it("takes the cached partitions of one context for no other's", async () => {
    const engine = local();
    const [a, b] = [1, 2].map((n) => context({ master: engine }).parallelize([n], 1).map((x) => x).cache());
    expect([await a!.collect(), await b!.collect(), await a!.collect()]).toEqual([[1], [2], [1]]);
  });

  it("drops the partitions used longest ago when memory is short, and none of the same data set", async () => {
    const engine = local({ memory: 40 });
    const sc = context({ master: engine });
    const [a, b] = [sc.parallelize([1111, 1111, 1111, 1111], 4), sc.parallelize([2222, 2222], 2)].map((rdd) => rdd.map((x) => [x, x, x]).cache());
    await a!.count();
    expect(engine.kept!().map(({ partition }) => partition)).toEqual([0, 1]);
    await b!.count();
    expect(new Set(engine.kept!().map(({ rdd }) => rdd))).toEqual(new Set(["map at 3"]));
  });

  it("takes a checkpoint at the end of the first job, and forgets the lineage", async () => {
    const sc = context();
    let calls = 0;
    const rdd = sc.range(0, 4, 1, 2).map((i) => (calls++, [i % 2, i] as [number, number])).reduceByKey((a, b) => a + b);
    rdd.checkpoint();
    expect(rdd.isCheckpointed).toBe(false);
    const first = await rdd.collect();
    expect(rdd.isCheckpointed).toBe(true);
    expect(rdd.toDebugString()).toMatch(/^\(2\) reduceByKey \[\d+\] hash\(2\), checkpointed$/);
    expect(await rdd.mapValues((v) => v).collect()).toEqual(first);
    expect(calls).toBe(4);
  });

  it("gives a broadcast value to tasks until it is destroyed", async () => {
    const sc = context();
    const table = sc.broadcast(new Map([["a", 1]]));
    const rdd = sc.parallelize(["a", "b"]).map((key) => table.value.get(key) ?? 0);
    expect(await rdd.collect()).toEqual([1, 0]);
    table.destroy();
    await expect(rdd.collect()).rejects.toThrow("the broadcast variable 0 was destroyed");
  });

  it("lets only the driver read an accumulator", async () => {
    const sc = context();
    const counter = sc.accumulator("counter");
    await expect(sc.parallelize([1]).foreach(() => void counter.value)).rejects.toThrow('a task cannot read the accumulator "counter"');
    const longest = sc.accumulator("longest", "", (a, b) => (b.length > a.length ? b : a));
    await sc.parallelize(["a", "ccc", "bb"], 3).foreach((word) => longest.add(word));
    expect(longest.value).toBe("ccc");
  });
});
