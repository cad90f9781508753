import { nodeNames, options } from "../core/parameters.js";
import type { NodeId, Role } from "../core/role.js";

/** A worker has a piece of work to do on its own: a message to itself, which takes its processor so long. */
export interface Piece {
  readonly kind: "piece";
}

/** A worker asks for the next number; there is one counter. */
export interface Next {
  readonly kind: "next";
}

/** The counter's answer. */
export interface Numbered {
  readonly kind: "numbered";
  readonly number: number;
}

/** What the counter tells everybody else, so that all know how far it is. */
export interface Seen {
  readonly kind: "seen";
  readonly number: number;
}

/** They have heard it. */
export interface Heard {
  readonly kind: "heard";
}

/** What the counter knows. */
export interface Counter {
  count: number;
}

/** What a worker knows. */
export interface CountingWorker {
  readonly id: NodeId;
  /** The highest number that it has heard of. */
  seen: number;
  done: number;
}

export type CounterSignature = { state: Counter; receives: Next | Heard; sends: Numbered | Seen };
export type CountingSignature = { state: CountingWorker; receives: Piece | Numbered | Seen; sends: Piece | Next | Heard };

export interface CounterOptions {
  /** Whom it tells of each number beside the worker that asked. Default: nobody. */
  readonly tells?: readonly NodeId[];
}

/**
 * One counter for all: what Amdahl calls the serial part. It numbers the pieces of work in the order in which they are
 * reported. What each step of a coordinated count costs is the simulator's `processing`, by kind of message: `piece` is the
 * parallel part, `next` the serial one (contention), and `heard`, which comes once for every other worker, the price of
 * keeping all of them up to date (coherence).
 */
export function counter(given: CounterOptions = {}): Role<CounterSignature> {
  const { tells = [] } = options("counter", given, ["tells"]);
  if (tells.length > 0) nodeNames("tells", tells);
  return {
    name: "counter",
    durable: [],
    init: () => ({ count: 0 }),
    timeout: {},
    request: {},
    receive: {
      next(self, _next, from, out) {
        self.count += 1;
        out.send(from, { kind: "numbered", number: self.count });
        for (const other of tells) if (other !== from) out.send(other, { kind: "seen", number: self.count });
      },
      heard() {
        // Only the time that it takes matters.
      },
    },
  };
}

/** A worker of a coordinated count: a piece of work on its own, then a number from the counter, then the same again. */
export function countingWorker(given: { readonly counter: NodeId }): Role<CountingSignature> {
  const { counter: node } = options("countingWorker", given, ["counter"]);
  return {
    name: "worker",
    durable: [],
    init: (id) => ({ id, seen: 0, done: 0 }),
    start(self, out) {
      out.send(self.id, { kind: "piece" });
    },
    timeout: {},
    request: {},
    receive: {
      piece(_self, _piece, _from, out) {
        out.send(node, { kind: "next" });
      },
      numbered(self, { number }, _from, out) {
        self.done += 1;
        self.seen = Math.max(self.seen, number);
        out.send(self.id, { kind: "piece" });
      },
      seen(self, { number }, from, out) {
        self.seen = Math.max(self.seen, number);
        out.send(from, { kind: "heard" });
      },
    },
  };
}
