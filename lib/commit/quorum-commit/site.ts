import { delay, integer, options } from "../../core/parameters.js";
import { majority } from "../../core/quorum.js";
import type { Delay, NodeId, Out, Role } from "../../core/role.js";
import type { Guarding } from "../protocol.js";
import { type Resource, type Scripted, scripted, type ScriptedWork } from "../resource.js";
import {
  type Answer, type Commit, type Decided, type Outcome, participantsOf, type Shares, type TransactionId, type Vote,
} from "../transaction.js";
import { answerAll, type Waiting, waitingFor } from "../waiting.js";
import type { Begin } from "../two-phase/messages.js";
import { attempt } from "../two-phase/participant.js";
import type { CanCommit, DecisionMessage, Prepare, Prepared, StateReport, StateRequest, VoteMessage } from "./messages.js";

/** What a site knows. Its log and its data are written together, and survive a crash. */
export interface QuorumSite<Data extends object = object> extends Guarding<Data> {
  readonly id: NodeId;
  readonly log: Map<TransactionId, QuorumRecord>;
  /** What it is doing about the transactions that it leads. */
  readonly stages: Map<TransactionId, QuorumStage>;
  readonly waiting: Map<TransactionId, Waiting>;
}

/** What the log says of a transaction. */
export type QuorumRecord = InDoubt | { readonly kind: Outcome };

/** A transaction that is not decided here. */
export interface InDoubt {
  readonly kind: "in doubt";
  readonly participants: readonly NodeId[];
  /** The outcome that this site is ready for; once it is, it stays so until it is told the outcome. */
  readonly ready: Outcome | null;
  /** Whether the resource waits for the outcome here. */
  readonly holds: boolean;
}

/** How far a leader has come. There may be several, and each may be anybody. */
export type QuorumStage =
  | { readonly kind: "voting"; readonly votes: Map<NodeId, Vote> }
  | { readonly kind: "polling"; readonly states: Map<NodeId, Outcome | null> }
  | { readonly kind: "preparing"; readonly towards: Outcome; readonly acks: Set<NodeId> };

export type QuorumSiteSignature<Data extends object = object> = {
  state: QuorumSite<Data>;
  requests: Commit;
  receives: Begin | CanCommit | VoteMessage | Prepare | Prepared | DecisionMessage | StateRequest | StateReport;
  timers: { readonly kind: "silence"; readonly transaction: TransactionId };
  sends: CanCommit | VoteMessage | Prepare | Prepared | DecisionMessage | StateRequest | StateReport;
  decides: Decided;
  replies: Answer;
};

export interface QuorumSiteOptions<Data extends object = Scripted, Work = ScriptedWork> {
  /** What it guards; by default `scripted`, which votes as its work says. */
  readonly resource?: Resource<Data, Work>;
  /**
   * How many participants must be ready to commit before anybody commits; by default a majority. To abort takes all but
   * so many, and one more.
   */
  readonly commitQuorum?: number;
  /** How long it waits before it asks how far the others are, in ms; by default [100, 200]. */
  readonly patience?: Delay;
}

/**
 * A site of quorum-based three-phase commit (Skeen, "A Quorum-Based Commit Protocol", 1982). Who leads commits when a commit
 * quorum (提交法定人数) of participants is ready for that, and aborts when an abort quorum is; the two share a participant, and
 * nobody is ready for both. So the halves of a network that is cut cannot decide differently, and time-outs may be wrong.
 *
 * The price: where neither quorum can be had, all wait. That can be so even among a majority, if some are ready for one
 * outcome and some for the other, and it stays so after more of them have come back. (Enhanced three-phase commit, by
 * Keidar and Dolev, 1998, lets them change their minds in order; it is not here.)
 *
 * @throws RangeError for a quorum that is not a whole number of at least 1, or a negative delay
 */
export function site<Data extends object = Scripted, Work = ScriptedWork>(given: QuorumSiteOptions<Data, Work> = {}): Role<QuorumSiteSignature<Data>> {
  options("site", given, ["resource", "commitQuorum", "patience"]);
  const { commitQuorum, patience = [100, 200] } = given;
  const resource = given.resource ?? (scripted as unknown as Resource<Data, Work>);
  if (commitQuorum !== undefined) integer("commitQuorum", commitQuorum, { min: 1 });
  delay("patience", patience);
  type Self = QuorumSite<Data>;
  type Effects = Out<QuorumSiteSignature<Data>>;

  /** How many of the participants must be ready for an outcome. */
  function quorum(outcome: Outcome, { participants }: InDoubt): number {
    const n = participants.length;
    const toCommit = Math.min(commitQuorum ?? majority(Math.max(n, 1)), Math.max(n, 1));
    return outcome === "commit" ? toCommit : n - toCommit + 1;
  }

  function begin(self: Self, transaction: TransactionId, work: Shares, out: Effects): void {
    const participants = participantsOf(work);
    let holds = false;
    if (self.id in work) {
      const { vote, data } = attempt(resource, self.data, transaction, work[self.id] as Work);
      if (vote === "no") return settle(self, transaction, "abort", out);
      self.data = data;
      holds = vote === "yes";
    }
    self.log.set(transaction, { kind: "in doubt", participants, ready: null, holds });
    out.persist();
    const stage = { kind: "voting", votes: new Map<NodeId, Vote>() } as const;
    self.stages.set(transaction, stage);
    if (self.id in work) stage.votes.set(self.id, "yes");
    for (const node of participants) {
      if (node !== self.id) out.send(node, { kind: "canCommit", transaction, participants, work: work[node] });
    }
    out.setTimer({ kind: "silence", transaction }, patience);
    if (participants.length === 0) return lead(self, transaction, "commit", out);
    if (stage.votes.size === participants.length) prepare(self, transaction, "commit", participants, out);
  }

  /** Phase 2: make these ready, who are not yet ready for anything. */
  function prepare(self: Self, transaction: TransactionId, towards: Outcome, whom: readonly NodeId[], out: Effects): void {
    const record = self.log.get(transaction) as InDoubt;
    const stage = self.stages.get(transaction);
    const states = stage?.kind === "polling" ? stage.states : new Map<NodeId, Outcome | null>();
    const acks = new Set(Array.from(states.keys()).filter((node) => states.get(node) === towards));
    self.stages.set(transaction, { kind: "preparing", towards, acks });
    if (record.participants.includes(self.id) && makeReady(self, transaction, towards, out)) acks.add(self.id);
    for (const node of whom) if (node !== self.id) out.send(node, { kind: "prepare", transaction, towards });
    out.setTimer({ kind: "silence", transaction }, patience);
    conclude(self, transaction, out);
  }

  /** Whether this site is ready for the outcome, now or since long. */
  function makeReady(self: Self, transaction: TransactionId, towards: Outcome, out: Effects): boolean {
    const record = self.log.get(transaction) as InDoubt;
    if (record.ready !== null) return record.ready === towards;
    self.log.set(transaction, { ...record, ready: towards });
    out.persist(); // before anybody counts on it
    return true;
  }

  function conclude(self: Self, transaction: TransactionId, out: Effects): void {
    const stage = self.stages.get(transaction);
    const record = self.log.get(transaction);
    if (stage?.kind !== "preparing" || record?.kind !== "in doubt") return;
    if (stage.acks.size >= quorum(stage.towards, record)) lead(self, transaction, stage.towards, out);
  }

  /** Nobody leads, it seems: ask all how far they are. */
  function poll(self: Self, transaction: TransactionId, record: InDoubt, out: Effects): void {
    const states = new Map<NodeId, Outcome | null>();
    if (record.participants.includes(self.id)) states.set(self.id, record.ready);
    self.stages.set(transaction, { kind: "polling", states });
    for (const node of record.participants) {
      if (node !== self.id) out.send(node, { kind: "stateRequest", transaction, participants: record.participants });
    }
    out.setTimer({ kind: "silence", transaction }, patience);
  }

  /** Choose the outcome for which a quorum can still be had. Without anybody who knows of all votes, that cannot be a commit. */
  function choose(self: Self, transaction: TransactionId, record: InDoubt, out: Effects): void {
    const { states } = self.stages.get(transaction) as QuorumStage & { kind: "polling" };
    const those = (ready: Outcome | null): NodeId[] => Array.from(states.keys()).filter((node) => states.get(node) === ready);
    const open = those(null);
    if (those("commit").length > 0 && those("commit").length + open.length >= quorum("commit", record)) {
      prepare(self, transaction, "commit", open, out);
    } else if (those("abort").length + open.length >= quorum("abort", record)) {
      prepare(self, transaction, "abort", open, out);
    } else {
      self.stages.delete(transaction);
      out.setTimer({ kind: "silence", transaction }, patience);
    }
  }

  function lead(self: Self, transaction: TransactionId, outcome: Outcome, out: Effects): void {
    const { participants } = self.log.get(transaction) as InDoubt;
    const stage = self.stages.get(transaction);
    const vetoed = (node: NodeId): boolean => stage?.kind === "voting" && stage.votes.get(node) === "no";
    settle(self, transaction, outcome, out);
    for (const node of participants) {
      if (node !== self.id && !vetoed(node)) out.send(node, { kind: "decision", transaction, outcome });
    }
  }

  function settle(self: Self, transaction: TransactionId, outcome: Outcome, out: Effects): void {
    const record = self.log.get(transaction);
    if (record?.kind === "in doubt" && record.holds) resource[outcome](self.data, transaction);
    self.log.set(transaction, { kind: outcome });
    self.stages.delete(transaction);
    out.cancelTimer({ kind: "silence", transaction });
    out.persist();
    out.decide({ transaction, outcome });
    answerAll(self.waiting, { transaction, outcome }, out);
  }

  return {
    name: "site",
    durable: ["data", "log"],
    init: (id) => ({ id, data: resource.init(), log: new Map(), stages: new Map(), waiting: new Map() }),

    // What it was ready for it is still ready for; it asks how it ended.
    start(self, out) {
      for (const [transaction, record] of [...self.log]) {
        if (record.kind === "in doubt") poll(self, transaction, record, out);
        else out.decide({ transaction, outcome: record.kind });
      }
    },

    request: {
      commit(self, { transaction, work }, call, out) {
        const known = self.log.get(transaction);
        if (known && known.kind !== "in doubt") return out.reply(call, known.kind);
        waitingFor(self.waiting, transaction).calls.add(call);
        if (!known) begin(self, transaction, work, out);
      },
    },

    receive: {
      begin(self, { transaction, work }, from, out) {
        const known = self.log.get(transaction);
        if (known && known.kind !== "in doubt") return out.send(from, { kind: "decision", transaction, outcome: known.kind });
        waitingFor(self.waiting, transaction).askers.add(from);
        if (!known) begin(self, transaction, work, out);
      },

      // Phase 1. A promise, or a veto, is on disk before it leaves.
      canCommit(self, { transaction, participants, work }, coordinator, out) {
        const known = self.log.get(transaction);
        if (known) {
          const vote = known.kind === "abort" ? "no" : known.kind === "in doubt" && known.ready === null ? "yes" : null;
          if (vote) out.send(coordinator, { kind: "vote", transaction, vote });
          return;
        }
        const { vote, data } = attempt(resource, self.data, transaction, work as Work);
        if (vote === "no") {
          settle(self, transaction, "abort", out);
          return out.send(coordinator, { kind: "vote", transaction, vote });
        }
        self.data = data;
        self.log.set(transaction, { kind: "in doubt", participants, ready: null, holds: vote === "yes" });
        out.persist();
        out.send(coordinator, { kind: "vote", transaction, vote });
        out.setTimer({ kind: "silence", transaction }, patience);
      },

      vote(self, { transaction, vote }, from, out) {
        const stage = self.stages.get(transaction);
        const record = self.log.get(transaction);
        if (stage?.kind !== "voting" || record?.kind !== "in doubt" || !record.participants.includes(from) || stage.votes.has(from)) {
          return;
        }
        stage.votes.set(from, vote);
        if (vote === "no") lead(self, transaction, "abort", out);
        else if (stage.votes.size === record.participants.length) prepare(self, transaction, "commit", record.participants, out);
      },

      // Phase 2. Who is ready for the other outcome does not answer.
      prepare(self, { transaction, towards }, leader, out) {
        const record = self.log.get(transaction);
        if (record?.kind !== "in doubt") {
          if (record) out.send(leader, { kind: "decision", transaction, outcome: record.kind });
          return;
        }
        if (!makeReady(self, transaction, towards, out)) return;
        out.send(leader, { kind: "prepared", transaction, towards });
        if (!self.stages.has(transaction)) out.setTimer({ kind: "silence", transaction }, patience);
      },

      prepared(self, { transaction, towards }, from, out) {
        const stage = self.stages.get(transaction);
        if (stage?.kind !== "preparing" || stage.towards !== towards) return;
        stage.acks.add(from);
        conclude(self, transaction, out);
      },

      // Phase 3. Who leads passes on what it learns.
      decision(self, { transaction, outcome }, _, out) {
        const record = self.log.get(transaction);
        if (record?.kind === "in doubt") {
          if (self.stages.has(transaction)) lead(self, transaction, outcome, out);
          else settle(self, transaction, outcome, out);
        } else if (!record && outcome === "abort") settle(self, transaction, "abort", out);
      },

      // Somebody is alone. Who has not voted can end it at once.
      stateRequest(self, { transaction }, from, out) {
        if (!self.log.has(transaction)) settle(self, transaction, "abort", out);
        const record = self.log.get(transaction)!;
        if (record.kind === "in doubt") out.send(from, { kind: "stateReport", transaction, ready: record.ready });
        else out.send(from, { kind: "decision", transaction, outcome: record.kind });
      },

      stateReport(self, { transaction, ready }, from, out) {
        const stage = self.stages.get(transaction);
        const record = self.log.get(transaction);
        if (stage?.kind !== "polling" || record?.kind !== "in doubt") return;
        stage.states.set(from, ready);
        if (stage.states.size === record.participants.length) choose(self, transaction, record, out);
      },
    },

    timeout: {
      // A vote is missing: nobody can be ready to commit, so the coordinator may still abort. Else ask, and then choose
      // among those who answer.
      silence(self, { transaction }, out) {
        const record = self.log.get(transaction);
        if (record?.kind !== "in doubt") return;
        const stage = self.stages.get(transaction);
        if (stage?.kind === "voting") lead(self, transaction, "abort", out);
        else if (stage?.kind === "polling") choose(self, transaction, record, out);
        else poll(self, transaction, record, out);
      },
    },
  };
}
