import { integer } from "./parameters.js";

/**
 * The least number of nodes out of `n` such that any two such sets share a node.
 *
 * @throws RangeError unless `n` is a whole number of at least 1
 */
export function majority(n: number): number {
  return Math.floor(integer("n", n, { min: 1 }) / 2) + 1;
}
