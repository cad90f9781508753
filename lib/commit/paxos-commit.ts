/**
 * Paxos Commit: two-phase commit whose outcome is not in one node's hands. Every resource manager's vote is chosen by a
 * Paxos of its own, among 2F + 1 acceptors. Any leader can find out what they have chosen, and end what another one has
 * begun; so as long as more than half of the acceptors are up, nobody stays in doubt because somebody else is down.
 *
 * After Jim Gray and Leslie Lamport, "Consensus on Transaction Commit", ACM TODS 31(1), 2006: section 4.2, and Faster
 * Paxos Commit in section 4.3. With F = 0 it is two-phase commit.
 */
export { acceptor, type Acceptor, type AcceptorSignature, type Instances } from "./paxos-commit/acceptor.js";
export { leader, type Leader, type LeaderOptions, type LeaderSignature, type Pursuit } from "./paxos-commit/leader.js";
export { manager, type Manager, type ManagerOptions, type ManagerRecord, type ManagerSignature } from "./paxos-commit/manager.js";
export {
  type Begin, type Choice, type Choices, type DecisionMessage, type Inquiry, type InstanceVote, type Nack, type Phase1a, type Phase1b, type Phase2a,
  type Phase2b, type Prepare,
} from "./paxos-commit/messages.js";
export { type Tally } from "./paxos-commit/tally.js";
export { protocol, type PaxosCommitOptions } from "./paxos-commit/protocol.js";
export {
  commitIsChosen, instancesStayChosen, oneValuePerInstance, paxosCommitProperties, voteInBallot0, type Acceptors,
} from "./paxos-commit/properties.js";
export { paxosCommitCost, paxosCommitWriteDelays } from "./paxos-commit/costs.js";
export * as broken from "./paxos-commit/broken.js";
export { brokenWorlds } from "./paxos-commit/broken-worlds.js";
