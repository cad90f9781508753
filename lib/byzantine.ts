/**
 * Byzantine faults: nodes that lie. A crashed node says nothing; a Byzantine one says what it likes, and different things to
 * different nodes (Lamport, Shostak and Pease, "The Byzantine Generals Problem", 1982).
 *
 * - What is authentic: `keyRing`, perfect signatures for the simulator; and the real thing, made of SHA-256: `mac`,
 *   `authenticator`, `oneTimeKeys`. `MerkleLog` proves that an entry is in a log, and that a log only grew (RFC 6962).
 * - Who lies: `lying` changes what an honest role says, `puppet` says what it is told to. `generousLiar` and others break Raft
 *   and Paxos, which were made for crashes.
 * - What stands it: `oralGeneral` and `signingGeneral`, in rounds; `replica` and `client`, Practical Byzantine Fault Tolerance
 *   (Castro and Liskov, 1999); `hotStuff`, with messages in proportion to n (Yin et al., 2019).
 *
 * Of n = 3f + 1 replicas, f may lie. Why so many, and what each rule is for, is shown by `brokenLiarScenes`, and for all that
 * liars could do at one number by `pbftSpecification`.
 */
export { digestOf, keyRing, type Combined, type KeyRing, type Pen, type Signed } from "./byzantine/keys.js";
export {
  authenticator, mac, oneTimeKeys, sharedKey, signOnce, verifyOnce, type OneTimeKeys,
} from "./byzantine/cryptography.js";
export { hex, leafHash, MerkleLog, nodeHash, verifyConsistency, verifyInclusion, type Hash, type TreeHead } from "./byzantine/merkle.js";
export { lying, puppet, type Lies, type PuppetSignature, type Say } from "./byzantine/lying.js";
export { emptyHandedFollower, equivocatingLeader, generousLiar, restlessServer, twoFacedAcceptor } from "./byzantine/liars.js";
export {
  interactiveConsistency, majorityOrder, oralGeneral, oralMessages, placesOf, signingGeneral, strategiesOf, traitorousGeneral,
  type Choose, type Command, type Countersign, type GeneralOptions, type OralGeneral, type OralOrder, type OralSignature, type Order, type Place,
  type SignedOrder, type SigningGeneral, type SigningSignature,
} from "./byzantine/generals.js";
export { byzantineQuorum, mostFaults, pbftMessages } from "./byzantine/pbft/quorum.js";
export { replica, replicaWith } from "./byzantine/pbft/replica.js";
export { type ReplicaOptions } from "./byzantine/pbft/settings.js";
export { type Executed, type Replica, type ReplicaSignature, type Slot } from "./byzantine/pbft/state.js";
export { client, clientWith, type Ask, type Client, type ClientOptions, type ClientSignature } from "./byzantine/pbft/client.js";
export {
  type Certificate, type Checkpoint, type Commit, type Committed, type Fetch, type LastReply, type Message, type NewView, type PrePrepare, type Prepare,
  type Reply, type Request, type Snapshot, type State, type Status, type ViewChange,
} from "./byzantine/pbft/messages.js";
export {
  isCommitted, isNewView, isPrepared, isStable, isViewChange, planOf, primaryOf, type Cluster, type Plan,
} from "./byzantine/pbft/certificates.js";
export { soundRules, type Rules } from "./byzantine/pbft/rules.js";
export { onePreparedPerView, onlyAsked, pbftProperties, sameOrder, type Honest } from "./byzantine/pbft/properties.js";
export {
  credulousClient, dictatingPrimary, equivocatingPrimary, fewViewChanges, fickleClient, forgetfulLeaver, forgingReplica, inventingLeaver, lyingReplier,
  misnamingPrimary, noLookAtNewView, noPrepares, noProofs, replayingReplica, shortQuorums, silentPrimary, silentReplica, takesSecond,
} from "./byzantine/pbft/liars.js";
export { brokenLiarScenes, type BrokenLiarScene, type LiarScene } from "./byzantine/pbft/broken-scenes.js";
export { pbftSpecification, type PbftBounds, type Voter, type VoterState } from "./byzantine/pbft/specification.js";
export { hotStuff, hotStuffMessages, type HotStuffOptions, type HotStuffReplica, type HotStuffSignature } from "./byzantine/hotstuff/replica.js";
export { byzantineText, executedText } from "./byzantine/words.js";
