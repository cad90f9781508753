import type { NodeId, Role } from "../../core/role.js";
import { broadcaster, type BroadcastOptions, type BroadcastOut, type BroadcastSignature, nameOf, nodesOf, type Post } from "./broadcaster.js";

/** A post on its way. */
export interface Data {
  readonly kind: "data";
  readonly post: Post;
}

/** Which posts were seen, by name. */
export interface Seen {
  readonly seen: Set<string>;
}

/**
 * Best-effort broadcast (尽力而为广播): send it to everybody (Cachin, Guerraoui and Rodrigues 2011, algorithm 3.1, "Basic
 * Broadcast"). If the sender does not crash, everybody who lives gets it; if it crashes among its messages, some do.
 * n - 1 messages.
 *
 * @throws RangeError unless `nodes` are different names
 */
export function bestEffort(given: BroadcastOptions): Role<BroadcastSignature<object, Data>> {
  return broadcaster<object, Data>(nodesOf("bestEffort", given), {
    name: "best-effort broadcast",
    init: () => ({}),
    broadcast(_, post, out) {
      out.deliver(post);
      out.toOthers({ kind: "data", post });
    },
    receive: { data: (_, { post }, __, out) => out.deliver(post) },
  });
}

/**
 * Reliable broadcast (可靠广播), eager: whoever gets a post for the first time passes it on (Cachin, Guerraoui and Rodrigues
 * 2011, algorithm 3.3). If anybody who lives delivers it, everybody who lives does (agreement). n (n - 1) messages.
 *
 * @throws RangeError unless `nodes` are different names
 */
export function reliable(given: BroadcastOptions): Role<BroadcastSignature<Seen, Data>> {
  const accept = (self: Seen, post: Post, out: BroadcastOut<Data>): void => {
    if (self.seen.has(nameOf(post))) return;
    self.seen.add(nameOf(post));
    out.deliver(post);
    out.toOthers({ kind: "data", post });
  };
  return broadcaster<Seen, Data>(nodesOf("reliable", given), {
    name: "reliable broadcast",
    init: () => ({ seen: new Set() }),
    broadcast: accept,
    receive: { data: (self, { post }, _, out) => accept(self, post, out) },
  });
}

/** What the lazy form remembers. */
export interface Lazy extends Seen {
  /** What each node has sent us for the first time, in case that it crashes. */
  readonly gotFrom: Map<NodeId, readonly Post[]>;
  readonly down: Set<NodeId>;
}

/** A failure detector's report that a node has crashed, which must be true. */
export interface DownReport {
  readonly kind: "down";
  readonly node: NodeId;
}

/**
 * Reliable broadcast, lazy: a post is passed on only when the node that it came from has crashed (Cachin, Guerraoui and
 * Rodrigues 2011, algorithm 3.2). n - 1 messages while nobody crashes; but it needs a perfect failure detector, whose
 * reports come as messages `down` (see `mortal` of distlab/core).
 *
 * @throws RangeError unless `nodes` are different names
 */
export function lazyReliable(given: BroadcastOptions): Role<BroadcastSignature<Lazy, Data | DownReport>> {
  return broadcaster<Lazy, Data | DownReport>(nodesOf("lazyReliable", given), {
    name: "lazy reliable broadcast",
    init: () => ({ seen: new Set(), gotFrom: new Map(), down: new Set() }),
    broadcast(self, post, out) {
      self.seen.add(nameOf(post));
      out.deliver(post);
      out.toOthers({ kind: "data", post });
    },
    receive: {
      data(self, { post }, from, out) {
        if (self.seen.has(nameOf(post))) return;
        self.seen.add(nameOf(post));
        self.gotFrom.set(from, [...(self.gotFrom.get(from) ?? []), post]);
        out.deliver(post);
        // It may have crashed among its messages.
        if (self.down.has(from)) out.toOthers({ kind: "data", post });
      },
      down(self, { node }, _, out) {
        if (self.down.has(node)) return;
        self.down.add(node);
        for (const post of self.gotFrom.get(node) ?? []) out.toOthers({ kind: "data", post });
      },
    },
  });
}
