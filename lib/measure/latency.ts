import { causality, type Causality } from "./causality.js";
import type { TraceEvent } from "../trace/event.js";

/** How long one decision took. */
export interface DecisionLatency {
  readonly node: string;
  /** When it was decided, in virtual ms. */
  readonly at: number;
  /** Virtual ms since the first request of the run. */
  readonly ms: number;
  /**
   * Message delays: the longest chain of messages from the first request to this decision, in the order of
   * "happened before". Independent of how fast the network is.
   */
  readonly delays: number;
  /** The messages on the path of direct causes that ends in this decision: one round's worth, however many rounds failed. */
  readonly hops: number;
}

/**
 * One row per decision, in the order in which they were made: `show(decisionLatencies(run.trace))`.
 *
 * Time counts from the first request of the run (of a client or of the script), so this is for runs that decide
 * one thing; where many operations are decided, ask `operationLatencies`. A run without a request has no rows.
 */
export function decisionLatencies(trace: readonly TraceEvent[]): DecisionLatency[] {
  const asked = trace.find((event) => event.kind === "invoke" || event.kind === "request");
  if (asked === undefined) return [];
  const root = trace.find((event) => event.kind === "request");
  const causes = causality(trace);
  const rows: DecisionLatency[] = [];
  for (const event of trace) {
    if (event.kind !== "decide") continue;
    rows.push({ node: event.node, at: event.at, ms: event.at - asked.at, ...depth(causes, root?.step, event.step) });
  }
  return rows;
}

/** How long one operation took, from the first time it was asked for to its answer. */
export interface OperationLatency {
  /** The client, or the node that was asked where the request came from the script of the run. */
  readonly client: string;
  readonly call: string;
  /** The kind of request. */
  readonly request: string;
  /** When it was asked for, in virtual ms. */
  readonly from: number;
  /** When the answer came, in virtual ms. */
  readonly to: number;
  /** Virtual ms from the one to the other. */
  readonly ms: number;
  /** How often the client asked, 1 where the first try was answered. */
  readonly attempts: number;
  /** Message delays between nodes: the longest chain of messages from the request to the answer. */
  readonly delays: number;
  /** The messages on the path of direct causes that ends in the answer. */
  readonly hops: number;
}

/**
 * One row per answered operation, in the order of the answers: `ecdf(operationLatencies(run.trace), ...)` draws
 * their distribution. Operations that were given up or never answered have no row: see `unanswered`.
 *
 * A client's operation lasts from its first call to the answer's arrival at the client; a request of the run's script
 * from its arrival at the node to the node's reply.
 */
export function operationLatencies(trace: readonly TraceEvent[]): OperationLatency[] {
  const causes = causality(trace);
  const open = new Map<
    string,
    { client: string; request: string; from: number; attempts: number; byClient: boolean }
  >();
  const reached = new Map<string, number>();
  const replied = new Map<string, number>();
  const rows: OperationLatency[] = [];
  for (const event of trace) {
    switch (event.kind) {
      case "invoke": {
        const known = open.get(event.call);
        if (known !== undefined) known.attempts += 1;
        else
          open.set(event.call, {
            client: event.client,
            request: event.request.kind,
            from: event.at,
            attempts: 1,
            byClient: true,
          });
        break;
      }
      case "request":
        if (!reached.has(event.call)) reached.set(event.call, event.step);
        if (!open.has(event.call)) {
          open.set(event.call, {
            client: event.node,
            request: event.request.kind,
            from: event.at,
            attempts: 1,
            byClient: false,
          });
        }
        break;
      case "reply":
        if (!replied.has(event.call)) replied.set(event.call, event.step);
        if (open.get(event.call)?.byClient === false) answer(event.call, event.at);
        break;
      case "return":
        answer(event.call, event.at);
        break;
      default:
        break;
    }
  }
  return rows;

  function answer(call: string, to: number): void {
    const operation = open.get(call);
    if (operation === undefined) return;
    open.delete(call);
    const { client, request, from, attempts } = operation;
    const end = replied.get(call);
    const { delays, hops } = end === undefined ? { delays: 0, hops: 0 } : depth(causes, reached.get(call), end);
    rows.push({ client, call, request, from, to, ms: to - from, attempts, delays, hops });
  }
}

/** An operation without an answer. */
export interface Unanswered {
  readonly client: string;
  readonly call: string;
  readonly request: string;
  /** When it was asked for first, in virtual ms. */
  readonly from: number;
  readonly attempts: number;
  /** Whether the client stopped waiting, or the run ended first. */
  readonly why: "given up" | "still waiting";
}

/** One row per client operation that the run left without an answer, in the order of the calls. */
export function unanswered(trace: readonly TraceEvent[]): Unanswered[] {
  const open = new Map<
    string,
    { client: string; call: string; request: string; from: number; attempts: number; why: Unanswered["why"] }
  >();
  for (const event of trace) {
    if (event.kind === "invoke") {
      const known = open.get(event.call);
      if (known !== undefined) known.attempts += 1;
      else {
        const { client, call, at: from } = event;
        open.set(call, { client, call, request: event.request.kind, from, attempts: 1, why: "still waiting" });
      }
    } else if (event.kind === "give-up") {
      const known = open.get(event.call);
      if (known !== undefined) known.why = "given up";
    } else if (event.kind === "return") {
      open.delete(event.call);
    }
  }
  return [...open.values()];
}

/** Where no chain leads from the request here, as after a give-up and a fresh start, the direct causes are what there is. */
function depth(
  causes: Causality,
  from: number | undefined,
  to: number,
): { readonly delays: number; readonly hops: number } {
  const hops = causes.hops(to);
  return { delays: (from === undefined ? null : causes.delaysSince(from, to)) ?? hops, hops };
}
