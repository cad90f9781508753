/**
 * Single-decree Paxos: how machines that crash and messages that vanish can still agree on one value.
 *
 * The roles are those of "Paxos Made Simple" (Leslie Lamport, ACM SIGACT News 32(4), 2001): `proposer`,
 * `acceptor` and `learner`, each on a node of its own, or all in one `server`. A ballot takes two phases:
 *
 * 1. A proposer asks the acceptors to join its ballot (`prepare`). An acceptor that joins (`promised`) will take
 *    part in no earlier one, and tells how it voted last.
 * 2. Once a quorum has joined, the proposer asks for votes (`accept`): for the value of the latest vote that it
 *    was told of, or for its own if there is none. When a quorum has voted (`accepted`), the value is chosen.
 *
 * Why this is safe is said by the properties, each of them checked after every step.
 */
export { acceptor, type Acceptor, type AcceptorOptions, type AcceptorSignature } from "./consensus/paxos/acceptor.js";
export { proposer, type Phase, type Proposer, type ProposerOptions, type ProposerSignature } from "./consensus/paxos/proposer.js";
export { learner, type Learner, type LearnerOptions, type LearnerSignature } from "./consensus/paxos/learner.js";
export { reader, type Reader, type ReaderOptions, type ReaderPhase, type ReaderSignature } from "./consensus/paxos/reader.js";
export { server, type ServerOptions, type ServerSignature } from "./consensus/paxos/server.js";
export { isBefore, isSame, nameOf, noBallot, type Ballot } from "./consensus/paxos/ballot.js";
export { quorumsOf, type Quorums } from "./consensus/paxos/quorums.js";
export { type Accept, type Accepted, type Chosen, type Nack, type Prepare, type Promised, type Value, type Vote } from "./consensus/paxos/messages.js";
export { agreement, validity } from "./consensus/agreement.js";
export {
  ballotlessProposer, changingLearner, doubleCountingLearner, doubleCountingProposer, forgetfulAcceptor, forgetfulProposer, greatestValueProposer,
  gullibleAcceptor, hastyLearner, insatiableProposer, joiningReader, lookingReader, looseProposer, minorityProposer, mixingAcceptor, sharingProposer, stubbornProposer, unboundAcceptor,
} from "./consensus/paxos/broken.js";
export { brokenWorlds, type BrokenWorld, type SmallWorld } from "./consensus/paxos/broken-worlds.js";
export { listing, listingExample, type Listing, type ListingAcceptor, type ListingLearner, type ListingProposer } from "./consensus/paxos/article.js";
export { chosenStays, noVoteBelowPromise, oneValuePerBallot, onlyChosenIsLearned, paxosProperties, promisesKept, safeProposals, type Electorate } from "./consensus/paxos/properties.js";
export { consensusSpecification, type ConsensusState } from "./consensus/specifications/consensus.js";
export { votingSpecification, type PaxosBounds, type VotingState } from "./consensus/specifications/voting.js";
export { paxosSpecification, type PaxosState } from "./consensus/specifications/paxos.js";
