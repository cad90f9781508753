import type { Quiz } from "../quiz.js";

/** The questions of the chapter on four-phase commit and Paxos Commit, by name. */
export const fourPhaseQuizzes: Readonly<
  Record<
    | "fourPhaseIs"
    | "backupMessages"
    | "falselyDead"
    | "whyInstances"
    | "freeLeader"
    | "figureFour"
    | "zeroFaults"
    | "twoLeaders"
    | "sagaGivesUp"
    | "sagaOrder"
    | "whichProtocol",
    Quiz
  >
> = {
  fourPhaseIs: {
    kind: "single",
    question: 'What is "4PC", to the best of what can be found?',
    options: [
      {
        text: "The standard protocol after 3PC, with one more phase.",
        why: "There is no such standard: no specification, no book with its rules, no system that runs it.",
      },
      {
        text: "A name that some texts give to SDD-1's commit of 1980: two-phase commit whose coordinator first names backups.",
        right: true,
        why: "That is the reading of this chapter, and its rules here are a reconstruction.",
      },
      {
        text: "Three-phase commit with an acknowledgement at the end.",
        why: "An acknowledgement is no phase; two-phase commit has one as well and is not called three-phase.",
      },
      {
        text: "Two-phase commit, twice.",
        why: "Doing it twice would not tell anybody more about a coordinator that is silent.",
      },
    ],
  },
  backupMessages: {
    kind: "numeric",
    question:
      "Four-phase commit with two backups and five participants, and all vote yes. How many messages are there (no acknowledgements at the end)?",
    unit: "messages",
    value: 23,
    tolerance: 0,
    why: "Two rounds to each backup are 4 k = 8; prepare, vote and decision of each participant are 3 n = 15.",
    near: [
      {
        value: 15,
        why: "That is the coordinator and its participants alone. The backups are asked twice and answer twice.",
      },
      { value: 19, why: "A backup is enlisted before the vote, and told the outcome after it: two rounds, not one." },
      { value: 28, why: "Participants do not acknowledge the decision here." },
    ],
    otherwise: "Count phase by phase: enlist, prepare, inform, decide.",
  },
  falselyDead: {
    kind: "single",
    question:
      "In four-phase commit a backup takes over because the coordinator has been silent for a second. The coordinator is well; only its cable was out. What happens?",
    options: [
      {
        text: "The coordinator notices the backup and steps back.",
        why: "It cannot hear the backup either. Nobody needs its consent.",
      },
      {
        text: "Both go on, and may decide differently.",
        right: true,
        why: "Each takes the other for dead, and each needs answers only from those it takes for living.",
      },
      {
        text: "Nobody decides until the cable is mended.",
        why: "That is what a protocol with majorities would do. Here silence counts as death.",
      },
      {
        text: "The participants refuse the second one.",
        why: "They take whoever speaks first; another participant hears the other one first.",
      },
    ],
  },
  whyInstances: {
    kind: "single",
    question: "Why does Paxos Commit run one Paxos for each resource manager, and not one for the outcome?",
    options: [
      {
        text: "One for the outcome would be wrong.",
        why: "It would be right: the manager of the transaction collects votes and has the outcome chosen. What does it cost?",
      },
      {
        text: "So that each vote goes straight to the acceptors: they are the log and the ballot box in one, which saves a delay.",
        right: true,
        why: "With one instance the votes go to a leader first, and only then to the acceptors.",
      },
      {
        text: "Because acceptors can store one value only.",
        why: "They have a promise for each transaction and a vote for each instance of it.",
      },
      {
        text: "So that more than F acceptors may crash.",
        why: "Each instance needs its majority, like any other Paxos.",
      },
    ],
  },
  freeLeader: {
    kind: "single",
    question:
      "A leader opens ballot 1. In the instance of p2 no acceptor of its majority has voted. For what may it ask there?",
    options: [
      {
        text: '"prepared" or "aborted", as in Paxos: it is free.',
        why: "As Paxos it would be safe; as a commit it would not: p2 may not be able to do its share.",
      },
      {
        text: '"aborted" only.',
        right: true,
        why: "Nobody but p2 can say that it is prepared. So a silent manager costs the transaction, not the others' time.",
      },
      {
        text: "Nothing; it must wait for p2.",
        why: "Then one silent manager would block everybody: that is what the later ballots are for.",
      },
      {
        text: '"prepared", if all other instances have chosen that.',
        why: "The others know nothing of p2. It may have vetoed, in a message that is still under way.",
      },
    ],
  },
  figureFour: {
    kind: "numeric",
    question:
      "Paxos Commit with five resource managers and F = 1, the leader and the acceptors on nodes of resource managers. How many messages does a commit take?",
    unit: "messages",
    value: 17,
    tolerance: 0,
    why: "N (F + 3) − 3: the paper's own example in section 5.",
    near: [
      { value: 12, why: "That is two-phase commit: 3 N − 3." },
      { value: 20, why: "That is Faster Paxos Commit: (N − 1)(2 F + 3). It saves a delay, not messages." },
      { value: 19, why: "Something on the same node is still counted as a message." },
    ],
    otherwise: "Look for the formula under the chart, and put in N = 5 and F = 1.",
  },
  zeroFaults: {
    kind: "single",
    question: "What is Paxos Commit with F = 0?",
    options: [
      {
        text: "Nothing: Paxos needs at least three acceptors.",
        why: "One acceptor is a majority of one. It survives no crash of it, and is a Paxos all the same.",
      },
      {
        text: "Two-phase commit: the one acceptor is the coordinator's log.",
        right: true,
        why: "The same messages, delays and writes; and it blocks when that node is down.",
      },
      { text: "Three-phase commit.", why: "There is no phase in which all learn that all have voted yes." },
      {
        text: "Two-phase commit without a log.",
        why: "The acceptor writes its votes before it tells them; that write is the coordinator's commit record.",
      },
    ],
  },
  twoLeaders: {
    kind: "multiple",
    question: "Two leaders of Paxos Commit believe that they lead, for a while. What may happen?",
    options: [
      {
        text: "One decides to commit, the other to abort.",
        why: "Both can only learn what a majority of acceptors has chosen, and a later ballot must ask for that again.",
      },
      {
        text: "The outcome takes longer.",
        right: true,
        why: "They may beat each other's ballots, as two proposers of Paxos do; random delays end that.",
      },
      {
        text: "A transaction is aborted although all managers are willing.",
        right: true,
        why: 'An impatient leader may get "aborted" chosen before a late vote arrives. Safe, but a pity.',
      },
      { text: "Messages are wasted.", right: true, why: "Ballots that lose cost messages and writes." },
      {
        text: "A committed transaction is aborted later.",
        why: "What is chosen stays chosen: that is what the promises are for.",
      },
    ],
  },
  sagaGivesUp: {
    kind: "multiple",
    question: "Which promises does a saga give up that atomic commitment keeps?",
    options: [
      {
        text: "that nobody sees a transaction that is half done",
        right: true,
        why: "Each step commits at once; whoever looks between two steps sees one without the other.",
      },
      {
        text: "that nobody builds on something which is undone later",
        right: true,
        why: "Another saga may have spent the money before the compensation takes it back.",
      },
      { text: "that in the end all steps are done, or all are undone", why: "That is the one promise that it keeps." },
      {
        text: "that an aborted transaction leaves no trace",
        right: true,
        why: "Step and compensation are both in the books, and compensation may be less than undoing: a letter that was sent is answered by another letter.",
      },
      {
        text: "that it survives a crash of whoever directs it",
        why: "The orchestrator's log says where it was, and it goes on from there.",
      },
    ],
  },
  sagaOrder: {
    kind: "ordering",
    question: "A saga of four steps; the third cannot be done. Order what happens.",
    items: [
      "step 1 is done and committed",
      "step 2 is done and committed",
      "step 3 is refused",
      "step 2 is compensated",
      "step 1 is compensated",
      "the saga ends as aborted",
    ],
    why: "The last one done is undone first, because it may have built on those before it. Step 3 has left nothing behind, and step 4 never begins.",
    otherwise: "What was done last is undone first.",
  },
  whichProtocol: {
    kind: "single",
    question:
      "A booking touches three services of three companies, over the Internet, and one of them answers by hand within a day. Which fits?",
    options: [
      {
        text: "Two-phase commit.",
        why: "Two services would hold their locks for a day, and if the coordinator is lost, for longer.",
      },
      {
        text: "Paxos Commit with F = 1.",
        why: "It survives a crash of the coordinator; but the locks are held until the third has voted, a day later.",
      },
      {
        text: "A saga with a compensation for each booking.",
        right: true,
        why: "Nobody holds a lock for a day. The price is that others see bookings that are cancelled later; for bookings that is everyday life.",
      },
      {
        text: "Three-phase commit, because it never blocks.",
        why: "It does not block where processes crash in a synchronous network. A day's delay looks like a crash, and then it may decide two things at once.",
      },
    ],
  },
};
