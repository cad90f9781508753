/** Raft: a log that an elected leader replicates, as Ongaro's dissertation has it. */
export {
  type Change, type Changed, type Configuration, configurationOf, configurationProblem, enterJoint, isJoint, leaveJoint, members,
  simpleChange,
} from "./consensus/raft/configuration.js";
export {
  committedByMajority, committedIndex, isQuorum, quorumsMeet, voteOfMajority, voteResult, type VoteResult, type Voting,
} from "./consensus/raft/quorum.js";
