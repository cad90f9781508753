import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { integer } from "../core/parameters.js";

/*
 * The Merkle tree of a log that only grows: RFC 6962, "Certificate Transparency", 2013, section 2.1 (the same in RFC 9162,
 * 2021). Hashes are SHA-256, as bytes; `hex` writes them out.
 */

/** A hash: 32 bytes. */
export type Hash = Uint8Array;

/** A hash as 64 hexadecimal digits. */
export function hex(hash: Hash): string {
  return bytesToHex(hash);
}

/**
 * The hash of an entry: SHA-256(0x00 || entry). A leaf and a node begin with different bytes, or an inner node could be
 * passed off as an entry ("domain separation is required to give second preimage resistance").
 */
export function leafHash(entry: string | Uint8Array): Hash {
  return sha256(concatBytes(new Uint8Array([0]), typeof entry === "string" ? utf8ToBytes(entry) : entry));
}

/** The hash of two hashes: SHA-256(0x01 || left || right). */
export function nodeHash(left: Hash, right: Hash): Hash {
  return sha256(concatBytes(new Uint8Array([1]), left, right));
}

/** A log of entries that only grows, and its tree. */
export class MerkleLog {
  /** Hashes of complete subtrees, by level: `#levels[k][i]` is that of the entries from i 2^k to (i + 1) 2^k. */
  readonly #levels: Hash[][] = [[]];

  constructor(entries: Iterable<string | Uint8Array> = []) {
    for (const entry of entries) this.append(entry);
  }

  /** How many entries there are. */
  get size(): number {
    return this.#levels[0]!.length;
  }

  /** Add an entry at the end; returns its index, from 0. */
  append(entry: string | Uint8Array): number {
    let hash = leafHash(entry);
    for (let level = 0; ; level++) {
      const hashes = (this.#levels[level] ??= []);
      hashes.push(hash);
      if (hashes.length % 2 === 1) break;
      hash = nodeHash(hashes.at(-2)!, hash);
    }
    return this.size - 1;
  }

  /** The head of the tree of the first `size` entries: what stands for all of them. Default: of all. */
  root(size: number = this.size): Hash {
    this.#checkSize("size", size);
    return size === 0 ? sha256(new Uint8Array()) : this.#head(0, size);
  }

  /**
   * The proof that entry `index` is in the tree of the first `size` entries: the hashes that are missing on the way from
   * it to the head, ⌈log2 size⌉ at most (section 2.1.1, PATH).
   */
  inclusionProof(index: number, size: number = this.size): Hash[] {
    this.#checkSize("size", size);
    integer("index", index, { max: size - 1 });
    const path = (at: number, from: number, to: number): Hash[] => {
      if (to - from === 1) return [];
      const middle = from + split(to - from);
      return at < middle ? [...path(at, from, middle), this.#head(middle, to)] : [...path(at, middle, to), this.#head(from, middle)];
    };
    return path(index, 0, size);
  }

  /** The proof that the tree of the first `from` entries is the beginning of that of `to` (section 2.1.2, PROOF). */
  consistencyProof(from: number, to: number = this.size): Hash[] {
    this.#checkSize("to", to);
    integer("from", from, { max: to });
    if (from === 0 || from === to) return [];
    const proof = (m: number, begin: number, end: number, isWhole: boolean): Hash[] => {
      if (m === end - begin) return isWhole ? [] : [this.#head(begin, end)];
      const k = split(end - begin);
      return m <= k
        ? [...proof(m, begin, begin + k, isWhole), this.#head(begin + k, end)]
        : [...proof(m - k, begin + k, end, false), this.#head(begin, begin + k)];
    };
    return proof(from, 0, to, true);
  }

  /** The head of the entries from `from` to before `to`, where `from` is a multiple of the least power of two that holds them. */
  #head(from: number, to: number): Hash {
    const size = to - from;
    const level = Math.log2(size);
    if (Number.isInteger(level)) return this.#levels[level]![from / size]!;
    const middle = from + split(size);
    return nodeHash(this.#head(from, middle), this.#head(middle, to));
  }

  #checkSize(name: string, size: number): void {
    integer(name, size, { max: this.size });
  }
}

/** The largest power of two that is less than n. */
function split(n: number): number {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

/** What a client knows of a log that it does not have: how long it is, and the head of its tree. */
export interface TreeHead {
  readonly size: number;
  readonly root: Hash;
}

/**
 * Whether the proof leads from this entry at this index to the head: what a client checks that has neither the log nor
 * any trust in who serves it (RFC 9162, section 2.1.3.2).
 */
export function verifyInclusion(entry: string | Uint8Array, index: number, proof: readonly Hash[], { size, root }: TreeHead): boolean {
  if (!Number.isInteger(index) || index < 0 || index >= size) return false;
  let [node, last] = [index, size - 1];
  let hash = leafHash(entry);
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      // A node without a right neighbour goes up as it is, until it has a left one.
      while (node % 2 === 0 && node > 0) [node, last] = [half(node), half(last)];
    } else hash = nodeHash(hash, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && hex(hash) === hex(root);
}

/**
 * Whether the proof shows that the log of the new head begins with all that the old head stands for: nothing of it was
 * changed or taken away (RFC 9162, section 2.1.4.2).
 */
export function verifyConsistency(old: TreeHead, next: TreeHead, proof: readonly Hash[]): boolean {
  if (old.size > next.size) return false;
  if (old.size === next.size) return proof.length === 0 && hex(old.root) === hex(next.root);
  if (old.size === 0) return proof.length === 0;
  const path = Number.isInteger(Math.log2(old.size)) ? [old.root, ...proof] : [...proof];
  if (path.length === 0) return false;
  let [node, last] = [old.size - 1, next.size - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  let [oldHash, newHash] = [path[0]!, path[0]!];
  for (const hash of path.slice(1)) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(hash, oldHash);
      newHash = nodeHash(hash, newHash);
      while (node % 2 === 0 && node > 0) [node, last] = [half(node), half(last)];
    } else newHash = nodeHash(newHash, hash);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && hex(oldHash) === hex(old.root) && hex(newHash) === hex(next.root);
}

function half(n: number): number {
  return Math.floor(n / 2);
}
