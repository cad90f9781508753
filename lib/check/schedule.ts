import type { NodeId } from "../core/role.js";
import type { TraceEvent } from "../trace/event.js";
import type { Action, Dying } from "./action.js";

/** An action whose fate is not decided yet: a crash to come may cut it short or undo it. */
interface Draft {
  action: Action;
  readonly node: NodeId;
  readonly step: number;
  writes: number;
  isUndone: boolean;
}

/** A write that may not be on disk yet; `draft` asked for it as its `nth` write, if that is known. */
interface OpenWrite {
  readonly draft: Draft | null;
  readonly nth: number;
  readonly flush: boolean;
  readonly step: number;
}

/**
 * The choices that a run of the simulator made, as a schedule: what came to which node, in which order. Time and
 * chance are gone, so that one choice can be taken out and all others stay as they were. Messages that were
 * lost are not in it, because a schedule delivers only what it says.
 *
 * Where a crash found writes on their way to a slow disk, the inputs whose effects were held back are left out,
 * as they left no mark. The replay of a schedule does what the run did, unless a rule reads the clock.
 */
export function scheduleOf(trace: readonly TraceEvent[]): Action[] {
  const deliveriesLeft = new Map<number, number>();
  for (const event of trace) {
    if (event.kind === "deliver") deliveriesLeft.set(event.id, (deliveriesLeft.get(event.id) ?? 0) + 1);
  }
  const drafts: Draft[] = [];
  const last = new Map<NodeId, Draft>();
  const open = new Map<NodeId, OpenWrite[]>();
  const flushed = new Map<NodeId, OpenWrite>();

  const add = (action: Action, node: NodeId, step: number): void => {
    const draft = { action, node, step, writes: 0, isUndone: false };
    drafts.push(draft);
    last.set(node, draft);
  };

  for (const event of trace) {
    switch (event.kind) {
      case "request":
        add({ kind: "request", node: event.node, call: event.call, request: event.request }, event.node, event.step);
        break;
      case "deliver": {
        const { from, to, message, id } = event;
        const left = deliveriesLeft.get(id)! - 1;
        deliveriesLeft.set(id, left);
        add({ kind: "deliver", from, to, message, ...(left > 0 ? { again: true as const } : {}) }, to, event.step);
        break;
      }
      case "timer":
        add({ kind: "timer", node: event.node, timer: event.timer }, event.node, event.step);
        break;
      case "restart":
        add({ kind: "restart", node: event.node }, event.node, event.step);
        break;
      case "write": {
        const latest = last.get(event.node);
        const draft = latest?.step === event.step ? latest : null;
        const write = { draft, nth: draft ? ++draft.writes : 0, flush: event.flush, step: event.step };
        open.set(event.node, [...(open.get(event.node) ?? []), write]);
        break;
      }
      case "flushed": {
        const writes = open.get(event.node) ?? [];
        const first = writes.findIndex(({ flush }) => flush);
        if (first < 0) break;
        flushed.set(event.node, { ...writes[first]!, step: event.step });
        open.set(event.node, writes.slice(first + 1));
        break;
      }
      case "crash":
        crash(event.node, event.step, event.lostWrites);
        break;
      default:
        break;
    }
  }
  return drafts.filter(({ isUndone }) => !isUndone).map(({ action }) => action);

  function crash(node: NodeId, step: number, lost: number): void {
    const writes = open.get(node) ?? [];
    const justFlushed = flushed.get(node);
    open.delete(node);
    flushed.delete(node);
    const kept = Math.max(0, writes.length - lost);
    // The first write that something waits for; or the last one, if the crash came within its step.
    let fatal = writes.findIndex(({ flush }) => flush);
    if (fatal < 0 && writes.at(-1)?.step === step) fatal = writes.length - 1;
    const write = writes[fatal];
    if (write?.draft) {
      cutShort(
        write.draft,
        kept > fatal
          ? { moment: "after-flush", write: write.nth, kept: 0 }
          : { moment: "before-flush", write: write.nth, kept },
      );
    } else if (justFlushed?.step === step && justFlushed.draft) {
      cutShort(justFlushed.draft, { moment: "after-flush", write: justFlushed.nth, kept: 0 });
    } else {
      add({ kind: "crash", node, kept: write ? 0 : kept }, node, step);
    }
    last.delete(node);
  }

  function cutShort(draft: Draft, dies: Dying): void {
    if (draft.action.kind !== "crash") draft.action = { ...draft.action, dies };
    for (let i = drafts.length - 1; drafts[i] !== draft; i--) {
      if (drafts[i]!.node === draft.node) drafts[i]!.isUndone = true;
    }
  }
}
