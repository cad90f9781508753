import { finite } from "../core/parameters.js";
import type { TraceEvent } from "../trace/event.js";

/** A stretch of time in which somebody waited and nobody was answered. */
export interface Outage {
  /** Virtual ms. */
  readonly from: number;
  readonly to: number;
  readonly ms: number;
  /** How many operations waited at its end. */
  readonly waiting: number;
}

/** What counts as an outage. */
export interface OutageOptions {
  /** Only stretches of more than so many ms (default 0: all of them). Choose several times the usual latency. */
  readonly longerThan?: number;
  /** Whether an answer is a success (default: every answer is). */
  readonly success?: (result: unknown) => boolean;
  /** Where the measured time ends, in virtual ms (default: at the last event of the trace). */
  readonly until?: number;
}

/**
 * The stretches without a successful answer, as clients saw them: each begins at the last success, or at the first
 * call after it where nobody waited then, and ends with the next success or with the trace. The longest one is the
 * unavailability that a fault caused: `Math.max(...outages(trace).map((row) => row.ms))`.
 *
 * Only the operations of clients count; requests of a run's script have nobody who waits.
 */
export function outages(
  trace: readonly TraceEvent[],
  { longerThan = 0, success = () => true, until }: OutageOptions = {},
): Outage[] {
  finite("longerThan", longerThan);
  if (until !== undefined) finite("until", until);
  const rows: Outage[] = [];
  const waiting = new Set<string>();
  let since: number | null = null;
  let end = 0;
  for (const event of trace) {
    if (until !== undefined && event.at > until) break;
    end = event.at;
    switch (event.kind) {
      case "invoke":
        waiting.add(event.call);
        since ??= event.at;
        break;
      case "return":
        if (success(event.result)) close(event.at);
        waiting.delete(event.call);
        if (success(event.result)) since = waiting.size > 0 ? event.at : null;
        break;
      case "give-up":
        waiting.delete(event.call);
        break;
      default:
        break;
    }
  }
  close(until ?? end);
  return rows;

  function close(to: number): void {
    if (since !== null && to - since > longerThan)
      rows.push({ from: since, to, ms: to - since, waiting: waiting.size });
  }
}

/** A stretch of time in which a node did nothing because of a fault. */
export interface Downtime {
  readonly node: string;
  /** Virtual ms. */
  readonly from: number;
  readonly to: number;
  readonly ms: number;
  readonly why: "crashed" | "paused";
}

/** One row per stretch in which a node was down or paused, in the order of their beginnings. */
export function downtimes(trace: readonly TraceEvent[]): Downtime[] {
  const rows: { node: string; from: number; to: number; ms: number; why: Downtime["why"] }[] = [];
  const open = new Map<string, (typeof rows)[number]>();
  const end = trace.at(-1)?.at ?? 0;
  for (const event of trace) {
    switch (event.kind) {
      case "crash":
      case "pause": {
        const why = event.kind === "crash" ? "crashed" : "paused";
        close(event.node, event.at);
        const row = { node: event.node as string, from: event.at, to: end, ms: end - event.at, why } as const;
        rows.push(row);
        open.set(event.node, row);
        break;
      }
      case "restart":
      case "resume":
        close(event.node, event.at);
        break;
      default:
        break;
    }
  }
  return rows;

  function close(node: string, to: number): void {
    const row = open.get(node);
    if (row === undefined) return;
    row.to = to;
    row.ms = to - row.from;
    open.delete(node);
  }
}
