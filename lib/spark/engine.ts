import { TaskError, type Engine, type Files, type Job, type JobResult, type KeptRow, type Locality, type StageRow, type TaskRow } from "../compute/rdd/engine.js";
import type { AccumulatorUpdate, Broadcast } from "../compute/rdd/accumulator.js";
import { nameOfStep, StepError } from "../compute/rdd/evaluate.js";
import type { PlanNode } from "../compute/rdd/plan.js";
import { shufflesRead } from "../compute/rdd/stages.js";
import { decode, encode } from "../compute/records.js";
import { checkInterrupt } from "../core/interrupt.js";
import { integer, options as checkOptions, show } from "../core/parameters.js";
import { localFiles } from "../threads/files.js";
import { Driver } from "./driver.js";
import { findSpark } from "./find.js";
import { shipPlan, type Unit } from "./plan.js";
import { sparkProgram } from "./program.js";
import type { Message } from "./wire.js";

/** How RDDs are computed on Apache Spark. */
export interface SparkOptions {
  /**
   * Where Spark runs, as Spark writes it: "spark://host:port", or on this machine "local-cluster[executors,cores,MB]" (executors
   * in processes of their own) or "local[threads]".
   */
  readonly master: string;
  /** How many partitions data gets when nobody says (1 to 10,000; default: the cores that the master names, or 2). */
  readonly parallelism?: number;
  /** Spark's own settings, such as { "spark.executor.memory": "2g" }. */
  readonly conf?: Readonly<Record<string, string>>;
  /** The Python that has PySpark, here and beside the executors. Default: the course's own. */
  readonly python?: string;
  /** The Node.js beside the executors. Default: the one that runs here. */
  readonly node?: string;
  /** The application's name in Spark's own pages (default "Distlab"). */
  readonly name?: string;
}

/** What a master looks like. */
export const masters: RegExp = /^(spark:\/\/\S+|local-cluster\[\s*\d+\s*,\s*\d+\s*,\s*\d+\s*\]|local\[(\d+|\*)\])$/;

/** An engine that also shows the program that it gives to Spark. */
export interface SparkEngine extends Engine {
  /** The programs of the jobs so far, in order: Python, as Spark's driver ran them. */
  readonly programs: readonly string[];
}

/**
 * The engine that gives plans to a real Apache Spark: `context({ master: "local-cluster[2,1,1024]" })`. Spark schedules tasks,
 * shuffles, keeps and recovers partitions; the user's functions run in Node.js beside its executors. Starts with the first
 * action, which takes some seconds.
 *
 * Files are read and written where the executors are: on a cluster of several machines, paths must mean the same on all.
 *
 * @throws RangeError or TypeError for an option out of its range; Error at the first action where Spark is not installed
 */
export function spark(options: SparkOptions): SparkEngine {
  checkOptions("spark", options, ["master", "parallelism", "conf", "python", "node", "name"]);
  const { master, conf = {}, node = process.execPath, name = "Distlab", python } = options;
  if (typeof master !== "string" || !masters.test(master)) {
    throw new RangeError(`master must be "spark://host:port", "local-cluster[executors,cores,MB]" or "local[threads]", got ${show(master)}`);
  }
  if (options.parallelism !== undefined) integer("parallelism", options.parallelism, { min: 1, max: 10_000 });
  return new SparkRuns({ master, conf, node, name, python, parallelism: options.parallelism ?? coresOf(master) });
}

interface Settings {
  readonly master: string;
  readonly conf: Readonly<Record<string, string>>;
  readonly node: string;
  readonly name: string;
  readonly python: string | undefined;
  readonly parallelism: number;
}

class SparkRuns implements SparkEngine {
  readonly name: string;
  readonly parallelism: number;
  readonly files: Files = localFiles();
  readonly programs: string[] = [];
  readonly #settings: Settings;
  #driver: Driver | null = null;
  /** What Spark has under which name. */
  readonly #known = new Map<string, PlanNode>();
  readonly #numbers = new WeakMap<object, number>();
  readonly #broadcasts = new Set<number>();
  #numbered = 0;
  #jobs = 0;
  #stages = 0;
  #began = 0;
  #kept: readonly KeptRow[] = [];

  constructor(settings: Settings) {
    this.#settings = settings;
    this.name = settings.master;
    this.parallelism = settings.parallelism;
  }

  check(job: Job): void {
    const { units } = this.#programOf(job, 0);
    shipPlan(units, (broadcast) => this.#number(broadcast));
  }

  async run(job: Job): Promise<JobResult> {
    if (job.partitions.length === 0) return { results: [], updates: [], stages: [], tasks: [] };
    const driver = this.#started();
    const number = this.#jobs++;
    const fresh: Broadcast<unknown>[] = [];
    const first = this.#programOf(job, 0);
    const plan = shipPlan(first.units, (broadcast) => {
      const known = this.#number(broadcast);
      if (!this.#broadcasts.has(known)) {
        this.#broadcasts.add(known);
        fresh.push(broadcast);
      }
      return known;
    });
    const program = this.#programOf(job, 1 + fresh.length);
    this.programs.push(program.text);
    const message: Message = {
      words: {
        kind: "job", job: number, name: job.name, program: program.text,
        broadcasts: fresh.map((broadcast, i) => [this.#number(broadcast), 1 + i]),
      },
      blobs: [encode([plan]), ...fresh.map(({ value }) => encode([value])), ...program.data],
    };
    const { words, blobs } = await interruptible(driver.run(number, message), () => driver.cancel(number));
    if (words.kind === "failed") throw failure(words);
    for (const [name, node] of program.made) this.#known.set(name, node);
    const results = words["results"] as number;
    const { stages, tasks } = this.#rows(job, program.units, words["stages"] as readonly SparkStage[]);
    this.#kept = (words["kept"] as readonly SparkKept[]).map((row) => this.#keptRow(row));
    return {
      results: blobs.slice(0, results).map((block) => decode(block)[0]),
      updates: blobs.slice(results).flatMap((block) => decode(block) as AccumulatorUpdate[]),
      stages,
      tasks,
    };
  }

  kept(): readonly KeptRow[] {
    return this.#kept;
  }

  async unpersist(node: PlanNode): Promise<void> {
    const names = [...this.#known].filter(([name, one]) => one === node && name.startsWith("kept")).map(([name]) => name);
    for (const name of names) this.#known.delete(name);
    this.#kept = this.#kept.filter(({ rdd }) => rdd !== nameOfStep(node));
    if (names.length > 0) this.#driver?.forget(names);
  }

  async stop(): Promise<void> {
    const driver = this.#driver;
    this.#forget();
    await driver?.stop();
  }

  #programOf(job: Job, firstBlob: number): ReturnType<typeof sparkProgram> {
    const known = this.#driver === null || this.#driver.hasEnded ? new Set<string>() : new Set(this.#known.keys());
    return sparkProgram(job, { known, firstBlob, numberOf: (node) => this.#number(node) });
  }

  /** The driver, which starts with the first job; a new one if it has ended. */
  #started(): Driver {
    if (this.#driver !== null && !this.#driver.hasEnded) return this.#driver;
    this.#forget();
    const { master, conf, node, name, python } = this.#settings;
    const isHere = !master.startsWith("spark:");
    const own = isHere ? { "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1" } : {};
    this.#began = Date.now();
    this.#driver = new Driver({
      spark: findSpark(python),
      master, name, node,
      conf: { "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", ...own, ...conf },
      // In one process with its driver, Spark tries a task once.
      attempts: Number(conf["spark.task.maxFailures"] ?? (master.startsWith("local[") ? 1 : 4)),
    });
    return this.#driver;
  }

  #forget(): void {
    this.#driver = null;
    this.#known.clear();
    this.#broadcasts.clear();
    this.#kept = [];
  }

  #number(of: object): number {
    let number = this.#numbers.get(of);
    if (number === undefined) this.#numbers.set(of, (number = this.#numbered++));
    return number;
  }

  /** Spark's stages and tasks as rows. A stage is called after the last of the plan's units that ran in it. */
  #rows(job: Job, units: readonly Unit[], given: readonly SparkStage[]): { stages: StageRow[]; tasks: TaskRow[] } {
    const first = this.#stages;
    this.#stages += given.length;
    const tasks = given.flatMap((stage, i) => stage.tasks.map((task): TaskRow => taskRow(task, { job: job.id, stage: first + i, began: this.#began })));
    const writerOf = (shuffle: PlanNode): number[] => {
      const unit = units.findIndex(({ end }) => end.kind === "shuffle" && end.shuffle === shuffle);
      const place = given.findIndex((stage) => stage.units.includes(unit));
      return place < 0 ? [] : [first + place];
    };
    const stages = given.map((stage, i): StageRow => {
      const last = units[stage.units.at(-1) ?? -1];
      const name = last === undefined ? "moves blocks" : last.end.kind === "action" ? job.name : nameOfStep(last.root);
      return {
        job: job.id,
        stage: first + i,
        name,
        parents: [...new Set(stage.units.flatMap((unit) => shufflesRead(units[unit]!.root).flatMap(writerOf)))].filter((parent) => parent !== first + i),
        tasks: stage.tasks.length,
        skipped: stage.status === "SKIPPED",
      };
    });
    return { stages, tasks };
  }

  #keptRow({ rdd, partition, executor, memory, disk }: SparkKept): KeptRow {
    const node = this.#known.get(rdd);
    return { rdd: node === undefined ? rdd : nameOfStep(node), partition, executor, where: memory > 0 ? "memory" : "disk", bytes: memory > 0 ? memory : disk };
  }
}

interface SparkStage {
  readonly stage: number;
  readonly status: string;
  readonly units: readonly number[];
  readonly tasks: readonly SparkTask[];
}

interface SparkTask {
  readonly partition: number;
  readonly attempt: number;
  readonly executor: string;
  readonly locality: string;
  readonly status: string;
  readonly speculative: boolean;
  readonly from: number;
  readonly ms: number | null;
  readonly read: number;
  readonly written: number;
}

interface SparkKept {
  readonly rdd: string;
  readonly partition: number;
  readonly executor: string;
  readonly memory: number;
  readonly disk: number;
}

function taskRow(task: SparkTask, { job, stage, began }: { readonly job: number; readonly stage: number; readonly began: number }): TaskRow {
  const from = task.from - began;
  return {
    job, stage,
    partition: task.partition,
    attempt: task.attempt,
    executor: `executor ${task.executor}`,
    locality: task.locality as Locality,
    from,
    to: task.ms === null ? null : from + task.ms,
    outcome: task.status === "SUCCESS" ? "done" : task.status === "KILLED" ? "late" : "failed",
    speculative: task.speculative,
    // Spark does not tell of them by task.
    hits: 0,
    misses: 0,
    shuffleRead: task.read,
    shuffleWritten: task.written,
  };
}

/** What the driver says of a job that failed, as the error that a job rejects with. */
function failure(words: Message["words"]): Error {
  const told = words["error"] as { readonly step: string; readonly item: string; readonly name: string; readonly message: string; readonly stack: string; readonly partition: number } | null;
  if (told === null) return new Error(`Spark could not run the job: ${words["text"]}`);
  const cause = Object.assign(new Error(told.message), { name: told.name, stack: told.stack });
  return new TaskError(told.partition, words["attempts"] as number, told.step === "" ? cause : new StepError(told.step, told.item, cause));
}

function coresOf(master: string): number {
  const numbers = master.startsWith("spark:") ? [] : (master.match(/\d+/g) ?? []).map(Number);
  return Math.max(2, master.startsWith("local-cluster") ? numbers[0]! * numbers[1]! : (numbers[0] ?? 2));
}

/** Ends with the library's interrupt, if that comes first. */
async function interruptible<T>(work: Promise<T>, cancel: () => void): Promise<T> {
  let watcher: ReturnType<typeof setInterval> | undefined;
  const interrupted = new Promise<never>((_, reject) => {
    watcher = setInterval(() => {
      try {
        checkInterrupt();
      } catch (error) {
        cancel();
        reject(error);
      }
    }, 50);
  });
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    clearInterval(watcher);
  }
}
