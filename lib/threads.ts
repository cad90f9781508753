/**
 * MapReduce and RDDs for real, on the cores of this machine and over its files. Only under Node.js: not in a browser.
 *
 * - `runOnThreads` runs a MapReduce job of distlab/mapreduce, in bounded memory, whichever threads die on the way.
 * - `threads` is the engine for RDDs of distlab/rdd: `context({ master: "threads[2]" })`, once this door is imported.
 * - `countWords` counts the words of files on bytes: how fast it can be.
 * - `withValues` gives a function what it takes from around it, so that it can go to another thread.
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
