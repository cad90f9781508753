import { integer, options as checkOptions, show } from "../../core/parameters.js";
import { murmur, type Hash } from "../hash/hash.js";
import { idealShares, Scheme, type Member, type NodeList } from "./placement.js";

/** How jump hashing is made. */
export interface JumpOptions {
  /** What turns a key into 64 bits (default MurmurHash3). */
  readonly hash?: Hash;
}

/**
 * Jump consistent hash (Lamping and Veach 2014): the bucket, from 0 to `buckets` - 1, of a key of 64 bits.
 *
 *     jumpHash(10863919174838991n, 11); // 6
 *
 * As buckets are added, a key stays where it is or jumps to the newest. The expected number of jumps is below ln n + 1.
 *
 * @param key a whole number from 0 to 2^53 - 1, or a bigint from 0 to 2^64 - 1
 * @param buckets from 1 to 2^31 - 1
 */
export function jumpHash(key: number | bigint, buckets: number): number {
  if ((buckets | 0) !== buckets || buckets < 1) integer("buckets", buckets, { min: 1, max: 2 ** 31 - 1 });
  if (typeof key === "bigint") {
    if (key < 0n || key >= 1n << 64n) throw new RangeError(`key must be from 0 to 2^64 - 1, got ${show(key)}`);
    return jump(Number(key >> 32n), Number(key & 0xffffffffn), buckets);
  }
  if (key >>> 0 === key) return jump(0, key, buckets);
  integer("key", key);
  return jump(Math.floor(key / 2 ** 32), key % 2 ** 32, buckets);
}

/**
 * The same for a key in two words of 32 bits. The generator, key · 2862933555777941757 + 1 modulo 2^64, is computed in
 * words, since a number in JavaScript holds 53 bits and arithmetic of bigints is slow.
 */
export function jump(high: number, low: number, buckets: number): number {
  let after = 1; // the bucket, plus 1
  for (;;) {
    // (high, low) · (0x27bb2ee6, 0x87b0b0fd) + 1; the upper word of low · 0x87b0b0fd by halves.
    const l0 = low & 0xffff;
    const l1 = low >>> 16;
    const middle = (Math.imul(l1, 0xb0fd) + (Math.imul(l0, 0xb0fd) >>> 16)) | 0;
    const cross = (Math.imul(l0, 0x87b0) + (middle & 0xffff)) | 0;
    const upper = Math.imul(l1, 0x87b0) + (middle >>> 16) + (cross >>> 16);
    high = (upper + Math.imul(low, 0x27bb2ee6) + Math.imul(high, 0x87b0b0fd)) | 0;
    low = (Math.imul(low, 0x87b0b0fd) + 1) | 0;
    if (low === 0) high = (high + 1) | 0;
    const next = after * (2 ** 31 / ((high >>> 1) + 1));
    if (next >= buckets) return after - 1;
    after = (next | 0) + 1;
  }
}

/**
 * Jump hashing as a placement: no tables at all, and shares that are as even as the hash. The price is that a node is
 * nothing but its number: only the last can leave, and all count the same.
 */
export class Jump extends Scheme {
  readonly scheme: string = "jump";
  readonly #hash: Hash;

  constructor(nodes: NodeList = [], options: JumpOptions = {}) {
    super();
    const { hash = murmur } = checkOptions("options", options, ["hash"]);
    this.#hash = hash;
    this.addAll(nodes);
  }

  get bytes(): number {
    return 0;
  }

  protected override get noWeights(): string {
    return "a bucket is nothing but a number";
  }

  protected override mayLeave({ id, name }: Member): void {
    if (id === this.size - 1) return;
    throw new RangeError(`jump: only the last node can leave, which is ${show(this.nameOf(this.size - 1))}, got ${show(name)}: a bucket is nothing but a number`);
  }

  // Since only the last leaves, the ids that Scheme gives are the numbers of the buckets.
  protected joined(): void {}

  protected left(): void {}

  protected reweighted(): void {}

  protected ownerOf(key: string): number {
    const [high, low] = this.#hash.pair(key);
    return jump(high, low, this.size);
  }

  protected preference(): Iterable<number> {
    throw new RangeError("jump: it has no order of preference, and so no replicas: a key knows one bucket");
  }

  protected shares(): ReadonlyMap<number, number> {
    return idealShares(this.members);
  }
}
