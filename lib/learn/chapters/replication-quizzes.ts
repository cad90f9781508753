import type { Quiz } from "../quiz.js";

/** The questions of the chapter on storage, by name. */
export const replicationQuizzes: Readonly<
  Record<
    "partitionOrReplica" | "semiSynchronous" | "twoPrimaries" | "chainDelays" | "craqDirty" | "lwwLoss" | "readAnywhere" | "gossipRounds" | "residueTraffic" | "erasureRepair",
    Quiz
  >
> = {
  partitionOrReplica: {
    kind: "single",
    question: "A store has 12 nodes and keeps each key on 3 of them. Which sentence is right?",
    options: [
      { text: "It holds four times what one node holds, and any two nodes may fail without a loss.", right: true, why: "12 / 3: partitioning gives the room, replication the copies." },
      { text: "It holds twelve times what one node holds.", why: "Each key takes the room of three." },
      { text: "Any nine nodes may fail without a loss.", why: "That would need every key on ten nodes. If the three nodes of one key fail, it is gone." },
      { text: "It is faster than a store of 4 nodes without copies, for writes.", why: "Each write is done three times: the 12 nodes write no faster than 4 do." },
    ],
  },
  semiSynchronous: {
    kind: "single",
    question: "A primary with three backups answers as soon as one backup has the write (acks: 1). It fails together with one backup. What may happen?",
    options: [
      { text: "An acknowledged write may be lost: that backup may have been the only one that had it.", right: true, why: "The write was on two replicas. It survives any one failure, and not every two." },
      { text: "Nothing: a majority of the four is not needed with one primary.", why: "No majority is needed to number writes, but the write must be somewhere." },
      { text: "Nothing: the other two backups have it by now.", why: "Probably. That is what asynchronous means: nobody has waited for it." },
      { text: "Everything since the start of the run may be lost.", why: "Backups take updates in their order: what is missing is the end." },
    ],
  },
  twoPrimaries: {
    kind: "single",
    question: "The master hears nothing of the primary and makes a backup the new one. The old primary is well, and cannot reach anybody but some clients. What keeps it from answering them with old values?",
    options: [
      { text: "Its lease has run out, or it must ask the others first and gets no answer.", right: true, why: "Either is enough. The epoch alone is not: it guards writes, which need the others' word." },
      { text: "The epoch: it has the old one, and so it knows.", why: "It would have to be told of the new one. Nobody reaches it." },
      { text: "The clients see that its answers have the old epoch.", why: "A client that has not spoken to the new primary does not know that there is one." },
      { text: "Nothing has to: reads of old values are harmless.", why: "The client may have been told of a newer write by somebody else." },
    ],
  },
  chainDelays: {
    kind: "numeric",
    question: "A chain of five nodes. How many message delays pass from the head's getting a write until the tail answers?",
    unit: "delays",
    value: 4,
    tolerance: 0,
    why: "One for each link. A primary with four backups takes two, whatever their number, and sends and gets more itself.",
    near: [
      { value: 5, why: "Five nodes have four links." },
      { value: 8, why: "The tail answers by itself; the word that goes back up is not waited for." },
      { value: 2, why: "That is a primary with backups: all are told at once." },
    ],
    otherwise: "Count the links from the head to the tail.",
  },
  craqDirty: {
    kind: "single",
    question: "A node in the middle of a CRAQ chain has a write of x that it does not know to be committed. A client asks it for x. Why may it not answer with the value before that write, which is certainly committed?",
    options: [
      { text: "The write may be committed by now, and its client told: a read that begins later must see it.", right: true, why: "The tail's word takes its time to come up. Only the tail knows." },
      { text: "The older value has been deleted.", why: "Nodes keep it as long as the newer one is dirty, for just this case." },
      { text: "It may: an older value is always allowed.", why: "That is true of weaker models. Linearizable means: not older than what was acknowledged before the read began." },
      { text: "Reads go to the tail only.", why: "In chain replication. CRAQ reads anywhere, and asks the tail only for the number of a version." },
    ],
  },
  lwwLoss: {
    kind: "multiple",
    question: "Two leaders take a write of x each, one after the other, before either has heard of the other's. The last writer wins. Which is true?",
    options: [
      { text: "One of the two acknowledged writes is lost, and nobody is told.", right: true, why: "That is the rule's price. Siblings keep both, and leave the choice to the application." },
      { text: "Which one is decided by clocks, and need not be the earlier one.", right: true, why: "A clock that is ahead wins against a write that came after." },
      { text: "All leaders end with the same value.", right: true, why: "The comparison is the same everywhere. Convergence is not what is missing." },
      { text: "Version vectors would have prevented the conflict.", why: "They detect it. To prevent it, one leader would have to ask somebody." },
    ],
  },
  readAnywhere: {
    kind: "single",
    question: "A synchronous primary answers when all backups have a write. Then surely any backup may answer reads?",
    options: [
      { text: "No: while a write is under way one backup shows it and another does not yet, and a client that asks both goes back in time.", right: true, why: "And the backup that has it cannot know whether it is committed." },
      { text: "Yes: all have the same once the write is acknowledged.", why: "Afterwards, yes. During the write they differ, and reads happen then as well." },
      { text: "Yes, if the backups apply updates in order.", why: "They do, each at its own time." },
      { text: "No: backups have no copy of the data.", why: "They have." },
    ],
  },
  gossipRounds: {
    kind: "numeric",
    question: "A push epidemic reaches 1,000 nodes in some 17 rounds (log₂ n + ln n). How many rounds are to be expected for 1,000,000 nodes?",
    unit: "rounds",
    value: 34,
    tolerance: 1.5,
    why: "log₂ 10⁶ + ln 10⁶ = 19.9 + 13.8. A thousand times the nodes, twice the rounds.",
    near: [
      { value: 20, why: "That is log₂ n alone: the first half. The last nodes are found by chance, which takes another ln n." },
      { value: 17_000, why: "The number of rounds grows with the logarithm." },
    ],
    otherwise: "Put 10⁶ into log₂ n + ln n.",
  },
  residueTraffic: {
    kind: "single",
    question: "A rumor by push was sent 4 times per node in all. Which share of the nodes has never heard of it, roughly, whatever the variant?",
    options: [
      { text: "2 %", right: true, why: "e⁻⁴: a node is missed by all 4n messages, which fall on nodes at random (Demers et al. 1987, section 1.4)." },
      { text: "25 %", why: "That would be one in four. Missing all of 4n random shots is rarer." },
      { text: "0: everybody got four.", why: "Four on average. Some got ten, and some none." },
      { text: "It depends on k and on coin or counter.", why: "How much traffic there is depends on them. What is missed for the traffic does not." },
    ],
  },
  erasureRepair: {
    kind: "numeric",
    question: "A disk with 4 TB fails. Its data were coded by Reed-Solomon with 10 data and 4 parity shards. How many TB must be read from other disks to make it anew?",
    unit: "TB",
    value: 40,
    tolerance: 0,
    why: "Each shard is made from ten others of its size. With three copies it would be 4 TB, and with LRC(12, 2, 2) 24.",
    near: [
      { value: 4, why: "That is what a copy costs. A coded shard has no copy." },
      { value: 56, why: "Ten of the thirteen that are left are enough." },
      { value: 16, why: "Reading the parities alone does not give the data back." },
    ],
    otherwise: "Any ten of the other shards are needed, each of the same size.",
  },
};
