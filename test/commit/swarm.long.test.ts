import { describe, it } from "vitest";
import { twoPhase } from "../../lib/commit.js";
import {
  fourPhaseCluster, inFourPhase, inQuorumCommit, inThreePhase, inTrouble, inTwoPhase, isOverUnlessAllHaveFallen, quorumCluster, search, seldom,
  threePhaseCluster, twoPhaseCluster,
} from "./swarm.js";

describe("commit protocols in trouble for long", () => {
  it.each(twoPhase.forms)("two-phase commit, %s, keeps AC1, AC2 and AC4 in 10,000 clusters, and nobody is in doubt for ever", (form) => {
    search(10_000, (seed) => inTrouble(seed, twoPhaseCluster({ form }), "any"), inTwoPhase);
  }, 1_200_000);

  it("quorum-based three-phase commit keeps AC1, AC2 and AC4 in 10,000 clusters", () => {
    search(10_000, (seed) => inTrouble(seed, quorumCluster, "any"), { ...inQuorumCommit, ...seldom.quorumCommit }, () => null);
  }, 1_200_000);

  it("three-phase commit keeps AC1, AC2 and AC4 in 10,000 synchronous clusters with crashes, and nobody is in doubt for ever", () => {
    search(10_000, (seed) => inTrouble(seed, threePhaseCluster(), "synchronous"), { ...inThreePhase, ...seldom.threePhase });
  }, 1_200_000);

  it("four-phase commit keeps AC1, AC2 and AC4 in 10,000 of them, and blocks only when the coordinator and all backups have crashed", () => {
    search(10_000, (seed) => inTrouble(seed, fourPhaseCluster, "synchronous"), inFourPhase, isOverUnlessAllHaveFallen);
  }, 1_200_000);
});
