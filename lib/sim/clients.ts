import { finite, integer, oneOf, options, show } from "../core/parameters.js";
import { stream, type Seed, type Stream } from "../core/random.js";
import { isRedirect, type Call, type Delay, type NodeId, type Redirect, type Tagged } from "../core/role.js";
import { noNode } from "./faults.js";
import { sampler, type Latency, type Sampler } from "./latency.js";

/** Where a client sends its next call. */
export type Choice =
  /** Always the first node of its list. */
  | "fixed"
  /** One node after the other. */
  | "round-robin"
  /** Any node. */
  | "random"
  /** The node that answered last, or that another one named; the next one of its list after a time-out. */
  | "sticky";

/**
 * Somebody outside the cluster who asks its nodes over the network, again and again, and notes what came of it. A node that
 * answers with a `Redirect` has not answered: the client asks the node that it names, or the next one of its list if it
 * names none; but after as many redirects as it has nodes it waits for its time-out first.
 */
export interface ClientOptions<Name extends string = string, Request extends Tagged = Tagged> {
  /**
   * What it asks for: a list, or a function of the client's own stream of chance and of the operation's
   * number (from 1) that gives the next request, or null when the client is done. (What a function gives is
   * checked when it is asked for: the compiler does not see through it.)
   */
  readonly operations: readonly Request[] | ((chance: Stream, serial: number) => Request | (Tagged & Readonly<Record<string, unknown>>) | null);
  /** The most operations that it starts. Default: as many as there are. */
  readonly count?: number;
  /** "closed" (the default): it waits for its answers. "open": its operations come at a rate, whatever the answers do. */
  readonly load?:
    | {
        readonly kind: "closed";
        /** How many operations it has under way at a time. Default 1. */
        readonly outstanding?: number;
        /** How long it waits after an answer before it asks again, in ms. Default 0. */
        readonly think?: Latency;
      }
    | {
        readonly kind: "open";
        /** Operations per second of virtual time. */
        readonly perSecond: number;
        /** "poisson" (the default): at random, independent moments. "even": at equal distances. */
        readonly arrivals?: "poisson" | "even";
      };
  /** Whom it asks. Default: all nodes. */
  readonly to?: Name | readonly Name[];
  /** Which of them. Default "sticky". */
  readonly choice?: Choice;
  /** It starts then (default 0), and starts no operation after that (default: never stops), in ms. */
  readonly from?: number;
  readonly until?: number;
  /** How long it waits for an answer, in ms, before it asks again with the same call. Default 1000. */
  readonly timeoutMs?: number;
  /** How often it asks again before it gives up. Default 3. */
  readonly retries?: number;
  /** How long it waits before it asks again after a time-out or a redirect to nobody, in ms; a pair is a range. Default 0. */
  readonly backoff?: Delay;
}

/** What clients need of the simulation that they live in. */
export interface ClientWorld {
  now(): number;
  /** Returns a number by which it can be called off before it happens. */
  act(at: number, action: () => void): number;
  callOff(action: number): void;
  /** Whether the node has a rule for such a request. */
  takes(node: NodeId, request: Tagged): boolean;
  invoke(client: NodeId, call: Call, node: NodeId, request: Tagged, attempt: number): void;
  returned(client: NodeId, call: Call, result: unknown): void;
  gaveUp(client: NodeId, call: Call): void;
}

const OPTIONS = [
  "operations", "count", "load", "to", "choice", "from", "until", "timeoutMs", "retries", "backoff",
] as const satisfies readonly (keyof ClientOptions)[];

/** All clients of a simulation. */
export class Clients {
  readonly #clients: readonly Client[];
  readonly #calls = new Map<Call, Client>();

  constructor(given: Readonly<Record<string, ClientOptions>>, nodes: readonly NodeId[], world: ClientWorld, seed: Seed) {
    this.#clients = Object.entries(given).map(([name, client]) => new Client(name as NodeId, client, nodes, world, seed, this.#calls));
  }

  /** An answer has come to the client who made the call. The second answer to a call says nothing new. */
  answer(call: Call, node: NodeId, result: unknown): void {
    this.#calls.get(call)?.answer(call, node, result);
  }

  reseed(seed: Seed): void {
    for (const client of this.#clients) client.reseed(seed);
  }
}

type Streams = Readonly<Record<"operations" | "think" | "arrivals" | "target" | "backoff", Stream>>;

/** An operation that has no answer yet. */
interface UnderWay {
  readonly request: Tagged;
  /** What it waits for: the time-out, or the end of its back-off. */
  alarm: number;
  /** Whom it asks at the moment; null while it waits to ask again. */
  asked: NodeId | null;
  /** How often it has asked, and how often of these again after a time-out; and how often it was sent on since. */
  attempts: number;
  timeouts: number;
  redirects: number;
}

class Client {
  readonly #id: NodeId;
  readonly #world: ClientWorld;
  readonly #calls: Map<Call, Client>;
  readonly #operation: (serial: number) => Tagged | null;
  readonly #targets: readonly NodeId[];
  readonly #choice: Choice;
  readonly #until: number;
  readonly #timeoutMs: number;
  readonly #retries: number;
  readonly #backoff: Sampler;
  readonly #think: Sampler;
  readonly #gap: Sampler | null;
  #streams: Streams;
  #serial = 0;
  #target = 0;
  /** Which of its list it has turned to last of its own accord: two nodes that name each other do not keep it from the others. */
  #turn = 0;
  readonly #underWay = new Map<Call, UnderWay>();

  constructor(id: NodeId, given: ClientOptions, nodes: readonly NodeId[], world: ClientWorld, seed: Seed, calls: Map<Call, Client>) {
    const name = `clients.${id}`;
    options(name, given, OPTIONS);
    const { operations, load = { kind: "closed" }, choice = "sticky", from = 0, until, retries = 3, timeoutMs = 1000 } = given;
    this.#id = id;
    this.#world = world;
    this.#calls = calls;
    this.#streams = streamsOf(seed, id);
    this.#targets = targetsOf(`${name}.to`, given.to ?? nodes, nodes);
    const count = given.count === undefined ? Infinity : integer(`${name}.count`, given.count);
    if (typeof operations === "function") {
      this.#operation = (serial) => (serial > count ? null : operations(this.#streams.operations, serial));
    } else if (Array.isArray(operations)) {
      this.#operation = (serial) => (serial > count ? null : (operations[serial - 1] ?? null));
      operations.forEach((request, i) => this.#checkRequest(`${name}.operations[${i}]`, request));
    } else throw new TypeError(`${name}.operations must be a list of requests or a function, got ${show(operations)}`);
    this.#choice = oneOf(`${name}.choice`, choice, ["fixed", "round-robin", "random", "sticky"]);
    this.#until = until === undefined ? Infinity : finite(`${name}.until`, until);
    this.#timeoutMs = finite(`${name}.timeoutMs`, timeoutMs);
    this.#retries = integer(`${name}.retries`, retries);
    this.#backoff = sampler(`${name}.backoff`, given.backoff ?? 0);
    finite(`${name}.from`, from);
    switch (oneOf(`${name}.load.kind`, load.kind, ["closed", "open"]) && load.kind) {
      case "closed": {
        const { outstanding = 1, think = 0 } = options(`${name}.load`, load, ["kind", "outstanding", "think"]) as typeof load & { kind: "closed" };
        this.#think = sampler(`${name}.load.think`, think);
        this.#gap = null;
        integer(`${name}.load.outstanding`, outstanding, { min: 1, max: 1_000_000 });
        for (let i = 0; i < outstanding; i++) world.act(from, () => this.#start());
        break;
      }
      case "open": {
        const { perSecond, arrivals = "poisson" } = options(`${name}.load`, load, ["kind", "perSecond", "arrivals"]) as typeof load & { kind: "open" };
        const mean = 1000 / finite(`${name}.load.perSecond`, perSecond, { min: 1e-6, max: 1e9 });
        const isEven = oneOf(`${name}.load.arrivals`, arrivals, ["poisson", "even"]) === "even";
        this.#think = () => 0;
        this.#gap = sampler(name, isEven ? mean : { kind: "exponential", mean });
        world.act(from, () => this.#arrive());
        break;
      }
    }
  }

  reseed(seed: Seed): void {
    this.#streams = streamsOf(seed, this.#id);
  }

  answer(call: Call, node: NodeId, result: unknown): void {
    const operation = this.#underWay.get(call)!;
    if (isRedirect(result)) return this.#follow(call, operation, node, result);
    this.#world.callOff(operation.alarm);
    this.#calls.delete(call);
    this.#underWay.delete(call);
    this.#world.returned(this.#id, call, result);
    this.#thinkOn();
  }

  /** Open load: the next operation comes after its gap, whatever becomes of this one. */
  #arrive(): void {
    const next = this.#world.now() + this.#gap!(this.#streams.arrivals.next());
    if (this.#start() && next <= this.#until) this.#world.act(next, () => this.#arrive());
  }

  /** Start the next operation; returns whether there was one. */
  #start(): boolean {
    if (this.#world.now() > this.#until) return false;
    const serial = ++this.#serial;
    const request = this.#operation(serial);
    if (request === null) return false;
    this.#checkRequest(`operation ${serial} of clients.${this.#id}`, request);
    const call = `${this.#id}#${serial}` as Call;
    this.#calls.set(call, this);
    this.#underWay.set(call, { request, alarm: 0, asked: null, attempts: 0, timeouts: 0, redirects: 0 });
    this.#ask(call, this.#choose());
    return true;
  }

  #ask(call: Call, node: NodeId): void {
    const world = this.#world;
    const operation = this.#underWay.get(call)!;
    operation.asked = node;
    operation.attempts += 1;
    operation.alarm = world.act(world.now() + this.#timeoutMs, () => this.#timedOut(call, operation));
    world.invoke(this.#id, call, node, operation.request, operation.attempts);
  }

  #timedOut(call: Call, operation: UnderWay): void {
    this.#turnToNext();
    operation.timeouts += 1;
    operation.redirects = 0;
    if (operation.timeouts > this.#retries) {
      this.#calls.delete(call);
      this.#underWay.delete(call);
      this.#world.gaveUp(this.#id, call);
      this.#thinkOn();
      return;
    }
    this.#askLater(call, operation);
  }

  /** The node named another one, or nobody. What an earlier node of the same call says comes too late. */
  #follow(call: Call, operation: UnderWay, node: NodeId, { to }: Redirect): void {
    if (node !== operation.asked || operation.redirects >= this.#targets.length) return;
    operation.redirects += 1;
    this.#world.callOff(operation.alarm);
    if (to === null) {
      this.#turnToNext();
      return this.#askLater(call, operation);
    }
    const place = this.#targets.indexOf(to);
    if (this.#choice === "sticky" && place >= 0) this.#target = place;
    this.#ask(call, to);
  }

  #turnToNext(): void {
    if (this.#choice === "sticky") this.#target = ++this.#turn;
  }

  #askLater(call: Call, operation: UnderWay): void {
    const wait = this.#backoff(this.#streams.backoff.next());
    if (wait === 0) return this.#ask(call, this.#choose());
    operation.asked = null;
    operation.alarm = this.#world.act(this.#world.now() + wait, () => this.#ask(call, this.#choose()));
  }

  #checkRequest(name: string, request: Tagged): void {
    if (typeof request === "object" && this.#targets.some((node) => this.#world.takes(node, request))) return;
    throw new RangeError(`${name}: none of ${this.#targets.join(", ")} takes such a request: ${show(request)}`);
  }

  #thinkOn(): void {
    if (this.#gap !== null) return;
    const wait = this.#think(this.#streams.think.next());
    this.#world.act(this.#world.now() + wait, () => this.#start());
  }

  #choose(): NodeId {
    const targets = this.#targets;
    switch (this.#choice) {
      case "fixed":
        return targets[0]!;
      case "round-robin":
        return targets[this.#target++ % targets.length]!;
      case "random":
        return this.#streams.target.pick(targets);
      case "sticky":
        return targets[this.#target % targets.length]!;
    }
  }
}

function streamsOf(seed: Seed, id: NodeId): Streams {
  const named = (use: string): Stream => stream(seed, `${use} of ${id}`);
  return {
    operations: named("operations"),
    think: named("think time"),
    arrivals: named("arrivals"),
    target: named("choice of a node"),
    backoff: named("back-off"),
  };
}

function targetsOf(name: string, to: string | readonly string[], nodes: readonly NodeId[]): readonly NodeId[] {
  const targets = typeof to === "string" ? [to] : to;
  if (!Array.isArray(targets) || targets.length === 0) throw new RangeError(`${name} must be a node or a list of nodes, got ${show(to)}`);
  for (const target of targets) {
    if (!nodes.includes(target as NodeId)) throw new RangeError(`${name}: ${noNode(String(target), nodes)}`);
  }
  return targets as readonly NodeId[];
}
