import { canonical } from "../core/canonical.js";
import { deepFreeze } from "../core/clone.js";
import type { Decision, NodeView, World } from "../core/property.js";
import type { Action } from "./action.js";
import { Cluster } from "./cluster.js";
import { Gate } from "./gate.js";
import { callOf, type Plan } from "./options.js";
import { SOUND, type Judgement, type Space } from "./space.js";
import { renamed, Symmetry, type Renaming } from "./symmetry.js";
import { PairMap, Vectors } from "./vectors.js";

/** A bounded count as a digit of a number in a world's vector; -1 stands for a count without a bound. */
interface Counter {
  readonly word: number;
  readonly unit: number;
  readonly bound: number;
}

/**
 * The worlds of a cluster within the bounds of a plan. A world's vector has the number of each node's local state, of
 * the decisions so far, of the memories of properties, then what is used up of each bound, then the numbers of the
 * messages in flight, ascending. All that has a number stands once in a table, and each step of a role is run once.
 */
export class Worlds implements Space {
  readonly gate: Gate = new Gate();
  readonly goals: readonly string[];
  /** A step of a role depends on so little that all threads soon have worked out all of them. */
  readonly kinWord = -1;
  readonly cluster: Cluster;
  to: Int32Array = new Int32Array(1 << 12);
  length = 0;
  ordinal = 0;
  isSeen = false;
  error: string | null = null;
  /** Whether the step is a crash, cut short by one, or leaves a copy. */
  isFault = false;
  /** How the world to which the step leads was renamed, where nodes are interchangeable. */
  renaming: Renaming | null = null;
  readonly #plan: Plan;
  readonly #size: number;
  /** Where in a vector the number of the decisions stands, and of the memories, and where the messages begin. */
  readonly #decisionsAt: number;
  readonly #memoryAt: number;
  readonly #head: number;
  readonly #counters: Counter[] = [];
  readonly #timerCounters: readonly (number | null)[];
  readonly #crashCounters: readonly (number | null)[];
  readonly #duplicateCounter: number | null;
  readonly #clientCounters: readonly number[];
  /** Per client, its requests as numbers of inputs. */
  readonly #clientInputs: readonly (readonly number[])[];
  readonly #staysInFlight: boolean;
  readonly #symmetry: Symmetry | null;

  readonly #decisionLists: (readonly Decision[])[] = [[]];
  readonly #decisionNumbers = new Map<string, number>([["[]", 0]]);
  readonly #decisionSteps = new PairMap();
  readonly #memories: (readonly unknown[])[] = [];
  readonly #memoryNumbers = new Map<string, number>();
  readonly #memorySteps = new PairMap();
  readonly #remembers: boolean;
  /** What properties see of a world; each sight is judged once. */
  readonly #sights = new Vectors();
  readonly #sight: Int32Array;

  #from = new Int32Array(1 << 12);
  #fromLength = 0;
  readonly #used: Int32Array;
  #kind: Action["kind"] = "deliver";
  #node = 0;
  #outcome = 0;
  #happening = 0;
  #again = false;
  #visit: () => void = () => {};

  constructor(plan: Plan) {
    this.#plan = plan;
    this.goals = Object.keys(plan.reach);
    const names = Object.keys(plan.nodes);
    const mayCrash = (name: string): boolean =>
      (typeof plan.crashes === "number" ? plan.crashes : (plan.crashes[name] ?? 0)) > 0;
    this.#remembers = plan.properties.some(({ observe }) => observe !== undefined);
    this.cluster = new Cluster(plan.nodes, mayCrash, this.#remembers, this.gate);
    this.#size = names.length;
    this.#decisionsAt = names.length;
    this.#memoryAt = names.length + 1;
    this.#clientInputs = plan.clients.map((client, sequence) =>
      client.map(({ node, request }, position) =>
        this.cluster.happening({
          kind: "request",
          node: names.indexOf(node),
          call: callOf(sequence, position),
          request,
        }),
      ),
    );
    this.#clientCounters = plan.clients.map((client) => this.#counter(client.length)!);
    this.#timerCounters = this.#countersOf(plan.timers, names);
    this.#crashCounters = this.#countersOf(plan.crashes, names);
    this.#duplicateCounter = this.#counter(plan.duplicates);
    this.#staysInFlight = plan.duplicates === Infinity;
    this.#head = this.#counters.reduce((head, { word }) => Math.max(head, word + 1), this.#memoryAt + 1);
    this.#used = new Int32Array(this.#counters.length);
    this.#sight = new Int32Array(this.#size + 2);
    this.#memory(plan.properties.map(({ memory }) => memory));
    const tables = {
      decisions: (list: number): unknown => this.#decisionLists[list],
      numberOfDecisions: (decisions: unknown): number => this.#decisionList(decisions as readonly Decision[]),
      memory: (memory: number): unknown => this.#memories[memory],
      numberOfMemory: (memory: unknown): number => this.#memory(memory as readonly unknown[]),
    };
    const layout = { decisionsAt: this.#decisionsAt, memoryAt: this.#memoryAt, head: this.#head };
    this.#symmetry = plan.symmetric.length > 0 ? new Symmetry(plan.symmetric, this.cluster, tables, layout, this.gate) : null;
  }

  get learned(): number {
    const { locals, happenings, outcomes } = this.cluster;
    const tables = [locals, happenings, outcomes, this.#decisionLists, this.#memories];
    return tables.reduce((sum, { length }) => Math.imul(sum, 0x9e3779b1) ^ length, this.#decisionSteps.size ^ this.#memorySteps.size);
  }

  /** The first world: every node has booted, one after the other. */
  begin(visit: () => void): void {
    const vector = this.to;
    vector.fill(0, 0, this.#head);
    let length = this.#head;
    for (let node = 0; node < this.#size; node++) {
      const outcome = this.cluster.first(node);
      if (outcome.error !== null) throw new Error(`at boot, ${outcome.error}`);
      vector[node] = outcome.next;
      const number = this.cluster.outcomes.push(outcome) - 1;
      vector[this.#decisionsAt] = this.#decide(vector[this.#decisionsAt]!, number);
      if (this.#remembers) vector[this.#memoryAt] = this.#remember(vector[this.#memoryAt]!, number);
      for (const message of outcome.sends) {
        if (length === vector.length) throw new RangeError("more than 4,000 messages are in flight in the first world");
        vector[length++] = message;
      }
    }
    let messages: ArrayLike<number> = vector.subarray(this.#head, length).sort();
    if (this.#staysInFlight) messages = [...new Set(Array.from(messages))];
    for (let i = 0; i < messages.length; i++) vector[this.#head + i] = messages[i]!;
    this.length = this.#head + messages.length;
    this.#symmetry?.checkFirst(vector, this.length);
    this.#symmetry?.reduce(vector, this.length);
    this.isSeen = true;
    visit();
  }

  room(length: number): Int32Array {
    while (length + 1024 > this.#from.length) {
      this.#from = new Int32Array(2 * this.#from.length);
      this.to = new Int32Array(this.#from.length);
    }
    return this.#from;
  }

  expand(length: number, visit: () => void): number {
    const { cluster } = this;
    const { locals } = cluster;
    const from = this.#from;
    this.#count(length);
    this.#visit = visit;
    this.ordinal = -1;

    for (let client = 0; client < this.#clientInputs.length; client++) {
      const counter = this.#clientCounters[client]!;
      const happening = this.#clientInputs[client]![this.#used[counter]!];
      if (happening === undefined) continue;
      const { node } = cluster.happenings[happening]!;
      if (locals[from[node]!]!.self !== null) this.#step("request", node, happening, -1, counter, false);
    }

    for (let at = this.#head; at < length; at++) {
      const happening = from[at]!;
      if (at > this.#head && happening === from[at - 1]) continue;
      const { node } = cluster.happenings[happening]!;
      if (locals[from[node]!]!.self === null) continue;
      if (this.#plan.reduce && this.#isWithoutEffect(node, happening)) continue;
      this.#step("deliver", node, happening, this.#staysInFlight ? -1 : at, null, false);
      if (!this.#staysInFlight && this.#isLeft(this.#duplicateCounter)) {
        this.#step("deliver", node, happening, -1, this.#duplicateCounter, true);
      }
    }

    for (let node = 0; node < this.#size; node++) {
      const local = locals[from[node]!]!;
      if (local.timers.length === 0 || !this.#isLeft(this.#timerCounters[node]!)) continue;
      for (const happening of local.timers) this.#step("timer", node, happening, -1, this.#timerCounters[node]!, false);
    }

    for (let node = 0; node < this.#size; node++) {
      const local = from[node]!;
      if (locals[local]!.self === null) {
        if (this.#plan.restarts) this.#step("restart", node, node, -1, null, false);
      } else if (this.#isLeft(this.#crashCounters[node]!)) {
        for (const outcome of cluster.crashes(local)) {
          this.#take("crash", node, outcome, -1, -1, null, this.#crashCounters[node]!, false);
        }
      }
    }

    return this.ordinal + 1;
  }

  /** Look up what is used up of each bound. */
  #count(length: number): void {
    this.#fromLength = length;
    for (let i = 0; i < this.#counters.length; i++) {
      const { word, unit, bound } = this.#counters[i]!;
      this.#used[i] = Math.floor(this.#from[word]! / unit) % (bound + 1);
    }
  }

  /** Whether the message would change nothing but that it is gone. */
  #isWithoutEffect(node: number, happening: number): boolean {
    const local = this.#from[node]!;
    const number = this.cluster.outcome(local, happening);
    const { next, sends, decisions, error } = this.cluster.outcomes[number]!;
    if (next !== local || sends.length > 0 || decisions.length > 0 || error !== null) return false;
    return !this.#remembers || this.#remember(this.#from[this.#memoryAt]!, number) === this.#from[this.#memoryAt];
  }

  /** One input to one node: with its outcome, and with the crashes that may cut it short. */
  #step(
    kind: Action["kind"],
    node: number,
    happening: number,
    gone: number,
    counter: number | null,
    again: boolean,
  ): void {
    const number = this.cluster.outcome(this.#from[node]!, happening);
    this.#symmetry?.checkStep(this.#from[node]!, happening, this.cluster.outcomes[number]!);
    this.#take(kind, node, number, happening, gone, counter, null, again);
    const { cuts } = this.cluster.outcomes[number]!;
    if (cuts.length === 0) return;
    const crash = this.#crashCounters[node]!;
    if (!this.#isLeft(crash)) return;
    for (const cut of cuts) this.#take(kind, node, cut, happening, gone, counter, crash, again);
  }

  /** Whether a bound has something left. Number -1 is the counter of what has no bound, null of what may never be. */
  #isLeft(counter: number | null): boolean {
    return counter !== null && (counter === UNBOUNDED || this.#used[counter]! < this.#counters[counter]!.bound);
  }

  #take(
    kind: Action["kind"],
    node: number,
    number: number,
    happening: number,
    gone: number,
    counter: number | null,
    crash: number | null,
    again: boolean,
  ): void {
    this.ordinal++;
    const outcome = this.cluster.outcomes[number]!;
    this.#kind = kind;
    this.#node = node;
    this.#outcome = number;
    this.#happening = happening;
    this.#again = again;
    this.isFault = kind === "crash" || crash !== null || again;
    this.error = outcome.error;
    if (outcome.error !== null) {
      this.#visit();
      return;
    }
    const from = this.#from;
    const { to } = this;
    const head = this.#head;
    for (let i = 0; i < head; i++) to[i] = from[i]!;
    to[node] = outcome.next;
    if (outcome.decisions.length > 0) to[this.#decisionsAt] = this.#decide(from[this.#decisionsAt]!, number);
    if (this.#remembers) to[this.#memoryAt] = this.#remember(from[this.#memoryAt]!, number);
    if (counter !== null && counter !== UNBOUNDED) to[this.#counters[counter]!.word]! += this.#counters[counter]!.unit;
    if (crash !== null && crash !== UNBOUNDED) to[this.#counters[crash]!.word]! += this.#counters[crash]!.unit;
    this.length = this.#merge(gone, outcome.sends);
    const { viewOf } = this.cluster;
    this.isSeen =
      viewOf[from[node]!] !== viewOf[outcome.next] ||
      from[this.#decisionsAt] !== to[this.#decisionsAt] ||
      from[this.#memoryAt] !== to[this.#memoryAt];
    if (this.#symmetry) this.renaming = this.#symmetry.reduce(to, this.length);
    this.#visit();
  }

  /** The messages in flight afterwards, ascending, behind the head; returns the length of the whole. */
  #merge(gone: number, sends: readonly number[]): number {
    const from = this.#from;
    const { to } = this;
    let length = this.#head;
    let next = 0;
    for (let i = this.#head; i < this.#fromLength; i++) {
      if (i === gone) continue;
      const message = from[i]!;
      while (next < sends.length && sends[next]! <= message) {
        if (!this.#staysInFlight || (sends[next] !== message && sends[next] !== sends[next - 1]))
          to[length++] = sends[next]!;
        next++;
      }
      to[length++] = message;
    }
    for (; next < sends.length; next++) {
      if (!this.#staysInFlight || sends[next] !== sends[next - 1]) to[length++] = sends[next]!;
    }
    return length;
  }

  #decide(list: number, outcome: number): number {
    const { decisions } = this.cluster.outcomes[outcome]!;
    if (decisions.length === 0) return list;
    const known = this.#decisionSteps.get(list, outcome);
    if (known >= 0) return known;
    this.gate.pass();
    const number = this.#decisionList([...this.#decisionLists[list]!, ...decisions]);
    this.#decisionSteps.set(list, outcome, number);
    return number;
  }

  #decisionList(decisions: readonly Decision[]): number {
    const text = canonical(decisions);
    const number = this.#decisionNumbers.get(text) ?? this.#decisionLists.push(deepFreeze(decisions)) - 1;
    this.#decisionNumbers.set(text, number);
    return number;
  }

  #remember(memory: number, outcome: number): number {
    const known = this.#memorySteps.get(memory, outcome);
    if (known >= 0) return known;
    this.gate.pass();
    const memories = [...this.#memories[memory]!];
    for (const [i, property] of this.#plan.properties.entries()) {
      if (!property.observe) continue;
      for (const happened of this.cluster.outcomes[outcome]!.observations) {
        memories[i] = property.observe(memories[i], happened);
      }
    }
    const number = this.#memory(memories);
    this.#memorySteps.set(memory, outcome, number);
    return number;
  }

  #memory(memories: readonly unknown[]): number {
    const text = canonical(memories);
    const number = this.#memoryNumbers.get(text) ?? this.#memories.push(deepFreeze(memories)) - 1;
    this.#memoryNumbers.set(text, number);
    return number;
  }

  judge(vector: Int32Array, unreached: ReadonlySet<string>): Judgement {
    const known = this.#sights.size;
    if (this.look(vector) < known) return SOUND;
    const world = this.#world(vector, null);
    const reached: string[] = [];
    for (const name of unreached) if (this.#is(`reach.${name}`, this.#plan.reach[name]!, world, vector)) reached.push(name);
    const memories = this.#memories[vector[this.#memoryAt]!]!;
    for (const [i, { name, check }] of this.#plan.properties.entries()) {
      const problem = check(world, memories[i]);
      this.#symmetry?.checkWorld(
        `the property "${name}"`,
        problem === null,
        (renaming) => check(this.#world(vector, renaming), renamed(memories[i], renaming.names)) === null,
      );
      if (problem !== null) return { reached, broken: { property: name, problem } };
    }
    return reached.length > 0 ? { reached, broken: null } : SOUND;
  }

  /** Whether one of the predicates of `eventually` is true in a world. */
  isTrue(name: string, vector: Int32Array): boolean {
    return this.#is(`eventually.${name}`, this.#plan.eventually[name]!, this.#world(vector, null), vector);
  }

  #is(who: string, predicate: (world: World) => boolean, world: World, vector: Int32Array): boolean {
    const isThere = predicate(world);
    this.#symmetry?.checkWorld(who, isThere, (renaming) => predicate(this.#world(vector, renaming)));
    return isThere;
  }

  /** Whether only the bound on timers keeps something from happening in the world whose vector lies in `room`. */
  isCutOff(length: number): boolean {
    this.#count(length);
    return this.cluster.names.some(
      (_, node) =>
        this.cluster.locals[this.#from[node]!]!.timers.length > 0 && !this.#isLeft(this.#timerCounters[node]!),
    );
  }

  /** The step that is being told of. */
  action(): Action {
    const { names, happenings, outcomes } = this.cluster;
    const { dies, kept } = outcomes[this.#outcome]!;
    const id = names[this.#node]!;
    const cut = dies ? { dies } : {};
    const what = happenings[this.#happening];
    if (this.#kind === "crash") return { kind: "crash", node: id, kept };
    if (this.#kind === "restart") return { kind: "restart", node: id, ...cut };
    if (what?.kind === "request") return { kind: "request", node: id, call: what.call, request: what.request, ...cut };
    if (what?.kind === "timer") return { kind: "timer", node: id, timer: what.timer, ...cut };
    if (what?.kind !== "message") throw new Error(`an action without an input: ${this.#kind}`);
    return {
      kind: "deliver",
      from: names[what.from]!,
      to: id,
      message: what.message,
      ...(this.#again ? { again: true } : {}),
      ...cut,
    };
  }

  /** The number of the input of the step that is being told of: that of a message is the same in flight and at its delivery. */
  get input(): number {
    return this.#happening;
  }

  /** Whether the step that is being told of delivers a message. */
  get isDelivery(): boolean {
    return this.#kind === "deliver" && !this.#again;
  }

  /** The numbers of the messages in flight in a world, ascending. */
  inFlight(vector: Int32Array, length: number): Int32Array {
    return vector.slice(this.#head, length);
  }

  /** What has been decided in a world, in order. */
  decisions(vector: Int32Array): readonly Decision[] {
    return this.#decisionLists[vector[this.#decisionsAt]!]!;
  }

  /** The number of what properties see of a world. */
  look(vector: Int32Array): number {
    const { viewOf } = this.cluster;
    const sight = this.#sight;
    for (let node = 0; node < this.#size; node++) sight[node] = viewOf[vector[node]!]!;
    sight[this.#size] = vector[this.#decisionsAt]!;
    sight[this.#size + 1] = vector[this.#memoryAt]!;
    return this.#sights.add(sight, this.#size + 2);
  }

  /** A world as properties see it, perhaps with its nodes renamed. */
  #world(vector: Int32Array, renaming: Renaming | null): World {
    const { views } = this.cluster;
    const nodes: NodeView[] = [];
    for (let node = 0; node < this.#size; node++) {
      const local = vector[renaming ? renaming.back[node]! : node]!;
      nodes.push(renaming ? this.#symmetry!.view(local, renaming) : views[local]!);
    }
    const decisions = this.#decisionLists[vector[this.#decisionsAt]!]!;
    return { nodes, decisions: renaming ? renamed(decisions, renaming.names) : decisions };
  }

  #countersOf(bound: number | Readonly<Record<string, number>>, names: readonly string[]): readonly (number | null)[] {
    if (typeof bound === "number") {
      const counter = this.#counter(bound);
      return names.map(() => counter);
    }
    return names.map((name) => this.#counter(bound[name] ?? 0));
  }

  /** Make room for a count up to the bound; several share a word of the vector, as digits do. */
  #counter(bound: number): number | null {
    if (bound === 0) return null;
    if (bound === Infinity) return UNBOUNDED;
    const last = this.#counters.at(-1);
    const unit = last ? last.unit * (last.bound + 1) : 1;
    const fits = last !== undefined && unit * (bound + 1) < 2 ** 30;
    const word = last ? (fits ? last.word : last.word + 1) : this.#memoryAt + 1;
    return this.#counters.push({ word, unit: fits ? unit : 1, bound }) - 1;
  }
}

const UNBOUNDED = -1;

