import { majority } from "../../core/quorum.js";
import type { NodeId, Role } from "../../core/role.js";
import { broadcaster, type Broadcaster, type BroadcastOptions, type BroadcastOut, type BroadcastSignature, nameOf, nodesOf, type Post } from "./broadcaster.js";
import type { Data, DownReport } from "./reliable.js";

/** A post that is known, and who is known to have it. */
export interface Pending {
  readonly post: Post;
  readonly has: ReadonlySet<NodeId>;
  readonly isDelivered: boolean;
}

export interface Uniform {
  readonly pending: Map<string, Pending>;
  /** Reported as crashed. */
  readonly down: Set<NodeId>;
}

/**
 * Uniform reliable broadcast (一致可靠广播), by majorities (Cachin, Guerraoui and Rodrigues 2011, algorithm 3.5, "Majority-Ack").
 * Everybody passes a post on, and delivers it when a majority is known to have it: then some node that lives has it,
 * and everybody gets it, even if whoever delivered it first has crashed since (uniform agreement). As long as a majority
 * lives. n (n - 1) messages.
 *
 * @throws RangeError unless `nodes` are different names
 */
export function uniform(given: BroadcastOptions): Role<BroadcastSignature<Uniform, Data>> {
  const nodes = nodesOf("uniform", given);
  return uniformWhen(nodes, ({ has }) => has.size >= majority(nodes.length));
}

/** The same with any rule for when to deliver, sound or not. */
export function uniformWhen(nodes: readonly NodeId[], mayDeliver: (pending: Pending) => boolean): Role<BroadcastSignature<Uniform, Data>> {
  return broadcaster<Uniform, Data>(nodes, {
    name: "uniform reliable broadcast",
    init: () => ({ pending: new Map(), down: new Set() }),
    broadcast: (self, post, out) => enter(self, post, self.id, out, mayDeliver),
    receive: { data: (self, { post }, from, out) => enter(self, post, from, out, mayDeliver) },
  });
}

/**
 * Uniform reliable broadcast by all (Cachin, Guerraoui and Rodrigues 2011, algorithm 3.4, "All-Ack"): deliver when everybody
 * is known to have the post who has not crashed. It survives any number of crashes, and needs a perfect failure
 * detector, whose reports come as messages `down`.
 *
 * @throws RangeError unless `nodes` are different names
 */
export function allAckUniform(given: BroadcastOptions): Role<BroadcastSignature<Uniform, Data | DownReport>> {
  const nodes = nodesOf("allAckUniform", given);
  const rule = (self: Uniform) => ({ has }: Pending) => nodes.every((node) => has.has(node) || self.down.has(node));
  return broadcaster<Uniform, Data | DownReport>(nodes, {
    name: "uniform reliable broadcast",
    init: () => ({ pending: new Map(), down: new Set() }),
    broadcast: (self, post, out) => enter(self, post, self.id, out, rule(self)),
    receive: {
      data: (self, { post }, from, out) => enter(self, post, from, out, rule(self)),
      down(self, { node }, _, out) {
        self.down.add(node);
        for (const known of [...self.pending.values()]) deliverIf(self, known, out, rule(self));
      },
    },
  });
}

function enter(
  self: Broadcaster & Uniform, post: Post, from: NodeId, out: BroadcastOut<Data>, mayDeliver: (pending: Pending) => boolean,
): void {
  const known = self.pending.get(nameOf(post));
  const entry = { post, has: new Set([...(known?.has ?? []), from, self.id]), isDelivered: known?.isDelivered ?? false };
  self.pending.set(nameOf(post), entry);
  if (!known) out.toOthers({ kind: "data", post });
  deliverIf(self, entry, out, mayDeliver);
}

function deliverIf(self: Uniform, entry: Pending, out: BroadcastOut<Data>, mayDeliver: (pending: Pending) => boolean): void {
  if (entry.isDelivered || !mayDeliver(entry)) return;
  self.pending.set(nameOf(entry.post), { ...entry, isDelivered: true });
  out.deliver(entry.post);
}
