import { flag } from "../../core/parameters.js";
import type { NodeId, Role } from "../../core/role.js";
import { broadcaster, type BroadcastOut, type BroadcastSignature, nameOf, nodesOf, type Post, type RelayOptions } from "./broadcaster.js";
import type { Seen } from "./reliable.js";

/** How many posts of each node; of a node that is not named, none. */
export type PostCounts = Readonly<Record<string, number>>;

/** A post, and how many posts of each node its sender had delivered when it broadcast this one (of its own: had broadcast). */
export interface CausalData {
  readonly kind: "data";
  readonly post: Post;
  readonly knows: PostCounts;
}

export interface Causal extends Seen {
  /** How many posts of each node were delivered here. */
  delivered: PostCounts;
  /** What waits for posts that it follows. */
  early: readonly CausalData[];
}

/**
 * Whether a post may be delivered: everything that its sender knew has been delivered here, too. (Birman, Schiper and
 * Stephenson 1991, section 5.1; Cachin, Guerraoui and Rodrigues 2011, algorithm 3.15.)
 */
export function isReady({ knows }: CausalData, delivered: PostCounts): boolean {
  return Object.entries(knows).every(([node, count]) => count <= (delivered[node] ?? 0));
}

/**
 * Causal broadcast (因果广播), the waiting form: a post carries a vector clock that counts posts, and waits for all that
 * happened before it (Birman, Schiper and Stephenson, Lightweight Causal and Atomic Group Multicast, 1991).
 *
 * @throws RangeError unless `nodes` are different names
 */
export function causal(given: RelayOptions): Role<BroadcastSignature<Causal, CausalData>> {
  const nodes = nodesOf("causal", given, ["nodes", "relay"]);
  return causalWhen(nodes, isReady, flag("relay", given.relay ?? true));
}

/** The same with any rule for when a post may be delivered, sound or not. */
export function causalWhen(
  nodes: readonly NodeId[],
  mayDeliver: (data: CausalData, delivered: PostCounts) => boolean,
  relay: boolean = true,
): Role<BroadcastSignature<Causal, CausalData>> {
  function accept(self: Causal, data: CausalData, isOwn: boolean, out: BroadcastOut<CausalData>): void {
    if (self.seen.has(nameOf(data.post))) return;
    self.seen.add(nameOf(data.post));
    if (relay || isOwn) out.toOthers(data);
    self.early = [...self.early, data];
    const isDue = (one: CausalData): boolean => mayDeliver(one, self.delivered);
    for (let due = self.early.find(isDue); due; due = self.early.find(isDue)) {
      const turn = due;
      self.early = self.early.filter((one) => one !== turn);
      const { from } = turn.post;
      self.delivered = { ...self.delivered, [from]: (self.delivered[from] ?? 0) + 1 };
      out.deliver(turn.post);
    }
  }

  return broadcaster<Causal, CausalData>(nodes, {
    name: "causal broadcast",
    init: () => ({ seen: new Set(), delivered: {}, early: [] }),
    broadcast: (self, post, out) => accept(self, { kind: "data", post, knows: self.delivered }, true, out),
    receive: { data: (self, data, _, out) => accept(self, data, false, out) },
  });
}

/** A post with all posts that happened before it. */
export interface PastData {
  readonly kind: "data";
  readonly post: Post;
  readonly past: readonly Post[];
}

export interface Past extends Seen {
  /** What was delivered or broadcast here, in order. */
  past: readonly Post[];
}

/**
 * Causal broadcast, the form that never waits: each post brings its whole past along, and what is missing is delivered
 * first (Hadzilacos and Toueg 1994, section 4.3; Cachin, Guerraoui and Rodrigues 2011, algorithm 3.13). Messages
 * grow with the history; in practice the past is cut where it is known to be everywhere.
 *
 * @throws RangeError unless `nodes` are different names
 */
export function impatientCausal(given: RelayOptions): Role<BroadcastSignature<Past, PastData>> {
  const nodes = nodesOf("impatientCausal", given, ["nodes", "relay"]);
  const relay = flag("relay", given.relay ?? true);

  function take(self: Past, post: Post, out: BroadcastOut<PastData>): void {
    if (self.seen.has(nameOf(post))) return;
    self.seen.add(nameOf(post));
    self.past = [...self.past, post];
    out.deliver(post);
  }

  return broadcaster<Past, PastData>(nodes, {
    name: "causal broadcast, without waiting",
    init: () => ({ seen: new Set(), past: [] }),
    broadcast(self, post, out) {
      const { past } = self;
      take(self, post, out);
      out.toOthers({ kind: "data", post, past });
    },
    receive: {
      data(self, message, _, out) {
        if (self.seen.has(nameOf(message.post))) return;
        for (const earlier of message.past) take(self, earlier, out);
        take(self, message.post, out);
        if (relay) out.toOthers(message);
      },
    },
  });
}
