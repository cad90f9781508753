import { integer, options as checkOptions, show } from "../../core/parameters.js";
import { compareKeys } from "../keys.js";
import { Accumulator, Broadcast } from "./accumulator.js";
import type { Engine, JobResult, StageRow, TaskRow } from "./engine.js";
import { local } from "./local.js";
import { rangeBounds } from "./partitioner.js";
import { lineage, type Action, type NarrowNode, type Partitioner, type PlanNode } from "./plan.js";
import { Rdd, type Driver, type NewNode } from "./rdd.js";

/** Where and how a program on RDDs runs. */
export interface ContextOptions {
  /**
   * "local" (this thread, the default), an engine, or the name of one that another door brings: "threads[2]" after
   * `import "distlab/threads"`, "simulated" after `import "distlab/simulated"`, "local-cluster[2,1,1024]" after
   * `import "distlab/spark"`.
   */
  readonly master?: string | Engine;
  /** How many partitions data gets when nobody says (default: what the engine has of cores). */
  readonly parallelism?: number;
}

/** Makes an engine out of the name of a master. */
export interface Master {
  /** Which names it knows: /^threads\[\d+\]$/. */
  readonly pattern: RegExp;
  make(master: string): Engine;
}

const masters: Master[] = [{ pattern: /^local$/, make: () => local() }];
const doors = [
  { pattern: /^threads/, door: "distlab/threads" },
  { pattern: /^simulated/, door: "distlab/simulated" },
  { pattern: /^(spark:|local)/, door: "distlab/spark" },
];

/** Let `context({ master })` know an engine by name. Doors with engines do so when they are imported. */
export function registerMaster(master: Master): void {
  masters.push(master);
}

/** The driver of a program on RDDs. @throws RangeError where no engine knows the master */
export function context(options: ContextOptions = {}): Context {
  const { master = "local", parallelism } = checkOptions("context", options, ["master", "parallelism"]);
  if (parallelism !== undefined) integer("parallelism", parallelism, { min: 1, max: 100_000 });
  const engine = typeof master === "string" ? engineOf(master) : master;
  return new Context(engine, parallelism ?? engine.parallelism);
}

function engineOf(name: string): Engine {
  // The last one that was registered speaks first.
  for (let i = masters.length - 1; i >= 0; i--) if (masters[i]!.pattern.test(name)) return masters[i]!.make(name);
  const door = doors.find(({ pattern }) => pattern.test(name))?.door;
  const way = door === undefined ? 'use "local", or an engine of distlab/threads, distlab/simulated or distlab/spark' : `import ${show(door)} first`;
  throw new RangeError(`no engine knows the master ${show(name)}: ${way}`);
}

/** One action, as the driver saw it. */
export interface JobRow {
  readonly job: number;
  /** The action: "count". */
  readonly name: string;
  /** Partitions of the last stage that were asked for. */
  readonly partitions: number;
  readonly stages: number;
  readonly skippedStages: number;
  readonly tasks: number;
  /** Tasks whose attempt failed, or whose executor died. */
  readonly failures: number;
}

/**
 * What Spark calls SparkContext: makes RDDs out of data, and runs the jobs of their actions one after the other.
 * Made by `context()`.
 */
export class Context implements Driver {
  readonly engine: Engine;
  readonly parallelism: number;
  readonly jobs: JobRow[] = [];
  readonly stages: StageRow[] = [];
  readonly tasks: TaskRow[] = [];
  readonly #accumulators: Accumulator<any>[] = [];
  #nodes = 0;
  #jobs = 0;
  #broadcasts = 0;
  #stopped = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, parallelism: number) {
    this.engine = engine;
    this.parallelism = parallelism;
  }

  /** An RDD of a list, cut into `partitions` slices of about equal length. `preferred` names the nodes where each slice is. */
  parallelize<T>(items: Iterable<T>, partitions: number = this.parallelism, { preferred }: { readonly preferred?: readonly (readonly string[])[] } = {}): Rdd<T> {
    integer("partitions", partitions, { min: 1, max: 1_000_000 });
    if (typeof items !== "object" || items === null || !(Symbol.iterator in items)) {
      throw new TypeError(`parallelize needs a list or another iterable of items, got ${show(items)}`);
    }
    const list = [...items];
    // Slice i is [i n / p, (i + 1) n / p), as ParallelCollectionRDD cuts it.
    const slices = Array.from({ length: partitions }, (_, i) =>
      list.slice(Math.floor((i * list.length) / partitions), Math.floor(((i + 1) * list.length) / partitions)),
    );
    if (preferred !== undefined && preferred.length !== partitions) {
      throw new RangeError(`preferred must have one list of nodes for each of the ${partitions} partitions, got ${preferred.length}`);
    }
    return new Rdd<T>(this, {
      ...this.node("parallelize", [], partitions),
      kind: "source",
      source: { kind: "slices", slices, preferred: preferred ?? null },
    });
  }

  /** The numbers from `start` up to, not including, `end`. */
  range(start: number, end: number, step: number = 1, partitions: number = this.parallelism): Rdd<number> {
    if (step === 0 || !Number.isFinite(step)) throw new RangeError(`step must be a number other than 0, got ${show(step)}`);
    const length = Math.max(0, Math.ceil((end - start) / step));
    return this.parallelize(Array.from({ length }, (_, i) => start + i * step), partitions);
  }

  /** An RDD without partitions. */
  emptyRdd<T = never>(): Rdd<T> {
    return new Rdd<T>(this, { ...this.node("emptyRdd", [], 0), kind: "source", source: { kind: "slices", slices: [], preferred: null } });
  }

  /** The lines of a text file, of the files of a folder, or of several parted by commas; at least `partitions` partitions, unless it is short. */
  textFile(path: string, partitions: number = Math.min(2, this.parallelism)): Rdd<string> {
    integer("partitions", partitions, { min: 1, max: 1_000_000 });
    const { files } = this.engine;
    if (files === null) throw new Error(`the engine ${show(this.engine.name)} has no files: textFile works on those of distlab/threads and distlab/spark, or with memoryFiles`);
    const splits = files.splits(path, partitions);
    return new Rdd<string>(this, { ...this.node(`textFile ${path}`, [], splits.length), kind: "source", source: { kind: "text", splits } });
  }

  /** The partitions of all these RDDs, one after the other. */
  union<T>(rdds: readonly Rdd<T>[]): Rdd<T> {
    const [first, ...others] = rdds;
    if (first === undefined) return this.emptyRdd();
    return others.length === 0 ? first : first.union(...others);
  }

  /** A value for all tasks, sent once to each node. */
  broadcast<T>(value: T): Broadcast<T> {
    return new Broadcast(this.#broadcasts++, value);
  }

  /** A sum that tasks add numbers to; with `zero` and `merge`, anything else that is associative and commutative. */
  accumulator(name: string): Accumulator<number>;
  accumulator<T>(name: string, zero: T, merge: (sum: T, update: T) => T): Accumulator<T>;
  accumulator<T>(name: string, zero?: T, merge?: (sum: T, update: T) => T): Accumulator<T> | Accumulator<number> {
    const id = this.#accumulators.length;
    const one =
      merge === undefined
        ? new Accumulator<number>(id, name, 0, (sum, update) => sum + update)
        : new Accumulator<T>(id, name, zero as T, merge);
    this.#accumulators.push(one);
    return one as Accumulator<T>;
  }

  /** End the engine. No action is possible afterwards. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#queue.catch(() => {});
    await this.engine.stop();
  }

  /** The common fields of a new node of a lineage. */
  node(operator: string, parents: readonly PlanNode[], partitions: number, partitioner: Partitioner | null = null): NewNode {
    const id = this.#nodes++;
    return { id, operator, parents, partitions, partitioner, name: "", level: "NONE" as const, checkpoint: null, cost: null };
  }

  /** Run an action on partitions of a node: first the small jobs that it needs, then its own. Jobs wait for each other. */
  act(node: PlanNode, action: Action, partitions: readonly number[], name: string): Promise<readonly unknown[]> {
    const job = this.#queue.then(async () => {
      if (this.#stopped) throw new Error(`${name}: the context was stopped`);
      await this.#prepare(node);
      const results = await this.#run(node, action, partitions, name);
      await this.#takeCheckpoints(node);
      return results;
    });
    this.#queue = job.catch(() => {});
    return job;
  }

  unpersist(node: PlanNode): Promise<void> {
    return this.engine.unpersist(node);
  }

  async #run(node: PlanNode, action: Action, partitions: readonly number[], name: string): Promise<readonly unknown[]> {
    const job = { id: this.#jobs++, node, action, partitions, name };
    this.engine.check?.(job);
    const { results, updates, stages, tasks } = await this.engine.run(job);
    for (const { accumulator, value } of updates) this.#accumulators[accumulator]!.add(value);
    this.#note(job.id, name, partitions.length, { stages, tasks });
    return results;
  }

  #note(job: number, name: string, partitions: number, { stages, tasks }: Pick<JobResult, "stages" | "tasks">): void {
    for (const row of stages) this.stages.push(row);
    for (const row of tasks) this.tasks.push(row);
    this.jobs.push({
      job,
      name,
      partitions,
      stages: stages.length,
      skippedStages: stages.filter(({ skipped }) => skipped).length,
      tasks: tasks.length,
      failures: tasks.filter(({ outcome }) => outcome === "failed" || outcome === "lost").length,
    });
  }

  /** Find the bounds of ranges and the indexes of partitions that the lineage still lacks, parents before children. */
  async #prepare(node: PlanNode): Promise<void> {
    for (const one of lineage(node)) {
      const { partitioner } = one;
      if (one.kind === "shuffle" && partitioner?.kind === "range" && partitioner.bounds.keys === null) {
        partitioner.bounds.keys = await this.#bounds(one.parents[0]!, partitioner.partitions);
      } else if (one.kind === "narrow" && one.step.kind === "zipWithIndex" && one.step.starts.at === null) {
        one.step.starts.at = await this.#starts(one);
      }
    }
  }

  /** Sample about 20 keys for each partition to be, three times that where partitions are uneven, as Spark's RangePartitioner does. */
  async #bounds(parent: PlanNode, partitions: number): Promise<unknown[]> {
    if (partitions === 1 || parent.partitions === 0) return [];
    const size = Math.ceil((3 * Math.min(20 * partitions, 1_000_000)) / parent.partitions);
    const action: Action = { kind: "sampleKeys", size, seed: "range bounds" };
    const samples = (await this.#run(parent, action, every(parent.partitions), "sortByKey: sample")) as readonly { count: number; keys: unknown[] }[];
    const weighed = samples.flatMap(({ count, keys }) => keys.map((key) => ({ key, weight: count / keys.length })));
    for (let i = 1; i < weighed.length; i++) compareKeys(weighed[i - 1]!.key, weighed[i]!.key);
    return rangeBounds(weighed, partitions);
  }

  async #starts(node: NarrowNode): Promise<number[]> {
    const parent = node.parents[0]!;
    const counts = (await this.#run(parent, { kind: "count" }, every(Math.max(0, parent.partitions - 1)), "zipWithIndex: count")) as number[];
    const starts = [0];
    for (const count of counts) starts.push(starts[starts.length - 1]! + count);
    return starts;
  }

  readonly #asked = new Set<PlanNode>();

  /** Save the node at the end of the first job that computes it, and forget how it came about. */
  askCheckpoint(node: PlanNode): void {
    this.#asked.add(node);
  }

  async #takeCheckpoints(node: PlanNode): Promise<void> {
    if (this.#asked.size === 0) return;
    for (const one of lineage(node)) {
      if (!this.#asked.delete(one)) continue;
      const slices = (await this.#run(one, { kind: "collect" }, every(one.partitions), "checkpoint")) as unknown[][];
      one.checkpoint = { slices };
    }
  }
}

/** The numbers from 0 to `n - 1`. */
function every(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

