import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeyMap } from "../../lib/compute/keys.js";
import { Gathering, type Combine } from "../../lib/threads/mapreduce/gathering.js";

/** All values of each key, in the order in which they came. */
function gathered(pairs: readonly (readonly [unknown, unknown])[], combine: Combine): [unknown, unknown[]][] {
  const gathering = new Gathering(combine, (key) => String(key).length);
  for (const [key, value] of pairs) gathering.add(key, value);
  return Array.from(gathering.drain(), ({ key, values, region }) => {
    expect(region).toBe(String(key).length);
    return [key, [...values]];
  });
}

describe("values by key", () => {
  it("come in their order, and keys in theirs", () => {
    const key = fc.constantFrom<unknown>("a", "b", "", "\0", 1, -1, 0, -0, true, null, ["a"], ["b", 1]);
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.anything())), (pairs) => {
        const slow = new KeyMap<unknown[]>();
        for (const [one, value] of pairs) {
          if (!slow.has(one)) slow.set(one, []);
          slow.get(one)!.push(value);
        }
        expect(gathered(pairs, (_, values) => [...values])).toEqual([...slow.entries()].map(([one, values]) => [one, [...values]]));
      }),
    );
  });

  it.each<[string, Combine, (values: number[]) => number[]]>([
    ["to one", (_, values) => [[...(values as Iterable<number>)].reduce((a, b) => a + b, 0)], (values) => [values.reduce((a, b) => a + b, 0)]],
    ["to those that differ", (_, values) => [...new Set(values)], (values) => [...new Set(values)]],
    ["to nothing at all", (key, values) => ((key as string).startsWith("k1") ? [] : [...values]), () => []],
    ["not at all", (_, values) => [...values], (values) => values],
  ])("are combined when there are many: %s", (name, combine, all) => {
    const pairs = Array.from({ length: 700_000 }, (_, i): [string, number] => [`k${(i * i) % 1_009}`, i % 17]);
    const found = gathered(pairs, combine) as [string, number[]][];
    const expected = new Map<string, number[]>();
    for (const [key, value] of pairs) {
      let list = expected.get(key);
      if (list === undefined) expected.set(key, (list = []));
      list.push(value);
    }
    if (name === "to nothing at all") {
      for (const [key, values] of found) if (!key.startsWith("k1")) expect(values).toEqual(expected.get(key));
      return;
    }
    expect(found).toEqual([...expected].map(([key, values]) => [key, all(values)]));
  });

  it("say about how much they hold, and nothing when they are drained", () => {
    const gathering = new Gathering((_, values) => [...values], () => 0);
    for (let i = 0; i < 1_000; i++) gathering.add(`key ${i % 10}`, "x".repeat(100));
    expect(gathering.held).toBeGreaterThan(100_000);
    expect([...gathering.drain()].length).toBe(10);
    expect(gathering.held).toBe(0);
  });
});
