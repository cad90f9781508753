/**
 * Multi-Paxos: from one agreement to a log of many, and from a log to a service that outlives its machines.
 *
 * The roles are those of "Paxos Made Moderately Complex" (Robbert van Renesse and Deniz Altinbuken, ACM Computing
 * Surveys 47(3), 2015): `replica`, `leader` (with its scouts and commanders) and `acceptor`, each on a node of its own
 * with a `client` before them, or all in one `server`. What runs a service in practice is taken from "Paxos Made Live"
 * (Tushar Chandra, Robert Griesemer and Joshua Redstone, PODC 2007).
 *
 * 1. Every slot of the log is decided by Paxos. A leader runs phase 1 once for all slots; then each command takes
 *    phase 2 alone.
 * 2. Replicas perform the commands in the order of the slots, each command once. As they begin alike and do alike, they
 *    stay alike.
 */
export { acceptor, type Acceptor, type AcceptorOptions, type AcceptorSignature } from "./consensus/multi-paxos/acceptor.js";
export { client, type Client, type ClientOptions, type ClientSignature } from "./consensus/multi-paxos/client.js";
export type { Commander } from "./consensus/multi-paxos/commander.js";
export {
  configurationAt, configurationsFrom, isQuorum, membersOf, reconfigured, withConfiguration, type Configuration,
} from "./consensus/multi-paxos/configuration.js";
export { leader, type Leader, type LeaderOptions, type LeaderSignature } from "./consensus/multi-paxos/leader.js";
export {
  isSameCommand, nameOfCommand, type Ask, type Checkpoint, type Command, type Decision, type Forget, type Forward, type Granted,
  type Heartbeat, type Jumped, type Learn, type Log, type P1a, type P1b, type P2a, type P2b, type Preempted, type Propose, type PValue, type Request,
  type Response, type Serve, type Slot, type Snapshot, type Start,
} from "./consensus/multi-paxos/messages.js";
export {
  replica, type Moved, type Performed, type Reconfigured, type Replica, type ReplicaOptions, type ReplicaReply, type ReplicaRequest,
  type ReplicaSignature, type Saved,
} from "./consensus/multi-paxos/replica.js";
export type { Scout } from "./consensus/multi-paxos/scout.js";
export { markers, server, serverOf, type Parts, type ServerOptions, type ServerSignature } from "./consensus/multi-paxos/server.js";
export { recall, remember, SESSION_LENGTH, type Known, type Session, type Sessions } from "./consensus/multi-paxos/sessions.js";
export {
  ballotsRise, decidedStays, epochsKept, exactlyOnce, multiPaxosProperties, noSlotSkipped, oneCommandPerBallot, oneCommandPerSlot, replicasAlike,
} from "./consensus/multi-paxos/properties.js";
export type { StateMachine } from "./consensus/state-machine.js";
export { keyValueStore, type KeyValueCommand, type KeyValueResult } from "./consensus/key-value-store.js";
export type { Ballot } from "./consensus/paxos/ballot.js";
export {
  amnesiacAcceptor, carelessAcceptor, forgetfulAcceptor, forgetfulLeader, forgetfulReplica, gullibleAcceptor, hastyLeader, hastyReplica,
  holeyLeader, holeyReplica, impatientLeader, localReader, stubbornLeader, timelessReplica, unboundAcceptor,
} from "./consensus/multi-paxos/broken.js";
export { brokenLogRuns, type BrokenLogRun, type LogRun } from "./consensus/multi-paxos/broken-runs.js";
export { brokenLogWorlds, type BrokenLogWorld, type SmallLogWorld } from "./consensus/multi-paxos/broken-worlds.js";
