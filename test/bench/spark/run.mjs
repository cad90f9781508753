// Word count of 100 MB on a real Spark on this machine: through TypeScript functions, and the same program in PySpark. Each in a
// session that is already up, after one small job; told are the medians of the turns and their ratio.
//     npm run bench -- spark [megabytes=100] [turns=3]
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { context } from "../../../lib/dist/rdd.js";
import { spark } from "../../../lib/dist/spark.js";
import { findSpark } from "../../../lib/dist/spark/find.js";
import { corpus } from "../mapreduce/corpus.mjs";

const [megabytes = 100, turns = 3] = process.argv.slice(2).map(Number).filter((n) => n > 0);
const master = "local-cluster[2,1,1024]";
const partitions = 8;
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

let found;
try {
  found = findSpark();
} catch (error) {
  console.log(`not measured: ${error.message}`);
  process.exit(0);
}
const file = corpus(join(tmpdir(), "distlab-bench"), megabytes);

const sc = context({ master: spark({ master }) });
const count = (path) =>
  sc.textFile(path, partitions).flatMap((line) => line.split(" ")).map((word) => [word, 1]).reduceByKey((a, b) => a + b, 2).count();
await sc.parallelize([1, 2]).count();
const ours = [];
let words = 0;
for (let turn = 0; turn < turns; turn++) {
  const began = performance.now();
  words = await count(file);
  ours.push((performance.now() - began) / 1_000);
}
await sc.stop();

const program = `
import sys, time
from operator import add
from pyspark import SparkConf, SparkContext
conf = SparkConf().setMaster("${master}").set("spark.ui.enabled", "false").set("spark.ui.showConsoleProgress", "false")
sc = SparkContext(conf=conf.set("spark.driver.host", "127.0.0.1").set("spark.driver.bindAddress", "127.0.0.1"))
sc.setLogLevel("ERROR")
sc.parallelize([1, 2], 2).count()
for turn in range(${turns}):
    began = time.time()
    words = sc.textFile(sys.argv[1], ${partitions}).flatMap(lambda line: line.split(" ")).map(lambda word: (word, 1)).reduceByKey(add, 2).count()
    print("took", time.time() - began, words, flush=True)
sc.stop()
`;
const { stdout, stderr, status } = spawnSync(found.python, ["-c", program, file], {
  encoding: "utf8",
  env: { ...process.env, SPARK_HOME: found.home, PYSPARK_PYTHON: found.python, PYSPARK_DRIVER_PYTHON: found.python },
});
if (status !== 0) throw new Error(stderr.slice(-2_000));
const rows = [...stdout.matchAll(/^took (\S+) (\d+)$/gm)];
const theirs = rows.map(([, seconds]) => Number(seconds));
if (rows.some(([, , found]) => Number(found) !== words)) throw new Error(`PySpark counted ${rows[0][2]} words, we ${words}`);

const line = (name, list) => console.log(`  ${name.padEnd(34)}${median(list).toFixed(2).padStart(7)} s  ${(megabytes / median(list)).toFixed(1).padStart(6)} MB/s`);
console.log(`Word count of ${megabytes} MB, ${words} words, on ${master}, ${turns} turns`);
line("TypeScript functions", ours);
line("PySpark", theirs);
console.log(`  TypeScript takes ${(median(ours) / median(theirs)).toFixed(2)} times what PySpark takes`);
