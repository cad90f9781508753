import { rmSync } from "node:fs";
import type { Transferable } from "node:worker_threads";
import { compareKeys, partitionOfKey } from "../../compute/keys.js";
import type { Job } from "../../compute/mapreduce/job.js";
import { mergeRuns } from "../../compute/mapreduce/merge.js";
import { groups, NoteBook, type Notes } from "../../compute/mapreduce/task.js";
import { revive, type Portable } from "../../compute/portable.js";
import { decode } from "../../compute/records.js";
import type { TextSplit } from "../../compute/rdd/plan.js";
import { show } from "../../core/parameters.js";
import { LineWriter } from "../files.js";
import { recordsOf } from "../lines.js";
import { transferables } from "../pool.js";
import { BlockWriter, readRun, type Pair, type Run } from "../runs.js";
import { CombineError, Collector, fanIn, fewerRuns } from "./collector.js";

/** What every thread is told of a job before its tasks. */
export interface MapReduceSetup {
  readonly kind: "job";
  readonly functions:
    | { readonly kind: "module"; readonly module: string; readonly name: string }
    | {
        readonly kind: "sent";
        readonly map: Portable;
        readonly reduce: Portable;
        readonly combine: Portable | null;
        /** Null: the hash of the key. */
        readonly partition: Portable | null;
      };
  readonly name: string;
  readonly reducers: number;
  readonly longestLine: number;
  /** About how many bytes of pairs a task may hold. */
  readonly budget: number;
}

/** A task of either phase. */
export type MapReduceMessage =
  | {
      readonly phase: "map";
      readonly task: number;
      /** A part of a file, or records as a block. */
      readonly input: TextSplit | Uint8Array;
      readonly skip: readonly number[];
      readonly inline: number;
      readonly spill: string;
    }
  | {
      readonly phase: "reduce";
      readonly task: number;
      /** In the order of map tasks. */
      readonly runs: readonly Run[];
      readonly skip: readonly number[];
      readonly spill: string;
      /** The file to write; null: the output is given back. */
      readonly out: string | null;
    };

/** What comes of a task, if nothing of the machine fails. */
export type MapReduceAnswer =
  | ({ readonly kind: "mapped"; readonly runs: readonly (readonly Run[])[]; readonly spills: number } & Notes)
  | ({ readonly kind: "reduced"; readonly output: readonly Uint8Array[]; readonly records: number } & Notes)
  /** The user's function threw on this record or key. */
  | { readonly kind: "failed"; readonly record: number; readonly problem: string; readonly stack: string };

let job: Job | null = null;
let settings: MapReduceSetup | null = null;

/** On a thread: take the job. */
export async function setUpMapReduce(setup: MapReduceSetup): Promise<void> {
  settings = setup;
  const { functions, name, reducers } = setup;
  if (functions.kind === "module") {
    job = (await jobOf(functions)).job;
    return;
  }
  const { map, reduce, combine, partition } = functions;
  job = {
    name,
    reducers,
    skipBadRecords: false,
    map: revive(map) as Job["map"],
    reduce: revive(reduce) as Job["reduce"],
    combine: combine === null ? null : (revive(combine) as Job["combine"]),
    partition: partition === null ? partitionOfKey : (revive(partition) as Job["partition"]),
  };
}

/** The job that a module exports. */
export async function jobOf({ module, name }: { readonly module: string; readonly name: string }): Promise<{ readonly job: Job }> {
  const exports = (await import(/* @vite-ignore */ module)) as Record<string, unknown>;
  const found = exports[name] as Job | undefined;
  if (found === undefined) throw new RangeError(`${module} exports no "${name}": ${Object.keys(exports).join(", ")}`);
  if (typeof found !== "object" || typeof found?.map !== "function") {
    throw new TypeError(`${name} of ${module} must be a job, as job({ … }) makes one, got ${show(found)}`);
  }
  return { job: found };
}

/** On a thread: do a task. */
export function workOnMapReduce(message: MapReduceMessage): { readonly value: MapReduceAnswer; readonly transfer: Transferable[] } {
  const value = message.phase === "map" ? mapTask(message) : reduceTask(message);
  switch (value.kind) {
    case "mapped":
      return { value, transfer: transferables(value.runs.flat().flatMap((run) => (run.kind === "blocks" ? run.blocks : []))) };
    case "reduced":
      return { value, transfer: transferables(value.output) };
    case "failed":
      return { value, transfer: [] };
  }
}

type MapMessage = Extract<MapReduceMessage, { readonly phase: "map" }>;
type ReduceMessage = Extract<MapReduceMessage, { readonly phase: "reduce" }>;

function mapTask({ input, skip, inline, spill }: MapMessage): MapReduceAnswer {
  const { map } = job!;
  const { budget, longestLine } = settings!;
  const notes = new NoteBook();
  const collector = new Collector({ job: job!, budget, inline, spill });
  let record = -1;
  let isUsers = false;
  try {
    const records = input instanceof Uint8Array ? (decode(input) as Pair[]) : recordsOf(input, { longestLine });
    for (const [key, value] of records) {
      if (skip.includes(++record)) continue;
      isUsers = true;
      map(key, value, collector.emit, notes);
      isUsers = false;
    }
    notes.add("map input records", record + 1 - skip.length);
    notes.add("map output records", collector.emitted);
    return { kind: "mapped", ...collector.finish(), ...notes.read() };
  } catch (error) {
    collector.abort();
    if (error instanceof CombineError) return failed(-1, error);
    if (isUsers && !isMachines(error)) return failed(record, error);
    throw error;
  }
}

function reduceTask({ runs, skip, spill, out }: ReduceMessage): MapReduceAnswer {
  const { reduce } = job!;
  const notes = new NoteBook();
  const output: Uint8Array[] = [];
  const file = out === null ? null : new LineWriter(out);
  const blocks = new BlockWriter((block) => output.push(block));
  let records = 0;
  let group = -1;
  let isUsers = false;
  let isDone = false;
  const fewer = fewerRuns(runs, fanIn(settings!.budget), mergeInto, spill);
  try {
    for (const { key, values } of groups(mergeRuns(fewer.runs.map(readRun), byKey))) {
      if (skip.includes(++group)) continue;
      isUsers = true;
      const emit = (value: unknown): void => {
        records++;
        if (file === null) blocks.add(key, value);
        else file.add(`${text(key)}\t${text(value)}`);
      };
      reduce(key, values, emit, notes);
      isUsers = false;
    }
    blocks.end();
    file?.end();
    isDone = true;
    notes.add("reduce input groups", group + 1 - skip.length);
    notes.add("reduce output records", records);
    return { kind: "reduced", output, records, ...notes.read() };
  } catch (error) {
    if (isUsers && !isMachines(error)) return failed(group, error);
    throw error;
  } finally {
    if (!isDone) file?.abort();
    for (const path of fewer.files) rmSync(path, { force: true });
  }
}

function mergeInto(runs: readonly Run[], file: { write(block: Uint8Array): void }): void {
  const writer = new BlockWriter((block) => file.write(block));
  for (const [key, value] of mergeRuns(runs.map(readRun), byKey)) writer.add(key, value);
  writer.end();
}

function byKey(one: Pair, other: Pair): number {
  return compareKeys(one[0], other[0]);
}

/** Whether it is no fault of the user's function: a disk that is full, say, while it emits. */
function isMachines(error: unknown): boolean {
  return error instanceof Error && ("syscall" in error || (error.cause instanceof Error && "syscall" in error.cause));
}

function failed(record: number, error: unknown): MapReduceAnswer {
  const problem = error instanceof Error ? error.message : String(error);
  return { kind: "failed", record, problem, stack: error instanceof Error ? (error.stack ?? "") : "" };
}

/** A key or value in a line of output: a text as it is, all else as JSON. */
function text(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}
