import { stream } from "../../lib/core.js";
import { simulate } from "../../lib/sim.js";
import { outputOfSink, session, sliding, streamJob, sum, tumbling, type StreamEvent, type StreamJobOptions } from "../../lib/streams.js";

/** Logs of two sources with events up to 15 ms out of order. */
export function logsOf(seed: number, length = 12): readonly (readonly StreamEvent[])[] {
  const chance = stream(seed, "logs");
  return [0, 1].map(() =>
    Array.from({ length }, (_, i) => ({ key: chance.pick(["a", "b", "c"]), value: 1 + chance.below(9), at: i * 10 + chance.below(16) })),
  );
}

/** A job under crashes of everybody, lost and doubled messages and cuts. */
export function stormyJob(seed: number, options: Partial<StreamJobOptions> = {}) {
  const windows = [tumbling(40), sliding(40, 20), session(15)][seed % 3]!;
  const job = streamJob({ logs: logsOf(seed), windows, aggregate: sum, bound: 15, checkpointEvery: 30, credit: 3, every: [3, 9], ...options });
  const run = simulate({
    seed, nodes: job.nodes, properties: job.properties, network: { latency: [1, 10], loss: 0.1, duplication: 0.1 }, disk: { flush: [0, 5] },
    nemesis: { until: 400, crashes: 3, writeCrashes: 1, partitions: 1 },
  });
  const isExact = run.ended.kind === "quiet" && JSON.stringify(outputOfSink(run)) === JSON.stringify(job.expected);
  return { job, run, isExact };
}
