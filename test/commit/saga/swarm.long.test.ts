import { describe, expect, it } from "vitest";
import { simulate } from "../../../lib/sim.js";
import * as broken from "../../../lib/commit/saga/broken.js";
import { searchOnThreads } from "../../support/threads.js";
import { cluster, here, isOver } from "./swarm.js";

describe("sagas in trouble for long", () => {
  it("end, all done or all undone, and no money is gone, in 10,000 clusters with faults of their own", async () => {
    await searchOnThreads(10_000, { module: here, name: "inTrouble" });
  }, 1_200_000);

  // Without the orchestrator that forgets its sagas in a crash: clients that ask again remind it. The explorer convicts it.
  it.each([
    ["an orchestrator that undoes the first step first", { orchestrator: broken.forwardUndoer }],
    ["an orchestrator that leaves what was done", { orchestrator: broken.quittingOrchestrator }],
    ["a participant that does again what it is asked again", { participant: broken.repeatingParticipant }],
  ])("are led astray by %s", (_, cast) => {
    const seeds = Array.from({ length: 500 }, (_, i) => i + 1);
    const seed = seeds.find((seed) => {
      const run = simulate({ ...cluster(seed, cast as never), seed } as never);
      return run.violation !== null || isOver(run as never) !== null;
    });
    expect(seed).toBeGreaterThan(0);
  }, 120_000);
});
