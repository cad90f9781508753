import { describe, expect, it } from "vitest";
import { boundedRequestLoads, Jump, keyNames, requestLoads, Ring, zipfRequests, zipfShare } from "../../../lib/placement.js";

const nodes = keyNames(20, "n");
const requests = zipfRequests({ requests: 40_000, keys: 2_000, seed: 7 });
const most = (rows: readonly { readonly requests: number }[]): number => Math.max(...rows.map((row) => row.requests)) / (rows.reduce((sum, row) => sum + row.requests, 0) / rows.length);

describe("requests by Zipf's law", () => {
  it("ask for each key as often as the law says", () => {
    const counts = new Map<string, number>();
    for (const key of requests) counts.set(key, (counts.get(key) ?? 0) + 1);
    for (const k of [1, 2, 5, 20]) {
      const expected = zipfShare(k, 2_000) * requests.length;
      expect(Math.abs((counts.get(`key:${k - 1}`) ?? 0) - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
    // 1/1 + 1/2 + ... + 1/2000 is 8.178.
    expect(zipfShare(1, 2_000)).toBeCloseTo(1 / 8.178, 4);
    expect(zipfShare(3, 4, 0)).toBeCloseTo(0.25, 12);
  });

  it("are the same for the same seed, and others for another", () => {
    expect(zipfRequests({ requests: 40_000, keys: 2_000, seed: 7 })).toEqual(requests);
    expect(zipfRequests({ requests: 40_000, keys: 2_000, seed: 8 })).not.toEqual(requests);
  });

  it.each<[string, () => unknown, string]>([
    ["no keys", () => zipfRequests({ requests: 1, keys: 0 }), "keys must be a whole number from 1 to 10000000, got 0"],
    ["a negative exponent", () => zipfRequests({ requests: 1, keys: 1, exponent: -1 }), "exponent must be a finite number from 0 to 10, got -1"],
    ["too many requests", () => zipfRequests({ requests: 1e9, keys: 1 }), "requests must be a whole number from 0 to 10000000, got 1000000000"],
    ["a rank that there is not", () => zipfShare(5, 4), "k must be a whole number from 1 to 4, got 5"],
    ["replicas of a scheme that has none", () => requestLoads(new Jump(nodes), requests, { replicas: 2 }), "jump: it has no order of preference"],
  ])("refuses %s", (_, act, message) => {
    expect(act).toThrow(message);
  });
});

describe("a hot key", () => {
  const ring = new Ring(nodes);

  it("loads one node far above the mean, whatever the ring does for keys", () => {
    const rows = requestLoads(ring, requests);
    expect(rows.reduce((sum, row) => sum + row.requests, 0)).toBe(requests.length);
    expect(most(rows)).toBeGreaterThan(2.4);
  });

  it("is shared by replicas", () => {
    expect(most(requestLoads(ring, requests, { replicas: 3 }))).toBeLessThan(most(requestLoads(ring, requests)) - 0.5);
  });

  it("is kept from the nodes by a small cache, which levels them", () => {
    const rows = requestLoads(ring, requests, { cache: 100 });
    expect(rows.reduce((sum, row) => sum + row.requests, 0)).toBeLessThan(0.7 * requests.length);
    expect(most(rows)).toBeLessThan(1.5);
    // A cache of one key answers a key that is asked for again at once.
    expect(requestLoads(new Ring(["a"]), ["x", "x", "y", "x"], { cache: 1 })).toEqual([{ node: "a", requests: 3 }]);
  });

  it("overflows to the next nodes where loads are bounded", () => {
    const rows = boundedRequestLoads(ring, requests, { inFlight: 1_000 });
    expect(rows.reduce((sum, row) => sum + row.requests, 0)).toBe(requests.length);
    expect(most(rows)).toBeLessThan(1.3);
    // Almost no room, almost no difference; much room, and it is the plain ring.
    expect(most(boundedRequestLoads(ring, requests, { inFlight: 1_000, epsilon: 0.01 }))).toBeLessThan(1.03);
    expect(boundedRequestLoads(ring, requests, { inFlight: 1_000, epsilon: 1_000 })).toEqual(requestLoads(ring, requests));
  });
});
