import { canonical } from "../core/canonical.js";
import { clone, deepFreeze } from "../core/clone.js";
import type { Decision, Observation, Property, World } from "../core/property.js";
import { options as checkOptions } from "../core/parameters.js";
import type { AnyRole, NodeId, Tagged } from "../core/role.js";
import { boot, step, type Effect, type Fields, type Input } from "../core/step.js";
import type { TraceEvent } from "../trace/event.js";
import { actionText, type Action, type Dying } from "./action.js";
import { NO_RULE_THROWS } from "./options.js";

/** What is needed to follow a schedule. The options of `explore` have it all, and so have those of a simulation. */
export interface ReplayOptions {
  readonly nodes: Readonly<Record<string, AnyRole>>;
  /** Checked after every action. The replay ends at the first violation. */
  readonly properties?: readonly Property[];
  /** With `Infinity`, every delivery leaves a copy in flight. */
  readonly duplicates?: number;
}

/**
 * Follow a schedule, action by action, and record what happens as a trace, which every diagram and measure
 * understands. `at` and `step` of an event are the number of its action, from 1; the boots are at 0. The trace
 * ends with the first violation, if there is one. With `changes`, it tells which fields of its state each step
 * changed.
 *
 * It shares no code with the search but the roles, so that each tests the other. With other roles than those
 * of the search it shows whether a repair holds against an old schedule.
 *
 * @throws RangeError where an action is not possible, as when a changed role never sent the message
 */
export function replay(
  options: ReplayOptions,
  schedule: readonly Action[],
  replayOptions: { readonly changes?: boolean } = {},
): TraceEvent[] {
  const { changes = false } = checkOptions("replay", replayOptions, ["changes"]);
  const trace: TraceEvent[] = [];
  const follower = new Follower(options, (event) => void trace.push(event), changes);
  for (const [i, action] of schedule.entries()) {
    if (follower.isOver) break;
    const obstacle = follower.follow(action);
    if (obstacle)
      throw new RangeError(`action ${i + 1} of the schedule (${actionText(action)}) is not possible: ${obstacle}`);
  }
  return trace;
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

/** A cluster without clocks that does what a schedule says. */
export class Follower {
  /** The first violation, or null. */
  violation: { readonly property: string; readonly problem: string } | null = null;
  readonly decisions: Decision[] = [];
  readonly #roles: Readonly<Record<string, AnyRole>>;
  readonly #names: readonly NodeId[];
  readonly #properties: readonly Property[];
  readonly #staysInFlight: boolean;
  readonly #emit: ((event: TraceEvent) => void) | null;
  readonly #changes: boolean;
  readonly #nodes = new Map<NodeId, Node>();
  readonly #memories: unknown[];
  /** Messages in flight by link and text, oldest first. */
  readonly #inFlight = new Map<string, InFlight[]>();
  #at = 0;
  #sent = 0;

  constructor(
    { nodes, properties = [], duplicates = 0 }: ReplayOptions,
    emit: ((event: TraceEvent) => void) | null,
    changes: boolean,
  ) {
    this.#roles = nodes;
    this.#names = Object.keys(nodes) as NodeId[];
    this.#properties = properties;
    this.#staysInFlight = duplicates === Infinity;
    this.#emit = emit;
    this.#changes = changes;
    this.#memories = properties.map(({ memory }) => memory);
    for (const id of this.#names) {
      this.#nodes.set(id, { self: boot(nodes[id]!, id, {}), disk: {}, pending: [], timers: new Map() });
    }
    for (const id of this.#names) this.#run(id, { kind: "start" }, undefined);
    this.#check();
  }

  /** Whether a property was violated or a rule threw. */
  get isOver(): boolean {
    return this.violation !== null;
  }

  /** The state of a node; null while it is down. */
  state(id: string): object | null {
    return this.#nodes.get(id as NodeId)!.self;
  }

  /** How many writes of a node a crash might lose now. */
  unsyncedWrites(id: string): number {
    return this.#nodes.get(id as NodeId)?.pending.length ?? 0;
  }

  /** Take the action, or say why it is not possible and do nothing. */
  follow(action: Action): string | null {
    const id = action.kind === "deliver" ? action.to : action.node;
    const node = this.#nodes.get(id);
    if (!node) return `there is no node ${id}`;
    if ((node.self === null) !== (action.kind === "restart")) return `${id} is ${node.self === null ? "down" : "up"}`;
    switch (action.kind) {
      case "request": {
        const { call, request } = action;
        this.#at++;
        this.#emit?.({ kind: "request", at: this.#at, step: this.#at, node: id, call, request });
        this.#observe({ kind: "request", node: id, call, request });
        this.#run(id, { kind: "request", call, request }, action.dies);
        break;
      }
      case "deliver": {
        const text = textOfDelivery(action);
        const alike = this.#inFlight.get(text);
        const arriving = alike?.shift();
        if (!arriving) return "no such message is in flight";
        this.#at++;
        if (action.again || this.#staysInFlight) alike!.push({ ...arriving, copy: arriving.copy + 1 });
        const { from, to, message } = arriving;
        this.#emit?.({ kind: "deliver", at: this.#at, step: this.#at, ...arriving });
        this.#observe({ kind: "deliver", from, to, message });
        this.#run(id, { kind: "message", from, message }, action.dies);
        break;
      }
      case "timer":
        if (!node.timers.delete(canonical(action.timer))) return "the timer is not set";
        this.#at++;
        this.#emit?.({ kind: "timer", at: this.#at, step: this.#at, node: id, timer: action.timer });
        this.#run(id, { kind: "timer", timer: action.timer }, action.dies);
        break;
      case "crash":
        if (action.kept > node.pending.length)
          return `${id} has ${node.pending.length} unsynced writes, of which ${action.kept} cannot be kept`;
        this.#at++;
        this.#crash(id, action.kept, 0);
        break;
      case "restart":
        this.#at++;
        this.#emit?.({ kind: "restart", at: this.#at, step: this.#at, node: id });
        this.#observe({ kind: "restart", node: id });
        node.self = boot(this.#roles[id]!, id, node.disk);
        this.#run(id, { kind: "start" }, action.dies);
        break;
    }
    if (!this.isOver) this.#check();
    return null;
  }

  #run(id: NodeId, input: Input, dies: Dying | undefined): void {
    const node = this.#nodes.get(id)!;
    const at = this.#at;
    const emit = this.#emit;
    const before = this.#changes ? (clone(node.self) as Record<string, unknown>) : {};
    let effects: readonly Effect[];
    try {
      effects = step(this.#roles[id]!, node.self!, input) ?? [];
    } catch (error) {
      return this.#violated(NO_RULE_THROWS, `${id}: ${String(error)}`);
    }
    if (this.#changes) this.#recordChanges(id, before, node.self as Record<string, unknown>);
    let writes = 0;
    for (const effect of effects) {
      switch (effect.kind) {
        case "send": {
          const message = deepFreeze(clone(effect.message));
          const envelope = { id: this.#sent++, from: id, to: effect.to, message };
          const text = textOfDelivery(envelope);
          const alike = this.#inFlight.get(text) ?? [];
          // Where messages stay for ever, one of a kind is as good as many.
          if (!this.#staysInFlight || alike.length === 0) alike.push({ ...envelope, sentAt: at, copy: 0 });
          this.#inFlight.set(text, alike);
          emit?.({ kind: "send", at, step: at, ...envelope });
          this.#observe({ kind: "send", from: id, to: effect.to, message });
          break;
        }
        case "setTimer":
          node.timers.set(canonical(effect.timer), clone(effect.timer));
          break;
        case "cancelTimer":
          node.timers.delete(canonical(effect.timer));
          break;
        case "write":
          emit?.({ kind: "write", at, step: at, node: id, flush: effect.flush });
          writes++;
          // The write is lost as well.
          if (dies?.write === writes && dies.moment === "before-flush") {
            return this.#crash(id, Math.min(dies.kept, node.pending.length), 1);
          }
          if (!effect.flush && dies?.write !== writes) {
            node.pending.push(effect.fields);
            break;
          }
          node.disk = effect.fields;
          node.pending = [];
          if (effect.flush) emit?.({ kind: "flushed", at, step: at, node: id });
          if (dies?.write === writes) return this.#crash(id, 0, 0);
          break;
        case "decide": {
          const outcome: unknown = deepFreeze(clone(effect.outcome));
          this.decisions.push({ node: id, outcome });
          emit?.({ kind: "decide", at, step: at, node: id, outcome });
          this.#observe({ kind: "decide", node: id, outcome });
          break;
        }
        case "reply": {
          const { call } = effect;
          const result: unknown = deepFreeze(clone(effect.result));
          emit?.({ kind: "reply", at, step: at, node: id, call, result });
          this.#observe({ kind: "reply", node: id, call, result });
          break;
        }
      }
    }
  }

  #crash(id: NodeId, kept: number, alsoLost: number): void {
    const node = this.#nodes.get(id)!;
    const lostWrites = node.pending.length - kept + alsoLost;
    if (kept > 0) node.disk = node.pending[kept - 1]!;
    node.self = null;
    node.pending = [];
    node.timers.clear();
    this.#emit?.({ kind: "crash", at: this.#at, step: this.#at, node: id, lostWrites });
    this.#observe({ kind: "crash", node: id });
  }

  #recordChanges(id: NodeId, before: Record<string, unknown>, after: Record<string, unknown>): void {
    const fields: Record<string, unknown> = {};
    for (const name of Object.keys(after)) {
      if (canonical(before[name]) !== canonical(after[name])) fields[name] = clone(after[name]);
    }
    if (Object.keys(fields).length > 0)
      this.#emit?.({ kind: "change", at: this.#at, step: this.#at, node: id, fields });
  }

  #observe(happened: Observation): void {
    for (const [i, property] of this.#properties.entries()) {
      if (property.observe) this.#memories[i] = property.observe(this.#memories[i], happened);
    }
  }

  #check(): void {
    const nodes = this.#names.map((id) => ({ id, role: this.#roles[id]!.name, state: this.#nodes.get(id)!.self }));
    const world: World = { nodes, decisions: this.decisions };
    for (const [i, { name, check }] of this.#properties.entries()) {
      const problem = check(world, this.#memories[i]);
      if (problem !== null) return this.#violated(name, problem);
    }
  }

  #violated(property: string, problem: string): void {
    this.violation = { property, problem };
    this.#emit?.({ kind: "violation", at: this.#at, step: this.#at, property, problem });
  }
}

/** Schedules are followed again and again while one is shrunk, so the texts of their messages are kept. */
const texts = new WeakMap<Tagged, string>();

function textOfDelivery({
  from,
  to,
  message,
}: {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Tagged;
}): string {
  let text = texts.get(message);
  if (text === undefined) texts.set(message, (text = canonical(message)));
  return `${from} ${to} ${text}`;
}
