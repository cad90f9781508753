import { checkInterrupt } from "../../core/interrupt.js";
import { show } from "../../core/parameters.js";
import { stream } from "../../core/random.js";
import { KeyMap } from "../keys.js";
import { asPair, Combiner, reduceSide } from "./aggregate.js";
import type { PlanNode, ShuffleNode, Step, TextSplit } from "./plan.js";

/**
 * Items of a partition as they are computed: pulled in batches, so that a step is a plain loop, a partition is never held whole
 * unless somebody needs it whole, and an action that has enough stops pulling.
 */
export type Batches = Iterable<readonly unknown[]>;

/** What a task finds around it, which each engine gives in its own way. */
export interface Surroundings {
  /** The blocks of a shuffle for one reduce partition, by the number of the map partition. */
  blocks(shuffle: ShuffleNode, partition: number): Iterable<Iterable<unknown>>;
  /** A partition of a node that is to be kept: from where it is kept, or `make()`, which the engine keeps then. */
  kept(node: PlanNode, partition: number, make: () => Batches): Batches;
  /** The lines of a split. */
  lines(split: TextSplit): Iterable<string>;
  /** What a command writes when it reads these lines. */
  pipe(command: readonly string[], lines: Iterable<string>): Iterable<string>;
  /** Told of each batch that a step gave, where somebody counts what it costs. */
  made?(node: PlanNode, items: readonly unknown[]): void;
  /** How many items a batch should have: 1 where a learner watches item by item. */
  readonly batch: number;
}

/** A user's function threw: the step it belongs to, and what it was called with. */
export class StepError extends Error {
  override readonly name: string = "StepError";
  constructor(
    /** "map at 3". */
    readonly step: string,
    /** The item in short, where it is known. */
    readonly item: string,
    cause: unknown,
  ) {
    const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super(`${step}${item === "" ? "" : `, for ${item}`}: ${why}`, { cause });
  }
}

/** Which partitions of which parents (by place in `parents`) a partition of a narrow node is made of, in this order. */
export function inputsOf(node: PlanNode, partition: number): readonly { readonly parent: number; readonly partition: number }[] {
  if (node.kind !== "narrow" || node.checkpoint !== null) return [];
  const { step, parents } = node;
  switch (step.kind) {
    case "union": {
      let place = partition;
      const parent = parents.findIndex(({ partitions }) => {
        if (place < partitions) return true;
        place -= partitions;
        return false;
      });
      return [{ parent, partition: place }];
    }
    case "coalesce":
      return step.groups[partition]!.map((place) => ({ parent: 0, partition: place }));
    case "cartesian": {
      const across = parents[1]!.partitions;
      return [{ parent: 0, partition: Math.floor(partition / across) }, { parent: 1, partition: partition % across }];
    }
    default:
      return parents.map((_, parent) => ({ parent, partition }));
  }
}

/** The items of a partition: of a chain of narrow steps down to sources, shuffles, kept partitions and checkpoints. */
export function computePartition(node: PlanNode, partition: number, around: Surroundings): Batches {
  if (node.checkpoint !== null) return inBatches(node.checkpoint.slices[partition]!, around.batch);
  if (node.level !== "NONE") return around.kept(node, partition, () => freshPartition(node, partition, around));
  return freshPartition(node, partition, around);
}

/** Items one by one, out of batches. */
export function* itemsOf(batches: Batches): Generator<unknown, void> {
  for (const batch of batches) yield* batch;
}

/** All items of a partition in one list. */
export function listOf(batches: Batches): unknown[] {
  const list: unknown[] = [];
  for (const batch of batches) for (const item of batch) list.push(item);
  return list;
}

/** How a step is named in rows and messages: the operator and the number of its node. */
export function nameOfStep({ operator, id, name }: PlanNode): string {
  return `${operator} at ${id}${name === "" ? "" : ` (${name})`}`;
}

function freshPartition(node: PlanNode, partition: number, around: Surroundings): Batches {
  const batches = madePartition(node, partition, around);
  return around.made === undefined ? batches : watched(node, batches, around);
}

function* watched(node: PlanNode, batches: Batches, around: Surroundings): Generator<readonly unknown[]> {
  for (const batch of batches) {
    around.made!(node, batch);
    yield batch;
  }
}

function madePartition(node: PlanNode, partition: number, around: Surroundings): Batches {
  switch (node.kind) {
    case "source":
      if (node.source.kind === "slices") return inBatches(node.source.slices[partition]!, around.batch);
      return gathered(around.lines(node.source.splits[partition]!), around.batch);
    case "shuffle":
      return inBatches(failing(node, () => reduceSide(node, around.blocks(node, partition))), around.batch);
    case "narrow": {
      const inputs = inputsOf(node, partition).map((input) => computePartition(node.parents[input.parent]!, input.partition, around));
      return stepped({ node, step: node.step, partition, around }, inputs);
    }
  }
}

interface Stepping {
  readonly node: PlanNode;
  readonly step: Step;
  readonly partition: number;
  readonly around: Surroundings;
}

function stepped({ node, step, partition, around }: Stepping, inputs: readonly Batches[]): Batches {
  const first = inputs[0]!;
  const size = around.batch;
  switch (step.kind) {
    case "map":
      return each(node, first, (item, out) => {
        out.push(step.f(item));
      });
    case "filter":
      return each(node, first, (item, out) => {
        if (step.f(item)) out.push(item);
      });
    case "flatMap":
      return flattened(node, first, size, (item) => items(step.f(item)));
    case "mapPartitions":
      return gathered(fromUser(node, () => items(step.f(itemsOf(first), partition))), size);
    case "mapPartitionsWithIndex":
      return gathered(fromUser(node, () => items(step.f(partition, itemsOf(first)))), size);
    case "mapValues":
      return each(node, first, (item, out) => {
        const [key, value] = asPair(item);
        out.push([key, step.f(value)]);
      });
    case "flatMapValues":
      return flattened(node, first, size, function* (item) {
        const [key, value] = asPair(item);
        for (const one of items(step.f(value))) yield [key, one];
      });
    case "keyBy":
      return each(node, first, (item, out) => {
        out.push([step.f(item), item]);
      });
    case "field":
      return each(node, first, (item, out) => {
        out.push(asPair(item)[step.at]);
      });
    case "asKey":
      return each(node, first, (item, out) => {
        out.push([item, null]);
      });
    case "glom":
      return later(() => [[listOf(first)]]);
    case "sample": {
      // Each partition has a stream of its own: computed anew, it gives the same sample.
      const draws = stream(step.seed, `sample ${partition}`);
      return each(node, first, (item, out) => {
        const draw = draws.double();
        if (draw >= step.from && draw < step.to) out.push(item);
      });
    }
    case "poisson": {
      const draws = stream(step.seed, `sample ${partition}`);
      const floor = Math.exp(-step.mean);
      return each(node, first, (item, out) => {
        for (let product = draws.double(); product > floor; product *= draws.double()) out.push(item);
      });
    }
    case "zipWithIndex":
    case "zipWithUniqueId": {
      const start = step.kind === "zipWithUniqueId" ? partition : indexOfFirst(step.starts.at, partition);
      const stride = step.kind === "zipWithUniqueId" ? node.partitions : 1;
      let index = start - stride;
      return each(node, first, (item, out) => {
        out.push([item, (index += stride)]);
      });
    }
    case "spread": {
      let next = stream("spread", String(partition)).below(step.partitions);
      return each(node, first, (item, out) => {
        out.push([(next = (next + 1) % step.partitions), item]);
      });
    }
    case "combine":
      return later(() => {
        const combiner = new Combiner(step.aggregation);
        for (const batch of first) failing(node, () => combiner.addValues(batch));
        return inBatches(combiner.drain(), size);
      });
    case "pipe":
      return gathered(fromUser(node, () => around.pipe(step.command, asLines(first))), size);
    case "join":
      return flattened(node, first, size, (item) => joined(item, step.how));
    case "union":
      return first;
    case "coalesce":
      return chained(inputs);
    case "cartesian":
      return flattenedLate(node, first, size, () => {
        const others = listOf(inputs[1]!);
        return (item) => others.map((other) => [item, other]);
      });
    case "zip":
      return gathered(zipped(node, partition, inputs), size);
    case "zipPartitions":
      return gathered(fromUser(node, () => items(step.f(itemsOf(first), itemsOf(inputs[1]!), partition))), size);
    case "cogroup":
      return later(() => inBatches(cogrouped(inputs), size));
  }
}

/** A step that turns each item into one item or none. */
function* each(node: PlanNode, batches: Batches, turn: (item: unknown, out: unknown[]) => void): Generator<unknown[]> {
  for (const batch of batches) {
    checkInterrupt();
    const out: unknown[] = [];
    let current: unknown;
    try {
      for (const item of batch) turn((current = item), out);
    } catch (error) {
      throw blamed(node, error, [current]);
    }
    if (out.length > 0) yield out;
  }
}

/** A step that gives several items for one: batches are cut where they get too large. */
function* flattened(node: PlanNode, batches: Batches, size: number, f: (item: unknown) => Iterable<unknown>): Generator<unknown[]> {
  let out: unknown[] = [];
  for (const batch of batches) {
    checkInterrupt();
    for (const item of batch) {
      let iterator: Iterable<unknown>;
      try {
        iterator = f(item);
        if (Array.isArray(iterator) && size > 1) {
          for (const one of iterator) out.push(one);
          iterator = [];
        }
      } catch (error) {
        throw blamed(node, error, [item]);
      }
      for (const one of fromUser(node, () => iterator, item)) {
        out.push(one);
        if (out.length >= size) {
          yield out;
          out = [];
        }
      }
      if (out.length >= size) {
        yield out;
        out = [];
      }
    }
  }
  if (out.length > 0) yield out;
}

function* flattenedLate(
  node: PlanNode,
  batches: Batches,
  size: number,
  prepare: () => (item: unknown) => Iterable<unknown>,
): Generator<unknown[]> {
  yield* flattened(node, batches, size, prepare());
}

/** Nothing is done before the first batch is asked for. */
function* later(make: () => Batches): Generator<readonly unknown[]> {
  yield* make();
}

function* chained(inputs: readonly Batches[]): Generator<readonly unknown[]> {
  for (const input of inputs) yield* input;
}

/** A list in batches. */
export function* inBatches(list: readonly unknown[], size: number): Generator<readonly unknown[]> {
  if (list.length <= size) {
    if (list.length > 0) yield list;
    return;
  }
  for (let from = 0; from < list.length; from += size) yield list.slice(from, from + size);
}

function* gathered(iterable: Iterable<unknown>, size: number): Generator<unknown[]> {
  let out: unknown[] = [];
  for (const item of iterable) {
    out.push(item);
    if (out.length < size) continue;
    checkInterrupt();
    yield out;
    out = [];
  }
  if (out.length > 0) yield out;
}

/** What a user's generator gives; what it throws is put down to its step. */
function* fromUser(node: PlanNode, make: () => Iterable<unknown>, item?: unknown): Generator<unknown, void> {
  try {
    yield* make();
  } catch (error) {
    throw blamed(node, error, item === undefined ? [] : [item]);
  }
}

function failing<R>(node: PlanNode, work: () => R): R {
  try {
    return work();
  } catch (error) {
    throw blamed(node, error, []);
  }
}

/** The error with the step's name. What a step further up threw keeps the name of that step. */
function blamed(node: PlanNode, error: unknown, batch: readonly unknown[]): unknown {
  if (error instanceof StepError || isInterrupt(error)) return error;
  return new StepError(nameOfStep(node), batch.length === 1 ? show(batch[0]) : "", error);
}

function isInterrupt(error: unknown): boolean {
  return error instanceof Error && error.name === "Interrupted";
}

function items(value: unknown): Iterable<unknown> {
  if (typeof value === "object" && value !== null && Symbol.iterator in value) return value as Iterable<unknown>;
  throw new TypeError(`the function must give a list or another iterable of items, gave ${show(value)}`);
}

function indexOfFirst(starts: readonly number[] | null, partition: number): number {
  if (starts === null) throw new Error("the indexes of zipWithIndex are not known yet: a job finds them before they are used");
  return starts[partition]!;
}

function* asLines(batches: Batches): Generator<string> {
  for (const item of itemsOf(batches)) yield typeof item === "string" ? item : show(item);
}

function* zipped(node: PlanNode, partition: number, [left, right]: readonly Batches[]): Generator<unknown> {
  const others = itemsOf(right!);
  for (const item of itemsOf(left!)) {
    const other = others.next();
    if (other.done) throw unequal(node, partition);
    yield [item, other.value];
  }
  if (!others.next().done) throw unequal(node, partition);
}

function unequal(node: PlanNode, partition: number): Error {
  const cause = new RangeError("can only zip RDDs with the same number of items in each partition");
  return new StepError(nameOfStep(node), `partition ${partition}`, cause);
}

function cogrouped(inputs: readonly Batches[]): unknown[] {
  const map = new KeyMap<unknown[][]>();
  for (const [side, batches] of inputs.entries()) {
    for (const batch of batches) {
      for (const item of batch) {
        const [key, value] = asPair(item);
        let entry = map.entry(key);
        if (entry === undefined) {
          map.set(key, inputs.map(() => []));
          entry = map.entry(key)!;
        }
        entry[1][side]!.push(value);
      }
    }
  }
  return [...map.entries()];
}

const nothing = [null];

function* joined(item: unknown, how: "inner" | "left" | "right" | "full" | "subtract" | "intersection"): Generator<unknown> {
  const [key, [left, right]] = item as readonly [unknown, readonly [readonly unknown[], readonly unknown[]]];
  if (how === "subtract") {
    if (right.length === 0) for (const value of left) yield [key, value];
    return;
  }
  if (how === "intersection") {
    if (left.length > 0 && right.length > 0) yield key;
    return;
  }
  const lefts = left.length === 0 && (how === "right" || how === "full") ? nothing : left;
  const rights = right.length === 0 && (how === "left" || how === "full") ? nothing : right;
  for (const one of lefts) for (const other of rights) yield [key, [one, other]];
}
