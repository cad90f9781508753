/**
 * Judges of histories: what clients asked and what they were answered, and whether an object could have answered so.
 * A model says what the object does when it is used by one client at a time; `linearizable` looks for an order of the
 * concurrent operations that explains all answers. Where operations come in transactions, `serializable` looks for
 * circles among them.
 */
export { linearizable, type HistoryVerdict, type JudgeOptions } from "./history/linearizable.js";
export { byKey, type Model, type Outcome } from "./history/model.js";
export {
  appendList,
  casRegister,
  counter,
  keyValueMap,
  lock,
  queue,
  register,
  set,
  type CasRequest,
  type CounterRequest,
  type KeyValueRequest,
  type ListRequest,
  type LockRequest,
  type QueueRequest,
  type RegisterRequest,
  type SetRequest,
} from "./history/models.js";
export { sequentiallyConsistent } from "./history/sequential.js";
export {
  causallyConsistent,
  type BadPattern,
  type View,
  type WeakModel,
  type WeakOptions,
  type WeakVerdict,
} from "./history/causal.js";
export { eventuallyConsistent, type EventualVerdict } from "./history/eventual.js";
export { consistencyLadder, type ConsistencyModel, type LadderOptions, type Rung } from "./history/ladder.js";
export { historyOfText, type WrittenOperation } from "./history/text.js";
export {
  sessionGuarantees,
  type SessionGuarantee,
  type SessionOptions,
  type SessionVerdict,
} from "./history/sessions.js";
export { linearizableAnswers, serializableTransactions, type SerializableOptions } from "./history/property.js";
export { historyOf, type HistoryOptions, type TracedOperation } from "./history/record.js";
export { readJepsen, readPorcupine, type ReadOptions } from "./history/read.js";
export { operationText, type HistoryOperation } from "./history/operation.js";
export {
  serializable,
  type Anomaly,
  type Dependency,
  type Finding,
  type IsolationLevel,
  type SerializabilityOptions,
  type SerializabilityVerdict,
  type TransactionRecord,
  type TransactionStep,
} from "./history/serializable.js";
export {
  forbidden,
  isolation,
  type IsolationEdge,
  type IsolationFinding,
  type IsolationVerdict,
  type Phenomenon,
  type PortableLevel,
} from "./history/isolation.js";
export {
  readTransactions,
  transactionText,
  type HistoryEvent,
  type Seen,
  type TransactionHistory,
  type VersionName,
} from "./history/notation.js";
export {
  classicalHistories,
  patternNames,
  patternsIn,
  type ClassicalHistory,
  type Pattern,
  type PatternFinding,
} from "./history/patterns.js";
