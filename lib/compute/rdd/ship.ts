import type { Action, Aggregation, Apply, Partitioner, PlanNode } from "./plan.js";

/** A node as plain data: parents by their numbers, functions as whatever the engine made of them. */
export interface ShippedNode {
  readonly parents: readonly number[];
  readonly [field: string]: unknown;
}

/** A function in plain data. */
interface ShippedFunction {
  readonly $function: unknown;
}

/**
 * The nodes as plain data for another thread or machine, parents first. `pack` makes plain data of a function; `name` says where it
 * stands ("map at 3"), for its error messages. Slices of sources and checkpoints stay behind where `slices` is false: they go with
 * the task that needs them.
 */
export function shipNodes(nodes: readonly PlanNode[], pack: (f: Apply, name: string) => unknown, { slices = true }: { readonly slices?: boolean } = {}): ShippedNode[] {
  return nodes.map((node) => {
    const name = `${node.operator} at ${node.id}`;
    const packAll = <V extends object | null>(value: V): unknown => shipFields(value, (f) => pack(f, name));
    const left = !slices && node.kind === "source" && node.source.kind === "slices" ? { source: { ...node.source, slices: [] } } : {};
    return {
      ...node,
      parents: node.parents.map(({ id }) => id),
      partitioner: packAll(node.partitioner),
      ...(node.kind === "narrow" ? { step: "aggregation" in node.step ? { ...node.step, aggregation: packAll(node.step.aggregation) } : packAll(node.step) } : {}),
      ...(node.kind === "shuffle" ? { aggregation: packAll(node.aggregation) } : {}),
      ...left,
      ...(slices || node.checkpoint === null ? {} : { checkpoint: { slices: [] } }),
    };
  });
}

/** The nodes again, by their numbers. `known` has those that came earlier. */
export function receiveNodes(shipped: readonly ShippedNode[], unpack: (packed: unknown) => Apply, known: Map<number, PlanNode> = new Map()): Map<number, PlanNode> {
  for (const one of shipped) {
    const step = one["step"] as { aggregation?: Aggregation } | undefined;
    const node = {
      ...one,
      parents: one.parents.map((id) => known.get(id)!),
      partitioner: receiveFields(one["partitioner"], unpack) as Partitioner | null,
      ...(step === undefined ? {} : { step: step.aggregation === undefined ? receiveFields(step, unpack) : { ...step, aggregation: receiveFields(step.aggregation, unpack) } }),
      ...("aggregation" in one ? { aggregation: receiveFields(one["aggregation"], unpack) } : {}),
    } as unknown as PlanNode;
    known.set(node.id, node);
  }
  return known;
}

/** An action as plain data. */
export function shipAction(action: Action, pack: (f: Apply, name: string) => unknown): unknown {
  return shipFields(action, (f) => pack(f, action.kind));
}

/** The action again. */
export function receiveAction(shipped: unknown, unpack: (packed: unknown) => Apply): Action {
  return receiveFields(shipped, unpack) as Action;
}

function shipFields(value: object | null, pack: (f: Apply) => unknown): unknown {
  if (value === null) return null;
  return Object.fromEntries(
    Object.entries(value).map(([field, item]: [string, unknown]) => [
      field, typeof item === "function" ? ({ $function: pack(item as Apply) } satisfies ShippedFunction) : item,
    ]),
  );
}

function receiveFields(value: unknown, unpack: (packed: unknown) => Apply): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, item]: [string, unknown]) => [field, isFunction(item) ? unpack(item.$function) : item]),
  );
}

function isFunction(value: unknown): value is ShippedFunction {
  return typeof value === "object" && value !== null && "$function" in value;
}
