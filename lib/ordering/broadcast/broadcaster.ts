import { nodeNames, options } from "../../core/parameters.js";
import type { NodeId, Out, Role, Tagged } from "../../core/role.js";

/** A message as its sender broadcast it: the n-th of this node, from 1. */
export interface Post {
  readonly from: NodeId;
  readonly n: number;
  readonly text: string;
}

/** The name of a post: "p1#2". */
export function nameOf({ from, n }: Post): string {
  return `${from}#${n}`;
}

/** Broadcast this text; with `after`, not before a post with that text has been delivered here, as an answer to it. */
export interface BroadcastRequest {
  readonly kind: "broadcast";
  readonly text: string;
  readonly after?: string;
}

/** What every broadcaster knows, whatever its algorithm. */
export interface Broadcaster {
  readonly id: NodeId;
  /** How many posts it has broadcast. */
  sent: number;
  /** The posts that were delivered here, in order. */
  log: readonly Post[];
  /** What waits for the post that it answers. */
  unsaid: readonly BroadcastRequest[];
}

export interface BroadcastSignature<State extends object, Wire extends Tagged> {
  readonly state: Broadcaster & State;
  readonly requests: BroadcastRequest;
  readonly receives: Wire;
  readonly sends: Wire;
  /** A delivery: what is delivered cannot be taken back. */
  readonly decides: Post;
}

/** What an algorithm may do. */
export interface BroadcastOut<Wire extends Tagged> {
  send(to: NodeId, message: Wire): void;
  /** To all nodes but this one. What a node tells itself needs no network. */
  toOthers(message: Wire): void;
  /** Hand the post up to whoever uses the broadcast. */
  deliver(post: Post): void;
}

/** How posts get to everybody: one box of Cachin, Guerraoui and Rodrigues (2011), chapter 3. */
export interface BroadcastAlgorithm<State extends object, Wire extends Tagged> {
  readonly name: string;
  /** The fields that the algorithm needs. */
  init(id: NodeId): State;
  /** A user of this node broadcasts a post. */
  broadcast(self: Broadcaster & State, post: Post, out: BroadcastOut<Wire>): void;
  readonly receive: {
    readonly [K in Wire["kind"]]: (
      self: Broadcaster & State,
      message: Extract<Wire, { readonly kind: K }>,
      from: NodeId,
      out: BroadcastOut<Wire>,
    ) => void;
  };
}

export interface BroadcastOptions {
  /** All nodes that broadcast and deliver. */
  readonly nodes: readonly NodeId[];
}

export interface RelayOptions extends BroadcastOptions {
  /**
   * Whether each node passes on what it gets for the first time, so that all have what one has (default true). Without,
   * the posts come as by best-effort broadcast.
   */
  readonly relay?: boolean;
}

/** The options, checked: different names of at least one node. */
export function nodesOf(name: string, given: BroadcastOptions, known: readonly string[] = ["nodes"]): readonly NodeId[] {
  return nodeNames("nodes", options(name, given, known).nodes);
}

/**
 * A node that broadcasts and delivers by this algorithm. Deliveries are announced as decisions, so a property sees each
 * node's log; messages that carry a post have it in the field `post`.
 */
export function broadcaster<State extends object, Wire extends Tagged>(
  nodes: readonly NodeId[],
  algorithm: BroadcastAlgorithm<State, Wire>,
): Role<BroadcastSignature<State, Wire>> {
  type Self = Broadcaster & State;
  type Sink = Out<BroadcastSignature<State, Wire>>;

  function sinkFor(self: Self, out: Sink): BroadcastOut<Wire> {
    const send = out.send.bind(out) as (to: NodeId, message: Wire) => void;
    return {
      send,
      toOthers: (message) => {
        for (const node of nodes) if (node !== self.id) send(node, message);
      },
      deliver(post) {
        self.log = [...self.log, post];
        (out.decide as (outcome: Post) => void)(post);
      },
    };
  }

  /** Say what need not wait any more; an answer may be what the next one waits for. */
  function speak(self: Self, out: BroadcastOut<Wire>): void {
    const isDue = ({ after }: BroadcastRequest): boolean => after === undefined || self.log.some(({ text }) => text === after);
    for (let due = self.unsaid.find(isDue); due; due = self.unsaid.find(isDue)) {
      const said = due;
      self.unsaid = self.unsaid.filter((one) => one !== said);
      self.sent += 1;
      algorithm.broadcast(self, { from: self.id, n: self.sent, text: said.text }, out);
    }
  }

  const role = {
    name: algorithm.name,
    durable: [],
    init: (id: NodeId): Self => ({ id, sent: 0, log: [], unsaid: [], ...algorithm.init(id) }),
    timeout: {},
    request: {
      broadcast(self: Self, request: BroadcastRequest, _: unknown, out: Sink) {
        self.unsaid = [...self.unsaid, request];
        speak(self, sinkFor(self, out));
      },
    },
    receive: Object.fromEntries(
      Object.entries<any>(algorithm.receive).map(([kind, rule]) => [
        kind,
        (self: Self, message: Wire, from: NodeId, out: Sink) => {
          const sink = sinkFor(self, out);
          rule(self, message, from, sink);
          speak(self, sink);
        },
      ]),
    ),
  };
  return role as unknown as Role<BroadcastSignature<State, Wire>>;
}
