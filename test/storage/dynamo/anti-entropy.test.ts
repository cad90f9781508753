import { describe, expect, it } from "vitest";
import type { Compare, Exchange } from "../../../lib/dynamo.js";
import { simulate } from "../../../lib/sim.js";
import { store, valuesAt } from "./by-hand.js";

/** How many keys the nodes send each other, when all have `same` keys, and one of them misses `missed` others. */
const sent = (same: number, missed: number) => {
  const put = (at: number, key: string) => ({ at, node: "a", request: { kind: "put", key, value: key } }) as const;
  const keys = Array.from({ length: missed }, (_, i) => `missed ${i}`);
  const run = simulate({
    nodes: store(3, { quorum: "strict", rounds: 1, handoffEvery: 100, compareEvery: [100, 150] }),
    network: { latency: 1 },
    requests: [...Array.from({ length: same }, (_, i) => put(1 + i / 10, `same ${i}`)), ...keys.map((key, i) => put(200 + i / 10, key))],
    faults: [{ at: 150, kind: "isolate", node: "c", forMs: 150 }],
    until: 1_500,
  });
  const exchanged = run.trace.reduce((count, event) => count + (event.kind === "send" && event.message.kind === "exchange" ? (event.message as Exchange).entries.size : 0), 0);
  const isBelowRoots = ({ branches }: Compare): boolean => branches.some(({ path }) => path !== "");
  const looked = run.trace.filter((event) => event.kind === "send" && event.at > 500 && event.message.kind === "compare" && isBelowRoots(event.message as Compare)).length;
  return { exchanged, looked, settled: keys.every((key) => valuesAt(run, "c", key).length === 1) };
};

describe("anti-entropy", () => {
  it("brings a node all keys that it missed, and nothing else, however many keys there are", () => {
    for (const same of [0, 100, 300]) {
      for (const missed of [0, 1, 8, 32]) {
        const { exchanged, settled } = sent(same, missed);
        expect(settled).toBe(true);
        // Two others may tell it the same at the same time.
        expect(exchanged).toBeGreaterThanOrEqual(missed);
        expect(exchanged).toBeLessThanOrEqual(2 * missed);
      }
    }
  }, 60_000);

  it("looks at no more than the roots once nothing differs any more", () => {
    expect(sent(300, 32).looked).toBe(0);
  });
});
