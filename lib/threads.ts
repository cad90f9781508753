/**
 * MapReduce and RDDs for real, on the cores of this machine and over its files. Only under Node.js: not in a browser.
 *
 * - `runOnThreads` runs a MapReduce job of distlab/mapreduce, in bounded memory, whichever threads die on the way.
 * - `threads` is the engine for RDDs of distlab/rdd: `context({ master: "threads[2]" })`, once this door is imported.
 * - `countWords` counts the words of files on bytes: how fast it can be.
 * - `withValues` gives a function what it takes from around it, so that it can go to another thread.
 *
 * A program that runs on one thread runs here with the same answer, byte for byte, if its functions can leave their thread:
 *
 *     const rate = 0.1;
 *     prices.map(withValues({ rate }, (price: number) => price * (1 + rate)))
 *
 * A function travels as its source, so what stands around it must be given: plain data, other functions, regular expressions,
 * accumulators and broadcast variables. What is not given is told before any work starts. What goes between threads (items of
 * RDDs, keys, values, results) must be plain data: texts, numbers, booleans, null, lists, plain objects, byte arrays.
 *
 * What it costs: a thread takes some 50 ms to start, and a task should have at least some 10 ms of work. Blocks of a shuffle
 * travel as bytes, a few hundred ns a pair; those that do not fit into memory go through files in a temporary folder.
 */
import { registerMaster } from "./compute/rdd/context.js";
import { threads } from "./threads/rdd/engine.js";

registerMaster({
  pattern: /^threads(\[([1-9]\d*|\*)\])?$/,
  make(master) {
    const count = Number(/\d+/.exec(master)?.[0] ?? 0);
    return threads(count === 0 ? {} : { threads: count });
  },
});

export { withValues } from "./compute/portable.js";
export { threads, type ThreadsEngine, type ThreadsOptions } from "./threads/rdd/engine.js";
export { runOnThreads, type JobAddress, type Progress, type RunOptions, type ThreadsResult, type ThreadTask } from "./threads/mapreduce/run.js";
export { countWords, WordCounts, type CountOptions } from "./threads/words/count.js";
