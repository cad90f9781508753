import { utf8ToBytes } from "@noble/hashes/utils.js";

/**
 * MurmurHash3_x86_32 of a text's UTF-8 bytes (Austin Appleby, 2011): a number from 0 to 2^32 - 1.
 *
 * A text of ASCII characters, as most keys are, is read in place.
 */
export function murmur3(text: string, seed: number = 0): number {
  const { length } = text;
  const whole = length & ~3;
  let h = seed;
  let seen = 0;
  let i = 0;
  for (; i < whole; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    seen |= a | b | c | d;
    h = block(h, a | (b << 8) | (c << 16) | (d << 24));
  }
  let rest = 0;
  for (let shift = 0; i < length; i++, shift += 8) {
    const code = text.charCodeAt(i);
    seen |= code;
    rest |= code << shift;
  }
  // Beyond ASCII a character is more than one byte.
  if (seen > 0x7f) return murmur3Bytes(utf8ToBytes(text), seed);
  return mix(h ^ scramble(rest) ^ length); // no rest changes nothing
}

/** MurmurHash3_x86_32 of bytes. */
export function murmur3Bytes(bytes: Uint8Array, seed: number = 0): number {
  const { length } = bytes;
  const whole = length & ~3;
  let h = seed;
  for (let i = 0; i < whole; i += 4) h = block(h, word(bytes, i));
  return mix(h ^ scramble(word(bytes, whole)) ^ length);
}

/** The finishing step of MurmurHash3: each bit of the word changes each bit of the result with probability close to 1/2. */
export function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * 32 bits from a hash of 64 bits and a salt: one of many independent hashes of a key that was read only once. The salts
 * are numbers of nodes, probes or buckets, or words of their names.
 */
export function blend(high: number, low: number, salt: number): number {
  return mix(mix(low ^ Math.imul(salt, 0x9e3779b1)) ^ high ^ salt);
}

function block(h: number, k: number): number {
  return (Math.imul(rotate(h ^ scramble(k), 13), 5) + 0xe6546b64) | 0;
}

function scramble(k: number): number {
  return Math.imul(rotate(Math.imul(k, 0xcc9e2d51), 15), 0x1b873593);
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** Four bytes, the least significant first; those beyond the end are 0. */
function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}
