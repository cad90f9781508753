/**
 * A replicated key-value store on a ring, always writable: "Dynamo: Amazon's Highly Available Key-value Store" (DeCandia et
 * al., SOSP 2007).
 *
 * - Each key is kept on N nodes, its preference list: the next ones on the ring (`distlab/placement`).
 * - The node that gets a request coordinates it: W nodes must have a write on disk, R must answer a read. Where nodes do not
 *   answer, the next ones of the ring stand in for them and hand over later what they kept (sloppy quorums, hinted handoff).
 * - Writes that knew nothing of each other are kept side by side as siblings, told apart by clocks. `get` gives them all with
 *   a context; the client makes one value of them, and `put` with that context replaces them.
 * - Replicas are brought together by reads (read repair), and by comparing Merkle trees (anti-entropy).
 * - With `zones` the preference list takes a node of each rack or data center first, so that replicas do not fail together.
 *
 * What R + W > N gives: with strict quorums, and siblings that are kept ("dotted"), a read that begins after a write was
 * acknowledged sees it, or something that replaces it. What it does not give: two reads during one write may see the new value
 * first and then the old one, so it is not linearizable. With sloppy quorums it gives neither.
 *
 * What W gives: with strict quorums an acknowledged write is on the disks of W of the key's N nodes, so it survives the loss of
 * any W - 1 of them. With sloppy ones it is on W disks too, but perhaps on those of other nodes until they hand it over.
 */
export { dynamo } from "./storage/dynamo/node.js";
export { type DynamoOptions } from "./storage/dynamo/options.js";
export { type DynamoNode, type DynamoSignature, type DynamoTimer, type GetUnderWay, type PutUnderWay } from "./storage/dynamo/state.js";
export { recordEntries, recordOf, type Records } from "./storage/dynamo/records.js";
export { covers, dotText, emptyClock, isAtMost, join, pruned, type Clock, type Dot, type Entry } from "./storage/dynamo/clock.js";
export {
  dotted, lastWriterWins, noVersions, vector, versionClock, versionings, versionText, type Siblings, type Value, type Version, type Versioning,
} from "./storage/dynamo/versions.js";
export {
  type Add, type Added, type Ask, type Branch, type Compare, type Exchange, type Fetch, type Fetched, type Get, type Got, type Handed, type Handoff, type List, type Put,
  type Repair, type Store, type Stored, type Told, type Written,
} from "./storage/dynamo/messages.js";
export { type Tree, type Trees } from "./storage/dynamo/merkle.js";
export { cart, type Cart, type CartOptions, type CartSignature } from "./storage/dynamo/cart.js";
export { acknowledgedOnDisks, hasOrReplaced, unsettledKeys, type Debts, type Ledger } from "./storage/dynamo/properties.js";
export { forgetfulDynamo, hastyDynamo, hintDroppingDynamo, lonelyVersionDynamo, miscomparingDynamo } from "./storage/dynamo/broken.js";
