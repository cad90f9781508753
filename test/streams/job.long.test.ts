import { expect, test } from "vitest";
import { stormyJob } from "./jobs.js";

test.each(["aligned", "unaligned"] as const)("exactly once in 3,000 runs with crashes, losses and cuts (%s)", (alignment) => {
  for (let seed = 1_001; seed <= 4_000; seed++) {
    const { run, isExact } = stormyJob(seed, { alignment });
    expect(isExact, `seed ${seed}: ${run.ended.reason}`).toBe(true);
  }
}, 600_000);

test("exactly once with an idempotent sink in 1,500 runs", () => {
  for (let seed = 1; seed <= 1_500; seed++) expect(stormyJob(seed, { writing: "idempotent" }).isExact, `seed ${seed}`).toBe(true);
}, 600_000);
