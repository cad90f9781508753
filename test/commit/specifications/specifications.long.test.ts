import { expect, it } from "vitest";
import { search } from "../../../lib/check.js";
import { paxosCommitSpecification } from "../../../lib/commit/specifications/paxos-commit.js";

it("PaxosCommit has the 1,321,761 states that TLC reports for two resource managers, three acceptors and two ballots, at a depth of 28", () => {
  expect(search(paxosCommitSpecification())).toMatchObject({ kind: "holds", states: 1_321_761, depth: 27 });
});
