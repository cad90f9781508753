import { KeyMap } from "../../compute/keys.js";
import { sizeOf } from "./size.js";

/** What is done with the values of a key, to have fewer of them. */
export type Combine = (key: unknown, values: Iterable<unknown>) => readonly unknown[];

/** A key with its values so far. */
export interface Gathered {
  readonly key: unknown;
  readonly region: number;
  readonly values: readonly unknown[];
}

/**
 * Values by key, combined again and again. All values stand in one list in the order in which they came, and those of a key are
 * chained by numbers: so that one more value costs a look-up and a few writes, and no object. When the list is full, each key's
 * values are combined, and the list begins anew with what is left.
 */
export class Gathering {
  readonly #combine: Combine;
  readonly #regionOf: (key: unknown) => number;
  /** The number of each key. Texts, the usual keys, are looked up without more ado. */
  readonly #texts = new Map<string, number>();
  readonly #others = new KeyMap<number>();
  #keys: unknown[] = [];
  #regions: number[] = [];
  /** Of each key: where its first and last values stand in the list. */
  #heads = new Int32Array(1024);
  #tails = new Int32Array(1024);
  #values: unknown[] = [];
  /** Of each value: where the next one of the same key stands. */
  #next = new Int32Array(FULL);
  #full = FULL;
  #keyBytes = 0;
  #valueBytes = 0;

  constructor(combine: Combine, regionOf: (key: unknown) => number) {
    this.#combine = combine;
    this.#regionOf = regionOf;
  }

  /** About how many bytes are held. */
  get held(): number {
    return this.#keyBytes + this.#valueBytes + 12 * this.#values.length;
  }

  add(key: unknown, value: unknown): void {
    const number = typeof key === "string" ? this.#texts.get(key) : this.#others.get(key);
    const at = this.#values.length;
    if (number === undefined) this.#first(key, at);
    else {
      this.#next[this.#tails[number]!] = at;
      this.#tails[number] = at;
    }
    this.#next[at] = NONE;
    this.#values.push(value);
    if (typeof value !== "number") this.#valueBytes += sizeOf(value);
    if (at + 1 === this.#full) this.#compact();
  }

  /** All keys in the order in which they came, with their values combined; then nothing is held. */
  *drain(): Generator<Gathered, void> {
    for (let number = 0; number < this.#keys.length; number++) {
      const key = this.#keys[number];
      yield { key, region: this.#regions[number]!, values: this.#combinedOf(number, key) };
    }
    this.#texts.clear();
    this.#others.clear();
    this.#keys = [];
    this.#regions = [];
    this.#values = [];
    this.#full = FULL;
    this.#next = new Int32Array(FULL);
    this.#keyBytes = 0;
    this.#valueBytes = 0;
  }

  #first(key: unknown, at: number): void {
    const number = this.#keys.length;
    this.#regions.push(this.#regionOf(key));
    if (typeof key === "string") this.#texts.set(key, number);
    else this.#others.set(key, number);
    this.#keys.push(key);
    if (number === this.#heads.length) {
      this.#heads = larger(this.#heads, 2 * number);
      this.#tails = larger(this.#tails, 2 * number);
    }
    this.#heads[number] = at;
    this.#tails[number] = at;
    this.#keyBytes += KEY + sizeOf(key);
  }

  #combinedOf(number: number, key: unknown): readonly unknown[] {
    const values: unknown[] = [];
    for (let at = this.#heads[number]!; at !== NONE; at = this.#next[at]!) values.push(this.#values[at]);
    return values.length > 1 ? this.#combine(key, values) : values;
  }

  #compact(): void {
    const values: unknown[] = [];
    let bytes = 0;
    let next = new Int32Array(this.#full);
    for (let number = 0; number < this.#keys.length; number++) {
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
    // Keys of which the combiner left nothing are no longer known: their next value is a first one.
    if (this.#heads.subarray(0, this.#keys.length).includes(NONE)) this.#forgetEmpty();
    // What the combiner does not make less is not looked at again so soon.
    this.#full = Math.max(FULL, 2 * values.length);
    this.#next = next.length < this.#full ? larger(next, this.#full) : next;
    this.#values = values;
    this.#valueBytes = bytes;
  }

  #forgetEmpty(): void {
    const [keys, regions] = [this.#keys, this.#regions];
    this.#texts.clear();
    this.#others.clear();
    this.#keys = [];
    this.#regions = [];
    for (let number = 0; number < keys.length; number++) {
      if (this.#heads[number] === NONE) continue;
      const to = this.#keys.length;
      const key = keys[number];
      this.#heads[to] = this.#heads[number]!;
      this.#tails[to] = this.#tails[number]!;
      this.#keys.push(key);
      this.#regions.push(regions[number]!);
      if (typeof key === "string") this.#texts.set(key, to);
      else this.#others.set(key, to);
    }
  }
}

/** So many values are gathered before they are combined: enough that few keys have only one, few enough to stay in the processor's cache. */
const FULL = 1 << 18;
const NONE = -1;
/** About what a key takes in memory besides itself, in bytes. */
const KEY = 96;

function larger(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(length);
  copy.set(array);
  return copy;
}
