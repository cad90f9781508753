import { integer, nodeNames, oneOf, options as checkOptions, delay as checkDelay, finite, show } from "../../core/parameters.js";
import type { Call, Delay, NodeId, Out, Role } from "../../core/role.js";
import type { Access, Ask, ChordMessage, Neighbours } from "./messages.js";
import { chordCorrections, type ChordCorrection } from "./corrections.js";
import { isBetween, isUpTo, remembered, type Identifier, type Space } from "./space.js";

/** What a node waits for an answer to. */
export type Pending =
  /** A step of an iterative lookup; `trail` is whom it asked before, `avoid` who did not answer. */
  | { readonly kind: "step"; readonly to: NodeId; readonly id: Identifier; readonly purpose: Purpose; readonly trail: readonly NodeId[]; readonly avoid: readonly NodeId[] }
  /** A recursive lookup, on its way somewhere. */
  | { readonly kind: "forward"; readonly id: Identifier; readonly purpose: Purpose }
  /** The first successor, asked by stabilise. */
  | { readonly kind: "successor"; readonly to: NodeId }
  /** The successor's predecessor, which may be the better successor. */
  | { readonly kind: "between"; readonly to: NodeId }
  /** The own predecessor, asked because another one claims its place, or just so. */
  | { readonly kind: "alive"; readonly to: NodeId; readonly rival: NodeId | null }
  /** The predecessor of a node that joins, for its successor list. */
  | { readonly kind: "join"; readonly to: NodeId }
  | { readonly kind: "transfer"; readonly to: NodeId; readonly keys: readonly string[] }
  | { readonly kind: "access"; readonly to: NodeId; readonly purpose: Purpose };

/** What a lookup is for. */
export type Purpose =
  | { readonly kind: "lookup"; readonly call: Call }
  | { readonly kind: "access"; readonly call: Call; readonly key: string; readonly value: string | null }
  | { readonly kind: "join" }
  | { readonly kind: "finger"; readonly k: number };

/** What a node of Chord knows. Nearly nothing of it survives a crash: a node that comes back has to join anew, without keys. */
export interface ChordNode {
  readonly id: NodeId;
  phase: "outside" | "joining" | "member";
  predecessor: NodeId | null;
  /** The next nodes clockwise, nearest first, at most r of them. A member has at least one, itself if it is alone. */
  successors: readonly NodeId[];
  /** Finger k is the first node at or after id + 2^k, as far as is known. */
  fingers: readonly (NodeId | null)[];
  nextFinger: number;
  /** Whom it asked to let it in, and for which client, while it joins. */
  joining: { readonly via: NodeId; readonly call: Call } | null;
  /** Whether it has ever run: a member of the first ring that comes back after a crash is none any more. Survives a crash. */
  hasRun: boolean;
  entries: Map<string, string>;
  queries: number;
  pending: Map<number, Pending>;
}

/** What a client may ask of a node of Chord. */
export type ChordRequest =
  | { readonly kind: "create" }
  | { readonly kind: "join"; readonly via: NodeId }
  | { readonly kind: "lookup"; readonly key: string }
  | { readonly kind: "put"; readonly key: string; readonly value: string }
  | { readonly kind: "get"; readonly key: string };

/** The answer to a client. */
export type ChordReply =
  | { readonly kind: "joined" }
  | { readonly kind: "owner"; readonly node: NodeId; /** Nodes asked on the way, the owner not counted. */ readonly hops: number }
  | { readonly kind: "value"; readonly value: string | null; readonly node: NodeId }
  | { readonly kind: "failed"; readonly reason: string };

/** The timers of a node. */
export type ChordTimer =
  | { readonly kind: "stabilise" }
  | { readonly kind: "fixFingers" }
  | { readonly kind: "checkPredecessor" }
  /** Try again to join. */
  | { readonly kind: "join" }
  | { readonly kind: "giveUp"; readonly query: number };

export type ChordSignature = {
  state: ChordNode;
  receives: ChordMessage;
  sends: ChordMessage;
  requests: ChordRequest;
  timers: ChordTimer;
  replies: ChordReply;
};

/** How nodes of one ring are made; all of them alike. */
export interface ChordOptions {
  /** The space of identifiers. */
  readonly space: Space;
  /** A node's identifier (default: the hash of its name). No two nodes may have the same. */
  readonly identifier?: (node: NodeId) => Identifier;
  /** The length r of the successor list (default 3). */
  readonly successors?: number;
  /** These nodes begin as a ring whose pointers are right. All others ask to be let in. (default none) */
  readonly members?: readonly NodeId[];
  /** "corrected" are the rules of Zave 2017; "original" those of the papers of 2001 and 2003 (default corrected). */
  readonly rules?: "corrected" | "original";
  /** Corrections that are left out of the corrected rules, to see what each is good for (default none). */
  readonly without?: readonly ChordCorrection[];
  /** Whether the node that asks goes from node to node itself, or each node passes the question on (default iterative). */
  readonly lookups?: "iterative" | "recursive";
  /** How often a node stabilises, in ms (default [400, 600]); fingers and predecessor are looked after as often. */
  readonly every?: Delay;
  /** How many fingers are looked up at a time (default 1, one after the other). With 0 they stay as they are. */
  readonly fingersAtATime?: number;
  /**
   * How long a node waits for an answer before it takes another for dead, in ms (default 100): more than a round trip. With
   * Infinity it never does by silence; a node that failed and came back still says that it is a stranger. That is for the
   * explorer, which knows no time, and would let patience end at once.
   */
  readonly patience?: number;
}

type O = Out<ChordSignature>;

/** Whom a node knows, by their places on the ring: each once, in the order in which they come clockwise. */
interface Chart {
  readonly successors: readonly NodeId[];
  readonly own: Identifier;
  readonly position: number;
  /** How far its first successor is. */
  readonly reach: number;
  readonly nodes: readonly NodeId[];
  readonly far: readonly number[];
}

/** An identifier as a number, by its first 52 bits: longer ones are rounded down. */
function numberOf(id: Identifier): number {
  return parseInt(id.length > 13 ? id.slice(0, 13) : id, 16);
}

/**
 * A node of Chord (Stoica, Morris, Karger, Kaashoek and Balakrishnan, SIGCOMM 2001; ToN 2003), with the corrections of Pamela
 * Zave ("Reasoning about Identifier Spaces: How to Make Chord Correct", IEEE TSE 2017): keys belong to the first node at or
 * clockwise after them; nodes know their neighbours, and fingers that halve the distance.
 *
 * The corrected rules differ from the original ones in these points:
 *
 * 1. A node that joins takes over the whole successor list of its predecessor, not just one successor.
 * 2. Stabilise adopts the successor's predecessor only once that one has answered.
 * 3. Who is notified replaces its predecessor if the new one is closer, or if the old one is dead (rectify).
 * 4. The ring begins with at least r + 1 members.
 *
 * A node that is about to change its successors says that it is busy in place of an answer, as Verdi's proof of this
 * protocol demands of message passing.
 *
 * @throws RangeError where the options are out of range
 */
export function chord(given: ChordOptions): Role<ChordSignature> {
  const known = ["space", "identifier", "successors", "members", "rules", "without", "lookups", "every", "fingersAtATime", "patience"];
  const { space, successors: r = 3, members = [], rules = "corrected", without = [], lookups = "iterative", every = [400, 600] } = checkOptions("chord", given, known);
  const { fingersAtATime = 1, patience = 100 } = given;
  const zero = space.of(0);
  const identifier = remembered((node: NodeId): Identifier => {
    const id = given.identifier === undefined ? space.hash(node) : given.identifier(node);
    const isOne = typeof id === "string" && id.length === zero.length && /^[0-9a-f]+$/.test(id) && BigInt(`0x${id}`) < 1n << BigInt(space.bits);
    if (!isOne) throw new RangeError(`identifier must give one of ${space.bits} bits, in ${zero.length} hexadecimal digits, got ${show(id)} for ${node}`);
    return id;
  });
  integer("successors", r, { min: 1, max: 64 });
  nodeNames("members", members, { min: 0 });
  oneOf("rules", rules, ["corrected", "original"]);
  oneOf("lookups", lookups, ["iterative", "recursive"]);
  checkDelay("every", every);
  if (patience !== Infinity) finite("patience", patience);
  integer("fingersAtATime", fingersAtATime, { max: space.bits });
  for (const [i, correction] of without.entries()) oneOf(`without[${i}]`, correction, chordCorrections);
  const has = (correction: ChordCorrection): boolean => rules === "corrected" && !without.includes(correction);
  const [takesWholeList, asksCandidate, rectifies] = [has("whole list"), has("asked candidate"), has("rectify")];
  const sorted = [...members].sort((a, b) => (identifier(a) < identifier(b) ? -1 : 1));
  const twice = sorted.find((node, i) => i > 0 && identifier(node) === identifier(sorted[i - 1]!));
  if (twice) throw new RangeError(`members must have different identifiers, got ${identifier(twice)} for ${sorted.filter((node) => identifier(node) === identifier(twice)).join(" and ")}`);

  /** How many positions there are. */
  const positions = 16 ** Math.min(13, Math.ceil(space.bits / 4));
  const places = new Map(sorted.map((node, i) => [node, i]));

  /** The first member of the first ring at or after an identifier. */
  function firstMember(id: Identifier): NodeId {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (identifier(sorted[middle]!) < id) low = middle + 1;
      else high = middle;
    }
    return sorted[low % sorted.length]!;
  }

  /** The fingers of a member of the first ring. Most of them are its successor. */
  function firstFingers(at: number): readonly NodeId[] {
    const own = identifier(sorted[at]!);
    const successor = sorted[(at + 1) % sorted.length]!;
    const place = identifier(successor);
    return Array.from({ length: space.bits }, (_, k) => {
      const begin = space.after(own, k);
      return isUpTo(begin, own, place) ? successor : firstMember(begin);
    });
  }

  /** Ask a question, and wait for its answer no longer than `patience`. */
  function ask(self: ChordNode, pending: Pending, out: O, message: (query: number) => ChordMessage, to: NodeId): void {
    const query = wait(self, pending, out);
    out.send(to, message(query));
  }

  /** The number of a question that is asked now. */
  function wait(self: ChordNode, pending: Pending, out: O): number {
    const query = self.queries++;
    self.pending.set(query, pending);
    if (patience !== Infinity) out.setTimer({ kind: "giveUp", query }, pending.kind === "forward" ? 10 * patience : patience);
    return query;
  }

  /** What the answer with this number is an answer to; null for one that came too late or twice. */
  function answered<K extends Pending["kind"]>(self: ChordNode, query: number, kinds: readonly K[], out: O): Extract<Pending, { readonly kind: K }> | null {
    const pending = self.pending.get(query);
    if (!pending || !kinds.includes(pending.kind as K)) return null;
    self.pending.delete(query);
    if (patience !== Infinity) out.cancelTimer({ kind: "giveUp", query });
    return pending as Extract<Pending, { readonly kind: K }>;
  }

  /** Where those lie whom a node knows. A lookup asks for nothing else, and must not compute it anew at every step. */
  const charts = new WeakMap<object, Chart>();

  function chartOf(self: ChordNode): Chart {
    const { fingers, successors } = self;
    const known = charts.get(fingers);
    if (known !== undefined && known.successors === successors) return known;
    const own = identifier(self.id);
    const position = numberOf(own);
    const nodes: NodeId[] = [];
    const far: number[] = [];
    let isSorted = true;
    for (const list of [successors, fingers]) {
      for (const node of list) {
        if (node === null || node === self.id || node === nodes.at(-1) || nodes.includes(node)) continue;
        const reach = distance(position, numberOf(identifier(node)));
        isSorted &&= far.length === 0 || far.at(-1)! < reach;
        nodes.push(node);
        far.push(reach);
      }
    }
    // Most often they are in order. Distances may be rounded, so that only identifiers can tell which is closer.
    if (!isSorted) {
      nodes.sort((a, b) => (isBetween(identifier(a), own, identifier(b)) ? -1 : 1));
      for (const [i, node] of nodes.entries()) far[i] = distance(position, numberOf(identifier(node)));
    }
    const chart: Chart = { successors, own, position, reach: distance(position, numberOf(identifier(successors[0] ?? self.id))), nodes, far };
    charts.set(fingers, chart);
    return chart;
  }

  /** How far it is clockwise from one position to another. */
  function distance(from: number, to: number): number {
    return to >= from ? to - from : to - from + positions;
  }

  /**
   * The closest node before an identifier of all that this one knows: fingers and successors (figure 4, and section 5.3).
   * `target` is how far the identifier is.
   */
  function closestPreceding({ own, nodes, far }: Chart, id: Identifier, target: number, avoid: readonly NodeId[]): NodeId | null {
    for (let i = far.length - 1; i >= 0; i--) {
      const reach = far[i]!;
      if (reach > target) continue;
      const node = nodes[i]!;
      // Strictly before: a node just at the identifier holds it, and is no step on the way. Distances that are equal, or
      // nothing, may be rounded: a node just behind this one is as far away as can be.
      if ((reach === target || reach === 0) && !isBetween(identifier(node), own, id)) continue;
      if (avoid.length === 0 || !avoid.includes(node)) return node;
    }
    return null;
  }

  /** One step of find_successor: the owner, or whom to ask next. */
  function next(self: ChordNode, id: Identifier, avoid: readonly NodeId[]): { readonly isOwner: boolean; readonly node: NodeId } {
    const chart = chartOf(self);
    const target = distance(chart.position, numberOf(id));
    // Distances decide where they differ; where they may only be rounded to the same, the identifiers do.
    if (avoid.length === 0 && chart.reach !== 0 && target > chart.reach) {
      const closest = closestPreceding(chart, id, target, avoid);
      if (closest !== null) return { isOwner: false, node: closest };
    }
    const successor = (avoid.length === 0 ? self.successors[0] : self.successors.find((node) => !avoid.includes(node))) ?? self.id;
    if (isUpTo(id, chart.own, identifier(successor))) return { isOwner: true, node: successor };
    return { isOwner: false, node: closestPreceding(chart, id, id === chart.own ? Infinity : target, avoid) ?? successor };
  }

  /** Look an identifier up, from oneself on, or from the node that lets one in. */
  function look(self: ChordNode, id: Identifier, purpose: Purpose, out: O): void {
    if (self.phase !== "member") {
      if (purpose.kind === "join" && self.joining !== null) stepTo(self, self.joining.via, id, purpose, [], [], out);
      else finish(self, purpose, null, 0, out);
      return;
    }
    const { isOwner, node } = next(self, id, []);
    if (isOwner) return finish(self, purpose, node, 0, out);
    if (lookups === "iterative") return stepTo(self, node, id, purpose, [self.id], [], out);
    const query = wait(self, { kind: "forward", id, purpose }, out);
    out.send(node, { kind: "forward", query, id, asker: self.id, hops: 1 });
  }

  function stepTo(self: ChordNode, to: NodeId, id: Identifier, purpose: Purpose, trail: readonly NodeId[], avoid: readonly NodeId[], out: O): void {
    const query = wait(self, { kind: "step", to, id, purpose, trail, avoid }, out);
    out.send(to, { kind: "step", query, id, avoid });
  }

  /** What a lookup was for, now that its owner is known; null if it has failed. */
  function finish(self: ChordNode, purpose: Purpose, owner: NodeId | null, hops: number, out: O): void {
    switch (purpose.kind) {
      case "lookup":
        return out.reply(purpose.call, owner === null ? { kind: "failed", reason: "nobody answered" } : { kind: "owner", node: owner, hops });
      case "access":
        if (owner === null) return out.reply(purpose.call, { kind: "failed", reason: "nobody answered" });
        return ask(self, { kind: "access", to: owner, purpose }, out, (query): Access => ({ kind: "access", query, key: purpose.key, value: purpose.value }), owner);
      case "finger":
        if (owner !== null && self.phase === "member" && self.fingers[purpose.k] !== owner) {
          self.fingers = self.fingers.map((finger, k) => (k === purpose.k ? owner : finger));
        }
        return;
      case "join":
        return; // of a join the trail is wanted, not the owner: see hop
    }
  }

  /** Take nodes as the successor list: nearest first, without doubles, not beyond oneself, cut to r. */
  function follow(self: ChordNode, nodes: readonly NodeId[]): void {
    const list: NodeId[] = [];
    for (const node of nodes) {
      if (node === self.id || list.includes(node)) break;
      list.push(node);
    }
    if (list.length === 0) list.push(self.id);
    else if (list.length > r) list.length = r;
    const isNew = list.length !== self.successors.length || list.some((node, i) => node !== self.successors[i]);
    if (isNew) self.successors = list;
  }

  function becomeMember(self: ChordNode, out: O): void {
    self.phase = "member";
    if (self.joining !== null) out.reply(self.joining.call, { kind: "joined" });
    self.joining = null;
    out.setTimer({ kind: "stabilise" }, every);
    if (fingersAtATime > 0) out.setTimer({ kind: "fixFingers" }, every);
    if (rules === "original") out.setTimer({ kind: "checkPredecessor" }, every);
  }

  /** Take a new predecessor, and hand it the keys that are its own from now on. */
  function precede(self: ChordNode, predecessor: NodeId, out: O): void {
    self.predecessor = predecessor;
    handOver(self, out);
  }

  /** Hand on what belongs before the predecessor, one parcel at a time. Nothing is forgotten before it has arrived. */
  function handOver(self: ChordNode, out: O): void {
    const { predecessor } = self;
    if (predecessor === null || [...self.pending.values()].some(({ kind }) => kind === "transfer")) return;
    const entries = [...self.entries].filter(([key]) => !isUpTo(space.hash(key), identifier(predecessor), identifier(self.id)));
    if (entries.length === 0) return;
    const keys = entries.map(([key]) => key);
    ask(self, { kind: "transfer", to: predecessor, keys }, out, (query) => ({ kind: "transfer", query, entries }), predecessor);
  }

  /** A node has not answered: it is taken for dead, and forgotten as a finger and successor. */
  function forget(self: ChordNode, dead: NodeId): void {
    if (self.fingers.includes(dead)) self.fingers = self.fingers.map((node) => (node === dead ? null : node));
    if (!self.successors.includes(dead)) return;
    const left = self.successors.filter((node) => node !== dead);
    if (left.length > 0) return follow(self, left);
    // All successors are dead, which was not to happen. The nearest of all others that it knows is the best that is left.
    const nearest = [...self.fingers, self.predecessor].reduce(
      (best, node) => (node === null || node === dead || node === self.id || (best !== null && !isBetween(identifier(node), identifier(self.id), identifier(best))) ? best : node), null);
    follow(self, nearest === null ? [] : [nearest]);
  }

  function askSuccessor(self: ChordNode, out: O): void {
    const [to] = self.successors;
    if (to === undefined) return;
    if (to === self.id) {
      // Alone as far as it knows: whoever has notified it is its successor, too.
      if (self.predecessor !== null && self.predecessor !== self.id) follow(self, [self.predecessor]);
      else return;
    }
    const first = self.successors[0]!;
    ask(self, { kind: "successor", to: first }, out, (query): Ask => ({ kind: "ask", query }), first);
  }

  /** Whether a question is open whose answer may change the successors. */
  function isChanging(self: ChordNode): boolean {
    return [...self.pending.values()].some(({ kind }) => kind === "between" || kind === "join");
  }

  return {
    name: "chord",
    durable: ["hasRun"],

    init(id) {
      const at = places.get(id) ?? -1;
      const isMember = at >= 0;
      const self: ChordNode = {
        id, phase: isMember ? "member" : "outside", predecessor: isMember && sorted.length > 1 ? sorted.at(at - 1)! : null, successors: [],
        fingers: isMember ? firstFingers(at) : Array.from({ length: space.bits }, () => null),
        nextFinger: 0, joining: null, hasRun: false, entries: new Map(), queries: 0, pending: new Map(),
      };
      if (isMember) {
        follow(self, Array.from({ length: Math.min(r, sorted.length) }, (_, i) => sorted[(at + 1 + i) % sorted.length]!));
        chartOf(self);
      }
      return self;
    },

    // A member of the first ring goes to work; one that comes back is a stranger.
    start(self, out) {
      if (!self.hasRun && self.phase === "member") {
        becomeMember(self, out);
      } else {
        self.phase = "outside";
        self.predecessor = null;
        self.successors = [];
        self.fingers = self.fingers.map(() => null);
      }
      self.hasRun = true;
      out.write();
    },

    request: {
      // The first node of a ring: its own successor.
      create(self, _request, call, out) {
        if (self.phase !== "outside") return out.reply(call, { kind: "failed", reason: "it is in a ring already" });
        self.successors = [self.id];
        becomeMember(self, out);
        out.reply(call, { kind: "joined" });
      },

      // Find one's place: by way of a member, one's own predecessor to be.
      join(self, { via }, call, out) {
        if (self.phase !== "outside") return out.reply(call, { kind: "failed", reason: "it is in a ring already" });
        if (via === self.id) return out.reply(call, { kind: "failed", reason: "it must join by way of another node" });
        self.phase = "joining";
        self.joining = { via, call };
        look(self, identifier(self.id), { kind: "join" }, out);
      },

      lookup(self, { key }, call, out) {
        look(self, space.hash(key), { kind: "lookup", call }, out);
      },

      put(self, { key, value }, call, out) {
        look(self, space.hash(key), { kind: "access", call, key, value }, out);
      },

      get(self, { key }, call, out) {
        look(self, space.hash(key), { kind: "access", call, key, value: null }, out);
      },
    },

    receive: {
      // find_successor, one step (figure 4).
      step(self, { query, id, avoid }, from, out) {
        if (self.phase !== "member") return out.send(from, { kind: "stranger", query });
        const { isOwner, node } = next(self, id, avoid);
        out.send(from, { kind: "hop", query, isOwner, node });
      },

      hop(self, { query, isOwner, node }, from, out) {
        const pending = answered(self, query, ["step"], out);
        if (!pending) return;
        const { id, purpose, trail, avoid } = pending;
        const hops = trail.length;
        if (!isOwner) {
          // No progress, as while pointers are being repaired, must not go round for ever.
          if (hops > 2 * space.bits || trail.includes(node)) return lost(self, purpose, out);
          return stepTo(self, node, id, purpose, [...trail, from], avoid, out);
        }
        if (purpose.kind !== "join") return finish(self, purpose, node, hops, out);
        if (self.joining === null) return;
        if (node !== self.id && identifier(node) === id) {
          out.reply(self.joining.call, { kind: "failed", reason: `the identifier ${id} is ${node}'s` });
          self.joining = null;
          self.phase = "outside";
          return;
        }
        if (!takesWholeList) {
          // Join of figure 7: a successor is all that it knows.
          follow(self, [node]);
          return becomeMember(self, out);
        }
        // The one that answers is the predecessor to be.
        ask(self, { kind: "join", to: from }, out, (next): Ask => ({ kind: "ask", query: next }), from);
      },

      forward(self, { query, id, asker, hops }, _from, out) {
        if (self.phase !== "member" || hops > 2 * space.bits) return;
        const { isOwner, node } = next(self, id, []);
        if (isOwner) out.send(asker, { kind: "found", query, owner: node, hops });
        else out.send(node, { kind: "forward", query, id, asker, hops: hops + 1 });
      },

      found(self, { query, owner, hops }, _from, out) {
        const pending = answered(self, query, ["forward"], out);
        if (pending) finish(self, pending.purpose, owner, hops, out);
      },

      ask(self, { query }, from, out) {
        if (self.phase !== "member") return out.send(from, { kind: "stranger", query });
        const isBusy = rules === "corrected" && isChanging(self);
        out.send(from, { kind: "neighbours", query, predecessor: self.predecessor, successors: [...self.successors], isBusy });
      },

      neighbours(self, message, from, out) {
        const pending = answered(self, message.query, ["successor", "between", "alive", "join"], out);
        if (pending) heard(self, pending, message, from, out);
      },

      // A node outside the ring counts as dead: also one that crashed and is back without all that it knew.
      stranger(self, { query }, _from, out) {
        if (patience !== Infinity) out.cancelTimer({ kind: "giveUp", query });
        silent(self, query, out);
      },

      // Rectify: a closer predecessor is taken at once; another one if the present one is dead.
      notify(self, _message, from, out) {
        if (self.phase !== "member" || from === self.id || from === self.predecessor) return;
        if (self.predecessor === null || isBetween(identifier(from), identifier(self.predecessor), identifier(self.id))) return precede(self, from, out);
        if (!rectifies) return;
        const { predecessor } = self;
        ask(self, { kind: "alive", to: predecessor, rival: from }, out, (query): Ask => ({ kind: "ask", query }), predecessor);
      },

      // Keys of one's own, from the node that held them before.
      transfer(self, { query, entries }, from, out) {
        if (self.phase !== "member") return out.send(from, { kind: "stranger", query });
        for (const [key, value] of entries) if (!self.entries.has(key)) self.entries.set(key, value);
        out.send(from, { kind: "transferred", query });
        handOver(self, out); // what belongs to somebody further back, who joined first
      },

      transferred(self, { query }, _from, out) {
        const pending = answered(self, query, ["transfer"], out);
        for (const key of pending?.keys ?? []) self.entries.delete(key);
        handOver(self, out);
      },

      access(self, { query, key, value }, from, out) {
        const { predecessor } = self;
        const isOwner = self.phase === "member" && (predecessor === null || isUpTo(space.hash(key), identifier(predecessor), identifier(self.id)));
        if (isOwner && value !== null) self.entries.set(key, value);
        out.send(from, { kind: "accessed", query, value: self.entries.get(key) ?? null, isOwner });
      },

      accessed(self, { query, value, isOwner }, from, out) {
        const pending = answered(self, query, ["access"], out);
        if (pending?.purpose.kind !== "access") return;
        out.reply(pending.purpose.call, isOwner ? { kind: "value", value, node: from } : { kind: "failed", reason: `${from} does not hold the key` });
      },
    },

    timeout: {
      stabilise(self, _timer, out) {
        out.setTimer({ kind: "stabilise" }, every);
        handOver(self, out);
        if (![...self.pending.values()].some(({ kind }) => kind === "successor" || kind === "between")) askSuccessor(self, out);
      },

      fixFingers(self, _timer, out) {
        out.setTimer({ kind: "fixFingers" }, every);
        for (let i = 0; i < fingersAtATime; i++) {
          const k = self.nextFinger;
          self.nextFinger = (k + 1) % space.bits;
          look(self, space.after(identifier(self.id), k), { kind: "finger", k }, out);
        }
      },

      checkPredecessor(self, _timer, out) {
        out.setTimer({ kind: "checkPredecessor" }, every);
        const { predecessor } = self;
        if (predecessor === null || predecessor === self.id) return;
        ask(self, { kind: "alive", to: predecessor, rival: null }, out, (query): Ask => ({ kind: "ask", query }), predecessor);
      },

      join(self, _timer, out) {
        if (self.phase === "joining") look(self, identifier(self.id), { kind: "join" }, out);
      },

      giveUp(self, { query }, out) {
        silent(self, query, out);
      },
    },
  };

  /** No answer, or none from a member: who was asked is taken for dead. */
  function silent(self: ChordNode, query: number, out: O): void {
    const pending = self.pending.get(query);
    if (!pending) return;
    self.pending.delete(query);
    switch (pending.kind) {
      case "step": {
        // Back to the last one that answered, and around the one that did not.
        const { to, id, purpose, trail, avoid } = pending;
        forget(self, to);
        const last = trail.at(-1);
        if (last === undefined || avoid.length > 2 * space.bits) return lost(self, purpose, out);
        const around = [...avoid, to];
        if (last !== self.id) return stepTo(self, last, id, purpose, trail.slice(0, -1), around, out);
        const { isOwner, node } = next(self, id, around);
        if (isOwner) return finish(self, purpose, node, 0, out);
        return stepTo(self, node, id, purpose, trail, around, out);
      }
      case "forward":
      case "access":
        return lost(self, pending.purpose, out);
      case "successor":
        // The next on the list takes its place, and is asked at once.
        forget(self, pending.to);
        return askSuccessor(self, out);
      case "between":
        return tell(self, out);
      case "alive":
        if (self.predecessor !== pending.to) return;
        if (pending.rival !== null) return precede(self, pending.rival, out);
        self.predecessor = null;
        return;
      case "join":
        return out.setTimer({ kind: "join" }, every);
      case "transfer":
        return; // the keys stay here; the next predecessor gets them
    }
  }

  /** An answer with somebody's neighbours, to one of four questions. */
  function heard(self: ChordNode, pending: Extract<Pending, { kind: "successor" | "between" | "alive" | "join" }>, { predecessor, successors, isBusy }: Neighbours, from: NodeId, out: O): void {
    switch (pending.kind) {
      case "join": {
        if (self.phase !== "joining") return;
        // Its place may have been taken meanwhile: then it is not the predecessor to be any more.
        if (isBusy || !isUpTo(identifier(self.id), identifier(from), identifier(successors[0]!))) return out.setTimer({ kind: "join" }, every);
        // Who was a member before, and is back, may still be in the list: it must not take itself for its successor.
        const others = successors.filter((node) => node !== self.id);
        follow(self, others.length === 0 ? [from] : others);
        return becomeMember(self, out);
      }
      case "successor": {
        if (isBusy || self.successors[0] !== from) return;
        follow(self, [from, ...successors]);
        if (predecessor === null || !isBetween(identifier(predecessor), identifier(self.id), identifier(from))) return tell(self, out);
        if (asksCandidate) {
          ask(self, { kind: "between", to: predecessor }, out, (query): Ask => ({ kind: "ask", query }), predecessor);
          return;
        }
        follow(self, [predecessor, ...self.successors]);
        return tell(self, out);
      }
      case "between":
        // It lives: the better successor, and its list.
        if (!isBusy && isBetween(identifier(from), identifier(self.id), identifier(self.successors[0]!))) follow(self, [from, ...successors]);
        return tell(self, out);
      case "alive":
        return; // it lives, and stays the predecessor
    }
  }

  function tell(self: ChordNode, out: O): void {
    const [successor] = self.successors;
    if (successor !== undefined && successor !== self.id) out.send(successor, { kind: "notify" });
  }

  function lost(self: ChordNode, purpose: Purpose, out: O): void {
    if (purpose.kind === "join" && self.phase === "joining") return out.setTimer({ kind: "join" }, every);
    finish(self, purpose, null, 0, out);
  }
}
