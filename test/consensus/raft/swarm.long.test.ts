import { describe, it } from "vitest";
import { searchOnThreads } from "../../support/threads.js";
import { here } from "./swarm.js";

describe("Raft in trouble for long", () => {
  it("is safe in 10,000 clusters with faults and switches of their own, and answers every client once the faults are over", async () => {
    await searchOnThreads(10_000, { module: here, name: "clusters" });
  }, 900_000);
});
