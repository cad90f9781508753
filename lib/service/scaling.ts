import { finite, integer, options, probability, show } from "../core/parameters.js";

/**
 * Amdahl's law (Amdahl 1967): how many times as fast n workers finish a piece of work of which a share must be done by
 * one alone: 1 / (serial + (1 - serial) / n). Never more than 1 / serial.
 */
export function amdahl(given: { readonly n: number; readonly serial: number }): number {
  const { n, serial } = options("amdahl", given, ["n", "serial"]);
  finite("n", n, { min: Number.MIN_VALUE });
  return 1 / (probability("serial", serial) + (1 - serial) / n);
}

/**
 * Gustafson's law (Gustafson 1988): how much more work n workers do in the same time, where the serial share is measured
 * on the n workers, and the parallel part grows with them: n - serial (n - 1).
 */
export function gustafson(given: { readonly n: number; readonly serial: number }): number {
  const { n, serial } = options("gustafson", given, ["n", "serial"]);
  finite("n", n, { min: Number.MIN_VALUE });
  return n - probability("serial", serial) * (n - 1);
}

/** The parameters of the universal scalability law. */
export interface Scalability {
  /** What one worker does in a unit of time. */
  readonly one: number;
  /** Contention: the share of the work that waits for something of which there is one. 0 or more. */
  readonly contention: number;
  /** Coherence: what each pair of workers costs for keeping up with each other. 0 or more. */
  readonly coherence: number;
}

/**
 * What n workers do together by the universal scalability law (Gunther 1993; 2007, chapter 4):
 * n one / (1 + contention (n - 1) + coherence n (n - 1)). Without coherence cost it is Amdahl's law.
 */
export function universalThroughput(given: Scalability & { readonly n: number }): number {
  const { n, one, contention, coherence } = options("universalThroughput", given, ["n", "one", "contention", "coherence"]);
  finite("n", n);
  return (n * finite("one", one)) / (1 + finite("contention", contention) * (n - 1) + finite("coherence", coherence) * n * (n - 1));
}

/** How many workers do the most together: the root of (1 - contention) / coherence; infinite without a coherence cost. */
export function peakOf({ contention, coherence }: Pick<Scalability, "contention" | "coherence">): number {
  finite("contention", contention);
  finite("coherence", coherence);
  if (contention >= 1) return 1;
  return coherence === 0 ? Infinity : Math.sqrt((1 - contention) / coherence);
}

/** A measured point: so many workers did so much. */
export interface ScalingPoint {
  /** How many workers, 1 or more. */
  readonly n: number;
  /** What they did in a unit of time, above 0. */
  readonly throughput: number;
}

/**
 * The universal scalability law that fits the points best: the least sum of squared relative errors of n / throughput, which
 * is linear in the parameters (Gunther 2007, chapter 5), among those with no negative parameter.
 *
 * @throws RangeError for fewer than three different n, or a point outside its range
 */
export function fitUniversal(points: readonly ScalingPoint[]): Scalability {
  if (!Array.isArray(points)) throw new TypeError(`points must be a list, got ${show(points)}`);
  for (const [i, { n, throughput }] of points.entries()) {
    integer(`points[${i}].n`, n, { min: 1 });
    finite(`points[${i}].throughput`, throughput, { min: Number.MIN_VALUE });
  }
  const different = new Set(points.map(({ n }) => n)).size;
  if (different < 3) throw new RangeError(`points must have at least 3 different n, got ${different}`);
  // n / throughput = a + b (n - 1) + c n (n - 1), each row divided by its left side.
  const terms = ({ n, throughput }: ScalingPoint): number[] => [1, n - 1, n * (n - 1)].map((term) => (term * throughput) / n);
  let best: { readonly error: number; readonly fit: Scalability } | null = null;
  for (const used of [[0, 1, 2], [0, 1], [0, 2], [0]]) {
    const found = leastSquares(points.map((point) => used.map((i) => terms(point)[i]!)), points.map(() => 1));
    if (found === null || found.some((value, i) => value < 0 || (i === 0 && value === 0))) continue;
    const [a, b, c] = [0, 1, 2].map((i) => found[used.indexOf(i)] ?? 0) as [number, number, number];
    const error = points.reduce((sum, point) => {
      const [x, y, z] = terms(point) as [number, number, number];
      return sum + (1 - a * x - b * y - c * z) ** 2;
    }, 0);
    if (best === null || error < best.error) best = { error, fit: { one: 1 / a, contention: b / a, coherence: c / a } };
  }
  return best!.fit;
}

/** The x with the least |Ax - b|, by the modified Gram-Schmidt process; null where the columns do not tell the unknowns apart. */
function leastSquares(rows: readonly (readonly number[])[], right: readonly number[]): number[] | null {
  const width = rows[0]!.length;
  const columns = Array.from({ length: width }, (_, j) => rows.map((row) => row[j]!));
  const rest = [...right];
  const upper: number[][] = columns.map(() => []);
  const along: number[] = [];
  const dot = (u: readonly number[], v: readonly number[]): number => u.reduce((sum, value, i) => sum + value * v[i]!, 0);
  const subtract = (u: number[], v: readonly number[], times: number): void => u.forEach((_, i) => (u[i]! -= times * v[i]!));
  for (const [j, column] of columns.entries()) {
    const size = Math.sqrt(dot(column, column));
    if (!(size > 1e-12)) return null;
    const unit = column.map((value) => value / size);
    upper[j]![j] = size;
    for (let k = j + 1; k < width; k++) subtract(columns[k]!, unit, (upper[j]![k] = dot(unit, columns[k]!)));
    subtract(rest, unit, (along[j] = dot(unit, rest)));
  }
  const x: number[] = [];
  for (let j = width - 1; j >= 0; j--) {
    let value = along[j]!;
    for (let k = j + 1; k < width; k++) value -= upper[j]![k]! * x[k]!;
    x[j] = value / upper[j]![j]!;
  }
  return x;
}
