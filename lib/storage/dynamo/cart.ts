import { delay, integer, nodeNames, options as checkOptions } from "../../core/parameters.js";
import type { Call, Delay, NodeId, Out, Role } from "../../core/role.js";
import type { Add, Added, Ask, Get, Put, Told } from "./messages.js";

/** An addition: first it reads, then it writes. */
interface Adding {
  readonly item: string;
  /** What it asks for at the moment. */
  request: Get | Put;
  found: Added | null;
  /** How often it asked in vain. */
  tries: number;
}

/** What a cart's node knows. Nothing survives a crash: then its clients ask again. */
export interface Cart {
  readonly adding: Map<Call, Adding>;
  /** Whom it asks: the place in its list. */
  turn: number;
}

export type CartSignature = {
  state: Cart;
  receives: Told;
  sends: Ask;
  requests: Add;
  timers: { readonly kind: "patience"; readonly call: Call };
  replies: Added;
};

export interface CartOptions {
  /** The nodes of the store. */
  readonly nodes: readonly NodeId[];
  /** How long it waits for a node before it asks the next one, in ms (default [150, 250]). */
  readonly patience?: Delay;
  /** How often it asks again, for each addition (default 20). After that its client has to. */
  readonly retries?: number;
}

/**
 * The client library, and the shopping cart of section 4.4 (DeCandia et al. 2007) on top of it: it has to "collapse
 * multiple branches of data evolution back into one". To add an item it reads the list, joins all siblings and the item, and
 * writes the result with the context of the read. So an addition replaces exactly what it has seen.
 *
 * Joining lists is associative, commutative and idempotent: to write twice is as good as once. What is joined never goes;
 * the paper says so of its cart, where "deleted items can resurface".
 */
export function cart(given: CartOptions): Role<CartSignature> {
  return cartWith(given, joined);
}

/** The same with another way to make one list of many: how an exercise tries what a learner writes. */
export function cartWith(given: CartOptions, joined: (lists: readonly (readonly string[])[]) => readonly string[]): Role<CartSignature> {
  const { nodes, patience = [150, 250], retries = 20 } = checkOptions("cart", given, ["nodes", "patience", "retries"]);
  nodeNames("nodes", nodes);
  delay("patience", patience);
  integer("retries", retries);

  function ask(self: Cart, call: Call, to: NodeId, out: Out<CartSignature>): void {
    const adding = self.adding.get(call)!;
    out.send(to, { kind: "ask", call: innerCall(call, adding.request), request: adding.request });
    out.setTimer({ kind: "patience", call }, patience);
  }

  const nodeOf = (self: Cart): NodeId => nodes[self.turn % nodes.length]!;

  return {
    name: "cart",
    durable: [],
    init: () => ({ adding: new Map(), turn: 0 }),

    request: {
      add(self, { key, item }, call, out) {
        if (self.adding.has(call)) return;
        self.adding.set(call, { item, request: { kind: "get", key }, found: null, tries: 0 });
        ask(self, call, nodeOf(self), out);
      },
    },

    receive: {
      told(self, { call: inner, result }, _, out) {
        const call = inner.slice(0, inner.lastIndexOf(" ")) as Call;
        const adding = self.adding.get(call);
        // What answers an earlier question says nothing new.
        if (!adding || innerCall(call, adding.request) !== inner) return;
        switch (result.kind) {
          case "redirect":
            // Who is sent on asks there once; if nothing comes, the next node of the list.
            return ask(self, call, result.to ?? nodeOf(self), out);
          case "got": {
            const { key } = adding.request;
            const found = joined(result.values as readonly (readonly string[])[]);
            adding.found = { kind: "added", found, siblings: result.values.length };
            adding.request = { kind: "put", key, value: joined([found, [adding.item]]), context: result.context };
            return ask(self, call, nodeOf(self), out);
          }
          case "written":
            self.adding.delete(call);
            out.cancelTimer({ kind: "patience", call });
            return out.reply(call, adding.found!);
        }
      },
    },

    timeout: {
      patience(self, { call }, out) {
        const adding = self.adding.get(call);
        if (!adding) return;
        adding.tries += 1;
        if (adding.tries > retries) return void self.adding.delete(call);
        self.turn += 1;
        ask(self, call, nodeOf(self), out);
      },
    },
  };
}

/** The name under which the library asks for a part of a client's call. */
function innerCall(call: Call, { kind }: Get | Put): Call {
  return `${call} ${kind}` as Call;
}

/** All items of all lists, each once. */
export function joined(lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())].sort();
}
