import { integer, show } from "../../core/parameters.js";
import { sha1Hex } from "../hash/digests.js";

/**
 * An identifier on the ring: a hexadecimal number of fixed length, so that texts compare as numbers do. Numbers of
 * JavaScript hold 53 bits, and Chord's identifiers have 160.
 */
export type Identifier = string;

/** The identifiers of a ring: numbers modulo 2^bits. */
export interface Space {
  readonly bits: number;
  /** The identifier of a number, from 0 to 2^bits - 1. */
  of(number: number | bigint): Identifier;
  /** The identifier of a name or a key: the first bits of its SHA-1, as in the paper (section 4.2). */
  hash(text: string): Identifier;
  /** id + 2^k, k from 0 to bits - 1: where finger k begins. */
  after(id: Identifier, k: number): Identifier;
}

/**
 * The space of identifiers of so many bits.
 *
 * @throws RangeError unless bits is a whole number from 4 to 160
 */
export function space(bits: number): Space {
  integer("bits", bits, { min: 4, max: 160 });
  const digits = Math.ceil(bits / 4);
  const size = 1n << BigInt(bits);
  const text = (value: bigint | number): Identifier => value.toString(16).padStart(digits, "0");
  return {
    bits,
    of(number) {
      const value = BigInt(number);
      if (value < 0n || value >= size) throw new RangeError(`an identifier of ${bits} bits must be from 0 to 2^${bits} - 1, got ${show(number)}`);
      return text(value);
    },
    hash(name) {
      const first = sha1Hex(name).slice(0, digits);
      return bits % 4 === 0 ? first : text(BigInt(`0x${first}`) >> BigInt(4 * digits - bits));
    },
    // Up to 52 bits the sum is exact as a number, and ten times as fast.
    after: bits <= 52
      ? (id, k) => text((parseInt(id, 16) + 2 ** k) % 2 ** bits)
      : (id, k) => text((BigInt(`0x${id}`) + (1n << BigInt(k))) % size),
  };
}

/** Whether x lies strictly between a and b, clockwise. Between a and a lies everything but a. */
export function isBetween(x: Identifier, a: Identifier, b: Identifier): boolean {
  return a < b ? a < x && x < b : x > a || x < b;
}

/** Whether x lies after a and at most at b, clockwise: in (a, b]. All of the ring lies in (a, a]. */
export function isUpTo(x: Identifier, a: Identifier, b: Identifier): boolean {
  return a === b || x === b || isBetween(x, a, b);
}

/** The same function, which computes the identifier of a node once: a hash costs more than all that a step does besides. */
export function remembered<N extends string>(identifier: (node: N) => Identifier): (node: N) => Identifier {
  const known = new Map<N, Identifier>();
  return (node) => {
    let id = known.get(node);
    if (id === undefined) known.set(node, (id = identifier(node)));
    return id;
  };
}
