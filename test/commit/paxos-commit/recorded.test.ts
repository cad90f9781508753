import { describe, expect, it } from "vitest";
import { protocol } from "../../../lib/commit/paxos-commit/protocol.js";
import { scripted } from "../../../lib/commit/resource.js";
import { type ScriptedFault, simulate } from "../../../lib/sim.js";
import { sequence } from "../../../lib/trace.js";
import { expectRecorded } from "../../support/recorded.js";
import { work } from "./clusters.js";

/** Two resource managers, three acceptors of which the first two lead, and a transaction that the first is asked for. */
function told(faults: readonly ScriptedFault[]): string {
  const { nodes } = protocol({ faults: 1, leaders: 2, retryAfter: 100, inquireAfter: 150 })({ r1: scripted, r2: scripted });
  const request = { kind: "commit", transaction: "t1", work: work(["r1", "r2"] as never) };
  const run = simulate({ nodes, network: { latency: 10 }, requests: [{ at: 0, node: "a1", request }], faults, until: 2_000 } as never);
  expect(run.decisions.map(({ outcome }) => outcome)).toContainEqual({ transaction: "t1", outcome: "commit" });
  return sequence(run.trace);
}

describe("a recorded run of Paxos Commit", () => {
  it("is a commit in ballot 0, in four message delays from the leader's question", () => {
    expectRecorded("paxos-commit-quiet", told([]));
  });

  it("is a leader that crashes when the votes are cast, and another one that ends what it began", () => {
    expectRecorded("paxos-commit-takeover", told([{ at: 25, kind: "crash", node: "a1", forMs: 700 }]));
  });
});
