/**
 * A set of lists of whole numbers: the situations that a search has seen. All lists lie one behind the other in one
 * array, found by an open hash table, so that a million of them are two objects for the garbage collector.
 */
export class Memo {
  /** Where a list begins in the pool, plus 1; 0 is a free place. */
  #table: Int32Array = new Int32Array(smallTable);
  #pool: Int32Array = new Int32Array(8 * smallTable);
  #used = 0;
  #count = 0;

  /** How many lists it holds. */
  get size(): number {
    return this.#count;
  }

  /** Adds the first `length` numbers as a list; false if that list was there already. */
  add(list: Int32Array, length: number): boolean {
    const mask = this.#table.length - 1;
    let place = hash(list, 0, length) & mask;
    for (;;) {
      const start = this.#table[place]!;
      if (start === 0) break;
      if (this.#holds(start - 1, list, length)) return false;
      place = (place + 1) & mask;
    }
    if (this.#used + length + 1 > this.#pool.length) this.#pool = grown(this.#pool, this.#used + length + 1);
    this.#table[place] = this.#used + 1;
    this.#pool[this.#used] = length;
    for (let i = 0; i < length; i++) this.#pool[this.#used + 1 + i] = list[i]!;
    this.#used += length + 1;
    this.#count++;
    if (2 * this.#count > this.#table.length) this.#rehash();
    return true;
  }

  /** Forgets all lists, and gives back what many of them took. */
  clear(): void {
    if (this.#count === 0) return;
    if (this.#table.length > smallTable) {
      this.#table = new Int32Array(smallTable);
      this.#pool = new Int32Array(8 * smallTable);
    } else this.#table.fill(0);
    this.#used = 0;
    this.#count = 0;
  }

  #holds(start: number, list: Int32Array, length: number): boolean {
    const pool = this.#pool;
    if (pool[start] !== length) return false;
    for (let i = 0; i < length; i++) if (pool[start + 1 + i] !== list[i]) return false;
    return true;
  }

  #rehash(): void {
    const table = new Int32Array(2 * this.#table.length);
    const mask = table.length - 1;
    for (let start = 0; start < this.#used; start += this.#pool[start]! + 1) {
      let place = hash(this.#pool, start + 1, this.#pool[start]!) & mask;
      while (table[place] !== 0) place = (place + 1) & mask;
      table[place] = start + 1;
    }
    this.#table = table;
  }
}

const smallTable = 2048;

function hash(numbers: Int32Array, from: number, length: number): number {
  let sum = length;
  for (let i = 0; i < length; i++) {
    sum = Math.imul(sum ^ numbers[from + i]!, 0x9e3779b1);
    sum ^= sum >>> 15;
  }
  return sum;
}

function grown(array: Int32Array, atLeast: number): Int32Array {
  const larger = new Int32Array(Math.max(2 * array.length, atLeast));
  larger.set(array);
  return larger;
}
