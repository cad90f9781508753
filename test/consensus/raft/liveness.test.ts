import { describe, expect, it } from "vitest";
import { ids, type NodeId } from "../../../lib/core/role.js";
import { type Server, server, type ServerOptions } from "../../../lib/raft.js";
import { only, simulate, type ScriptedFault, Simulation } from "../../../lib/sim.js";
import { forSeeds } from "../../support/for-seeds.js";

const servers = ids("s1", "s2", "s3", "s4", "s5") as readonly NodeId[];
type Name = "s1" | "s2" | "s3" | "s4" | "s5";

function cluster(options: Partial<ServerOptions> = {}) {
  const s = server({ servers, ...options });
  return { s1: s, s2: s, s3: s, s4: s, s5: s };
}

/** When the first command that was asked for after this moment was performed, in ms since; null if none was. */
function recovery(seed: number, options: Partial<ServerOptions>, faults: readonly ScriptedFault<Name>[], healedAt: number): number | null {
  const { history } = simulate({
    seed,
    nodes: cluster(options),
    network: { latency: [1, 10] },
    clients: { c: { operations: (_, serial) => ({ kind: "command", command: serial }), timeoutMs: 100, retries: 1000, from: healedAt, count: 1 } },
    faults,
    until: healedAt + 5_000,
  });
  const first = history.find(({ invokedAt }) => invokedAt >= healedAt);
  return first?.returnedAt === null || first === undefined ? null : first.returnedAt - healedAt;
}

/** The same with switches that must not make it worse. */
const ways: Readonly<Record<string, Partial<ServerOptions>>> = {
  "as in the paper": {},
  "with PreVote": { preVote: true },
  "with CheckQuorum": { checkQuorum: true },
  "with both": { preVote: true, checkQuorum: true },
};

describe.each(Object.entries(ways))("%s, a command is performed soon", (_, options) => {
  it.each<[string, readonly ScriptedFault<Name>[]]>([
    ["after the leader, whoever it is, has crashed for good", [{ at: 1000, kind: "crash", node: "s1" }, { at: 1000, kind: "crash", node: "s2" }]],
    ["after all servers were down at once", [
      ...servers.map((node) => ({ at: 990, kind: "crash", node: node as Name }) as const),
      ...servers.map((node) => ({ at: 1000, kind: "restart", node: node as Name }) as const),
    ]],
    ["after a partition into minorities", [{ at: 300, kind: "partition", groups: [["s1", "s2"], ["s3", "s4"], ["s5"]] }, { at: 1000, kind: "heal" }]],
    ["beside a minority that stays cut off", [{ at: 1000, kind: "partition", groups: [["s1", "s2"], ["s3", "s4", "s5"]] }]],
    ["after one server was away for long", [{ at: 300, kind: "partition", groups: [["s1"], ["s2", "s3", "s4", "s5"]] }, { at: 1000, kind: "heal" }]],
  ])("%s", (_, faults) => {
    const took: number[] = [];
    // A client that is on the wrong side of a cut finds the others by its time-outs.
    forSeeds(20, (seed) => {
      const ms = recovery(seed, options, faults, 1000);
      expect(ms, "no command was performed within 5 s").not.toBe(null);
      took.push(ms!);
    });
    expect(took.sort((a, b) => a - b)[took.length >> 1]).toBeLessThan(1_000);
  });
});

describe("a server that is cut off again and again", () => {
  /** The term after s1 was away ten times for 400 ms. */
  function termAfterFlapping(options: Partial<ServerOptions>): number {
    const faults = Array.from({ length: 10 }, (_, i): ScriptedFault<Name>[] => [
      { at: 1000 + 800 * i, kind: "partition", groups: [["s1"], ["s2", "s3", "s4", "s5"]] },
      { at: 1400 + 800 * i, kind: "heal" },
    ]).flat();
    const one = server({ servers, ...options });
    const slow = server({ servers, electionTimeout: [400, 500], ...options });
    const { simulation } = simulate({ seed: 5, nodes: { s1: one, s2: slow, s3: slow, s4: slow, s5: slow }, network: { latency: [1, 10] }, faults, until: 9_000 });
    return (simulation.state("s2") as Server).currentTerm;
  }

  it("burns terms and deposes leaders; with PreVote it does not", () => {
    expect(termAfterFlapping({})).toBeGreaterThan(10);
    expect(termAfterFlapping({ preVote: true })).toBeLessThanOrEqual(3);
  });
});

describe("a leader without a quorum that one server of every other quorum hears", () => {
  /** s5 is down; s1 leads and reaches s2 alone; s2, s3 and s4 could elect another leader. Whether they get something done. */
  function isAvailable(options: Partial<ServerOptions>): boolean {
    const quick = server({ servers, ...options, electionTimeout: [150, 160] });
    const others = server({ servers, ...options, electionTimeout: [300, 600] });
    const simulation = new Simulation({ seed: 2, nodes: { s1: quick, s2: others, s3: others, s4: others, s5: others }, network: { latency: [1, 5] } });
    simulation.run({ until: 1000 });
    expect(simulation.state("s1")!.role).toBe("leader");
    simulation.crash("s5");
    simulation.partition([["s1", "s2"], ["s2", "s3", "s4"]]);
    simulation.run({ until: 6000 });
    return simulation.state("s3")!.commitIndex > 1;
  }

  it("keeps that one from voting, and all of them from going on; with CheckQuorum it gives up", () => {
    expect(isAvailable({ preVote: true })).toBe(false);
    expect(isAvailable({ preVote: true, checkQuorum: true })).toBe(true);
    expect(isAvailable({})).toBe(true); // nobody protects the leader
  });
});

describe("a rejoining server with a better log and an earlier term", () => {
  it("does not keep the cluster without a leader (PreVote)", () => {
    forSeeds(20, (seed) => {
      const run = simulate({
        seed,
        nodes: cluster({ preVote: true, checkQuorum: true }),
        network: { latency: [1, 10], loss: 0.1 },
        nemesis: { until: 2_000, crashes: { perSecond: 3, lasts: [10, 300] }, partitions: 2, isolations: 2 },
        until: 5_000,
      });
      expect(only(run.trace, "crash").length).toBeGreaterThan(0);
      expect(servers.filter((id) => (run.simulation.state(id as Name) as Server).role === "leader")).toHaveLength(1);
    });
  });
});
