/** RDDs on a real Apache Spark: the same results as the engine in this thread gives, byte for byte. */
import { spawnSync } from "node:child_process";
import { afterAll, describe, expect, it, vi } from "vitest";
import { context, type Context } from "../../lib/rdd.js";
import { encode } from "../../lib/compute/records.js";
import { findSpark } from "../../lib/spark/find.js";
import { spark, withValues, type SparkEngine } from "../../lib/spark.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

const isHere = (() => {
  try {
    findSpark();
    return true;
  } catch {
    return false;
  }
})();

describe.runIf(isHere)("Apache Spark on two executors", () => {
  const engine: SparkEngine = spark({ master: "local-cluster[2,1,1024]" });
  const onSpark = context({ master: engine });
  const here = context({ master: "local", parallelism: engine.parallelism });
  afterAll(() => onSpark.stop());

  /** The same program on both; what it gives must be the same bytes. */
  async function same(program: (on: Context) => Promise<unknown>): Promise<unknown> {
    const [there, expected] = [await program(onSpark), await program(here)];
    expect(there).toEqual(expected);
    expect(encode([there])).toEqual(encode([expected]));
    return there;
  }

  const text = Array.from({ length: 500 }, (_, i) => `the ${i % 7} quick ${i % 13} brown fox ${i % 3}`);

  it("counts words", async () => {
    const counts = await same((on) => on.parallelize(text, 4).flatMap((line) => line.split(" ")).map((word) => [word, 1] as [string, number]).reduceByKey((a, b) => a + b).collect());
    expect((counts as unknown[]).length).toBeGreaterThan(10);
    expect(engine.programs[0]).toMatch(/job\.shuffle\(/);
  });
});
