import type { Quiz } from "../quiz.js";

/** The questions of the chapter that compares Paxos, Multi-Paxos and Raft, by name. */
export const comparisonQuizzes: Readonly<Record<"whyHalf" | "bottleneck" | "sameNames" | "gapCause", Quiz>> = {
  whyHalf: {
    kind: "single",
    question: "A command of Multi-Paxos takes half the messages of a decree of Paxos. What has become of the other half?",
    options: [
      { text: "The acceptors of Multi-Paxos do not answer.", why: "They do: each p2a has its p2b." },
      { text: "Phase 1 was run once, for all slots.", right: true, why: "The leader's ballot stays open for every slot to come, as long as no other leader opens a later one." },
      { text: "Multi-Paxos asks only a majority.", why: "Here it asks all, as the others do. Asking a majority would save messages in each of them." },
      { text: "The commands share messages.", why: "That is batching, which this client, who waits for each answer, never gives an occasion for." },
    ],
  },
  bottleneck: {
    kind: "single",
    question: "Seven servers in place of five. Every message takes its sender and its receiver 0.1 ms of work. What becomes of the commands that the cluster can carry, one command at a time?",
    options: [
      { text: "More, because seven servers share the work.", why: "Followers do not take work from the leader: every message has the leader at one end." },
      { text: "As many, because only a majority must answer.", why: "The answer does not wait for all, but the leader still sends to all and hears all." },
      { text: "Fewer, by about a third.", right: true, why: "The leader handles 2(n − 1) messages for a command: 12 in place of 8." },
    ],
  },
  sameNames: {
    kind: "multiple",
    question: "Which of these mean about the same thing?",
    options: [
      { text: "ballot and term", right: true, why: "Both number the attempts to lead, and the later one wins." },
      { text: "slot and index", right: true, why: "Both are places in the log." },
      { text: "promise and vote", right: true, why: "Both say: I take part in nothing earlier. A vote of Raft is given only to a candidate whose log is up to date; a promise brings the log with it." },
      { text: "chosen and applied", why: "Chosen is committed. Applied comes later, when a state machine has performed it." },
      { text: "learner of Paxos and learner of Raft", why: "In Paxos it is whoever finds out what was chosen; in Raft a server that has the log and no vote." },
    ],
  },
  gapCause: {
    kind: "single",
    question: "A cluster is without a leader for a quarter of a second when its leader dies. What is most of that time spent on?",
    options: [
      { text: "On repairing the logs.", why: "That goes along with the first messages of the new leader, and takes a round trip or two." },
      { text: "On waiting, before anybody believes that the leader is dead.", right: true, why: "Patience is the only evidence. Less of it makes the gap shorter, and deposes leaders that are only slow." },
      { text: "On counting votes.", why: "An election takes a round trip: some 20 ms here." },
      { text: "On the clients, which do not find the new leader.", why: "They are sent on by the first server that they ask, once there is a leader." },
    ],
  },
};
