import { describe, expect, it } from "vitest";
import { channel, doublingWindow, fixedWindow, learnedWindow } from "../../lib/service.js";

const use = (stations: number, rule: Parameters<typeof channel>[0]["rule"], slots = 20_000) => channel({ seed: 1, stations, slots, rule });

describe("a shared channel", () => {
  it("belongs to one alone, and is dead where all send always", () => {
    expect(use(1, fixedWindow(1))).toMatchObject({ throughput: 1, fairness: 1 });
    expect(use(2, fixedWindow(1))).toMatchObject({ throughput: 0, successes: [0, 0] });
  });

  it("is used best with a window of about twice the number of stations, by 1/e and a little more", () => {
    const best = use(20, fixedWindow(40)).throughput;
    expect(best).toBeGreaterThan(0.36);
    expect(best).toBeLessThan(0.42);
    for (const window of [8, 16, 128, 256]) expect(use(20, fixedWindow(window)).throughput).toBeLessThan(best);
  });

  it("is taken by the lucky one, if doubling begins at one slot", () => {
    expect(use(10, doublingWindow())).toMatchObject({ throughput: expect.closeTo(0.96, 1) });
    expect(use(10, doublingWindow()).fairness).toBeLessThan(0.6);
    expect(use(10, doublingWindow({ least: 4 })).fairness).toBeGreaterThan(0.9);
  });

  it("is ruined by those who learn for themselves, and not by those who learn for all", () => {
    const selfish = use(10, learnedWindow(), 40_000).overTime;
    expect(selfish.at(-1)).toBeLessThan(selfish[0]! / 2);
    const shared = use(10, learnedWindow({ shared: true }), 40_000).overTime;
    expect(shared.at(-1)).toBeGreaterThan(0.3);
  });

  it("refuses what makes no sense", () => {
    expect(() => use(0, fixedWindow(1))).toThrow("stations must be a whole number of at least 1, got 0");
    expect(() => learnedWindow({ windows: [0] })).toThrow("windows[0] must be a whole number of at least 1, got 0");
    expect(() => doublingWindow({ least: 8, most: 4 })).toThrow("most must be a whole number of at least 8, got 4");
  });
});
