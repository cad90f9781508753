import { canonical } from "../core/canonical.js";
import { clone, deepFreeze } from "../core/clone.js";
import type { Decision, NodeView, Observation } from "../core/property.js";
import type { AnyRole, Call, NodeId, Tagged } from "../core/role.js";
import { boot, step, type Effect, type Fields, type Input } from "../core/step.js";
import { show } from "../core/parameters.js";
import { notPlain } from "../core/plain.js";
import type { Dying } from "./action.js";
import type { Gate } from "./gate.js";
import { PairMap } from "./vectors.js";

/** All there is to one node at one instant. Never changed, and shared by all worlds in which it occurs. */
export interface Local {
  readonly node: number;
  /** Null while the node is down. */
  readonly self: object | null;
  readonly disk: Fields;
  /** Writes that no flush has followed yet, oldest first. */
  readonly pending: readonly Fields[];
  /** The inputs that are its set timers, by number, ascending. */
  readonly timers: readonly number[];
}

/** Something that can happen to a node. Its number stands for it in every table. */
export type Happening =
  | { readonly kind: "start"; readonly node: number }
  | { readonly kind: "message"; readonly node: number; readonly from: number; readonly message: Tagged }
  | { readonly kind: "timer"; readonly node: number; readonly timer: Tagged }
  | { readonly kind: "request"; readonly node: number; readonly call: Call; readonly request: Tagged };

/** What one input does to one node: worked out once, however many worlds it happens in. */
export interface Outcome {
  /** The number of the node's next local state. */
  readonly next: number;
  /** The messages sent, by number, ascending. */
  readonly sends: readonly number[];
  readonly decisions: readonly Decision[];
  readonly observations: readonly Observation[];
  /** What happens instead if the node crashes during this step: the numbers of those outcomes. */
  readonly cuts: readonly number[];
  /** Where a crash cut this outcome off, or null. */
  readonly dies: Dying | null;
  /** For the outcome of a crash between two steps: how many unsynced writes are on disk all the same. */
  readonly kept: number;
  /** What a rule threw, or null. */
  readonly error: string | null;
}

/**
 * The nodes of a cluster as tables: local states, inputs and outcomes have numbers, and a step of a role is run
 * once for each pair of local state and input. That is sound because a rule sees nothing else.
 */
export class Cluster {
  readonly names: readonly NodeId[];
  readonly locals: Local[] = [];
  /** Per local state: how an observer sees it. */
  readonly views: NodeView[] = [];
  /** Per local state: the number of its view. Local states that differ only in disk or timers share one. */
  readonly viewOf: number[] = [];
  readonly happenings: Happening[] = [];
  readonly outcomes: Outcome[] = [];
  readonly #roles: readonly AnyRole[];
  readonly #mayCrash: readonly boolean[];
  readonly #localNumbers = new Map<string, number>();
  readonly #viewNumbers = new Map<string, number>();
  readonly #happeningNumbers = new Map<string, number>();
  readonly #outcomeNumbers = new PairMap();
  readonly #crashes: (readonly number[] | undefined)[] = [];

  readonly #isWatched: boolean;
  readonly #gate: Gate;

  /**
   * @param mayCrash which nodes may crash: only their disks are part of a world
   * @param isWatched whether some property observes what nodes send
   * @param gate asked before a step is worked out
   */
  constructor(
    nodes: Readonly<Record<string, AnyRole>>,
    mayCrash: (node: NodeId) => boolean,
    isWatched: boolean,
    gate: Gate,
  ) {
    this.#isWatched = isWatched;
    this.#gate = gate;
    this.names = Object.keys(nodes) as NodeId[];
    this.#roles = Object.values(nodes);
    this.#mayCrash = this.names.map(mayCrash);
    // The first inputs are the starts, so that the start of node n has the number n.
    for (let node = 0; node < this.names.length; node++) this.happening({ kind: "start", node });
  }

  /** The local state of a node that has just booted for the first time, and what it did so. */
  first(node: number): Outcome {
    return this.#run(this.#boot(node, {}), node, []);
  }

  /** The number of an input. */
  happening(happening: Happening): number {
    return this.#numbered(this.#happeningNumbers, happeningKey(happening), this.happenings, () =>
      deepFreeze(clone(happening)),
    );
  }

  /** The number of a local state. */
  local(local: Local): number {
    const text = localKey(local);
    const known = this.#localNumbers.get(text);
    if (known !== undefined) return known;
    const number = this.locals.length;
    this.#localNumbers.set(text, number);
    this.locals.push(local);
    const id = this.names[local.node]!;
    this.views.push(Object.freeze({ id, role: this.#roles[local.node]!.name, state: deepFreeze(local.self) }));
    const viewText = `${local.node} ${canonical(local.self)}`;
    const view = this.#viewNumbers.get(viewText) ?? this.#viewNumbers.size;
    this.#viewNumbers.set(viewText, view);
    this.viewOf.push(view);
    return number;
  }

  /** The number of the outcome of this input at this local state, both by number. */
  outcome(local: number, happening: number): number {
    const known = this.#outcomeNumbers.get(local, happening);
    if (known >= 0) return known;
    this.#gate.pass();
    const before = this.locals[local]!;
    const what = this.happenings[happening]!;
    const number =
      what.kind === "start"
        ? this.#record(
            this.#run(this.#boot(what.node, before.disk), happening, [
              { kind: "restart", node: this.names[what.node]! },
            ]),
          )
        : this.#record(this.#run(before, happening, this.#observed(what)));
    this.#outcomeNumbers.set(local, happening, number);
    return number;
  }

  /** The outcomes of a crash at this local state, one for each number of unsynced writes that may survive. */
  crashes(local: number): readonly number[] {
    const known = this.#crashes[local];
    if (known) return known;
    this.#gate.pass();
    const { node, disk, pending } = this.locals[local]!;
    const outcomes = survivors(disk, pending).map(({ kept, fields }) =>
      this.#record({
        ...nothing,
        next: this.local({ node, self: null, disk: fields, pending: [], timers: [] }),
        observations: [{ kind: "crash", node: this.names[node]! }],
        kept,
      }),
    );
    this.#crashes[local] = outcomes;
    return outcomes;
  }

  /** An input as a rule takes it. */
  input(happening: Happening): Input {
    switch (happening.kind) {
      case "start":
        return { kind: "start" };
      case "message":
        return { kind: "message", from: this.names[happening.from]!, message: happening.message };
      case "timer":
        return { kind: "timer", timer: happening.timer };
      case "request":
        return { kind: "request", call: happening.call, request: happening.request };
    }
  }

  #boot(node: number, disk: Fields): Local {
    const id = this.names[node]!;
    return { node, self: checked(id, "state", boot(this.#roles[node]!, id, disk)), disk, pending: [], timers: [] };
  }

  #run(before: Local, happening: number, observed: readonly Observation[]): Outcome {
    const { node } = before;
    const id = this.names[node]!;
    const role = this.#roles[node]!;
    const what = this.happenings[happening]!;
    const self = clone(before.self!);
    let effects: readonly Effect[];
    try {
      effects = step(role, self, this.input(what)) ?? [];
    } catch (error) {
      return { ...nothing, next: -1, observations: observed, error: ruleError(id, what, error) };
    }
    let { disk, pending } = before;
    const timers = new Set(before.timers);
    if (what.kind === "timer") timers.delete(happening);
    const sends: number[] = [];
    const decisions: Decision[] = [];
    const observations = [...observed];
    const cuts: number[] = [];
    let writes = 0;
    let hasLeft = what.kind === "request" || what.kind === "start";
    const isTelling = (kind: Effect["kind"]): boolean =>
      kind === "decide" || kind === "reply" || (kind === "send" && this.#isWatched);
    const cut = (fields: Fields, dies: Dying): void => {
      cuts.push(
        this.#record({
          ...nothing,
          next: this.local({ node, self: null, disk: fields, pending: [], timers: [] }),
          sends: ascending(sends),
          decisions: [...decisions],
          observations: [...observations, { kind: "crash", node: id }],
          dies,
        }),
      );
    };
    for (const [i, effect] of effects.entries()) {
      switch (effect.kind) {
        case "send": {
          const to = this.#nodeNumber(id, effect.to);
          const message = checked(id, "message", effect.message);
          const number = this.happening({ kind: "message", node: to, from: node, message });
          sends.push(number);
          observations.push({
            kind: "send",
            from: id,
            to: effect.to,
            message: (this.happenings[number] as { message: Tagged }).message,
          });
          hasLeft = true;
          break;
        }
        case "setTimer":
          timers.add(this.happening({ kind: "timer", node, timer: checked(id, "timer", effect.timer) }));
          break;
        case "cancelTimer":
          timers.delete(this.happening({ kind: "timer", node, timer: effect.timer }));
          break;
        case "write": {
          if (!this.#mayCrash[node]) break;
          writes++;
          // Where only messages are still to come and nobody keeps a record of them, a crash right after the write
          // is one after the step, with the messages lost; and so is one before it, if nothing waits for it.
          const isTold = effects.slice(i + 1).some(({ kind }) => isTelling(kind));
          // While nothing has left the node, a crash before the write is one before the step.
          if (hasLeft && (effect.flush || isTold)) {
            for (const { kept, fields } of survivors(disk, pending))
              cut(fields, { moment: "before-flush", write: writes, kept });
          }
          if (isTold) cut(effect.fields, { moment: "after-flush", write: writes, kept: 0 });
          if (!effect.flush) {
            pending = [...pending, deepFreeze(effect.fields)];
            break;
          }
          disk = deepFreeze(effect.fields);
          pending = [];
          break;
        }
        case "decide": {
          const outcome = deepFreeze(clone(checked(id, "decision", effect.outcome)));
          decisions.push({ node: id, outcome });
          observations.push({ kind: "decide", node: id, outcome });
          hasLeft = true;
          break;
        }
        case "reply": {
          const result = deepFreeze(clone(checked(id, "reply", effect.result)));
          observations.push({ kind: "reply", node: id, call: effect.call, result });
          hasLeft = true;
          break;
        }
      }
    }
    checked(id, "state", self);
    return {
      ...nothing,
      next: this.local({ node, self, disk, pending, timers: ascending([...timers]) }),
      sends: ascending(sends),
      decisions,
      observations,
      cuts,
    };
  }

  #observed(what: Happening): readonly Observation[] {
    const node = this.names[what.node]!;
    switch (what.kind) {
      case "message":
        return [{ kind: "deliver", from: this.names[what.from]!, to: node, message: what.message }];
      case "request":
        return [{ kind: "request", node, call: what.call, request: what.request }];
      case "timer":
      case "start":
        return [];
    }
  }

  #record(outcome: Outcome): number {
    return this.outcomes.push(outcome) - 1;
  }

  #numbered<T>(numbers: Map<string, number>, key: string, list: T[], make: () => T): number {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const number = list.push(make()) - 1;
    numbers.set(key, number);
    return number;
  }

  #nodeNumber(sender: NodeId, to: NodeId): number {
    const number = this.names.indexOf(to);
    if (number < 0)
      throw new RangeError(`${sender} sent to ${show(to)}, but no node has this name: ${this.names.join(", ")}`);
    return number;
  }
}

const nothing: Omit<Outcome, "next"> = {
  sends: [],
  decisions: [],
  observations: [],
  cuts: [],
  dies: null,
  kept: 0,
  error: null,
};

/** The disks that a crash may leave: as it was, or with the first, the first two, ... unsynced writes. Each once. */
function survivors(disk: Fields, pending: readonly Fields[]): { readonly kept: number; readonly fields: Fields }[] {
  const seen = new Set<string>();
  const disks = [disk, ...pending].map((fields, kept) => ({ kept, fields }));
  return disks.filter(({ fields }) => !seen.has(canonical(fields)) && seen.add(canonical(fields)));
}

function happeningKey(happening: Happening): string {
  switch (happening.kind) {
    case "start":
      return `start ${happening.node}`;
    case "message":
      return `message ${happening.from} ${happening.node} ${canonical(happening.message)}`;
    case "timer":
      return `timer ${happening.node} ${canonical(happening.timer)}`;
    case "request":
      return `request ${happening.node} ${happening.call} ${canonical(happening.request)}`;
  }
}

function localKey({ node, self, disk, pending, timers }: Local): string {
  return `${node}\n${canonical(self)}\n${canonical(disk)}\n${canonical(pending)}\n${timers.join()}`;
}

function ruleError(id: NodeId, what: Happening, error: unknown): string {
  const kind =
    what.kind === "message"
      ? what.message.kind
      : what.kind === "timer"
        ? what.timer.kind
        : what.kind === "request"
          ? what.request.kind
          : "start";
  return `the rule "${kind}" of ${id} threw ${error instanceof Error ? `${error.name}: ${error.message}` : show(error)}`;
}

/** The contract asks for plain data; anything else would make two different worlds look the same. */
function checked<T>(id: NodeId, what: string, value: T): T {
  const problem = notPlain(value, what);
  if (problem) throw new TypeError(`${id}: ${problem}; states and messages are made of plain data, maps and sets`);
  return value;
}

function ascending(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}
