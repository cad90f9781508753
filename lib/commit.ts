/**
 * Atomic commitment: all participants of a transaction commit, or all abort.
 *
 * A participant guards a `Resource` and votes on its share of a transaction; the protocols differ in who counts
 * the votes, who is told what, and in what can be done when one of them does not answer.
 */
export { participantsOf, type Answer, type Commit, type Decided, type Outcome, type Shares, type TransactionId, type Vote } from "./commit/transaction.js";
export { accounts, scripted, type Accounts, type Resource, type Scripted, type ScriptedWork } from "./commit/resource.js";
export { type CommitCluster, type CommitProtocol, type Guarding } from "./commit/protocol.js";
export {
  abortNeedsCause, atomicity, commitNeedsAllVotes, commitProperties, irrevocability, locksGoWithDoubt, undecided, voteIn, type CastVote,
} from "./commit/properties.js";
export { transactionCommitSpecification, type ManagerState, type TransactionCommitState } from "./commit/specifications/transaction-commit.js";
export { twoPhaseSpecification, type TwoPhaseState } from "./commit/specifications/two-phase.js";
export { paxosCommitSpecification, type InstanceState, type PaxosCommitBounds, type PaxosCommitState } from "./commit/specifications/paxos-commit.js";
export * as twoPhase from "./commit/two-phase.js";
export * as quorumCommit from "./commit/quorum-commit.js";
export * as fourPhase from "./commit/four-phase.js";
export * as threePhase from "./commit/three-phase.js";
export { mortal, type Down, type Fate, type Mortal, type MortalSignature } from "./core/mortal.js";
export * as paxosCommit from "./commit/paxos-commit.js";
export * as saga from "./commit/saga.js";
export { type BrokenWorld, type SmallWorld } from "./commit/broken-world.js";
export { fourPhaseCost, grayLamportCost, grayLamportWriteDelays, threePhaseCost, twoPhaseCosts, type Cost, type CostFormula } from "./commit/costs.js";
export {
  listedThreePhaseCoordinator, listedThreePhaseParticipant, listing, listingExample, type Listing, type ListingCoordinator, type ListingParticipant,
} from "./commit/article.js";
