/** A point of a node on the ring. */
export interface OwnedPoint {
  /** From 0 to 2^32 - 1. */
  readonly at: number;
  readonly owner: number;
}

/**
 * Points on a ring of 2^32 positions in sorted arrays, with an index by the first bits of a position, so that a lookup
 * takes a step or two instead of a binary search.
 *
 * 1. The points are in the order of (position, name of the owner): two that collide are both there, in an order that
 *    does not depend on who came first.
 * 2. `index[b]` is the number of the first point at or after the beginning of bucket `b`.
 * 3. Behind the last point stands the first one again, at position 2^32 - 1: the ring closes without a comparison.
 */
export class Points {
  #at: Uint32Array = new Uint32Array(1);
  #owner: Uint32Array = new Uint32Array(1);
  #count = 0;
  #index: Uint32Array | null = null;
  #shift = 32;
  readonly #nameOf: (owner: number) => string;

  constructor(nameOf: (owner: number) => string) {
    this.#nameOf = nameOf;
  }

  /** How many points there are. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of the sorted arrays and of the index. */
  get bytes(): number {
    return this.#at.byteLength + this.#owner.byteLength + this.#buckets().byteLength;
  }

  /** The position of a point by its number, from 0 to count - 1. */
  at(i: number): number {
    return this.#at[i]!;
  }

  /** The owner of a point by its number, from 0 to count, which is the first point again. */
  owner(i: number): number {
    return this.#owner[i]!;
  }

  /** The number of the first point at or clockwise after the position: `count` stands for the first of all. */
  find(position: number): number {
    const index = this.#index ?? this.#buckets();
    const at = this.#at;
    let i = index[position >>> this.#shift]!;
    while (at[i]! < position) i++;
    return i;
  }

  /** The owner of the first point at or clockwise after the position. */
  ownerAt(position: number): number {
    return this.#owner[this.find(position)]!;
  }

  /** The owners clockwise from the position, each once. */
  *ownersFrom(position: number): Iterable<number> {
    const seen = new Set<number>();
    const first = this.find(position);
    for (let step = 0; step < this.#count; step++) {
      const owner = this.#owner[(first + step) % this.#count]!;
      if (seen.has(owner)) continue;
      seen.add(owner);
      yield owner;
    }
  }

  /**
   * Add points, given for each owner. What is there is merged with what comes; nothing is sorted or hashed again.
   *
   * @param batch at most 2^21 owners
   */
  insert(batch: readonly { readonly owner: number; readonly positions: readonly number[] }[]): void {
    const owners = [...batch].sort((a, b) => this.#order(a.owner, b.owner));
    // Position and rank in one number: sorting numbers is fast, and the rank breaks ties by name.
    const fresh = new Float64Array(owners.reduce((sum, { positions }) => sum + positions.length, 0));
    let n = 0;
    for (const [rank, { positions }] of owners.entries()) for (const position of positions) fresh[n++] = position * ranks + rank;
    fresh.sort();
    const [oldAt, oldOwner, oldCount] = [this.#at, this.#owner, this.#count];
    this.#allocate(oldCount + n);
    const [at, owner] = [this.#at, this.#owner];
    let i = 0;
    let j = 0;
    for (let to = 0; to < oldCount + n; to++) {
      const position = j < n ? Math.floor(fresh[j]! / ranks) : 0;
      const newcomer = j < n ? owners[fresh[j]! % ranks]!.owner : 0;
      const isNew = i === oldCount || (j < n && (position < oldAt[i]! || (position === oldAt[i]! && this.#order(newcomer, oldOwner[i]!) < 0)));
      at[to] = isNew ? position : oldAt[i]!;
      owner[to] = isNew ? newcomer : oldOwner[i]!;
      if (isNew) j++;
      else i++;
    }
    this.#close();
  }

  /** Take all points of an owner away. */
  remove(gone: number): void {
    const [oldAt, oldOwner, oldCount] = [this.#at, this.#owner, this.#count];
    let left = 0;
    for (let i = 0; i < oldCount; i++) if (oldOwner[i] !== gone) left++;
    this.#allocate(left);
    const [at, owner] = [this.#at, this.#owner];
    for (let i = 0, to = 0; i < oldCount; i++) {
      if (oldOwner[i] === gone) continue;
      at[to] = oldAt[i]!;
      owner[to++] = oldOwner[i]!;
    }
    this.#close();
  }

  /** The share of the ring that each owner has: a point owns the arc that ends in it. */
  shares(): ReadonlyMap<number, number> {
    const shares = new Map<number, number>();
    if (this.#count === 0) return shares;
    let before = this.#at[this.#count - 1]! - ring;
    for (let i = 0; i < this.#count; i++) {
      const owner = this.#owner[i]!;
      shares.set(owner, (shares.get(owner) ?? 0) + (this.#at[i]! - before) / ring);
      before = this.#at[i]!;
    }
    return shares;
  }

  /** All points in their order. */
  list(): readonly OwnedPoint[] {
    return Array.from({ length: this.#count }, (_, i) => ({ at: this.#at[i]!, owner: this.#owner[i]! }));
  }

  #order(a: number, b: number): number {
    return this.#nameOf(a) < this.#nameOf(b) ? -1 : 1;
  }

  #allocate(count: number): void {
    this.#count = count;
    this.#at = new Uint32Array(count + 1);
    this.#owner = new Uint32Array(count + 1);
    this.#index = null;
  }

  #close(): void {
    this.#at[this.#count] = ring - 1;
    this.#owner[this.#count] = this.#owner[0]!;
  }

  /** The index, made at the first lookup after a change: one to two buckets for each point. */
  #buckets(): Uint32Array {
    if (this.#index) return this.#index;
    const bits = Math.min(20, Math.max(4, 32 - Math.clz32(this.#count)));
    this.#shift = 32 - bits;
    const index = new Uint32Array(1 << bits);
    const at = this.#at;
    let i = 0;
    for (let bucket = 0; bucket < index.length; bucket++) {
      const begin = bucket * 2 ** this.#shift;
      while (i < this.#count && at[i]! < begin) i++;
      index[bucket] = i;
    }
    this.#index = index;
    return index;
  }
}

const ring = 2 ** 32;
const ranks = 2 ** 21;
