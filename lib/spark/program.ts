import type { Job } from "../compute/rdd/engine.js";
import { nameOfStep } from "../compute/rdd/evaluate.js";
import type { PlanNode, ShuffleNode } from "../compute/rdd/plan.js";
import { needsOf, type Need } from "../compute/rdd/stages.js";
import { encode } from "../compute/records.js";
import type { Unit } from "./plan.js";

/** A job as a program for Spark. */
export interface SparkProgram {
  /** Python, one line for each RDD that Spark does not know yet, and one for the action. */
  readonly text: string;
  /** What its tasks do, in the order in which the lines need them. */
  readonly units: readonly Unit[];
  /** Data that goes along, one block for each partition. */
  readonly data: readonly Uint8Array[];
  /** The Python names that the program gives to RDDs which stay for later jobs: of which node, and which kind of RDD. */
  readonly made: ReadonlyMap<string, PlanNode>;
}

/**
 * The program of a job. Spark's RDDs are made where data moves or is kept: at sources with data, at shuffles, and at the nodes
 * that are to be kept. What lies between is one step of theirs, computed by Node.js. Their elements are blocks of bytes, so that
 * Spark moves, keeps and restores partitions without looking into them, and every engine gives the same result.
 *
 * @param known the names that Spark has from earlier jobs
 * @param firstBlob where the data begins among what is sent with the job
 */
export function sparkProgram(job: Job, { known, firstBlob, numberOf }: {
  readonly known: ReadonlySet<string>;
  readonly firstBlob: number;
  readonly numberOf: (node: PlanNode) => number;
}): SparkProgram {
  const lines: string[] = [];
  const units: Unit[] = [];
  const data: Uint8Array[] = [];
  const made = new Map<string, PlanNode>();

  /** The name of the RDD with what a task finds of this node: as it is made, or as Spark keeps it. Its line is written first where Spark has none. */
  const leaf = (node: PlanNode, as: "made" | "kept"): string => {
    const slices = slicesOf(node);
    const name = `${as === "kept" ? "kept" : node.checkpoint !== null ? "saved" : slices === null ? "shuffled" : "data"}${numberOf(node)}`;
    if (known.has(name) || made.has(name)) return name;
    const comment = `  # ${nameOfStep(node).replace(/\s+/g, " ")}`;
    if (as === "kept") {
      const { unit, leaves } = unitOf({ root: node, end: { kind: "keep" } });
      lines.push(`${name} = job.keep(${unit}, ${node.id}, ${node.partitions}, ${leaves}, "${node.level}")${comment}`);
    } else if (slices !== null) {
      lines.push(`${name} = job.data(${node.id}, ${firstBlob + data.length}, ${slices.length})${comment}`);
      for (const slice of slices) data.push(encode(slice));
    } else {
      const shuffle = node as ShuffleNode;
      const root = shuffle.parents[0]!;
      const { unit, leaves } = unitOf({ root, end: { kind: "shuffle", shuffle } });
      lines.push(`${name} = job.shuffle(${unit}, ${node.id}, ${root.partitions}, ${node.partitions}, ${leaves})${comment}`);
    }
    made.set(name, node);
    return name;
  };

  const unitOf = (unit: Unit): { readonly unit: number; readonly leaves: string } => {
    const { root, end } = unit;
    const routes = new Map<PlanNode, { readonly as: "made" | "kept"; readonly targets: number[][] }>();
    const route = (as: "made" | "kept", { node, partition: place }: Need, partition: number): void => {
      // Files are read where the task runs.
      if (as === "made" && node.kind === "source" && node.source.kind === "text" && node.checkpoint === null) return;
      if (!routes.has(node)) routes.set(node, { as, targets: Array.from({ length: node.partitions }, () => []) });
      routes.get(node)!.targets[place]!.push(partition);
    };
    for (let partition = 0; partition < root.partitions; partition++) {
      const { kept, read } = needsOf(root, partition, ({ node }) => end.kind !== "keep" || node !== root);
      for (const need of kept) route("kept", need, partition);
      for (const need of read) route("made", need, partition);
    }
    const leaves = Array.from(routes, ([node, { as, targets }]) => {
      const name = leaf(node, as);
      const isAligned = node.partitions === root.partitions && targets.every((to, place) => to.length === 1 && to[0] === place);
      return isAligned ? name : `job.routed(${name}, ${root.partitions}, ${JSON.stringify(targets)})`;
    });
    return { unit: units.push(unit) - 1, leaves: `[${leaves.join(", ")}]` };
  };

  const { unit, leaves } = unitOf({ root: job.node, end: { kind: "action", action: job.action } });
  lines.push(`job.act(${unit}, ${job.node.partitions}, ${leaves}, ${JSON.stringify(job.partitions)})  # ${job.name}`);
  return { text: `${lines.join("\n")}\n`, units, data, made };
}

/** The partitions of a node whose items are at hand here: a source's or a checkpoint's. */
function slicesOf(node: PlanNode): readonly (readonly unknown[])[] | null {
  if (node.checkpoint !== null) return node.checkpoint.slices;
  return node.kind === "source" && node.source.kind === "slices" ? node.source.slices : null;
}
