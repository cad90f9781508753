import { bytesOf } from "../../core/canonical.js";
import { clone } from "../../core/clone.js";
import { finite, options as checkOptions } from "../../core/parameters.js";
import { countingUpdates, type AccumulatorUpdate } from "./accumulator.js";
import { combinesOnMapSide, MapSide } from "./aggregate.js";
import { blockStore, forgetBlocks, holdsBlock, keepBlock, readBlock, type BlockStore } from "./block-store.js";
import { TaskError, type Engine, type Files, type Job, type JobResult, type KeptRow, type StageRow, type TaskRow } from "./engine.js";
import { computePartition, inBatches, listOf, nameOfStep, StepError, type Batches, type Surroundings } from "./evaluate.js";
import { batchSize, perform } from "./perform.js";
import { lineage, type PlanNode, type ShuffleNode } from "./plan.js";
import { needsOf, stagesOf, type Stage } from "./stages.js";

/** What the engine in this thread may be given. */
export interface LocalOptions {
  /** How many partitions data gets when nobody says (default 2). */
  readonly parallelism?: number;
  /** Memory for kept partitions, in bytes of their JSON (default: without end, and then bytes are not counted). */
  readonly memory?: number;
  /** Text files (default none). */
  readonly files?: Files | null;
}

/**
 * The engine in this thread: one task after the other, everything in memory. The reference for all others, and what runs in
 * a browser. It has no clock: its rows tell what ran, not for how long.
 */
export function local(options: LocalOptions = {}): Engine {
  const { parallelism = 2, memory = Infinity, files = null } = checkOptions("local", options, ["parallelism", "memory", "files"]);
  if (memory !== Infinity) finite("memory", memory);
  return new LocalEngine(parallelism, memory, files);
}

class LocalEngine implements Engine {
  readonly name: string = "local";
  readonly parallelism: number;
  readonly files: Files | null;
  readonly #counted: boolean;
  readonly #store: BlockStore;
  /** The blocks of each shuffle by map partition and reduce partition. */
  readonly #shuffles = new Map<ShuffleNode, unknown[][][]>();
  readonly #names = new Map<number, string>();
  /** Two contexts may share the engine, and their nodes have the same ids: here each node has a number of its own. */
  readonly #numbers = new WeakMap<PlanNode, number>();
  #nodes = 0;
  #stages = 0;

  constructor(parallelism: number, memory: number, files: Files | null) {
    this.parallelism = parallelism;
    this.files = files;
    this.#counted = memory !== Infinity;
    this.#store = blockStore(memory);
  }

  check(job: Job): void {
    for (const node of lineage(job.node)) {
      if (node.kind === "narrow" && node.step.kind === "pipe") {
        throw new Error(`${nameOfStep(node)}: the engine "local" has no processes; use that of distlab/threads or distlab/spark`);
      }
    }
  }

  async run(job: Job): Promise<JobResult> {
    const run = new LocalRun(this.#shuffles, this.#store, job, {
      files: this.files, counted: this.#counted, firstStage: this.#stages, numberOf: (node) => this.#numberOf(node),
    });
    const result = run.result();
    this.#stages += result.stages.length;
    for (const node of lineage(job.node)) if (node.level !== "NONE") this.#names.set(this.#numberOf(node), nameOfStep(node));
    return result;
  }

  kept(): readonly KeptRow[] {
    const rows = (where: "memory" | "disk"): KeptRow[] =>
      Array.from(this.#store[where].values(), ({ node, partition, bytes }) => ({
        rdd: this.#names.get(node) ?? String(node), partition, executor: "driver", where, bytes,
      }));
    return [...rows("memory"), ...rows("disk")].sort((a, b) => a.partition - b.partition);
  }

  async unpersist(node: PlanNode): Promise<void> {
    forgetBlocks(this.#store, this.#numberOf(node));
  }

  #numberOf(node: PlanNode): number {
    if (!this.#numbers.has(node)) this.#numbers.set(node, this.#nodes++);
    return this.#numbers.get(node)!;
  }

  async stop(): Promise<void> {
    this.#shuffles.clear();
    for (const { node } of [...this.#store.memory.values(), ...this.#store.disk.values()]) forgetBlocks(this.#store, node);
  }
}

/** One job: its stages from the sources on, only as far as partitions are missing. */
class LocalRun {
  readonly #updates: AccumulatorUpdate[] = [];
  readonly #tasks: TaskRow[] = [];
  readonly #stageRows: StageRow[] = [];
  /** The stage that writes each shuffle, and the stage of the action under null. */
  readonly #stages: ReadonlyMap<ShuffleNode | null, Stage>;

  constructor(
    readonly shuffles: Map<ShuffleNode, unknown[][][]>,
    readonly store: BlockStore,
    readonly job: Job,
    readonly settings: { readonly files: Files | null; readonly counted: boolean; readonly firstStage: number; readonly numberOf: (node: PlanNode) => number },
  ) {
    this.#stages = new Map(stagesOf(job.node).map((stage) => [stage.shuffle, stage]));
  }

  result(): JobResult {
    const { node, partitions, action } = this.job;
    const write = (partition: number) => (path: string, lines: Iterable<string>) => this.settings.files!.write(path, partition, lines);
    this.#provide(node, partitions);
    const results = partitions.map((partition) => this.#task(null, partition, (batches) => perform(action, batches, write(partition))));
    const numbers = [...this.#stages.keys()];
    for (const [i, stage] of [...this.#stages.values()].entries()) {
      const number = this.settings.firstStage + i;
      const tasks = this.#tasks.filter((row) => row.stage === number).length;
      this.#stageRows.push({
        job: this.job.id,
        stage: number,
        name: stage.shuffle === null ? this.job.name : nameOfStep(stage.node),
        parents: stage.reads.map((read) => this.settings.firstStage + numbers.indexOf(read)),
        tasks,
        skipped: tasks === 0 && partitions.length > 0,
      });
    }
    return { results, updates: this.#updates, stages: this.#stageRows, tasks: this.#tasks };
  }

  /** Run what is missing of the shuffles that these partitions read. */
  #provide(node: PlanNode, partitions: readonly number[]): void {
    const read = new Set<ShuffleNode>();
    for (const partition of partitions) {
      const needs = needsOf(node, partition, (need) => holdsBlock(this.store, { node: this.settings.numberOf(need.node), partition: need.partition }));
      for (const need of needs.read) if (need.node.kind === "shuffle" && need.node.checkpoint === null) read.add(need.node);
    }
    for (const shuffle of read) {
      if (this.shuffles.has(shuffle)) continue;
      const parent = shuffle.parents[0]!;
      const all = Array.from({ length: parent.partitions }, (_, i) => i);
      this.#provide(parent, all);
      const blocks = all.map((partition) =>
        this.#task(shuffle, partition, (batches) => {
          const side = new MapSide(shuffle);
          for (const batch of batches) side.add(batch);
          return side.drain();
        }),
      );
      this.shuffles.set(shuffle, blocks);
    }
  }

  /** One task: what `work` makes of the partition's items, and a row that tells of it. */
  #task<R>(shuffle: ShuffleNode | null, partition: number, work: (batches: Batches) => R): R {
    const node = shuffle === null ? this.job.node : shuffle.parents[0]!;
    let [hits, misses, shuffleRead] = [0, 0, 0];
    const around: Surroundings = {
      batch: shuffle === null ? batchSize(this.job.action) : 1_024,
      blocks: (read, reduce) =>
        this.shuffles.get(read)!.map((blocks) => {
          shuffleRead += blocks[reduce]!.length;
          return fresh(read, blocks[reduce]!);
        }),
      kept: (kept, place, make) => {
        const id = { node: this.settings.numberOf(kept), partition: place };
        const found = readBlock(this.store, id);
        if (found !== null) {
          hits++;
          return inBatches(found.block.items, around.batch);
        }
        misses++;
        const items = listOf(make());
        keepBlock(this.store, { ...id, items, bytes: this.settings.counted ? bytesOf(items) : 0, level: kept.level });
        return inBatches(items, around.batch);
      },
      lines: (split) => this.settings.files!.lines(split),
      pipe: () => [],
    };
    try {
      const { result, updates } = countingUpdates(() => work(computePartition(node, partition, around)));
      this.#updates.push(...updates);
      const written = shuffle === null ? 0 : (result as unknown[][]).reduce((sum, block) => sum + block.length, 0);
      const stage = this.settings.firstStage + [...this.#stages.keys()].indexOf(shuffle);
      this.#tasks.push({
        job: this.job.id, stage, partition, attempt: 0, executor: "driver", locality: hits > 0 ? "PROCESS_LOCAL" : "NO_PREF",
        from: null, to: null, outcome: "done", speculative: false, hits, misses, shuffleRead, shuffleWritten: written,
      });
      return result;
    } catch (error) {
      throw error instanceof StepError ? new TaskError(partition, 1, error) : error;
    }
  }
}

/** The pairs of a block, for one reader: combined values that are lists or objects may be changed by the one who merges them. */
export function fresh(shuffle: ShuffleNode, block: readonly unknown[]): Iterable<unknown> {
  const { aggregation } = shuffle;
  if (!combinesOnMapSide(aggregation)) return block;
  return block.map((pair) => {
    const [key, value] = pair as readonly [unknown, unknown];
    return typeof value === "object" && value !== null ? [key, clone(value)] : pair;
  });
}
