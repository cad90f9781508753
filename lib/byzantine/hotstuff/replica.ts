import { finite, integer, nodeNames, options } from "../../core/parameters.js";
import type { NodeId, Out, Role } from "../../core/role.js";
import type { StateMachine } from "../../consensus/state-machine.js";
import { digestOf, keyRing, type KeyRing, type Signed } from "../keys.js";
import type { LastReply, Reply, Request } from "../pbft/messages.js";
import { mostFaults } from "../pbft/quorum.js";
import type { Executed } from "../pbft/state.js";
import type { Block, Certified, HotStuffMessage, NextView, Phase, Proceed, Propose, Vote, Votes } from "./messages.js";

/** What a replica of HotStuff knows. Nothing survives a crash: one that has crashed counts among the f faulty ones. */
export interface HotStuffReplica<S = unknown, C = unknown, R = unknown> {
  readonly id: NodeId;
  view: number;
  /** The blocks that it has, by digest. */
  readonly blocks: Map<string, Block<C>>;
  /** The latest certificate of phase one that it has seen: what the next leader should build on. */
  prepared: Certified | null;
  /** The latest certificate of phase two: it votes for nothing that contradicts its block, unless shown a later one. */
  locked: Certified | null;
  /** The phases of its view in which it has voted. */
  readonly voted: Set<Phase>;
  /** As leader: who has come to its view; the votes of each phase; what it has proposed. */
  readonly arrivals: Map<NodeId, NextView>;
  readonly votes: Map<Phase, Votes>;
  proposal: string | null;
  /** A proposal of a view to which it has not come yet. */
  early: Propose<C> | null;
  /** A decided block that it cannot execute, because it lacks one before it. */
  pending: string | null;
  readonly waiting: Map<string, Signed<Request<C>>>;
  /** The last block that it has executed, and its height. */
  executed: string | null;
  height: number;
  state: S;
  readonly replies: Map<NodeId, LastReply<R>>;
  /** The view after that of the last decision that it knows. */
  since: number;
  isTiming: boolean;
}

export type HotStuffSignature<S = unknown, C = unknown, R = unknown> = {
  state: HotStuffReplica<S, C, R>;
  receives: HotStuffMessage<C> | Signed<Request<C>>;
  timers: { readonly kind: "patience" };
  sends: HotStuffMessage<C> | Signed<Request<C>> | Reply<R>;
  decides: Executed<C>;
};

export interface HotStuffOptions<S = unknown, C = unknown, R = unknown> {
  readonly replicas: readonly NodeId[];
  readonly machine: StateMachine<S, C, R>;
  /** How many replicas may lie. Default: ⌊(n − 1) / 3⌋. */
  readonly f?: number;
  /** How many votes make a certificate. Default n − f; less only to show what becomes of it. */
  readonly quorum?: number;
  /** How many requests a block holds at most. Default 1. */
  readonly maxBatch?: number;
  /** How long a replica waits for a decision before it goes on to the next view, in ms; doubled with each view. Default 300. */
  readonly patience?: number;
  readonly keys?: KeyRing;
}

type Self = HotStuffReplica;
type To = Out<HotStuffSignature>;

/**
 * A replica of basic HotStuff (Yin et al. 2019, section 4, algorithm 2). Replicas talk to the leader alone, who makes one
 * certificate of their votes and sends it to all: every phase takes messages in proportion to n, and so does the change of the
 * leader, which is no separate protocol: each view begins with the latest certificate of n − f replicas. The price is a third
 * phase, and two message delays for each.
 *
 * The leader changes with every view, and a view ends with a decision or a time-out. Where the paper leaves it open: a replica
 * goes to the view of a proposal that is justified by the view right before, or to which f + 1 others have gone, or waits for
 * its own time-out, of which it tells all. Clients ask all replicas, as each will lead sooner or later. Links are taken for reliable, as in the paper: within a view nothing is sent twice.
 *
 * @throws RangeError or TypeError for an option that is unknown or out of its range
 */
export function hotStuff<S, C, R>(given: HotStuffOptions<S, C, R>): Role<HotStuffSignature<S, C, R>> {
  const { replicas, machine, maxBatch = 1, patience = 300, keys = keyRing(), ...rest } = options("hotStuff", given, [
    "replicas", "machine", "f", "quorum", "maxBatch", "patience", "keys",
  ]);
  nodeNames("replicas", replicas);
  options("machine", machine, ["initial", "apply"]);
  const n = replicas.length;
  const f = integer("f", rest.f ?? mostFaults(n), { max: n - 1 });
  const k = integer("quorum", rest.quorum ?? n - f, { min: 1, max: n });
  integer("maxBatch", maxBatch, { min: 1 });
  finite("patience", patience, { min: 1 });
  const group = { k, members: replicas };

  const leaderOf = (view: number): NodeId => replicas[view % n]!;
  const isCertified = (justify: Certified | null): boolean => justify === null || keys.verifyCombined(justify, group);
  const viewOf = (certificate: Certified | null): number => certificate?.view ?? 0;
  const nameOf = ({ client, timestamp }: Request): string => `${client}#${timestamp}`;

  /** The leader is one of the replicas: what it tells all, it takes to heart itself. */
  function tellAll(self: Self, message: Propose | Proceed, out: To): void {
    for (const replica of replicas) if (replica !== self.id) out.send(replica, message);
    if (message.kind === "propose") proposed(self, message, self.id, out);
    else proceed(self, message, self.id, out);
  }

  function tellLeader(self: Self, message: NextView | Signed<Vote>, view: number, out: To): void {
    const leader = leaderOf(view);
    if (leader !== self.id) out.send(leader, message);
    else if (message.kind === "vote") vote(self, message, self.id, out);
    else nextView(self, message, self.id, out);
  }

  function goTo(self: Self, view: number, out: To): void {
    self.view = view;
    // Time for this view, and twice as much as the last had: by and by all are in one view for long enough.
    if (self.isTiming) out.cancelTimer({ kind: "patience" });
    self.isTiming = false;
    setPatience(self, out);
    self.voted.clear();
    self.votes.clear();
    self.proposal = null;
    for (const [node, arrival] of self.arrivals) if (arrival.view < view) self.arrivals.delete(node);
    tellLeader(self, { kind: "nextView", view, justify: self.prepared }, view, out);
    const { early } = self;
    self.early = null;
    if (early && early.view >= view) proposed(self, early, leaderOf(early.view), out);
  }

  function setPatience(self: Self, out: To): void {
    if (self.isTiming || self.waiting.size === 0) return;
    self.isTiming = true;
    out.setTimer({ kind: "patience" }, patience * 2 ** Math.min(self.view - self.since, 6));
  }

  function nextView(self: Self, message: NextView, from: NodeId, out: To): void {
    if (message.view < self.view || !replicas.includes(from) || !isCertified(message.justify)) return;
    if ((self.arrivals.get(from)?.view ?? -1) >= message.view) return;
    self.arrivals.set(from, message);
    // One of f + 1 is honest: whoever is behind them goes along, so that all are in one view for a while.
    const ahead = [...self.arrivals.values()].map(({ view }) => view).filter((view) => view > self.view);
    if (ahead.length > f) return goTo(self, Math.min(...ahead), out);
    propose(self, out);
  }

  /** The leader waits for n − f replicas to come to its view, and proposes a block behind the latest certificate that they show. */
  function propose(self: Self, out: To): void {
    if (leaderOf(self.view) !== self.id || self.proposal !== null) return;
    const there = [...self.arrivals.values()].filter(({ view }) => view === self.view);
    if (there.length < k) return;
    const justify = there.reduce<Certified | null>((latest, arrival) => (viewOf(arrival.justify) > viewOf(latest) ? arrival.justify : latest), null);
    const parent = justify?.block ?? null;
    if (parent !== null && !self.blocks.has(parent)) return; // `nextView` brings it again with the next view
    const under = new Set<string>();
    for (let at = parent; at !== null && at !== self.executed; at = self.blocks.get(at)?.parent ?? null) {
      for (const request of self.blocks.get(at)?.requests ?? []) under.add(nameOf(request));
    }
    const requests = [...self.waiting.values()].filter((request) => !under.has(nameOf(request))).slice(0, maxBatch);
    // An empty block carries an undecided one below it to its decision.
    if (requests.length === 0 && under.size === 0) return;
    const block: Block = { parent, height: parent === null ? 1 : self.blocks.get(parent)!.height + 1, requests };
    self.proposal = digestOf(block);
    tellAll(self, { kind: "propose", view: self.view, block, justify }, out);
  }

  function proposed(self: Self, message: Propose, from: NodeId, out: To): void {
    const { view, block, justify } = message;
    if (from !== leaderOf(view) || view < self.view || !isCertified(justify)) return;
    if (view > self.view) {
      self.early = message;
      if (justify?.view === view - 1) goTo(self, view, out);
      return;
    }
    if (self.voted.has("prepare") || block.parent !== (justify?.block ?? null)) return;
    if (justify && justify.phase !== "prepare") return;
    if (!block.requests.every((request) => request.signer === request.client && keys.verify(request))) return;
    const digest = digestOf(block);
    self.blocks.set(digest, block);
    for (const request of block.requests) awaitIt(self, request, out);
    // The predicate safeNode: the block comes after the locked one, or the certificate is of a later view than the lock.
    if (!extendsBlock(self, digest, self.locked?.block ?? null) && viewOf(justify) <= viewOf(self.locked)) return;
    cast(self, "prepare", digest, out);
  }

  function extendsBlock(self: Self, digest: string, ancestor: string | null): boolean {
    if (ancestor === null) return true;
    for (let at: string | null = digest; at !== null; at = self.blocks.get(at)?.parent ?? null) if (at === ancestor) return true;
    return false;
  }

  function cast(self: Self, phase: Phase, block: string, out: To): void {
    self.voted.add(phase);
    const { view } = self;
    tellLeader(self, keys.pen(self.id).sign({ kind: "vote" as const, phase, view, block }), view, out);
  }

  /** With n − f votes the leader has a certificate, and goes on to the next phase. */
  function vote(self: Self, message: Signed<Vote>, from: NodeId, out: To): void {
    const { phase, view, block, signer } = message;
    if (signer !== from || view !== self.view || block !== self.proposal || !keys.verify(message)) return;
    let votes = self.votes.get(phase);
    if (!votes) self.votes.set(phase, (votes = new Map()));
    if (votes.size >= k) return;
    votes.set(from, message);
    if (votes.size < k) return;
    const justify = keys.combine({ kind: "vote" as const, phase, view, block }, { ...group, shares: [...votes.values()] });
    if (justify) tellAll(self, { kind: ({ prepare: "preCommit", preCommit: "commit", commit: "decide" } as const)[phase], view, justify }, out);
  }

  function proceed(self: Self, { kind, view, justify }: Proceed, from: NodeId, out: To): void {
    const phase = ({ preCommit: "prepare", commit: "preCommit", decide: "commit" } as const)[kind];
    if (justify.phase !== phase || justify.view !== view || !isCertified(justify)) return;
    if (kind === "decide") {
      self.since = Math.max(self.since, view + 1);
      decided(self, justify.block, from, out);
      if (view >= self.view) goTo(self, view + 1, out);
      return;
    }
    if (from !== leaderOf(view) || view !== self.view || self.voted.has(kind)) return;
    if (kind === "preCommit") self.prepared = justify;
    else self.locked = justify;
    cast(self, kind, justify.block, out);
  }

  /** A block is decided, and with it all that it comes after. */
  function decided(self: Self, digest: string, from: NodeId, out: To): void {
    const path: [string, Block][] = [];
    for (let at: string | null = digest; at !== null && at !== self.executed; ) {
      const block: Block | undefined = self.blocks.get(at);
      if (!block) {
        self.pending = digest;
        if (from !== self.id) out.send(from, { kind: "need", block: at });
        return;
      }
      if (block.height <= self.height) return; // executed long ago
      path.push([at, block]);
      at = block.parent;
    }
    self.pending = null;
    for (const [name, block] of path.reverse()) {
      for (const { client, timestamp, operation } of block.requests) {
        const last = self.replies.get(client);
        if (last && last.timestamp >= timestamp) continue;
        const { state, result } = machine.apply(self.state as S, operation as C);
        self.state = state;
        self.replies.set(client, { timestamp, result });
        // Who leads next is whom to ask next.
        out.send(client, { kind: "reply", view: self.view + 1, timestamp, result, tentative: false });
      }
      self.executed = name;
      self.height = block.height;
      out.decide({ n: block.height, digest: name, operations: block.requests.map(({ operation }) => operation) });
    }
    for (const [name, { client, timestamp }] of self.waiting) if ((self.replies.get(client)?.timestamp ?? 0) >= timestamp) self.waiting.delete(name);
    if (self.isTiming) out.cancelTimer({ kind: "patience" });
    self.isTiming = false;
    setPatience(self, out);
  }

  function awaitIt(self: Self, request: Signed<Request>, out: To): void {
    if ((self.replies.get(request.client)?.timestamp ?? 0) >= request.timestamp) return;
    self.waiting.set(nameOf(request), request);
    setPatience(self, out);
  }

  const role: Role<HotStuffSignature> = {
    name: "replica",
    durable: [],
    init: (id) => ({
      id, view: 1, blocks: new Map(), prepared: null, locked: null, voted: new Set(), arrivals: new Map(), votes: new Map(), proposal: null,
      early: null, pending: null, waiting: new Map(), executed: null, height: 0, state: machine.initial, replies: new Map(), since: 1, isTiming: false,
    }),
    start: (self, out) => goTo(self, 1, out),
    request: {},
    receive: {
      request(self, message, _, out) {
        if (message.signer !== message.client || !keys.verify(message)) return;
        const last = self.replies.get(message.client);
        if (last && message.timestamp < last.timestamp) return;
        if (last?.timestamp === message.timestamp) {
          return out.send(message.client, { kind: "reply", view: self.view, timestamp: last.timestamp, result: last.result, tentative: false });
        }
        awaitIt(self, message, out);
        propose(self, out);
      },
      nextView,
      propose: proposed,
      vote,
      preCommit: proceed,
      commit: proceed,
      decide: proceed,
      need(self, { block }, from, out) {
        const known = self.blocks.get(block);
        if (known) out.send(from, { kind: "here", block: known });
      },
      here(self, { block }, from, out) {
        self.blocks.set(digestOf(block), block);
        if (self.pending !== null) decided(self, self.pending, from, out);
      },
    },
    timeout: {
      patience(self, _, out) {
        self.isTiming = false;
        goTo(self, self.view + 1, out);
        // All hear of it, and not the leader alone: the paper leaves to a "pacemaker" how replicas come to the same view.
        const { view, prepared } = self;
        for (const replica of replicas) if (replica !== self.id && replica !== leaderOf(view)) out.send(replica, { kind: "nextView", view, justify: prepared });
      },
    },
  };
  return role as Role<any>;
}

/** How many messages basic HotStuff takes between n replicas for one decision: eight steps, each to or from the leader. */
export function hotStuffMessages(n: number): number {
  return 8 * (integer("n", n, { min: 1 }) - 1);
}
