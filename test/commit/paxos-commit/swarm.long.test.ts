import { describe, it } from "vitest";
import { searchOnThreads } from "../../support/threads.js";
import { here } from "./swarm.js";

describe("in trouble for long", () => {
  it.each([
    ["Paxos Commit", "plainInTrouble"],
    ["Faster Paxos Commit", "fasterInTrouble"],
  ])("%s is safe in 10,000 clusters with faults of their own, and once they are over nobody is in doubt and no money is gone", async (_, name) => {
    await searchOnThreads(10_000, { module: here, name });
  }, 1_200_000);
});
