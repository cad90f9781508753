import { availableParallelism } from "node:os";
import { integer, options as checkOptions } from "../../core/parameters.js";
import { here } from "../entry.js";
import { filesOf, splitsOf } from "../files.js";
import { Pool } from "../pool.js";
import { WordTable, type Words } from "./table.js";
import type { WordsMessage } from "./task.js";

/** How words are counted. */
export interface CountOptions {
  /** How many threads (1 to 64). Default: one for each core. */
  readonly threads?: number;
  /** Called as parts of the input are done. To stop, throw. */
  readonly progress?: (progress: { readonly done: number; readonly of: number }) => void;
  /** The address of the module that each thread runs in the place of distlab's own, which it must load. */
  readonly entry?: string;
}

/** How often each word of a text occurs. Texts are made of bytes only when they are asked for. */
export class WordCounts {
  readonly #words: Words;
  #entries: readonly (readonly [word: string, count: number])[] | null = null;
  #order: Uint32Array | null = null;

  constructor(words: Words) {
    this.#words = words;
  }

  /** How many words there are in all. */
  get total(): number {
    return this.#words.counts.reduce((sum, count) => sum + count, 0);
  }

  /** How many different ones. */
  get distinct(): number {
    return this.#words.counts.length;
  }

  /** All words with their counts, the most frequent first; of equally frequent ones the smaller text. */
  entries(): readonly (readonly [word: string, count: number])[] {
    return this.top(this.distinct);
  }

  /** The `n` most frequent words. @throws RangeError unless n is a whole number of at least 0 */
  top(n: number): readonly (readonly [word: string, count: number])[] {
    integer("n", n);
    const { counts } = this.#words;
    this.#entries ??= Buffer.from(this.#words.text).toString("utf8").split("\n").slice(0, -1).map((word, i) => [word, counts[i]!] as const);
    const entries = this.#entries;
    this.#order ??= Uint32Array.from(entries.keys()).sort((i, j) => counts[j]! - counts[i]! || (entries[i]![0] < entries[j]![0] ? -1 : 1));
    return Array.from(this.#order.subarray(0, n), (i) => entries[i]!);
  }
}

const MB = 1 << 20;

/**
 * Count the words of files, on bytes: what word count costs when nothing is made for each word, neither a text nor a pair. A
 * word is what stands between spaces, tabs and line ends.
 *
 *     (await countWords("corpus.txt")).top(3)
 *
 * @throws Error for an input that is not there or is not UTF-8; RangeError or TypeError for an option out of its range
 */
export async function countWords(path: string | readonly string[], options: CountOptions = {}): Promise<WordCounts> {
  checkOptions("countWords", options, ["threads", "progress", "entry"]);
  const threads = integer("threads", options.threads ?? availableParallelism(), { min: 1, max: 64 });
  const paths = typeof path === "string" ? [path] : path;
  const total = paths.flatMap(filesOf).reduce((sum, { bytes }) => sum + bytes, 0);
  // Few large parts: each gives all its words to be added up here.
  const size = Math.min(256 * MB, Math.max(MB, Math.ceil(total / (2 * threads))));
  const splits = paths.flatMap((one) => splitsOf(one, size));
  const pool = new Pool({ threads: Math.min(threads, Math.max(1, splits.length)), heapMb: 256, entry: options.entry ?? here });
  const sum = new WordTable();
  try {
    let done = 0;
    const parts = splits.map(async (split) => {
      const message: WordsMessage = { phase: "words", splits: [split] };
      const { value } = await pool.run({ label: split, message: () => message });
      sum.addWords(value as Words);
      options.progress?.({ done: ++done, of: splits.length });
    });
    await Promise.all(parts);
    return new WordCounts(sum.words());
  } finally {
    await pool.stop();
  }
}
