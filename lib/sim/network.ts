import { bytesOf } from "../core/canonical.js";
import { finite, options, probability, show } from "../core/parameters.js";
import type { NodeId, Tagged } from "../core/role.js";
import { sampler, type Latency, type Sampler } from "./latency.js";

/** How a link treats messages. */
export interface LinkOptions {
  /** How long a message is under way, in ms. Default: uniform from 1 to 10. */
  readonly latency?: Latency;
  /** The share of messages that vanish, from 0 (the default) to 1. */
  readonly loss?: number;
  /** The share of messages that arrive twice, from 0 (the default) to 1. Either copy may be lost by itself. */
  readonly duplication?: number;
  /** Bytes (of JSON) that the link carries in a ms; the next message waits until the last one is on the wire. Default: no limit. */
  readonly bandwidth?: number;
  /** True: messages on one link arrive in the order in which they were sent. Default: as their latencies fall. */
  readonly fifo?: boolean;
}

/** The network: the same for all, with exceptions by kind of message and, before those, by link. */
export interface NetworkOptions extends LinkOptions {
  /** Exceptions by the kind of the message: `{ prepare: { loss: 0.5 } }`. */
  readonly kinds?: Readonly<Record<string, LinkOptions>>;
  /** Exceptions by link: "p1>a1" is one direction, "p1<>a1" both, "p1>*" all that p1 sends, "*>a1" all that comes to a1. */
  readonly links?: Readonly<Record<string, LinkOptions>>;
}

/** What holds for one message: the options of its link and its kind, put together. */
export interface Link {
  readonly latency: Sampler;
  readonly loss: number;
  readonly duplication: number;
  readonly bandwidth: number;
  readonly fifo: boolean;
  /** Whether messages do not wait for each other: no bandwidth, no order to keep. */
  readonly isPlain: boolean;
}

const LINK_OPTIONS = ["latency", "loss", "duplication", "bandwidth", "fifo"] as const;

/** The links between all places (nodes and clients, by index): their quality, what is cut, and what is on the wire. */
export class Network {
  /** Whether any link may lose (or double) a message. If one may, every message draws, so that none shifts another's luck. */
  readonly lossy: boolean;
  readonly doubling: boolean;
  readonly #base: Link;
  readonly #kinds = new Map<string, Link>();
  /** By sender * places + receiver; then by the kind of message, with "" for those without an exception. */
  readonly #links = new Map<number, Map<string, Link>>();
  readonly #places: readonly NodeId[];
  /** How many cuts lie on a link. */
  readonly #cuts = new Map<number, number>();
  readonly #wireFreeAt = new Map<number, number>();
  readonly #lastArrival = new Map<number, number>();

  constructor(network: NetworkOptions, places: readonly NodeId[]) {
    options("network", network, [...LINK_OPTIONS, "kinds", "links"]);
    this.#places = places;
    this.#base = linkOf("network", { latency: [1, 10], loss: 0, duplication: 0, bandwidth: Infinity, fifo: false, ...defined(network) });
    const kinds = Object.entries(options("network.kinds", network.kinds ?? {}, Object.keys(network.kinds ?? {})));
    for (const [kind, exception] of kinds) this.#kinds.set(kind, this.#excepted(`network.kinds.${kind}`, this.#base, exception));
    for (const [text, exception] of Object.entries(network.links ?? {})) {
      const name = `network.links["${text}"]`;
      for (const link of this.#linksOf(name, text)) {
        const table = this.#links.get(link) ?? new Map([["", this.#base], ...this.#kinds]);
        for (const [kind, rule] of table) table.set(kind, this.#excepted(name, rule, exception));
        this.#links.set(link, table);
      }
    }
    const all = [this.#base, ...this.#kinds.values(), ...[...this.#links.values()].flatMap((table) => [...table.values()])];
    this.lossy = all.some(({ loss }) => loss > 0);
    this.doubling = all.some(({ duplication }) => duplication > 0);
  }

  /** What holds for a message of this kind from one place to another. */
  link(from: number, to: number, kind: string): Link {
    if (this.#links.size > 0) {
      const table = this.#links.get(from * this.#places.length + to);
      if (table !== undefined) return table.get(kind) ?? table.get("")!;
    }
    return this.#kinds.size === 0 ? this.#base : (this.#kinds.get(kind) ?? this.#base);
  }

  /** When a message that is given to the link now arrives, if it takes so long: later if the wire is busy or order is kept. */
  arrival(link: Link, from: number, to: number, now: number, latency: number, message: Tagged): number {
    if (link.isPlain) return now + latency;
    const key = from * this.#places.length + to;
    let departure = now;
    if (link.bandwidth !== Infinity) {
      departure = Math.max(now, this.#wireFreeAt.get(key) ?? 0) + bytesOf(message) / link.bandwidth;
      this.#wireFreeAt.set(key, departure);
    }
    let arrival = departure + latency;
    if (link.fifo) {
      arrival = Math.max(arrival, this.#lastArrival.get(key) ?? 0);
      this.#lastArrival.set(key, arrival);
    }
    return arrival;
  }

  isCut(from: number, to: number): boolean {
    return this.#cuts.size > 0 && this.#cuts.has(from * this.#places.length + to);
  }

  /** Cut the link once more. A link works again when it was healed as often as it was cut. */
  cut(from: number, to: number): void {
    const key = from * this.#places.length + to;
    this.#cuts.set(key, (this.#cuts.get(key) ?? 0) + 1);
  }

  /** Take one cut off the link; returns whether it works again. */
  heal(from: number, to: number): boolean {
    const key = from * this.#places.length + to;
    const left = (this.#cuts.get(key) ?? 0) - 1;
    if (left > 0) this.#cuts.set(key, left);
    else this.#cuts.delete(key);
    return left <= 0;
  }

  #excepted(name: string, rule: Link, exception: LinkOptions): Link {
    options(name, exception, LINK_OPTIONS);
    const given = linkOf(name, { latency: 0, loss: 0, duplication: 0, bandwidth: Infinity, fifo: false, ...defined(exception) });
    const merged: Record<string, unknown> = { ...rule };
    for (const option of LINK_OPTIONS) if (exception[option] !== undefined) merged[option] = given[option];
    merged["isPlain"] = merged["bandwidth"] === Infinity && merged["fifo"] === false;
    return merged as unknown as Link;
  }

  #linksOf(name: string, text: string): number[] {
    const parts = /^(.+?)(<>|>)(.+)$/.exec(text);
    if (!parts) throw new RangeError(`${name} must be named "from>to" or "a<>b", got ${show(text)}`);
    const links = [];
    for (const from of this.#placesOf(name, parts[1]!)) {
      for (const to of this.#placesOf(name, parts[3]!)) {
        links.push(from * this.#places.length + to);
        if (parts[2] === "<>") links.push(to * this.#places.length + from);
      }
    }
    return links;
  }

  #placesOf(name: string, text: string): number[] {
    if (text === "*") return [...this.#places.keys()];
    const index = this.#places.indexOf(text as NodeId);
    if (index < 0) throw new RangeError(`${name}: no node "${text}" in this cluster: ${this.#places.join(", ")}`);
    return [index];
  }
}

function linkOf(name: string, link: Required<LinkOptions>): Link {
  if (typeof link.fifo !== "boolean") throw new TypeError(`${name}.fifo must be true or false, got ${show(link.fifo)}`);
  return {
    latency: sampler(`${name}.latency`, link.latency),
    loss: probability(`${name}.loss`, link.loss),
    duplication: probability(`${name}.duplication`, link.duplication),
    bandwidth: link.bandwidth === Infinity ? Infinity : finite(`${name}.bandwidth`, link.bandwidth, { min: 1e-9 }),
    fifo: link.fifo,
    isPlain: link.bandwidth === Infinity && !link.fifo,
  };
}

/** The options that were given, without those that are undefined. */
function defined<T extends object>(given: T): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}
