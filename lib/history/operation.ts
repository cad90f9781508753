import { show } from "../core/parameters.js";
import type { Tagged } from "../core/role.js";
import { words } from "../core/words.js";

/**
 * One operation of a history: who asked for what, when the call began, and when the answer came. The rows of
 * `run.history` are such operations; a table written by hand needs no more than these fields.
 *
 * Of two operations the first precedes the second if it returned before the second was called, or at the same
 * time. (Operations that take no time at all precede none of the same instant.) All others are concurrent.
 */
export interface HistoryOperation {
  /** Who asked: operations of one client are one session. */
  readonly client: string;
  /** A name of its own, if it has one. */
  readonly call?: string;
  readonly request: Tagged;
  /** What was answered; of no meaning while `returnedAt` is null. */
  readonly result?: unknown;
  /** In ms, or by any other clock that never goes backward. */
  readonly invokedAt: number;
  /** Null while there is no answer: then it may have taken effect at any time since its call, or may do so yet, or never. */
  readonly returnedAt: number | null;
}

/**
 * Operations as papers write them: "write(4)", "cas(3, 0) → true", "get(x) → –". No answer yet is a question mark; an
 * operation with a value that was answered with nothing was just done.
 */
export function operationText({ request, result, returnedAt }: HistoryOperation): string {
  const { kind, ...fields } = request;
  const call = `${kind}(${Object.values(fields).map((value) => words(value)).join(", ")})`;
  if (returnedAt === null) return `${call} → ?`;
  return result === undefined || (result === null && "value" in fields) ? call : `${call} → ${words(result)}`;
}

/** The same with its client and its times: "c1's read() → 3 (10–15 ms)"; or "(steps 10–15)", on that clock. */
export function operationPhrase(operation: HistoryOperation, unit: "ms" | "steps" = "ms"): string {
  const { client, invokedAt, returnedAt } = operation;
  const times = returnedAt === null ? brief(invokedAt) : `${brief(invokedAt)}–${brief(returnedAt)}`;
  const counted = unit === "ms" ? `${times} ms` : `${returnedAt === null ? "step" : "steps"} ${times}`;
  return `${client}'s ${operationText(operation)} (${returnedAt === null ? "from " : ""}${counted})`;
}

/** When the operations of a history began and ended, by row; the end is infinite where there is no answer. */
export interface Times {
  readonly called: Float64Array;
  readonly returned: Float64Array;
}

/**
 * The times of a history that can be judged, or an error that names the first row that cannot.
 *
 * @throws TypeError for rows that are no operations; RangeError for an answer before its call, or a call that is
 * there twice
 */
export function checkHistory(history: readonly HistoryOperation[]): Times {
  if (!Array.isArray(history)) throw new TypeError(`history must be a list of operations, got ${show(history)}`);
  const called = new Float64Array(history.length);
  const returned = new Float64Array(history.length).fill(Infinity);
  let calls: Map<string, number> | null = null;
  for (let i = 0; i < history.length; i++) {
    const row = history[i]!;
    if (typeof row !== "object" || row === null)
      throw new TypeError(`history[${i}] must be an operation, got ${show(row)}`);
    const { client, call, request, invokedAt, returnedAt } = row;
    if (typeof client !== "string") throw new TypeError(`history[${i}].client must be a name, got ${show(client)}`);
    if (typeof request?.kind !== "string")
      throw new TypeError(`history[${i}].request must be an object with a kind, got ${show(request)}`);
    if (!Number.isFinite(invokedAt))
      throw new TypeError(`history[${i}].invokedAt must be a time in ms, got ${show(invokedAt)}`);
    if (returnedAt !== null) {
      if (!Number.isFinite(returnedAt)) {
        throw new TypeError(
          `history[${i}].returnedAt must be a time in ms, or null while there is no answer, got ${show(returnedAt)}`,
        );
      }
      if (returnedAt < invokedAt) {
        throw new RangeError(
          `history[${i}]: the clock goes backward: the answer came at ${returnedAt} ms, before its call at ${invokedAt} ms`,
        );
      }
      returned[i] = returnedAt;
    }
    called[i] = invokedAt;
    if (call === undefined) continue;
    calls ??= new Map();
    const other = calls.get(call);
    if (other !== undefined)
      throw new RangeError(`history[${i}]: the call ${show(call)} stands there already, as history[${other}]`);
    calls.set(call, i);
  }
  return { called, returned };
}

/**
 * The sessions of a history: for each client its operations, one after the other, as row numbers. An operation
 * without an answer does not hold up what its client did next.
 *
 * @throws RangeError where a client calls while it waits: then nobody knows in which order it meant the two
 */
export function sessionsOf(history: readonly HistoryOperation[]): Map<string, number[]> {
  const sessions = new Map<string, number[]>();
  const rows = history.map((_, i) => i);
  rows.sort((a, b) => history[a]!.invokedAt - history[b]!.invokedAt || a - b);
  const last = new Map<string, number>();
  for (const row of rows) {
    const { client, invokedAt, returnedAt } = history[row]!;
    const session = sessions.get(client);
    if (session === undefined) sessions.set(client, [row]);
    else session.push(row);
    const before = last.get(client);
    if (before !== undefined && history[before]!.returnedAt! > invokedAt) {
      throw new RangeError(
        `history[${row}]: ${client} calls at ${invokedAt} ms while it waits for the answer to history[${before}], ` +
          `which came at ${history[before]!.returnedAt} ms; give each thread of a client a name of its own`,
      );
    }
    if (returnedAt !== null) last.set(client, row);
  }
  return sessions;
}

/** A time without a tail of digits. */
export function brief(time: number): string {
  return String(Math.round(time * 1000) / 1000);
}
