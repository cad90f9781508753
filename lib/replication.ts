/** Replication: registers that a majority keeps, and memories whose reads ask nobody. */
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
