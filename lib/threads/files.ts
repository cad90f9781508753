import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Files } from "../compute/rdd/engine.js";
import type { TextSplit } from "../compute/rdd/plan.js";
import { show } from "../core/parameters.js";
import { fileError } from "./errors.js";
import { linesOf, type LineOptions } from "./lines.js";

/** A file of the input and its length in bytes. */
export interface InputFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * The files of an input: a file, the files of a folder (in the order of their names, without those that begin with "_" or
 * "."), or several of these, parted by commas.
 *
 * @throws Error where one is not there, or cannot be read
 */
export function filesOf(path: string): InputFile[] {
  if (typeof path !== "string" || path === "") throw new TypeError(`a path must be a text, got ${show(path)}`);
  if (!existsSync(path) && path.includes(",")) return path.split(",").flatMap((part) => filesOf(part.trim()));
  try {
    if (!statSync(path).isDirectory()) return [sized(path)];
    const names = readdirSync(path).filter((name) => !/^[_.]/.test(name)).sort();
    return names.map((name) => join(path, name)).filter((file) => statSync(file).isFile()).map(sized);
  } catch (error) {
    throw fileError("read", path, error);
  }
}

/** The files in parts of this many bytes, the last one of each file shorter. An empty file is one empty part. */
export function splitsOf(path: string, bytes: number): TextSplit[] {
  return filesOf(path).flatMap((file) => {
    const parts: TextSplit[] = [];
    for (let start = 0; start < file.bytes || start === 0; start += bytes) parts.push({ path: file.path, start, end: Math.min(start + bytes, file.bytes) });
    return parts;
  });
}

/**
 * Files of this machine for jobs. The output is a folder in which each partition appears whole, by renaming, and
 * the empty file `_SUCCESS` when all are there. Nobody's output is ever overwritten.
 */
export function localFiles(options: LineOptions = {}): Files {
  return {
    splits(path, partitions) {
      const total = filesOf(path).reduce((sum, { bytes }) => sum + bytes, 0);
      return splitsOf(path, Math.max(1, Math.ceil(total / partitions)));
    },
    lines: (split) => linesOf(split, options),
    prepare(path) {
      prepareFolder(path);
    },
    write(path, partition, lines) {
      const attempt = join(path, TEMPORARY, `${partName(partition)}-${process.pid}-${++attempts}`);
      const count = writeLines(attempt, lines);
      commitPart(path, partition, attempt);
      return count;
    },
    commit: commitFolder,
    abort: (path) => rmSync(path, { recursive: true, force: true }),
  };
}

/** What is being written stands here until it is whole. */
export const TEMPORARY = "_temporary";
let attempts = 0;

/** Make the folder of an output. @throws Error if there is one */
export function prepareFolder(path: string): void {
  if (existsSync(path)) {
    throw new Error(`the output folder ${show(path)} exists already: nothing is overwritten; remove it, or name another`);
  }
  try {
    mkdirSync(join(path, TEMPORARY), { recursive: true });
  } catch (error) {
    throw fileError("write", path, error);
  }
}

/** `part-00003`, as Hadoop and Spark call it. */
export function partName(partition: number): string {
  return `part-${String(partition).padStart(5, "0")}`;
}

/** Rename what an attempt wrote: the part is there whole, or not at all. */
export function commitPart(path: string, partition: number, attempt: string): void {
  renameSync(attempt, join(path, partName(partition)));
}

/** All parts are there. */
export function commitFolder(path: string): void {
  rmSync(join(path, TEMPORARY), { recursive: true, force: true });
  writeFileSync(join(path, "_SUCCESS"), "");
}

/** Write lines to a new file; what there was of it is taken away if that fails. Gives how many. */
export function writeLines(path: string, lines: Iterable<string>): number {
  const writer = new LineWriter(path);
  try {
    for (const line of lines) writer.add(line);
    writer.end();
  } catch (error) {
    writer.abort();
    throw error;
  }
  return writer.count;
}

/** A new file that grows at its end. */
export class NewFile {
  readonly path: string;
  readonly #file: number;
  #isOpen = true;

  constructor(path: string) {
    this.path = path;
    try {
      this.#file = openSync(path, "w");
    } catch (error) {
      throw fileError("write", path, error);
    }
  }

  /** Write all of it, however little the system takes at a time. */
  write(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at, bytes.length - at);
    } catch (error) {
      throw fileError("write", this.path, error);
    }
  }

  end(): void {
    if (this.#isOpen) closeSync(this.#file);
    this.#isOpen = false;
  }

  /** Take it away. */
  abort(): void {
    this.end();
    rmSync(this.path, { force: true });
  }
}

/** Lines to a file, many at a time. */
export class LineWriter {
  readonly #file: NewFile;
  #pieces: string[] = [];
  #length = 0;
  #count = 0;

  constructor(path: string) {
    this.#file = new NewFile(path);
  }

  /** How many lines. */
  get count(): number {
    return this.#count;
  }

  add(line: string): void {
    this.#pieces.push(line, "\n");
    this.#length += line.length + 1;
    this.#count++;
    if (this.#length > 1 << 18) this.#write();
  }

  end(): void {
    this.#write();
    this.#file.end();
  }

  abort(): void {
    this.#file.abort();
  }

  #write(): void {
    this.#file.write(Buffer.from(this.#pieces.join("")));
    this.#pieces = [];
    this.#length = 0;
  }
}

function sized(path: string): InputFile {
  const file = openSync(path, "r");
  try {
    return { path, bytes: fstatSync(file).size };
  } finally {
    closeSync(file);
  }
}
