/**
 * Clocks: what "before" can mean where nobody sees all nodes at once.
 *
 * A `LogicalClock` stamps events; a node in the role `clocked` uses one for all that happens there, and properties hold the
 * stamps against what really happened before what. Lamport's clock gives an order that never contradicts causality, the
 * vector clock tells causality itself, and the hybrid clock stays near to physical time as well. A `register` shows what
 * hangs on the choice, `timeClient` finds out how wrong its clock is, and `commitServer` waits until that does not matter.
 */
export { physicalClock, type LogicalClock, type PhysicalTime } from "./ordering/clocks/clock.js";
export { isEarlier, lamportClock, type LamportTime } from "./ordering/clocks/lamport.js";
export { counted, isAtMost, merged, orderOf, vectorClock, type Counts, type VectorTime } from "./ordering/clocks/vector.js";
export { hybridClock, type HybridTime } from "./ordering/clocks/hybrid.js";
export { clocked, type Clocked, type ClockedSignature, type Deed, type Note, type Stamped } from "./ordering/clocks/clocked.js";
export { clockCondition, nearPhysicalTime, tellsConcurrency } from "./ordering/clocks/properties.js";
export { deafClock, lateClock, overwritingVector, restartingHybrid, runawayHybrid, uncountedVector } from "./ordering/clocks/broken.js";
export { register, writesTakeEffect, type Put, type Register, type RegisterAnswer, type RegisterSignature } from "./ordering/clocks/register.js";
export {
  clockSample, timeClient, timeServer, type AskTime, type ClockSample, type DatedSample, type TellTime, type TimeClient, type TimeClientOptions,
  type TimeClientSignature, type TimeServerSignature,
} from "./ordering/clocks/time-server.js";
export {
  commitServer, externalConsistency, timeInterval, type CommitServer, type CommitServerOptions, type CommitServerSignature, type Committed, type TimeInterval,
} from "./ordering/clocks/commit-wait.js";
