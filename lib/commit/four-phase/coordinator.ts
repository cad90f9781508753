import { finite, nodeNames, options } from "../../core/parameters.js";
import type { NodeId, Out, Role } from "../../core/role.js";
import type { Down } from "../../core/mortal.js";
import {
  type Answer, type Commit, type Decided, type Outcome, participantsOf, type Shares, type TransactionId, type Vote,
} from "../transaction.js";
import type { Begin } from "../two-phase/messages.js";
import { answerAll, type Waiting, waitingFor } from "../waiting.js";
import type {
  Ask, DecisionMessage, Enlist, Enlisted, Inform, Informed, Inquiry, Prepare, VoteMessage,
} from "./messages.js";

/** What a coordinator, or a backup of one, knows. Only the log survives a crash. */
export interface Coordinator {
  readonly id: NodeId;
  readonly log: Map<TransactionId, CoordinatorRecord>;
  /** What it is doing about the transactions that it leads. */
  readonly stages: Map<TransactionId, Stage>;
  /** The transactions that it was in doubt of when it came back from a crash. It never leads those again. */
  readonly recovering: Set<TransactionId>;
  /** Those whom a failure detector has reported. */
  readonly down: Set<NodeId>;
  readonly waiting: Map<TransactionId, Waiting>;
}

/** What the log says of a transaction. */
export type CoordinatorRecord = Enlistment | { readonly kind: Outcome };

/** A transaction that is not decided, as far as this process knows. */
export interface Enlistment {
  readonly kind: "enlisted";
  /** The coordinator and its backups. Who is further to the left leads. */
  readonly order: readonly NodeId[];
  readonly participants: readonly NodeId[];
  /** Those of the order that this process has not seen fail. */
  readonly up: readonly NodeId[];
  /** The place in the order of the last leader that it has heard. */
  readonly attempt: number;
  /** What that leader has said the outcome will be; null if none has. */
  readonly told: Outcome | null;
  /** Whether the participants may have been asked. A backup must think so; only the coordinator can know better. */
  readonly asked: boolean;
}

/** How far a leader has come: phases 1 to 3. */
export type Stage =
  | { readonly kind: "enlisting"; readonly work: Shares; readonly acks: Set<NodeId> }
  | { readonly kind: "voting"; readonly votes: Map<NodeId, Vote> }
  | { readonly kind: "informing"; readonly outcome: Outcome; readonly acks: Set<NodeId>; readonly vetoes: readonly NodeId[] };

export type CoordinatorSignature = {
  state: Coordinator;
  requests: Commit;
  receives: Begin | Enlist | Enlisted | VoteMessage | Inform | Informed | DecisionMessage | Inquiry | Ask | Down;
  timers: { readonly kind: "silence"; readonly transaction: TransactionId };
  sends: Enlist | Enlisted | Prepare | Inform | Informed | DecisionMessage | Ask;
  decides: Decided;
  replies: Answer;
};

export interface CoordinatorOptions {
  /** Who takes over, in this order, when the coordinator is dead; by default nobody, and it is two-phase commit. */
  readonly backups?: readonly NodeId[];
  /**
   * How long a leader waits for answers, in ms, before it takes those who are silent for dead; by default 100. It must be
   * more than a round trip and the writes in it, at their slowest: on that depends that the protocol is right.
   */
  readonly patience?: number;
}

/**
 * A coordinator with backups, or one of the backups, in four-phase commit.
 *
 * This is a reconstruction. "Four-phase commit" is what some texts call the commit protocol of SDD-1 (Hammer and
 * Shipman, "Reliability Mechanisms for SDD-1", 1980), whose coordinator names backups before it begins. We have not had
 * that paper before us; the four phases follow from second-hand accounts, and the rules from what is needed to keep AC1.
 *
 * 1. Enlist the backups. 2. Have the participants prepare. 3. Tell the backups the outcome; when all of them that live
 * have it on disk, it is decided. 4. Tell the participants. When a leader is dead, the next in the order leads: it takes the
 * outcome that it was told, or abort if none, begins phase 3 with those after it, and goes on to phase 4.
 *
 * It needs perfect failure detection. If a leader that lives is taken for dead, two lead, and may decide differently.
 * A process that comes back never leads; if all of the order have died, participants wait. Nobody tells a backup that
 * it is over: it keeps its record, in case somebody asks.
 *
 * @throws RangeError if a backup is named twice, or for a patience that is not positive
 */
export function coordinator(given: CoordinatorOptions = {}): Role<CoordinatorSignature> {
  options("coordinator", given, ["backups", "patience"]);
  const { backups = [], patience = 100 } = given;
  nodeNames("backups", backups, { min: 0 });
  if (finite("patience", patience) === 0) throw new RangeError("patience must be more than 0 ms, got 0");
  type Effects = Out<CoordinatorSignature>;

  /** Phase 1. */
  function begin(self: Coordinator, transaction: TransactionId, work: Shares, out: Effects): void {
    const order = [self.id, ...backups.filter((node) => node !== self.id)];
    const participants = participantsOf(work);
    const up = order.filter((node) => !self.down.has(node));
    self.log.set(transaction, { kind: "enlisted", order, participants, up, attempt: 0, told: null, asked: false });
    self.stages.set(transaction, { kind: "enlisting", work, acks: new Set() });
    for (const node of later(up, self.id)) out.send(node, { kind: "enlist", transaction, order, participants });
    out.setTimer({ kind: "silence", transaction }, patience);
    proceed(self, transaction, out);
  }

  /** A leader goes on as soon as it has heard from all who are up. */
  function proceed(self: Coordinator, transaction: TransactionId, out: Effects): void {
    const record = self.log.get(transaction);
    const stage = self.stages.get(transaction);
    if (!stage || record?.kind !== "enlisted") return;
    const { order, participants, up } = record;
    const after = later(up, self.id);
    switch (stage.kind) {
      case "enlisting": {
        if (!after.every((node) => stage.acks.has(node))) return;
        self.log.set(transaction, { ...record, asked: true });
        out.persist(); // until now nobody could be in doubt, and the coordinator could abort alone
        self.stages.set(transaction, { kind: "voting", votes: new Map() });
        for (const node of participants) out.send(node, { kind: "prepare", transaction, order, work: stage.work[node] });
        out.setTimer({ kind: "silence", transaction }, patience);
        if (participants.some((node) => self.down.has(node))) return inform(self, transaction, "abort", out);
        return proceed(self, transaction, out);
      }
      case "voting":
        if (participants.every((node) => stage.votes.has(node))) inform(self, transaction, "commit", out);
        return;
      case "informing":
        if (after.every((node) => stage.acks.has(node))) conclude(self, transaction, stage, record, out);
    }
  }

  /** Phase 3: the outcome is safe when every backup that lives would choose it, too. */
  function inform(self: Coordinator, transaction: TransactionId, outcome: Outcome, out: Effects): void {
    const record = self.log.get(transaction) as Enlistment;
    const { order, participants, up } = record;
    const leads = order.indexOf(self.id);
    const stage = self.stages.get(transaction);
    const vetoes = stage?.kind === "voting" ? participants.filter((node) => stage.votes.get(node) === "no") : [];
    self.stages.set(transaction, { kind: "informing", outcome, acks: new Set(), vetoes });
    self.log.set(transaction, { ...record, attempt: leads, told: outcome });
    for (const node of later(up, self.id)) {
      out.send(node, { kind: "inform", transaction, attempt: leads, outcome, order, participants });
    }
    out.setTimer({ kind: "silence", transaction }, patience);
    proceed(self, transaction, out);
  }

  /** Phase 4. */
  function conclude(
    self: Coordinator, transaction: TransactionId, stage: Stage & { kind: "informing" }, { participants }: Enlistment, out: Effects,
  ): void {
    settle(self, transaction, stage.outcome, out);
    for (const node of participants) {
      if (!stage.vetoes.includes(node)) out.send(node, { kind: "decision", transaction, outcome: stage.outcome });
    }
  }

  function settle(self: Coordinator, transaction: TransactionId, outcome: Outcome, out: Effects): void {
    self.log.set(transaction, { kind: outcome });
    self.stages.delete(transaction);
    self.recovering.delete(transaction);
    out.cancelTimer({ kind: "silence", transaction });
    out.persist();
    out.decide({ transaction, outcome });
    answerAll(self.waiting, { transaction, outcome }, out);
  }

  /** These have failed. If all before this process in the order have, it leads. */
  function bury(self: Coordinator, transaction: TransactionId, dead: readonly NodeId[], out: Effects): void {
    const record = self.log.get(transaction);
    if (record?.kind !== "enlisted" || self.recovering.has(transaction)) return;
    const up = record.up.filter((node) => !dead.includes(node));
    self.log.set(transaction, { ...record, up });
    const stage = self.stages.get(transaction);
    if (stage?.kind === "voting" && record.participants.some((node) => dead.includes(node) && !stage.votes.has(node))) {
      return inform(self, transaction, "abort", out);
    }
    if (stage) return proceed(self, transaction, out);
    if (up[0] === self.id) inform(self, transaction, record.told ?? "abort", out);
  }

  function ask(self: Coordinator, transaction: TransactionId, { order, participants, up }: Enlistment, out: Effects): void {
    for (const node of [...order, ...participants]) if (node !== self.id) out.send(node, { kind: "ask", transaction, up });
    out.setTimer({ kind: "silence", transaction }, 3 * patience);
  }

  return {
    name: "coordinator",
    durable: ["log"],
    init: (id) => ({ id, log: new Map(), stages: new Map(), recovering: new Set(), down: new Set(), waiting: new Map() }),

    // Others lead by now. Who comes back in doubt asks them.
    start(self, out) {
      for (const [transaction, record] of [...self.log]) {
        if (record.kind !== "enlisted") {
          out.decide({ transaction, outcome: record.kind });
          continue;
        }
        if (!record.asked) {
          settle(self, transaction, "abort", out);
          continue;
        }
        self.recovering.add(transaction);
        ask(self, transaction, record, out);
      }
    },

    request: {
      commit(self, { transaction, work }, call, out) {
        const known = self.log.get(transaction);
        if (known && known.kind !== "enlisted") return out.reply(call, known.kind);
        waitingFor(self.waiting, transaction).calls.add(call);
        if (!known) begin(self, transaction, work, out);
      },
    },

    receive: {
      begin(self, { transaction, work }, from, out) {
        const known = self.log.get(transaction);
        if (known && known.kind !== "enlisted") return out.send(from, { kind: "decision", transaction, outcome: known.kind });
        waitingFor(self.waiting, transaction).askers.add(from);
        if (!known) begin(self, transaction, work, out);
      },

      // Phase 1. A backup writes down for whom it stands in.
      enlist(self, { transaction, order, participants }, leader, out) {
        if (!self.log.has(transaction)) {
          self.log.set(transaction, { kind: "enlisted", order, participants, up: order, attempt: 0, told: null, asked: true });
          out.persist();
        }
        out.send(leader, { kind: "enlisted", transaction });
        if (order.some((node) => self.down.has(node))) bury(self, transaction, [...self.down], out);
      },

      enlisted(self, { transaction }, from, out) {
        const stage = self.stages.get(transaction);
        if (stage?.kind !== "enlisting") return;
        stage.acks.add(from);
        proceed(self, transaction, out);
      },

      // Phase 2.
      vote(self, { transaction, vote }, from, out) {
        const stage = self.stages.get(transaction);
        if (stage?.kind !== "voting") return;
        stage.votes.set(from, vote);
        if (vote === "no") inform(self, transaction, "abort", out);
        else proceed(self, transaction, out);
      },

      // Phase 3. A backup takes down what the latest leader says; an earlier one is dead, and its message late.
      inform(self, { transaction, attempt, outcome, order, participants }, leader, out) {
        const record = self.log.get(transaction);
        if (record && record.kind !== "enlisted") return out.send(leader, { kind: "informed", transaction, attempt });
        if (record && attempt < record.attempt) return;
        const up = (record?.up ?? order).filter((node) => order.indexOf(node) >= attempt || node === self.id);
        self.stages.delete(transaction);
        self.log.set(transaction, { kind: "enlisted", order, participants, up, attempt, told: outcome, asked: true });
        out.persist();
        out.send(leader, { kind: "informed", transaction, attempt });
        bury(self, transaction, [...self.down], out);
      },

      informed(self, { transaction, attempt }, from, out) {
        const stage = self.stages.get(transaction);
        const record = self.log.get(transaction);
        if (stage?.kind !== "informing" || record?.kind !== "enlisted" || record.attempt !== attempt) return;
        stage.acks.add(from);
        proceed(self, transaction, out);
      },

      decision(self, { transaction, outcome }, _, out) {
        if (self.log.get(transaction)?.kind === "enlisted") settle(self, transaction, outcome, out);
      },

      // A participant takes all before this one for dead.
      inquiry(self, { transaction, attempt }, from, out) {
        const record = self.log.get(transaction);
        if (!record) return;
        if (record.kind !== "enlisted") return out.send(from, { kind: "decision", transaction, outcome: record.kind });
        if (!self.stages.has(transaction)) bury(self, transaction, record.order.slice(0, attempt), out);
      },

      // It is back, so it was gone; and it may know of others who are.
      ask(self, { transaction, up }, from, out) {
        const record = self.log.get(transaction);
        if (record?.kind === "enlisted") {
          bury(self, transaction, [from, ...record.order.filter((node) => node !== self.id && !up.includes(node))], out);
        }
        else if (record) out.send(from, { kind: "decision", transaction, outcome: record.kind });
      },

      down(self, { node }, _, out) {
        self.down.add(node);
        for (const [transaction, record] of [...self.log]) {
          if (record.kind === "enlisted" && [...record.order, ...record.participants].includes(node)) {
            bury(self, transaction, [node], out);
          }
        }
      },
    },

    timeout: {
      // Who is silent is dead.
      silence(self, { transaction }, out) {
        const record = self.log.get(transaction);
        if (record?.kind !== "enlisted") return;
        if (self.recovering.has(transaction)) return ask(self, transaction, record, out);
        const stage = self.stages.get(transaction);
        if (stage?.kind === "voting") {
          bury(self, transaction, record.participants.filter((node) => !stage.votes.has(node)), out);
        }
        else if (stage) bury(self, transaction, later(record.up, self.id).filter((node) => !stage.acks.has(node)), out);
      },
    },
  };
}

/** Those who come after this one in the order. */
function later(order: readonly NodeId[], id: NodeId): readonly NodeId[] {
  return order.slice(order.indexOf(id) + 1);
}
