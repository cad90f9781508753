import type { AcceptRule, Bounds, ChoiceRule, ChosenRule, OpenRule, QuorumRule } from "../../lib/learn.js";
import { majority } from "../../lib/core/quorum.js";
import { isBefore, nameOf } from "../../lib/consensus/paxos/ballot.js";
import type { Vote } from "../../lib/consensus/paxos/messages.js";
import type { Answers } from "./hold-exercises.js";

const quiet = /^one proposer, no faults$/;
const shared = /^two rivals, whose quorums share one acceptor$/;
const disagree = /^p\d decided "\w", but p\d decided "\w"$/;

const soundAccept: AcceptRule = (self, { ballot, value }, from, out) => {
  if (isBefore(ballot, self.promised)) return;
  self.promised = ballot;
  self.vote = { ballot, value };
  out.persist();
  out.send(from, { kind: "accepted", ballot, value });
};

export const acceptRule: Answers<AcceptRule> = {
  sound: soundAccept,
  wrong: [
    { name: "does nothing", trial: quiet, problem: /nobody decides/, run: true, answer: () => {} },
    {
      name: "refuses the promised ballot, too", trial: quiet, problem: /nobody decides/, run: true,
      answer(self, message, from, out) {
        if (isBefore(self.promised, message.ballot)) soundAccept(self, message, from, out);
      },
    },
    {
      name: "does not look at the promise", trial: shared, problem: disagree, run: true,
      answer(self, { ballot, value }, from, out) {
        self.promised = ballot;
        self.vote = { ballot, value };
        out.persist();
        out.send(from, { kind: "accepted", ballot, value });
      },
    },
    {
      name: "keeps no vote", trial: shared, problem: disagree, run: true,
      answer(self, { ballot, value }, from, out) {
        if (isBefore(ballot, self.promised)) return;
        out.send(from, { kind: "accepted", ballot, value });
      },
    },
    {
      name: "does not write the vote to disk", trial: /may crash$/, problem: disagree, run: true,
      answer(self, { ballot, value }, from, out) {
        if (isBefore(ballot, self.promised)) return;
        self.promised = ballot;
        self.vote = { ballot, value };
        out.send(from, { kind: "accepted", ballot, value });
      },
    },
    {
      name: "writes it after it has told", trial: /may crash$/, problem: disagree, run: true,
      answer(self, { ballot, value }, from, out) {
        if (isBefore(ballot, self.promised)) return;
        self.promised = ballot;
        self.vote = { ballot, value };
        out.send(from, { kind: "accepted", ballot, value });
        out.persist();
      },
    },
    {
      name: "does not raise its promise", trial: /one promise and two votes/, problem: /chosen/, run: true,
      answer(self, { ballot, value }, from, out) {
        if (isBefore(ballot, self.promised)) return;
        self.vote = { ballot, value };
        out.persist();
        out.send(from, { kind: "accepted", ballot, value });
      },
    },
    {
      name: "keeps the number of its first vote", trial: /one asks all$/, problem: /^a\d remembers a vote for "y" in \(1, p1\), for which nobody asked$/, run: true,
      answer(self, { ballot, value }, from, out) {
        if (isBefore(ballot, self.promised)) return;
        self.promised = ballot;
        self.vote = { ballot: self.vote?.ballot ?? ballot, value };
        out.persist();
        out.send(from, { kind: "accepted", ballot, value });
      },
    },
    {
      name: "throws", trial: /./, problem: /not yet written/, run: false,
      answer() {
        throw new Error("not yet written");
      },
    },
  ],
};

function latest(promises: ReadonlyMap<unknown, Vote | null>): Vote | null {
  let last: Vote | null = null;
  for (const vote of promises.values()) if (vote && (!last || isBefore(last.ballot, vote.ballot))) last = vote;
  return last;
}

const votesOf = (promises: ReadonlyMap<unknown, Vote | null>): Vote[] => [...promises.values()].filter((vote) => vote !== null);

export const choice: Answers<ChoiceRule> = {
  sound: (promises, wish) => latest(promises)?.value ?? wish,
  wrong: [
    { name: "its own wish, always", trial: shared, problem: disagree, run: true, answer: (_, wish) => wish },
    { name: "a value of its own making", trial: quiet, problem: /proposed was/, run: true, answer: () => "none" },
    { name: "nothing", trial: quiet, problem: /must be a value/, run: false, answer: () => undefined as unknown as string },
    {
      name: "the greatest value", trial: shared, problem: disagree, run: true,
      answer: (promises, wish) => [wish, ...votesOf(promises).map(({ value }) => value)].sort().at(-1)!,
    },
    {
      name: "the first vote that it heard of", trial: /^three ballots in a row, the last of which asks a1/, problem: disagree, run: true,
      answer: (promises, wish) => votesOf(promises)[0]?.value ?? wish,
    },
    {
      name: "the last vote that it heard of", trial: /^three ballots in a row, the last of which asks a2/, problem: disagree, run: true,
      answer: (promises, wish) => votesOf(promises).at(-1)?.value ?? wish,
    },
    {
      name: "by round only", trial: /^three ballots in a row/, problem: disagree, run: true,
      answer: (promises, wish) => votesOf(promises).reduce<Vote | null>((last, vote) => (last && last.ballot.round >= vote.ballot.round ? last : vote), null)?.value ?? wish,
    },
    {
      name: "ballots compared as texts", trial: /^promises drawn by chance$/, problem: /is safe$/, run: false,
      answer: (promises, wish) => votesOf(promises).sort((a, b) => (nameOf(a.ballot) < nameOf(b.ballot) ? -1 : 1)).at(-1)?.value ?? wish,
    },
  ],
};

export const quorumRule: Answers<QuorumRule> = {
  sound: (n, prepare, accept) => prepare + accept > n,
  wrong: [
    { name: "everything", trial: /^one to four/, problem: /called safe, but: p1 decided "x", but p2 decided "y"/, run: true, answer: () => true },
    { name: "nothing", trial: /^one to four/, problem: /called unsafe, but it is safe/, run: false, answer: () => false },
    { name: "one too few", trial: /^one to four/, problem: /called safe, but/, run: true, answer: (n, prepare, accept) => prepare + accept >= n },
    { name: "majorities only", trial: /^one to four/, problem: /1 promise and 2 votes of 2 is called unsafe/, run: false, answer: (n, prepare, accept) => prepare >= majority(n) && accept >= majority(n) },
    { name: "halves", trial: /^one to four/, problem: /1 promise and 1 vote of 2 is called safe/, run: true, answer: (n, prepare, accept) => prepare >= n / 2 && accept >= n / 2 },
    { name: "a table up to four", trial: /^five to nine/, problem: /./, run: true, answer: (n, prepare, accept) => n > 4 || prepare + accept > n },
    { name: "no answer", trial: /^one to four/, problem: /returns nothing/, run: false, answer: () => undefined as unknown as boolean },
  ],
};

const chosenIn: ChosenRule = (votes, acceptors) => {
  const voters = new Map<string, Set<string>>();
  for (const { from, ballot, value } of votes) {
    const set = voters.get(nameOf(ballot)) ?? new Set();
    voters.set(nameOf(ballot), set.add(from));
    if (set.size >= majority(acceptors)) return value;
  }
  return null;
};

export const chosenRule: Answers<ChosenRule> = {
  sound: chosenIn,
  wrong: [
    { name: "nothing, ever", trial: quiet, problem: /has not learned it/, run: true, answer: () => null },
    { name: "any single vote", trial: /./, problem: /./, run: true, answer: (votes) => votes[0]?.value ?? null },
    {
      name: "messages counted", trial: /may arrive twice$/, problem: /./, run: true,
      answer: (votes, acceptors) =>
        votes.find(({ ballot }) => votes.filter((other) => nameOf(other.ballot) === nameOf(ballot)).length >= majority(acceptors))?.value ?? null,
    },
    {
      name: "a value counted over all ballots", trial: /./, problem: /./, run: false,
      answer: (votes, acceptors) =>
        votes.find(({ value }) => new Set(votes.filter((other) => other.value === value).map(({ from }) => from)).size >= majority(acceptors))?.value ?? null,
    },
    { name: "all acceptors wanted", trial: /./, problem: /./, run: false, answer: (votes, acceptors) => chosenIn(votes, 2 * acceptors - 1) },
  ],
};

export const openRule: Answers<OpenRule> = {
  sound(self, out) {
    self.round += 1;
    out.persist();
    return { round: self.round, proposer: self.id };
  },
  wrong: [
    {
      name: "nothing on disk", trial: /may crash$/, problem: /^p1 opens the ballot \(1, p1\), but p1 had opened it before$/, run: true,
      answer(self) {
        self.round += 1;
        return { round: self.round, proposer: self.id };
      },
    },
    {
      name: "written before it is raised", trial: /may crash$/, problem: /had opened it before$/, run: true,
      answer(self, out) {
        out.persist();
        self.round += 1;
        return { round: self.round, proposer: self.id };
      },
    },
    {
      name: "the same name for all", trial: /^two proposers/, problem: /^p\d opens the ballot \(1, p\), but p\d had opened it$/, run: true,
      answer(self, out) {
        self.round += 1;
        out.persist();
        return { round: self.round, proposer: "p" as typeof self.id };
      },
    },
    {
      name: "the round is never raised", trial: /^two proposers/, problem: /had opened it before$/, run: true,
      answer(self, out) {
        out.persist();
        return { round: 1, proposer: self.id };
      },
    },
    { name: "no ballot", trial: quiet, problem: /must have a round and a proposer/, run: false, answer: () => undefined as never },
  ],
};

export const bounds: Answers<Bounds> = {
  sound: { crashes: { p1: 1 } },
  wrong: [
    { name: "nothing", trial: /./, problem: /nothing is found in [\d,]+ worlds/, run: false, answer: {} },
    { name: "time-outs", trial: /./, problem: /nothing is found/, run: false, answer: { timers: 1 } },
    { name: "copies", trial: /./, problem: /nothing is found|stopped after/, run: false, answer: { duplicates: 1 } },
    { name: "the acceptors crash", trial: /./, problem: /nothing is found|stopped after/, run: false, answer: { crashes: { a1: 1 } } },
    { name: "everything", trial: /./, problem: /stopped after|one is enough/, run: false, answer: { crashes: 2, timers: 2, duplicates: 2 } },
    { name: "a misspelt one", trial: /./, problem: /no bound "crash"/, run: false, answer: { crash: 1 } as Bounds },
    { name: "a negative one", trial: /./, problem: /RangeError: .*crashes/, run: false, answer: { crashes: -1 } },
  ],
};
