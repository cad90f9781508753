import type { Quiz } from "../quiz.js";

/** The questions of the chapter on Raft, by name. */
export const raftQuizzes: Readonly<
  Record<"upToDate" | "splitVote" | "commandDelays" | "logRepair" | "figureEight" | "raftDisk" | "minorityLeader" | "electionOrder", Quiz>
> = {
  upToDate: {
    kind: "multiple",
    question: "A server's log ends with entry 7 of term 4. Whose logs are at least as up to date, so that they may have its vote?",
    options: [
      { text: "entry 7 of term 4", right: true, why: "The same last entry: at least as up to date means equal is enough." },
      { text: "entry 12 of term 3", why: "It is longer, but its last entry is of an earlier term. The later last term wins, whatever the length." },
      { text: "entry 5 of term 5", right: true, why: "Shorter, but its last entry is of a later term. What the voter has beyond entry 5 is not committed, or the candidate of term 5 could not have been elected without it." },
      { text: "entry 6 of term 4", why: "The same term, but shorter: it may lack entry 7, which may be committed." },
    ],
  },
  splitVote: {
    kind: "single",
    question: "Two candidates of one term have two votes each, of five. What happens next?",
    options: [
      { text: "The one with the longer log wins.", why: "Logs count when a vote is given, not between candidates. No vote is left to give in this term." },
      { text: "The fifth server casts the deciding vote, also if it has to wait.", why: "If it is up it has been asked already. Raft must not wait for a server that may be down." },
      { text: "The term ends without a leader; the candidate whose next time-out ends first begins another.", right: true, why: "A new term, with new votes; and as the time-outs are drawn anew, one of them is probably alone this time." },
      { text: "They take back their votes and vote again.", why: "A vote for a term is for good, also over a crash. Only a new term brings new votes." },
    ],
  },
  commandDelays: {
    kind: "numeric",
    question: "A message takes 10 ms one way, also between client and server; disks take no time. The leader is known. After how many ms has the client its answer?",
    unit: "ms",
    value: 40,
    tolerance: 0,
    why: "Client to leader, leader to followers, followers to leader, leader to client: four delays.",
    near: [
      { value: 20, why: "That is when the leader would know, had it begun with the command in hand; the client is two delays farther." },
      { value: 30, why: "Then the leader knows. The answer still has to travel." },
      { value: 60, why: "The followers hear of the commit with the next appendEntries; the client does not wait for that." },
    ],
    otherwise: "Follow the command: to the leader, to the followers, and back the same way.",
  },
  logRepair: {
    kind: "multiple",
    question: "A follower's log has entries that the new leader's lacks. What is true?",
    options: [
      { text: "They are not committed.", right: true, why: "A committed entry is on a majority, and every leader is elected by a majority that checks its log." },
      { text: "The leader copies them.", why: "A leader never takes over anything from a follower, and never changes its own log but by appending (Leader Append-Only)." },
      { text: "The follower deletes them when an entry of the leader's contradicts one of them.", right: true, why: "At the first index with another term, and everything behind it." },
      { text: "The follower deletes them as soon as it hears a heartbeat.", why: "Not if nothing contradicts them: an old or late message must not shorten a log, or committed entries could vanish." },
      { text: "A client may have been told that they succeeded.", why: "Clients are told after the commit, and these were never committed. A client may wait for an answer, though, and has to ask again." },
    ],
  },
  figureEight: {
    kind: "single",
    question: "The leader of term 4 finds that an entry of term 2 is on three of five servers. What may it do?",
    options: [
      { text: "Commit it: a majority has it.", why: "A server with a later last entry, of term 3, could still be elected by the others and overwrite it (figure 8)." },
      { text: "Wait until all five have it, and then commit it.", why: "One that is down would stop everything, and it is not needed." },
      { text: "Replicate an entry of term 4; when a majority has that, both are committed.", right: true, why: "Then no server without them can be elected: a majority ends with term 4." },
      { text: "Delete it, because it is not committed.", why: "A leader never deletes from its own log; and the entry may have been committed by its own term's leader." },
    ],
  },
  raftDisk: {
    kind: "multiple",
    question: "What must a server of Raft have on disk?",
    options: [
      { text: "currentTerm", right: true, why: "Otherwise it takes part in a term a second time." },
      { text: "votedFor", right: true, why: "Otherwise it votes twice in a term, and the term may get two leaders." },
      { text: "the log", right: true, why: "A majority that has an entry must still have it after a crash." },
      { text: "commitIndex", why: "It is learned again: from the leader's messages, or by committing the first entry of the own term." },
      { text: "nextIndex and matchIndex", why: "A leader that crashes leads no more, and the next one begins with its own." },
    ],
  },
  minorityLeader: {
    kind: "single",
    question: "The leader is cut off with one follower; three servers on the other side elect a new leader. What does the old one do with the commands of its clients?",
    options: [
      { text: "It refuses them: it knows that it leads no more.", why: "It cannot know: it hears of the new term only when the cut heals. (With CheckQuorum it steps down when it misses its majority.)" },
      { text: "It appends them, and cannot commit any.", right: true, why: "Two of five are no majority. When the cut heals, the entries are overwritten and the clients ask again." },
      { text: "It commits them, and the logs are merged after the heal.", why: "There is no merging in Raft; what is committed stays, so two sides must never commit differently." },
      { text: "It forwards them to the new leader.", why: "The cut is in between, and it does not know of a new leader." },
    ],
  },
  electionOrder: {
    kind: "ordering",
    question: "Order what happens when a leader has crashed.",
    items: [
      "A follower's election time-out ends.",
      "It raises its term, votes for itself, and writes both to disk.",
      "It asks all others for their votes.",
      "They write their vote to disk, and grant it.",
      "A majority has voted for it: it leads.",
      "It appends an entry of its own term.",
      "A majority has that entry: everything before it is committed, too.",
    ],
    why: "Each write comes before the message that rests on it, and what earlier leaders left is committed only along with an entry of the new term.",
    otherwise: "What must be on disk before which message leaves? And when may a new leader call an entry of an earlier term committed?",
  },
};
