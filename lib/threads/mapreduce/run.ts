import { rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { partitionOfKey } from "../../compute/keys.js";
import type { Split } from "../../compute/mapreduce/input.js";
import type { Job, JobResult, Pair as JobPair, Phase, Skipped } from "../../compute/mapreduce/job.js";
import { failureText, joinSides } from "../../compute/mapreduce/sequential.js";
import { addCounters, type Notes } from "../../compute/mapreduce/task.js";
import { portable } from "../../compute/portable.js";
import { decode, encode } from "../../compute/records.js";
import type { TextSplit } from "../../compute/rdd/plan.js";
import { integer, options as checkOptions, show } from "../../core/parameters.js";
import { here, type Message } from "../entry.js";
import { commitFolder, commitPart, filesOf, partName, prepareFolder, splitsOf, TEMPORARY } from "../files.js";
import { Pool, type Attempt } from "../pool.js";
import type { Run } from "../runs.js";
import { removeFolder, temporaryFolder } from "../temporary.js";
import { totalBytes } from "./collector.js";
import { jobOf, type MapReduceAnswer, type MapReduceSetup } from "./tasks.js";

/** How a job is run on the threads of this machine. */
export interface RunOptions {
  /** How many threads (1 to 64). Default: one for each core. */
  readonly threads?: number;
  /**
   * How much memory the job may take, in MB (16 to 1,000,000; default 512): most for the threads' heaps, the rest for
   * blocks on their way. What does not fit is spilled to files.
   */
  readonly memory?: number;
  /** The folder to write: a file `part-00000` for each reduce task, with lines "key TAB value". Without it, outputs are given back. */
  readonly out?: string;
  /** About how long the part of a file is that a map task reads, in bytes. Default: four parts a thread, or two with a combiner, of 1 to 64 MiB. */
  readonly splitBytes?: number;
  /** The longest line that is read, in bytes. Default 16 MiB. */
  readonly longestLine?: number;
  /** Where spilled runs are written, in a folder that is removed at the end. Default: the machine's folder for such. */
  readonly temporary?: string;
  /** Called when a task is done. To stop the job, throw. */
  readonly progress?: (progress: Progress) => void;
  /** Called once, with what can end a thread in the midst of a task: to see that it does not matter. */
  readonly killing?: (kill: (thread: number) => void) => void;
  /** The address of the module that each thread runs in the place of distlab's own, which it must load. */
  readonly entry?: string;
}

/** How far a job is. */
export interface Progress {
  readonly phase: Phase;
  /** Tasks of this phase. */
  readonly done: number;
  readonly of: number;
}

/** One attempt at a task. Times are real ms since the job began. */
export interface ThreadTask {
  readonly phase: Phase;
  /** Numbered from 0 in each phase. */
  readonly task: number;
  readonly attempt: number;
  readonly thread: number;
  readonly from: number;
  readonly to: number;
  /** `lost`: its thread died; `failed`: the user's function threw, or the machine refused something. */
  readonly outcome: "done" | "failed" | "lost";
}

/** What came of a job on threads. */
export interface ThreadsResult<Key = any, Out = any> extends JobResult<Key, Out> {
  /** The files that were written; empty without the option `out`. */
  readonly files: readonly string[];
  readonly tasks: readonly ThreadTask[];
  /** How many bytes went from map to reduce tasks, and how many times a map task had to spill. */
  readonly shuffled: number;
  readonly spills: number;
  /** Real ms. */
  readonly took: number;
}

/** Where a job stands that is not to be sent, function by function: `{ module: import.meta.url, name: "wordCount" }`. */
export interface JobAddress {
  /** A module's address, or the name of a package. */
  readonly module: string;
  /** The name under which it exports the job. */
  readonly name: string;
}

const MB = 1 << 20;
const OPTIONS = ["threads", "memory", "out", "splitBytes", "longestLine", "temporary", "progress", "killing", "entry"] as const;

/**
 * Run a MapReduce job for real, on the cores of this machine and over its files: with the same answer as `runSequentially`,
 * and whichever threads die on the way.
 *
 *     const { outputs } = await runOnThreads(wordCount, "corpus.txt", { threads: 2 });
 *
 * Functions that use what stands around them are made with `withValues`; a job that stands in a module can be named instead.
 * The input is lines of text, as records [offset, line], or splits of records in memory.
 *
 * @param input a file, a folder, a list of these, or splits of records
 * @throws before any work: RangeError or TypeError for options out of range or a function that cannot go to a thread, Error
 * for an input that is not there or an output folder that is. Later: Error when a function throws, with the task and the
 * record; when a disk is full, a thread needs more memory than it may have, or a line is too long or no UTF-8
 */
export async function runOnThreads<InKey, InValue, Key, Value, Out>(
  job: Job<InKey, InValue, Key, Value, Out> | JobAddress,
  input: string | readonly string[] | readonly Split<InKey, InValue>[],
  options: RunOptions = {},
): Promise<ThreadsResult<Key, Out>> {
  checkOptions("runOnThreads", options, OPTIONS);
  const threads = integer("threads", options.threads ?? availableParallelism(), { min: 1, max: 64 });
  const memory = integer("memory", options.memory ?? 512, { min: 16, max: 1_000_000 });
  const longestLine = integer("longestLine", options.longestLine ?? 16 * MB, { min: 1 });
  if (options.splitBytes !== undefined) integer("splitBytes", options.splitBytes, { min: 1 });
  const { job: checked, functions } = await sent(job);
  // A combiner makes the more of a part the larger it is.
  const inputs = inputsOf(input, (checked.combine === null ? 4 : 2) * threads, options.splitBytes);

  const { out } = options;
  const temporary = temporaryFolder(options.temporary ?? tmpdir());
  const tasks: ThreadTask[] = [];
  let pool: Pool | null = null;
  let isPrepared = false;
  try {
    if (out !== undefined) {
      prepareFolder(out);
      isPrepared = true;
    }
    const heapMb = Math.max(MEAGRE, Math.floor((memory * 0.75) / threads));
    const ended = ({ label, ...attempt }: Attempt): void => void tasks.push({ ...(label as { phase: Phase; task: number }), ...attempt });
    pool = new Pool({ threads, heapMb, entry: options.entry ?? here, ended });
    const setup: MapReduceSetup = {
      kind: "job",
      functions,
      name: checked.name,
      reducers: checked.reducers,
      longestLine,
      budget: Math.floor((heapMb * MB) / 4),
    };
    pool.setup("job", setup);
    options.killing?.((thread) => pool!.kill(thread));
    const result = await new Master({ job: checked, inputs, pool, temporary, memory: memory * MB, options }).run();
    await pool.stop();
    if (out !== undefined) commitFolder(out);
    return { ...result, tasks, took: pool.now } as ThreadsResult<Key, Out>;
  } catch (error) {
    await pool?.stop(error as Error);
    if (isPrepared) rmSync(out!, { recursive: true, force: true });
    throw error;
  } finally {
    removeFolder(temporary);
  }
}

/** Less heap than this, in MB, and a thread cannot even start. */
const MEAGRE = 12;

/** Gives out the tasks, and puts together what comes of them. */
class Master {
  readonly #job: Job;
  readonly #inputs: readonly (TextSplit | Uint8Array)[];
  readonly #pool: Pool;
  readonly #temporary: string;
  readonly #inline: number;
  readonly #options: RunOptions;
  readonly #skipped: Skipped[] = [];
  #attempts = 0;

  constructor(parts: {
    readonly job: Job;
    readonly inputs: readonly (TextSplit | Uint8Array)[];
    readonly pool: Pool;
    readonly temporary: string;
    readonly memory: number;
    readonly options: RunOptions;
  }) {
    this.#job = parts.job;
    this.#inputs = parts.inputs;
    this.#pool = parts.pool;
    this.#temporary = parts.temporary;
    this.#options = parts.options;
    // An eighth of the memory is for blocks on their way. They are held here, so that no death of a thread loses them.
    this.#inline = Math.floor(parts.memory / 8 / Math.max(1, parts.inputs.length));
  }

  async run(): Promise<Omit<ThreadsResult, "tasks" | "took">> {
    const { reducers } = this.#job;
    const maps = await this.#phase("map", this.#inputs.length, (task, skip) => ({
      phase: "map",
      task,
      input: this.#inputs[task]!,
      skip,
      inline: this.#inline,
      spill: this.#spill(),
    }));
    const mapped = maps as readonly Extract<MapReduceAnswer, { kind: "mapped" }>[];
    const { out } = this.#options;
    const reduces = await this.#phase("reduce", reducers, (task, skip) => ({
      phase: "reduce",
      task,
      runs: mapped.flatMap(({ runs }): readonly Run[] => runs[task]!),
      skip,
      spill: this.#spill(),
      // Each attempt at a name of its own: what counts is renamed, once.
      out: out === undefined ? null : join(out, TEMPORARY, `${partName(task)}-${++this.#attempts}`),
    }));
    const reduced = reduces as readonly Extract<MapReduceAnswer, { kind: "reduced" }>[];
    const notes: readonly Notes[] = [...mapped, ...reduced];
    return {
      outputs: reduced.map(({ output }) => output.flatMap((block) => decode(block) as JobPair[])),
      counters: addCounters(notes.map(({ counters }) => counters)),
      sides: joinSides(notes),
      skipped: this.#skipped.sort((a, b) => Number(a.phase === "reduce") - Number(b.phase === "reduce") || a.task - b.task),
      files: out === undefined ? [] : reduced.map((_, r) => join(out, partName(r))),
      shuffled: mapped.reduce((sum, { runs }) => sum + totalBytes(runs), 0),
      spills: mapped.reduce((sum, { spills }) => sum + spills, 0),
    };
  }

  #spill(): string {
    return join(this.#temporary, `run-${++this.#attempts}`);
  }

  async #phase(phase: Phase, of: number, make: (task: number, skip: readonly number[]) => Message): Promise<MapReduceAnswer[]> {
    let done = 0;
    const work = async (task: number): Promise<MapReduceAnswer> => {
      const answer = await this.#persist(phase, task, make);
      this.#options.progress?.({ phase, done: ++done, of });
      return answer;
    };
    const running = Array.from({ length: of }, (_, task) =>
      work(task).then(
        (value) => ({ kind: "done", value }) as const,
        (error: unknown) => ({ kind: "thrown", error }) as const,
      ),
    );
    const answers: MapReduceAnswer[] = [];
    // In their order: of tasks that fail the first is told of, however fast the others are.
    for (const outcome of running) {
      const answer = await outcome;
      if (answer.kind === "thrown") throw answer.error;
      answers.push(answer.value);
    }
    return answers;
  }

  /** Have a task done; where records may be left out, without those on which it has failed twice (section 4.6). */
  async #persist(phase: Phase, task: number, make: (task: number, skip: readonly number[]) => Message): Promise<MapReduceAnswer> {
    const skip: number[] = [];
    for (let last = -1; ; ) {
      const message = make(task, skip);
      const { value } = await this.#pool.run({ label: { phase, task }, message: () => message });
      const answer = value as MapReduceAnswer;
      if (answer.kind === "reduced" && message.phase === "reduce" && message.out !== null) {
        commitPart(this.#options.out!, task, message.out);
      }
      if (answer.kind !== "failed") return answer;
      const { record, problem, stack } = answer;
      if (!this.#job.skipBadRecords || record < 0) {
        const error = new Error(failureText(this.#job.name, phase, task, record, problem));
        throw Object.assign(error, { cause: Object.assign(new Error(problem), { stack }) });
      }
      if (record === last) {
        skip.push(record);
        this.#skipped.push({ phase, task, record });
      }
      last = record;
    }
  }
}

/** The job, and how its functions go to the threads. */
async function sent(job: Job | JobAddress): Promise<{ readonly job: Job; readonly functions: MapReduceSetup["functions"] }> {
  if (typeof job !== "object" || job === null) throw new TypeError(`the job must be what job({ … }) makes, or its address, got ${show(job)}`);
  if ("module" in job) {
    checkOptions("the address of the job", job, ["module", "name"]);
    return { job: (await jobOf(job)).job, functions: { kind: "module", ...job } };
  }
  if (typeof job.map !== "function" || typeof job.reduce !== "function") {
    throw new TypeError(`the job must be what job({ … }) makes, or its address, got ${show(job)}`);
  }
  const functions = {
    kind: "sent",
    map: portable(job.map, { name: "map" }),
    reduce: portable(job.reduce, { name: "reduce" }),
    combine: job.combine === null ? null : portable(job.combine, { name: "combine" }),
    partition: job.partition === partitionOfKey ? null : portable(job.partition, { name: "partition" }),
  } as const;
  return { job, functions };
}

function inputsOf(
  input: string | readonly string[] | readonly Split[],
  parts: number,
  splitBytes: number | undefined,
): readonly (TextSplit | Uint8Array)[] {
  const list = typeof input === "string" ? [input] : input;
  if (!Array.isArray(list)) throw new TypeError(`the input must be a path, a list of paths, or splits of records, got ${show(input)}`);
  if (list.every((item): item is string => typeof item === "string")) {
    const total = list.flatMap(filesOf).reduce((sum, { bytes }) => sum + bytes, 0);
    const size = splitBytes ?? Math.min(64 * MB, Math.max(MB, Math.ceil(total / parts)));
    return list.flatMap((path) => splitsOf(path, size));
  }
  return (list as readonly Split[]).map(({ name, records }) => {
    try {
      return encode(records);
    } catch (error) {
      throw new TypeError(`the input ${show(name)} cannot go to a thread: ${(error as Error).message}`, { cause: error });
    }
  });
}
