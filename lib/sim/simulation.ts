import { checkInterrupt } from "../core/interrupt.js";
import { finite, flag, integer, options, show } from "../core/parameters.js";
import { stream, type Seed } from "../core/random.js";
import type { Call, RequestOf, StateOf, Tagged } from "../core/role.js";
import type { Listener, TraceEvent } from "../trace/event.js";
import type { ClientOptions } from "./clients.js";
import { reasonOf } from "./ending.js";
import { Engine } from "./engine.js";
import { checkFault, checkScript, type Fault } from "./faults.js";
import { sampler } from "./latency.js";
import { Network } from "./network.js";
import {
  checkRequest,
  checkRole,
  OPTIONS,
  workOf,
  type Ended,
  type NameOf,
  type Nodes,
  type Operation,
  type PlaceOf,
  type SimulationOptions,
  type TimedDecision,
  type Until,
  type Violation,
} from "./options.js";
import { Strikes } from "./strikes.js";
import { Watch } from "./watch.js";

/** How many steps pass between two calls of `progress` and of the interrupt check. A power of two. */
const PULSE = 16_384;

/**
 * A cluster in virtual time, step by step. The same options give the same run, event for event, on every
 * machine. A step is one input to one node with all that its rule asks for, or one fault.
 *
 *     const simulation = new Simulation({ nodes: { a: ping, b: pong }, network: { loss: 0.1 } });
 *     const trace = record(simulation);
 *     simulation.run({ until: 50 });
 *     simulation.crash("b");
 *     simulation.run();
 */
export class Simulation<N extends Nodes, C extends string = never> {
  readonly #options: SimulationOptions<N, C>;
  readonly #engine: Engine;
  readonly #strikes: Strikes;
  readonly #watch: Watch;
  readonly #timeLimit: number | null;
  readonly #stepLimit: number;
  /** Calls by hand, with the step after which they came and the one they ended with: a fork repeats them. */
  readonly #log: { readonly step: number; readonly end: number; readonly now: number; readonly apply: (simulation: Simulation<N, C>) => void }[] = [];
  #violation: Violation | null = null;
  #stop = false;
  #isBroken = false;

  /** @throws RangeError or TypeError for an option that is unknown or out of its range */
  constructor(given: SimulationOptions<N, C>) {
    options("simulation", given, OPTIONS);
    const { seed = 1, nodes, network = {}, disk = {}, processing = 0, requests = [], limits = {}, faults = [] } = given;
    this.#options = given;
    stream(seed, ""); // refuses what is no seed
    const names = Object.keys(options("nodes", nodes, Object.keys(nodes ?? {})));
    if (names.length === 0) throw new RangeError("nodes must name at least one node, got {}");
    for (const name of names) checkRole(name, nodes[name]!);
    const clients = (given.clients ?? {}) as Readonly<Record<string, ClientOptions>>;
    for (const name of Object.keys(options("clients", clients, Object.keys(clients)))) {
      if (names.includes(name)) throw new RangeError(`clients.${name} has the name of a node`);
    }
    options("disk", disk, ["flush"]);
    options("limits", limits, ["time", "events"]);
    this.#timeLimit = limits.time === undefined ? null : finite("limits.time", limits.time);
    this.#stepLimit = integer("limits.events", limits.events ?? 1_000_000, { min: 1 });
    flag("stopAtViolation", given.stopAtViolation ?? true);

    const flush = sampler("disk.flush", disk.flush ?? 0);
    const engine = new Engine({
      seed,
      nodes,
      clients,
      network: (places) => new Network(network, places),
      flush: (disk.flush ?? 0) === 0 ? null : flush,
      processing: processing === 0 ? null : workOf(processing, names),
      freeze: flag("freeze", given.freeze ?? false),
      changes: flag("changes", given.changes ?? false),
    });
    this.#engine = engine;
    this.#strikes = new Strikes(engine);
    this.#watch = new Watch(given.properties ?? [], { nodes: engine.nodes, decisions: engine.decisions });
    engine.listener = this.#watch.listener();

    if (!Array.isArray(requests)) throw new TypeError(`requests must be a list, got ${show(requests)}`);
    requests.forEach((entry, i) => {
      const { at, node, request } = options(`requests[${i}]`, entry, ["at", "node", "request"]);
      const target = engine.node(node);
      checkRequest(`requests[${i}].request`, target, request);
      engine.act(finite(`requests[${i}].at`, at), () => engine.calls.fromOutside(target, request));
    });
    checkScript(faults, { nodes: names, clients: Object.keys(clients), hasNemesis: given.nemesis !== undefined });
    for (const fault of faults) engine.act(fault.at, () => this.#strikes.strike(fault as Fault));
    if (given.nemesis !== undefined) this.#strikes.unleash(given.nemesis, seed);
  }

  /** The virtual time in ms. */
  get now(): number {
    return this.#engine.now;
  }

  /** How many steps have been taken. */
  get steps(): number {
    return this.#engine.steps;
  }

  /** All decisions so far, in order. */
  get decisions(): readonly TimedDecision[] {
    return this.#engine.decisions;
  }

  /** All operations so far, in the order of their first call. */
  get history(): readonly Operation[] {
    return this.#engine.calls.history;
  }

  /** The first violation of a property, or null. */
  get violation(): Violation | null {
    return this.#violation;
  }

  /**
   * Listen to what happens from here on. Without a listener no event is even built. Changes of state come
   * only to who asks for them, because finding them means comparing before and after.
   */
  listen(listener: Listener, { changes = false }: { readonly changes?: boolean } = {}): this {
    const before = this.#engine.listener;
    this.#engine.listener = before === null ? listener : (event) => (before(event), listener(event));
    this.#engine.reportsChanges ||= changes;
    return this;
  }

  /** The live state of a node, to be read and never changed; null while it is down. */
  state<K extends keyof N & string>(name: K): StateOf<N[K]> | null {
    return this.#engine.node(name).state as StateOf<N[K]> | null;
  }

  /**
   * Run until nothing is left to do, until the given time or event, or until a limit. May be called again
   * to go on. What is asked for by hand in between (`crash`, `request`, ...) happens at the time reached.
   *
   * @throws Error if a rule throws, with the node, the time and the step
   */
  run({ until }: { readonly until?: Until } = {}): Ended {
    if (this.#isBroken) throw new Error("this run broke off with an error; start a new one");
    const limit = this.#timeLimit ?? (typeof until === "number" ? Infinity : 60_000);
    if (until === undefined) return this.#runTo(limit, "time-limit");
    if (typeof until === "number") {
      return finite("until", until) <= limit ? this.#runTo(until, "until") : this.#runTo(limit, "time-limit");
    }
    if (typeof until !== "function") throw new TypeError(`until must be a time in ms or a function of an event, got ${show(until)}`);
    const engine = this.#engine;
    const before = engine.listener;
    engine.listener = (event) => {
      before?.(event);
      if (until(event)) this.#stop = true;
    };
    try {
      return this.#runTo(limit, "time-limit");
    } finally {
      engine.listener = before;
    }
  }

  /** Take one step; returns whether there was one to take. */
  step(): boolean {
    const at = this.#engine.agenda.nextAt;
    if (at === Infinity) return false;
    this.#begin();
    this.#guarded(() => this.#turn(at));
    return true;
  }

  /** Ask a node for something, from outside. A node that is down does not hear it. Returns the call's name. */
  request<K extends keyof N & string>(name: K, request: RequestOf<N[K]>): Call {
    checkRequest("request", this.#engine.node(name), request as Tagged);
    const call = this.#engine.calls.nextFromOutside;
    this.#byHand((simulation) => {
      const engine = simulation.#engine;
      engine.calls.fromOutside(engine.node(name), request as Tagged);
    });
    return call;
  }

  /** Do to the cluster what the fault says, now. Throws if it cannot be done, as to crash what is down. */
  strike(fault: Fault<NameOf<N>, PlaceOf<N, C>>): void {
    const { names, places } = this.#engine;
    checkFault("fault", fault as Fault, names, [...places.keys()].slice(names.length));
    this.#byHand((simulation) => simulation.#strikes.strike(fault as Fault, { isByHand: true }));
  }

  /** Stop a node: its state and timers are lost, and so are its unsynced writes, but for a prefix. */
  crash(name: NameOf<N>): void {
    this.strike({ kind: "crash", node: name });
  }

  /** Boot a node that crashed from what is on its disk. */
  restart(name: NameOf<N>): void {
    this.strike({ kind: "restart", node: name });
  }

  /** Keep a node from doing anything until `resume`. */
  pause(name: NameOf<N>): void {
    this.strike({ kind: "pause", node: name });
  }

  /** Let a paused node go on; what waited for it happens now. */
  resume(name: NameOf<N>): void {
    this.strike({ kind: "resume", node: name });
  }

  /** Cut every link between nodes that share no group. */
  partition(groups: readonly (readonly PlaceOf<N, C>[])[], name?: string): void {
    this.strike({ kind: "partition", groups, ...(name === undefined ? {} : { name }) });
  }

  /** Heal the cut of this name, or all cuts. */
  heal(name?: string): void {
    this.strike({ kind: "heal", ...(name === undefined ? {} : { name }) });
  }

  /**
   * Another simulation that has had the same run up to this step (by default: up to now), and goes its own
   * way from there: with what the change says, or by what is done to it by hand. It is made by running again
   * from the start, so functions among the options must not keep a memory of their own. Nobody listens to it
   * but `listener`, which hears of everything from the start.
   *
   *     simulation.fork({ step: 12, drop: 7 }); // the network loses message 7, which is under way after step 12
   *
   * @throws RangeError for a step that has not been taken, or a message that is not under way after it
   */
  fork(change: ForkChange<N> & { readonly listener?: Listener } = {}): Simulation<N, C> {
    options("fork", change, ["step", "seed", "drop", "first", "crash", "listener"]);
    const { seed, drop, first, crash, listener } = change;
    const last = integer("step", change.step ?? this.steps, { max: this.steps });
    const { progress: _, ...rest } = this.#options;
    const fork = new Simulation<N, C>(rest as SimulationOptions<N, C>);
    if (listener !== undefined) fork.listen(listener);
    const engine = fork.#engine;
    if (last > 0 || drop !== undefined || first !== undefined || crash !== undefined) fork.#begin();
    const goTo = (target: number): void => {
      while (engine.steps < target) fork.#turn(engine.agenda.nextAt);
    };
    for (const call of this.#log.filter(({ end }) => end <= last)) {
      goTo(call.step);
      engine.now = call.now;
      call.apply(fork);
      fork.#log.push(call);
    }
    goTo(last);
    if (last === this.steps) engine.now = this.now;
    if (seed !== undefined) {
      fork.#reseed(seed);
      fork.#log.push({ step: last, end: last, now: engine.now, apply: (simulation) => simulation.#reseed(seed) });
    }
    if (drop !== undefined) fork.#redirect("drop", drop);
    if (first !== undefined) fork.#redirect("first", first);
    if (crash !== undefined) fork.crash(crash);
    return fork;
  }

  /** A message that is under way is lost, or arrives now: a step of its own, which later forks repeat. */
  #redirect(option: "drop" | "first", id: number): void {
    integer(option, id, { min: 1 });
    const step = this.steps;
    this.#byHand((simulation) => {
      const engine = simulation.#engine;
      if (option === "drop" ? engine.lose(id) : engine.hasten(id)) return;
      throw new RangeError(`${option} must be the number of a message that is under way after step ${step}, got ${id}`);
    });
  }

  #reseed(seed: Seed): void {
    stream(seed, ""); // refuses what is no seed
    for (const chances of Object.values(this.#engine.chances)) chances.reseed(seed);
    this.#engine.calls.reseed(seed);
    const { nemesis } = this.#options;
    if (nemesis !== undefined) this.#strikes.unleash(nemesis, seed);
  }

  #runTo(end: number, kindAtEnd: "until" | "time-limit"): Ended {
    const engine = this.#engine;
    const { agenda } = engine;
    this.#begin();
    this.#stop = false;
    if (this.#violation !== null && this.#stopsAtViolation) return this.#ended("violation");
    return this.#guarded(() => {
      for (;;) {
        const at = agenda.nextAt;
        if (at > end) {
          if (at === Infinity && kindAtEnd === "time-limit") return this.#ended("quiet");
          engine.now = Math.max(engine.now, end);
          return this.#ended(kindAtEnd);
        }
        if (engine.steps >= this.#stepLimit) return this.#ended("event-limit");
        this.#turn(at);
        if (this.#stop) return this.#ended(this.#violation?.step === engine.steps ? "violation" : "until");
        if ((engine.steps & (PULSE - 1)) === 0) this.#pulse();
      }
    });
  }

  #begin(): void {
    if (this.steps === 0) for (const node of this.#engine.nodes) this.#engine.tellState(node);
  }

  #turn(at: number): void {
    this.#engine.turn(at);
    if (!this.#watch.isIdle) this.#check();
  }

  #pulse(): void {
    checkInterrupt();
    const { now, steps, sent, delivered } = this.#engine;
    this.#options.progress?.({ now, steps, sent, delivered });
  }

  get #stopsAtViolation(): boolean {
    return this.#options.stopAtViolation !== false;
  }

  #check(): void {
    const { now: at, steps: step } = this.#engine;
    for (const found of this.#watch.violations()) {
      this.#violation ??= { ...found, at, step };
      if (this.#engine.listener !== null) this.#engine.emit({ kind: "violation", at, step, ...found });
      if (this.#stopsAtViolation) this.#stop = true;
    }
  }

  /** Run something of which a rule is part; if the rule throws, say which. */
  #guarded<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      const { current: node, now, steps } = this.#engine;
      if (node === null) throw error;
      this.#engine.current = null;
      this.#isBroken = true;
      const at = `${Math.round(now * 1000) / 1000} ms, step ${steps}, seed ${show(this.#options.seed ?? 1)}`;
      const problem = error instanceof Error ? error.message : show(error);
      throw new Error(`a rule of ${node.id} (${node.role}) threw at ${at}: ${problem}`, { cause: error });
    }
  }

  #byHand(deed: (simulation: Simulation<N, C>) => void): void {
    const apply = (simulation: Simulation<N, C>): void => {
      simulation.#engine.steps++;
      simulation.#guarded(() => deed(simulation));
      if (!simulation.#watch.isIdle) simulation.#check();
    };
    const { steps: step, now } = this;
    apply(this);
    this.#log.push({ step, end: step + 1, now, apply });
  }

  #ended(kind: Ended["kind"]): Ended {
    const { now, sent, delivered, lost } = this.#engine;
    const outcome = { now, sent, delivered, lost, violation: this.#violation, stepLimit: this.#stepLimit };
    return { kind, at: now, reason: reasonOf(kind, outcome) };
  }
}

/** What is other in a fork: chance, or one thing right after the step at which it begins. */
export interface ForkChange<N extends Nodes = Nodes> {
  /** After how many steps the fork begins (default: all that were taken). */
  readonly step?: number;
  /** Chance is another from there on. */
  readonly seed?: Seed;
  /** The number of a message under way that the network loses, with its second copy if it has one. */
  readonly drop?: number;
  /** The number of a message under way that arrives next, before all others. */
  readonly first?: number;
  /** A node that crashes. */
  readonly crash?: NameOf<N>;
}

/** Collect a run's events from here on. */
export function record(simulation: { listen(listener: Listener): unknown }): TraceEvent[] {
  const events: TraceEvent[] = [];
  simulation.listen((event) => void events.push(event));
  return events;
}
