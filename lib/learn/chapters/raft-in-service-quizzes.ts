import type { Quiz } from "../quiz.js";

/** The questions of the chapter on Raft in service, by name. */
export const raftInServiceQuizzes: Readonly<
  Record<"preVoteWhat" | "readWays" | "leaseNeeds" | "sessionPlace" | "jointMajorities" | "snapshotHolds" | "newVoter", Quiz>
> = {
  preVoteWhat: {
    kind: "single",
    question: "What does a server do differently with PreVote when its election time-out ends?",
    options: [
      { text: "It waits twice as long.", why: "It asks at once; only what it asks is another thing." },
      { text: "It asks whether it would be elected in the next term, and does not begin that term yet.", right: true, why: "Nobody notes anything. Only if a majority would vote for it, it raises its term and campaigns." },
      { text: "It votes for another server first.", why: "A pre-vote is nobody's vote: nothing is noted, and nothing is on disk." },
      { text: "It asks the leader for permission.", why: "It has lost patience because it hears of no leader. It asks the voters." },
    ],
  },
  readWays: {
    kind: "multiple",
    question: "Which reads are linearizable, whatever the clocks of the servers show?",
    options: [
      { text: "through the log", right: true, why: "A read is then a command, with a place between the others." },
      { text: "ReadIndex", right: true, why: "A majority answers after the read came, so nobody else had been elected before it came." },
      { text: "by lease", why: "It counts on clocks that run at about the same rate. If they do not, another leader may have been elected while the lease runs." },
      { text: "local", why: "Whoever answers may be behind, or cut off." },
    ],
  },
  leaseNeeds: {
    kind: "numeric",
    question: "Election time-outs are at least 300 ms, and no clock runs more than 1.5 times as fast as another. How long may a lease be, counted from the sending of the heartbeat?",
    unit: "ms",
    value: 200,
    tolerance: 1,
    why: "300 / 1.5: a voter whose clock is fast may lose patience after 200 ms of the leader's.",
    near: [
      { value: 300, why: "That is right if all clocks run at the same rate." },
      { value: 450, why: "The drift shortens a lease; it does not stretch it." },
      { value: 100, why: "Divide by the bound once: rates differ by a factor of 1.5, in one direction." },
    ],
    otherwise: "The fastest voter's clock must not reach the time-out before the leader's clock ends the lease.",
  },
  sessionPlace: {
    kind: "single",
    question: "Where is it kept which commands of a client have been performed?",
    options: [
      { text: "At the leader, in memory.", why: "The next leader would perform the second try of a command whose answer was lost with the first leader." },
      { text: "At the client.", why: "The client does not know whether its command was performed: that is why it asks again." },
      { text: "In the replicated state, on every server, and in snapshots.", right: true, why: "All servers must decide alike whether a command is new, also after a snapshot." },
      { text: "In the log only.", why: "The log is cut off by snapshots; what was performed before must still be known." },
    ],
  },
  jointMajorities: {
    kind: "multiple",
    question: "Voters are a, b, c; they are being replaced by c, d, e by way of a joint configuration. Who can commit an entry meanwhile?",
    options: [
      { text: "a, b, c", why: "A majority of the old voters, but only c of the new ones." },
      { text: "b, c, d", right: true, why: "b and c of the old, c and d of the new." },
      { text: "c, d, e", why: "All of the new voters, but only c of the old ones." },
      { text: "a, b, d, e", right: true, why: "a and b of the old, d and e of the new. It takes four, because c, who counts twice, is missing." },
    ],
  },
  snapshotHolds: {
    kind: "multiple",
    question: "What must be in a snapshot, so that a server can go on from it alone?",
    options: [
      { text: "the state of the state machine", right: true, why: "That is what it is for." },
      { text: "the index and the term of the last entry that it includes", right: true, why: "The next appendEntries is checked against them." },
      { text: "the configuration", right: true, why: "Otherwise the server would not know who votes." },
      { text: "the clients' sessions", right: true, why: "Otherwise a second try would be performed again." },
      { text: "the vote and the term of the server", why: "They are the server's own, and stay on its own disk; another server has others." },
    ],
  },
  newVoter: {
    kind: "single",
    question: "A cluster of three is made four by a new server with an empty log, which at once has a vote. Then one of the old three crashes. What happens?",
    options: [
      { text: "Nothing: three of four are up.", why: "A majority of four is three, and one of the three has no entries yet: nothing can be committed until it has caught up." },
      { text: "Nothing is committed until the new server has caught up.", right: true, why: "That is why new servers first learn, without a vote." },
      { text: "The new server is elected, and the log is lost.", why: "Nobody votes for a server whose log is behind." },
    ],
  },
};
