import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeyMap } from "../../lib/compute/keys.js";
import { Gathering, type Combine } from "../../lib/threads/mapreduce/gathering.js";

const all: Combine = (_, values, emit) => [...values].forEach(emit);

/** All values of each key, in the order in which they came. */
function gathered(pairs: readonly (readonly [unknown, unknown])[], combine: Combine): [unknown, unknown[]][] {
  const gathering = new Gathering(combine, (key) => String(key).length);
  for (const [key, value] of pairs) gathering.add(key, value);
  const found = new KeyMap<unknown[]>();
  gathering.drain((key, region, value) => {
    if (region !== String(key).length) throw new Error(`${String(key)} is in region ${region}`);
    if (!found.has(key)) found.set(key, []);
    found.get(key)!.push(value);
  });
  return [...found.entries()].map(([key, values]) => [key, values]);
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
        expect(gathered(pairs, all)).toEqual([...slow.entries()].map(([one, values]) => [one, [...values]]));
      }),
    );
  });

  it.each<[string, Combine, (values: number[]) => number[]]>([
    ["to one", (_, values, emit) => emit([...(values as Iterable<number>)].reduce((a, b) => a + b, 0)), (values) => [values.reduce((a, b) => a + b, 0)]],
    ["to those that differ", (_, values, emit) => [...new Set(values)].forEach(emit), (values) => [...new Set(values)]],
    ["to nothing at all", (key, values, emit) => ((key as string).startsWith("k1") ? undefined : all(key, values, emit)), () => []],
    ["not at all", all, (values) => values],
  ])("are combined when there are many: %s", (name, combine, expectedOf) => {
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
    expect(found).toEqual([...expected].map(([key, values]) => [key, expectedOf(values)]));
  });

  it("say about how much they hold, and nothing when they are drained", () => {
    const gathering = new Gathering(all, () => 0);
    for (let i = 0; i < 1_000; i++) gathering.add(`key ${i % 10}`, "x".repeat(100));
    expect(gathering.held).toBeGreaterThan(100_000);
    let count = 0;
    gathering.drain(() => count++);
    expect(count).toBe(1_000);
    expect(gathering.held).toBe(0);
  });
});
