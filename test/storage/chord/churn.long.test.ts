import { expect, it } from "vitest";
import { churn } from "./churn.js";

it("Chord is one ordered ring at every step, and the ideal one in the end, for 250 seeds of churn", () => {
  const seen = { joins: 0, crashes: 0, steps: 0 };
  for (let seed = 1; seed <= 250; seed++) {
    const { violation, faults, joins, crashes, steps } = churn(seed);
    expect({ seed, violation, faults }).toEqual({ seed, violation: null, faults: [] });
    seen.joins += joins;
    seen.crashes += crashes;
    seen.steps += steps;
  }
  expect(seen.joins).toBeGreaterThan(2_000);
  expect(seen.crashes).toBeGreaterThan(800);
});
