import { type Ballot, isBefore, isSame, noBallot } from "../../consensus/paxos/ballot.js";
import { majority } from "../../core/quorum.js";
import { delay, flag, nodeNames, options } from "../../core/parameters.js";
import type { Call, Delay, NodeId, Out, Role } from "../../core/role.js";
import {
  type Answer,
  type Commit,
  type Decided,
  type Outcome,
  participantsOf,
  type Shares,
  type TransactionId,
} from "../transaction.js";
import type {
  Begin,
  Choice,
  Choices,
  DecisionMessage,
  InstanceVote,
  Inquiry,
  Nack,
  Phase1a,
  Phase1b,
  Phase2a,
  Phase2b,
  Prepare,
} from "./messages.js";
import { countVotes, outcomeOf, type Tally } from "./tally.js";

/** What a leader knows; only `round` survives a crash. The outcome itself is with the acceptors. */
export interface Leader {
  readonly id: NodeId;
  /** The highest round that it has used or heard of. */
  round: number;
  readonly pursuits: Map<TransactionId, Pursuit>;
}

/** What a leader does about a transaction. */
export interface Pursuit {
  readonly participants: readonly NodeId[];
  /** The ballot that it opened last; ballot 0 is the resource managers'. */
  ballot: Ballot;
  /** Whether an acceptor has joined a rival's ballot since, and in how many ballots that was so. */
  isBeaten: boolean;
  defeats: number;
  /** In phase 1 of its ballot: the last votes that each acceptor told of. Else null. */
  promises: Map<NodeId, Phase1b["votes"]> | null;
  readonly tally: Tally;
  /** Clients and nodes that wait for the outcome. */
  readonly calls: Set<Call>;
  readonly askers: Set<NodeId>;
  outcome: Outcome | null;
}

export type LeaderSignature = {
  state: Leader;
  requests: Commit;
  receives: Begin | Inquiry | Phase1b | Phase2b | Nack;
  timers: { readonly kind: "retry"; readonly transaction: TransactionId };
  sends: Prepare | Phase1a | Phase2a | DecisionMessage;
  decides: Decided;
  replies: Answer;
};

/** Whom a leader asks, and how patient it is. */
export interface LeaderOptions {
  /** All acceptors: 2F + 1 of them survive F crashes. */
  readonly acceptors: readonly NodeId[];
  /**
   * Faster Paxos Commit (section 4.3): acceptors tell the resource managers themselves, and a leader only who else
   * asks. By default false.
   */
  readonly faster?: boolean;
  /**
   * How long it waits for the quorum of a phase, in ms; by default [100, 200]. After each ballot that a rival has beaten
   * it waits twice as long, up to 32 times: leaders of equal patience may beat each other for ever ("Paxos Made
   * Simple", section 2.4).
   */
  readonly retryAfter?: Delay;
}

/**
 * The leader (领导者) of Paxos Commit (Gray and Lamport 2006, section 4.2). The first one that is asked makes the resource
 * managers prepare, counts the acceptors' votes in ballot 0, and tells the outcome. Where votes are missing, it opens a
 * later ballot in all instances: for what was voted there already, and for "aborted" where nothing was. Any number of
 * nodes may be leaders, at the same time and of the same transaction: that is a matter of speed, not of safety.
 *
 * @throws RangeError if `acceptors` is empty or names a node twice, or if the delay is negative
 */
export function leader(given: LeaderOptions): Role<LeaderSignature> {
  return leaderWith((id) => id, given);
}

/** The leader with whatever names in its ballots, also such as others use. Only to show what happens then. */
export function leaderWith(
  nameInBallots: (id: NodeId) => Ballot["proposer"],
  given: LeaderOptions,
): Role<LeaderSignature> {
  const {
    acceptors,
    faster = false,
    retryAfter = [100, 200],
  } = options("leader", given, ["acceptors", "faster", "retryAfter"]);
  const quorum = majority(nodeNames("acceptors", acceptors).length);
  flag("faster", faster);
  delay("retryAfter", retryAfter);

  function pursue(self: Leader, transaction: TransactionId, participants: readonly NodeId[]): Pursuit {
    const pursuit: Pursuit = {
      participants,
      ballot: noBallot,
      isBeaten: false,
      defeats: 0,
      promises: null,
      tally: new Map(),
      calls: new Set(),
      askers: new Set(),
      outcome: null,
    };
    self.pursuits.set(transaction, pursuit);
    return pursuit;
  }

  /** Ask the resource managers to prepare, all but the one that began: it has. */
  function prepare(
    self: Leader,
    about: { transaction: TransactionId; work: Shares; tell: readonly NodeId[] },
    but: NodeId | null,
    out: Out<LeaderSignature>,
  ): void {
    const { transaction, work, tell } = about;
    const participants = participantsOf(work);
    for (const node of participants) {
      if (node !== but) out.send(node, { kind: "prepare", transaction, participants, work: work[node], tell });
    }
    if (tell.includes(self.id)) out.setTimer({ kind: "retry", transaction }, retryAfter);
  }

  /** Phase 1a. Open a ballot that was never used before: it must survive a crash before anybody hears of it. */
  function open(self: Leader, transaction: TransactionId, pursuit: Pursuit, out: Out<LeaderSignature>): void {
    self.round += 1;
    pursuit.isBeaten = false;
    pursuit.ballot = { round: self.round, proposer: nameInBallots(self.id) };
    pursuit.promises = new Map();
    out.persist();
    for (const node of acceptors) out.send(node, { kind: "phase1a", transaction, ballot: pursuit.ballot, participants: pursuit.participants });
    out.setTimer({ kind: "retry", transaction }, patience(pursuit));
  }

  function patience({ defeats }: Pursuit): Delay {
    const factor = 2 ** Math.min(defeats, 5);
    return typeof retryAfter === "number" ? factor * retryAfter : [factor * retryAfter[0], factor * retryAfter[1]];
  }

  function learn(pursuit: Pursuit, transaction: TransactionId, outcome: Outcome, out: Out<LeaderSignature>): void {
    pursuit.outcome = outcome;
    pursuit.promises = null;
    pursuit.tally.clear();
    out.cancelTimer({ kind: "retry", transaction });
    out.decide({ transaction, outcome });
    for (const call of pursuit.calls) out.reply(call, outcome);
    pursuit.calls.clear();
    // Those whom the acceptors tell need not hear it from the leader, in the ballot in which they do.
    const isTold = faster && pursuit.ballot.round === 0;
    const waiting = new Set([...(isTold ? [] : pursuit.participants), ...pursuit.askers]);
    for (const node of waiting) out.send(node, { kind: "decision", transaction, outcome });
    pursuit.askers.clear();
  }

  return {
    name: "leader",
    durable: ["round"],
    init: (id) => ({ id, round: 0, pursuits: new Map() }),

    request: {
      commit(self, { transaction, work }, call, out) {
        const known = self.pursuits.get(transaction);
        if (known && !isSameList(known.participants, participantsOf(work))) {
          return out.reply(call, { refused: `${transaction} is the name of another transaction; a new one needs a new name` });
        }
        if (known?.outcome) return out.reply(call, known.outcome);
        const pursuit = known ?? pursue(self, transaction, participantsOf(work));
        pursuit.calls.add(call);
        if (known) return;
        const tell = faster ? [...pursuit.participants, self.id] : [self.id];
        prepare(self, { transaction, work, tell }, null, out);
        // Nobody can object, so nobody does.
        if (pursuit.participants.length === 0) learn(pursuit, transaction, "commit", out);
      },
    },

    receive: {
      // The same from another node: from a resource manager that has prepared already, or from one that wants to know.
      begin(self, { transaction, work, tell }, from, out) {
        const known = self.pursuits.get(transaction);
        if (known && !isSameList(known.participants, participantsOf(work))) return;
        if (known?.outcome) return out.send(from, { kind: "decision", transaction, outcome: known.outcome });
        const told = tell ?? (faster ? [...participantsOf(work), self.id] : [self.id]);
        if (known || told.includes(self.id)) {
          const pursuit = known ?? pursue(self, transaction, participantsOf(work));
          if (!pursuit.participants.includes(from)) pursuit.askers.add(from);
        }
        if (!known) prepare(self, { transaction, work, tell: told }, from, out);
      },

      // Somebody is in doubt. Whoever is asked becomes a leader, whether or not another one still is.
      inquiry(self, { transaction, participants }, from, out) {
        const last = self.pursuits.get(transaction);
        const isOther = last !== undefined && !isSameList(last.participants, participants);
        if (isOther && last.outcome === null) return; // one after the other
        const known = isOther ? undefined : last;
        if (known?.outcome) return out.send(from, { kind: "decision", transaction, outcome: known.outcome });
        const pursuit = known ?? pursue(self, transaction, participants);
        pursuit.askers.add(from);
        if (!known) open(self, transaction, pursuit, out);
      },

      // Phase 2a. Given a quorum of promises, ask in each instance for the value of the latest vote among them; where
      // there is none, for "aborted". (Section 4.2: the leader may ask for nothing else, for it cannot prepare for others.)
      phase1b(self, { transaction, ballot, votes }, from, out) {
        const pursuit = self.pursuits.get(transaction);
        if (!pursuit?.promises || !isSame(ballot, pursuit.ballot)) return;
        const { promises, participants } = pursuit;
        promises.set(from, votes);
        if (promises.size < quorum) return;
        pursuit.promises = null;
        const values: Choices = Object.fromEntries(
          participants.map((node) => [node, safeValue(node, promises.values())]),
        );
        for (const node of acceptors) {
          out.send(node, { kind: "phase2a", transaction, ballot, participants, values, tell: [self.id] });
        }
        out.setTimer({ kind: "retry", transaction }, patience(pursuit));
      },

      phase2b(self, message, from, out) {
        const { transaction } = message;
        const pursuit = self.pursuits.get(transaction);
        if (!pursuit || pursuit.outcome || !isSameList(pursuit.participants, message.participants)) return;
        countVotes(pursuit.tally, message, from);
        const outcome = outcomeOf(pursuit.tally, pursuit.participants, quorum);
        if (outcome) learn(pursuit, transaction, outcome, out);
      },

      // A rival is ahead: let it come to its end. The next ballot will be later than that one.
      nack(self, { transaction, ballot, promised }, _, out) {
        self.round = Math.max(self.round, promised.round);
        const pursuit = self.pursuits.get(transaction);
        if (!pursuit || pursuit.outcome || pursuit.isBeaten || !isSame(ballot, pursuit.ballot)) return;
        pursuit.isBeaten = true;
        pursuit.defeats += 1;
        out.setTimer({ kind: "retry", transaction }, patience(pursuit));
      },
    },

    timeout: {
      retry(self, { transaction }, out) {
        const pursuit = self.pursuits.get(transaction);
        if (pursuit && pursuit.outcome === null) open(self, transaction, pursuit, out);
      },
    },
  };
}

/** The value that a ballot may ask for in an instance, given the last votes of a quorum of acceptors. */
export function safeValue(instance: NodeId, votes: Iterable<Phase1b["votes"]>): Choice {
  let last: InstanceVote | null = null;
  for (const { [instance]: vote } of votes) {
    if (vote && (!last || isBefore(last.ballot, vote.ballot))) last = vote;
  }
  return last?.value ?? "aborted";
}

function isSameList(some: readonly NodeId[], others: readonly NodeId[]): boolean {
  return some.length === others.length && some.every((node, i) => node === others[i]);
}
