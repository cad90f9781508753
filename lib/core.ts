/**
 * What an algorithm may know: the role interface, one step of a role, quorums, named streams of chance, and
 * what a property of a whole cluster is. Everything else of the library watches algorithms or runs them.
 */
export { ids, isRedirect, type AnyRole, type Call, type Delay, type NodeId, type Out, type Redirect, type RequestOf, type Role, type Signature, type StateOf, type Tagged } from "./core/role.js";
export { colocate, type Colocated } from "./core/colocate.js";
export { mortal, type Down, type Fate, type Mortal, type MortalSignature } from "./core/mortal.js";
export { boot, step, type Effect, type Fields, type Input } from "./core/step.js";
export { type Decision, type NodeView, type Observation, type Property, type World } from "./core/property.js";
export { majority } from "./core/quorum.js";
export { stream, type Seed, type Stream } from "./core/random.js";
export { canonical, bytesOf } from "./core/canonical.js";
export { clone, deepFreeze, shared, type Shared } from "./core/clone.js";
export { fingerprint, Fingerprint } from "./core/hash.js";
export { checkInterrupt, interruptWith } from "./core/interrupt.js";
export { brief, effectText, rounded, words, type NumberWriter } from "./core/words.js";
export { type Specification, type SpecificationAction } from "./core/specification.js";
