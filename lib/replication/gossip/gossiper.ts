import { delay, flag, integer, nodeNames, oneOf, options } from "../../core/parameters.js";
import type { Delay, NodeId, Out, Role } from "../../core/role.js";
import { emptyTable, type Table, tableEntries, valueAt, withoutKey, withValue } from "../../core/table.js";
import type { Direction } from "./rounds.js";

/** What a node has of a key: a value and when and by whom it was written. Without a value it is a death certificate. */
export interface Item {
  readonly value: string | null;
  /** The writer's clock in ms, raised above whatever the writer had seen of this key. The later of two writes wins. */
  readonly at: number;
  readonly by: NodeId;
}

/** Items by their keys. */
export type Items = readonly (readonly [key: string, item: Item])[];

/** "This is news." From who mongers a rumor; `asks` for a word on whether it was. */
export interface Rumor {
  readonly kind: "rumor";
  readonly items: Items;
}

/** "I knew that." The feedback to a rumor: which of its keys were no news. */
export interface Known {
  readonly kind: "known";
  readonly keys: readonly string[];
}

/** "Let us compare." Anti-entropy: all that the caller has, or in a pull nothing but the question. */
export interface Exchange {
  readonly kind: "exchange";
  /** Whether what the other has and the caller lacks shall come back. */
  readonly pulls: boolean;
  /** When each key was written that the caller has: enough to tell who is behind. */
  readonly digest: readonly (readonly [key: string, at: number, by: NodeId])[];
  readonly items: Items;
}

/** The answer to an exchange: what the caller lacks. */
export interface Fill {
  readonly kind: "fill";
  readonly items: Items;
}

/** What a node knows. The items survive a crash; which of them are hot does not. */
export interface Gossiper {
  readonly id: NodeId;
  items: Table<Item>;
  /** The keys that it still spreads, with the vain contacts so far. */
  hot: Map<string, number>;
  /** How many numbers it has drawn: a rule may draw none from outside, so each node carries its own small generator. */
  draws: number;
}

export type GossiperSignature = {
  state: Gossiper;
  requests:
    | { readonly kind: "put"; readonly key: string; readonly value: string }
    /** Writes a death certificate. With `certificates: false` the node only forgets the key. */
    | { readonly kind: "remove"; readonly key: string }
    | { readonly kind: "get"; readonly key: string };
  receives: Rumor | Known | Exchange | Fill;
  sends: Rumor | Known | Exchange | Fill;
  timers: { readonly kind: "monger" } | { readonly kind: "compare" };
  replies: string | null;
};

export interface GossiperOptions {
  /** All nodes; each talks to the others. */
  readonly peers: readonly NodeId[];
  /** How often it tells rumors, in ms (default [90, 110]); null for never. */
  readonly mongerEvery?: Delay | null;
  /** After how many vain contacts a rumor is cold (default 3). Feedback and counter, in the words of Demers and others. */
  readonly k?: number;
  /** How often it compares all that it has with another node, in ms (default null: never). */
  readonly compareEvery?: Delay | null;
  /** Which way an exchange goes (default "push-pull"). */
  readonly direction?: Direction;
  /** Whether what is removed leaves a death certificate (default true). Without, anti-entropy brings it back. */
  readonly certificates?: boolean;
}

/**
 * A node that gossips: "Epidemic Algorithms for Replicated Database Maintenance" (Demers, Greene, Hauser, Irish, Larson, Shenker,
 * Sturgis, Swinehart and Terry, 1987). It accepts writes at once, tells them on as rumors (section 1.4: push, feedback, counter),
 * and compares all that it has with somebody now and then (anti-entropy, section 1.3), which reaches whom the rumor missed. What is
 * removed leaves a death certificate (section 2), or the copies of others would bring it back.
 *
 * Partners are chosen by a generator in the node's own state. Where two writes of a key are concurrent the later clock wins.
 *
 * @throws RangeError for fewer than two peers, k below 1, or a negative delay
 */
export function gossiper(given: GossiperOptions): Role<GossiperSignature> {
  const { peers, mongerEvery = [90, 110], k = 3, compareEvery = null, direction = "push-pull", certificates = true } = options("gossiper", given, [
    "peers", "mongerEvery", "k", "compareEvery", "direction", "certificates",
  ]);
  nodeNames("peers", peers, { min: 2 });
  if (mongerEvery !== null) delay("mongerEvery", mongerEvery);
  if (compareEvery !== null) delay("compareEvery", compareEvery);
  integer("k", k, { min: 1 });
  flag("certificates", certificates);
  oneOf("direction", direction, ["push", "pull", "push-pull"]);

  function somebody(self: Gossiper): NodeId {
    const own = peers.indexOf(self.id);
    const others = own < 0 ? peers.length : peers.length - 1;
    const drawn = hash(`${self.id} ${++self.draws}`) % others;
    return peers[own < 0 || drawn < own ? drawn : drawn + 1]!;
  }

  /** Take what is newer; answers the keys of what was. */
  function take(self: Gossiper, items: Items, out: Out<GossiperSignature>): ReadonlySet<string> {
    const news = new Set<string>();
    for (const [key, item] of items) {
      if (!isLater(item, valueAt(self.items, key))) continue;
      self.items = withValue(self.items, key, item);
      news.add(key);
    }
    if (news.size > 0) {
      out.persist();
      // What comes by comparison is news as well: it becomes a hot rumor (section 1.5).
      for (const key of news) heat(self, key, out);
    }
    return news;
  }

  function heat(self: Gossiper, key: string, out: Out<GossiperSignature>): void {
    if (mongerEvery === null) return;
    if (self.hot.size === 0) out.setTimer({ kind: "monger" }, mongerEvery);
    self.hot.set(key, 0);
  }

  function write(self: Gossiper, key: string, value: string | null, out: Out<GossiperSignature>): void {
    const before = valueAt(self.items, key);
    const at = Math.max(out.clock(), before ? before.at + 1 : 0);
    self.items = withValue(self.items, key, { value, at, by: self.id });
    out.persist();
    heat(self, key, out);
  }

  return {
    name: "gossiper",
    durable: ["items", "draws"],
    init: (id) => ({ id, items: emptyTable, hot: new Map(), draws: 0 }),

    start(_, out) {
      if (compareEvery !== null) out.setTimer({ kind: "compare" }, compareEvery);
    },

    request: {
      put(self, { key, value }, call, out) {
        write(self, key, value, out);
        out.reply(call, null);
      },
      remove(self, { key }, call, out) {
        if (certificates) {
          write(self, key, null, out);
        } else {
          self.items = withoutKey(self.items, key);
          self.hot.delete(key);
          out.persist();
        }
        out.reply(call, null);
      },
      get: (self, { key }, call, out) => out.reply(call, valueAt(self.items, key)?.value ?? null),
    },

    timeout: {
      // Tell somebody all that is hot.
      monger(self, _, out) {
        const items = [...self.hot.keys()].flatMap((key) => {
          const item = valueAt(self.items, key);
          return item ? [[key, item] as const] : [];
        });
        if (items.length === 0) return;
        out.send(somebody(self), { kind: "rumor", items });
        out.setTimer({ kind: "monger" }, mongerEvery!);
      },

      compare(self, _, out) {
        const items = tableEntries(self.items);
        const digest = items.map(([key, { at, by }]) => [key, at, by] as const);
        const pulls = direction !== "push";
        out.send(somebody(self), { kind: "exchange", pulls, digest, items: direction === "pull" ? [] : items });
        out.setTimer({ kind: "compare" }, compareEvery!);
      },
    },

    receive: {
      rumor(self, { items }, from, out) {
        const news = take(self, items, out);
        const keys = items.flatMap(([key]) => (news.has(key) ? [] : [key]));
        if (keys.length > 0) out.send(from, { kind: "known", keys });
      },

      // The k-th who knew it already makes it cold.
      known(self, { keys }) {
        for (const key of keys) {
          const vain = self.hot.get(key);
          if (vain === undefined) continue;
          if (vain + 1 >= k) self.hot.delete(key);
          else self.hot.set(key, vain + 1);
        }
      },

      exchange(self, { pulls, digest, items }, from, out) {
        take(self, items, out);
        if (!pulls) return;
        const has = new Map(digest.map(([key, at, by]) => [key, { value: null, at, by }]));
        const lacks = tableEntries(self.items).filter(([key, item]) => isLater(item, has.get(key)));
        if (lacks.length > 0) out.send(from, { kind: "fill", items: lacks });
      },

      fill: (self, { items }, _, out) => void take(self, items, out),
    },
  };
}

function isLater(item: Item, than: Item | undefined): boolean {
  return !than || item.at > than.at || (item.at === than.at && item.by > than.by);
}

/** FNV-1a, and then mixed as MurmurHash3 finishes, so that the lower bits are worth something. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
