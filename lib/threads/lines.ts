import { isAscii, isUtf8 } from "node:buffer";
import { closeSync, openSync, readSync } from "node:fs";
import { integer, show } from "../core/parameters.js";
import type { TextSplit } from "../compute/rdd/plan.js";
import { fileError } from "./errors.js";

/** How lines are read. */
export interface LineOptions {
  /** The longest line that is read, in bytes. A file without line ends would otherwise be one line in memory. Default 16 MiB. */
  readonly longestLine?: number;
  /** How many bytes are asked for at a time. Default 1 MiB. */
  readonly chunk?: number;
}

const MIB = 1 << 20;
const NEWLINE = 10;
const RETURN = 13;

/**
 * The lines that begin in a part of a file, without their ends (\n or \r\n): so that parts that follow one another give
 * each line of the file once. The last line of a file may have no end.
 *
 * @throws Error for what cannot be read, is not UTF-8 (with the byte), or a line that is too long
 */
export function* linesOf(split: TextSplit, options: LineOptions = {}): Generator<string, void> {
  for (const chunk of chunksOf(split, options)) yield* linesIn(chunk, split.path);
}

/** The same lines with the offsets of their first bytes in the file: the records of a map task. */
export function* recordsOf(split: TextSplit, options: LineOptions = {}): Generator<[offset: number, line: string], void> {
  for (const chunk of chunksOf(split, options)) {
    const { bytes } = chunk;
    const read = readerOf(chunk, split.path);
    for (let at = 0; at < bytes.length; ) {
      const newline = bytes.indexOf(NEWLINE, at);
      const end = newline < 0 ? bytes.length : newline;
      yield [chunk.offset + at, read(at, end > at && bytes[end - 1] === RETURN && newline >= 0 ? end - 1 : end)];
      at = end + 1;
    }
  }
}

/** Whole lines, as they stand in the file. The bytes are overwritten when the next chunk is asked for. */
export interface Chunk {
  readonly bytes: Buffer;
  /** Where in the file they begin. */
  readonly offset: number;
}

/** The lines of a part of a file as bytes, many at a time. */
export function* chunksOf({ path, start, end }: TextSplit, { longestLine = 16 * MIB, chunk = MIB }: LineOptions = {}): Generator<Chunk, void> {
  integer("longestLine", longestLine, { min: 1 });
  integer("chunk", chunk, { min: 1 });
  const file = opened(path);
  try {
    let buffer = Buffer.allocUnsafe(Math.max(chunk, 64));
    // From the byte before: a line begins after a line end, and at the beginning of the file.
    let offset = Math.max(0, start - 1);
    let isLineStart = start === 0;
    let held = 0;
    while (offset < end) {
      if (held === buffer.length) {
        // Only a line that is longer than the buffer fills it.
        if (held > longestLine) throw tooLong(path, offset, longestLine);
        buffer = Buffer.concat([buffer], Math.min(buffer.length * 2, Math.max(longestLine + 2, buffer.length + 1)));
      }
      const got = readInto(file, buffer, { held, offset, path });
      const filled = held + got;
      let from = 0;
      if (!isLineStart) {
        const newline = buffer.subarray(0, filled).indexOf(NEWLINE);
        if (newline < 0) {
          if (got === 0) return;
          offset += filled;
          held = 0;
          continue;
        }
        from = newline + 1;
        isLineStart = true;
        if (offset + from >= end) return;
      }
      // The lines that end in the buffer; at the end of the file, all.
      let to = got === 0 ? filled : buffer.subarray(0, filled).lastIndexOf(NEWLINE) + 1;
      // Not those that begin behind the end of the part.
      if (offset + to > end) to = Math.min(to, lineEnd(buffer, Math.max(from, end - offset - 1), filled));
      if (to > from) {
        const bytes = buffer.subarray(from, to);
        checkLengths(path, offset + from, bytes, longestLine);
        yield { bytes, offset: offset + from };
      }
      if (got === 0) return;
      const next = Math.max(to, from);
      buffer.copyWithin(0, next, filled);
      held = filled - next;
      offset += next;
      if (held > longestLine) throw tooLong(path, offset, longestLine);
    }
  } finally {
    closeSync(file);
  }
}

/** The lines of a chunk as texts. */
export function* linesIn(chunk: Chunk, path: string): Generator<string, void> {
  const { bytes } = chunk;
  const read = readerOf(chunk, path);
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    yield read(at, end > at && bytes[end - 1] === RETURN && newline >= 0 ? end - 1 : end);
    at = end + 1;
  }
}

/**
 * How to make texts of the chunk's bytes. Each line is a text of its own: a piece of one large text would keep
 * all of it in memory for as long as one word of the line is held.
 */
function readerOf({ bytes, offset }: Chunk, path: string): (from: number, to: number) => string {
  const slicing = bytes as unknown as Slicing;
  if (isAscii(bytes)) return (from, to) => slicing.latin1Slice(from, to);
  if (!isUtf8(bytes)) throw notUtf8({ bytes, offset }, path);
  return (from, to) => slicing.utf8Slice(from, to);
}

/** The error that says where a chunk is not UTF-8. */
export function notUtf8({ bytes, offset }: Chunk, path: string): Error {
  const at = firstInvalid(bytes);
  return new Error(`${show(path)} is not UTF-8: byte ${offset + at} is 0x${bytes[at]!.toString(16).padStart(2, "0")}, which fits nothing around it`);
}

/** What Node.js's byte arrays have, though its types do not say so: `toString` without a look at the name of the encoding. */
interface Slicing {
  latin1Slice(from: number, to: number): string;
  utf8Slice(from: number, to: number): string;
}

/** Where UTF-8 is wrong for the first time: by halves, and then among the last few bytes. */
function firstInvalid(bytes: Buffer): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isUtf8(bytes.subarray(0, wholeLetters(bytes, middle)))) good = middle;
    else bad = middle;
  }
  // `good` bytes are right but for a letter that may be cut there.
  return wholeLetters(bytes, good);
}

/** The end without a letter that is cut by it. */
function wholeLetters(bytes: Buffer, end: number): number {
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back]!;
    if (byte < 0x80) return end;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? end - back : end;
    }
  }
  return end;
}

function lineEnd(buffer: Buffer, from: number, filled: number): number {
  const newline = buffer.subarray(0, filled).indexOf(NEWLINE, from);
  return newline < 0 ? filled : newline + 1;
}

function checkLengths(path: string, offset: number, bytes: Buffer, longest: number): void {
  if (bytes.length <= longest) return;
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    if (end - at > longest) throw tooLong(path, offset + at, longest);
    at = end + 1;
  }
}

function tooLong(path: string, offset: number, longest: number): Error {
  return new RangeError(`the line of ${show(path)} that begins at byte ${offset} is longer than ${longest} bytes, the option longestLine`);
}

function readInto(file: number, buffer: Buffer, { held, offset, path }: { readonly held: number; readonly offset: number; readonly path: string }): number {
  try {
    return readSync(file, buffer, held, buffer.length - held, offset + held);
  } catch (error) {
    throw fileError("read", path, error);
  }
}

function opened(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw fileError("read", path, error);
  }
}
