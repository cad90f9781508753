import { finite, integer } from "../../../core/parameters.js";
import type { Call, NodeId, Out, Role } from "../../../core/role.js";
import type { AccumulatorUpdate } from "../accumulator.js";
import type { Job, Locality } from "../engine.js";
import { nameOfStep } from "../evaluate.js";
import type { PlanNode, ShuffleNode } from "../plan.js";
import { preferredOf } from "../rdd.js";
import { chainOf, needsOf, stagesOf } from "../stages.js";
import type { BlockId } from "../block-store.js";
import {
  taskKey, type Ack, type Attempt, type Done, type Failed, type Forget, type Heartbeat, type Holds, type Kill, type Launch, type Register, type Renew, type TaskId,
} from "./messages.js";
import type { Program } from "./program.js";

/** How the driver schedules. */
export interface DriverOptions {
  readonly program: Program;
  /** After how long without a heartbeat an executor counts as lost, in ms (default 5,000). */
  readonly silenceMs?: number;
  /** How long a task waits for a place near its data before it takes any (delay scheduling; default 3,000 ms, as Spark). */
  readonly localityWaitMs?: number;
  /** How often a task may fail before the job does (default 4, as Spark). Lost executors do not count. */
  readonly maxFailures?: number;
  /** Copies of slow tasks: off unless given. */
  readonly speculation?: {
    /** The share of a stage's tasks that must be done first (default 0.75). */
    readonly quantile?: number;
    /** How many times the median of those a task must have taken (default 1.5). */
    readonly multiplier?: number;
    /** How often it is looked at, in ms (default 100). */
    readonly everyMs?: number;
  } | null;
}

/** An executor, as the driver knows it. */
export interface ExecutorView {
  readonly life: number;
  readonly slots: number;
  /** The attempts that run there, by `taskKey`. */
  readonly running: Map<string, { readonly shuffle: number | null; readonly partition: number; readonly number: number }>;
}

/** A task of a stage that is wanted. */
export interface TaskState {
  /** What runs now. */
  readonly attempts: Attempt[];
  /** How many attempts there were. */
  tried: number;
  failures: number;
  /** How many heartbeats said nothing of an attempt, by its number. */
  readonly unheard: Map<number, number>;
}

/** Tasks that wait for a slot. */
interface Waiting {
  /** Near whom the data of each is; nobody: it may run anywhere. */
  readonly near: Map<number, Near>;
  /** The tasks near each executor. */
  readonly at: Map<NodeId, Set<number>>;
  readonly anywhere: Set<number>;
}

interface Near {
  readonly names: readonly NodeId[];
  readonly locality: Locality;
}

/** A stage of the job: the tasks of a map side, or of the action. */
export interface StageState {
  readonly shuffle: number | null;
  readonly name: string;
  readonly reads: readonly number[];
  /** Wanted partitions that are not done. */
  readonly tasks: Map<number, TaskState>;
  /** Those of them that nobody runs, by where they would best run; null: to be found anew. */
  waiting: Waiting | null;
  /** Whether what its tasks compute is or was to be kept anywhere on the way. */
  readonly keeps: boolean;
  /** How long its tasks took, in ms. */
  readonly took: number[];
  /** How many tasks it was asked for. */
  wanted: number;
  /** Whether it has waited long enough for places near the data. */
  patient: boolean;
  ran: number;
}

/** One attempt that is over. */
export interface EndedAttempt {
  readonly task: TaskId;
  readonly executor: NodeId;
  readonly from: number;
  readonly to: number;
  readonly outcome: "done" | "failed" | "lost" | "late";
  readonly locality: Locality;
  readonly speculative: boolean;
  readonly hits: number;
  readonly misses: number;
  readonly read: number;
  readonly written: number;
}

/** Bytes that a map task wrote for a reduce partition. */
export interface ShuffleRow {
  readonly shuffle: number;
  readonly map: number;
  readonly reduce: number;
  readonly bytes: number;
}

/** What an action came to. */
export type JobEnd =
  | { readonly kind: "done"; readonly results: readonly unknown[] }
  | { readonly kind: "failed"; readonly partition: number; readonly attempts: number; readonly step: string; readonly item: string; readonly why: string };

/** The outputs of a shuffle's map side. */
export interface Outputs {
  readonly places: ({ readonly at: NodeId; readonly bytes: readonly number[] } | null)[];
  /** How many of them are null. */
  missing: number;
}

export interface DriverState {
  readonly executors: Map<NodeId, ExecutorView>;
  /** Where the output of each map partition of each shuffle lies, and how large its blocks are. */
  readonly outputs: Map<number, Outputs>;
  /** Who keeps a partition, by `node/partition`. */
  readonly kept: Map<string, NodeId[]>;
  /** The job that runs, with the call that is to be answered. */
  job: { readonly id: number; readonly call: Call; /** How many partitions were asked for. */ readonly wanted: number; readonly results: Map<number, unknown> } | null;
  stages: StageState[];
  updates: AccumulatorUpdate[];
  attempts: EndedAttempt[];
}

export type DriverRequest = { readonly kind: "submit"; readonly job: number } | { readonly kind: "unpersist"; readonly node: number };

export type DriverTimer =
  | { readonly kind: "silent"; readonly executor: NodeId }
  | { readonly kind: "patience"; readonly shuffle: number | null }
  | { readonly kind: "speculate" };

export interface DriverSignature {
  readonly state: DriverState;
  readonly receives: Register | Heartbeat | Done | Failed | Holds;
  readonly sends: Launch | Kill | Ack | Renew | Forget;
  readonly timers: DriverTimer;
  readonly requests: DriverRequest;
  readonly replies: JobEnd;
  readonly decides: { readonly job: number; readonly end: JobEnd };
}

type To = Out<DriverSignature>;

/**
 * The driver: cuts a job into stages, gives tasks to executors near the data, and has computed again what was lost, and only that
 * (Zaharia et al., "Resilient Distributed Datasets", NSDI 2012, section 5.1; delay scheduling: Zaharia et al., EuroSys 2010).
 *
 * It knows where each map output and each kept partition lies. A lost executor takes those with it, and the tasks that ran there.
 * What is missing is found anew then: from the action's missing partitions back along the lineage, as far as something is kept.
 */
export function driver(options: DriverOptions): Role<DriverSignature> {
  const { program, silenceMs = 5_000, localityWaitMs = 3_000, maxFailures = 4, speculation = null } = options;
  finite("silenceMs", silenceMs, { min: 1 });
  finite("localityWaitMs", localityWaitMs);
  integer("maxFailures", maxFailures, { min: 1, max: 1_000 });
  const { quantile = 0.75, multiplier = 1.5, everyMs = 100 } = speculation ?? {};

  /** The executor is gone, with all that it ran and held. */
  function lose(self: DriverState, name: NodeId, out: To): void {
    self.executors.delete(name);
    out.cancelTimer({ kind: "silent", executor: name });
    for (const outputs of self.outputs.values()) forgetOutputs(outputs, name);
    for (const [block, places] of self.kept) {
      if (!places.includes(name)) continue;
      const left = places.filter((place) => place !== name);
      if (left.length > 0) self.kept.set(block, left);
      else self.kept.delete(block);
    }
    for (const stage of self.stages) {
      stage.waiting = null;
      for (const [partition, task] of stage.tasks) {
        for (const attempt of task.attempts.filter(({ executor }) => executor === name)) end(self, stage, { partition, task, attempt }, "lost", out);
      }
    }
  }

  /** An attempt is over: a row for the pictures, and its slot is free. */
  function end(
    self: DriverState,
    stage: StageState,
    { partition, task, attempt }: { readonly partition: number; readonly task: TaskState; readonly attempt: Attempt },
    outcome: EndedAttempt["outcome"],
    out: To,
    done: Done | null = null,
  ): void {
    task.attempts.splice(task.attempts.indexOf(attempt), 1);
    self.executors.get(attempt.executor)?.running.delete(keyOfAttempt(self, stage, partition, attempt));
    if (task.attempts.length === 0 && outcome !== "done") stage.waiting = null;
    const { executor, from, locality, speculative, number } = attempt;
    self.attempts.push({
      task: { job: self.job!.id, shuffle: stage.shuffle, partition, attempt: number }, executor, from, to: out.clock(), outcome, locality, speculative,
      hits: done?.hits ?? 0, misses: done?.misses ?? 0, read: done?.read ?? 0, written: done?.written.reduce((sum, bytes) => sum + bytes, 0) ?? 0,
    });
  }

  /** Which tasks are wanted: those of the action that are not done, and what of the shuffles behind them is missing. */
  function want(self: DriverState): void {
    const job = program.jobs.get(self.job!.id)!;
    const last = self.stages[self.stages.length - 1]!;
    for (const partition of job.partitions) if (!self.job!.results.has(partition)) ask(self, last, partition);
    // From the last stage to the first: a stage asks those that it reads.
    for (let i = self.stages.length - 1; i >= 0; i--) {
      const stage = self.stages[i]!;
      for (const partition of stage.tasks.keys()) {
        for (const shuffle of missingReads(self, nodeOf(stage, job), partition)) {
          const writer = self.stages.find((one) => one.shuffle === shuffle.id)!;
          for (const [map, place] of self.outputs.get(shuffle.id)!.places.entries()) if (place === null) ask(self, writer, map);
        }
      }
    }
  }

  function ask(self: DriverState, stage: StageState, partition: number): void {
    if (stage.tasks.has(partition)) return;
    // Computed before, and lost: attempts are numbered on.
    const tried = self.attempts.length === 0 ? 0 : self.attempts.filter(({ task }) => task.shuffle === stage.shuffle && task.partition === partition).length;
    stage.waiting = null;
    stage.tasks.set(partition, { attempts: [], tried, failures: 0, unheard: new Map() });
    stage.wanted++;
  }

  function nodeOf({ shuffle }: StageState, job: Job): PlanNode {
    return shuffle === null ? job.node : program.nodes.get(shuffle)!.parents[0]!;
  }

  function missingReads(self: DriverState, node: PlanNode, partition: number): ShuffleNode[] {
    const { read } = needsOf(node, partition, (need) => self.kept.has(`${need.node.id}/${need.partition}`));
    const shuffles = new Set<ShuffleNode>();
    for (const { node: one } of read) {
      if (one.kind !== "shuffle" || one.checkpoint !== null) continue;
      if (outputsOf(self, one).missing > 0) shuffles.add(one);
    }
    return [...shuffles];
  }

  /** Give tasks to free slots: first where their data is, then, after a while, anywhere. */
  function schedule(self: DriverState, out: To): void {
    if (self.job === null) return;
    const job = program.jobs.get(self.job.id)!;
    for (const stage of self.stages) {
      const free = freeExecutors(self);
      if (free.length === 0) return;
      if (stage.tasks.size === 0) continue;
      const node = nodeOf(stage, job);
      const complete = stage.reads.every((shuffle) => outputsOf(self, program.nodes.get(shuffle) as ShuffleNode).missing === 0);
      // A task that finds all it needs in kept partitions need not wait for a shuffle.
      if (!complete && !stage.keeps) continue;
      const isReady = (partition: number): boolean => complete || missingReads(self, node, partition).length === 0;
      stage.waiting ??= waitingOf(self, stage, node);
      const { near, at, anywhere } = stage.waiting;
      let isNear = false;
      for (const name of free) {
        for (const partition of at.get(name) ?? []) {
          if (!isFree(self, name)) break;
          if (!isReady(partition)) continue;
          launch(self, stage, { partition, task: stage.tasks.get(partition)! }, name, near.get(partition)!.locality, out);
          isNear = true;
        }
      }
      if (isNear && stage.patient) {
        stage.patient = false;
        out.cancelTimer({ kind: "patience", shuffle: stage.shuffle });
      }
      if (!launchAnywhere(self, stage, anywhere, "NO_PREF", isReady, out)) return;
      const away = [...near.keys()].filter((partition) => near.get(partition)!.names.length > 0);
      if (away.length === 0) continue;
      if (!stage.patient && localityWaitMs > 0) out.setTimer({ kind: "patience", shuffle: stage.shuffle }, localityWaitMs);
      else if (!launchAnywhere(self, stage, away, "ANY", isReady, out)) return;
    }
  }

  /** Start tasks wherever there is room; false when there is none left. */
  function launchAnywhere(self: DriverState, stage: StageState, partitions: Iterable<number>, locality: Locality, isReady: (partition: number) => boolean, out: To): boolean {
    for (const partition of partitions) {
      if (!isReady(partition)) continue;
      const place = emptiest(self);
      if (place === null) return false;
      launch(self, stage, { partition, task: stage.tasks.get(partition)! }, place, locality, out);
    }
    return true;
  }

  function waitingOf(self: DriverState, stage: StageState, node: PlanNode): Waiting {
    const waiting: Waiting = { near: new Map(), at: new Map(), anywhere: new Set() };
    for (const [partition, { attempts }] of stage.tasks) {
      if (attempts.length > 0) continue;
      const near = nearest(self, stage, node, partition);
      waiting.near.set(partition, near);
      if (near.names.length === 0) waiting.anywhere.add(partition);
      for (const name of near.names) {
        if (!waiting.at.has(name)) waiting.at.set(name, new Set());
        waiting.at.get(name)!.add(partition);
      }
    }
    return waiting;
  }

  /** Where a task's data is: kept partitions first, then what the source prefers. */
  function nearest(self: DriverState, stage: StageState, node: PlanNode, partition: number): Near {
    if (stage.keeps) {
      const { kept } = needsOf(node, partition, (need) => self.kept.has(`${need.node.id}/${need.partition}`));
      const keepers = kept.flatMap((need) => self.kept.get(`${need.node.id}/${need.partition}`)!);
      if (keepers.length > 0) return { names: keepers, locality: "PROCESS_LOCAL" };
    }
    const names = (preferredOf(node, partition) as readonly NodeId[]).filter((name) => self.executors.has(name));
    return { names, locality: "NODE_LOCAL" };
  }

  function launch(
    self: DriverState,
    stage: StageState,
    { partition, task }: { readonly partition: number; readonly task: TaskState },
    executor: NodeId,
    locality: Locality,
    out: To,
    speculative: boolean = false,
  ): void {
    const job = program.jobs.get(self.job!.id)!;
    stage.ran++;
    const attempt: Attempt = { number: task.tried++, executor, from: out.clock(), locality, speculative };
    task.attempts.push(attempt);
    self.executors.get(executor)!.running.set(keyOfAttempt(self, stage, partition, attempt), { shuffle: stage.shuffle, partition, number: attempt.number });
    if (stage.waiting !== null) {
      for (const name of stage.waiting.near.get(partition)?.names ?? []) stage.waiting.at.get(name)!.delete(partition);
      stage.waiting.near.delete(partition);
      stage.waiting.anywhere.delete(partition);
    }
    out.send(executor, launchOf(self, stage, job, { partition, attempt }));
  }

  function launchOf(self: DriverState, stage: StageState, job: Job, { partition, attempt }: { readonly partition: number; readonly attempt: Attempt }): Launch {
    const { read, kept } = needsOf(nodeOf(stage, job), partition, (need) => self.kept.has(`${need.node.id}/${need.partition}`));
    const shuffles = [...new Set(read.map(({ node }) => node))].filter((node) => node.kind === "shuffle" && node.checkpoint === null);
    return {
      kind: "launch",
      task: { job: job.id, shuffle: stage.shuffle, partition, attempt: attempt.number },
      life: self.executors.get(attempt.executor)!.life,
      outputs: shuffles.map(({ id }) => ({ shuffle: id, at: self.outputs.get(id)!.places.map((place) => place?.at ?? null) })),
      kept: kept.map(({ node, partition: place }) => {
        const places = self.kept.get(`${node.id}/${place}`)!;
        return { node: node.id, partition: place, at: places.includes(attempt.executor) ? attempt.executor : places[0]! };
      }),
      peer: stage.keeps ? peerOf(self, attempt.executor) : null,
    };
  }

  function finish(self: DriverState, result: JobEnd, out: To): void {
    for (const stage of self.stages) {
      for (const [partition, task] of stage.tasks) {
        for (const attempt of [...task.attempts]) {
          out.send(attempt.executor, { kind: "kill", task: { job: self.job!.id, shuffle: stage.shuffle, partition, attempt: attempt.number } });
          end(self, stage, { partition, task, attempt }, "late", out);
        }
      }
      stage.tasks.clear();
      out.cancelTimer({ kind: "patience", shuffle: stage.shuffle });
    }
    out.cancelTimer({ kind: "speculate" });
    const { id, call } = self.job!;
    self.job = null;
    out.decide({ job: id, end: result });
    out.reply(call, result);
  }

  return {
    name: "driver",
    durable: [],
    init: () => ({ executors: new Map(), outputs: new Map(), kept: new Map(), job: null, stages: [], updates: [], attempts: [] }),

    receive: {
      register(self, { life, slots }, from, out) {
        const known = self.executors.get(from);
        if (known !== undefined && known.life >= life) return;
        if (known !== undefined) lose(self, from, out);
        self.executors.set(from, { life, slots, running: new Map() });
        out.setTimer({ kind: "silent", executor: from }, silenceMs);
        // It may be whom the source prefers.
        for (const stage of self.stages) stage.waiting = null;
        if (self.job !== null) want(self);
        schedule(self, out);
      },

      heartbeat(self, { life, running }, from, out) {
        const known = self.executors.get(from);
        if (known === undefined) return out.send(from, { kind: "renew", life });
        if (known.life !== life) return;
        out.setTimer({ kind: "silent", executor: from }, silenceMs);
        if (self.job === null) return;
        const job = program.jobs.get(self.job.id)!;
        // A launch that was lost on the way: said again when two heartbeats did not know of it.
        const atWork = new Set(running);
        for (const [key, { shuffle, partition, number }] of known.running) {
          const stage = self.stages.find((one) => one.shuffle === shuffle)!;
          const task = stage.tasks.get(partition)!;
          const unheard = atWork.has(key) ? 0 : (task.unheard.get(number) ?? 0) + 1;
          task.unheard.set(number, unheard);
          const attempt = task.attempts.find((one) => one.number === number)!;
          if (unheard >= 2) out.send(from, launchOf(self, stage, job, { partition, attempt }));
        }
      },

      done(self, done, from, out) {
        const { task: id, life } = done;
        out.send(from, { kind: "ack", task: id });
        if (self.executors.get(from)?.life !== life) return;
        for (const block of done.kept) keepAt(self, block, from);
        for (const block of done.dropped) dropAt(self, block, from);
        const found = attemptOf(self, id, from);
        if (found === null) return;
        const { stage, task, attempt } = found;
        end(self, stage, { partition: id.partition, task, attempt }, "done", out, done);
        stage.took.push(out.clock() - attempt.from);
        stage.tasks.delete(id.partition);
        // The other copy of the task is too late.
        for (const other of [...task.attempts]) {
          out.send(other.executor, { kind: "kill", task: { ...id, attempt: other.number } });
          end(self, stage, { partition: id.partition, task, attempt: other }, "late", out);
        }
        self.updates.push(...done.updates);
        if (id.shuffle !== null) {
          const outputs = self.outputs.get(id.shuffle)!;
          if (outputs.places[id.partition] === null) outputs.missing--;
          outputs.places[id.partition] = { at: from, bytes: done.written };
        } else self.job!.results.set(id.partition, done.result);
        const job = program.jobs.get(id.job)!;
        if (self.job!.results.size === self.job!.wanted) {
          return finish(self, { kind: "done", results: job.partitions.map((partition) => self.job!.results.get(partition)) }, out);
        }
        // What it dropped may be what another task counts on.
        if (done.dropped.length > 0) {
          for (const one of self.stages) one.waiting = null;
          want(self);
        }
        schedule(self, out);
      },

      failed(self, failed, from, out) {
        const { task: id, life, reason } = failed;
        out.send(from, { kind: "ack", task: id });
        if (self.executors.get(from)?.life !== life) return;
        const found = attemptOf(self, id, from);
        if (found === null) return;
        const { stage, task, attempt } = found;
        end(self, stage, { partition: id.partition, task, attempt }, "failed", out);
        if (reason.kind === "error") {
          if (++task.failures >= maxFailures) {
            const { step, item, why } = reason;
            return finish(self, { kind: "failed", partition: id.partition, attempts: task.failures, step, item, why }, out);
          }
        } else {
          // It was not there, whatever was believed: the output has to be made again.
          for (const shuffle of reason.shuffles) {
            const outputs = self.outputs.get(shuffle);
            if (outputs !== undefined) forgetOutputs(outputs, reason.from);
          }
          for (const block of reason.kept) dropAt(self, block, reason.from);
        }
        want(self);
        schedule(self, out);
      },

      holds(self, { life, block, dropped }, from) {
        if (self.executors.get(from)?.life !== life) return;
        keepAt(self, block, from);
        for (const other of dropped) dropAt(self, other, from);
      },
    },

    timeout: {
      silent(self, { executor }, out) {
        lose(self, executor, out);
        if (self.job === null) return;
        want(self);
        schedule(self, out);
      },

      patience(self, { shuffle }, out) {
        const stage = self.stages.find((one) => one.shuffle === shuffle);
        if (stage === undefined) return;
        stage.patient = true;
        schedule(self, out);
      },

      /** Copies of the slow ones, when most of the stage is done and a slot is free. */
      speculate(self, _, out) {
        if (self.job === null) return;
        for (const stage of self.stages) {
          if (stage.took.length < quantile * stage.wanted || stage.took.length === 0) continue;
          const median = [...stage.took].sort((a, b) => a - b)[stage.took.length >> 1]!;
          for (const [partition, task] of stage.tasks) {
            const [only] = task.attempts;
            if (only === undefined || task.attempts.length > 1 || out.clock() - only.from <= multiplier * median) continue;
            const place = emptiest(self, only.executor);
            if (place !== null) launch(self, stage, { partition, task }, place, "ANY", out, true);
          }
        }
        out.setTimer({ kind: "speculate" }, everyMs);
      },
    },

    request: {
      submit(self, { job: id }, call, out) {
        if (self.job?.call === call) return; // asked again by a client that has no answer yet
        const job = program.jobs.get(id)!;
        self.job = { id, call, wanted: new Set(job.partitions).size, results: new Map() };
        self.updates = [];
        self.attempts = [];
        self.stages = stagesOf(job.node).map(({ node, shuffle, reads }) => ({
          shuffle: shuffle?.id ?? null, name: shuffle === null ? job.name : nameOfStep(node), reads: reads.map((read) => read.id),
          tasks: new Map(), waiting: null, keeps: chainOf(node).some(({ level }) => level !== "NONE"), took: [], wanted: 0, patient: false, ran: 0,
        }));
        if (job.partitions.length === 0) return finish(self, { kind: "done", results: [] }, out);
        if (speculation !== null) out.setTimer({ kind: "speculate" }, everyMs);
        want(self);
        schedule(self, out);
      },

      unpersist(self, { node }, _, out) {
        for (const block of [...self.kept.keys()]) if (block.startsWith(`${node}/`)) self.kept.delete(block);
        for (const name of self.executors.keys()) out.send(name, { kind: "forget", node });
      },
    },
  };
}

function attemptOf(self: DriverState, id: TaskId, from: NodeId): { readonly stage: StageState; readonly task: TaskState; readonly attempt: Attempt } | null {
  if (self.job?.id !== id.job) return null;
  const stage = self.stages.find(({ shuffle }) => shuffle === id.shuffle);
  const task = stage?.tasks.get(id.partition);
  const attempt = task?.attempts.find(({ number, executor }) => number === id.attempt && executor === from);
  return stage === undefined || task === undefined || attempt === undefined ? null : { stage, task, attempt };
}

function keepAt(self: DriverState, { node, partition }: BlockId, at: NodeId): void {
  const key = `${node}/${partition}`;
  const places = self.kept.get(key) ?? [];
  if (!places.includes(at)) self.kept.set(key, [...places, at]);
}

function dropAt(self: DriverState, { node, partition }: BlockId, at: NodeId): void {
  const key = `${node}/${partition}`;
  const left = (self.kept.get(key) ?? []).filter((place) => place !== at);
  if (left.length > 0) self.kept.set(key, left);
  else self.kept.delete(key);
}

function isFree(self: DriverState, name: NodeId): boolean {
  const view = self.executors.get(name);
  return view !== undefined && view.running.size < view.slots;
}

function freeExecutors(self: DriverState): NodeId[] {
  const free: NodeId[] = [];
  for (const [name, { slots, running }] of self.executors) if (running.size < slots) free.push(name);
  return free;
}

/** The executor with the most free slots, the first of equals; null where none is free. */
function emptiest(self: DriverState, not: NodeId | null = null): NodeId | null {
  let best: NodeId | null = null;
  let most = 0;
  for (const [name, { slots, running }] of self.executors) {
    if (name === not || slots - running.size <= most) continue;
    best = name;
    most = slots - running.size;
  }
  return best;
}

/** The next executor, which takes second copies; null where there is no other. */
function peerOf(self: DriverState, name: NodeId): NodeId | null {
  const names = [...self.executors.keys()];
  return names.length > 1 ? names[(names.indexOf(name) + 1) % names.length]! : null;
}

function keyOfAttempt(self: DriverState, { shuffle }: StageState, partition: number, { number }: Attempt): string {
  return taskKey({ job: self.job!.id, shuffle, partition, attempt: number });
}

function outputsOf(self: DriverState, { id, parents }: ShuffleNode): Outputs {
  let outputs = self.outputs.get(id);
  if (outputs === undefined) {
    const maps = parents[0]!.partitions;
    outputs = { places: Array.from({ length: maps }, () => null), missing: maps };
    self.outputs.set(id, outputs);
  }
  return outputs;
}

/** What lay there is gone. */
function forgetOutputs(outputs: Outputs, at: NodeId): void {
  for (const [map, place] of outputs.places.entries()) {
    if (place?.at !== at) continue;
    outputs.places[map] = null;
    outputs.missing++;
  }
}
