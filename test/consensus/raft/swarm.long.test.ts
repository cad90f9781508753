import { describe, expect, it } from "vitest";
import { searchSeeds } from "../../../lib/check.js";
import { countingLeader, rashLeader } from "../../../lib/raft.js";
import { searchOnThreads } from "../../support/threads.js";
import { churn, here, type MakeServer, storm } from "./swarm.js";

describe("Raft in trouble for long", () => {
  it.each([
    [10_000, "clusters with faults and switches of their own, and answers every client once the faults are over", "clusters"],
    [2_000, "clusters whose servers come and go, and answers every client in the end", "churns"],
    [5_000, "storms", "storms"],
  ])("is safe in %i %s", async (seeds, _, name) => {
    await searchOnThreads(seeds, { module: here, name });
  }, 900_000);

  // As Figure 8 of the paper has it, and as the errata of 2015 have it: found by nobody who knows what to look for.
  it.each<[string, string, MakeServer, typeof storm]>([
    ["leader completeness", "a leader that counts replicas of earlier terms", countingLeader, storm],
    ["quorums overlap", "a leader that changes the configuration too early", rashLeader, churn],
  ])("has no %s with %s", (property, _, make, run) => {
    const verdict = searchSeeds({ seeds: 500, run: (seed) => run(seed, make) });
    expect(verdict.kind === "failed" && verdict.failure.property).toBe(property);
  });
});
