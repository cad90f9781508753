import type { TraceEvent } from "../../trace/event.js";
import { skewText } from "../../trace/sequence.js";
import { inWords } from "../format.js";
import { naturally } from "../sequence/model.js";

/** The version of the form below. A player refuses another one, in a sentence. */
export const recordVersion = 1;

/**
 * One event as the player reads it, a list so that ten thousand of them stay small. Numbers point into the tables
 * beside it; what an event does not have is -1, and what is missing at the end of the list is -1, too.
 *
 *     [kind, at, step, place, words, peer, flight, message kind, key, copy or attempt, reason]
 *
 * A change of state has, after the place, the names and values of its fields in turn; what cuts or heals links has,
 * after the place, their ends in turn.
 */
export type PackedEvent = readonly number[];

/** A run as the player reads it: plain JSON, the same for the notebook and for a page. */
export interface PackedRun {
  /** What the run is called where two stand side by side. */
  readonly name: string;
  /** Clients and nodes, as the columns stand from left to right. */
  readonly places: readonly string[];
  /** How many of the places are clients. */
  readonly clients: number;
  /** Every text of the events, once. */
  readonly texts: readonly string[];
  readonly events: readonly PackedEvent[];
  /** Whether changes of state were recorded. */
  readonly changes: boolean;
  /** Whether times are numbers of steps, as in the explorer's schedules. */
  readonly inSteps: boolean;
  /** How many events the whole run has; more than are here where it was cut off. */
  readonly total: number;
}

/** The trace with these fields of the states only; null: with all. A change of other fields is no event any more. */
export function withFields(trace: readonly TraceEvent[], fields: readonly string[] | null): readonly TraceEvent[] {
  if (fields === null) return trace;
  return trace.flatMap((event): readonly TraceEvent[] => {
    if (event.kind !== "change") return [event];
    const kept = fields.filter((name) => name in event.fields).map((name): [string, unknown] => [name, event.fields[name]]);
    return kept.length === 0 ? [] : [{ ...event, fields: Object.fromEntries(kept) }];
  });
}

/** Pack the first `limit` events of a trace. */
export function packRun(trace: readonly TraceEvent[], { name, limit }: { readonly name: string; readonly limit: number }): PackedRun {
  const shown = trace.length > limit ? trace.slice(0, limit) : trace;
  const { clients, nodes } = columnsOf(shown);
  const places = [...clients, ...nodes];
  const placeOf = new Map(places.map((place, i) => [place, i]));
  const texts: string[] = [];
  const known = new Map<string, number>();
  const text = (words: string): number => {
    let at = known.get(words);
    if (at === undefined) known.set(words, (at = texts.push(words) - 1));
    return at;
  };
  // One message is sent to many, delivered and drawn again: its words are found once.
  const said = new WeakMap<object, number>();
  const wordsOf = (message: { readonly kind: string }): number => {
    let at = said.get(message);
    if (at === undefined) said.set(message, (at = text(shortened(messageWords(message)))));
    return at;
  };
  const place = (id: string): number => placeOf.get(id) ?? -1;
  const valueText = (value: unknown): number => text(shortened(inWords(value)));
  const keyText = (message: unknown): number => {
    const key = keyOf(message);
    return key === null ? -1 : text(key);
  };
  const flights = new Flights();
  const events = shown.map((event): PackedEvent => {
    const kind = text(event.kind);
    const at = Math.round(event.at * 1e4) / 1e4;
    const head = [kind, at, event.step];
    switch (event.kind) {
      case "send":
        return [
          ...head, place(event.from), wordsOf(event.message), place(event.to), event.id,
          text(event.message.kind), keyText(event.message), 0,
        ];
      case "deliver":
      case "drop":
        return [
          ...head, place(event.to), wordsOf(event.message), place(event.from), event.id,
          text(event.message.kind), keyText(event.message), event.copy,
          ...(event.kind === "drop" ? [text(event.reason)] : []),
        ];
      case "timer":
        return [...head, place(event.node), wordsOf(event.timer), -1, -1, text(event.timer.kind), keyText(event.timer)];
      case "invoke":
        return [
          ...head, place(event.client), wordsOf(event.request), place(event.node), flights.ask(event.call, event.node, event.client),
          text(event.request.kind), keyText(event.request), event.attempt,
        ];
      case "request":
        return [
          ...head, place(event.node), wordsOf(event.request), place(flights.clientOf(event.call)), flights.asked(event.call, event.node),
          text(event.request.kind), keyText(event.request),
        ];
      case "reply":
        return [...head, place(event.node), valueText(event.result), place(flights.clientOf(event.call)), flights.answer(event.call)];
      case "return":
        return [...head, place(event.client), valueText(event.result), -1, flights.answered(event.call)];
      case "give-up":
        return [...head, place(event.client)];
      case "call-lost": {
        const flight = event.leg === "request" ? flights.asked(event.call, event.node) : flights.answered(event.call);
        const ends = event.leg === "request" ? [place(event.node), text("request"), place(event.client)] : [place(event.client), text("reply"), place(event.node)];
        return [...head, ...ends, flight, -1, -1, 0, text(event.reason)];
      }
      case "decide":
        return [...head, place(event.node), valueText(event.outcome)];
      case "change":
        return [
          ...head, place(event.node),
          ...Object.entries(event.fields).flatMap(([name, value]) => [text(name), valueText(value)]),
        ];
      case "cut":
      case "heal":
        return [...head, -1, ...event.links.flatMap(([from, to]) => [place(from), place(to)])];
      case "violation":
        return [...head, -1, text(`${event.property} is violated: ${event.problem}`)];
      case "write":
        return [...head, place(event.node), text(event.flush ? "writes and waits for the disk" : "writes")];
      case "crash":
        return [...head, place(event.node), text(event.lostWrites === 0 ? "" : `${event.lostWrites} ${event.lostWrites === 1 ? "write" : "writes"} lost`)];
      case "stall":
        return [...head, place(event.node), text(`its disk stalls for ${event.forMs} ms`)];
      case "skew":
        return [...head, place(event.node), text(`its clock is ${skewText(event)}`)];
      case "slow":
        return [...head, place(event.node), text(event.factor === 1 ? "it works at full speed again" : `it takes ${event.factor} times as long`)];
      case "flushed":
      case "restart":
      case "pause":
      case "resume":
        return [...head, place(event.node)];
    }
  });
  return {
    name,
    places,
    clients: clients.length,
    texts,
    events,
    changes: shown.some(({ kind }) => kind === "change"),
    inSteps: shown.length > 0 && shown.every(({ at, step }) => at === step),
    total: trace.length,
  };
}

/** Everybody who has a part in the run, clients first, those with names alike together. */
function columnsOf(trace: readonly TraceEvent[]): { readonly clients: readonly string[]; readonly nodes: readonly string[] } {
  const clients = new Set<string>();
  const nodes = new Set<string>();
  for (const event of trace) {
    if ("client" in event) clients.add(event.client);
    if ("node" in event) nodes.add(event.node);
    else if ("from" in event) nodes.add(event.from).add(event.to);
    else if ("links" in event) for (const link of event.links) nodes.add(link[0]).add(link[1]);
  }
  return { clients: naturally([...clients]), nodes: naturally([...nodes].filter((name) => !clients.has(name))) };
}

/** Calls of clients travel, too: each way gets a number below 0 that no message has (-1 is none). */
class Flights {
  #last = -1;
  readonly #client = new Map<string, string>();
  readonly #asked = new Map<string, { node: string; flight: number }[]>();
  readonly #answers = new Map<string, number[]>();

  /** A client's call sets out for a node. */
  ask(call: string, node: string, client: string): number {
    const flight = --this.#last;
    this.#client.set(call, client);
    this.#asked.set(call, [...(this.#asked.get(call) ?? []), { node, flight }]);
    return flight;
  }

  /** The call has arrived at the node, or is lost on the way to it; -1 if it comes from outside. */
  asked(call: string, node: string): number {
    const open = this.#asked.get(call) ?? [];
    const at = open.findIndex((way) => way.node === node);
    return at < 0 ? -1 : open.splice(at, 1)[0]!.flight;
  }

  answer(call: string): number {
    if (!this.#client.has(call)) return -1;
    const flight = --this.#last;
    this.#answers.set(call, [...(this.#answers.get(call) ?? []), flight]);
    return flight;
  }

  answered(call: string): number {
    return this.#answers.get(call)?.shift() ?? -1;
  }

  clientOf(call: string): string {
    return this.#client.get(call) ?? "";
  }
}

/** The key that a message is about: its own field `key`, or that of what it carries. */
function keyOf(message: unknown, depth = 0): string | null {
  if (typeof message !== "object" || message === null || depth > 2) return null;
  const { key } = message as { readonly key?: unknown };
  if (typeof key === "string" || typeof key === "number") return String(key);
  if (message instanceof Map || message instanceof Set || Array.isArray(message)) return null;
  for (const field of Object.values(message)) {
    const found = keyOf(field, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

/** The kind of a message and what it holds: "accept (1, p1) x". */
function messageWords({ kind, ...fields }: { readonly kind: string }): string {
  const held = Object.values(fields).filter((value) => value !== null && value !== undefined);
  return [kind, ...held.map(inWords)].join(" ");
}

/** Very long values would make a notebook heavy and say no more; their ends stay, because lists grow there. */
function shortened(words: string): string {
  return words.length > maxText ? `${words.slice(0, maxText - 90)} … ${words.slice(-80)}` : words;
}

const maxText = 240;
