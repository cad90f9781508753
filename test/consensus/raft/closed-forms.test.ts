import { describe, expect, it } from "vitest";
import { firstTimeout, meanElectionTime, splitVoteProbability } from "../../../lib/consensus/raft/closed-forms.js";
import { stream } from "../../../lib/core/random.js";

describe("the closed forms of elections", () => {
  it.each([
    [5, 4, 0.01, 0.0006],
    [5, 4, 0.1, 0.052],
    [5, 4, 0.2, 0.181],
    [5, 3, 0.2, 0.488],
    [9, 5, 0.2, 0.672],
    [1, 1, 0.2, 0],
  ])("split the vote of %i servers with %i alive at latency %d as often as the dissertation says", (servers, alive, latency, published) => {
    expect(splitVoteProbability({ servers, alive, latency })).toBeCloseTo(published, 3);
  });

  it("agree with drawn time-outs", () => {
    const chance = stream(1, "time-outs");
    const trials = 40_000;
    for (const { servers, alive, latency } of [{ servers: 5, alive: 4, latency: 0.1 }, { servers: 7, alive: 5, latency: 0.15 }]) {
      let splits = 0;
      let first = 0;
      for (let trial = 0; trial < trials; trial++) {
        const timeouts = Array.from({ length: alive }, () => chance.next()).sort((a, b) => a - b);
        first += timeouts[0]!;
        // Candidates vote for themselves: the first gets its own vote and those of all that do not stand.
        const standing = timeouts.filter((at) => at - timeouts[0]! < latency).length;
        if (alive - standing + 1 <= Math.floor(servers / 2)) splits += 1;
      }
      expect(Math.abs(splits / trials - splitVoteProbability({ servers, alive, latency }))).toBeLessThan(0.005);
      expect(first / trials).toBeCloseTo(firstTimeout(alive).mean, 2);
    }
  });

  it("refuse what is no election", () => {
    expect(() => splitVoteProbability({ servers: 5, alive: 2, latency: 0.1 })).toThrow("alive must be a whole number from 3 to 5, got 2");
    expect(() => splitVoteProbability({ servers: 5, alive: 4, latency: 1.5 })).toThrow("latency must be a finite number from 0 to 1, got 1.5");
    expect(() => firstTimeout(0)).toThrow("alive must be a whole number from 1 to 99, got 0");
    expect(() => meanElectionTime({ servers: 5, alive: 4, latency: 0.1, write: -1 })).toThrow("write must be a finite number of at least 0, got -1");
  });
});
