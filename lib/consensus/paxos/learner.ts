import { nodeNames, options } from "../../core/parameters.js";
import type { NodeId, Out, Role } from "../../core/role.js";
import type { Accepted, Chosen, Value } from "./messages.js";
import { type Quorums, quorumsOf } from "./quorums.js";
import { type Votes, countVote } from "./votes.js";

/** What a learner knows; a crash takes all of it. */
export interface Learner {
  readonly id: NodeId;
  votes: Votes;
  chosen: Value | null;
}

export type LearnerSignature = {
  state: Learner;
  receives: Accepted | Chosen;
  sends: Chosen;
  decides: Value;
};

export interface LearnerOptions {
  readonly acceptors: readonly NodeId[];
  /** The same as the proposers': how many votes choose a value. By default a majority. */
  readonly quorums?: Partial<Quorums>;
  /** Whom it informs once it has seen the votes, which makes it a distinguished learner. By default nobody. */
  readonly informs?: readonly NodeId[];
}

/**
 * The learner (学习者) of "Paxos Made Simple" (Lamport, 2001), section 2.3. It takes no part in the choice: a value is
 * chosen at the moment when a quorum has voted for it, whether or not anybody has noticed.
 *
 * @throws RangeError if a list of nodes is empty or names one twice, or if the quorums need not meet
 */
export function learner(given: LearnerOptions): Role<LearnerSignature> {
  const { acceptors, quorums, informs = [] } = options("learner", given, ["acceptors", "quorums", "informs"]);
  const { accept: quorum } = quorumsOf(nodeNames("acceptors", acceptors).length, quorums);
  nodeNames("informs", informs, { min: 0 });

  function learn(self: Learner, value: Value, out: Out<LearnerSignature>): void {
    self.chosen = value;
    self.votes.clear();
    out.decide(value);
  }

  return {
    name: "learner",
    durable: [],
    init: (id) => ({ id, votes: new Map(), chosen: null }),
    timeout: {},
    request: {},

    receive: {
      // A quorum of votes in one ballot chooses the value, for ever.
      accepted(self, { ballot, value }, from, out) {
        if (self.chosen !== null) return;
        if (countVote(self.votes, ballot, from) < quorum) return;
        learn(self, value, out);
        for (const node of informs) if (node !== self.id) out.send(node, { kind: "chosen", value });
      },

      // Somebody else has seen the votes, and informs us.
      chosen(self, { value }, _, out) {
        if (self.chosen === null) learn(self, value, out);
      },
    },
  };
}
