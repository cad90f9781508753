import { describe, expect, it } from "vitest";
import {
  Anchor, blend, BoundedRing, Jump, Ketama, keyCounts, keyNames, Maglev, maglevTable, movement, MultiProbe, murmur, ownersOf, pointLabel, Rendezvous, Ring,
  scoreOf, Skeleton, Slots, sha1, type Placement,
} from "../../../lib/placement.js";
import { schemes } from "./schemes.js";

const names = keyNames(10, "server-");

describe.each(schemes)("$name", ({ name, make }) => {
  const wrong: readonly (readonly [string, (placement: Placement) => unknown, string])[] = [
    ["a node that is there already", (p) => p.add("server-3"), `${name}: the node "server-3" is there already`],
    ["no name", (p) => p.add(""), 'a node must have a name, got ""'],
    ["a number for a name", (p) => p.add(5 as unknown as string), "a node must have a name, got 5"],
    ["a node that is not there, to leave", (p) => p.remove("other"), `${name}: there is no node "other"; it has server-0, server-1, server-2, server-3, server-4, server-5, server-6, server-7, server-8, server-9`],
    ["a node that is not there, to weigh", (p) => p.reweight("other", 2), `${name}: there is no node "other"`],
    ["weight 0", (p) => p.add("x", { weight: 0 }), "weight must be greater than 0, got 0; a node that should hold nothing is removed"],
    ["a negative weight", (p) => p.reweight("server-3", -1), "weight must be a finite number of at least 0, got -1"],
    ["a weight that is no number", (p) => p.add("x", { weight: "2" as unknown as number }), 'weight must be a number, got "2"'],
    ["an infinite weight", (p) => p.add("x", { weight: Infinity }), "weight must be a finite number of at least 0, got Infinity"],
    ["a misspelt option", (p) => p.add("x", { wieght: 2 } as object), 'options has no option "wieght"; it knows "weight", "zone"'],
    ["a key that is a number", (p) => p.lookup(5 as unknown as string), "key must be a text, got 5; write String(key) if it is meant so"],
    ["a key that is nothing", (p) => p.lookup(undefined as unknown as string), "key must be a text, got nothing"],
    ["more replicas than nodes", (p) => p.replicas("k", 11), `${name}: n must be at most the number of nodes, 10, got 11`],
    ["no replicas", (p) => p.replicas("k", 0), "n must be a whole number of at least 1, got 0"],
    ["replicas apart from what is not known", (p) => p.replicas("k", 2, { apart: "racks" as "zones" }), 'apart must be one of "nodes", "zones", got "racks"'],
  ];
  it.each(wrong)("refuses %s, and stays as it was", (_, act, message) => {
    const placement = make(names);
    const before = ownersOf(placement, keyNames(50));
    expect(() => act(placement)).toThrow(message);
    expect(placement.nodes).toEqual(names);
    expect(ownersOf(placement, keyNames(50))).toEqual(before);
  });

  it("is empty before the first node and after the last, and then says so to whoever looks a key up", () => {
    const placement = make([]);
    const none = `${name}: there is no node; add one before you look up a key`;
    expect(() => placement.lookup("k")).toThrow(none);
    expect(placement.ownership()).toEqual([]);
    placement.add("a");
    if (name !== "bounded ring") expect(placement.lookup("k")).toBe("a");
    placement.remove("a");
    expect(() => placement.lookup("k")).toThrow(none);
    placement.add("b");
    expect([placement.lookup("k"), placement.nodes]).toEqual(["b", ["b"]]);
  });

  it("takes every text for a key and a name, those that JavaScript knows as well", () => {
    const odd = ["", " ", "__proto__", "constructor", "toString", "😀", "节点", "\ud800", "0", "a#1"];
    const placement = make(odd.slice(1));
    for (const key of odd) expect(odd).toContain(placement.lookup(key));
    expect(placement.nodes).toEqual(odd.slice(1));
  });

  it("knows how many bytes its tables have", () => {
    expect(make(names).bytes).toBeGreaterThanOrEqual(name === "jump" ? 0 : 40);
    expect(Number.isInteger(make(names).bytes)).toBe(true);
  });
});

describe("what a scheme cannot do it refuses, with the reason", () => {
  it.each<[string, () => unknown, string]>([
    ["weights in jump", () => new Jump(["a"]).reweight("a", 2), "jump: weight must be 1, got 2: a bucket is nothing but a number"],
    ["weights in anchor", () => new Anchor([{ node: "a", weight: 2 }]), "anchor: weight must be 1, got 2: all buckets are equal"],
    ["weights in multi-probe", () => new MultiProbe(["a"]).reweight("a", 2), "multi-probe: weight must be 1, got 2: every node has one point"],
    ["weights in a skeleton", () => new Skeleton(["a"]).reweight("a", 2), "skeleton: weight must be 1, got 2: a cluster gets its share whatever its nodes weigh"],
    ["weights with bounds", () => new BoundedRing(["a"]).reweight("a", 2), "bounded ring: weight must be 1, got 2: all nodes have the same capacity"],
    ["leaving in the middle of jump", () => new Jump(["a", "b", "c"]).remove("a"), 'jump: only the last node can leave, which is "c", got "a": a bucket is nothing but a number'],
    ["replicas in jump", () => new Jump(["a", "b"]).replicas("k", 2), "jump: it has no order of preference, and so no replicas"],
    ["replicas in maglev", () => new Maglev(["a", "b"]).replicas("k", 2), "maglev: it has no order of preference, and so no replicas"],
    ["replicas in anchor", () => new Anchor(["a", "b"]).replicas("k", 2), "anchor: it has no order of preference, and so no replicas"],
    ["replicas in slots", () => new Slots(["a", "b"]).replicas("k", 2), "slots: replicas belong to a node and not to a slot"],
    ["more nodes than an anchor holds", () => new Anchor(["a", "b", "c"], { capacity: 2 }), "anchor: capacity must be at least the number of nodes, got 2 for 3"],
    ["more nodes than entries", () => new Maglev(["a", "b", "c"], { size: 2 }), "maglev: size must be at least the number of nodes, got 2 for 3"],
    ["more nodes than slots", () => new Slots(keyNames(16_385)), "slots: there can be at most 16384 nodes, one for each slot, got 16385"],
    ["no points", () => new Ring(["a"], { points: 0 }), "points must be a whole number from 1 to 1000000, got 0"],
    ["half a point", () => new Ring(["a"], { points: 2.5 }), "points must be a whole number from 1 to 1000000, got 2.5"],
    ["too many points", () => new Ring(["a"], { points: 1e9 }), "points must be a whole number from 1 to 1000000, got 1000000000"],
    ["an unknown option", () => new Ring(["a"], { vnodes: 5 } as object), 'options has no option "vnodes"; it knows "points", "hash"'],
    ["a name twice", () => new Ring(["a", "b", "a"]), 'the node "a" is there already'],
    ["no list", () => new Ring("abc" as unknown as string[]), 'nodes must be a list of names, got "abc"'],
    ["a bound without room", () => new BoundedRing(["a"], { epsilon: 0 }), "epsilon must be greater than 0, got 0"],
    ["a negative bound", () => new BoundedRing(["a"], { epsilon: -0.5 }), "epsilon must be a finite number of at least 0, got -0.5"],
    ["a table that is not prime", () => new Maglev(["a"], { size: 65_536 }), "size must be a prime, got 65536; the next one is 65537"],
    ["a table that is not prime, alone", () => maglevTable(9, [{ offset: 0, skip: 3 }]), "size must be a prime, so that every permutation reaches all entries, got 9; the next one is 11"],
    ["a skip of nothing", () => maglevTable(7, [{ offset: 0, skip: 0 }]), "skip must be a whole number from 1 to 6, got 0"],
    ["a table for nobody", () => maglevTable(7, []), "permutations must be 1 to 7, the size of the table, got 0"],
    ["no probes", () => new MultiProbe(["a"], { probes: 0 }), "probes must be a whole number from 1 to 1000, got 0"],
    ["a tree without branches", () => new Skeleton(["a"], { fanOut: 1 }), "fanOut must be a whole number from 2 to 64, got 1"],
    ["a tree too large", () => new Skeleton(["a"], { fanOut: 64, levels: 4 }), "fanOut^levels must be at most 1048576 clusters, got 16777216"],
  ])("%s", (_, act, message) => {
    expect(act).toThrow(message);
  });
});

describe("replicas", () => {
  const zoned = ["r1", "r1", "r1", "r2", "r2", "r3"].map((zone, i) => ({ node: `n${i}`, zone }));
  const zoneOf = new Map(zoned.map(({ node, zone }) => [node, zone]));

  it("are in three zones where there are three, in the order of preference", () => {
    for (const make of [() => new Ring(zoned), () => new Rendezvous(zoned), () => new MultiProbe(zoned), () => new Skeleton(zoned)]) {
      const placement = make();
      for (const key of keyNames(200)) {
        const all = placement.replicas(key, 6);
        const chosen = placement.replicas(key, 3, { apart: "zones" });
        expect(new Set(chosen.map((node) => zoneOf.get(node))).size).toBe(3);
        expect(chosen[0]).toBe(all[0]);
        expect(chosen).toEqual(["r1", "r2", "r3"].map((zone) => all.find((node) => zoneOf.get(node) === zone)!).sort((a, b) => all.indexOf(a) - all.indexOf(b)));
        // A fourth has to share a zone: the one passed over first.
        expect(placement.replicas(key, 4, { apart: "zones" })).toEqual([...chosen, all.find((node) => !chosen.includes(node))]);
      }
    }
  });

  it("count a node without a zone as a zone of its own", () => {
    const ring = new Ring(["a", "b", "c"]);
    expect(ring.replicas("k", 3, { apart: "zones" })).toEqual(ring.replicas("k", 3));
  });
});

describe("the ring", () => {
  it("is the plain definition: the first point clockwise, for any hash", () => {
    for (const hash of [murmur, sha1]) {
      const ring = new Ring(names, { points: 7, hash });
      const points = names.flatMap((node) => Array.from({ length: 7 }, (_, i) => ({ node, at: hash.word(pointLabel(node, i)) }))).sort((a, b) => a.at - b.at);
      for (const key of keyNames(3_000)) {
        expect(ring.lookup(key)).toBe((points.find(({ at }) => at >= hash.word(key)) ?? points[0]!).node);
      }
      expect(ring.points().map(({ at }) => at * 2 ** 32)).toEqual(points.map(({ at }) => at));
    }
  });

  it("finds the owner of every position at and around each point", () => {
    const ring = new Ring(names, { points: 40 });
    const points = ring.points().map(({ node, at }) => ({ node, at: at * 2 ** 32 }));
    for (const [i, { node, at }] of points.entries()) {
      expect(ring.at(at)).toBe(node);
      if (at > 0 && points[i - 1]?.at !== at - 1) expect(ring.at(at - 1)).toBe(node);
      if (at < 2 ** 32 - 1) expect(ring.at(at + 1)).toBe(points[(i + 1) % points.length]!.node);
    }
    expect([ring.at(0), ring.at(2 ** 32 - 1)]).toEqual([points[0]!.node, points[0]!.node]);
  });

  it("keeps both of two points that collide, in the order of their names, whoever comes first", () => {
    // A hash of 8 bits makes nearly all points collide.
    const coarse = { name: "8 bits", word: (text: string) => (murmur.word(text) >>> 24) * 2 ** 24, pair: murmur.pair };
    const build = (order: readonly string[]): Ring => new Ring(order, { points: 60, hash: coarse });
    const ring = build(names);
    expect(ring.points()).toHaveLength(600);
    expect(build([...names].reverse()).points()).toEqual(ring.points());
    const grown = build(names.slice(0, 1));
    for (const name of names.slice(1).reverse()) grown.add(name);
    expect(grown.points()).toEqual(ring.points());
    grown.remove("server-4");
    expect(grown.points()).toEqual(build(names.filter((name) => name !== "server-4")).points());
  });

  it("gives a node of weight 3 three times the points, and moves only its keys when the weight changes", () => {
    const ring = new Ring(names, { points: 100 });
    const { strays, share, ideal } = movement(ring, keyNames(10_000), () => ring.reweight("server-0", 3));
    expect(strays).toBe(0);
    expect(ideal).toBeCloseTo(3 / 12 - 1 / 10, 12);
    expect(ring.points().filter(({ node }) => node === "server-0")).toHaveLength(300);
    expect(share).toBeLessThan(2 * ideal);
    // Back again, and it is the ring that it was.
    ring.reweight("server-0", 1);
    expect(ring.points()).toEqual(new Ring(names, { points: 100 }).points());
    expect(new Ring([{ node: "a", weight: 0.001 }]).points()).toHaveLength(1);
  });
});

describe("weights", () => {
  const weighted = [1, 2, 3, 4].map((weight) => ({ node: `w${weight}`, weight }));
  const keys = keyNames(40_000);

  it.each<[string, Placement, number]>([
    ["ring", new Ring(weighted, { points: 1_000 }), 0.1],
    ["rendezvous", new Rendezvous(weighted), 0.05],
    ["maglev", new Maglev(weighted), 0.05],
    ["slots", new Slots(weighted), 0.05],
    ["ketama", new Ketama(weighted), 0.25],
  ])("give shares in proportion: %s", (_, placement, tolerance) => {
    for (const { node, keys: count } of keyCounts(placement, keys)) {
      const ideal = (keys.length * Number(node.slice(1))) / 10;
      expect(Math.abs(count - ideal)).toBeLessThan(tolerance * ideal);
    }
  });

  it("move keys only to or from the node that changes, in rendezvous and in the ring", () => {
    for (const placement of [new Rendezvous(weighted), new Ring(weighted)]) {
      const before = keys.map((key) => placement.lookup(key));
      placement.reweight("w2", 4);
      for (const [i, key] of keys.entries()) if (placement.lookup(key) !== before[i]) expect(placement.lookup(key)).toBe("w2");
    }
  });

  it("that are all equal give the plain scheme", () => {
    const [plain, heavy] = [new Rendezvous(names), new Rendezvous(names.map((node) => ({ node, weight: 7 })))];
    const mixed = new Rendezvous([...names.map((node) => ({ node, weight: 7 })), { node: "light", weight: 1e-9 }]);
    for (const key of keyNames(2_000)) expect([heavy.lookup(key), mixed.lookup(key)]).toEqual([plain.lookup(key), plain.lookup(key)]);
    expect(scoreOf(2 ** 32 - 1, 1)).toBeLessThan(Infinity);
    expect(scoreOf(0, 1)).toBeGreaterThan(0);
  });
});

describe("rendezvous", () => {
  it("is the highest draw of all nodes", () => {
    const placement = new Rendezvous(names);
    for (const key of keyNames(500)) {
      const [high, low] = murmur.pair(key);
      const draws = names.map((name) => blend(high, low, murmur.word(name)));
      expect(placement.lookup(key)).toBe(names[draws.indexOf(Math.max(...draws))]);
    }
  });
});

describe("a skeleton", () => {
  it("asks far fewer than all nodes", () => {
    const skeleton = new Skeleton(keyNames(1_000, "n"), { fanOut: 8, levels: 2 });
    expect(skeleton.draws).toBe(8 + 8 + 16);
  });

  it("skips what is empty, and fills it up again first", () => {
    const skeleton = new Skeleton(["a"], { fanOut: 4, levels: 3 });
    for (const key of keyNames(100)) expect(skeleton.lookup(key)).toBe("a");
    for (const node of ["b", "c", "d"]) skeleton.add(node);
    skeleton.remove("b");
    const before = skeleton.ownership().length;
    skeleton.add("e");
    expect([before, skeleton.nodes]).toEqual([3, ["a", "c", "d", "e"]]);
  });
});

describe("slots", () => {
  it("move only to a node that joins and from one that leaves, as few as possible", () => {
    const slots = new Slots(["a", "b", "c"]);
    const owners = (): string[] => Array.from({ length: 16_384 }, (_, slot) => slots.nodeOf(slot));
    let before = owners();
    slots.add("d");
    let after = owners();
    expect(after.filter((node, slot) => node !== before[slot])).toEqual(new Array(4096).fill("d"));
    before = after;
    slots.remove("b");
    after = owners();
    expect(new Set(after.map((_, slot) => (after[slot] === before[slot] ? "same" : before[slot])))).toEqual(new Set(["same", "b"]));
    expect(slots.ownership().map(({ share }) => Math.round(share * 16_384)).sort()).toEqual([5461, 5461, 5462]);
    slots.reweight("a", 2);
    expect(slots.ownership().map(({ node, share }) => [node, Math.round(share * 16_384)])).toEqual([["a", 8192], ["c", 4096], ["d", 4096]]);
  });
});

describe("anchor", () => {
  it("gives a node that comes back the place that it had, so that nothing but its keys moved in between", () => {
    const anchor = new Anchor(names, { capacity: 16 });
    const keys = keyNames(3_000);
    const before = keys.map((key) => anchor.lookup(key));
    for (const node of ["server-2", "server-7", "server-0"]) anchor.remove(node);
    for (const node of ["server-0", "server-7", "server-2"]) anchor.add(node);
    expect(keys.filter((key, i) => anchor.lookup(key) !== before[i])).toEqual([]);
  });
});
