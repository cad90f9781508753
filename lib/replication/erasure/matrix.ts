import { inverse, power, times } from "./field.js";

/** A matrix over GF(2^8), row by row. */
export type Matrix = readonly (readonly number[])[];

/** The unit matrix. */
export function unit(size: number): Matrix {
  return Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, column) => (row === column ? 1 : 0)));
}

/** The matrix of powers: row r is 1, r, r^2, ... Any `columns` of its rows are independent. */
export function vandermonde(height: number, columns: number): Matrix {
  return Array.from({ length: height }, (_, row) => Array.from({ length: columns }, (_, column) => power(row, column)));
}

/** The matrix of inverses 1 / (x + y), with an x for each row and a y for each column, all different. Every square part of it can be inverted. */
export function cauchy(height: number, columns: number): Matrix {
  return Array.from({ length: height }, (_, row) => Array.from({ length: columns }, (_, column) => inverse((columns + row) ^ column)));
}

/** The product of two matrices. */
export function product(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => b[0]!.map((_, column) => row.reduce((sum, factor, i) => sum ^ times(factor, b[i]![column]!), 0)));
}

/** The inverse by Gauss and Jordan's elimination; null where there is none. */
export function inverted(matrix: Matrix): Matrix | null {
  const size = matrix.length;
  const wide = matrix.map((row, i) => [...row, ...unit(size)[i]!]);
  return eliminate(wide, size) === size ? wide.map((row) => row.slice(size)) : null;
}

/** How many rows are independent of each other. */
export function rank(matrix: Matrix): number {
  return matrix.length === 0 ? 0 : eliminate(matrix.map((row) => [...row]), matrix[0]!.length);
}

/** Bring the first columns to the form of a unit matrix, as far as that goes; answers how many pivots there are. */
function eliminate(rows: number[][], columns: number): number {
  let pivots = 0;
  for (let column = 0; column < columns && pivots < rows.length; column++) {
    const found = rows.findIndex((row, i) => i >= pivots && row[column] !== 0);
    if (found < 0) continue;
    [rows[pivots], rows[found]] = [rows[found]!, rows[pivots]!];
    const scale = inverse(rows[pivots]![column]!);
    rows[pivots] = rows[pivots]!.map((value) => times(scale, value));
    for (let i = 0; i < rows.length; i++) {
      const factor = rows[i]![column]!;
      if (i === pivots || factor === 0) continue;
      rows[i] = rows[i]!.map((value, at) => value ^ times(factor, rows[pivots]![at]!));
    }
    pivots++;
  }
  return pivots;
}
