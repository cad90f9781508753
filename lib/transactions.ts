/**
 * A small transactional key-value store over shards: strict two-phase locking, deadlocks found or avoided, a write-ahead
 * log under each shard, and any of the commit protocols of distlab/commit between them.
 *
 * What came of its transactions is judged by distlab/history:
 * `serializable(transactionsOf(run.trace), { versions: versionsOf(run.trace) })`.
 */
export { store, type Store, type StoreOptions } from "./transactions/store.js";
export {
  transactionManager, type Active, type TransactionManager, type TransactionManagerOptions, type TransactionManagerSignature,
} from "./transactions/manager.js";
export { shard, type DeadlockHandling, type ShardOptions, type ShardState } from "./transactions/shard.js";
export { shardResource, type ShardData } from "./transactions/shard-resource.js";
export { detector, type Detector, type DetectorSignature } from "./transactions/detector.js";
export { acquire, circleOf, grant, isOlder, release, waits, type Age, type Lock, type Locks, type Mode, type Request } from "./transactions/locks.js";
export { decoded, encoded, redo, replayed, wholeLines, type LogRecord, type Prepared, type Recovered } from "./transactions/write-ahead-log.js";
export {
  type Begin, type DecisionMessage, type Granted, type Known, type LockMessage, type Probe, type Release, type ShardWork, type Step, type Transact,
  type Transacted, type Version, type Wait, type Waits, type Wounded,
} from "./transactions/messages.js";
export { tellsOfTransaction, transactionsOf, versionsOf, type RecordedStep, type RecordedTransaction } from "./transactions/records.js";
export { bankShards, transfers, type BankOptions, type TransferOptions } from "./transactions/bank.js";
export { lockTimes, type LockTime } from "./transactions/lock-times.js";
export { committedStays, locksExclude } from "./transactions/properties.js";
export { earlyStore, forgetfulStore, hastyStore, locklessStore, tornStore } from "./transactions/broken.js";
export { brokenStores, type BrokenStore } from "./transactions/broken-worlds.js";
export { membersOf, replicated, spokenIn, type GroupOptions } from "./transactions/replicated.js";
