import { finite, nodeNames, options } from "../core/parameters.js";
import type { NodeId, Out, Role } from "../core/role.js";
import { backedOff, measured, type RoundTrip, unmeasured } from "./round-trip.js";

/** "Are you there?" */
export interface Ping {
  readonly kind: "ping";
  readonly serial: number;
}

/** "I am." */
export interface Pong {
  readonly kind: "pong";
  readonly serial: number;
}

/** What a node that asks the others knows. */
export interface Asker {
  readonly id: NodeId;
  serial: number;
  /** When the question of the present round went to all, by the own clock in ms. */
  askedAt: number;
  /** Who has not answered it. */
  open: Set<NodeId>;
  suspects: Set<NodeId>;
  /** What is known of each peer's round trips, if the patience is learned. */
  trips: Map<NodeId, RoundTrip>;
}

export type AskerSignature = {
  state: Asker;
  receives: Ping | Pong;
  sends: Ping | Pong;
  timers: { readonly kind: "ask" } | { readonly kind: "late"; readonly node: NodeId };
};

export interface AskerOptions {
  /** Whom to ask; a node does not ask itself. */
  readonly nodes: readonly NodeId[];
  /** Time between two questions, in ms (default 100). */
  readonly every?: number;
  /** How long to wait for an answer, in ms; "learned" by the round trips of each peer (default). */
  readonly timeout?: number | "learned";
}

/**
 * A failure detector by questions: twice the messages of heartbeats, but only where somebody wants to know, and the asker
 * learns the round trip, whatever the other's clock. A question that was answered late is measured all the same: each has
 * a number, so there is no doubt which one it was.
 */
export function asker(given: AskerOptions): Role<AskerSignature> {
  const { nodes, every = 100, timeout = "learned" } = options("asker", given, ["nodes", "every", "timeout"]);
  nodeNames("nodes", nodes);
  finite("every", every, { min: 1e-3 });
  if (timeout !== "learned") finite("timeout", timeout, { max: every });

  function ask(self: Asker, out: Out<AskerSignature>): void {
    self.serial += 1;
    self.askedAt = out.clock();
    self.open = new Set(nodes.filter((node) => node !== self.id));
    for (const node of self.open) {
      out.send(node, { kind: "ping", serial: self.serial });
      // Before the next question, or there would be two open at once.
      const wait = timeout === "learned" ? Math.min(every, tripOf(self, node).timeout) : timeout;
      out.setTimer({ kind: "late", node }, wait);
    }
    out.setTimer({ kind: "ask" }, every);
  }

  const tripOf = (self: Asker, node: NodeId): RoundTrip => self.trips.get(node) ?? unmeasured(every);

  return {
    name: "asker",
    durable: [],
    init: (id) => ({ id, serial: 0, askedAt: 0, open: new Set(), suspects: new Set(), trips: new Map() }),
    start: ask,
    request: {},
    receive: {
      ping: (_, { serial }, from, out) => out.send(from, { kind: "pong", serial }),
      pong(self, { serial }, from, out) {
        self.suspects.delete(from);
        if (serial !== self.serial || !self.open.delete(from)) return;
        self.trips.set(from, measured(tripOf(self, from), out.clock() - self.askedAt));
        out.cancelTimer({ kind: "late", node: from });
      },
    },
    timeout: {
      ask: (self, _, out) => ask(self, out),
      late(self, { node }) {
        self.suspects.add(node);
        self.trips.set(node, backedOff(tripOf(self, node), every));
      },
    },
  };
}
