import { expect, it } from "vitest";
import { explore } from "../../lib/check.js";
import { simulate } from "../../lib/sim.js";
import { account, outputOfSink, streamJob, sum, tumbling, withSnapshots, type Sink } from "../../lib/streams.js";
import { sequence } from "../../lib/trace.js";
import { expectRecorded } from "../support/recorded.js";

it("a snapshot of two accounts, with money under way when it is taken", () => {
  const channel = (other: string) => ({ inputs: [other], outputs: [other] });
  const run = simulate({
    nodes: { p: withSnapshots(account(10), channel("q")), q: withSnapshots(account(10), channel("p")) },
    network: { latency: 10 },
    requests: [
      { at: 0, node: "q", request: { kind: "transfer", to: "p", amount: 2 } },
      { at: 3, node: "p", request: { kind: "snapshot", snapshot: "s" } },
      { at: 5, node: "p", request: { kind: "transfer", to: "q", amount: 3 } },
    ],
  });
  expectRecorded("streams-snapshot", sequence(run.trace));
});

it("a window task that crashes: all go back to the last complete checkpoint, and the source reads on from there", () => {
  const log = [1, 2, 3, 4].map((value) => ({ key: "a", value, at: 10 * value }));
  const job = streamJob({ logs: [log], tasks: 1, windows: tumbling(20), aggregate: sum, every: 20, checkpointEvery: 50 });
  const run = simulate({
    nodes: job.nodes, properties: job.properties, network: { latency: 5 }, faults: [{ at: 92, kind: "crash", node: "window1", forMs: 5 }],
  });
  expect(outputOfSink(run)).toEqual(job.expected);
  expectRecorded("streams-recovery", sequence(run.trace));
});

it("holds in every world of one source with one event, one task and one checkpoint", () => {
  const { nodes, properties } = streamJob({ logs: [[{ key: "a", value: 1, at: 0 }]], tasks: 1, windows: tumbling(10), aggregate: sum });
  const verdict = explore({
    nodes, properties, timers: { coordinator: 1, source1: 2 }, reduce: true,
    reach: { "the result is shown": (world) => world.nodes.some(({ role, state }) => role === "sink" && (state as Sink).output.length === 1) },
  });
  expect(verdict).toMatchObject({ kind: "holds", worlds: 91_251 });
  if (verdict.kind === "holds") expect(verdict.reached["the result is shown"]).not.toBeNull();
});
