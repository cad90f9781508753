import { clone } from "../../core/clone.js";
import { show } from "../../core/parameters.js";
import { compareKeys, KeyMap } from "../keys.js";
import { orderOf } from "../sort.js";
import { placing } from "./partitioner.js";
import type { Aggregation, Apply, ShuffleNode } from "./plan.js";

/** An aggregation as three functions. */
interface Merging {
  readonly create: Apply;
  readonly mergeValue: Apply;
  readonly mergeCombiners: Apply;
}

/** Whether values of equal keys are put together before they travel. */
export function combinesOnMapSide(aggregation: Aggregation | null): boolean {
  return aggregation !== null && aggregation.kind !== "group" && (aggregation.kind !== "combine" || aggregation.mapSide);
}

/** Values put together by key, in the order in which the keys came. */
export class Combiner {
  readonly #map = new KeyMap<unknown>();
  readonly #merging: Merging;

  constructor(aggregation: Aggregation) {
    this.#merging = mergingOf(aggregation);
  }

  /** How many different keys there are. */
  get size(): number {
    return this.#map.size;
  }

  /** Take up pairs [key, value]. */
  addValues(pairs: Iterable<unknown>): void {
    const { create, mergeValue } = this.#merging;
    for (const pair of pairs) {
      const [key, value] = asPair(pair);
      const entry = this.#map.entry(key);
      if (entry === undefined) this.#map.set(key, create(value));
      else entry[1] = mergeValue(entry[1], value);
    }
  }

  /** Take up pairs [key, combined values], as another combiner gave them. */
  addCombined(pairs: Iterable<unknown>): void {
    const { mergeCombiners } = this.#merging;
    for (const pair of pairs) {
      const [key, combined] = asPair(pair);
      const entry = this.#map.entry(key);
      if (entry === undefined) this.#map.set(key, combined);
      else entry[1] = mergeCombiners(entry[1], combined);
    }
  }

  /** The pairs [key, combined values], and begin anew. */
  drain(): unknown[] {
    const pairs = [...this.#map.entries()];
    this.#map.clear();
    return pairs;
  }
}

/**
 * The map side of a shuffle: pairs in, one block for each reduce partition out. An engine with little memory may drain it more
 * than once: the blocks of one map partition are then read one after the other.
 */
export class MapSide {
  readonly #place: (key: unknown) => number;
  readonly #combiner: Combiner | null;
  #blocks: unknown[][];
  #held = 0;

  constructor(readonly shuffle: ShuffleNode) {
    const { partitioner, aggregation } = shuffle;
    this.#place = placing(partitioner);
    this.#combiner = combinesOnMapSide(aggregation) ? new Combiner(aggregation!) : null;
    this.#blocks = emptyBlocks(partitioner.partitions);
  }

  /** How many pairs are held in memory. */
  get held(): number {
    return this.#combiner?.size ?? this.#held;
  }

  add(pairs: readonly unknown[]): void {
    if (this.#combiner === null) this.#deal(pairs);
    else this.#combiner.addValues(pairs);
  }

  /** The blocks by reduce partition, and begin anew. */
  drain(): unknown[][] {
    if (this.#combiner !== null) this.#deal(this.#combiner.drain());
    const blocks = this.#blocks;
    this.#blocks = emptyBlocks(blocks.length);
    this.#held = 0;
    return blocks;
  }

  #deal(pairs: readonly unknown[]): void {
    for (const pair of pairs) this.#blocks[this.#place(asPair(pair)[0])]!.push(pair);
    this.#held += pairs.length;
  }
}

/** The reduce side of a shuffle: the blocks of a reduce partition, in the order of the map partitions, as its items. */
export function reduceSide({ aggregation, order }: ShuffleNode, blocks: Iterable<Iterable<unknown>>): unknown[] {
  let pairs: unknown[] = [];
  if (aggregation === null) {
    for (const block of blocks) for (const pair of block) pairs.push(pair);
  } else {
    const combiner = new Combiner(aggregation);
    const combined = combinesOnMapSide(aggregation);
    for (const block of blocks) combined ? combiner.addCombined(block) : combiner.addValues(block);
    pairs = combiner.drain();
  }
  return order === null ? pairs : sortedPairs(pairs, order);
}

/** Pairs by their keys; those of equal keys stay as they came. */
function sortedPairs(pairs: readonly unknown[], order: "ascending" | "descending"): unknown[] {
  const keys = pairs.map((pair) => (pair as readonly unknown[])[0]);
  const places = orderOf(keys);
  if (order === "ascending") return Array.from(places, (place) => pairs[place]);
  const sorted: unknown[] = [];
  // From the greatest key down, the pairs of each as they came.
  for (let end = places.length; end > 0; ) {
    let start = end - 1;
    while (start > 0 && compareKeys(keys[places[start - 1]!], keys[places[end - 1]!]) === 0) start--;
    for (let i = start; i < end; i++) sorted.push(pairs[places[i]!]);
    end = start;
  }
  return sorted;
}

function mergingOf(aggregation: Aggregation): Merging {
  switch (aggregation.kind) {
    case "group":
      return {
        create: (value) => [value],
        mergeValue(list: unknown[], value) {
          list.push(value);
          return list;
        },
        mergeCombiners: (one: unknown[], other: unknown[]) => [...one, ...other],
      };
    case "first":
      return { create: (value) => value, mergeValue: (first) => first, mergeCombiners: (first) => first };
    case "reduce":
      return { create: (value) => value, mergeValue: aggregation.f, mergeCombiners: aggregation.f };
    case "fold": {
      const { zero, mergeValue, mergeCombiners } = aggregation;
      // A copy for each key: a zero that is a list or an object may be changed in place.
      return { create: (value) => mergeValue(clone(zero), value), mergeValue, mergeCombiners };
    }
    case "combine":
      return aggregation;
  }
}

/** The item as a pair. @throws TypeError where it is none: what is moved by its key must have one */
export function asPair(item: unknown): readonly [key: unknown, value: unknown] {
  if (!Array.isArray(item) || item.length !== 2) throw new TypeError(`an item must be a pair [key, value] here, got ${show(item)}`);
  return item as unknown as readonly [unknown, unknown];
}

function emptyBlocks(partitions: number): unknown[][] {
  return Array.from({ length: partitions }, () => []);
}
