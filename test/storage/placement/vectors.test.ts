import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jumpHash } from "../../../lib/storage/placement/jump.js";
import { Ketama } from "../../../lib/storage/placement/ketama.js";
import { maglevTable } from "../../../lib/storage/placement/maglev.js";
import { slotOf, Slots } from "../../../lib/storage/placement/slots.js";
import { ketamaCases, ketamaServers } from "./vectors.js";

describe("Ketama", () => {
  const ring = new Ketama(ketamaServers);

  it("agrees with libmemcached on every published key: its position, the next point, and the server", () => {
    expect(ketamaCases).toHaveLength(99);
    const ours = ketamaCases.map(([key]) => [key, ring.positionOf(key), ring.pointAfter(ring.positionOf(key)), ring.lookup(key)]);
    expect(ours).toEqual(ketamaCases);
  });

  it("wraps around: the key of the published test that lies behind the last point belongs to the first", () => {
    expect(ring.positionOf("VDEAAAAA")).toBe(0xfffcd1b5);
    expect(ring.pointAfter(0xfffcd1b5)).toBe(ring.pointAfter(0));
    expect(ring.pointAfter(0)).toBeLessThan(0xfffcd1b5);
  });

  it("gives 160 points to each of servers that weigh the same, however many there are", () => {
    for (const servers of [1, 2, 3, 7, 49, 100]) {
      const names = Array.from({ length: servers }, (_, i) => `10.0.0.${i}`);
      expect(new Ketama(names).bytes).toBe(new Ketama(names.slice(1).concat("10.9.9.9")).bytes);
    }
  });
});

describe("jump hash", () => {
  it("gives the values that the implementations share", () => {
    // Guava's and Go's tests.
    const golden100 = [0, 55, 62, 8, 45, 59, 86, 97, 82, 59, 73, 37, 17, 56, 86, 21, 90, 37, 38, 83];
    expect(golden100.map((_, key) => jumpHash(key, 100))).toEqual(golden100);
    expect(jumpHash(10863919174838991n, 11)).toBe(6);
    expect(jumpHash(2016238256797177309n, 11)).toBe(3);
    expect(jumpHash(1673758223894951030n, 11)).toBe(5);
    expect([2, 2201, 2202].map((key) => jumpHash(key, 100_001))).toEqual([80343, 22152, 15018]);
    const first19 = (key: bigint): number[] => Array.from({ length: 19 }, (_, i) => jumpHash(key, i + 1));
    expect(first19(1n)).toEqual([0, 0, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 17, 17]);
    expect(first19(0xdeadbeefn)).toEqual([0, 1, 2, 3, 3, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 16, 16, 16]);
    expect(first19(0x0ddc0ffeebadf00dn)).toEqual([0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 15, 15, 15, 15]);
    // ClickHouse's test.
    expect([jumpHash(1, 1), jumpHash(42, 57), jumpHash(256, 1024), jumpHash(3735883980, 1), jumpHash(3735883980, 666)]).toEqual([0, 43, 520, 0, 361]);
    expect(jumpHash(16045690984833335023n, 255)).toBe(237);
  });

  it("is exact for every key of 64 bits: as the paper's loop over bigints", () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.integer({ min: 1, max: 2 ** 31 - 1 }), (key, buckets) => {
      expect(jumpHash(key, buckets)).toBe(plainJump(key, buckets));
    }), { numRuns: 2_000 });
    fc.assert(fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 5_000 }), (key, buckets) => {
      expect(jumpHash(key, buckets)).toBe(plainJump(BigInt(key), buckets));
    }), { numRuns: 2_000 });
  });

  it("takes the carry of the low word along", () => {
    // The key whose next low word is 0: -1 times the inverse of the multiplier, modulo 2^32.
    const multiplier = 2862933555777941757n;
    let low = 1n;
    for (let i = 0; i < 6; i++) low = (low * (2n - multiplier * low)) & 0xffffffffn;
    const key = (-low) & 0xffffffffn;
    expect((key * multiplier + 1n) & 0xffffffffn).toBe(0n);
    for (const high of [0n, 1n, 0xffffffffn]) expect(jumpHash((high << 32n) | key, 1_000_000)).toBe(plainJump((high << 32n) | key, 1_000_000));
  });

  it.each([
    [1, 0, "buckets must be a whole number from 1 to 2147483647, got 0"],
    [1, 2 ** 31, "buckets must be a whole number from 1 to 2147483647, got 2147483648"],
    [1, 2.5, "buckets must be a whole number from 1 to 2147483647, got 2.5"],
    [-1, 5, "key must be a whole number of at least 0, got -1"],
    [1.5, 5, "key must be a whole number of at least 0, got 1.5"],
    [2 ** 53, 5, "key must be a whole number of at least 0, got 9007199254740992"],
    [-1n, 5, "key must be from 0 to 2^64 - 1, got -1"],
    [1n << 64n, 5, "key must be from 0 to 2^64 - 1, got 18446744073709551616"],
  ])("refuses key %s with %s buckets", (key, buckets, message) => {
    expect(() => jumpHash(key, buckets)).toThrow(new RangeError(message));
  });
});

/** The listing of the paper (Lamping and Veach 2014, figure 1). */
function plainJump(key: bigint, buckets: number): number {
  let b = -1;
  let j = 0;
  while (j < buckets) {
    b = j;
    key = (key * 2862933555777941757n + 1n) & 0xffffffffffffffffn;
    j = Math.floor((b + 1) * (2 ** 31 / Number((key >> 33n) + 1n)));
  }
  return b;
}

describe("Maglev", () => {
  const [b0, b1, b2] = [{ offset: 3, skip: 4 }, { offset: 0, skip: 2 }, { offset: 3, skip: 1 }];

  it("fills the table of the paper's example", () => {
    // Table 1: three backends, M = 7, before and after B1 is removed.
    expect([...maglevTable(7, [b0, b1, b2])]).toEqual([1, 0, 1, 0, 2, 2, 0]);
    expect([...maglevTable(7, [b0, b2])].map((i) => (i === 0 ? 0 : 2))).toEqual([0, 0, 0, 0, 2, 2, 2]);
  });
});

describe("the slots of Redis Cluster", () => {
  it("are those of the specification's examples and of a server", () => {
    expect(slotOf("123456789")).toBe(0x31c3);
    expect(slotOf("foo")).toBe(12182); // as CLUSTER KEYSLOT says
    expect(slotOf("somekey")).toBe(11058);
    expect(slotOf("{user1000}.following")).toBe(slotOf("{user1000}.followers"));
    expect(slotOf("foo{hash_tag}")).toBe(2515);
    expect(slotOf("bar{hash_tag}")).toBe(2515);
    // The corner cases: an empty tag counts as none, and the first "}" after the first "{" ends it.
    expect(slotOf("foo{}{bar}")).not.toBe(slotOf("bar"));
    expect(slotOf("foo{{bar}}zap")).toBe(slotOf("{bar"));
    expect(slotOf("foo{bar}{zap}")).toBe(slotOf("bar"));
    expect(slotOf("}foo{")).not.toBe(slotOf(""));
  });

  it("are dealt to three masters as redis-cli deals them", () => {
    expect(new Slots(["a", "b", "c"]).ranges()).toEqual([
      { node: "a", from: 0, to: 5460 }, { node: "b", from: 5461, to: 10922 }, { node: "c", from: 10923, to: 16383 },
    ]);
  });
});
