import { describe, expect, it } from "vitest";
import * as broken from "../../../lib/commit/paxos-commit/broken.js";
import { simulate } from "../../../lib/sim.js";
import { search } from "../../consensus/paxos/swarm.js";
import { cluster, everythingIsSettled, inTrouble } from "./swarm.js";

describe("Paxos Commit in trouble", () => {
  it("is safe in 50 clusters with faults of their own, and once they are over nobody is in doubt and no money is gone", () => {
    search(50, inTrouble);
  }, 120_000);

  // Without leaders that share or forget their ballots: it takes many seeds until one gets two values. The explorer finds it at once.
  it.each([
    ["a presumptuous leader", { leader: broken.presumptuousLeader }],
    ["a stubborn leader", { leader: broken.stubbornLeader }],
    ["a hasty leader", { leader: broken.hastyLeader }],
    ["a double-counting leader", { leader: broken.doubleCountingLeader }],
    ["a usurping leader", { leader: broken.usurpingLeader }],
    ["a forgetful acceptor", { acceptor: broken.forgetfulAcceptor }],
    ["a gullible acceptor", { acceptor: broken.gullibleAcceptor }],
    ["a forgetful resource manager", { manager: broken.forgetfulManager }],
    ["an impatient resource manager", { manager: broken.impatientManager }],
  ])("is led astray by %s", (_, cast) => {
    const seeds = Array.from({ length: 500 }, (_, i) => i + 1);
    const seed = seeds.find((seed) => {
      const run = simulate({ ...cluster(seed, cast as never), seed } as never);
      return run.violation !== null || everythingIsSettled(run as never) !== null;
    });
    expect(seed).toBeGreaterThan(0);
  }, 60_000);
});
