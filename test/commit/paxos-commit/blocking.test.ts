import { describe, expect, it } from "vitest";
import { accounts, type Accounts } from "../../../lib/commit/resource.js";
import { protocol as paxosCommit } from "../../../lib/commit/paxos-commit/protocol.js";
import { protocol as twoPhase } from "../../../lib/commit/two-phase/protocol.js";
import type { CommitProtocol } from "../../../lib/commit/protocol.js";
import { type ScriptedFault, simulate } from "../../../lib/sim.js";

const resources = { r1: accounts({ x: 100 }), r2: accounts({ x: 100 }) };
const transfer = { kind: "commit", transaction: "t1", work: { r1: { x: -30 }, r2: { x: 30 } } };

/** A transfer, asked of the first coordinator, while the faults strike: the balances in the end, and who still holds locks. */
function afterwards(protocol: CommitProtocol, faults: readonly ScriptedFault[]) {
  const { nodes, coordinators } = protocol(resources);
  const run = simulate({
    nodes, network: { latency: 10 }, requests: [{ at: 0, node: coordinators[0], request: transfer }], faults, until: 20_000,
  } as never);
  const data = ["r1", "r2"].map((name) => (run.simulation.state(name as never) as unknown as { data: Accounts }).data);
  return { balances: data.map(({ balances }) => balances.get("x")), holding: data.flatMap(({ pending }) => [...pending.keys()]) };
}

/** The coordinator is gone when both have voted, and nobody knows yet. */
const coordinatorDies: Readonly<Record<"c" | "a1", readonly ScriptedFault[]>> = {
  c: [{ at: 15, kind: "crash", node: "c" }],
  a1: [{ at: 15, kind: "crash", node: "a1" }],
};

describe("where the coordinator crashes for ever between the votes and the outcome", () => {
  it("two-phase commit blocks: both hold their locks for ever", () => {
    expect(afterwards(twoPhase(), coordinatorDies.c)).toEqual({ balances: [100, 100], holding: ["t1", "t1"] });
  });

  it("Paxos Commit with F = 0 blocks in the same way", () => {
    expect(afterwards(paxosCommit({ faults: 0 }), coordinatorDies.a1)).toEqual({ balances: [100, 100], holding: ["t1", "t1"] });
  });

  it("Paxos Commit with F = 1 does not: another leader finds out what the acceptors have chosen", () => {
    expect(afterwards(paxosCommit({ faults: 1 }), coordinatorDies.a1)).toEqual({ balances: [70, 130], holding: [] });
    expect(afterwards(paxosCommit({ faults: 1, faster: true }), coordinatorDies.a1)).toEqual({ balances: [70, 130], holding: [] });
  });

  it("and with F = 2 it does not mind a second crash either", () => {
    const both: readonly ScriptedFault[] = [...coordinatorDies.a1, { at: 300, kind: "crash", node: "a2" }];
    expect(afterwards(paxosCommit({ faults: 2 }), both).holding).toEqual([]);
    expect(afterwards(paxosCommit({ faults: 1 }), both).holding).toEqual(["t1", "t1"]);
  });

  it("a resource manager that never votes is aborted in a leader's ballot, and comes to know of it", () => {
    const silent: readonly ScriptedFault[] = [{ at: 5, kind: "crash", node: "r2", forMs: 3_000 }];
    expect(afterwards(paxosCommit({ faults: 1 }), silent)).toEqual({ balances: [100, 100], holding: [] });
  });
});
