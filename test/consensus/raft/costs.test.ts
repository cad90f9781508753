import { describe, expect, it } from "vitest";
import { ids, type NodeId, type Role } from "../../../lib/core/role.js";
import { server, type ServerOptions, type ServerSignature } from "../../../lib/raft.js";
import { only, Simulation, type TraceEvent } from "../../../lib/sim.js";
import { record } from "../../../lib/sim/simulation.js";

/** A cluster with a settled leader s1, on a network that takes 1 ms, and what happened from there on for 40 ms without a heartbeat. */
function settled(n: number, options: Partial<ServerOptions>, then: (cluster: Simulation<Record<string, Role<ServerSignature>>>) => void): readonly TraceEvent[] {
  const servers = ids(...Array.from({ length: n }, (_, i) => `s${i + 1}`));
  const make = (electionTimeout: number) => server({ servers, heartbeatInterval: 50, ...options, electionTimeout });
  const nodes = Object.fromEntries(servers.map((id, i) => [id, make(i === 0 ? 100 : 1000)]));
  const cluster = new Simulation({ nodes, network: { latency: 1 } });
  cluster.run({ until: 205 }); // elected after 102 or 104 ms; the second heartbeat is over
  const trace = record(cluster);
  then(cluster);
  cluster.run({ until: 240 });
  return trace;
}

const sent = (trace: readonly TraceEvent[]): number => only(trace, "send").length;
const sizes = [3, 5, 7];

describe("what Raft costs among n servers", () => {
  it.each(sizes)("a command: 2(n-1) messages; the leader knows after 2 delays, its client after 4 (n = %i)", (n) => {
    const trace = settled(n, {}, (cluster) => cluster.request("s1", { kind: "command", command: "x" }));
    expect(sent(trace)).toBe(2 * (n - 1));
    expect(only(trace, "decide").map(({ at, node }) => [at, node])).toEqual([[207, "s1"]]);
    expect(only(trace, "reply").map(({ at }) => at)).toEqual([207]); // between client and leader there are two more
  });

  it.each(sizes)("a read by ReadIndex: 2(n-1) messages, no entry, and no more for ten reads at a time (n = %i)", (n) => {
    const read = (count: number) => settled(n, { reads: "readIndex" }, (cluster) => {
      for (let i = 0; i < count; i++) cluster.request("s1", { kind: "read", query: i });
    });
    expect(sent(read(1))).toBe(2 * (n - 1));
    // The first of the ten has its round; the others share the next.
    expect(sent(read(10))).toBe(4 * (n - 1));
    expect(only(read(10), "reply")).toHaveLength(10);
    expect(only(read(10), "write")).toEqual([]);
  });

  it.each(sizes)("a read by lease: nothing (n = %i)", (n) => {
    const trace = settled(n, { reads: "lease", leaderStickiness: true }, (cluster) => cluster.request("s1", { kind: "read", query: 1 }));
    expect(sent(trace)).toBe(0);
    expect(only(trace, "reply").map(({ at, result }) => [at, (result as { kind: string }).kind])).toEqual([[205, "result"]]);
  });

  it.each(sizes)("a batch of commands: 2(n-1) messages (n = %i)", (n) => {
    const trace = settled(n, { batchDelay: 5 }, (cluster) => {
      for (let i = 0; i < 10; i++) cluster.request("s1", { kind: "command", command: i });
    });
    expect(sent(trace)).toBe(2 * (n - 1));
    expect(only(trace, "reply")).toHaveLength(10);
  });

  it.each([[false, 2], [true, 4]] as const)("an election without rivals, PreVote %s: %i(n-1) messages", (preVote, times) => {
    for (const n of sizes) {
      const servers = ids(...Array.from({ length: n }, (_, i) => `s${i + 1}`));
      const nodes = Object.fromEntries(servers.map((id: NodeId, i) => [id, server({ servers, preVote, electionTimeout: i === 0 ? 100 : 1000 })]));
      const cluster = new Simulation({ nodes, network: { latency: 1 } });
      const trace = record(cluster);
      cluster.run({ until: 120 });
      const votes = only(trace, "send").filter(({ message }) => /vote/i.test(message.kind));
      expect(votes).toHaveLength(times * (n - 1));
    }
  });
});
