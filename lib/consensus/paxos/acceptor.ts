import { flag, nodeNames, options } from "../../core/parameters.js";
import type { NodeId, Out, Role } from "../../core/role.js";
import { type Ballot, isBefore, noBallot } from "./ballot.js";
import type { Accept, Accepted, Nack, Prepare, Promised, Vote } from "./messages.js";

/** What an acceptor knows; all of it survives a crash. */
export interface Acceptor {
  /** The highest ballot that this acceptor has joined. */
  promised: Ballot;
  /** The vote that it cast last, which is the one of the highest ballot. */
  vote: Vote | null;
}

export type AcceptorSignature = {
  state: Acceptor;
  receives: Prepare | Accept;
  sends: Promised | Accepted | Nack;
};

export interface AcceptorOptions {
  /** Say no to a ballot that comes too late. By default such a message has no effect, as in the paper's rules. */
  readonly nack?: boolean;
  /**
   * Whom it tells its votes (section 2.3): all learners, or a distinguished one that informs the others. By
   * default the proposer of the ballot, and nobody else. A proposer that is left out waits to be informed.
   */
  readonly learners?: readonly NodeId[];
}

/**
 * The acceptor (接受者) of "Paxos Made Simple" (Lamport, 2001), section 2.2. It keeps two promises: to join no
 * ballot before the last one that it joined, and to report how it voted last.
 *
 * @throws RangeError if `learners` is empty or names a node twice
 */
export function acceptor(given: AcceptorOptions = {}): Role<AcceptorSignature> {
  const { nack = false, learners } = options("acceptor", given, ["nack", "learners"]);
  flag("nack", nack);
  if (learners) nodeNames("learners", learners);

  function refuse(self: Acceptor, ballot: Ballot, proposer: NodeId, out: Out<AcceptorSignature>): void {
    if (nack) out.send(proposer, { kind: "nack", ballot, promised: self.promised });
  }

  return {
    name: "acceptor",
    durable: ["promised", "vote"],
    init: () => ({ promised: noBallot, vote: null }),
    timeout: {},
    request: {},

    receive: {
      // Phase 1b. Join the ballot, unless a later one has been joined, and tell of the last vote before it.
      prepare(self, { ballot }, from, out) {
        if (isBefore(ballot, self.promised)) return refuse(self, ballot, from, out);
        self.promised = ballot;
        out.persist(); // before the answer: a promise that a crash can undo is none
        out.send(from, { kind: "promised", ballot, vote: self.vote });
      },

      // Phase 2b. Vote, unless a later ballot has been joined.
      accept(self, { ballot, value }, from, out) {
        if (isBefore(ballot, self.promised)) return refuse(self, ballot, from, out);
        self.promised = ballot; // a vote joins its ballot, also where the question of phase 1 was lost
        self.vote = { ballot, value };
        out.persist();
        for (const learner of learners ?? [from]) out.send(learner, { kind: "accepted", ballot, value });
      },
    },
  };
}
