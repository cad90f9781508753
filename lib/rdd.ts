/**
 * Resilient distributed datasets: Zaharia et al., "Resilient Distributed Datasets: A Fault-Tolerant Abstraction for In-Memory Cluster
 * Computing" (NSDI 2012), with the names and meanings of Apache Spark.
 *
 *     const sc = context();                                  // or context({ master: "threads[2]" })
 *     const counts = sc.textFile("poem.txt")
 *       .flatMap((line) => line.split(" "))
 *       .map((word) => [word, 1])
 *       .reduceByKey((a, b) => a + b);
 *     await counts.top(3, ([, a], [, b]) => a - b)
 *
 * A transformation is only noted: an RDD is its lineage, and that is also how what was lost is computed again. An action runs a
 * job, and gives a promise. All engines give the same result, record for record:
 *
 * | master | where tasks run | door |
 * | --- | --- | --- |
 * | `"local"` | in this thread, also in a browser | `distlab/rdd` |
 * | `simulated({...})` | on a simulated cluster whose executors crash, with virtual time | `distlab/simulated` |
 * | `"threads[2]"` | on threads of this machine | `distlab/threads` |
 * | `"local-cluster[2,1,1024]"`, `"spark://..."` | on Apache Spark | `distlab/spark` |
 *
 * Left out of Spark's interface: what is approximate (`countApprox`, `countApproxDistinct`), `treeReduce` and `treeAggregate`, formats of
 * Hadoop, and storage levels that serialize.
 */
export { context, registerMaster, type Context, type ContextOptions, type JobRow, type Master } from "./compute/rdd/context.js";
export { hashPartitioner, partitionerBy, type Partitions, type Rdd, type Stats } from "./compute/rdd/rdd.js";
export { Accumulator, Broadcast, type AccumulatorUpdate } from "./compute/rdd/accumulator.js";
export { local, type LocalOptions } from "./compute/rdd/local.js";
export { memoryFiles, type MemoryFiles } from "./compute/rdd/files.js";
export { TaskError, type Engine, type Files, type Job, type JobResult, type KeptRow, type Locality, type StageRow, type TaskRow } from "./compute/rdd/engine.js";
export { StepError } from "./compute/rdd/evaluate.js";
export {
  type Action, type Aggregation, type Apply, type Checkpoint, type NarrowNode, type Partitioner, type PlanNode, type ShuffleNode, type Source, type SourceNode,
  type Step, type StepCost, type StorageLevel, type TextSplit,
} from "./compute/rdd/plan.js";
export { lineageGraph, stageGraph, type LineageGraph } from "./compute/rdd/pictures.js";
