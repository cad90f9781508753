import { describe, expect, test } from "vitest";
import { simulate } from "../../lib/sim.js";
import { brokenStreams, outputOfSink, streamJob, sum, tumbling, type Channels, type Coordinator, type Source } from "../../lib/streams.js";
import { logsOf, stormyJob } from "./jobs.js";

describe("a streaming job", () => {
  test.each(["aligned", "unaligned", "none"] as const)("without faults, the sink shows what the sequential evaluation gives (%s)", (alignment) => {
    const job = streamJob({ logs: logsOf(1), windows: tumbling(40), aggregate: sum, bound: 15, alignment });
    const run = simulate({ nodes: job.nodes, properties: job.properties, freeze: true });
    expect(run.ended.kind).toBe("quiet");
    expect(outputOfSink(run)).toEqual(job.expected);
  });

  test.each(["aligned", "unaligned"] as const)("exactly once: whatever crashes and is lost, the output is byte-equal (%s)", (alignment) => {
    let recoveries = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const { run, isExact } = stormyJob(seed, { alignment });
      expect(isExact, `seed ${seed}: ${run.ended.reason}`).toBe(true);
      recoveries += (run.simulation.state("coordinator") as unknown as Coordinator).epoch - 1;
    }
    expect(recoveries).toBeGreaterThan(100);
  });

  test("an idempotent sink shows each window once, and sooner than a transactional one", () => {
    for (let seed = 1; seed <= 60; seed++) expect(stormyJob(seed, { writing: "idempotent" }).isExact, `seed ${seed}`).toBe(true);
    const shown = (["idempotent", "transactional"] as const).map((writing) => {
      const job = streamJob({ logs: logsOf(2), windows: tumbling(40), aggregate: sum, bound: 15, writing });
      return simulate({ nodes: job.nodes }).decisions.find(({ node }) => node === "sink")!.at;
    });
    expect(shown[0]).toBeLessThan(shown[1]!);
  });

  test.each(brokenStreams)("$name: some crash shows it", ({ options }) => {
    const wrong = Array.from({ length: 60 }, (_, seed) => stormyJob(seed + 1, options)).filter(({ isExact }) => !isExact);
    expect(wrong.length).toBeGreaterThan(0);
  });

  test("the same seed gives the same run", () => {
    expect(stormyJob(4).run.hash).toBe(stormyJob(4).run.hash);
  });

  test("a slow task holds up the sources, and no channel ever holds more than its credit", () => {
    const credit = 4;
    const job = streamJob({ logs: logsOf(3, 60), windows: tumbling(40), aggregate: sum, bound: 15, every: 1, workMs: 6, credit });
    let most = 0;
    const run = simulate({
      nodes: job.nodes, limits: { time: 20_000 },
      properties: [{
        name: "bounded",
        check: ({ nodes }) => {
          for (const { role, state } of nodes) {
            if (role !== "window" || state === null) continue;
            for (const { inbox } of Object.values((state as Channels).ins)) most = Math.max(most, inbox.length);
          }
          return null;
        },
      }],
    });
    expect(outputOfSink(run)).toEqual(job.expected);
    expect((run.simulation.state("source1") as unknown as Source).waits).toBeGreaterThan(50);
    expect(most).toBeLessThanOrEqual(credit + 1); // one more where a probe was sent
    expect(most).toBe(credit);
  });

  test("under back-pressure an unaligned checkpoint is done sooner, and holds what is under way", () => {
    const checkpoints = (["aligned", "unaligned"] as const).map((alignment) => {
      const job = streamJob({ logs: logsOf(3, 60), windows: tumbling(40), aggregate: sum, bound: 15, every: 1, workMs: 6, credit: 8, alignment });
      const run = simulate({ nodes: job.nodes, until: (event) => event.kind === "decide" && event.node === "coordinator", network: { latency: 1 } });
      return run.decisions.map(({ at, outcome }) => ({ at, ...(outcome as { underWay: number }) })).find(({ underWay }) => underWay !== undefined)!;
    });
    const [aligned, unaligned] = checkpoints;
    expect(aligned!.underWay).toBe(0);
    expect(unaligned!.underWay).toBeGreaterThan(5);
    expect(unaligned!.at - 100).toBeLessThan((aligned!.at - 100) / 3);
  });

  test("logs that are none are refused", () => {
    expect(() => streamJob({ logs: [], windows: tumbling(10), aggregate: sum })).toThrow("logs must have the events of at least one source");
    expect(() => streamJob({ logs: [[], []], windows: tumbling(10), aggregate: sum, every: [1] })).toThrow("every must have a pace for each of the 2 logs, got 1");
  });
});
