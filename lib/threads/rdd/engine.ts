import { join } from "node:path";
import { availableParallelism, tmpdir } from "node:os";
import { portable, type AnyFunction } from "../../compute/portable.js";
import { decode, encode } from "../../compute/records.js";
import type { AccumulatorUpdate } from "../../compute/rdd/accumulator.js";
import { TaskError, type Engine, type Files, type Job, type JobResult, type KeptRow, type StageRow, type TaskRow } from "../../compute/rdd/engine.js";
import { nameOfStep, StepError } from "../../compute/rdd/evaluate.js";
import type { Apply, PlanNode, ShuffleNode } from "../../compute/rdd/plan.js";
import { packShared, type Packed } from "../../compute/rdd/shared-values.js";
import { shipAction, shipNodes } from "../../compute/rdd/ship.js";
import { chainOf, needsOf, stagesOf, type Need, type Stage } from "../../compute/rdd/stages.js";
import { integer, options as checkOptions } from "../../core/parameters.js";
import { here } from "../entry.js";
import { localFiles } from "../files.js";
import { Pool, type Attempt } from "../pool.js";
import { runBytes, type Run } from "../runs.js";
import { removeFolder, temporaryFolder } from "../temporary.js";
import type { KeptBlock, RddAnswer, RddMessage, RddSetup } from "./task.js";

/** How RDDs are computed on the threads of this machine. */
export interface ThreadsOptions {
  /** How many threads (1 to 64). Default: one for each core. */
  readonly threads?: number;
  /** How much memory all of it may take, in MB (16 to 1,000,000; default 512): a third of each thread's heap is for kept partitions. */
  readonly memory?: number;
  /** The longest line that is read, in bytes. Default 16 MiB. */
  readonly longestLine?: number;
  /** Where blocks are written that do not fit into memory, in a folder that is removed at the end. Default: the machine's folder for such. */
  readonly temporary?: string;
  /** The address of the module that each thread runs in the place of distlab's own, which it must load. */
  readonly entry?: string;
}

/** An engine whose threads can be killed: to see that it does not matter. */
export interface ThreadsEngine extends Engine {
  /** End a thread in the midst of what it does: what it kept is lost, and what it did is done again by another. */
  kill(thread: number): void;
}

const MB = 1 << 20;

/**
 * The engine on the threads of this machine: `context({ master: threads({ threads: 2 }) })`, or by its name,
 * `context({ master: "threads[2]" })`. Outputs of shuffles stay with the driver, so a thread that dies loses only its task
 * and the partitions that it kept, and exactly these are computed again.
 *
 * @throws RangeError or TypeError for an option out of its range
 */
export function threads(options: ThreadsOptions = {}): ThreadsEngine {
  checkOptions("threads", options, ["threads", "memory", "longestLine", "temporary", "entry"]);
  const count = integer("threads", options.threads ?? availableParallelism(), { min: 1, max: 64 });
  const memory = integer("memory", options.memory ?? 512, { min: 16, max: 1_000_000 });
  const longestLine = integer("longestLine", options.longestLine ?? 16 * MB, { min: 1 });
  return new Threads({ count, memory, longestLine, temporary: options.temporary ?? tmpdir(), entry: options.entry ?? here });
}

interface Settings {
  readonly count: number;
  readonly memory: number;
  readonly longestLine: number;
  readonly temporary: string;
  readonly entry: string;
}

/** What shuffles have written: for each reduce partition the runs, in the order of map partitions. */
type Outputs = readonly (readonly Run[])[];

class Threads implements ThreadsEngine {
  readonly name: string;
  readonly parallelism: number;
  readonly files: Files;
  readonly #settings: Settings;
  readonly #shuffles = new Map<ShuffleNode, Promise<Outputs>>();
  readonly #finished = new Map<ShuffleNode, Outputs>();
  /** What each thread keeps, by node and partition. */
  readonly #kept: Map<string, KeptBlock>[];
  readonly #names = new Map<number, string>();
  /** The engine's own numbers: those of nodes and broadcast variables are unique in their context only. */
  readonly #numbers = new WeakMap<object, number>();
  readonly #broadcasts = new Set<number>();
  /** Portable forms that were made before: a function is read once. */
  readonly #portables = new WeakMap<Apply, unknown>();
  #machine: { readonly pool: Pool; readonly folder: string } | null = null;
  #stages = 0;
  #spills = 0;
  #numbered = 0;
  /** Bytes of shuffles that are held in memory. */
  #held = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.name = `threads[${settings.count}]`;
    this.parallelism = settings.count;
    this.files = localFiles({ longestLine: settings.longestLine });
    this.#kept = Array.from({ length: settings.count }, () => new Map());
  }

  check(job: Job): void {
    for (const stage of stagesOf(job.node)) this.#planOf(stage, job, 0);
  }

  async run(job: Job): Promise<JobResult> {
    const first = this.#stages;
    const stages = stagesOf(job.node);
    this.#stages += stages.length;
    for (const stage of stages) for (const node of chainOf(stage.node)) if (node.level !== "NONE") this.#names.set(this.#number(node), nameOfStep(node));
    const run = new RddRun({ engine: this, job, stages, first });
    return await run.result();
  }

  kept(): readonly KeptRow[] {
    const rows = this.#kept.flatMap((blocks, thread) =>
      Array.from(blocks.values(), ({ node, partition, where, bytes }): KeptRow => ({
        rdd: this.#names.get(node) ?? String(node), partition, executor: nameOfThread(thread), where, bytes,
      })),
    );
    return rows.sort((a, b) => a.partition - b.partition);
  }

  async unpersist(node: PlanNode): Promise<void> {
    const number = this.#number(node);
    for (const blocks of this.#kept) for (const [key, block] of blocks) if (block.node === number) blocks.delete(key);
    this.#machine?.pool.forget("", { kind: "unpersist", node: number } satisfies RddSetup);
  }

  async stop(): Promise<void> {
    const machine = this.#machine;
    this.#machine = null;
    this.#forget();
    if (machine === null) return;
    await machine.pool.stop();
    removeFolder(machine.folder);
  }

  kill(thread: number): void {
    this.#machine?.pool.kill(thread);
  }

  /** The pool, which begins with the first task. After an interrupt a new one does. */
  get pool(): Pool {
    if (this.#machine !== null && !this.#machine.pool.isStopped) return this.#machine.pool;
    if (this.#machine !== null) removeFolder(this.#machine.folder);
    this.#forget();
    const { count, memory, longestLine, temporary, entry } = this.#settings;
    const folder = temporaryFolder(temporary);
    const heapMb = Math.max(12, Math.floor((memory * 0.75) / count));
    const pool: Pool = new Pool({
      threads: count,
      heapMb,
      entry,
      ended: (attempt) => (attempt.label as RddLabel).ended(attempt),
      died: (thread) => this.#kept[thread]!.clear(),
    });
    pool.setup("settings", {
      kind: "settings",
      settings: { longestLine, keep: Math.floor((heapMb * MB) / 3), budget: Math.floor((heapMb * MB) / 4) },
    } satisfies RddSetup);
    this.#machine = { pool, folder };
    return pool;
  }

  /** How much one more task may give back in memory: a quarter of it is for shuffles. */
  inline(tasks: number): number {
    return Math.max(0, Math.floor((this.#settings.memory * MB * 0.25 - this.#held) / tasks));
  }

  spill(): string {
    return join(this.#machine!.folder, `run-${++this.#spills}`);
  }

  isKept(thread: number, { node, partition }: Need): boolean {
    return this.#kept[thread]!.has(`${this.#number(node)}/${partition}`);
  }

  /** The thread that has most of what a task can find kept; null: none has any, and nothing is to be kept. */
  threadFor(node: PlanNode, partition: number): number | null {
    let best: number | null = null;
    let most = 0;
    for (let thread = 0; thread < this.#kept.length; thread++) {
      if (this.#kept[thread]!.size === 0) continue;
      const { length } = needsOf(node, partition, (need) => this.isKept(thread, need)).kept;
      if (length > most) [best, most] = [thread, length];
    }
    if (best !== null) return best;
    // What will be kept is dealt out evenly, so that partitions of the same number come together.
    return chainOf(node).some(({ level }) => level !== "NONE") ? partition % this.#kept.length : null;
  }

  noteKept(thread: number, { kept, dropped }: Extract<RddAnswer, { kind: "result" | "written" }>): void {
    for (const { node, partition } of dropped) this.#kept[thread]!.delete(`${node}/${partition}`);
    for (const block of kept) this.#kept[thread]!.set(`${block.node}/${block.partition}`, block);
  }

  /** The outputs of a shuffle that has been made. */
  outputs(shuffle: ShuffleNode): Outputs {
    return this.#finished.get(shuffle)!;
  }

  /** The outputs of a shuffle: those that are there, or that are being made, or what `make` makes. */
  shuffled(shuffle: ShuffleNode, make: () => Promise<Outputs>): Promise<Outputs> {
    const known = this.#shuffles.get(shuffle);
    if (known !== undefined) return known;
    const made = make().then(
      (outputs) => {
        this.#finished.set(shuffle, outputs);
        for (const run of outputs.flat()) if (run.kind === "blocks") this.#held += runBytes(run);
        return outputs;
      },
      (error: unknown) => {
        this.#shuffles.delete(shuffle);
        throw error;
      },
    );
    this.#shuffles.set(shuffle, made);
    return made;
  }

  /** Tell all threads of a stage. */
  begin(stage: Stage, job: Job, number: number): void {
    this.pool.setup(`stage ${number}`, this.#planOf(stage, job, number));
  }

  end(number: number): void {
    this.#machine?.pool.forget(`stage ${number}`, { kind: "stage over", stage: number } satisfies RddSetup);
  }

  #planOf({ node, shuffle }: Stage, job: Job, number: number): RddSetup {
    const nodes = shuffle === null ? chainOf(node) : [...chainOf(node), shuffle];
    return {
      kind: "stage",
      stage: number,
      nodes: shipNodes(nodes, (f, name) => this.#packed(f, name), { slices: false }),
      keeping: Object.fromEntries(nodes.filter(({ level }) => level !== "NONE").map((one) => [one.id, this.#number(one)])),
      node: node.id,
      end: shuffle === null
        ? { kind: "action", action: shipAction(job.action, (f, name) => this.#packed(f, name)) }
        : { kind: "shuffle", shuffle: shuffle.id },
    };
  }

  #packed(f: Apply, name: string): unknown {
    let packed = this.#portables.get(f);
    if (packed === undefined) this.#portables.set(f, (packed = portable(f as AnyFunction, { name, pack: (value) => this.#pack(value) })));
    return packed;
  }

  #pack(value: unknown): Packed | undefined {
    return packShared(value, (broadcast) => {
      const id = this.#number(broadcast);
      if (!this.#broadcasts.has(id)) {
        this.#broadcasts.add(id);
        this.pool.setup(`broadcast ${id}`, { kind: "broadcast", id, value: broadcast.value } satisfies RddSetup);
      }
      return id;
    });
  }

  #number(of: object): number {
    let number = this.#numbers.get(of);
    if (number === undefined) this.#numbers.set(of, (number = ++this.#numbered));
    return number;
  }

  #forget(): void {
    this.#shuffles.clear();
    this.#finished.clear();
    this.#broadcasts.clear();
    for (const blocks of this.#kept) blocks.clear();
    this.#held = 0;
  }
}

interface RddLabel {
  readonly ended: (attempt: Attempt) => void;
}

/** One job: its stages from the sources on, only as far as partitions are missing. */
class RddRun {
  readonly #engine: Threads;
  readonly #job: Job;
  readonly #stages: readonly Stage[];
  readonly #first: number;
  readonly #rows: TaskRow[] = [];
  readonly #updates: { readonly stage: number; readonly partition: number; readonly updates: readonly AccumulatorUpdate[] }[] = [];

  constructor({ engine, job, stages, first }: { readonly engine: Threads; readonly job: Job; readonly stages: readonly Stage[]; readonly first: number }) {
    this.#engine = engine;
    this.#job = job;
    this.#stages = stages;
    this.#first = first;
  }

  async result(): Promise<JobResult> {
    const { node, partitions, id, name } = this.#job;
    const last = this.#stages.at(-1)!;
    await this.#provide(node, partitions);
    const answers = await this.#tasks(last, partitions);
    const stages = this.#stages.map((stage, i): StageRow => {
      const tasks = this.#rows.filter((row) => row.stage === this.#first + i).length;
      return {
        job: id,
        stage: this.#first + i,
        name: stage.shuffle === null ? name : nameOfStep(stage.node),
        parents: stage.reads.map((read) => this.#number(read)),
        tasks,
        skipped: tasks === 0 && partitions.length > 0,
      };
    });
    return {
      results: answers.map((answer) => decode((answer as Extract<RddAnswer, { kind: "result" }>).block)[0]),
      updates: this.#updates.sort((a, b) => a.stage - b.stage || a.partition - b.partition).flatMap(({ updates }) => updates),
      stages,
      tasks: this.#rows.sort((a, b) => a.stage - b.stage || a.partition - b.partition || a.attempt - b.attempt),
    };
  }

  /** Have what is missing of the shuffles that these partitions read. */
  async #provide(node: PlanNode, partitions: readonly number[]): Promise<void> {
    const read = new Set<ShuffleNode>();
    for (const partition of partitions) {
      const thread = this.#engine.threadFor(node, partition);
      const needs = needsOf(node, partition, (need) => thread !== null && this.#engine.isKept(thread, need));
      for (const need of needs.read) if (need.node.kind === "shuffle" && need.node.checkpoint === null) read.add(need.node);
    }
    await Promise.all([...read].map((shuffle) => this.#engine.shuffled(shuffle, () => this.#write(shuffle))));
  }

  async #write(shuffle: ShuffleNode): Promise<Outputs> {
    const parent = shuffle.parents[0]!;
    const all = Array.from({ length: parent.partitions }, (_, i) => i);
    await this.#provide(parent, all);
    const answers = await this.#tasks(this.#stages.find((stage) => stage.shuffle === shuffle)!, all);
    const written = answers as readonly Extract<RddAnswer, { kind: "written" }>[];
    return Array.from({ length: shuffle.partitions }, (_, r) => written.flatMap(({ runs }) => runs[r]!));
  }

  /** The tasks of a stage, side by side; of those that fail the first in order is told of. */
  async #tasks(stage: Stage, partitions: readonly number[]): Promise<RddAnswer[]> {
    const number = this.#number(stage.shuffle);
    this.#engine.begin(stage, this.#job, number);
    const inline = this.#engine.inline(Math.max(1, partitions.length));
    const running = partitions.map((partition) =>
      this.#task(stage, number, partition, inline).then(
        (value) => ({ kind: "done", value }) as const,
        (error: unknown) => ({ kind: "thrown", error }) as const,
      ),
    );
    try {
      const answers: RddAnswer[] = [];
      for (const outcome of running) {
        const answer = await outcome;
        if (answer.kind === "thrown") throw answer.error;
        answers.push(answer.value);
      }
      return answers;
    } finally {
      void Promise.all(running).then(() => this.#engine.end(number));
    }
  }

  async #task(stage: Stage, number: number, partition: number, inline: number): Promise<RddAnswer> {
    const { pool } = this.#engine;
    const label: RddLabel = {
      ended: (attempt) => {
        if (attempt.outcome !== "done") this.#row(number, partition, attempt, attempt.outcome, null);
      },
    };
    const on = this.#engine.threadFor(stage.node, partition);
    const message = (thread: number): RddMessage => this.#message(stage.node, number, partition, thread, inline);
    const { value, attempt } = await pool.run({ label, on, message });
    const answer = value as RddAnswer;
    if (answer.kind === "failed") {
      this.#row(number, partition, attempt, "failed", null);
      const cause = Object.assign(new Error(answer.problem), { stack: answer.stack });
      const step = new StepError(answer.step, answer.item, cause);
      throw new TaskError(partition, 1, Object.assign(step, { message: answer.problem }));
    }
    this.#engine.noteKept(attempt.thread, answer);
    this.#updates.push({ stage: number, partition, updates: answer.updates });
    this.#row(number, partition, attempt, "done", answer);
    return answer;
  }

  /** What a thread needs for a task: nothing of what it keeps. */
  #message(node: PlanNode, stage: number, partition: number, thread: number, inline: number): RddMessage {
    const { read } = needsOf(node, partition, (need) => this.#engine.isKept(thread, need));
    const slices: { node: number; partition: number; block: Uint8Array }[] = [];
    const blocks: { shuffle: number; partition: number; runs: readonly Run[] }[] = [];
    for (const need of read) {
      const from = need.node;
      const list = from.checkpoint ?? (from.kind === "source" && from.source.kind === "slices" ? from.source : null);
      if (list !== null) slices.push({ node: from.id, partition: need.partition, block: encodedSlice(from, list.slices[need.partition]!, need.partition) });
      // What a lost partition was made of is still there: outputs of shuffles stay with the driver.
      else if (from.kind === "shuffle") blocks.push({ shuffle: from.id, partition: need.partition, runs: this.#engine.outputs(from)[need.partition]! });
    }
    return { phase: "rdd", stage, partition, slices, blocks, inline, spill: this.#engine.spill() };
  }

  #row(stage: number, partition: number, attempt: Attempt, outcome: TaskRow["outcome"], told: Extract<RddAnswer, { kind: "result" | "written" }> | null): void {
    const { hits = 0, misses = 0, shuffleRead = 0, shuffleWritten = 0 } = told ?? {};
    this.#rows.push({
      job: this.#job.id, stage, partition, attempt: attempt.attempt, executor: nameOfThread(attempt.thread),
      locality: hits > 0 ? "PROCESS_LOCAL" : "NO_PREF", from: attempt.from, to: attempt.to, outcome, speculative: false,
      hits, misses, shuffleRead, shuffleWritten,
    });
  }

  #number(shuffle: ShuffleNode | null): number {
    return this.#first + this.#stages.findIndex((stage) => stage.shuffle === shuffle);
  }
}

function nameOfThread(thread: number): string {
  return `thread ${thread + 1}`;
}

function encodedSlice(node: PlanNode, items: readonly unknown[], partition: number): Uint8Array {
  try {
    return encode(items);
  } catch (error) {
    throw new TypeError(`partition ${partition} of ${nameOfStep(node)} cannot go to a thread: ${(error as Error).message}`, { cause: error });
  }
}
