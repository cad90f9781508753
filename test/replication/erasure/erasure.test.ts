import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stream } from "../../../lib/core.js";
import {
  addProduct, copies, inverse, joined, LinearCode, localReconstruction, meanTimeToDataLoss, power, reedSolomon, repairReads, split, times, timeToDataLoss,
} from "../../../lib/erasure.js";

const bytes = (length: number, seed: number): Uint8Array => {
  const chance = stream(seed, "bytes");
  return Uint8Array.from({ length }, () => chance.below(256));
};

/** The product by the definition: shift, add, and reduce. */
function slowProduct(a: number, b: number): number {
  let sum = 0;
  for (let bit = 0; bit < 8; bit++) if (b & (1 << bit)) sum ^= a << bit;
  for (let bit = 14; bit >= 8; bit--) if (sum & (1 << bit)) sum ^= 0x11d << (bit - 8);
  return sum;
}

describe("GF(2^8)", () => {
  it("multiplies as polynomials modulo 0x11d, for all pairs", () => {
    for (let a = 0; a < 256; a++) for (let b = 0; b < 256; b++) if (times(a, b) !== slowProduct(a, b)) throw new Error(`${a} times ${b}`);
    // Values of the Backblaze library's GaloisTest.
    expect([times(3, 4), times(7, 7), times(23, 45)]).toEqual([12, 21, 41]);
    expect([power(2, 2), power(5, 20), power(13, 7)]).toEqual([4, 235, 43]);
  });

  it("has an inverse of every byte but 0", () => {
    for (let a = 1; a < 256; a++) expect(times(a, inverse(a))).toBe(1);
    expect(() => inverse(0)).toThrow("0 has no inverse");
  });

  it("adds multiples of long vectors byte by byte", () => {
    for (const factor of [0, 1, 2, 97]) {
      const [sum, vector] = [bytes(100, 1), bytes(100, 2)];
      const expected = sum.map((byte, i) => byte ^ times(factor, vector[i]!));
      addProduct(sum, factor, vector);
      expect(sum).toEqual(expected);
    }
  });
});

describe("a Reed-Solomon code", () => {
  it("has the parity of the published example of five and five", () => {
    const shards = [[0, 1], [4, 5], [2, 3], [6, 7], [8, 9]].map((pair) => Uint8Array.from(pair));
    const all = reedSolomon({ data: 5, parity: 5 }).encode(shards);
    // The Backblaze library's ReedSolomonTest, and klauspost/reedsolomon's TestOneEncode.
    expect(all.slice(5).map((shard) => [...shard])).toEqual([[12, 13], [10, 11], [14, 15], [90, 91], [94, 95]]);
  });

  it.each(["vandermonde", "cauchy"] as const)("gives the data back from any k shards (%s)", (matrix) => {
    for (const [data, parity] of [[1, 1], [2, 1], [3, 2], [4, 4], [6, 3], [10, 4]] as const) {
      const code = reedSolomon({ data, parity, matrix });
      expect(code.survivable(parity).survived).toBe(code.survivable(parity).patterns);
      expect(code.survivable(parity + 1).survived).toBe(0);
    }
  });

  it("restores data and parity, whatever is lost", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 200 }), fc.integer(), (data, parity, length, seed) => {
        const code = reedSolomon({ data, parity });
        const original = bytes(length, seed);
        const all = code.encode(split(original, data));
        const lost = new Set(stream(seed, "lost").shuffle(all.map((_, i) => i)).slice(0, parity));
        const back = code.reconstruct(all.map((shard, i) => (lost.has(i) ? null : shard)));
        expect(back).toEqual(all);
        expect(joined(back.slice(0, data), length)).toEqual(original);
      }),
      { numRuns: 150 },
    );
  });

  it("finds the code that would not do: powers under a unit matrix are not enough", () => {
    // Plank's first version (1997) put rows of powers under a unit matrix; the note of 2005 corrects it.
    const rows = [...[0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => (i === j ? 1 : 0))), ...[0, 1, 2, 3].map((r) => [1, 2, 3, 4].map((c) => power(c, r)))];
    const naive = new LinearCode(rows, 4);
    const { patterns, survived } = naive.survivable(4);
    expect(survived).toBeLessThan(patterns);
  });

  it("says what is wrong with what it is given", () => {
    const code = reedSolomon({ data: 2, parity: 1 });
    const shards = code.encode([bytes(3, 1), bytes(3, 2)]);
    expect(() => code.encode([bytes(3, 1)])).toThrow("shards must be 2 data shards, got 1");
    expect(() => code.encode([bytes(3, 1), bytes(2, 1)])).toThrow("one length");
    expect(() => code.reconstruct(shards.slice(1))).toThrow("3 entries");
    expect(() => code.reconstruct([null, null, shards[2]!])).toThrow("the 1 that are left (2) do not determine the 2 data shards");
    expect(() => reedSolomon({ data: 200, parity: 57 })).toThrow("at most 256");
    expect(() => reedSolomon({ data: 0, parity: 1 })).toThrow("data must be a whole number from 1 to 255, got 0");
  });
});

describe("a local reconstruction code", () => {
  it("of 6, 2 and 2 survives all losses of three and 86 % of those of four, as its paper says", () => {
    const code = localReconstruction({ data: 6, groups: 2, globals: 2 });
    expect(code.total).toBe(10);
    expect(code.survivable(3)).toEqual({ patterns: 120, survived: 120 });
    const { patterns, survived } = code.survivable(4);
    expect([patterns, survived]).toEqual([210, 180]);
    expect(Math.round((100 * survived) / patterns)).toBe(86);
  });

  it("of 12, 2 and 2 does as much as can be done: a loss of four is fatal where one group and the globals cannot mend it", () => {
    const code = localReconstruction({ data: 12, groups: 2, globals: 2 });
    expect(code.survivable(3).survived).toBe(code.survivable(3).patterns);
    // By counting: a group with its parity has 7 shards, and mends one loss; the globals mend two more, if they are there.
    let possible = 0;
    const inGroup = (shard: number): number => (shard < 12 ? Math.floor(shard / 6) : shard < 14 ? shard - 12 : 2);
    for (let a = 0; a < 16; a++) for (let b = a + 1; b < 16; b++) for (let c = b + 1; c < 16; c++) for (let d = c + 1; d < 16; d++) {
      const counts = [0, 0, 0];
      for (const shard of [a, b, c, d]) counts[inGroup(shard)]!++;
      if (Math.max(0, counts[0]! - 1) + Math.max(0, counts[1]! - 1) + counts[2]! <= 2) possible++;
    }
    expect(code.survivable(4)).toEqual({ patterns: 1820, survived: possible });
  });

  it("makes a lost data shard anew from its group alone", () => {
    const code = localReconstruction({ data: 12, groups: 2, globals: 2 });
    const all = code.encode(split(bytes(600, 3), 12));
    const group = [0, 1, 2, 4, 5, 12].map((i) => all[i]!);
    const mended = new Uint8Array(group[0]!.length);
    for (const shard of group) addProduct(mended, 1, shard);
    expect(mended).toEqual(all[3]);
    expect([repairReads(code, 3), repairReads(code, 12), repairReads(code, 14)]).toEqual([6, 6, 12]);
    expect(repairReads(reedSolomon({ data: 12, parity: 4 }), 3)).toBe(12);
    expect(repairReads(copies(3), 1)).toBe(1);
  });
});

describe("durability", () => {
  const disks = { failureHours: 100, repairHours: 10 };

  it("is that of the textbook's chain", () => {
    const [fail, mend] = [1 / 100, 1 / 10];
    // Mirroring: (3 λ + μ) / (2 λ²), Patterson, Gibson and Katz 1988.
    expect(meanTimeToDataLoss({ shards: 2, tolerates: 1, ...disks })).toBeCloseTo((3 * fail + mend) / (2 * fail * fail), 6);
    expect(meanTimeToDataLoss({ shards: 5, tolerates: 0, ...disks })).toBeCloseTo(20, 9);
  });

  it("is what runs of the chain have on average", () => {
    for (const options of [{ shards: 3, tolerates: 2, ...disks }, { shards: 9, tolerates: 3, ...disks, repair: "serial" as const }]) {
      const runs = Array.from({ length: 4_000 }, (_, seed) => timeToDataLoss({ ...options, seed }));
      const mean = runs.reduce((sum, hours) => sum + hours, 0) / runs.length;
      expect(mean / meanTimeToDataLoss(options)).toBeGreaterThan(0.94);
      expect(mean / meanTimeToDataLoss(options)).toBeLessThan(1.06);
    }
  });

  it("is less where repairs wait for each other", () => {
    const nine = { shards: 9, tolerates: 3, ...disks };
    expect(meanTimeToDataLoss({ ...nine, repair: "serial" })).toBeLessThan(meanTimeToDataLoss(nine));
    expect(() => meanTimeToDataLoss({ ...nine, tolerates: 9 })).toThrow("tolerates must be a whole number from 0 to 8, got 9");
  });
});
