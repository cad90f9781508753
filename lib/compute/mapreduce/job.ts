import { flag, integer, options, show } from "../../core/parameters.js";
import { partitionOfKey } from "../keys.js";

/** Hands on one pair: what a map function calls, as often as it likes. */
export type Emit<Key, Value> = (key: Key, value: Value) => void;

/** Hands on one value for the key at hand: what a reduce or combine function calls, as often as it likes. */
export type EmitValue<Value> = (value: Value) => void;

/** What a function may do besides emitting (Dean & Ghemawat 2004, sections 4.5 and 4.8). */
export interface Task {
  /**
   * Add to a counter of the whole job. Each task counts once, however many attempts it took.
   * @throws TypeError unless `by` is a finite number
   */
  count(name: string, by?: number): void;
  /** Add a record to an auxiliary output file of this task. It appears whole when the task is done, or not at all. */
  side(file: string, record: unknown): void;
}

/** What `job` takes. */
export interface JobOptions<InKey, InValue, Key, Value, Out> {
  /** How pictures and messages call it. */
  readonly name?: string;
  /** Of each input record, any number of intermediate pairs. */
  readonly map: (key: InKey, value: InValue, emit: Emit<Key, Value>, task: Task) => void;
  /**
   * Of a key and all its values, any number of outputs. The values come in the order of map tasks and, within one, of
   * emission; they can be gone through once.
   */
  readonly reduce: (key: Key, values: Iterable<Value>, emit: EmitValue<Out>, task: Task) => void;
  /**
   * Does on the map side part of what reduce will do, so that less goes over the network (section 4.3). What it emits takes
   * the place of the values. Only for functions for which it does not matter how the values are grouped.
   */
  readonly combine?: (key: Key, values: Iterable<Value>, emit: EmitValue<Value>, task: Task) => void;
  /** The reduce task of a key, from 0 to `reducers - 1`; by default `hash(key) mod R` (section 4.1). */
  readonly partition?: (key: Key, reducers: number) => number;
  /** R: the number of reduce tasks, and of output files. Default 1, at most 1,000,000. */
  readonly reducers?: number;
  /** Whether a record on which a task has failed twice is left out (section 4.6). By default the job fails. */
  readonly skipBadRecords?: boolean;
}

/**
 * A MapReduce job: two functions and the size of the output. It is plain data but for its functions, and the same job runs in
 * order (`runSequentially`), on the simulated cluster, and on real threads, with the same answer.
 */
export interface Job<InKey = any, InValue = any, Key = any, Value = any, Out = any> {
  readonly name: string;
  readonly map: (key: InKey, value: InValue, emit: Emit<Key, Value>, task: Task) => void;
  readonly reduce: (key: Key, values: Iterable<Value>, emit: EmitValue<Out>, task: Task) => void;
  readonly combine: ((key: Key, values: Iterable<Value>, emit: EmitValue<Value>, task: Task) => void) | null;
  readonly partition: (key: Key, reducers: number) => number;
  readonly reducers: number;
  readonly skipBadRecords: boolean;
}

/** A record: its key and its value. */
export type Pair<Key = any, Value = any> = readonly [key: Key, value: Value];

/** What comes of a whole job. */
export interface JobResult<Key = any, Out = any> {
  /** The output files: for each reduce task its pairs, in the order of their keys. */
  readonly outputs: readonly (readonly Pair<Key, Out>[])[];
  /** The user's counters and four that every job has: see `COUNTERS`. */
  readonly counters: Readonly<Record<string, number>>;
  /** Auxiliary output files by name. Each task adds its part whole, map tasks first, in the order of their numbers. */
  readonly sides: Readonly<Record<string, readonly unknown[]>>;
  /** The records that were left out. */
  readonly skipped: readonly Skipped[];
}

/** A record on which the user's function fails: the number of an input record of a map task, or of a key of a reduce task. */
export interface Skipped {
  readonly phase: Phase;
  readonly task: number;
  readonly record: number;
}

export type Phase = "map" | "reduce";

/** The counters of every job. A combiner changes none of them. */
export const COUNTERS = ["map input records", "map output records", "reduce input groups", "reduce output records"] as const;

const OPTIONS = ["name", "map", "reduce", "combine", "partition", "reducers", "skipBadRecords"] as const;

/**
 * A job, checked.
 *
 *     const wordCount = job({
 *       map(_: number, line: string, emit: Emit<string, number>) {
 *         for (const word of line.split(" ")) emit(word, 1);
 *       },
 *       reduce: (word, counts, emit: EmitValue<number>) => emit(sum(counts)),
 *       reducers: 4,
 *     });
 *
 * @throws RangeError or TypeError for an unknown option, what is no function, or a number of reducers out of its range
 */
export function job<InKey, InValue, Key, Value, Out>(
  given: JobOptions<InKey, InValue, Key, Value, Out>,
): Job<InKey, InValue, Key, Value, Out> {
  const { name = "job", map, reduce, combine = null, partition = partitionOfKey, reducers = 1, skipBadRecords = false } =
    options("job", given, OPTIONS);
  if (typeof name !== "string" || name === "") throw new TypeError(`name must be a text, got ${show(name)}`);
  aFunction("map", map);
  aFunction("reduce", reduce);
  if (combine !== null) aFunction("combine", combine);
  aFunction("partition", partition);
  integer("reducers", reducers, { min: 1, max: 1_000_000 });
  flag("skipBadRecords", skipBadRecords);
  return { name, map, reduce, combine, partition, reducers, skipBadRecords };
}

/**
 * The reduce task of a key, checked.
 *
 * @throws RangeError where the job's partition function gives none
 */
export function partitionOf({ partition, reducers }: Job, key: unknown): number {
  const r = partition(key, reducers);
  if (!(Number.isInteger(r) && r >= 0 && r < reducers)) {
    throw new RangeError(`partition must give a whole number from 0 to ${reducers - 1}, got ${show(r)} for the key ${show(key)}`);
  }
  return r;
}

function aFunction(name: string, value: unknown): void {
  if (typeof value !== "function") throw new TypeError(`${name} must be a function, got ${show(value)}`);
}
