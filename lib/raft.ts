/**
 * Raft: a log that an elected leader replicates, so that all servers perform the same commands in the same order.
 *
 * One role, `server`, is that of Figure 2 of "In Search of an Understandable Consensus Algorithm (Extended Version)" (Diego
 * Ongaro and John Ousterhout, 2014), with all that "Consensus: Bridging Theory and Practice" (Diego Ongaro, 2014) adds, each
 * a switch in `ServerOptions`: PreVote, CheckQuorum, leadership transfer, membership changes by one server or by joint
 * consensus, learners, snapshots, sessions, reads without log entries, batching and pipelining.
 *
 * 1. A server that hears of no leader for an election time-out campaigns in a new term (`requestVote`). A majority
 *    elects it, if its log is at least as up to date as theirs.
 * 2. The leader appends what clients ask for to its log, and has the others append it, too (`appendEntries`). Where a
 *    follower's log is another one, the leader's replaces it.
 * 3. What a majority has, and is of the leader's own term or stands before such an entry, is committed: every server
 *    applies it to its state machine, and the leader answers the client.
 *
 * Clients ask `{ kind: "command", command }` or `{ kind: "read", query }`, and `register`, `reconfigure` and `transfer` for
 * the rest. Who does not lead answers with a redirect, which clients of the simulator follow. Why all this is safe is said by
 * the properties, each of them checked after every step.
 */
export {
  type Change, type Changed, type Configuration, configurationOf, configurationProblem, enterJoint, isJoint, leaveJoint, members,
  simpleChange,
} from "./consensus/raft/configuration.js";
export {
  committedByMajority, committedIndex, isQuorum, quorumsMeet, voteOfMajority, voteResult, type VoteResult, type Voting,
} from "./consensus/raft/quorum.js";
export { append, compactTo, emptyLog, entriesFrom, entriesOf, entryAt, isUpToDate, logOf, termAt, truncateFrom, type Log } from "./consensus/raft/log.js";
export {
  type AppendEntries, type AppendEntriesReply, type Conflict, type Entry, type InstallSnapshot, type InstallSnapshotReply, type Message, type Origin,
  type PreVote, type PreVoteReply, type ReadIndex, type ReadIndexReply, type Reply, type Request, type RequestVote, type RequestVoteReply, type Timer,
  type TimeoutNow, type Written,
} from "./consensus/raft/messages.js";
export { type Reads, type ServerOptions } from "./consensus/raft/options.js";
export {
  type CatchUp, type Flow, type Incoming, type Read, type Server, type ServerRole, type ServerSignature, type Session, type Snapshot,
} from "./consensus/raft/state.js";
export { type StateMachine } from "./consensus/state-machine.js";
export { type KeyValueCommand, type KeyValueResult, keyValueStore } from "./consensus/key-value-store.js";
export { emptyTable, type Table, tableEntries, valueAt, withoutKey, withValue } from "./core/table.js";
export { server, serverWith } from "./consensus/raft/server.js";
export { soundRules, type Rules } from "./consensus/raft/rules.js";
export { firstTimeout, meanElectionTime, splitVoteProbability, type ElectionOdds, type FirstTimeout } from "./consensus/raft/closed-forms.js";
export {
  commitNeverGoesBack, committedStays, electionSafety, freshReads, leaderAppendOnly, leaderCompleteness, logMatching, oneVotePerTerm, quorumsOverlap,
  raftProperties, stateMachineSafety, termsNeverGoBack,
} from "./consensus/raft/properties.js";
export { machineWords, withResults } from "./consensus/raft/answers.js";
export { type BrokenScene, brokenScenes, type Scene } from "./consensus/raft/broken-scenes.js";
export { type BrokenWorld, brokenWorlds, type SmallWorld } from "./consensus/raft/broken-worlds.js";
export {
  amnesicServer, busyLeader, clingingLeader, countingLeader, credulousFollower, earlyLeaver, forgetfulServer, forgetfulVoter, generousVoter,
  gullibleVoter, hastyVoter, lateServer, learnerCountingLeader, lenientFollower, loglessServer, modestLearner, prematureReader, rashLeader,
  repeatingServer, rewritingLeader, silentServer, truncatingFollower, trustingLeader, waveringFollower,
} from "./consensus/raft/broken.js";
export { arrowText } from "./consensus/raft/words.js";
