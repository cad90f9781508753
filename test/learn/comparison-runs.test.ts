import { describe, expect, it } from "vitest";
import { ids } from "../../lib/core/role.js";
import { commandCost, commandDelays, decree, lateCandidate, messageShares, serve } from "../../lib/learn.js";
import { only } from "../../lib/trace.js";

const servers = ids("s1", "s2", "s3", "s4", "s5");
const settings = { servers, patience: [150, 300] as const, heartbeatMs: 50, network: { latency: [5, 15] as [number, number] }, seed: 42 };

describe("the clusters of the comparison", () => {
  it("spend 4(n - 1) messages on a decree, and about 2(n - 1) on a command with a leader", () => {
    expect(commandCost("Paxos", settings)["for the command"]).toBe(16);
    expect(commandCost("Multi-Paxos", settings)["for the command"]).toBeCloseTo(8, 1);
    expect(commandCost("Raft", settings)["for the command"]).toBeLessThan(8.4);
    expect((["Paxos", "Multi-Paxos", "Raft"] as const).map((protocol) => commandDelays(protocol, settings))).toEqual([4, 2, 2]);
  });

  it("have the first server at one end of every message, once it leads", () => {
    for (const protocol of ["Multi-Paxos", "Raft"] as const) {
      const [first, second] = messageShares(serve(protocol, settings).trace, servers);
      expect(first!["share (%)"]).toBeGreaterThan(99);
      expect(second!["share (%)"]).toBeLessThan(30);
    }
  });

  it.each([1, 2, 3, 4, 5])("let a server that lacks entries lead in Multi-Paxos only (seed %i)", (seed) => {
    const multi = lateCandidate("Multi-Paxos", { ...settings, seed });
    expect(multi).toMatchObject({ stood: "s5", leader: "s5" });
    expect(multi.handed).toBeGreaterThanOrEqual(multi.lacked);
    const raft = lateCandidate("Raft", { ...settings, seed });
    expect(raft).toMatchObject({ stood: "s5", handed: 0 });
    expect(raft.leader).not.toBe("s5");
    expect(raft.lacked).toBeGreaterThan(0);
  });

  it("quarrel when several propose", () => {
    const sent = (proposers: number) => only(decree({ ...settings, proposers, backoff: [0, 60] }).trace, "send").length;
    expect(sent(3)).toBeGreaterThan(2 * sent(1));
  });
});
