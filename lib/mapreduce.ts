/**
 * MapReduce: two functions, and a system that runs them on thousands of machines, also while some of these fail ("MapReduce: Simplified
 * Data Processing on Large Clusters", Dean & Ghemawat, OSDI 2004).
 *
 * - A `job` is a map and a reduce function, and the number R of reduce tasks. `runSequentially` runs it in order.
 * - `mapReduceCluster` runs the same job on a simulated cluster, with master, workers and file system as roles, in virtual time;
 *   `sizedCluster` a job of which only sizes are known, on machines that cost what the paper's did.
 * - `roundsJob` is a job of many rounds, made of sizes and times, with the ways to survive the loss of a machine side by side.
 * - `streamingPrograms` writes the same job as programs for Hadoop Streaming.
 *
 * What it gives, for deterministic functions: whatever fails, the output is that of the sequential run, each output file is
 * there whole or not at all, and each task counts once. What it does not give: if a function gives something else each time, output
 * files may come from different executions of a map task (section 3.3).
 */
export {
  COUNTERS, job, type Emit, type EmitValue, type Job, type JobOptions, type JobResult, type Pair, partitionOf, type Phase, type Skipped, type Task,
} from "./compute/mapreduce/job.js";
export { recordSplits, roughBytes, type Split, textSplits } from "./compute/mapreduce/input.js";
export { runSequentially } from "./compute/mapreduce/sequential.js";
export { combine, type Failed, type MapOutcome, type Notes, type ReduceOutcome, runMapTask, runReduceTask } from "./compute/mapreduce/task.js";
export { mergeRuns } from "./compute/mapreduce/merge.js";
export {
  distributedGrep, type ExampleOptions, invertedIndex, rangeOf, reverseLinks, sampleBounds, sortLines, urlCount, wordCount, wordsOf,
} from "./compute/mapreduce/examples.js";
export { type Block, type File, liveWork, type MapMade, type ReduceMade, type Size, type SizedJob, sizedWork, type Work } from "./compute/mapreduce/work.js";
export {
  type Abandon, type Assign, type Attempt, type BulkNews, type Done, type Fetch, type Fetched, type FileWritten, type LastGasp, type Location, type News, type Ping,
  type Pong, type Rename, type Renamed, type Unreadable, type WriteFile,
} from "./compute/mapreduce/messages.js";
export {
  type AttemptRow, master, type Master, type MasterOptions, type MasterPhase, type MasterSignature, type Outcome, type TaskState, type WorkerState,
} from "./compute/mapreduce/master.js";
export { type Bulk, type Commit, type Running, type Slots, worker, type Worker, type WorkerOptions, type WorkerSignature } from "./compute/mapreduce/worker.js";
export { type Bucket, fileNames, type FileSystem, fileSystem, type FileSystemSignature, outputName, resultOf, storedFile, type StoredFile } from "./compute/mapreduce/files.js";
export { type ClusterOptions, mapReduceCluster, type MapReduceCluster, masterOf, outputOf, type Ran, sizedCluster } from "./compute/mapreduce/cluster.js";
export { type RateRow, rateRows, taskRows } from "./compute/mapreduce/status.js";
export {
  committedOnce, completedMapsAreHeld, doneIsDone, mapReduceProperties, outputsAreSequential, readsFinishedOutputs,
} from "./compute/mapreduce/properties.js";
export {
  doubleCountingMaster, emptyHandedWorker, forgettingMaster, hastyWorker, meanJob, openWritingWorker, overwritingFileSystem, saltedWorker,
} from "./compute/mapreduce/broken.js";
export { brokenJobs, type BrokenJob, type SmallJob, smallJobWorld, type SmallJobWorld } from "./compute/mapreduce/broken-worlds.js";
export { streamingPrograms, type StreamingPrograms } from "./compute/mapreduce/streaming.js";
export {
  articleListing, articleMap, articleMapReduce, articleReduce, type Listing, type PythonValue, slicesOfFour, sumOfSeconds, sumOfSums,
} from "./compute/mapreduce/article.js";
export { layout, type Layout, type LayoutOptions, localityOf, placeChunks } from "./compute/cluster/layout.js";
export { type Locality, machine, type Machine, machineOf2004 } from "./compute/cluster/machine.js";
export { roundsDone, roundsJob, type RoundsDone, type RoundsJob, type RoundsOptions } from "./compute/recovery/rounds.js";
export { type Beat, type Boss, type BossSignature, type Made, type Make } from "./compute/recovery/boss.js";
export { type Hand, type HandSignature } from "./compute/recovery/hand.js";
export { checkpointOverhead, youngInterval } from "./compute/recovery/checkpoints.js";
