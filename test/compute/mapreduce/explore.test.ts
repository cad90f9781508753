import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { brokenJobs } from "../../../lib/mapreduce.js";
import { exploreJob, worlds } from "./worlds.js";

describe("all worlds of a small job", () => {
  it.each(worlds.filter(({ found }) => found.worlds < 100_000).map((each) => [each.name, each] as const))("are good: %s", (_, { job, found }) => {
    expect(exploreJob(job)).toEqual(found);
  });
});

/** What the search finds in each world: the problem and the length of a shortest schedule; and how many worlds there are with the sound role. */
const found: Readonly<Record<string, { readonly problem: string; readonly steps: number; readonly sound: number }>> = {
  "double-counting master": { problem: 'the counters are {"map input records":2,', steps: 13, sound: 171 },
  "hasty worker": { problem: 'output-0 holds [], but the sequential run gives [["a",1]]', steps: 7, sound: 17 },
  "empty-handed worker": { problem: 'output-0 holds [["a",1]], but the sequential run gives [["a",2]]', steps: 14, sound: 2586 },
  "open-writing worker": { problem: 'output-0 holds [], but the sequential run gives [["a",1]]', steps: 8, sound: 17 },
  "salted worker": { problem: 'output-0 holds [["a",1]], but the sequential run gives []', steps: 10, sound: 541 },
  "overwriting file system": { problem: "output-0 was committed 2 times", steps: 18, sound: 4381 },
};

describe("MapReduce with one rule broken", () => {
  it.each(brokenJobs.map((each) => [each.name, each.does, each] as const))("is led astray by a %s: it %s", (name, _, { world }) => {
    const verdict = explore(world);
    if (verdict.kind !== "violated") throw new Error(`${name}: ${verdict.summary}`);
    expect(verdict.problem).toContain(found[name]!.problem);
    expect(verdict.schedule).toHaveLength(found[name]!.steps);
  });

  it.each(brokenJobs.map((each) => [each.name, each] as const))("is right in every such world without the %s", (name, { sound }) => {
    expect(explore(sound)).toMatchObject({ kind: "holds", worlds: found[name]!.sound });
  });

  it("is led astray in as many ways as there are worlds for it", () => {
    expect(brokenJobs.map(({ name }) => name)).toEqual(Object.keys(found));
  });
});
