import { canonical } from "../../core/canonical.js";
import { fingerprint } from "../../core/hash.js";
import { murmur } from "../hash/hash.js";
import type { Siblings } from "./versions.js";

/** How many children a node of a tree has, and how many levels lie below the root: 4^4 = 256 leaves for each range. */
const WIDTH = 4;
export const DEPTH = 4;

/**
 * The Merkle trees of a node, one for each key range (DeCandia et al. 2007, section 4.7): "a hash tree where leaves are
 * hashes of the values of individual keys". A leaf here holds the keys of one 256th of the range, by their hash. Only the
 * leaves are kept, as the digest of each key; the digest of a branch is made when it is asked for.
 *
 * By range, then by path of the leaf, then by key.
 */
export type Trees = Map<string, Map<string, Map<string, string>>>;

/** Where in its tree a key is: the children from the root to its leaf. */
export function leafOf(key: string): string {
  const word = murmur.word(key);
  let path = "";
  for (let level = 0; level < DEPTH; level++) path += String((word >>> (30 - 2 * level)) % WIDTH);
  return path;
}

/** A fingerprint of all that a replica has of a key: equal for replicas that have the same. */
export function digestOf(siblings: Siblings): string {
  return fingerprint(canonical(siblings));
}

/** Enter what a key has now. */
export function enter(trees: Trees, range: string, key: string, siblings: Siblings): void {
  const leaf = leafOf(key);
  let tree = trees.get(range);
  if (!tree) trees.set(range, (tree = new Map()));
  let keys = tree.get(leaf);
  if (!keys) tree.set(leaf, (keys = new Map()));
  keys.set(key, digestOf(siblings));
}

/** The digest of the branch; "" where there is nothing. */
export function branchDigest(trees: Trees, range: string, path: string): string {
  const tree = trees.get(range);
  return tree ? digestAt(tree, path) : "";
}

/** The paths of the children. */
export function childrenOf(path: string): readonly string[] {
  return Array.from({ length: WIDTH }, (_, i) => `${path}${i}`);
}

/** The keys of a leaf and their digests, as a copy that can be sent. */
export function keysAt(trees: Trees, range: string, path: string): ReadonlyMap<string, string> {
  return new Map(trees.get(range)?.get(path));
}

function digestAt(tree: ReadonlyMap<string, ReadonlyMap<string, string>>, path: string): string {
  if (path.length === DEPTH) {
    const keys = tree.get(path);
    return keys ? fingerprint(canonical(keys)) : "";
  }
  const children = childrenOf(path).map((child) => digestAt(tree, child));
  return children.every((digest) => digest === "") ? "" : fingerprint(children.join());
}
