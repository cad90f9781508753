import { portable, type AnyFunction, type Portable } from "../compute/portable.js";
import type { Broadcast } from "../compute/rdd/accumulator.js";
import type { Action, Apply, PlanNode } from "../compute/rdd/plan.js";
import { packShared } from "../compute/rdd/shared-values.js";
import { shipAction, shipNodes, type ShippedNode } from "../compute/rdd/ship.js";
import { chainOf } from "../compute/rdd/stages.js";

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

/**
 * The units as plain data.
 *
 * @param numberOfBroadcast a number for a broadcast variable, whose value goes its own way
 * @throws TypeError for a function that cannot leave this process, with its step
 */
export function shipPlan(units: readonly Unit[], numberOfBroadcast: (broadcast: Broadcast<unknown>) => number): ShippedPlan {
  const pack = (value: unknown): unknown => packShared(value, numberOfBroadcast);
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
