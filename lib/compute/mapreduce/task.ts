import { finite, show } from "../../core/parameters.js";
import { compareKeys } from "../keys.js";
import { type Job, type Pair, partitionOf, type Task } from "./job.js";
import { mergeRuns } from "./merge.js";

/** What a task counted and wrote besides, both of this attempt alone. */
export interface Notes {
  readonly counters: Readonly<Record<string, number>>;
  readonly sides: Readonly<Record<string, readonly unknown[]>>;
}

/** The user's function threw on a record. Nothing of the attempt counts. */
export interface Failed {
  readonly kind: "failed";
  /** The number of the input record, or of the key, from 0. */
  readonly record: number;
  /** What the function said. */
  readonly problem: string;
}

export type MapOutcome<Key = any, Value = any> =
  /** `runs[r]` is for reduce task r: its pairs sorted by key, of equal keys the earlier first. */
  | ({ readonly kind: "done"; readonly runs: readonly (readonly Pair<Key, Value>[])[] } & Notes)
  | Failed;

export type ReduceOutcome<Key = any, Out = any> =
  | ({ readonly kind: "done"; readonly output: readonly Pair<Key, Out>[] } & Notes)
  | Failed;

/**
 * A whole map task: run the map function on each record, part what it emits into R regions, sort each by key, and let the
 * combiner, if there is one, make less of them.
 *
 * @param skip numbers of the records that are to be left out
 */
export function runMapTask(job: Job, records: Iterable<Pair>, skip: readonly number[] = []): MapOutcome {
  const notes = new NoteBook();
  const runs: Pair[][] = Array.from({ length: job.reducers }, () => []);
  let outputs = 0;
  const emit = (key: unknown, value: unknown): void => {
    outputs++;
    runs[partitionOf(job, key)]!.push([key, value]);
  };
  let record = -1;
  try {
    for (const [key, value] of records) {
      if (skip.includes(++record)) continue;
      job.map(key, value, emit, notes);
    }
  } catch (error) {
    return failed(record, error);
  }
  notes.add("map input records", record + 1 - skip.length);
  notes.add("map output records", outputs);
  for (const run of runs) run.sort((one, other) => compareKeys(one[0], other[0]));
  if (job.combine === null) return { kind: "done", runs, ...notes.read() };
  try {
    const combined = runs.map((run) => combine(job, run));
    return { kind: "done", runs: combined, ...notes.read() };
  } catch (error) {
    // A combiner's failure is not one of a record, so no record can be left out to mend it.
    return failed(-1, error);
  }
}

/**
 * What the combiner makes of a sorted run; it stays sorted. What it counts and writes besides is not kept: how often it runs
 * is up to the engine.
 */
export function combine(job: Job, run: Iterable<Pair>): Pair[] {
  const combined: Pair[] = [];
  const task = new NoteBook();
  for (const { key, values } of groups(run)) job.combine!(key, values, (value: unknown) => void combined.push([key, value]), task);
  return combined;
}

/**
 * A whole reduce task: merge the runs of all map tasks, in the order of these, and run the reduce function on each key with all
 * its values.
 *
 * @param skip numbers of the keys that are to be left out, in the order of keys
 */
export function runReduceTask(job: Job, runs: readonly Iterable<Pair>[], skip: readonly number[] = []): ReduceOutcome {
  const notes = new NoteBook();
  const output: Pair[] = [];
  let group = -1;
  try {
    for (const { key, values } of groups(mergeRuns(runs, (one: Pair, other: Pair) => compareKeys(one[0], other[0])))) {
      if (skip.includes(++group)) continue;
      job.reduce(key, values, (value: unknown) => void output.push([key, value]), notes);
    }
  } catch (error) {
    return failed(group, error);
  }
  notes.add("reduce input groups", group + 1 - skip.length);
  notes.add("reduce output records", output.length);
  return { kind: "done", output, ...notes.read() };
}

/** Sorted pairs, key by key. A key's values can be gone through once, and only until the next key is asked for. */
export function* groups(pairs: Iterable<Pair>): Generator<{ readonly key: unknown; readonly values: Iterable<any> }> {
  const rest = pairs[Symbol.iterator]();
  try {
    let next = rest.next();
    while (!next.done) {
      const key: unknown = next.value[0];
      const values: Iterator<unknown> & Iterable<unknown> = {
        [Symbol.iterator]: () => values,
        next(): IteratorResult<unknown> {
          if (next.done || compareKeys(next.value[0], key) !== 0) return { done: true, value: undefined };
          const { value } = next;
          next = rest.next();
          return { done: false, value: value[1] };
        },
      };
      yield { key, values };
      // What the function did not look at.
      while (!values.next().done);
    }
  } finally {
    rest.return?.();
  }
}

/** What functions see as `task`, and what came of it. */
export class NoteBook implements Task {
  readonly #counters = new Map<string, number>();
  readonly #sides = new Map<string, unknown[]>();

  count(name: string, by: number = 1): void {
    if (typeof name !== "string") throw new TypeError(`the name of a counter must be a text, got ${show(name)}`);
    this.add(name, finite(`by, of counter "${name}",`, by, { min: -Number.MAX_VALUE }));
  }

  side(file: string, record: unknown): void {
    if (typeof file !== "string" || !/^[\w.-]+$/.test(file)) {
      throw new TypeError(`the name of a side output must be made of letters, digits, ".", "-" and "_", got ${show(file)}`);
    }
    const records = this.#sides.get(file);
    if (records === undefined) this.#sides.set(file, [record]);
    else records.push(record);
  }

  add(name: string, by: number): void {
    this.#counters.set(name, (this.#counters.get(name) ?? 0) + by);
  }

  read(): Notes {
    return { counters: Object.fromEntries(this.#counters), sides: Object.fromEntries(this.#sides) };
  }
}

/** Counters added up, name by name, in the order of names. */
export function addCounters(each: Iterable<Readonly<Record<string, number>>>): Record<string, number> {
  const sums = new Map<string, number>();
  for (const counters of each) {
    for (const [name, by] of Object.entries(counters)) sums.set(name, (sums.get(name) ?? 0) + by);
  }
  return Object.fromEntries([...sums].sort(([one], [other]) => compareKeys(one, other)));
}

function failed(record: number, error: unknown): Failed {
  return { kind: "failed", record, problem: error instanceof Error ? error.message : String(error) };
}
