import { describe, expect, it } from "vitest";
import { searchSeeds } from "../../../lib/check.js";
import {
  amnesicServer, credulousFollower, forgetfulServer, forgetfulVoter, generousVoter, gullibleVoter, learnerCountingLeader, lenientFollower,
  loglessServer, prematureReader, repeatingServer, rewritingLeader, trustingLeader, waveringFollower,
} from "../../../lib/raft.js";
import { simulate, type SimulateOptions } from "../../../lib/sim.js";
import { commandFor } from "../../support/for-seeds.js";
import { atEnd, churns, cluster, clusters, type MakeServer, storms } from "./swarm.js";

describe("Raft in trouble", () => {
  it.each([
    [150, "clusters with faults and switches of their own, and answers every client once the faults are over", clusters],
    [25, "clusters whose servers come and go, and answers every client in the end", churns],
    [60, "storms", storms],
  ] as const)("is safe in %i %s", (seeds, _, search) => {
    const alone = process.env["SEED"];
    const asked = alone === undefined ? { ...search, seeds } : { ...search, seeds: [Number(alone)], sometimes: {} };
    const verdict = searchSeeds({ ...asked, command: commandFor });
    if (verdict.kind !== "passed") throw new Error(verdict.report);
  }, 120_000);

  // The others, whose schedules are longer or who only wait, are in the tests of broken rules.
  it.each<[string, MakeServer]>([
    ["an amnesic server", amnesicServer],
    ["a credulous follower", credulousFollower],
    ["a forgetful server", forgetfulServer],
    ["a forgetful voter", forgetfulVoter],
    ["a generous voter", generousVoter],
    ["a gullible voter", gullibleVoter],
    ["a leader that counts learners", learnerCountingLeader],
    ["a lenient follower", lenientFollower],
    ["a logless server", loglessServer],
    ["a premature reader", prematureReader],
    ["a repeating server", repeatingServer],
    ["a rewriting leader", rewritingLeader],
    ["a trusting leader", trustingLeader],
    ["a wavering follower", waveringFollower],
  ])("is led astray by %s", (_, make) => {
    const seeds = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(seeds.find((seed) => goesWrong({ ...cluster(seed, make), seed } as SimulateOptions<any>))).toBeGreaterThan(0);
  }, 60_000);
});

function goesWrong(options: SimulateOptions<any>): boolean {
  try {
    const run = simulate(options);
    return run.violation !== null || atEnd(run) !== null;
  } catch {
    return true; // a rule threw
  }
}
