import { expect, it } from "vitest";
import { search } from "../../../lib/check.js";
import { paxosCommitSpecification } from "../../../lib/commit/specifications/paxos-commit.js";
import { statesOf } from "../../consensus/specifications/naive.js";

it("PaxosCommit has the 1,321,761 states that TLC reports for two resource managers, three acceptors and two ballots, at a depth of 28", () => {
  expect(search(paxosCommitSpecification())).toMatchObject({ kind: "holds", states: 1_321_761, depth: 27 });
});

it("PaxosCommit with two acceptors has as many states found in the obvious way", () => {
  const { states, steps } = statesOf(paxosCommitSpecification({ acceptors: 2 }));
  expect({ states: states.length, transitions: steps.length }).toEqual({ states: 10_821, transitions: 84_689 });
});
