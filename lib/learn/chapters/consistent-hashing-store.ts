import type { Call, NodeId, Out, Role } from "../../core/role.js";
import type { Placement } from "../../storage/placement/placement.js";

/*
 * A store that keeps one copy of each key, for the chapter on placement: what a list of nodes that changes means for those
 * who have not heard of it yet. No faults, no replicas: those are the next chapter's.
 */

/** The nodes that there are. A list of a higher edition replaces one of a lower. */
export interface NodeListMessage {
  readonly kind: "list";
  readonly edition: number;
  readonly nodes: readonly string[];
}

/** Keys for their owner by the list of this edition, with their values. */
export interface MoveMessage {
  readonly kind: "move";
  readonly edition: number;
  readonly keys: readonly (readonly [key: string, value: string])[];
}

/** A question that was asked of `asker`, passed on to the node that its list takes for the owner. */
export interface AskMessage {
  readonly kind: "ask";
  readonly key: string;
  readonly call: Call;
}

/** What the asked node has of the key; null: nothing. */
export interface ToldMessage {
  readonly kind: "told";
  readonly value: string | null;
  readonly call: Call;
}

/** What a keeper knows. */
export interface KeeperState {
  readonly id: NodeId;
  /** Of the list that it knows. */
  edition: number;
  /** The nodes that it believes there are. */
  nodes: readonly string[];
  /** The keys that it holds. */
  readonly keys: Map<string, string>;
}

/** What clients ask: the value of a key; or, as an administrator, to spread a new list. */
export type KeeperRequest =
  | { readonly kind: "get"; readonly key: string }
  | { readonly kind: "change"; readonly nodes: readonly string[] };

type KeeperMessage = NodeListMessage | MoveMessage | AskMessage | ToldMessage;

/** What goes into a keeper and comes out of it. */
export interface KeeperSignature {
  readonly state: KeeperState;
  readonly receives: KeeperMessage;
  readonly sends: KeeperMessage;
  readonly requests: KeeperRequest;
  readonly replies: { readonly kind: "got"; readonly value: string | null } | { readonly kind: "changed" };
}

/** How a store of one copy is laid out. */
export interface KeeperOptions {
  /** The first list, which everybody knows. */
  readonly nodes: readonly string[];
  /** All keys; each has its own name in capitals for a value. */
  readonly keys: readonly string[];
  /** The scheme, by which everybody computes who owns a key from the list of nodes alone. */
  readonly place: (nodes: readonly string[]) => Pick<Placement, "lookup">;
}

/**
 * A node of a store with one copy of each key. Whoever is asked for a key looks up its owner in the list that it knows, and
 * asks there. A node that hears of a newer list sends away what it no longer owns.
 *
 * Nothing is locked and nobody agrees on anything: until all have the same list, a key may be looked for where it is not.
 */
export function keeper({ nodes, keys, place }: KeeperOptions): Role<KeeperSignature> {
  /** Gives each key that is another's by the list to its owner: one message for each of them. */
  function giveAway(self: KeeperState, out: Out<KeeperSignature>): void {
    const placement = place(self.nodes);
    const leaving = new Map<string, [key: string, value: string][]>();
    for (const [key, value] of self.keys) {
      const owner = placement.lookup(key);
      if (owner !== self.id) leaving.set(owner, [...(leaving.get(owner) ?? []), [key, value]]);
    }
    for (const [owner, moved] of leaving) {
      for (const [key] of moved) self.keys.delete(key);
      out.send(owner as NodeId, { kind: "move", edition: self.edition, keys: moved });
    }
  }

  function adopt(self: KeeperState, list: NodeListMessage, out: Out<KeeperSignature>): void {
    self.edition = list.edition;
    self.nodes = list.nodes;
    giveAway(self, out);
  }

  return {
    name: "keeper",
    durable: [],

    init(id) {
      const placement = place(nodes);
      const own = keys.filter((key) => placement.lookup(key) === id);
      return { id, edition: 1, nodes, keys: new Map(own.map((key) => [key, key.toUpperCase()])) };
    },

    request: {
      /** Whoever is told of the change takes the new list, and tells all who are on the old or on the new one. */
      change(self, request, call, out) {
        const told = new Set([...self.nodes, ...request.nodes]);
        const list = { kind: "list", edition: self.edition + 1, nodes: request.nodes } as const;
        for (const node of told) if (node !== self.id) out.send(node as NodeId, list);
        adopt(self, list, out);
        out.reply(call, { kind: "changed" });
      },

      /** The owner, as far as this node knows, is asked; nobody is if it is this node. */
      get(self, request, call, out) {
        const owner = place(self.nodes).lookup(request.key);
        if (owner === self.id) out.reply(call, { kind: "got", value: self.keys.get(request.key) ?? null });
        else out.send(owner as NodeId, { kind: "ask", key: request.key, call });
      },
    },

    receive: {
      list(self, message, _from, out) {
        if (message.edition > self.edition) adopt(self, message, out);
      },

      /** What comes by an older list may be another's by now. What comes by a newer one waits here for that list. */
      move(self, message, _from, out) {
        for (const [key, value] of message.keys) self.keys.set(key, value);
        if (message.edition < self.edition) giveAway(self, out);
      },

      /** Answers with what it has, and does not ask further: the asker's list may be old, but so may its own. */
      ask(self, message, from, out) {
        out.send(from, { kind: "told", value: self.keys.get(message.key) ?? null, call: message.call });
      },

      told(_self, message, _from, out) {
        out.reply(message.call, { kind: "got", value: message.value });
      },
    },

    timeout: {},
  };
}
