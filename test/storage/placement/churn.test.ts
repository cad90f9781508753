import { describe, expect, it } from "vitest";
import { Anchor, churnTraffic, type Change, keyNames, ModuloHashing, randomChanges, Rendezvous, Ring } from "../../../lib/placement.js";

const nodes = keyNames(10, "n");
const keys = keyNames(3_000);
const join = (at: number, node: string): Change => ({ at, kind: "join", node });
const leave = (at: number, node: string): Change => ({ at, kind: "leave", node });

describe("changes of a cluster", () => {
  const changes = randomChanges({ nodes, every: 100, until: 20_000, seed: 3 });

  it("come at random, about as often as they are said to, and never from nowhere", () => {
    expect(changes.length).toBeGreaterThan(150);
    expect(changes.length).toBeLessThan(250);
    const present = new Set(nodes);
    for (const { kind, node } of changes) {
      expect(present.has(node)).toBe(kind === "leave");
      if (kind === "leave") present.delete(node);
      else present.add(node);
      expect(present.size).toBeGreaterThanOrEqual(4);
      expect(present.size).toBeLessThanOrEqual(20);
    }
    expect(randomChanges({ nodes, every: 100, until: 20_000, seed: 3 })).toEqual(changes);
  });

  it("cost a ring no more copies than the newcomer's share, or that of who left, give or take its points", () => {
    const rows = churnTraffic(new Ring(nodes), { keys, changes: changes.slice(0, 30) });
    const [copies, ideal] = [rows.reduce((sum, row) => sum + row.copies, 0), rows.reduce((sum, row) => sum + row.ideal, 0)];
    expect(copies / ideal).toBeGreaterThan(0.9);
    expect(copies / ideal).toBeLessThan(1.1);
  });

  it("cost modulo nearly all copies each time", () => {
    const [row] = churnTraffic(new ModuloHashing(nodes), { keys, changes: [join(0, "new")] });
    expect(row!.copies).toBeGreaterThan(0.6 * 3 * keys.length);
    expect(row!.ideal).toBeCloseTo((3 * keys.length) / 11, 6);
  });

  it.each([["ring", new Ring(nodes)], ["rendezvous", new Rendezvous(nodes)]])("let a newcomer to a %s copy for itself alone, and take back the same when it leaves", (_, placement) => {
    const [first, second] = churnTraffic(placement, { keys, changes: [join(0, "new"), leave(1e9, "new")] });
    expect(first!.copies).toBe(second!.copies);
    // One node takes all of it in, one key after the other.
    expect(first!.settledAt).toBeCloseTo(first!.copies, 3);
    expect(first!.backlog).toBeCloseTo(first!.bytes, 0);
    expect(second!.settledAt - 1e9).toBeLessThan(first!.copies / 2);
  });

  it("leave a backlog where they come faster than copies can be made", () => {
    const [first, second] = churnTraffic(new Ring(nodes), { keys, changes: [join(0, "x"), join(10, "y")], bandwidth: 100 });
    expect(second!.backlog).toBeGreaterThan(first!.backlog);
  });

  it("forget what the one who left was still to get", () => {
    const [, left] = churnTraffic(new Ring(nodes), { keys, changes: [join(0, "x"), leave(1, "x")], bandwidth: 1 });
    expect(left!.copies).toBeGreaterThan(0);
    expect(left!.backlog).toBeCloseTo(1_000 * left!.copies, 3);
  });

  it.each<[string, () => unknown, string]>([
    ["times that go back", () => churnTraffic(new Ring(nodes), { keys, changes: [join(5, "x"), join(4, "y")] }), "in the order of their times, got 4 after 5"],
    ["a node that is there", () => churnTraffic(new Ring(nodes), { keys, changes: [join(0, nodes[0]!)] }), "is there already"],
    ["no bandwidth", () => churnTraffic(new Ring(nodes), { keys, changes: [], bandwidth: 0 }), "bandwidth must be a finite number of at least 1e-9, got 0"],
    ["another kind of change", () => churnTraffic(new Ring(nodes), { keys, changes: [{ at: 0, kind: "crash", node: "x" } as never] }), 'changes[0].kind must be one of "join", "leave"'],
    ["changes without end", () => randomChanges({ nodes, every: 0, until: 10 }), "every must be a finite number of at least 0.001, got 0"],
    ["a placement without replicas", () => churnTraffic(new Anchor(nodes), { keys, changes: [join(0, "x")] }), "order of preference"],
  ])("refuse %s", (_, run, message) => {
    expect(run).toThrow(message);
  });
});
