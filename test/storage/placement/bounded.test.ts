import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoundedRing, keyNames, Ring } from "../../../lib/placement.js";

const nodes = Array.from({ length: 6 }, (_, i) => `n${i}`);

/** Both invariants of a ring with bounded loads, from outside: a plain ring tells the way that each key goes. */
function faults(bounded: BoundedRing, keys: Iterable<string>, points: number): string[] {
  const found: string[] = [];
  const way = new Ring(bounded.nodes, { points });
  const loads = bounded.loads();
  const wanted = Math.ceil((1.3 * bounded.keys) / bounded.nodes.length - 1e-9);
  if (bounded.keys > 0 && bounded.capacity !== wanted) found.push(`the capacity is ${bounded.capacity}, not ${wanted}`);
  for (const [node, load] of loads) if (load > bounded.capacity) found.push(`${node} holds ${load} of ${bounded.capacity}`);
  const counted = new Map(bounded.nodes.map((node) => [node, 0]));
  for (const key of keys) {
    const node = bounded.lookup(key);
    counted.set(node, counted.get(node)! + 1);
    for (const passed of way.replicas(key, bounded.nodes.length)) {
      if (passed === node) break;
      if (loads.get(passed)! < bounded.capacity) found.push(`${key} has passed over ${passed}, which has room`);
    }
  }
  for (const [node, count] of counted) if (count !== loads.get(node)) found.push(`${node} counts ${loads.get(node)} and holds ${count}`);
  return found;
}

describe("a ring with bounded loads", () => {
  it("holds its invariants, whatever comes and goes", () => {
    const steps = fc.array(fc.record({ what: fc.constantFrom("key", "key", "key", "forget", "join", "leave"), which: fc.nat(1_000) }), { minLength: 20, maxLength: 150 });
    fc.assert(fc.property(steps, fc.constantFrom(1, 3, 20), (sequence, points) => {
      const bounded = new BoundedRing(nodes, { epsilon: 0.3, points });
      const keys: string[] = [];
      let next = 0;
      for (const { what, which } of sequence) {
        const { nodes: there } = bounded;
        if (what === "key") {
          keys.push(`key ${next}`);
          bounded.lookup(`key ${next++}`);
        } else if (what === "forget" && keys.length > 0) {
          expect(bounded.forget(keys.splice(which % keys.length, 1)[0]!)).toBe(true);
        } else if (what === "join") bounded.add(`late ${next++}`);
        else if (what === "leave" && there.length > 1) bounded.remove(there[which % there.length]!);
      }
      expect(bounded.keys).toBe(keys.length);
      expect(faults(bounded, keys, points)).toEqual([]);
    }), { numRuns: 150, seed: 3 });
  });

  it("has a check of the invariants that sees a key that passed over room", () => {
    const bounded = new BoundedRing(nodes, { epsilon: 0.3, points: 3 });
    const keys = keyNames(100);
    for (const key of keys) bounded.lookup(key);
    expect(faults(bounded, keys, 3)).toEqual([]);
    expect(faults(bounded, keys, 4).join()).toContain("which has room"); // another ring, other ways
  });

  it("is a plain ring when there is room enough", () => {
    const [bounded, ring] = [new BoundedRing(nodes, { epsilon: 100 }), new Ring(nodes)];
    const keys = keyNames(2_000);
    for (const key of keys) bounded.lookup(key);
    expect(keys.filter((key) => bounded.lookup(key) !== ring.lookup(key))).toEqual([]);
  });

  it("counts its capacity in whole keys, also where binary fractions are a hair off", () => {
    const bounded = new BoundedRing(nodes.slice(0, 2), { epsilon: 0.1 });
    for (const key of keyNames(200)) bounded.lookup(key);
    expect(1.1 * 100).toBeGreaterThan(110);
    expect(bounded.capacity).toBe(110);
  });

  it("lets many balls begin at the home of one key", () => {
    const bounded = new BoundedRing(nodes, { epsilon: 0.2 });
    for (let i = 0; i < 60; i++) bounded.place(`request ${i}`, "hot");
    expect([...bounded.loads().values()].sort((a, b) => b - a)).toEqual([12, 12, 12, 12, 12, 0]);
    expect(bounded.lookup("request 0")).toBe(new Ring(nodes).lookup("hot"));
    expect(() => bounded.place("request 0", "hot")).toThrow('bounded ring: "request 0" has its place already');
    expect(bounded.forget("request 99")).toBe(false);
  });

  it("keeps its last node as long as it holds keys", () => {
    const bounded = new BoundedRing(["a"]);
    bounded.lookup("x");
    expect(() => bounded.remove("a")).toThrow("bounded ring: the last node cannot leave while it holds keys, which are 1");
    bounded.forget("x");
    bounded.remove("a");
    expect(bounded.nodes).toEqual([]);
  });
});
