import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareKeys } from "../../lib/compute/keys.js";
import { orderOf } from "../../lib/compute/sort.js";

const slowOrder = (keys: readonly unknown[]): number[] => keys.map((_, i) => i).sort((i, j) => compareKeys(keys[i], keys[j]) || i - j);

describe("the order of keys", () => {
  it.each([
    ["texts that are alike", fc.string({ unit: fc.constantFrom("a", "b", "\0"), maxLength: 14 })],
    ["texts that begin alike", fc.string({ unit: fc.constantFrom("x", "y") }).map((end) => `http://www.example.com/${end}`)],
    ["texts of all scripts", fc.string({ unit: "binary" })],
    ["texts with one wide letter", fc.string({ unit: fc.constantFrom("a", "ÿ", "Ā", "\uffff") })],
    ["numbers", fc.double()],
    ["lists", fc.tuple(fc.nat(3), fc.string({ maxLength: 2 }))],
  ])("is that of compareKeys, and stable: %s", (_, key) => {
    fc.assert(
      fc.property(fc.array(key as fc.Arbitrary<unknown>, { minLength: 1, maxLength: 300, size: "max" }), (keys) => {
        expect([...orderOf(keys)]).toEqual(slowOrder(keys));
        // Many of them, so that they are not only compared.
        const many = Array.from({ length: 9_000 }, (_, i) => keys[(i * i) % keys.length]);
        expect([...orderOf(many)]).toEqual(slowOrder(many));
      }),
      { numRuns: 8 },
    );
  });

  it("is found for many equal and many long texts", () => {
    const keys = Array.from({ length: 60_000 }, (_, i) => (i % 3 === 0 ? "same" : `${"long ".repeat(20)}${(i * 7919) % 1000}${"\0".repeat(i % 2)}`));
    expect([...orderOf(keys)]).toEqual(slowOrder(keys));
  });

  it("is none between keys of different sorts", () => {
    expect(() => orderOf(["a", 1])).toThrow('there is no order between "a" and 1');
  });
});
