import { integer, oneOf, options } from "../../core/parameters.js";
import { power } from "./field.js";
import { LinearCode } from "./linear.js";
import { cauchy, inverted, product, unit, vandermonde } from "./matrix.js";

export interface ReedSolomonOptions {
  /** k: how many shards are data. */
  readonly data: number;
  /** m: how many are added. Any m of the k + m may be lost. */
  readonly parity: number;
  /**
   * How the coefficients are made: from a matrix of powers made systematic ("vandermonde", the default, as Plank's
   * correction of 2005 does it), or of inverses ("cauchy": Blömer and others 1995).
   */
  readonly matrix?: "vandermonde" | "cauchy";
}

/**
 * A Reed-Solomon code (里德-所罗门码; Reed and Solomon 1960) as storage systems use it (Plank 1997): of k data shards it
 * makes k + m, and any k of these give the data back. No code does better with as much: it is "maximum distance separable".
 *
 * @throws RangeError unless k and m are at least 1 and k + m at most 256, the number of elements of the field
 */
export function reedSolomon(given: ReedSolomonOptions): LinearCode {
  const { data, parity, matrix = "vandermonde" } = options("reedSolomon", given, ["data", "parity", "matrix"]);
  sizes(data, parity);
  if (oneOf("matrix", matrix, ["vandermonde", "cauchy"]) === "cauchy") return new LinearCode([...unit(data), ...cauchy(parity, data)], data);
  const powers = vandermonde(data + parity, data);
  return new LinearCode(product(powers, inverted(powers.slice(0, data))!), data);
}

export interface LocalOptions {
  /** k: how many shards are data. */
  readonly data: number;
  /** l: into how many groups of one size the data shards are put; each has one local parity, the XOR of its shards. */
  readonly groups: number;
  /** r: how many global parities there are: 1 or 2, sums over all data. */
  readonly globals: number;
}

/**
 * A local reconstruction code (局部重建码) of Huang and others, "Erasure Coding in Windows Azure Storage", 2012, section 2:
 * LRC(k, l, r). A lost data shard is made anew from its group alone, and the global parities are for what a group cannot
 * mend. The coefficients are those of section 2.2: of two groups, one takes its from the lower half of the byte and one from the
 * upper half, and the second global parity has their squares; so all is recovered that can be with these sums.
 *
 * Shards are in this order: data group by group, local parities, global parities.
 *
 * @throws RangeError unless there are 1 or 2 groups of one size of at most 15, and 1 or 2 global parities
 */
export function localReconstruction(given: LocalOptions): LinearCode {
  const { data, groups, globals } = options("localReconstruction", given, ["data", "groups", "globals"]);
  integer("groups", groups, { min: 1, max: 2 });
  integer("globals", globals, { min: 1, max: 2 });
  integer("data", data, { min: groups, max: 15 * groups });
  const size = data / groups;
  if (!Number.isInteger(size)) throw new RangeError(`data must be a multiple of groups, ${groups}, got ${data}`);
  const groupOf = (shard: number): number => Math.floor(shard / size);
  const coefficient = (shard: number): number => ((shard % size) + 1) << (4 * groupOf(shard));
  const columns = Array.from({ length: data }, (_, shard) => shard);
  return new LinearCode(
    [
      ...unit(data),
      ...Array.from({ length: groups }, (_, group) => columns.map((shard) => (groupOf(shard) === group ? 1 : 0))),
      ...Array.from({ length: globals }, (_, nth) => columns.map((shard) => power(coefficient(shard), nth + 1))),
    ],
    data,
  );
}

/** Copies as a code: one data shard, and `copies - 1` that are equal to it. */
export function copies(count: number): LinearCode {
  integer("count", count, { min: 1, max: 256 });
  return new LinearCode(Array.from({ length: count }, () => [1]), 1);
}

/**
 * How many shards must be read to make a lost one anew: the fewest of the others whose sum of multiples it is. Found by
 * looking at the parities' equations: for a Reed-Solomon code k, for a local one the size of a group.
 */
export function repairReads(code: LinearCode, lost: number): number {
  integer("lost", lost, { max: code.total - 1 });
  if (code.data === 1) return 1;
  const weights = code.rows.flatMap((row, shard) => {
    const uses = row.filter((factor) => factor !== 0).length;
    if (shard < code.data) return [];
    return shard === lost || (lost < code.data && row[lost] !== 0) ? [uses] : [];
  });
  return Math.min(code.data, ...weights);
}

function sizes(data: number, parity: number): void {
  integer("data", data, { min: 1, max: 255 });
  integer("parity", parity, { min: 1, max: 255 });
  if (data + parity > 256) throw new RangeError(`data + parity must be at most 256, the elements of GF(2^8), got ${data + parity}`);
}
