/**
 * The broadcast family: how a message gets to all, and in which order messages do.
 *
 * Each broadcast is one box of Cachin, Guerraoui and Rodrigues (Introduction to Reliable and Secure Distributed Programming,
 * 2011), with a role for each node. A node that is asked to `broadcast` a text delivers it, as all others do, by a decision:
 * best effort, then reliable (all who live get it, or none), uniform (also if whoever delivered it first is dead), in the
 * order of each sender, in causal order, and in one order for all. `links` makes links perfect that lose, double and
 * reorder; nodes that crash stay down.
 *
 * `lamportMutex` and `ricartAgrawala` use the order of timestamps to let one node at a time into a critical section.
 */
export {
  nameOf, type BroadcastAlgorithm, type Broadcaster, type BroadcastOptions, type BroadcastOut, type BroadcastRequest, type BroadcastSignature, type Post, type RelayOptions,
} from "./ordering/broadcast/broadcaster.js";
export { bestEffort, lazyReliable, reliable, type Data, type DownReport, type Lazy, type Seen } from "./ordering/broadcast/reliable.js";
export { allAckUniform, uniform, uniformWhen, type Pending, type Uniform } from "./ordering/broadcast/uniform.js";
export { fifo, type Fifo } from "./ordering/broadcast/fifo.js";
export {
  causal, causalWhen, impatientCausal, isReady, type Causal, type CausalData, type Past, type PastData, type PostCounts,
} from "./ordering/broadcast/causal.js";
export {
  agreedTimes, lamportOrder, sequencer, type Acknowledgement, type Agreed, type Final, type LamportOrdered, type Ordered, type Proposal, type Sequenced, type StampedData,
} from "./ordering/broadcast/total.js";
export { links, type Linked, type LinkOptions, type Links, type Receipt } from "./ordering/broadcast/links.js";
export { agrees, agreesUniformly, causalOrder, fifoOrder, integrity, isValid, logsOf, totalOrder } from "./ordering/broadcast/properties.js";
export { echoing, forgetfulLinks, hastyTimes, hastyUniform, narrowCausal } from "./ordering/broadcast/broken.js";
export { broadcastLevels, type BroadcastLevel } from "./ordering/broadcast/levels.js";
export { brokenBroadcasts, type BroadcastWorld, type BrokenBroadcast } from "./ordering/broadcast/broken-worlds.js";
export { lamportMutex, type LamportContender, type LamportMutexSignature } from "./ordering/mutex/lamport.js";
export { contenderDeferring, ricartAgrawala, type DeferRule, type PoliteContender, type PoliteMutexSignature } from "./ordering/mutex/ricart-agrawala.js";
export { type Contender, type ContenderOptions, type Entry } from "./ordering/mutex/contender.js";
export { inOrderOfRequests, oneInside } from "./ordering/mutex/properties.js";
