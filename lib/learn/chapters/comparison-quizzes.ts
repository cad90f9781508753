import type { Quiz } from "../quiz.js";

/** The questions of the chapter that compares Paxos, Multi-Paxos and Raft, by name. */
export const comparisonQuizzes: Readonly<Record<"whyHalf" | "bottleneck" | "sameNames" | "gapCause" | "mayLead" | "lostAnswer" | "tooPatient", Quiz>> = {
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
  mayLead: {
    kind: "single",
    question: "Five servers, an entry committed on three of them. The leader dies, and a server without that entry is the first to stand. What becomes of it?",
    options: [
      { text: "In both protocols it must wait until it has the entry.", why: "A server of Multi-Paxos may open a ballot with any log." },
      { text: "In Raft it may lead once it has fetched the entry.", why: "Entries of Raft flow from the leader to the others only. A candidate fetches nothing." },
      { text: "Multi-Paxos lets it lead and hands it the entry in phase 1; Raft refuses it its majority.", right: true, why: "Any majority holds somebody who has the entry: its promise brings the vote along, or its voter says no." },
      { text: "In both it leads, and the entry is lost.", why: "Then neither would be safe: what is committed stays." },
    ],
  },
  lostAnswer: {
    kind: "single",
    question: "Five servers, no crash. Of the four messages in which a leader sends an entry, one gets lost. How much later is the command answered?",
    options: [
      { text: "By a time-out: the leader must send it again.", why: "It will, but it need not wait for that: with itself it needs only two more." },
      { text: "Not at all, or by a little.", right: true, why: "Three other followers have it, and two are enough. Only which of the answers is the second may change." },
      { text: "It is not answered before the next heartbeat.", why: "The heartbeat repairs the follower that lacks the entry. The client does not wait for that one." },
    ],
  },
  tooPatient: {
    kind: "multiple",
    question: "Somebody sets the patience of all servers of Raft to 20 to 40 ms, with messages of 5 to 15 ms and a heartbeat every 8 ms. What happens?",
    options: [
      { text: "Leaders that live are deposed.", right: true, why: "A vote and its answer, or two slow heartbeats in a row, take as long as the patience lasts." },
      { text: "Two different values are committed in one place.", why: "Patience decides when somebody stands, and never what is committed: safety needs no clocks." },
      { text: "Clients wait longer, though nothing has failed.", right: true, why: "Each new election is a time without a leader." },
      { text: "The gap after a crash is the shortest possible.", why: "It would be, could any leader stay: but the next one is deposed as well." },
    ],
  },
};
