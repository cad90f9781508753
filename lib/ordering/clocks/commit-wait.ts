import { finite, flag, options } from "../../core/parameters.js";
import type { Property } from "../../core/property.js";
import type { Call, NodeId, Role } from "../../core/role.js";

/** A transaction that is committed, and its timestamp in ms. */
export interface Committed {
  readonly value: string;
  readonly stamp: number;
}

export interface CommitServer {
  readonly id: NodeId;
  /** What has a timestamp, and waits. */
  readonly waiting: Map<Call, Committed>;
  /** The last timestamp that it gave. */
  last: number;
}

/** The true time is somewhere in this interval, in ms: what TrueTime calls TT.now(). */
export interface TimeInterval {
  readonly earliest: number;
  readonly latest: number;
}

/** TT.now() of a clock that is wrong by at most `uncertaintyMs` (Corbett and others 2012, section 3). */
export function timeInterval(clock: number, uncertaintyMs: number): TimeInterval {
  return { earliest: clock - uncertaintyMs, latest: clock + uncertaintyMs };
}

export type CommitServerSignature = {
  state: CommitServer;
  requests: { readonly kind: "commit"; readonly value: string };
  timers: { readonly kind: "due"; readonly call: Call };
  decides: Committed;
  replies: Committed;
};

export interface CommitServerOptions {
  /** How far the node's clock may be from the true time, in ms: Spanner's ε. */
  readonly uncertaintyMs: number;
  /** Whether it waits until the timestamp is surely over (default true). */
  readonly wait?: boolean;
}

/**
 * Commits with timestamps of a clock that may be wrong, as Spanner does (Corbett and others, Spanner: Google's
 * Globally-Distributed Database, OSDI 2012, section 4.1.2):
 *
 * - Start: the timestamp is no less than TT.now().latest.
 * - Commit wait: nobody hears of it before TT.after(s) is true, which takes about 2ε.
 *
 * Then the timestamp is a moment between request and answer, and nobody needs to talk to anybody: if one transaction is
 * answered before another is asked for, anywhere, the timestamps tell (external consistency).
 *
 * @throws RangeError unless `uncertaintyMs` is at least 0
 */
export function commitServer(given: CommitServerOptions): Role<CommitServerSignature> {
  const { uncertaintyMs, wait = true } = options("commitServer", given, ["uncertaintyMs", "wait"]);
  finite("uncertaintyMs", uncertaintyMs);
  flag("wait", wait);
  return {
    name: "commit server",
    durable: [],
    init: (id) => ({ id, waiting: new Map(), last: 0 }),
    receive: {},

    request: {
      commit(self, { value }, call, out) {
        const stamp = Math.max(timeInterval(out.clock(), uncertaintyMs).latest, self.last + 0.001);
        self.last = stamp;
        self.waiting.set(call, { value, stamp });
        out.setTimer({ kind: "due", call }, wait ? 2 * uncertaintyMs : 0);
      },
    },

    timeout: {
      due(self, { call }, out) {
        const committed = self.waiting.get(call)!;
        const { earliest } = timeInterval(out.clock(), uncertaintyMs);
        // TT.after(s): strictly over.
        if (wait && earliest <= committed.stamp) return out.setTimer({ kind: "due", call }, committed.stamp - earliest + 0.001);
        self.waiting.delete(call);
        out.decide(committed);
        out.reply(call, committed);
      },
    },
  };
}

interface Commits {
  /** For each transaction under way: the greatest timestamp that had been answered when it was asked for, and whose. */
  readonly asked: ReadonlyMap<Call, Committed | null>;
  readonly greatest: Committed | null;
  readonly problem: string | null;
}

/**
 * External consistency (外部一致性): "if the start of a transaction T2 occurs after the commit of a transaction T1, then the
 * commit timestamp of T2 must be greater than the commit timestamp of T1" (Corbett and others 2012, section 4.1.2). It
 * is linearizability, told by timestamps.
 */
export const externalConsistency: Property<Commits> = {
  name: "external consistency",
  memory: { asked: new Map(), greatest: null, problem: null },
  observe(memory, happened) {
    if (happened.kind === "request") return { ...memory, asked: new Map(memory.asked).set(happened.call, memory.greatest) };
    if (happened.kind !== "reply") return memory;
    const done = happened.result as Committed;
    const before = memory.asked.get(happened.call) ?? null;
    const problem =
      before !== null && done.stamp <= before.stamp
        ? `"${done.value}" began after "${before.value}" was answered, and has the timestamp ${round(done.stamp)}, which is not after ${round(before.stamp)}`
        : null;
    const greatest = memory.greatest !== null && memory.greatest.stamp >= done.stamp ? memory.greatest : done;
    return { ...memory, greatest, problem: memory.problem ?? problem };
  },
  check: (_, { problem }) => problem,
};

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
