import { integer, options as checkOptions, show } from "../../core/parameters.js";
import { murmur, type Hash } from "../hash/hash.js";
import { Scheme, type NodeList } from "./placement.js";

/** How a Maglev table is made. */
export interface MaglevOptions {
  /** The number of entries, a prime, much greater than the number of nodes: the paper asks for over 100 times (default 65,537). */
  readonly size?: number;
  /** What turns names and keys into words (default MurmurHash3). */
  readonly hash?: Hash;
}

/** The order in which a backend wants the entries: offset, offset + skip, offset + 2 skip, ... modulo the size. */
export interface Permutation {
  readonly offset: number;
  /** From 1 to the size - 1. */
  readonly skip: number;
  /** How often it takes a turn, beside the others (default 1). */
  readonly weight?: number;
}

/**
 * The lookup table of Maglev (Eisenbud et al., NSDI 2016, section 3.4, Pseudocode 1): the backends take turns, and each
 * takes the next entry of its own permutation that is still free. So the counts of equal backends differ by at most 1.
 *
 * The size must be prime: then every skip leads through all entries. A backend of less weight passes in some turns: after k
 * rounds it has had its share of them (as in the load balancer Envoy).
 *
 * @returns the number of the backend for each entry
 * @throws RangeError unless the size is prime and at least the number of backends
 */
export function maglevTable(size: number, permutations: readonly Permutation[]): Int32Array {
  integer("size", size, { min: 2, max: 2 ** 26 });
  if (!isPrime(size)) throw new RangeError(`size must be a prime, so that every permutation reaches all entries, got ${size}; the next one is ${nextPrime(size)}`);
  const count = permutations.length;
  if (count === 0 || count > size) throw new RangeError(`permutations must be 1 to ${size}, the size of the table, got ${count}`);
  const at = Int32Array.from(permutations, ({ offset }) => integer("offset", offset, { max: size - 1 }));
  const skip = Int32Array.from(permutations, ({ skip: one }) => integer("skip", one, { min: 1, max: size - 1 }));
  const heaviest = Math.max(...permutations.map(({ weight = 1 }) => weight));
  const pace = Float64Array.from(permutations, ({ weight = 1 }) => weight / heaviest);
  const table = new Int32Array(size).fill(-1);
  let filled = 0;
  for (let round = 1; ; round++) {
    for (let i = 0; i < count; i++) {
      const turns = pace[i]!;
      if (turns < 1 && Math.floor(round * turns) === Math.floor((round - 1) * turns)) continue;
      let entry = at[i]!;
      const step = skip[i]!;
      while (table[entry]! >= 0) {
        entry += step;
        if (entry >= size) entry -= size;
      }
      table[entry] = i;
      entry += step;
      at[i] = entry >= size ? entry - size : entry;
      if (++filled === size) return table;
    }
  }
}

/**
 * Maglev hashing: a table that is filled anew at every change and read in one step. The shares are nearly equal, at the
 * price that a change also moves some keys between nodes that stay.
 */
export class Maglev extends Scheme {
  readonly scheme: string = "maglev";
  readonly #hash: Hash;
  readonly #size: number;
  #table: Int32Array = new Int32Array(0);

  /** @throws RangeError unless the size is prime */
  constructor(nodes: NodeList = [], options: MaglevOptions = {}) {
    super();
    const { size = 65_537, hash = murmur } = checkOptions("options", options, ["size", "hash"]);
    this.#size = integer("size", size, { min: 2, max: 2 ** 26 });
    if (!isPrime(size)) throw new RangeError(`size must be a prime, got ${show(size)}; the next one is ${nextPrime(size)}`);
    this.#hash = hash;
    this.addAll(nodes);
  }

  get bytes(): number {
    return this.#table.byteLength;
  }

  /** The name of the node at each entry of the table. */
  table(): readonly string[] {
    return Array.from(this.#table, (id) => this.nameOf(id));
  }

  protected override mayJoin(total: number): void {
    if (total > this.#size) throw new RangeError(`maglev: size must be at least the number of nodes, got ${this.#size} for ${total}`);
  }

  protected joined(): void {
    this.#fill();
  }

  protected left(): void {
    this.#fill();
  }

  protected reweighted(): void {
    this.#fill();
  }

  protected ownerOf(key: string): number {
    return this.#table[this.#hash.word(key) % this.#size]!;
  }

  protected preference(): Iterable<number> {
    throw new RangeError("maglev: it has no order of preference, and so no replicas: an entry names one node");
  }

  protected shares(): ReadonlyMap<number, number> {
    const shares = new Map<number, number>();
    for (const id of this.#table) shares.set(id, (shares.get(id) ?? 0) + 1 / this.#size);
    return shares;
  }

  #fill(): void {
    if (this.size === 0) {
      this.#table = new Int32Array(0);
      return;
    }
    // By name, so that balancers that heard of the nodes in different orders fill the same table.
    const sorted = [...this.members].sort((a, b) => (a.name < b.name ? -1 : 1));
    const table = maglevTable(this.#size, sorted.map(({ name, weight }) => ({ ...permutationOf(this.#hash, name, this.#size), weight })));
    this.#table = table.map((i) => sorted[i]!.id);
  }
}

/** offset = h1 mod M, skip = h2 mod (M - 1) + 1 (section 3.4). */
export function permutationOf(hash: Hash, name: string, size: number): Permutation {
  const [first, second] = hash.pair(name);
  return { offset: first % size, skip: (second % (size - 1)) + 1 };
}

function isPrime(n: number): boolean {
  if (n < 4) return n > 1;
  if (n % 2 === 0) return false;
  for (let divisor = 3; divisor * divisor <= n; divisor += 2) if (n % divisor === 0) return false;
  return true;
}

function nextPrime(n: number): number {
  let prime = n;
  while (!isPrime(prime)) prime++;
  return prime;
}
