import { describe, it } from "vitest";
import { ids } from "../../../lib/core.js";
import { raftProperties, server, type ServerOptions } from "../../../lib/raft.js";
import { simulate, type SimulateOptions } from "../../../lib/sim.js";
import { sequence } from "../../../lib/trace.js";
import { expectRecorded } from "../../support/recorded.js";

const servers = ids("s1", "s2", "s3");

function text(options: Partial<ServerOptions>, more: object): string {
  const s = server({ servers, sessions: false, ...options });
  const world = { seed: 42, nodes: { s1: s, s2: s, s3: s }, network: { latency: [1, 10] }, disk: { flush: 1 }, properties: raftProperties, ...more };
  return sequence(simulate(world as SimulateOptions<{ s1: typeof s; s2: typeof s; s3: typeof s }>).trace);
}

/** Runs that are told in full: a change of the simulator, of the text or of Raft shows as a diff. */
describe("the recorded run of", () => {
  it("an election and a command", () => {
    expectRecorded("raft-command", text({}, { requests: [{ at: 300, node: "s3", request: { kind: "command", command: "x" } }], until: 330 }));
  });

  it("a leader that crashes, and its successor", () => {
    const requests = [{ at: 260, node: "s3", request: { kind: "command", command: "x" } }];
    const faults = [{ at: 262, kind: "crash", node: "s3" }, { at: 480, kind: "restart", node: "s3" }];
    expectRecorded("raft-leader-crash", text({ preVote: true }, { requests, faults, until: 540 }));
  });
});
