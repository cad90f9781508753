import { shared, type Shared } from "../../core/clone.js";
import type { Role } from "../../core/role.js";
import { compareKeys, partitionOfKey } from "../keys.js";
import type { Job, JobResult, Pair, Phase, Skipped } from "./job.js";
import type { FileWritten, Rename, Renamed, WriteFile } from "./messages.js";
import { joinSides } from "./sequential.js";
import type { File } from "./work.js";

/** The files by name. They are on many disks and survive every crash. */
export interface FileSystem {
  /** Files whose names have the same hash. Buckets are never changed but replaced, so that a write costs a bucket, not all files. */
  buckets: Bucket[];
}

/** Some of the files; a value. */
export interface Bucket extends Shared {
  readonly files: ReadonlyMap<string, StoredFile>;
}

export interface StoredFile {
  readonly contents: File;
  /** How often the name was given by a rename. */
  readonly commits: number;
}

export type FileSystemSignature = {
  state: FileSystem;
  receives: WriteFile | Rename;
  sends: FileWritten | Renamed;
};

/**
 * The global file system, as one node: "We rely on the atomic rename operation provided by the underlying file system to
 * guarantee that the final file system state contains just the data produced by one execution of the reduce task" (Dean &
 * Ghemawat 2004, section 3.3). How GFS does it is another matter.
 *
 * @param expected about how many files there will be
 */
export function fileSystem({ expected = 1 }: { readonly expected?: number } = {}): Role<FileSystemSignature> {
  return fileSystemWith({ expected });
}

/** The file system with its rule of renaming broken: the last one wins, so that a file that was seen may change. */
export function fileSystemWith({ expected = 1, overwrites = false }: { readonly expected?: number; readonly overwrites?: boolean }): Role<FileSystemSignature> {
  return {
    name: "file system",
    durable: ["buckets"],
    init: () => ({ buckets: Array.from({ length: Math.ceil(Math.sqrt(expected)) }, () => bucketOf(new Map())) }),
    timeout: {},
    request: {},

    receive: {
      writeFile(self, { file, contents }, from, out) {
        put(self, file, { contents, commits: storedFile(self, file)?.commits ?? 0 });
        out.persist();
        out.send(from, { kind: "fileWritten", file });
      },

      // The first one wins: another execution of the same task has made the same file, and is thrown away.
      rename(self, { from: temporary, to }, from, out) {
        const file = storedFile(self, temporary);
        const present = storedFile(self, to);
        if (file !== undefined) {
          put(self, temporary, null);
          if (present === undefined || overwrites) put(self, to, { contents: file.contents, commits: (present?.commits ?? 0) + 1 });
          out.persist();
        }
        out.send(from, { kind: "renamed", from: temporary, to, found: (file ?? present) !== undefined });
      },
    },
  };
}

/** The file of this name; undefined if there is none. */
export function storedFile({ buckets }: FileSystem, name: string): StoredFile | undefined {
  return buckets[partitionOfKey(name, buckets.length)]!.files.get(name);
}

/** The names of all files, in their order. */
export function fileNames({ buckets }: FileSystem): string[] {
  return buckets.flatMap(({ files }) => [...files.keys()]).sort(compareKeys);
}

function put(self: FileSystem, name: string, file: StoredFile | null): void {
  const index = partitionOfKey(name, self.buckets.length);
  const files = new Map(self.buckets[index]!.files);
  if (file === null) files.delete(name);
  else files.set(name, file);
  self.buckets[index] = bucketOf(files);
}

function bucketOf(files: Bucket["files"]): Bucket {
  return { [shared]: bucketInWords, files };
}

function bucketInWords({ files }: Bucket): string {
  return [...files.keys()].join(", ");
}

/** The final name of the output of a reduce task. */
export function outputName(task: number): string {
  return `output-${task}`;
}

/** The final name of a task's part of an auxiliary output file. */
export function sideName(file: string, phase: Phase, task: number): string {
  return `${file}.${phase}-${task}`;
}

/** Where an attempt writes before it is known to be the one that counts. */
export function temporaryName(file: string, attempt: number): string {
  return `tmp-${attempt}/${file}`;
}

/** Whether it is a name under which others look for files. */
export function isFinal(file: string): boolean {
  return !file.startsWith("tmp-");
}

/**
 * What a job has left in the file system, as `runSequentially` gives it.
 *
 * @param maps M, for the order of auxiliary files
 * @throws Error if the output of a reduce task is missing
 */
export function resultOf(
  system: FileSystem,
  { job, maps, counters, skipped }: { readonly job: Pick<Job, "reducers">; readonly maps: number } & Pick<JobResult, "counters" | "skipped">,
): JobResult {
  const outputs = Array.from({ length: job.reducers }, (_, task) => {
    const file = storedFile(system, outputName(task));
    if (file === undefined) throw new Error(`there is no ${outputName(task)} in the file system`);
    return (file.contents.records ?? []) as readonly Pair[];
  });
  const parts: { file: string; phase: Phase; task: number; records: readonly unknown[] }[] = [];
  for (const name of fileNames(system).filter(isFinal)) {
    const side = /^(.+)\.(map|reduce)-(\d+)$/.exec(name);
    const records = storedFile(system, name)!.contents.records ?? [];
    if (side) parts.push({ file: side[1]!, phase: side[2] as Phase, task: Number(side[3]), records });
  }
  const order = ({ phase, task }: { readonly phase: Phase; readonly task: number }): number => (phase === "map" ? task : maps + task);
  parts.sort((one, other) => order(one) - order(other) || compareKeys(one.file, other.file));
  return {
    outputs,
    counters,
    sides: joinSides(parts.map(({ file, records }) => ({ sides: { [file]: records } }))),
    skipped: inOrder(skipped),
  };
}

/** Left-out records in the order of tasks, map tasks first. */
export function inOrder(skipped: readonly Skipped[]): readonly Skipped[] {
  return [...skipped].sort((one, other) => compareKeys(one.phase, other.phase) || one.task - other.task || one.record - other.record);
}
