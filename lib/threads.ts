/**
 * MapReduce and RDDs for real, on the cores of this machine and over its files. Only under Node.js: not in a browser.
 *
 * - `runOnThreads` runs a MapReduce job of distlab/mapreduce, in bounded memory, whichever threads die on the way.
 * - `withValues` gives a function what it takes from around it, so that it can go to another thread.
 */
export { withValues } from "./compute/portable.js";
export { runOnThreads, type JobAddress, type Progress, type RunOptions, type ThreadsResult, type ThreadTask } from "./threads/mapreduce/run.js";
