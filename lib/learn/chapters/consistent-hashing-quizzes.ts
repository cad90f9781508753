import type { Quiz } from "../quiz.js";

/** The questions of the chapter on consistent hashing, by name. */
export const consistentHashingQuizzes: Readonly<
  Record<
    | "moduloShare" | "wrapAround" | "joinMoves" | "pointsAndSpread" | "gluedLabels" | "boundedCapacity" | "growingShards" | "maglevPrime"
    | "tableSizes" | "hotKey",
    Quiz
  >
> = {
  moduloShare: {
    kind: "numeric",
    question: "Keys are placed by hash modulo the number of nodes. A fifth node joins four. Which share of the keys moves, in percent?",
    unit: "%",
    value: 80,
    tolerance: 1,
    why: "A key stays only if its hash leaves the same remainder by 4 and by 5. Of 20 remainders by 20, those are 0, 1, 2 and 3: one in five.",
    near: [
      { value: 20, why: "That is what must move: the fifth node's share. Here it is the share that stays." },
      { value: 25, why: "A quarter is what each of the four nodes had. Look at the remainders by 4 and by 5 of one hash." },
      { value: 100, why: "Some stay by luck: those whose remainders by 4 and by 5 are the same." },
    ],
    otherwise: "Take the hashes 0 to 19, and write down the remainders by 4 and by 5. For how many are they the same?",
  },
  wrapAround: {
    kind: "single",
    question: "A key's position on the ring lies behind the last point. Which node holds it?",
    options: [
      { text: "The node of the last point: it is the closest.", why: "Closeness plays no part. A point holds what lies before it, clockwise." },
      { text: "The node of the first point.", right: true, why: "The ring has no end: the first point clockwise after the key is the one behind position 0." },
      { text: "None, until another node joins.", why: "That is the fault of a search in a sorted list that returns \"not found\". A ring closes." },
      { text: "The node with the fewest keys.", why: "The rule looks at positions only, so that everybody computes the same answer without asking." },
    ],
  },
  joinMoves: {
    kind: "multiple",
    question: "A node joins a ring of ten equal nodes with 160 points each. What is true?",
    options: [
      { text: "About one key in eleven moves.", right: true, why: "That is the share of the new node, and no scheme can do with less." },
      { text: "Every key that moves goes to the new node.", right: true, why: "Its points only take arcs from the points after them. That is monotonicity." },
      { text: "All ten nodes give keys away.", right: true, why: "With 160 points, spread by chance, the new node takes a little from each. With one point it would take from one." },
      { text: "Some keys move between old nodes, to even out the loads.", why: "Never on a ring. Maglev does that, and the ring with bounded loads." },
      { text: "The clients have to ask the new node which keys it has.", why: "Whoever knows the names of the nodes computes it." },
    ],
  },
  pointsAndSpread: {
    kind: "numeric",
    question: "With 100 points for each node the loads differ by about 10 % (one standard deviation). How many points does it take for 5 %?",
    unit: "points",
    value: 400,
    tolerance: 20,
    why: "The deviation falls with the square root of the number of points: half of it takes four times as many.",
    near: [
      { value: 200, why: "Twice the points divide the deviation by √2: about 7 %." },
      { value: 10000, why: "That gives about 1 %." },
    ],
    otherwise: "The deviation is about 1/√points of the mean.",
  },
  gluedLabels: {
    kind: "single",
    question: "Node \"db1\" has points labelled \"db10\", \"db11\", ... and node \"db\" has points labelled \"db0\", \"db1\", ..., \"db159\". What goes wrong?",
    options: [
      { text: "Nothing: hashes of different nodes differ.", why: "What is hashed is the label, and \"db1\" + \"0\" and \"db\" + \"10\" are the same text." },
      { text: "Points of the two nodes fall on the same places, and one of the nodes loses many of its keys.", right: true, why: "Only one node can be the first at a place. A separator before the number keeps the labels apart." },
      { text: "The hash function becomes slower.", why: "Its speed does not depend on that." },
      { text: "Keys called \"db1\" and \"db10\" end on the wrong node.", why: "A key may well hash to a point's place: it then belongs to that point." },
    ],
  },
  boundedCapacity: {
    kind: "numeric",
    question: "1,000 keys on 8 nodes, with loads bounded by ε = 0.25. How many keys may one node hold?",
    unit: "keys",
    value: 157,
    tolerance: 0,
    why: "⌈1.25 · 1,000 / 8⌉ = ⌈156.25⌉.",
    near: [
      { value: 156, why: "Rounded down, all nodes together could hold 1,248 keys here, and enough; but with few keys there would be no room at all. The bound is rounded up." },
      { value: 125, why: "That is the mean. A node may hold a quarter more." },
      { value: 250, why: "That is a quarter of all keys. ε is on top of the mean of one node." },
    ],
    otherwise: "The mean is 1,000 / 8; take 1 + ε times that, and round up.",
  },
  growingShards: {
    kind: "single",
    question: "A table is split over numbered shards. Shards are added at the end and never removed. Which scheme needs no table at all and moves the least?",
    options: [
      { text: "the ring", why: "It moves little, but keeps its points: kilobytes for each node if the shares should be even." },
      { text: "jump hash", right: true, why: "Its only weakness is that only the last bucket can leave, which does not matter here." },
      { text: "hash modulo the number of shards", why: "No table, but nearly all keys move." },
      { text: "Maglev", why: "It needs a table of over a hundred entries for each node, and moves some keys between old shards." },
    ],
  },
  maglevPrime: {
    kind: "single",
    question: "Why must the size M of Maglev's table be prime?",
    options: [
      { text: "So that the hash of a key is spread evenly modulo M.", why: "A good hash is even for every M." },
      { text: "So that each backend's steps lead it through all entries.", right: true, why: "offset + j · skip modulo M takes M different values only if skip and M have no divisor in common. Otherwise a backend may look for ever for a free entry." },
      { text: "So that the counts can be exactly equal.", why: "They could not: M is not even divisible by the number of backends. They differ by one at most." },
      { text: "So that fewer entries change when a backend fails.", why: "That gets better with a larger M, prime or not." },
    ],
  },
  tableSizes: {
    kind: "ordering",
    question: "1,000 nodes. Order by the memory that a lookup needs, the least first.",
    items: [
      "jump hash",
      "rendezvous hashing",
      "Maglev with 65,537 entries",
      "a ring with 160 points for each node",
    ],
    why: "Nothing; a word for each node (4 KB); 4 bytes for each entry (256 KB); 8 bytes for each of 160,000 points, and an index (2.3 MB).",
    otherwise: "Jump hash has no table at all. Rendezvous knows the nodes and nothing else. Multiply for the others.",
  },
  hotKey: {
    kind: "multiple",
    question: "One key gets 12 % of all requests to 20 nodes. What takes load off its node?",
    options: [
      { text: "more points for each node", why: "They even out how many keys the nodes hold. This is a single key, and it has a single place." },
      { text: "replicas that share the requests for it", right: true, why: "With three of them each answers a third of the 12 %." },
      { text: "a small cache in front of the nodes", right: true, why: "The hottest keys are few: a cache of some n log n of them levels n nodes." },
      { text: "rendezvous hashing instead of a ring", why: "Its shares of keys are more even, but the hot key still has one node." },
      { text: "bounded loads for the requests that are open", right: true, why: "What is too much for the node goes on to the next ones clockwise." },
    ],
  },
};
