/**
 * Erasure codes: more than one copy's safety for less than two copies' space. Data is cut into k shards, m are computed from
 * them, and a disk each keeps one of the k + m.
 *
 * - `reedSolomon`: any k shards give the data back.
 * - `localReconstruction`: a lost shard is made anew from a few others (Azure's LRC).
 * - `copies`: replication as a code, to compare.
 * - `meanTimeToDataLoss`: what that is worth, if disks fail independently.
 */
export { addProduct, inverse, power, times } from "./replication/erasure/field.js";
export { joined, LinearCode, split, type Shard } from "./replication/erasure/linear.js";
export { type Matrix } from "./replication/erasure/matrix.js";
export {
  copies, localReconstruction, reedSolomon, repairReads, type LocalOptions, type ReedSolomonOptions,
} from "./replication/erasure/codes.js";
export { meanTimeToDataLoss, timeToDataLoss, type DurabilityOptions } from "./replication/erasure/durability.js";
