import { hashOf, mixed } from "../check/vectors.js";

/** How memory is parted. The tests make it small, so that each part fills up. */
export interface Sizes {
  /** How many states are left together, at most: between two batches the threads wait for each other. */
  readonly batch: number;
  /** How many of them a thread takes at a time. */
  readonly chunk: number;
  /** How many places the first table has: a power of two. */
  readonly table: number;
  /** How many words a block of vectors has: a power of two. */
  readonly block: number;
}

export const SIZES: Sizes = { batch: 1 << 14, chunk: 1 << 5, table: 1 << 18, block: 1 << 22 };

/** What all threads see. `control` has the words that `Word` names, and then those of `Own` for each thread. */
export interface SharedMemory {
  readonly sizes: Sizes;
  readonly threads: number;
  readonly control: Int32Array;
  /** For each state of the batch: the number of its steps. */
  readonly steps: Int32Array;
  /** For each state of the batch: how many new states are its own, as it is the first that leads there. */
  readonly fresh: Int32Array;
  /** For each state of the batch: 1 where somebody met something that is in no table yet, or had no room. */
  readonly missed: Int32Array;
}

export const Word = {
  /** Goes up by one when there is a new turn to take. */
  turn: 0,
  /** What the turn is. */
  phase: 1,
  /** How many threads have done theirs. */
  done: 2,
  /** The next chunk of the batch that nobody has taken yet. */
  chunk: 3,
  /** The batch: its first state, and the one after its last. */
  from: 4,
  to: 5,
  /** How many states are numbered. */
  size: 6,
  /** How many have been found since. */
  found: 7,
  /** No number from here on counts. */
  max: 8,
  /** How many words there are before those of the threads. */
  count: 9,
} as const;

/** The words of each thread. */
export const Own = {
  /** Whether it has something to say: 1 if so. */
  mail: 0,
  /** What is in its tables, as one number. */
  learned: 1,
  /** How many empty blocks it has. */
  spare: 2,
  /** How much memory its vectors take, in units of 8 bytes. */
  used: 3,
  count: 4,
} as const;

/** Where a word of a thread stands in `control`. */
export function own(thread: number, word: number): number {
  return Word.count + Own.count * thread + word;
}

/** What grows: sent to all threads between two turns. */
export interface Growth {
  readonly table?: Int32Array;
  readonly order?: Int32Array;
  /** Blocks that are new, each with its number and the thread that writes into it. */
  readonly blocks?: readonly { readonly number: number; readonly thread: number; readonly words: Int32Array }[];
}

export function sharedMemory(threads: number, sizes: Sizes): SharedMemory {
  return {
    sizes,
    threads,
    control: sharedWords(Word.count + Own.count * threads),
    steps: sharedWords(sizes.batch),
    fresh: sharedWords(sizes.batch),
    missed: sharedWords(sizes.batch),
  };
}

export function sharedWords(count: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * count));
}

/** Before each vector stand its hash, the state that leads there first, by which step (and a bit), and its length. */
const HASH = 0;
const PARENT = 1;
const MARK = 2;
const LENGTH = 3;
const HEAD = 4;

/**
 * The set of all states, as one thread sees it and writes to it. Vectors lie in blocks, each of which one thread
 * writes; the table leads to them by their hash, and grows by an atomic exchange, so that two threads that find the
 * same state at the same moment agree on one vector. The order leads to them by number.
 *
 * 1. What stands before a vector, and the vector, is written before the table leads there, and then never changed, but
 *    for the parent and the mark.
 * 2. The parent of a state only goes down, and only in the batch in which the state was found. At the end of it, it is
 *    the least state that leads there, whichever thread came first.
 * 3. Each thread keeps a record of where it has set a parent. The last one to set it is the one who numbers the state.
 */
export class SharedStates {
  table: Int32Array = new Int32Array(0);
  order: Int32Array = new Int32Array(0);
  /** The states that this thread has set the parent of: address, parent and mark of each, one after the other. */
  record: Int32Array = new Int32Array(3 << 10);
  recorded = 0;
  readonly #memory: SharedMemory;
  readonly #thread: number;
  readonly #bits: number;
  readonly #blocks: Int32Array[] = [];
  /** The numbers of the blocks that this thread writes, and where each ends. */
  readonly #mine: number[] = [];
  readonly #ends: number[] = [];
  #at = -1;
  #words: Int32Array = new Int32Array(0);
  #used = 0;
  #added = 0;
  /** The first state of the batch. */
  #base = 0;

  constructor(memory: SharedMemory, thread: number) {
    this.#memory = memory;
    this.#thread = thread;
    this.#bits = Math.log2(memory.sizes.block) - 1;
  }

  grow({ table, order, blocks = [] }: Growth): void {
    if (table) this.table = table;
    if (order) this.order = order;
    for (const { number, thread, words } of blocks) {
      this.#blocks[number] = words;
      if (thread === this.#thread) this.#mine.push(number);
    }
    if (this.#at < 0 && this.#mine.length > 0) this.#nextBlock();
    this.#tellSpare();
  }

  /** Forget the record; from here on states are left from this one on. */
  begin(base: number): void {
    this.#base = base;
    this.recorded = 0;
  }

  /** Whether this thread is the one to leave a state, where states are shared out by one of their words. */
  isMine(state: number, word: number): boolean {
    const address = this.order[state]!;
    const value = this.#block(address)[this.#offset(address) + HEAD + word]!;
    return (mixed(value) >>> 1) % this.#memory.threads === this.#thread;
  }

  /** Whether there is room for what a chunk may find. */
  get hasRoom(): boolean {
    const { control } = this.#memory;
    const size = control[Word.size]! + Atomics.load(control, Word.found);
    return this.#at + 1 < this.#mine.length && 4 * size < 3 * this.table.length;
  }

  /** Tell the others how many states were found since this was said last. */
  tellFound(): void {
    const { control } = this.#memory;
    Atomics.add(control, Word.found, this.#added);
    this.#added = 0;
  }

  /** A step leads from `parent` to this state. */
  add(vector: Int32Array, length: number, parent: number, mark: number): void {
    const { table } = this;
    const mask = table.length - 1;
    const hash = hashOf(vector, length);
    let mine = -1;
    for (let turn = 0, slot = hash & mask; turn <= mask; turn++, slot = (slot + 1) & mask) {
      let found = Atomics.load(table, slot);
      if (found === 0) {
        if (mine < 0) mine = this.#write(vector, length, hash, parent, mark);
        found = Atomics.compareExchange(table, slot, 0, mine + 1);
        if (found === 0) {
          this.#used += (HEAD + length + 1) & ~1;
          this.#added++;
          Atomics.add(this.#memory.fresh, parent - this.#base, 1);
          this.#note(mine, parent, mark);
          return;
        }
      }
      if (!this.#is(found - 1, vector, length, hash)) continue;
      this.lower(found - 1, parent, mark);
      return;
    }
    throw new Error("a chunk of states has more steps than there is memory for");
  }

  /** A step leads to a state that has been found: perhaps from an earlier one than was known. */
  protected lower(address: number, parent: number, mark: number): void {
    const words = this.#block(address);
    const at = this.#offset(address) + PARENT;
    for (let known = Atomics.load(words, at); parent < known; ) {
      const was = Atomics.compareExchange(words, at, known, parent);
      if (was === known) {
        const { fresh } = this.#memory;
        Atomics.sub(fresh, known - this.#base, 1);
        Atomics.add(fresh, parent - this.#base, 1);
        this.#note(address, parent, mark);
        return;
      }
      known = was;
    }
  }

  /** Give a state its number and its mark, once its parent is known. */
  number(address: number, mark: number, number: number): void {
    this.#block(address)[this.#offset(address) + MARK] = mark;
    this.order[number] = address;
  }

  /** Put the states of this thread into a new table. */
  rehash(): void {
    const { table } = this;
    const mask = table.length - 1;
    for (let i = 0; i <= this.#at; i++) {
      const number = this.#mine[i]!;
      const words = this.#blocks[number]!;
      const end = i === this.#at ? this.#used : this.#ends[i]!;
      for (let at = 0; at < end; at += (HEAD + words[at + LENGTH]! + 1) & ~1) {
        const address = this.#address(number, at);
        let slot = words[at + HASH]! & mask;
        while (Atomics.compareExchange(table, slot, 0, address + 1) !== 0) slot = (slot + 1) & mask;
      }
    }
  }

  parentAt(address: number): number {
    return this.#block(address)[this.#offset(address) + PARENT]!;
  }

  markAt(address: number): number {
    return this.#block(address)[this.#offset(address) + MARK]!;
  }

  lengthAt(address: number): number {
    return this.#block(address)[this.#offset(address) + LENGTH]!;
  }

  /** Copy the vector that stands there to the front of `into`; returns its length. */
  readAt(address: number, into: Int32Array): number {
    const words = this.#block(address);
    const at = this.#offset(address) + HEAD;
    const length = words[at - HEAD + LENGTH]!;
    for (let i = 0; i < length; i++) into[i] = words[at + i]!;
    return length;
  }

  /** Once nothing more is added, the number of a state takes the place of its hash. */
  numberAll(size: number): void {
    for (let number = 0; number < size; number++) {
      const address = this.order[number]!;
      this.#block(address)[this.#offset(address) + HASH] = number;
    }
  }

  /** After `numberAll`: the number of a vector. */
  numberOf(vector: Int32Array, length: number): number {
    const mask = this.table.length - 1;
    for (let slot = hashOf(vector, length) & mask; this.table[slot] !== 0; slot = (slot + 1) & mask) {
      const address = this.table[slot]! - 1;
      const number = this.#block(address)[this.#offset(address) + HASH]!;
      if (this.#is(address, vector, length, number)) return number;
    }
    throw new Error("a state was not found again: an action must rest on something outside its state");
  }

  /** How many bytes the vectors of this thread take. */
  tellUsed(): void {
    const full = this.#ends.reduce((sum, end) => sum + end, 0);
    this.#memory.control[own(this.#thread, Own.used)] = (full + this.#used) / 2;
  }

  #write(vector: Int32Array, length: number, hash: number, parent: number, mark: number): number {
    if (this.#used + HEAD + length + 1 > this.#words.length) {
      if (this.#at + 1 >= this.#mine.length) throw new Error("a chunk of states has more steps than there is memory for");
      this.#ends.push(this.#used);
      this.#nextBlock();
    }
    const words = this.#words;
    const at = this.#used;
    words[at + HASH] = hash;
    words[at + PARENT] = parent;
    words[at + MARK] = mark;
    words[at + LENGTH] = length;
    for (let i = 0; i < length; i++) words[at + HEAD + i] = vector[i]!;
    return this.#address(this.#mine[this.#at]!, at);
  }

  #nextBlock(): void {
    this.#words = this.#blocks[this.#mine[++this.#at]!]!;
    this.#used = 0;
    this.#tellSpare();
  }

  #tellSpare(): void {
    this.#memory.control[own(this.#thread, Own.spare)] = this.#mine.length - 1 - this.#at;
  }

  #note(address: number, parent: number, mark: number): void {
    if (this.recorded + 3 > this.record.length) {
      const larger = new Int32Array(2 * this.record.length);
      larger.set(this.record);
      this.record = larger;
    }
    this.record[this.recorded++] = address;
    this.record[this.recorded++] = parent;
    this.record[this.recorded++] = mark;
  }

  #is(address: number, vector: Int32Array, length: number, hash: number): boolean {
    const words = this.#block(address);
    const at = this.#offset(address);
    if (words[at + HASH] !== hash || words[at + LENGTH] !== length) return false;
    for (let i = 0; i < length; i++) if (words[at + HEAD + i] !== vector[i]) return false;
    return true;
  }

  #block(address: number): Int32Array {
    return this.#blocks[address >>> this.#bits]!;
  }

  #offset(address: number): number {
    return (address & ((1 << this.#bits) - 1)) << 1;
  }

  #address(block: number, offset: number): number {
    return (block << this.#bits) | (offset >>> 1);
  }
}
