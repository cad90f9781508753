import { describe, expect, it } from "vitest";
import { threePhase, twoPhase } from "../../lib/commit.js";
import { simulate } from "../../lib/sim.js";
import {
  fourPhaseCluster, inFourPhase, inQuorumCommit, inThreePhase, inTrouble, inTwoPhase, isOver, isOverUnlessAllHaveFallen, quorumCluster, search,
  threePhaseCluster, twoPhaseCluster,
} from "./swarm.js";

describe("commit protocols in trouble", () => {
  it("two-phase commit keeps AC1, AC2 and AC4 whatever happens, and nobody is in doubt for ever once it is over", () => {
    search(200, (seed) => inTrouble(seed, twoPhaseCluster(), "any"), inTwoPhase);
  }, 120_000);

  it("quorum-based three-phase commit keeps AC1, AC2 and AC4 whatever happens", () => {
    search(120, (seed) => inTrouble(seed, quorumCluster, "any"), inQuorumCommit, () => null);
  }, 120_000);

  it("three-phase commit keeps AC1, AC2 and AC4 in a synchronous network with crashes, and nobody is in doubt for ever", () => {
    search(400, (seed) => inTrouble(seed, threePhaseCluster(), "synchronous"), inThreePhase);
  }, 120_000);

  it("four-phase commit keeps AC1, AC2 and AC4 there, and does not block while one of the coordinator and its backups lives", () => {
    search(150, (seed) => inTrouble(seed, fourPhaseCluster, "synchronous"), inFourPhase, isOverUnlessAllHaveFallen);
  }, 120_000);

  it.each([
    ["three-phase commit", threePhaseCluster()],
    ["four-phase commit", fourPhaseCluster],
  ] as const)("%s decides two things at once in a network without bounds", (_, cluster) => {
    const seeds = Array.from({ length: 500 }, (_, i) => i + 1);
    expect(seeds.find((seed) => simulate({ ...inTrouble(seed, cluster, "any"), seed } as never).violation !== null)).toBeGreaterThan(0);
  }, 120_000);

  it.each([
    ["a forgetful coordinator", twoPhaseCluster({ coordinator: twoPhase.broken.forgetfulCoordinator }), "any"],
    ["a hasty forgetter", twoPhaseCluster({ coordinator: twoPhase.broken.hastyForgetter }), "any"],
    ["a deaf coordinator", twoPhaseCluster({ coordinator: twoPhase.broken.deafCoordinator }), "any"],
    ["a relentless coordinator", twoPhaseCluster({ coordinator: twoPhase.broken.relentlessCoordinator }), "any"],
    ["an impatient participant", twoPhaseCluster({ participant: twoPhase.broken.impatientParticipant as never }), "any"],
    ["a forgetful participant", twoPhaseCluster({ participant: twoPhase.broken.forgetfulParticipant as never }), "any"],
    ["a naive site", threePhaseCluster(threePhase.broken.naiveSite as never), "synchronous"],
    ["an independent site", threePhaseCluster(threePhase.broken.independentSite as never), "synchronous"],
  ] as const)("is led astray by %s", (_, cluster, network) => {
    const seeds = Array.from({ length: 500 }, (_, i) => i + 1);
    const seed = seeds.find((seed) => {
      const run = simulate({ ...inTrouble(seed, cluster, network), seed } as never);
      return run.violation !== null || isOver(run as never) !== null;
    });
    expect(seed).toBeGreaterThan(0);
  }, 120_000);
});
