import { expect, it } from "vitest";
import { outcomesOfCrashes } from "./groups.js";

it("two-phase commit between groups is blocked by no single crash for ever, of whichever server, every 5 ms", () => {
  const outcomes = outcomesOfCrashes(5);
  // An abort only where the votes were too late.
  expect(outcomes.get("commit")).toBeGreaterThan(220);
}, 600_000);
