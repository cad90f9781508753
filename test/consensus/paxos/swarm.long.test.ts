import { describe, it } from "vitest";
import { ofRoles, ofServers } from "./cases.js";
import { cluster, search, serverCluster } from "./swarm.js";

describe("Paxos in trouble for long", () => {
  it("is safe in 100,000 clusters with faults of their own, and answers every client once they are over", () => {
    search(100_000, (seed) => cluster(seed), ofRoles);
  }, 1_200_000);

  it("is safe in 30,000 clusters of servers that play all the parts, and answers every client", () => {
    search(30_000, serverCluster, ofServers);
  }, 600_000);
});
