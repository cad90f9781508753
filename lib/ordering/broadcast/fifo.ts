import { flag } from "../../core/parameters.js";
import type { Role } from "../../core/role.js";
import { broadcaster, type BroadcastOut, type BroadcastSignature, nameOf, nodesOf, type Post, type RelayOptions } from "./broadcaster.js";
import type { Data, Seen } from "./reliable.js";

export interface Fifo extends Seen {
  /** The number of the next post of each node that may be delivered; of a node that is not named, 1. */
  readonly next: Map<string, number>;
  /** What came before its turn. */
  early: readonly Post[];
}

/**
 * FIFO broadcast: the posts of one node are delivered in the order in which it broadcast them (Hadzilacos and Toueg 1994,
 * section 4; Cachin, Guerraoui and Rodrigues 2011, algorithm 3.12). Posts are numbered, and what comes early waits.
 *
 * With `relay` over links that keep the order of messages (`links`) it is causal, too, without a vector: whoever answers
 * a post has passed it on before, on every link.
 *
 * @throws RangeError unless `nodes` are different names
 */
export function fifo(given: RelayOptions): Role<BroadcastSignature<Fifo, Data>> {
  const nodes = nodesOf("fifo", given, ["nodes", "relay"]);
  const relay = flag("relay", given.relay ?? true);

  function accept(self: Fifo, post: Post, isOwn: boolean, out: BroadcastOut<Data>): void {
    if (self.seen.has(nameOf(post))) return;
    self.seen.add(nameOf(post));
    if (relay || isOwn) out.toOthers({ kind: "data", post });
    self.early = [...self.early, post];
    const isNext = ({ from, n }: Post): boolean => n === (self.next.get(from) ?? 1);
    for (let due = self.early.find(isNext); due; due = self.early.find(isNext)) {
      const turn = due;
      self.early = self.early.filter((one) => one !== turn);
      self.next.set(turn.from, turn.n + 1);
      out.deliver(turn);
    }
  }

  return broadcaster<Fifo, Data>(nodes, {
    name: "FIFO broadcast",
    init: () => ({ seen: new Set(), next: new Map(), early: [] }),
    broadcast: (self, post, out) => accept(self, post, true, out),
    receive: { data: (self, { post }, _, out) => accept(self, post, false, out) },
  });
}
