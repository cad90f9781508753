import { describe, expect, it } from "vitest";
import { search } from "../../../lib/check.js";
import { chordAnomalies, chordProperties, chordRepair, chordSpecification, chordStateText, type ChordSpecificationOptions, type ChordState } from "../../../lib/chord.js";

/** The shortest way to a state where the property fails, or the verdict. */
function breaks(world: ChordSpecificationOptions, property: string) {
  const verdict = search({ ...chordSpecification(world), properties: { [property]: chordProperties(world)[property]! } });
  if (verdict.kind !== "violated") throw new Error(verdict.summary);
  return verdict;
}

const sound = (world: ChordSpecificationOptions) => {
  const verdict = search({ ...chordSpecification(world), properties: chordProperties(world) });
  return [verdict.kind, verdict.states];
};

describe("each demand of Zave, dropped alone", () => {
  it.each<[string, number, number]>([
    ["a first ring of one", 10, 44],
    ["a newcomer with one successor", 2, 987],
    ["a dead node adopted", 4, 10],
    ["a dead predecessor kept", 3, 44],
    ["no stable base", 11, 44],
    ["the published rules", 12, 44],
  ])("%s breaks the ring in %d steps; with it all %d states are sound", (name, steps, states) => {
    const { broken, property, mended } = chordAnomalies.find((anomaly) => anomaly.name === name)!;
    const { behaviour } = breaks(broken, property);
    expect(behaviour.length - 1).toBe(steps);
    expect(sound(mended)).toEqual(["holds", states]);
    // The way is one that the rules allow: every state follows from the one before by the action that it names.
    const { next } = chordSpecification(broken);
    for (const [i, { action, state }] of behaviour.entries()) {
      if (i === 0) continue;
      const allowed = next[action]!(behaviour[i - 1]!.state) as readonly ChordState[] | null;
      expect(allowed?.map(chordStateText)).toContain(chordStateText(state as ChordState));
    }
  });

  it.each<[ChordSpecificationOptions, number]>([
    [{ size: 5, successors: 2, ring: [0, 2, 3], base: [0, 2, 3] }, 1_980],
    [{ size: 5, successors: 1, ring: [0, 2], base: [0, 2] }, 1_650],
    [{ size: 5, successors: 3, ring: [0, 1, 2, 3], base: [0, 1, 2, 3] }, 88],
  ])("none dropped, every state of %j is sound, and maintenance repairs it", (world, states) => {
    expect(sound(world)).toEqual(["holds", states]);
  });

  it("leaves a ring that no maintenance repairs, with the published rules: 0, 3, 1 and 0 again", () => {
    const { broken, property } = chordAnomalies.at(-1)!;
    const { state, isIdeal } = chordRepair(broken)(breaks(broken, property).behaviour.at(-1)!.state as ChordState);
    expect([chordStateText(state), isIdeal]).toEqual(["0→3,1 p1  1→0,3 p3  3→1,0 p0", false]);
  });

  it("refuses a correction that is none, and failures that are no number", () => {
    const world = { size: 4, successors: 2, ring: [0, 1, 2] };
    expect(() => chordSpecification({ ...world, without: ["stabilise" as "rectify"] })).toThrow('without[0] must be one of "whole list", "asked candidate", "rectify", got "stabilise"');
    expect(() => chordSpecification({ ...world, failures: -1 })).toThrow("failures must be a whole number from 0 to 100, got -1");
  });
});
