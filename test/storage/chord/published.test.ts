import { describe, expect, it } from "vitest";
import { chordFigure, chordFigureSettings, lookupsWhileStabilising, type ChordFigure } from "../../../lib/chord.js";

describe("the figures of the Chord paper, with few lookups", () => {
  it("have the published points beside ours", () => {
    expect(chordFigure("10b", { share: 0.02 }).filter(({ published }) => published !== null).map(({ x }) => x)).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect(chordFigure("11", { share: 0.005 }).map(({ x, published }) => [x, published])).toEqual([0.01, 0.02, 0.05, 0.1, 0.15, 0.2].map((p) => [p, p]));
    for (const { ours, published } of chordFigure("10a", { share: 0.01 })) if (published !== null) expect(Math.abs(ours - published)).toBeLessThan(1.5);
    expect(Object.keys(chordFigureSettings)).toEqual(["8", "9", "11", "12", "10a", "10b"]);
  });

  it("lookups fail while pointers lag behind, mostly because they meet a dead node", () => {
    const quiet = lookupsWhileStabilising({ rate: 0, seconds: 200 });
    expect([quiet.failed, quiet.joins, quiet.failures]).toEqual([0, 0, 0]);
    expect(quiet.hops).toBeGreaterThan(3.2);
    expect(quiet.hops).toBeLessThan(4.4);
    const busy = lookupsWhileStabilising({ rate: 0.2, seconds: 600, lookups: 10 });
    expect(busy.failed).toBeGreaterThan(0.04);
    expect(busy.failed).toBeLessThan(0.15);
    expect(busy.deadOnTheWay).toBeGreaterThan(busy.wrongOwner);
    // Who stabilises twice as often has half as many.
    const careful = lookupsWhileStabilising({ rate: 0.2, seconds: 600, lookups: 10, every: 15 });
    expect(careful.failed).toBeLessThan(0.7 * busy.failed);
  });

  it("stays a ring while all of its nodes are replaced, twice over", () => {
    const { joins, failures, failed, wrongOwner } = lookupsWhileStabilising({ nodes: 50, rate: 0.02, seconds: 5_000, lookups: 2 });
    expect(joins).toBeGreaterThan(80);
    expect(failures).toBeGreaterThan(80);
    expect(failed).toBeLessThan(0.1);
    expect(wrongOwner).toBeLessThan(150);
  });

  it.each<[string, () => unknown, string]>([
    ["a figure that is none", () => chordFigure("13" as ChordFigure), 'figure must be one of "8", "9", "10a", "10b", "11", "12", got "13"'],
    ["no share", () => chordFigure("8", { share: 0 }), "share must be a finite number from 0.001 to 1, got 0"],
    ["a ring of one", () => lookupsWhileStabilising({ nodes: 1, rate: 0 }), "nodes must be a whole number from 2 to 100000, got 1"],
    ["a rate below nothing", () => lookupsWhileStabilising({ rate: -1 }), "rate must be a finite number from 0 to 1000, got -1"],
  ])("refuses %s", (_, act, message) => {
    expect(act).toThrow(new RangeError(message));
  });
});
