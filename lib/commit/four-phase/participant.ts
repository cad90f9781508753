import { finite, options } from "../../core/parameters.js";
import type { NodeId, Out, Role } from "../../core/role.js";
import type { Guarding } from "../protocol.js";
import { type Resource, type Scripted, scripted, type ScriptedWork } from "../resource.js";
import type { Decided, Outcome, TransactionId } from "../transaction.js";
import { attempt } from "../two-phase/participant.js";
import type { Ask, DecisionMessage, Inquiry, Prepare, VoteMessage } from "./messages.js";

/** What a participant knows. Its log and its data are written together, and survive a crash. */
export interface Participant<Data extends object = object> extends Guarding<Data> {
  readonly id: NodeId;
  readonly log: Map<TransactionId, ParticipantRecord>;
  /** The place in the order of the coordinator that it waits for. */
  readonly waitsFor: Map<TransactionId, number>;
}

/** What the log says of a transaction. */
export type ParticipantRecord =
  | { readonly kind: "prepared"; readonly order: readonly NodeId[]; readonly holds: boolean }
  | { readonly kind: Outcome };

export type ParticipantSignature<Data extends object = object> = {
  state: Participant<Data>;
  receives: Prepare | DecisionMessage | Ask;
  timers: { readonly kind: "silence"; readonly transaction: TransactionId };
  sends: VoteMessage | DecisionMessage | Inquiry | Ask;
  decides: Decided;
};

export interface ParticipantOptions<Data extends object = Scripted, Work = ScriptedWork> {
  /** What it guards; by default `scripted`, which votes as its work says. */
  readonly resource?: Resource<Data, Work>;
  /** That of the coordinator, in ms; by default 100. A participant waits three times as long before it calls for the next one. */
  readonly patience?: number;
}

/**
 * The participant of four-phase commit; see `coordinator`, also for what is reconstruction here. Once it has voted yes it
 * waits for a decision. When its coordinator is silent for too long, it calls for the next in the order. A vote "read-only"
 * counts as a yes.
 *
 * @throws RangeError for a patience that is not positive
 */
export function participant<Data extends object = Scripted, Work = ScriptedWork>(
  given: ParticipantOptions<Data, Work> = {},
): Role<ParticipantSignature<Data>> {
  options("participant", given, ["resource", "patience"]);
  const { patience = 100 } = given;
  const resource = given.resource ?? (scripted as unknown as Resource<Data, Work>);
  if (finite("patience", patience) === 0) throw new RangeError("patience must be more than 0 ms, got 0");
  type Self = Participant<Data>;
  type Effects = Out<ParticipantSignature<Data>>;

  function settle(self: Self, transaction: TransactionId, outcome: Outcome, out: Effects): void {
    const record = self.log.get(transaction);
    if (record?.kind === "prepared" && record.holds) resource[outcome](self.data, transaction);
    self.log.set(transaction, { kind: outcome });
    self.waitsFor.delete(transaction);
    out.cancelTimer({ kind: "silence", transaction });
    out.persist();
    out.decide({ transaction, outcome });
  }

  return {
    name: "participant",
    durable: ["data", "log"],
    init: (id) => ({ id, data: resource.init(), log: new Map(), waitsFor: new Map() }),

    start(self, out) {
      for (const [transaction, record] of [...self.log]) {
        if (record.kind !== "prepared") {
          out.decide({ transaction, outcome: record.kind });
          continue;
        }
        for (const node of record.order) out.send(node, { kind: "ask", transaction, up: record.order });
        out.setTimer({ kind: "silence", transaction }, 3 * patience);
      }
    },

    request: {},

    receive: {
      // Phase 2. A promise, or a veto, is on disk before it leaves.
      prepare(self, { transaction, order, work }, coordinator, out) {
        const known = self.log.get(transaction);
        if (known) {
          if (known.kind !== "commit") {
            out.send(coordinator, { kind: "vote", transaction, vote: known.kind === "abort" ? "no" : "yes" });
          }
          return;
        }
        const { vote, data } = attempt(resource, self.data, transaction, work as Work);
        if (vote === "no") {
          settle(self, transaction, "abort", out);
          return out.send(coordinator, { kind: "vote", transaction, vote });
        }
        self.data = data;
        self.log.set(transaction, { kind: "prepared", order, holds: vote === "yes" });
        out.persist();
        out.send(coordinator, { kind: "vote", transaction, vote });
        out.setTimer({ kind: "silence", transaction }, 3 * patience);
      },

      // Phase 4. An abort may overtake the question.
      decision(self, { transaction, outcome }, _, out) {
        const record = self.log.get(transaction);
        if (record?.kind === "prepared" || (!record && outcome === "abort")) settle(self, transaction, outcome, out);
      },

      ask(self, { transaction }, from, out) {
        const record = self.log.get(transaction);
        if (record && record.kind !== "prepared") out.send(from, { kind: "decision", transaction, outcome: record.kind });
      },
    },

    timeout: {
      // The coordinator is silent: call for the next one; after the last, ask them all again.
      silence(self, { transaction }, out) {
        const record = self.log.get(transaction);
        if (record?.kind !== "prepared") return;
        const next = (self.waitsFor.get(transaction) ?? 0) + 1;
        if (next < record.order.length) {
          self.waitsFor.set(transaction, next);
          out.send(record.order[next]!, { kind: "inquiry", transaction, attempt: next });
        } else {
          self.waitsFor.delete(transaction);
          for (const node of record.order) out.send(node, { kind: "ask", transaction, up: record.order });
        }
        out.setTimer({ kind: "silence", transaction }, 3 * patience);
      },
    },
  };
}
