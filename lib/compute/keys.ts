import { canonical } from "../core/canonical.js";
import { show } from "../core/parameters.js";

/**
 * Keys of pairs: when two are equal, in which order they stand, and their hash, which is the same in every thread and on
 * every machine. A key is a text, a number, true or false, null, or a list or plain object of such; keys are equal if
 * they have equal values. -0 is 0, and NaN equals itself.
 */

/**
 * A hash of a key, a whole number from -2^31 to 2^31 - 1: Java's `hashCode` of a String, an Integer (a Double where the
 * number is none), a Boolean, a List, so that a HashPartitioner of Spark in Scala would put most keys into the same
 * partitions. The hash of a whole number is the number. An object's is that of its canonical text.
 */
export function hashKey(key: unknown): number {
  switch (typeof key) {
    case "string":
      return hashText(key);
    case "number":
      return (key | 0) === key ? key | 0 : hashDouble(key);
    case "boolean":
      return key ? 1231 : 1237;
    case "object": {
      if (key === null) return 0;
      if (!Array.isArray(key)) return hashText(canonical(key));
      let hash = 1;
      for (const item of key) hash = (Math.imul(31, hash) + hashKey(item)) | 0;
      return hash;
    }
    case "bigint":
      return hashText(String(key));
    default:
      throw new TypeError(`a key must be a text, a number, true or false, null, a list or an object, got ${show(key)}`);
  }
}

/** The partition from 0 to `partitions - 1` to which a key's hash belongs: `hashKey(key)` modulo `partitions`. */
export function partitionOfKey(key: unknown, partitions: number): number {
  const rest = hashKey(key) % partitions;
  return rest < 0 ? rest + partitions : rest;
}

/**
 * The natural order of keys: negative if the first comes before the second. Numbers by size (NaN last), texts by their
 * UTF-16 code units (no language), false before true, lists item by item. Null comes before all.
 * @throws TypeError where two keys are of different sorts, or are objects: there is no order then
 */
export function compareKeys(a: unknown, b: unknown): number {
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === "number" && typeof b === "number") return compareNumbers(a, b);
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (typeof a === "bigint" && typeof b === "bigint") return a < b ? -1 : a > b ? 1 : 0;
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(a, b);
  throw new TypeError(`there is no order between ${show(a)} and ${show(b)}: keys that are sorted must be numbers, or texts, or lists of such`);
}

/**
 * Values by key, in the order in which the keys came: a Map for which two keys are equal if they have equal values.
 * An entry is the pair [key, value] itself: who holds it may replace the value without looking the key up again.
 */
export class KeyMap<V> {
  readonly #entries = new Map<unknown, [key: unknown, value: V]>();

  get size(): number {
    return this.#entries.size;
  }

  entry(key: unknown): [key: unknown, value: V] | undefined {
    return this.#entries.get(nameOf(key));
  }

  get(key: unknown): V | undefined {
    return this.entry(key)?.[1];
  }

  has(key: unknown): boolean {
    return this.#entries.has(nameOf(key));
  }

  set(key: unknown, value: V): void {
    const name = nameOf(key);
    const entry = this.#entries.get(name);
    if (entry === undefined) this.#entries.set(name, [key, value]);
    else entry[1] = value;
  }

  entries(): IterableIterator<[key: unknown, value: V]> {
    return this.#entries.values();
  }

  clear(): void {
    this.#entries.clear();
  }
}

/** What stands for a key in a Map: the key itself, or a text where an equal key may be another object. */
function nameOf(key: unknown): unknown {
  if (typeof key === "object" && key !== null) return `\0${canonical(key)}`;
  // So that no text is taken for an object's name.
  if (typeof key === "string" && key.charCodeAt(0) === 0) return `\0${JSON.stringify(key)}`;
  return key;
}

function hashText(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0;
  return hash;
}

const double = new DataView(new ArrayBuffer(8));

function hashDouble(number: number): number {
  // -0 is the key 0, which is a whole number and never comes here, and all NaN are one.
  double.setFloat64(0, Number.isNaN(number) ? NaN : number);
  return double.getInt32(0) ^ double.getInt32(4);
}

function compareNumbers(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

function compareLists(a: readonly unknown[], b: readonly unknown[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const order = compareKeys(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
