import { describe, expect, it } from "vitest";
import { searchSeeds } from "../../../lib/check.js";
import {
  dynamo, forgetfulDynamo, hastyDynamo, lonelyVersionDynamo, miscomparingDynamo,
} from "../../../lib/dynamo.js";
import { atEnd, cluster, search } from "./swarm.js";

describe("the store in trouble", () => {
  it("loses no acknowledged item, settles, and with quorums that meet shows each read what was acknowledged before it", () => {
    search(120);
  }, 120_000);

  // A stand-in that drops hints goes wrong in one seed of some hundreds; handoff.test.ts has the run.
  it.each([
    ["a node that forgets", forgetfulDynamo],
    ["a hasty coordinator", hastyDynamo],
    ["a node that compares clocks by their sums", miscomparingDynamo],
    ["a coordinator that sends the new version alone", lonelyVersionDynamo],
    ["clocks that count what the client had not seen", (options: Parameters<typeof dynamo>[0]) => dynamo({ ...options, versions: "vector" })],
    ["the last writer winning", (options: Parameters<typeof dynamo>[0]) => dynamo({ ...options, versions: "last-writer-wins" })],
  ] as const)("is led astray by %s", (_, make) => {
    const verdict = searchSeeds({ seeds: 600, run: (seed) => cluster(seed, make), atEnd });
    expect(verdict.kind).toBe("failed");
  }, 120_000);
});
