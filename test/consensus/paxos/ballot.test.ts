import { test as property, expect, describe, it } from "vitest";
import fc from "fast-check";
import { isBefore, isSame, nameOf, noBallot } from "../../../lib/consensus/paxos/ballot.js";
import { ballot } from "./ballots.js";

const ballots = fc.record({ round: fc.integer({ min: 1, max: 5 }), proposer: fc.constantFrom("p1", "p2", "p10", "P") }).map(({ round, proposer }) => ballot(round, proposer));

describe("ballots", () => {
  property("any two compare: one is before the other, or they are the same", () => {
    fc.assert(fc.property(ballots, ballots, (a, b) => Number(isBefore(a, b)) + Number(isBefore(b, a)) + Number(isSame(a, b)) === 1));
  });

  property("before is transitive", () => {
    fc.assert(fc.property(ballots, ballots, ballots, (a, b, c) => !(isBefore(a, b) && isBefore(b, c)) || isBefore(a, c)));
  });

  property("none is before no ballot", () => {
    fc.assert(fc.property(ballots, (a) => isBefore(noBallot, a) && !isBefore(a, noBallot)));
  });

  property("have one name each", () => {
    fc.assert(fc.property(ballots, ballots, (a, b) => (nameOf(a) === nameOf(b)) === isSame(a, b)));
  });

  it("go by round first, and then by the proposer's name", () => {
    expect(isBefore(ballot(1, "p2"), ballot(2, "p1"))).toBe(true);
    expect(isBefore(ballot(2, "p1"), ballot(2, "p2"))).toBe(true);
  });
});
