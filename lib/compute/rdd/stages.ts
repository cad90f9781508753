import { inputsOf } from "./evaluate.js";
import { parentsOf, type PlanNode, type ShuffleNode } from "./plan.js";

/**
 * A stage: the tasks that compute a node without moving data between partitions (NSDI 2012, section 5.1). It ends at a shuffle,
 * for which its tasks write blocks, or at the node of the action.
 */
export interface Stage {
  /** What its tasks compute: the parent of the shuffle, or the node of the action. */
  readonly node: PlanNode;
  /** For whom its tasks write blocks; null: the last stage, whose tasks perform the action. */
  readonly shuffle: ShuffleNode | null;
  /** The shuffles whose blocks its tasks read. */
  readonly reads: readonly ShuffleNode[];
}

/** The stages of a job on a node, each after those from which it reads: the lineage cut at its shuffles. */
export function stagesOf(node: PlanNode): Stage[] {
  const stages: Stage[] = [];
  const seen = new Set<ShuffleNode | null>();
  const visit = (root: PlanNode, shuffle: ShuffleNode | null): void => {
    if (seen.has(shuffle)) return;
    seen.add(shuffle);
    const reads = shufflesRead(root);
    for (const read of reads) visit(read.parents[0]!, read);
    stages.push({ node: root, shuffle, reads });
  };
  visit(node, null);
  return stages;
}

/** The shuffles that the narrow chain of a node begins with, in the order of the lineage. */
export function shufflesRead(node: PlanNode): ShuffleNode[] {
  const found = new Set<ShuffleNode>();
  for (const one of chainOf(node)) if (one.kind === "shuffle" && one.checkpoint === null) found.add(one);
  return [...found];
}

/** The nodes that one task of a node computes: back to sources, shuffles and checkpoints, each once, the node itself last. */
export function chainOf(node: PlanNode): PlanNode[] {
  const chain = new Set<PlanNode>();
  const open: { readonly node: PlanNode; next: number }[] = [{ node, next: 0 }];
  const begun = new Set<PlanNode>([node]);
  while (open.length > 0) {
    const top = open[open.length - 1]!;
    const parent = top.node.kind === "narrow" ? parentsOf(top.node)[top.next++] : undefined;
    if (parent === undefined) {
      chain.add(top.node);
      open.pop();
    } else if (!begun.has(parent)) {
      begun.add(parent);
      open.push({ node: parent, next: 0 });
    }
  }
  return [...chain];
}

/** One partition that a task needs, and what it needs for it. */
export interface Need {
  readonly node: PlanNode;
  readonly partition: number;
}

/**
 * What a task for a partition reaches: the partitions of sources and shuffles that it reads, and the partitions of nodes that are
 * to be kept. Where `isKept` says that a partition is at hand, nothing behind it is needed.
 */
export function needsOf(node: PlanNode, partition: number, isKept: (need: Need) => boolean): { readonly kept: readonly Need[]; readonly made: readonly Need[]; readonly read: readonly Need[] } {
  const kept: Need[] = [];
  const made: Need[] = [];
  const read: Need[] = [];
  const open: Need[] = [{ node, partition }];
  const seen = new Set<string>();
  while (open.length > 0) {
    const need = open.pop()!;
    const name = `${need.node.id} ${need.partition}`;
    if (seen.has(name)) continue;
    seen.add(name);
    if (need.node.level !== "NONE" && isKept(need)) {
      kept.push(need);
      continue;
    }
    made.push(need);
    if (need.node.kind !== "narrow" || need.node.checkpoint !== null) {
      read.push(need);
      continue;
    }
    const inputs = inputsOf(need.node, need.partition);
    for (let i = inputs.length - 1; i >= 0; i--) open.push({ node: need.node.parents[inputs[i]!.parent]!, partition: inputs[i]!.partition });
  }
  return { kept, made, read };
}
