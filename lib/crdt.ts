/**
 * Conflict-free replicated data types (CRDTs): replicas that change without asking, and agree all the same once they have
 * heard the same. The catalogue of Shapiro, Preguiça, Baquero and Zawirski (INRIA report 7506, 2011), with deltas (Almeida,
 * Shoker and Baquero 2018), the set without tombstones (Bieniusa et al. 2012), and text (RGA, Roh et al. 2011).
 *
 * - A type is a value with rules: `gCounter.merge(a, b)`. `lawBroken` tries whether merging is a least upper bound.
 * - `stateReplica`, `deltaReplica` and `operationReplica` make roles of types, for the simulator and the explorer.
 * - `strongConvergence` is what must hold: who has seen the same shows the same.
 *
 * What they do not give: a rule over the whole, such as "never below zero". `boundedCounter` shows what that takes.
 */
export {
  fromDeltas, laterOf, type DeltaType, type Dot, type OperationType, type StateType, type Versions,
} from "./crdt/type.js";
export {
  boundedCounter, gCounter, opCounter, pnCounter, rightsOf, type Add, type Escrow, type Subtract, type Transfer, type UpDown,
} from "./crdt/counters.js";
export { isEarlier, lwwRegister, mvRegister, type Assign, type Item, type Sibling, type Siblings, type Timed } from "./crdt/registers.js";
export {
  gSet, lwwSet, opSet, orSet, orSetWithTombstones, twoPhaseSet, type AddItem, type Context, type LastTouched, type Observed, type RemoveItem, type SetOperation,
  type Tagged, type Touched, type TwoPhase,
} from "./crdt/sets.js";
export {
  isLater, mergedTexts, opText, placed, rga, type Erase, type Insert, type Letter, type LetterId, type Letters, type TextOperation,
} from "./crdt/text.js";
export {
  deltaReplica, operationReplica, operationReplicaWhen, stateReplica, type CrdtRequest, type DeltaMessage, type DeltaOptions, type DeltaReplica, type DeltaSignature, type GossipOptions,
  type OperationMessage, type OperationReplica, type OperationSignature, type StateMessage, type StateReplica, type StateSignature,
} from "./crdt/replica.js";
export { isAtMostState, lawBroken, type BrokenLaw } from "./crdt/laws.js";
export { haveSeenTheSame, strongConvergence } from "./crdt/properties.js";
export { addingCounter, greedySet, largestCounter, netCounter, skiplessText, tielessRegister, unionSet } from "./crdt/broken.js";
