import { finite, options } from "../core/parameters.js";
import type { Call, Out, Role } from "../core/role.js";

/** Records that wait, and the batch that is being worked on. */
export interface Paced {
  waiting: Call[];
  working: Call[];
}

export type PacedSignature = {
  state: Paced;
  requests: { readonly kind: "record" };
  timers: { readonly kind: "done" } | { readonly kind: "tick" };
  replies: "done";
};

export interface PacedOptions {
  /** What one record takes, in ms. */
  readonly recordMs: number;
  /** What one batch takes before its first record, in ms: scheduling, starting tasks, asking for data. */
  readonly batchMs?: number;
  /** A batch begins every so many ms. */
  readonly every?: number;
}

/** A stream processor that handles records one by one, as they come. */
export function oneByOne(given: PacedOptions): Role<PacedSignature> {
  const { recordMs } = options("oneByOne", given, ["recordMs"]);
  finite("recordMs", recordMs);
  function begin(self: Paced, out: Out<PacedSignature>): void {
    const next = self.waiting.shift();
    if (next === undefined) return;
    self.working = [next];
    out.setTimer({ kind: "done" }, recordMs);
  }
  return paced("one by one", begin, (self, out) => {
    if (self.working.length === 0) begin(self, out);
  });
}

/**
 * A stream processor that takes what has come every so many ms for a small batch job: discretized streams (Zaharia et al., SOSP 2013,
 * section 3). A batch that is not done when its successor should begin makes it wait.
 */
export function microBatches(given: PacedOptions): Role<PacedSignature> {
  const { recordMs, batchMs = 0, every = 100 } = options("microBatches", given, ["recordMs", "batchMs", "every"]);
  finite("recordMs", recordMs);
  finite("batchMs", batchMs);
  finite("every", every, { min: 0.001 });
  function begin(self: Paced, out: Out<PacedSignature>): void {
    if (self.working.length > 0 || self.waiting.length === 0) return;
    self.working = self.waiting;
    self.waiting = [];
    out.setTimer({ kind: "done" }, batchMs + recordMs * self.working.length);
  }
  const role = paced("micro-batches", () => undefined, () => undefined);
  return {
    ...role,
    start: (_, out) => out.setTimer({ kind: "tick" }, every),
    timeout: {
      ...role.timeout,
      tick(self, __, out) {
        out.setTimer({ kind: "tick" }, every);
        begin(self, out);
      },
    },
  };
}

function paced(name: string, done: (self: Paced, out: Out<PacedSignature>) => void, came: (self: Paced, out: Out<PacedSignature>) => void): Role<PacedSignature> {
  return {
    name,
    durable: [],
    init: () => ({ waiting: [], working: [] }),
    receive: {},
    request: {
      record(self, _, call, out) {
        self.waiting.push(call);
        came(self, out);
      },
    },
    timeout: {
      tick: () => undefined,
      done(self, _, out) {
        for (const call of self.working) out.reply(call, "done");
        self.working = [];
        done(self, out);
      },
    },
  };
}
