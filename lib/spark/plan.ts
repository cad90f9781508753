import { portable, type AnyFunction, type Portable } from "../compute/portable.js";
import { Accumulator, Broadcast } from "../compute/rdd/accumulator.js";
import type { Action, Apply, PlanNode } from "../compute/rdd/plan.js";
import { shipAction, shipNodes, type ShippedNode } from "../compute/rdd/ship.js";
import { chainOf } from "../compute/rdd/stages.js";
import { checkRecord } from "../compute/records.js";

/** What one kind of task does: compute a partition of the root, and then one of three things with it. */
export interface Unit {
  readonly root: PlanNode;
  readonly end: UnitEnd<PlanNode, Action>;
}

/** Write blocks for a shuffle; give the partition back as a block, for Spark to keep; or perform an action. */
export type UnitEnd<N, A> =
  | { readonly kind: "shuffle"; readonly shuffle: N }
  | { readonly kind: "keep" }
  | { readonly kind: "action"; readonly action: A };

/** The units of a job as plain data, for the Node.js processes. */
export interface ShippedPlan {
  readonly nodes: readonly ShippedNode[];
  readonly units: readonly { readonly root: number; readonly end: UnitEnd<number, unknown> }[];
}

/** What stands for an accumulator or a broadcast variable in a function's scope. */
export type Packed =
  | { readonly accumulator: number; readonly name: string; readonly zero: unknown; readonly merge: Portable }
  | { readonly broadcast: number };

/**
 * The units as plain data.
 *
 * @param numberOfBroadcast a number for a broadcast variable, whose value goes its own way
 * @throws TypeError for a function that cannot leave this process, with its step
 */
export function shipPlan(units: readonly Unit[], numberOfBroadcast: (broadcast: Broadcast<unknown>) => number): ShippedPlan {
  const pack = (value: unknown): Packed | undefined => {
    if (value instanceof Broadcast) return { broadcast: numberOfBroadcast(value) };
    if (!(value instanceof Accumulator)) return undefined;
    checkRecord(`the zero of the accumulator ${value.name}`, value.zero);
    const merge = portable(value.merge as AnyFunction, { name: `the merge of the accumulator ${value.name}` });
    return { accumulator: value.id, name: value.name, zero: value.zero, merge };
  };
  const packed = (f: Apply, name: string): Portable => portable(f as AnyFunction, { name, pack });
  const nodes = new Set<PlanNode>();
  for (const { root, end } of units) {
    for (const node of chainOf(root)) nodes.add(node);
    if (end.kind === "shuffle") nodes.add(end.shuffle);
  }
  // Parents have smaller numbers.
  const ordered = [...nodes].sort((a, b) => a.id - b.id);
  return {
    nodes: shipNodes(ordered, packed, { slices: false }),
    units: units.map(({ root, end }) => ({
      root: root.id,
      end:
        end.kind === "shuffle" ? { kind: "shuffle", shuffle: end.shuffle.id }
        : end.kind === "keep" ? end
        : { kind: "action", action: shipAction(end.action, packed) },
    })),
  };
}
