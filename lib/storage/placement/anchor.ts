import { integer, options as checkOptions } from "../../core/parameters.js";
import { murmur, type Hash } from "../hash/hash.js";
import { blend } from "../hash/murmur3.js";
import { idealShares, Scheme, type Member, type NodeList } from "./placement.js";

/** How anchor hashing is made. */
export interface AnchorOptions {
  /** The most nodes that there will ever be at once (default 1,024). The arrays have this size. */
  readonly capacity?: number;
  /** What turns keys into words (default MurmurHash3). */
  readonly hash?: Hash;
}

/**
 * AnchorHash (Mendelson, Vargaftik, Barabash, Lorenz, Keslassy and Orda, IEEE/ACM ToN 2021, Algorithm 3): even shares and
 * least movement for any order of joins and leaves, with a few words for each bucket and a constant number of steps.
 *
 * A key is hashed to one of all buckets that will ever be. If that one was removed, it is hashed again into those that were
 * left when it was removed, and so on. The arrays, by bucket:
 *
 * - `A`: 0 for a working bucket, else how many worked just after it was removed;
 * - `W`: the working buckets, in the first `N` places; `L`: where a bucket is, or was last, in `W`;
 * - `K`: which bucket took its place in `W`;
 * - `R`: the removed ones; a node that joins gets the bucket that was removed last.
 *
 * Where the keys are depends on the order of the changes: who looks up must know that order.
 */
export class Anchor extends Scheme {
  readonly scheme: string = "anchor";
  readonly #hash: Hash;
  readonly #capacity: number;
  readonly #A: Uint32Array;
  readonly #W: Uint32Array;
  readonly #L: Uint32Array;
  readonly #K: Uint32Array;
  readonly #R: number[] = [];
  #N: number;
  readonly #memberAt: Int32Array;
  readonly #bucketOf = new Map<number, number>();

  constructor(nodes: NodeList = [], options: AnchorOptions = {}) {
    super();
    const { capacity = 1_024, hash = murmur } = checkOptions("options", options, ["capacity", "hash"]);
    this.#capacity = integer("capacity", capacity, { min: 1, max: 2 ** 24 });
    this.#hash = hash;
    const all = Uint32Array.from({ length: this.#capacity }, (_, b) => b);
    this.#A = new Uint32Array(this.#capacity);
    [this.#W, this.#L, this.#K] = [all.slice(), all.slice(), all];
    this.#memberAt = new Int32Array(this.#capacity).fill(-1);
    this.#N = this.#capacity;
    for (let bucket = this.#capacity - 1; bucket >= 0; bucket--) this.#removeBucket(bucket);
    this.addAll(nodes);
  }

  get bytes(): number {
    return 5 * 4 * this.#capacity;
  }

  protected override get noWeights(): string {
    return "all buckets are equal";
  }

  protected override mayJoin(total: number): void {
    if (total > this.#capacity) throw new RangeError(`anchor: capacity must be at least the number of nodes, got ${this.#capacity} for ${total}`);
  }

  protected joined(members: readonly Member[]): void {
    for (const { id } of members) {
      const bucket = this.#addBucket();
      this.#memberAt[bucket] = id;
      this.#bucketOf.set(id, bucket);
    }
  }

  protected left({ id }: Member): void {
    this.#removeBucket(this.#bucketOf.get(id)!);
    this.#bucketOf.delete(id);
  }

  protected reweighted(): void {}

  /** GETBUCKET(k). */
  protected ownerOf(key: string): number {
    const [high, low] = this.#hash.pair(key);
    const A = this.#A;
    let b = blend(high, low, this.#capacity) % this.#capacity;
    while (A[b]! > 0) {
      let h = blend(high, low, b) % A[b]!;
      // h was removed before b: what stood in its place when b was removed?
      while (A[h]! >= A[b]!) h = this.#K[h]!;
      b = h;
    }
    return this.#memberAt[b]!;
  }

  protected preference(): Iterable<number> {
    throw new RangeError("anchor: it has no order of preference, and so no replicas");
  }

  protected shares(): ReadonlyMap<number, number> {
    return idealShares(this.members);
  }

  /** REMOVEBUCKET(b). */
  #removeBucket(b: number): void {
    this.#R.push(b);
    this.#N -= 1;
    this.#A[b] = this.#N;
    const last = this.#W[this.#N]!;
    this.#W[this.#L[b]!] = this.#K[b] = last;
    this.#L[last] = this.#L[b]!;
  }

  /** ADDBUCKET(). */
  #addBucket(): number {
    const b = this.#R.pop()!;
    this.#A[b] = 0;
    this.#L[this.#W[this.#N]!] = this.#N;
    this.#W[this.#L[b]!] = this.#K[b] = b;
    this.#N += 1;
    return b;
  }
}
