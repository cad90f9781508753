import type { NodeId, Out, Role } from "../../core/role.js";
import type { Pane } from "../windowed.js";
import type { Committed, Complete, Credit, Data, Deploy, Deployed, Hello, Stored } from "./messages.js";
import type { TaskOptions } from "./options.js";
import { type Channels, taskRules } from "./task.js";

/**
 * How a sink writes:
 *
 * - "append": each pane at once, at the end. What is handled again after a recovery is there twice, however exact the states are.
 * - "idempotent": each pane at once, under the name of its window: the second writing replaces the first by the same.
 * - "transactional": prepared at the barrier of a checkpoint, and seen when the checkpoint is complete: a two-phase commit with the
 *   coordinator of checkpoints as its coordinator. Results are seen later, by up to the time between two checkpoints.
 */
export type Writing = "append" | "idempotent" | "transactional";

/** What a sink knows. */
export interface Sink extends Channels {
  /** What can be seen from outside. */
  output: Pane[];
  /** Transactional: what has come since the last barrier, and what waits for its checkpoint to be complete. */
  pending: Pane[];
  prepared: Map<number, Pane[]>;
}

export type SinkSignature = {
  state: Sink;
  receives: Deploy | Data | Complete;
  sends: Hello | Deployed | Credit | Stored | Committed;
  timers: { readonly kind: "hello" } | { readonly kind: "resend" } | { readonly kind: "work" };
  decides: Pane;
};

export interface SinkOptions extends TaskOptions {
  readonly inputs: readonly NodeId[];
  readonly writing: Writing;
}

/** The end of a stream, where results leave it. It decides each pane that can be seen from outside. */
export function sink(options: SinkOptions): Role<SinkSignature> {
  return sinkWith({}, options);
}

/** The two decisions of a transactional sink: a broken form, or a learner, puts others in their place. */
export interface SinkRules {
  /** Whether results are shown at the barrier, before the checkpoint is complete. Default false. */
  readonly commitsAtBarrier?: boolean;
  /** Of the checkpoints for which results are prepared, those to show when `complete` is the last that is known to be complete. Default: all up to it. */
  readonly commits?: (prepared: readonly number[], complete: number) => readonly number[];
}

/** A sink with rules of your own. */
export function sinkWith({ commitsAtBarrier = false, commits = upTo }: SinkRules, options: SinkOptions): Role<SinkSignature> {
  const { coordinator, inputs, writing } = options;

  function see(self: Sink, pane: Pane, out: Out<SinkSignature>): void {
    self.output.push(pane);
    out.decide(pane);
  }

  /** Show what was prepared for this checkpoint and for those before it. */
  function commit(self: Sink, checkpoint: number, out: Out<SinkSignature>): void {
    const prepared = [...self.prepared.keys()].sort((a, b) => a - b);
    const ready = prepared.filter((id) => commits(prepared, checkpoint).includes(id));
    if (ready.length === 0) return;
    const panes = ready.flatMap((id) => self.prepared.get(id)!);
    for (const id of ready) self.prepared.delete(id);
    self.output.push(...panes);
    out.persist(); // one write: all of a checkpoint, or nothing
    for (const pane of panes) out.decide(pane);
  }

  const rules = taskRules<Sink>(options, inputs, [], {
    workMs: 0,
    freeze: () => null,
    thaw(self, _, { checkpoint }, out) {
      commit(self, checkpoint, out);
      self.pending = [];
      self.prepared = new Map(); // of checkpoints that will never be complete
      out.persist();
    },
    handle(self, item, __, ___, out) {
      if (item.kind !== "pane") return;
      const { pane } = item;
      if (writing === "transactional") {
        self.pending.push(pane);
        return;
      }
      const isThere = writing === "idempotent" && self.output.some((other) => isSameWindow(other, pane));
      if (!isThere) see(self, pane, out);
      out.persist();
    },
    passed(self, checkpoint, out) {
      if (writing !== "transactional") return;
      self.prepared.set(checkpoint, self.pending);
      self.pending = [];
      out.persist(); // before the state is said to be stored: a vote that a crash can undo is none
      if (commitsAtBarrier) commit(self, checkpoint, out);
    },
  });

  return {
    name: "sink",
    durable: ["incarnation", "output", "prepared"],
    init: (id) => ({ ...rules.init(id), output: [], pending: [], prepared: new Map() }),
    start: rules.start,
    request: {},
    receive: {
      deploy: rules.deploy,
      data: rules.data,
      complete(self, { checkpoint }, _, out) {
        commit(self, checkpoint, out);
        out.send(coordinator, { kind: "committed", checkpoint });
      },
    },
    timeout: { hello: rules.hello, resend: rules.resend, work: rules.work },
  };
}

const upTo = (prepared: readonly number[], complete: number): readonly number[] => prepared.filter((id) => id <= complete);

const isSameWindow = (a: Pane, b: Pane): boolean =>
  a.key === b.key && a.start === b.start && a.end === b.end && a.timing === b.timing && a.retracts === b.retracts;
