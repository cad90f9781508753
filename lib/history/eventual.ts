import { canonical } from "../core/canonical.js";
import { finite, options as checkOptions } from "../core/parameters.js";
import { words } from "../core/words.js";
import { accessesOf } from "./accesses.js";
import { operationPhrase, type HistoryOperation } from "./operation.js";

/** What was found of a store that should come to rest. `reason` says it in a sentence. */
export interface EventualVerdict {
  readonly kind: "holds" | "violated";
  /** How many reads came after the store had had its time. Where it is 0, the history says nothing. */
  readonly checked: number;
  readonly reason: string;
}

/**
 * Whether the reads of each key agree once the store has been left in peace: "if no new updates are made to the object,
 * eventually all accesses will return the last updated value" (Vogels, Eventually consistent, 2009). Eventually has no
 * bound, so a history can only be held against one: `after` is the time in ms from which on all reads of a key must see
 * the same, and a value that was written to it.
 *
 * @throws RangeError for a write that is called at or after that time, and other operations than reads and writes
 */
export function eventuallyConsistent(
  history: readonly HistoryOperation[],
  options: { readonly after: number; readonly initial?: unknown },
): EventualVerdict {
  const { after, initial = null } = checkOptions("options of eventuallyConsistent", options, ["after", "initial"]);
  finite("after", after);
  const { accesses } = accessesOf(history, initial);
  const seen = new Map<string, number>();
  let checked = 0;
  const wrong = (reason: string): EventualVerdict => ({ kind: "violated", checked, reason });
  for (const { row, key, isWrite, from } of accesses) {
    const operation = history[row]!;
    if (operation.invokedAt < after) continue;
    if (isWrite) throw new RangeError(`after must be later than the last write, got ${after}: ${operationPhrase(operation)} comes at or after it`);
    checked++;
    if (from === -2) return wrong(`${operationPhrase(operation)} saw what nobody wrote.`);
    const other = seen.get(key);
    if (other === undefined) {
      if (from === -1 && accesses.some((one) => one.isWrite && one.isAnswered && one.key === key))
        return wrong(`${operationPhrase(operation)} saw no write, long after there was one.`);
      seen.set(key, row);
    } else if (canonical(history[other]!.result) !== canonical(operation.result)) {
      return wrong(`${operationPhrase(operation)} and ${operationPhrase(history[other]!)} do not agree, long after the last write.`);
    }
  }
  return { kind: "holds", checked, reason: `From ${words(after)} ms on all ${checked} reads agree, key by key.` };
}
