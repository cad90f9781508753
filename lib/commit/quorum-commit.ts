/**
 * Quorum-based three-phase commit (Skeen 1982): three-phase commit for networks that can be cut. Nobody commits before a
 * commit quorum is ready to, and nobody aborts before an abort quorum is.
 */
export {
  site, type InDoubt, type QuorumRecord, type QuorumSite, type QuorumSiteOptions, type QuorumSiteSignature,
  type QuorumStage,
} from "./quorum-commit/site.js";
export {
  type CanCommit, type DecisionMessage, type Prepare, type Prepared, type StateReport, type StateRequest,
  type VoteMessage,
} from "./quorum-commit/messages.js";
export { protocol, type QuorumCommitOptions } from "./quorum-commit/protocol.js";
export * as broken from "./quorum-commit/broken.js";
export { brokenWorlds } from "./quorum-commit/broken-worlds.js";
