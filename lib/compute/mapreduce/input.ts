import { integer, show } from "../../core/parameters.js";
import type { Pair } from "./job.js";

/** The part of the input that one map task reads: M of them make the input (section 3.1 of Dean & Ghemawat 2004). */
export interface Split<Key = any, Value = any> {
  /** What it is a part of, for messages: "a.txt from byte 0". */
  readonly name: string;
  /** How long it is on disk. */
  readonly bytes: number;
  readonly records: readonly Pair<Key, Value>[];
}

/**
 * Text as map tasks read it: a record for each line, its key the offset of its first byte (UTF-8), its value the line without
 * its end, which is \n or \r\n. Splits begin every `splitBytes` bytes, and no line is cut: a split's lines are those that begin
 * in it, so the last one may reach into the next split. The paper's splits have 16 to 64 MB.
 *
 * @throws RangeError unless splitBytes is a whole number of at least 1
 */
export function textSplits(files: Readonly<Record<string, string>>, { splitBytes }: { readonly splitBytes: number }): Split<number, string>[] {
  integer("splitBytes", splitBytes, { min: 1 });
  return Object.entries(files).flatMap(([name, text]) => splitsOfText(name, text, splitBytes));
}

/**
 * Records in memory as the given number of splits, which differ by at most one record. There may be empty ones.
 *
 * @throws RangeError unless `splits` is a whole number from 1 to 1,000,000
 */
export function recordSplits<Key, Value>(records: readonly Pair<Key, Value>[], { splits }: { readonly splits: number }): Split<Key, Value>[] {
  if (!Array.isArray(records)) throw new TypeError(`records must be a list of pairs [key, value], got ${show(records)}`);
  integer("splits", splits, { min: 1, max: 1_000_000 });
  return Array.from({ length: splits }, (_, i) => {
    const [from, to] = [Math.floor((i * records.length) / splits), Math.floor(((i + 1) * records.length) / splits)];
    const part = records.slice(from, to);
    return { name: `records from ${from}`, bytes: part.reduce((sum, [key, value]) => sum + roughBytes(key) + roughBytes(value), 0), records: part };
  });
}

/**
 * About how many bytes a value takes on disk, for the cost of reading and sending it: a text its letters, a number 8, a list
 * or object the sum of its parts. Exact only in that equal values have equal sizes.
 */
export function roughBytes(value: unknown): number {
  if (typeof value === "string") return value.length + 1;
  if (typeof value !== "object" || value === null) return 8;
  return Object.values(value).reduce((sum: number, item) => sum + roughBytes(item), 2);
}

function splitsOfText(name: string, text: string, splitBytes: number): Split<number, string>[] {
  const splits: { bytes: number; records: Pair<number, string>[] }[] = [];
  let offset = 0;
  let at = 0;
  while (at < text.length) {
    const newline = text.indexOf("\n", at);
    const next = newline < 0 ? text.length : newline + 1;
    const whole = text.slice(at, next);
    const bytes = utf8Length(whole);
    const index = Math.floor(offset / splitBytes);
    const split = (splits[index] ??= { bytes: 0, records: [] });
    split.bytes += bytes;
    split.records.push([offset, whole.replace(/\r?\n$/, "")]);
    offset += bytes;
    at = next;
  }
  // Within a line that is longer than a split no line begins, and an empty file is one empty split.
  const count = Math.max(1, Math.ceil(offset / splitBytes));
  return Array.from({ length: count }, (_, i) => ({
    name: `${name} from byte ${i * splitBytes}`,
    ...(splits[i] ?? { bytes: 0, records: [] }),
  }));
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) bytes += 1;
    else if (code < 0x800) bytes += 2;
    else if (code >= 0xd800 && code < 0xdc00 && i + 1 < text.length) {
      bytes += 4;
      i++;
    } else bytes += 3;
  }
  return bytes;
}
