import { show } from "../core/parameters.js";
import { isPlainObject } from "../core/plain.js";

/**
 * Records as bytes, for what leaves a thread or a process: blocks of a shuffle, spilled runs, the wire to another
 * program. A record is a text, a number, a boolean, null, undefined, a bigint, a Uint8Array, or an array or plain object
 * of these, and comes back as it went: -0, NaN, half a surrogate pair and all.
 *
 * A block is: the number of records; all texts of the block one behind the other, as one UTF-8 text (UTF-16 if UTF-8
 * cannot hold it); then for each value one byte that says what it is, and what is needed besides. A text is only its
 * length, because texts follow one another in the order of their values. So the slow border between bytes and
 * texts is crossed once a block, not once a record.
 */
export function encode(records: Iterable<unknown>): Uint8Array {
  const writer = new RecordWriter();
  for (const record of records) writer.add(record);
  return writer.take();
}

/**
 * The records of a block.
 *
 * @throws RangeError if this is no block, or one that was cut
 */
export function decode(block: Uint8Array): unknown[] {
  return new RecordReader(block).records();
}

/**
 * Say whether this can be a record, as `encode` would: it throws with the place of what cannot go.
 *
 * @param name what the error calls it: `record 7`
 */
export function checkRecord(name: string, record: unknown): void {
  const problem = notARecord(record, 0);
  if (problem !== null) throw new TypeError(`${name}${problem}`);
}

/** A block that grows record by record. Once taken, the next one begins. */
export class RecordWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  #texts: string[] = [];
  #letters = 0;
  #count = 0;

  /** How many records the block has so far. */
  get count(): number {
    return this.#count;
  }

  /** About how many bytes the block has so far: exact where its texts are ASCII. */
  get size(): number {
    return this.#at + this.#letters;
  }

  /** @throws TypeError for what is no record, with its number in this block and the place in it */
  add(record: unknown): void {
    const start = this.#at;
    const { length } = this.#texts;
    const letters = this.#letters;
    try {
      this.#value(record, 0);
    } catch (error) {
      this.#at = start;
      this.#texts.length = length;
      this.#letters = letters;
      checkRecord(`record ${this.#count}`, record);
      throw error;
    }
    this.#count++;
  }

  /** The same as `add([key, number])`, without the array. */
  addPair(key: string, number: number): void {
    this.#pair(key, number);
    this.#count++;
  }

  /** The block of all that was added since the last one. */
  take(): Uint8Array {
    const text = this.#texts.join("");
    let bytes = utf8.encode(text);
    let isUtf8 = 1;
    // Half a pair of surrogates has no UTF-8. Where all is ASCII there is none.
    if (bytes.length !== text.length && /\p{Surrogate}/u.test(text)) {
      isUtf8 = 0;
      bytes = utf16(text);
    }
    const body = this.#bytes.subarray(0, this.#at);
    const head = new Uint8Array(24);
    this.#bytes = head;
    this.#at = 0;
    this.#varint(this.#count);
    head[this.#at++] = isUtf8;
    this.#varint(bytes.length);
    const block = new Uint8Array(this.#at + bytes.length + body.length);
    block.set(head.subarray(0, this.#at));
    block.set(bytes, this.#at);
    block.set(body, this.#at + bytes.length);
    this.#bytes = new Uint8Array(1024);
    this.#view = new DataView(this.#bytes.buffer);
    this.#at = 0;
    this.#texts = [];
    this.#letters = 0;
    this.#count = 0;
    return block;
  }

  #value(value: unknown, depth: number): void {
    if (this.#at + 16 > this.#bytes.length) this.#grow(16);
    switch (typeof value) {
      case "string":
        this.#bytes[this.#at++] = TEXT;
        return this.#text(value);
      case "number":
        return this.#number(value);
      case "boolean":
        this.#bytes[this.#at++] = value ? TRUE : FALSE;
        return;
      case "undefined":
        this.#bytes[this.#at++] = UNDEFINED;
        return;
      case "bigint":
        this.#bytes[this.#at++] = BIGINT;
        return this.#text(String(value));
      case "object":
        if (value !== null) return this.#object(value, depth);
        this.#bytes[this.#at++] = NULL;
        return;
      default:
        throw refused();
    }
  }

  #object(value: object, depth: number): void {
    if (depth > DEEPEST) throw refused();
    if (Array.isArray(value)) {
      if (value.length === 2 && typeof value[0] === "string" && isSmall(value[1])) return this.#pair(value[0], value[1]);
      this.#bytes[this.#at++] = ARRAY;
      this.#varint(value.length);
      for (let i = 0; i < value.length; i++) this.#value(value[i], depth + 1);
    } else if (value instanceof Uint8Array) {
      this.#bytes[this.#at++] = BYTES;
      this.#varint(value.length);
      this.#grow(value.length);
      this.#bytes.set(value, this.#at);
      this.#at += value.length;
    } else if (isPlainObject(value)) {
      this.#bytes[this.#at++] = OBJECT;
      const names = Object.keys(value);
      this.#varint(names.length);
      for (const name of names) {
        if (this.#at + 16 > this.#bytes.length) this.#grow(16);
        this.#text(name);
        this.#value((value as Record<string, unknown>)[name], depth + 1);
      }
    } else throw refused();
  }

  #pair(key: string, number: number): void {
    if (!isSmall(number)) {
      this.#value([key, number] as unknown, 1);
      return;
    }
    if (this.#at + 16 > this.#bytes.length) this.#grow(16);
    this.#bytes[this.#at++] = PAIR;
    this.#text(key);
    this.#varint(zigzag(number));
  }

  #text(text: string): void {
    this.#varint(text.length);
    this.#letters += text.length;
    this.#texts.push(text);
  }

  #number(value: number): void {
    if (isSmall(value)) {
      if (value >= 0 && value < SMALLEST_TAG) {
        this.#bytes[this.#at++] = value;
        return;
      }
      this.#bytes[this.#at++] = INTEGER;
      return this.#varint(zigzag(value));
    }
    this.#bytes[this.#at++] = FLOAT;
    this.#view.setFloat64(this.#at, value);
    this.#at += 8;
  }

  #varint(value: number): void {
    while (value > 127) {
      this.#bytes[this.#at++] = (value & 127) | 128;
      value >>>= 7;
    }
    this.#bytes[this.#at++] = value;
  }

  #grow(by: number): void {
    if (this.#at + by + 16 <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + by + 16));
    bytes.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** The length of a block in 4 bytes (the lowest first), then the block: how blocks follow one another in a file or a pipe. */
export function framed(block: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + block.length);
  new DataView(bytes.buffer).setUint32(0, block.length, true);
  bytes.set(block, 4);
  return bytes;
}

/** Cuts what comes out of a pipe or a file, in pieces of any length, into the blocks that were `framed`. */
export class Frames {
  #held: Uint8Array = new Uint8Array(0);

  /** The blocks that this piece completes. */
  push(piece: Uint8Array): Uint8Array[] {
    const bytes = this.#held.length === 0 ? piece : joined(this.#held, piece);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const blocks: Uint8Array[] = [];
    let at = 0;
    while (at + 4 <= bytes.length) {
      const end = at + 4 + view.getUint32(at, true);
      if (end > bytes.length) break;
      // A copy: Node.js's own kind of byte array shares its memory with its slices, and reads the next piece into it.
      blocks.push(new Uint8Array(bytes.subarray(at + 4, end)));
      at = end;
    }
    this.#held = new Uint8Array(bytes.subarray(at));
    return blocks;
  }

  /** @throws RangeError if the pipe ended inside a block */
  end(): void {
    if (this.#held.length > 0) throw new RangeError(`the stream ends in the middle of a block, with ${this.#held.length} bytes of it`);
  }
}

class RecordReader {
  readonly #bytes: Uint8Array;
  readonly #count: number;
  readonly #text: string;
  #at = 0;
  #letter = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#count = this.#varint();
    const isUtf8 = bytes[this.#at++] === 1;
    const length = this.#varint();
    const text = bytes.subarray(this.#at, this.#at + length);
    if (text.length < length) throw this.#cut();
    this.#text = isUtf8 ? utf8Text.decode(text) : utf16Text(text);
    this.#at += length;
  }

  records(): unknown[] {
    const records: unknown[] = [];
    for (let i = 0; i < this.#count; i++) {
      if (this.#at >= this.#bytes.length) throw this.#cut();
      records.push(this.#value());
    }
    if (this.#at !== this.#bytes.length || this.#letter !== this.#text.length) throw this.#cut();
    return records;
  }

  #value(): unknown {
    const tag = this.#bytes[this.#at++]!;
    if (tag < SMALLEST_TAG) return tag;
    switch (tag) {
      case PAIR: {
        const key = this.#string();
        return [key, unzigzag(this.#varint())];
      }
      case TEXT:
        return this.#string();
      case INTEGER:
        return unzigzag(this.#varint());
      case FLOAT: {
        this.#at += 8;
        if (this.#at > this.#bytes.length) throw this.#cut();
        return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.#at - 8, 8).getFloat64(0);
      }
      case ARRAY: {
        const items: unknown[] = [];
        for (let left = this.#length(); left > 0; left--) items.push(this.#value());
        return items;
      }
      case OBJECT: {
        const object: Record<string, unknown> = {};
        for (let left = this.#length(); left > 0; left--) {
          const name = this.#string();
          const value = this.#value();
          if (name !== "__proto__") object[name] = value;
          else Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
        }
        return object;
      }
      case BYTES: {
        const length = this.#length();
        this.#at += length;
        return new Uint8Array(this.#bytes.subarray(this.#at - length, this.#at));
      }
      case BIGINT:
        return BigInt(this.#string());
      case NULL:
        return null;
      case TRUE:
        return true;
      case FALSE:
        return false;
      case UNDEFINED:
        return undefined;
      default:
        throw this.#cut();
    }
  }

  #string(): string {
    const length = this.#varint();
    const start = this.#letter;
    this.#letter += length;
    return this.#text.slice(start, this.#letter);
  }

  /** The number of parts, each of which takes a byte at least: a block that was cut must not ask for all memory. */
  #length(): number {
    const length = this.#varint();
    if (length > this.#bytes.length - this.#at) throw this.#cut();
    return length;
  }

  #varint(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.#at++]!;
    if (byte < 128) return byte;
    let value = byte & 127;
    for (let shift = 7; ; shift += 7) {
      byte = bytes[this.#at++]!;
      value |= (byte & 127) << shift;
      if (!(byte >= 128)) return value >>> 0;
    }
  }

  #cut(): RangeError {
    return new RangeError(`this is no block of records, or a part of it is missing: ${this.#bytes.length} bytes`);
  }
}

// A whole number below this is its own tag.
const SMALLEST_TAG = 128;
const PAIR = 128;
const TEXT = 129;
const INTEGER = 130;
const FLOAT = 131;
const ARRAY = 132;
const OBJECT = 133;
const BYTES = 134;
const BIGINT = 135;
const NULL = 136;
const TRUE = 137;
const FALSE = 138;
const UNDEFINED = 139;

const DEEPEST = 1000;
/** How many steps of the place of an error are told. */
const LONGEST_PATH = 8;

/** Whether it is a whole number of 32 bits, and not -0. */
function isSmall(value: unknown): value is number {
  return typeof value === "number" && (value | 0) === value && (value !== 0 || 1 / value > 0);
}

function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

function unzigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}

/** What `add` puts the place and the reason in the place of. */
function refused(): TypeError {
  return new TypeError("this is no record");
}

/** Where in the value something stands that is no record, and what it is: `.when is an instance of Date`. Null if nothing does. */
function notARecord(value: unknown, depth: number): string | null {
  if (typeof value === "function") return ` is ${show(value)}: functions do not leave their thread`;
  if (typeof value === "symbol") return " is a symbol";
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return null;
  if (depth > DEEPEST) return ` is nested more than ${DEEPEST} levels deep, or holds itself`;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const problem = notARecord(value[i], depth + 1);
      if (problem !== null) return depth < LONGEST_PATH ? `[${i}]${problem}` : problem;
    }
    return null;
  }
  if (!isPlainObject(value)) {
    const way = value instanceof Map || value instanceof Set ? ": send it as an array, [...it]" : ": send its fields as a plain object";
    return ` is an instance of ${value.constructor.name}${way}`;
  }
  for (const [name, part] of Object.entries(value)) {
    const problem = notARecord(part, depth + 1);
    if (problem !== null) return depth < LONGEST_PATH ? `.${name}${problem}` : problem;
  }
  return null;
}

function utf16(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    bytes[2 * i] = code & 255;
    bytes[2 * i + 1] = code >>> 8;
  }
  return bytes;
}

function utf16Text(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 2) text += String.fromCharCode(bytes[i]! | (bytes[i + 1]! << 8));
  return text;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

/** What every host of JavaScript has, though the language does not say so. */
const host = globalThis as unknown as {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder: new (label: string, options: object) => { decode(bytes: Uint8Array): string };
};
const utf8 = new host.TextEncoder();
const utf8Text = new host.TextDecoder("utf-8", { ignoreBOM: true });
