import { canonical } from "../core/canonical.js";
import { clone, deepFreeze } from "../core/clone.js";
import type { Decision, Observation, World } from "../core/property.js";
import { options as checkOptions } from "../core/parameters.js";
import type { AnyRole, NodeId, Tagged } from "../core/role.js";
import { boot, step, type Effect, type Fields, type Input } from "../core/step.js";
import type { TraceEvent } from "../trace/event.js";
import { actionText, type Action, type Dying } from "./action.js";
import { callOf, NO_RULE_THROWS, planOf, type ExploreOptions } from "./options.js";

export interface ReplayOptions {
  /** Whether to record which fields of its state each step changed (default false). */
  readonly changes?: boolean;
}

interface Node {
  /** Null while the node is down. */
  self: object | null;
  disk: Fields;
  pending: Fields[];
  /** Its set timers by their text. */
  readonly timers: Map<string, Tagged>;
}

interface InFlight {
  readonly id: number;
  readonly sentAt: number;
  readonly copy: number;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Tagged;
}

/**
 * Follow a schedule, action by action, and record what happens as a trace, which every diagram and measure
 * understands. `at` and `step` of an event are the number of its action, from 1; the boots are at 0. The trace
 * ends with the first violation, if there is one.
 *
 * It shares no code with the search but the roles, so that each tests the other. With other roles than those
 * of the search it shows whether a repair holds against an old schedule.
 *
 * @throws RangeError where an action is not possible, as when a changed role never sent the message
 */
export function replay<const Nodes extends Readonly<Record<string, AnyRole>>>(
  options: ExploreOptions<Nodes>,
  schedule: readonly Action[],
  replayOptions: ReplayOptions = {},
): TraceEvent[] {
  const { changes = false } = checkOptions("replay", replayOptions, ["changes"]);
  const { nodes: roles, clients, properties, duplicates } = planOf(options);
  const names = Object.keys(roles) as NodeId[];
  const trace: TraceEvent[] = [];
  const nodes = new Map<NodeId, Node>();
  const decisions: Decision[] = [];
  const memories = properties.map(({ memory }) => memory);
  const asked = clients.map(() => 0);
  let inFlight: InFlight[] = [];
  let at = 0;
  let sent = 0;

  for (const id of names) nodes.set(id, { self: boot(roles[id]!, id, {}), disk: {}, pending: [], timers: new Map() });
  for (const id of names) run(id, { kind: "start" }, undefined);
  if (isViolated()) return trace;

  for (const action of schedule) {
    at++;
    const isCaught = take(action);
    if (isCaught || isViolated()) return trace;
  }
  return trace;

  /** Returns whether a rule threw. */
  function take(action: Action): boolean {
    const id = action.kind === "deliver" ? action.to : action.node;
    const node = nodes.get(id) ?? impossible(action, `there is no node ${id}`);
    if ((node.self === null) !== (action.kind === "restart")) impossible(action, `${id} is ${node.self === null ? "down" : "up"}`);
    switch (action.kind) {
      case "request": {
        const position = asked[action.sequence]!++;
        const call = callOf(action.sequence, position);
        trace.push({ kind: "request", at, step: at, node: id, call, request: action.request });
        observe({ kind: "request", node: id, call, request: action.request });
        return run(id, { kind: "request", call, request: action.request }, action.dies);
      }
      case "deliver": {
        const text = canonical(action.message);
        const index = inFlight.findIndex(
          ({ from, to, message }) => from === action.from && to === action.to && canonical(message) === text,
        );
        const arriving = inFlight[index] ?? impossible(action, "no such message is in flight");
        inFlight = inFlight.filter((_, i) => i !== index);
        if (action.again || duplicates === Infinity) inFlight.push({ ...arriving, copy: arriving.copy + 1 });
        const { from, to, message } = arriving;
        trace.push({ kind: "deliver", at, step: at, ...arriving });
        observe({ kind: "deliver", from, to, message });
        return run(id, { kind: "message", from, message }, action.dies);
      }
      case "timer": {
        const text = canonical(action.timer);
        if (!node.timers.delete(text)) impossible(action, "the timer is not set");
        trace.push({ kind: "timer", at, step: at, node: id, timer: action.timer });
        return run(id, { kind: "timer", timer: action.timer }, action.dies);
      }
      case "crash":
        crash(id, action.kept);
        return false;
      case "restart":
        trace.push({ kind: "restart", at, step: at, node: id });
        observe({ kind: "restart", node: id });
        node.self = boot(roles[id]!, id, node.disk);
        return run(id, { kind: "start" }, action.dies);
    }
  }

  function run(id: NodeId, input: Input, dies: Dying | undefined): boolean {
    const node = nodes.get(id)!;
    const before = changes ? (clone(node.self) as Record<string, unknown>) : {};
    let effects: readonly Effect[];
    try {
      effects = step(roles[id]!, node.self!, input) ?? [];
    } catch (error) {
      trace.push({ kind: "violation", at, step: at, property: NO_RULE_THROWS, problem: String(error) });
      return true;
    }
    if (changes) recordChanges(id, before, node.self as Record<string, unknown>);
    let flushes = 0;
    for (const effect of effects) {
      switch (effect.kind) {
        case "send": {
          const message = deepFreeze(clone(effect.message));
          const envelope = { id: sent++, from: id, to: effect.to, message };
          inFlight.push({ ...envelope, sentAt: at, copy: 0 });
          trace.push({ kind: "send", at, step: at, ...envelope });
          observe({ kind: "send", from: id, to: effect.to, message });
          break;
        }
        case "setTimer":
          node.timers.set(canonical(effect.timer), clone(effect.timer));
          break;
        case "cancelTimer":
          node.timers.delete(canonical(effect.timer));
          break;
        case "write":
          trace.push({ kind: "write", at, step: at, node: id, flush: effect.flush });
          if (!effect.flush) {
            node.pending.push(effect.fields);
            break;
          }
          flushes++;
          if (dies?.flush === flushes && dies.moment === "before-flush") {
            // The write that it waited for is lost as well.
            crash(id, dies.kept, 1);
            return false;
          }
          node.disk = effect.fields;
          node.pending = [];
          trace.push({ kind: "flushed", at, step: at, node: id });
          if (dies?.flush === flushes) {
            crash(id, 0);
            return false;
          }
          break;
        case "decide": {
          const outcome: unknown = deepFreeze(clone(effect.outcome));
          decisions.push({ node: id, outcome });
          trace.push({ kind: "decide", at, step: at, node: id, outcome });
          observe({ kind: "decide", node: id, outcome });
          break;
        }
        case "reply": {
          const { call } = effect;
          const result: unknown = deepFreeze(clone(effect.result));
          trace.push({ kind: "reply", at, step: at, node: id, call, result });
          observe({ kind: "reply", node: id, call, result });
          break;
        }
      }
    }
    return false;
  }

  function crash(id: NodeId, kept: number, alsoLost: number = 0): void {
    const node = nodes.get(id)!;
    const lostWrites = node.pending.length - kept + alsoLost;
    if (kept > 0) node.disk = node.pending[kept - 1]!;
    node.self = null;
    node.pending = [];
    node.timers.clear();
    trace.push({ kind: "crash", at, step: at, node: id, lostWrites });
    observe({ kind: "crash", node: id });
  }

  function recordChanges(id: NodeId, before: Record<string, unknown>, after: Record<string, unknown>): void {
    const fields: Record<string, unknown> = {};
    for (const name of Object.keys(after)) {
      if (canonical(before[name]) !== canonical(after[name])) fields[name] = clone(after[name]);
    }
    if (Object.keys(fields).length > 0) trace.push({ kind: "change", at, step: at, node: id, fields });
  }

  function observe(happened: Observation): void {
    properties.forEach((property, i) => {
      if (property.observe) memories[i] = property.observe(memories[i], happened);
    });
  }

  function isViolated(): boolean {
    const views = names.map((id) => ({ id, role: roles[id]!.name, state: nodes.get(id)!.self }));
    const world: World = { nodes: views, decisions };
    for (const [i, { name, check }] of properties.entries()) {
      const problem = check(world, memories[i]);
      if (problem === null) continue;
      trace.push({ kind: "violation", at, step: at, property: name, problem });
      return true;
    }
    return false;
  }

  function impossible(action: Action, why: string): never {
    throw new RangeError(`action ${at} of the schedule (${actionText(action)}) is not possible: ${why}`);
  }
}
