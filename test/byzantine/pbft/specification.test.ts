import { describe, expect, it } from "vitest";
import { pbftSpecification } from "../../../lib/byzantine.js";
import { search } from "../../../lib/check.js";

const verdictOf = (bounds: Parameters<typeof pbftSpecification>[0]) => search(pbftSpecification(bounds));

describe("PBFT at one number, in two views, against everything that liars can do", () => {
  it("keeps one order among four replicas of which one lies", () => {
    expect(verdictOf({ n: 4, f: 1 })).toMatchObject({ kind: "holds", states: 24_496 });
  });

  it.each([
    ["without a prepare phase", { n: 4, f: 1, prepares: false }, 12],
    ["with quorums of 2f", { n: 4, f: 1, quorum: 2 }, 6],
    ["among three, with quorums that one silent replica does not stop", { n: 3, f: 1, quorum: 2 }, 6],
  ] as const)("does not %s", (_, bounds, steps) => {
    const verdict = verdictOf(bounds);
    expect(verdict).toMatchObject({ kind: "violated", property: "same order" });
    if (verdict.kind === "violated") expect(verdict.behaviour).toHaveLength(steps + 1);
  });

  it("among three is safe only where all three must answer", () => {
    expect(verdictOf({ n: 3, f: 1, quorum: 3 })).toMatchObject({ kind: "holds" });
  });

  it("is not checked in vain: something is executed in both views", () => {
    const executed = { "by a replica in view 1": (state: any) => Object.values(state).some((voter: any) => voter.executed === "y" && voter.view === 1 && voter.committed[1] === "y") };
    const verdict = search({ ...pbftSpecification({ n: 4, f: 1 }), reach: executed });
    expect(Object.values(verdict.reached)[0]).not.toBeNull();
  });

  it("refuses what makes no sense", () => {
    expect(() => pbftSpecification({ n: 4, f: 4 })).toThrow("f must be a whole number from 0 to 3, got 4");
    expect(() => pbftSpecification({ n: 4, f: 1, quorum: 5 })).toThrow("quorum must be a whole number from 1 to 4, got 5");
  });
});
