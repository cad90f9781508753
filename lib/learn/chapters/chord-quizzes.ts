import type { Quiz } from "../quiz.js";

/** The questions of the chapter on Chord, by name. */
export const chordQuizzes: Readonly<
  Record<
    | "millionFingers" | "openInterval" | "lookupMessages" | "fullRingHops" | "virtualPrice" | "joinOrder" | "whoTransfers" | "staleFingers"
    | "listLength" | "zaveCorrections" | "smallRing",
    Quiz
  >
> = {
  millionFingers: {
    kind: "single",
    question: "Identifiers have 160 bits, and so every node has 160 fingers. The ring has a million nodes. How many different nodes are they, roughly?",
    options: [
      { text: "160.", why: "The nearest 140 or so all fall short of the next node, and so all are that node." },
      { text: "20.", right: true, why: "log₂ of a million. The distance to the next node is about 2¹⁶⁰ / 2²⁰, and only the fingers that reach farther than that differ." },
      { text: "1,000.", why: "That is the square root: other networks keep so many pointers, and need a hop or two. Here every finger doubles the reach." },
      { text: "A million.", why: "Then a node would know everybody, and a lookup would be one step. That is the last chapter." },
    ],
  },
  openInterval: {
    kind: "single",
    question: "A node looks for the key 42, and one of its fingers is N42. Why must it not send the lookup there?",
    options: [
      { text: "N42 holds the key, but a lookup looks for the key's predecessor: N42 would send it around the ring again.", right: true, why: "The interval is open, (n, key). The node before N42 sees that the key lies between itself and its successor." },
      { text: "N42 may be busy.", why: "It may, but it would answer. The lookup itself goes wrong." },
      { text: "It may: N42 sees that the key is its own.", why: "In the paper's rules a node compares the key with itself and its successor, and not with its predecessor. One may add such a test; without it the lookup goes round." },
      { text: "A finger must never be the last hop.", why: "It may well be: the owner is often a finger of the key's predecessor." },
    ],
  },
  lookupMessages: {
    kind: "numeric",
    question: "A lookup makes five hops to the key's predecessor, which knows the owner. How many messages does it take iteratively, questions and answers together?",
    unit: "messages",
    value: 10,
    tolerance: 0,
    why: "Two for each node that is asked. The owner is not asked: its predecessor names it.",
    near: [
      { value: 6, why: "That is the recursive lookup: five hops, and one answer to the node that asked first." },
      { value: 12, why: "The owner is not asked. Its predecessor has named it." },
      { value: 5, why: "Each question has an answer." },
    ],
    otherwise: "Five nodes are asked, one after the other, and each of them answers.",
  },
  fullRingHops: {
    kind: "numeric",
    question: "A ring has a node at each of its 1,024 identifiers. The key's predecessor stands at a distance of 100 nodes. How many hops are there to it?",
    unit: "hops",
    value: 3,
    tolerance: 0,
    why: "100 = 64 + 32 + 4: three powers of two, three hops.",
    near: [
      { value: 7, why: "100 has seven binary digits, but zeros take no hop." },
      { value: 5, why: "That is ½ log₂ of 1,024, the mean over all distances." },
      { value: 100, why: "From neighbour to neighbour, yes. Fingers reach 1, 2, 4, 8, … nodes far." },
    ],
    otherwise: "Write 100 as a sum of powers of two, the greatest first.",
  },
  virtualPrice: {
    kind: "multiple",
    question: "Every machine runs twenty virtual nodes in place of one. What is true?",
    options: [
      { text: "The loads of the machines lie closer together.", right: true, why: "A load is the sum of twenty arcs, and sums vary less." },
      { text: "A machine has to maintain about twenty times as many pointers.", right: true, why: "Each virtual node has fingers and neighbours of its own." },
      { text: "Lookups take twenty times as many hops.", why: "½ log₂ 20 more, about two: the ring has twenty times the nodes." },
      { text: "When a machine fails, its neighbour gets all of its keys.", why: "With one place it would be so. With twenty, twenty successors take over a part each." },
    ],
  },
  joinOrder: {
    kind: "ordering",
    question: "N26 joins between N21 and N32. In which order does this come to be known?",
    items: [
      "N26 knows N32 as its successor",
      "N32 knows N26 as its predecessor",
      "N21 knows N26 as its successor",
      "the last old finger that should be N26 is N26",
    ],
    why: "Join tells N26; its stabilisation notifies N32; N21 hears of N26 when it next asks N32 for its predecessor; and fingers are looked up again one at a time.",
    otherwise: "Who tells whom? Nobody ever tells N21: it asks.",
  },
  whoTransfers: {
    kind: "single",
    question: "A key moves from N32 to N26. When may N32 forget it?",
    options: [
      { text: "When it takes N26 as its predecessor.", why: "If the message with the key is lost, or N26 fails at once, the key is gone." },
      { text: "When it has sent it.", why: "What has been sent may be lost." },
      { text: "When N26 has said that the key has come.", right: true, why: "Until then two nodes hold it, which does no harm; nobody holding it would." },
      { text: "When N21 knows N26, so that lookups lead there.", why: "N32 cannot know when that is. Who asks it in vain asks again." },
    ],
  },
  staleFingers: {
    kind: "single",
    question: "All successors are right, but many fingers are out of date: they name living nodes that are no longer the first at or after their place. What happens to lookups?",
    options: [
      { text: "They find the wrong owner.", why: "The last step is by a successor, and successors are right. Fingers only bring the lookup near." },
      { text: "They find the right owner, perhaps with more hops.", right: true, why: "A finger need only stand before the key. What has joined between it and its right value costs a few steps." },
      { text: "They may go round for ever.", why: "Each hop comes strictly closer to the key, by whatever finger." },
      { text: "They fail until fix fingers has run.", why: "That would stop the ring at every join." },
    ],
  },
  listLength: {
    kind: "numeric",
    question: "Each node of a ring fails with probability ½, independently. With which probability does a survivor lose all r = 10 of its successors, in percent?",
    unit: "%",
    value: 0.0977,
    tolerance: 0.003,
    why: "½ to the power of 10 is 1 in 1,024. A ring of 1,000 has about 500 survivors, so that one of them is lost in four cases of ten; with r = 20 it is one case in two thousand.",
    near: [
      { value: 5, why: "½ / 10 would be the probability of something else: all ten must fail." },
      { value: 50, why: "That is the probability that one of them fails." },
      { value: 0.001, why: "As a share it is 0.001. In percent it is a hundred times that." },
    ],
    otherwise: "All ten must fail, each with probability ½, whatever the others do.",
  },
  zaveCorrections: {
    kind: "multiple",
    question: "Which of these does the corrected Chord do, and the published one not?",
    options: [
      { text: "A node that joins takes over its predecessor's whole successor list.", right: true, why: "With one successor it is cut off by one failure." },
      { text: "Stabilise asks the successor's predecessor before it adopts it.", right: true, why: "It may have failed, and would push a living successor out of the list." },
      { text: "A dead predecessor gives way to one that is farther away.", right: true, why: "Else its place is kept for it, and nobody else gets in." },
      { text: "Nodes agree on each change by consensus.", why: "Every step changes one node's own pointers, after it has asked one other. Nobody votes." },
      { text: "Fingers are corrected before a node answers lookups.", why: "Fingers play no part in whether the ring is right." },
    ],
  },
  smallRing: {
    kind: "single",
    question: "Successor lists have r = 3 places. With how many members does the ring have to begin, and never have less?",
    options: [
      { text: "1: the first node is its own successor.", why: "So it was published. Its list then names itself three times, and bears no failure at all." },
      { text: "3, as many as a list has places.", why: "Then every list ends with the node itself, and bears one failure less than it seems to." },
      { text: "4.", right: true, why: "r + 1: only then do the lists name r different nodes other than their owner." },
      { text: "A majority of all nodes.", why: "Nothing here is decided by majority." },
    ],
  },
};
