import { describe, expect, it } from "vitest";
import { agreement, floodSet, flooder } from "../../../lib/asynchronous.js";
import { search } from "../../../lib/check.js";
import { validity } from "../../../lib/consensus/agreement.js";
import { ids } from "../../../lib/core/role.js";
import { stream } from "../../../lib/core/random.js";
import { simulate } from "../../../lib/sim.js";

const roundMs = 50;
const spacingMs = 2;

/** Process i + 1 proposes values[i]; crashes are at their times. */
function run({ values, rounds, crashes = [], latency = 10 }: {
  readonly values: readonly string[]; readonly rounds: number; readonly crashes?: readonly { readonly node: string; readonly at: number }[]; readonly latency?: number | readonly [number, number];
}) {
  const processes = ids(...values.map((_, i) => `p${i + 1}`));
  const role = flooder({ processes, rounds, roundMs, spacingMs });
  return simulate({
    nodes: Object.fromEntries(processes.map((node) => [node, role])),
    network: { latency },
    requests: processes.map((node, i) => ({ at: 0, node, request: { kind: "propose" as const, value: values[i]! } })),
    faults: crashes.map(({ node, at }) => ({ kind: "crash" as const, node, at })),
    properties: [agreement, validity],
  });
}

/** Process k crashes in round k when it has told one other: the worst that so many crashes can do. */
const chain = (count: number) => Array.from({ length: count }, (_, i) => ({ node: `p${i + 1}`, at: i * roundMs + 1 }));
const values = ["a", "b", "b", "b", "b"];

describe("FloodSet as a role", () => {
  it("decides the least value of all that were proposed, after its rounds and not before", () => {
    const { decisions, violation, trace } = run({ values: ["d", "c", "b", "e"], rounds: 2 });
    expect(violation).toBeNull();
    expect(decisions.map(({ outcome }) => outcome)).toEqual(["b", "b", "b", "b"]);
    expect(new Set(trace.flatMap((event) => (event.kind === "decide" ? [event.at] : [])))).toEqual(new Set([2 * roundMs]));
    expect(trace.filter(({ kind }) => kind === "send")).toHaveLength(2 * 4 * 3);
  });

  it.each([1, 2, 3])("stands %i crashes with one round more, and not with as many rounds", (count) => {
    expect(run({ values, rounds: count + 1, crashes: chain(count) }).violation).toBeNull();
    expect(run({ values, rounds: count, crashes: chain(count) }).violation?.property).toBe("agreement");
    // The same bound as the transition system has, of which every run is looked at.
    if (count > 2) return;
    expect(search(floodSet({ processes: 4, crashes: count, rounds: count + 1 })).kind).toBe("holds");
    expect(search(floodSet({ processes: 4, crashes: count, rounds: count })).kind).toBe("violated");
  });

  it("agrees with f + 1 rounds, whoever crashes when", () => {
    let partial = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const chance = stream(seed, "crashes");
      const crashes = ["p1", "p2"].map((node) => ({ node, at: chance.below(3) * roundMs + chance.below(9) }));
      const { violation, trace } = run({ values, rounds: 3, crashes, latency: [5, 40] });
      expect(violation, `seed ${seed}`).toBeNull();
      const told = trace.filter((event) => event.kind === "send" && event.from === "p1").length % 4;
      if (told > 0) partial++;
    }
    expect(partial).toBeGreaterThan(50);
  });

  it("is wrong where a message takes longer than a round", () => {
    expect(run({ values, rounds: 1, latency: [5, 80] }).violation?.property).toBe("agreement");
  });

  it("refuses what makes no sense", () => {
    expect(() => flooder({ processes: ids("p1"), rounds: 1 })).toThrow(/processes/);
    expect(() => flooder({ processes: ids("p1", "p2"), rounds: 0 })).toThrow("rounds must be a whole number from 1 to 100, got 0");
    expect(() => flooder({ processes: ids("p1", "p2", "p3"), rounds: 1, roundMs: 10, spacingMs: 6 })).toThrow(/roundMs must be .*12.*got 10/);
  });
});
