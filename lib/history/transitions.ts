/** What is not known yet. */
export const notKnown = -2;

/** A table from pairs of whole numbers (from 0) to whole numbers: an open hash table in one array of numbers. */
export class Transitions {
  /** Three numbers a place: the first number plus 1 (0 is a free place), the second, and what they lead to. */
  #places: Int32Array = new Int32Array(3 * 1024);
  #mask = 1023;
  #count = 0;

  get(first: number, second: number): number {
    const places = this.#places;
    for (let place = hash(first, second) & this.#mask; ; place = (place + 1) & this.#mask) {
      const at = 3 * place;
      if (places[at] === 0) return notKnown;
      if (places[at] === first + 1 && places[at + 1] === second) return places[at + 2]!;
    }
  }

  /** Sets what is not there yet. */
  set(first: number, second: number, value: number): void {
    if (3 * this.#count >= 2 * this.#mask) this.#grow();
    let place = hash(first, second) & this.#mask;
    while (this.#places[3 * place] !== 0) place = (place + 1) & this.#mask;
    this.#places[3 * place] = first + 1;
    this.#places[3 * place + 1] = second;
    this.#places[3 * place + 2] = value;
    this.#count++;
  }

  #grow(): void {
    const old = this.#places;
    this.#mask = 2 * this.#mask + 1;
    this.#places = new Int32Array(3 * (this.#mask + 1));
    this.#count = 0;
    for (let at = 0; at < old.length; at += 3) if (old[at] !== 0) this.set(old[at]! - 1, old[at + 1]!, old[at + 2]!);
  }
}

function hash(first: number, second: number): number {
  const mixed = Math.imul(first ^ Math.imul(second, 0x85ebca6b), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
