import { expect, it } from "vitest";
import { search } from "../../../lib/check.js";
import { chordAnomalies, chordProperties, chordSpecification, type ChordSpecificationOptions } from "../../../lib/chord.js";

it.each(["a first ring of one", "no stable base"])("%s: fourteen steps lead to rings that no order of maintenance joins again", (name) => {
  const { broken } = chordAnomalies.find((anomaly) => anomaly.name === name)!;
  const property = "some order of maintenance repairs the ring";
  const verdict = search({ ...chordSpecification(broken), properties: { [property]: chordProperties(broken)[property]! } });
  expect(verdict.kind === "violated" && verdict.behaviour.length - 1).toBe(14);
});

it.each<[ChordSpecificationOptions, number]>([
  [{ size: 5, successors: 2, ring: [0, 1, 2], base: [1, 2], failures: 1 }, 52_941],
  [{ size: 6, successors: 3, ring: [0, 1, 2, 3], base: [0, 1, 2, 3] }, 23_610],
  [{ size: 6, successors: 2, ring: [0, 2, 4], base: [0, 2, 4] }, 81_738],
])("with all of Zave's demands every state of %j is sound, and maintenance repairs it", (world, states) => {
  const verdict = search({ ...chordSpecification(world), properties: chordProperties(world) });
  expect([verdict.kind, verdict.states]).toEqual(["holds", states]);
});
