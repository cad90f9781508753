import type { Quiz } from "../quiz.js";

/** The questions of the final project, by name. */
export const projectQuizzes: Readonly<
  Record<"whoAnswers" | "lateCopy" | "groupFailure" | "shardState" | "oneShardMessages" | "judgedFrom", Quiz>
> = {
  whoAnswers: {
    kind: "single",
    question: "A client asked for a transfer and got no answer. It asks again, under the same call. What may the coordinator do?",
    options: [
      { text: "Begin a new transaction.", why: "If the first one has committed, the money moves twice." },
      { text: "Answer \"abort\": it is the safe answer.", why: "Not if the first one has committed. The client would believe that nothing happened." },
      { text: "Answer as the first time, or go on waiting if that is not decided.", right: true, why: "The call names the operation. Whoever has its outcome on disk can repeat it, and nobody else may invent one." },
      { text: "Nothing: it has done its part.", why: "Then the client never learns how its transaction ended." },
    ],
  },
  lateCopy: {
    kind: "single",
    question: "A shard gets a prepare for a transaction that has ended here long ago. What is wrong with preparing it again?",
    options: [
      { text: "The values would be written twice.", why: "Only an outcome writes, and the coordinator has none to send any more." },
      { text: "Nobody will ever send its outcome, and its keys stay locked for good.", right: true, why: "The coordinator has forgotten it: everybody had said done. So the shard must remember that it is over." },
      { text: "The vote confuses the coordinator.", why: "A coordinator drops votes of transactions that it does not know." },
    ],
  },
  groupFailure: {
    kind: "numeric",
    question: "Three shards and one coordinator, each a group of five servers. How many servers may be down at once, in the luckiest case, while every transaction still goes through?",
    unit: "servers",
    value: 8,
    tolerance: 0,
    why: "Each of four groups stands with two of its five servers down. In the unluckiest case three are enough to stop a group.",
    near: [
      { value: 2, why: "That is the number for one group; there are four, and each has its own majority." },
      { value: 3, why: "Three in one group stop that group: the unluckiest case. The question is about the luckiest." },
      { value: 12, why: "With three of five down a group has no majority." },
    ],
    otherwise: "How many may a group of five lose? How many groups are there?",
  },
  shardState: {
    kind: "multiple",
    question: "A shard's role is run by three servers at once, from one log. Which of these break that?",
    options: [
      { text: "It counts its votes in a variable outside of its state.", right: true, why: "All servers of the group share the variable, or a new leader begins with another one." },
      { text: "It draws a random number to choose which transaction to refuse.", right: true, why: "The three would refuse different ones. A rule has no chance of its own." },
      { text: "It keeps a set of all transactions that have ended.", why: "It grows, but every server grows the same one." },
      { text: "It asks its own clock whether a transaction is too old.", right: true, why: "Three servers, three clocks, three answers to the same command." },
    ],
  },
  oneShardMessages: {
    kind: "numeric",
    question: "A transaction has steps on one shard only. How many messages go between the bare coordinator and shards when nothing is lost, from the request to the last word?",
    unit: "messages",
    value: 4,
    tolerance: 0,
    why: "Prepare, vote, outcome, done. (A coordinator that lets a single shard decide by itself needs two.)",
    near: [
      { value: 12, why: "That is what three shards take. Only the one with the key is asked." },
      { value: 2, why: "So it would be if a single shard could decide alone. Nothing in our two roles says that it may." },
      { value: 3, why: "The shard also says that it is done, or the coordinator would have to tell it for ever." },
    ],
    otherwise: "Go through two-phase commit with one participant.",
  },
  judgedFrom: {
    kind: "single",
    question: "From what does the grader know that your store is right?",
    options: [
      { text: "From the states of its servers.", why: "It never looks at them: your states are your own affair." },
      { text: "From the messages between the roles.", why: "They are yours, too, except for the kinds that the exercises fix. The grader does not count on them." },
      { text: "From what clients asked, what they were told, and when.", right: true, why: "If one store that does whole transactions, one at a time, can have given all these answers, nobody outside can tell yours from it." },
    ],
  },
};
