import { finite, options } from "../core/parameters.js";

/** What is asked of an operation of a client: when it began, when it ended, and what it was told. */
export interface Asked {
  readonly invokedAt: number;
  /** Null if no answer came. */
  readonly returnedAt: number | null;
  readonly result: unknown;
}

/** What came of the calls that were made in one span of time. */
export interface OutcomeRow {
  /** The beginning of the span, in virtual ms. */
  readonly at: number;
  /** Calls per second that clients made. */
  readonly offered: number;
  /** Calls per second that were answered well and in time: the goodput (有效吞吐量). */
  readonly good: number;
  /** Calls per second that failed, came too late, or got no answer. */
  readonly failed: number;
  /** The share of the calls that were good; null where nobody called. */
  readonly share: number | null;
}

/**
 * Offered load and goodput over time: one row for each span of `everyMs` in which a call was made, from 0 to `until`. A call
 * belongs to the span in which it was made, and is good if its answer says `ok: true` and came within `withinMs`.
 *
 *     lines(outcomes(run.history, { everyMs: 1000, until: 20_000 }), { x: "at", y: "good", ... })
 */
export function outcomes(history: readonly Asked[], given: { readonly everyMs: number; readonly until: number; readonly withinMs?: number }): OutcomeRow[] {
  const { everyMs, until, withinMs = Infinity } = options("outcomes", given, ["everyMs", "until", "withinMs"]);
  finite("everyMs", everyMs, { min: 1e-3 });
  finite("until", until);
  const spans = Array.from({ length: Math.ceil(until / everyMs) }, () => ({ offered: 0, good: 0 }));
  for (const asked of history) {
    const span = spans[Math.floor(asked.invokedAt / everyMs)];
    if (span === undefined) continue;
    span.offered += 1;
    if (isGood(asked, withinMs)) span.good += 1;
  }
  const perSecond = 1000 / everyMs;
  return spans.map(({ offered, good }, i) => ({
    at: i * everyMs,
    offered: offered * perSecond,
    good: good * perSecond,
    failed: (offered - good) * perSecond,
    share: offered === 0 ? null : good / offered,
  }));
}

/** The share of calls made from `from` (default 0) up to `until` (default: the end) that were answered well and in time; 1 where there were none. */
export function goodShare(history: readonly Asked[], given: { readonly from?: number; readonly until?: number; readonly withinMs?: number } = {}): number {
  const { from = 0, until = Infinity, withinMs = Infinity } = options("goodShare", given, ["from", "until", "withinMs"]);
  const calls = history.filter(({ invokedAt }) => invokedAt >= from && invokedAt < until);
  return calls.length === 0 ? 1 : calls.filter((asked) => isGood(asked, withinMs)).length / calls.length;
}

/** The response times of all answered calls that were made from `from` (default 0) on, in ms. */
export function responseTimes(history: readonly Asked[], given: { readonly from?: number } = {}): number[] {
  const { from = 0 } = options("responseTimes", given, ["from"]);
  return history.flatMap(({ invokedAt, returnedAt }) => (invokedAt < from || returnedAt === null ? [] : [returnedAt - invokedAt]));
}

function isGood({ invokedAt, returnedAt, result }: Asked, withinMs: number): boolean {
  return returnedAt !== null && returnedAt - invokedAt <= withinMs && (result as { readonly ok?: unknown } | null)?.ok === true;
}
