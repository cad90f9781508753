import { shared, type Shared } from "../../core/clone.js";
import { finite, integer, options } from "../../core/parameters.js";
import type { NodeId } from "../../core/role.js";
import { roughBytes, type Split } from "./input.js";
import type { Job, Pair, Phase } from "./job.js";
import { failureText } from "./sequential.js";
import { type Failed, type Notes, runMapTask, runReduceTask } from "./task.js";

/** What a map task has made for one reduce task, as it lies on the disk of the map task's worker. */
export interface Block extends Shared {
  readonly bytes: number;
  readonly records: number;
  /** Sorted by key; null where only sizes are known. */
  readonly pairs: readonly Pair[] | null;
}

/** What came of a map task. */
export type MapMade =
  | ({ readonly kind: "done"; /** One for each reduce task. */ readonly blocks: readonly Block[]; readonly outBytes: number } & Notes)
  | Failed;

/** What came of a reduce task. */
export type ReduceMade =
  | ({ readonly kind: "done"; readonly file: File; readonly outBytes: number } & Notes)
  | Failed;

/** The contents of an output file. A value: copies share it. */
export interface File extends Shared {
  /** The records; null where only sizes are known. */
  readonly records: readonly unknown[] | null;
}

/**
 * What master and workers need to know of a job: how many tasks, how much data, and what running one gives. Known to all of
 * them before they start, as the user's program is, which is copied to all machines (section 3.1 of Dean & Ghemawat 2004).
 */
export interface Work {
  readonly name: string;
  /** M. */
  readonly maps: number;
  /** R. */
  readonly reduces: number;
  readonly skipBadRecords: boolean;
  /**
   * False: blocks travel one by one, as messages. True: only their sizes count, and a reduce worker copies in bulk what it
   * has heard of, at the speed of its network; M × R fetches would be too many events. No message may get lost then.
   */
  readonly inBulk: boolean;
  /** The machines that have the input of each map task; empty: none is near. */
  readonly places: readonly (readonly NodeId[])[];
  /** The size of the input of a map task. */
  mapInput(task: number): Size;
  /** The size of the input of a reduce task; in bulk only. */
  reduceInput(task: number): Size;
  runMap(task: number, skip: readonly number[]): MapMade;
  /** `blocks`: in the order of map tasks; empty in bulk. */
  runReduce(task: number, blocks: readonly Block[], skip: readonly number[]): ReduceMade;
  /** What is said where a task cannot be done. */
  failure(phase: Phase, task: number, failed: Failed): string;
}

export interface Size {
  readonly bytes: number;
  readonly records: number;
}

/** The job on its input: the user's functions run for real, in virtual time. */
export function liveWork(job: Job, splits: readonly Split[], places: readonly (readonly NodeId[])[] = []): Work {
  return {
    name: job.name,
    maps: splits.length,
    reduces: job.reducers,
    skipBadRecords: job.skipBadRecords,
    inBulk: false,
    places,
    mapInput: (task) => ({ bytes: splits[task]!.bytes, records: splits[task]!.records.length }),
    reduceInput: () => ({ bytes: 0, records: 0 }),
    runMap(task, skip) {
      const made = runMapTask(job, splits[task]!.records, skip);
      if (made.kind === "failed") return made;
      const blocks = made.runs.map(blockOf);
      return { kind: "done", blocks, outBytes: sum(blocks), counters: made.counters, sides: made.sides };
    },
    runReduce(_, blocks, skip) {
      const made = runReduceTask(job, blocks.map(({ pairs }) => pairs ?? []), skip);
      if (made.kind === "failed") return made;
      return { kind: "done", file: fileOf(made.output), outBytes: roughBytes(made.output), counters: made.counters, sides: made.sides };
    },
    failure: (phase, task, { record, problem }) => failureText(job.name, phase, task, record, problem),
  };
}

/** A job of which only sizes are known, for clusters and data that are too large to run for real. */
export interface SizedJob {
  readonly name?: string;
  /** M and R. */
  readonly maps: number;
  readonly reduces: number;
  /** The whole input. */
  readonly inputBytes: number;
  /** The length of a record. */
  readonly recordBytes: number;
  /** How many bytes of intermediate data come of a byte of input. Default 1. */
  readonly mapShare?: number;
  /** How many bytes of output come of a byte of intermediate data. Default 1. */
  readonly reduceShare?: number;
  /** The share of the intermediate data that goes to reduce task 0 besides its fair part: a hot key. Default 0. */
  readonly hotShare?: number;
}

/**
 * @throws RangeError for an unknown option or a number out of its range
 */
export function sizedWork(given: SizedJob, places: readonly (readonly NodeId[])[] = []): Work {
  options("sizedWork", given, ["name", "maps", "reduces", "inputBytes", "recordBytes", "mapShare", "reduceShare", "hotShare"]);
  const { name = "job", maps, reduces, inputBytes, recordBytes, mapShare = 1, reduceShare = 1, hotShare = 0 } = given;
  integer("maps", maps, { max: 1_000_000 });
  integer("reduces", reduces, { min: 1, max: 1_000_000 });
  finite("inputBytes", inputBytes);
  finite("recordBytes", recordBytes, { min: 1 });
  finite("mapShare", mapShare);
  finite("reduceShare", reduceShare);
  finite("hotShare", hotShare, { min: 0, max: 1 });
  const intermediate = inputBytes * mapShare;
  const sized = (bytes: number): Size => ({ bytes, records: bytes / recordBytes });
  const mapInput = sized(maps === 0 ? 0 : inputBytes / maps);
  const reduceInput = (task: number): Size => sized(intermediate * ((1 - hotShare) / reduces + (task === 0 ? hotShare : 0)));
  const nothing: Notes = { counters: {}, sides: {} };
  const file = fileOf(null);
  const made: MapMade = { kind: "done", blocks: [], outBytes: mapInput.bytes * mapShare, ...nothing };
  return {
    name,
    maps,
    reduces,
    skipBadRecords: false,
    inBulk: true,
    places,
    mapInput: () => mapInput,
    reduceInput,
    runMap: () => made,
    runReduce: (task) => ({ kind: "done", file, outBytes: reduceInput(task).bytes * reduceShare, ...nothing }),
    failure: () => `${name} fails`,
  };
}

/** The contents of a file. */
export function fileOf(records: readonly unknown[] | null): File {
  return { [shared]: fileInWords, records };
}

/** A block with nothing in it. */
export const noPairs: Block = blockOf([]);

function blockOf(pairs: readonly Pair[]): Block {
  return { [shared]: blockInWords, bytes: roughBytes(pairs), records: pairs.length, pairs };
}

function blockInWords({ records, bytes }: Block): string {
  return `${records} pairs, ${bytes} bytes`;
}

function fileInWords({ records }: File): string {
  return records === null ? "a file" : `${records.length} records`;
}

function sum(blocks: readonly Block[]): number {
  return blocks.reduce((all, { bytes }) => all + bytes, 0);
}
