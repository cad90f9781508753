import { integer, options as checkOptions } from "../../core/parameters.js";
import type { Call, NodeId, Out, Role } from "../../core/role.js";
import { rulesOf } from "../../core/step.js";
import type { ChordMessage } from "./messages.js";
import { chord, type ChordNode, type ChordOptions, type ChordReply, type ChordRequest, type ChordSignature, type ChordTimer } from "./node.js";

/** A message from one position on the ring to another; who carries it are their hosts. */
export interface BetweenPositions {
  readonly kind: "between";
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: ChordMessage;
}

/** A timer of one of the host's positions. */
export interface PositionTimer {
  readonly kind: "position";
  readonly position: NodeId;
  readonly timer: ChordTimer;
}

/** What a host knows: a node of Chord for each of its positions. */
export interface ChordHost {
  readonly id: NodeId;
  readonly positions: readonly ChordNode[];
  /** The client that waits until all positions have joined. */
  joining: Call | null;
  /** Whether it has ever run. Survives a crash. */
  hasRun: boolean;
}

export type ChordHostSignature = {
  state: ChordHost;
  receives: BetweenPositions;
  sends: BetweenPositions;
  requests: ChordRequest;
  timers: PositionTimer;
  replies: ChordReply;
};

/** Options of `chord`, where `members` and `via` name hosts, and identifiers are those of positions. */
export interface ChordHostOptions extends ChordOptions {
  /** How many positions on the ring each host has (default 8). */
  readonly virtualNodes?: number;
}

/** The name of a host's i-th position, i from 0: "n3/0". */
export function positionOf(host: NodeId, i: number): NodeId {
  return `${host}/${i}` as NodeId;
}

/** The host of a position. */
export function hostOf(position: NodeId): NodeId {
  return position.slice(0, position.lastIndexOf("/")) as NodeId;
}

/**
 * One machine that stands at several positions of the ring, each a node of `chord` with pointers, keys and timers of its own
 * (virtual nodes; Stoica et al. 2001, section 6.2): arcs differ by a factor of about log N, and a machine with several of
 * them has close to the mean. When it joins or fails, its keys come from many others, or go to many.
 *
 * A host joins when all its positions have; its positions fail together, and may be neighbours: successor lists must be longer
 * than the longest run of positions of hosts that fail at a time. Lookups and keys of its clients start at its first
 * position.
 *
 * @throws RangeError where the options are out of range
 */
export function chordHost(given: ChordHostOptions): Role<ChordHostSignature> {
  const known = ["virtualNodes", "space", "identifier", "successors", "members", "rules", "without", "lookups", "every", "fingersAtATime", "patience"];
  const { virtualNodes = 8, members = [], ...rest } = checkOptions("chordHost", given, known);
  integer("virtualNodes", virtualNodes, { min: 1, max: 1_000 });
  const positionsOf = (host: NodeId): readonly NodeId[] => Array.from({ length: virtualNodes }, (_, i) => positionOf(host, i));
  const each = chord({ ...rest, members: members.flatMap(positionsOf) });
  const rules = rulesOf(each);

  /** What a position of this host speaks to. */
  function outOf(self: ChordHost, { id }: ChordNode, out: Out<ChordHostSignature>): Out<ChordSignature> {
    return {
      send: (to, message) => out.send(hostOf(to), { kind: "between", from: id, to, message }),
      setTimer: (timer, after) => out.setTimer({ kind: "position", position: id, timer }, after),
      cancelTimer: (timer) => out.cancelTimer({ kind: "position", position: id, timer }),
      reply: (call, result) => reply(self, call, result, out),
      // The one durable field is written once for all positions.
      persist: () => undefined,
      write: () => undefined,
      decide: () => undefined,
      clock: () => out.clock(),
    };
  }

  /** A host has joined when its last position has. */
  function reply(self: ChordHost, call: Call, result: ChordReply, out: Out<ChordHostSignature>): void {
    if (call !== self.joining) return result.kind === "joined" ? undefined : out.reply(call, result);
    if (result.kind === "joined" && !self.positions.every(({ phase }) => phase === "member")) return;
    self.joining = null;
    out.reply(call, result);
  }

  function ask(self: ChordHost, node: ChordNode, request: ChordRequest, call: Call, out: Out<ChordHostSignature>): void {
    rules.request[request.kind]!(node, request, call, outOf(self, node, out));
  }

  const first = (self: ChordHost): ChordNode => self.positions[0]!;

  return {
    name: "chordHost",
    durable: ["hasRun"],

    init: (id) => ({ id, positions: positionsOf(id).map((position) => each.init(position)), joining: null, hasRun: false }),

    start(self, out) {
      for (const node of self.positions) {
        node.hasRun = self.hasRun;
        rules.start!(node, outOf(self, node, out));
      }
      self.hasRun = true;
      out.write();
    },

    request: {
      create(self, request, call, out) {
        if (self.positions.some(({ phase }) => phase !== "outside")) return out.reply(call, { kind: "failed", reason: "it is in a ring already" });
        self.joining = call;
        ask(self, first(self), request, call, out);
        for (const node of self.positions.slice(1)) ask(self, node, { kind: "join", via: first(self).id }, call, out);
      },

      join(self, { via }, call, out) {
        if (self.positions.some(({ phase }) => phase !== "outside")) return out.reply(call, { kind: "failed", reason: "it is in a ring already" });
        self.joining = call;
        for (const node of self.positions) ask(self, node, { kind: "join", via: positionOf(via, 0) }, call, out);
      },

      lookup: (self, request, call, out) => ask(self, first(self), request, call, out),
      put: (self, request, call, out) => ask(self, first(self), request, call, out),
      get: (self, request, call, out) => ask(self, first(self), request, call, out),
    },

    receive: {
      between(self, { from, to, message }, _from, out) {
        const node = self.positions.find(({ id }) => id === to);
        if (node) rules.receive[message.kind]!(node, message, from, outOf(self, node, out));
      },
    },

    timeout: {
      position(self, { position, timer }, out) {
        const node = self.positions.find(({ id }) => id === position);
        if (node) rules.timeout[timer.kind]!(node, timer, outOf(self, node, out));
      },
    },
  };
}
