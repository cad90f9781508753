import { clone } from "../../core/clone.js";
import { show } from "../../core/parameters.js";
import { stream } from "../../core/random.js";
import { compareKeys, KeyMap } from "../keys.js";
import { asPair } from "./aggregate.js";
import { itemsOf, listOf, StepError, type Batches } from "./evaluate.js";
import type { Action, Apply } from "./plan.js";

/** Count, mean and the sum of squared distances from it (Welford 1962), least and greatest of numbers. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly m2: number;
  readonly min: number;
  readonly max: number;
}

/** The action on one partition, in the task. `write` saves the partition's lines. */
export function perform(action: Action, batches: Batches, write: (path: string, lines: Iterable<string>) => number): unknown {
  try {
    return performed(action, batches, write);
  } catch (error) {
    if (error instanceof StepError || !("f" in action || action.kind === "top")) throw error;
    throw new StepError(action.kind, "", error);
  }
}

/**
 * How many items the batches of the action's tasks should have: one where it may stop in the midst of a partition, so that no
 * function is called for an item that nobody asked for.
 */
export function batchSize(action: Action): number {
  return action.kind === "take" ? 1 : 1_024;
}

/** The moments of two sets of numbers together (Chan, Golub and LeVeque 1979). */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const apart = b.mean - a.mean;
  return {
    count,
    mean: a.mean + (apart * b.count) / count,
    m2: a.m2 + b.m2 + (apart * apart * a.count * b.count) / count,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}

/** The first `n` of the items in an order; items that are equal in it stay as they came. */
export function leastOf(items: unknown[], { n, largest, compare }: { n: number; largest: boolean; compare: Apply | null }): unknown[] {
  const order = compare ?? compareKeys;
  const sign = largest ? -1 : 1;
  return items.sort((a, b) => sign * order(a, b)).slice(0, n);
}

/** No numbers yet. */
export const noMoments: Moments = { count: 0, mean: 0, m2: 0, min: Infinity, max: -Infinity };

function performed(action: Action, batches: Batches, write: (path: string, lines: Iterable<string>) => number): unknown {
  switch (action.kind) {
    case "collect":
      return listOf(batches);
    case "count": {
      let count = 0;
      for (const batch of batches) count += batch.length;
      return count;
    }
    case "take": {
      const taken: unknown[] = [];
      if (action.n === 0) return taken;
      for (const item of itemsOf(batches)) if (taken.push(item) === action.n) break;
      return taken;
    }
    case "top": {
      let best: unknown[] = [];
      for (const batch of batches) {
        for (const item of batch) best.push(item);
        // Sorted now and then, so that no more than a few times n items are held.
        if (best.length > 4 * action.n + 1_000) best = leastOf(best, action);
      }
      return leastOf(best, action);
    }
    case "reduce": {
      let some = false;
      let sum: unknown;
      for (const batch of batches) {
        for (const item of batch) {
          sum = some ? action.f(sum, item) : item;
          some = true;
        }
      }
      return some ? [sum] : [];
    }
    case "fold": {
      let sum = clone(action.zero);
      for (const batch of batches) for (const item of batch) sum = action.f(sum, item);
      return sum;
    }
    case "sum": {
      let sum = 0;
      for (const batch of batches) for (const item of batch) sum += asNumber(item, "sum");
      return sum;
    }
    case "countByValue":
    case "countByKey": {
      const counts = new KeyMap<number>();
      for (const batch of batches) {
        for (const item of batch) {
          const key = action.kind === "countByKey" ? asPair(item)[0] : item;
          const entry = counts.entry(key);
          if (entry === undefined) counts.set(key, 1);
          else entry[1]++;
        }
      }
      return [...counts.entries()];
    }
    case "lookup": {
      const one = new KeyMap<true>();
      one.set(action.key, true);
      const found: unknown[] = [];
      for (const batch of batches) {
        for (const item of batch) {
          const [key, value] = asPair(item);
          if (one.has(key)) found.push(value);
        }
      }
      return found;
    }
    case "stats": {
      let { count, mean, m2, min, max } = noMoments;
      for (const batch of batches) {
        for (const item of batch) {
          const number = asNumber(item, "stats");
          const apart = number - mean;
          count++;
          mean += apart / count;
          m2 += apart * (number - mean);
          if (number < min) min = number;
          if (number > max) max = number;
        }
      }
      return { count, mean, m2, min, max };
    }
    case "histogram": {
      const { bounds } = action;
      const counts: number[] = new Array<number>(bounds.length - 1).fill(0);
      for (const batch of batches) {
        for (const item of batch) {
          const bucket = bucketOf(asNumber(item, "histogram"), bounds);
          if (bucket !== null) counts[bucket]!++;
        }
      }
      return counts;
    }
    case "foreach":
      for (const batch of batches) for (const item of batch) action.f(item);
      return null;
    case "foreachPartition":
      action.f(itemsOf(batches));
      return null;
    case "saveAsTextFile":
      return write(action.path, textLines(batches));
    case "sampleKeys": {
      // Reservoir sampling (Vitter 1985, algorithm R).
      const draws = stream(action.seed, "keys");
      const keys: unknown[] = [];
      let count = 0;
      for (const batch of batches) {
        for (const item of batch) {
          const [key] = asPair(item);
          const place = count++ < action.size ? keys.length : draws.below(count);
          if (place < action.size) keys[place] = key;
        }
      }
      return { count, keys };
    }
  }
}

/** The bucket of a number: null where it lies in none. */
function bucketOf(number: number, bounds: readonly number[]): number | null {
  const last = bounds.length - 1;
  if (!(number >= bounds[0]! && number <= bounds[last]!)) return null;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (bounds[middle]! <= number) low = middle;
    else high = middle;
  }
  return low;
}

function asNumber(item: unknown, action: string): number {
  if (typeof item !== "number") throw new TypeError(`${action} needs numbers, got ${show(item)}`);
  return item;
}

/** Items as lines: a text as it is, all else as JSON. */
function* textLines(batches: Batches): Generator<string> {
  for (const item of itemsOf(batches)) yield typeof item === "string" ? item : JSON.stringify(item) ?? String(item);
}
