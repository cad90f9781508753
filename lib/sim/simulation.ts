import { canonical } from "../core/canonical.js";
import { clone, deepFreeze } from "../core/clone.js";
import { checkInterrupt } from "../core/interrupt.js";
import { finite, integer, options, show } from "../core/parameters.js";
import type { Observation, Property, World } from "../core/property.js";
import { stream, type Seed } from "../core/random.js";
import type { AnyRole, Call, Delay, NodeId, Out, RequestOf, StateOf, Tagged } from "../core/role.js";
import { boot, durableFields, type Fields } from "../core/step.js";
import type { DropReason, Listener, TraceEvent } from "../trace/event.js";
import { Agenda } from "./agenda.js";
import { Chances } from "./chances.js";
import { Clients, type ClientWorld } from "./clients.js";
import * as faults from "./faults.js";
import type { Fault, ScriptedFault } from "./faults.js";
import { sampler, type Latency, type Sampler } from "./latency.js";
import { nemesisScript } from "./nemesis.js";
import { Network } from "./network.js";
import { Node, ruleMaps, type CrashMoment, type RuleMaps } from "./node.js";
import {
  checkProperties,
  checkRequest,
  checkRole,
  flag,
  OPTIONS,
  type Ended,
  type NameOf,
  type Nodes,
  type Operation,
  type PlaceOf,
  type ProcessingOptions,
  type SimulationOptions,
  type TimedDecision,
  type Until,
  type Violation,
} from "./options.js";

/** Kinds of entries in the agenda. 0 is the agenda's own mark for what was removed. */
const DELIVER = 1;
const DUPLICATE = 2;
const TIMER = 3;
const FLUSH = 4;
const ACTION = 5;

/** Each has its own streams. `copies` are the second copies' latency and loss: doubling a message shifts nothing else. */
const KNOBS = [
  "latency", "loss", "duplication", "copies", "timers", "disk", "processing", "replies", "lost replies",
] as const;

/** How many steps pass between two calls of `progress` and of the interrupt check. A power of two. */
const PULSE = 16_384;

/** How many unsynced writes a disk holds back; before that, the operating system has written the oldest. */
const WRITE_BACK = 256;

/** Who asks where a request comes from a script and not from a client. */
const OUTSIDE = "outside" as NodeId;

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
  readonly #nodes: readonly Node[];
  /** Indices of nodes, and of places: the nodes, then the clients. */
  readonly #index: ReadonlyMap<string, number>;
  readonly #places: ReadonlyMap<string, number>;
  readonly #agenda = new Agenda();
  readonly #network: Network;
  readonly #flush: Sampler;
  readonly #flushTakesTime: boolean;
  readonly #processing: ((node: Node, kind: string) => Sampler) | null;
  readonly #clients: Clients;
  readonly #freeze: boolean;
  readonly #timeLimit: number | null;
  readonly #stepLimit: number;
  readonly #chances: Readonly<Record<(typeof KNOBS)[number], Chances>>;
  /** How often chance was made another. What an old nemesis planned does not happen under a new one. */
  #reseeded = 0;
  readonly #out: Out<any>;
  readonly #world: World;
  readonly #properties: { readonly property: Property; memory: unknown; violated: boolean }[];
  readonly #decisions: TimedDecision[] = [];
  readonly #history: Operation[] = [];
  readonly #open = new Map<Call, number>();
  /** Calls by hand, with the step after which they came: a fork repeats them. */
  readonly #log: { readonly step: number; readonly now: number; readonly apply: (simulation: Simulation<N, C>) => void }[] = [];
  readonly #cuts: { readonly name: string | undefined; readonly links: faults.Cut }[] = [];

  #now = 0;
  #steps = 0;
  #sent = 0;
  #delivered = 0;
  #lost = 0;
  /** The node whose rule runs. */
  #current: Node | null = null;
  #listener: Listener | null = null;
  #reportsChanges: boolean;
  /** The events of the step under way, kept back until the change of state that caused them is known. */
  #held: TraceEvent[] | null = null;
  #violation: Violation | null = null;
  #stop = false;
  #broken = false;

  constructor(given: SimulationOptions<N, C>) {
    options("simulation", given, OPTIONS);
    const { seed = 1, nodes, network = {}, disk = {}, processing = 0, requests = [], limits = {} } = given;
    this.#options = given;
    stream(seed, ""); // refuses what is no seed
    const names = Object.keys(options("nodes", nodes, Object.keys(nodes ?? {})));
    if (names.length === 0) throw new RangeError("nodes must name at least one node, got {}");
    for (const name of names) checkRole(name, nodes[name]!);
    const rules = new Map<AnyRole, RuleMaps>();
    this.#nodes = names.map((name, i) => {
      const role = nodes[name]!;
      if (!rules.has(role)) rules.set(role, ruleMaps(role));
      return new Node(name as NodeId, i, role, rules.get(role)!);
    });
    const clients = Object.keys(options("clients", given.clients ?? {}, Object.keys(given.clients ?? {})));
    for (const name of clients) if (names.includes(name)) throw new RangeError(`clients.${name} has the name of a node`);
    const places = [...names, ...clients] as NodeId[];
    this.#places = new Map(places.map((name, i) => [name, i]));
    this.#chances = Object.fromEntries(KNOBS.map((knob) => [knob, new Chances(seed, knob, places)])) as Record<(typeof KNOBS)[number], Chances>;
    this.#index = new Map(names.map((name, i) => [name, i]));
    this.#network = new Network(network, places);
    this.#flush = sampler("disk.flush", options("disk", disk, ["flush"]).flush ?? 0);
    this.#flushTakesTime = (disk.flush ?? 0) !== 0;
    this.#processing = processing === 0 ? null : workOf(processing, names);
    options("limits", limits, ["time", "events"]);
    this.#timeLimit = limits.time === undefined ? null : finite("limits.time", limits.time);
    this.#stepLimit = integer("limits.events", limits.events ?? 1_000_000, { min: 1 });
    this.#freeze = flag("freeze", given.freeze ?? false);
    this.#reportsChanges = flag("changes", given.changes ?? false);
    flag("stopAtViolation", given.stopAtViolation ?? true);
    this.#out = this.#effects();
    this.#world = { nodes: this.#nodes, decisions: this.#decisions };
    this.#properties = checkProperties(given.properties ?? []).map((property) => ({ property, memory: property.memory, violated: false }));
    this.#attachProperties();

    for (const node of this.#nodes) {
      node.state = boot(node.of, node.id, node.disk);
      if (node.rules.start) this.#act(0, () => void (node.incarnation === 0 && this.#start(node)));
    }
    if (!Array.isArray(requests)) throw new TypeError(`requests must be a list, got ${show(requests)}`);
    requests.forEach((entry, i) => {
      const { at, node, request } = options(`requests[${i}]`, entry, ["at", "node", "request"]);
      const target = this.#node(node);
      checkRequest(`requests[${i}].request`, target, request);
      this.#act(finite(`requests[${i}].at`, at), () => this.#requestFromOutside(target, request));
    });
    const script: readonly ScriptedFault[] = given.faults ?? [];
    faults.checkScript(script, { nodes: names, clients, hasNemesis: given.nemesis !== undefined });
    for (const fault of script) this.#act(fault.at, () => this.#strike(fault, false));
    this.#letNemesisStrike(seed);
    this.#clients = new Clients(given.clients ?? {}, names as NodeId[], this.#clientWorld(), seed);
  }

  /** The virtual time in ms. */
  get now(): number {
    return this.#now;
  }

  /** How many steps have been taken. */
  get steps(): number {
    return this.#steps;
  }

  /** All decisions so far, in order. */
  get decisions(): readonly TimedDecision[] {
    return this.#decisions;
  }

  /** All operations so far, in the order of their first call. */
  get history(): readonly Operation[] {
    return this.#history;
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
    const before = this.#listener;
    this.#listener = before === null ? listener : (event) => (before(event), listener(event));
    this.#reportsChanges ||= changes;
    return this;
  }

  /** The live state of a node, to be read and never changed; null while it is down. */
  state<K extends keyof N & string>(name: K): StateOf<N[K]> | null {
    return this.#node(name).state as StateOf<N[K]> | null;
  }

  /**
   * Run until nothing is left to do, until the given time or event, or until a limit. May be called again
   * to go on. What is asked for by hand in between (`crash`, `request`, ...) happens at the time reached.
   *
   * @throws Error if a rule throws, with the node, the rule and the step
   */
  run({ until }: { readonly until?: Until } = {}): Ended {
    if (this.#broken) throw new Error("this run broke off with an error; start a new one");
    const limit = this.#timeLimit ?? (typeof until === "number" ? Infinity : 60_000);
    const end = typeof until === "number" ? Math.min(finite("until", until), limit) : limit;
    if (until !== undefined && typeof until !== "number" && typeof until !== "function") {
      throw new TypeError(`until must be a time in ms or a function of an event, got ${show(until)}`);
    }
    const listener = this.#listener;
    if (typeof until === "function") {
      const watch: Listener = (event) => void (until(event) && (this.#stop = true));
      this.#listener = listener === null ? watch : (event) => (listener(event), watch(event));
    }
    try {
      return this.#runTo(end, until);
    } finally {
      if (typeof until === "function") this.#listener = listener;
    }
  }

  /** Take one step; returns whether there was one to take. */
  step(): boolean {
    const at = this.#agenda.nextAt;
    if (at === Infinity) return false;
    if (this.#steps === 0) this.#nodes.forEach((node) => this.#tellState(node));
    this.#guarded(() => this.#turn(at));
    return true;
  }

  /** Ask a node for something, from outside. A node that is down does not hear it. Returns the call's name. */
  request<K extends keyof N & string>(name: K, request: RequestOf<N[K]>): Call {
    const node = this.#node(name);
    checkRequest("request", node, request as Tagged);
    const call = `${OUTSIDE}#${this.#history.length + 1}` as Call;
    this.#byHand((simulation) => simulation.#requestFromOutside(simulation.#node(name), request as Tagged));
    return call;
  }

  /** Do to the cluster what the fault says, now. Throws if it cannot be done, as to crash what is down. */
  strike(fault: Fault<NameOf<N>, PlaceOf<N, C>>): void {
    faults.checkFault("fault", fault, this.#names(), [...this.#places.keys()].slice(this.#nodes.length));
    this.#byHand((simulation) => simulation.#strike(fault, true));
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
   * way from there. With a seed, chance is another from there on. It is made by running again from the
   * start, so functions among the options must not keep a memory of their own. Nobody listens to it yet.
   *
   * @throws RangeError for a step that has not been taken
   */
  fork({ step, seed }: { readonly step?: number; readonly seed?: Seed } = {}): Simulation<N, C> {
    const last = integer("step", step ?? this.#steps, { max: this.#steps });
    const { progress: _, ...rest } = this.#options;
    const fork = new Simulation<N, C>(rest as SimulationOptions<N, C>);
    const calls = this.#log.filter((call) => call.step < last);
    for (const call of calls) {
      while (fork.#steps < call.step) fork.#turn(fork.#agenda.nextAt);
      fork.#now = call.now;
      call.apply(fork);
    }
    while (fork.#steps < last) fork.#turn(fork.#agenda.nextAt);
    if (last === this.#steps) fork.#now = this.#now;
    fork.#stop = false;
    fork.#log.push(...calls);
    if (seed !== undefined) {
      stream(seed, "");
      fork.#reseeded++;
      for (const chances of Object.values(fork.#chances)) chances.reseed(seed);
      fork.#clients.reseed(seed);
      fork.#letNemesisStrike(seed);
    }
    return fork;
  }

  // The loop.

  #runTo(end: number, until: Until | undefined): Ended {
    const agenda = this.#agenda;
    this.#stop = false;
    if (this.#steps === 0) this.#nodes.forEach((node) => this.#tellState(node));
    if (this.#violation !== null && this.#options.stopAtViolation !== false) return this.#ended("violation");
    return this.#guarded(() => {
      for (;;) {
        const at = agenda.nextAt;
        if (at > end) {
          if (at === Infinity && typeof until !== "number") return this.#ended("quiet");
          if (at === Infinity && end === Infinity) return this.#ended("quiet");
          this.#now = Math.max(this.#now, end);
          return this.#ended(typeof until === "number" && end === until ? "until" : "time-limit");
        }
        if (this.#steps >= this.#stepLimit) return this.#ended("event-limit");
        this.#turn(at);
        if (this.#stop) return this.#ended(this.#violation?.step === this.#steps ? "violation" : "until");
        if ((this.#steps & (PULSE - 1)) === 0) this.#pulse();
      }
    });
  }

  #pulse(): void {
    checkInterrupt();
    this.#options.progress?.({ now: this.#now, steps: this.#steps, sent: this.#sent, delivered: this.#delivered });
  }

  /** Let the next thing happen. */
  #turn(at: number): void {
    const agenda = this.#agenda;
    const slot = agenda.take();
    this.#now = at;
    this.#steps++;
    switch (agenda.kindOf(slot)) {
      case DELIVER:
        this.#arrive(slot, 0);
        break;
      case DUPLICATE:
        this.#arrive(slot, 1);
        break;
      case TIMER:
        this.#expire(slot);
        break;
      case FLUSH: {
        const node = this.#nodes[agenda.nodeOf(slot)]!;
        const isOver = agenda.originOf(slot) !== node.incarnation;
        const fields = agenda.items[slot] as Fields;
        agenda.release(slot);
        if (!isOver) this.#flushed(node, fields);
        break;
      }
      case ACTION: {
        const action = agenda.items[slot] as () => void;
        agenda.release(slot);
        action();
        break;
      }
    }
    if (this.#properties.length > 0) this.#check();
  }

  #act(at: number, action: () => void): number {
    return this.#agenda.add(at, ACTION, 0, 0, 0, 0, action);
  }

  /** Run something of which a rule is part; if the rule throws, say which. */
  #guarded<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      const node = this.#current;
      if (node === null) throw error;
      this.#current = null;
      this.#broken = true;
      const where = `a rule of ${node.id} (${node.role}) threw at ${round(this.#now)} ms, step ${this.#steps}, seed ${show(this.#options.seed ?? 1)}`;
      throw new Error(`${where}: ${error instanceof Error ? error.message : show(error)}`, { cause: error });
    }
  }

  #byHand(apply: (simulation: Simulation<N, C>) => void): void {
    const entry = {
      step: this.#steps,
      now: this.#now,
      apply(simulation: Simulation<N, C>) {
        simulation.#steps++;
        simulation.#guarded(() => apply(simulation));
        if (simulation.#properties.length > 0) simulation.#check();
      },
    };
    entry.apply(this);
    this.#log.push(entry);
  }

  // Inputs.

  #start(node: Node): void {
    const { start } = node.rules;
    if (start === undefined) return;
    const before = this.#enter(node);
    start(node.state!, this.#out);
    this.#leave(node, before);
  }

  /** Who asks for changes of state is told what the state is at first. */
  #tellState(node: Node): void {
    if (this.#listener === null || !this.#reportsChanges) return;
    this.#emit({ kind: "change", at: this.#now, step: this.#steps, node: node.id, fields: clone(node.state) as Fields });
  }

  #arrive(slot: number, copy: number): void {
    const agenda = this.#agenda;
    const node = this.#nodes[agenda.nodeOf(slot)]!;
    const from = agenda.originOf(slot);
    const id = agenda.numberOf(slot);
    const sentAt = agenda.sinceOf(slot);
    const message = agenda.items[slot] as Tagged;
    agenda.release(slot);
    if (this.#network.isCut(from, node.index)) {
      this.#drop(id, from, node.index, message, sentAt, copy, "partitioned");
    } else if (node.state === null) {
      this.#drop(id, from, node.index, message, sentAt, copy, "crashed");
    } else if (node.paused || this.#processing !== null) {
      this.#work(node, message.kind, (alive) =>
        alive
          ? this.#deliver(node, from, id, sentAt, message, copy)
          : this.#drop(id, from, node.index, message, sentAt, copy, "crashed"),
      );
    } else this.#deliver(node, from, id, sentAt, message, copy);
  }

  #deliver(node: Node, from: number, id: number, sentAt: number, message: Tagged, copy: number): void {
    const rule = node.rules.receive.get(message.kind);
    if (rule === undefined) return this.#drop(id, from, node.index, message, sentAt, copy, "unhandled");
    this.#delivered++;
    const sender = this.#nodes[from]!.id;
    if (this.#listener !== null) {
      this.#emit({ kind: "deliver", at: this.#now, step: this.#steps, id, from: sender, to: node.id, message, sentAt, copy });
    }
    const before = this.#enter(node);
    rule(node.state!, message, sender, this.#out);
    this.#leave(node, before);
  }

  #drop(id: number, from: number, to: number, message: Tagged, sentAt: number, copy: number, reason: DropReason): void {
    if (reason !== "unhandled") this.#lost++;
    if (this.#listener === null) return;
    const [sender, receiver] = [this.#nodes[from]!.id, this.#nodes[to]!.id];
    this.#emit({ kind: "drop", at: this.#now, step: this.#steps, id, from: sender, to: receiver, message, sentAt, copy, reason });
  }

  #expire(slot: number): void {
    const agenda = this.#agenda;
    const node = this.#nodes[agenda.nodeOf(slot)]!;
    const timer = agenda.items[slot] as Tagged;
    agenda.release(slot);
    const key = keyOf(timer);
    if (node.paused || node.busyUntil > this.#now) {
      // It is over, but the node has no time for it yet; until then the node may still cancel it.
      if (node.paused) {
        node.timers.set(key, LATE);
        node.waiting.push(() => {
          if (node.timers.get(key) === LATE) this.#addTimer(node, key, timer, this.#now);
        });
      } else this.#addTimer(node, key, timer, node.busyUntil);
      return;
    }
    node.timers.delete(key);
    const rule = node.rules.timeout.get(timer.kind);
    if (this.#listener !== null) {
      this.#emit({ kind: "timer", at: this.#now, step: this.#steps, node: node.id, timer });
    }
    if (rule === undefined) return;
    const before = this.#enter(node);
    rule(node.state!, timer, this.#out);
    this.#leave(node, before);
  }

  #requestFromOutside(node: Node, request: Tagged): void {
    const call = `${OUTSIDE}#${this.#history.length + 1}` as Call;
    this.#open.set(call, this.#history.length);
    this.#history.push({ client: OUTSIDE, call, node: node.id, request, result: undefined, invokedAt: this.#now, returnedAt: null, attempts: 1 });
    this.#askNode(node, OUTSIDE, call, request);
  }

  /** What the clients may do here. */
  #clientWorld(): ClientWorld {
    const rows = new Map<Call, number>();
    return {
      now: () => this.#now,
      act: (at, action) => this.#act(at, action),
      callOff: (slot) => this.#agenda.remove(slot),
      takes: (node, request) => this.#node(node).rules.request.has(request.kind),
      invoke: (client, call, node, request, attempt) => {
        if (this.#listener !== null) {
          this.#emit({ kind: "invoke", at: this.#now, step: this.#steps, client, call, node, request, attempt });
        }
        const row = rows.get(call);
        if (row !== undefined) this.#history[row] = { ...this.#history[row]!, node, attempts: attempt };
        else {
          rows.set(call, this.#history.length);
          this.#history.push({ client, call, node, request, result: undefined, invokedAt: this.#now, returnedAt: null, attempts: 1 });
        }
        this.#sendRequest(this.#node(node), client, call, request);
      },
      returned: (client, call, result) => {
        if (this.#listener !== null) this.#emit({ kind: "return", at: this.#now, step: this.#steps, client, call, result });
        const row = rows.get(call)!;
        rows.delete(call);
        this.#history[row] = { ...this.#history[row]!, result, returnedAt: this.#now };
      },
      gaveUp: (client, call) => {
        rows.delete(call);
        if (this.#listener !== null) this.#emit({ kind: "give-up", at: this.#now, step: this.#steps, client, call });
      },
    };
  }

  /** A client's request crosses the network, as a message does. */
  #sendRequest(node: Node, client: NodeId, call: Call, request: Tagged): void {
    const network = this.#network;
    const chances = this.#chances;
    const from = this.#places.get(client)!;
    const to = node.index;
    const link = network.link(from, to, request.kind);
    const latency = link.latency(chances.latency.next(from));
    const isLost = network.lossy && chances.loss.next(from) < link.loss;
    const isDoubled = network.doubling && chances.duplication.next(from) < link.duplication;
    if (network.isCut(from, to)) return this.#callLost(client, call, node, "request", "partitioned");
    const cross = (ms: number): void => {
      this.#act(network.arrival(link, from, to, this.#now, ms, request), () => {
        if (network.isCut(from, to)) this.#callLost(client, call, node, "request", "partitioned");
        else this.#askNode(node, client, call, request);
      });
    };
    if (isLost) this.#callLost(client, call, node, "request", "lost");
    else cross(latency);
    if (isDoubled) cross(link.latency(chances.copies.next(from)));
  }

  /** And so does the answer. It is never doubled: the client would not notice. */
  #sendReply(node: Node, client: NodeId, call: Call, result: unknown): void {
    const network = this.#network;
    const from = node.index;
    const to = this.#places.get(client)!;
    const message: Tagged = typeof result === "object" && result !== null && "kind" in result ? (result as Tagged) : { kind: "reply", result } as Tagged;
    const link = network.link(from, to, message.kind);
    // Streams of their own, so that clients do not shift what nodes tell each other.
    const latency = link.latency(this.#chances.replies.next(from)) * node.slowness;
    const isLost = network.lossy && this.#chances["lost replies"].next(from) < link.loss;
    if (network.isCut(from, to)) return this.#callLost(client, call, node, "reply", "partitioned");
    if (isLost) return this.#callLost(client, call, node, "reply", "lost");
    this.#act(network.arrival(link, from, to, this.#now, latency, message), () => {
      if (network.isCut(from, to)) this.#callLost(client, call, node, "reply", "partitioned");
      else this.#clients.answer(call, result);
    });
  }

  /** A request has come to a node. */
  #askNode(node: Node, client: NodeId, call: Call, request: Tagged): void {
    if (node.state === null) return this.#callLost(client, call, node, "request", "crashed");
    if (node.paused || this.#processing !== null) {
      this.#work(node, request.kind, (alive) =>
        alive ? this.#serve(node, call, request) : this.#callLost(client, call, node, "request", "crashed"),
      );
    } else this.#serve(node, call, request);
  }

  #serve(node: Node, call: Call, request: Tagged): void {
    const rule = node.rules.request.get(request.kind);
    if (this.#listener !== null) {
      this.#emit({ kind: "request", at: this.#now, step: this.#steps, node: node.id, call, request });
    }
    if (rule === undefined) return;
    const before = this.#enter(node);
    rule(node.state!, request, call, this.#out);
    this.#leave(node, before);
  }

  #callLost(client: NodeId, call: Call, node: Node, leg: "request" | "reply", reason: DropReason): void {
    if (this.#listener === null) return;
    this.#emit({ kind: "call-lost", at: this.#now, step: this.#steps, client, call, node: node.id, leg, reason });
  }

  /**
   * Let the node handle an input when it comes to it: a paused node when it is resumed, a busy one when it has
   * finished what came before. `handle` is told whether the node has lived through the wait.
   */
  #work(node: Node, kind: string, handle: (alive: boolean) => void): void {
    const { incarnation } = node;
    if (node.paused) {
      node.waiting.push(() => (node.incarnation === incarnation ? this.#work(node, kind, handle) : handle(false)));
      return;
    }
    const takes = this.#processing === null ? 0 : this.#processing(node, kind)(this.#chances.processing.next(node.index)) * node.slowness;
    node.busyUntil = Math.max(this.#now, node.busyUntil) + takes;
    const finish = (): void => {
      if (node.incarnation !== incarnation) handle(false);
      else if (node.paused) node.waiting.push(() => handle(node.incarnation === incarnation));
      else handle(true);
    };
    if (node.busyUntil === this.#now) finish();
    else this.#act(node.busyUntil, finish);
  }

  #enter(node: Node): readonly string[] | null {
    this.#current = node;
    if (this.#listener === null || !this.#reportsChanges) return null;
    this.#held = [];
    return textsOf(node.state!);
  }

  #leave(node: Node, before: readonly string[] | null): void {
    this.#current = null;
    if (before !== null) this.#reportChange(node, before);
    if (node.falling) this.#fall(node);
  }

  // Effects.

  /** What rules see. There is one for all nodes: rules run one at a time. */
  #effects(): Out<any> {
    const acting = (): Node => {
      const node = this.#current;
      if (node === null) throw new Error("an effect was asked for outside of a rule: `out` serves its rule only");
      return node;
    };
    return {
      send: (to: NodeId, message: Tagged) => {
        const node = this.#current ?? acting();
        if (node.falling) return;
        if (node.held !== null) node.held.push({ kind: "send", to, message });
        else this.#send(node, to, message);
      },
      setTimer: (timer: Tagged, after: Delay) => {
        const node = acting();
        if (!node.falling) this.#setTimer(node, timer, after);
      },
      cancelTimer: (timer: Tagged) => {
        const node = acting();
        const key = keyOf(timer);
        const slot = node.timers.get(key);
        if (slot === undefined) return;
        node.timers.delete(key);
        if (slot !== LATE) this.#agenda.remove(slot);
      },
      persist: () => {
        const node = acting();
        if (!node.falling) this.#write(node, durableFields(node.of, node.state!), true);
      },
      write: () => {
        const node = acting();
        if (!node.falling) this.#write(node, durableFields(node.of, node.state!), false);
      },
      decide: (outcome: unknown) => {
        const node = acting();
        if (node.falling) return;
        if (node.held !== null) node.held.push({ kind: "decide", outcome });
        else this.#decide(node, outcome);
      },
      reply: (call: Call, result: unknown) => {
        const node = acting();
        if (node.falling) return;
        if (node.held !== null) node.held.push({ kind: "reply", call, result });
        else this.#reply(node, call, result);
      },
      clock: () => acting().clock(this.#now),
    };
  }

  #send(node: Node, to: NodeId, message: Tagged): void {
    const target = this.#index.get(to);
    if (target === undefined) {
      throw new RangeError(`cannot send ${show(message?.kind)} to ${show(to)}: ${faults.noNode(String(to), this.#names())}`);
    }
    if (this.#freeze) deepFreeze(message);
    const now = this.#now;
    const id = ++this.#sent;
    const from = node.index;
    if (this.#listener !== null) {
      this.#emit({ kind: "send", at: now, step: this.#steps, id, from: node.id, to: this.#nodes[target]!.id, message });
    }
    if (target === from) {
      // What a node tells itself does not cross the network: nothing delays, loses or doubles it.
      this.#agenda.add(now, DELIVER, target, from, id, now, message);
      return;
    }
    const network = this.#network;
    const chances = this.#chances;
    const link = network.link(from, target, message.kind);
    const latency = link.latency(chances.latency.next(from)) * node.slowness;
    const isLost = network.lossy && chances.loss.next(from) < link.loss;
    const isDoubled = network.doubling && chances.duplication.next(from) < link.duplication;
    if (network.isCut(from, target)) {
      this.#drop(id, from, target, message, now, 0, "partitioned");
      return;
    }
    const arrival = network.arrival(link, from, target, now, latency, message);
    if (isLost) this.#drop(id, from, target, message, now, 0, "lost");
    else this.#agenda.add(arrival, DELIVER, target, from, id, now, message);
    if (isDoubled) {
      const again = network.arrival(link, from, target, now, link.latency(chances.copies.next(from)) * node.slowness, message);
      if (chances.copies.next(from) < link.loss) this.#drop(id, from, target, message, now, 1, "lost");
      else this.#agenda.add(again, DUPLICATE, target, from, id, now, message);
    }
  }

  #setTimer(node: Node, timer: Tagged, after: Delay): void {
    const ms = typeof after === "number" ? after : after[0] + this.#chances.timers.next(node.index) * (after[1] - after[0]);
    // Written so that NaN fails too.
    if (!(ms >= 0 && ms < Infinity) || (typeof after !== "number" && !(after[0] <= after[1]))) {
      throw new RangeError(`a timer's delay must be a number of ms of at least 0, or a pair [min, max] with min <= max, got ${show(after)}`);
    }
    const key = keyOf(timer);
    const slot = node.timers.get(key);
    if (slot !== undefined && slot !== LATE) this.#agenda.remove(slot);
    this.#addTimer(node, key, timer, this.#now + ms / node.clockRate);
  }

  #addTimer(node: Node, key: string, timer: Tagged, at: number): void {
    node.timers.set(key, this.#agenda.add(at, TIMER, node.index, 0, at, this.#now, timer));
  }

  #decide(node: Node, outcome: unknown): void {
    this.#decisions.push({ node: node.id, outcome, at: this.#now });
    if (this.#listener !== null) {
      this.#emit({ kind: "decide", at: this.#now, step: this.#steps, node: node.id, outcome });
    }
  }

  #reply(node: Node, call: Call, result: unknown): void {
    if (this.#listener !== null) {
      this.#emit({ kind: "reply", at: this.#now, step: this.#steps, node: node.id, call, result });
    }
    const client = String(call).slice(0, String(call).lastIndexOf("#"));
    if (this.#places.has(client)) return this.#sendReply(node, client as NodeId, call, result);
    const row = this.#open.get(call);
    if (row === undefined) return;
    this.#open.delete(call);
    this.#history[row] = { ...this.#history[row]!, result, returnedAt: this.#now };
  }

  // The disk.

  #write(node: Node, fields: Fields, flush: boolean): void {
    if (node.held !== null) {
      node.held.push({ kind: "write", fields, flush });
      return;
    }
    if (this.#listener !== null) {
      this.#emit({ kind: "write", at: this.#now, step: this.#steps, node: node.id, flush });
    }
    node.unsynced.push(fields);
    if (node.doom?.moment === "before-flush") {
      node.falling = true;
      return;
    }
    if (!flush) {
      if (node.unsynced.length > WRITE_BACK) node.disk = node.unsynced.shift()!;
      return;
    }
    const takes = this.#flushTakesTime ? this.#flush(this.#chances.disk.next(node.index)) * node.slowness : 0;
    const done = Math.max(this.#now, node.diskFreeAt) + takes;
    node.diskFreeAt = done;
    if (done <= this.#now) this.#onDisk(node, fields);
    else {
      node.held = [];
      this.#agenda.add(done, FLUSH, node.index, node.incarnation, 0, this.#now, fields);
    }
  }

  #onDisk(node: Node, fields: Fields): void {
    node.disk = fields;
    node.unsynced.length = 0;
    if (this.#listener !== null) this.#emit({ kind: "flushed", at: this.#now, step: this.#steps, node: node.id });
    if (node.doom?.moment === "after-flush") node.falling = true;
  }

  /** A write that was waited for is on disk: what waited for it leaves, up to the next such write. */
  #flushed(node: Node, fields: Fields): void {
    if (node.paused) {
      const { incarnation } = node;
      node.waiting.push(() => void (node.incarnation === incarnation && this.#flushed(node, fields)));
      return;
    }
    // A disk that stalled meanwhile finishes later.
    if (node.diskFreeAt > this.#now) {
      this.#agenda.add(node.diskFreeAt, FLUSH, node.index, node.incarnation, 0, this.#now, fields);
      return;
    }
    const waiting = node.held!;
    node.held = null;
    this.#onDisk(node, fields);
    for (const effect of waiting) {
      if (node.falling) break;
      if (node.held !== null) {
        (node.held as typeof waiting).push(effect);
        continue;
      }
      switch (effect.kind) {
        case "send":
          this.#send(node, effect.to, effect.message);
          break;
        case "decide":
          this.#decide(node, effect.outcome);
          break;
        case "reply":
          this.#reply(node, effect.call as Call, effect.result);
          break;
        case "write":
          this.#write(node, effect.fields, effect.flush);
          break;
      }
    }
    if (node.falling) this.#fall(node);
  }

  // Faults.

  /** Let a fault strike. By hand, what cannot be is an error; in a script that chance has a part in, it has no effect. */
  #strike(fault: Fault, isByHand: boolean): void {
    switch (fault.kind) {
      case "partition":
        return this.#cut("partition", fault.name, faults.linksBetween(fault.groups), fault.forMs);
      case "cut": {
        const links = fault.from.flatMap((from) => fault.to.filter((to) => to !== from).map((to) => [from, to] as [NodeId, NodeId]));
        return this.#cut("one-way", fault.name, links, fault.forMs);
      }
      case "heal":
        return this.#heal(fault.name, isByHand);
      case "calm":
        return this.#calm();
      case "isolate":
        if (typeof fault.node === "string") return this.#isolate(fault.node, fault);
    }
    const node = typeof fault.node === "string" ? this.#node(fault.node) : this.#nodes.find((each) => each.state !== null && (fault.node as (node: Node) => boolean)(each));
    if (node === undefined) return;
    const refuse = (problem: string): void => {
      if (isByHand) throw new Error(problem);
    };
    const undo = (after: number | undefined, action: () => void): void => {
      if (after !== undefined) this.#act(this.#now + after, action);
    };
    switch (fault.kind) {
      case "isolate":
        return this.#isolate(node.id, fault);
      case "crash":
        if (node.state === null) return refuse(faults.isDown(node.id, node.crashedAt));
        if ((fault.moment ?? "now") !== "now") {
          const doom = { moment: fault.moment as CrashMoment, forMs: fault.forMs };
          node.doom = doom;
          return undo(fault.withinMs, () => node.doom === doom && (node.doom = null));
        }
        return this.#crash(node, null, fault.forMs);
      case "restart":
        if (node.state !== null) return refuse(faults.isUp(node.id));
        return this.#restart(node);
      case "pause":
        if (node.state === null) return refuse(`${node.id} is down: it cannot be paused`);
        if (node.paused) return refuse(faults.isPaused(node.id));
        node.paused = true;
        if (this.#listener !== null) this.#emit({ kind: "pause", at: this.#now, step: this.#steps, node: node.id });
        return undo(fault.forMs, () => node.paused && this.#resume(node));
      case "resume":
        if (!node.paused) return refuse(faults.isNotPaused(node.id));
        return this.#resume(node);
      case "stall":
        node.diskFreeAt = Math.max(node.diskFreeAt, this.#now + fault.forMs);
        if (this.#listener !== null) this.#emit({ kind: "stall", at: this.#now, step: this.#steps, node: node.id, forMs: fault.forMs });
        return;
      case "slow":
        this.#slow(node, fault.factor);
        return undo(fault.forMs, () => this.#slow(node, 1));
      case "skew":
        this.#skew(node, fault.offsetMs ?? 0, fault.rate ?? 1);
        return undo(fault.forMs, () => this.#skew(node, 0, 1));
    }
  }

  /** Nemesis and script are done alike; but the nemesis gives way when a fork takes another seed. */
  #letNemesisStrike(seed: Seed): void {
    const { nemesis } = this.#options;
    if (nemesis === undefined) return;
    const mine = this.#reseeded;
    for (const fault of nemesisScript(seed, nemesis, this.#names())) {
      if (fault.at < this.#now) continue;
      this.#act(fault.at, () => this.#reseeded === mine && this.#strike(fault, false));
    }
  }

  #calm(): void {
    if (this.#cuts.length > 0) this.#mend([...this.#cuts]);
    for (const node of this.#nodes) {
      node.doom = null;
      node.diskFreeAt = Math.min(node.diskFreeAt, this.#now);
      if (node.paused) this.#resume(node);
      if (node.slowness !== 1) this.#slow(node, 1);
      if (node.clock(this.#now) !== this.#now || node.clockRate !== 1) this.#skew(node, 0, 1);
      if (node.state === null) this.#restart(node);
    }
  }

  #isolate(name: string, { direction = "both", name: cut, forMs }: Fault & { kind: "isolate" }): void {
    const links: [NodeId, NodeId][] = [];
    for (const other of this.#nodes) {
      if (other.id === name) continue;
      if (direction !== "in") links.push([name as NodeId, other.id]);
      if (direction !== "out") links.push([other.id, name as NodeId]);
    }
    this.#cut("isolate", cut, links, forMs);
  }

  #crash(node: Node, lost: "last write" | null, forMs: number | undefined): void {
    const kept = this.#surviving(node, lost);
    const waited = node.held?.filter(({ kind }) => kind === "write").length ?? 0;
    const lostWrites = node.unsynced.length - kept + waited;
    if (kept > 0) node.disk = node.unsynced[kept - 1]!;
    node.unsynced = [];
    node.held = null;
    node.state = null;
    node.incarnation++;
    node.crashedAt = this.#now;
    node.doom = null;
    node.falling = false;
    node.busyUntil = 0;
    for (const slot of node.timers.values()) if (slot !== LATE) this.#agenda.remove(slot);
    node.timers.clear();
    if (this.#listener !== null) this.#emit({ kind: "crash", at: this.#now, step: this.#steps, node: node.id, lostWrites });
    this.#wake(node);
    if (forMs !== undefined) {
      const { incarnation } = node;
      this.#act(this.#now + forMs, () => node.state === null && node.incarnation === incarnation && this.#restart(node));
    }
  }

  /** How many of the writes that were not yet on disk for certain are there after a crash. */
  #surviving(node: Node, lost: "last write" | null): number {
    const most = node.unsynced.length - (lost === null ? 0 : 1);
    return most > 0 ? Math.floor(this.#chances.disk.next(node.index) * (most + 1)) : 0;
  }

  /** The crash that waited for a write has struck while a rule ran, and now the rule is over. */
  #fall(node: Node): void {
    const { moment, forMs } = node.doom!;
    this.#crash(node, moment === "before-flush" ? "last write" : null, forMs);
  }

  #restart(node: Node): void {
    if (this.#listener !== null) this.#emit({ kind: "restart", at: this.#now, step: this.#steps, node: node.id });
    node.state = boot(node.of, node.id, node.disk);
    this.#tellState(node);
    this.#start(node);
  }

  #resume(node: Node): void {
    if (this.#listener !== null) this.#emit({ kind: "resume", at: this.#now, step: this.#steps, node: node.id });
    this.#wake(node);
  }

  /** The node is not paused any more: what waited happens, each as a step of its own. */
  #wake(node: Node): void {
    node.paused = false;
    for (const action of node.waiting) this.#act(this.#now, action);
    node.waiting = [];
  }

  #slow(node: Node, factor: number): void {
    node.slowness = factor;
    if (this.#listener !== null) this.#emit({ kind: "slow", at: this.#now, step: this.#steps, node: node.id, factor });
  }

  #skew(node: Node, offsetMs: number, rate: number): void {
    const agenda = this.#agenda;
    const before = node.clockRate;
    node.skew(this.#now, offsetMs, rate);
    // A timer runs by the node's clock: what is left of it now takes another time. A jump of the clock moves none.
    for (const [key, slot] of before === rate ? [] : [...node.timers]) {
      if (slot === LATE) continue;
      const timer = agenda.items[slot] as Tagged;
      const left = (agenda.numberOf(slot) - this.#now) * before;
      agenda.remove(slot);
      this.#addTimer(node, key, timer, this.#now + left / rate);
    }
    if (this.#listener !== null) this.#emit({ kind: "skew", at: this.#now, step: this.#steps, node: node.id, offsetMs, rate });
  }

  #cut(shape: string, name: string | undefined, links: faults.Cut, forMs: number | undefined): void {
    const cut = { name, links };
    this.#cuts.push(cut);
    for (const [from, to] of links) this.#network.cut(this.#places.get(from)!, this.#places.get(to)!);
    if (this.#listener !== null) this.#emit({ kind: "cut", at: this.#now, step: this.#steps, shape, links });
    if (forMs !== undefined) this.#act(this.#now + forMs, () => this.#cuts.includes(cut) && this.#mend([cut]));
  }

  #heal(name: string | undefined, isByHand: boolean): void {
    const healed = this.#cuts.filter((cut) => name === undefined || cut.name === name);
    if (healed.length > 0) this.#mend(healed);
    else if (isByHand) throw new Error(faults.isNotCut(name, this.#cuts));
  }

  #mend(healed: readonly { readonly name: string | undefined; readonly links: faults.Cut }[]): void {
    const links: [NodeId, NodeId][] = [];
    for (const cut of healed) {
      this.#cuts.splice(this.#cuts.indexOf(cut), 1);
      for (const [from, to] of cut.links) {
        if (this.#network.heal(this.#places.get(from)!, this.#places.get(to)!)) links.push([from, to]);
      }
    }
    if (this.#listener !== null) this.#emit({ kind: "heal", at: this.#now, step: this.#steps, links });
  }

  // Watching.

  #emit(event: TraceEvent): void {
    if (this.#held !== null) this.#held.push(event);
    else this.#listener!(event);
  }

  #reportChange(node: Node, before: readonly string[]): void {
    const held = this.#held!;
    this.#held = null;
    const state = node.state as Record<string, unknown>;
    const fields: Record<string, unknown> = {};
    Object.keys(state).forEach((name, i) => {
      if (before[i] !== `${name}:${canonical(state[name])}`) fields[name] = clone(state[name]);
    });
    if (Object.keys(fields).length > 0) {
      this.#listener!({ kind: "change", at: this.#now, step: this.#steps, node: node.id, fields });
    }
    for (const event of held) this.#listener!(event);
  }

  /** Properties with a memory watch the run as any listener does. */
  #attachProperties(): void {
    const watching = this.#properties.filter(({ property }) => property.observe !== undefined);
    if (watching.length === 0) return;
    this.#listener = (event) => {
      if (!OBSERVED.has(event.kind)) return;
      for (const each of watching) each.memory = each.property.observe!(each.memory, event as Observation);
    };
  }

  #check(): void {
    for (const each of this.#properties) {
      if (each.violated) continue;
      const problem = each.property.check(this.#world, each.memory);
      if (problem === null) continue;
      each.violated = true;
      const violation = { property: each.property.name, problem, at: this.#now, step: this.#steps };
      this.#violation ??= violation;
      if (this.#listener !== null) this.#emit({ kind: "violation", ...violation });
      if (this.#options.stopAtViolation !== false) this.#stop = true;
    }
  }

  #ended(kind: Ended["kind"]): Ended {
    return { kind, at: this.#now, reason: this.#reason(kind) };
  }

  #reason(kind: Ended["kind"]): string {
    const at = `${round(this.#now)} ms`;
    switch (kind) {
      case "quiet":
        return `nothing is left to do after ${at}${this.#noProgress()}`;
      case "until":
        return `stopped at ${at}, as asked`;
      case "time-limit":
        return `stopped at the time limit of ${at}${this.#noProgress() || ", still busy"}`;
      case "event-limit":
        return `stopped at the limit of ${this.#stepLimit} steps, at ${at}: the run does not come to rest${this.#noProgress()}`;
      case "violation":
        return `${this.#violation!.property} is violated at ${at}, step ${this.#violation!.step}: ${this.#violation!.problem}`;
    }
  }

  #noProgress(): string {
    if (this.#sent === 0 || this.#delivered > 0) return "";
    return `; no progress: ${this.#lost === this.#sent ? "every message is lost" : "no message was handled"} (${this.#sent} sent, 0 delivered)`;
  }

  #names(): readonly string[] {
    return this.#nodes.map(({ id }) => id);
  }

  #node(name: string): Node {
    const index = this.#index.get(name);
    if (index === undefined) throw new RangeError(faults.noNode(String(name), this.#names()));
    return this.#nodes[index]!;
  }
}

/** Collect a run's events from here on. */
export function record(simulation: { listen(listener: Listener): unknown }): TraceEvent[] {
  const events: TraceEvent[] = [];
  simulation.listen((event) => void events.push(event));
  return events;
}

/** How long a node works on an input, by node and kind. */
function workOf(processing: Latency | ProcessingOptions, names: readonly string[]): (node: Node, kind: string) => Sampler {
  if (typeof processing !== "object" || processing === null || Array.isArray(processing) || "kind" in processing) {
    const each = sampler("processing", processing as Latency);
    return () => each;
  }
  const { each = 0, nodes = {}, kinds = {} } = options("processing", processing as ProcessingOptions, ["each", "nodes", "kinds"]);
  const all = sampler("processing.each", each);
  options("processing.nodes", nodes, names);
  const table = (name: string, latencies: Readonly<Record<string, Latency | undefined>>): Map<string, Sampler> =>
    new Map(Object.entries(latencies).map(([key, latency]) => [key, sampler(`${name}.${key}`, latency ?? each)]));
  const byNode = table("processing.nodes", nodes);
  const byKind = table("processing.kinds", kinds);
  return (node, kind) => byKind.get(kind) ?? byNode.get(node.id) ?? all;
}

/** The mark of a timer that is over but waits for its node to be resumed. */
const LATE = -1;

const OBSERVED: ReadonlySet<string> = new Set<Observation["kind"]>(["send", "deliver", "request", "reply", "decide", "crash", "restart"]);

/** One text per timer. Most timers are a kind and nothing else. */
function keyOf(timer: Tagged): string {
  for (const name in timer) if (name !== "kind") return canonical(timer);
  return timer.kind;
}

function textsOf(state: object): readonly string[] {
  return Object.keys(state).map((name) => `${name}:${canonical((state as Record<string, unknown>)[name])}`);
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
