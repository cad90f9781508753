import type { Quiz } from "../quiz.js";

/** The questions of chapter 5.4, by name. */
export const securityQuizzes: Readonly<
  Record<"mutualTls" | "threeGenerals" | "macOrSignature" | "whyPrepare" | "clientAnswers" | "pbftCount" | "proofLength" | "beyond", Quiz>
> = {
  mutualTls: {
    kind: "single",
    question: "All links of a Raft cluster use mutual TLS. One server is taken over. What does TLS still do?",
    options: [
      { text: "It stops the server's lies, because they are not signed.", why: "They are sent over its own connections with its own certificate, and arrive intact." },
      { text: "It keeps the server from speaking in another server's name, and outsiders from listening.", right: true, why: "That is authentication and secrecy of the channel. What comes through it may still be a lie." },
      { text: "It makes the other servers notice that it lies.", why: "TLS does not know what is said. Two different stories to two servers are two good messages." },
      { text: "Nothing any more.", why: "Outsiders are still out, and the server still cannot pose as another. That is why the network of our simulator tells who has sent a message." },
    ],
  },
  threeGenerals: {
    kind: "single",
    question: "With three generals and oral messages, lieutenant 2 has heard \"attack\" from the commander and \"he said retreat\" from lieutenant 1. What does it know?",
    options: [
      { text: "Lieutenant 1 lies.", why: "So it would look if the commander had told lieutenant 1 to retreat, too." },
      { text: "The commander lies.", why: "So it would look if lieutenant 1 had changed the word." },
      { text: "One of the two lies, and nothing says which.", right: true, why: "Both worlds look the same to lieutenant 2, so that it must act alike in both, and in one of them that is wrong (Lamport, Shostak and Pease 1982, section 2)." },
    ],
  },
  macOrSignature: {
    kind: "single",
    question: "r1 has a message of r0 with a good code (MAC) under the key that r0 and r1 share. What can r1 prove to r2 with it?",
    options: [
      { text: "That r0 has said it.", why: "r2 does not have the key; and if it had, r1 could have made the code as well as r0." },
      { text: "Nothing: r1 could have made the code itself.", right: true, why: "Who can check a code can make it. A signature is checked with a public key that makes none, so it can be passed on." },
      { text: "That either r0 or r1 has said it.", why: "Not even that, as r2 cannot check the code without the key." },
    ],
  },
  whyPrepare: {
    kind: "single",
    question: "What does the prepare phase of PBFT give that pre-prepare and commit alone do not?",
    options: [
      { text: "It hides the request until it is committed.", why: "The request travels in the open, with the pre-prepare." },
      { text: "It checks the client's signature.", why: "Every replica checks that when the request comes." },
      { text: "It makes sure that two requests cannot both have a certificate for one number in one view.", right: true, why: "A quorum has accepted one of them, and any two quorums share an honest replica, which accepts one only. So the next view finds at most one." },
      { text: "It saves messages.", why: "It costs (n − 1)² of them." },
    ],
  },
  clientAnswers: {
    kind: "numeric",
    question: "Among 13 replicas as many may lie as PBFT can stand. How many equal answers does a client need?",
    value: 5,
    tolerance: 0,
    why: "13 = 3 · 4 + 1, so f = 4, and of f + 1 = 5 equal answers one is an honest replica's.",
    near: [
      { value: 4, why: "All four could be liars." },
      { value: 9, why: "That is a quorum, 2f + 1. It is needed for answers to what is only prepared, or to a read; here one honest answer is enough." },
      { value: 7, why: "A majority is more than is needed: one honest replica among those who answer is enough." },
    ],
    otherwise: "Among 13 replicas f is 4. One honest replica among those who answer alike is enough.",
  },
  pbftCount: {
    kind: "numeric",
    question: "How many messages do 7 replicas of PBFT send each other for one request?",
    value: 84,
    tolerance: 0,
    why: "2n(n − 1): 6 pre-prepares, 36 prepares of the 6 backups, and 42 commits of all 7.",
    near: [
      { value: 24, why: "That is what four replicas take. The number grows with the square of n." },
      { value: 48, why: "That is HotStuff's 8(n − 1)." },
      { value: 90, why: "The primary sends no prepare: its pre-prepare is one." },
    ],
    otherwise: "Count the three phases: from the primary to the backups, from each backup to all others, and from each replica to all others.",
  },
  proofLength: {
    kind: "numeric",
    question: "How many hashes does the proof need that an entry is in a log of a million entries?",
    value: 20,
    tolerance: 0,
    why: "⌈log2 1,000,000⌉ = 20: one for each level of the tree, 640 bytes in all.",
    near: [
      { value: 1000000, why: "Then one could send the log itself." },
      { value: 10, why: "That is enough for about a thousand entries." },
      { value: 1, why: "The head alone does not show which entries it is the head of." },
    ],
    otherwise: "One hash for each level of a tree in which every step halves what is left.",
  },
  beyond: {
    kind: "multiple",
    question: "Four replicas run PBFT. Against which of these does it protect?",
    options: [
      { text: "One replica is taken over and votes for everything.", right: true, why: "That is the one Byzantine fault that four replicas stand." },
      { text: "All four run the same program, and it has a hole.", why: "Then the same attack takes over all four. The bound counts faults that come independently." },
      { text: "A client with a good key asks for a transfer that its owner never wanted.", why: "The request is signed. Replication does as it is told, everywhere alike." },
      { text: "The primary gives two requests the same number.", right: true, why: "Neither, or only one of them, comes to a quorum, and the next primary takes over." },
      { text: "One replica passes on what clients write to a competitor.", why: "Every replica sees everything: more replicas mean less secrecy." },
    ],
  },
};
