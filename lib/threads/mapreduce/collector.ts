import { rmSync } from "node:fs";
import { type Job, partitionOf } from "../../compute/mapreduce/job.js";
import { NoteBook } from "../../compute/mapreduce/task.js";
import { orderOf } from "../../compute/sort.js";
import { BLOCK, BlockWriter, RunFile, runBytes, type Run } from "../runs.js";
import { Gathering, type Combine } from "./gathering.js";
import { sizeOf } from "./size.js";

/** A combiner threw. No record is to blame, so none can be left out. */
export class CombineError extends Error {
  override readonly name: string = "CombineError";
}

export interface CollectorOptions {
  readonly job: Job;
  /** About how many bytes of pairs may be held, as they lie in memory. More are spilled. */
  readonly budget: number;
  /** How many bytes of runs may be given back in memory; if there are more, they are in a file. */
  readonly inline: number;
  /** The beginning of the names of files that only this attempt writes. */
  readonly spill: string;
}

/**
 * What a map task emits, parted into R regions and sorted by key (Dean & Ghemawat 2004, sections 3.1 and 4.2). With a
 * combiner the values of each key are gathered, and combined when there are many; without one, pairs are held as they come.
 * Where that is more than the memory allows, sorted runs are spilled to files.
 */
export class Collector {
  readonly #options: CollectorOptions;
  /** Where there is a combiner. */
  readonly #gathering: Gathering | null;
  #regions: Region[];
  readonly #runs: Run[][];
  readonly #files: RunFile[] = [];
  #held = 0;
  #emitted = 0;

  constructor(options: CollectorOptions) {
    this.#options = options;
    const { job } = options;
    this.#gathering = job.combine === null ? null : new Gathering(combineOf(job), (key) => partitionOf(job, key));
    this.#regions = newRegions(job.reducers);
    this.#runs = Array.from({ length: job.reducers }, () => []);
  }

  /** How many pairs were emitted. */
  get emitted(): number {
    return this.#emitted;
  }

  readonly emit = (key: unknown, value: unknown): void => {
    this.#emitted++;
    if (this.#gathering === null) {
      this.#keep(key, value);
      if (this.#held > this.#options.budget) this.#spill();
    } else if (this.#gathering.add(key, value) && this.#gathering.held > this.#options.budget) this.#spill();
  };

  /** The runs of each region, the earlier first, and how many times there was too much to hold. */
  finish(): { readonly runs: readonly (readonly Run[])[]; readonly spills: number } {
    const spills = this.#files.length;
    const blocks = this.#sorted();
    const bytes = blocks.flat().reduce((sum, { length }) => sum + length, 0);
    if (bytes <= this.#options.inline) {
      blocks.forEach((region, r) => region.length > 0 && this.#runs[r]!.push({ kind: "blocks", blocks: region }));
    } else this.#write(blocks);
    return { runs: this.#runs, spills };
  }

  /** Take away the files. */
  abort(): void {
    for (const file of this.#files) file.abort();
  }

  #keep(key: unknown, value: unknown): void {
    const { keys, values } = this.#regions[partitionOf(this.#options.job, key)]!;
    keys.push(key);
    values.push(value);
    this.#held += sizeOf(key) + sizeOf(value);
  }

  #spill(): void {
    this.#write(this.#sorted());
  }

  #write(blocks: readonly (readonly Uint8Array[])[]): void {
    const file = new RunFile(`${this.#options.spill}-${this.#files.length}`);
    this.#files.push(file);
    try {
      for (const [r, region] of blocks.entries()) {
        const start = file.length;
        for (const block of region) file.write(block);
        if (file.length > start) this.#runs[r]!.push({ kind: "file", path: file.path, start, end: file.length });
      }
    } finally {
      file.end();
    }
  }

  /** All that is held as sorted blocks, region by region. Nothing is held after that. */
  #sorted(): Uint8Array[][] {
    this.#gathering?.drain((key, region, value) => {
      const { keys, values } = this.#regions[region]!;
      keys.push(key);
      values.push(value);
    });
    const blocks = this.#regions.map(({ keys, values }) => {
      const region: Uint8Array[] = [];
      const writer = new BlockWriter((block) => region.push(block));
      for (const at of orderOf(keys)) writer.add(keys[at], values[at]);
      writer.end();
      return region;
    });
    this.#regions = newRegions(this.#options.job.reducers);
    this.#held = 0;
    return blocks;
  }
}

/** What the combiner counts depends on how often it is called: it is no part of the result. */
function combineOf({ combine }: Job): Combine {
  const unheard = new NoteBook();
  return (key, values, emit) => {
    try {
      combine!(key, values, emit, unheard);
    } catch (error) {
      throw new CombineError(error instanceof Error ? error.message : String(error), { cause: error });
    }
  };
}

/** How many runs may be merged at once. */
export function fanIn(budget: number): number {
  // A block of texts takes some five times its length when it is read.
  return Math.max(4, Math.floor(budget / (6 * BLOCK)));
}

/**
 * Fewer runs, if there are more than may be merged at once: neighbours are merged into files, so that of equal keys those
 * of the earlier run still come first.
 */
export function fewerRuns(runs: readonly Run[], most: number, merge: (runs: readonly Run[], file: RunFile) => void, spill: string): { readonly runs: readonly Run[]; readonly files: readonly string[] } {
  const files: string[] = [];
  let left = runs;
  while (left.length > most) {
    const next: Run[] = [];
    for (let i = 0; i < left.length; i += most) {
      const group = left.slice(i, i + most);
      if (group.length === 1) {
        next.push(group[0]!);
        continue;
      }
      const file = new RunFile(`${spill}-${files.length}`);
      files.push(file.path);
      try {
        merge(group, file);
      } finally {
        file.end();
      }
      next.push({ kind: "file", path: file.path, start: 0, end: file.length });
      // What was merged before is needed no more.
      for (const run of group) if (run.kind === "file" && files.includes(run.path)) rmSync(run.path, { force: true });
    }
    left = next;
  }
  return { runs: left, files };
}

/** The bytes of all runs. */
export function totalBytes(runs: readonly (readonly Run[])[]): number {
  return runs.flat().reduce((sum, run) => sum + runBytes(run), 0);
}

interface Region {
  readonly keys: unknown[];
  readonly values: unknown[];
}

function newRegions(reducers: number): Region[] {
  return Array.from({ length: reducers }, () => ({ keys: [], values: [] }));
}
