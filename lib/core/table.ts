/**
 * A table of values by key, itself a value: nobody changes one, a change makes another that shares most with the one
 * before. Equal tables have equal shapes, in whatever order they were filled, so that replicas can be compared. Plain
 * data: it may be part of a state, of a message, and of a file. A branch shares out its keys by five bits of their hash
 * (a trie of hashes: Bagwell, "Ideal Hash Trees", 2001); up to 32 keys are a list in the order of the keys.
 */
export type Table<V = string> =
  | { readonly size: number; readonly entries: readonly (readonly [key: string, value: V])[] }
  | { readonly size: number; readonly branches: readonly Table<V>[] };

const WIDTH = 32;

/** How many levels the bits of a hash are enough for. Below them keys share their hash, and a list grows as it must. */
const DEEPEST = 6;

/** The table without keys. */
export const emptyTable: Table<never> = { size: 0, entries: [] };

/** What the key stands for; undefined where it is not in the table. */
export function valueAt<V>(table: Table<V>, key: string): V | undefined {
  let at = table;
  for (let hash = hashOf(key); "branches" in at; hash >>>= 5) at = at.branches[hash % WIDTH]!;
  const { entries } = at;
  const place = placeOf(entries, key);
  return entries[place]?.[0] === key ? entries[place][1] : undefined;
}

/** The table in which the key stands for this value. */
export function withValue<V>(table: Table<V>, key: string, value: V): Table<V> {
  return inserted(table, key, value, hashOf(key), 0);
}

/** The table without this key. */
export function withoutKey<V>(table: Table<V>, key: string): Table<V> {
  return removed(table, key, hashOf(key));
}

/** All keys with their values, in the order of the keys. */
export function tableEntries<V>(table: Table<V>): readonly (readonly [key: string, value: V])[] {
  if ("entries" in table) return table.entries;
  return table.branches.flatMap((branch) => tableEntries(branch)).sort(([a], [b]) => (a < b ? -1 : 1));
}

function inserted<V>(table: Table<V>, key: string, value: V, hash: number, depth: number): Table<V> {
  if ("branches" in table) {
    const before = table.branches[hash % WIDTH]!;
    const after = inserted(before, key, value, hash >>> 5, depth + 1);
    return { size: table.size + after.size - before.size, branches: replaced(table.branches, hash % WIDTH, after) };
  }
  const { entries } = table;
  const place = placeOf(entries, key);
  if (entries[place]?.[0] === key) return { size: table.size, entries: replaced(entries, place, [key, value]) };
  const all = [...entries.slice(0, place), [key, value] as const, ...entries.slice(place)];
  return all.length <= WIDTH || depth === DEEPEST ? { size: all.length, entries: all } : shared(all, depth);
}

function removed<V>(table: Table<V>, key: string, hash: number): Table<V> {
  if ("entries" in table) {
    const place = placeOf(table.entries, key);
    if (table.entries[place]?.[0] !== key) return table;
    return { size: table.size - 1, entries: [...table.entries.slice(0, place), ...table.entries.slice(place + 1)] };
  }
  const before = table.branches[hash % WIDTH]!;
  const after = removed(before, key, hash >>> 5);
  if (after === before) return table;
  const left: Table<V> = { size: table.size - 1, branches: replaced(table.branches, hash % WIDTH, after) };
  return left.size > WIDTH ? left : { size: left.size, entries: tableEntries(left) };
}

/** A branch for so many entries that they are too long for a list. */
function shared<V>(entries: readonly (readonly [string, V])[], depth: number): Table<V> {
  const branches = Array.from({ length: WIDTH }, (): Table<V> => emptyTable);
  for (const [key, value] of entries) {
    const hash = hashOf(key) >>> (5 * depth);
    branches[hash % WIDTH] = inserted(branches[hash % WIDTH]!, key, value, hash >>> 5, depth + 1);
  }
  return { size: entries.length, branches };
}

/** Where the key is in the list, or where it would have to be. */
function placeOf(entries: readonly (readonly [string, unknown])[], key: string): number {
  let [from, to] = [0, entries.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (entries[middle]![0] < key) from = middle + 1;
    else to = middle;
  }
  return from;
}

function replaced<T>(items: readonly T[], place: number, item: T): readonly T[] {
  const copy = items.slice();
  copy[place] = item;
  return copy;
}

/** FNV-1a over the code units (Fowler, Noll, Vo), with its upper half folded in. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
