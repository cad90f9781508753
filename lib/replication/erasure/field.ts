/**
 * The field of 256 elements, GF(2^8): a byte is a polynomial over the bits, and products are taken modulo
 * x^8 + x^4 + x^3 + x^2 + 1 (0x11d), the one that storage systems use (Plank 1997, section 4). Sums and differences are XOR.
 */
const POLYNOMIAL = 0x11d;

/** Powers of the generator 2, twice over so that a sum of two logarithms needs no remainder, and their inverse. */
const powers = new Uint8Array(512);
const logarithms = new Uint8Array(256);
for (let exponent = 0, value = 1; exponent < 255; exponent++) {
  powers[exponent] = powers[exponent + 255] = value;
  logarithms[value] = exponent;
  value <<= 1;
  if (value > 255) value ^= POLYNOMIAL;
}

/** The product of two bytes in GF(2^8). */
export function times(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : powers[logarithms[a]! + logarithms[b]!]!;
}

/** The inverse of a byte in GF(2^8). @throws RangeError for 0, which has none */
export function inverse(a: number): number {
  if (a === 0) throw new RangeError("0 has no inverse in GF(2^8)");
  return powers[255 - logarithms[a]!]!;
}

/** A byte to a whole power of at least 0 in GF(2^8); 0 to the power of 0 is 1. */
export function power(a: number, exponent: number): number {
  if (exponent === 0) return 1;
  return a === 0 ? 0 : powers[(logarithms[a]! * exponent) % 255]!;
}

/** All products of one factor, made when first asked for: a long vector is multiplied by a look into one row. */
const rows: (Uint8Array | undefined)[] = [];

/** Add `factor` times the one vector to the other, byte by byte. Both have the same length. */
export function addProduct(sum: Uint8Array, factor: number, vector: Uint8Array): void {
  if (factor === 0) return;
  if (factor === 1) {
    for (let i = 0; i < sum.length; i++) sum[i]! ^= vector[i]!;
    return;
  }
  const row = (rows[factor] ??= Uint8Array.from({ length: 256 }, (_, byte) => times(factor, byte)));
  for (let i = 0; i < sum.length; i++) sum[i]! ^= row[vector[i]!]!;
}
