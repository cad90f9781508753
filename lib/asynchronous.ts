/**
 * Consensus where nothing is known of time, and what cannot be had there.
 *
 * Without clocks, and with a single crash allowed, no deterministic protocol decides in every run (Fischer, Lynch and
 * Paterson, "Impossibility of Distributed Consensus with One Faulty Process", JACM 32(2), 1985). Two ways around it stand
 * here beside Paxos and Raft:
 *
 * - `participant`: a rotating coordinator and a failure detector that may be wrong, and one day is not, for a while long
 *   enough (Chandra and Toueg 1996).
 * - `voter`: a coin in each process, and an end with probability 1 (Ben-Or 1983).
 *
 * Where rounds are synchronous, `floodSet` takes one round more than there may be crashes, and no protocol takes fewer
 * (`flooder` is a process of it); and `general` is one of two who cannot agree at all, because every messenger may be caught.
 */
export {
  participant, participantWith, soundRules, type Participant, type ParticipantOptions, type ParticipantRules, type ParticipantSignature, type Phase,
} from "./consensus/chandra-toueg/participant.js";
export { coordinatorOf, type Ack, type Decide, type Estimate, type Estimated, type Nack, type Proposed, type Value } from "./consensus/chandra-toueg/messages.js";
export { hastyCoordinator, insincereParticipant, minorityParticipant, selfishCoordinator, stamplessCoordinator } from "./consensus/chandra-toueg/broken.js";
export {
  soundVoterRules, voter, voterWith, type Bit, type Ratify, type Report, type Voter, type VoterOptions, type VoterRules, type VoterSignature,
} from "./consensus/ben-or/voter.js";
export { deafVoter, hastyVoter, looseVoter } from "./consensus/ben-or/broken.js";
export { floodSet, type FloodSetOptions, type FloodSetState } from "./consensus/synchronous/flood-set.js";
export { flooder, type Flood, type Flooder, type FlooderOptions, type FlooderSignature, type FloodProposal } from "./consensus/synchronous/flooder.js";
export { general, type General, type GeneralOptions, type GeneralSignature } from "./consensus/synchronous/general.js";
export { agreement } from "./consensus/agreement.js";
