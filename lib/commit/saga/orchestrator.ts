import { delay, oneOf, options } from "../../core/parameters.js";
import type { Call, Delay, Out, Role } from "../../core/role.js";
import type { Answer, Decided, TransactionId } from "../transaction.js";
import type { Perform, Performed, Saga, SagaStep } from "./messages.js";

/** What an orchestrator knows. Only the log survives a crash. */
export interface Orchestrator {
  readonly log: Map<TransactionId, SagaRecord>;
  readonly calls: Map<TransactionId, Set<Call>>;
}

/** What the log says of a saga. */
export type SagaRecord =
  /** The next thing to do is step `at`, or to undo it; for the so manieth time, from 1. */
  | {
      readonly kind: "forward" | "backward";
      readonly steps: readonly SagaStep[];
      readonly at: number;
      readonly attempt: number;
    }
  | { readonly kind: "commit" | "abort" };

/** What it says of one that has not come to its end. */
export type Underway = SagaRecord & { readonly kind: "forward" | "backward" };

export type OrchestratorSignature = {
  state: Orchestrator;
  requests: Saga;
  receives: Performed;
  timers:
    | { readonly kind: "resend"; readonly transaction: TransactionId }
    | { readonly kind: "again"; readonly transaction: TransactionId };
  sends: Perform;
  decides: Decided;
  replies: Answer;
};

/** What an orchestrator does where a step fails, and how patient it is. */
export interface OrchestratorOptions {
  /**
   * What to do where a step cannot be done: "backward" undoes all that was done before it, the last first; "forward"
   * tries it again until it can be done, for sagas that must come to their end. By default "backward".
   */
  readonly recovery?: "backward" | "forward";
  /** How long it waits for an answer before it asks again, in ms; by default [100, 200]. */
  readonly resendAfter?: Delay;
  /** With "forward": how long it waits before it tries again what could not be done, in ms; by default 200. */
  readonly againAfter?: Delay;
}

/**
 * The orchestrator (编排者) of sagas, which the paper calls the saga execution component (Garcia-Molina and Salem, "Sagas",
 * 1987, sections 4 and 5): it has T1, T2 and so on to Tn done, or T1 to Tj and then Cj to C1. What it is about to do is
 * on disk before it is done, so that it goes on after a crash where it was.
 *
 * @throws RangeError for an unknown recovery or a negative delay
 */
export function orchestrator(given: OrchestratorOptions = {}): Role<OrchestratorSignature> {
  const {
    recovery = "backward",
    resendAfter = [100, 200],
    againAfter = 200,
  } = options("orchestrator", given, ["recovery", "resendAfter", "againAfter"]);
  oneOf("recovery", recovery, ["backward", "forward"]);
  delay("resendAfter", resendAfter);
  delay("againAfter", againAfter);

  /** Note what comes next, and have it done; or come to the end. */
  function proceed(
    self: Orchestrator,
    transaction: TransactionId,
    record: Underway,
    out: Out<OrchestratorSignature>,
  ): void {
    const { kind, steps, at } = record;
    if (kind === "forward" && at === steps.length) return end(self, transaction, "commit", out);
    if (kind === "backward" && at < 0) return end(self, transaction, "abort", out);
    self.log.set(transaction, record);
    out.persist(); // before it is done: what nobody knows of cannot be undone
    ask(transaction, record, out);
  }

  function ask(
    transaction: TransactionId,
    { kind, steps, at, attempt }: Underway,
    out: Out<OrchestratorSignature>,
  ): void {
    const { node, does, undoes } = steps[at]!;
    out.send(node, {
      kind: "perform",
      transaction,
      index: at,
      way: kind,
      attempt,
      changes: kind === "forward" ? does : undoes,
    });
    out.setTimer({ kind: "resend", transaction }, resendAfter);
  }

  function end(
    self: Orchestrator,
    transaction: TransactionId,
    outcome: "commit" | "abort",
    out: Out<OrchestratorSignature>,
  ): void {
    self.log.set(transaction, { kind: outcome });
    out.cancelTimer({ kind: "resend", transaction });
    out.persist();
    out.decide({ transaction, outcome });
    for (const call of self.calls.get(transaction) ?? []) out.reply(call, outcome);
    self.calls.delete(transaction);
  }

  return {
    name: "orchestrator",
    durable: ["log"],
    init: () => ({ log: new Map(), calls: new Map() }),

    start(self, out) {
      for (const [transaction, record] of self.log) {
        if (record.kind === "forward" || record.kind === "backward") ask(transaction, record, out);
        else out.decide({ transaction, outcome: record.kind });
      }
    },

    request: {
      saga(self, { transaction, steps }, call, out) {
        const known = self.log.get(transaction);
        if (known?.kind === "commit" || known?.kind === "abort") return out.reply(call, known.kind);
        self.calls.set(transaction, (self.calls.get(transaction) ?? new Set()).add(call));
        if (!known) proceed(self, transaction, { kind: "forward", steps, at: 0, attempt: 1 }, out);
      },
    },

    receive: {
      performed(self, { transaction, index, way, attempt, isDone }, _, out) {
        const record = self.log.get(transaction);
        if (!record || record.kind !== way || record.at !== index || record.attempt !== attempt) return;
        if (isDone)
          proceed(self, transaction, { ...record, at: index + (way === "forward" ? 1 : -1), attempt: 1 }, out);
        else if (recovery === "backward")
          proceed(self, transaction, { ...record, kind: "backward", at: index - 1, attempt: 1 }, out);
        else {
          out.cancelTimer({ kind: "resend", transaction });
          out.setTimer({ kind: "again", transaction }, againAfter);
        }
      },
    },

    timeout: {
      resend(self, { transaction }, out) {
        const record = self.log.get(transaction);
        if (record?.kind === "forward" || record?.kind === "backward") ask(transaction, record, out);
      },

      // Forward recovery: the same step once more, by another number, because the answer to the first stands.
      again(self, { transaction }, out) {
        const record = self.log.get(transaction);
        if (record?.kind === "forward") proceed(self, transaction, { ...record, attempt: record.attempt + 1 }, out);
      },
    },
  };
}
