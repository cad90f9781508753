import type { Resource } from "../commit/resource.js";
import type { TransactionId } from "../commit/transaction.js";
import { type Locks, release } from "./locks.js";
import type { Known, ShardWork, Version } from "./messages.js";
import { type LogRecord, type Prepared, redo } from "./write-ahead-log.js";

/** What a shard keeps in memory. After a crash, the log tells what of it counts. */
export interface ShardData {
  readonly values: Map<string, Version>;
  readonly locks: Locks;
  /** The transactions that have or want locks here. */
  readonly known: Map<TransactionId, Known>;
  /** Those of them that have voted yes, and can be given up by no manager any more. */
  readonly prepared: Map<TransactionId, Prepared>;
  /** Records that are not on disk yet; they go there with the participant's next write. */
  readonly unlogged: LogRecord[];
}

/**
 * A shard of the store as a participant guards it. It votes no unless the transaction still has the locks under which
 * it has read and will write: a crash of the shard, or a manager's silence, may have cost it some.
 */
export function shardResource(opening: Readonly<Record<string, number>>): Resource<ShardData, ShardWork> {
  return shardResourceWith({ checksReads: true }, opening);
}

/** The shard that may pass over what was read. Only to show what happens then. */
export function shardResourceWith(
  { checksReads }: { readonly checksReads: boolean },
  opening: Readonly<Record<string, number>>,
): Resource<ShardData, ShardWork> {
  function finish(data: ShardData, transaction: TransactionId, kind: "commit" | "abort"): void {
    const record: LogRecord = { kind, transaction };
    data.unlogged.push(record);
    redo(data, record);
    forget(data, transaction);
  }
  return {
    init: () => ({
      values: new Map(Object.entries(opening).map(([key, value]) => [key, { value, version: null }])),
      locks: new Map(),
      known: new Map(),
      prepared: new Map(),
      unlogged: [],
    }),
    prepare(data, transaction, { reads, writes }) {
      const holds = (key: string, isWritten: boolean): boolean => {
        const held = data.locks.get(key)?.holders.get(transaction);
        return held === "exclusive" || (held === "shared" && !isWritten);
      };
      const isKept =
        !checksReads ||
        Object.entries(reads).every(([key, version]) => holds(key, false) && data.values.get(key)?.version === version);
      if (!isKept || !Object.keys(writes).every((key) => holds(key, true))) return "no";
      // It has read what it wanted; after the last lock was granted, each may be given back (the shrinking phase).
      if (Object.keys(writes).length === 0) return "read-only";
      const prepared: Prepared = { known: data.known.get(transaction)!, reads: Object.keys(reads), writes };
      data.unlogged.push({ kind: "prepare", transaction, prepared });
      data.prepared.set(transaction, prepared);
      return "yes";
    },
    commit: (data, transaction) => finish(data, transaction, "commit"),
    abort: (data, transaction) => finish(data, transaction, "abort"),
    holders: ({ locks }) => [...new Set(Array.from(locks.values(), ({ holders }) => [...holders.keys()]).flat())],
  };
}

/** The transaction has no business here any more. */
export function forget(data: ShardData, transaction: TransactionId): void {
  release(data.locks, transaction);
  data.known.delete(transaction);
}
