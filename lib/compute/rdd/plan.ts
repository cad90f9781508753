/**
 * What an RDD is made of: its lineage as data (Zaharia et al., NSDI 2012, section 4).
 *
 * A plan is a graph of nodes without circles. Each node says from which nodes it comes and what is done to their
 * partitions; nothing is computed when it is made. All engines run the same plan with the same functions
 * (`evaluate.ts`), so they give the same result, record for record:
 *
 * 1. The items of a partition have an order, and partitions are numbered from 0.
 * 2. A reduce partition reads the blocks of its shuffle by the number of the map partition, each block from its beginning.
 * 3. Where keys are gathered, they stand in the order in which each was first met, unless the shuffle sorts them.
 * 4. Keys are equal if they have equal values (`keys.ts`), and their hash is the same on every machine.
 * 5. Results of partitions are put together by the driver in the order of the partitions.
 */

/** Where partitions of an RDD are kept once they were computed, by Spark's names. `_2` keeps a second copy on another node. */
export type StorageLevel =
  | "NONE"
  | "MEMORY_ONLY"
  | "MEMORY_ONLY_2"
  | "MEMORY_AND_DISK"
  | "MEMORY_AND_DISK_2"
  | "DISK_ONLY";

/** Which partition a key belongs to. */
export type Partitioner =
  /** By the key's hash. */
  | { readonly kind: "hash"; readonly partitions: number }
  /**
   * By ranges of ordered keys. The bounds are the last keys of all partitions but the last one; they are null until
   * the driver has taken a sample of the keys, which it does before the first job that needs them.
   */
  | {
      readonly kind: "range";
      readonly partitions: number;
      readonly ascending: boolean;
      readonly bounds: { keys: readonly unknown[] | null };
    }
  /** By the user's function, which must give a whole number; it is taken modulo the partitions. */
  | { readonly kind: "custom"; readonly partitions: number; readonly name: string; readonly of: Apply };

/** One step of the lineage. */
export type PlanNode = SourceNode | NarrowNode | ShuffleNode;

interface Common {
  /** Unique in its context, and larger than those of its parents. */
  readonly id: number;
  /** The operator that made it: "map". */
  readonly operator: string;
  readonly parents: readonly PlanNode[];
  readonly partitions: number;
  /** Known where all items of equal keys stand in the partition that the partitioner says. */
  readonly partitioner: Partitioner | null;
  /** The name that `setName` gave, or empty. */
  name: string;
  level: StorageLevel;
  /** The saved partitions, once a checkpoint was taken: the parents are no longer needed then. */
  checkpoint: Checkpoint | null;
  /** What the simulated cluster charges for the step; other engines do not read it. */
  readonly cost: StepCost | null;
}

/** Data from outside: nothing comes before it. */
export interface SourceNode extends Common {
  readonly kind: "source";
  readonly source: Source;
}

/** Each partition is computed from a few partitions of the parents, without a shuffle. */
export interface NarrowNode extends Common {
  readonly kind: "narrow";
  readonly step: Step;
}

/** Pairs [key, value] of the one parent, moved to the partitions where their keys belong. The engine's stages end here. */
export interface ShuffleNode extends Common {
  readonly kind: "shuffle";
  readonly partitioner: Partitioner;
  /** What is done to the values of a key; null: each pair stays as it is. */
  readonly aggregation: Aggregation | null;
  /** Sort the pairs of each partition by key (a stable sort); null: as they come. */
  readonly order: "ascending" | "descending" | null;
}

export type Source =
  | {
      readonly kind: "slices";
      readonly slices: readonly (readonly unknown[])[];
      /** Names of the nodes where each slice is at hand. */
      readonly preferred: readonly (readonly string[])[] | null;
    }
  /** Lines of text files: each split gives the lines that begin in it, as MapReduce's input splits do. */
  | { readonly kind: "text"; readonly splits: readonly TextSplit[] };

/** The lines that begin at bytes from `start` up to, not including, `end`. A line that begins at `start` is one of them. */
export interface TextSplit {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/** A user's function, whatever it takes: steps and engines call it with what the typed methods of Rdd promised. */
export type Apply = (...values: readonly any[]) => any;

/** What is done to partitions without a shuffle. Which input partitions each needs is told by `inputsOf` (evaluate.ts). */
export type Step =
  // One parent, partition by partition:
  | { readonly kind: "map"; readonly f: Apply }
  | { readonly kind: "filter"; readonly f: Apply }
  /** `f` gives any iterable of items. */
  | { readonly kind: "flatMap"; readonly f: Apply }
  /** `f(items, partition)` gets an iterator and gives an iterable. */
  | { readonly kind: "mapPartitions"; readonly f: Apply }
  /** The same with `f(partition, items)`. */
  | { readonly kind: "mapPartitionsWithIndex"; readonly f: Apply }
  | { readonly kind: "mapValues"; readonly f: Apply }
  | { readonly kind: "flatMapValues"; readonly f: Apply }
  /** Pairs [f(item), item]. */
  | { readonly kind: "keyBy"; readonly f: Apply }
  /** The key (0) or the value (1) of each pair. */
  | { readonly kind: "field"; readonly at: 0 | 1 }
  /** Pairs [item, null]: the item as a key. */
  | { readonly kind: "asKey" }
  /** Each partition as one array. */
  | { readonly kind: "glom" }
  /** Each item whose own random number lies in [from, to): sampling without replacement, and splitting. */
  | { readonly kind: "sample"; readonly from: number; readonly to: number; readonly seed: number | string }
  /** Each item as often as a Poisson variable of this mean says: sampling with replacement. */
  | { readonly kind: "poisson"; readonly mean: number; readonly seed: number | string }
  /** Pairs [item, index]. `starts` are the indexes of the partitions' first items: null until the driver has counted. */
  | { readonly kind: "zipWithIndex"; readonly starts: { at: readonly number[] | null } }
  /** Pairs [item, k · partitions + partition], k = 0, 1, ... */
  | { readonly kind: "zipWithUniqueId" }
  /** Pairs [partition to go to, item], round robin from a start that depends on the partition. */
  | { readonly kind: "spread"; readonly partitions: number }
  /** The values of equal keys put together within the partition. */
  | { readonly kind: "combine"; readonly aggregation: Aggregation }
  /** The lines that a command writes when it reads the items as lines. Engines without processes refuse it before they start. */
  | { readonly kind: "pipe"; readonly command: readonly string[] }
  /** From [key, [lists of values, one for each side]], what the join gives: null where a side has nothing. */
  | { readonly kind: "join"; readonly how: "inner" | "left" | "right" | "full" | "subtract" | "intersection" }
  // Several parents:
  | { readonly kind: "union" }
  /** Partition p is made of the parent's partitions `groups[p]`, one after the other. */
  | { readonly kind: "coalesce"; readonly groups: readonly (readonly number[])[] }
  /** Pairs of all items of the first with all of the second; partition p · n + q of p and q. */
  | { readonly kind: "cartesian" }
  /** Pairs of items at the same place. */
  | { readonly kind: "zip" }
  /** `f(first items, second items, partition)`: partition by partition. */
  | { readonly kind: "zipPartitions"; readonly f: Apply }
  /** [key, [list of values of each parent]]: all parents have the same partitioner. */
  | { readonly kind: "cogroup" };

/** How the values of a key become one: `create` from the first value, `mergeValue` for the others, `mergeCombiners` across blocks. */
export type Aggregation =
  /** A list of all values. Nothing is gained by doing it on the map side. */
  | { readonly kind: "group" }
  /** The first value. */
  | { readonly kind: "first" }
  /** `f` must be associative and commutative. */
  | { readonly kind: "reduce"; readonly f: Apply }
  /** Each key starts from a copy of `zero`, once in each map partition. */
  | { readonly kind: "fold"; readonly zero: unknown; readonly mergeValue: Apply; readonly mergeCombiners: Apply }
  | {
      readonly kind: "combine";
      readonly create: Apply;
      readonly mergeValue: Apply;
      readonly mergeCombiners: Apply;
      readonly mapSide: boolean;
    };

/** What an action does with one partition, in the task. The driver puts the results together in the order of the partitions. */
export type Action =
  | { readonly kind: "collect" }
  | { readonly kind: "count" }
  /** The first `n` items. */
  | { readonly kind: "take"; readonly n: number }
  /** The `n` least items by the natural order or by `compare`, or the greatest ones (`largest`). */
  | { readonly kind: "top"; readonly n: number; readonly largest: boolean; readonly compare: Apply | null }
  /** `[result]`, or `[]` for an empty partition. */
  | { readonly kind: "reduce"; readonly f: Apply }
  | { readonly kind: "fold"; readonly zero: unknown; readonly f: Apply }
  | { readonly kind: "sum" }
  /** Pairs [item, how often]. */
  | { readonly kind: "countByValue" }
  /** Pairs [key, how often]. */
  | { readonly kind: "countByKey" }
  /** The values of one key. */
  | { readonly kind: "lookup"; readonly key: unknown }
  /** { count, mean, m2, min, max }, by Welford's method. */
  | { readonly kind: "stats" }
  /** How many numbers fall into each of the buckets [bounds[i], bounds[i + 1]), the last one closed. */
  | { readonly kind: "histogram"; readonly bounds: readonly number[] }
  | { readonly kind: "foreach"; readonly f: Apply }
  | { readonly kind: "foreachPartition"; readonly f: Apply }
  /** The engine writes the partition's items as lines to `path/part-00000` and so on, and gives the number of lines. */
  | { readonly kind: "saveAsTextFile"; readonly path: string }
  /** A random sample of keys with the number of all pairs: { count, keys }. For the bounds of ranges. */
  | { readonly kind: "sampleKeys"; readonly size: number; readonly seed: number | string };

/** The saved partitions of a checkpoint. */
export interface Checkpoint {
  readonly slices: readonly (readonly unknown[])[];
}

/** What a step costs on the simulated cluster: in virtual ms for each item, and in bytes for each item that it gives. */
export interface StepCost {
  readonly perItemMs?: number;
  readonly bytesPerItem?: number;
}

/** The nodes that have to be computed for this one: none, once a checkpoint was taken. */
export function parentsOf(node: PlanNode): readonly PlanNode[] {
  return node.checkpoint === null ? node.parents : [];
}

/** All nodes of a lineage, parents before children, each once. */
export function lineage(node: PlanNode): PlanNode[] {
  const found: PlanNode[] = [];
  const seen = new Set<PlanNode>([node]);
  const open: { readonly node: PlanNode; next: number }[] = [{ node, next: 0 }];
  // With its own stack: an iteration of 10,000 steps has a lineage deeper than the stack of the machine.
  while (open.length > 0) {
    const top = open[open.length - 1]!;
    const parent = parentsOf(top.node)[top.next++];
    if (parent === undefined) {
      found.push(top.node);
      open.pop();
    } else if (!seen.has(parent)) {
      seen.add(parent);
      open.push({ node: parent, next: 0 });
    }
  }
  return found;
}
