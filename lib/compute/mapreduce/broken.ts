import type { Role } from "../../core/role.js";
import { type FileSystemSignature, fileSystemWith } from "./files.js";
import type { EmitValue, Job } from "./job.js";
import { type MasterOptions, type MasterSignature, masterWith } from "./master.js";
import { addCounters } from "./task.js";
import { fileOf, noPairs } from "./work.js";
import { type WorkerOptions, type WorkerSignature, workerWith } from "./worker.js";

/*
 * MapReduce with one rule broken. Sections are those of Dean & Ghemawat 2004.
 */

/**
 * A master that adds up counters as completions come in. Breaks "the master eliminates the effects of duplicate executions […] to
 * avoid double counting" (section 4.8).
 */
export function doubleCountingMaster(options: MasterOptions): Role<MasterSignature> {
  // The sum stands in the state, as everything that a role knows.
  return masterWith(options, {
    onDone(self, { counters }) {
      const state = self as typeof self & { sum?: Record<string, number> };
      state.sum = addCounters([state.sum ?? {}, counters]);
    },
    addUp: (self) => (self as typeof self & { sum?: Record<string, number> }).sum ?? {},
  });
}

/**
 * A master that does not do again the map tasks that a failed worker had done. Breaks "completed map tasks are re-executed on a failure
 * because their output is stored on the local disk(s) of the failed machine and is therefore inaccessible" (section 3.3): the job never ends.
 */
export function forgettingMaster(options: MasterOptions): Role<MasterSignature> {
  return masterWith(options, { redoesMaps: false });
}

/**
 * A worker that begins to reduce when it has all the map outputs that it has heard of. Breaks "when a reduce worker has read all
 * intermediate data" (section 3.1): copying may begin before all map tasks are done, reducing may not.
 */
export function hastyWorker(options: WorkerOptions): Role<WorkerSignature> {
  return workerWith(options, { hasAll: (copied, _, known) => copied === known });
}

/** A worker that takes a map output which is not there for an empty one. */
export function emptyHandedWorker(options: WorkerOptions): Role<WorkerSignature> {
  return workerWith(options, { instead: noPairs });
}

/**
 * A worker that writes its output under the final name, piece by piece. Breaks "atomically renames its temporary output file to the
 * final output file" (section 3.3): others see half a file.
 */
export function openWritingWorker(options: WorkerOptions): Role<WorkerSignature> {
  return workerWith(options, {
    temporary: (file) => file,
    pieces: (contents) => [fileOf((contents.records ?? []).slice(0, Math.floor((contents.records ?? []).length / 2))), contents],
  });
}

/**
 * A worker that parts keys by a hash of its own, as languages do whose hash of a text begins at a random number in each process.
 * Breaks what "hash(key) mod R" (section 4.1) rests on: that all map tasks send a key to the same reduce task.
 */
export function saltedWorker(options: WorkerOptions): Role<WorkerSignature> {
  return workerWith(options, {
    keep(self, blocks) {
      const salt = [...self.id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
      return blocks.map((_, r) => blocks[(r + salt) % blocks.length]!);
    },
  });
}

/** A file system whose rename replaces what is there. Harmless while functions are deterministic: what was read changes into the same. */
export function overwritingFileSystem(): Role<FileSystemSignature> {
  return fileSystemWith({ overwrites: true });
}

/**
 * A job that takes means, with a combiner that takes means, too. Breaks what a combiner must be (section 4.3: a reduce function that "is
 * commutative and associative"): the mean of means is not the mean.
 */
export function meanJob({ combines, reducers = 1 }: { readonly combines: "not" | "wrongly"; readonly reducers?: number }): Job<number, readonly [string, number], string, number, number> {
  const mean = (_: string, values: Iterable<number>, emit: EmitValue<number>): void => {
    let [sum, count] = [0, 0];
    for (const value of values) {
      sum += value;
      count++;
    }
    emit(sum / count);
  };
  return {
    name: "mean",
    map: (_, [key, value], emit) => emit(key, value),
    reduce: mean,
    combine: combines === "wrongly" ? mean : null,
    partition: (key, r) => key.length % r,
    reducers,
    skipBadRecords: false,
  };
}
