import { describe, expect, it } from "vitest";
import { shortSchedule } from "./churn.js";

describe("Chord in random schedules", () => {
  it("is one ordered ring at every step, and the ideal one in the end, for 300 seeds", () => {
    const seen = { joins: 0, crashes: 0 };
    for (let seed = 1; seed <= 300; seed++) {
      const { violation, faults, joins, crashes } = shortSchedule(seed);
      expect({ seed, violation, faults }).toEqual({ seed, violation: null, faults: [] });
      seen.joins += joins;
      seen.crashes += crashes;
    }
    expect(seen.joins).toBeGreaterThan(900);
    expect(seen.crashes).toBeGreaterThan(200);
  });

  it.each([
    [{ rules: "original" as const }, 34, "n3 has no successor that is up: n5"],
    [{ without: ["whole list" as const] }, 34, "n3 has no successor that is up: n5"],
    [{ without: ["asked candidate" as const] }, 1, "n4 has the predecessor n5, which should be n1"],
    [{ without: ["rectify" as const] }, 1, "n4 has the predecessor n5, which should be n1"],
  ])("convicts the rules without a correction: %j, seed %d", (given, seed, problem) => {
    const { violation, faults } = shortSchedule(seed, given);
    expect(violation ?? faults[0]).toContain(problem);
  });
});
