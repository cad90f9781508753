import { bytesOf, canonical } from "../core/canonical.js";
import { options } from "../core/parameters.js";
import type { TraceEvent } from "../trace/event.js";

/** What became of the messages of one kind. */
export interface MessageCount {
  /** The kind of message: "prepare". */
  readonly message: string;
  /** How often a node sent one, duplicates by the network not counted. */
  readonly sent: number;
  /** How many copies arrived at a node that was up. */
  readonly delivered: number;
  /** How many copies did not arrive, or arrived in vain: lost, cut off, or at a node that was down. */
  readonly dropped: number;
  /** How many second copies the network made. */
  readonly duplicated: number;
  /** What was sent, as JSON in UTF-8, duplicates by the network not counted. */
  readonly bytes: number;
}

/** Which messages to count. */
export interface MessageFilter {
  /**
   * Whether to count messages that a node sends to itself (default true). They cross no network, and most papers
   * leave them out of their counts.
   */
  readonly toSelf?: boolean;
}

/**
 * One row per kind of message, in the order of first use: `show(messageCounts(run.trace))`.
 *
 * A copy that was still on its way at the end of the run is neither delivered nor dropped.
 */
export function messageCounts(trace: Iterable<TraceEvent>, filter: MessageFilter = {}): MessageCount[] {
  return tally(
    trace,
    filter,
    ({ message }) => message.kind,
    (message) => ({ message }),
  );
}

/** What became of all messages of a run, in one row. */
export function messageTotal(trace: Iterable<TraceEvent>, filter: MessageFilter = {}): Omit<MessageCount, "message"> {
  const [total] = tally(
    trace,
    filter,
    () => "",
    () => ({}),
  );
  return total ?? { sent: 0, delivered: 0, dropped: 0, duplicated: 0, bytes: 0 };
}

/** What went over one link in one direction. */
export interface LinkCount extends Omit<MessageCount, "message"> {
  readonly from: string;
  readonly to: string;
}

/** One row per link and direction that carried a message, in the order of first use. */
export function linkCounts(trace: Iterable<TraceEvent>, filter: MessageFilter = {}): LinkCount[] {
  return tally(
    trace,
    filter,
    ({ from, to }) => JSON.stringify([from, to]),
    (_, { from, to }) => ({ from: from as string, to: to as string }),
  );
}

/** What one node sent and received. */
export interface NodeCount {
  readonly node: string;
  readonly sent: number;
  /** How many copies of messages it handled. */
  readonly received: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** One row per node that sent or received a message, in the order of first appearance. */
export function nodeCounts(trace: Iterable<TraceEvent>, filter: MessageFilter = {}): NodeCount[] {
  const counted = counts(filter);
  const rows = new Map<string, Writable<NodeCount>>();
  const rowOf = (node: string): Writable<NodeCount> => {
    let row = rows.get(node);
    if (row === undefined) rows.set(node, (row = { node, sent: 0, received: 0, bytesSent: 0, bytesReceived: 0 }));
    return row;
  };
  const size = measured();
  for (const event of trace) {
    if (event.kind === "send" && counted(event)) {
      const row = rowOf(event.from);
      row.sent += 1;
      row.bytesSent += size(event.message);
    } else if (event.kind === "deliver" && counted(event)) {
      const row = rowOf(event.to);
      row.received += 1;
      row.bytesReceived += size(event.message);
    }
  }
  return [...rows.values()];
}

/** What a run paid for each thing that it achieved. */
export interface OperationCost {
  /** How many different outcomes were decided, or how many operations were answered. */
  readonly operations: number;
  readonly messages: number;
  readonly bytes: number;
  /** Null where nothing was achieved. */
  readonly messagesPerOperation: number | null;
  readonly bytesPerOperation: number | null;
}

/** What counts as one operation. */
export interface CostOptions extends MessageFilter {
  /**
   * `"decided"` (the default) counts different outcomes, so a value that five nodes decide is one;
   * `"answered"` counts client operations that returned.
   */
  readonly per?: "decided" | "answered";
}

/**
 * Messages and bytes per decided or answered operation, all overhead included: what a protocol costs, rather than
 * what its good case costs.
 */
export function operationCost(
  trace: readonly TraceEvent[],
  { per = "decided", ...filter }: CostOptions = {},
): OperationCost {
  const { sent: messages, bytes } = messageTotal(trace, filter);
  const outcomes = new Set<string>();
  for (const event of trace) {
    if (per === "decided" && event.kind === "decide") outcomes.add(canonical(event.outcome));
    if (per === "answered" && event.kind === "return") outcomes.add(event.call);
  }
  const operations = outcomes.size;
  return {
    operations,
    messages,
    bytes,
    messagesPerOperation: operations === 0 ? null : messages / operations,
    bytesPerOperation: operations === 0 ? null : bytes / operations,
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type OnLink = Extract<TraceEvent, { readonly kind: "send" | "deliver" | "drop" }>;

function tally<Names extends object>(
  trace: Iterable<TraceEvent>,
  filter: MessageFilter,
  keyOf: (event: OnLink) => string,
  names: (key: string, event: OnLink) => Names,
): (Names & Omit<MessageCount, "message">)[] {
  const counted = counts(filter);
  const rows = new Map<string, Names & Writable<Omit<MessageCount, "message">>>();
  const size = measured();
  for (const event of trace) {
    if (event.kind !== "send" && event.kind !== "deliver" && event.kind !== "drop") continue;
    if (!counted(event)) continue;
    const key = keyOf(event);
    let row = rows.get(key);
    if (row === undefined) {
      row = { ...names(key, event), sent: 0, delivered: 0, dropped: 0, duplicated: 0, bytes: 0 };
      rows.set(key, row);
    }
    if (event.kind === "send") {
      row.sent += 1;
      row.bytes += size(event.message);
    } else {
      row[event.kind === "deliver" ? "delivered" : "dropped"] += 1;
      if (event.copy > 0) row.duplicated += 1;
    }
  }
  return [...rows.values()];
}

function counts(filter: MessageFilter): (event: OnLink) => boolean {
  const { toSelf = true } = options("filter", filter, ["toSelf"]);
  return toSelf ? () => true : ({ from, to }) => from !== to;
}

/** Sizes, each found once: a broadcast is one object in many events. */
function measured(): (message: object) => number {
  const sizes = new WeakMap<object, number>();
  return (message) => {
    let size = sizes.get(message);
    if (size === undefined) sizes.set(message, (size = bytesOf(message)));
    return size;
  };
}
