import { md5Bytes, sha1Bytes } from "./digests.js";
import { murmur3 } from "./murmur3.js";

/**
 * A hash function of texts, as a placement uses it. It is the same on every machine and in every run: two clients that
 * hash a key differently would look for it on different nodes.
 *
 * A text is hashed as its UTF-8 bytes.
 */
export interface Hash {
  readonly name: string;
  /** 32 bits of the text's hash, from 0 to 2^32 - 1. */
  readonly word: (text: string) => number;
  /** 64 bits of the text's hash, as two words of 32 bits. */
  readonly pair: (text: string) => readonly [high: number, low: number];
}

/** MurmurHash3 (Austin Appleby, 2011) in its 32-bit form: fast and even, and not for secrets. A pair is made with two seeds. */
export const murmur: Hash = {
  name: "MurmurHash3",
  word: (text) => murmur3(text),
  pair: (text) => [murmur3(text), murmur3(text, 0x9747b28c)],
};

/** SHA-1 (FIPS 180-1, 1995), its first bytes as big-endian words: the hash of the Chord paper, and of the article. */
export const sha1: Hash = {
  name: "SHA-1",
  word: (text) => bigEndian(sha1Bytes(text), 0),
  pair(text) {
    const bytes = sha1Bytes(text);
    return [bigEndian(bytes, 0), bigEndian(bytes, 4)];
  },
};

/** MD5 (Rivest, RFC 1321, 1992), its first bytes as little-endian words: the hash of Ketama. */
export const md5: Hash = {
  name: "MD5",
  word: (text) => littleEndian(md5Bytes(text), 0),
  pair(text) {
    const bytes = md5Bytes(text);
    return [littleEndian(bytes, 0), littleEndian(bytes, 4)];
  },
};

/** Four bytes, the least significant first, as a number from 0 to 2^32 - 1. */
export function littleEndian(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function bigEndian(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
