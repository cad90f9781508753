import { deviation, mean, quantileSorted } from "d3-array";
import type { TraceEvent } from "../trace/event.js";
import { sortedNumbers } from "./statistics.js";
import { nodeCounts, type MessageFilter } from "./messages.js";

/** What a run asked of one node. */
export interface NodeLoad {
  readonly node: string;
  /** How many inputs it worked on: messages, requests and timers. */
  readonly steps: number;
  /** How many messages it handled, duplicates included. */
  readonly received: number;
  readonly sent: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
}

/** Which nodes have a row. */
export interface LoadOptions extends MessageFilter {
  /** These nodes in this order, also those that had nothing to do; by default, the nodes that appear in the trace. */
  readonly nodes?: readonly string[];
}

/** One row per node: `balance(load(run.trace).map((row) => row.received))` says how even the load was. */
export function load(trace: readonly TraceEvent[], { nodes, ...filter }: LoadOptions = {}): NodeLoad[] {
  const steps = new Map<string, number>();
  for (const event of trace) {
    const node =
      event.kind === "deliver" ? event.to : event.kind === "request" || event.kind === "timer" ? event.node : null;
    if (node !== null) steps.set(node, (steps.get(node) ?? 0) + 1);
  }
  const messages = new Map(nodeCounts(trace, filter).map((row) => [row.node, row]));
  const names = nodes ?? [...new Set([...messages.keys(), ...steps.keys()])];
  return names.map((node) => {
    const { sent = 0, received = 0, bytesSent = 0, bytesReceived = 0 } = messages.get(node) ?? {};
    return { node, steps: steps.get(node) ?? 0, received, sent, bytesReceived, bytesSent };
  });
}

/** How evenly something is spread over nodes. */
export interface Balance {
  /** How many nodes there are. */
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** The fullest node against the mean: 1 is even; with 2 the cluster needs twice the machines. */
  readonly maxOverMean: number;
  /** The coefficient of variation: standard deviation (of the whole population) over mean. 0 is even. */
  readonly cv: number;
  /** The Gini coefficient (Gini 1912): 0 is even, close to 1 is one node with everything. */
  readonly gini: number;
}

/**
 * How even a load is, in one row: `show([balance([3, 4, 5])])`. Where nothing is spread, it is spread evenly.
 *
 * @param loads one number of at least 0 for each node, idle nodes included
 * @throws RangeError where there is no node or a load is negative
 */
export function balance(loads: readonly number[]): Balance {
  const sorted = sortedNumbers(loads);
  if (sorted.length === 0) throw new RangeError("loads must hold at least one number, got an empty list");
  if (sorted[0]! < 0) throw new RangeError(`loads must be numbers of at least 0, got ${sorted[0]}`);
  const count = sorted.length;
  const average = mean(sorted)!;
  const empty = average === 0;
  let ranked = 0;
  for (const [i, value] of sorted.entries()) ranked += (2 * (i + 1) - count - 1) * value;
  return {
    count,
    mean: average,
    min: sorted[0]!,
    p50: quantileSorted(sorted, 0.5)!,
    p90: quantileSorted(sorted, 0.9)!,
    p99: quantileSorted(sorted, 0.99)!,
    max: sorted.at(-1)!,
    maxOverMean: empty ? 1 : sorted.at(-1)! / average,
    cv: empty || count === 1 ? 0 : (deviation(sorted)! * Math.sqrt((count - 1) / count)) / average,
    gini: empty ? 0 : ranked / (count * count * average),
  };
}
