import { delay, oneOf, options } from "../../core/parameters.js";
import type { Delay, NodeId, Out, Role } from "../../core/role.js";
import type { Guarding } from "../protocol.js";
import { type Resource, type Scripted, scripted, type ScriptedWork } from "../resource.js";
import { type Decided, type Outcome, participantsOf, type Shares, type TransactionId, type Vote } from "../transaction.js";
import { habits } from "./forms.js";
import type { Ack, DecisionMessage, Inquiry, Prepare, VoteMessage } from "./messages.js";
import { attempt } from "./participant.js";

/** The work of an intermediate node: its own share, and that of the nodes below it. */
export interface Branch<Work = unknown> {
  readonly own: Work;
  readonly below: Shares;
}

/** What an intermediate node knows. Its log and its data are written together, and survive a crash. */
export interface Intermediate<Data extends object = object> extends Guarding<Data> {
  readonly id: NodeId;
  readonly log: Map<TransactionId, IntermediateRecord>;
  readonly stages: Map<TransactionId, IntermediateStage>;
}

/** What the log says of a transaction. */
export type IntermediateRecord =
  /** All below have voted yes, or have nothing to lose, and so has this node; `children` are in doubt. */
  | { readonly kind: "prepared"; readonly parent: NodeId; readonly children: readonly NodeId[]; readonly holds: boolean }
  /** It is decided, and these must be told until they acknowledge it. */
  | { readonly kind: Outcome; readonly children: readonly NodeId[] }
  | { readonly kind: "read-only" };

/** How far a transaction has come. */
export type IntermediateStage =
  | {
      readonly kind: "voting";
      readonly parent: NodeId;
      readonly children: readonly NodeId[];
      readonly own: unknown;
      readonly votes: Map<NodeId, Vote>;
    }
  | { readonly kind: "telling"; readonly outcome: Outcome; readonly waiting: Set<NodeId> };

export type IntermediateSignature<Data extends object = object> = {
  state: Intermediate<Data>;
  receives: Prepare | VoteMessage | DecisionMessage | Ack | Inquiry;
  timers: { readonly kind: "votes" | "resend" | "inquire"; readonly transaction: TransactionId };
  sends: Prepare | VoteMessage | DecisionMessage | Ack | Inquiry;
  decides: Decided;
};

export interface IntermediateOptions<Data extends object = Scripted, Work = ScriptedWork> {
  /** What it guards itself; by default `scripted`, which votes as its work says. */
  readonly resource?: Resource<Data, Work>;
  /** What is logged and acknowledged, in the whole tree; by default "basic". */
  readonly form?: "basic" | "presumed-abort";
  /** How long it waits for votes from below before it votes no, in ms; by default 100. Its parent must be more patient. */
  readonly votesWithin?: Delay;
  /** How long it waits before it tells or asks again, in ms; by default [100, 200]. */
  readonly resendAfter?: Delay;
}

/**
 * A node in the middle of a tree of processes: a participant for the one above it, and a coordinator for those below
 * (hierarchical two-phase commit; Mohan, Lindsay and Obermarck 1986, section 2.2). It votes yes only when all below it
 * have, and its word binds them. Below it are participants, or more of its kind.
 *
 * Its own share it prepares last, so that nothing is locked that its log does not know of.
 *
 * @throws RangeError for another form or a negative delay
 */
export function intermediate<Data extends object = Scripted, Work = ScriptedWork>(
  given: IntermediateOptions<Data, Work> = {},
): Role<IntermediateSignature<Data>> {
  options("intermediate", given, ["resource", "form", "votesWithin", "resendAfter"]);
  const { form = "basic", votesWithin = 100, resendAfter = [100, 200] } = given;
  const resource = given.resource ?? (scripted as unknown as Resource<Data, Work>);
  const { acknowledges } = habits[oneOf("form", form, ["basic", "presumed-abort"])];
  delay("votesWithin", votesWithin);
  delay("resendAfter", resendAfter);
  type Self = Intermediate<Data>;
  type Effects = Out<IntermediateSignature<Data>>;
  type Voting = IntermediateStage & { kind: "voting" };

  /** All votes from below are in: prepare its own share, and speak for the whole branch. */
  function conclude(self: Self, transaction: TransactionId, stage: Voting, out: Effects): void {
    const { vote, data } = attempt(resource, self.data, transaction, stage.own as Work);
    if (vote === "no") return veto(self, transaction, stage, out);
    self.data = data;
    self.stages.delete(transaction);
    out.cancelTimer({ kind: "votes", transaction });
    const children = inDoubt(stage);
    const holds = vote === "yes";
    if (!holds && children.length === 0) {
      self.log.set(transaction, { kind: "read-only" });
      return out.send(stage.parent, { kind: "vote", transaction, vote: "read-only" });
    }
    self.log.set(transaction, { kind: "prepared", parent: stage.parent, children, holds });
    out.persist();
    out.send(stage.parent, { kind: "vote", transaction, vote: "yes" });
    out.setTimer({ kind: "inquire", transaction }, resendAfter);
  }

  /** Somebody in the branch objects, or is silent: the branch aborts, whatever the others do. */
  function veto(self: Self, transaction: TransactionId, stage: Voting, out: Effects): void {
    out.cancelTimer({ kind: "votes", transaction });
    enter(self, transaction, "abort", inDoubt(stage), out);
    out.persist(); // a veto is on disk before anybody hears of it
    out.decide({ transaction, outcome: "abort" });
    out.send(stage.parent, { kind: "vote", transaction, vote: "no" });
    tell(self, transaction, "abort", inDoubt(stage), out);
  }

  function enter(self: Self, transaction: TransactionId, outcome: Outcome, children: readonly NodeId[], out: Effects): void {
    self.log.set(transaction, { kind: outcome, children: acknowledges[outcome] ? children : [] });
    out.cancelTimer({ kind: "inquire", transaction });
  }

  function tell(self: Self, transaction: TransactionId, outcome: Outcome, children: readonly NodeId[], out: Effects): void {
    for (const child of children) out.send(child, { kind: "decision", transaction, outcome });
    if (!acknowledges[outcome] || children.length === 0) return void self.stages.delete(transaction);
    self.stages.set(transaction, { kind: "telling", outcome, waiting: new Set(children) });
    out.setTimer({ kind: "resend", transaction }, resendAfter);
  }

  function inquire(transaction: TransactionId, parent: NodeId, out: Effects): void {
    out.send(parent, { kind: "inquiry", transaction });
    out.setTimer({ kind: "inquire", transaction }, resendAfter);
  }

  return {
    name: "intermediate",
    durable: ["data", "log"],
    init: (id) => ({ id, data: resource.init(), log: new Map(), stages: new Map() }),

    start(self, out) {
      for (const [transaction, record] of [...self.log]) {
        if (record.kind === "read-only") continue;
        if (record.kind === "prepared") inquire(transaction, record.parent, out);
        else {
          out.decide({ transaction, outcome: record.kind });
          tell(self, transaction, record.kind, record.children, out);
        }
      }
    },

    request: {},

    receive: {
      // From above. It passes the question on before it thinks of itself.
      prepare(self, { transaction, work }, parent, out) {
        const known = self.log.get(transaction);
        if (known && known.kind !== "commit") {
          const vote = known.kind === "prepared" ? "yes" : known.kind === "abort" ? "no" : known.kind;
          return out.send(parent, { kind: "vote", transaction, vote });
        }
        if (known || self.stages.has(transaction)) return;
        const { own, below } = work as Branch<Work>;
        const children = participantsOf(below);
        const stage: Voting = { kind: "voting", parent, children, own, votes: new Map() };
        self.stages.set(transaction, stage);
        for (const child of children) {
          out.send(child, { kind: "prepare", transaction, participants: children, work: below[child] });
        }
        if (children.length === 0) conclude(self, transaction, stage, out);
        else out.setTimer({ kind: "votes", transaction }, votesWithin);
      },

      // From below.
      vote(self, { transaction, vote }, from, out) {
        const stage = self.stages.get(transaction);
        if (stage?.kind !== "voting" || !stage.children.includes(from) || stage.votes.has(from)) return;
        stage.votes.set(from, vote);
        if (vote === "no") veto(self, transaction, stage, out);
        else if (stage.votes.size === stage.children.length) conclude(self, transaction, stage, out);
      },

      // From above. Once the outcome is on this disk, those below are this node's affair.
      decision(self, { transaction, outcome }, parent, out) {
        const record = self.log.get(transaction);
        const stage = self.stages.get(transaction);
        if (record?.kind === "prepared") {
          if (record.holds) resource[outcome](self.data, transaction);
          enter(self, transaction, outcome, record.children, out);
          if (acknowledges[outcome]) out.persist();
          else out.write();
          out.decide({ transaction, outcome });
          tell(self, transaction, outcome, record.children, out);
        } else if (!record && outcome === "abort") {
          // Those above have lost patience. Whoever was asked below is told.
          const children = stage?.kind === "voting" ? inDoubt(stage) : [];
          out.cancelTimer({ kind: "votes", transaction });
          enter(self, transaction, outcome, children, out);
          if (acknowledges[outcome]) out.persist();
          else out.write();
          out.decide({ transaction, outcome });
          tell(self, transaction, outcome, children, out);
        }
        if (acknowledges[outcome]) out.send(parent, { kind: "ack", transaction });
      },

      // From below.
      ack(self, { transaction }, from, out) {
        const stage = self.stages.get(transaction);
        if (stage?.kind !== "telling" || !stage.waiting.delete(from) || stage.waiting.size > 0) return;
        self.stages.delete(transaction);
        out.cancelTimer({ kind: "resend", transaction });
        self.log.set(transaction, { kind: stage.outcome, children: [] });
        out.write();
      },

      // From below. A branch of which the log knows nothing has never voted yes; and now it never will, for a copy of
      // the question may still come.
      inquiry(self, { transaction }, from, out) {
        const record = self.log.get(transaction);
        if (self.stages.get(transaction)?.kind === "voting" || record?.kind === "prepared") return;
        if (!record) {
          enter(self, transaction, "abort", [], out);
          out.persist();
          out.decide({ transaction, outcome: "abort" });
        }
        out.send(from, { kind: "decision", transaction, outcome: record?.kind === "commit" ? "commit" : "abort" });
      },
    },

    timeout: {
      votes(self, { transaction }, out) {
        const stage = self.stages.get(transaction);
        if (stage?.kind === "voting") veto(self, transaction, stage, out);
      },
      resend(self, { transaction }, out) {
        const stage = self.stages.get(transaction);
        if (stage?.kind === "telling") tell(self, transaction, stage.outcome, [...stage.waiting], out);
      },
      inquire(self, { transaction }, out) {
        const record = self.log.get(transaction);
        if (record?.kind === "prepared") inquire(transaction, record.parent, out);
      },
    },
  };
}

/** Those below who may have voted yes. */
function inDoubt({ children, votes }: IntermediateStage & { kind: "voting" }): readonly NodeId[] {
  return children.filter((child) => (votes.get(child) ?? "yes") === "yes");
}
