import { partitionerText } from "./partitioner.js";
import { lineage, parentsOf, type PlanNode } from "./plan.js";
import type { Rdd } from "./rdd.js";
import { chainOf, stagesOf } from "./stages.js";

/** Boxes and arrows, as `graph` of distlab/plot draws them. */
export interface LineageGraph {
  readonly nodes: readonly { readonly id: string; readonly label: string; readonly kind: string }[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly label?: string; readonly dashed?: boolean }[];
}

/**
 * The lineage of an RDD for `graph`: a box for each step, coloured by the stage that computes it; a solid arrow where each partition
 * comes from few partitions, a dashed one where all go to all.
 */
export function lineageGraph({ plan }: Rdd<any>): LineageGraph {
  const stages = stagesOf(plan);
  const stageOf = new Map<PlanNode, number>();
  // A step that two stages compute is shown in the earlier one.
  for (const [i, stage] of stages.entries()) for (const node of chainOf(stage.node)) if (!stageOf.has(node)) stageOf.set(node, i);
  const all = lineage(plan);
  return {
    nodes: all.map((node) => ({ id: String(node.id), label: [`${node.operator}${node.name === "" ? "" : ` (${node.name})`}`, notesOf(node)].join("\n"), kind: `stage ${stageOf.get(node)!}` })),
    edges: all.flatMap((node) =>
      parentsOf(node).map((parent) => ({
        from: String(parent.id), to: String(node.id), ...(node.kind === "shuffle" ? { label: "shuffle", dashed: true } : {}),
      })),
    ),
  };
}

/** The stages of a job on an RDD for `graph`: a box for each stage with its number of tasks, an arrow for each shuffle. */
export function stageGraph({ plan }: Rdd<any>): LineageGraph {
  const stages = stagesOf(plan);
  return {
    nodes: stages.map(({ node, shuffle }, i) => ({
      id: `stage ${i}`, label: `stage ${i}: ${node.operator}\n${node.partitions} tasks`, kind: shuffle === null ? "result stage" : "shuffle map stage",
    })),
    edges: stages.flatMap(({ reads }, i) =>
      reads.map((read) => ({ from: `stage ${stages.findIndex(({ shuffle }) => shuffle === read)}`, to: `stage ${i}`, label: read.operator })),
    ),
  };
}

function notesOf({ partitions, partitioner, level, checkpoint }: PlanNode): string {
  return [
    `${partitions} partition${partitions === 1 ? "" : "s"}`,
    ...(partitioner === null ? [] : [partitionerText(partitioner)]),
    ...(level === "NONE" ? [] : [level]),
    ...(checkpoint === null ? [] : ["checkpointed"]),
  ].join(", ");
}
