import { describe, expect, it } from "vitest";
import { exploreJob, worlds } from "./worlds.js";

describe("all worlds of a job that is not so small", () => {
  it.each(worlds.filter(({ found }) => found.worlds >= 100_000).map((each) => [each.name, each] as const))("are good: %s", (_, { job, found }) => {
    expect(exploreJob(job)).toEqual(found);
  });
});
