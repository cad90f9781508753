import { delay, integer, options } from "../../core/parameters.js";
import type { Call, Delay, NodeId, Out, Role } from "../../core/role.js";
import type { ResultMessage, StatementMessage, Transacted } from "./messages.js";
import { type Findings, statementFor, type Step, type Transact } from "./program.js";

/** What a session knows. */
export interface SessionState {
  readonly id: NodeId;
  /** How many names it has given to transactions. */
  serial: number;
  readonly active: Map<string, Active>;
}

/** A transaction under way. */
export interface Active extends Findings {
  readonly call: Call;
  readonly steps: readonly Step[];
  readonly readOnly: boolean;
  readonly tries: number;
  /** The step whose answer it waits for; as many as there are when it commits. */
  at: number;
}

export type SessionSignature = {
  state: SessionState;
  requests: Transact;
  receives: ResultMessage;
  timers: { readonly kind: "next"; readonly transaction: string } | { readonly kind: "again"; readonly transaction: string };
  sends: StatementMessage;
  replies: Transacted;
};

/** How a session works. */
export interface SessionOptions {
  readonly database: NodeId | string;
  /** How long a client thinks between two statements, in ms; by default 0. */
  readonly think?: Delay;
  /** How often a transaction that was given up is tried, in all; by default 10. */
  readonly tries?: number;
  /** How long to wait before that, in ms; by default [1, 10]. */
  readonly backoff?: Delay;
}

/**
 * A client's session (会话) with the database: it says one statement after the other, each when the one before has its
 * answer, and commits. A transaction that the database gives up is tried again from its first read, under another name: what it
 * had read may have been the reason.
 *
 * @throws RangeError for a number out of its range
 */
export function session(given: SessionOptions): Role<SessionSignature> {
  const { database, think = 0, tries = 10, backoff = [1, 10] } = options("session", given, ["database", "think", "tries", "backoff"]);
  delay("think", think);
  delay("backoff", backoff);
  integer("tries", tries, { min: 1 });
  const pauses = typeof think !== "number" || think > 0;
  type Effects = Out<SessionSignature>;

  function begin(self: SessionState, about: Pick<Active, "call" | "steps" | "readOnly" | "tries">, out: Effects): void {
    self.serial += 1;
    const transaction = `${self.id}.${self.serial}`;
    const active: Active = { ...about, at: 0, values: new Map(), counts: new Map() };
    self.active.set(transaction, active);
    say(transaction, active, out);
  }

  /** The next statement; conditions that do not hold are passed over. */
  function say(transaction: string, active: Active, out: Effects): void {
    const { steps, readOnly } = active;
    for (; active.at < steps.length; active.at++) {
      const statement = statementFor(steps[active.at]!, active);
      if (statement) return out.send(database as NodeId, { kind: "statement", transaction, readOnly, statement });
    }
    out.send(database as NodeId, { kind: "statement", transaction, readOnly, statement: { kind: "commit" } });
  }

  function end(self: SessionState, transaction: string, reason: Transacted["reason"], out: Effects): void {
    const { call, tries: tried, values } = self.active.get(transaction)!;
    self.active.delete(transaction);
    out.reply(call, { outcome: reason === null ? "commit" : "abort", transaction, tries: tried, reason, found: Object.fromEntries(values) });
  }

  return {
    name: "session",
    durable: [],
    init: (id) => ({ id, serial: 0, active: new Map() }),

    request: {
      transact(self, { steps, readOnly }, call, out) {
        if ([...self.active.values()].some((active) => active.call === call)) return;
        begin(self, { call, steps, readOnly, tries: 1 }, out);
      },
    },

    receive: {
      result(self, { transaction, result }, _, out) {
        const active = self.active.get(transaction)!;
        switch (result.kind) {
          case "committed":
            return end(self, transaction, null, out);
          case "aborted":
            if (active.tries >= tries) return end(self, transaction, result.reason, out);
            return out.setTimer({ kind: "again", transaction }, backoff);
          case "value": {
            const step = active.steps[active.at]!;
            if (step.kind === "read") active.values.set(step.key, result.value);
            break;
          }
          case "rows": {
            const step = active.steps[active.at]!;
            for (const [key, value] of Object.entries(result.rows)) active.values.set(key, value);
            if (step.kind === "select") active.counts.set(step.predicate, Object.keys(result.rows).length);
            break;
          }
          case "done":
        }
        active.at += 1;
        if (pauses) out.setTimer({ kind: "next", transaction }, think);
        else say(transaction, active, out);
      },
    },

    timeout: {
      next: (self, { transaction }, out) => say(transaction, self.active.get(transaction)!, out),
      again(self, { transaction }, out) {
        const { call, steps, readOnly, tries: tried } = self.active.get(transaction)!;
        self.active.delete(transaction);
        begin(self, { call, steps, readOnly, tries: tried + 1 }, out);
      },
    },
  };
}
