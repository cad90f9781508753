import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc16 } from "../../../lib/storage/hash/crc16.js";
import { sha1Hex } from "../../../lib/storage/hash/digests.js";
import { littleEndian, md5, murmur, sha1 } from "../../../lib/storage/hash/hash.js";
import { blend, murmur3, murmur3Bytes } from "../../../lib/storage/hash/murmur3.js";

const texts = fc.string({ unit: "grapheme", maxLength: 40 });

describe("MurmurHash3", () => {
  it("gives the published values of its 32-bit form", () => {
    // The vectors that implementations share: empty text with seeds, and texts of every length of tail.
    expect(murmur3("", 0)).toBe(0);
    expect(murmur3("", 1)).toBe(0x514e28b7);
    expect(murmur3("", 0xffffffff)).toBe(0x81f16f39);
    expect(murmur3("\0\0\0\0", 0)).toBe(0x2362f9de);
    expect(murmur3("\0\0\0", 0)).toBe(0x85f0b427);
    expect(murmur3("\0\0", 0)).toBe(0x30f4c306);
    expect(murmur3("\0", 0)).toBe(0x514e28b7);
    expect(murmur3("aaaa", 0x9747b28c)).toBe(0x5a97808a);
    expect(murmur3("aaa", 0x9747b28c)).toBe(0x283e0130);
    expect(murmur3("aa", 0x9747b28c)).toBe(0x5d211726);
    expect(murmur3("a", 0x9747b28c)).toBe(0x7fa09ea6);
    expect(murmur3("abcd", 0x9747b28c)).toBe(0xf0478627);
    expect(murmur3("abc", 0x9747b28c)).toBe(0xc84a62dd);
    expect(murmur3("ab", 0x9747b28c)).toBe(0x74875592);
    expect(murmur3("Hello, world!", 0x9747b28c)).toBe(0x24884cba);
    expect(murmur3("ππππππππ", 0x9747b28c)).toBe(0xd58063c1);
    expect(murmur3("The quick brown fox jumps over the lazy dog", 0x9747b28c)).toBe(0x2fa826cd);
  });

  it("has the verification value of SMHasher: hashes of 0, 0 1, 0 1 2, ... with falling seeds, hashed together", () => {
    const key = Uint8Array.from({ length: 256 }, (_, i) => i);
    const hashes = new DataView(new ArrayBuffer(4 * 256));
    for (let i = 0; i < 256; i++) hashes.setUint32(4 * i, murmur3Bytes(key.subarray(0, i), 256 - i), true);
    expect(murmur3Bytes(new Uint8Array(hashes.buffer))).toBe(0xb0f57ee3);
  });

  it("reads a text in place as it reads its bytes", () => {
    fc.assert(fc.property(texts, fc.nat(0xffffffff), (text, seed) => {
      expect(murmur3(text, seed)).toBe(murmur3Bytes(Buffer.from(text, "utf8"), seed));
    }));
  });

  it("gives a pair of which the first is the word", () => {
    expect(murmur.pair("key:1")[0]).toBe(murmur.word("key:1"));
    expect(murmur.pair("key:1")[1]).not.toBe(murmur.word("key:1"));
  });
});

describe("SHA-1 and MD5", () => {
  it("are those of the standards, whatever the text", () => {
    expect(sha1Hex("abc")).toBe("a9993e364706816aba3e25717850c26c9cd0d89d"); // FIPS 180-1, appendix A
    fc.assert(fc.property(texts, (text) => {
      const sha = createHash("sha1").update(text).digest();
      const digest = createHash("md5").update(text).digest();
      expect(sha1Hex(text)).toBe(sha.toString("hex"));
      expect([sha1.word(text), ...sha1.pair(text)]).toEqual([sha.readUInt32BE(0), sha.readUInt32BE(0), sha.readUInt32BE(4)]);
      expect([md5.word(text), ...md5.pair(text)]).toEqual([digest.readUInt32LE(0), digest.readUInt32LE(0), digest.readUInt32LE(4)]);
    }));
  });

  it("read words of four bytes without a sign", () => {
    expect(littleEndian(Uint8Array.of(1, 0, 0, 0xff), 0)).toBe(0xff000001);
  });
});

describe("CRC-16", () => {
  it("gives the check value of the Redis Cluster specification", () => {
    expect(crc16("123456789")).toBe(0x31c3);
    expect(crc16("")).toBe(0);
    expect(crc16("ÿ")).toBe(crc16(Buffer.from("ÿ").toString()));
  });
});

describe("a blend of a hash and a salt", () => {
  it("is even: each of 16 salts wins about as often, and each bit is set half of the time", () => {
    const wins = new Array<number>(16).fill(0);
    const bits = new Array<number>(32).fill(0);
    const keys = 20_000;
    for (let key = 0; key < keys; key++) {
      const [high, low] = murmur.pair(`key:${key}`);
      const scores = wins.map((_, salt) => blend(high, low, salt));
      wins[scores.indexOf(Math.max(...scores))]! += 1;
      for (let bit = 0; bit < 32; bit++) bits[bit]! += (scores[3]! >>> bit) & 1;
    }
    // Within five standard deviations of what chance gives.
    for (const won of wins) expect(Math.abs(won - keys / 16)).toBeLessThan(5 * Math.sqrt(keys / 16));
    for (const set of bits) expect(Math.abs(set - keys / 2)).toBeLessThan(5 * Math.sqrt(keys / 4));
  });
});
