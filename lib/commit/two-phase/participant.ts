import { clone } from "../../core/clone.js";
import { delay, flag, oneOf, options } from "../../core/parameters.js";
import type { Call, Delay, NodeId, Out, Role } from "../../core/role.js";
import type { Guarding } from "../protocol.js";
import { type Resource, type Scripted, scripted, type ScriptedWork } from "../resource.js";
import type { Answer, Decided, Outcome, Shares, TransactionId, Vote } from "../transaction.js";
import { type Form, forms, habits } from "./forms.js";
import type { Ack, Advice, Begin, Consult, DecisionMessage, Inquiry, Prepare, VoteMessage } from "./messages.js";

/** What a participant knows. Its log and its data are written together, and survive a crash. */
export interface Participant<Data extends object = object> extends Guarding<Data> {
  readonly id: NodeId;
  readonly log: Map<TransactionId, ParticipantRecord>;
  /** Clients that wait for the outcome. */
  readonly calls: Map<TransactionId, Set<Call>>;
}

/** What the log says of a transaction. (A real log is cut at a checkpoint, once no copy of a message can be under way.) */
export type ParticipantRecord =
  /** It has voted yes, and has given away its right to abort alone: it is in doubt, or uncertain (悬而未决). */
  | { readonly kind: "prepared"; readonly coordinator: NodeId; readonly participants: readonly NodeId[] }
  | { readonly kind: Outcome }
  | { readonly kind: "read-only" };

/** What a client may ask a participant, instead of a coordinator: to prepare its own share, and to have the others asked. */
export interface BeginRequest {
  readonly kind: "begin";
  readonly transaction: TransactionId;
  readonly coordinator: NodeId;
  readonly work: Shares;
}

export type ParticipantSignature<Data extends object = object> = {
  state: Participant<Data>;
  requests: BeginRequest;
  receives: Prepare | DecisionMessage | Consult | Advice;
  timers: { readonly kind: "inquire"; readonly transaction: TransactionId };
  sends: VoteMessage | Ack | Inquiry | Consult | Advice | Begin;
  decides: Decided;
  replies: Answer;
};

export interface ParticipantOptions<Data extends object = Scripted, Work = ScriptedWork> {
  /** What it guards; by default `scripted`, which votes as its work says. */
  readonly resource?: Resource<Data, Work>;
  /** What is logged and acknowledged; by default "basic". The coordinator must have the same. */
  readonly form?: Form;
  /** Whether it also asks the other participants when it is in doubt, and answers them. By default false. */
  readonly cooperative?: boolean;
  /** How long it is in doubt before it asks, and before it asks again, in ms; by default [100, 200]. */
  readonly inquireAfter?: Delay;
}

/**
 * The participant (参与者) of two-phase commit (Gray 1978; Mohan, Lindsay and Obermarck 1986). Until it votes yes it may abort
 * alone. After that it holds its locks until it is told the outcome, however long that takes.
 *
 * Cooperative termination is that of Bernstein, Hadzilacos and Goodman (1987), section 7.4: who has decided says so; who
 * has not voted decides to abort. If all are in doubt, nobody can say anything.
 *
 * @throws RangeError for an unknown form or a negative delay
 */
export function participant<Data extends object = Scripted, Work = ScriptedWork>(
  given: ParticipantOptions<Data, Work> = {},
): Role<ParticipantSignature<Data>> {
  options("participant", given, ["resource", "form", "cooperative", "inquireAfter"]);
  const { form = "basic", cooperative = false, inquireAfter = [100, 200] } = given;
  const resource = given.resource ?? (scripted as unknown as Resource<Data, Work>);
  const { acknowledges } = habits[oneOf("form", form, forms)];
  flag("cooperative", cooperative);
  delay("inquireAfter", inquireAfter);
  type Self = Participant<Data>;
  type Effects = Out<ParticipantSignature<Data>>;

  /** Phase 1. Get ready, and say so; a vote is on disk before it leaves. */
  function prepare(
    self: Self, about: { transaction: TransactionId; coordinator: NodeId; participants: readonly NodeId[]; work: unknown }, out: Effects,
  ): Vote {
    const { transaction, coordinator, participants, work } = about;
    const { vote, data } = attempt(resource, self.data, transaction, work as Work);
    self.data = data;
    switch (vote) {
      case "yes":
        self.log.set(transaction, { kind: "prepared", coordinator, participants });
        out.persist(); // a promise that a crash can undo is none
        out.setTimer({ kind: "inquire", transaction }, inquireAfter);
        break;
      case "no":
        abortAlone(self, transaction, out);
        break;
      case "read-only":
        self.log.set(transaction, { kind: "read-only" });
        // Who has voted must never tell another participant that it has not: that one would abort.
        if (cooperative) out.persist();
        break;
    }
    return vote;
  }

  /**
   * Veto. On disk before anybody hears of it, or a copy of `prepare` could find the node with a better mind after
   * a crash. (R* need not force this record: its sessions deliver no message twice.)
   */
  function abortAlone(self: Self, transaction: TransactionId, out: Effects): void {
    self.log.set(transaction, { kind: "abort" });
    out.persist();
    announce(self, transaction, "abort", out);
  }

  /** Do what was decided. Does nothing if that was done before. */
  function settle(self: Self, transaction: TransactionId, outcome: Outcome, out: Effects): void {
    const record = self.log.get(transaction);
    if (record?.kind === "read-only") return answer(self, transaction, outcome, out);
    if (record?.kind === "prepared") resource[outcome](self.data, transaction);
    // A commit of which it knows nothing was done and forgotten; an abort may have overtaken the question.
    else if (record || outcome === "commit") return;
    self.log.set(transaction, { kind: outcome });
    out.cancelTimer({ kind: "inquire", transaction });
    if (acknowledges[outcome]) out.persist(); // before the coordinator may forget
    else out.write(); // if it is lost, the coordinator can be asked again
    announce(self, transaction, outcome, out);
  }

  function announce(self: Self, transaction: TransactionId, outcome: Outcome, out: Effects): void {
    out.decide({ transaction, outcome });
    answer(self, transaction, outcome, out);
  }

  function answer(self: Self, transaction: TransactionId, outcome: Outcome, out: Effects): void {
    for (const call of self.calls.get(transaction) ?? []) out.reply(call, outcome);
    self.calls.delete(transaction);
  }

  function inquire(
    self: Self, transaction: TransactionId, record: ParticipantRecord & { kind: "prepared" }, out: Effects,
  ): void {
    out.send(record.coordinator, { kind: "inquiry", transaction });
    if (cooperative) {
      for (const node of record.participants) if (node !== self.id) out.send(node, { kind: "consult", transaction });
    }
    out.setTimer({ kind: "inquire", transaction }, inquireAfter);
  }

  return {
    name: "participant",
    durable: ["data", "log"],
    init: (id) => ({ id, data: resource.init(), log: new Map(), calls: new Map() }),

    // Who was in doubt still is, and asks; its locks are where they were.
    start(self, out) {
      for (const [transaction, record] of self.log) {
        if (record.kind === "prepared") inquire(self, transaction, record, out);
        else if (record.kind !== "read-only") out.decide({ transaction, outcome: record.kind });
      }
    },

    request: {
      // Gray and Lamport's first resource manager prepares by itself, and its vote makes the coordinator ask the others.
      begin(self, { transaction, coordinator, work }, call, out) {
        const known = self.log.get(transaction);
        if (known?.kind === "commit" || known?.kind === "abort") return out.reply(call, known.kind);
        self.calls.set(transaction, (self.calls.get(transaction) ?? new Set()).add(call));
        if (known) return;
        const participants = Object.keys(work) as NodeId[];
        const vote = prepare(self, { transaction, coordinator, participants, work: work[self.id] }, out);
        out.send(coordinator, { kind: "begin", transaction, work, vote });
      },
    },

    receive: {
      // A question that comes twice gets the same answer twice; one that comes after the end gets none.
      prepare(self, { transaction, participants, work }, coordinator, out) {
        const known = self.log.get(transaction);
        const vote = known ? castBefore(known) : prepare(self, { transaction, coordinator, participants, work }, out);
        if (vote) out.send(coordinator, { kind: "vote", transaction, vote });
      },

      // Phase 2. Whoever is asked to acknowledge does so each time it is told: the last answer may be lost.
      decision(self, { transaction, outcome }, from, out) {
        settle(self, transaction, outcome, out);
        if (acknowledges[outcome]) out.send(from, { kind: "ack", transaction });
      },

      // Another participant is in doubt. Who has not voted can help it, by never doing so.
      consult(self, { transaction }, from, out) {
        if (!cooperative) return;
        const record = self.log.get(transaction);
        if (!record) abortAlone(self, transaction, out);
        else if (record.kind !== "commit" && record.kind !== "abort") return;
        out.send(from, { kind: "advice", transaction, outcome: record ? (record.kind as Outcome) : "abort" });
      },

      advice(self, { transaction, outcome }, _, out) {
        settle(self, transaction, outcome, out);
      },
    },

    timeout: {
      inquire(self, { transaction }, out) {
        const record = self.log.get(transaction);
        if (record?.kind === "prepared") inquire(self, transaction, record, out);
      },
    },
  };
}

/** Prepare on a copy of the data, which counts only if the vote is yes. A resource that fails has voted no. */
export function attempt<Data extends object, Work>(
  resource: Resource<Data, Work>, data: Data, transaction: TransactionId, work: Work,
): { readonly vote: Vote; readonly data: Data } {
  const trial = clone(data);
  let vote: Vote;
  try {
    vote = resource.prepare(trial, transaction, work);
  } catch {
    return { vote: "no", data };
  }
  oneOf("a resource's vote", vote, ["yes", "no", "read-only"]);
  return { vote, data: vote === "yes" ? trial : data };
}

function castBefore(record: ParticipantRecord): Vote | null {
  switch (record.kind) {
    case "prepared":
      return "yes";
    case "abort":
      return "no";
    case "read-only":
      return "read-only";
    case "commit":
      return null;
  }
}
