import { finite } from "../core/parameters.js";
import type { TraceEvent } from "../trace/event.js";

/** What happened within one stretch of a run. */
export interface TimelineRow {
  /** Where the stretch begins, in virtual ms. */
  readonly from: number;
  readonly to: number;
  readonly sent: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly decided: number;
  /** How many operations of clients were answered. */
  readonly answered: number;
}

const maxRows = 100_000;

/**
 * A run in stretches of equal length, from 0 to its last event, empty ones included:
 * `lines(timeline(trace, { every: 100 }), { x: "from", y: "sent", ... })`.
 *
 * @throws RangeError unless `every` is a length in ms greater than 0 that gives at most 100,000 rows
 */
export function timeline(trace: readonly TraceEvent[], { every }: { readonly every: number }): TimelineRow[] {
  finite("every", every);
  const end = trace.at(-1)?.at ?? 0;
  if (every === 0 || end / every >= maxRows) {
    throw new RangeError(
      `every must be a length in ms that gives at most ${maxRows} rows over ${end} ms, got ${every}`,
    );
  }
  const rows: { -readonly [K in keyof TimelineRow]: TimelineRow[K] }[] = [];
  for (const event of trace) {
    const at = Math.floor(event.at / every);
    while (rows.length <= at) {
      const from = rows.length * every;
      rows.push({ from, to: from + every, sent: 0, delivered: 0, dropped: 0, decided: 0, answered: 0 });
    }
    const name = columns[event.kind];
    if (name !== undefined) rows[at]![name] += 1;
  }
  return rows;
}

const columns: Partial<Record<TraceEvent["kind"], "sent" | "delivered" | "dropped" | "decided" | "answered">> = {
  send: "sent",
  deliver: "delivered",
  drop: "dropped",
  decide: "decided",
  return: "answered",
};
