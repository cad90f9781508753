import { describe, expect, it } from "vitest";
import { floodSet, general } from "../../../lib/asynchronous.js";
import { explore, search } from "../../../lib/check.js";
import { ids, type NodeId } from "../../../lib/core.js";

describe("FloodSet", () => {
  it.each([[3, 1, 2, 33], [4, 2, 3, 1_306], [4, 3, 4, 11_283]])("agrees with %i processes and %i crashes after %i rounds", (processes, crashes, rounds) => {
    expect(search(floodSet({ processes, crashes, rounds })).kind).toBe("holds");
  });

  it.each([[3, 1], [4, 2], [5, 3]])("does not agree with %i processes and %i crashes after as many rounds", (processes, crashes) => {
    const verdict = search(floodSet({ processes, crashes, rounds: crashes }));
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    // The shortest way needs a crash in every round: each hides the least value from all but one.
    const actions = verdict.behaviour.map(({ action }) => action);
    expect(actions.filter((action) => action.includes("crashes"))).toHaveLength(crashes);
    expect(actions).toHaveLength(1 + 2 * crashes);
  });

  it("decides what somebody began with, and the same where all begin alike", () => {
    const verdict = search({ ...floodSet({ processes: 3, crashes: 2, rounds: 1, begin: [1, 1, 1] }), reach: { decided: ({ decided }) => decided.includes(2) } });
    expect(verdict.kind).toBe("holds");
    expect(verdict.reached["decided"]).not.toBe(null);
  });

  it("refuses sizes that make no sense", () => {
    expect(() => floodSet({ processes: 7, crashes: 1, rounds: 2 })).toThrow("processes must be a whole number from 2 to 6, got 7");
    expect(() => floodSet({ processes: 3, crashes: 1, rounds: 2, begin: [0] })).toThrow("begin must have a value for each of the 3 processes, got 1");
  });
});

describe("two generals", () => {
  const [a, b] = ids("a", "b") as [NodeId, NodeId];
  const together = {
    name: "together or not at all",
    check: ({ decisions }: { readonly decisions: readonly { readonly outcome: unknown }[] }) =>
      decisions.length === 2 && decisions[0]!.outcome !== decisions[1]!.outcome ? "one attacks and one waits" : null,
  };

  it("attack together in no protocol of up to five messengers that ever attacks", () => {
    for (let messengers = 0; messengers <= 5; messengers++) {
      for (let first = 0; first <= 4; first++) {
        for (let second = 0; second <= 4; second++) {
          const verdict = explore({
            nodes: {
              a: general({ rival: b, messengers, attacksAfter: first, begins: true }),
              b: general({ rival: a, messengers, attacksAfter: second, begins: false }),
            },
            properties: [together], timers: { a: 1, b: 1 },
            reach: { attack: ({ decisions }) => decisions.length === 2 && decisions.every(({ outcome }) => outcome === "attack") },
          });
          const always = first === 0 && second === 0;
          if (verdict.kind === "holds" && !always) expect(verdict.reached["attack"]).toBe(null);
          if (always) expect(verdict.kind).toBe("holds"); // they attack without a word, whatever they know
        }
      }
    }
  });
});
