import { describe, it } from "vitest";
import { ids } from "../../../lib/core.js";
import { raftProperties, server, type ServerOptions } from "../../../lib/raft.js";
import { simulate, type ScriptedFault } from "../../../lib/sim.js";
import { sequence } from "../../../lib/trace.js";
import { expectRecorded } from "../../support/recorded.js";

const servers = ids("s1", "s2", "s3");

const request = { kind: "command", command: "x" } as const;

/** Of seed 42, in which s3 is elected first; the command comes to it at this time. */
function text(at: number, until: number, options: Partial<ServerOptions> = {}, faults: readonly ScriptedFault<"s3">[] = []): string {
  const s = server({ servers, sessions: false, ...options });
  const nodes = { s1: s, s2: s, s3: s };
  const requests = [{ at, node: "s3", request }] as const;
  return sequence(simulate({ seed: 42, nodes, network: { latency: [1, 10] }, disk: { flush: 1 }, properties: raftProperties, requests, faults, until }).trace);
}

/** Runs that are told in full: a change of the simulator, of the text or of Raft shows as a diff. */
describe("the recorded run of", () => {
  it("an election and a command", () => {
    expectRecorded("raft-command", text(300, 330));
  });

  it("a leader that crashes, and its successor", () => {
    const faults = [{ at: 262, kind: "crash", node: "s3" }, { at: 480, kind: "restart", node: "s3" }] as const;
    expectRecorded("raft-leader-crash", text(260, 540, { preVote: true }, faults));
  });
});
