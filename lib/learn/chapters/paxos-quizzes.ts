import type { Quiz } from "../quiz.js";

/** The questions of the Paxos chapter, by name. */
export const paxosQuizzes: Readonly<
  Record<"chosenMoment" | "quorumPairs" | "messages" | "heardVotes" | "onDisk" | "ballotOrder" | "livelock", Quiz>
> = {
  chosenMoment: {
    kind: "single",
    question: "When is a value chosen?",
    options: [
      { text: "When a majority of the acceptors has promised a ballot for it.", why: "Promises are about a ballot, and no value belongs to it yet: the proposer picks one only after it has them." },
      { text: "When a majority of the acceptors has voted for it in one ballot.", right: true, why: "From that moment no other value can ever be chosen, whether or not anybody knows." },
      { text: "When the proposer has heard the votes and decides.", why: "That is when the proposer learns it. If it crashes just before, the value is chosen all the same." },
      { text: "When all acceptors have voted for it.", why: "Then a single crashed acceptor would stop everything. A majority is enough, because any two majorities share an acceptor." },
    ],
  },
  quorumPairs: {
    kind: "multiple",
    question: "Of five acceptors, some must promise (phase 1) and some must vote (phase 2). Which pairs are safe?",
    options: [
      { text: "3 promises and 3 votes", right: true, why: "Majorities: 3 + 3 is more than 5." },
      { text: "4 promises and 2 votes", right: true, why: "4 + 2 is more than 5. Two quorums of votes may pass each other by, and that does no harm." },
      { text: "2 promises and 3 votes", why: "2 + 3 is no more than 5: the two that promise may be just those that did not vote." },
      { text: "5 promises and 1 vote", right: true, why: "Whoever voted, all are asked. It is safe; but one crash keeps every new ballot from opening." },
      { text: "1 promise and 4 votes", why: "1 + 4 is no more than 5: the one that promises may be the one that never voted." },
    ],
  },
  messages: {
    kind: "numeric",
    question: "One proposer, seven acceptors on machines of their own, and nothing is lost. How many messages until all is quiet?",
    unit: "messages",
    value: 28,
    tolerance: 0,
    why: "Prepare, promise, accept and accepted, each to or from seven acceptors: 4 × 7.",
    near: [
      { value: 14, why: "That is one phase. There are two, each with a question and an answer." },
      { value: 16, why: "That counts the answers of a majority of four; but the proposer asks all seven, and all seven answer." },
      { value: 24, why: "4 (n − 1) holds where the proposer is one of the acceptors, and what it tells itself costs nothing." },
    ],
    otherwise: "Count the kinds of message, and how many acceptors each goes to or comes from.",
  },
  heardVotes: {
    kind: "single",
    question: "A proposer wants \"z\". Its promises tell of a vote for \"x\" in ballot (3, p1), a vote for \"y\" in ballot (2, p4), and no vote. What does it ask for?",
    options: [
      { text: "\"z\", its own value", why: "That choice is free only if nobody has voted. \"x\" may have been chosen already." },
      { text: "\"y\", because p4 is the higher name", why: "Ballots compare by round first. The name decides only between ballots of the same round." },
      { text: "\"x\", the value of the latest vote", right: true, why: "(3, p1) is the highest ballot. If any value was chosen before, it is this one." },
      { text: "Nothing: the votes contradict each other", why: "They do not. Votes of different ballots may differ as long as neither value is chosen, and this ballot may settle it." },
    ],
  },
  onDisk: {
    kind: "multiple",
    question: "What must be on disk before a message about it leaves?",
    options: [
      { text: "the ballot that an acceptor has promised", right: true, why: "After a crash it could otherwise vote in an earlier ballot, against its word." },
      { text: "the vote of an acceptor", right: true, why: "A vote that a crash can undo may have been the one that made a majority." },
      { text: "the round that a proposer has used", right: true, why: "Otherwise it asks for two values under one number." },
      { text: "the promises that a proposer has collected", why: "It may forget them: it then opens another ballot, which costs time, and no safety." },
      { text: "the votes that a learner has heard of", why: "The acceptors still have them. A learner that forgets can be told again." },
    ],
  },
  ballotOrder: {
    kind: "ordering",
    question: "Order the steps of a ballot that succeeds.",
    items: [
      "The proposer writes its new round to disk.",
      "The acceptors write the ballot to disk, and promise.",
      "The proposer picks the value.",
      "The acceptors write their votes to disk.",
      "The value is chosen.",
      "The proposer learns that the value is chosen.",
    ],
    why: "Each write comes before the message that rests on it, and the value is chosen before anybody knows.",
    otherwise: "What must be on disk before which message leaves? And what comes first: that a value is chosen, or that somebody knows?",
  },
  livelock: {
    kind: "single",
    question: "Two proposers beat each other's ballots for ever. Which of the demands on consensus fails?",
    options: [
      { text: "Agreement", why: "Nobody decides, so no two decide differently." },
      { text: "Validity", why: "No value is decided that nobody proposed: none is decided at all." },
      { text: "Termination", right: true, why: "Safety is never in danger, but nothing is ever decided. No deterministic protocol can exclude it in an asynchronous system (Fischer, Lynch and Paterson, 1985)." },
    ],
  },
};
