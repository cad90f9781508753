import type { Decided, TransactionId } from "../commit/transaction.js";
import type { Observation } from "../core/property.js";
import type { Tagged } from "../core/role.js";
import type { Begin, ShardWork, Transacted } from "./messages.js";

/** What a transaction read or wrote, by the names of the versions: as `serializable` of distlab/history takes it. */
export type RecordedStep =
  | { readonly kind: "read"; readonly key: string; readonly version: TransactionId | null }
  | { readonly kind: "write"; readonly key: string; readonly value: number; readonly version: TransactionId };

/** One transaction of a run, as `serializable` of distlab/history takes it. */
export interface RecordedTransaction {
  readonly transaction: TransactionId;
  readonly outcome: "committed" | "aborted" | "unknown";
  readonly steps: readonly RecordedStep[];
  /**
   * When it asked for a commit, and when its client was told; null if it never was. In ms, or by number of events
   * where there is no clock.
   */
  readonly invokedAt: number;
  readonly returnedAt: number | null;
}

/**
 * Whether what happens tells of a transaction: what it has read and will write, how it ended, or what its client is
 * told.
 */
export function tellsOfTransaction(happened: Observation): boolean {
  return (
    happened.kind === "decide" ||
    happened.kind === "reply" ||
    (happened.kind === "send" && spoken(happened.message).kind === "begin")
  );
}

/** The message itself, where it is to or from a group of servers. */
function spoken(message: Tagged): Tagged {
  return message.kind === "between" ? (message as unknown as { readonly message: Tagged }).message : message;
}

/**
 * The transactions of a run that came as far as to ask for a commit, from its trace, in the order in which they first
 * asked. The outcome is what any node has announced, also where the client
 * was not told. What was given up before has left nothing behind, and is not there.
 */
export function transactionsOf(
  trace: Iterable<{ readonly kind: string; readonly at?: number }>,
): RecordedTransaction[] {
  let events = 0;
  const asked = new Map<TransactionId, { readonly steps: readonly RecordedStep[]; readonly at: number }>();
  const outcomes = new Map<TransactionId, "committed" | "aborted">();
  const answers = new Map<TransactionId, number>();
  const reads = new Map<TransactionId, readonly RecordedStep[]>();
  for (const event of trace) {
    const at = event.at ?? ++events;
    switch (event.kind) {
      case "send": {
        const message = spoken((event as unknown as { readonly message: Tagged }).message) as Begin;
        // A participant may begin, too, but has no work for shards to tell of.
        if (message.kind !== "begin" || asked.has(message.transaction)) break;
        asked.set(message.transaction, { steps: stepsOf(message), at });
        break;
      }
      case "decide": {
        const { outcome } = event as unknown as { readonly outcome: Decided };
        outcomes.set(outcome.transaction, outcome.outcome === "commit" ? "committed" : "aborted");
        break;
      }
      case "reply": {
        const { result } = event as unknown as { readonly result: Transacted };
        if (typeof result !== "object" || result === null || typeof result.transaction !== "string") break;
        answers.set(result.transaction, at);
        if (result.outcome === "commit") outcomes.set(result.transaction, "committed");
        // What it told its client counts, also where it did not tell the shards.
        reads.set(
          result.transaction,
          Object.entries(result.reads).map(([key, { version }]) => ({ kind: "read", key, version })),
        );
        break;
      }
    }
  }
  return Array.from(asked, ([transaction, { steps, at }]) => {
    const returnedAt = answers.get(transaction) ?? null;
    const outcome = outcomes.get(transaction) ?? "unknown";
    const writes = steps.filter(({ kind }) => kind === "write");
    return {
      transaction,
      outcome,
      steps: [...(reads.get(transaction) ?? steps.filter(({ kind }) => kind === "read")), ...writes],
      invokedAt: at,
      returnedAt,
    };
  });
}

/**
 * The versions of each key in the order in which its shard installed them, where it announced so first:
 * `serializable(transactionsOf(trace), { versions: versionsOf(trace) })`.
 */
export function versionsOf(trace: Iterable<{ readonly kind: string }>): Record<string, TransactionId[]> {
  const work = new Map<TransactionId, Readonly<Record<string, ShardWork>>>();
  const versions: Record<string, TransactionId[]> = {};
  const seen = new Set<string>();
  for (const event of trace) {
    if (event.kind === "send") {
      const message = spoken((event as unknown as { readonly message: Tagged }).message) as Begin;
      if (message.kind === "begin" && !work.has(message.transaction)) work.set(message.transaction, message.work);
    } else if (event.kind === "decide") {
      const { node, outcome } = event as unknown as { readonly node: string; readonly outcome: Decided };
      if (outcome.outcome !== "commit") continue;
      for (const [shard, { writes }] of Object.entries(work.get(outcome.transaction) ?? {})) {
        // A group of servers announces by one of them.
        if ((node !== shard && !node.startsWith(`${shard}.`)) || seen.has(`${shard} ${outcome.transaction}`)) continue;
        seen.add(`${shard} ${outcome.transaction}`);
        for (const key of Object.keys(writes)) (versions[key] ??= []).push(outcome.transaction);
      }
    }
  }
  return versions;
}

function stepsOf({ transaction, work }: Begin): readonly RecordedStep[] {
  return Object.values(work as Readonly<Record<string, ShardWork>>).flatMap(({ reads, writes }) => [
    ...Object.entries(reads).map(([key, version]): RecordedStep => ({ kind: "read", key, version })),
    ...Object.entries(writes).map(([key, value]): RecordedStep => ({
      kind: "write",
      key,
      value,
      version: transaction,
    })),
  ]);
}
