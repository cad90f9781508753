import { delay, nodeNames, oneOf, options } from "../../core/parameters.js";
import type { Call, Delay, NodeId, Out, Role } from "../../core/role.js";
import { type Ballot, isBefore, isSame, noBallot } from "./ballot.js";
import type { Accept, Accepted, Chosen, Nack, Prepare, Promised, Value, Vote } from "./messages.js";
import { type Quorums, quorumsOf } from "./quorums.js";
import { type Votes, countVote } from "./votes.js";

/** What a proposer knows; only `round` survives a crash. */
export interface Proposer {
  readonly id: NodeId;
  /** The highest round that it has used or heard of. */
  round: number;
  /** The ballot that it opened last. */
  ballot: Ballot;
  phase: Phase;
  /** The votes that it heard of, in whatever ballot: a proposer is a learner, too. */
  votes: Votes;
  /** The requests that wait for the outcome. */
  calls: Set<Call>;
}

/** How far a proposer has come; `wish` is the value that its client wants. */
export type Phase =
  | { readonly kind: "idle" }
  /** Phase 1: collects promises, each with the last vote of its acceptor. */
  | { readonly kind: "preparing"; readonly wish: Value; readonly promises: Map<NodeId, Vote | null> }
  /** Phase 2: has asked for votes for the value. */
  | { readonly kind: "accepting"; readonly wish: Value; readonly value: Value }
  /** Has given up its ballot, and waits before it opens the next. */
  | { readonly kind: "waiting"; readonly wish: Value }
  | { readonly kind: "decided"; readonly value: Value };

export type ProposerSignature = {
  state: Proposer;
  requests: { readonly kind: "propose"; readonly value: Value };
  receives: Promised | Accepted | Nack | Chosen;
  timers: { readonly kind: "retry" };
  sends: Prepare | Accept | Chosen;
  decides: Value;
  replies: Value;
};

export interface ProposerOptions {
  readonly acceptors: readonly NodeId[];
  /** How many promises open a ballot, and how many votes choose its value. By default majorities. */
  readonly quorums?: Partial<Quorums>;
  /**
   * Whom it asks in each phase: all acceptors, or no more than it needs. The latter saves messages; but if one
   * of those does not answer, the ballot fails. The next ballot then asks others.
   */
  readonly contact?: "all" | "quorum";
  /**
   * How long it waits for the quorum of a phase before it opens a new ballot, in ms; by default [100, 200].
   * More than a round trip, or it beats itself; and a range, or rivals of equal patience may beat each other
   * for ever (section 2.4).
   */
  readonly retryAfter?: Delay;
  /** How long it waits after a nack, in ms. By default as long as `retryAfter`. */
  readonly backoff?: Delay;
  /** Whom it informs once it has seen the votes. By default nobody. */
  readonly informs?: readonly NodeId[];
}

/**
 * The proposer (提案者) of "Paxos Made Simple" (Lamport, 2001), section 2.2. It is its own distinguished learner
 * (section 2.3), because acceptors tell it their votes, and it answers its client with the chosen value, which
 * need not be the one that the client wanted. After a crash it knows only which rounds it has used; the client
 * asks again.
 *
 * @throws RangeError if a list of nodes is empty or names one twice, if the quorums need not meet, or if a delay is negative
 */
export function proposer(given: ProposerOptions): Role<ProposerSignature> {
  return proposerWith(quorumsOf(nodeNames("acceptors", given.acceptors).length, given.quorums), given);
}

/** The proposer with whatever quorums, also such as need not meet. Only to show what happens then. */
export function proposerWith(quorums: Quorums, given: ProposerOptions): Role<ProposerSignature> {
  options("proposer", given, ["acceptors", "quorums", "contact", "retryAfter", "backoff", "informs"]);
  const { acceptors, contact = "all", retryAfter = [100, 200], backoff = retryAfter, informs = [] } = given;
  nodeNames("acceptors", acceptors);
  oneOf("contact", contact, ["all", "quorum"]);
  delay("retryAfter", retryAfter);
  delay("backoff", backoff);
  nodeNames("informs", informs, { min: 0 });

  // Phase 1a. Open a ballot that was never used before: it must survive a crash before anybody hears of it.
  function prepare(self: Proposer, wish: Value, out: Out<ProposerSignature>): void {
    self.round += 1;
    self.ballot = { round: self.round, proposer: self.id };
    self.phase = { kind: "preparing", wish, promises: new Map() };
    out.persist();
    for (const node of contacts(self, quorums.prepare)) out.send(node, { kind: "prepare", ballot: self.ballot });
    out.setTimer({ kind: "retry" }, retryAfter);
  }

  function learn(self: Proposer, value: Value, out: Out<ProposerSignature>): void {
    self.phase = { kind: "decided", value };
    self.votes.clear();
    out.cancelTimer({ kind: "retry" });
    out.decide(value);
    for (const call of self.calls) out.reply(call, value);
    self.calls.clear();
  }

  /** Whom to ask. A proposer begins with itself, if it is an acceptor, and each round begins one further on. */
  function contacts({ id, ballot }: Proposer, quorum: number): readonly NodeId[] {
    if (contact === "all") return acceptors;
    const first = Math.max(0, acceptors.indexOf(id)) + ballot.round - 1;
    return Array.from({ length: quorum }, (_, i) => acceptors[(first + i) % acceptors.length]!);
  }

  return {
    name: "proposer",
    durable: ["round"],
    init: (id) => ({ id, round: 0, ballot: noBallot, phase: { kind: "idle" }, votes: new Map(), calls: new Set() }),

    request: {
      // One decree, one wish: who comes later, or asks again, gets the same answer.
      propose(self, { value }, call, out) {
        const { phase } = self;
        if (phase.kind === "decided") return out.reply(call, phase.value);
        self.calls.add(call);
        if (phase.kind === "idle") prepare(self, value, out);
      },
    },

    receive: {
      // Phase 2a. Given a quorum of promises, ask for the value of the latest vote among them; only if none of
      // them has ever voted is the choice ours.
      promised(self, { ballot, vote }, from, out) {
        const { phase } = self;
        if (phase.kind !== "preparing" || !isSame(ballot, self.ballot)) return;
        phase.promises.set(from, vote);
        if (phase.promises.size < quorums.prepare) return;
        const value = latestVote(phase.promises.values())?.value ?? phase.wish;
        self.phase = { kind: "accepting", wish: phase.wish, value };
        for (const node of contacts(self, quorums.accept)) out.send(node, { kind: "accept", ballot, value });
        out.setTimer({ kind: "retry" }, retryAfter);
      },

      // A quorum of votes in one ballot chooses the value, for ever (section 2.2).
      accepted(self, { ballot, value }, from, out) {
        if (self.phase.kind === "decided") return;
        if (countVote(self.votes, ballot, from) < quorums.accept) return;
        learn(self, value, out);
        for (const node of informs) if (node !== self.id) out.send(node, { kind: "chosen", value });
      },

      // Somebody else has seen the votes, and informs us.
      chosen(self, { value }, _, out) {
        if (self.phase.kind !== "decided") learn(self, value, out);
      },

      // "It is probably a good idea to abandon a proposal if some proposer has begun trying to issue a
      // higher-numbered one." The next ballot is later than that one.
      nack(self, { ballot, promised }, _, out) {
        const { phase } = self;
        self.round = Math.max(self.round, promised.round);
        if ((phase.kind !== "preparing" && phase.kind !== "accepting") || !isSame(ballot, self.ballot)) return;
        self.phase = { kind: "waiting", wish: phase.wish };
        out.setTimer({ kind: "retry" }, backoff);
      },
    },

    timeout: {
      retry(self, _, out) {
        const { phase } = self;
        if (phase.kind !== "idle" && phase.kind !== "decided") prepare(self, phase.wish, out);
      },
    },
  };
}

/** The vote of the highest ballot, if there is any vote. */
export function latestVote(votes: Iterable<Vote | null>): Vote | null {
  let last: Vote | null = null;
  for (const vote of votes) {
    if (vote && (!last || isBefore(last.ballot, vote.ballot))) last = vote;
  }
  return last;
}
