import { describe, expect, it } from "vitest";
import { churn } from "./churn.js";

describe("Chord under churn", () => {
  it("is one ordered ring at every step, and the ideal one in the end", () => {
    const seen = { joins: 0, crashes: 0 };
    for (const seed of [1, 2, 8]) {
      const { violation, faults, joins, crashes } = churn(seed);
      expect({ seed, violation, faults }).toEqual({ seed, violation: null, faults: [] });
      seen.joins += joins;
      seen.crashes += crashes;
    }
    expect(seen.joins).toBeGreaterThan(20);
    expect(seen.crashes).toBeGreaterThan(10);
  });

  it("loses a node for ever with the original rules, whose only successor dies just after it has joined", () => {
    const { faults } = churn(8, "original");
    expect(faults).toContain("n7 has the successors n7, which should be n5, n8, n11");
    expect(faults).toContain("n5 has the predecessor n1, which should be n7");
  });
});
