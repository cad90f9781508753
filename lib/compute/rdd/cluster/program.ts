import type { Files, Job } from "../engine.js";
import { lineage, type PlanNode } from "../plan.js";

/** The program that driver and executors run: what Spark ships as code. It only grows; what is in it never changes its meaning. */
export interface Program {
  readonly jobs: Map<number, Job>;
  readonly nodes: Map<number, PlanNode>;
  readonly files: Files | null;
}

/** A program without jobs. */
export function program(files: Files | null = null): Program {
  return { jobs: new Map(), nodes: new Map(), files };
}

/** Add a job with its lineage. */
export function addJob(to: Program, job: Job): void {
  to.jobs.set(job.id, job);
  for (const node of lineage(job.node)) to.nodes.set(node.id, node);
}
