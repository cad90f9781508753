import { delay, flag, oneOf, options, show } from "../../core/parameters.js";
import type { Call, Delay, NodeId, Out, Role } from "../../core/role.js";
import {
  type Answer, type Commit, type Decided, type Outcome, participantsOf, type Shares, type TransactionId, type Vote,
} from "../transaction.js";
import { type Form, forms, habits } from "./forms.js";
import type { Ack, Begin, DecisionMessage, Inquiry, Prepare, VoteMessage } from "./messages.js";

/** What a coordinator knows. */
export interface Coordinator {
  readonly id: NodeId;
  /** Its log. Only this survives a crash. */
  readonly ledger: Map<TransactionId, CoordinatorRecord>;
  /** What it is doing about the transactions that are under way. */
  readonly stages: Map<TransactionId, Stage>;
}

/** What the log says of a transaction. */
export type CoordinatorRecord =
  /** These were about to be asked; the outcome is open. (Presumed commit only.) */
  | { readonly kind: "collecting"; readonly participants: readonly NodeId[] }
  /** It is decided, and these must be told until they acknowledge it. */
  | { readonly kind: Outcome; readonly participants: readonly NodeId[] }
  /** It is over: how it ended is forgotten, and all that is left is that the name has been used. */
  | { readonly kind: "end" };

/** How far a transaction has come. */
export type Stage =
  /** Phase 1: collects votes. `calls` and `askers` wait for the outcome. */
  | {
      readonly kind: "voting";
      readonly participants: readonly NodeId[];
      readonly votes: Map<NodeId, Vote>;
      readonly calls: Set<Call>;
      readonly askers: Set<NodeId>;
    }
  /** Phase 2: tells those who have not acknowledged it. */
  | { readonly kind: "telling"; readonly outcome: Outcome; readonly waiting: Set<NodeId> };

export type CoordinatorSignature = {
  state: Coordinator;
  requests: Commit;
  receives: Begin | VoteMessage | Ack | Inquiry;
  timers:
    | { readonly kind: "votes"; readonly transaction: TransactionId }
    | { readonly kind: "resend"; readonly transaction: TransactionId };
  sends: Prepare | DecisionMessage;
  decides: Decided;
  replies: Answer;
};

export interface CoordinatorOptions {
  /** What is logged and acknowledged; by default "basic". Participants must have the same. */
  readonly form?: Form;
  /** How long it waits for votes before it decides to abort, in ms; by default 100. */
  readonly votesWithin?: Delay;
  /** How long it waits for acknowledgements before it tells the outcome again, in ms; by default [100, 200]. */
  readonly resendAfter?: Delay;
  /**
   * Participants prepare without being asked, so it sends no `prepare` (Gray and Lamport, section 3.1). Needs the
   * form "remembering". By default false.
   */
  readonly unasked?: boolean;
}

/**
 * The coordinator (协调者) of two-phase commit (Gray 1978; Mohan, Lindsay and Obermarck 1986). It asks all participants
 * to prepare, decides, and tells them. Its decision is made when the record of it is on disk, and not before.
 *
 * @throws RangeError for an unknown form or a negative delay, or if `unasked` comes with a form that forgets
 */
export function coordinator(given: CoordinatorOptions = {}): Role<CoordinatorSignature> {
  options("coordinator", given, ["form", "votesWithin", "resendAfter", "unasked"]);
  const { form = "basic", votesWithin = 100, resendAfter = [100, 200], unasked = false } = given;
  const { collects, logs, acknowledges, presumes, remembers } = habits[oneOf("form", form, forms)];
  delay("votesWithin", votesWithin);
  delay("resendAfter", resendAfter);
  if (flag("unasked", unasked) && !remembers) {
    throw new RangeError(`unasked needs the form "remembering", got ${show(form)}: a vote that comes late must not open a forgotten transaction again`);
  }

  /** Phase 1. Ask everybody. */
  function open(
    self: Coordinator, transaction: TransactionId, work: Shares, out: Out<CoordinatorSignature>,
  ): Stage & { kind: "voting" } {
    const participants = participantsOf(work);
    const stage =
      { kind: "voting", participants, votes: new Map(), calls: new Set<Call>(), askers: new Set<NodeId>() } as const;
    self.stages.set(transaction, stage);
    if (collects) {
      self.ledger.set(transaction, { kind: "collecting", participants });
      out.persist(); // before anybody can be in doubt: an unknown transaction is presumed to have committed
    }
    out.setTimer({ kind: "votes", transaction }, votesWithin);
    return stage;
  }

  function ask(
    stage: Stage & { kind: "voting" }, transaction: TransactionId, work: Shares, out: Out<CoordinatorSignature>,
  ): void {
    if (unasked) return;
    for (const participant of stage.participants) {
      if (stage.votes.has(participant)) continue;
      out.send(participant, { kind: "prepare", transaction, participants: stage.participants, work: work[participant] });
    }
  }

  /** Note a vote. One "no" is enough to abort; to commit takes the votes of all. */
  function count(
    self: Coordinator, transaction: TransactionId, vote: Vote, from: NodeId, out: Out<CoordinatorSignature>,
  ): void {
    const stage = self.stages.get(transaction);
    if (stage?.kind !== "voting" || !stage.participants.includes(from) || stage.votes.has(from)) return;
    stage.votes.set(from, vote);
    if (vote === "no") decide(self, transaction, stage, "abort", out);
    else if (stage.votes.size === stage.participants.length) decide(self, transaction, stage, "commit", out);
  }

  /** The end of phase 1, and the beginning of phase 2. */
  function decide(
    self: Coordinator, transaction: TransactionId, stage: Stage & { kind: "voting" }, outcome: Outcome, out: Out<CoordinatorSignature>,
  ): void {
    out.cancelTimer({ kind: "votes", transaction });
    // Who voted no has aborted, and to who voted read-only it is all one.
    const doubters = stage.participants.filter((node) => (stage.votes.get(node) ?? "yes") === "yes");
    const isAwaited = acknowledges[outcome] && doubters.length > 0;
    if (isAwaited || remembers) {
      // Under presumed commit, the record of who was asked says all that is needed for an abort.
      if (logs[outcome]) self.ledger.set(transaction, { kind: outcome, participants: isAwaited ? doubters : [] });
    } else {
      self.ledger.set(transaction, { kind: "end" });
    }
    // Presumed abort need not even know of a commit of which nobody is in doubt.
    if (logs[outcome] && !(form === "presumed-abort" && doubters.length === 0)) out.persist(); // before anybody hears of it
    announce(transaction, stage, outcome, out);
    tell(self, transaction, outcome, doubters, out);
  }

  function announce(
    transaction: TransactionId, { calls, askers }: Stage & { kind: "voting" }, outcome: Outcome, out: Out<CoordinatorSignature>,
  ): void {
    out.decide({ transaction, outcome });
    for (const call of calls) out.reply(call, outcome);
    for (const asker of askers) out.send(asker, { kind: "decision", transaction, outcome });
  }

  /** Phase 2. Tell those who are in doubt, and if they acknowledge that, until they have. */
  function tell(
    self: Coordinator, transaction: TransactionId, outcome: Outcome, doubters: readonly NodeId[], out: Out<CoordinatorSignature>,
  ): void {
    for (const node of doubters) out.send(node, { kind: "decision", transaction, outcome });
    if (acknowledges[outcome] && doubters.length > 0) {
      self.stages.set(transaction, { kind: "telling", outcome, waiting: new Set(doubters) });
      out.setTimer({ kind: "resend", transaction }, resendAfter);
    } else {
      self.stages.delete(transaction);
    }
  }

  return {
    name: "coordinator",
    durable: ["ledger"],
    init: (id) => ({ id, ledger: new Map(), stages: new Map() }),

    // What was decided stays decided, and is told again; what was not, is aborted.
    start(self, out) {
      for (const [transaction, record] of [...self.ledger]) {
        switch (record.kind) {
          case "collecting":
            out.decide({ transaction, outcome: "abort" });
            tell(self, transaction, "abort", record.participants, out);
            break;
          case "commit":
          case "abort":
            out.decide({ transaction, outcome: record.kind });
            tell(self, transaction, record.kind, record.participants, out);
            break;
          case "end":
            break;
        }
      }
    },

    request: {
      commit(self, { transaction, work }, call, out) {
        const known = self.stages.get(transaction);
        if (known?.kind === "voting") return void known.calls.add(call);
        const answer = answerOf(self, transaction);
        if (answer) return out.reply(call, answer);
        const stage = open(self, transaction, work, out);
        stage.calls.add(call);
        ask(stage, transaction, work, out);
        // Nobody can object, so nobody does: AC3 asks for a commit.
        if (stage.participants.length === 0) decide(self, transaction, stage, "commit", out);
      },
    },

    receive: {
      // As a client's request; but a participant that asks says how it votes, and need not be asked. (Only a
      // coordinator that remembers can take such a vote: it could be an old one, of a transaction that is over.)
      begin(self, { transaction, work, vote }, from, out) {
        const answer = answerOf(self, transaction);
        if (answer) {
          return typeof answer === "string" ? out.send(from, { kind: "decision", transaction, outcome: answer }) : undefined;
        }
        const known = self.stages.get(transaction);
        const stage = known?.kind === "voting" ? known : open(self, transaction, work, out);
        if (vote === undefined || vote === "read-only") stage.askers.add(from); // else it is told as a participant
        if (vote !== undefined && remembers) count(self, transaction, vote, from, out);
        if (!known && self.stages.get(transaction) === stage) ask(stage, transaction, work, out);
        if (stage.participants.length === 0) decide(self, transaction, stage, "commit", out);
      },

      // A vote that comes too late changes nothing; its sender is told the outcome, or will ask.
      vote(self, { transaction, vote }, from, out) {
        count(self, transaction, vote, from, out);
      },

      // All who were in doubt have the outcome on disk: nobody will ask any more, so it can be forgotten.
      ack(self, { transaction }, from, out) {
        const stage = self.stages.get(transaction);
        if (stage?.kind !== "telling" || !stage.waiting.delete(from) || stage.waiting.size > 0) return;
        self.stages.delete(transaction);
        out.cancelTimer({ kind: "resend", transaction });
        self.ledger.set(transaction, { kind: "end" });
        out.write(); // nothing depends on it: if it is lost, they are told once more
      },

      // Somebody in doubt asks. While the outcome is open there is no answer; it will be told.
      inquiry(self, { transaction }, from, out) {
        const stage = self.stages.get(transaction);
        if (stage?.kind === "voting") return;
        const record = self.ledger.get(transaction);
        const known = stage?.outcome ?? (record?.kind === "commit" || record?.kind === "abort" ? record.kind : null);
        if (known === null && remembers) {
          self.ledger.set(transaction, { kind: "abort", participants: [] });
          out.persist(); // a `begin` that is still under way must not open what was just said to have aborted
          out.decide({ transaction, outcome: "abort" });
        }
        out.send(from, { kind: "decision", transaction, outcome: known ?? presumes });
      },
    },

    timeout: {
      // A vote is missing. The coordinator may still choose, and waits no longer.
      votes(self, { transaction }, out) {
        const stage = self.stages.get(transaction);
        if (stage?.kind === "voting") decide(self, transaction, stage, "abort", out);
      },

      resend(self, { transaction }, out) {
        const stage = self.stages.get(transaction);
        if (stage?.kind !== "telling") return;
        for (const node of stage.waiting) out.send(node, { kind: "decision", transaction, outcome: stage.outcome });
        out.setTimer({ kind: "resend", transaction }, resendAfter);
      },
    },
  };
}

/** What can be said about a transaction that is not new; null if it is. */
function answerOf({ ledger, stages }: Coordinator, transaction: TransactionId): Answer | null {
  const stage = stages.get(transaction);
  if (stage?.kind === "telling") return stage.outcome;
  const record = ledger.get(transaction);
  if (record?.kind === "commit" || record?.kind === "abort") return record.kind;
  return record?.kind === "end" ? { refused: `${transaction} is over, and how it ended is forgotten; a new transaction needs a new name` } : null;
}
