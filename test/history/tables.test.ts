import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Memo } from "../../lib/history/memo.js";
import { notKnown, Transitions } from "../../lib/history/transitions.js";

describe("Memo", () => {
  it("is a set of lists of numbers, whatever their lengths", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer({ min: -2, max: 2 }), { maxLength: 4 }), { maxLength: 60 }), (lists) => {
        const memo = new Memo();
        const known = new Set<string>();
        for (const list of lists) {
          // What stands behind the list does not count.
          expect(memo.add(Int32Array.of(...list, 99), list.length)).toBe(!known.has(list.join()));
          known.add(list.join());
        }
        expect(memo.size).toBe(known.size);
      }),
    );
  });

  it("keeps its lists while it grows, and forgets them when told", () => {
    const memo = new Memo();
    const list = new Int32Array(3);
    const add = (i: number): boolean => {
      list.set([i, i >> 8, -i]);
      return memo.add(list, 3);
    };
    for (let round = 0; round < 2; round++) {
      const numbers = [...Array(20_000).keys()];
      expect(numbers.filter((i) => add(i)).length).toBe(20_000);
      expect(numbers.filter((i) => add(i))).toEqual([]);
      memo.clear();
      expect(memo.size).toBe(0);
    }
    expect(add(7)).toBe(true);
    memo.clear();
    expect(add(7)).toBe(true);
  });
});

describe("Transitions", () => {
  it("is a map from pairs of numbers", () => {
    const table = new Transitions();
    for (let i = 0; i < 200; i++) for (let j = 0; j < 50; j++) table.set(i, j, i * 50 + j - 1);
    const wrong: number[][] = [];
    for (let i = 0; i < 200; i++)
      for (let j = 0; j < 50; j++) if (table.get(i, j) !== i * 50 + j - 1) wrong.push([i, j]);
    expect(wrong).toEqual([]);
    expect(table.get(200, 0)).toBe(notKnown);
    expect(table.get(0, 50)).toBe(notKnown);
  });
});
