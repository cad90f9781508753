/**
 * Two-phase commit (两阶段提交). The coordinator asks every participant to prepare; if all vote yes it decides to commit,
 * else to abort, and tells them.
 *
 * It is safe whatever crashes and whatever the network does, and it blocks: who has voted yes and hears nothing can do
 * nothing but wait, with its locks held.
 */
export {
  coordinator, type Coordinator, type CoordinatorOptions, type CoordinatorRecord, type CoordinatorSignature, type Stage,
} from "./two-phase/coordinator.js";
export {
  participant, type BeginRequest, type Participant, type ParticipantOptions, type ParticipantRecord,
  type ParticipantSignature,
} from "./two-phase/participant.js";
export {
  intermediate, type Branch, type Intermediate, type IntermediateOptions, type IntermediateRecord,
  type IntermediateSignature, type IntermediateStage,
} from "./two-phase/intermediate.js";
export { forms, habits, type Form } from "./two-phase/forms.js";
export {
  type Ack, type Advice, type Begin, type Consult, type DecisionMessage, type Inquiry, type Prepare, type VoteMessage,
} from "./two-phase/messages.js";
export { protocol, type TwoPhaseOptions } from "./two-phase/protocol.js";
export * as broken from "./two-phase/broken.js";
export { brokenWorlds } from "./two-phase/broken-worlds.js";
