import { describe, expect, it } from "vitest";
import {
  changingLearner, doubleCountingLearner, doubleCountingProposer, forgetfulAcceptor, greatestValueProposer, gullibleAcceptor,
  hastyLearner, insatiableProposer, minorityProposer, mixingAcceptor, stubbornProposer, unboundAcceptor,
} from "../../../lib/paxos.js";
import { simulate } from "../../../lib/sim.js";
import { cluster, everyClientHasItsAnswer, rolesInTrouble, search, serversInTrouble } from "./swarm.js";

describe("Paxos in trouble", () => {
  it("is safe in 3,000 clusters with faults of their own, and answers every client once they are over", () => {
    search(3_000, rolesInTrouble);
  }, 120_000);

  it("is safe in 1,000 clusters of servers that play all the parts, and answers every client", () => {
    search(1_000, serversInTrouble);
  }, 120_000);

  // Without a forgetful proposer: it takes thousands of seeds until one ballot gets two values. The explorer finds it at once.
  it.each([
    ["a gullible acceptor", { acceptor: gullibleAcceptor }],
    ["an unbound acceptor", { acceptor: unboundAcceptor }],
    ["a forgetful acceptor", { acceptor: forgetfulAcceptor }],
    ["a mixing acceptor", { acceptor: mixingAcceptor }],
    ["a minority proposer", { proposer: minorityProposer }],
    ["a stubborn proposer", { proposer: stubbornProposer }],
    ["a greatest-value proposer", { proposer: greatestValueProposer }],
    ["a double-counting proposer", { proposer: doubleCountingProposer }],
    ["a double-counting learner", { learner: doubleCountingLearner }],
    ["a hasty learner", { learner: hastyLearner }],
    ["a changing learner", { learner: changingLearner }],
    ["an insatiable proposer", { proposer: insatiableProposer }],
  ])("is led astray by %s", (_, cast) => {
    const seeds = Array.from({ length: 2_000 }, (_, i) => i + 1);
    const seed = seeds.find((seed) => {
      const run = simulate({ ...cluster(seed, cast), seed });
      return run.violation !== null || everyClientHasItsAnswer(run) !== null;
    });
    expect(seed).toBeGreaterThan(0);
  }, 60_000);
});
