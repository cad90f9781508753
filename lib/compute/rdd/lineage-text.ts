import { partitionerText } from "./partitioner.js";
import { parentsOf, type PlanNode } from "./plan.js";

/**
 * A lineage as text, in the form of Spark's `toDebugString`: one line a step, from the result back to the sources. "(4)" is the number
 * of partitions, "+-" the beginning of another stage, "|" a step without a shuffle. A step that was told before is only named.
 */
export function toDebugString(plan: PlanNode): string {
  const lines: string[] = [];
  const told = new Set<PlanNode>();
  const tell = (node: PlanNode, head: string, rest: string): void => {
    lines.push(`${head}${lineOf(node)}${told.has(node) ? " (as above)" : ""}`);
    if (told.has(node)) return;
    told.add(node);
    const parents = parentsOf(node);
    for (const parent of parents) {
      if (node.kind !== "shuffle") {
        tell(parent, rest, rest);
        continue;
      }
      const mark = `(${parent.partitions}) `;
      const beside = rest.replace(/\|\s+$/, "");
      tell(parent, `${beside}+-${mark}`, `${beside}${" ".repeat(mark.length - 1)}|  `);
    }
  };
  const mark = `(${plan.partitions}) `;
  tell(plan, mark, `${" ".repeat(mark.length - 3)}|  `);
  return lines.join("\n");
}

function lineOf(node: PlanNode): string {
  const { id, operator, name, partitioner, level, checkpoint } = node;
  const notes = [
    ...(name === "" ? [] : [name]),
    ...(partitioner === null ? [] : [partitionerText(partitioner)]),
    ...(level === "NONE" ? [] : [level]),
    ...(checkpoint === null ? [] : ["checkpointed"]),
  ];
  return `${operator} [${id}]${notes.length === 0 ? "" : ` ${notes.join(", ")}`}`;
}
