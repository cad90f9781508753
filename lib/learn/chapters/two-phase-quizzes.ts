import type { Quiz } from "../quiz.js";

/** The questions of the chapter on two-phase commit, by name. */
export const twoPhaseQuizzes: Readonly<
  Record<"listingCommits" | "mayAbortAlone" | "commitWrites" | "commitOrder" | "presumedUnknown" | "blockedUntil" | "whoCanHelp" | "impatience", Quiz>
> = {
  listingCommits: {
    kind: "single",
    question: "In the article's listing, what would happen to a participant whose method vote says no?",
    options: [
      { text: "The coordinator rolls back.", why: "There is nothing to roll back with: the listing has no abort, on either side." },
      { text: "The coordinator waits.", why: "It waits for nobody; no answer is ever read." },
      { text: "That method is never called, and the participant is reported as committed.", right: true, why: "The coordinator writes into its own map, and calls no method of any participant." },
      { text: "It is left out, and the others commit.", why: "That would not be atomic either; and the listing does not even ask who is willing." },
    ],
  },
  mayAbortAlone: {
    kind: "multiple",
    question: "Who may decide to abort without asking anybody?",
    options: [
      { text: "a participant that has not voted", right: true, why: "No coordinator can have committed without its vote, and it makes sure that none will." },
      { text: "a participant that has voted yes and has waited for a minute", why: "The others may have committed a minute ago. It gave its right away with its vote." },
      { text: "a participant that votes no", right: true, why: "Its veto is the decision; it needs no answer." },
      { text: "the coordinator, as long as its commit record is not on disk", right: true, why: "Nobody can have been told to commit yet." },
      { text: "the coordinator, if a participant does not acknowledge the commit", why: "The commit is decided. It must tell that participant again, for however long." },
    ],
  },
  commitWrites: {
    kind: "numeric",
    question: "Basic two-phase commit with five participants, and all vote yes. How many forced writes are there, up to the last acknowledgement?",
    unit: "writes",
    value: 11,
    tolerance: 0,
    why: "Two at each participant, prepared and commit, and one at the coordinator: 2n + 1.",
    near: [
      { value: 6, why: "That is one each. A participant writes twice: before it votes, and before it acknowledges." },
      { value: 10, why: "The coordinator writes, too: the record that makes the decision." },
      { value: 12, why: "The coordinator's record of the end is written, but nobody waits for it." },
    ],
    otherwise: "Count at one participant first: what must be on its disk before which message leaves?",
  },
  commitOrder: {
    kind: "ordering",
    question: "Order what happens in a transaction that commits.",
    items: [
      "The coordinator asks a participant to prepare.",
      "The participant forces its prepared record to disk.",
      "It votes yes.",
      "The coordinator forces the commit record to disk.",
      "It tells the participant to commit.",
      "The participant forces its own commit record to disk, and gives its locks back.",
      "It acknowledges.",
      "The coordinator notes the end, and forgets the transaction.",
    ],
    why: "Every message rests on a record that is already on disk: the vote on prepared, the decision on commit, and forgetting on the acknowledgements.",
    otherwise: "Which message rests on which record? The record comes first.",
  },
  presumedUnknown: {
    kind: "single",
    question: "A coordinator of presumed commit is asked about a transaction of which its log knows nothing. Why may it answer \"commit\"?",
    options: [
      { text: "Because most transactions commit.", why: "That is why the form saves something, but being right mostly is not enough." },
      { text: "Because it forces a record of every transaction before it asks anybody, and clears it only after a commit, or when all have acknowledged an abort.", right: true, why: "So what is not in the log has either ended for all, or has committed." },
      { text: "Because the participant has voted yes.", why: "Another one may have vetoed." },
      { text: "It may not; it must answer \"abort\".", why: "That is presumed abort. Under presumed commit it would contradict those who were told to commit and have not acknowledged anything." },
    ],
  },
  blockedUntil: {
    kind: "numeric",
    question: "The coordinator crashes 5 ms after the last participant has voted yes, and comes back 800 ms later. Its participants ask every 100 ms, a message takes 10 ms, and it answers at once. How long is a participant blocked, within 100 ms?",
    unit: "ms",
    value: 860,
    tolerance: 60,
    why: "As long as the coordinator is down, and until the next question and its answer after that. No time-out shortens it.",
    near: [
      { value: 100, why: "That is when it asks first. There is nobody to answer." },
      { value: 20, why: "A round trip is enough only if somebody is there." },
    ],
    otherwise: "Nobody else can decide for it. When is there somebody again who knows?",
  },
  whoCanHelp: {
    kind: "multiple",
    question: "The coordinator is down. A participant in doubt asks the others. Which of them can end its doubt?",
    options: [
      { text: "one that was told to commit before the crash", right: true, why: "The decision is made; it passes it on." },
      { text: "one that has not been asked to prepare yet", right: true, why: "It aborts on the spot. Without its vote nobody can have committed." },
      { text: "one that has voted yes, like itself", why: "It knows no more. Both outcomes are still possible for all that the two can see." },
      { text: "a majority of those that have voted yes", why: "A majority of people in doubt is in doubt. Only the coordinator's disk knows." },
      { text: "one that has vetoed", right: true, why: "It has decided to abort, and so has everybody else, or will." },
    ],
  },
  impatience: {
    kind: "single",
    question: "A colleague gives participants in doubt a time-out of ten minutes, after which they abort. \"No coordinator is down that long.\" What is the matter?",
    options: [
      { text: "Nothing, if the time-out is long enough.", why: "However long it is, some outage is longer, or the message is later. Then one has aborted what the others have committed." },
      { text: "Locks are held for ten minutes.", why: "They are; but that is the smaller trouble. What happens to the promise?" },
      { text: "Atomicity now depends on the time of a repair: in a longer outage the participants may end differently, and nobody notices.", right: true, why: "AC1 is exchanged for AC5. Databases call it a heuristic decision, and log it as damage." },
      { text: "The coordinator will notice, and roll back the others.", why: "They have committed. A decision stands (AC4)." },
    ],
  },
};
