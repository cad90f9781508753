import { describe, it } from "vitest";
import { client, equivocatingPrimary, hotStuff } from "../../../lib/byzantine.js";
import { ids } from "../../../lib/core/role.js";
import { sequence } from "../../../lib/trace.js";
import { expectRecorded } from "../../support/recorded.js";
import { append, cluster, optionsOf, r2, r3, replicas, run } from "./run.js";

/** Runs that are told in full: a change of the simulator, of the text or of a protocol shows as a diff. */
describe("the recorded run of", () => {
  const requests = [{ at: 0, node: "c", request: append("a") }];

  it("a request that PBFT orders", () => {
    expectRecorded("pbft-request", sequence(run({ seed: 42, nodes: cluster(), network: { latency: [5, 15] }, requests }).trace));
  });

  it("a primary of PBFT that tells two stories, and the next view", () => {
    const nodes = cluster({ patience: 100 }, { r0: equivocatingPrimary(optionsOf({ patience: 100 }), [r2, r3]) });
    expectRecorded("pbft-two-stories", sequence(run({ seed: 42, liars: ids("r0"), nodes, requests }).trace));
  });

  it("a block of HotStuff", () => {
    const role = hotStuff(optionsOf());
    const nodes = { r0: role, r1: role, r2: role, r3: role, c: client({ replicas, contact: "all" }) };
    expectRecorded("hotstuff-block", sequence(run({ seed: 42, nodes, network: { latency: [5, 15] }, requests, properties: [] }).trace));
  });
});
