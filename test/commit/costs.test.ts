import { describe, expect, it } from "vitest";
import { fourPhase, fourPhaseCost, quorumCommit, threePhase, threePhaseCost, twoPhaseCosts } from "../../lib/commit.js";
import { costOf } from "./clusters.js";

const sizes = Array.from({ length: 10 }, (_, i) => i + 1);

describe.each(sizes)("with n = %i participants", (n) => {
  it.each(["commit", "abort"] as const)("three-phase commit costs what its formula says, with quorums and without: %s", (outcome) => {
    expect(costOf(threePhase.protocol(), n, outcome)).toEqual(threePhaseCost(n, outcome));
    expect(costOf(quorumCommit.protocol(), n, outcome)).toEqual(threePhaseCost(n, outcome));
  });

  it.each([0, 1, 2, 3])("four-phase commit costs what its formula says, with %i backups", (k) => {
    for (const outcome of ["commit", "abort"] as const) {
      expect(costOf(fourPhase.protocol({ backups: k }), n, outcome)).toEqual(fourPhaseCost(k)(n, outcome));
    }
  });
});

describe("the formulas", () => {
  it("give the known numbers", () => {
    expect(threePhaseCost(3, "commit")).toEqual({ messages: 15, delays: 5, forced: 11, lazy: 0 });
    expect(fourPhaseCost(2)(3, "commit")).toEqual({ messages: 17, delays: 7, forced: 12, lazy: 0 });
    expect(twoPhaseCosts["presumed-commit"](3, "commit").messages).toBe(9);
  });

  it("refuse what is no number of participants", () => {
    expect(() => threePhaseCost(0, "commit")).toThrow("n must be a whole number of at least 1, got 0");
    expect(() => fourPhaseCost(-1)).toThrow("k must be a whole number of at least 0, got -1");
    expect(() => twoPhaseCosts.basic(1, "perhaps" as never)).toThrow('outcome must be one of "commit", "abort", got "perhaps"');
  });
});
