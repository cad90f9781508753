import type { NodeId, Role } from "../../core/role.js";
import { type AcceptorSignature, acceptor } from "./acceptor.js";
import { type Ballot, isBefore, isSame, nameOf } from "./ballot.js";
import { type LearnerOptions, type LearnerSignature, learner } from "./learner.js";
import { latestVote, type ProposerOptions, type ProposerSignature, proposer, proposerWith } from "./proposer.js";
import type { Quorums } from "./quorums.js";
import { type ReaderOptions, type ReaderSignature, reader } from "./reader.js";

/*
 * Paxos with one rule broken, a different one in each role. What a rule is for shows in the run that happens
 * without it, and the explorer finds the shortest one. Sections are those of "Paxos Made Simple" (Lamport, 2001);
 * "the article" is the one that this course follows, and its listing 4.1 has seven of these faults at once.
 */

/**
 * An acceptor that votes without a look at its promise. Breaks P1a: "An acceptor can accept a proposal numbered n
 * iff it has not responded to a prepare request having a number greater than n" (section 2.2).
 */
export function gullibleAcceptor(): Role<AcceptorSignature> {
  const sound = acceptor();
  return {
    ...sound,
    receive: {
      ...sound.receive,
      accept(self, { ballot, value }, from, out) {
        self.promised = ballot;
        self.vote = { ballot, value };
        out.persist();
        out.send(from, { kind: "accepted", ballot, value });
      },
    },
  };
}

/**
 * An acceptor whose vote does not raise its promise. It can vote in a ballot that it was never asked to join, and
 * then still join an earlier one and vote there: its last vote is not its latest any more, and what it reports
 * breaks P2c. Section 2.2 does not say in so many words that a vote is a promise too, and programs have gone
 * wrong here.
 */
export function unboundAcceptor(): Role<AcceptorSignature> {
  const sound = acceptor();
  return {
    ...sound,
    receive: {
      ...sound.receive,
      accept(self, { ballot, value }, from, out) {
        if (isBefore(ballot, self.promised)) return;
        self.vote = { ballot, value };
        out.persist();
        out.send(from, { kind: "accepted", ballot, value });
      },
    },
  };
}

/**
 * An acceptor that keeps nothing on its disk. Breaks "an acceptor must remember this information even if it fails
 * and then restarts" (section 2.2).
 */
export function forgetfulAcceptor(): Role<AcceptorSignature> {
  return { ...acceptor(), durable: [] };
}

/**
 * An acceptor that notes the value of the proposal at hand under the number of the first one that it saw, as in
 * the article's listing, where the value is one proposer's and the id another's. Breaks P2c: a vote is a number
 * and a value that were proposed together (section 2.2).
 */
export function mixingAcceptor(): Role<AcceptorSignature> {
  const sound = acceptor();
  return {
    ...sound,
    receive: {
      ...sound.receive,
      accept(self, { ballot, value }, from, out) {
        if (isBefore(ballot, self.promised)) return;
        self.promised = ballot;
        self.vote = { ballot: self.vote?.ballot ?? ballot, value };
        out.persist();
        out.send(from, { kind: "accepted", ...self.vote });
      },
    },
  };
}

/**
 * A proposer that wants more votes than there are acceptors, as in the article's listing. Breaks what a majority
 * is for: a value must be able to be chosen although some acceptors are down (section 2.2). Nothing is ever chosen.
 */
export function insatiableProposer(options: ProposerOptions): Role<ProposerSignature> {
  const n = options.acceptors.length;
  return proposerWith({ prepare: Math.floor(n / 2) + 1, accept: n + 1 }, options);
}

/**
 * A proposer that is content with less than a majority. Breaks "any two majorities have at least one acceptor in
 * common" (section 2.2): two ballots pass each other by.
 */
export function minorityProposer(options: ProposerOptions): Role<ProposerSignature> {
  const minority = Math.floor(options.acceptors.length / 2);
  return proposerWith({ prepare: minority, accept: minority }, options);
}

/**
 * A proposer with any quorums, whether they meet or not. Breaks, if you let it, the one demand of Flexible Paxos
 * (Howard, Malkhi and Spiegelman, 2016): prepare + accept > n.
 */
export function looseProposer(quorums: Quorums, options: ProposerOptions): Role<ProposerSignature> {
  return proposerWith(quorums, options);
}

/**
 * A proposer that asks for its own value, whatever it is told. Breaks phase 2a: "where v is the value of the
 * highest-numbered proposal among the responses" (section 2.2).
 */
export function stubbornProposer(options: ProposerOptions): Role<ProposerSignature> {
  const sound = proposer(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      promised: (self, message, from, out) => sound.receive.promised(self, { ...message, vote: null }, from, out),
    },
  };
}

/**
 * A proposer that asks for the greatest value it knows, its own included, as in the article's listing. Breaks
 * phase 2a, which takes the value of the highest ballot (section 2.2).
 */
export function greatestValueProposer(options: ProposerOptions): Role<ProposerSignature> {
  const sound = proposer(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      promised(self, message, from, out) {
        const { phase } = self;
        const { ballot, vote } = message;
        if (phase.kind === "preparing" && isSame(ballot, self.ballot) && vote && vote.value > phase.wish) {
          self.phase = { ...phase, wish: vote.value };
        }
        sound.receive.promised(self, { ...message, vote: null }, from, out);
      },
    },
  };
}

/**
 * A proposer that counts promises instead of acceptors, so that a message which the network has doubled counts
 * twice. Breaks "from a majority of acceptors" (section 2.2, phase 2a).
 */
export function doubleCountingProposer(options: ProposerOptions): Role<ProposerSignature> {
  const sound = proposer(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      promised(self, message, from, out) {
        const nth = self.phase.kind === "preparing" ? self.phase.promises.size : 0;
        sound.receive.promised(self, message, `${from}, message ${nth}` as NodeId, out);
      },
    },
  };
}

/**
 * A proposer that keeps nothing on its disk, and after a crash begins with its first ballot again. Breaks "each
 * proposer remembers (in stable storage) the highest-numbered proposal it has tried to issue" (section 2.5).
 */
export function forgetfulProposer(options: ProposerOptions): Role<ProposerSignature> {
  return { ...proposer(options), durable: [] };
}

/**
 * A proposer without ballots: it asks for votes at once, and all proposers do so under one number, as in the
 * article's listing. Breaks "different proposers choose their numbers from disjoint sets" (section 2.5), and
 * has no phase 1.
 */
export function ballotlessProposer(options: ProposerOptions): Role<ProposerSignature> {
  const sound = proposer(options);
  const ballot: Ballot = { round: 1, proposer: "" };
  return {
    ...sound,
    request: {
      propose(self, { value }, call, out) {
        self.calls.add(call);
        self.ballot = ballot;
        self.phase = { kind: "accepting", wish: value, value };
        for (const acceptor of options.acceptors) out.send(acceptor, { kind: "accept", ballot, value });
      },
    },
  };
}

/**
 * A proposer that tries again by raising the number in the very object which it has sent. Who keeps a reference
 * to that object, as the acceptors of the article's listing keep references to the proposers, finds its promise
 * and its votes moved to another ballot. Breaks the model, in which messages are values that nobody can change
 * any more: messages "are not corrupted" (section 2.1). A simulation with `freeze: true` refuses it; the explorer
 * copies all messages and cannot see it.
 */
export function sharingProposer(options: ProposerOptions): Role<ProposerSignature> {
  const sound = proposer(options);
  return {
    ...sound,
    timeout: {
      retry(self, _, out) {
        const { phase, ballot } = self;
        if (phase.kind === "idle" || phase.kind === "decided") return;
        self.round += 1;
        (ballot as { round: number }).round = self.round;
        self.phase = { kind: "preparing", wish: phase.wish, promises: new Map() };
        out.persist();
        for (const node of options.acceptors) out.send(node, { kind: "prepare", ballot });
        out.setTimer({ kind: "retry" }, options.retryAfter ?? [100, 200]);
      },
    },
  };
}

/**
 * A learner that counts messages instead of acceptors. Breaks "a proposal has been accepted by a majority of
 * acceptors" (section 2.3).
 */
export function doubleCountingLearner(options: LearnerOptions): Role<LearnerSignature> {
  const sound = learner(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      accepted(self, message, from, out) {
        const nth = self.votes.get(nameOf(message.ballot))?.size ?? 0;
        sound.receive.accepted(self, message, `${from}, message ${nth}` as NodeId, out);
      },
    },
  };
}

/**
 * A learner that believes any single acceptor, as in the article's listing. Breaks "a value is chosen when a large
 * enough set of acceptors have accepted it" (section 2.2).
 */
export function hastyLearner(options: LearnerOptions): Role<LearnerSignature> {
  const sound = learner(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      accepted: (self, { value }, from, out) => sound.receive.chosen(self, { kind: "chosen", value }, from, out),
    },
  };
}

/**
 * A learner that goes on learning: once it knows, the next vote for something else changes its mind, as in the
 * article's listing. Breaks "only a single value is chosen, and a process never learns that a value has been chosen
 * unless it actually has been" (section 2.1).
 */
export function changingLearner(options: LearnerOptions): Role<LearnerSignature> {
  const sound = learner(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      accepted(self, message, from, out) {
        if (self.chosen === null) return sound.receive.accepted(self, message, from, out);
        if (message.value === self.chosen) return;
        self.chosen = message.value;
        out.decide(message.value);
      },
    },
  };
}

/**
 * A reader that looks and answers: from the promises of a majority, with the latest vote that they tell of, and without
 * a second phase. The vote may be that of a single acceptor, and then the next majority need not know of it, so
 * that a client reads a value first and none afterwards. Two databases read so until their users
 * noticed (Cassandra's issue 12126, ScyllaDB's issue 6299).
 */
export function lookingReader(options: ReaderOptions): Role<ReaderSignature> {
  const sound = reader(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      promised(self, message, from, out) {
        const { phase } = self;
        if (phase.kind !== "asking" || !isSame(message.ballot, self.ballot)) return;
        phase.promises.set(from, message.vote);
        const last = latestVote(phase.promises.values());
        if (phase.promises.size <= options.acceptors.length / 2 || last === null) {
          return sound.receive.promised(self, message, from, out);
        }
        const { waiting } = self;
        self.phase = { kind: "idle" };
        self.waiting = new Set();
        out.cancelTimer({ kind: "retry" });
        for (const call of phase.calls) out.reply(call, last.value);
        for (const call of waiting) sound.request.read(self, { kind: "read" }, call, out);
      },
    },
  };
}

/**
 * A reader that lets a question join the ballot at hand. Its first promises may have been given before the question,
 * and a value may have been chosen in between; then it answers that there is none.
 */
export function joiningReader(options: ReaderOptions): Role<ReaderSignature> {
  const sound = reader(options);
  return {
    ...sound,
    request: {
      read(self, message, call, out) {
        if (self.phase.kind === "asking") self.phase.calls.add(call);
        else sound.request.read(self, message, call, out);
      },
    },
  };
}
