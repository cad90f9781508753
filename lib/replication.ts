/**
 * Replication: more than one copy, and who may write and answer.
 *
 * - Registers that a majority keeps (`abdNode`), and memories whose reads ask nobody (`sharedMemory`).
 * - `primaryBackup`: one replica orders the writes; synchronous, semi-synchronous or asynchronous.
 * - `chain`: the replicas stand in a line; with `reads: "any"` it is CRAQ.
 * - `master`: who belongs to such a group, by epochs that are sealed before the next begins.
 * - `multiLeader`: everybody takes writes, and conflicts are found by version vectors.
 *
 * Gossip has a door of its own (`distlab/gossip`), and so have erasure codes (`distlab/erasure`).
 */
export { abdNode, type AbdNodeSignature } from "./replication/register/node.js";
export { abdReplica, type AbdReplicaSignature, type Copies } from "./replication/register/replica.js";
export { abdClient, type AbdClient, type AbdClientSignature, type AbdOptions, type Access, type RegisterQuorums } from "./replication/register/client.js";
export {
  isOlder, noWrite, type Copy, type Query, type RegisterAccess, type RegisterValue, type Store, type Stored, type Told, type WriteStamp,
} from "./replication/register/messages.js";
export {
  blindWriter, forgetfulReplica, forgetfulWriter, hastyReader, lonelyReader, namelessWriter, overwritingReplica,
} from "./replication/register/broken.js";
export { brokenRegisters, type BrokenRegister, type RegisterWorld } from "./replication/register/broken-worlds.js";
export { oneValuePerStamp } from "./replication/register/properties.js";
export { sharedMemory, type Memory, type MemoryCell, type MemoryOptions, type MemorySeen, type MemorySignature, type MemoryUpdate } from "./replication/memory/memory.js";
export { primaryBackup, type PrimaryBackupOptions } from "./replication/primary-backup/primary-backup.js";
export { chain, type AskVersion, type ChainOptions, type ChainSignature, type Version } from "./replication/chain/chain.js";
export { master, type Master, type MasterOptions, type MasterSignature } from "./replication/group/master.js";
export { type GroupMessage, type GroupOptions, type GroupSignature, type Replica, type StoreRequest, type WaitingRead } from "./replication/group/replica.js";
export {
  type Ack, type Alive, type CatchUp, type Configuration, type Configure, type Confirm, type Confirmed, type Granted, type Propagate, type Resume, type Seal,
  type Sealed, type Update,
} from "./replication/group/messages.js";
export { acknowledgedKept, lostWrites, updatePropagation, type Acknowledged } from "./replication/group/properties.js";
export {
  committedChain, eagerPrimary, epochlessReplica, forgetfulChain, forgetfulBackup, hastyMaster, hastyPrimary, uncheckedChain,
} from "./replication/group/broken.js";
export {
  multiLeader, neighboursOf, type Arrived, type Change, type Leader, type LeaderSignature, type Mark, type MultiLeaderOptions, type Ship, type Sibling, type Topology,
  type VersionVector,
} from "./replication/multi-leader/multi-leader.js";
