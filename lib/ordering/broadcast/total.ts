import type { NodeId, Role } from "../../core/role.js";
import { broadcaster, type Broadcaster, type BroadcastOptions, type BroadcastOut, type BroadcastSignature, nameOf, nodesOf, type Post } from "./broadcaster.js";
import { isEarlier, type LamportTime } from "../clocks/lamport.js";
import type { Data } from "./reliable.js";

/** A post and its place in the order of all posts, from 1. */
export interface Ordered {
  readonly kind: "ordered";
  readonly post: Post;
  readonly place: number;
}

export interface Sequenced {
  /** How many posts have got a place (at the sequencer). */
  places: number;
  /** How many were delivered here. */
  delivered: number;
  /** What came before its turn, by place. */
  readonly early: Map<number, Post>;
}

/**
 * Total order broadcast (全序广播) with a fixed sequencer (定序者): posts go to the first node, which numbers them and sends
 * them to all (Défago, Schiper and Urbán 2004, section 4.1, the form "unicast-broadcast"; method PB of Kaashoek's Amoeba).
 * n messages, two delays, and one node through which everything goes, and without which nothing does.
 *
 * @throws RangeError unless `nodes` are different names
 */
export function sequencer(given: BroadcastOptions): Role<BroadcastSignature<Sequenced, Data | Ordered>> {
  const nodes = nodesOf("sequencer", given);
  const [first] = nodes as [NodeId];

  function order(self: Sequenced, post: Post, out: BroadcastOut<Data | Ordered>): void {
    self.places += 1;
    out.toOthers({ kind: "ordered", post, place: self.places });
    accept(self, post, self.places, out);
  }

  function accept(self: Sequenced, post: Post, place: number, out: BroadcastOut<Data | Ordered>): void {
    self.early.set(place, post);
    for (let next = self.early.get(self.delivered + 1); next; next = self.early.get(self.delivered + 1)) {
      self.delivered += 1;
      self.early.delete(self.delivered);
      out.deliver(next);
    }
  }

  return broadcaster<Sequenced, Data | Ordered>(nodes, {
    name: "total order by a sequencer",
    init: () => ({ places: 0, delivered: 0, early: new Map() }),
    broadcast(self, post, out) {
      if (self.id === first) order(self, post, out);
      else out.send(first, { kind: "data", post });
    },
    receive: {
      data: (self, { post }, _, out) => order(self, post, out),
      ordered: (self, { post, place }, _, out) => accept(self, post, place, out),
    },
  });
}

/** "I could deliver it at this time." */
export interface Proposal {
  readonly kind: "proposal";
  readonly name: string;
  readonly stamp: LamportTime;
}

/** "It is delivered at this time", the latest that was proposed. */
export interface Final {
  readonly kind: "final";
  readonly name: string;
  readonly stamp: LamportTime;
}

interface Waiting {
  readonly post: Post;
  readonly stamp: LamportTime;
  readonly isFinal: boolean;
}

export interface Agreed {
  time: number;
  readonly waiting: Map<string, Waiting>;
  /** Proposals for own posts, by post and then by node. */
  readonly proposals: Map<string, ReadonlyMap<NodeId, LamportTime>>;
}

/**
 * Total order broadcast by agreed timestamps: each node proposes a time for the post, the sender takes the latest, and
 * posts are delivered in the order of their final times (Dale Skeen's protocol, as Birman and Joseph 1987, section 3.2,
 * use it in ISIS). A post waits while another one with an earlier time may still get through. 3 (n - 1) messages,
 * three delays.
 *
 * @throws RangeError unless `nodes` are different names
 */
export function agreedTimes(given: BroadcastOptions): Role<BroadcastSignature<Agreed, Data | Proposal | Final>> {
  const nodes = nodesOf("agreedTimes", given);
  type Wire = Data | Proposal | Final;

  function propose(self: Broadcaster & Agreed, post: Post): LamportTime {
    self.time += 1;
    const stamp = { time: self.time, node: self.id };
    self.waiting.set(nameOf(post), { post, stamp, isFinal: false });
    return stamp;
  }

  function collect(self: Broadcaster & Agreed, name: string, from: NodeId, stamp: LamportTime, out: BroadcastOut<Wire>): void {
    const proposals = new Map(self.proposals.get(name)).set(from, stamp);
    self.proposals.set(name, proposals);
    if (proposals.size < nodes.length) return;
    const latest = [...proposals.values()].reduce((one, other) => (isEarlier(one, other) ? other : one));
    self.proposals.delete(name);
    out.toOthers({ kind: "final", name, stamp: latest });
    finish(self, name, latest, out);
  }

  function finish(self: Broadcaster & Agreed, name: string, stamp: LamportTime, out: BroadcastOut<Wire>): void {
    const known = self.waiting.get(name);
    if (!known) return;
    // What is proposed from now on must be later.
    self.time = Math.max(self.time, stamp.time);
    self.waiting.set(name, { ...known, stamp, isFinal: true });
    for (let next = earliest(self.waiting); next?.isFinal; next = earliest(self.waiting)) {
      self.waiting.delete(nameOf(next.post));
      out.deliver(next.post);
    }
  }

  return broadcaster<Agreed, Wire>(nodes, {
    name: "total order by agreed times",
    init: () => ({ time: 0, waiting: new Map(), proposals: new Map() }),
    broadcast(self, post, out) {
      out.toOthers({ kind: "data", post });
      collect(self, nameOf(post), self.id, propose(self, post), out);
    },
    receive: {
      data: (self, { post }, from, out) => out.send(from, { kind: "proposal", name: nameOf(post), stamp: propose(self, post) }),
      proposal: (self, { name, stamp }, from, out) => collect(self, name, from, stamp, out),
      final: (self, { name, stamp }, _, out) => finish(self, name, stamp, out),
    },
  });
}

function earliest(waiting: ReadonlyMap<string, Waiting>): Waiting | null {
  return [...waiting.values()].reduce<Waiting | null>((one, other) => (one && isEarlier(one.stamp, other.stamp) ? one : other), null);
}

/** A post and the time of its sending. */
export interface StampedData {
  readonly kind: "data";
  readonly post: Post;
  readonly stamp: LamportTime;
}

/** "I have got something, and what I send from now on is later than this." */
export interface Acknowledgement {
  readonly kind: "ack";
  readonly stamp: LamportTime;
}

export interface LamportOrdered {
  time: number;
  /** What is not delivered yet. */
  queue: readonly StampedData[];
  /** The time of the last message from each node. */
  readonly heard: Map<NodeId, LamportTime>;
}

/**
 * Total order broadcast by Lamport's clocks: posts are delivered in the order of their timestamps, each as soon as something
 * later has been heard from everybody (Lamport 1978, section "Ordering the Events Totally"). For links that keep the order
 * of messages (`links` with `fifo`). Everybody acknowledges to everybody: n (n - 1) messages, two delays; one node that is
 * down stops all.
 *
 * @throws RangeError unless `nodes` are different names
 */
export function lamportOrder(given: BroadcastOptions): Role<BroadcastSignature<LamportOrdered, StampedData | Acknowledgement>> {
  const nodes = nodesOf("lamportOrder", given);
  type Wire = StampedData | Acknowledgement;

  function hear(self: Broadcaster & LamportOrdered, from: NodeId, stamp: LamportTime): void {
    self.time = Math.max(self.time, stamp.time);
    self.heard.set(from, stamp);
  }

  function deliverDue(self: Broadcaster & LamportOrdered, out: BroadcastOut<Wire>): void {
    // From the sender nothing earlier can come any more: its links keep the order.
    const isOver = (node: NodeId, { post, stamp }: StampedData): boolean =>
      node === self.id || node === post.from || (self.heard.has(node) && isEarlier(stamp, self.heard.get(node)!));
    const isDue = (data: StampedData): boolean =>
      self.queue.every((other) => !isEarlier(other.stamp, data.stamp)) && nodes.every((node) => isOver(node, data));
    for (let due = self.queue.find(isDue); due; due = self.queue.find(isDue)) {
      const turn = due;
      self.queue = self.queue.filter((one) => one !== turn);
      out.deliver(turn.post);
    }
  }

  return broadcaster<LamportOrdered, Wire>(nodes, {
    name: "total order by Lamport's clocks",
    init: () => ({ time: 0, queue: [], heard: new Map() }),
    broadcast(self, post, out) {
      self.time += 1;
      const data: StampedData = { kind: "data", post, stamp: { time: self.time, node: self.id } };
      self.queue = [...self.queue, data];
      out.toOthers(data);
      deliverDue(self, out);
    },
    receive: {
      data(self, data, from, out) {
        hear(self, from, data.stamp);
        self.queue = [...self.queue, data];
        self.time += 1;
        out.toOthers({ kind: "ack", stamp: { time: self.time, node: self.id } });
        deliverDue(self, out);
      },
      ack(self, { stamp }, from, out) {
        hear(self, from, stamp);
        deliverDue(self, out);
      },
    },
  });
}
