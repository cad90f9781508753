/**
 * Three-phase commit (三阶段提交). Between the votes and the commit there is a phase in which all learn that all have voted
 * yes. Whoever is left can then finish without the coordinator.
 *
 * It does not block where processes crash, in a synchronous network with perfect failure detection. In any other
 * network it can decide two things at once.
 */
export {
  isDoubt, site, type DoubtRecord, type Site, type SiteOptions, type SiteRecord, type SiteSignature, type SiteStage,
  type Testimony,
} from "./three-phase/site.js";
export {
  type Ask, type CanCommit, type DecisionMessage, type Doubt, type PreAck, type PreCommit, type StateReport,
  type StateRequest, type Told, type VoteMessage, type YouLead,
} from "./three-phase/messages.js";
export { protocol, type ThreePhaseOptions } from "./three-phase/protocol.js";
export * as broken from "./three-phase/broken.js";
export { brokenWorlds } from "./three-phase/broken-worlds.js";
