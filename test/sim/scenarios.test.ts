import { describe, it } from "vitest";
import { ids } from "../../lib/core.js";
import { acceptor, paxosProperties, proposer } from "../../lib/paxos.js";
import { simulate, type ScriptedFault } from "../../lib/sim.js";
import { sequence } from "../../lib/trace.js";
import { expectRecorded } from "../support/recorded.js";

const acceptors = ids("a1", "a2", "a3");
const p = proposer({ acceptors, retryAfter: [40, 60] });
const nodes = { p1: p, p2: p, a1: acceptor(), a2: acceptor(), a3: acceptor() };
type Name = keyof typeof nodes;

/** p1 wants x at once, p2 wants y a little later. */
function contest(faults: readonly ScriptedFault<Name>[], { yAt = 12 }: { readonly yAt?: number } = {}) {
  return simulate({
    seed: 42,
    nodes,
    network: { latency: [1, 10] },
    disk: { flush: 1 },
    requests: [
      { at: 0, node: "p1", request: { kind: "propose", value: "x" } },
      { at: yAt, node: "p2", request: { kind: "propose", value: "y" } },
    ],
    faults,
    changes: true,
    properties: paxosProperties({ acceptors }),
  });
}

/** Runs that are told in full: a change of the simulator, of the text or of Paxos shows as a diff. */
describe("the recorded run of", () => {
  it("two proposers, of whom one comes late", () => {
    expectRecorded("paxos-late-rival", sequence(contest([], { yAt: 100 }).trace));
  });

  it("two proposers who duel", () => {
    expectRecorded("paxos-duel", sequence(contest([]).trace));
  });

  it("an acceptor that stops between its write and its answer", () => {
    expectRecorded("paxos-crash-at-write", sequence(contest([{ at: 0, kind: "crash", node: "a1", moment: "after-flush", forMs: 30 }], { yAt: 200 }).trace));
  });

  it("a proposer that is cut off after its first promise", () => {
    const faults: ScriptedFault<Name>[] = [
      { at: 8, kind: "isolate", node: "p1" },
      { at: 150, kind: "heal" },
    ];
    expectRecorded("paxos-isolated-proposer", sequence(contest(faults, { yAt: 20 }).trace));
  });
});
