import { options, show } from "../../core/parameters.js";
import { ids, type NodeId, type Role } from "../../core/role.js";
import { layout, type Layout, placeChunks } from "../cluster/layout.js";
import { machineOf2004 } from "../cluster/machine.js";
import { type FileSystem, fileSystem, type FileSystemSignature, resultOf } from "./files.js";
import type { Split } from "./input.js";
import type { Job, JobResult } from "./job.js";
import { master, type Master, type MasterOptions, type MasterSignature } from "./master.js";
import { type SizedJob, liveWork, sizedWork, type Work } from "./work.js";
import { worker, type WorkerOptions, type WorkerSignature } from "./worker.js";

/** A cluster that runs one job: options for `simulate`. */
export interface MapReduceCluster {
  /** `master`, the file system `files`, and the workers. */
  readonly nodes: Readonly<Record<string, Role<MasterSignature> | Role<FileSystemSignature> | Role<WorkerSignature>>>;
  /** The request that begins the job. */
  readonly requests: readonly [{ readonly at: 0; readonly node: "master"; readonly request: { readonly kind: "run" } }];
  readonly network: { readonly latency: readonly [number, number] };
}

/** What besides the job makes a cluster. */
export interface ClusterOptions
  extends Pick<MasterOptions, "slots" | "pingEvery" | "patience" | "backups" | "tellEvery" | "checkpointEvery" | "maxFailures" | "status"> {
  /** The machines; or how many workers there are, on machines where nothing takes time but messages. */
  readonly workers: number | Layout;
  /** Copies of each chunk of the input. Default 3, as in the paper's file system. */
  readonly inputReplicas?: number;
  /** Copies of the output. Default 2, as in the paper's sort. */
  readonly outputReplicas?: number;
  /** Roles to put in the place of the sound ones. */
  readonly roles?: { readonly master?: (options: MasterOptions) => Role<MasterSignature>; readonly worker?: (options: WorkerOptions) => Role<WorkerSignature> };
}

/**
 * A job and its input on a simulated cluster, where the user's functions run for real:
 *
 *     const run = simulate({ ...mapReduceCluster(wordCount(), textSplits(files, { splitBytes: 100 }), { workers: 4 }), seed: 7 });
 *     outputOf(run, wordCount());
 */
export function mapReduceCluster(job: Job, splits: readonly Split[], given: ClusterOptions): MapReduceCluster {
  if (!Array.isArray(splits)) throw new TypeError(`splits must be a list of splits, got ${show(splits)}`);
  return clusterOf((places) => liveWork(job, splits, places), splits.length, given);
}

/** A job of which only sizes are known, on a simulated cluster. Its network must lose nothing. */
export function sizedCluster(job: SizedJob, given: ClusterOptions): MapReduceCluster {
  return clusterOf((places) => sizedWork(job, places), job.maps, given);
}

const OPTIONS = [
  "workers", "slots", "pingEvery", "patience", "backups", "tellEvery", "checkpointEvery", "maxFailures", "status", "inputReplicas", "outputReplicas", "roles",
] as const;

function clusterOf(workOf: (places: readonly (readonly NodeId[])[]) => Work, splits: number, given: ClusterOptions): MapReduceCluster {
  const { workers, inputReplicas = 3, outputReplicas = 2, roles = {}, ...rest } = options("cluster", given, OPTIONS);
  const isTimed = typeof workers !== "number";
  const machines = isTimed ? workers : layout({ workers });
  const work = workOf(placeChunks(machines, splits, { replicas: inputReplicas }));
  const [masterName, filesName] = ids("master", "files") as readonly [NodeId, NodeId];
  const masterRole = (roles.master ?? master)({
    work, workers: machines.workers, layout: machines, ...(isTimed ? { startMs: firstOf(machines).startMs, pingEvery: 10_000, tellEvery: 5_000 } : {}), ...rest,
  });
  // One role for all machines of a kind.
  const workerRoles = new Map<object | null, Role<WorkerSignature>>();
  const roleOf = (name: NodeId): Role<WorkerSignature> => {
    const machine = isTimed ? machines.machineOf.get(name)! : null;
    let role = workerRoles.get(machine);
    if (role === undefined) {
      role = (roles.worker ?? worker)({
        work, master: masterName, files: filesName, layout: machines, replicas: outputReplicas,
        ...(machine === null ? {} : { machine }), ...(rest.slots === undefined ? {} : { slots: rest.slots }),
      });
      workerRoles.set(machine, role);
    }
    return role;
  };
  return {
    nodes: { master: masterRole, files: fileSystem({ expected: work.reduces }), ...Object.fromEntries(machines.workers.map((name) => [name, roleOf(name)])) },
    requests: [{ at: 0, node: "master", request: { kind: "run" } }],
    // "Round-trip time between any pair of machines was less than a millisecond." (Dean & Ghemawat 2004, section 5.1)
    network: { latency: isTimed ? [0.1, 0.4] : [1, 10] },
  };
}

function firstOf(machines: Layout): { readonly startMs: number } {
  return machines.machineOf.get(machines.workers[0]!) ?? machineOf2004;
}

/** A run as this file needs it: where the states of nodes can be asked for. */
export interface Ran {
  readonly simulation: { state(node: any): object | null };
}

/** What the master knows at the end of a run. */
export function masterOf(run: Ran): Master {
  const state = run.simulation.state("master");
  if (state === null) throw new Error("the master is down");
  return state as Master;
}

/**
 * What a job has given, once it is done, in the form of `runSequentially`.
 *
 * @throws Error if the job is not done, with what it is instead
 */
export function outputOf<Key, Out>(run: Ran, job: Job<any, any, Key, any, Out>): JobResult<Key, Out> {
  const { phase, maps } = masterOf(run);
  if (phase.kind !== "done") throw new Error(`${job.name} is not done: ${phase.kind === "failed" ? phase.problem : phase.kind}`);
  return resultOf(run.simulation.state("files") as FileSystem, { job, maps: maps.length, counters: phase.counters, skipped: phase.skipped });
}
