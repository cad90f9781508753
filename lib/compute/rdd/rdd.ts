import { clone } from "../../core/clone.js";
import { finite, integer, probability, show } from "../../core/parameters.js";
import { stream, type Seed } from "../../core/random.js";
import { KeyMap } from "../keys.js";
import { StepError } from "./evaluate.js";
import { toDebugString } from "./lineage-text.js";
import { placing, samePartitioner } from "./partitioner.js";
import { leastOf, mergeMoments, noMoments, type Moments } from "./perform.js";
import {
  parentsOf, type Action, type Aggregation, type Apply, type Partitioner, type PlanNode, type Step, type StepCost, type StorageLevel,
} from "./plan.js";

/** The common fields of a node that is being made. */
export type NewNode = Pick<PlanNode, "id" | "operator" | "parents" | "partitions" | "partitioner" | "name" | "level" | "checkpoint" | "cost">;

/** What an RDD asks of its context. */
export interface Driver {
  readonly parallelism: number;
  node(operator: string, parents: readonly PlanNode[], partitions: number, partitioner?: Partitioner | null): NewNode;
  act(node: PlanNode, action: Action, partitions: readonly number[], name: string): Promise<readonly unknown[]>;
  unpersist(node: PlanNode): Promise<void>;
  askCheckpoint(node: PlanNode): void;
  readonly engine: { readonly files: { prepare(path: string): void; commit(path: string): void; abort(path: string): void } | null };
}

/** Partitions by their number, or where keys go. */
export type Partitions = number | Partitioner;

/** Count, mean, variance, least and greatest of numbers. */
export interface Stats {
  readonly count: number;
  readonly sum: number;
  readonly mean: number;
  /** Of the whole population: divided by count. NaN for none. */
  readonly variance: number;
  readonly stdev: number;
  readonly min: number;
  readonly max: number;
}

/** By the hash of keys, into so many partitions. */
export function hashPartitioner(partitions: number): Partitioner {
  return { kind: "hash", partitions: integer("partitions", partitions, { min: 1, max: 1_000_000 }) };
}

/** By a function from keys to whole numbers, taken modulo `partitions`. Two of them are the same if name and function are. */
export function partitionerBy<K>(name: string, partitions: number, of: (key: K) => number): Partitioner {
  return { kind: "custom", name, partitions: integer("partitions", partitions, { min: 1, max: 1_000_000 }), of: of as Apply };
}

/**
 * A resilient distributed dataset (弹性分布式数据集): items in partitions, that are computed when an action asks for
 * them, and computed again when they are lost (Zaharia et al., "Resilient Distributed Datasets", NSDI 2012).
 *
 * Transformations (`map`, `join`, ...) give a new RDD at once and compute nothing. Actions (`count`, `collect`, ...) run a job and
 * give a promise of the result. Names and meanings are Spark's; what a method says of "Spark" was read in its guide and sources.
 * Methods for pairs are there where the items are pairs [key, value].
 */
export class Rdd<T> {
  readonly #driver: Driver;

  constructor(
    driver: Driver,
    /** The lineage. */
    readonly plan: PlanNode,
  ) {
    this.#driver = driver;
  }

  // Transformations without a shuffle.

  /** One item for each item. A function that gives a list of two gives pairs. */
  map<K, V>(f: (item: T) => [key: K, value: V]): Rdd<[key: K, value: V]>;
  map<U>(f: (item: T) => U): Rdd<U>;
  map<U>(f: (item: T) => U): Rdd<U> {
    return this.#step("map", { kind: "map", f: fn("map", f) });
  }

  /** The items for which it is true. */
  filter<U extends T>(f: (item: T) => item is U): Rdd<U>;
  filter(f: (item: T) => boolean): Rdd<T>;
  filter(f: (item: T) => boolean): Rdd<T> {
    return this.#step("filter", { kind: "filter", f: fn("filter", f) }, { keeps: true });
  }

  /** All the items that the function gives for each item. */
  flatMap<K, V>(f: (item: T) => Iterable<[key: K, value: V]>): Rdd<[key: K, value: V]>;
  flatMap<U>(f: (item: T) => Iterable<U>): Rdd<U>;
  flatMap<U>(f: (item: T) => Iterable<U>): Rdd<U> {
    return this.#step("flatMap", { kind: "flatMap", f: fn("flatMap", f) });
  }

  /** A function of all items of a partition, for what is made once per partition. `keepsPartitioning`: keys stay as they are. */
  mapPartitions<U>(f: (items: IterableIterator<T>, partition: number) => Iterable<U>, { keepsPartitioning = false }: { readonly keepsPartitioning?: boolean } = {}): Rdd<U> {
    return this.#step("mapPartitions", { kind: "mapPartitions", f: fn("mapPartitions", f) }, { keeps: keepsPartitioning });
  }

  /** The same with the number of the partition first. */
  mapPartitionsWithIndex<U>(f: (partition: number, items: IterableIterator<T>) => Iterable<U>, { keepsPartitioning = false }: { readonly keepsPartitioning?: boolean } = {}): Rdd<U> {
    return this.#step("mapPartitionsWithIndex", { kind: "mapPartitionsWithIndex", f: fn("mapPartitionsWithIndex", f) }, { keeps: keepsPartitioning });
  }

  /** Each partition as one list. */
  glom(): Rdd<T[]> {
    return this.#step("glom", { kind: "glom" });
  }

  /** Pairs [f(item), item]. */
  keyBy<K>(f: (item: T) => K): Rdd<[K, T]> {
    return this.#step("keyBy", { kind: "keyBy", f: fn("keyBy", f) });
  }

  /**
   * A random part: each item with this probability, or, with replacement, as often as a Poisson variable of this mean says.
   * The size is not exactly `fraction` of the whole. The same seed gives the same sample.
   */
  sample(withReplacement: boolean, fraction: number, seed: Seed = 1): Rdd<T> {
    if (withReplacement) return this.#step("sample", { kind: "poisson", mean: finite("fraction", fraction, { max: 700 }), seed }, { keeps: true });
    return this.#step("sample", { kind: "sample", from: 0, to: probability("fraction", fraction), seed }, { keeps: true });
  }

  /** Several random parts that together are the whole, of about these weights. */
  randomSplit(weights: readonly number[], seed: Seed = 1): Rdd<T>[] {
    for (const [i, weight] of weights.entries()) finite(`weights[${i}]`, weight);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    if (!(sum > 0)) throw new RangeError(`weights must have a sum above 0, got ${show(weights)}`);
    let passed = 0;
    return weights.map((weight, i) => {
      const from = passed / sum;
      passed += weight;
      const to = i === weights.length - 1 ? 1 : passed / sum;
      return this.#step<T>("randomSplit", { kind: "sample", from, to, seed }, { keeps: true });
    });
  }

  /** The items of this one and of the others, with repetitions. Moves nothing: the partitions stand one after the other. */
  union<U = T>(...others: readonly Rdd<U>[]): Rdd<T | U> {
    const all: readonly Rdd<T | U>[] = [this, ...others];
    return this.#narrow("union", all, { kind: "union" }, all.reduce((sum, { plan }) => sum + plan.partitions, 0));
  }

  /**
   * Pairs of items at the same place.
   * @throws RangeError where the numbers of partitions differ; the job fails where two partitions differ in length
   */
  zip<U>(other: Rdd<U>): Rdd<[T, U]> {
    this.#equallyMany("zip", other);
    return this.#narrow("zip", [this, other], { kind: "zip" }, this.plan.partitions);
  }

  /** A function of two partitions at the same place. */
  zipPartitions<U, R>(other: Rdd<U>, f: (mine: IterableIterator<T>, others: IterableIterator<U>, partition: number) => Iterable<R>): Rdd<R> {
    this.#equallyMany("zipPartitions", other);
    return this.#narrow("zipPartitions", [this, other], { kind: "zipPartitions", f: fn("zipPartitions", f) }, this.plan.partitions);
  }

  /** Pairs [item, index], by the order of partitions and within them. With several partitions a small job counts them first. */
  zipWithIndex(): Rdd<[T, number]> {
    const at = this.plan.partitions <= 1 ? [0] : null;
    return this.#step("zipWithIndex", { kind: "zipWithIndex", starts: { at } });
  }

  /** Pairs [item, number], each number once, without a job: k · partitions + partition. */
  zipWithUniqueId(): Rdd<[T, number]> {
    return this.#step("zipWithUniqueId", { kind: "zipWithUniqueId" });
  }

  /** All pairs of an item of this one with an item of the other. */
  cartesian<U>(other: Rdd<U>): Rdd<[T, U]> {
    return this.#narrow("cartesian", [this, other], { kind: "cartesian" }, this.plan.partitions * other.plan.partitions);
  }

  /** Fewer partitions, by putting neighbours together; nothing is moved by key. More partitions need `shuffle`, as in `repartition`. */
  coalesce(partitions: number, { shuffle = false }: { readonly shuffle?: boolean } = {}): Rdd<T> {
    integer("partitions", partitions, { min: 1, max: 1_000_000 });
    if (shuffle) return this.repartition(partitions);
    const from = this.plan.partitions;
    const to = Math.min(partitions, from);
    const groups = Array.from({ length: to }, (_, i) => {
      const start = Math.floor((i * from) / to);
      return Array.from({ length: Math.floor(((i + 1) * from) / to) - start }, (_, k) => start + k);
    });
    return this.#narrow("coalesce", [this], { kind: "coalesce", groups }, to);
  }

  /** The lines that a command writes when it reads the items of a partition as lines. Needs an engine with processes. */
  pipe(command: string | readonly string[]): Rdd<string> {
    return this.#step("pipe", { kind: "pipe", command: typeof command === "string" ? command.split(/\s+/).filter(Boolean) : command });
  }

  // Transformations with a shuffle.

  /** The items dealt out anew, round robin. */
  repartition(partitions: number): Rdd<T> {
    integer("partitions", partitions, { min: 1, max: 1_000_000 });
    const spread = this.#step<[number, T]>("spread", { kind: "spread", partitions });
    return spread.#shuffle<[number, T]>("repartition", hashPartitioner(partitions)).#step("values", { kind: "field", at: 1 });
  }

  /** Each item once: the first of equal ones. */
  distinct(partitions: number = this.plan.partitions): Rdd<T> {
    const keyed = this.#step<[T, null]>("asKey", { kind: "asKey" });
    return keyed.#aggregate<[T, null]>("distinct", { kind: "first" }, partitions).#step("keys", { kind: "field", at: 0 });
  }

  /** The items that are in both, each once. */
  intersection(other: Rdd<T>, partitions?: Partitions): Rdd<T> {
    const sides = [this, other].map((rdd) => rdd.#step<[T, null]>("asKey", { kind: "asKey" }));
    return this.#cogroup("intersection", sides, partitions).#step("intersection", { kind: "join", how: "intersection" });
  }

  /** The items that are not in the other, as often as they are here. */
  subtract(other: Rdd<T>, partitions?: Partitions): Rdd<T> {
    const sides = [this, other].map((rdd) => rdd.#step<[T, null]>("asKey", { kind: "asKey" }));
    const rest = this.#cogroup("subtract", sides, partitions).#step<[T, null]>("subtract", { kind: "join", how: "subtract" });
    return rest.#step("keys", { kind: "field", at: 0 });
  }

  /** Pairs [key, list of the items that have it]. To sum up, `reduceByKey` moves less. */
  groupBy<K>(f: (item: T) => K, partitions?: Partitions): Rdd<[K, T[]]> {
    return this.keyBy(f).groupByKey(partitions);
  }

  /** The items in the order of `f`: a sample finds ranges of keys, each range is sorted in its partition. Equal keys stay as they were. */
  sortBy<K>(f: (item: T) => K, ascending: boolean = true, partitions: number = this.plan.partitions): Rdd<T> {
    return this.keyBy(f).sortByKey(ascending, partitions).#step("values", { kind: "field", at: 1 });
  }

  // Transformations of pairs.

  /** The first of each pair. */
  keys<K, V>(this: Rdd<readonly [K, V]>): Rdd<K> {
    return this.#step("keys", { kind: "field", at: 0 });
  }

  /** The second of each pair. */
  values<K, V>(this: Rdd<readonly [K, V]>): Rdd<V> {
    return this.#step("values", { kind: "field", at: 1 });
  }

  /** Another value, the same key: the pairs stay where they are, and the partitioner is known still. */
  mapValues<K, V, U>(this: Rdd<readonly [K, V]>, f: (value: V) => U): Rdd<[K, U]> {
    return this.#step("mapValues", { kind: "mapValues", f: fn("mapValues", f) }, { keeps: true });
  }

  /** Several values for each value. */
  flatMapValues<K, V, U>(this: Rdd<readonly [K, V]>, f: (value: V) => Iterable<U>): Rdd<[K, U]> {
    return this.#step("flatMapValues", { kind: "flatMapValues", f: fn("flatMapValues", f) }, { keeps: true });
  }

  /** The pairs moved to where the partitioner says. Moves nothing where they are there already. */
  partitionBy<K, V>(this: Rdd<readonly [K, V]>, partitioner: Partitions): Rdd<[K, V]> {
    const to = partitionerOf(partitioner);
    return samePartitioner(this.plan.partitioner, to) ? (this as unknown as Rdd<[K, V]>) : this.#shuffle("partitionBy", to);
  }

  /** The same, and each partition sorted by key on arrival: cheaper than sorting afterwards. */
  repartitionAndSortWithinPartitions<K, V>(this: Rdd<readonly [K, V]>, partitioner: Partitions): Rdd<[K, V]> {
    return this.#shuffle("repartitionAndSortWithinPartitions", partitionerOf(partitioner), null, "ascending");
  }

  /** The pairs in the order of their keys, through all partitions. */
  sortByKey<K, V>(this: Rdd<readonly [K, V]>, ascending: boolean = true, partitions: number = this.plan.partitions): Rdd<[K, V]> {
    integer("partitions", partitions, { max: 1_000_000 });
    const to: Partitioner = { kind: "range", partitions: Math.max(1, partitions), ascending, bounds: { keys: partitions <= 1 ? [] : null } };
    return this.#shuffle("sortByKey", to, null, ascending ? "ascending" : "descending");
  }

  /** The values of each key put together by `f`, which must be associative and commutative; first within each map partition. */
  reduceByKey<K, V>(this: Rdd<readonly [K, V]>, f: (a: V, b: V) => V, partitions?: Partitions): Rdd<[K, V]> {
    return this.#aggregate("reduceByKey", { kind: "reduce", f: fn("reduceByKey", f) }, partitions);
  }

  /** All values of each key as a list. Every pair is moved, and the list of a key must fit into memory. */
  groupByKey<K, V>(this: Rdd<readonly [K, V]>, partitions?: Partitions): Rdd<[K, V[]]> {
    return this.#aggregate("groupByKey", { kind: "group" }, partitions);
  }

  /** As `reduceByKey`, from a `zero` that is added once per key *and map partition*: it must change nothing. */
  foldByKey<K, V>(this: Rdd<readonly [K, V]>, zero: V, f: (a: V, b: V) => V, partitions?: Partitions): Rdd<[K, V]> {
    const merge = fn("foldByKey", f);
    return this.#aggregate("foldByKey", { kind: "fold", zero, mergeValue: merge, mergeCombiners: merge }, partitions);
  }

  /** The values of each key put together as something else than they are. */
  aggregateByKey<K, V, U>(this: Rdd<readonly [K, V]>, zero: U, seqOp: (sum: U, value: V) => U, combOp: (a: U, b: U) => U, partitions?: Partitions): Rdd<[K, U]> {
    return this.#aggregate(
      "aggregateByKey",
      { kind: "fold", zero, mergeValue: fn("seqOp", seqOp), mergeCombiners: fn("combOp", combOp) },
      partitions,
    );
  }

  /** The form of which the others are special cases. `mapSide: false` moves every pair as it is. */
  combineByKey<K, V, C>(
    this: Rdd<readonly [K, V]>,
    createCombiner: (value: V) => C,
    mergeValue: (combined: C, value: V) => C,
    mergeCombiners: (a: C, b: C) => C,
    { partitions, mapSide = true }: { readonly partitions?: Partitions; readonly mapSide?: boolean } = {},
  ): Rdd<[K, C]> {
    return this.#aggregate(
      "combineByKey",
      {
        kind: "combine",
        create: fn("createCombiner", createCombiner),
        mergeValue: fn("mergeValue", mergeValue),
        mergeCombiners: fn("mergeCombiners", mergeCombiners),
        mapSide,
      },
      partitions,
    );
  }

  /** For each key of any side: [key, [its values here, its values there]]. Moves only the sides that lie otherwise than the result. */
  cogroup<K, V, W>(this: Rdd<readonly [K, V]>, other: Rdd<readonly [K, W]>, partitions?: Partitions): Rdd<[K, [V[], W[]]]> {
    return this.#cogroup("cogroup", [this, other as unknown as Rdd<readonly [K, V]>], partitions);
  }

  /** All pairs of a value here and a value there of the same key. */
  join<K, V, W>(this: Rdd<readonly [K, V]>, other: Rdd<readonly [K, W]>, partitions?: Partitions): Rdd<[K, [V, W]]> {
    return this.#join("join", "inner", other, partitions);
  }

  /** The same, with null where the other side lacks the key. */
  leftOuterJoin<K, V, W>(this: Rdd<readonly [K, V]>, other: Rdd<readonly [K, W]>, partitions?: Partitions): Rdd<[K, [V, W | null]]> {
    return this.#join("leftOuterJoin", "left", other, partitions);
  }

  /** The same, with null where this side lacks the key. */
  rightOuterJoin<K, V, W>(this: Rdd<readonly [K, V]>, other: Rdd<readonly [K, W]>, partitions?: Partitions): Rdd<[K, [V | null, W]]> {
    return this.#join("rightOuterJoin", "right", other, partitions);
  }

  /** The same, with null where either side lacks the key. */
  fullOuterJoin<K, V, W>(this: Rdd<readonly [K, V]>, other: Rdd<readonly [K, W]>, partitions?: Partitions): Rdd<[K, [V | null, W | null]]> {
    return this.#join("fullOuterJoin", "full", other, partitions);
  }

  /** The pairs whose key the other side lacks. */
  subtractByKey<K, V, W>(this: Rdd<readonly [K, V]>, other: Rdd<readonly [K, W]>, partitions?: Partitions): Rdd<[K, V]> {
    return this.#join("subtractByKey", "subtract", other, partitions);
  }

  // Actions.

  /** All items, in the order of the partitions. They must fit into the driver's memory. */
  async collect(): Promise<T[]> {
    return (await this.#act<T[]>({ kind: "collect" }, "collect")).flat();
  }

  /** How many items there are. */
  async count(): Promise<number> {
    return sum(await this.#act<number>({ kind: "count" }, "count"));
  }

  /** The first `n` items, or all where there are fewer. Asks one partition first, and four times as many each time that is not enough. */
  async take(n: number): Promise<T[]> {
    integer("n", n);
    return this.#take(n, "take");
  }

  /** The first item. @throws Error where there is none */
  async first(): Promise<T> {
    const [item] = await this.#take(1, "first");
    if (item === undefined && (await this.#take(1, "first")).length === 0) throw emptyCollection("first");
    return item as T;
  }

  /** Whether there is no item. */
  async isEmpty(): Promise<boolean> {
    return (await this.#take(1, "isEmpty")).length === 0;
  }

  /** The `n` greatest items, the greatest first; by their natural order or by `compare`. */
  async top(n: number, compare: ((a: T, b: T) => number) | null = null): Promise<T[]> {
    return this.#top({ n: integer("n", n), largest: true, compare: compare as Apply | null }, "top");
  }

  /** The `n` least items, the least first. */
  async takeOrdered(n: number, compare: ((a: T, b: T) => number) | null = null): Promise<T[]> {
    return this.#top({ n: integer("n", n), largest: false, compare: compare as Apply | null }, "takeOrdered");
  }

  /** Exactly `n` random items (fewer where there are fewer, unless with replacement). */
  async takeSample(withReplacement: boolean, n: number, seed: Seed = 1): Promise<T[]> {
    integer("n", n);
    const all = await this.collect();
    const draws = stream(seed, "takeSample");
    if (n === 0 || all.length === 0) return [];
    if (withReplacement) return Array.from({ length: n }, () => draws.pick(all));
    return draws.shuffle(all).slice(0, n);
  }

  /** All items put together by `f`, which must be associative and commutative. @throws Error for an empty RDD: `fold` has a zero */
  async reduce(f: (a: T, b: T) => T): Promise<T> {
    const sums = (await this.#act<T[]>({ kind: "reduce", f: fn("reduce", f) }, "reduce")).flatMap((one) => one);
    if (sums.length === 0) throw emptyCollection("reduce");
    return inDriver("reduce", () => sums.reduce((a, b) => f(a, b)));
  }

  /** As `reduce`, from a `zero` that is added once per partition and once more in the driver: it must change nothing. */
  async fold(zero: T, f: (a: T, b: T) => T): Promise<T> {
    const sums = await this.#act<T>({ kind: "fold", zero, f: fn("fold", f) }, "fold");
    return inDriver("fold", () => sums.reduce((a, b) => f(a, b), clone(zero)));
  }

  /** All items put together as something else than they are. */
  async aggregate<U>(zero: U, seqOp: (sum: U, item: T) => U, combOp: (a: U, b: U) => U): Promise<U> {
    const sums = await this.#act<U>({ kind: "fold", zero, f: fn("seqOp", seqOp) }, "aggregate");
    return inDriver("aggregate", () => sums.reduce((a, b) => combOp(a, b), clone(zero)));
  }

  /** Call the function for each item, where the item is: for what it does outside, and for accumulators. */
  async foreach(f: (item: T) => void): Promise<void> {
    await this.#act({ kind: "foreach", f: fn("foreach", f) }, "foreach");
  }

  /** The same for whole partitions. */
  async foreachPartition(f: (items: IterableIterator<T>) => void): Promise<void> {
    await this.#act({ kind: "foreachPartition", f: fn("foreachPartition", f) }, "foreachPartition");
  }

  /** How often each item occurs. */
  async countByValue(): Promise<Map<T, number>> {
    return countsOf(await this.#act<[T, number][]>({ kind: "countByValue" }, "countByValue"));
  }

  /** All items, one partition at a time: the driver holds no more than one. */
  async *toLocalIterator(): AsyncGenerator<T, void> {
    for (let partition = 0; partition < this.plan.partitions; partition++) {
      const [list] = await this.#driver.act(this.plan, { kind: "collect" }, [partition], "toLocalIterator");
      yield* list as T[];
    }
  }

  /** Write each partition as lines to `path/part-00000`, ...; a text as it is, all else as JSON. The folder must not exist. Gives the number of lines. */
  async saveAsTextFile(path: string): Promise<number> {
    const { files } = this.#driver.engine;
    if (files === null) throw new Error("saveAsTextFile needs an engine with files: those of distlab/threads and distlab/spark, or memoryFiles");
    files.prepare(path);
    try {
      const lines = sum(await this.#act<number>({ kind: "saveAsTextFile", path }, "saveAsTextFile"));
      files.commit(path);
      return lines;
    } catch (error) {
      files.abort(path);
      throw error;
    }
  }

  // Actions of numbers.

  /** The sum of all numbers; 0 for none. */
  async sum(this: Rdd<number>): Promise<number> {
    return sum(await this.#act<number>({ kind: "sum" }, "sum"));
  }

  /** The greatest item by the natural order. @throws Error for an empty RDD */
  async max(compare: ((a: T, b: T) => number) | null = null): Promise<T> {
    const best = await this.#top({ n: 1, largest: true, compare: compare as Apply | null }, "max");
    if (best.length === 0) throw emptyCollection("max");
    return best[0]!;
  }

  /** The least item by the natural order. @throws Error for an empty RDD */
  async min(compare: ((a: T, b: T) => number) | null = null): Promise<T> {
    const best = await this.#top({ n: 1, largest: false, compare: compare as Apply | null }, "min");
    if (best.length === 0) throw emptyCollection("min");
    return best[0]!;
  }

  /** Count, mean, variance, least and greatest in one pass. */
  async stats(this: Rdd<number>): Promise<Stats> {
    return this.#stats("stats");
  }

  /** The mean; NaN for none. */
  async mean(this: Rdd<number>): Promise<number> {
    return (await this.#stats("mean")).mean;
  }

  /** The variance of the whole population; NaN for none. */
  async variance(this: Rdd<number>): Promise<number> {
    return (await this.#stats("variance")).variance;
  }

  /** The square root of the variance. */
  async stdev(this: Rdd<number>): Promise<number> {
    return (await this.#stats("stdev")).stdev;
  }

  /**
   * How many numbers fall into each bucket: `buckets` equal ones from the least to the greatest number, or those between these
   * bounds. A bucket holds its lower bound and not its upper one; the last holds both. Numbers outside are not counted.
   */
  async histogram(this: Rdd<number>, buckets: number | readonly number[]): Promise<{ readonly bounds: number[]; readonly counts: number[] }> {
    const bounds = typeof buckets === "number" ? await this.#bounds(buckets) : [...buckets];
    if (bounds.length < 2) throw new RangeError(`buckets must have at least two bounds, got ${show(buckets)}`);
    for (let i = 1; i < bounds.length; i++) {
      if (!(bounds[i - 1]! < bounds[i]!)) throw new RangeError(`buckets must have rising bounds, got ${show(bounds)}`);
    }
    const parts = await this.#act<number[]>({ kind: "histogram", bounds }, "histogram");
    return { bounds, counts: bounds.slice(1).map((_, i) => sum(parts.map((counts) => counts[i]!))) };
  }

  // Actions of pairs.

  /** How often each key occurs. */
  async countByKey<K, V>(this: Rdd<readonly [K, V]>): Promise<Map<K, number>> {
    return countsOf(await this.#act<[K, number][]>({ kind: "countByKey" }, "countByKey"));
  }

  /** All values of a key. Where the partitioner is known, only the key's partition is asked. */
  async lookup<K, V>(this: Rdd<readonly [K, V]>, key: K): Promise<V[]> {
    const { partitioner, partitions } = this.plan;
    const known = partitioner !== null && !(partitioner.kind === "range" && partitioner.bounds.keys === null);
    const where = known ? [placing(partitioner)(key)] : every(partitions);
    return (await this.#driver.act(this.plan, { kind: "lookup", key }, where, "lookup")).flat() as V[];
  }

  /** The pairs as a Map; of several values of a key the last. */
  async collectAsMap<K, V>(this: Rdd<readonly [K, V]>): Promise<Map<K, V>> {
    const map = new KeyMap<V>();
    for (const [key, value] of (await this.#act<[K, V][]>({ kind: "collect" }, "collectAsMap")).flat()) map.set(key, value);
    return new Map(map.entries() as Iterable<[K, V]>);
  }

  // What is kept, and what is known.

  /** Keep the partitions once they were computed. A level cannot be changed, except by `unpersist` first. */
  persist(level: Exclude<StorageLevel, "NONE"> = "MEMORY_ONLY"): this {
    if (this.plan.level !== "NONE" && this.plan.level !== level) {
      throw new Error(`this RDD is kept as ${this.plan.level}: a level cannot be changed once it was given (unpersist first)`);
    }
    this.plan.level = level;
    return this;
  }

  /** Keep the partitions in memory: `persist("MEMORY_ONLY")`. */
  cache(): this {
    return this.persist();
  }

  /** Forget the kept partitions, and keep them no more. */
  async unpersist(): Promise<this> {
    this.plan.level = "NONE";
    await this.#driver.unpersist(this.plan);
    return this;
  }

  /**
   * Save the partitions to storage that survives, at the end of the first job that computes them, and forget the lineage behind them.
   * A second job saves them: with `cache()` before, they are not computed twice.
   */
  checkpoint(): void {
    if (this.plan.checkpoint === null) this.#driver.askCheckpoint(this.plan);
  }

  /** Whether the checkpoint was taken. */
  get isCheckpointed(): boolean {
    return this.plan.checkpoint !== null;
  }

  /** A name for lineages and rows. */
  setName(name: string): this {
    this.plan.name = name;
    return this;
  }

  /** What the step costs on the simulated cluster, where sizes count and not the few items of a demonstration. */
  setCost(cost: StepCost): this {
    Object.assign(this.plan, { cost });
    return this;
  }

  getNumPartitions(): number {
    return this.plan.partitions;
  }

  /** Where equal keys stand, as far as it is known. */
  get partitioner(): Partitioner | null {
    return this.plan.partitioner;
  }

  getStorageLevel(): StorageLevel {
    return this.plan.level;
  }

  /** What it was made of, and whether each parent's partition feeds one partition (narrow) or all of them (wide). */
  dependencies(): { readonly kind: "narrow" | "wide"; readonly id: number; readonly operator: string }[] {
    const kind = this.plan.kind === "shuffle" ? "wide" : "narrow";
    return parentsOf(this.plan).map(({ id, operator }) => ({ kind, id, operator }));
  }

  /** The nodes where a partition's data is at hand, as the source said. */
  preferredLocations(partition: number): readonly string[] {
    integer("partition", partition, { max: this.plan.partitions - 1 });
    return preferredOf(this.plan, partition);
  }

  /** The lineage as text, in the form of Spark's: one line a step, indented where a shuffle begins a new stage. */
  toDebugString(): string {
    return toDebugString(this.plan);
  }

  #act<R>(action: Action, name: string): Promise<readonly R[]> {
    return this.#driver.act(this.plan, action, every(this.plan.partitions), name) as Promise<readonly R[]>;
  }

  async #take(n: number, name: string): Promise<T[]> {
    const taken: T[] = [];
    for (let next = 0, many = 1; taken.length < n && next < this.plan.partitions; next += many, many *= 4) {
      const wanted = every(Math.min(many, this.plan.partitions - next)).map((i) => next + i);
      const lists = await this.#driver.act(this.plan, { kind: "take", n: n - taken.length }, wanted, name);
      for (const item of lists.flat()) if (taken.length < n) taken.push(item as T);
    }
    return taken;
  }

  async #top(wanted: { readonly n: number; readonly largest: boolean; readonly compare: Apply | null }, name: string): Promise<T[]> {
    const lists = await this.#act<T[]>({ kind: "top", ...wanted }, name);
    return leastOf(lists.flat(), wanted) as T[];
  }

  async #stats(name: string): Promise<Stats> {
    const parts = await this.#act<Moments>({ kind: "stats" }, name);
    const { count, mean, m2, min, max } = parts.reduce(mergeMoments, noMoments);
    const variance = count === 0 ? NaN : m2 / count;
    return { count, sum: mean * count, mean: count === 0 ? NaN : mean, variance, stdev: Math.sqrt(variance), min, max };
  }

  async #bounds(buckets: number): Promise<number[]> {
    integer("buckets", buckets, { min: 1, max: 1_000_000 });
    const { count, min, max } = await this.#stats("histogram: range");
    if (count === 0) throw emptyCollection("histogram");
    if (!Number.isFinite(min) || !Number.isFinite(max)) throw new RangeError(`histogram needs finite numbers, got ${min} to ${max}`);
    if (min === max) return [min, min + 1];
    return Array.from({ length: buckets + 1 }, (_, i) => (i === buckets ? max : min + (i * (max - min)) / buckets));
  }

  #step<U>(operator: string, step: Step, { keeps = false }: { readonly keeps?: boolean } = {}): Rdd<U> {
    return this.#narrow(operator, [this], step, this.plan.partitions, keeps ? this.plan.partitioner : null);
  }

  #narrow<U>(operator: string, parents: readonly Rdd<any>[], step: Step, partitions: number, partitioner: Partitioner | null = null): Rdd<U> {
    for (const parent of parents) this.#sameContext(operator, parent);
    const plans = parents.map(({ plan }) => plan);
    return new Rdd<U>(this.#driver, { ...this.#driver.node(operator, plans, partitions, partitioner), kind: "narrow", step });
  }

  #shuffle<U>(operator: string, partitioner: Partitioner, aggregation: Aggregation | null = null, order: "ascending" | "descending" | null = null): Rdd<U> {
    const common = this.#driver.node(operator, [this.plan], partitioner.partitions, partitioner);
    return new Rdd<U>(this.#driver, { ...common, kind: "shuffle", partitioner, aggregation, order });
  }

  /** Values put together by key: a shuffle, unless equal keys stand together already. */
  #aggregate<U>(operator: string, aggregation: Aggregation, partitions: Partitions | undefined): Rdd<U> {
    const to = partitions === undefined ? defaultPartitioner([this.plan]) : partitionerOf(partitions);
    if (samePartitioner(this.plan.partitioner, to)) return this.#step(operator, { kind: "combine", aggregation }, { keeps: true });
    return this.#shuffle(operator, to, aggregation);
  }

  #cogroup<U>(operator: string, sides: readonly Rdd<any>[], partitions: Partitions | undefined): Rdd<U> {
    for (const side of sides) this.#sameContext(operator, side);
    const to = partitions === undefined ? defaultPartitioner(sides.map(({ plan }) => plan)) : partitionerOf(partitions);
    const there = sides.map((side) => (samePartitioner(side.plan.partitioner, to) ? side : side.#shuffle(`${operator}: move`, to)));
    return this.#narrow("cogroup", there, { kind: "cogroup" }, to.partitions, to);
  }

  #join<U>(operator: string, how: (Step & { kind: "join" })["how"], other: Rdd<any>, partitions: Partitions | undefined): Rdd<U> {
    return this.#cogroup<unknown>(operator, [this, other], partitions).#step(operator, { kind: "join", how }, { keeps: true });
  }

  #equallyMany(operator: string, other: Rdd<unknown>): void {
    const [mine, others] = [this.plan.partitions, other.plan.partitions];
    if (mine !== others) throw new RangeError(`${operator}: cannot zip RDDs with unequal numbers of partitions, got ${mine} and ${others}`);
  }

  #sameContext(operator: string, other: Rdd<unknown>): void {
    if (other.#driver !== this.#driver) throw new Error(`${operator}: the two RDDs belong to different contexts`);
  }
}

/** The nodes where the data of a partition is at hand: those of the source at the beginning of its chain. */
export function preferredOf(plan: PlanNode, partition: number): readonly string[] {
  let node = plan;
  // Only while a partition is made of one partition of the same number.
  while (node.kind === "narrow" && node.parents.length === 1 && node.step.kind !== "coalesce" && node.checkpoint === null) node = node.parents[0]!;
  if (node.kind !== "source" || node.source.kind !== "slices") return [];
  return node.source.preferred?.[partition] ?? [];
}

/** The partitioner with the most partitions that a parent has, else a hash partitioner with as many partitions as the largest parent. */
function defaultPartitioner(parents: readonly PlanNode[]): Partitioner {
  const known = parents.flatMap(({ partitioner }) => partitioner ?? []);
  const most = Math.max(1, ...parents.map(({ partitions }) => partitions));
  const best = known.reduce<Partitioner | null>((a, b) => (a === null || b.partitions > a.partitions ? b : a), null);
  // As Spark: a partitioner with far fewer partitions than the largest parent is not worth keeping.
  return best !== null && (best.partitions * 10 >= most) ? best : hashPartitioner(most);
}

function partitionerOf(partitions: Partitions): Partitioner {
  return typeof partitions === "number" ? hashPartitioner(partitions) : partitions;
}

function fn(name: string, f: unknown): Apply {
  if (typeof f !== "function") throw new TypeError(`${name} needs a function, got ${show(f)}`);
  return f as Apply;
}

/** Put results of partitions together; what the user's function throws is put down to the action. */
function inDriver<R>(action: string, work: () => R): R {
  try {
    return work();
  } catch (error) {
    throw new StepError(`${action}, in the driver`, "", error);
  }
}

function emptyCollection(action: string): Error {
  return new Error(`${action}: empty collection`);
}

function countsOf<K>(parts: readonly (readonly (readonly [K, number])[])[]): Map<K, number> {
  const counts = new KeyMap<number>();
  for (const [key, count] of parts.flat()) counts.set(key, (counts.get(key) ?? 0) + count);
  return new Map(counts.entries() as Iterable<[K, number]>);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function every(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
