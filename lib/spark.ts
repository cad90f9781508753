/**
 * RDDs of distlab/rdd on a real Apache Spark, with the same results: `context({ master: "local-cluster[2,1,1024]" })`, once this
 * door is imported. Needs PySpark (`npm run spark:install`) and Java 17 or later. Only under Node.js.
 *
 * The plan goes to Spark as a short driver program in Python (`engine.programs` shows it), and the functions as text. Spark
 * schedules tasks, moves blocks, keeps and restores partitions; functions run in Node.js processes beside its executors.
 */
import { registerMaster } from "./compute/rdd/context.js";
import { masters, spark } from "./spark/engine.js";

registerMaster({ pattern: masters, make: (master) => spark({ master }) });

export { withValues } from "./compute/portable.js";
export { findSpark, type Spark } from "./spark/find.js";
export { spark, type SparkEngine, type SparkOptions } from "./spark/engine.js";
