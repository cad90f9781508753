import { finite, options } from "../../core/parameters.js";
import type { NodeId, Out, Role } from "../../core/role.js";
import type { Down } from "../../core/mortal.js";
import type { Guarding } from "../protocol.js";
import { type Resource, type Scripted, scripted, type ScriptedWork } from "../resource.js";
import {
  type Answer, type Commit, type Decided, type Outcome, participantsOf, type Shares, type TransactionId, type Vote,
} from "../transaction.js";
import { answerAll, type Waiting, waitingFor } from "../waiting.js";
import type { Begin } from "../two-phase/messages.js";
import { attempt } from "../two-phase/participant.js";
import type {
  Ask, CanCommit, DecisionMessage, Doubt, PreAck, PreCommit, StateReport, StateRequest, Told, VoteMessage, YouLead,
} from "./messages.js";

/** What a site knows. Its log and its data are written together, and survive a crash. */
export interface Site<Data extends object = object> extends Guarding<Data> {
  readonly id: NodeId;
  readonly log: Map<TransactionId, SiteRecord>;
  /** What it is doing about the transactions that it leads. */
  readonly stages: Map<TransactionId, SiteStage>;
  /** The transactions that it was in doubt of when it came back from a crash, and what others who came back have said. */
  readonly recovering: Map<TransactionId, Map<NodeId, Testimony>>;
  /** Those whom a failure detector has reported. */
  readonly down: Set<NodeId>;
  /** Who waits for the outcome. */
  readonly waiting: Map<TransactionId, Waiting>;
}

/** What the log says of a transaction. */
export type SiteRecord = DoubtRecord | { readonly kind: Outcome };

/** A transaction that is not decided here. */
export interface DoubtRecord {
  readonly kind: Doubt;
  /** All processes: the coordinator, then the participants. Who is further to the left leads. */
  readonly order: readonly NodeId[];
  /** Those that this site has not seen fail. Who comes back is not among them again. */
  readonly up: readonly NodeId[];
  /** The place of the present leader in the order. */
  readonly attempt: number;
  /** Whether the resource waits for the outcome here. */
  readonly holds: boolean;
}

/** What a site that came back says of itself. */
export interface Testimony {
  readonly state: Doubt;
  readonly up: readonly NodeId[];
}

/** How far the leader of an attempt has come. */
export type SiteStage =
  | { readonly kind: "voting"; readonly votes: Map<NodeId, Vote> }
  | { readonly kind: "asking"; readonly states: Map<NodeId, Doubt> }
  | { readonly kind: "preCommitting"; readonly acks: Set<NodeId> };

export type SiteSignature<Data extends object = object> = {
  state: Site<Data>;
  requests: Commit;
  receives: Begin | CanCommit | VoteMessage | PreCommit | PreAck | DecisionMessage | YouLead | StateRequest | StateReport | Ask | Told | Down;
  timers: { readonly kind: "silence"; readonly transaction: TransactionId };
  sends: CanCommit | VoteMessage | PreCommit | PreAck | DecisionMessage | YouLead | StateRequest | StateReport | Ask | Told;
  decides: Decided;
  replies: Answer;
};

export interface SiteOptions<Data extends object = Scripted, Work = ScriptedWork> {
  /** What it guards; by default `scripted`, which votes as its work says. */
  readonly resource?: Resource<Data, Work>;
  /**
   * How long a leader waits for answers, in ms, before it takes those who are silent for dead; by default 100. Others wait
   * twice as long for their leader. It must be more than a round trip and the writes in it, at their slowest: on that
   * depends not only that the protocol ends, but that it is right.
   */
  readonly patience?: number;
}

/**
 * A site of three-phase commit (三阶段提交; Skeen, "Nonblocking Commit Protocols", 1981; Bernstein, Hadzilacos and Goodman 1987,
 * section 7.5). Whoever is asked by a client is the coordinator, and can be a participant as well.
 *
 * Between the votes and the commit all are told that all have voted yes: so nobody commits while anybody is
 * uncertain, and those who are left when their leader dies can tell by what they know themselves how to end.
 *
 * 1. It is right in a synchronous network in which processes crash and are always found out, and nobody is taken for dead
 *    who lives. If the network is cut, or slower than `patience`, two halves may decide differently.
 * 2. A process that comes back does not take part again: it asks. If all have crashed, then those who have come back
 *    may decide only if the last to fail is among them: here, when a process knows that it was the last, or when all
 *    are back. (Skeen, "Determining the Last Process to Fail", 1985, lets some smaller groups go on.)
 * 3. A vote "read-only" counts as a yes: who leaves early cannot lead.
 *
 * @throws RangeError for a patience that is not positive
 */
export function site<Data extends object = Scripted, Work = ScriptedWork>(given: SiteOptions<Data, Work> = {}): Role<SiteSignature<Data>> {
  options("site", given, ["resource", "patience"]);
  const { patience = 100 } = given;
  const resource = given.resource ?? (scripted as unknown as Resource<Data, Work>);
  if (finite("patience", patience) === 0) throw new RangeError("patience must be more than 0 ms, got 0");
  type Self = Site<Data>;
  type Effects = Out<SiteSignature<Data>>;

  /** The client's wish: phase 1. */
  function begin(self: Self, transaction: TransactionId, work: Shares, out: Effects): void {
    const others = participantsOf(work).filter((node) => node !== self.id);
    const order = [self.id, ...others];
    let holds = false;
    if (self.id in work) {
      const { vote, data } = attempt(resource, self.data, transaction, work[self.id] as Work);
      if (vote === "no") return abortAlone(self, transaction, out);
      self.data = data;
      holds = vote === "yes";
    }
    const up = order.filter((node) => !self.down.has(node));
    self.log.set(transaction, { kind: "uncertain", order, up, attempt: 0, holds });
    out.persist(); // who comes back without a record believes that it has never voted
    const stage: SiteStage = { kind: "voting", votes: new Map() };
    self.stages.set(transaction, stage);
    for (const node of others) out.send(node, { kind: "canCommit", transaction, order, work: work[node] });
    out.setTimer({ kind: "silence", transaction }, patience);
    proceed(self, transaction, out);
  }

  /** A leader goes on as soon as it has heard from all who are up. */
  function proceed(self: Self, transaction: TransactionId, out: Effects): void {
    const record = self.log.get(transaction);
    const stage = self.stages.get(transaction);
    if (!stage || !isDoubt(record)) return;
    const others = record.up.filter((node) => node !== self.id);
    switch (stage.kind) {
      case "voting": {
        const silent = record.order.filter((node) => node !== self.id && !stage.votes.has(node));
        if (silent.some((node) => !others.includes(node))) return lead(self, transaction, "abort", out);
        if (silent.length > 0) return;
        return preCommit(self, transaction, new Set(), out);
      }
      case "asking": {
        if (others.some((node) => !stage.states.has(node))) return;
        const knowing = others.filter((node) => stage.states.get(node) === "preCommitted");
        if (knowing.length === 0 && record.kind === "uncertain") return lead(self, transaction, "abort", out);
        return preCommit(self, transaction, new Set(knowing), out);
      }
      case "preCommitting":
        if (others.every((node) => stage.acks.has(node))) lead(self, transaction, "commit", out);
    }
  }

  /** Phase 2: nobody commits before all who are up know that all have voted yes. */
  function preCommit(self: Self, transaction: TransactionId, acks: Set<NodeId>, out: Effects): void {
    const record = self.log.get(transaction) as DoubtRecord;
    self.log.set(transaction, { ...record, kind: "preCommitted" });
    if (record.kind === "uncertain" && record.attempt > 0) out.persist();
    self.stages.set(transaction, { kind: "preCommitting", acks });
    for (const node of record.up) {
      if (node !== self.id && !acks.has(node)) out.send(node, { kind: "preCommit", transaction, attempt: record.attempt });
    }
    out.setTimer({ kind: "silence", transaction }, patience);
    proceed(self, transaction, out);
  }

  /** Decide for all, and tell all; also those who seem dead. */
  function lead(self: Self, transaction: TransactionId, outcome: Outcome, out: Effects): void {
    const { order } = self.log.get(transaction) as DoubtRecord;
    const stage = self.stages.get(transaction);
    const vetoed = (node: NodeId): boolean => stage?.kind === "voting" && stage.votes.get(node) === "no";
    settle(self, transaction, outcome, out);
    for (const node of order) {
      if (node !== self.id && !vetoed(node)) out.send(node, { kind: "decision", transaction, outcome });
    }
  }

  function abortAlone(self: Self, transaction: TransactionId, out: Effects): void {
    settle(self, transaction, "abort", out);
  }

  function settle(self: Self, transaction: TransactionId, outcome: Outcome, out: Effects): void {
    const record = self.log.get(transaction);
    if (isDoubt(record) && record.holds) resource[outcome](self.data, transaction);
    self.log.set(transaction, { kind: outcome });
    self.stages.delete(transaction);
    self.recovering.delete(transaction);
    out.cancelTimer({ kind: "silence", transaction });
    out.persist();
    out.decide({ transaction, outcome });
    answerAll(self.waiting, { transaction, outcome }, out);
  }

  /** These have failed. If the leader is among them, the next in the order that is up takes its place. */
  function bury(self: Self, transaction: TransactionId, dead: readonly NodeId[], out: Effects): void {
    const record = self.log.get(transaction);
    if (!isDoubt(record) || self.recovering.has(transaction) || !dead.some((node) => record.up.includes(node))) return;
    const up = record.up.filter((node) => !dead.includes(node));
    const leads = record.order.findIndex((node, place) => place >= record.attempt && up.includes(node));
    self.log.set(transaction, { ...record, up, attempt: leads });
    out.persist(); // who was up when this site failed must be known after it
    if (self.stages.has(transaction)) return proceed(self, transaction, out);
    if (leads !== record.attempt) follow(self, transaction, out);
  }

  /** There is a new leader. If it is this site, it asks how far the others have come; else it waits to be asked. */
  function follow(self: Self, transaction: TransactionId, out: Effects): void {
    const { order, up, attempt: leads } = self.log.get(transaction) as DoubtRecord;
    if (order[leads] !== self.id) {
      out.send(order[leads]!, { kind: "youLead", transaction });
      return out.setTimer({ kind: "silence", transaction }, 2 * patience);
    }
    self.stages.set(transaction, { kind: "asking", states: new Map() });
    for (const node of up) if (node !== self.id) out.send(node, { kind: "stateRequest", transaction, attempt: leads });
    out.setTimer({ kind: "silence", transaction }, patience);
    proceed(self, transaction, out);
  }

  /** Whether a leader of this attempt may be obeyed. A later one takes over. */
  function obeys(self: Self, transaction: TransactionId, leads: number, out: Effects): boolean {
    const record = self.log.get(transaction);
    if (!isDoubt(record) || self.recovering.has(transaction) || leads < record.attempt) return false;
    if (!record.up.includes(record.order[leads]!)) return false; // it has died since, and another one leads
    if (leads > record.attempt) {
      const up = record.up.filter((node) => record.order.indexOf(node) >= leads || node === self.id);
      self.log.set(transaction, { ...record, up, attempt: leads });
      self.stages.delete(transaction);
      out.persist();
    }
    out.setTimer({ kind: "silence", transaction }, 2 * patience);
    return true;
  }

  function ask(self: Self, transaction: TransactionId, { kind: state, order, up }: DoubtRecord, out: Effects): void {
    for (const node of order) if (node !== self.id) out.send(node, { kind: "ask", transaction, state, up });
    out.setTimer({ kind: "silence", transaction }, 2 * patience);
  }

  /** After a total failure: decide, if this site was the last to fail, or if all are back. */
  function consider(self: Self, transaction: TransactionId, out: Effects): void {
    const record = self.log.get(transaction) as DoubtRecord;
    const said = self.recovering.get(transaction)!;
    const all = new Map<NodeId, Testimony>([...said, [self.id, { state: record.kind, up: record.up }]]);
    const isLast = (node: NodeId): boolean => all.get(node)?.up.length === 1;
    if (!isLast(self.id) && all.size < record.order.length) return;
    const last = record.order.find(isLast);
    const states = last ? [all.get(last)!.state] : Array.from(all.values(), ({ state }) => state);
    lead(self, transaction, states.includes("preCommitted") ? "commit" : "abort", out);
  }

  return {
    name: "site",
    durable: ["data", "log"],
    init: (id) => ({
      id, data: resource.init(), log: new Map(), stages: new Map(), recovering: new Map(), down: new Set(), waiting: new Map(),
    }),

    // Who comes back in doubt asks all others; nobody counts on it any more.
    start(self, out) {
      for (const [transaction, record] of [...self.log]) {
        if (!isDoubt(record)) {
          out.decide({ transaction, outcome: record.kind });
          continue;
        }
        self.recovering.set(transaction, new Map());
        ask(self, transaction, record, out);
        consider(self, transaction, out);
      }
    },

    request: {
      commit(self, { transaction, work }, call, out) {
        const known = self.log.get(transaction);
        if (known && !isDoubt(known)) return out.reply(call, known.kind);
        waitingFor(self.waiting, transaction).calls.add(call);
        if (!known) begin(self, transaction, work, out);
      },
    },

    receive: {
      begin(self, { transaction, work }, from, out) {
        const known = self.log.get(transaction);
        if (known && !isDoubt(known)) return out.send(from, { kind: "decision", transaction, outcome: known.kind });
        waitingFor(self.waiting, transaction).askers.add(from);
        if (!known) begin(self, transaction, work, out);
      },

      // Phase 1. A promise, or a veto, is on disk before it leaves.
      canCommit(self, { transaction, order, work }, coordinator, out) {
        const known = self.log.get(transaction);
        if (known) {
          const vote =
            known.kind === "abort" ? "no" : known.kind === "uncertain" && !self.recovering.has(transaction) ? "yes" : null;
          if (vote) out.send(coordinator, { kind: "vote", transaction, vote });
          return;
        }
        const { vote, data } = attempt(resource, self.data, transaction, work as Work);
        if (vote === "no") {
          abortAlone(self, transaction, out);
          return out.send(coordinator, { kind: "vote", transaction, vote });
        }
        self.data = data;
        self.log.set(transaction, { kind: "uncertain", order, up: order, attempt: 0, holds: vote === "yes" });
        out.persist();
        out.send(coordinator, { kind: "vote", transaction, vote });
        out.setTimer({ kind: "silence", transaction }, 2 * patience);
        bury(self, transaction, [...self.down], out);
      },

      vote(self, { transaction, vote }, from, out) {
        const stage = self.stages.get(transaction);
        if (stage?.kind !== "voting" || stage.votes.has(from)) return;
        stage.votes.set(from, vote);
        if (vote === "no") lead(self, transaction, "abort", out);
        else proceed(self, transaction, out);
      },

      // Phase 2. From now on this site will not abort, whoever leads: so it must know that after a crash.
      preCommit(self, { transaction, attempt: leads }, leader, out) {
        if (!obeys(self, transaction, leads, out)) return;
        const record = self.log.get(transaction) as DoubtRecord;
        if (record.kind === "uncertain") {
          self.log.set(transaction, { ...record, kind: "preCommitted" });
          out.persist();
        }
        out.send(leader, { kind: "preAck", transaction, attempt: leads });
      },

      preAck(self, { transaction, attempt: leads }, from, out) {
        const stage = self.stages.get(transaction);
        if (stage?.kind !== "preCommitting" || leads !== (self.log.get(transaction) as DoubtRecord).attempt) return;
        stage.acks.add(from);
        proceed(self, transaction, out);
      },

      // Phase 3. Who leads passes on what it learns.
      decision(self, { transaction, outcome }, _, out) {
        const record = self.log.get(transaction);
        if (isDoubt(record)) {
          if (self.stages.has(transaction)) lead(self, transaction, outcome, out);
          else settle(self, transaction, outcome, out);
        } else if (!record && outcome === "abort") abortAlone(self, transaction, out);
      },

      // Who has decided does not lead, but can say so. Who has not voted can end it at once.
      youLead(self, { transaction }, from, out) {
        if (!self.log.has(transaction)) abortAlone(self, transaction, out);
        const known = self.log.get(transaction)!;
        if (!isDoubt(known)) out.send(from, { kind: "decision", transaction, outcome: known.kind });
      },

      // Termination protocol.
      stateRequest(self, { transaction, attempt: leads }, leader, out) {
        const record = self.log.get(transaction);
        if (!record) abortAlone(self, transaction, out);
        const known = self.log.get(transaction)!;
        if (!isDoubt(known)) return out.send(leader, { kind: "decision", transaction, outcome: known.kind });
        if (obeys(self, transaction, leads, out)) {
          out.send(leader, { kind: "stateReport", transaction, attempt: leads, state: known.kind });
        }
      },

      stateReport(self, { transaction, attempt: leads, state }, from, out) {
        const stage = self.stages.get(transaction);
        if (stage?.kind !== "asking" || leads !== (self.log.get(transaction) as DoubtRecord).attempt) return;
        stage.states.set(from, state);
        proceed(self, transaction, out);
      },

      // Somebody has come back, so it was gone. Who is still in doubt, and has never left, has nothing to tell it yet.
      ask(self, { transaction, state, up }, from, out) {
        if (!self.log.has(transaction)) abortAlone(self, transaction, out);
        const known = self.log.get(transaction)!;
        if (!isDoubt(known)) return out.send(from, { kind: "decision", transaction, outcome: known.kind });
        if (!self.recovering.has(transaction)) return bury(self, transaction, [from], out);
        out.send(from, { kind: "told", transaction, state: known.kind, up: known.up });
        self.recovering.get(transaction)!.set(from, { state, up });
        consider(self, transaction, out);
      },

      told(self, { transaction, state, up }, from, out) {
        const said = self.recovering.get(transaction);
        if (!said) return;
        said.set(from, { state, up });
        consider(self, transaction, out);
      },

      down(self, { node }, _, out) {
        self.down.add(node);
        for (const transaction of [...self.log.keys()]) bury(self, transaction, [node], out);
      },
    },

    timeout: {
      // Who is silent is dead: that is what a bound on delays is for.
      silence(self, { transaction }, out) {
        const record = self.log.get(transaction);
        if (!isDoubt(record)) return;
        if (self.recovering.has(transaction)) return ask(self, transaction, record, out);
        const stage = self.stages.get(transaction);
        bury(self, transaction, stage ? silentIn(stage, record, self.id) : [record.order[record.attempt]!], out);
      },
    },
  };
}

/** Whether the record says that the outcome is unknown here. */
export function isDoubt(record: SiteRecord | undefined): record is DoubtRecord {
  return record?.kind === "uncertain" || record?.kind === "preCommitted";
}

function silentIn(stage: SiteStage, { up }: DoubtRecord, id: NodeId): readonly NodeId[] {
  const heard: { has(node: NodeId): boolean } = stage.kind === "voting" ? stage.votes : stage.kind === "asking" ? stage.states : stage.acks;
  return up.filter((node) => node !== id && !heard.has(node));
}
