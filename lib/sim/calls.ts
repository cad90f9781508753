import type { Seed } from "../core/random.js";
import type { Call, NodeId, Tagged } from "../core/role.js";
import type { DropReason } from "../trace/event.js";
import { Clients, type ClientOptions } from "./clients.js";
import type { Engine } from "./engine.js";
import type { Node } from "./node.js";
import type { Operation } from "./options.js";

/** Who asks where a request comes from a script and not from a client. */
const OUTSIDE = "outside" as NodeId;

/** What is asked of the nodes from outside the cluster, and the history that it makes. */
export class Calls {
  readonly history: Operation[] = [];
  readonly #engine: Engine;
  readonly #clients: Clients;
  /** Where in the history the operations stand that have no answer yet. */
  readonly #open = new Map<Call, number>();

  constructor(engine: Engine, clients: Readonly<Record<string, ClientOptions>>, seed: Seed) {
    this.#engine = engine;
    this.#clients = new Clients(clients, engine.nodes.map(({ id }) => id), this.#world(), seed);
  }

  /** The name of the next request from outside. */
  get nextFromOutside(): Call {
    return `${OUTSIDE}#${this.history.length + 1}` as Call;
  }

  /** A request from a script or by hand: it is at its node at once. */
  fromOutside(node: Node, request: Tagged): void {
    const call = this.nextFromOutside;
    this.#begin(OUTSIDE, call, node.id, request);
    this.#arrive(node, OUTSIDE, call, request);
  }

  /** A node answers. */
  reply(node: Node, call: Call, result: unknown): void {
    const engine = this.#engine;
    if (engine.listener !== null) {
      engine.emit({ kind: "reply", at: engine.now, step: engine.steps, node: node.id, call, result });
    }
    const client = String(call).slice(0, String(call).lastIndexOf("#"));
    if (engine.places.has(client)) this.#sendReply(node, client as NodeId, call, result);
    else this.#end(call, result);
  }

  reseed(seed: Seed): void {
    this.#clients.reseed(seed);
  }

  #begin(client: NodeId, call: Call, node: NodeId, request: Tagged): void {
    this.#open.set(call, this.history.length);
    const invokedAt = this.#engine.now;
    this.history.push({ client, call, node, request, result: undefined, invokedAt, returnedAt: null, attempts: 1 });
  }

  #end(call: Call, result: unknown): void {
    const row = this.#open.get(call);
    if (row === undefined) return;
    this.#open.delete(call);
    this.history[row] = { ...this.history[row]!, result, returnedAt: this.#engine.now };
  }

  /** What clients may do here. */
  #world(): ConstructorParameters<typeof Clients>[2] {
    const engine = this.#engine;
    return {
      now: () => engine.now,
      act: (at, action) => engine.act(at, action),
      callOff: (action) => engine.agenda.remove(action),
      takes: (node, request) => engine.node(node).rules.request.has(request.kind),
      invoke: (client, call, node, request, attempt) => {
        if (engine.listener !== null) {
          engine.emit({ kind: "invoke", at: engine.now, step: engine.steps, client, call, node, request, attempt });
        }
        const row = this.#open.get(call);
        if (row === undefined) this.#begin(client, call, node, request);
        else this.history[row] = { ...this.history[row]!, node, attempts: attempt };
        this.#sendRequest(engine.node(node), client, call, request);
      },
      returned: (client, call, result) => {
        if (engine.listener !== null) {
          engine.emit({ kind: "return", at: engine.now, step: engine.steps, client, call, result });
        }
        this.#end(call, result);
      },
      gaveUp: (client, call) => {
        this.#open.delete(call);
        if (engine.listener !== null) engine.emit({ kind: "give-up", at: engine.now, step: engine.steps, client, call });
      },
    };
  }

  /** A client's request crosses the network, as a message does. */
  #sendRequest(node: Node, client: NodeId, call: Call, request: Tagged): void {
    const { network, chances, places } = this.#engine;
    const from = places.get(client)!;
    const to = node.index;
    const link = network.link(from, to, request.kind);
    const latency = link.latency(chances.latency.next(from));
    const isLost = network.lossy && chances.loss.next(from) < link.loss;
    const isDoubled = network.doubling && chances.duplication.next(from) < link.duplication;
    const lose = (reason: DropReason): void => this.#lost(client, call, node, "request", reason);
    const arrive = (): void => this.#arrive(node, client, call, request);
    if (network.isCut(from, to)) return lose("partitioned");
    if (isLost) lose("lost");
    else this.#cross(network.arrival(link, from, to, this.#engine.now, latency, request), from, to, arrive, lose);
    if (!isDoubled) return;
    const again = link.latency(chances.copies.next(from));
    this.#cross(network.arrival(link, from, to, this.#engine.now, again, request), from, to, arrive, lose);
  }

  /** And so does the answer. It is never doubled: the client would not notice. */
  #sendReply(node: Node, client: NodeId, call: Call, result: unknown): void {
    const { network, chances, places } = this.#engine;
    const from = node.index;
    const to = places.get(client)!;
    const message = { kind: "reply", result };
    const link = network.link(from, to, message.kind);
    // Streams of their own, so that clients do not shift what nodes tell each other.
    const latency = link.latency(chances.replies.next(from)) * node.slowness;
    const isLost = network.lossy && chances["lost replies"].next(from) < link.loss;
    const lose = (reason: DropReason): void => this.#lost(client, call, node, "reply", reason);
    if (network.isCut(from, to)) return lose("partitioned");
    if (isLost) return lose("lost");
    const arrival = network.arrival(link, from, to, this.#engine.now, latency, message);
    this.#cross(arrival, from, to, () => this.#clients.answer(call, node.id, result), lose);
  }

  #cross(at: number, from: number, to: number, arrive: () => void, lose: (reason: DropReason) => void): void {
    this.#engine.act(at, () => (this.#engine.network.isCut(from, to) ? lose("partitioned") : arrive()));
  }

  /** A request has come to its node. */
  #arrive(node: Node, client: NodeId, call: Call, request: Tagged): void {
    const engine = this.#engine;
    const lose = (): void => this.#lost(client, call, node, "request", "crashed");
    if (node.state === null) lose();
    else engine.work(node, request.kind, (lives) => (lives ? engine.serve(node, call, request) : lose()));
  }

  #lost(client: NodeId, call: Call, node: Node, leg: "request" | "reply", reason: DropReason): void {
    const engine = this.#engine;
    if (engine.listener === null) return;
    engine.emit({ kind: "call-lost", at: engine.now, step: engine.steps, client, call, node: node.id, leg, reason });
  }
}
