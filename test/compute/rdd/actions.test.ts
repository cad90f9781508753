import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { context, local, memoryFiles } from "../../../lib/rdd.js";
import { grouped, numbers, pairs, partitions } from "./oracle.js";

describe("actions", () => {
  it("give what plain lists give", async () => {
    await fc.assert(
      fc.asyncProperty(numbers, partitions, async (list, p) => {
        const rdd = context().parallelize(list, p);
        const sorted = [...list].sort((a, b) => a - b);
        expect(await rdd.collect()).toEqual(list);
        expect(await rdd.count()).toBe(list.length);
        expect(await rdd.isEmpty()).toBe(list.length === 0);
        expect(await rdd.take(4)).toEqual(list.slice(0, 4));
        expect(await rdd.takeOrdered(3)).toEqual(sorted.slice(0, 3));
        expect(await rdd.top(3)).toEqual(sorted.reverse().slice(0, 3));
        expect(await rdd.sum()).toBe(list.reduce((a, b) => a + b, 0));
        expect(await rdd.fold(0, (a, b) => a + b)).toBe(list.reduce((a, b) => a + b, 0));
        expect(await rdd.aggregate({ n: 0, sum: 0 }, ({ n, sum }, x) => ({ n: n + 1, sum: sum + x }), (a, b) => ({ n: a.n + b.n, sum: a.sum + b.sum })))
          .toEqual({ n: list.length, sum: list.reduce((a, b) => a + b, 0) });
        expect(await rdd.countByValue()).toEqual(new Map(Array.from(grouped(list.map((x) => [x, 1] as const)), ([x, ones]) => [x, ones.length])));
        const items: number[] = [];
        for await (const item of rdd.toLocalIterator()) items.push(item);
        expect(items).toEqual(list);
        if (list.length === 0) return;
        expect(await rdd.first()).toBe(list[0]);
        expect(await rdd.reduce((a, b) => a + b)).toBe(list.reduce((a, b) => a + b));
        expect(await rdd.max()).toBe(Math.max(...list));
        expect(await rdd.min()).toBe(Math.min(...list));
        const { count, mean, variance, min, max } = await rdd.stats();
        const expected = list.reduce((a, b) => a + b) / list.length;
        expect([count, min, max]).toEqual([list.length, Math.min(...list), Math.max(...list)]);
        expect(mean).toBeCloseTo(expected, 9);
        expect(variance).toBeCloseTo(list.reduce((sum, x) => sum + (x - expected) ** 2, 0) / list.length, 9);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it("of pairs give what plain lists give", async () => {
    await fc.assert(
      fc.asyncProperty(pairs, partitions, async (list, p) => {
        const rdd = context().parallelize(list, p);
        const groups = grouped(list);
        expect(await rdd.countByKey()).toEqual(new Map(Array.from(groups, ([k, values]) => [k, values.length])));
        expect(await rdd.collectAsMap()).toEqual(new Map(list));
        expect(await rdd.lookup("a")).toEqual(groups.get("a") ?? []);
        expect(await rdd.partitionBy(3).lookup("b")).toEqual(groups.get("b") ?? []);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it("count numbers in buckets that are closed below, and the last one above too", async () => {
    const rdd = context().parallelize([0, 1, 1.5, 2, 3, 4, 4], 3);
    expect(await rdd.histogram(2)).toEqual({ bounds: [0, 2, 4], counts: [3, 4] });
    expect(await rdd.histogram([1, 2, 4])).toEqual({ bounds: [1, 2, 4], counts: [2, 4] });
    expect((await context().parallelize([5, 5]).histogram(4)).counts).toEqual([2]);
    await expect(rdd.histogram([2, 1])).rejects.toThrow("buckets must have rising bounds, got [2,1]");
  });

  it("ask only the partitions that they need", async () => {
    const sc = context();
    const seen: number[] = [];
    const rdd = sc.range(0, 100, 1, 10).map((x) => (seen.push(x), x));
    expect(await rdd.take(2)).toEqual([0, 1]);
    expect(seen).toEqual([0, 1]);
    await rdd.take(25);
    expect(sc.jobs.map(({ partitions }) => partitions)).toEqual([1, 1, 4]);
    await rdd.map((x) => [x % 7, x]).partitionBy(5).lookup(3);
    expect(sc.jobs.at(-1)).toMatchObject({ name: "lookup", partitions: 1 });
  });
});

describe("errors", () => {
  const sc = context();
  it("of empty collections are Spark's", async () => {
    await expect(sc.emptyRdd<number>().reduce((a, b) => a + b)).rejects.toThrow("reduce: empty collection");
    await expect(sc.parallelize<number>([]).first()).rejects.toThrow("first: empty collection");
    await expect(sc.parallelize<number>([]).max()).rejects.toThrow("max: empty collection");
    expect(await sc.emptyRdd<number>().sum()).toBe(0);
    expect(await sc.emptyRdd<number>().fold(0, (a, b) => a + b)).toBe(0);
    expect((await sc.emptyRdd<number>().stats()).mean).toBeNaN();
  });

  it("name the step and the item that failed", async () => {
    const rdd = sc.parallelize([1, 2, 0], 3).map((x) => {
      if (x === 0) throw new RangeError("no zero, please");
      return x;
    });
    await expect(rdd.filter((x) => x > 0).count()).rejects.toThrow(/^the task of partition 2 failed: map at \d+, for 0: RangeError: no zero, please$/);
    await expect(sc.parallelize([1, 2]).reduce((a) => (a as any).sum.of)).rejects.toThrow("reduce, in the driver: TypeError");
    await expect(sc.parallelize([1, 2], 1).reduce((a) => (a as any).sum.of)).rejects.toThrow("the task of partition 0 failed: reduce: TypeError");
  });

  it("refuse what cannot be before anything runs", async () => {
    expect(() => sc.parallelize([1], 0)).toThrow("partitions must be a whole number from 1 to 1000000, got 0");
    expect(() => sc.parallelize([1, 2], 2).zip(sc.parallelize([1], 1))).toThrow("cannot zip RDDs with unequal numbers of partitions, got 2 and 1");
    expect(() => sc.parallelize([1]).map(3 as never)).toThrow("map needs a function, got 3");
    expect(() => sc.parallelize([1]).union(context().parallelize([2]))).toThrow("different contexts");
    expect(() => sc.parallelize([1]).sample(false, 1.5)).toThrow("fraction must be a probability in [0, 1], got 1.5");
    expect(() => context({ master: "threads[2]" })).toThrow('no engine knows the master "threads[2]": import "distlab/threads" first');
    expect(() => context({ cores: 2 } as never)).toThrow('context has no option "cores"');
    expect(() => sc.textFile("a.txt")).toThrow('the engine "local" has no files');
    await expect(sc.parallelize(["a"]).pipe("sort").count()).rejects.toThrow('the engine "local" has no processes');
    const kept = sc.parallelize([1]).cache();
    expect(() => kept.persist("DISK_ONLY")).toThrow("a level cannot be changed");
  });

  it("tell of partitions that do not fit, of items that are no pairs, of functions that give no list", async () => {
    await expect(sc.parallelize([1, 2, 3], 2).zip(sc.parallelize([1, 2, 3], 2).filter((x) => x > 1)).count()).rejects.toThrow("can only zip RDDs with the same number of items in each partition");
    await expect((sc.parallelize([1, 2]) as any).reduceByKey((a: number) => a).count()).rejects.toThrow("an item must be a pair [key, value] here, got 1");
    await expect(sc.parallelize([1]).flatMap((() => 5) as never).count()).rejects.toThrow("the function must give a list or another iterable of items, gave 5");
    await expect(sc.parallelize(["a"] as never[]).sum()).rejects.toThrow('sum needs numbers, got "a"');
    await expect(sc.parallelize([["a", 1]] as [string, number][]).partitionBy({ kind: "custom", name: "odd", partitions: 2, of: () => 0.5 }).count()).rejects.toThrow(
      'the partitioner "odd" must give whole numbers, gave 0.5 for the key "a"',
    );
  });

  it("let nothing run after the end", async () => {
    const done = context();
    await done.stop();
    await expect(done.parallelize([1]).count()).rejects.toThrow("count: the context was stopped");
  });
});

describe("text files", () => {
  it("are cut where lines begin, whatever the number of partitions", async () => {
    const text = fc.array(fc.constantFrom("", "a", "bb", "ccc dd"), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 20 }), fc.boolean(), fc.constantFrom("\n", "\r\n"), async (lines, p, last, end) => {
        const files = memoryFiles({ "a.txt": lines.join(end) + (last ? end : "") });
        const expected = !last && lines.at(-1) === "" ? lines.slice(0, -1) : lines;
        expect(await context({ master: local({ files }) }).textFile("a.txt", p).collect()).toEqual(expected);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it("are written in parts, once, and read again as a folder", async () => {
    const files = memoryFiles();
    const sc = context({ master: local({ files }) });
    expect(await sc.parallelize(["a", "b", "c"], 2).saveAsTextFile("out")).toBe(3);
    expect([...files.texts.keys()]).toEqual(["out/part-00000", "out/part-00001", "out/_SUCCESS"]);
    expect(await sc.textFile("out").collect()).toEqual(["a", "b", "c"]);
    await expect(sc.parallelize(["a"]).saveAsTextFile("out")).rejects.toThrow('the output folder "out" exists already');
    await expect(sc.parallelize([1]).map(() => { throw new Error("no"); }).saveAsTextFile("half")).rejects.toThrow("no");
    expect([...files.texts.keys()].some((path) => path.startsWith("half"))).toBe(false);
    expect(() => sc.textFile("nowhere.txt")).toThrow('there is no file "nowhere.txt"');
  });
});
