import { show } from "../core/parameters.js";
import { isRedirect, type Call, type NodeId, type Tagged } from "../core/role.js";
import type { TraceEvent } from "../trace/event.js";
import type { HistoryOperation } from "./operation.js";

/** How what a system said becomes what a model says. */
export interface HistoryOptions<Operation extends HistoryOperation> {
  /** What was asked, in the words of the model; null leaves the operation out. By default the request as it is. */
  readonly request?: (operation: Operation) => Tagged | null;
  /** What was answered, in the words of the model; asked only where there is an answer. By default the answer as it is. */
  readonly result?: (operation: Operation) => unknown;
  /** Whether an answer says that the operation did not take effect, and never will ("not the leader"): it is left out. */
  readonly failed?: (operation: Operation) => boolean;
}

/** An operation as a trace tells it. */
export interface TracedOperation extends HistoryOperation {
  readonly client: NodeId;
  readonly call: Call;
}

/**
 * The history of a run, from its trace or its `history`, as the judges take it:
 *
 *     const history = historyOf(run.history, { result: ({ result }) => result.value });
 *     linearizable(history, register());
 *
 * An operation that a client gave up on stays open: it may have happened, or may yet. So does one whose only answer was a
 * `Redirect`, which is no answer.
 *
 * @throws RangeError for a trace with a return without a call, a call that begins twice, or a clock that goes backward
 */
export function historyOf(trace: readonly TraceEvent[], options?: HistoryOptions<TracedOperation>): TracedOperation[];
export function historyOf<Operation extends HistoryOperation>(
  history: readonly Operation[],
  options?: HistoryOptions<Operation>,
): Operation[];
export function historyOf<Operation extends HistoryOperation>(
  source: readonly Operation[] | readonly TraceEvent[],
  options: HistoryOptions<Operation> = {},
): Operation[] {
  if (!Array.isArray(source)) throw new TypeError(`source must be a trace or a history, got ${show(source)}`);
  const {
    request = (operation) => operation.request,
    result = (operation) => operation.result,
    failed = () => false,
  } = options;
  const operations: readonly Operation[] = isTrace(source)
    ? (traced(source) as readonly HistoryOperation[] as readonly Operation[])
    : (source as readonly Operation[]);
  return operations.flatMap((operation) => {
    const asked = request(operation);
    if (asked === null) return [];
    if (operation.returnedAt === null || isRedirect(operation.result)) {
      return [{ ...operation, request: asked, result: undefined, returnedAt: null }];
    }
    return failed(operation) ? [] : [{ ...operation, request: asked, result: result(operation) }];
  });
}

function isTrace(source: readonly object[]): source is readonly TraceEvent[] {
  return source.length > 0 && "kind" in source[0]! && "step" in source[0];
}

function traced(trace: readonly TraceEvent[]): TracedOperation[] {
  const operations: TracedOperation[] = [];
  const rows = new Map<Call, number>();
  const isScripted = new Set<Call>();
  let now = -Infinity;
  trace.forEach((event, i) => {
    if (event.at < now) throw new RangeError(`trace[${i}]: the clock goes backward, from ${now} ms to ${event.at} ms`);
    now = event.at;
    switch (event.kind) {
      case "invoke":
        if (event.attempt === 1) begin(i, event.client, event.call, event.request, event.at);
        return;
      case "return":
        end(i, event.call, event.result, event.at);
        return;
      // A request from a script is at its node at once, and so is the answer.
      case "request":
        if (rows.has(event.call)) return;
        isScripted.add(event.call);
        begin(i, clientOf(event.call), event.call, event.request, event.at);
        return;
      case "reply":
        if (isScripted.has(event.call)) end(i, event.call, event.result, event.at);
        return;
      default:
        return;
    }
  });
  return operations;

  function begin(i: number, client: NodeId, call: Call, request: Tagged, invokedAt: number): void {
    if (rows.has(call)) throw new RangeError(`trace[${i}]: the call "${call}" begins a second time`);
    rows.set(call, operations.length);
    operations.push({ client, call, request, result: undefined, invokedAt, returnedAt: null });
  }

  function end(i: number, call: Call, result: unknown, at: number): void {
    const row = rows.get(call);
    if (row === undefined) throw new RangeError(`trace[${i}]: a return without a call: "${call}" never began`);
    // The first answer counts.
    if (operations[row]!.returnedAt === null) operations[row] = { ...operations[row]!, result, returnedAt: at };
  }
}

/** Who made a call: the part of its name before the number. */
export function clientOf(call: Call): NodeId {
  return call.slice(0, call.lastIndexOf("#")) as NodeId;
}
