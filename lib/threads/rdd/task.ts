import type { Transferable } from "node:worker_threads";
import { checkRecord, decode, encode } from "../../compute/records.js";
import { revive, type Portable } from "../../compute/portable.js";
import { Broadcast, countingUpdates, type AccumulatorUpdate } from "../../compute/rdd/accumulator.js";
import { MapSide } from "../../compute/rdd/aggregate.js";
import { blockStore, forgetBlocks, keepBlock, readBlock, type Block, type BlockStore } from "../../compute/rdd/block-store.js";
import { computePartition, inBatches, listOf, StepError, type Batches, type Surroundings } from "../../compute/rdd/evaluate.js";
import { batchSize, perform } from "../../compute/rdd/perform.js";
import type { Apply, PlanNode, ShuffleNode } from "../../compute/rdd/plan.js";
import { unpackShared } from "../../compute/rdd/shared-values.js";
import { receiveAction, receiveNodes, type ShippedNode } from "../../compute/rdd/ship.js";
import { bytesOf } from "../../core/canonical.js";
import { localFiles } from "../files.js";
import { piped } from "../pipe.js";
import { transferables } from "../pool.js";
import { BlockWriter, readRun, RunFile, runBytes, type Run } from "../runs.js";

/** What every thread is told between tasks. */
export type RddSetup =
  /** The plan of a stage: its nodes, and what is done at its end. */
  | {
      readonly kind: "stage";
      readonly stage: number;
      readonly nodes: readonly ShippedNode[];
      /** Under which numbers this engine keeps the nodes that are to be kept: those of nodes are unique in a context only. */
      readonly keeping: Readonly<Record<number, number>>;
      /** The node that its tasks compute. */
      readonly node: number;
      /** The shuffle for which they write, or the action. */
      readonly end: { readonly kind: "shuffle"; readonly shuffle: number } | { readonly kind: "action"; readonly action: unknown };
    }
  | { readonly kind: "stage over"; readonly stage: number }
  | { readonly kind: "broadcast"; readonly id: number; readonly value: unknown }
  | { readonly kind: "unpersist"; readonly node: number }
  | { readonly kind: "settings"; readonly settings: RddSettings };

/** What all tasks of an engine go by. */
export interface RddSettings {
  readonly longestLine: number;
  /** For kept partitions on this thread, in bytes. */
  readonly keep: number;
  /** About how many bytes of pairs a task may hold before it spills them. */
  readonly budget: number;
}

/** One task of a stage. */
export interface RddMessage {
  readonly phase: "rdd";
  readonly stage: number;
  readonly partition: number;
  /** The slices of sources and checkpoints that it reads, as blocks. */
  readonly slices: readonly { readonly node: number; readonly partition: number; readonly block: Uint8Array }[];
  /** What it reads of shuffles, in the order of map partitions. */
  readonly blocks: readonly { readonly shuffle: number; readonly partition: number; readonly runs: readonly Run[] }[];
  /** How many bytes it may give back in memory. */
  readonly inline: number;
  readonly spill: string;
}

/** What came of it. */
export type RddAnswer =
  | ({ readonly kind: "written"; readonly runs: readonly (readonly Run[])[] } & Told)
  /** The result of the action, as the one record of a block. */
  | ({ readonly kind: "result"; readonly block: Uint8Array } & Told)
  | { readonly kind: "failed"; readonly step: string; readonly item: string; readonly problem: string; readonly stack: string };

interface Told {
  readonly updates: readonly AccumulatorUpdate[];
  readonly hits: number;
  readonly misses: number;
  readonly shuffleRead: number;
  readonly shuffleWritten: number;
  /** Partitions that are kept here from now on, and those that are no longer. */
  readonly kept: readonly KeptBlock[];
  readonly dropped: readonly { readonly node: number; readonly partition: number }[];
}

/** A partition that a thread keeps, of a node by the engine's number. */
export interface KeptBlock {
  readonly node: number;
  readonly partition: number;
  readonly bytes: number;
  readonly where: "memory" | "disk";
}

interface StagePlan {
  readonly node: PlanNode;
  readonly nodes: ReadonlyMap<number, PlanNode>;
  readonly keeping: Readonly<Record<number, number>>;
  readonly shuffle: ShuffleNode | null;
  readonly action: ReturnType<typeof receiveAction> | null;
}

const stages = new Map<number, StagePlan>();
const broadcasts = new Map<number, Broadcast<unknown>>();
let settings: RddSettings = { longestLine: 1 << 24, keep: Infinity, budget: 1 << 24 };
let store: BlockStore = blockStore();

/** On a thread: take note. */
export function setUpRdd(setup: RddSetup): void {
  switch (setup.kind) {
    case "settings":
      settings = setup.settings;
      store = blockStore(settings.keep);
      return;
    case "broadcast":
      broadcasts.set(setup.id, new Broadcast(setup.id, setup.value));
      return;
    case "unpersist":
      forgetBlocks(store, setup.node);
      return;
    case "stage over":
      stages.delete(setup.stage);
      return;
    case "stage": {
      const nodes = receiveNodes(setup.nodes, unpackFunction);
      const { end } = setup;
      stages.set(setup.stage, {
        nodes,
        keeping: setup.keeping,
        node: nodes.get(setup.node)!,
        shuffle: end.kind === "shuffle" ? (nodes.get(end.shuffle) as ShuffleNode) : null,
        action: end.kind === "action" ? receiveAction(end.action, unpackFunction) : null,
      });
    }
  }
}

/** On a thread: do a task. */
export function workOnRdd(message: RddMessage): { readonly value: RddAnswer; readonly transfer: Transferable[] } {
  const { node, shuffle, action } = stages.get(message.stage)!;
  const around = new Around(message, action === null ? 1_024 : batchSize(action));
  try {
    const { result, updates } = countingUpdates(() => {
      const batches = computePartition(node, message.partition, around);
      return shuffle === null ? resultOf(message, batches) : written(shuffle, message, batches);
    });
    if (result instanceof Uint8Array) {
      return { value: { kind: "result", block: result, updates, ...around.told(0) }, transfer: transferables([result]) };
    }
    const blocks = result.flat().flatMap((run) => (run.kind === "blocks" ? run.blocks : []));
    const bytes = result.flat().reduce((sum, run) => sum + runBytes(run), 0);
    return { value: { kind: "written", runs: result, updates, ...around.told(bytes) }, transfer: transferables(blocks) };
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const cause = error.cause instanceof Error ? error.cause : new Error(String(error.cause));
    const failed = { kind: "failed", step: error.step, item: error.item, problem: error.message, stack: cause.stack ?? "" } as const;
    return { value: failed, transfer: [] };
  }
}

function resultOf(message: RddMessage, batches: Batches): Uint8Array {
  const { node, action } = stages.get(message.stage)!;
  const files = localFiles({ longestLine: settings.longestLine });
  const result = perform(action!, batches, (path, lines) => files.write(path, message.partition, lines));
  // What cannot leave its thread is told by what it is, not by its place in a block.
  checkRecord(`the result of ${action!.kind} on partition ${message.partition} of ${node.operator} at ${node.id}`, result);
  return encode([result]);
}

/** The blocks for each reduce partition: in memory if they are few, else in a file. */
function written(shuffle: ShuffleNode, { inline, spill }: RddMessage, batches: Batches): Run[][] {
  const side = new MapSide(shuffle);
  const runs: Run[][] = Array.from({ length: shuffle.partitions }, () => []);
  const files: RunFile[] = [];
  const most = Math.max(1_000, Math.floor(settings.budget / PAIR));
  try {
    for (const batch of batches) {
      side.add(batch);
      if (side.held > most) toFile(side.drain());
    }
    const blocks = side.drain().map(encodedPairs);
    const bytes = blocks.flat().reduce((sum, { length }) => sum + length, 0);
    if (bytes > inline) writeOut(blocks);
    else blocks.forEach((region, r) => region.length > 0 && runs[r]!.push({ kind: "blocks", blocks: region }));
    return runs;
  } catch (error) {
    for (const file of files) file.abort();
    throw error;
  }

  function toFile(regions: readonly (readonly unknown[])[]): void {
    writeOut(regions.map(encodedPairs));
  }

  function writeOut(regions: readonly (readonly Uint8Array[])[]): void {
    const file = new RunFile(`${spill}-${files.length}`);
    files.push(file);
    try {
      for (const [r, region] of regions.entries()) {
        const start = file.length;
        for (const block of region) file.write(block);
        if (file.length > start) runs[r]!.push({ kind: "file", path: file.path, start, end: file.length });
      }
    } finally {
      file.end();
    }
  }
}

/** About what a pair takes in memory, in bytes. */
const PAIR = 200;

function encodedPairs(pairs: readonly unknown[]): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  const writer = new BlockWriter((block) => blocks.push(block));
  for (const pair of pairs) {
    const [key, value] = pair as readonly [unknown, unknown];
    writer.add(key, value);
  }
  writer.end();
  return blocks;
}

/** What a task finds around it on a thread. */
class Around implements Surroundings {
  readonly #message: RddMessage;
  readonly #kept: KeptBlock[] = [];
  readonly #dropped: { readonly node: number; readonly partition: number }[] = [];
  #hits = 0;
  #misses = 0;
  #read = 0;

  constructor(message: RddMessage, readonly batch: number) {
    this.#message = message;
    const { nodes } = stages.get(message.stage)!;
    for (const { node, partition, block } of message.slices) {
      const found = nodes.get(node)!;
      const slices = (found.checkpoint ?? (found.kind === "source" && found.source.kind === "slices" ? found.source : null))!.slices;
      (slices as (readonly unknown[])[])[partition] = decode(block);
    }
  }

  blocks(shuffle: ShuffleNode, partition: number): Iterable<Iterable<unknown>> {
    const { runs } = this.#message.blocks.find((one) => one.shuffle === shuffle.id && one.partition === partition)!;
    for (const run of runs) this.#read += runBytes(run);
    return runs.map(readRun);
  }

  kept(node: PlanNode, partition: number, make: () => Batches): Batches {
    const number = stages.get(this.#message.stage)!.keeping[node.id]!;
    const found = readBlock(store, { node: number, partition });
    if (found !== null) {
      this.#hits++;
      return inBatches(found.block.items, this.batch);
    }
    this.#misses++;
    const items = listOf(make());
    const block: Block = { node: number, partition, items, bytes: roughBytes(items), level: node.level };
    const before = new Set(store.memory.keys());
    for (const { node: gone, partition: place } of keepBlock(store, block)) this.#dropped.push({ node: gone, partition: place });
    for (const [key, onDisk] of store.disk) {
      if (Object.getOwnPropertyDescriptor(onDisk, "items")!.get) continue;
      store.disk.set(key, onFile(onDisk, `${this.#message.spill}-kept-${onDisk.node}-${onDisk.partition}`));
      this.#kept.push({ node: onDisk.node, partition: onDisk.partition, bytes: onDisk.bytes, where: "disk" });
    }
    for (const [key, { node: kept, partition: place, bytes }] of store.memory) {
      if (!before.has(key)) this.#kept.push({ node: kept, partition: place, bytes, where: "memory" });
    }
    return inBatches(items, this.batch);
  }

  lines(split: Parameters<Surroundings["lines"]>[0]): Iterable<string> {
    return localFiles({ longestLine: settings.longestLine }).lines(split);
  }

  pipe(command: readonly string[], lines: Iterable<string>): Iterable<string> {
    return piped(command, lines);
  }

  told(shuffleWritten: number): Omit<Told, "updates"> {
    return { hits: this.#hits, misses: this.#misses, shuffleRead: this.#read, shuffleWritten, kept: this.#kept, dropped: this.#dropped };
  }
}

/** The block with its items in a file, read each time that they are wanted. */
function onFile(block: Block, path: string): Block {
  const file = new RunFile(path);
  try {
    for (const part of inBatches(block.items, 4_096)) file.write(encode(part));
  } finally {
    file.end();
  }
  const { node, partition, bytes, level } = block;
  const run: Run = { kind: "file", path, start: 0, end: file.length };
  return {
    node,
    partition,
    bytes,
    level,
    get items() {
      return [...(readRun(run) as Iterable<unknown>)];
    },
  };
}

/** About how many bytes the items take: of a hundred of them, and as many more as there are. */
function roughBytes(items: readonly unknown[]): number {
  const some = items.slice(0, 100);
  return some.length === 0 ? 0 : Math.ceil((bytesOf(some) * items.length) / some.length);
}

function unpackFunction(sent: unknown): Apply {
  return revive(sent as Portable, (data) => unpackShared(data, (number) => broadcasts.get(number))) as Apply;
}
