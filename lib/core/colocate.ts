import type { AnyRole, Call, Delay, NodeId, Out, Part, Role, Signature, Tagged } from "./role.js";
import { type Rules, rulesOf } from "./step.js";

/** The signature of a node that plays all these parts. */
export interface Colocated<Parts extends readonly AnyRole[]> {
  readonly state: { readonly id: NodeId } & Intersection<Any<Parts, "state">>;
  readonly receives: Extract<Any<Parts, "receives">, Tagged>;
  readonly requests: Extract<Any<Parts, "requests">, Tagged>;
  readonly timers: Extract<Any<Parts, "timers">, Tagged>;
  readonly sends: Extract<Any<Parts, "sends">, Tagged>;
  readonly decides: Any<Parts, "decides">;
  readonly replies: Any<Parts, "replies">;
}

/**
 * Several roles on one node: what papers mean by "each server plays all the parts". The rules stay as they
 * are, and work on one state that has the fields of all parts.
 *
 * 1. What a part sends to its own node does not touch the network. It is handled within the same step, right
 *    after the rule that sent it; it is never lost, and neither a trace nor a property sees it.
 * 2. No crash can tell: what a part does after another part's `persist()` waits for that write like
 *    everything else that is asked for later.
 * 3. Where several parts know a kind of message, each handles it, in the order of the parts. A kind of timer or
 *    of request belongs to one part, and so does each field of the state but `id`.
 *
 * @throws RangeError if two parts have a field, a kind of timer or a kind of request in common
 */
export function colocate<const Parts extends readonly AnyRole[]>(name: string, ...parts: Parts): Role<Colocated<Parts>> {
  const tables = parts.map(rulesOf);
  refuseSharing(name, "the field", parts.map((part) => Object.keys(part.init("nobody" as NodeId)).filter((field) => field !== "id")));
  refuseSharing(name, "the timer", tables.map(({ timeout }) => Object.keys(timeout)));
  refuseSharing(name, "the request", tables.map(({ request }) => Object.keys(request)));

  const loopback = new Loopback(tables);

  /** One table of all parts' rules, each made by `wrap` into one that speaks to the loopback. */
  function merged<Rule>(each: readonly Readonly<Record<string, Rule>>[], wrap: (rule: Rule, kind: string) => Rule): Record<string, Rule> {
    const entries = each.flatMap((rules) => Object.entries(rules));
    return Object.fromEntries(entries.map(([kind, rule]) => [kind, wrap(rule, kind)]));
  }

  const together: AnyRole = {
    name,
    durable: parts.flatMap(({ durable }) => durable),
    init: (id) => Object.assign({ id }, ...parts.map((part) => part.init(id))),
    start(self, out) {
      loopback.open(self, out);
      for (const part of parts) part.start?.(self, loopback);
      loopback.settle(self);
    },
    receive: merged(tables.map(({ receive }) => receive), (_, kind) => (self, message, from, out) => {
      loopback.open(self, out);
      loopback.deliver(kind, self, message, from);
      loopback.settle(self);
    }),
    timeout: merged(tables.map(({ timeout }) => timeout), (rule) => (self, timer, out) => {
      loopback.open(self, out);
      rule(self, timer, loopback);
      loopback.settle(self);
    }),
    request: merged(tables.map(({ request }) => request), (rule) => (self, request, call, out) => {
      loopback.open(self, out);
      rule(self, request, call, loopback);
      loopback.settle(self);
    }),
  };
  return together as Role<Colocated<Parts>>;
}

/**
 * What the parts of one node speak to: it keeps what they send to their own node and passes everything else on.
 * One is enough for all nodes of the role, because rules run one at a time, each to its end.
 */
class Loopback implements Out<any> {
  readonly #handlers = new Map<string, Rules["receive"][string][]>();
  readonly #kept: Tagged[] = [];
  #id: NodeId = "nobody" as NodeId;
  #out: Out<any> | null = null;

  constructor(parts: readonly Rules[]) {
    for (const { receive } of parts) {
      for (const [kind, handle] of Object.entries(receive)) {
        this.#handlers.set(kind, [...(this.#handlers.get(kind) ?? []), handle]);
      }
    }
  }

  /** A step of this node begins. Whatever a rule that threw has left behind is void. */
  open(self: object, out: Out<any>): void {
    this.#id = (self as { readonly id: NodeId }).id;
    this.#out = out;
    this.#kept.length = 0;
  }

  deliver(kind: string, self: object, message: Tagged, from: NodeId): void {
    for (const handle of this.#handlers.get(kind) ?? []) handle(self, message, from, this);
  }

  /** Handle what the node has sent to itself, until nothing is left. */
  settle(self: object): void {
    for (let next = this.#kept.shift(); next; next = this.#kept.shift()) this.deliver(next.kind, self, next, this.#id);
  }

  send(to: NodeId, message: Tagged): void {
    if (to === this.#id) this.#kept.push(message);
    else this.#out!.send(to, message);
  }
  setTimer(timer: Tagged, after: Delay): void {
    this.#out!.setTimer(timer, after);
  }
  cancelTimer(timer: Tagged): void {
    this.#out!.cancelTimer(timer);
  }
  persist(): void {
    this.#out!.persist();
  }
  write(): void {
    this.#out!.write();
  }
  decide(outcome: unknown): void {
    this.#out!.decide(outcome);
  }
  reply(call: Call, result: unknown): void {
    this.#out!.reply(call, result);
  }
  clock(): number {
    return this.#out!.clock();
  }
}

function refuseSharing(name: string, what: string, lists: readonly (readonly string[])[]): void {
  const all = lists.flat();
  const shared = all.find((item, i) => all.indexOf(item) !== i);
  if (shared !== undefined) throw new RangeError(`two parts of ${name} have ${what} "${shared}"; each belongs to one part`);
}

type Any<Parts extends readonly AnyRole[], P extends keyof Signature> = Part<SignatureOf<Parts[number]>, P>;

type SignatureOf<R> = R extends Role<infer S> ? S : never;

/** What is all of these at once. A function that must take each of them takes their intersection. */
type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void ? All : never;
