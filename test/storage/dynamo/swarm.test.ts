import { describe, expect, it } from "vitest";
import { searchSeeds } from "../../../lib/check.js";
import type { AnyRole } from "../../../lib/core.js";
import {
  dynamo, type DynamoOptions, forgetfulDynamo, hastyDynamo, lonelyVersionDynamo, miscomparingDynamo,
} from "../../../lib/dynamo.js";
import { atEnd, cluster, search } from "./swarm.js";

describe("the store in trouble", () => {
  it("loses no acknowledged item, settles, and with quorums that meet shows each read what was acknowledged before it", () => {
    search(120);
  }, 120_000);

  // A stand-in that drops hints goes wrong in one seed of some hundreds; handoff.test.ts has the run.
  it.each([
    ["a node that forgets", forgetfulDynamo, "said that it had"],
    ["a hasty coordinator", hastyDynamo, "was acknowledged when"],
    ["a node that compares clocks by their sums", miscomparingDynamo, "said that it had"],
    ["a coordinator that sends the new version alone", lonelyVersionDynamo, "said that it had"],
    ["clocks that count what the client had not seen", otherwise({ versions: "vector" }), "said that it had"],
    ["the last writer winning", otherwise({ versions: "last-writer-wins" }), "said that it had"],
    ["nodes that never compare", otherwise({ compareEvery: null }), "not settled at the end"],
    ["readers that ask one node", otherwise({ r: 1 }), "and did not see it"],
    ["stand-ins that count for a strict quorum", otherwise({ quorum: "sloppy" }), "and did not see it"],
  ] as const)("is led astray by %s", (_, make, problem) => {
    const verdict = searchSeeds({ seeds: 600, run: (seed) => cluster(seed, make), atEnd });
    if (verdict.kind !== "failed") throw new Error(verdict.report);
    expect(verdict.failure.problem).toContain(problem);
  }, 120_000);
});

function otherwise(wrong: Partial<DynamoOptions>): (options: DynamoOptions) => AnyRole {
  return (options) => dynamo({ ...options, ...wrong });
}
