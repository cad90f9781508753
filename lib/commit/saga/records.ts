import type { Decided, TransactionId } from "../transaction.js";
import type { Performed } from "./messages.js";
import { versionOf } from "./participant.js";

/** A saga of a run as one transaction, as `serializable` of distlab/history takes it. */
export interface RecordedSaga {
  readonly transaction: string;
  readonly outcome: "committed" | "aborted" | "unknown";
  readonly steps: readonly {
    readonly kind: "read" | "write";
    readonly key: string;
    readonly version: string | null;
  }[];
}

/**
 * The sagas of a run as if each were one transaction, from its trace: `serializable(sagasOf(run.trace))` says what it
 * costs that they are not. What undid a saga counts as a transaction of its own, "t1, undone"; so whoever has seen a step
 * that was undone later has read what was rolled back.
 */
export function sagasOf(trace: Iterable<{ readonly kind: string }>): RecordedSaga[] {
  const events = [...trace];
  const outcomes = new Map<TransactionId, Decided["outcome"]>();
  for (const event of events) {
    if (event.kind !== "decide") continue;
    const { outcome } = event as unknown as { readonly outcome: Decided };
    outcomes.set(outcome.transaction, outcome.outcome);
  }
  const sagas = new Map<string, { outcome: RecordedSaga["outcome"]; steps: RecordedSaga["steps"][number][] }>();
  for (const { version, node, message } of performedIn(events)) {
    const { transaction, way, found } = message;
    const outcome = outcomes.get(transaction);
    const name = way === "forward" ? transaction : `${transaction}, undone`;
    const ended = outcome === undefined ? "unknown" : outcome === "commit" ? "committed" : "aborted";
    const saga = sagas.get(name) ?? { outcome: way === "backward" ? "committed" : ended, steps: [] };
    sagas.set(name, saga);
    for (const { account, version: before, isChanged } of found) {
      const key = `${node} ${account}`;
      // To undo a step one need not know what came of it.
      if (way === "forward") saga.steps.push({ kind: "read", key, version: before });
      if (isChanged) saga.steps.push({ kind: "write", key, version });
    }
  }
  return Array.from(sagas, ([transaction, { outcome, steps }]) => ({ transaction, outcome, steps }));
}

/**
 * The versions of each account in the order in which they came: `serializable(sagasOf(trace), { versions:
 * sagaVersions(trace) })`.
 */
export function sagaVersions(trace: Iterable<{ readonly kind: string }>): Record<string, string[]> {
  const versions: Record<string, string[]> = {};
  for (const { version, node, message } of performedIn(trace)) {
    for (const { account, isChanged } of message.found)
      if (isChanged) (versions[`${node} ${account}`] ??= []).push(version);
  }
  return versions;
}

/** The local transactions that were done, each once, as their nodes told of them. */
function performedIn(
  trace: Iterable<{ readonly kind: string }>,
): readonly { readonly version: string; readonly node: string; readonly message: Performed }[] {
  const performed = new Map<string, { readonly version: string; readonly node: string; readonly message: Performed }>();
  for (const event of trace) {
    if (event.kind !== "send") continue;
    const { from, message } = event as unknown as { readonly from: string; readonly message: Performed };
    if (message.kind !== "performed" || !message.isDone) continue;
    const version = versionOf(message.transaction, message.index, message.way);
    if (!performed.has(version)) performed.set(version, { version, node: from, message });
  }
  return [...performed.values()];
}
