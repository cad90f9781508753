/**
 * Which node holds a key: consistent hashing and its relatives, all behind one interface, `Placement`.
 *
 * | scheme | a lookup reads | who may leave | weights | shares |
 * | --- | --- | --- | --- | --- |
 * | `Ring` | an index and a point or two | any | yes | ± 1/√points |
 * | `Ketama` | the same, hashed with MD5 | any | yes | ± 1/√160 |
 * | `BoundedRing` | where the key went | any | no | at most 1 + ε |
 * | `Rendezvous` | every node | any | yes | as even as the hash |
 * | `Skeleton` | a path of a tree, and a cluster | any | no | clusters differ by a node |
 * | `Jump` | nothing | the last | no | as even as the hash |
 * | `Maglev` | one entry of a table | any; some strays | yes | differ by one entry |
 * | `MultiProbe` | a point for each probe | any | no | about 1 + 1/(probes - 1) |
 * | `Anchor` | a few words | any | no | as even as the hash |
 * | `Slots` | one entry of a table | any | yes | by decision |
 *
 * The properties say what a placement must keep; the broken placements each break one.
 */
export { type MakePlacement, type PlacementProperty } from "./storage/placement/properties.js";
export { type NodeList, type NodeOptions, type Ownership, type Placement, type ReplicaOptions } from "./storage/placement/placement.js";
export { Scheme, type Member } from "./storage/placement/placement.js";
export { pointLabel, Ring, type RingOptions, type RingPoint } from "./storage/placement/ring.js";
export { Ketama } from "./storage/placement/ketama.js";
export { BoundedRing, type BoundedRingOptions } from "./storage/placement/bounded.js";
export { Rendezvous, scoreOf, type RendezvousOptions } from "./storage/placement/rendezvous.js";
export { Skeleton, type SkeletonOptions } from "./storage/placement/skeleton.js";
export { Jump, jump, jumpHash, type JumpOptions } from "./storage/placement/jump.js";
export { Maglev, maglevTable, type MaglevOptions, type Permutation } from "./storage/placement/maglev.js";
export { MultiProbe, type MultiProbeOptions } from "./storage/placement/multi-probe.js";
export { Anchor, type AnchorOptions } from "./storage/placement/anchor.js";
export { slotCount, slotOf, Slots } from "./storage/placement/slots.js";
export { md5, murmur, sha1, type Hash } from "./storage/hash/hash.js";
export { sha1Hex } from "./storage/hash/digests.js";
export { crc16 } from "./storage/hash/crc16.js";
export { blend } from "./storage/hash/murmur3.js";
export { keyCounts, keyNames, movement, ownersOf, type KeyCount, type Movement } from "./storage/placement/study.js";
export {
  boundedRequestLoads, requestLoads, zipfRequests, zipfShare, type BoundedRequestOptions, type RequestLoad, type RequestLoadOptions, type ZipfOptions,
} from "./storage/placement/requests.js";
export {
  churnTraffic, randomChanges, type Change, type ChangesOptions, type ChurnOptions, type ChurnRow,
} from "./storage/placement/churn.js";
export {
  boundedMoves, maglevBalance, maglevDisruption, ringBalance, tableBalance, type BoundedMoves, type RingBalance, type TableBalance,
} from "./storage/placement/figures.js";
export {
  apart, balanced, complete, faithful, inherited, monotone, reversible, stable, thrifty, unordered,
} from "./storage/placement/properties.js";
export {
  CompositeMaglev, ForgetfulBoundedRing, GluedRing, LosingRing, ModuloHashing, NearestRing, OpenRing, UnsortedRing,
} from "./storage/placement/broken.js";
export { ListedHashRing, type ListedNode, type ListingRepair } from "./storage/placement/article.js";
