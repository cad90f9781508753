import { closeSync, openSync, readSync } from "node:fs";
import { checkRecord, decode, RecordWriter } from "../compute/records.js";
import { show } from "../core/parameters.js";
import { NewFile } from "./files.js";

/** Pairs of a key and a value. */
export type Pair = readonly [key: unknown, value: unknown];

/** Records one behind the other: as blocks in memory, or as framed blocks in a part of a file. */
export type Run =
  | { readonly kind: "blocks"; readonly blocks: readonly Uint8Array[] }
  | { readonly kind: "file"; readonly path: string; readonly start: number; readonly end: number };

/** How long a run is, in bytes. */
export function runBytes(run: Run): number {
  return run.kind === "file" ? run.end - run.start : run.blocks.reduce((sum, { length }) => sum + length, 0);
}

/** About how long a block is, in bytes: what a merge holds of each run. */
export const BLOCK: number = 1 << 16;

/** Gathers pairs in blocks. */
export class BlockWriter {
  readonly #writer = new RecordWriter();
  readonly #write: (block: Uint8Array) => void;

  /** @param write called with each block when it is full */
  constructor(write: (block: Uint8Array) => void) {
    this.#write = write;
  }

  /** @throws TypeError for a pair that cannot leave its thread */
  add(key: unknown, value: unknown): void {
    if (typeof key === "string" && typeof value === "number") this.#writer.addPair(key, value);
    else {
      try {
        this.#writer.add([key, value]);
      } catch (error) {
        checkRecord("the key", key);
        checkRecord(`the value of the key ${show(key)}`, value);
        throw error;
      }
    }
    if (this.#writer.size >= BLOCK) this.#write(this.#writer.take());
  }

  end(): void {
    if (this.#writer.count > 0) this.#write(this.#writer.take());
  }
}

/** A file of runs. */
export class RunFile extends NewFile {
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Write a block behind its length. */
  override write(block: Uint8Array): void {
    const bytes = Buffer.allocUnsafe(4 + block.length);
    bytes.writeUInt32LE(block.length);
    bytes.set(block, 4);
    super.write(bytes);
    this.#length += bytes.length;
  }
}

/** The records of a run. A file is read block by block. */
export function* readRun(run: Run): Generator<Pair, void> {
  if (run.kind === "blocks") {
    for (const block of run.blocks) yield* decode(block) as Pair[];
    return;
  }
  const file = openSync(run.path, "r");
  try {
    const length = new Uint8Array(4);
    const view = new DataView(length.buffer);
    for (let at = run.start; at < run.end; ) {
      readAll(file, length, at, run.path);
      const block = new Uint8Array(view.getUint32(0, true));
      readAll(file, block, at + 4, run.path);
      yield* decode(block) as Pair[];
      at += 4 + block.length;
    }
  } finally {
    closeSync(file);
  }
}

function readAll(file: number, bytes: Uint8Array, from: number, path: string): void {
  for (let at = 0; at < bytes.length; ) {
    const got = readSync(file, bytes, at, bytes.length - at, from + at);
    if (got === 0) throw new Error(`${show(path)} ends too early: it was cut, or changed by another program`);
    at += got;
  }
}
