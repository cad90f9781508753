/**
 * A set of short vectors of whole numbers, numbered in the order in which they were first seen. This is what
 * makes an exhaustive search cheap: a world is some fifteen small numbers side by side in one block of memory,
 * found by its hash and compared in full, so that a count of distinct worlds is exact.
 */
export class Vectors {
  #size = 0;
  #blocks: Int32Array[] = [];
  #used = BLOCK;
  #starts = new Uint32Array(1 << 10);
  #hashes = new Int32Array(1 << 10);
  #table = new Int32Array(1 << 11);

  /** How many different vectors there are. */
  get size(): number {
    return this.#size;
  }

  /** How many bytes the set occupies, but for what is still free of its last block. */
  get bytes(): number {
    const words = Math.max(0, this.#blocks.length - 1) * BLOCK + (this.#used % BLOCK);
    return 4 * (words + this.#starts.length + this.#hashes.length + this.#table.length);
  }

  /** The number of this vector. It is new if its number is the `size` from before the call. */
  add(vector: Int32Array, length: number): number {
    const hash = hashOf(vector, length);
    const mask = this.#table.length - 1;
    let slot = hash & mask;
    for (let found = this.#table[slot]!; found !== 0; found = this.#table[slot]!) {
      if (this.#hashes[found - 1] === hash && this.#equals(found - 1, vector, length)) return found - 1;
      slot = (slot + 1) & mask;
    }
    const index = this.#size++;
    this.#table[slot] = index + 1;
    if (index === this.#starts.length) {
      this.#starts = grown(this.#starts, new Uint32Array(2 * index));
      this.#hashes = grown(this.#hashes, new Int32Array(2 * index));
    }
    if (this.#used + length + 1 > BLOCK) {
      this.#blocks.push(new Int32Array(BLOCK));
      this.#used = 0;
    }
    const block = this.#blocks.length - 1;
    const words = this.#blocks[block]!;
    this.#starts[index] = block * BLOCK + this.#used;
    this.#hashes[index] = hash;
    words[this.#used++] = length;
    for (let i = 0; i < length; i++) words[this.#used++] = vector[i]!;
    if (2 * this.#size > this.#table.length) this.#rehash();
    return index;
  }

  /** The length of a vector. */
  lengthOf(index: number): number {
    const start = this.#starts[index]!;
    return this.#blocks[start >>> BLOCK_BITS]![start & (BLOCK - 1)]!;
  }

  /** Copy a vector to the front of `into`; returns its length. */
  read(index: number, into: Int32Array): number {
    const start = this.#starts[index]!;
    const words = this.#blocks[start >>> BLOCK_BITS]!;
    const at = (start & (BLOCK - 1)) + 1;
    const length = words[at - 1]!;
    for (let i = 0; i < length; i++) into[i] = words[at + i]!;
    return length;
  }

  #equals(index: number, vector: Int32Array, length: number): boolean {
    const start = this.#starts[index]!;
    const words = this.#blocks[start >>> BLOCK_BITS]!;
    const at = (start & (BLOCK - 1)) + 1;
    if (words[at - 1] !== length) return false;
    for (let i = 0; i < length; i++) if (words[at + i] !== vector[i]) return false;
    return true;
  }

  #rehash(): void {
    const table = new Int32Array(2 * this.#table.length);
    const mask = table.length - 1;
    for (let index = 0; index < this.#size; index++) {
      let slot = this.#hashes[index]! & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = index + 1;
    }
    this.#table = table;
  }
}

/** A map from pairs of numbers of at least 0 to numbers of at least 0, in typed arrays. */
export class PairMap {
  #size = 0;
  #keys = new Int32Array(1 << 11).fill(-1);
  #values = new Int32Array(1 << 10);

  /** How many pairs have a value. */
  get size(): number {
    return this.#size;
  }

  /** The value of the pair, or -1. */
  get(a: number, b: number): number {
    const slot = this.#slotOf(a, b);
    return this.#keys[2 * slot] === -1 ? -1 : this.#values[slot]!;
  }

  set(a: number, b: number, value: number): void {
    if (2 * this.#size >= this.#values.length) this.#rehash();
    const slot = this.#slotOf(a, b);
    if (this.#keys[2 * slot] === -1) this.#size++;
    this.#keys[2 * slot] = a;
    this.#keys[2 * slot + 1] = b;
    this.#values[slot] = value;
  }

  #slotOf(a: number, b: number): number {
    const mask = this.#values.length - 1;
    const keys = this.#keys;
    let slot = mixed(Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)) & mask;
    while (keys[2 * slot] !== -1 && (keys[2 * slot] !== a || keys[2 * slot + 1] !== b)) slot = (slot + 1) & mask;
    return slot;
  }

  #rehash(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Int32Array(2 * keys.length).fill(-1);
    this.#values = new Int32Array(2 * values.length);
    for (let i = 0; i < values.length; i++) {
      if (keys[2 * i] === -1) continue;
      const slot = this.#slotOf(keys[2 * i]!, keys[2 * i + 1]!);
      this.#keys[2 * slot] = keys[2 * i]!;
      this.#keys[2 * slot + 1] = keys[2 * i + 1]!;
      this.#values[slot] = values[i]!;
    }
  }
}

/** A column of numbers that grows at its end, 4 bytes each. */
export class Column {
  #values = new Uint32Array(1 << 10);

  get bytes(): number {
    return this.#values.length * 4;
  }

  get(index: number): number {
    return this.#values[index]!;
  }

  /** The first values of the column, side by side. */
  first(count: number): Uint32Array {
    return this.#values.subarray(0, count);
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) this.#values = grown(this.#values, new Uint32Array(2 * index));
    this.#values[index] = value;
  }
}

const BLOCK_BITS = 18;
const BLOCK = 1 << BLOCK_BITS;

function grown<T extends Int32Array | Uint32Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}

/** A number of 32 bits that is hardly ever the same for two vectors. */
export function hashOf(vector: Int32Array, length: number): number {
  let hash = length;
  for (let i = 0; i < length; i++) {
    hash = Math.imul(hash ^ vector[i]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return mixed(hash);
}

/** A number whose bits all depend on all bits of this one. */
export function mixed(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return h ^ (h >>> 15);
}
