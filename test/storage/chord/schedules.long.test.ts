import { expect, it } from "vitest";
import { shortSchedule } from "./churn.js";

it("Chord is one ordered ring at every step, and the ideal one in the end, in 100,000 random schedules", { timeout: 3_600_000 }, () => {
  const seen = { joins: 0, crashes: 0 };
  for (let seed = 1; seed <= 100_000; seed++) {
    const { violation, faults, joins, crashes } = shortSchedule(seed);
    if (violation !== null || faults.length > 0) expect({ seed, violation, faults }).toEqual({ seed, violation: null, faults: [] });
    seen.joins += joins;
    seen.crashes += crashes;
  }
  expect(seen.joins).toBeGreaterThan(300_000);
  expect(seen.crashes).toBeGreaterThan(60_000);
});
