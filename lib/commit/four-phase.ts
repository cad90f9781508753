/**
 * Four-phase commit: two-phase commit whose coordinator has backups, after SDD-1 (Hammer and Shipman 1980). What is here
 * is a reconstruction from second-hand accounts; no protocol of this name is a standard.
 *
 * It does not block while one of the coordinator and its backups lives and all failures are found out, and nothing else. If
 * the network is cut, two of them lead.
 */
export {
  coordinator, type Coordinator, type CoordinatorOptions, type CoordinatorRecord, type CoordinatorSignature,
  type Enlistment, type Stage,
} from "./four-phase/coordinator.js";
export {
  participant, type Participant, type ParticipantOptions, type ParticipantRecord, type ParticipantSignature,
} from "./four-phase/participant.js";
export {
  type Ask, type DecisionMessage, type Enlist, type Enlisted, type Inform, type Informed, type Inquiry,
  type Prepare, type VoteMessage,
} from "./four-phase/messages.js";
export { protocol, type FourPhaseOptions } from "./four-phase/protocol.js";
export * as broken from "./four-phase/broken.js";
export { brokenWorlds } from "./four-phase/broken-worlds.js";
