import { majority } from "../../core/quorum.js";
import { show } from "../../core/parameters.js";
import type { NodeId, Out, Role } from "../../core/role.js";
import { acceptor, type Acceptor, type AcceptorOptions, type AcceptorSignature } from "../../consensus/paxos/acceptor.js";
import { isSame, type Ballot } from "../../consensus/paxos/ballot.js";
import type { LearnerOptions } from "../../consensus/paxos/learner.js";
import type { Accept, Accepted, Value, Vote } from "../../consensus/paxos/messages.js";
import { proposer, type Proposer, type ProposerOptions, type ProposerSignature } from "../../consensus/paxos/proposer.js";

/*
 * The sound roles with one rule taken from a learner's answer.
 */

/** What an acceptor does with `accept` (phase 2a of "Paxos Made Simple", section 2.2): it may vote, or not. */
export type AcceptRule = (self: Acceptor, message: Accept, from: NodeId, out: Out<AcceptorSignature>) => void;

/** Which value a proposer asks for, given a quorum of promises, each with the last vote of its acceptor, and its own wish. */
export type ChoiceRule = (promises: ReadonlyMap<NodeId, Vote | null>, wish: Value) => Value;

/** A vote of which a learner has heard, as the network brought it: late, twice, or out of order. */
export interface HeardVote {
  /** The acceptor that voted. */
  readonly from: NodeId;
  readonly ballot: Ballot;
  readonly value: Value;
}

/** Which value is chosen, as far as these votes tell, in a cluster of so many acceptors; null if none is. */
export type ChosenRule = (votes: readonly HeardVote[], acceptors: number) => Value | null;

/** How a proposer opens its next ballot: it changes `self.round`, writes to disk with `out.persist()`, and returns the ballot. */
export type OpenRule = (self: Proposer, out: { persist(): void }) => Ballot;

/** The sound acceptor, with this rule for `accept`. */
export function acceptorWith(accept: AcceptRule, options: AcceptorOptions = {}): Role<AcceptorSignature> {
  const sound = acceptor(options);
  return { ...sound, receive: { ...sound.receive, accept } };
}

/** The sound proposer, with this rule for the value of phase 2. */
export function proposerChoosing(choose: ChoiceRule, options: ProposerOptions): Role<ProposerSignature> {
  const sound = proposer(options);
  const quorum = options.quorums?.prepare ?? majority(options.acceptors.length);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      promised(self, message, from, out) {
        const { phase } = self;
        if (phase.kind !== "preparing" || !isSame(message.ballot, self.ballot)) return;
        const promises = new Map(phase.promises).set(from, message.vote);
        if (promises.size < quorum) return sound.receive.promised(self, message, from, out);
        const value: unknown = choose(promises, phase.wish);
        if (typeof value !== "string") throw new TypeError(`the choice must be a value, got ${show(value)}`);
        // As if the last promise had brought the latest of all votes, for this value.
        const vote: Vote = { ballot: { round: Number.MAX_SAFE_INTEGER, proposer: "" }, value };
        sound.receive.promised(self, { ...message, vote }, from, out);
      },
    },
  };
}

/** The sound proposer, which opens its ballots by this rule. */
export function proposerOpening(open: OpenRule, options: ProposerOptions): Role<ProposerSignature> {
  const sound = proposer(options);
  /** Let the sound rule run; where it has raised the round and is about to write, take that back, and let the answer do it. */
  const opening = (self: Proposer, out: Out<ProposerSignature>): Out<ProposerSignature> => {
    const { round } = self;
    return {
      ...out,
      persist() {
        self.round = round;
        const ballot: unknown = open(self, { persist: () => out.persist() });
        const { round: opened, proposer: by } = (ballot ?? {}) as { readonly round?: unknown; readonly proposer?: unknown };
        if (typeof opened !== "number" || typeof by !== "string") throw new TypeError(`the ballot must have a round and a proposer, got ${show(ballot)}`);
        self.ballot = ballot as Ballot;
      },
      send: (to, message) => out.send(to, message.kind === "prepare" ? { ...message, ballot: self.ballot } : message),
    };
  };
  return {
    ...sound,
    request: { propose: (self, request, call, out) => sound.request.propose(self, request, call, opening(self, out)) },
    timeout: { retry: (self, timer, out) => sound.timeout.retry(self, timer, opening(self, out)) },
  };
}

/** What a learner knows that keeps all that it heard. */
interface Listener {
  heard: HeardVote[];
  chosen: Value | null;
}

/** A learner that keeps every vote that it hears of, and learns by this rule, once. */
export function learnerBy(chosen: ChosenRule, { acceptors }: LearnerOptions): Role<{ state: Listener; receives: Accepted; decides: Value }> {
  return {
    name: "learner",
    durable: [],
    init: () => ({ heard: [], chosen: null }),
    timeout: {},
    request: {},
    receive: {
      accepted(self, { ballot, value }, from, out) {
        if (self.chosen !== null) return;
        self.heard.push({ from, ballot, value });
        const learned: unknown = chosen(self.heard, acceptors.length);
        if (learned === null) return;
        if (typeof learned !== "string") throw new TypeError(`the rule must return a value or null, got ${show(learned)}`);
        self.chosen = learned;
        self.heard = [];
        out.decide(learned);
      },
    },
  };
}
