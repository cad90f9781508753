/**
 * How a database keeps transactions apart: one engine with many versions of each row and eight levels, from read
 * uncommitted to serializable, as a role with its clients' sessions on the simulator, or step by step by a script
 * (`interleave`). What a history is worth, `isolation` of distlab/history says, by Adya's definitions.
 */
export { anomalies, tryAnomaly, type AnomalyCase, type AnomalyTried } from "./transactions/isolation/anomalies.js";
export { brokenDatabases, type BrokenDatabase } from "./transactions/isolation/broken-worlds.js";
export { database, databaseWith, type DatabaseSignature, type DatabaseState } from "./transactions/isolation/database.js";
export { type Data, type EngineRules, type Past, type Setting, type Transaction, type Version } from "./transactions/isolation/engine.js";
export { type Danger, type Dependent } from "./transactions/isolation/dangerous.js";
export { interleave, interleavings, type ScriptOptions, type ScriptRun, type ScriptStep } from "./transactions/isolation/interleave.js";
export { type LockTable, type Wish } from "./transactions/isolation/lock-table.js";
export { type ResultMessage, type StatementMessage, type Transacted } from "./transactions/isolation/messages.js";
export {
  add, ifCount, ifSum, plus, read, select, transact, write,
  type Condition, type Findings, type Step, type Sum, type Transact,
} from "./transactions/isolation/program.js";
export { databaseHistory, isolated } from "./transactions/isolation/properties.js";
export { levels, schemes, type Level, type Scheme } from "./transactions/isolation/scheme.js";
export { session, type Active, type SessionOptions, type SessionSignature, type SessionState } from "./transactions/isolation/session.js";
export { type AbortReason, type Predicate, type Result, type Statement } from "./transactions/isolation/statement.js";
export { terminal, type Say, type TerminalSignature, type TerminalState } from "./transactions/isolation/terminal.js";
export {
  abortsOf, databaseCluster, sessionNames, transactionCosts, wasNeeded, workload, workloadRows,
  type DatabaseCluster, type DatabaseClusterOptions, type TransactionCosts, type WorkloadOptions,
} from "./transactions/isolation/workload.js";
