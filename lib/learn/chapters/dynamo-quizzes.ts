import type { Quiz } from "../quiz.js";

/** The questions of the chapter on replicas on the ring, by name. */
export const dynamoQuizzes: Readonly<
  Record<"leastReads" | "slowAnswers" | "meetingGives" | "standInCount" | "clocksConcurrent" | "whoIsLost" | "treeWork" | "zonesFor", Quiz>
> = {
  leastReads: {
    kind: "numeric",
    question: "Each key has 5 replicas, and a write is acknowledged when 2 of them have it. From how many must a read hear, so that it meets each such write?",
    unit: "replicas",
    value: 4,
    tolerance: 0,
    why: "R + W > N: 4 + 2 > 5. A read of 3 could have asked just the three that the write did not reach.",
    near: [
      { value: 3, why: "That is a majority; but the write's two may be the other two." },
      { value: 5, why: "That meets it, and so do any 4 of the 5." },
      { value: 2, why: "Two and two are four, and there is room for them side by side among five." },
    ],
    otherwise: "A read must not fit among the replicas that the write did not reach.",
  },
  slowAnswers: {
    kind: "single",
    question: "N = 3; one of the two other replicas has become ten times as slow. Which reads by the coordinator, which is a replica itself, become slow?",
    options: [
      { text: "All of them, whatever R is.", why: "A read waits for R answers, not for all." },
      { text: "Those with R = 2 and R = 3.", why: "With R = 2 the coordinator's own copy and that of the quick replica are enough." },
      { text: "Those with R = 3 only.", right: true, why: "Only who waits for all waits for the slowest." },
      { text: "None: slow nodes are replaced by others.", why: "With R = 3 all three must answer, or somebody in their place after the coordinator's patience, which is slow, too." },
    ],
  },
  meetingGives: {
    kind: "multiple",
    question: "Quorums are strict, R + W > N, siblings are kept, clients read at any node, and disks keep what they have flushed. What holds?",
    options: [
      { text: "A read that begins after a write was acknowledged sees it, or what replaced it.", right: true, why: "Some node is in both quorums." },
      { text: "Of two reads, one after the other, during a write, the second sees at least what the first saw.", why: "The first may have met the one replica that has the write, and the second the two that do not." },
      { text: "An acknowledged write survives the loss of any W − 1 disks.", right: true, why: "It is on W disks of the key's own nodes." },
      { text: "The history of a key is linearizable.", why: "New and then old is no history of a single object. A read would have to write back what it found before it answers." },
    ],
  },
  standInCount: {
    kind: "single",
    question: "R = W = 2, N = 3, quorums are sloppy, and a network partition has just healed. A write was acknowledged on the one side. A read on the other side begins now, and misses it. How can that be, with R + W > N?",
    options: [
      { text: "It cannot be: two quorums of three always meet.", why: "Two sets of two among the same three do. These were not among the same three." },
      { text: "The write counted stand-ins, which the read has not asked.", right: true, why: "A quorum among N reachable nodes need not meet one among N others. Until the hints are handed over, only the stand-ins know." },
      { text: "The write was undone when the partition healed.", why: "Nothing is ever undone; it is on the disks of the stand-ins." },
      { text: "The clock of the reader was behind.", why: "No clock plays a part in what a read finds." },
    ],
  },
  clocksConcurrent: {
    kind: "multiple",
    question: "Which of these pairs of vector clocks are concurrent?",
    options: [
      { text: "{a 2, b 1} and {a 1, b 1}", why: "The first knows all that the second knows, and one write of a more." },
      { text: "{a 2, b 1} and {a 1, b 2}", right: true, why: "Each knows a write that the other does not." },
      { text: "{a 3} and {b 1}", right: true, why: "Three writes on one side do not know of the one on the other: it is not the sum that counts." },
      { text: "{a 1} and {a 1, c 4}", why: "The second knows all that the first knows." },
    ],
  },
  whoIsLost: {
    kind: "single",
    question: "Conflicts are settled by \"the last writer wins\". Node a's clock runs 500 ms ahead. A client writes x through a, gets its answer, and then writes y through b. What is the value in the end?",
    options: [
      { text: "y: it was written later.", why: "It was, by the true time, which no node knows. By the timestamps it is older." },
      { text: "x: its timestamp is greater.", right: true, why: "The acknowledged later write is lost, and nobody is told." },
      { text: "Both, as siblings.", why: "That is what clocks of counters give. A timestamp always finds a winner." },
      { text: "It depends on which message arrives first.", why: "The order of arrival plays no part: all replicas agree on the greater timestamp." },
    ],
  },
  treeWork: {
    kind: "single",
    question: "Two replicas have a million keys in common, and one of them lacks 3. What does comparing their Merkle trees cost, about?",
    options: [
      { text: "A million digests.", why: "That is what comparing key by key costs. Equal branches are not looked into." },
      { text: "A few paths from the root to a leaf, and the keys of some leaves.", right: true, why: "It grows with what differs and with the depth of the tree." },
      { text: "One digest.", why: "The roots differ; that says that something is missing, and not what." },
      { text: "Three digests: one for each key.", why: "Which keys they are is not known before one has come down to them." },
    ],
  },
  zonesFor: {
    kind: "single",
    question: "A store with N = 3 spreads the replicas of each key over three data centers. One of them is cut off. Which keys can still be read and written there, in the cut-off data center, with strict quorums of two?",
    options: [
      { text: "All: each key has a replica there.", why: "One replica is no quorum of two." },
      { text: "A third of them.", why: "Each key has exactly one replica there, so none has two." },
      { text: "None.", right: true, why: "That is the price: the two other data centers go on, and this one waits. With sloppy quorums it goes on, too, and the two sides find siblings afterwards." },
      { text: "Those whose coordinator is there.", why: "A coordinator needs a second replica, and those are all outside." },
    ],
  },
};
