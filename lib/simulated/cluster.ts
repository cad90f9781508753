import type { Machine } from "../compute/cluster/machine.js";
import { registerMaster } from "../compute/rdd/context.js";
import { driver, type DriverOptions, type DriverSignature, type DriverState, type JobEnd, type ShuffleRow } from "../compute/rdd/cluster/driver.js";
import { executor, type ExecutorSignature, type ExecutorState } from "../compute/rdd/cluster/executor.js";
import { addJob, program } from "../compute/rdd/cluster/program.js";
import { TaskError, type Engine, type Files, type Job, type JobResult, type KeptRow, type StageRow, type TaskRow } from "../compute/rdd/engine.js";
import { nameOfStep, StepError } from "../compute/rdd/evaluate.js";
import { lineage, type PlanNode } from "../compute/rdd/plan.js";
import { finite, integer, options as checkOptions, show } from "../core/parameters.js";
import type { Seed } from "../core/random.js";
import { ids, type AnyRole, type Role } from "../core/role.js";
import { Simulation, type NemesisOptions, type NetworkOptions, type ScriptedFault } from "../sim.js";

/** A simulated cluster: a driver "driver" and executors "e1", "e2", ... All times are virtual ms. */
export interface SimulatedOptions extends Omit<DriverOptions, "program"> {
  /** How many executors (default 4). */
  readonly executors?: number;
  /** How many tasks an executor runs at once (default 1). */
  readonly slots?: number;
  /** Memory for kept partitions of each executor, in bytes (default: without end). */
  readonly memory?: number;
  /** What work costs. */
  readonly machine?: Partial<Machine>;
  /** Executors on which everything takes so many times as long: `{ e3: 5 }`. */
  readonly slow?: Readonly<Record<string, number>>;
  readonly heartbeatMs?: number;
  readonly fetchMs?: number;
  readonly seed?: Seed;
  /** Default: a latency of 1 ms. Data is charged to the task that reads it, by the machine's rates. */
  readonly network?: NetworkOptions;
  readonly faults?: readonly ScriptedFault[];
  readonly nemesis?: NemesisOptions;
  readonly files?: Files | null;
  /** How many partitions data gets when nobody says (default: all slots). */
  readonly parallelism?: number;
  /** Roles with a rule replaced, to see what the rule is good for. */
  readonly replace?: {
    readonly driver?: (role: Role<DriverSignature>) => Role<DriverSignature>;
    readonly executor?: (role: Role<ExecutorSignature>) => Role<ExecutorSignature>;
  };
  /** A job that takes longer, in ms, has failed (default 10^9). */
  readonly limitMs?: number;
}

/** The engine on a simulated cluster, which can also be looked at and struck between two actions. */
export interface SimulatedEngine extends Engine {
  /** For `simulation.crash("e2")`, `simulation.listen(...)`, `simulation.now`. */
  readonly simulation: Simulation<Record<string, AnyRole>>;
  /** Where the bytes of shuffles that are held now go: from map partition to reduce partition. */
  shuffles(): readonly ShuffleRow[];
  kept(): readonly KeptRow[];
}

/**
 * Runs RDDs on a simulated cluster: the functions run for real, in this thread; the time that they take is that of the cost model
 * (`setCost`, `machine`), and executors crash when the faults say so. The same options give the same run, event for event.
 *
 *     const cluster = simulated({ executors: 4, faults: [{ at: 100, kind: "crash", node: "e2" }] });
 *     const sc = context({ master: cluster });
 */
export function simulated(given: SimulatedOptions = {}): SimulatedEngine {
  checkOptions("simulated", given, KNOWN);
  const { executors = 4, slots = 1, limitMs = 1e9, files = null, slow = {}, network = { latency: 1 } } = given;
  integer("executors", executors, { min: 1, max: 10_000 });
  finite("limitMs", limitMs, { min: 1 });
  const names = ids(...Array.from({ length: executors }, (_, i) => `e${i + 1}`));
  for (const name of Object.keys(slow)) if (!names.includes(name as never)) throw new RangeError(`slow: no executor ${show(name)} in this cluster: ${names.join(", ")}`);
  const code = program(files);
  const [boss] = ids("driver");
  const { silenceMs, localityWaitMs, maxFailures, speculation, memory, heartbeatMs, fetchMs } = given;
  const scheduling = { ...(silenceMs === undefined ? {} : { silenceMs }), ...(localityWaitMs === undefined ? {} : { localityWaitMs }), ...(maxFailures === undefined ? {} : { maxFailures }), ...(speculation === undefined ? {} : { speculation }) };
  const working = { ...(memory === undefined ? {} : { memory }), ...(heartbeatMs === undefined ? {} : { heartbeatMs }), ...(fetchMs === undefined ? {} : { fetchMs }) };
  const { driver: otherDriver = same, executor: otherExecutor = same } = given.replace ?? {};
  const roleOf = (slowness: number): AnyRole => otherExecutor(executor({ program: code, driver: boss!, slots, ...working, machine: { ...given.machine, slowness } }));
  const sound = roleOf(given.machine?.slowness ?? 1);
  const nodes: Record<string, AnyRole> = { driver: otherDriver(driver({ program: code, ...scheduling })) };
  for (const name of names) nodes[name] = slow[name] === undefined ? sound : roleOf(slow[name]);
  const simulation = new Simulation({
    nodes, network, limits: { time: Number.MAX_SAFE_INTEGER, events: Number.MAX_SAFE_INTEGER },
    ...(given.seed === undefined ? {} : { seed: given.seed }),
    ...(given.faults === undefined ? {} : { faults: given.faults }),
    ...(given.nemesis === undefined ? {} : { nemesis: given.nemesis }),
  });
  const parallelism = given.parallelism ?? executors * slots;
  let stageNumber = 0;

  const stateOfDriver = (): DriverState => {
    const state = simulation.state("driver");
    if (state === null) throw new Error("the driver is down, and with it the program: Spark's driver has no second copy either");
    return state as DriverState;
  };

  return {
    name: "simulated",
    parallelism,
    files,
    simulation,

    check(job) {
      const piped = lineage(job.node).find((node) => node.kind === "narrow" && node.step.kind === "pipe");
      if (piped !== undefined) throw new Error(`${nameOfStep(piped)}: the simulated cluster has no processes; use an engine of distlab/threads or distlab/spark`);
    },

    async run(job) {
      if (code.jobs.has(job.id)) throw new Error("a simulated cluster runs the program of one context: make another cluster for another context");
      addJob(code, job);
      // The first tasks would all go to whoever registered first: so wait for all, and not for ever (Spark: minRegisteredResourcesRatio).
      while (simulation.now < 1_000 && stateOfDriver().executors.size < executors && simulation.step());
      const begun = simulation.now;
      const decided = simulation.decisions.length;
      simulation.request("driver", { kind: "submit", job: job.id } as never);
      while (simulation.decisions.length === decided) {
        if (simulation.now - begun > limitMs) throw new Error(`the job ${job.name} did not end within ${limitMs} ms: the last executors were ${[...stateOfDriver().executors.keys()].join(", ") || "none"}`);
        if (!simulation.step()) throw new Error(`the job ${job.name} cannot end: nothing happens any more`);
        if (simulation.steps % 4_096 === 0) stateOfDriver();
      }
      const { end } = simulation.decisions[decided]!.outcome as { readonly end: JobEnd };
      if (end.kind === "failed") {
        const cause = new Error(end.why);
        cause.name = "in the executor";
        throw new TaskError(end.partition, end.attempts, new StepError(end.step, end.item, cause));
      }
      return resultOf(job, end);
    },

    kept() {
      return names.flatMap((name) => {
        const state = simulation.state(name) as ExecutorState | null;
        if (state === null) return [];
        return (["memory", "disk"] as const).flatMap((where) =>
          Array.from(state.store[where].values(), ({ node, partition, bytes }) => ({ rdd: nameOfStep(code.nodes.get(node)!), partition, executor: name, where, bytes })),
        );
      });
    },

    shuffles() {
      const rows: ShuffleRow[] = [];
      for (const [shuffle, { places }] of stateOfDriver().outputs) {
        for (const [map, place] of places.entries()) for (const [reduce, bytes] of (place?.bytes ?? []).entries()) rows.push({ shuffle, map, reduce, bytes });
      }
      return rows;
    },

    async unpersist(node: PlanNode) {
      simulation.request("driver", { kind: "unpersist", node: node.id } as never);
    },

    async stop() {},
  };

  function resultOf(job: Job, end: JobEnd & { kind: "done" }): JobResult {
    const { stages, attempts, updates } = stateOfDriver();
    const first = stageNumber;
    stageNumber += stages.length;
    const place = new Map(stages.map(({ shuffle }, i) => [shuffle, first + i]));
    const rows: StageRow[] = stages.map((stage) => ({
      job: job.id, stage: place.get(stage.shuffle)!, name: stage.name, parents: stage.reads.map((shuffle) => place.get(shuffle)!), tasks: stage.ran, skipped: stage.ran === 0 && job.partitions.length > 0,
    }));
    const tasks = attempts.map(({ task, executor: name, hits, misses, read, written, ...row }): TaskRow => ({
      job: job.id, stage: place.get(task.shuffle)!, partition: task.partition, attempt: task.attempt, executor: name, ...row, hits, misses, shuffleRead: read, shuffleWritten: written,
    }));
    return { results: end.results, updates, stages: rows, tasks };
  }
}

function same<R>(role: R): R {
  return role;
}

const KNOWN: readonly string[] = [
  "executors", "slots", "memory", "machine", "slow", "heartbeatMs", "fetchMs", "seed", "network", "faults", "nemesis", "files", "parallelism", "limitMs",
  "silenceMs", "localityWaitMs", "maxFailures", "speculation", "replace",
] as const satisfies readonly (keyof SimulatedOptions)[];

registerMaster({
  pattern: /^simulated(\[\d+\])?$/,
  make: (name) => simulated({ executors: Number(/\d+/.exec(name)?.[0] ?? 4) }),
});
