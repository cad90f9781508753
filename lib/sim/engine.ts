import { canonical } from "../core/canonical.js";
import { clone, deepFreeze } from "../core/clone.js";
import { show } from "../core/parameters.js";
import type { Seed } from "../core/random.js";
import type { AnyRole, Call, Delay, NodeId, Out, Tagged } from "../core/role.js";
import { boot, durableFields, type Fields } from "../core/step.js";
import type { DropReason, Listener, TraceEvent } from "../trace/event.js";
import { Agenda } from "./agenda.js";
import { Calls } from "./calls.js";
import { Chances } from "./chances.js";
import { noNode } from "./faults.js";
import type { Sampler } from "./latency.js";
import type { Network } from "./network.js";
import { Clock, Node, ruleMaps, type RuleMaps } from "./node.js";
import type { ClientOptions } from "./clients.js";
import type { TimedDecision } from "./options.js";

/** Kinds of entries in the agenda. 0 is the agenda's own mark for what was removed. */
const DELIVER = 1;
const DUPLICATE = 2;
const TIMER = 3;
const FLUSH = 4;
const ACTION = 5;

/** The mark of a timer that is over but waits for its node to be resumed. */
const LATE = -1;

/** Each has its own streams. `copies` are the second copies' latency and loss: doubling a message shifts nothing else. */
const KNOBS = ["latency", "loss", "duplication", "copies", "timers", "disk", "processing", "replies", "lost replies"] as const;

/** What the engine is told, checked and ready for use. */
export interface EngineParts {
  readonly seed: Seed;
  readonly nodes: Readonly<Record<string, AnyRole>>;
  readonly clients: Readonly<Record<string, ClientOptions>>;
  readonly network: (places: readonly NodeId[]) => Network;
  /** How long a flush takes; null if it takes no time. */
  readonly flush: Sampler | null;
  /** How long a node works on an input; null if it takes no time. */
  readonly processing: ((node: NodeId, kind: string) => Sampler) | null;
  readonly freeze: boolean;
  readonly changes: boolean;
}

/**
 * What happens in a simulation, turn by turn: inputs come from the agenda to the nodes, their rules run, and
 * what the rules ask for is done at once. Its fields are open to the other files of the simulator; the door is
 * `Simulation`.
 */
export class Engine {
  readonly nodes: readonly Node[];
  readonly names: readonly NodeId[];
  /** The index of everybody on the network: the nodes, then the clients. */
  readonly places: ReadonlyMap<string, number>;
  readonly agenda: Agenda = new Agenda();
  readonly network: Network;
  readonly chances: Readonly<Record<(typeof KNOBS)[number], Chances>>;
  readonly calls: Calls;
  readonly decisions: TimedDecision[] = [];

  /** Virtual time in ms. */
  now = 0;
  steps = 0;
  sent = 0;
  delivered = 0;
  lost = 0;
  /** The node whose rule runs, or null between two rules. */
  current: Node | null = null;
  /** Without a listener no event is even built. */
  listener: Listener | null = null;
  reportsChanges: boolean;

  readonly #out: Out<any>;
  readonly #flush: Sampler | null;
  readonly #processing: EngineParts["processing"];
  readonly #freeze: boolean;
  /** The events of the step under way, kept back until the change of state that caused them is known. */
  #keptBack: TraceEvent[] | null = null;

  constructor(parts: EngineParts) {
    this.names = Object.keys(parts.nodes) as NodeId[];
    const rules = new Map<AnyRole, RuleMaps>();
    this.nodes = this.names.map((name, i) => {
      const role = parts.nodes[name]!;
      if (!rules.has(role)) rules.set(role, ruleMaps(role));
      return new Node(name, i, role, rules.get(role)!);
    });
    const places = [...this.names, ...(Object.keys(parts.clients) as NodeId[])];
    this.places = new Map(places.map((name, i) => [name, i]));
    this.network = parts.network(places);
    this.chances = Object.fromEntries(KNOBS.map((knob) => [knob, new Chances(parts.seed, knob, places)])) as Engine["chances"];
    this.#flush = parts.flush;
    this.#processing = parts.processing;
    this.#freeze = parts.freeze;
    this.reportsChanges = parts.changes;
    this.#out = this.#effects();
    for (const node of this.nodes) {
      node.state = boot(node.of, node.id, node.disk.saved);
      if (node.rules.start) this.act(0, () => void (node.incarnation === 0 && this.#start(node)));
    }
    this.calls = new Calls(this, parts.clients, parts.seed);
  }

  node(name: string): Node {
    const index = this.places.get(name) ?? Infinity;
    if (index < this.nodes.length) return this.nodes[index]!;
    throw new RangeError(noNode(String(name), this.names));
  }

  /** Let an action happen at a time; returns a number by which the agenda can remove it. */
  act(at: number, action: () => void): number {
    return this.agenda.add(at, ACTION, 0, 0, 0, 0, action);
  }

  /** Let the next thing happen, which is due at this time. */
  turn(at: number): void {
    const agenda = this.agenda;
    const slot = agenda.take();
    this.now = at;
    this.steps++;
    switch (agenda.kindOf(slot)) {
      case DELIVER:
        return this.#arrive(slot, 0);
      case DUPLICATE:
        return this.#arrive(slot, 1);
      case TIMER:
        return this.#expire(slot);
      case FLUSH: {
        const node = this.nodes[agenda.nodeOf(slot)]!;
        const isOfThisLife = agenda.originOf(slot) === node.incarnation;
        const fields = agenda.items[slot] as Fields;
        agenda.release(slot);
        if (isOfThisLife) this.#flushed(node, fields);
        return;
      }
      case ACTION: {
        const action = agenda.items[slot] as () => void;
        agenda.release(slot);
        return action();
      }
    }
  }

  emit(event: TraceEvent): void {
    if (this.#keptBack !== null) this.#keptBack.push(event);
    else this.listener!(event);
  }

  /** Who asks for changes of state is told what the state is at first. */
  tellState(node: Node): void {
    if (this.listener === null || !this.reportsChanges) return;
    this.emit({ kind: "change", at: this.now, step: this.steps, node: node.id, fields: clone(node.state) as Fields });
  }

  // What comes to a node.

  #start(node: Node): void {
    const { start } = node.rules;
    if (start === undefined) return;
    const before = this.#enter(node);
    start(node.state!, this.#out);
    this.#leave(node, before);
  }

  #arrive(slot: number, copy: number): void {
    const agenda = this.agenda;
    const node = this.nodes[agenda.nodeOf(slot)]!;
    const from = agenda.originOf(slot);
    const id = agenda.numberOf(slot);
    const sentAt = agenda.sinceOf(slot);
    const message = agenda.items[slot] as Tagged;
    agenda.release(slot);
    this.#reach(node, from, id, sentAt, message, copy);
  }

  #reach(node: Node, from: number, id: number, sentAt: number, message: Tagged, copy: number): void {
    const to = node.index;
    if (this.network.isCut(from, to)) this.#drop(id, from, to, message, sentAt, copy, "partitioned");
    else if (node.state === null) this.#drop(id, from, to, message, sentAt, copy, "crashed");
    else if (node.paused || this.#processing !== null) {
      this.work(node, message.kind, (lives) => {
        if (lives) this.#deliver(node, from, id, sentAt, message, copy);
        else this.#drop(id, from, to, message, sentAt, copy, "crashed");
      });
    } else this.#deliver(node, from, id, sentAt, message, copy);
  }

  /** The network loses a message that is under way, all copies of it; returns whether there was one. */
  lose(id: number): boolean {
    const { agenda } = this;
    const slots = agenda.find([DELIVER, DUPLICATE], id);
    for (const slot of slots) {
      const copy = agenda.kindOf(slot) === DELIVER ? 0 : 1;
      const message = agenda.items[slot] as Tagged;
      this.#drop(id, agenda.originOf(slot), agenda.nodeOf(slot), message, agenda.sinceOf(slot), copy, "lost");
      agenda.remove(slot);
    }
    return slots.length > 0;
  }

  /** A message that is under way arrives now, the first of its copies; returns whether there was one. */
  hasten(id: number): boolean {
    const { agenda } = this;
    const slot = agenda.find([DELIVER, DUPLICATE], id).sort((one, other) => agenda.timeOf(one) - agenda.timeOf(other))[0];
    if (slot === undefined) return false;
    const copy = agenda.kindOf(slot) === DELIVER ? 0 : 1;
    const [node, from, sentAt] = [this.nodes[agenda.nodeOf(slot)]!, agenda.originOf(slot), agenda.sinceOf(slot)];
    const message = agenda.items[slot] as Tagged;
    agenda.remove(slot);
    this.#reach(node, from, id, sentAt, message, copy);
    return true;
  }

  #deliver(node: Node, from: number, id: number, sentAt: number, message: Tagged, copy: number): void {
    const rule = node.rules.receive.get(message.kind);
    if (rule === undefined) return this.#drop(id, from, node.index, message, sentAt, copy, "unhandled");
    this.delivered++;
    const sender = this.names[from]!;
    if (this.listener !== null) {
      this.emit({ kind: "deliver", at: this.now, step: this.steps, id, from: sender, to: node.id, message, sentAt, copy });
    }
    const before = this.#enter(node);
    rule(node.state!, message, sender, this.#out);
    this.#leave(node, before);
  }

  #drop(id: number, from: number, to: number, message: Tagged, sentAt: number, copy: number, reason: DropReason): void {
    if (reason !== "unhandled") this.lost++;
    if (this.listener === null) return;
    const { names, now: at, steps: step } = this;
    this.emit({ kind: "drop", at, step, id, from: names[from]!, to: names[to]!, message, sentAt, copy, reason });
  }

  #expire(slot: number): void {
    const agenda = this.agenda;
    const node = this.nodes[agenda.nodeOf(slot)]!;
    const timer = agenda.items[slot] as Tagged;
    const hasWaited = agenda.numberOf(slot) === 1;
    agenda.release(slot);
    const key = keyOf(timer);
    // It is over, but the node may have no time for it yet; until then it may still cancel it.
    if (node.paused) {
      node.timers.set(key, LATE);
      node.waiting.push(() => {
        if (node.timers.get(key) === LATE) this.#addTimer(node, key, timer, this.now);
      });
      return;
    }
    // A busy node comes to it when it has done what came before; what came later must not keep it waiting.
    if (!hasWaited && node.busyUntil > this.now) return this.#addTimer(node, key, timer, node.busyUntil, 1);
    node.timers.delete(key);
    if (this.listener !== null) this.emit({ kind: "timer", at: this.now, step: this.steps, node: node.id, timer });
    const rule = node.rules.timeout.get(timer.kind);
    if (rule === undefined) return;
    const before = this.#enter(node);
    rule(node.state!, timer, this.#out);
    this.#leave(node, before);
  }

  /** A request is handled. */
  serve(node: Node, call: Call, request: Tagged): void {
    if (this.listener !== null) {
      this.emit({ kind: "request", at: this.now, step: this.steps, node: node.id, call, request });
    }
    const rule = node.rules.request.get(request.kind);
    if (rule === undefined) return;
    const before = this.#enter(node);
    rule(node.state!, request, call, this.#out);
    this.#leave(node, before);
  }

  /**
   * Let the node handle an input when it comes to it: a paused node when it is resumed, a busy one when it has
   * finished what came before. `handle` is told whether the node lives through the wait.
   */
  work(node: Node, kind: string, handle: (lives: boolean) => void): void {
    const { incarnation } = node;
    if (node.paused) {
      node.waiting.push(() => (node.incarnation === incarnation ? this.work(node, kind, handle) : handle(false)));
      return;
    }
    if (this.#processing === null) return handle(true);
    const takes = this.#processing(node.id, kind)(this.chances.processing.next(node.index)) * node.slowness;
    node.busyUntil = Math.max(this.now, node.busyUntil) + takes;
    const finish = (): void => {
      if (node.incarnation !== incarnation) handle(false);
      else if (node.paused) node.waiting.push(() => handle(node.incarnation === incarnation));
      else handle(true);
    };
    if (node.busyUntil === this.now) finish();
    else this.act(node.busyUntil, finish);
  }

  #enter(node: Node): ReadonlyMap<string, string> | null {
    this.current = node;
    if (this.listener === null || !this.reportsChanges) return null;
    this.#keptBack = [];
    return new Map(Object.entries(node.state!).map(([name, value]) => [name, canonical(value)]));
  }

  #leave(node: Node, before: ReadonlyMap<string, string> | null): void {
    this.current = null;
    if (before !== null) this.#tellChange(node, before);
    if (node.falling) this.#fall(node);
  }

  #tellChange(node: Node, before: ReadonlyMap<string, string>): void {
    const keptBack = this.#keptBack!;
    this.#keptBack = null;
    const changed = Object.entries(node.state!).filter(([name, value]) => before.get(name) !== canonical(value));
    if (changed.length > 0) {
      const fields = Object.fromEntries(changed.map(([name, value]) => [name, clone(value as unknown)]));
      const change: TraceEvent = { kind: "change", at: this.now, step: this.steps, node: node.id, fields };
      // After the input that led to it, which is told before the rule runs, and before what the rule asked for.
      this.emit(change);
    }
    for (const event of keptBack) this.emit(event);
  }

  // What a node asks for.

  /** What rules see. There is one for all nodes: rules run one at a time. */
  #effects(): Out<any> {
    const acting = (): Node => {
      if (this.current !== null) return this.current;
      throw new Error("an effect was asked for outside of a rule: `out` serves its rule only");
    };
    return {
      send: (to: NodeId, message: Tagged) => {
        const node = acting();
        if (node.held !== null) node.held.push({ kind: "send", to, message });
        else if (!node.falling) this.#send(node, to, message);
      },
      setTimer: (timer: Tagged, after: Delay) => this.#setTimer(acting(), timer, after),
      cancelTimer: (timer: Tagged) => this.#cancelTimer(acting(), keyOf(timer)),
      persist: () => {
        const node = acting();
        this.#write(node, durableFields(node.of, node.state!), true);
      },
      write: () => {
        const node = acting();
        this.#write(node, durableFields(node.of, node.state!), false);
      },
      decide: (outcome: unknown) => {
        const node = acting();
        if (node.held !== null) node.held.push({ kind: "decide", outcome });
        else if (!node.falling) this.#decide(node, outcome);
      },
      reply: (call: Call, result: unknown) => {
        const node = acting();
        if (node.held !== null) node.held.push({ kind: "reply", call, result });
        else if (!node.falling) this.calls.reply(node, call, result);
      },
      clock: () => acting().clock.read(this.now),
    };
  }

  #send(node: Node, to: NodeId, message: Tagged): void {
    const target = this.places.get(to);
    if (target === undefined || target >= this.nodes.length) {
      throw new RangeError(`cannot send ${show(message?.kind)} to ${show(to)}: ${noNode(String(to), this.names)}`);
    }
    if (this.#freeze) deepFreeze(message);
    const now = this.now;
    const id = ++this.sent;
    const from = node.index;
    if (this.listener !== null) {
      this.emit({ kind: "send", at: now, step: this.steps, id, from: node.id, to: this.names[target]!, message });
    }
    if (target === from) {
      // What a node tells itself does not cross the network: nothing delays, loses or doubles it.
      this.agenda.add(now, DELIVER, target, from, id, now, message);
      return;
    }
    const { network, chances } = this;
    const link = network.link(from, target, message.kind);
    const latency = link.latency(chances.latency.next(from)) * node.slowness;
    const isLost = network.lossy && chances.loss.next(from) < link.loss;
    const isDoubled = network.doubling && chances.duplication.next(from) < link.duplication;
    if (network.isCut(from, target)) {
      this.#drop(id, from, target, message, now, 0, "partitioned");
      return;
    }
    const arrival = link.isPlain ? now + latency : network.arrival(link, from, target, now, latency, message);
    if (isLost) this.#drop(id, from, target, message, now, 0, "lost");
    else this.agenda.add(arrival, DELIVER, target, from, id, now, message);
    if (!isDoubled) return;
    const again = link.latency(chances.copies.next(from)) * node.slowness;
    const second = network.arrival(link, from, target, now, again, message);
    if (chances.copies.next(from) < link.loss) this.#drop(id, from, target, message, now, 1, "lost");
    else this.agenda.add(second, DUPLICATE, target, from, id, now, message);
  }

  #setTimer(node: Node, timer: Tagged, after: Delay): void {
    if (node.falling) return;
    const ms = typeof after === "number" ? after : after[0] + this.chances.timers.next(node.index) * (after[1] - after[0]);
    // Written so that NaN fails too.
    if (!(ms >= 0 && ms < Infinity) || (typeof after !== "number" && !(after[0] <= after[1]))) {
      throw new RangeError(`a timer's delay must be a number of ms of at least 0, or a pair [min, max] with min <= max, got ${show(after)}`);
    }
    const key = keyOf(timer);
    this.#cancelTimer(node, key);
    this.#addTimer(node, key, timer, this.now + ms / node.clock.rate);
  }

  #addTimer(node: Node, key: string, timer: Tagged, at: number, hasWaited: 0 | 1 = 0): void {
    node.timers.set(key, this.agenda.add(at, TIMER, node.index, 0, hasWaited, this.now, timer));
  }

  #cancelTimer(node: Node, key: string): void {
    const slot = node.timers.get(key);
    if (slot === undefined) return;
    node.timers.delete(key);
    if (slot !== LATE) this.agenda.remove(slot);
  }

  #decide(node: Node, outcome: unknown): void {
    this.decisions.push({ node: node.id, outcome, at: this.now });
    if (this.listener !== null) {
      this.emit({ kind: "decide", at: this.now, step: this.steps, node: node.id, outcome });
    }
  }

  #write(node: Node, fields: Fields, flush: boolean): void {
    if (node.falling) return;
    if (node.held !== null) {
      node.held.push({ kind: "write", fields, flush });
      return;
    }
    if (this.listener !== null) this.emit({ kind: "write", at: this.now, step: this.steps, node: node.id, flush });
    const { disk } = node;
    disk.write(fields);
    if (node.doom?.moment === "before-flush") {
      node.falling = true;
      return;
    }
    if (!flush) return;
    const takes = this.#flush === null ? 0 : this.#flush(this.chances.disk.next(node.index)) * node.slowness;
    disk.freeAt = Math.max(this.now, disk.freeAt) + takes;
    if (disk.freeAt === this.now) return this.#onDisk(node, fields);
    node.held = [];
    this.agenda.add(disk.freeAt, FLUSH, node.index, node.incarnation, 0, this.now, fields);
  }

  #onDisk(node: Node, fields: Fields): void {
    node.disk.flushed(fields);
    if (this.listener !== null) this.emit({ kind: "flushed", at: this.now, step: this.steps, node: node.id });
    if (node.doom?.moment === "after-flush") node.falling = true;
  }

  /** A write that was waited for is on disk: what waited for it leaves, up to the next such write. */
  #flushed(node: Node, fields: Fields): void {
    if (node.paused) {
      const { incarnation } = node;
      node.waiting.push(() => void (node.incarnation === incarnation && this.#flushed(node, fields)));
      return;
    }
    if (node.disk.freeAt > this.now) {
      // The disk has stalled meanwhile.
      this.agenda.add(node.disk.freeAt, FLUSH, node.index, node.incarnation, 0, this.now, fields);
      return;
    }
    const waited = node.held!;
    node.held = null;
    this.#onDisk(node, fields);
    for (const effect of waited) {
      const heldAgain = node.held as Node["held"];
      if (heldAgain !== null) heldAgain.push(effect);
      else if (node.falling) break;
      else if (effect.kind === "send") this.#send(node, effect.to, effect.message);
      else if (effect.kind === "decide") this.#decide(node, effect.outcome);
      else if (effect.kind === "reply") this.calls.reply(node, effect.call, effect.result);
      else this.#write(node, effect.fields, effect.flush);
    }
    if (node.falling) this.#fall(node);
  }

  // What happens to a node.

  /** The node stops; with `forMs`, it restarts by itself after so long. */
  crash(node: Node, forMs: number | undefined, { losesLast }: { readonly losesLast: boolean } = { losesLast: false }): void {
    const waiting = node.held?.filter(({ kind }) => kind === "write").length ?? 0;
    const lostWrites = waiting + node.disk.crash(() => this.chances.disk.next(node.index), { losesLast });
    const incarnation = ++node.incarnation;
    node.crashedAt = this.now;
    node.state = null;
    node.held = null;
    node.doom = null;
    node.falling = false;
    node.busyUntil = 0;
    for (const key of [...node.timers.keys()]) this.#cancelTimer(node, key);
    if (this.listener !== null) this.emit({ kind: "crash", at: this.now, step: this.steps, node: node.id, lostWrites });
    this.wake(node);
    if (forMs === undefined) return;
    this.act(this.now + forMs, () => {
      if (node.state === null && node.incarnation === incarnation) this.restart(node);
    });
  }

  /** The crash that lay in wait for a write has struck, and now the rule is over. */
  #fall(node: Node): void {
    const { moment, forMs } = node.doom!;
    this.crash(node, forMs, { losesLast: moment === "before-flush" });
  }

  /** The node boots from its disk. */
  restart(node: Node): void {
    if (this.listener !== null) this.emit({ kind: "restart", at: this.now, step: this.steps, node: node.id });
    node.state = boot(node.of, node.id, node.disk.saved);
    this.tellState(node);
    this.#start(node);
  }

  /** The node is not paused any more: what waited happens, each as a step of its own. */
  wake(node: Node): void {
    node.paused = false;
    for (const action of node.waiting) this.act(this.now, action);
    node.waiting = [];
  }

  /** The node's clock jumps, and runs at another rate. A jump moves no timer, but a rate does: timers run by the clock. */
  setClock(node: Node, offsetMs: number, rate: number): void {
    const { agenda } = this;
    const before = node.clock.rate;
    node.clock = new Clock(this.now, offsetMs, rate);
    if (before === rate) return;
    for (const [key, slot] of [...node.timers]) {
      if (slot === LATE) continue;
      const timer = agenda.items[slot] as Tagged;
      const left = (agenda.timeOf(slot) - this.now) * before;
      agenda.remove(slot);
      this.#addTimer(node, key, timer, this.now + left / rate);
    }
  }
}

/** One text per timer. Most timers are a kind and nothing else, or a kind and a number. */
function keyOf(timer: Tagged): string {
  let field: string | null = null;
  for (const name in timer) {
    if (name === "kind") continue;
    if (field !== null) return canonical(timer);
    field = name;
  }
  if (field === null) return timer.kind;
  const value = (timer as Readonly<Record<string, unknown>>)[field];
  return Number.isSafeInteger(value) && value !== 0 ? `${timer.kind}.${field}=${value as number}` : canonical(timer);
}
