import { type Ballot, isBefore, isSame, noBallot } from "../../consensus/paxos/ballot.js";
import type { NodeId, Out, Role } from "../../core/role.js";
import { participantsOf, type TransactionId } from "../transaction.js";
import type { Begin, Choice, Choices, InstanceVote, Nack, Phase1a, Phase1b, Phase2a, Phase2b } from "./messages.js";

/** What an acceptor knows; all of it survives a crash. */
export interface Acceptor {
  /**
   * By the transaction and its participants: should a name be used twice, for different participants, no vote for the
   * one counts for the other.
   */
  readonly instances: Map<string, Instances>;
}

/** What it knows of the instances of one transaction. */
export interface Instances {
  /** The highest ballot that it has joined; ballot 0, which all have joined, before any other. */
  promised: Ballot;
  /** The last vote in each instance. */
  readonly votes: Map<NodeId, InstanceVote>;
}

export type AcceptorSignature = {
  state: Acceptor;
  receives: Phase1a | Phase2a | Begin;
  sends: Phase1b | Phase2b | Nack;
};

/**
 * The acceptor (接受者) of Paxos Commit (Gray and Lamport 2006, section 4.2): for each transaction one acceptor of
 * single-decree Paxos for each resource manager, with one promise, one write and one message for all of them. In
 * ballot 0 it waits until it has voted in every instance, or in one for "aborted", before it writes and tells.
 */
export function acceptor(): Role<AcceptorSignature> {
  /** Phase 2b. Vote, unless a later ballot has been joined. */
  function vote(self: Acceptor, asked: Omit<Phase2a, "kind">, from: NodeId, out: Out<AcceptorSignature>): void {
    const { transaction, ballot, participants, values, tell } = asked;
    const known = instancesOf(self, transaction, participants);
    if (isBefore(ballot, known.promised)) return refuse(known, transaction, ballot, from, out);
    known.promised = ballot;
    for (const [instance, value] of Object.entries(values) as [NodeId, Choice][])
      known.votes.set(instance, { ballot, value });
    const cast: Choices = Object.fromEntries(
      participants.flatMap((instance) => {
        const last = known.votes.get(instance);
        return last && isSame(last.ballot, ballot) ? [[instance, last.value]] : [];
      }),
    );
    const isAborted = Object.values(cast).includes("aborted");
    if (Object.keys(cast).length < participants.length && !isAborted) return; // the others' votes go with the last one
    out.persist(); // before anybody counts them
    for (const node of tell) out.send(node, { kind: "phase2b", transaction, ballot, participants, values: cast });
  }

  function refuse(
    { promised }: Instances,
    transaction: TransactionId,
    ballot: Ballot,
    leader: NodeId,
    out: Out<AcceptorSignature>,
  ): void {
    // Nobody waits for the answer in ballot 0: a resource manager has said what it had to say.
    if (ballot.round > 0) out.send(leader, { kind: "nack", transaction, ballot, promised });
  }

  return {
    name: "acceptor",
    durable: ["instances"],
    init: () => ({ instances: new Map() }),
    timeout: {},
    request: {},

    receive: {
      // Phase 1b. Join the ballot, unless a later one has been joined, and tell of the last votes before it.
      phase1a(self, { transaction, ballot, participants }, leader, out) {
        const known = instancesOf(self, transaction, participants);
        if (isBefore(ballot, known.promised)) return refuse(known, transaction, ballot, leader, out);
        known.promised = ballot;
        out.persist();
        out.send(leader, { kind: "phase1b", transaction, ballot, votes: Object.fromEntries(known.votes) });
      },

      phase2a: (self, asked, from, out) => vote(self, asked, from, out),

      // The vote of the resource manager that began, where the leader and this acceptor share a node.
      begin(self, { transaction, work, vote: given, tell }, from, out) {
        if (given === undefined) return;
        const values: Choices = { [from]: given === "no" ? "aborted" : "prepared" };
        vote(
          self,
          { transaction, ballot: noBallot, participants: participantsOf(work), values, tell: tell ?? [] },
          from,
          out,
        );
      },
    },
  };
}

/** What it knows of the instances of a transaction of these participants. */
export function instancesOf(
  { instances }: Acceptor,
  transaction: TransactionId,
  participants: readonly NodeId[],
): Instances {
  const name = `${transaction} of ${participants.join(", ")}`;
  const known = instances.get(name) ?? { promised: noBallot, votes: new Map() };
  instances.set(name, known);
  return known;
}
