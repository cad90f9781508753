import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Seed } from "../core/random.js";

/*
 * The real thing, for what `KeyRing` only models: codes and signatures made of SHA-256 and nothing else. Keys come from a
 * seed, so that a run repeats; outside a lesson they must come from a source that nobody can guess.
 */

/** A secret that two nodes share, from a seed and their names. */
export function sharedKey(seed: Seed, a: string, b: string): Uint8Array {
  return sha256(utf8ToBytes(JSON.stringify(["shared key", seed, ...[a, b].sort()])));
}

/** A message authentication code (消息认证码): HMAC-SHA256 (RFC 2104), as 64 hexadecimal digits. Who can check it can make it. */
export function mac(key: Uint8Array, message: string): string {
  return bytesToHex(hmac(sha256, key, utf8ToBytes(message)));
}

/**
 * An authenticator: a vector of codes, one for each receiver, each under the key that it shares with the sender (Castro and
 * Liskov 1999, section 5.2). Much cheaper than a signature, and worth less: a receiver can check its own code and no other.
 */
export function authenticator(seed: Seed, from: string, to: readonly string[], message: string): Readonly<Record<string, string>> {
  return Object.fromEntries(to.map((receiver) => [receiver, mac(sharedKey(seed, from, receiver), message)]));
}

/** A pair of keys that signs once: half of the secret goes public with the signature. */
export interface OneTimeKeys {
  /** Two secrets for each of the 256 bits of a digest. */
  readonly secret: readonly (readonly [zero: Uint8Array, one: Uint8Array])[];
  /** Their hashes. */
  readonly public: readonly (readonly [zero: string, one: string])[];
}

/** A pair of keys for one signature: Lamport, "Constructing Digital Signatures from a One Way Function", 1979. */
export function oneTimeKeys(seed: Seed): OneTimeKeys {
  const part = (bit: number, i: number): Uint8Array => sha256(utf8ToBytes(JSON.stringify(["one time", seed, i, bit])));
  const secret = Array.from({ length: 256 }, (_, i) => [part(0, i), part(1, i)] as const);
  return { secret, public: secret.map(([zero, one]) => [bytesToHex(sha256(zero)), bytesToHex(sha256(one))] as const) };
}

/** The signature: for each bit of the message's digest, the secret that stands for it. */
export function signOnce({ secret }: OneTimeKeys, message: string): readonly Uint8Array[] {
  return bitsOf(message).map((bit, i) => secret[i]![bit]!);
}

/** Whether the signature fits: everybody can check it who has the public half, and nobody else can make it. */
export function verifyOnce(publicKey: OneTimeKeys["public"], message: string, signature: readonly Uint8Array[]): boolean {
  return signature.length === 256 && bitsOf(message).every((bit, i) => bytesToHex(sha256(signature[i]!)) === publicKey[i]![bit]!);
}

function bitsOf(message: string): (0 | 1)[] {
  const digest = sha256(utf8ToBytes(message));
  return Array.from({ length: 256 }, (_, i) => ((digest[i >> 3]! >> (7 - (i & 7))) & 1) as 0 | 1);
}
