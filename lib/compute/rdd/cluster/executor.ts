import { bytesOf } from "../../../core/canonical.js";
import { finite, integer } from "../../../core/parameters.js";
import type { NodeId, Out, Role } from "../../../core/role.js";
import { machine, type Machine } from "../../cluster/machine.js";
import { countingUpdates, type AccumulatorUpdate } from "../accumulator.js";
import { MapSide } from "../aggregate.js";
import { blockStore, forgetBlocks, keepBlock, readBlock, type Block, type BlockId, type BlockStore } from "../block-store.js";
import { computePartition, inBatches, listOf, StepError, type Surroundings } from "../evaluate.js";
import { fresh } from "../local.js";
import { batchSize, perform } from "../perform.js";
import type { PlanNode, ShuffleNode } from "../plan.js";
import { needsOf } from "../stages.js";
import {
  taskKey, type Ack, type Copy, type Done, type Failed, type Fetch, type Fetched, type Forget, type Heartbeat, type Holds, type Kill, type Launch,
  type Register, type Renew, type ShuffleBlock,
} from "./messages.js";
import type { Program } from "./program.js";

/** What an executor is made of. */
export interface ExecutorOptions {
  readonly program: Program;
  readonly driver: NodeId;
  /** How many tasks run at once (default 1). */
  readonly slots?: number;
  /** Memory for kept partitions, in bytes (default: without end). */
  readonly memory?: number;
  /** What work costs: fields that are not given cost as on the machine of 2004, without start-up. */
  readonly machine?: Partial<Machine>;
  /** How often it says that it is alive, in ms (default 1,000). */
  readonly heartbeatMs?: number;
  /** After how long without an answer blocks are asked for again, in ms (default 2,000); the third time the task fails. */
  readonly fetchMs?: number;
}

/** A task at work. */
interface Running {
  readonly launch: Launch;
  /** What was asked of whom and has not come. */
  readonly open: Map<NodeId, Fetch>;
  tries: number;
  /** Blocks by `shuffle/map/reduce`. */
  readonly blocks: Map<string, ShuffleBlock>;
  /** Kept partitions by `node/partition`. */
  readonly kept: Map<string, Block>;
  /** What it came to; it is told when the time for it has passed. */
  outcome: Outcome | null;
}

interface Outcome {
  readonly result: unknown;
  readonly updates: readonly AccumulatorUpdate[];
  readonly output: readonly ShuffleBlock[];
  readonly keep: readonly Block[];
  readonly read: number;
  readonly hits: number;
  readonly misses: number;
}

export interface ExecutorState {
  readonly id: NodeId;
  /** How often it began; durable. */
  life: number;
  store: BlockStore;
  /** What map tasks wrote, by `shuffle/map`: one block for each reduce partition. */
  readonly outputs: Map<string, readonly ShuffleBlock[]>;
  readonly running: Map<string, Running>;
  /** Reports that the driver has not acknowledged. */
  readonly reports: Map<string, Done | Failed>;
}

export type ExecutorTimer =
  | { readonly kind: "heartbeat" }
  | { readonly kind: "finish"; readonly task: string }
  | { readonly kind: "impatient"; readonly task: string };

export interface ExecutorSignature {
  readonly state: ExecutorState;
  readonly receives: Launch | Kill | Ack | Renew | Forget | Fetch | Fetched | Copy;
  readonly sends: Register | Heartbeat | Done | Failed | Holds | Fetch | Fetched | Copy;
  readonly timers: ExecutorTimer;
}

type To = Out<ExecutorSignature>;

/**
 * An executor (Spark's word; "worker" in Zaharia et al., NSDI 2012): runs tasks, keeps partitions in memory, and keeps what map tasks
 * wrote until somebody fetches it. It has no plan of its own. A crash takes all of it, but for the number of its life.
 */
export function executor(options: ExecutorOptions): Role<ExecutorSignature> {
  const { program, driver, slots = 1, memory = Infinity, heartbeatMs = 1_000, fetchMs = 2_000 } = options;
  integer("slots", slots, { min: 1, max: 1_000 });
  if (memory !== Infinity) finite("memory", memory);
  finite("heartbeatMs", heartbeatMs, { min: 1 });
  finite("fetchMs", fetchMs, { min: 1 });
  const costs = machine({ startMs: 0, taskMs: 5, jitter: 0, ...options.machine });

  function begin(self: ExecutorState, out: To): void {
    self.life++;
    out.persist();
    out.send(driver, { kind: "register", life: self.life, slots });
    out.setTimer({ kind: "heartbeat" }, heartbeatMs);
  }

  /** All inputs are there: compute at once, and let the time pass that it would take. */
  function compute(self: ExecutorState, running: Running, out: To): void {
    const key = taskKey(running.launch.task);
    out.cancelTimer({ kind: "impatient", task: key });
    try {
      const { outcome, ms } = evaluated(program, running, costs);
      running.outcome = outcome;
      out.setTimer({ kind: "finish", task: key }, [ms * (1 - costs.jitter), ms * (1 + costs.jitter)]);
    } catch (error) {
      const [step, item, cause] = error instanceof StepError ? [error.step, error.item, error.cause] : ["task", "", error];
      const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
      fail(self, running, { kind: "error", step, item, why }, out);
    }
  }

  function fail(self: ExecutorState, running: Running, reason: Failed["reason"], out: To): void {
    const { task } = running.launch;
    const key = taskKey(task);
    self.running.delete(key);
    out.cancelTimer({ kind: "impatient", task: key });
    report(self, { kind: "failed", life: self.life, task, reason }, out);
  }

  function report(self: ExecutorState, message: Done | Failed, out: To): void {
    self.reports.set(taskKey(message.task), message);
    out.send(driver, message);
  }

  return {
    name: "executor",
    durable: ["life"],
    init: (id) => ({ id, life: 0, store: blockStore(memory), outputs: new Map(), running: new Map(), reports: new Map() }),
    start: begin,

    receive: {
      /** First get what lies elsewhere, all that one executor has in one message. */
      launch(self, launch, _, out) {
        const key = taskKey(launch.task);
        // A second copy of the message, or one to a former life.
        if (launch.life !== self.life || self.running.has(key) || self.reports.has(key)) return;
        const running: Running = { launch, open: new Map(), tries: 0, blocks: new Map(), kept: new Map(), outcome: null };
        self.running.set(key, running);
        const wanted = inputsOfTask(program, self, running);
        for (const [from, { blocks, kept }] of wanted) {
          if (from === null) return fail(self, running, { kind: "fetch", from: self.id, shuffles: [...new Set(blocks.map(({ shuffle }) => shuffle))], kept }, out);
          const fetch: Fetch = { kind: "fetch", task: key, blocks, kept };
          if (from === self.id) {
            const found = lookUp(self, fetch);
            if (found === null) return fail(self, running, missing(fetch, from), out);
            take(running, fetch, found);
          } else {
            running.open.set(from, fetch);
            out.send(from, fetch);
          }
        }
        if (running.open.size === 0) compute(self, running, out);
        else out.setTimer({ kind: "impatient", task: key }, fetchMs);
      },

      kill(self, { task }, _, out) {
        const key = taskKey(task);
        if (!self.running.delete(key)) return;
        out.cancelTimer({ kind: "finish", task: key });
        out.cancelTimer({ kind: "impatient", task: key });
      },

      ack(self, { task }) {
        self.reports.delete(taskKey(task));
      },

      /** The driver gave it up, and has others do its work: what it holds is not counted on any more. */
      renew(self, { life }, _, out) {
        if (life !== self.life) return;
        for (const task of self.running.keys()) {
          out.cancelTimer({ kind: "finish", task });
          out.cancelTimer({ kind: "impatient", task });
        }
        self.store = blockStore(memory);
        self.outputs.clear();
        self.running.clear();
        self.reports.clear();
        begin(self, out);
      },

      forget(self, { node }) {
        forgetBlocks(self.store, node);
      },

      fetch(self, fetch, from, out) {
        out.send(from, { kind: "fetched", task: fetch.task, found: lookUp(self, fetch) });
      },

      fetched(self, { task, found }, from, out) {
        const running = self.running.get(task);
        const fetch = running?.open.get(from);
        if (running === undefined || fetch === undefined) return;
        if (found === null) return fail(self, running, missing(fetch, from), out);
        running.open.delete(from);
        take(running, fetch, found);
        if (running.open.size === 0) compute(self, running, out);
      },

      copy(self, { block }, _, out) {
        const dropped = keepBlock(self.store, block);
        if (dropped.includes(block)) return;
        out.send(driver, { kind: "holds", life: self.life, block: idOf(block), dropped: dropped.map(idOf) });
      },
    },

    timeout: {
      heartbeat(self, _, out) {
        out.send(driver, { kind: "heartbeat", life: self.life, running: [...self.running.keys(), ...self.reports.keys()] });
        for (const message of self.reports.values()) out.send(driver, message);
        out.setTimer({ kind: "heartbeat" }, heartbeatMs);
      },

      /** The task's time has passed: now its output is there. */
      finish(self, { task: key }, out) {
        const running = self.running.get(key);
        if (running?.outcome == null) return;
        self.running.delete(key);
        const { launch, outcome } = running;
        const { task, peer } = launch;
        if (task.shuffle !== null) self.outputs.set(`${task.shuffle}/${task.partition}`, outcome.output);
        const dropped: Block[] = [];
        for (const block of outcome.keep) {
          dropped.push(...keepBlock(self.store, block));
          if (block.level.endsWith("_2") && peer !== null && peer !== self.id) out.send(peer, { kind: "copy", block });
        }
        const kept = outcome.keep.filter((block) => !dropped.includes(block)).map(idOf);
        const { result, updates, read, hits, misses } = outcome;
        report(self, {
          kind: "done", life: self.life, task, result, updates, read, hits, misses, kept,
          written: outcome.output.map(({ bytes }) => bytes),
          dropped: dropped.filter((block) => !outcome.keep.includes(block)).map(idOf),
        }, out);
      },

      /** Who was asked does not answer: ask again, and then take it for gone. */
      impatient(self, { task }, out) {
        const running = self.running.get(task);
        if (running === undefined || running.outcome !== null) return;
        const [first] = running.open;
        if (++running.tries >= 3 && first !== undefined) return fail(self, running, missing(first[1], first[0]), out);
        for (const [from, fetch] of running.open) out.send(from, fetch);
        out.setTimer({ kind: "impatient", task }, fetchMs);
      },
    },

    request: {},
  };
}

/** What a task's partition reads, by where it lies; under null what lies nowhere. */
function inputsOfTask(program: Program, self: ExecutorState, { launch }: Running): Map<NodeId | null, { blocks: { shuffle: number; map: number; reduce: number }[]; kept: BlockId[] }> {
  const wanted = new Map<NodeId | null, { blocks: { shuffle: number; map: number; reduce: number }[]; kept: BlockId[] }>();
  const from = (at: NodeId | null): { blocks: { shuffle: number; map: number; reduce: number }[]; kept: BlockId[] } => {
    if (!wanted.has(at)) wanted.set(at, { blocks: [], kept: [] });
    return wanted.get(at)!;
  };
  const keptAt = new Map(launch.kept.map(({ node, partition, at }) => [`${node}/${partition}`, at]));
  const node = nodeOfTask(program, launch);
  const needs = needsOf(node, launch.task.partition, (need) => readBlock(self.store, { node: need.node.id, partition: need.partition }) !== null || keptAt.has(`${need.node.id}/${need.partition}`));
  for (const need of needs.kept) {
    const id = { node: need.node.id, partition: need.partition };
    from(readBlock(self.store, id) === null ? keptAt.get(`${id.node}/${id.partition}`)! : self.id).kept.push(id);
  }
  const outputs = new Map(launch.outputs.map(({ shuffle, at }) => [shuffle, at]));
  for (const { node: read, partition: reduce } of needs.read) {
    if (read.kind !== "shuffle" || read.checkpoint !== null) continue;
    for (let map = 0; map < read.parents[0]!.partitions; map++) from(outputs.get(read.id)?.[map] ?? null).blocks.push({ shuffle: read.id, map, reduce });
  }
  return wanted;
}

function lookUp(self: ExecutorState, { blocks, kept }: Fetch): Fetched["found"] {
  const found = { blocks: [] as ShuffleBlock[], kept: [] as Block[] };
  for (const { shuffle, map, reduce } of blocks) {
    const block = self.outputs.get(`${shuffle}/${map}`)?.[reduce];
    if (block === undefined) return null;
    found.blocks.push(block);
  }
  for (const id of kept) {
    const read = readBlock(self.store, id);
    if (read === null) return null;
    found.kept.push(read.where === "disk" ? { ...read.block, level: "DISK_ONLY" } : read.block);
  }
  return found;
}

function take(running: Running, fetch: Fetch, found: NonNullable<Fetched["found"]>): void {
  for (const [i, { shuffle, map, reduce }] of fetch.blocks.entries()) running.blocks.set(`${shuffle}/${map}/${reduce}`, found.blocks[i]!);
  for (const block of found.kept) running.kept.set(`${block.node}/${block.partition}`, block);
}

function missing({ blocks, kept }: Fetch, from: NodeId): Failed["reason"] {
  return { kind: "fetch", from, shuffles: [...new Set(blocks.map(({ shuffle }) => shuffle))], kept };
}

function nodeOfTask(program: Program, { task }: Launch): PlanNode {
  return task.shuffle === null ? program.jobs.get(task.job)!.node : program.nodes.get(task.shuffle)!.parents[0]!;
}

/** The task's work, done with the inputs that were fetched, and how long it takes on this machine in ms. */
function evaluated(program: Program, running: Running, costs: Machine): { readonly outcome: Outcome; readonly ms: number } {
  const { task } = running.launch;
  const job = program.jobs.get(task.job)!;
  const shuffle = task.shuffle === null ? null : (program.nodes.get(task.shuffle) as ShuffleNode);
  const node = nodeOfTask(program, running.launch);
  let [ms, read, hits] = [costs.taskMs, 0, 0];
  const keep = new Map<string, Block>();
  const around: Surroundings = {
    batch: shuffle === null ? batchSize(job.action) : 1_024,
    blocks: (from, reduce) =>
      Array.from({ length: from.parents[0]!.partitions }, (_, map) => {
        const block = running.blocks.get(`${from.id}/${map}/${reduce}`)!;
        read += block.bytes;
        return fresh(from, block.items);
      }),
    kept(kept, partition, make) {
      const key = `${kept.id}/${partition}`;
      const there = running.kept.get(key);
      if (there !== undefined) {
        hits++;
        if (there.level === "DISK_ONLY") ms += there.bytes / costs.diskRead;
        return inBatches(there.items, 1_024);
      }
      const made = keep.get(key)?.items ?? listOf(make());
      if (!keep.has(key)) keep.set(key, { node: kept.id, partition, items: made, bytes: sizeOf(kept, made), level: kept.level });
      return inBatches(made, 1_024);
    },
    lines: (split) => program.files!.lines(split),
    pipe: () => [],
    made(step, items) {
      ms += items.length * (step.cost?.perItemMs ?? costs.recordMs);
      if (step.kind === "source") ms += sizeOf(step, items) / costs.diskRead;
    },
  };
  const { result, updates } = countingUpdates(() => {
    const batches = computePartition(node, task.partition, around);
    if (shuffle === null) return perform(job.action, batches, (path, lines) => program.files!.write(path, task.partition, lines));
    const side = new MapSide(shuffle);
    for (const batch of batches) side.add(batch);
    return side.drain();
  });
  const output = shuffle === null ? [] : (result as unknown[][]).map((items) => ({ items, bytes: sizeOf(shuffle, items) }));
  for (const { bytes } of output) ms += bytes / costs.diskWrite;
  ms += read / costs.rackNetwork;
  return {
    ms: ms * costs.slowness,
    outcome: { result: shuffle === null ? result : null, updates, output, keep: [...keep.values()], read, hits, misses: keep.size },
  };
}

function sizeOf(node: PlanNode, items: readonly unknown[]): number {
  const each = node.cost?.bytesPerItem;
  return each === undefined ? bytesOf(items) : each * items.length;
}

function idOf({ node, partition }: BlockId): BlockId {
  return { node, partition };
}
