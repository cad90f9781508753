import type { Quiz } from "../quiz.js";

/** The questions of chapter 2.1, by name. */
export const consistencyQuizzes: Readonly<
  Record<
    "whichConsistency" | "ladderOrder" | "storeBuffer" | "causalDisagreement" | "readsDuringWrite" | "registerMessages" | "capSays" | "noCutPrice" | "localModel",
    Quiz
  >
> = {
  whichConsistency: {
    kind: "single",
    question: "A bank's rule says that no account may fall below zero. Two clients read 100, each takes out 70, and both writes succeed. The history of reads and writes is linearizable. What failed?",
    options: [
      { text: "The C of ACID: an invariant of the data. It takes transactions, not a stronger register.", right: true, why: "Each read and each write was as it should be. What must not be split is the pair of them." },
      { text: "The consistency model: a linearizable store would have prevented it.", why: "It was linearizable. A read and a later write are two operations, and others may come between them." },
      { text: "Consensus: the nodes did not agree on the balance.", why: "They agree, on 30. All of them have the same wrong balance." },
      { text: "Nothing: with a linearizable history everything is right.", why: "Linearizable says that the registers behave like registers. It does not know the bank's rule." },
    ],
  },
  ladderOrder: {
    kind: "ordering",
    question: "Order these models from the one that allows the fewest histories to the one that allows the most.",
    items: ["linearizable", "sequentially consistent", "causal memory", "PRAM (FIFO)"],
    why: "Each drops a demand of the one before: real time, one order for all, causality between clients.",
    otherwise: "Ask of each what an order must keep: real time, everybody's own order and one order for all, what was read, only each writer's order.",
  },
  storeBuffer: {
    kind: "single",
    question: "a writes x and then reads y; meanwhile b writes y and then reads x. Both reads see 0, the initial value. Which is the strongest model that allows this?",
    options: [
      { text: "Linearizability: the operations overlap.", why: "They overlap, but in any order of the four one write comes first, and then the other client's later read sees it." },
      { text: "Sequential consistency.", why: "Lamport's paper of 1979 begins with this program. In one order for all, at least one of the reads comes after both writes." },
      { text: "Causal memory.", right: true, why: "Neither client has seen the other's write, so nothing binds the two. Each has an order of its own that explains what it read." },
      { text: "None of these.", why: "Stores with local reads give it all the time, processors with write buffers too." },
    ],
  },
  causalDisagreement: {
    kind: "single",
    question: "Two clients write x at the same time, knowing nothing of each other. In a causal memory, what may two others see?",
    options: [
      { text: "The one sees 1 and then 2, the other 2 and then 1, and so for ever.", right: true, why: "Causality does not order the two writes. Causal convergence does demand one order for all, and replicas that agree in the end." },
      { text: "Both see the same order, though nobody knows which.", why: "That would be causal convergence, or sequential consistency." },
      { text: "Nobody sees both.", why: "Both writes reach everybody sooner or later." },
      { text: "One of them may see 1, 2 and then 1 again.", why: "Not in a causal memory: each client's view has the two writes in one order." },
    ],
  },
  readsDuringWrite: {
    kind: "single",
    question: "Three replicas, R = W = 2, so that quorums meet. Two reads come one after the other while a write is under way. Can the second see an older value than the first?",
    options: [
      { text: "No: R + W > N.", why: "That makes a read meet every write that is finished. This one is not." },
      { text: "Yes: the first read may meet the one replica that has it, the second a pair without it.", right: true, why: "That is a regular register. A read that stores what it found, before it answers, closes the gap." },
      { text: "Only if messages are lost.", why: "Slow messages are enough." },
      { text: "Only if two clients write.", why: "One writer is enough." },
    ],
  },
  registerMessages: {
    kind: "numeric",
    question: "A client that is no replica reads a register kept by five replicas, by the protocol of Attiya, Bar-Noy and Dolev; each message arrives. How many messages does the read take, questions and answers together?",
    unit: "messages",
    value: 20,
    tolerance: 0,
    why: "Two rounds, each a question to five and five answers: 4n.",
    near: [
      { value: 10, why: "That is one round. The read also stores what it found." },
      { value: 12, why: "It waits for three answers in each round, but it asks all five." },
      { value: 15, why: "The replicas acknowledge what they store, too." },
    ],
    otherwise: "Count the rounds, and the messages of each.",
  },
  capSays: {
    kind: "multiple",
    question: "What does the theorem of Gilbert and Lynch (2002) say? Choose all that it does.",
    options: [
      { text: "No register in an asynchronous network that loses messages is linearizable and answers every request.", right: true, why: "That is their theorem 1, with atomic for linearizable." },
      { text: "Of consistency, availability and partition tolerance one may choose any two.", why: "Partitions are not chosen: they happen. What is chosen is what to do when they do." },
      { text: "Without a partition one cannot have both.", why: "Without lost messages an ordinary majority protocol has both, but nobody knows in advance, and waiting costs time." },
      { text: "A store that gives up linearizability can answer on both sides of a cut.", right: true, why: "A trivial one does. How much it can still promise is what the models below linearizability are about." },
      { text: "A majority cannot go on during a partition.", why: "It can, and is linearizable. Availability in the theorem means that every node that is up answers, also those of the minority." },
    ],
  },
  noCutPrice: {
    kind: "single",
    question: "Nothing is cut. Sites are 50 ms apart, one way, and each client sits at a site. What does PACELC (Abadi 2012) say of a linearizable store?",
    options: [
      { text: "Else, latency: it pays with waiting for other sites, cut or no cut.", right: true, why: "A majority is not at one site. A round trip of 100 ms is in every operation that must ask one." },
      { text: "Nothing: PACELC speaks of partitions.", why: "Its second half, ELC, is about the time without any." },
      { text: "That it loses messages.", why: "It says nothing of loss." },
      { text: "That reads must be slow but writes can be quick.", why: "Attiya and Welch show that it can be either, but the two together take about one delay in any sequentially consistent memory." },
    ],
  },
  localModel: {
    kind: "single",
    question: "For each key taken alone, the history of a store is sequentially consistent. Is the whole history?",
    options: [
      { text: "Yes: each key has an order, and one puts them together.", why: "The orders may contradict each other, by way of what clients did one after the other." },
      { text: "Not necessarily: the property is not local.", right: true, why: "Herlihy and Wing 1990, section 3.2. The two clients that miss each other's write are an example: x alone and y alone are fine." },
      { text: "Yes, if no message is lost.", why: "Loss has nothing to do with it." },
      { text: "No, never.", why: "It may well be." },
    ],
  },
};
