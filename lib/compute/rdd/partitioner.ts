import { show } from "../../core/parameters.js";
import { compareKeys, partitionOfKey } from "../keys.js";
import type { Partitioner } from "./plan.js";

/** The function from a key to its partition, which is called for each pair of a shuffle. */
export function placing(partitioner: Partitioner): (key: unknown) => number {
  const { partitions } = partitioner;
  switch (partitioner.kind) {
    case "hash":
      return (key) => partitionOfKey(key, partitions);
    case "range": {
      const { ascending, bounds } = partitioner;
      const { keys } = bounds;
      if (keys === null) throw new Error("the bounds of a range partitioner are not known yet: a job finds them before it is used");
      return (key) => {
        const below = rangeOf(keys, key);
        return ascending ? below : partitions - 1 - below;
      };
    }
    case "custom":
      return (key) => {
        const place: unknown = partitioner.of(key);
        if (!Number.isInteger(place)) {
          throw new RangeError(`the partitioner ${show(partitioner.name)} must give whole numbers, gave ${show(place)} for the key ${show(key)}`);
        }
        const rest = (place as number) % partitions;
        return rest < 0 ? rest + partitions : rest;
      };
  }
}

/** Whether two partitioners put each key into the same partition, as far as can be told without trying: then a join moves nothing. */
export function samePartitioner(a: Partitioner | null, b: Partitioner | null): boolean {
  if (a === null || b === null) return false;
  if (a === b) return true;
  if (a.partitions !== b.partitions) return false;
  if (a.kind === "hash") return b.kind === "hash";
  if (a.kind === "custom") return b.kind === "custom" && a.name === b.name && a.of === b.of;
  return b.kind === "range" && a.bounds === b.bounds && a.ascending === b.ascending;
}

/** A partitioner as it stands in lineages: "hash(4)". */
export function partitionerText({ kind, partitions, ...rest }: Partitioner): string {
  return `${kind === "custom" && "name" in rest ? rest.name : kind}(${partitions})`;
}

/** How many bounds lie before the key: the number of its range. */
function rangeOf(bounds: readonly unknown[], key: unknown): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys(bounds[middle], key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The bounds that part sampled keys into ranges of about equal weight: the way of Spark's RangePartitioner. A key stands for as
 * many pairs as `weight` says. There are fewer bounds where there are fewer keys.
 */
export function rangeBounds(sampled: readonly { readonly key: unknown; readonly weight: number }[], partitions: number): unknown[] {
  const ordered = [...sampled].sort((a, b) => compareKeys(a.key, b.key));
  const step = ordered.reduce((sum, { weight }) => sum + weight, 0) / partitions;
  const bounds: unknown[] = [];
  let passed = 0;
  let target = step;
  for (const { key, weight } of ordered) {
    passed += weight;
    if (bounds.length >= partitions - 1) break;
    if (passed < target || (bounds.length > 0 && compareKeys(bounds[bounds.length - 1], key) >= 0)) continue;
    bounds.push(key);
    target += step;
  }
  return bounds;
}
