import { describe, expect, it } from "vitest";
import { expectedResidue, pushRounds, pushSum, rumor, spread, type RumorOptions } from "../../../lib/gossip.js";

function mean(runs: number, of: (seed: number) => number): number {
  let sum = 0;
  for (let seed = 1; seed <= runs; seed++) sum += of(seed);
  return sum / runs;
}

describe("a simple epidemic", () => {
  it("takes about log2 n + ln n rounds by push, and fewer both ways", () => {
    for (const n of [1_000, 20_000]) {
      const rounds = (direction: "push" | "push-pull") => mean(30, (seed) => spread({ n, direction, seed }).length - 1);
      expect(Math.abs(rounds("push") - pushRounds(n))).toBeLessThan(1.5);
      expect(rounds("push-pull")).toBeLessThan(0.62 * rounds("push"));
    }
  });

  it("nearly doubles as long as few know, in a push epidemic", () => {
    const rows = spread({ n: 100_000, direction: "push", seed: 1 });
    for (const { round, informed } of rows.slice(0, 9)) expect(informed).toBeGreaterThan(0.95 * 2 ** round);
    for (const { round, informed } of rows) expect(informed).toBeLessThanOrEqual(2 ** round);
  });

  it("squares the share of those who do not know, in the end of a pull epidemic", () => {
    const n = 100_000;
    const shares = spread({ n, direction: "pull", seed: 2 }).map(({ informed }) => 1 - informed / n);
    const late = shares.findIndex((share) => share < 0.3);
    expect(shares[late + 1]! / shares[late]! ** 2).toBeCloseTo(1, 1);
  });

  it("in its push form leaves about 1/e of them from one round to the next, in the end", () => {
    const n = 100_000;
    const shares = spread({ n, direction: "push", seed: 2 }).map(({ informed }) => 1 - informed / n);
    const late = shares.findIndex((share) => share < 0.05);
    expect(shares[late + 1]! / shares[late]!).toBeCloseTo(Math.exp(-1), 1);
  });

  it("goes on where contacts fail, and says where it was stopped", () => {
    const rounds = (loss: number) => mean(20, (seed) => spread({ n: 1_000, direction: "push", seed, loss }).length - 1);
    expect(rounds(0.5)).toBeGreaterThan(1.4 * rounds(0));
    expect(spread({ n: 1_000, loss: 1, maxRounds: 7 }).at(-1)).toMatchObject({ round: 7, informed: 1 });
    expect(spread({ n: 1 })).toEqual([{ round: 0, informed: 1, contacts: 0, sent: 0 }]);
  });
});

describe("a rumor", () => {
  const runs = 150;
  const averages = (options: Partial<RumorOptions> & { readonly k: number }) => {
    const outcomes = Array.from({ length: runs }, (_, seed) => rumor({ n: 1_000, seed, ...options }));
    const of = (what: (outcome: (typeof outcomes)[number]) => number) => outcomes.reduce((sum, outcome) => sum + what(outcome), 0) / runs;
    return { residue: of(({ residue }) => residue), traffic: of(({ traffic }) => traffic), last: of(({ lastDelay }) => lastDelay) };
  };

  // Demers and others 1987, tables 1 to 3: 1000 sites.
  it.each([
    [1, 0.18, 1.7, 16.8], [2, 0.037, 3.3, 16.9], [3, 0.011, 4.5, 17.4], [4, 0.0036, 5.6, 17.5], [5, 0.0012, 6.7, 17.7],
  ])("with feedback and a counter of %i leaves the residue of table 1", (k, residue, traffic, last) => {
    const got = averages({ k });
    expect(Math.abs(got.residue / residue - 1)).toBeLessThan(k < 4 ? 0.1 : 0.25);
    expect(Math.abs(got.traffic / traffic - 1)).toBeLessThan(0.04);
    expect(Math.abs(got.last / last - 1)).toBeLessThan(0.06);
  });

  it.each([[1, 0.96, 0.04, 38], [2, 0.2, 1.6, 33], [3, 0.06, 2.8, 32], [4, 0.021, 3.9, 32], [5, 0.008, 4.9, 32]])(
    "blind, with a coin of 1/%i, leaves the residue of table 2",
    (k, residue, traffic, last) => {
      const got = averages({ k, stop: "coin", count: "blind" });
      expect(Math.abs(got.residue / residue - 1)).toBeLessThan(0.12);
      expect(Math.abs(got.traffic / traffic - 1)).toBeLessThan(0.1);
      expect(Math.abs(got.last / last - 1)).toBeLessThan(0.12);
    },
  );

  it.each([[1, 0.031, 2.7], [2, 0.00058, 4.5]])("by pull, with a counter of %i, leaves that of table 3", (k, residue, traffic) => {
    const got = averages({ k, direction: "pull" });
    expect(Math.abs(got.residue / residue - 1)).toBeLessThan(0.3);
    expect(Math.abs(got.traffic / traffic - 1)).toBeLessThan(0.03);
  });

  it("leaves e to the minus traffic, in every push variant", () => {
    for (const options of [{ k: 1 }, { k: 2 }, { k: 3 }, { k: 2, stop: "coin" }, { k: 3, count: "blind", stop: "coin" }] as const) {
      const { residue, traffic } = averages(options);
      expect(residue / Math.exp(-traffic)).toBeGreaterThan(0.9);
      expect(residue / Math.exp(-traffic)).toBeLessThan(1.15);
    }
  });

  it("leaves what the differential equations say, where a coin is thrown at a vain contact one after the other", () => {
    expect(expectedResidue(1)).toBeCloseTo(0.2032, 4);
    expect(expectedResidue(2)).toBeCloseTo(0.0595, 4);
    // The equations have no rounds; with rounds the first contacts of a round are all of use.
    for (const k of [1, 2, 3]) expect(averages({ k, stop: "coin" }).residue / expectedResidue(k)).toBeGreaterThan(0.75);
    for (const k of [1, 2, 3]) expect(averages({ k, stop: "coin" }).residue / expectedResidue(k)).toBeLessThan(1.1);
  });

  it("accounts for every node in every round", () => {
    for (const { susceptible, infective, removed } of rumor({ n: 500, k: 2, seed: 3 }).rows) expect(susceptible + infective + removed).toBe(500);
  });

  it("runs through a million nodes, of which many hear it in one round", () => {
    const { residue, rows } = rumor({ n: 1_000_000, k: 3, seed: 1 });
    expect(residue).toBeLessThan(0.03);
    expect(Math.max(...rows.map(({ susceptible }, i) => (rows[i - 1]?.susceptible ?? susceptible) - susceptible))).toBeGreaterThan(150_000);
  });
});

describe("push-sum", () => {
  const values = Array.from({ length: 1_000 }, (_, i) => i % 10);

  it("comes closer to the mean by a constant factor each round", () => {
    const rows = pushSum({ values, rounds: 60, seed: 1 });
    expect(rows[30]!.worst).toBeLessThan(0.02);
    expect(rows[60]!.worst).toBeLessThan(1e-5);
  });

  it("agrees on something wrong where messages are lost with their weight", () => {
    const off = mean(10, (seed) => pushSum({ values, rounds: 60, seed, loss: 0.2 }).at(-1)!.typical);
    expect(off).toBeGreaterThan(1e-3);
  });

  it("refuses what has no mean to be compared with", () => {
    expect(() => pushSum({ values: [1] })).toThrow("values.length must be a whole number of at least 2, got 1");
    expect(() => pushSum({ values: [1, -1] })).toThrow("values must have a finite mean other than 0, got 0");
    expect(() => rumor({ n: 10, k: 0 })).toThrow("k must be a whole number from 1 to 1000, got 0");
    expect(() => spread({ n: 10, direction: "sideways" as never })).toThrow("direction must be one of");
  });
});
