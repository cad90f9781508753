import type { Quiz } from "../quiz.js";

/** The questions of chapter 2.1.4, by name. */
export const crdtQuizzes: Readonly<
  Record<
    "lastWriterLoses" | "mergeLaws" | "counterNumbers" | "concurrentRemoval" | "tombstoneFree" | "causalRemoval" | "overdraft" | "convergesWrongly" | "calmPrograms",
    Quiz
  >
> = {
  lastWriterLoses: {
    kind: "single",
    question: "A shopping cart is one register in which the last writer wins. Two replicas each add an item to the same cart during a cut. What is in it afterwards?",
    options: [
      { text: "Both items.", why: "Each write replaces the whole cart. Merging keeps one of them." },
      { text: "One of the two; the other is gone, and nobody was told.", right: true, why: "It converges, and it loses an acknowledged update. That replicas agree says nothing about whether they agree on the right thing." },
      { text: "Nothing.", why: "One of the two writes is the later one, and stays." },
      { text: "It depends on which replica one asks.", why: "Both have the same after merging; that is what the order of times is for." },
    ],
  },
  mergeLaws: {
    kind: "single",
    question: "The network may deliver a state twice. Which law makes that harmless?",
    options: [
      { text: "Commutative: merge(a, b) = merge(b, a).", why: "That makes the order of two states harmless." },
      { text: "Associative: merging may begin anywhere.", why: "That lets states be joined on the way." },
      { text: "Idempotent: merge(a, a) = a.", right: true, why: "With associativity it covers old states that come again, too: what is in a state already does not count twice." },
      { text: "Monotonic: updates only add.", why: "That keeps an update from being undone by a merge with what was before." },
    ],
  },
  counterNumbers: {
    kind: "numeric",
    question: "Five replicas share a counter that goes up and down, and each has used both. How many numbers does its state hold?",
    unit: "numbers",
    value: 10,
    tolerance: 0,
    why: "One for up and one for down, for each replica.",
    near: [
      { value: 5, why: "With one number each, a decrement would look like an old state, and merging would undo it." },
      { value: 1, why: "One number cannot be merged: two that count at the same time would count once." },
      { value: 2, why: "Sums over all cannot be merged either: each replica must be able to say how far it is." },
    ],
    otherwise: "Each replica needs numbers that only it changes, and that only grow.",
  },
  concurrentRemoval: {
    kind: "multiple",
    question: "Both replicas have x. One removes it, the other adds it again at the same time. In which sets is x afterwards? Choose all.",
    options: [
      { text: "The 2P-Set.", why: "What is in the set of removals never comes back." },
      { text: "The OR-Set.", right: true, why: "The removal took out what it saw. The new addition has a tag that it did not see." },
      { text: "The OR-Set without tombstones.", right: true, why: "It behaves as the one with tombstones, and remembers less." },
      { text: "The G-Set.", right: true, why: "Nothing ever leaves it: it has no removal at all." },
    ],
  },
  tombstoneFree: {
    kind: "single",
    question: "A replica gets a state that does not have the addition a.7, and that has seen nine additions of a. What does it conclude?",
    options: [
      { text: "a.7 was removed.", right: true, why: "The other side knows it and does not have it. The number nine stands for all nine, so no tombstone is needed." },
      { text: "a.7 has not arrived there yet.", why: "Then its count of a's additions would be less than 7." },
      { text: "Nothing: one has to ask for a tombstone.", why: "That is what the version vector is for." },
      { text: "A message was lost.", why: "A lost message would show in the count." },
    ],
  },
  causalRemoval: {
    kind: "single",
    question: "The OR-Set by operations keeps no tombstones and no vectors in its state. What must the network do for it?",
    options: [
      { text: "Deliver each operation once, and a removal after the additions that it saw.", right: true, why: "That is causal delivery. A removal that comes first finds nothing to remove, and the addition stays for ever." },
      { text: "Deliver all operations in one order for all.", why: "Concurrent operations commute, so their order is free. One order for all takes consensus." },
      { text: "Nothing, as for states.", why: "A state that is lost is made up for by the next; a lost operation is not." },
      { text: "Deliver within a bound of time.", why: "No time is needed, only that it comes at last." },
    ],
  },
  overdraft: {
    kind: "single",
    question: "An account with 100 is kept as a counter that goes up and down. Two replicas each see 100 and pay out 70. What can be said?",
    options: [
      { text: "The second payment is refused when the replicas merge.", why: "It was made and answered. Merging has nobody to ask." },
      { text: "It converges to −40 everywhere.", right: true, why: "Both counts count. That the sum stays above zero is a rule over the whole, and no replica can see the whole." },
      { text: "It converges to 30.", why: "Then a payment would be lost." },
      { text: "The replicas differ for ever.", why: "Strong convergence holds all the same." },
    ],
  },
  convergesWrongly: {
    kind: "single",
    question: "A counter is one number; merging takes the larger one. All laws hold. What is wrong with it?",
    options: [
      { text: "It is not idempotent.", why: "The larger of two equal numbers is that number." },
      { text: "It converges, but two replicas that count at the same time count once.", right: true, why: "The laws say that replicas agree, and not that they agree on what was meant. That takes a specification of the value." },
      { text: "It does not converge.", why: "It does." },
      { text: "Nothing, as long as one replica counts at a time.", why: "True, but then one would need somebody to say whose turn it is." },
    ],
  },
  calmPrograms: {
    kind: "multiple",
    question: "Which of these can be computed without coordination, in the sense of the CALM theorem? Choose all.",
    options: [
      { text: "Which web pages can be reached from a start page, while links only come in.", right: true, why: "More links mean more pages, never fewer: monotone." },
      { text: "Whether the number of open orders is less than 100, now.", why: "One more order may turn it from true to false." },
      { text: "Whether anybody has ever reported a failure.", right: true, why: "Once true, it stays true." },
      { text: "That an object is garbage: nobody refers to it any more.", why: "It rests on the absence of something, and one must know that nothing is on its way." },
    ],
  },
};
