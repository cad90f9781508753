import { canonical } from "../core/canonical.js";
import { options as checkOptions, show } from "../core/parameters.js";
import { words } from "../core/words.js";
import { checkHistory, operationPhrase, sessionsOf, type HistoryOperation } from "./operation.js";

/** What a session may expect of a replicated store (Terry et al., Session guarantees for weakly consistent replicated data, 1994). */
export type SessionGuarantee = "read your writes" | "monotonic reads" | "monotonic writes" | "writes follow reads";

/** How the operations of a store are understood. */
export interface SessionOptions<Operation extends HistoryOperation = HistoryOperation> {
  /** What every key holds before it is written. Default null. */
  readonly initial?: unknown;
  /**
   * The version that an operation wrote or saw, where the store tells: a greater one is newer, and -Infinity stands for
   * nothing written yet. By default a write is newer than another if it was called after the other had returned, and
   * writes under way at the same time are in no order.
   */
  readonly version?: (operation: Operation) => number;
}

/** What was found for one guarantee. `reason` says it in a sentence. */
export type SessionVerdict<Operation extends HistoryOperation = HistoryOperation> = {
  readonly guarantee: SessionGuarantee;
  /** How many pairs of operations could have broken it. Where it is 0, the history says nothing of the guarantee. */
  readonly checked: number;
  readonly reason: string;
} & (
  | { readonly kind: "holds" }
  | {
      readonly kind: "violated";
      /** The two operations that break it, in the order of their session. */
      readonly first: Operation;
      readonly second: Operation;
      /** The two reads by which it shows, where it is others who see it: of what came second, and then not of what came first. */
      readonly seen: readonly [Operation, Operation] | null;
    }
);

/**
 * The four session guarantees, each by itself: whether each client saw a store that does not forget.
 *
 * - Read your writes: a read sees what its session wrote before, or something newer.
 * - Monotonic reads: a read sees what its session saw before, or something newer.
 * - Monotonic writes: whoever sees a write sees what its session had written before, or something newer.
 * - Writes follow reads: whoever sees a write sees what its session had read before it, or something newer.
 *
 * Requests are reads (`read`, `get`) and writes (`write`, `put`) with a `key`, or none for a single register. It must be
 * clear which write a read saw, so no value may be written twice to a key. Operations without an answer count as
 * written if somebody read them.
 *
 * @throws RangeError for other operations, a value that is written twice or read without having been written, and a
 * client that calls while it waits
 */
export function sessionGuarantees<Operation extends HistoryOperation>(
  history: readonly Operation[],
  options: SessionOptions<Operation> = {},
): SessionVerdict<Operation>[] {
  const { initial = null, version } = checkOptions("options of sessionGuarantees", options, ["initial", "version"]);
  checkHistory(history);
  const steps = stepsOf(history, initial, version);
  const sessions = [...sessionsOf(history).values()].map((rows) => rows.flatMap((row) => steps[row] ?? []));
  const findings: Record<SessionGuarantee, Finding> = {
    "read your writes": nothing(),
    "monotonic reads": nothing(),
    "monotonic writes": nothing(),
    "writes follow reads": nothing(),
  };

  for (const session of sessions) {
    const wrote = new Map<string, Step>();
    const saw = new Map<string, Step>();
    for (const step of session) {
      if (step.isWrite) {
        compare(findings["monotonic writes"], wrote.get(step.key), step);
        compare(findings["writes follow reads"], saw.get(step.key), step);
        keepNewest(wrote, step);
      } else {
        compare(findings["read your writes"], wrote.get(step.key), step);
        compare(findings["monotonic reads"], saw.get(step.key), step);
        keepNewest(saw, step);
      }
    }
  }
  seenByOthers(sessions, findings["monotonic writes"], (step) => step.isWrite);
  seenByOthers(sessions, findings["writes follow reads"], (step) => !step.isWrite);

  return (Object.keys(findings) as SessionGuarantee[]).map((guarantee) => {
    const { checked, broken } = findings[guarantee];
    if (broken === null) {
      const reason =
        checked === 0
          ? `The history says nothing of "${guarantee}".`
          : `"${guarantee}" holds in ${checked} ${checked === 1 ? "case" : "cases"}.`;
      return { guarantee, kind: "holds", checked, reason };
    }
    const [first, second] = [history[broken.first.row]!, history[broken.second.row]!];
    const seen = broken.seen === null ? null : ([history[broken.seen[0].row]!, history[broken.seen[1].row]!] as const);
    const reason =
      seen === null
        ? `"${guarantee}" is broken: ${operationPhrase(second)} comes after ${operationPhrase(first)}, and is older.`
        : `"${guarantee}" is broken: ${operationPhrase(seen[0])} sees ${operationPhrase(second)}, ` +
          `but ${operationPhrase(seen[1])} does not see ${operationPhrase(first)}, which came before it.`;
    return { guarantee, kind: "violated", checked, reason, first, second, seen };
  });
}

/** A read or a write, and the age of what it saw or wrote: `age` is a place in the order of versions. */
interface Step {
  readonly row: number;
  readonly key: string;
  readonly isWrite: boolean;
  /** Which value: the write's row, or -1 for the initial one. */
  readonly write: number;
  /** It is surely older than a value whose `since` is at least this. */
  readonly until: number;
  readonly since: number;
}

interface Finding {
  checked: number;
  broken: { readonly first: Step; readonly second: Step; readonly seen: readonly [Step, Step] | null } | null;
}

function nothing(): Finding {
  return { checked: 0, broken: null };
}

/** Without versions a write is old from its return on for all writes that are called later. */
function stepsOf<Operation extends HistoryOperation>(
  history: readonly Operation[],
  initial: unknown,
  version: ((operation: Operation) => number) | undefined,
): (Step | null)[] {
  const names = history.map(({ request }) => canonical((request as { readonly key?: unknown }).key));
  const writes = new Map<string, number>();
  history.forEach(({ request }, row) => {
    if (!isWrite(request.kind)) return;
    const { key, value } = request as { readonly key?: unknown; readonly value?: unknown };
    const name = `${names[row]} ${canonical(value)}`;
    const other = writes.get(name);
    if (other !== undefined || canonical(value) === canonical(initial)) {
      const where = key === undefined ? "" : ` to ${words(key)}`;
      const again =
        other === undefined ? "what is there before any write" : `written${where} a second time, after history[${other}]`;
      throw new RangeError(
        `history[${row}]: ${words(value)} is ${again}; ` +
          "every write needs a value of its own, so that it is clear which one a read saw",
      );
    }
    writes.set(name, row);
  });
  return history.map((operation, row) => {
    const { request, result, returnedAt } = operation;
    if (!isWrite(request.kind) && request.kind !== "read" && request.kind !== "get") {
      throw new RangeError(
        `history[${row}]: session guarantees know the operations "read", "get", "write", "put", got ${show(request)}`,
      );
    }
    if (returnedAt === null && !isWrite(request.kind)) return null;
    let write = row;
    if (!isWrite(request.kind)) {
      const found = canonical(result) === canonical(initial) ? -1 : writes.get(`${names[row]} ${canonical(result)}`);
      if (found === undefined) {
        throw new RangeError(
          `history[${row}]: ${words(result)} was read and never written; before any write there is ${words(initial)} (the option initial)`,
        );
      }
      write = found;
    }
    const common = { row, key: names[row]!, isWrite: isWrite(request.kind), write };
    if (version !== undefined) {
      const of: unknown = version(operation);
      if (typeof of !== "number" || Number.isNaN(of))
        throw new TypeError(`history[${row}]: version must give a number, got ${show(of)}`);
      return { ...common, until: of, since: of };
    }
    if (write < 0) return { ...common, until: -Infinity, since: -Infinity };
    return { ...common, until: history[write]!.returnedAt ?? Infinity, since: history[write]!.invokedAt };
  });

  function isWrite(kind: string): boolean {
    return kind === "write" || kind === "put";
  }
}

/** Whether the one is surely older than the other: another write, and finished before the other began. */
function isOlder(one: Step, other: Step): boolean {
  return one.write !== other.write && (one.until < other.since || (one.until === other.since && one.since < one.until));
}

function compare(finding: Finding, first: Step | undefined, second: Step): void {
  if (first === undefined) return;
  finding.checked++;
  if (finding.broken === null && isOlder(second, first)) finding.broken = { first, second, seen: null };
}

/** What rules out the most is what began last. */
function keepNewest(steps: Map<string, Step>, step: Step): void {
  const known = steps.get(step.key);
  if (known === undefined || known.since <= step.since) steps.set(step.key, step);
}

/** Whoever sees a write must see what its session wrote, or read, before it. */
function seenByOthers(sessions: readonly (readonly Step[])[], finding: Finding, counts: (step: Step) => boolean): void {
  // For each write, what its session had before it: the newest of each key.
  const written = new Map<number, { readonly step: Step; readonly before: readonly Step[] }>();
  for (const session of sessions) {
    const newest = new Map<string, Step>();
    for (const step of session) {
      if (step.isWrite) written.set(step.row, { step, before: [...newest.values()] });
      if (counts(step)) keepNewest(newest, step);
    }
  }
  for (const session of sessions) {
    const required = new Map<string, { readonly first: Step; readonly second: Step; readonly seenBy: Step }>();
    for (const step of session) {
      if (step.isWrite) continue;
      const rule = required.get(step.key);
      if (rule !== undefined && rule.first.write !== step.write) {
        finding.checked++;
        if (finding.broken === null && isOlder(step, rule.first))
          finding.broken = { first: rule.first, second: rule.second, seen: [rule.seenBy, step] };
      }
      const write = written.get(step.write);
      for (const first of write?.before ?? []) {
        const known = required.get(first.key);
        if (known === undefined || known.first.since < first.since)
          required.set(first.key, { first, second: write!.step, seenBy: step });
      }
    }
  }
}
