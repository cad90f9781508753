import { describe, it } from "vitest";
import { searchSeeds } from "../../../lib/check.js";
import { atEnd, cluster, kinds } from "./groups.js";

describe.each(Object.entries(kinds))("%s in trouble", (_, { shape, role }) => {
  it("answers as one map does, loses no acknowledged write, and answers everybody when the trouble ends", () => {
    const verdict = searchSeeds({ seeds: 6, run: (seed) => cluster(seed, shape, role), atEnd });
    if (verdict.kind !== "passed") throw new Error(verdict.report);
  });
});
