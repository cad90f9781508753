import { delay, nodeNames, options } from "../../core/parameters.js";
import type { Call, Delay, NodeId, Out, Role } from "../../core/role.js";
import { type Ballot, isSame, noBallot } from "./ballot.js";
import type { Accept, Accepted, Nack, Prepare, Promised, Value, Vote } from "./messages.js";
import { latestVote } from "./proposer.js";
import { type Quorums, quorumsOf } from "./quorums.js";
import { type Votes, countVote } from "./votes.js";

/** What a reader knows; only `round` survives a crash. */
export interface Reader {
  readonly id: NodeId;
  /** The highest round that it has used or heard of. */
  round: number;
  /** The ballot that it opened last. */
  ballot: Ballot;
  phase: ReaderPhase;
  /** The votes that it heard of, in whatever ballot. */
  votes: Votes;
  /** Requests that came when the ballot at hand was open already: they wait for the next. */
  waiting: Set<Call>;
}

/** How far a reader has come; `calls` are the requests that this ballot will answer. */
export type ReaderPhase =
  | { readonly kind: "idle" }
  /** Phase 1: collects promises, each with the last vote of its acceptor. */
  | { readonly kind: "asking"; readonly calls: Set<Call>; readonly promises: Map<NodeId, Vote | null> }
  /** Phase 2: has found a vote, and has the acceptors vote for it once more. */
  | { readonly kind: "finishing"; readonly calls: Set<Call> }
  | { readonly kind: "knows"; readonly value: Value };

export type ReaderSignature = {
  state: Reader;
  requests: { readonly kind: "read" };
  receives: Promised | Accepted | Nack;
  timers: { readonly kind: "retry" };
  sends: Prepare | Accept;
  decides: Value;
  /** The value that is chosen, or null if none is. */
  replies: Value | null;
};

export interface ReaderOptions {
  readonly acceptors: readonly NodeId[];
  /** How many promises open a ballot, and how many votes choose its value. By default majorities. */
  readonly quorums?: Partial<Quorums>;
  /** How long it waits for a quorum, or after a nack, before it opens a new ballot, in ms; by default [100, 200]. */
  readonly retryAfter?: Delay;
}

/**
 * A reader of what single-decree Paxos chooses: a proposer (提案者) without a wish of its own. It opens a ballot and
 * hears the last votes of a quorum. If nobody has voted, nothing is chosen, and nothing that was chosen before the
 * question can be overlooked. If somebody has, the reader cannot tell whether a quorum has, so it finishes what it
 * found: it asks for votes for it, as "Paxos Made Simple" (Lamport, 2001), section 2.2, has any proposer do, and
 * answers when the value is chosen. A read that answers from the promises alone can tell a value and then none
 * (`lookingReader`).
 *
 * @throws RangeError if a list of nodes is empty or names one twice, if the quorums need not meet, or if a delay is negative
 */
export function reader(given: ReaderOptions): Role<ReaderSignature> {
  options("reader", given, ["acceptors", "quorums", "retryAfter"]);
  const { acceptors, retryAfter = [100, 200] } = given;
  const quorums = quorumsOf(nodeNames("acceptors", acceptors).length, given.quorums);
  delay("retryAfter", retryAfter);

  // Phase 1a. A ballot answers only who asked before it was opened: its first promises may be older than a later question.
  function ask(self: Reader, calls: Set<Call>, out: Out<ReaderSignature>): void {
    self.round += 1;
    self.ballot = { round: self.round, proposer: self.id };
    self.phase = { kind: "asking", calls, promises: new Map() };
    out.persist();
    for (const node of acceptors) out.send(node, { kind: "prepare", ballot: self.ballot });
    out.setTimer({ kind: "retry" }, retryAfter);
  }

  function askForTheWaiting(self: Reader, out: Out<ReaderSignature>): void {
    self.phase = { kind: "idle" };
    if (self.waiting.size === 0) return;
    const calls = self.waiting;
    self.waiting = new Set();
    ask(self, calls, out);
  }

  return {
    name: "reader",
    durable: ["round"],
    init: (id) => ({ id, round: 0, ballot: noBallot, phase: { kind: "idle" }, votes: new Map(), waiting: new Set() }),

    request: {
      // What is chosen stays chosen: who knows it need not ask again.
      read(self, _, call, out) {
        const { phase } = self;
        if (phase.kind === "knows") return out.reply(call, phase.value);
        if (phase.kind === "idle") return ask(self, new Set([call]), out);
        if (!phase.calls.has(call)) self.waiting.add(call);
      },
    },

    receive: {
      // Phase 2a. Given a quorum of promises without a vote, nothing is chosen; with one, ask for votes for the latest.
      promised(self, { ballot, vote }, from, out) {
        const { phase } = self;
        if (phase.kind !== "asking" || !isSame(ballot, self.ballot)) return;
        phase.promises.set(from, vote);
        if (phase.promises.size < quorums.prepare) return;
        const last = latestVote(phase.promises.values());
        if (last === null) {
          out.cancelTimer({ kind: "retry" });
          for (const call of phase.calls) out.reply(call, null);
          return askForTheWaiting(self, out);
        }
        self.phase = { kind: "finishing", calls: phase.calls };
        for (const node of acceptors) out.send(node, { kind: "accept", ballot, value: last.value });
        out.setTimer({ kind: "retry" }, retryAfter);
      },

      // A quorum of votes in one ballot chooses the value, for ever (section 2.2).
      accepted(self, { ballot, value }, from, out) {
        const { phase } = self;
        if (phase.kind === "knows" || countVote(self.votes, ballot, from) < quorums.accept) return;
        const calls = phase.kind === "idle" ? [] : phase.calls;
        self.phase = { kind: "knows", value };
        self.votes.clear();
        out.cancelTimer({ kind: "retry" });
        out.decide(value);
        for (const call of [...calls, ...self.waiting]) out.reply(call, value);
        self.waiting.clear();
      },

      // The next ballot is later than that one; it opens when patience is over.
      nack(self, { promised }) {
        self.round = Math.max(self.round, promised.round);
      },
    },

    timeout: {
      retry(self, _, out) {
        const { phase } = self;
        if (phase.kind === "idle" || phase.kind === "knows") return;
        const calls = new Set([...phase.calls, ...self.waiting]);
        self.waiting = new Set();
        ask(self, calls, out);
      },
    },
  };
}
