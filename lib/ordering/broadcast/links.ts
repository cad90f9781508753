import { delay, flag, options } from "../../core/parameters.js";
import type { AnyRole, Call, Delay, NodeId, Out, Part, Role, Signature, Tagged } from "../../core/role.js";
import { rulesOf } from "../../core/step.js";

/** "Your message with this number is here." */
export interface Receipt {
  readonly kind: "receipt";
  readonly nth: number;
}

/** What a node's links remember. Messages are numbered for each receiver, from 1. */
export interface Links {
  /** The number of the last message to each node. */
  readonly sent: Record<string, number>;
  /** All messages from each node up to this number have been handed up. */
  readonly got: Record<string, number>;
  /** Numbers that came out of turn: handed up already or, where order matters, the messages that wait. */
  readonly early: Record<string, Record<number, Tagged | null>>;
  /** What may have to be sent again. */
  unconfirmed: readonly { readonly to: NodeId; readonly message: Tagged & { readonly nth: number } }[];
}

export interface LinkOptions {
  /** Hand messages up in the order in which they were sent, on each link (default true). */
  readonly fifo?: boolean;
  /**
   * Send again what is not confirmed, after so many ms (a pair is a range). By default nothing is sent again or confirmed:
   * for networks that lose nothing.
   */
  readonly resendAfter?: Delay;
}

export interface Linked<S extends Signature> {
  readonly state: S["state"] & { readonly links: Links };
  readonly requests: Extract<Part<S, "requests">, Tagged>;
  readonly receives: Extract<Part<S, "receives">, Tagged> | Receipt;
  readonly sends: Extract<Part<S, "sends">, Tagged> | Receipt;
  readonly timers: Extract<Part<S, "timers">, Tagged> | { readonly kind: "resend" };
  readonly decides: Part<S, "decides">;
  readonly replies: Part<S, "replies">;
}

/**
 * The role over perfect links (可靠链路): every message is handed up exactly once, and in order, although the network
 * loses, doubles and reorders what it carries (Cachin, Guerraoui and Rodrigues 2011, section 2.4: "stubborn" and "perfect"
 * links, and TCP's trick). Messages get a number in the field `nth` and stay what they are; receipts come on top.
 *
 * For crash-stop: a node that comes back begins to count anew, and nobody would listen to it.
 *
 * @throws RangeError or TypeError for an option out of its range
 */
export function links<S extends Signature>(role: Role<S>, given: LinkOptions = {}): Role<Linked<S>> {
  const { fifo = true, resendAfter } = options("links", given, ["fifo", "resendAfter"]);
  flag("fifo", fifo);
  if (resendAfter !== undefined) delay("resendAfter", resendAfter);
  return linksWith(role, { fifo, resendAfter: resendAfter ?? null, remembers: true });
}

/** The same; `remembers: false` hands up what comes again, too. */
export function linksWith<S extends Signature>(
  role: Role<S>,
  { fifo, resendAfter, remembers }: { readonly fifo: boolean; readonly resendAfter: Delay | null; readonly remembers: boolean },
): Role<Linked<S>> {
  type Self = { readonly id: NodeId; readonly links: Links };
  const rules = rulesOf(role as AnyRole);

  const sinkFor = (self: Self, out: Out<any>): Out<any> => ({
    send(to, message: Tagged) {
      const nth = (self.links.sent[to] ?? 0) + 1;
      self.links.sent[to] = nth;
      out.send(to, { ...message, nth });
      if (resendAfter === null) return;
      if (self.links.unconfirmed.length === 0) out.setTimer({ kind: "resend" }, resendAfter);
      self.links.unconfirmed = [...self.links.unconfirmed, { to, message: { ...message, nth } }];
    },
    setTimer: (timer: Tagged, after: Delay) => out.setTimer(timer, after),
    cancelTimer: (timer: Tagged) => out.cancelTimer(timer),
    persist: () => out.persist(),
    write: () => out.write(),
    decide: (outcome: unknown) => out.decide(outcome),
    reply: (call: Call, result: unknown) => out.reply(call, result),
    clock: () => out.clock(),
  });

  function arrive(self: Self, message: Tagged & { readonly nth: number }, from: NodeId, out: Out<any>): void {
    const { nth, ...bare } = message;
    const { got, early } = self.links;
    if (resendAfter !== null) out.send(from, { kind: "receipt", nth });
    const hand = (what: Tagged): void => rules.receive[what.kind]!(self, what, from, sinkFor(self, out));
    if (!remembers) return hand(bare);
    const waiting = (early[from] ??= {});
    if (nth <= (got[from] ?? 0) || nth in waiting) return;
    waiting[nth] = fifo ? bare : null;
    if (!fifo) hand(bare);
    for (let next = (got[from] ?? 0) + 1; next in waiting; next++) {
      const due = waiting[next]!;
      delete waiting[next];
      got[from] = next;
      if (due !== null) hand(due);
    }
  }

  const under = <Rule>(table: Readonly<Record<string, Rule>>, wrap: (kind: string) => Rule): Record<string, Rule> =>
    Object.fromEntries(Object.keys(table).map((kind) => [kind, wrap(kind)]));

  const linked: AnyRole = {
    name: role.name,
    durable: role.durable,
    init: (id) => ({ id, ...role.init(id), links: { sent: {}, got: {}, early: {}, unconfirmed: [] } }),
    start: (self, out) => rules.start?.(self, sinkFor(self as Self, out)),
    request: under(rules.request, (kind) => (self, request, call, out) => rules.request[kind]!(self, request, call, sinkFor(self as Self, out))),
    timeout: {
      ...under(rules.timeout, (kind) => (self, timer, out) => rules.timeout[kind]!(self, timer, sinkFor(self as Self, out))),
      resend(self: Self, _: Tagged, out: Out<any>) {
        for (const { to, message } of self.links.unconfirmed) out.send(to, message);
        if (self.links.unconfirmed.length > 0) out.setTimer({ kind: "resend" }, resendAfter!);
      },
    },
    receive: {
      ...under(rules.receive, () => (self, message, from, out) => arrive(self as Self, message as never, from, out)),
      receipt(self: Self, { nth }: Receipt, from: NodeId, out: Out<any>) {
        self.links.unconfirmed = self.links.unconfirmed.filter(({ to, message }) => to !== from || message.nth !== nth);
        if (self.links.unconfirmed.length === 0) out.cancelTimer({ kind: "resend" });
      },
    },
  };
  return linked as Role<Linked<S>>;
}
