import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { brokenWorlds } from "../../../lib/raft.js";

describe("Raft with all its rules", () => {
  it.each(brokenWorlds.map((each) => [each.name, each] as const))("is safe in the world in which this leads it astray, and further: %s", (_, { world, sound }) => {
    const broken = explore(world);
    if (broken.kind !== "violated") throw new Error(broken.summary);
    const verdict = explore({ ...sound, maxDepth: broken.schedule.length + 2, maxWorlds: 3_000_000 });
    expect(verdict.kind, verdict.summary).not.toBe("violated");
  });
});
