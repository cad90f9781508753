/**
 * The program beside a Spark executor: it computes partitions with the user's functions. Spark's Python worker starts it, writes
 * tasks to its standard input and reads their results from its standard output, one after the other. It ends when its input does.
 */
import { readSync, writeSync } from "node:fs";
import { Console } from "node:console";
import { revive, type Portable } from "../compute/portable.js";
import { countingUpdates } from "../compute/rdd/accumulator.js";
import { MapSide } from "../compute/rdd/aggregate.js";
import { computePartition, inBatches, listOf, StepError, type Surroundings } from "../compute/rdd/evaluate.js";
import { batchSize, perform } from "../compute/rdd/perform.js";
import type { Action, Apply, PlanNode, ShuffleNode } from "../compute/rdd/plan.js";
import { unpackShared } from "../compute/rdd/shared-values.js";
import { receiveAction, receiveNodes } from "../compute/rdd/ship.js";
import { decode, encode } from "../compute/records.js";
import { localFiles } from "../threads/files.js";
import { piped } from "../threads/pipe.js";
import type { ShippedPlan, UnitEnd } from "./plan.js";
import { packMessage, readMessage, type Message } from "./wire.js";

// What a user's function prints must not get between the messages.
globalThis.console = new Console(process.stderr, process.stderr);

interface ReceivedUnit {
  readonly root: PlanNode;
  readonly end: UnitEnd<ShuffleNode, Action>;
}

const plans = new Map<string, readonly ReceivedUnit[]>();
const broadcasts = new Map<number, { readonly value: unknown }>();
const files = localFiles();

/** What a task is fed: blocks of a shuffle by the map partition, and partitions of data or of what Spark keeps. */
interface Input {
  readonly node: number;
  readonly partition: number;
  readonly map: number;
  readonly block: Uint8Array;
}

for (let message = readMessage(readExactly); message !== null; message = readMessage(readExactly)) {
  const answer = answerTo(message);
  if (answer !== null) for (const bytes of packMessage(answer)) writeWhole(bytes);
}

function answerTo({ words, blobs }: Message): Message | null {
  try {
    switch (words.kind) {
      case "plan":
        plans.set(words["plan"] as string, received(decode(blobs[0]!)[0] as ShippedPlan));
        return null;
      case "broadcast":
        broadcasts.set(words["broadcast"] as number, { value: decode(blobs[0]!)[0] });
        return null;
      default:
        return task(words, blobs);
    }
  } catch (error) {
    return { words: { kind: "failed", ...told(error) }, blobs: [] };
  }
}

/** An error in words, so that the driver can throw it again. */
function told(error: unknown): Record<string, unknown> {
  const cause = error instanceof StepError ? error.cause : error;
  const { name, message, stack } = cause instanceof Error ? cause : new Error(String(cause));
  return { step: error instanceof StepError ? error.step : "", item: error instanceof StepError ? error.item : "", name, message, stack };
}

function task(words: Message["words"], blobs: readonly Uint8Array[]): Message {
  const { root, end } = plans.get(words["plan"] as string)![words["unit"] as number]!;
  const partition = words["partition"] as number;
  const places = words["inputs"] as readonly (readonly [node: number, partition: number, map: number])[];
  const inputs = places.map(([node, place, map], i): Input => ({ node, partition: place, map, block: blobs[i]! }));
  const around: Surroundings = {
    batch: end.kind === "action" ? batchSize(end.action) : 1_024,
    blocks: (shuffle, place) => blocksOf(inputs, shuffle.id, place).map((block) => decode(block)),
    kept: (node, place, make) => (node === root && end.kind === "keep" ? make() : inBatches(blocksOf(inputs, node.id, place).flatMap((block) => decode(block)), around.batch)),
    lines: (split) => files.lines(split),
    pipe: piped,
  };
  lend(root, inputs);
  const { result, updates } = countingUpdates(() => done(end, computePartition(root, partition, around), partition));
  const blocks = result.map(({ block }) => block);
  return {
    words: { kind: "done", targets: result.map(({ target }) => target) },
    blobs: [...blocks, ...(updates.length > 0 ? [encode(updates)] : [])],
  };
}

/** What comes of the partition: for a shuffle a block for each reduce partition that gets something, else one. */
function done(end: ReceivedUnit["end"], batches: Iterable<readonly unknown[]>, partition: number): { target: number; block: Uint8Array }[] {
  switch (end.kind) {
    case "keep":
      return [{ target: partition, block: encode(listOf(batches)) }];
    case "action":
      return [{ target: partition, block: encode([perform(end.action, batches, (path, lines) => files.write(path, partition, lines))]) }];
    case "shuffle": {
      const side = new MapSide(end.shuffle);
      for (const batch of batches) side.add(batch);
      return side.drain().flatMap((pairs, target) => (pairs.length === 0 ? [] : [{ target, block: encode(pairs) }]));
    }
  }
}

/** The blocks of a node's partition, in the order of the map partitions. */
function blocksOf(inputs: readonly Input[], node: number, partition: number): Uint8Array[] {
  return inputs.filter((input) => input.node === node && input.partition === partition).sort((a, b) => a.map - b.map).map(({ block }) => block);
}

/** Puts the data of this task where the plan looks for it: sources and checkpoints were sent without theirs. */
function lend(root: PlanNode, inputs: readonly Input[]): void {
  const open = [root];
  const seen = new Set<PlanNode>();
  while (open.length > 0) {
    const node = open.pop()!;
    if (node === undefined || seen.has(node)) continue;
    seen.add(node);
    const slices = node.checkpoint?.slices ?? (node.kind === "source" && node.source.kind === "slices" ? node.source.slices : null);
    if (slices !== null) {
      for (const input of inputs) if (input.node === node.id) (slices as unknown[][])[input.partition] = decode(input.block);
    } else if (node.kind === "narrow") {
      open.push(...node.parents);
    }
  }
}

function received({ nodes, units }: ShippedPlan): ReceivedUnit[] {
  const known = receiveNodes(nodes, revived);
  return units.map(({ root, end }) => ({
    root: known.get(root)!,
    end:
      end.kind === "shuffle" ? { kind: "shuffle", shuffle: known.get(end.shuffle) as ShuffleNode }
      : end.kind === "keep" ? end
      : { kind: "action", action: receiveAction(end.action, revived) },
  }));
}

function revived(sent: unknown): Apply {
  return revive(sent as Portable, (data) => unpackShared(data, (number) => broadcasts.get(number))) as Apply;
}

function readExactly(count: number): Uint8Array | null {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count; ) {
    const read = readSync(0, bytes, at, count - at, null);
    if (read === 0) return null;
    at += read;
  }
  return bytes;
}

function writeWhole(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at, bytes.length - at);
}
