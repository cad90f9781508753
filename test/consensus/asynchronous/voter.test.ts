import { describe, expect, it } from "vitest";
import * as asynchronous from "../../../lib/asynchronous.js";
import { agreement, voter, type Bit, type VoterOptions } from "../../../lib/asynchronous.js";
import { explore } from "../../../lib/check.js";
import { ids, step, type NodeId, type Tagged } from "../../../lib/core.js";
import { simulate } from "../../../lib/sim.js";

const names = (n: number) => ids(...Array.from({ length: n }, (_, i) => `p${i + 1}`));
const three = names(3);

/** A message or timer with its fields, where only its tag is asked for. */
const told = <M extends Tagged>(message: M): M => message;

function cluster(bits: string, role: (options: VoterOptions) => ReturnType<typeof voter> = voter) {
  const voters = names(bits.length);
  return Object.fromEntries(voters.map((name, i) => [name, role({ voters, value: bits[i] as Bit })]));
}

describe("Ben-Or's protocol", () => {
  it("decides in the first round where all begin alike", () => {
    for (const bit of ["0", "1"]) {
      const { decisions, trace } = simulate({ nodes: cluster(bit.repeat(5)) });
      expect(decisions.map(({ outcome }) => outcome)).toEqual([bit, bit, bit, bit, bit]);
      expect(trace.some(({ kind }) => kind === "timer")).toBe(false);
    }
  });

  it("flips a coin as a race of two timers", () => {
    const role = voter({ voters: three, value: "0" });
    const self = role.init(three[0]!);
    step(role, self, { kind: "start" });
    const from = three[1]!;
    step(role, self, { kind: "message", from, message: told({ kind: "report", round: 1, value: "1" }) });
    const effects = step(role, self, { kind: "message", from, message: told({ kind: "ratify", round: 1, value: null }) });
    expect(effects).toEqual([
      { kind: "setTimer", timer: { kind: "coin", side: "0" }, after: [0, 1] },
      { kind: "setTimer", timer: { kind: "coin", side: "1" }, after: [0, 1] },
    ]);
    const flipped = step(role, self, { kind: "timer", timer: told({ kind: "coin", side: "1" }) })!;
    expect(flipped[0]).toEqual({ kind: "cancelTimer", timer: { kind: "coin", side: "0" } });
    expect(self).toMatchObject({ round: 2, value: "1", flips: 1 });
  });

  it("has a fair coin in the simulator", () => {
    let heads = 0;
    let flips = 0;
    for (let seed = 0; seed < 400; seed++) {
      const { trace } = simulate({ seed, nodes: cluster("01") });
      for (const event of trace) {
        if (event.kind !== "timer") continue;
        flips++;
        if ((event.timer as unknown as { side: Bit }).side === "1") heads++;
      }
    }
    expect(flips).toBeGreaterThan(1_000);
    expect(Math.abs(heads / flips - 0.5)).toBeLessThan(0.05);
  });

  it("agrees and ends over many seeds, with as many crashes as it is made for", () => {
    const rounds: number[] = [];
    for (let seed = 0; seed < 150; seed++) {
      const run = simulate({
        seed, nodes: cluster("01010"), network: { latency: { kind: "exponential", mean: 10 } }, properties: [agreement],
        faults: [{ at: seed % 40, kind: "crash", node: "p1" }, { at: seed % 60, kind: "crash", node: "p4" }],
      });
      expect(run.violation).toBe(null);
      expect(new Set(run.decisions.map(({ node }) => node)).size).toBeGreaterThanOrEqual(3);
      rounds.push(run.trace.reduce((most, event) => (event.kind === "send" ? Math.max(most, (event.message as unknown as { round: number }).round) : most), 0));
    }
    expect(Math.max(...rounds)).toBeGreaterThan(3);
  });

  it("agrees in the worlds of three looked at, with up to two coins", () => {
    const verdict = explore({ nodes: cluster("011"), properties: [agreement], timers: 2, maxWorlds: 200_000 });
    expect(verdict.kind).toBe("unfinished");
  });

  it.each([["looseVoter", 8], ["hastyVoter", 11], ["deafVoter", 11]] as const)("would not agree with the %s: %i actions show it", (name, length) => {
    const bits = name === "looseVoter" ? "011" : "010";
    const verdict = explore({ nodes: cluster(bits, asynchronous[name]), properties: [agreement], timers: 3, maxWorlds: 500_000 });
    expect(verdict).toMatchObject({ kind: "violated", property: "agreement", schedule: { length } });
  });

  it("refuses more crashes than it stands, and other values than bits", () => {
    expect(() => voter({ voters: three, crashes: 2 })).toThrow("crashes must be a whole number from 0 to 1, got 2");
    expect(() => voter({ voters: three, value: "x" as Bit })).toThrow('value must be one of "0", "1", got "x"');
    expect(() => voter({ voters: [three[0], three[0]] as NodeId[] })).toThrow("twice");
  });
});
