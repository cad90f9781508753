import { describe, expect, it } from "vitest";
import { search } from "../../../lib/check.js";
import { chordConditions, chordSpecification } from "../../../lib/chord.js";

describe("Chord's maintenance, every state of small worlds", () => {
  it.each<[number, number, readonly number[], number]>([
    [3, 1, [0, 1], 10], [4, 1, [0, 1], 165], [4, 1, [0, 2], 100], [5, 1, [0, 2], 1_650], [4, 2, [0, 1, 2], 44], [5, 2, [0, 1, 2], 1_962], [5, 2, [0, 2, 3], 1_980],
  ])("is sound with the corrected rules and a stable base: %d identifiers, r = %d, base %j", (size, successors, ring, states) => {
    const verdict = search(chordSpecification({ size, successors, ring, base: ring }));
    expect([verdict.kind, verdict.states]).toEqual(["holds", states]);
  });

  it("reaches worlds in which all are members, and worlds of the base alone", () => {
    const verdict = search({
      ...chordSpecification({ size: 5, successors: 2, ring: [0, 2, 3], base: [0, 2, 3] }),
      reach: { "all are members": ({ nodes }) => nodes.every((node) => node !== null), "one has failed": ({ nodes }) => nodes[1] === null && nodes[0]!.successors.includes(1) },
    });
    for (const behaviour of Object.values(verdict.reached)) expect(behaviour).not.toBeNull();
  });

  it("goes wrong with the original rules, without a fault in the network: a ring out of order, in twelve steps", () => {
    const verdict = search(chordSpecification({ size: 4, successors: 2, ring: [0, 2], rules: "original" }));
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect(verdict.property).toBe("the ring is ordered");
    expect(verdict.behaviour.map(({ action }) => action)).toEqual([
      "initial", "joins", "copies its successor's list", "is notified", "fails", "a dead successor is dropped", "joins", "stabilises", "joins",
      "is notified", "stabilises", "copies its successor's list", "fails",
    ]);
  });

  it("goes wrong with the corrected rules, too, where the base is too small", () => {
    const verdict = search({ ...chordSpecification({ size: 4, successors: 2, ring: [0, 2] }), maxStates: 200_000 });
    expect(verdict.kind).toBe("violated");
  });

  it("has conditions each of which can fail", () => {
    const node = (predecessor: number | null, ...successors: number[]) => ({ predecessor, successors, candidate: null });
    const fails = (...nodes: Parameters<(typeof chordConditions)[string]>[0]["nodes"]): string[] =>
      Object.entries(chordConditions).filter(([, holds]) => !holds({ nodes, failed: 0 })).map(([name]) => name);
    expect(fails(node(2, 1), node(0, 2), node(1, 0))).toEqual([]);
    expect(fails(node(1, 1), node(0, 0), node(3, 3), node(2, 2))).toContain("there is one ring");
    expect(fails(node(1, 2), node(2, 0), node(0, 1))).toEqual(["the ring is ordered"]); // 0 → 2 → 1 → 0
    expect(fails(node(null, 1), null, node(0, 0))).toContain("everybody has a live successor");
  });

  it.each<[string, () => unknown, string]>([
    ["too few identifiers", () => chordSpecification({ size: 2, successors: 1, ring: [0] }), "size must be a whole number from 3 to 8, got 2"],
    ["a node twice", () => chordSpecification({ size: 4, successors: 1, ring: [0, 0] }), "ring must be different identifiers, at least one, got [0,0]"],
    ["a base outside the ring", () => chordSpecification({ size: 4, successors: 1, ring: [0], base: [1] }), "base must be part of the ring 0, got 1"],
    ["an identifier beyond the space", () => chordSpecification({ size: 4, successors: 1, ring: [4] }), "ring[0] must be a whole number from 0 to 3, got 4"],
  ])("refuses %s", (_, act, message) => {
    expect(act).toThrow(new RangeError(message));
  });
});
