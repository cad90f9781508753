import { delay, nodeNames, oneOf, options } from "../../core/parameters.js";
import type { Delay, NodeId, Out, Role } from "../../core/role.js";
import { emptyTable, type Table, valueAt, withValue } from "../../core/table.js";

/** Which write: the nth of this leader. */
export interface Mark {
  readonly leader: NodeId;
  readonly nth: number;
}

/** Of each leader, how many of its writes are known, all of the first ones: a version vector (Parker and others 1983). */
export type VersionVector = Readonly<Record<string, number>>;

/** One value of a key. */
export interface Sibling {
  readonly mark: Mark;
  /** What the leader had of this key when it wrote: all that this write replaces. */
  readonly past: VersionVector;
  readonly value: string;
  /** The leader's clock, in ms, raised above that of what it replaces. */
  readonly at: number;
}

/** One write on its way through the leaders. */
export interface Change extends Sibling {
  readonly key: string;
}

/** "These are the changes that you do not have, as far as I know." Between neighbours. */
export interface Ship {
  readonly kind: "ship";
  readonly changes: readonly Change[];
  /** What the sender has. */
  readonly seen: VersionVector;
}

/** "I have these now." */
export interface Arrived {
  readonly kind: "arrived";
  readonly seen: VersionVector;
}

/** What a leader knows; all but what it knows of its neighbours survives a crash. */
export interface Leader {
  readonly id: NodeId;
  items: Table<readonly Sibling[]>;
  seen: VersionVector;
  /** Changes that some neighbour may not have, in an order in which they may be taken. */
  log: readonly Change[];
  /** What each neighbour is known to have. */
  neighbours: Map<NodeId, VersionVector>;
  /** How many conflicts it has met: writes of which neither knew the other. */
  conflicts: number;
  isShipping: boolean;
}

export type LeaderSignature = {
  state: Leader;
  requests: { readonly kind: "get"; readonly key: string } | { readonly kind: "put"; readonly key: string; readonly value: string };
  receives: Ship | Arrived;
  sends: Ship | Arrived;
  timers: { readonly kind: "ship" };
  /** Of `get` all values of the key, more than one in a conflict, in the order of their leaders; of `put` null. */
  replies: readonly string[] | null;
};

/** Who talks to whom: "all-to-all", a "circle", or a "star" around the first leader. */
export type Topology = "all-to-all" | "circle" | "star";

export interface MultiLeaderOptions {
  readonly leaders: readonly NodeId[];
  /** Who talks to whom (default "all-to-all"). */
  readonly topology?: Topology;
  /** What becomes of two writes that did not know each other: both stay ("siblings", the default), or the "last-writer-wins". */
  readonly conflicts?: "siblings" | "last-writer-wins";
  /** How long a leader collects changes before it sends them on, and how often it tries again, in ms (default [15, 25]). */
  readonly shipEvery?: Delay;
}

/** Whom a leader talks to. */
export function neighboursOf(leaders: readonly NodeId[], topology: Topology, id: NodeId): readonly NodeId[] {
  const place = leaders.indexOf(id);
  const others = leaders.filter((node) => node !== id);
  switch (topology) {
    case "all-to-all":
      return others;
    case "star":
      return place === 0 ? others : leaders.slice(0, 1);
    case "circle":
      return leaders.length < 2 ? [] : [leaders[(place + 1) % leaders.length]!];
  }
}

/**
 * One of several leaders (多主复制): each takes writes at once and tells the others later (Kleppmann 2017, chapter 5; Bayou: Petersen and
 * others 1997, for the exchange of logs by version vectors). Writes to one key at two leaders conflict when neither had seen the
 * other: "x conflicts with y if neither version vector is at least the other" (Parker and others 1983). Then both are kept, or the one of
 * the later clock.
 *
 * Changes are forwarded: in a circle and a star most of them come by way of others, and no change is taken before all that its
 * leader wrote before it.
 *
 * @throws RangeError for leaders named twice, or an unknown topology
 */
export function multiLeader(given: MultiLeaderOptions): Role<LeaderSignature> {
  const { leaders, topology = "all-to-all", conflicts = "siblings", shipEvery = [15, 25] } = options("multiLeader", given, ["leaders", "topology", "conflicts", "shipEvery"]);
  nodeNames("leaders", leaders);
  oneOf("topology", topology, ["all-to-all", "circle", "star"]);
  const keepsBoth = oneOf("conflicts", conflicts, ["siblings", "last-writer-wins"]) === "siblings";
  delay("shipEvery", shipEvery);

  const neighbours = (self: Leader): readonly NodeId[] => neighboursOf(leaders, topology, self.id);

  /** Add a version: what it replaces goes, and so does it where it is replaced already. */
  function merge(self: Leader, change: Change): void {
    const { key, ...sibling } = change;
    const before = valueAt(self.items, key) ?? [];
    const left = before.filter(({ mark }) => !covers(sibling.past, mark));
    if (left.some(({ past }) => covers(past, sibling.mark))) return;
    if (left.length > 0) self.conflicts += 1;
    const all = [...left, sibling].sort((a, b) => compare(a.mark.leader, b.mark.leader) || a.mark.nth - b.mark.nth);
    const kept = keepsBoth ? all : [all.reduce((one, other) => (other.at > one.at || (other.at === one.at && compare(other.mark.leader, one.mark.leader) > 0) ? other : one))];
    self.items = withValue(self.items, key, kept);
  }

  /** Take a change, unless it is known already or one before it is missing. */
  function accept(self: Leader, change: Change): boolean {
    const { leader, nth } = change.mark;
    if ((self.seen[leader] ?? 0) !== nth - 1) return false;
    self.seen = { ...self.seen, [leader]: nth };
    merge(self, change);
    self.log = [...self.log, change];
    return true;
  }

  function due(self: Leader, out: Out<LeaderSignature>): void {
    if (self.isShipping || self.log.length === 0) return;
    self.isShipping = true;
    out.setTimer({ kind: "ship" }, shipEvery);
  }

  /** Keep nothing for neighbours who have it, be it that somebody else has told them. */
  function forget(self: Leader): void {
    self.log = self.log.filter(({ mark }) => neighbours(self).some((node) => !covers(self.neighbours.get(node) ?? {}, mark)));
  }

  function note(self: Leader, neighbour: NodeId, seen: VersionVector): void {
    const before = self.neighbours.get(neighbour) ?? {};
    const joined = { ...before };
    for (const [leader, nth] of Object.entries(seen)) joined[leader] = Math.max(nth, joined[leader] ?? 0);
    self.neighbours.set(neighbour, joined);
    forget(self);
  }

  return {
    name: "leader",
    durable: ["items", "seen", "log", "conflicts"],
    init: (id) => ({ id, items: emptyTable, seen: {}, log: [], neighbours: new Map(), conflicts: 0, isShipping: false }),

    start: due,

    request: {
      put(self, { key, value }, call, out) {
        const before = valueAt(self.items, key) ?? [];
        const past: Record<string, number> = {};
        for (const sibling of before) {
          for (const [leader, nth] of Object.entries({ ...sibling.past })) past[leader] = Math.max(nth, past[leader] ?? 0);
          past[sibling.mark.leader] = Math.max(sibling.mark.nth, past[sibling.mark.leader] ?? 0);
        }
        const at = Math.max(out.clock(), ...before.map((sibling) => sibling.at + 1));
        accept(self, { key, value, mark: { leader: self.id, nth: (self.seen[self.id] ?? 0) + 1 }, past, at });
        out.persist(); // before the client or another leader hears of it
        out.reply(call, null);
        due(self, out);
      },
      get: (self, { key }, call, out) => out.reply(call, (valueAt(self.items, key) ?? []).map(({ value }) => value)),
    },

    timeout: {
      ship(self, _, out) {
        self.isShipping = false;
        for (const node of neighbours(self)) {
          const known = self.neighbours.get(node) ?? {};
          const changes = self.log.filter(({ mark }) => !covers(known, mark));
          if (changes.length > 0) out.send(node, { kind: "ship", changes, seen: self.seen });
        }
        due(self, out);
      },
    },

    receive: {
      ship(self, { changes, seen }, from, out) {
        const taken = changes.filter((change) => accept(self, change));
        if (neighbours(self).includes(from)) note(self, from, seen);
        else forget(self);
        if (taken.length > 0) out.persist();
        out.send(from, { kind: "arrived", seen: self.seen });
        due(self, out);
      },
      arrived: (self, { seen }, from) => note(self, from, seen),
    },
  };
}

function covers(vector: VersionVector, { leader, nth }: Mark): boolean {
  return (vector[leader] ?? 0) >= nth;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
