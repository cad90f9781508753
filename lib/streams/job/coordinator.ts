import type { Delay, NodeId, Out, Role } from "../../core/role.js";
import type { Committed, Complete, Deploy, Deployed, Hello, Stored, Trigger } from "./messages.js";

/** A checkpoint whose states are all there: what a recovery begins from. */
export interface Checkpoint {
  readonly id: number;
  readonly states: Readonly<Record<string, unknown>>;
  /** Whether all sources were at their end and nothing was under way: then there is nothing left to do. */
  readonly isAtEnd: boolean;
}

/** What the coordinator knows. */
export interface Coordinator {
  epoch: number;
  /** In which life each task is. */
  known: Record<string, number>;
  /** The last complete checkpoint, and the number of the next one. */
  checkpoint: Checkpoint | null;
  nextId: number;
  /** Tasks that have not begun in this epoch. */
  waiting: Set<string>;
  /** The checkpoint under way: the states that have come, and how often the barriers were asked for. */
  pending: { readonly id: number; readonly states: Record<string, unknown>; readonly ended: Set<string>; tries: number } | null;
  /** Sinks that have not said that they have committed. */
  uncommitted: Set<string>;
}

/** What the coordinator decides: a checkpoint is complete. `underWay` counts the items that it holds besides states. */
export interface CheckpointComplete {
  readonly kind: "checkpoint";
  readonly id: number;
  readonly underWay: number;
}

export type CoordinatorSignature = {
  state: Coordinator;
  receives: Hello | Deployed | Stored | Committed;
  sends: Deploy | Trigger | Complete;
  timers: { readonly kind: "deploy" } | { readonly kind: "checkpoint" };
  decides: CheckpointComplete;
};

export interface CoordinatorOptions {
  readonly sources: readonly NodeId[];
  readonly windows: readonly NodeId[];
  readonly sinks: readonly NodeId[];
  /** A checkpoint every so many ms. */
  readonly every: number;
  /** How often it asks for the barriers of one checkpoint before it begins another. Default 3. */
  readonly patience?: number;
  readonly resendAfter: Delay;
}

/**
 * The coordinator of checkpoints, after "Lightweight Asynchronous Snapshots for Distributed Dataflows" (Carbone et al., 2015), section
 * 4: tells the sources to send barriers, keeps the states that the tasks store, and when a task has died has all of them begin
 * again from the last complete checkpoint. Whatever it must not forget is on its disk.
 */
export function coordinator(options: CoordinatorOptions): Role<CoordinatorSignature> {
  return coordinatorWith({ lacking: 0 }, options);
}

/** The same, or one that takes a checkpoint for complete while the states of so many tasks are lacking: see `broken.ts`. */
export function coordinatorWith({ lacking }: { readonly lacking: number }, { sources, windows, sinks, every, patience = 3, resendAfter }: CoordinatorOptions): Role<CoordinatorSignature> {
  const tasks = [...sources, ...windows, ...sinks];

  function deploy(self: Coordinator, to: NodeId, out: Out<CoordinatorSignature>): void {
    const { epoch, checkpoint } = self;
    out.send(to, { kind: "deploy", epoch, incarnation: self.known[to]!, checkpoint: checkpoint?.id ?? 0, state: checkpoint?.states[to] ?? null });
  }

  /** All begin again, in a new epoch. */
  function redeploy(self: Coordinator, out: Out<CoordinatorSignature>): void {
    self.epoch += 1;
    self.waiting = new Set(tasks);
    self.pending = null;
    out.persist(); // before anybody is told: no two beginnings may have one number
    for (const task of tasks) deploy(self, task, out);
    out.setTimer({ kind: "deploy" }, resendAfter);
    out.setTimer({ kind: "checkpoint" }, every);
  }

  function trigger(self: Coordinator, checkpoint: number, out: Out<CoordinatorSignature>): void {
    for (const task of sources) out.send(task, { kind: "trigger", epoch: self.epoch, checkpoint });
  }

  return {
    name: "coordinator",
    durable: ["epoch", "known", "checkpoint", "nextId"],
    init: () => ({ epoch: 0, known: {}, checkpoint: null, nextId: 1, waiting: new Set(), pending: null, uncommitted: new Set() }),
    request: {},

    start(self, out) {
      if (self.epoch > 0) redeploy(self, out);
    },

    receive: {
      // A new life of a task means that its state is gone, and with it the place of the others in the stream.
      hello(self, { incarnation }, from, out) {
        const known = self.known[from] ?? 0;
        if (incarnation === known && self.waiting.has(from)) return deploy(self, from, out);
        if (incarnation <= known) return;
        self.known[from] = incarnation;
        if (tasks.every((task) => self.known[task] !== undefined)) redeploy(self, out);
        else out.persist();
      },
      deployed(self, { epoch }, from) {
        if (epoch === self.epoch) self.waiting.delete(from);
      },
      stored(self, { epoch, checkpoint, state, isAtEnd }, from, out) {
        const { pending } = self;
        if (epoch !== self.epoch || pending === null || checkpoint !== pending.id) return;
        pending.states[from] = state;
        if (isAtEnd) pending.ended.add(from);
        if (Object.keys(pending.states).length < tasks.length - lacking) return;
        const underWay = underWayIn(pending.states);
        // What was under way has been handled after this checkpoint's barrier: its results are for the next one.
        self.checkpoint = { id: checkpoint, states: pending.states, isAtEnd: pending.ended.size === sources.length && underWay === 0 };
        self.pending = null;
        self.uncommitted = new Set(sinks);
        out.persist(); // before the sinks show anything: a checkpoint that a crash can undo is none
        for (const to of sinks) out.send(to, { kind: "complete", checkpoint });
        out.decide({ kind: "checkpoint", id: checkpoint, underWay });
      },
      committed(self, { checkpoint }, from) {
        if (checkpoint === self.checkpoint?.id) self.uncommitted.delete(from);
      },
    },

    timeout: {
      deploy(self, _, out) {
        if (self.waiting.size === 0) return;
        for (const task of tasks) if (self.waiting.has(task)) deploy(self, task, out);
        out.setTimer({ kind: "deploy" }, resendAfter);
      },
      checkpoint(self, _, out) {
        const { checkpoint, pending } = self;
        if (checkpoint && self.uncommitted.size > 0) for (const to of sinks) out.send(to, { kind: "complete", checkpoint: checkpoint.id });
        // The end: everything is in the checkpoint, everything is seen, everybody is there.
        if (checkpoint?.isAtEnd && self.uncommitted.size === 0 && self.waiting.size === 0) return;
        out.setTimer({ kind: "checkpoint" }, every);
        if (self.waiting.size > 0 || checkpoint?.isAtEnd) return;
        if (pending && pending.tries < patience) {
          pending.tries += 1;
          return trigger(self, pending.id, out);
        }
        self.pending = { id: self.nextId, states: {}, ended: new Set(), tries: 1 };
        self.nextId += 1;
        out.persist(); // a number is used once
        trigger(self, self.pending.id, out);
      },
    },
  };
}

function underWayIn(states: Checkpoint["states"]): number {
  return Object.values(states).reduce((total: number, state) => {
    const { inputs, outputs } = state as { readonly inputs: Record<string, readonly unknown[]>; readonly outputs: Record<string, readonly unknown[]> };
    return [...Object.values(inputs), ...Object.values(outputs)].reduce((sum, items) => sum + items.length, total);
  }, 0);
}
