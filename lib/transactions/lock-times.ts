import type { Decided, TransactionId } from "../commit/transaction.js";
import type { Tagged } from "../core/role.js";
import type { Granted, Release } from "./messages.js";

/** How long one transaction held one lock: a row for a table, or a bar of a Gantt chart. */
export interface LockTime {
  readonly shard: string;
  readonly key: string;
  readonly transaction: TransactionId;
  readonly mode: "shared" | "exclusive";
  /** When it was granted, in virtual ms. */
  readonly from: number;
  /** When it was free again; null if it was held at the end of the run. */
  readonly to: number | null;
}

/**
 * One row for each lock that was granted, from the trace of a run of `store`, in the order in which they were granted. A
 * lock ends when the shard learns the outcome or is told to release it, or when the shard crashes, unless the transaction is
 * prepared there: then it has the lock again after the restart.
 */
export function lockTimes(trace: Iterable<{ readonly kind: string; readonly at: number }>): LockTime[] {
  const rows: (LockTime & { to: number | null })[] = [];
  const held = new Map<string, (LockTime & { to: number | null })[]>();
  const prepared = new Set<string>();
  const end = (shard: string, transaction: TransactionId, at: number): void => {
    for (const row of held.get(`${shard} ${transaction}`) ?? []) row.to = at;
    held.delete(`${shard} ${transaction}`);
  };
  for (const event of trace) {
    const { at } = event;
    switch (event.kind) {
      case "send": {
        const { from: shard, message } = event as unknown as { readonly from: string; readonly message: Tagged };
        if (message.kind === "granted") {
          const { transaction, key, mode } = message as Granted;
          const name = `${shard} ${transaction}`;
          const rest = held.get(name) ?? [];
          // A lock that was asked for again is told again.
          if (rest.some((row) => row.key === key && row.mode === mode)) break;
          const row = { shard, key, transaction, mode, from: at, to: null };
          rows.push(row);
          held.set(name, [...rest, row]);
        } else {
          const { transaction, vote, values } = message as unknown as {
            transaction?: TransactionId;
            vote?: string;
            values?: Record<string, string>;
          };
          if (transaction !== undefined && (vote === "yes" || values?.[shard] === "prepared"))
            prepared.add(`${shard} ${transaction}`);
        }
        break;
      }
      case "deliver": {
        const { to: shard, message } = event as unknown as { readonly to: string; readonly message: Tagged };
        if (message.kind !== "release") break;
        const { transaction } = message as Release;
        if (!prepared.has(`${shard} ${transaction}`)) end(shard, transaction, at);
        break;
      }
      case "decide": {
        const { node, outcome } = event as unknown as { readonly node: string; readonly outcome: Decided };
        end(node, outcome.transaction, at);
        break;
      }
      case "crash": {
        const { node } = event as unknown as { readonly node: string };
        for (const name of [...held.keys()]) {
          const [shard, transaction] = name.split(" ") as [string, TransactionId];
          if (shard === node && !prepared.has(name)) end(shard, transaction, at);
        }
        break;
      }
    }
  }
  return rows;
}
