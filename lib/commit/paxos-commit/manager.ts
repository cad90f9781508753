import { noBallot } from "../../consensus/paxos/ballot.js";
import { majority } from "../../core/quorum.js";
import { delay, flag, nodeNames, oneOf, options, show } from "../../core/parameters.js";
import type { Call, Delay, NodeId, Out, Role } from "../../core/role.js";
import type { Guarding } from "../protocol.js";
import { type Resource, type Scripted, scripted, type ScriptedWork } from "../resource.js";
import {
  type Answer,
  type Decided,
  type Outcome,
  participantsOf,
  type TransactionId,
  type Vote,
} from "../transaction.js";
import { attempt, type BeginRequest } from "../two-phase/participant.js";
import type { Begin, DecisionMessage, Inquiry, Phase2a, Phase2b, Prepare } from "./messages.js";
import { countVotes, outcomeOf, type Tally } from "./tally.js";

/** What a resource manager knows. Its log and its data are written together, and survive a crash. */
export interface Manager<Data extends object = object> extends Guarding<Data> {
  readonly id: NodeId;
  readonly log: Map<TransactionId, ManagerRecord>;
  /** Clients that wait for the outcome. */
  readonly calls: Map<TransactionId, Set<Call>>;
  /** How often it has asked about a transaction: each time it asks another leader. */
  readonly inquiries: Map<TransactionId, number>;
  /** In Faster Paxos Commit: the acceptors' votes, as far as it has heard. */
  readonly tallies: Map<TransactionId, Tally>;
}

/** What the log says of a transaction: how it voted while it is in doubt, and later the outcome. */
export type ManagerRecord =
  | {
      readonly kind: "voted";
      readonly vote: "yes" | "read-only";
      readonly participants: readonly NodeId[];
      readonly tell: readonly NodeId[];
    }
  | { readonly kind: "vetoed"; readonly participants: readonly NodeId[]; readonly tell: readonly NodeId[] }
  | { readonly kind: Outcome };

export type ManagerSignature<Data extends object = object> = {
  state: Manager<Data>;
  requests: BeginRequest;
  receives: Prepare | DecisionMessage | Phase2b;
  timers: { readonly kind: "inquire"; readonly transaction: TransactionId };
  sends: Begin | Phase2a | Inquiry;
  decides: Decided;
  replies: Answer;
};

/** What a resource manager guards, whom it tells and asks, and how patient it is. */
export interface ManagerOptions<Data extends object = Scripted, Work = ScriptedWork> {
  /** What it guards; by default `scripted`, which votes as its work says. */
  readonly resource?: Resource<Data, Work>;
  /** All acceptors: 2F + 1 of them survive F crashes. */
  readonly acceptors: readonly NodeId[];
  /** All leaders, in the order in which it asks them when it is in doubt. */
  readonly leaders: readonly NodeId[];
  /**
   * Whom it tells its vote: the first F + 1 acceptors (the default, as in section 4.2), or all. The latter needs no
   * second ballot where one of those is down.
   */
  readonly contact?: "quorum" | "all";
  /**
   * Faster Paxos Commit: where it begins a transaction, acceptors are to tell all resource managers instead of the
   * leader. By default false.
   */
  readonly faster?: boolean;
  /** How long it is in doubt before it asks, and before it asks again, in ms; by default [300, 500]. */
  readonly inquireAfter?: Delay;
}

/**
 * The resource manager (资源管理器) of Paxos Commit (Gray and Lamport 2006, section 4.2). It asks the acceptors in ballot 0
 * of its own instance for "prepared" or for "aborted", once and for ever. If it does not hear of the outcome it asks
 * one leader after the other; while more than half of the acceptors and one leader are up, it gets an answer.
 *
 * @throws RangeError if a list of nodes is empty or names one twice, or if the delay is negative
 */
export function manager<Data extends object = Scripted, Work = ScriptedWork>(
  given: ManagerOptions<Data, Work>,
): Role<ManagerSignature<Data>> {
  options("manager", given, ["resource", "acceptors", "leaders", "contact", "faster", "inquireAfter"]);
  const { acceptors, leaders, contact = "quorum", faster = false, inquireAfter = [300, 500] } = given;
  const resource = given.resource ?? (scripted as unknown as Resource<Data, Work>);
  const quorum = majority(nodeNames("acceptors", acceptors).length);
  nodeNames("leaders", leaders);
  const contacts = oneOf("contact", contact, ["quorum", "all"]) === "all" ? acceptors : acceptors.slice(0, quorum);
  flag("faster", faster);
  delay("inquireAfter", inquireAfter);

  type Self = Manager<Data>;
  type Effects = Out<ManagerSignature<Data>>;

  /** Get ready, or refuse; either is on disk before it leaves, because a ballot must not be asked for two values. */
  function decideAlone(
    self: Self,
    about: { transaction: TransactionId; participants: readonly NodeId[]; tell: readonly NodeId[]; work: unknown },
    out: Effects,
  ): Vote {
    const { transaction, participants, tell, work } = about;
    const { vote, data } = attempt(resource, self.data, transaction, work as Work);
    self.data = data;
    self.log.set(
      transaction,
      vote === "no" ? { kind: "vetoed", participants, tell } : { kind: "voted", vote, participants, tell },
    );
    out.persist();
    if (vote === "no") announce(self, transaction, "abort", out);
    else out.setTimer({ kind: "inquire", transaction }, inquireAfter);
    return vote;
  }

  /** Phase 2a of ballot 0: the value of its own instance. */
  function vote(
    self: Self,
    transaction: TransactionId,
    record: ManagerRecord,
    out: Effects,
    but: NodeId | null = null,
  ): void {
    if (record.kind !== "voted" && record.kind !== "vetoed") return;
    const values = { [self.id]: record.kind === "vetoed" ? ("aborted" as const) : ("prepared" as const) };
    const { participants, tell } = record;
    for (const node of contacts) {
      if (node !== but) out.send(node, { kind: "phase2a", transaction, ballot: noBallot, participants, values, tell });
    }
  }

  /** Do what was decided. Does nothing if that was done before. */
  function settle(self: Self, transaction: TransactionId, outcome: Outcome, out: Effects): void {
    const record = self.log.get(transaction);
    // A decision about something that it was never asked is an abort of which it need not know, or a lost question.
    if (record && record.kind !== "voted") return;
    if (!record && outcome === "commit") return;
    if (record?.kind === "voted" && record.vote === "yes") resource[outcome](self.data, transaction);
    self.log.set(transaction, { kind: outcome });
    self.tallies.delete(transaction);
    self.inquiries.delete(transaction);
    out.cancelTimer({ kind: "inquire", transaction });
    out.write(); // if it is lost, it will ask again
    announce(self, transaction, outcome, out);
  }

  function announce(self: Self, transaction: TransactionId, outcome: Outcome, out: Effects): void {
    out.decide({ transaction, outcome });
    for (const call of self.calls.get(transaction) ?? []) out.reply(call, outcome);
    self.calls.delete(transaction);
  }

  return {
    name: "resource manager",
    durable: ["data", "log"],
    init: (id) => ({
      id,
      data: resource.init(),
      log: new Map(),
      calls: new Map(),
      inquiries: new Map(),
      tallies: new Map(),
    }),

    // Who was in doubt still is; its locks are where they were. It says again how it voted, and asks.
    start(self, out) {
      for (const [transaction, record] of self.log) {
        if (record.kind === "voted") out.setTimer({ kind: "inquire", transaction }, inquireAfter);
        else out.decide({ transaction, outcome: record.kind === "vetoed" ? "abort" : record.kind });
      }
    },

    request: {
      // The first resource manager prepares by itself, and asks a leader to see to the others (section 3.1).
      begin(self, { transaction, coordinator, work }, call, out) {
        const known = self.log.get(transaction);
        if (known && known.kind !== "voted") return out.reply(call, known.kind === "vetoed" ? "abort" : known.kind);
        self.calls.set(transaction, (self.calls.get(transaction) ?? new Set()).add(call));
        if (known) return;
        const participants = participantsOf(work);
        if (!participants.includes(self.id)) {
          self.calls.delete(transaction);
          return out.reply(call, {
            refused: `${self.id} has no share in ${transaction}, whose participants are ${show(participants)}`,
          });
        }
        const tell = faster ? participants : [coordinator];
        const given = decideAlone(self, { transaction, participants, tell, work: work[self.id] }, out);
        // Where the leader is one of the acceptors, one message is enough for both.
        const isBoth = contacts.includes(coordinator);
        out.send(coordinator, { kind: "begin", transaction, work, ...(isBoth ? { vote: given } : {}), tell });
        vote(self, transaction, self.log.get(transaction)!, out, isBoth ? coordinator : null);
      },
    },

    receive: {
      // A question that comes twice gets the same answer twice: it must not be a different one, because it is the same ballot.
      prepare(self, { transaction, participants, tell, work }, _, out) {
        if (!self.log.has(transaction)) decideAlone(self, { transaction, participants, tell, work }, out);
        vote(self, transaction, self.log.get(transaction)!, out);
      },

      decision: (self, { transaction, outcome }, _, out) => settle(self, transaction, outcome, out),

      // Faster Paxos Commit: every resource manager is its own leader's equal, and counts for itself.
      phase2b(self, message, from, out) {
        const { transaction, participants } = message;
        if (self.log.get(transaction)?.kind !== "voted") return;
        const tally: Tally = self.tallies.get(transaction) ?? new Map();
        self.tallies.set(transaction, tally);
        countVotes(tally, message, from);
        const outcome = outcomeOf(tally, participants, quorum);
        if (outcome) settle(self, transaction, outcome, out);
      },
    },

    timeout: {
      inquire(self, { transaction }, out) {
        const record = self.log.get(transaction);
        if (record?.kind !== "voted") return;
        const times = self.inquiries.get(transaction) ?? 0;
        self.inquiries.set(transaction, times + 1);
        out.send(leaders[times % leaders.length]!, { kind: "inquiry", transaction, participants: record.participants });
        out.setTimer({ kind: "inquire", transaction }, inquireAfter);
      },
    },
  };
}
