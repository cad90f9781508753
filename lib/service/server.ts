import { finite, flag, integer, oneOf, options } from "../core/parameters.js";
import type { Call, NodeId, Out, Role } from "../core/role.js";
import type { Answer, Ask, CallRequest, Cancel, Outcome } from "./messages.js";

/** Something to be done, from its arrival to its end. */
export interface Job {
  readonly call: Call;
  readonly attempt: number;
  /** Who asked; null if it was a client and no node. */
  readonly from: NodeId | null;
  readonly work: number;
  /** When it came, by the server's clock, in ms. */
  readonly arrivedAt: number;
  /** When nobody wants its answer any more, by the server's clock; null if the caller did not say. */
  readonly deadline: number | null;
  /** How long it may wait in the queue, in ms; null: for ever. */
  readonly limit: number | null;
  readonly twin: NodeId | null;
}

/** What a server knows. A crash loses all of it. */
export interface Server {
  /** What waits, in the order of arrival. */
  queue: Job[];
  /** What each busy worker does. */
  running: Map<number, Job>;
  /** Which workers have nothing to do, and how many of those that are allowed were never needed so far. */
  idle: number[];
  hired: number;
  /** When the queue was last empty, by the own clock. */
  emptyAt: number;
  /** How fast it works: 1 does a ms of work in a ms. */
  speed: number;
  /** How long a job usually takes, in ms: a moving average with the weight 1/8 for the newest (Jacobson 1988). */
  usualMs: number;
  /** How many jobs were done, refused, dropped because nobody waited any more, and cancelled in the queue. */
  served: number;
  refused: number;
  dropped: number;
  cancelled: number;
}

export type ServerSignature = {
  state: Server;
  receives: Ask | Cancel | SetSpeed | HowAreYou;
  requests: CallRequest | SetSpeed;
  timers: { kind: "done"; worker: number };
  sends: Answer | Cancel | Fine;
  replies: Outcome;
};

/** Work at another speed from now on: 0.5 takes twice as long. What runs already is not changed. */
export interface SetSpeed {
  readonly kind: "speed";
  readonly speed: number;
}

/** A health check. */
export interface HowAreYou {
  readonly kind: "how-are-you";
}

/** The answer to a health check. It says that the process runs, and how many wait. */
export interface Fine {
  readonly kind: "fine";
  readonly waiting: number;
}

export interface ServerOptions {
  /** How many requests it serves at a time, 1 to 100,000. Default 1. */
  readonly workers?: number;
  /** How fast it works: 0.5 takes twice as long. Default 1. */
  readonly speed?: number;
  /** Which of those that wait comes next: the first one (default) or the last one. */
  readonly order?: "fifo" | "lifo";
  /** How many may wait; whoever comes then is refused at once (load shedding). Default: as many as come. */
  readonly capacity?: number;
  /** Drop what would usually be done too late, instead of doing it in vain. Needs callers that say how long they wait. Default false. */
  readonly dropsDead?: boolean;
  /**
   * Controlled delay (Nichols and Jacobson 2012, as Maurer 2015 has it for servers): a request that has waited longer
   * than `intervalMs` is refused, and only `targetMs` are allowed while the queue has not been empty for `intervalMs`.
   */
  readonly controlled?: { readonly targetMs: number; readonly intervalMs: number };
}

/**
 * A server (服务器) with a queue: it serves what it is asked, at most `workers` at a time, and lets the others wait. Nodes ask
 * it by message; clients may ask it by themselves.
 *
 * @throws RangeError for an option outside its range
 */
export function server(given: ServerOptions = {}): Role<ServerSignature> {
  return serverWith(given, () => true);
}

/** What a server knows when it says whether somebody may join its queue. */
export interface Admission {
  /** How many wait. */
  readonly waiting: number;
  /** How long a job usually takes, in ms; 0 before the first one is done. */
  readonly usualMs: number;
  /** How long the caller will wait, in ms; null if it does not say. */
  readonly patience: number | null;
}

/** A server that lets into its queue whom a rule lets in; others are refused at once. */
export function serverWith(given: ServerOptions, admits: (facts: Admission) => boolean): Role<ServerSignature> {
  options("server", given, ["workers", "speed", "order", "capacity", "dropsDead", "controlled"]);
  const { workers = 1, speed = 1, order = "fifo", capacity = Infinity, dropsDead = false, controlled } = given;
  integer("workers", workers, { min: 1, max: 100_000 });
  finite("speed", speed, { min: 1e-6 });
  oneOf("order", order, ["fifo", "lifo"]);
  flag("dropsDead", dropsDead);
  if (capacity !== Infinity) integer("capacity", capacity);
  if (controlled !== undefined) {
    options("controlled", controlled, ["targetMs", "intervalMs"]);
    finite("controlled.targetMs", controlled.targetMs);
    finite("controlled.intervalMs", controlled.intervalMs, { min: controlled.targetMs });
  }

  function arrive(self: Server, job: Omit<Job, "limit" | "arrivedAt" | "deadline">, patience: number | null, out: Out<ServerSignature>): void {
    const now = out.clock();
    if (self.queue.length === 0) self.emptyAt = now;
    const limit = controlled === undefined ? null : now - self.emptyAt > controlled.intervalMs ? controlled.targetMs : controlled.intervalMs;
    const arrived: Job = { ...job, arrivedAt: now, limit, deadline: patience === null ? null : now + patience };
    if (self.running.size < workers) return begin(self, arrived, out);
    if (self.queue.length >= capacity || !admits({ waiting: self.queue.length, usualMs: self.usualMs, patience })) return refuse(self, arrived, out);
    self.queue.push(arrived);
  }

  function begin(self: Server, job: Job, out: Out<ServerSignature>): void {
    const worker = self.idle.pop() ?? self.hired++;
    self.running.set(worker, job);
    if (job.twin !== null) out.send(job.twin, { kind: "cancel", call: job.call });
    out.setTimer({ kind: "done", worker }, job.work / self.speed);
  }

  /** Whom to serve next: those who need not be served any more are passed over. */
  function next(self: Server, out: Out<ServerSignature>): void {
    for (;;) {
      const job = order === "fifo" ? self.queue.shift() : self.queue.pop();
      if (job === undefined) return;
      const now = out.clock();
      if (self.queue.length === 0) self.emptyAt = now;
      if (dropsDead && job.deadline !== null && now + self.usualMs > job.deadline) self.dropped += 1;
      else if (job.limit !== null && now - job.arrivedAt > job.limit) refuse(self, job, out);
      else return begin(self, job, out);
    }
  }

  function refuse(self: Server, job: Job, out: Out<ServerSignature>): void {
    self.refused += 1;
    answer(job, false, out);
  }

  return {
    name: "server",
    durable: [],
    init: () => ({
      queue: [], running: new Map(), idle: [], hired: 0, emptyAt: 0, speed, usualMs: 0, served: 0, refused: 0, dropped: 0, cancelled: 0,
    }),

    receive: {
      ask(self, { call, attempt, work, patience, twin }, from, out) {
        arrive(self, { call, attempt, from, work, twin }, patience, out);
      },

      // What runs already is finished: stopping it would need more than a message.
      cancel(self, { call }) {
        const place = self.queue.findIndex((job) => job.call === call);
        if (place < 0) return;
        self.queue.splice(place, 1);
        self.cancelled += 1;
      },

      speed(self, { speed: wanted }) {
        self.speed = wanted;
      },

      // By a thread of its own: the answer does not wait for those who queue.
      "how-are-you"(self, _, from, out) {
        out.send(from, { kind: "fine", waiting: self.queue.length });
      },
    },

    request: {
      call(self, { work }, call, out) {
        arrive(self, { call, attempt: 1, from: null, work, twin: null }, null, out);
      },

      speed(self, { speed: wanted }, call, out) {
        self.speed = wanted;
        out.reply(call, { ok: true });
      },
    },

    timeout: {
      done(self, { worker }, out) {
        const job = self.running.get(worker)!;
        self.running.delete(worker);
        self.idle.push(worker);
        self.served += 1;
        self.usualMs += (job.work / self.speed - self.usualMs) / 8;
        answer(job, true, out);
        next(self, out);
      },
    },
  };
}

function answer({ from, call, attempt }: Job, ok: boolean, out: Out<ServerSignature>): void {
  if (from === null) out.reply(call, ok ? { ok } : { ok, why: "refused" });
  else out.send(from, { kind: "answer", call, attempt, ok });
}
