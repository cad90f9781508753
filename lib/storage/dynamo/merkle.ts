import { canonical } from "../../core/canonical.js";
import { fingerprint } from "../../core/hash.js";
import { murmur } from "../hash/hash.js";
import type { Siblings } from "./versions.js";

/** How many children a node of a tree has, and how many levels lie below the root: 16^3 = 4,096 leaves for each range. */
const WIDTH = 16;
export const DEPTH = 3;

/**
 * A Merkle tree of a key range (DeCandia et al. 2007, section 4.7): "a hash tree where leaves are hashes of the values of
 * individual keys. Parent nodes higher in the tree are hashes of their respective children." A leaf here holds the keys of one
 * 4,096th of the range, by their hash.
 */
export interface Tree {
  /** The digest of each key, by the path of its leaf. */
  readonly leaves: Map<string, Map<string, string>>;
  /** The digest of each branch that is not empty, by its path; that of the root is "". */
  readonly digests: Map<string, string>;
}

/** The trees of a node, one for each key range that it hosts. */
export type Trees = Map<string, Tree>;

/** Where in its tree a key is: the children from the root to its leaf. */
export function leafOf(key: string): string {
  const word = murmur.word(key);
  let path = "";
  for (let level = 0; level < DEPTH; level++) path += ((word >>> (28 - 4 * level)) % WIDTH).toString(WIDTH);
  return path;
}

/** A fingerprint of all that a replica has of a key: equal for replicas that have the same. */
export function digestOf(siblings: Siblings): string {
  let digest = digests.get(siblings);
  if (digest === undefined) digests.set(siblings, (digest = fingerprint(canonical(siblings))));
  return digest;
}

// Siblings are values, and their digest is asked for several times in each message.
const digests = new WeakMap<Siblings, string>();

/** Enter what a key has now; what lies above it changes. */
export function enter(trees: Trees, range: string, key: string, siblings: Siblings): void {
  let tree = trees.get(range);
  if (!tree) trees.set(range, (tree = { leaves: new Map(), digests: new Map() }));
  const { leaves, digests } = tree;
  let path = leafOf(key);
  let keys = leaves.get(path);
  if (!keys) leaves.set(path, (keys = new Map()));
  keys.set(key, digestOf(siblings));
  digests.set(path, fingerprint(canonical(keys)));
  while (path !== "") {
    path = path.slice(0, -1);
    digests.set(path, fingerprint(childrenOf(path).map((child) => digests.get(child) ?? "").join()));
  }
}

/** The digest of the branch; "" where there is nothing. */
export function branchDigest(trees: Trees, range: string, path: string): string {
  return trees.get(range)?.digests.get(path) ?? "";
}

/** The paths of the children. */
export function childrenOf(path: string): readonly string[] {
  return Array.from({ length: WIDTH }, (_, i) => `${path}${i.toString(WIDTH)}`);
}

/** The keys of a leaf and their digests, as a copy that can be sent. */
export function keysAt(trees: Trees, range: string, path: string): ReadonlyMap<string, string> {
  return new Map(trees.get(range)?.leaves.get(path));
}
