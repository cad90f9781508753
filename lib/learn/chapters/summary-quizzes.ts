import type { Quiz } from "../quiz.js";

/** The questions of the summary, by name. */
export const summaryQuizzes: Readonly<Record<"cheapWrite" | "whyQuadratic" | "needAll" | "whoDisagrees" | "cartChoice" | "configChoice", Quiz>> = {
  cheapWrite: {
    kind: "single",
    question: "A register on a majority (ABD) and a Raft log both write in rounds of asking and answering. Why does the register need twice the messages?",
    options: [
      { text: "It asks all servers, Raft only a majority.", why: "Both ask all of them, and wait for a majority." },
      { text: "Nobody leads, so a writer first has to ask a majority for the newest stamp.", right: true, why: "A leader knows what was written last. Who is not sure to be the only writer has to ask: one round more." },
      { text: "It writes to disk twice.", why: "That costs time, and no messages." },
    ],
  },
  whyQuadratic: {
    kind: "single",
    question: "Where do the messages of PBFT come from that a Raft log does not need?",
    options: [
      { text: "Each replica tells all others what it has heard from the primary, twice, because the primary may have told them different things.", right: true, why: "Prepare and commit go from everybody to everybody. That is the square." },
      { text: "Each message carries a signature.", why: "Signatures make messages longer, and not more." },
      { text: "It has 3f + 1 machines instead of 2f + 1.", why: "That is half as many again, and no square." },
    ],
  },
  needAll: {
    kind: "multiple",
    question: "Which of these stop, at least for a while, when their least important machine dies?",
    options: [
      { text: "a chain", right: true, why: "Every write passes every member. Until the master has taken the dead one out, none gets through." },
      { text: "Raft with five servers", why: "A follower more or less: a majority is left, and the leader is one of it." },
      { text: "a primary that waits for all of its backups", right: true, why: "It waits for the dead one, until the master has taken it out." },
      { text: "a register on a majority", why: "Any majority will do, and nobody has to notice anything." },
    ],
  },
  whoDisagrees: {
    kind: "single",
    question: "Which of the commit protocols of the table can leave two participants that live with different outcomes, although nobody has lied?",
    options: [
      { text: "Two-phase commit: a participant may lose patience.", why: "It may ask, and it may wait for ever. After its yes it decides nothing by itself." },
      { text: "Three-phase commit: with messages that are later than its time-outs, two sides decide by themselves.", right: true, why: "Its rule is right only where silence means death. A network that is cut, or slow, is silent, too." },
      { text: "Paxos Commit: two leaders may propose different outcomes.", why: "They may; but only one of them can have a majority of acceptors." },
    ],
  },
  cartChoice: {
    kind: "single",
    question: "A shopping cart must take additions although data centers cannot reach each other, and no addition may get lost. What fits?",
    options: [
      { text: "A replicated log over the data centers.", why: "In the smaller half nobody could add anything until the cut is over." },
      { text: "Two-phase commit between the data centers.", why: "It needs all of them for every addition." },
      { text: "A set that merges (a CRDT), or quorums that keep siblings.", right: true, why: "Each side takes additions, and both are kept when they meet. What may come back is a thing that was removed; that is the price." },
      { text: "Asynchronous copies, and the last writer wins.", why: "Of two carts that were changed apart one is thrown away." },
    ],
  },
  configChoice: {
    kind: "single",
    question: "A dozen services have to agree which one of them may write to a bucket, and never two may. What fits?",
    options: [
      { text: "Gossip: the news that somebody writes reaches everybody in a few rounds.", why: "Until then two may believe that they may." },
      { text: "A failure detector: the lowest name that is alive writes.", why: "Two that suspect different ones both believe to be the lowest." },
      { text: "A lock in a replicated log of three or five servers, with a number that the bucket checks.", right: true, why: "The log says in what order the lock was held. The number (a fencing token) keeps out one that has slept since." },
      { text: "A chain of the twelve services.", why: "A chain needs somebody who says who is in it: that is the question again." },
    ],
  },
};
