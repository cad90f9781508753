import { describe, expect, it } from "vitest";
import { simulate } from "../../../lib/sim.js";
import { mapReduceCluster, outputOf } from "../../../lib/compute/mapreduce/cluster.js";
import { wordCount } from "../../../lib/compute/mapreduce/examples.js";
import { textSplits } from "../../../lib/compute/mapreduce/input.js";
import { runSequentially } from "../../../lib/compute/mapreduce/sequential.js";

const text = "the quick brown fox\njumps over the lazy dog\nthe end of the story\nis the end\n";

describe("a job on a simulated cluster", () => {
  it("gives what the sequential run gives", () => {
    const job = wordCount({ reducers: 3 });
    const splits = textSplits({ a: text }, { splitBytes: 20 });
    const run = simulate({ ...mapReduceCluster(job, splits, { workers: 3 }) });
    expect(run.ended.kind).toBe("quiet");
    expect(outputOf(run, job)).toEqual(runSequentially(job, splits));
  });
});
