/**
 * How often each word occurs, without a text for any: an open hash table over bytes. A slot has eight numbers, so that one line
 * of the processor's cache holds half a dozen words' worth of looking: the first eight bytes of the word, its hash, its
 * length, where its bytes stand, and how often it came. Words of up to eight bytes are compared without looking elsewhere.
 *
 * A word is a run of bytes above 32: spaces, tabs and line ends part words, all other letters of UTF-8 belong to them.
 */
export class WordTable {
  #slots: Int32Array;
  #counts: Float64Array;
  #mask: number;
  #pool: Uint8Array = new Uint8Array(1 << 20);
  #pooled = 0;
  #size = 0;

  constructor(slots: number = 1 << 17) {
    this.#slots = new Int32Array(slots * SLOT);
    this.#counts = new Float64Array(slots);
    this.#mask = slots - 1;
  }

  /** How many different words there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * Count the words of a text.
   *
   * @param bytes the text, and at least 8 bytes more, which are not looked at but may be read
   * @param end where the text ends
   */
  addText(bytes: Uint8Array, end: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    while (at < end) {
      // Four bytes at a time: `ends` has a bit at each byte of up to 32, of which the lowest is right.
      let four = view.getInt32(at, true);
      let ends = (four - 0x21212121) & ~four & 0x80808080;
      if (ends !== 0 && (ends & 0x80) !== 0) {
        at++;
        continue;
      }
      const start = at;
      let first = 0;
      let second = 0;
      let hash = 0;
      let group = 0;
      for (;;) {
        if (ends !== 0) {
          const rest = (31 - Math.clz32(ends & -ends)) >> 3;
          at += rest;
          four &= (1 << (rest << 3)) - 1;
        } else at += 4;
        if (group === 0) first = four;
        else if (group === 1) second = four;
        if (group === 0 || four !== 0) hash = Math.imul(hash ^ four, 0x9e3779b1) ^ (hash >>> 15);
        if (ends !== 0 || at >= end) break;
        group++;
        four = view.getInt32(at, true);
        ends = (four - 0x21212121) & ~four & 0x80808080;
      }
      // A word that goes up to the end may have been read beyond it.
      if (at > end) {
        this.#addWord(bytes, start, end, 1);
        return;
      }
      hash ^= hash >>> 16;
      this.#count(bytes, start, at - start, first, second, hash, 1);
    }
  }

  /** Take over the words of another table, as `words()` gave them. */
  addWords({ text, counts }: Words): void {
    let start = 0;
    for (let i = 0; i < counts.length; i++) {
      let end = start;
      while (text[end] !== NEWLINE) end++;
      this.#addWord(text, start, end, counts[i]!);
      start = end + 1;
    }
  }

  /** All words, each followed by a line end, and how often each came. */
  words(): Words {
    let length = 0;
    const slots = this.#slots;
    for (let slot = 0; slot <= this.#mask; slot++) if (this.#counts[slot] !== 0) length += slots[slot * SLOT + 3]! + 1;
    const text = new Uint8Array(length);
    const counts = new Float64Array(this.#size);
    let at = 0;
    let i = 0;
    for (let slot = 0; slot <= this.#mask; slot++) {
      if (this.#counts[slot] === 0) continue;
      const from = slots[slot * SLOT + 4]!;
      const size = slots[slot * SLOT + 3]!;
      for (let k = 0; k < size; k++) text[at++] = this.#pool[from + k]!;
      text[at++] = NEWLINE;
      counts[i++] = this.#counts[slot]!;
    }
    return { text, counts };
  }

  /** Slow but sure: byte by byte, with the same hash. */
  #addWord(bytes: Uint8Array, start: number, end: number, count: number): void {
    if (start === end) return;
    let first = 0;
    let second = 0;
    let hash = 0;
    for (let at = start, group = 0; at < end; at += 4, group++) {
      let four = 0;
      for (let k = 0; k < 4 && at + k < end; k++) four |= bytes[at + k]! << (8 * k);
      if (group === 0) first = four;
      else if (group === 1) second = four;
      hash = Math.imul(hash ^ four, 0x9e3779b1) ^ (hash >>> 15);
    }
    hash ^= hash >>> 16;
    this.#count(bytes, start, end - start, first, second, hash, count);
  }

  #count(bytes: Uint8Array, start: number, length: number, first: number, second: number, hash: number, count: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const at = slot * SLOT;
      if (slots[at + 3] === length && slots[at] === first && slots[at + 1] === second && slots[at + 2] === hash) {
        if (length <= 8 || this.#isSame(bytes, start, slots[at + 4]!, length)) {
          this.#counts[slot] = this.#counts[slot]! + count;
          return;
        }
      } else if (slots[at + 3] === 0) {
        slots[at] = first;
        slots[at + 1] = second;
        slots[at + 2] = hash;
        slots[at + 3] = length;
        slots[at + 4] = this.#pooled;
        this.#counts[slot] = count;
        this.#keep(bytes, start, length);
        if (++this.#size * 2 > mask) this.#grow();
        return;
      }
    }
  }

  #isSame(bytes: Uint8Array, start: number, kept: number, length: number): boolean {
    const pool = this.#pool;
    for (let k = 8; k < length; k++) if (bytes[start + k] !== pool[kept + k]) return false;
    return true;
  }

  #keep(bytes: Uint8Array, start: number, length: number): void {
    if (this.#pooled + length > this.#pool.length) {
      const pool = new Uint8Array(Math.max(2 * this.#pool.length, this.#pooled + length));
      pool.set(this.#pool);
      this.#pool = pool;
    }
    for (let k = 0; k < length; k++) this.#pool[this.#pooled + k] = bytes[start + k]!;
    this.#pooled += length;
  }

  #grow(): void {
    const [slots, counts, old] = [this.#slots, this.#counts, this.#mask];
    this.#mask = 2 * (old + 1) - 1;
    this.#slots = new Int32Array((this.#mask + 1) * SLOT);
    this.#counts = new Float64Array(this.#mask + 1);
    for (let slot = 0; slot <= old; slot++) {
      if (slots[slot * SLOT + 3] === 0) continue;
      let to = slots[slot * SLOT + 2]! & this.#mask;
      while (this.#slots[to * SLOT + 3] !== 0) to = (to + 1) & this.#mask;
      this.#slots.set(slots.subarray(slot * SLOT, slot * SLOT + SLOT), to * SLOT);
      this.#counts[to] = counts[slot]!;
    }
  }
}

/** Words with their counts: each word's bytes, followed by a line end. */
export interface Words {
  readonly text: Uint8Array;
  readonly counts: Float64Array;
}

/** How many numbers a slot has: two for the first bytes, hash, length, place of the bytes; the rest fills the cache line. */
const SLOT = 8;
const NEWLINE = 10;
