import type { Quiz } from "../quiz.js";

/** The questions of chapter 2.1.2, by name. */
export const orderQuizzes: Readonly<
  Record<"lamportTells" | "vectorPairs" | "hybridBound" | "clockOffset" | "commitWait" | "chatOrder" | "totalOrderTruths" | "mutexMessages", Quiz>
> = {
  lamportTells: {
    kind: "single",
    question: "Event a has the Lamport time 3, and event b, on another node, has 8. What do you know?",
    options: [
      { text: "a happened before b.", why: "Lamport's clock only promises the other direction. The node of b may simply have been busier." },
      { text: "b did not happen before a.", right: true, why: "If it had, its time would be smaller. Whether a happened before b, or the two are concurrent, nobody can tell from 3 and 8." },
      { text: "a and b are concurrent.", why: "They may be; but a may also have happened before b." },
      { text: "a came first on the clock on the wall.", why: "Logical time knows nothing of walls. b may have been there years earlier." },
    ],
  },
  vectorPairs: {
    kind: "multiple",
    question: "Which of these pairs of vector clocks belong to concurrent events?",
    options: [
      { text: "[p1 2] and [p1 2, p2 1]", why: "The second knows all that the first knows, and more: the first happened before it." },
      { text: "[p1 3, p2 1] and [p1 2, p2 2]", right: true, why: "Each knows an event that the other does not." },
      { text: "[p1 1] and [p2 1]", right: true, why: "A missing entry is 0, so each knows only itself." },
      { text: "[p1 1, p3 4] and [p1 5, p2 1, p3 4]", why: "No entry of the first is greater: it happened before the second." },
    ],
  },
  hybridBound: {
    kind: "numeric",
    question: "The clocks of a cluster are never more than 7 ms apart. By how many ms can the l of a hybrid stamp be ahead of the physical clock of its own node, at most?",
    unit: "ms",
    value: 7,
    tolerance: 0,
    why: "l is a physical time that some node has shown already. So it is no more than the fastest clock shows now, which is at most 7 ms ahead.",
    near: [
      { value: 0, why: "It would be 0 if no message ever came from a node whose clock is ahead." },
      { value: 14, why: "7 ms is between the two clocks that are furthest apart already; nothing is added to it." },
    ],
    otherwise: "From where can a value of l come? It is always what a physical clock has shown.",
  },
  clockOffset: {
    kind: "numeric",
    question: "You ask at 100 by your clock; the server gets it at 160 and answers at 162, by its clock; you have the answer at 122. How far ahead is the server, by the estimate?",
    unit: "ms",
    value: 50,
    tolerance: 0,
    why: "((160 - 100) + (162 - 122)) / 2 = 50. The round trip without the server's 2 ms is 20, so the estimate is wrong by at most 10.",
    near: [
      { value: 60, why: "That takes the way there for no time at all. Half of what is on the way must be taken off." },
      { value: 40, why: "That takes the way back for no time at all." },
      { value: 10, why: "That is the error: half of the round trip." },
    ],
    otherwise: "Take the mean of what the two ways say: 160 - 100, and 162 - 122.",
  },
  commitWait: {
    kind: "single",
    question: "A server waits until its commit timestamp is surely over before it answers. What does the wait buy?",
    options: [
      { text: "The clocks get closer to each other meanwhile.", why: "They stay as wrong as they are. Only their error must be bounded." },
      { text: "Whoever begins after the answer gets a later timestamp, on any server, without a message between them.", right: true, why: "When the answer comes, the true time is beyond the timestamp, and no later transaction gets one that is before the true time." },
      { text: "Other transactions that run at the same time get their order.", why: "They get one; but external consistency says nothing about those that overlap." },
      { text: "The transaction is on more disks.", why: "That is replication. It takes its time, too, and the wait can go on meanwhile." },
    ],
  },
  chatOrder: {
    kind: "single",
    question: "In a chat nobody should see an answer before its question; otherwise any order will do. What is the weakest broadcast that is enough?",
    options: [
      { text: "best-effort broadcast", why: "Messages overtake each other, those of different nodes and even those of one." },
      { text: "FIFO broadcast", why: "Question and answer come from different nodes. FIFO keeps only the order of each one." },
      { text: "causal broadcast", right: true, why: "The answer was written after the question had been delivered, so the question happened before it." },
      { text: "total order broadcast", why: "It shows all the same order, which nobody asked for, and pays with a node that everything goes through, or with more rounds. And alone it need not be causal." },
    ],
  },
  totalOrderTruths: {
    kind: "multiple",
    question: "What is true of total order broadcast?",
    options: [
      { text: "All nodes deliver in the same order.", right: true, why: "That is its definition; replicas that apply what is delivered stay equal." },
      { text: "The order is that of the wall clock.", why: "Any order will do, as long as it is the same everywhere." },
      { text: "Where nodes crash, it is as hard as consensus.", right: true, why: "Each can be built from the other (Chandra and Toueg 1996). So no deterministic protocol can promise it without any assumption on time." },
      { text: "Lamport's clocks give it even if a node has crashed for good.", why: "A post waits for something later from every node. The one that is down never says anything again." },
    ],
  },
  mutexMessages: {
    kind: "numeric",
    question: "Nine nodes share a critical section by Ricart and Agrawala's algorithm. How many messages does one entry take?",
    unit: "messages",
    value: 16,
    tolerance: 0,
    why: "A request to each of eight others, and a consent from each: 2 × 8.",
    near: [
      { value: 24, why: "That is Lamport's algorithm, which sends releases as well: 3 × 8." },
      { value: 18, why: "A node asks itself nothing." },
    ],
    otherwise: "One question to each of the others, and one answer.",
  },
};
