import { delay, finite, flag, integer, nodeNames, options } from "../../core/parameters.js";
import type { Call, Delay, NodeId, Out, Role } from "../../core/role.js";
import { type Layout, localityOf } from "../cluster/layout.js";
import type { Locality } from "../cluster/machine.js";
import type { Phase, Skipped } from "./job.js";
import type { Abandon, Assign, Attempt, BulkNews, Done, LastGasp, Location, News, Ping, Pong, Unreadable } from "./messages.js";
import { addCounters } from "./task.js";
import { type Slots, slotsOf } from "./worker.js";
import type { Work } from "./work.js";

/**
 * What the master knows: "for each map task and reduce task, it stores the state (idle, in-progress, or completed), and the
 * identity of the worker machine (for non-idle tasks)" (section 3.2).
 *
 * 1. Each number from 0 to M - 1 is in exactly one state, and so is each from 0 to R - 1.
 * 2. A worker that is free for a kind of task is in the list of those that are, once for each free slot.
 */
export interface Master {
  readonly id: NodeId;
  /** The name of the job. */
  readonly job: string;
  /** How often it has started: attempts of two lives have different numbers. */
  life: number;
  phase: MasterPhase;
  maps: TaskState[];
  reduces: TaskState[];
  workers: Map<NodeId, WorkerState>;
  /** Workers with a free slot, in the order in which it became free. */
  free: { map: NodeId[]; reduce: NodeId[] };
  /** How many tasks are idle, and a number below which none is. */
  idle: { map: number; reduce: number };
  next: { map: number; reduce: number };
  /** How many tasks are done. */
  done: { map: number; reduce: number };
  /** Tasks in progress, in the order in which they began. */
  inProgress: { map: number[]; reduce: number[] };
  attempts: number;
  /** In bulk: the map task of each completion, which of them are lost, and how many of either the workers were told. */
  completions: number[];
  lost: number[];
  told: { completions: number; lost: number };
  /** What the status page shows: every attempt, in the order in which they began. Empty if `status` is false. */
  rows: AttemptRow[];
  calls: Set<Call>;
}

export type MasterPhase =
  | { readonly kind: "waiting" }
  | { readonly kind: "running" }
  | Outcome;

/** How a job ends. */
export type Outcome =
  | { readonly kind: "done"; readonly counters: Readonly<Record<string, number>>; readonly skipped: readonly Skipped[] }
  /** A task failed too often. */
  | { readonly kind: "failed"; readonly problem: string }
  /** The master itself failed, and had no checkpoint: "clients can check for this condition and retry" (section 3.3). */
  | { readonly kind: "aborted" };

/** One of M + R tasks. */
export interface TaskState {
  /** Attempts under way, at most two: the first, and a backup. */
  attempts: { readonly attempt: Attempt; readonly worker: NodeId }[];
  /** The attempt that counts; null while there is none. */
  done: { readonly attempt: Attempt; readonly worker: NodeId; readonly life: number; readonly counters: Readonly<Record<string, number>>; readonly skip: readonly number[] } | null;
  /** On which records it failed, and how often. */
  failures: Map<number, number>;
  /** In bulk: the numbers of its completions, the last one first. */
  completion: number | null;
}

/** A worker as the master sees it. */
export interface WorkerState {
  /** Its life, from its last pong; 0 before the first. */
  life: number;
  alive: boolean;
  /** How many pings it has not answered. */
  missed: number;
}

/** An attempt as the status page shows it (section 4.7). Times in ms. */
export interface AttemptRow {
  readonly phase: Phase;
  readonly task: number;
  readonly attempt: Attempt;
  readonly worker: NodeId;
  readonly backup: boolean;
  readonly locality: Locality;
  readonly from: number;
  to: number | null;
  /** "lost": the map task was done, and its output died with its worker. "abandoned": another attempt was first. */
  outcome: "running" | "done" | "abandoned" | "worker failed" | "bad record" | "lost";
  /** When a reduce task had copied all map outputs. */
  copiedAt: number | null;
  inBytes: number;
  outBytes: number;
  /** When its output was lost. */
  lostAt: number | null;
}

export type MasterSignature = {
  state: Master;
  requests: { readonly kind: "run" };
  receives: Pong | Done | LastGasp | Unreadable;
  timers: { readonly kind: "begin" } | { readonly kind: "ping" } | { readonly kind: "tell" } | { readonly kind: "checkpoint" };
  sends: Ping | Assign | News | BulkNews | Abandon;
  decides: Outcome;
  replies: Outcome;
};

export interface MasterOptions {
  readonly work: Work;
  readonly workers: readonly NodeId[];
  readonly slots?: Partial<Slots>;
  /** Where the machines stand: tasks go to where their input is. By default they go anywhere. */
  readonly layout?: Layout;
  /** How long programs take to start, in ms. Default 0. */
  readonly startMs?: number;
  /** How often it pings, in ms. Default 50. */
  readonly pingEvery?: Delay;
  /** How many pings a worker may leave unanswered before it counts as failed. Default 3. */
  readonly patience?: number;
  /**
   * When backups of tasks in progress begin: if at most this share of the tasks of the phase are not done (and always for the last
   * one). 0: never. Default 0.05. The paper says "close to completion".
   */
  readonly backups?: number;
  /** In bulk: how often reduce workers are told of new map outputs, in ms. Default 1,000. Otherwise they are told at once. */
  readonly tellEvery?: number;
  /** How often it writes its state to disk, in ms; null, the default: never, and when it fails the job is aborted (section 3.3). */
  readonly checkpointEvery?: Delay | null;
  /** How often a task may fail before the job does. Default 4. */
  readonly maxFailures?: number;
  /** Whether it keeps rows for the status page. Default true. */
  readonly status?: boolean;
}

/** Rules that can be broken, to show what they are for. */
export interface MasterRules {
  /** The counters of the job, given those of each done task. */
  readonly addUp?: (self: Master) => Record<string, number>;
  /** Whether the outputs of map tasks of a failed worker have to be made again. */
  readonly redoesMaps?: boolean;
  /** Called with each completion, before it is known whether it counts. */
  readonly onDone?: (self: Master, done: Done) => void;
}

/** How many attempts a master makes in one life, at most. */
const ATTEMPTS_A_LIFE = 1e9;

/**
 * The master (主控节点) of "MapReduce: Simplified Data Processing on Large Clusters" (Dean & Ghemawat, 2004), sections 3.1 to 3.6. It
 * assigns tasks to idle workers, near their input if it can; when a worker is silent, it has its tasks done again, also the
 * map tasks that were done; and it starts backups of the last tasks in progress.
 *
 * @throws RangeError if there is no worker, one is named twice, or a number is out of its range
 */
export function master(given: MasterOptions): Role<MasterSignature> {
  return masterWith(given, {});
}

/** The master with some rule broken. */
export function masterWith(given: MasterOptions, rules: MasterRules): Role<MasterSignature> {
  options("master", given, [
    "work", "workers", "slots", "layout", "startMs", "pingEvery", "patience", "backups", "tellEvery", "checkpointEvery", "maxFailures", "status",
  ]);
  const { work, workers, layout, startMs = 0, pingEvery = 50, patience = 3, backups = 0.05, tellEvery = 1_000 } = given;
  const { checkpointEvery = null, maxFailures = 4, status = true } = given;
  nodeNames("workers", workers);
  finite("startMs", startMs);
  delay("pingEvery", pingEvery);
  integer("patience", patience, { min: 1 });
  finite("backups", backups, { min: 0, max: 1 });
  finite("tellEvery", tellEvery);
  if (checkpointEvery !== null) delay("checkpointEvery", checkpointEvery);
  integer("maxFailures", maxFailures, { min: 1 });
  flag("status", status);
  const slots = slotsOf(given.slots);
  const { addUp = sumOfDone, redoesMaps = true, onDone } = rules;
  const total = { map: work.maps, reduce: work.reduces };
  const near = nearTasks(work, workers, layout);

  type Effects = Out<MasterSignature>;

  // The tasks.

  const tasksOf = (self: Master, phase: Phase): TaskState[] => (phase === "map" ? self.maps : self.reduces);
  const isIdle = ({ attempts, done }: TaskState): boolean => done === null && attempts.length === 0;

  /** Give tasks to free workers, as long as there are both. */
  function schedule(self: Master, out: Effects): void {
    if (self.phase.kind !== "running") return;
    for (const phase of ["map", "reduce"] as const) {
      const free = self.free[phase];
      while (self.idle[phase] > 0 && free.length > 0) {
        const worker = free.shift()!;
        assign(self, phase, pick(self, phase, worker), worker, out);
      }
      if (free.length > 0 && self.inProgress[phase].length > 0) backUp(self, phase, out);
    }
  }

  // Section 3.4: "attempts to schedule a map task on a machine that contains a replica of the corresponding input data. Failing that,
  // near a replica of that task's input data (e.g., on a worker machine that is on the same network switch)".
  function pick(self: Master, phase: Phase, worker: NodeId): number {
    const tasks = tasksOf(self, phase);
    if (phase === "map") {
      for (const list of near(worker)) {
        const found = list.find((task) => isIdle(tasks[task]!));
        if (found !== undefined) return found;
      }
    }
    let task = self.next[phase];
    while (!isIdle(tasks[task]!)) task++;
    self.next[phase] = task;
    return task;
  }

  function assign(self: Master, phase: Phase, task: number, worker: NodeId, out: Effects): void {
    const state = tasksOf(self, phase)[task]!;
    const backup = state.attempts.length > 0;
    if (!backup) {
      self.idle[phase]--;
      self.inProgress[phase].push(task);
    }
    const attempt = (self.life - 1) * ATTEMPTS_A_LIFE + ++self.attempts;
    state.attempts.push({ attempt, worker });
    if (status) {
      const places = work.places[task] ?? [];
      const locality = phase === "reduce" || layout === undefined ? "remote" : localityOf(layout, worker, places);
      self.rows.push({
        phase, task, attempt, worker, backup, locality, from: out.clock(), to: null, outcome: "running", copiedAt: null, inBytes: 0, outBytes: 0, lostAt: null,
      });
    }
    out.send(worker, assignment(self, phase, task, attempt));
  }

  function assignment(self: Master, phase: Phase, task: number, attempt: Attempt): Assign {
    const { failures } = tasksOf(self, phase)[task]!;
    // "When the master has seen more than one failure on a particular record, it indicates that the record should be skipped."
    const skip = work.skipBadRecords ? [...failures].filter(([, times]) => times > 1).map(([record]) => record).sort((a, b) => a - b) : [];
    const news = phase === "map" ? null : work.inBulk ? allInBulk(self) : { kind: "news" as const, locations: locations(self) };
    return { kind: "assign", phase, task, attempt, skip, news };
  }

  // Section 3.6: "When a MapReduce operation is close to completion, the master schedules backup executions of the remaining in-progress
  // tasks. The task is marked as completed whenever either the primary or the backup execution completes."
  function backUp(self: Master, phase: Phase, out: Effects): void {
    const left = total[phase] - self.done[phase];
    if (backups === 0 || left > Math.max(1, backups * total[phase])) return;
    const tasks = tasksOf(self, phase);
    for (const task of [...self.inProgress[phase]]) {
      const { attempts } = tasks[task]!;
      if (attempts.length > 1) continue;
      const i = self.free[phase].findIndex((worker) => worker !== attempts[0]!.worker);
      if (i < 0) return;
      assign(self, phase, task, self.free[phase].splice(i, 1)[0]!, out);
    }
  }

  /** An attempt is over; its slot is free if its worker lives. */
  function end(self: Master, phase: Phase, task: number, attempt: Attempt, outcome: AttemptRow["outcome"], out: Effects): void {
    const state = tasksOf(self, phase)[task]!;
    const ended = state.attempts.find((one) => one.attempt === attempt);
    if (ended === undefined) return;
    state.attempts = state.attempts.filter((one) => one !== ended);
    if (self.workers.get(ended.worker)!.alive) self.free[phase].push(ended.worker);
    note(self, attempt, (row) => Object.assign(row, { outcome, to: out.clock() }));
    if (state.attempts.length > 0) return;
    self.inProgress[phase].splice(self.inProgress[phase].indexOf(task), 1);
    if (state.done === null) becomeIdle(self, phase, task);
  }

  function becomeIdle(self: Master, phase: Phase, task: number): void {
    self.idle[phase]++;
    self.next[phase] = Math.min(self.next[phase], task);
  }

  function note(self: Master, attempt: Attempt, change: (row: AttemptRow) => void): void {
    if (!status) return;
    const n = attempt - (self.life - 1) * ATTEMPTS_A_LIFE;
    // The n-th attempt of this life stands in the n-th row, unless earlier lives have left rows.
    const row = self.rows[n - 1]?.attempt === attempt ? self.rows[n - 1] : self.rows.find((one) => one.attempt === attempt);
    if (row !== undefined) change(row);
  }

  // Section 3.3: "Any map tasks completed by the worker are reset back to their initial idle state, and therefore become eligible for
  // scheduling on other workers. Similarly, any map task or reduce task in progress on a failed worker is also reset to idle."
  // Completed reduce tasks stay done: their output is in the global file system.
  function fail(self: Master, worker: NodeId, out: Effects): void {
    const known = self.workers.get(worker)!;
    known.alive = false;
    for (const phase of ["map", "reduce"] as const) {
      self.free[phase] = self.free[phase].filter((one) => one !== worker);
      for (const task of [...self.inProgress[phase]]) {
        for (const one of tasksOf(self, phase)[task]!.attempts) if (one.worker === worker) end(self, phase, task, one.attempt, "worker failed", out);
      }
    }
    if (redoesMaps) for (const [task, { done }] of self.maps.entries()) if (done?.worker === worker) undo(self, task, out);
  }

  function undo(self: Master, task: number, out: Effects): void {
    const state = self.maps[task]!;
    note(self, state.done!.attempt, (row) => Object.assign(row, { outcome: "lost", lostAt: out.clock() }));
    state.done = null;
    self.done.map--;
    if (state.completion !== null) self.lost.push(state.completion);
    if (state.attempts.length === 0) becomeIdle(self, "map", task);
  }

  function complete(self: Master, worker: NodeId, { phase, task, attempt, life, counters, skip, copiedAt, inBytes, outBytes }: Done, out: Effects): void {
    const state = tasksOf(self, phase)[task]!;
    note(self, attempt, (row) => Object.assign(row, { copiedAt, inBytes, outBytes }));
    // "If the master receives a completion message for an already completed map task, it ignores the message." (Section 3.3)
    if (state.done !== null) return;
    const wasIdle = state.attempts.length === 0;
    state.done = { attempt, worker, life, counters, skip };
    self.done[phase]++;
    if (wasIdle) self.idle[phase]--;
    end(self, phase, task, attempt, "done", out);
    for (const other of [...state.attempts]) {
      out.send(other.worker, { kind: "abandon", attempt: other.attempt });
      end(self, phase, task, other.attempt, "abandoned", out);
    }
    if (phase === "map") tell(self, task, out);
    if (self.done.map === total.map && self.done.reduce === total.reduce) finish(self, doneWith(self), out);
  }

  function doneWith(self: Master): Outcome {
    // What the attempts that count have left out, which a master that has restarted need not know from its own count of failures.
    const skipped = (["map", "reduce"] as const).flatMap((phase) =>
      tasksOf(self, phase).flatMap(({ done }, task): Skipped[] => done!.skip.map((record) => ({ phase, task, record }))),
    );
    return { kind: "done", counters: addUp(self), skipped };
  }

  /** "When all map tasks and reduce tasks have been completed, the master wakes up the user program." (Section 3.1) */
  function finish(self: Master, outcome: Outcome, out: Effects): void {
    self.phase = outcome;
    for (const timer of ["begin", "ping", "tell", "checkpoint"] as const) out.cancelTimer({ kind: timer });
    out.persist();
    out.decide(outcome);
    for (const call of self.calls) out.reply(call, outcome);
    self.calls.clear();
  }

  // What reduce workers are told.

  function locations({ maps }: Master): Location[] {
    return maps.flatMap(({ done }, task) => (done === null ? [] : [{ task, worker: done.worker, attempt: done.attempt }]));
  }

  function tell(self: Master, task: number, out: Effects): void {
    const state = self.maps[task]!;
    if (work.inBulk) {
      state.completion = self.completions.length;
      self.completions.push(task);
      return;
    }
    const { worker, attempt } = state.done!;
    for (const to of reducing(self)) out.send(to, { kind: "news", locations: [{ task, worker, attempt }] });
  }

  function reducing(self: Master): NodeId[] {
    return [...new Set(self.inProgress.reduce.flatMap((task) => self.reduces[task]!.attempts.map(({ worker }) => worker)))];
  }

  function allInBulk(self: Master): BulkNews {
    return bulkNews(self, 0, self.told.completions, self.lost.slice(0, self.told.lost));
  }

  function bulkNews({ completions, lost: allLost }: Master, from: number, to: number, lost: readonly number[]): BulkNews {
    const repeats: (readonly [number, number])[] = [];
    // Only of tasks that were lost there can be a second completion.
    const before = new Map<number, number>();
    for (const completion of allLost) before.set(completions[completion]!, completion);
    if (before.size > 0) {
      const last = new Map<number, number>();
      for (let completion = 0; completion < to; completion++) {
        const task = completions[completion]!;
        if (!before.has(task)) continue;
        const previous = last.get(task);
        if (previous !== undefined && completion >= from) repeats.push([completion, previous]);
        last.set(task, completion);
      }
    }
    return { kind: "bulk", from, to, repeats, lost };
  }

  // Life and death.

  function ping(self: Master, out: Effects): void {
    const awaited = new Map<NodeId, Attempt[]>();
    for (const phase of ["map", "reduce"] as const) {
      for (const task of self.inProgress[phase]) {
        for (const { attempt, worker } of tasksOf(self, phase)[task]!.attempts) {
          const list = awaited.get(worker);
          if (list === undefined) awaited.set(worker, [attempt]);
          else list.push(attempt);
        }
      }
    }
    for (const worker of workers) out.send(worker, { kind: "ping", awaits: awaited.get(worker) ?? [] });
    out.setTimer({ kind: "ping" }, pingEvery);
  }

  /** Whether this comes from the worker's present life; what is known of an earlier one is given up. */
  function meet(self: Master, worker: NodeId, life: number, out: Effects): boolean {
    const known = self.workers.get(worker)!;
    if (life < known.life) return false;
    if (life > known.life && known.alive) fail(self, worker, out);
    return true;
  }

  function welcome(self: Master, worker: NodeId, life: number): void {
    const known = self.workers.get(worker)!;
    known.life = life;
    known.missed = 0;
    if (known.alive) return;
    known.alive = true;
    for (const phase of ["map", "reduce"] as const) for (let i = 0; i < slots[phase]; i++) self.free[phase].push(worker);
  }

  function begin(self: Master, out: Effects): void {
    ping(self, out);
    if (work.inBulk) out.setTimer({ kind: "tell" }, tellEvery);
    if (checkpointEvery !== null) out.setTimer({ kind: "checkpoint" }, checkpointEvery);
  }

  const fresh = (): TaskState => ({ attempts: [], done: null, failures: new Map(), completion: null });

  return {
    name: "master",
    // With a checkpoint, everything but who waits for the answer.
    durable: checkpointEvery === null
      ? ["life", "phase"]
      : ["life", "phase", "maps", "reduces", "workers", "free", "idle", "next", "done", "inProgress", "attempts", "completions", "lost", "told", "rows"],
    init: (id) => ({
      id,
      job: work.name,
      life: 0,
      phase: { kind: "waiting" },
      maps: Array.from({ length: work.maps }, fresh),
      reduces: Array.from({ length: work.reduces }, fresh),
      workers: new Map(workers.map((name) => [name, { life: 0, alive: false, missed: 0 }])),
      free: { map: [], reduce: [] },
      idle: { map: work.maps, reduce: work.reduces },
      next: { map: 0, reduce: 0 },
      done: { map: 0, reduce: 0 },
      inProgress: { map: [], reduce: [] },
      attempts: 0,
      completions: [],
      lost: [],
      told: { completions: 0, lost: 0 },
      rows: [],
      calls: new Set(),
    }),

    // Section 3.3: "If the master task dies, a new copy can be started from the last checkpointed state. However, […] our current
    // implementation aborts the MapReduce computation if the master fails."
    start(self, out) {
      self.life++;
      if (self.phase.kind === "running" && checkpointEvery === null) {
        self.phase = { kind: "aborted" };
        out.persist();
        return out.decide(self.phase);
      }
      out.persist();
      if (self.phase.kind !== "running") return;
      begin(self, out);
    },

    request: {
      run(self, _, call, out) {
        const { phase } = self;
        if (phase.kind !== "waiting" && phase.kind !== "running") return out.reply(call, phase);
        self.calls.add(call);
        if (phase.kind === "running") return;
        self.phase = { kind: "running" };
        out.persist();
        if (startMs > 0) out.setTimer({ kind: "begin" }, startMs);
        else begin(self, out);
      },
    },

    receive: {
      pong(self, { life, unknown, lacking }, from, out) {
        if (self.phase.kind !== "running" || !meet(self, from, life, out)) return;
        welcome(self, from, life);
        for (const attempt of unknown) {
          const found = find(self, from, attempt);
          if (found !== null) out.send(from, assignment(self, found.phase, found.task, attempt));
        }
        for (const attempt of lacking) if (find(self, from, attempt) === null) out.send(from, { kind: "abandon", attempt });
        if (lacking.length > 0) out.send(from, work.inBulk ? allInBulk(self) : { kind: "news", locations: locations(self) });
        schedule(self, out);
      },

      done(self, done, from, out) {
        if (self.phase.kind !== "running" || !meet(self, from, done.life, out)) return;
        onDone?.(self, done);
        welcome(self, from, done.life);
        complete(self, from, done, out);
        schedule(self, out);
      },

      lastGasp(self, { phase, task, attempt, life, record, problem }, from, out) {
        if (self.phase.kind !== "running" || !meet(self, from, life, out)) return;
        const state = tasksOf(self, phase)[task]!;
        if (!state.attempts.some((one) => one.attempt === attempt)) return; // a second copy of this message
        state.failures.set(record, (state.failures.get(record) ?? 0) + 1);
        end(self, phase, task, attempt, "bad record", out);
        const times = [...state.failures.values()].reduce((sum, each) => sum + each, 0);
        const canSkip = work.skipBadRecords && record >= 0;
        if (!canSkip && times >= maxFailures) {
          return finish(self, { kind: "failed", problem: work.failure(phase, task, { kind: "failed", record, problem }) }, out);
        }
        schedule(self, out);
      },

      // The output is as good as lost, whatever the worker that has it says to pings; or the news of a later one were lost.
      unreadable(self, { task, attempt }, from, out) {
        const done = self.maps[task]!.done;
        if (self.phase.kind !== "running" || !redoesMaps || done === null) return;
        if (done.attempt !== attempt) {
          return out.send(from, { kind: "news", locations: [{ task, worker: done.worker, attempt: done.attempt }] });
        }
        undo(self, task, out);
        schedule(self, out);
      },
    },

    timeout: {
      begin: (self, _, out) => begin(self, out),

      // "The master pings every worker periodically. If no response is received from a worker in a certain amount of time, the master
      // marks the worker as failed." (Section 3.3)
      ping(self, _, out) {
        for (const worker of workers) {
          const known = self.workers.get(worker)!;
          if (known.alive && ++known.missed > patience) fail(self, worker, out);
        }
        ping(self, out);
        schedule(self, out);
      },

      tell(self, _, out) {
        const { told } = self;
        const news = bulkNews(self, told.completions, self.completions.length, self.lost.slice(told.lost));
        self.told = { completions: self.completions.length, lost: self.lost.length };
        if (news.from < news.to || news.lost.length > 0) for (const worker of reducing(self)) out.send(worker, news);
        out.setTimer({ kind: "tell" }, tellEvery);
      },

      checkpoint(_, __, out) {
        out.persist();
        out.setTimer({ kind: "checkpoint" }, checkpointEvery!);
      },
    },
  };

  function find(self: Master, worker: NodeId, attempt: Attempt): { readonly phase: Phase; readonly task: number } | null {
    for (const phase of ["map", "reduce"] as const) {
      for (const task of self.inProgress[phase]) {
        if (tasksOf(self, phase)[task]!.attempts.some((one) => one.attempt === attempt && one.worker === worker)) return { phase, task };
      }
    }
    return null;
  }
}

/** Each task counts once, with the attempt that counts. */
function sumOfDone({ maps, reduces }: Master): Record<string, number> {
  return addCounters([...maps, ...reduces].map(({ done }) => done?.counters ?? {}));
}

/** For each worker: the map tasks whose input it has, and those whose input is in its rack. */
function nearTasks({ places }: Work, workers: readonly NodeId[], layout: Layout | undefined): (worker: NodeId) => readonly (readonly number[])[] {
  const onMachine = new Map<NodeId, number[]>(workers.map((name) => [name, []]));
  const inRack = new Map<number, number[]>();
  for (const [task, machines] of places.entries()) {
    const racks = new Set<number>();
    for (const name of machines) {
      onMachine.get(name)?.push(task);
      const rack = layout?.rackOf.get(name);
      if (rack !== undefined) racks.add(rack);
    }
    for (const rack of racks) {
      const list = inRack.get(rack);
      if (list === undefined) inRack.set(rack, [task]);
      else list.push(task);
    }
  }
  return (worker) => [onMachine.get(worker) ?? [], inRack.get(layout?.rackOf.get(worker) ?? -1) ?? []];
}
