import { expect, it } from "vitest";
import { search } from "../../../lib/check.js";
import { paxosCommitSpecification } from "../../../lib/commit/specifications/paxos-commit.js";
import { twoPhaseSpecification } from "../../../lib/commit/specifications/two-phase.js";
import { statesOf } from "../../consensus/specifications/naive.js";

it("PaxosCommit has the 1,321,761 states that TLC reports for two resource managers, three acceptors and two ballots, at a depth of 28", () => {
  expect(search(paxosCommitSpecification())).toMatchObject({ kind: "holds", states: 1_321_761, depth: 27 });
}, 1_800_000);

it("TwoPhase has the 50,816 states that TLC reports for six resource managers", () => {
  expect(search(twoPhaseSpecification({ managers: 6 }))).toMatchObject({ kind: "holds", states: 50_816 });
});

it("PaxosCommit has 10,821 states with two acceptors (our count), and as many found in the obvious way", () => {
  expect(search(paxosCommitSpecification({ acceptors: 2 }))).toMatchObject({ kind: "holds", states: 10_821, transitions: 84_689, depth: 21 });
  const { states, steps } = statesOf(paxosCommitSpecification({ acceptors: 2 }));
  expect({ states: states.length, transitions: steps.length }).toEqual({ states: 10_821, transitions: 84_689 });
});
