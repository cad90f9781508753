import { describe, it } from "vitest";
import { ofRoles, ofServers } from "./cases.js";
import { roleCluster, search, serverCluster } from "./swarm.js";

describe("Multi-Paxos in trouble for long", () => {
  it("is safe in 10,000 clusters of roles with faults of their own, and answers every client rightly once they are over", () => {
    search(10_000, (seed) => roleCluster(seed), ofRoles);
  }, 1_800_000);

  it("is safe in 10,000 clusters of servers, which may change and hold leases, and answers every client rightly", () => {
    search(10_000, (seed) => serverCluster(seed), ofServers);
  }, 1_800_000);
});
