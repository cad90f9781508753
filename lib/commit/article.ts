import type { Call, NodeId, Role } from "../core/role.js";
import { type Commit, type Decided, participantsOf, type TransactionId } from "./transaction.js";

/*
 * The article's listing 4.3, "2PC算法实现", line by line in TypeScript, and its six steps of 3PC (section 3.2.2) as
 * roles, both with their faults.
 *
 * The listing is no 2PC: the coordinator notes that it has asked and that it has committed, and tells nobody. No
 * participant is ever asked for its vote, or could refuse; nothing is logged; there is no abort.
 */

/** The listing's coordinator. What it notes of participants never reaches them. */
export interface ListingCoordinator {
  readonly transactions: ListingParticipant[];
  /** What it believes of each participant: "pending", or "committed". */
  readonly status: Map<ListingParticipant, string>;
  send_request(participant: ListingParticipant): void;
  send_commit(participant: ListingParticipant): void;
}

/** The listing's participant. Nobody calls its methods. */
export interface ListingParticipant {
  /** "idle", "voted" or "committed". */
  status: string;
  vote(coordinator: ListingCoordinator): void;
  commit(coordinator: ListingCoordinator): void;
}

/** The names that the listing's script defines. */
export interface Listing {
  readonly Coordinator: new () => ListingCoordinator;
  readonly Participant: new () => ListingParticipant;
}

/** Run the listing up to its example. Each call is a new script. */
export function listing(): Listing {
  class Coordinator implements ListingCoordinator {
    readonly transactions: ListingParticipant[] = [];
    readonly status: Map<ListingParticipant, string> = new Map();

    send_request(participant: ListingParticipant): void {
      this.transactions.push(participant);
      this.status.set(participant, "pending");
    }

    send_commit(participant: ListingParticipant): void {
      this.status.set(participant, "committed");
    }
  }

  class Participant implements ListingParticipant {
    status: string = "idle";

    vote(_coordinator: ListingCoordinator): void {
      this.status = "voted";
    }

    commit(_coordinator: ListingCoordinator): void {
      this.status = "committed";
    }
  }

  return { Coordinator, Participant };
}

/** The listing's example, as it stands, and what everybody believes afterwards. It prints nothing itself. */
export function listingExample(): { readonly coordinator: readonly string[]; readonly participants: readonly string[] } {
  const { Coordinator, Participant } = listing();
  const coordinator = new Coordinator();
  const participant1 = new Participant();
  const participant2 = new Participant();

  coordinator.send_request(participant1);
  coordinator.send_request(participant2);

  coordinator.send_commit(participant1);
  coordinator.send_commit(participant2);

  return { coordinator: [...coordinator.status.values()], participants: [participant1.status, participant2.status] };
}

/** The messages of the article's 3PC: three times a command and its acknowledgement. */
type Command = { readonly kind: "request" | "commit" | "rollback"; readonly transaction: TransactionId };
type Confirmation = { readonly kind: "confirmed"; readonly transaction: TransactionId; readonly step: Command["kind"] };

/** The article's three rounds, in its order. */
const rounds: readonly Command["kind"][] = ["request", "commit", "rollback"];

/** What the article's 3PC coordinator knows of a transaction: which round it is in, and who has confirmed it. */
export interface ListedProgress {
  readonly participants: readonly NodeId[];
  readonly round: number;
  readonly confirmed: Set<NodeId>;
  readonly call: Call;
}

export type ListedCoordinatorSignature = {
  state: { readonly transactions: Map<TransactionId, ListedProgress> };
  requests: Commit;
  receives: Confirmation;
  sends: Command;
  decides: Decided;
  replies: string;
};

/**
 * The coordinator of the article's 3PC (section 3.2.2), in its own order: request, confirmation, commit, confirmation,
 * rollback, confirmation. When all have confirmed that they committed, it rolls them back. Breaks AC4, without
 * any failure; three-phase commit it is not.
 */
export function listedThreePhaseCoordinator(): Role<ListedCoordinatorSignature> {
  return {
    name: "coordinator of the article",
    durable: [],
    init: () => ({ transactions: new Map() }),
    timeout: {},
    request: {
      // 1. 协调者向参与者发送事务请求。
      commit(self, { transaction, work }, call, out) {
        const participants = participantsOf(work);
        self.transactions.set(transaction, { participants, round: 0, confirmed: new Set(), call });
        for (const node of participants) out.send(node, { kind: "request", transaction });
      },
    },
    receive: {
      // 3., 5. 协调者收到参与者的确认后，向参与者发送提交请求。…… 向参与者发送回滚请求。
      confirmed(self, { transaction, step }, from, out) {
        const progress = self.transactions.get(transaction);
        if (!progress || step !== rounds[progress.round]) return;
        progress.confirmed.add(from);
        if (progress.confirmed.size < progress.participants.length) return;
        const kind = rounds[progress.round + 1];
        if (!kind) return out.reply(progress.call, "rolled back");
        self.transactions.set(transaction, { ...progress, round: progress.round + 1, confirmed: new Set() });
        for (const node of progress.participants) out.send(node, { kind, transaction });
      },
    },
  };
}

export type ListedParticipantSignature = {
  state: object;
  receives: Command;
  sends: Confirmation;
  decides: Decided;
};

/** The participant of the article's 3PC: it does what it is told, and confirms it. */
export function listedThreePhaseParticipant(): Role<ListedParticipantSignature> {
  return {
    name: "participant of the article",
    durable: [],
    init: () => ({}),
    timeout: {},
    request: {},
    receive: {
      // 2. 参与者对事务请求进行确认。
      request: (_, { transaction }, from, out) => out.send(from, { kind: "confirmed", transaction, step: "request" }),

      // 4. 参与者对提交请求进行确认。
      commit(_, { transaction }, from, out) {
        out.decide({ transaction, outcome: "commit" });
        out.send(from, { kind: "confirmed", transaction, step: "commit" });
      },

      // 6. 参与者对回滚请求进行确认。
      rollback(_, { transaction }, from, out) {
        out.decide({ transaction, outcome: "abort" });
        out.send(from, { kind: "confirmed", transaction, step: "rollback" });
      },
    },
  };
}
