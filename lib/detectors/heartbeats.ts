import { finite, nodeNames, options } from "../core/parameters.js";
import type { NodeId, Out, Role } from "../core/role.js";
import type { Heard, Patience } from "./patience.js";

/** "I am up", for the nth time since the boot. */
export interface Alive {
  readonly kind: "alive";
  readonly serial: number;
}

/** What a node that sends and hears heartbeats knows. */
export interface Watcher {
  readonly id: NodeId;
  serial: number;
  /** The last heartbeats of each peer, as many as the rule of patience looks at. */
  heard: Map<NodeId, readonly Heard[]>;
  /** How often each was suspected wrongly. */
  mistakes: Map<NodeId, number>;
  suspects: Set<NodeId>;
  /** Ω: the first node of the list that it does not suspect, perhaps itself. */
  leader: NodeId;
}

export type WatcherSignature = {
  state: Watcher;
  receives: Alive;
  sends: Alive;
  timers: { readonly kind: "beat" } | { readonly kind: "suspect"; readonly node: NodeId };
};

export interface WatcherOptions {
  /** All nodes, the same list at each; the first that is not suspected leads. */
  readonly nodes: readonly NodeId[];
  /** Time between two heartbeats, in ms (default 100). */
  readonly every?: number;
  readonly patience: Patience;
  /** How long it waits for the very first heartbeat of a peer, in ms (default 10 times `every`). */
  readonly first?: number;
}

/**
 * A failure detector by heartbeats: each node tells all others that it is up, and suspects whom it has not heard for too
 * long. How long that is, the rule of patience says; a heartbeat always clears a suspicion. From the suspicions follows a
 * leader for everybody, Ω (Chandra, Hadzilacos and Toueg, "The Weakest Failure Detector for Solving Consensus", JACM
 * 43(4), 1996): all agree on one that is up, as soon as the detector makes no more mistakes.
 */
export function watcher(given: WatcherOptions): Role<WatcherSignature> {
  const { nodes, every = 100, patience, first = 10 * every } = options("watcher", given, ["nodes", "every", "patience", "first"]);
  nodeNames("nodes", nodes);
  finite("every", every, { min: 1e-3 });
  finite("first", first);

  function beat(self: Watcher, out: Out<WatcherSignature>): void {
    self.serial += 1;
    for (const node of nodes) if (node !== self.id) out.send(node, { kind: "alive", serial: self.serial });
    out.setTimer({ kind: "beat" }, every);
  }

  function elect(self: Watcher): void {
    self.leader = leaderOf(nodes, self.suspects);
  }

  return {
    name: "watcher",
    durable: [],
    init: (id) => ({ id, serial: 0, heard: new Map(), mistakes: new Map(), suspects: new Set(), leader: nodes[0]! }),
    start(self, out) {
      for (const node of nodes) if (node !== self.id) out.setTimer({ kind: "suspect", node }, first);
      beat(self, out);
    },
    request: {},
    receive: {
      alive(self, { serial }, from, out) {
        const before = self.heard.get(from) ?? [];
        if (self.suspects.delete(from)) {
          self.mistakes.set(from, (self.mistakes.get(from) ?? 0) + 1);
          elect(self);
        }
        // A node that has restarted counts from 1 again, and what was learned of it is no use.
        const isNews = serial > (before.at(-1)?.serial ?? 0) || serial === 1;
        if (!isNews) return;
        const now = out.clock();
        const heard = [...(serial === 1 ? [] : before), { serial, at: now }].slice(-patience.window);
        self.heard.set(from, heard);
        out.setTimer({ kind: "suspect", node: from }, Math.max(0, patience.until(heard, self.mistakes.get(from) ?? 0) - now));
      },
    },
    timeout: {
      beat: (self, _, out) => beat(self, out),
      suspect(self, { node }) {
        self.suspects.add(node);
        elect(self);
      },
    },
  };
}

/** Ω from a list of suspects: the first node that is none. If all are, the first node. */
export function leaderOf(nodes: readonly NodeId[], suspects: ReadonlySet<NodeId>): NodeId {
  return nodes.find((node) => !suspects.has(node)) ?? nodes[0]!;
}
