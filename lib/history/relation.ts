/** A relation on numbers from 0, as rows of bits. */
export class Relation {
  readonly size: number;
  readonly #words: number;
  readonly #bits: Uint32Array;

  constructor(size: number, like?: Relation) {
    this.size = size;
    this.#words = (size + 31) >>> 5;
    this.#bits = like ? like.#bits.slice() : new Uint32Array(size * this.#words);
  }

  has(from: number, to: number): boolean {
    return ((this.#bits[from * this.#words + (to >>> 5)]! >>> (to & 31)) & 1) === 1;
  }

  add(from: number, to: number): void {
    this.#bits[from * this.#words + (to >>> 5)]! |= 1 << (to & 31);
  }

  /** Add what follows by transitivity (Warshall 1962). */
  close(): void {
    for (let via = 0; via < this.size; via++) {
      for (let from = 0; from < this.size; from++) if (this.has(from, via)) this.#join(from, via);
    }
  }

  /** Add a pair to a relation that is closed, and close it again. */
  addClosed(from: number, to: number): void {
    if (this.has(from, to)) return;
    for (let before = 0; before < this.size; before++) {
      if (before !== from && !this.has(before, from)) continue;
      this.add(before, to);
      this.#join(before, to);
    }
  }

  /** Everything that comes after the one comes after the other, too. */
  #join(into: number, of: number): void {
    const [a, b] = [into * this.#words, of * this.#words];
    for (let word = 0; word < this.#words; word++) this.#bits[a + word]! |= this.#bits[b + word]!;
  }
}
