import type { Quiz } from "../quiz.js";

/** The questions of the chapter on three-phase commit, by name. */
export const threePhaseQuizzes: Readonly<
  Record<"sixSteps" | "whyBlocks" | "threePhaseCost" | "whatPreCommitSays" | "afterTwoDeaths" | "totalFailure" | "wrongSuspicion" | "abortQuorum" | "quorumStuck", Quiz>
> = {
  sixSteps: {
    kind: "single",
    question: "The article's steps 5 and 6 send a rollback after everybody has confirmed the commit. What could a participant have done between its commit and the rollback?",
    options: [
      { text: "Nothing: it still holds its locks.", why: "It gave them back when it committed; that is what committing means." },
      { text: "Shown the new balance to another transaction, which has committed itself.", right: true, why: "What others have read and built upon cannot be taken back. That is why AC4 says that a decision stands." },
      { text: "Refused the rollback.", why: "In the article's steps nobody can refuse anything." },
      { text: "Voted again.", why: "Nobody votes in the article's steps." },
    ],
  },
  whyBlocks: {
    kind: "multiple",
    question: "A participant of two-phase commit is prepared, and its coordinator is dead. Which of these may be the case somewhere?",
    options: [
      { text: "Another participant has committed.", right: true, why: "The coordinator may have told it before it died." },
      { text: "Another participant has aborted.", right: true, why: "It may have vetoed. So the state prepared is adjacent to both, and whoever is in it must not choose." },
      { text: "One participant has committed and another one has aborted.", why: "That is what the protocol prevents, and it does." },
      { text: "Another participant is prepared, too.", right: true, why: "And if all are, then nobody who is left knows more than this one." },
    ],
  },
  threePhaseCost: {
    kind: "numeric",
    question: "Three-phase commit with four participants, and all vote yes. How many messages, if nothing is acknowledged after the commit?",
    unit: "messages",
    value: 20,
    tolerance: 0,
    why: "Question, vote, pre-commit, acknowledgement, commit: five for each participant.",
    near: [
      { value: 16, why: "That is two-phase commit with acknowledgements: 4n." },
      { value: 24, why: "That is 6n: with an acknowledgement of the commit, so that the coordinator may forget it." },
      { value: 12, why: "That is 3n: it has no second phase." },
    ],
    otherwise: "Count the five rounds of one participant, and multiply.",
  },
  whatPreCommitSays: {
    kind: "single",
    question: "What does a participant know when it gets the message preCommit?",
    options: [
      { text: "that the transaction will commit", why: "Not yet: if it and all who have heard the same die, the others may abort. It knows only that nothing stands against it." },
      { text: "that all have voted yes", right: true, why: "So it is in a committable state, and whoever it tells may commit with it." },
      { text: "that the coordinator has committed", why: "The coordinator commits when all who live have answered, and not before." },
      { text: "that all others have got the message, too", why: "It may be the first. That is what the acknowledgements are for." },
    ],
  },
  afterTwoDeaths: {
    kind: "single",
    question: "The coordinator is dead. The new one is uncertain; of the other two one is uncertain and one is pre-committed. What does it do?",
    options: [
      { text: "Abort: the majority is uncertain.", why: "Nobody counts here. The one who is pre-committed proves that all have voted yes, and a dead process may have committed." },
      { text: "Commit at once.", why: "If it dies after that, the one that is still uncertain may find itself among the uncertain only, and abort." },
      { text: "Pre-commit the uncertain one, itself too, and commit when that is acknowledged.", right: true, why: "First nobody who lives may be uncertain; then whoever leads next comes to the same end." },
      { text: "Wait until the old coordinator is back.", why: "That is two-phase commit." },
    ],
  },
  totalFailure: {
    kind: "single",
    question: "All have crashed, and all but one are back. All of them were uncertain. What may they do?",
    options: [
      { text: "Abort: nobody of them knows that all have voted yes.", why: "The missing one may have been the last, may have been pre-committed, and may have committed alone." },
      { text: "Wait for the last one, unless one of them has seen all others fail.", right: true, why: "Only the last to fail knows how it ended." },
      { text: "Commit: all of them have voted yes.", why: "The missing one may have vetoed." },
      { text: "Decide by a majority.", why: "The minority may have decided already; in this protocol it does not need anybody's leave." },
    ],
  },
  wrongSuspicion: {
    kind: "single",
    question: "What happens to three-phase commit in a network where a message may be late, though nothing ever crashes?",
    options: [
      { text: "It blocks until the message is there.", why: "It never waits for anybody longer than its patience. That is its strength, and here its weakness." },
      { text: "It aborts more often, and nothing else.", why: "An abort can meet a commit: who is taken for dead can be on its way to the other outcome." },
      { text: "Two processes can decide differently.", right: true, why: "Two leaders who take each other for dead each ask only those they can hear." },
      { text: "Nothing: the attempts are numbered.", why: "The numbers keep a participant from obeying an old leader. They do not tell the old leader that there is a new one." },
    ],
  },
  abortQuorum: {
    kind: "numeric",
    question: "Quorum-based three-phase commit with seven participants and a commit quorum of five. How large must the abort quorum be at least?",
    unit: "participants",
    value: 3,
    tolerance: 0,
    why: "Any five and any three of seven share one: 5 + 3 > 7. And nobody is ready for both.",
    near: [
      { value: 2, why: "Five and the other two could decide differently." },
      { value: 4, why: "That works, but it is more than is needed." },
      { value: 5, why: "The two need not be equal. Only together must they be more than all." },
    ],
    otherwise: "Both quorums must have a participant in common, whoever is in them.",
  },
  quorumStuck: {
    kind: "single",
    question: "Of five participants, two are ready for a commit, two for an abort, and the fifth is down. Quorums are three and three. What can the four do?",
    options: [
      { text: "Abort, because no commit quorum can be had.", why: "Nor can an abort quorum: only two are ready for it, and nobody is open." },
      { text: "Commit, because two know that all have voted yes.", why: "The fifth may have been ready for an abort, and have aborted with the two others." },
      { text: "Wait for the fifth.", right: true, why: "Four of five are up and connected, and still wait. Protocols with numbered attempts, such as E3PC and Paxos, let participants change their minds in order." },
      { text: "One who is ready for an abort changes its mind.", why: "Its word was counted, perhaps by the fifth. Nobody may take it back." },
    ],
  },
};
