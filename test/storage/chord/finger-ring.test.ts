import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failedLookups, FingerRing, keysPerNode, pathLengths } from "../../../lib/chord.js";

/** The definitions of the paper, word by word, on plain arrays. */
function plain(ids: readonly number[], bits: number) {
  const sorted = [...ids].sort((a, b) => a - b);
  const size = 2 ** bits;
  const successor = (identifier: number): number => sorted.find((id) => id >= identifier) ?? sorted[0]!;
  const inside = (x: number, a: number, b: number): boolean => (a < b ? a < x && x < b : x > a || x < b); // (a, b), and all but a for a = b
  const next = (n: number): number => successor((n + 1) % size);
  const finger = (n: number, k: number): number => successor((n + 2 ** k) % size);
  function route(from: number, key: number): number[] {
    const path = [from];
    let n = from;
    while (n !== key && !(inside(key, n, next(n)) || key === next(n))) {
      let k = bits - 1;
      while (!inside(finger(n, k), n, key)) k--;
      path.push((n = finger(n, k)));
    }
    return n === key ? path : [...path, next(n)];
  }
  return { successor, finger, route };
}

describe("a ring whose fingers are right", () => {
  it("routes as the paper's rules do, in every small identifier space", () => {
    const rings = fc.integer({ min: 4, max: 9 }).chain((bits) =>
      fc.record({ bits: fc.constant(bits), ids: fc.uniqueArray(fc.nat(2 ** bits - 1), { minLength: 1, maxLength: 20 }) }));
    fc.assert(fc.property(rings, ({ bits, ids }) => {
      const ring = new FingerRing(ids, { bits });
      const rules = plain(ids, bits);
      for (let node = 0; node < ring.size; node++) {
        for (let k = 0; k < bits; k++) expect(ring.id(ring.finger(node, k))).toBe(rules.finger(ring.id(node), k));
        for (let key = 0; key < 2 ** bits; key += 1 + (bits > 6 ? 7 : 0)) {
          const { path, owner, hops } = ring.route(node, key);
          expect(ring.id(owner)).toBe(rules.successor(key));
          const ideal = rules.route(ring.id(node), key);
          // A ring of one node asks itself once more in the plain rules.
          if (ring.size > 1) expect(path.map((one) => ring.id(one))).toEqual(ideal);
          expect(ring.find(node, key)).toBe(owner);
          expect(ring.hops).toBe(hops);
        }
      }
    }), { numRuns: 60, seed: 5 });
  });

  it("finds every key with 32 bits, also next to the ends of the space", () => {
    const ring = new FingerRing([0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1]);
    for (const [key, id] of [[0, 0], [1, 1], [2, 2 ** 31 - 1], [2 ** 31, 2 ** 31], [2 ** 31 + 1, 2 ** 32 - 2], [2 ** 32 - 1, 2 ** 32 - 1]] as const) {
      for (let node = 0; node < ring.size; node++) expect(ring.id(ring.route(node, key).owner)).toBe(id);
    }
  });

  it("knows of about log N different nodes in its fingers", () => {
    const ring = FingerRing.random({ nodes: 1_024 });
    const mean = Array.from({ length: 100 }, (_, node) => ring.fingers(node)).reduce((sum, count) => sum + count, 0) / 100;
    expect(mean).toBeGreaterThan(9);
    expect(mean).toBeLessThan(13);
  });

  it.each<[string, () => unknown, string]>([
    ["no identifiers", () => new FingerRing([]), "ids must hold at least one identifier, got none"],
    ["an identifier twice", () => new FingerRing([1, 5, 1]), "ids must be different, got 1 twice"],
    ["an identifier beyond the space", () => new FingerRing([16], { bits: 4 }), "ids[0] must be a whole number from 0 to 15, got 16"],
    ["no bits", () => new FingerRing([0], { bits: 0 }), "bits must be a whole number from 4 to 32, got 0"],
    ["too many bits", () => new FingerRing([0], { bits: 161 }), "bits must be a whole number from 4 to 32, got 161"],
    ["too many nodes for the space", () => FingerRing.random({ nodes: 9, bits: 4 }), "nodes must be a whole number from 1 to 8, got 9"],
    ["no nodes", () => FingerRing.random({ nodes: 0 }), "nodes must be a whole number from 1 to 10000000, got 0"],
    ["a key beyond the space", () => new FingerRing([3], { bits: 4 }).route(0, 16), "key must be a whole number from 0 to 15, got 16"],
    ["a node that is not there", () => new FingerRing([3], { bits: 4 }).route(1, 0), "from must be a whole number from 0 to 0, got 1"],
  ])("refuses %s", (_, act, message) => {
    expect(act).toThrow(new RangeError(message));
  });
});

describe("the figures of the Chord paper, small", () => {
  it("path lengths: about half of log2 N, without the last step", () => {
    const { mean, shares } = pathLengths({ nodes: 1_024, lookups: 20_000 });
    expect(mean).toBeGreaterThan(4.6);
    expect(mean).toBeLessThan(5.2);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  });

  it("keys per node: some nodes have none, some nearly five times the mean; virtual nodes level them", () => {
    const one = keysPerNode({ nodes: 1_000, keys: 50_000, runs: 3 });
    expect(one.p1).toBeLessThan(2);
    expect(one.p99 / one.mean).toBeGreaterThan(4);
    const twenty = keysPerNode({ nodes: 1_000, keys: 50_000, virtualNodes: 20, runs: 3 });
    expect(twenty.p99 / twenty.mean).toBeLessThan(1.9);
    expect(twenty.p1 / twenty.mean).toBeGreaterThan(0.35);
  });

  it("failures: only the keys of failed nodes are lost", () => {
    expect(failedLookups({ nodes: 1_000, failed: 0.1, lookups: 5_000 })).toBeGreaterThan(0.08);
    expect(failedLookups({ nodes: 1_000, failed: 0.1, lookups: 5_000 })).toBeLessThan(0.12);
    expect(failedLookups({ nodes: 1_000, failed: 0, lookups: 500 })).toBe(0);
  });
});
