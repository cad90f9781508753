import { integer } from "../../core/parameters.js";
import { compareKeys } from "../keys.js";
import { withValues } from "../portable.js";
import { type Emit, type EmitValue, job, type Job } from "./job.js";

/*
 * The programs of section 2 of "MapReduce: Simplified Data Processing on Large Clusters" (Dean & Ghemawat, 2004), and the sort
 * of section 5.3. Input records are lines of text with their offsets, unless said otherwise.
 */

/** How many reduce tasks, and whether map tasks combine. */
export interface ExampleOptions {
  /** R, by default 1. */
  readonly reducers?: number;
  /** Whether map tasks add up what they have of a word before it goes over the network. Default true. */
  readonly combines?: boolean;
}

/** Words are runs of letters and digits (of any script) and apostrophes, in lower case. */
export function wordsOf(line: string): string[] {
  return line.toLowerCase().match(/[\p{L}\p{N}'’]+/gu) ?? [];
}

function sumUp<Key>(_: Key, counts: Iterable<number>, emit: EmitValue<number>): void {
  let sum = 0;
  for (const count of counts) sum += count;
  emit(sum);
}

/** Word count: how often each word occurs (section 2.1). */
export function wordCount({ reducers = 1, combines = true }: ExampleOptions = {}): Job<number, string, string, number, number> {
  return job({
    name: "word count",
    map: withValues({ wordsOf }, (_: number, line: string, emit: Emit<string, number>) => {
      for (const word of wordsOf(line)) emit(word, 1);
    }),
    reduce: sumUp,
    ...(combines ? { combine: sumUp } : {}),
    reducers,
  });
}

/** Distributed grep: the lines that match (section 2.3). "The reduce function is an identity function." */
export function distributedGrep(pattern: RegExp, { reducers = 1 }: Pick<ExampleOptions, "reducers"> = {}): Job<number, string, string, number, number> {
  // Without "g" and "y": a pattern that remembers where it stopped would find other lines at the second try.
  const stateless = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ""));
  return job({
    name: "grep",
    map: withValues({ stateless }, (offset: number, line: string, emit: Emit<string, number>) => {
      if (stateless.test(line)) emit(line, offset);
    }),
    reduce(_: string, offsets: Iterable<number>, emit: EmitValue<number>) {
      for (const offset of offsets) emit(offset);
    },
    reducers,
  });
}

/** Count of URL access frequency (section 2.3). Input: lines of a log that begin with the URL. */
export function urlCount({ reducers = 1, combines = true }: ExampleOptions = {}): Job<number, string, string, number, number> {
  return job({
    name: "URL count",
    map(_: number, line: string, emit: Emit<string, number>) {
      const url = line.trim().split(/\s+/)[0]!;
      if (url !== "") emit(url, 1);
    },
    reduce: sumUp,
    ...(combines ? { combine: sumUp } : {}),
    reducers,
  });
}

/** Reverse web-link graph (section 2.3): for each page who links to it. Input: [source, the targets on that page]. */
export function reverseLinks({ reducers = 1 }: Pick<ExampleOptions, "reducers"> = {}): Job<string, readonly string[], string, string, readonly string[]> {
  return job({
    name: "reverse links",
    map(source: string, targets: readonly string[], emit: Emit<string, string>) {
      for (const target of targets) emit(target, source);
    },
    reduce: withValues({ byLetters }, (_: string, sources: Iterable<string>, emit: EmitValue<readonly string[]>) => {
      emit([...sources].sort(byLetters));
    }),
    reducers,
  });
}

/** Inverted index (section 2.3): for each word the documents that have it, in order, each once. Input: [document, text]. */
export function invertedIndex({ reducers = 1 }: Pick<ExampleOptions, "reducers"> = {}): Job<string, string, string, string, readonly string[]> {
  return job({
    name: "inverted index",
    map: withValues({ wordsOf }, (document: string, text: string, emit: Emit<string, string>) => {
      for (const word of wordsOf(text)) emit(word, document);
    }),
    combine(_: string, documents: Iterable<string>, emit: EmitValue<string>) {
      for (const document of new Set(documents)) emit(document);
    },
    reduce: withValues({ byLetters }, (_: string, documents: Iterable<string>, emit: EmitValue<readonly string[]>) => {
      emit([...new Set(documents)].sort(byLetters));
    }),
    reducers,
  });
}

/**
 * Sort (section 5.3), which the paper took from TeraSort: the key is the first `keyLength` letters of a line, reduce is the
 * identity, and the order of the whole comes from a partition function that keeps it: all keys of reduce task r come
 * before those of r + 1. `bounds` are the R - 1 first keys of tasks 1, 2, …: `sampleBounds` finds them.
 */
export function sortLines({ bounds, keyLength = 10 }: { readonly bounds: readonly string[]; readonly keyLength?: number }): Job<number, string, string, string, string> {
  integer("keyLength", keyLength, { min: 1 });
  return job({
    name: "sort",
    map: withValues({ keyLength }, (_: number, line: string, emit: Emit<string, string>) => emit(line.slice(0, keyLength), line)),
    reduce(_: string, lines: Iterable<string>, emit: EmitValue<string>) {
      for (const line of lines) emit(line);
    },
    partition: withValues({ bounds, rangeOf }, (key: string) => rangeOf(bounds, key)),
    reducers: bounds.length + 1,
  });
}

/**
 * The bounds of R ranges that hold about equally many of these keys: what the paper's sort program gets from "a pre-pass
 * MapReduce operation [that] will collect a sample of the keys" (section 5.3). Fewer where keys repeat so often that ranges
 * would be empty.
 *
 * @throws RangeError unless `reducers` is a whole number of at least 1
 */
export function sampleBounds<Key>(keys: readonly Key[], reducers: number): Key[] {
  integer("reducers", reducers, { min: 1 });
  const sorted = [...keys].sort(compareKeys);
  const bounds: Key[] = [];
  for (let r = 1; r < reducers; r++) {
    const bound = sorted[Math.floor((r * sorted.length) / reducers)];
    if (bound === undefined || compareKeys(bound, sorted[0]) === 0) continue;
    if (bounds.length === 0 || compareKeys(bounds.at(-1), bound) < 0) bounds.push(bound);
  }
  return bounds;
}

/** How many of the sorted bounds are at most the key: the number of its range. Keys are texts. */
export function rangeOf(bounds: readonly string[], key: string): number {
  let [low, high] = [0, bounds.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bounds[middle]! <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The order of `compareKeys` for texts, in words that can go to another thread. */
function byLetters(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
