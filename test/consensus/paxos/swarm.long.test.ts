import { describe, it } from "vitest";
import { searchOnThreads } from "../../support/threads.js";
import { here } from "./swarm.js";

describe("Paxos in trouble for long", () => {
  it("is safe in 100,000 clusters with faults of their own, and answers every client once they are over", async () => {
    await searchOnThreads(100_000, { module: here, name: "rolesInTrouble" });
  }, 1_200_000);

  it("is safe in 30,000 clusters of servers that play all the parts, and answers every client", async () => {
    await searchOnThreads(30_000, { module: here, name: "serversInTrouble" });
  }, 600_000);
});
