import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  balanced, CompositeMaglev, complete, faithful, ForgetfulBoundedRing, GluedRing, keyCounts, keyNames, LosingRing, Maglev, ModuloHashing, monotone,
  NearestRing, OpenRing, reversible, Ring, stable, thrifty, unordered, UnsortedRing, type NodeList, type Placement, type PlacementProperty,
} from "../../../lib/placement.js";
import { schemes } from "./schemes.js";

const nodes = Array.from({ length: 10 }, (_, i) => `server-${i}`);
const keys = keyNames(10_000);

describe.each(schemes)("$name", ({ make, keeps, breaks }) => {
  it.each(keeps.map((property) => [property.name, property] as const))("keeps: %s", (_, property) => {
    expect(property.check(make, nodes, keys)).toBeNull();
  });

  // A scheme is told not to keep something only where it is seen not to.
  it.each(breaks.map((property) => [property.name, property] as const))("is known not to keep: %s", (_, property) => {
    expect(property.check(make, nodes, keys)).toMatch(/ /);
  });

  it("owns the shares that it says: what 10,000 keys find agrees", () => {
    const placement = make(nodes);
    const counts = new Map(keyCounts(placement, keys).map(({ node, keys: count }) => [node, count]));
    const ownership = placement.ownership();
    expect(ownership.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    for (const { node, share, ideal } of ownership) {
      expect(ideal).toBeCloseTo(0.1, 12);
      // Five standard deviations of the number of keys that fall into such a share.
      expect(Math.abs(counts.get(node)! - share * keys.length)).toBeLessThan(5 * Math.sqrt(share * keys.length));
    }
  });
});

describe("each fault is caught by a property", () => {
  const glued = ["a", "a1", "a11", "a2", "a22"];
  const faults: readonly (readonly [string, (list: NodeList) => Placement, PlacementProperty, readonly string[], RegExp])[] = [
    ["hash modulo the number of nodes", (list) => new ModuloHashing(list), monotone, nodes, /go from an old node to another/],
    ["hash modulo the number of nodes", (list) => new ModuloHashing(list), thrifty(1.5), nodes, /[89]\d\.\d % of the keys move, where 10\.0 % would do/],
    ["labels without a separator", (list) => new GluedRing(list), balanced({ least: 0.7, most: 1.35 }), glued, /where the mean is 2000/],
    ["a ring that a removal leaves unsorted", (list) => new UnsortedRing(list), faithful, nodes, /were not on it/],
    ["a ring that is not closed", (list) => new OpenRing(list), complete, nodes, /is on nothing, which is none of the nodes/],
    ["points that collide and are lost", (list) => new LosingRing(list), reversible, nodes, /came and went/],
    ["bounded loads that are not remembered", (list) => new ForgetfulBoundedRing(list, { epsilon: 0.02 }), stable, nodes, /nothing has changed/],
    ["a Maglev table of composite size", (list) => new CompositeMaglev(list), oneEntryApart, nodes, /entries/],
  ];
  it.each(faults)("%s", (_, make, property, names, problem) => {
    expect(property.check(make, names, keys)).toMatch(problem);
  });

  it.each([
    ["labels with one", (list: NodeList) => new Ring(list), balanced({ least: 0.7, most: 1.35 }), glued],
    ["a table of prime size", (list: NodeList) => new Maglev(list, { size: 1_009 }), oneEntryApart, nodes],
  ] as const)("and %s pass the same check", (_, make, property, names) => {
    expect(property.check(make, names, keys)).toBeNull();
  });
});

/** The counts of equal backends in Maglev's table differ by at most one (section 3.4). */
const oneEntryApart: PlacementProperty = {
  name: "the entries of the table are dealt out evenly",
  check(make, names) {
    const shares = make(names).ownership().map(({ share }) => share);
    const size = make(names) instanceof Maglev ? 1_009 : 1_000;
    const [least, most] = [Math.round(Math.min(...shares) * size), Math.round(Math.max(...shares) * size)];
    return most - least <= 1 ? null : `one backend has ${least} entries, another ${most}`;
  },
};

describe("the nearest point instead of the first clockwise", () => {
  it("is another rule: it keeps the promises of a ring, and finds another node for about half of the keys", () => {
    for (const property of [complete, stable, monotone, faithful, reversible, unordered]) {
      expect(property.check((list) => new NearestRing(list), nodes, keys)).toBeNull();
    }
    const [ring, nearest] = [new Ring(nodes), new NearestRing(nodes)];
    const other = keys.filter((key) => ring.lookup(key) !== nearest.lookup(key)).length / keys.length;
    expect(other).toBeGreaterThan(0.4);
    expect(other).toBeLessThan(0.5);
  });
});

describe("any sequence of joins and leaves", () => {
  /** true: the next node joins; a number: the node at this place leaves. */
  const changes = fc.array(fc.oneof(fc.constant(true as const), fc.nat(20)), { minLength: 1, maxLength: 40 });
  const some = keys.slice(0, 300);

  it.each(schemes.filter(({ keeps }) => keeps.includes(monotone)))("moves nothing between nodes that stay: $name", ({ make, name }) => {
    fc.assert(fc.property(changes, (sequence) => {
      const placement = make(["first"]);
      let next = 0;
      for (const change of sequence) {
        const before = some.map((key) => placement.lookup(key));
        const { nodes: there } = placement;
        if (change === true) placement.add(`node ${next++}`);
        else if (there.length > 1) placement.remove(name === "jump" ? there.at(-1)! : there[change % there.length]!);
        const now = new Set(placement.nodes);
        for (const [i, key] of some.entries()) {
          const node = placement.lookup(key);
          if (node !== before[i] && now.has(before[i]!)) expect(there).not.toContain(node);
        }
      }
    }), { numRuns: 15, seed: 1 });
  });
});
