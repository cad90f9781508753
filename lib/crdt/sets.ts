import { isEarlier, type Item } from "./registers.js";
import { type DeltaType, fromDeltas, laterOf, type OperationType, type StateType, type Versions } from "./type.js";

/** To put an item into a set, or to take it out. */
export interface AddItem {
  readonly kind: "add";
  readonly item: Item;
}
export interface RemoveItem {
  readonly kind: "remove";
  readonly item: Item;
}

/** Items in an order that is the same everywhere. */
function sorted(items: Iterable<Item>): readonly Item[] {
  return [...new Set(items)].sort((a, b) => (String(a) < String(b) ? -1 : 1));
}

function union<T>(one: ReadonlySet<T>, other: ReadonlySet<T>): ReadonlySet<T> {
  return new Set([...one, ...other]);
}

/** A set that only grows (G-Set; report 7506, specification 11). Merging is union. */
export const gSet: DeltaType<ReadonlySet<Item>, AddItem, readonly Item[]> = fromDeltas<ReadonlySet<Item>, AddItem, readonly Item[]>({
  name: "G-Set",
  initial: new Set(),
  delta: (_, { item }) => new Set([item]),
  merge: union,
  value: sorted,
});

/** What was ever put in, and what was ever taken out. */
export interface TwoPhase {
  readonly added: ReadonlySet<Item>;
  readonly removed: ReadonlySet<Item>;
}

/** A set in which what was once taken out never comes back (2P-Set; report 7506, specification 12). */
export const twoPhaseSet: DeltaType<TwoPhase, AddItem | RemoveItem, readonly Item[]> = fromDeltas<TwoPhase, AddItem | RemoveItem, readonly Item[]>({
  name: "2P-Set",
  initial: { added: new Set(), removed: new Set() },
  delta({ added }, { kind, item }) {
    const only = new Set([item]);
    if (kind === "add") return { added: only, removed: new Set() };
    return { added: new Set(), removed: added.has(item) ? only : new Set<Item>() };
  },
  merge: (one, other) => ({ added: union(one.added, other.added), removed: union(one.removed, other.removed) }),
  value: ({ added, removed }) => sorted([...added].filter((item) => !removed.has(item))),
});

/** When an item was put in or taken out last. */
export interface Touched {
  readonly time: number;
  readonly replica: string;
  readonly isIn: boolean;
}

/** Each item with the last that was done to it. */
export type LastTouched = ReadonlyMap<Item, Touched>;

/** A set in which the last that was done to an item counts (LWW-element-Set; report 7506, section 3.3.3). */
export const lwwSet: DeltaType<LastTouched, AddItem | RemoveItem, readonly Item[]> = fromDeltas<LastTouched, AddItem | RemoveItem, readonly Item[]>({
  name: "LWW-element-Set",
  initial: new Map(),
  delta(state, { kind, item }, replica) {
    const time = Math.max(0, ...[...state.values()].map((touched) => touched.time)) + 1;
    return new Map([[item, { time, replica, isIn: kind === "add" }]]);
  },
  merge(one, other) {
    const all = new Map(one);
    for (const [item, touched] of other) {
      const known = all.get(item);
      if (!known || isEarlier(known, touched)) all.set(item, touched);
    }
    return all;
  },
  value: (state) => sorted([...state].flatMap(([item, { isIn }]) => (isIn ? [item] : []))),
});

/** Every addition has a tag of its own; a removal names the tags that it saw. */
export interface Tagged {
  readonly tags: ReadonlyMap<string, Item>;
  /** Tags that were taken out: tombstones, which stay for ever. */
  readonly graves: ReadonlySet<string>;
  /** How many tags each replica has made. */
  readonly made: Versions;
}

/**
 * A set in which a removal takes out what it saw, and an addition that it did not see wins (OR-Set; report 7506,
 * specification 15, with tombstones). It remembers every removal for ever.
 */
export const orSetWithTombstones: StateType<Tagged, AddItem | RemoveItem, readonly Item[]> = {
  name: "OR-Set with tombstones",
  initial: { tags: new Map(), graves: new Set(), made: {} },
  update({ tags, graves, made }, { kind, item }, replica) {
    if (kind === "remove") {
      const seen = [...tags].flatMap(([tag, of]) => (of === item ? [tag] : []));
      return { tags, graves: union(graves, new Set(seen)), made };
    }
    const counter = (made[replica] ?? 0) + 1;
    return { tags: new Map([...tags, [`${replica}.${counter}`, item]]), graves, made: { ...made, [replica]: counter } };
  },
  merge: (one, other) => ({ tags: new Map([...one.tags, ...other.tags]), graves: union(one.graves, other.graves), made: laterOf(one.made, other.made) }),
  value: ({ tags, graves }) => sorted([...tags].flatMap(([tag, item]) => (graves.has(tag) ? [] : [item]))),
};

/** Which additions are known: all up to a number of each replica, and some beyond it. */
export interface Context {
  readonly upTo: Versions;
  readonly beyond: ReadonlySet<string>;
}

/** What is in the set, each item by the additions that put it there, and which additions are known. */
export interface Observed {
  readonly dots: ReadonlyMap<string, Item>;
  readonly context: Context;
}

/**
 * The OR-Set without tombstones (Bieniusa et al., An optimized conflict-free replicated set, INRIA report 8083, 2012; its
 * deltas by Almeida, Shoker and Baquero 2018, section 7). Additions are numbered, so that "I know it and do not have it"
 * says that it was taken out. The context takes a number for each replica, not one for each removal.
 */
export const orSet: DeltaType<Observed, AddItem | RemoveItem, readonly Item[]> = fromDeltas<Observed, AddItem | RemoveItem, readonly Item[]>({
  name: "OR-Set",
  initial: { dots: new Map(), context: { upTo: {}, beyond: new Set() } },
  delta({ dots, context }, { kind, item }, replica) {
    // What was there of the item is replaced by the addition, or taken out.
    const old = [...dots].flatMap(([dot, of]) => (of === item ? [dot] : []));
    if (kind === "remove") return { dots: new Map(), context: packed({}, old) };
    const counter = Math.max(context.upTo[replica] ?? 0, ...[...context.beyond].map((dot) => (of(dot).replica === replica ? of(dot).counter : 0))) + 1;
    const dot = `${replica}.${counter}`;
    return { dots: new Map([[dot, item]]), context: packed({}, [...old, dot]) };
  },
  merge(one, other) {
    const dots = new Map<string, Item>();
    for (const [dot, item] of one.dots) if (other.dots.has(dot) || !isKnown(dot, other.context)) dots.set(dot, item);
    for (const [dot, item] of other.dots) if (!isKnown(dot, one.context)) dots.set(dot, item);
    return { dots, context: packed(laterOf(one.context.upTo, other.context.upTo), [...one.context.beyond, ...other.context.beyond]) };
  },
  value: ({ dots }) => sorted(dots.values()),
});

function of(dot: string): { readonly replica: string; readonly counter: number } {
  const at = dot.lastIndexOf(".");
  return { replica: dot.slice(0, at), counter: Number(dot.slice(at + 1)) };
}

function isKnown(dot: string, { upTo, beyond }: Context): boolean {
  const { replica, counter } = of(dot);
  return counter <= (upTo[replica] ?? 0) || beyond.has(dot);
}

/** The same context with as few single dots as possible. */
function packed(upTo: Versions, beyond: readonly string[]): Context {
  const all: Record<string, number> = { ...upTo };
  const left: string[] = [];
  const rising = [...new Set(beyond)].sort((a, b) => of(a).counter - of(b).counter);
  for (const dot of rising) {
    const { replica, counter } = of(dot);
    const known = all[replica] ?? 0;
    if (counter === known + 1) all[replica] = counter;
    else if (counter > known) left.push(dot);
  }
  return { upTo: all, beyond: new Set(left) };
}

/** What an addition or a removal tells everybody. */
export type SetOperation =
  | { readonly kind: "add"; readonly item: Item; readonly tag: string }
  | { readonly kind: "remove"; readonly item: Item; readonly tags: readonly string[] };

/**
 * The OR-Set by operations (report 7506, specification 15): an addition is sent with its tag, a removal with the tags that
 * it saw. With causal delivery a removal never comes before an addition that it saw, so nothing is kept of what is gone.
 */
export const opSet: OperationType<ReadonlyMap<string, Item>, AddItem | RemoveItem, SetOperation, readonly Item[]> = {
  name: "op-based OR-Set",
  initial: new Map(),
  prepare(state, { kind, item }, { replica, counter }) {
    if (kind === "add") return { kind, item, tag: `${replica}.${counter}` };
    const tags = [...state].flatMap(([tag, one]) => (one === item ? [tag] : []));
    return tags.length === 0 ? null : { kind, item, tags: tags.sort() };
  },
  apply(state, operation) {
    const next = new Map(state);
    if (operation.kind === "add") next.set(operation.tag, operation.item);
    else for (const tag of operation.tags) next.delete(tag);
    return next;
  },
  value: (state) => sorted(state.values()),
};
