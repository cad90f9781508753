import { integer, options, probability } from "../../core/parameters.js";
import type { Delay, Role } from "../../core/role.js";
import type { Stream } from "../../core/random.js";
import { isolation } from "../../history/isolation.js";
import type { TransactionHistory } from "../../history/notation.js";
import { database, type DatabaseSignature } from "./database.js";
import type { ScriptOptions } from "./interleave.js";
import type { Transacted } from "./messages.js";
import { plus, read, transact, type Transact, write } from "./program.js";
import { session, type SessionSignature } from "./session.js";
import type { AbortReason } from "./statement.js";

/** What the clients of a database do. */
export interface WorkloadOptions {
  /** Among how many rows they choose: the fewer, the more often two want the same one. By default 10. */
  readonly rows?: number;
  /** How many rows a transaction reads; by default 3. */
  readonly reads?: number;
  /** To how many of these it adds 1; by default 1. */
  readonly writes?: number;
  /** The share of transactions that read only; by default 0. */
  readonly readers?: number;
  /** Whether these say so at their beginning; by default true. */
  readonly declares?: boolean;
}

/** The rows of a workload, as a database takes them: r1, r2 and so on, with 0 in each. */
export function workloadRows(count: number): Record<string, number> {
  integer("count", count, { min: 1, max: 100_000 });
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`r${i + 1}`, 0]));
}

/**
 * The operations of a database's clients, for the option `operations` of a simulator's client: each reads some rows in one
 * statement each, and then writes what it has found, and 1 more, to some of them. So the sum of all rows should be the number of such
 * writes that were committed, and what is missing was lost.
 *
 * @throws RangeError if a transaction wants more rows than there are, or a number is out of its range
 */
export function workload(given: WorkloadOptions = {}): (chance: Stream) => Transact {
  const { rows = 10, reads = 3, writes = 1, readers = 0, declares = true } = options("workload", given, ["rows", "reads", "writes", "readers", "declares"]);
  integer("rows", rows, { min: 1, max: 100_000 });
  integer("reads", reads, { min: 1, max: rows });
  integer("writes", writes, { min: 0, max: reads });
  probability("readers", readers);
  const keys = Object.keys(workloadRows(rows));
  return (chance) => {
    const readOnly = chance.chance(readers);
    const chosen = chance.shuffle(keys).slice(0, reads);
    const changed = readOnly ? [] : chance.shuffle(chosen).slice(0, writes);
    return transact([...chosen.map(read), ...changed.map((key) => write(key, plus(key, 1)))], { readOnly: readOnly && declares });
  };
}

/** A database and its sessions. */
export interface DatabaseClusterOptions extends ScriptOptions {
  /** How many sessions there are, s1 and so on; by default 2. */
  readonly sessions?: number;
  /** As those of `session`. */
  readonly think?: Delay;
  readonly tries?: number;
  readonly backoff?: Delay;
}

/** The nodes of such a cluster. */
export type DatabaseCluster = { readonly db: Role<DatabaseSignature> } & { readonly [session: `s${number}`]: Role<SessionSignature> };

/** The nodes of a cluster: a database `db`, and the sessions of its clients. */
export function databaseCluster(given: DatabaseClusterOptions): DatabaseCluster {
  const { sessions = 2, think, tries, backoff, ...rest } = options("databaseCluster", given, ["sessions", "think", "tries", "backoff", "level", "rows", "predicates"]);
  integer("sessions", sessions, { min: 1, max: 1_000 });
  const about = { database: "db", ...(think === undefined ? {} : { think }), ...(tries === undefined ? {} : { tries }), ...(backoff === undefined ? {} : { backoff }) };
  const client: Role<SessionSignature> = session(about);
  return Object.fromEntries([["db", database(rest)], ...Array.from({ length: sessions }, (_, i) => [`s${i + 1}`, client])]) as unknown as DatabaseCluster;
}

/** What became of the transactions of a run. */
export interface TransactionCosts {
  readonly committed: number;
  /** How many were given up for good. */
  readonly failed: number;
  /** Tries that the database gave up; each transaction may have several. */
  readonly aborts: number;
  /** The same, for one transaction that committed. */
  readonly abortsEach: number;
  /** Transactions that committed in a second of virtual time. */
  readonly perSecond: number;
  /** From the call to the answer, on the average, in ms. */
  readonly latencyMs: number;
}

/** One row on the transactions of a run, from the calls that clients made; of those that have their answer. */
export function transactionCosts(calls: readonly { readonly invokedAt: number; readonly returnedAt: number | null; readonly result?: unknown }[]): TransactionCosts {
  let [committed, failed, aborts, latency, end] = [0, 0, 0, 0, 0];
  for (const { invokedAt, returnedAt, result } of calls) {
    if (returnedAt === null) continue;
    const { outcome, tries } = result as Transacted;
    end = Math.max(end, returnedAt);
    aborts += outcome === "commit" ? tries - 1 : tries;
    if (outcome === "abort") failed += 1;
    else {
      committed += 1;
      latency += returnedAt - invokedAt;
    }
  }
  const per = (total: number, of: number): number => (of === 0 ? 0 : total / of);
  return { committed, failed, aborts, abortsEach: per(aborts, committed), perSecond: per(1000 * committed, end), latencyMs: per(latency, committed) };
}

/** The transactions that the database gave up, and why, from the messages of a run. */
export function abortsOf(messages: readonly { readonly kind: string; readonly message?: unknown }[]): readonly { readonly transaction: string; readonly reason: AbortReason }[] {
  return messages.flatMap((event) => {
    const message = event.kind === "send" ? (event.message as { kind: string; transaction: string; result?: { kind: string; reason: AbortReason } }) : null;
    return message?.kind === "result" && message.result?.kind === "aborted" ? [{ transaction: message.transaction, reason: message.result.reason }] : [];
  });
}

/**
 * Whether an abort prevented something: whether the history would not be serializable had this transaction committed where it was
 * given up, with what it had done by then, and all others as they did. If it is serializable, the abort was a false alarm, as far as can be told:
 * nobody knows what it would have done next.
 *
 * @throws RangeError if the transaction was not given up in this history
 */
export function wasNeeded(history: TransactionHistory, transaction: string): boolean {
  if (!history.events.some((event) => event.kind === "abort" && event.transaction === transaction)) throw new RangeError(`${transaction} was not given up in this history`);
  const events = history.events.map((event) => (event.kind === "abort" && event.transaction === transaction ? { kind: "commit" as const, transaction } : event));
  return !isolation({ ...history, events }).levels["PL-3"];
}

/** The names of the sessions of a cluster of that size. */
export function sessionNames(count: number): readonly `s${number}`[] {
  return Array.from({ length: integer("count", count, { min: 1, max: 1_000 }) }, (_, i) => `s${i + 1}` as const);
}
