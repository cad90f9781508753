import { describe, expect, it } from "vitest";
import { keyNames, ListedHashRing, Ring, sha1 } from "../../../lib/placement.js";

const nodes = Array.from({ length: 10 }, (_, id) => ({ id }));
const keys = Array.from({ length: 20 }, (_, i) => `key${i}`);

describe("listing 4.4 of the article", () => {
  it("stops at once as printed: its ids are numbers, which have no method encode", () => {
    expect(() => new ListedHashRing(nodes)).toThrow(new TypeError("AttributeError: 'int' object has no attribute 'encode'"));
  });

  it("stops at the first key once ids are texts: int() reads no hexadecimal digits", () => {
    const ring = new ListedHashRing(nodes, "texts as ids");
    expect(() => ring.getNode("key0")).toThrow(/^ValueError: invalid literal for int\(\) with base 10: 'adb1ef33/);
  });

  it("prints twenty nodes once both are mended", () => {
    const ring = new ListedHashRing(nodes, "hexadecimal");
    expect(keys.map((key) => ring.getNode(key).id)).toEqual([7, 3, 7, 8, 0, 4, 1, 2, 2, 0, 7, 9, 7, 7, 9, 7, 5, 2, 1, 4]);
  });

  it("moves 91 % of 10,000 keys when an eleventh node joins, where 9 % would do", () => {
    const ring = new ListedHashRing(nodes, "hexadecimal");
    const many = keyNames(10_000, "key");
    const before = many.map((key) => ring.getNode(key));
    ring.join({ id: 10 });
    expect(many.filter((key, i) => ring.getNode(key) !== before[i])).toHaveLength(9_107);
  });

  it("is a ring, and moves a tenth, with the rule of Karger et al.", () => {
    const ring = new Ring(nodes.map(({ id }) => String(id)), { points: 100, hash: sha1 });
    const many = keyNames(10_000, "key");
    const before = many.map((key) => ring.lookup(key));
    ring.add("10");
    const moved = many.filter((key, i) => ring.lookup(key) !== before[i]);
    expect(moved.length).toBeLessThan(1_200);
    expect(new Set(moved.map((key) => ring.lookup(key)))).toEqual(new Set(["10"]));
  });
});
