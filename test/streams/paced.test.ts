import { expect, test } from "vitest";
import { simulate } from "../../lib/sim.js";
import { microBatches, oneByOne } from "../../lib/streams.js";

const latencies = (role: ReturnType<typeof oneByOne>): number[] => {
  const requests = Array.from({ length: 10 }, (_, i) => ({ at: i * 10 + 1, node: "n" as const, request: { kind: "record" } as const }));
  const run = simulate({ nodes: { n: role }, requests, until: 1_000 });
  const came = run.trace.filter(({ kind }) => kind === "request");
  return run.trace.filter(({ kind }) => kind === "reply").map(({ at }, i) => at - came[i]!.at);
};

test("one by one, a record waits for its own work only, if there is time between them", () => {
  expect(latencies(oneByOne({ recordMs: 4 }))).toEqual(Array(10).fill(4));
});

test("in batches, the first record waits for the whole interval", () => {
  expect(latencies(microBatches({ recordMs: 1, batchMs: 5, every: 50 }))).toEqual([59, 49, 39, 29, 19, 59, 49, 39, 29, 19]);
});

test("a batch that is not done makes the next one wait", () => {
  const found = latencies(microBatches({ recordMs: 20, every: 30 }));
  expect(found[0]).toBe(89); // three records, begun at 30
  expect(found[3]).toBeGreaterThanOrEqual(179); // six records, begun when these were done
});
