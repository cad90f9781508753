import type { NodeId } from "../core/role.js";
import type { TraceEvent } from "../trace/event.js";

/**
 * How deep each step of a run lies in messages, counted in two ways.
 *
 * A delivery follows the step that sent the message; every step of a node follows the node's step before it. The
 * longest chain of messages through both is the depth in the sense of "happened before" (Lamport, Time, Clocks, and
 * the Ordering of Events in a Distributed System, 1978): no network, however fast, can shorten it.
 * The path of direct causes follows deliveries only, back from a step to the request, timer or fault that began it.
 */
export interface Causality {
  /** The longest chain of messages that ends in this step. 0 for a step that no message led to. */
  delays(step: number): number;
  /** The longest such chain that begins in or after the other step, or null where no chain leads from there to here. */
  delaysSince(from: number, step: number): number | null;
  /** How many messages lie on the path of direct causes of this step. */
  hops(step: number): number;
  /** The messages of one longest chain that ends in this step, by their ids, in order. */
  chain(step: number): readonly number[];
}

interface Step {
  /** Its place among all steps, in the order in which they began: causes and predecessors come first. */
  readonly place: number;
  /** The step before it on the same node. */
  readonly before: Step | null;
  /** The step that sent what was delivered, or that asked for the write that is on disk now. */
  readonly cause: Step | null;
  /** The id of the message delivered; null where nothing crossed the network. */
  readonly message: number | null;
  readonly delays: number;
  readonly hops: number;
}

/** Follow the causes through a trace. Takes one pass; each question about a chain since some step takes another. */
export function causality(trace: Iterable<TraceEvent>): Causality {
  const steps = new Map<number, Step>();
  const order: Step[] = [];
  const latest = new Map<NodeId, Step>();
  const sentIn = new Map<number, number>();
  const writes = new Map<NodeId, number[]>();
  for (const event of trace) {
    switch (event.kind) {
      case "send":
        sentIn.set(event.id, event.step);
        enter(event.from, event.step, null, null);
        break;
      case "deliver": {
        const step = sentIn.get(event.id);
        enter(event.to, event.step, step === undefined ? null : (steps.get(step) ?? null), event.id);
        break;
      }
      case "request":
      case "timer":
        enter(event.node, event.step, null, null);
        break;
      case "write":
        if (!event.flush) break;
        enter(event.node, event.step, null, null);
        writes.set(event.node, [...(writes.get(event.node) ?? []), event.step]);
        break;
      case "flushed": {
        // What waited for the disk leaves in a step of its own.
        const step = writes.get(event.node)?.shift();
        enter(event.node, event.step, step === undefined ? null : (steps.get(step) ?? null), null);
        break;
      }
      case "crash":
        writes.delete(event.node);
        break;
      case "restart":
        enter(event.node, event.step, null, null);
        break;
      default:
        break;
    }
  }
  return {
    delays: (step) => steps.get(step)?.delays ?? 0,
    delaysSince: (from, step) => since(order, steps.get(from), steps.get(step)),
    hops: (step) => steps.get(step)?.hops ?? 0,
    chain: (step) => chain(steps.get(step) ?? null),
  };

  function enter(node: NodeId, number: number, cause: Step | null, message: number | null): void {
    if (steps.has(number)) return;
    const before = latest.get(node) ?? null;
    const length = message === null ? 0 : 1;
    const step: Step = {
      place: order.length,
      before,
      cause,
      message,
      delays: Math.max(before?.delays ?? 0, cause === null ? 0 : cause.delays + length),
      hops: cause === null ? 0 : cause.hops + length,
    };
    steps.set(number, step);
    order.push(step);
    latest.set(node, step);
  }
}

/** The longest chain of messages of a run: `sequence(trace, { title, highlight: longestChain(trace) })`. */
export function longestChain(trace: readonly TraceEvent[]): readonly number[] {
  const causes = causality(trace);
  let deepest = -1;
  for (const event of trace) {
    if (event.kind === "deliver" && (deepest < 0 || causes.delays(event.step) > causes.delays(deepest)))
      deepest = event.step;
  }
  return deepest < 0 ? [] : causes.chain(deepest);
}

function chain(end: Step | null): number[] {
  const ids: number[] = [];
  for (let step = end; step !== null && step.delays > 0;) {
    const { cause, message } = step;
    if (cause !== null && message !== null && step.delays === cause.delays + 1) {
      ids.push(message);
      step = cause;
    } else if (cause !== null && message === null && step.delays === cause.delays) {
      step = cause;
    } else {
      step = step.before;
    }
  }
  return ids.reverse();
}

/** One pass over the steps from the one to the other sees each after all that can lead to it. */
function since(order: readonly Step[], from: Step | undefined, to: Step | undefined): number | null {
  if (from === undefined || to === undefined || to.place < from.place) return null;
  const unreached = -1;
  const lengths: number[] = [0];
  const lengthOf = (step: Step | null): number =>
    step === null || step.place < from.place ? unreached : lengths[step.place - from.place]!;
  for (let place = from.place + 1; place <= to.place; place++) {
    const { before, cause, message } = order[place]!;
    const viaCause = lengthOf(cause);
    lengths.push(Math.max(lengthOf(before), viaCause === unreached || message === null ? viaCause : viaCause + 1));
  }
  const length = lengths[to.place - from.place]!;
  return length === unreached ? null : length;
}
