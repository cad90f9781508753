import { KeyMap } from "../../compute/keys.js";
import { sizeOf } from "./size.js";

/** What is done with the values of a key, to have fewer of them. */
export type Combine = (key: unknown, values: Iterable<unknown>, emit: (value: unknown) => void) => void;

/**
 * Values by key, combined again and again.
 *
 * Numbers are combined two by two as they come, as long as one number comes of it: then a key holds one number, and a value
 * costs a look-up and a call. Of other values none may be looked at often, since what comes of them may grow: a list to
 * which lists are added, say. They stand in one list in the order in which they came, chained by numbers. When it is full, the
 * values of each key are combined, and the list begins anew with what is left.
 */
export class Gathering {
  readonly #combine: Combine;
  readonly #regionOf: (key: unknown) => number;
  /** The number of each key. Texts, the usual keys, are looked up without more ado. */
  readonly #texts = new Map<string, number>();
  readonly #others = new KeyMap<number>();
  #keys: unknown[] = [];
  #regions: number[] = [];
  /** Of each key: the one number that it holds, or undefined where its values are in the list. */
  #singles: (number | undefined)[] = [];
  /** Of each key: where its first and last values stand in the list. */
  #heads: Int32Array = new Int32Array(1024);
  #tails: Int32Array = new Int32Array(1024);
  #values: unknown[] = [];
  /** Of each value: where the next one of the same key stands. */
  #next: Int32Array = new Int32Array(0);
  #full = 0;
  #keyBytes = 0;
  #valueBytes = 0;
  /** What a combiner gets of two numbers, and what it gives. */
  readonly #two = [0, 0];
  #out: unknown = undefined;
  #outs = 0;
  readonly #emit = (value: unknown): void => {
    this.#out = value;
    this.#outs++;
  };

  constructor(combine: Combine, regionOf: (key: unknown) => number) {
    this.#combine = combine;
    this.#regionOf = regionOf;
  }

  /** About how many bytes are held. */
  get held(): number {
    return this.#keyBytes + this.#valueBytes + 12 * this.#values.length;
  }

  /** Take up a value. Says whether more is held than before. */
  add(key: unknown, value: unknown): boolean {
    const number = typeof key === "string" ? this.#texts.get(key) : this.#others.get(key);
    if (number === undefined) {
      this.#first(key, value);
      return true;
    }
    const single = this.#singles[number];
    if (single !== undefined) {
      if (typeof value === "number") {
        this.#two[0] = single;
        this.#two[1] = value;
        this.#outs = 0;
        this.#combine(key, this.#two, this.#emit);
        if (this.#outs === 1 && typeof this.#out === "number") {
          this.#singles[number] = this.#out;
          return false;
        }
      }
      // No number, or not one: from now on its values are listed, from these two on, which are combined later again.
      this.#singles[number] = undefined;
      this.#heads[number] = NONE;
      this.#list(number, single);
    }
    this.#list(number, value);
    return true;
  }

  /** Each key in the order in which they came with each of its values, combined; then nothing is held. */
  drain(take: (key: unknown, region: number, value: unknown) => void): void {
    for (let number = 0; number < this.#keys.length; number++) {
      const key = this.#keys[number];
      const region = this.#regions[number]!;
      const single = this.#singles[number];
      if (single !== undefined) take(key, region, single);
      else for (const value of this.#combinedOf(number, key)) take(key, region, value);
    }
    this.#texts.clear();
    this.#others.clear();
    this.#keys = [];
    this.#regions = [];
    this.#singles = [];
    this.#values = [];
    this.#full = 0;
    this.#next = new Int32Array(0);
    this.#keyBytes = 0;
    this.#valueBytes = 0;
  }

  #list(number: number, value: unknown): void {
    const at = this.#values.length;
    if (this.#full === 0) this.#next = new Int32Array((this.#full = FULL));
    if (this.#heads[number] === NONE) this.#heads[number] = at;
    else this.#next[this.#tails[number]!] = at;
    this.#tails[number] = at;
    this.#next[at] = NONE;
    this.#values.push(value);
    if (typeof value !== "number") this.#valueBytes += sizeOf(value);
    if (at + 1 === this.#full) this.#compact();
  }

  #first(key: unknown, value: unknown): void {
    const number = this.#keys.length;
    this.#regions.push(this.#regionOf(key));
    if (typeof key === "string") this.#texts.set(key, number);
    else this.#others.set(key, number);
    this.#keys.push(key);
    if (number === this.#heads.length) {
      this.#heads = larger(this.#heads, 2 * number);
      this.#tails = larger(this.#tails, 2 * number);
    }
    this.#heads[number] = NONE;
    this.#keyBytes += KEY + sizeOf(key);
    if (typeof value === "number") this.#singles.push(value);
    else {
      this.#singles.push(undefined);
      this.#list(number, value);
    }
  }

  #combinedOf(number: number, key: unknown): readonly unknown[] {
    const values: unknown[] = [];
    for (let at = this.#heads[number]!; at !== NONE; at = this.#next[at]!) values.push(this.#values[at]);
    if (values.length <= 1) return values;
    const combined: unknown[] = [];
    this.#combine(key, values, (value) => combined.push(value));
    return combined;
  }

  #compact(): void {
    const values: unknown[] = [];
    let bytes = 0;
    let next: Int32Array = new Int32Array(this.#full);
    for (let number = 0; number < this.#keys.length; number++) {
      if (this.#heads[number] === NONE) continue;
      const left = this.#combinedOf(number, this.#keys[number]);
      if (values.length + left.length >= next.length) next = larger(next, 2 * (values.length + left.length));
      this.#heads[number] = left.length === 0 ? NONE : values.length;
      for (const value of left) {
        if (typeof value !== "number") bytes += sizeOf(value);
        next[values.length] = values.length + 1;
        values.push(value);
      }
      if (left.length > 0) next[values.length - 1] = NONE;
      this.#tails[number] = values.length - 1;
    }
    // What the combiner does not make less is not looked at again so soon.
    this.#full = Math.max(FULL, 2 * values.length);
    this.#next = next.length < this.#full ? larger(next, this.#full) : next;
    this.#values = values;
    this.#valueBytes = bytes;
  }
}

/** So many values are listed before they are combined: enough that few keys have only one. */
const FULL = 1 << 18;
const NONE = -1;
/** About what a key takes in memory besides itself, in bytes. */
const KEY = 96;

function larger(array: Int32Array, length: number): Int32Array {
  const copy = new Int32Array(length);
  copy.set(array);
  return copy;
}
