import type { BrokenWorld, SmallWorld } from "../commit/broken-world.js";
import * as broken from "./broken.js";
import type { Step } from "./messages.js";
import { committedStays, locksExclude } from "./properties.js";
import { type Store, store, type StoreOptions } from "./store.js";

/** A store with a broken rule, in a world just large enough to show what the rule is for. */
export interface BrokenStore extends BrokenWorld {
  /**
   * What it breaks. "serializable": for these worlds, add `serializableTransactions` of distlab/history to the properties, which
   * the store itself knows nothing of. "durable": the property is there.
   */
  readonly breaks: "serializable" | "durable";
}

const increment: readonly Step[] = [{ kind: "add", key: "x", amount: 1 }];
const crossing: readonly (readonly Step[])[] = [
  [
    { kind: "read", key: "x" },
    { kind: "write", key: "y", value: 1 },
  ],
  [
    { kind: "read", key: "y" },
    { kind: "write", key: "x", value: 1 },
  ],
];

/**
 * Each rule of the store that `broken.ts` breaks: one manager, one shard with the keys x and y, and two transactions
 * at most.
 */
export const brokenStores: readonly BrokenStore[] = [
  {
    name: "hasty managers",
    does: "give back a lock to read before they take the next",
    breaks: "serializable",
    inListing: null,
    ...contest(broken.hastyStore, { transactions: crossing }),
  },
  {
    name: "lockless shards",
    does: "note nothing of who reads",
    breaks: "serializable",
    inListing: null,
    ...contest(broken.locklessStore, { transactions: crossing }),
  },
  {
    name: "early shards",
    does: "free locks before they know the outcome",
    breaks: "serializable",
    inListing: null,
    ...contest(broken.earlyStore, { transactions: [increment, increment] }),
  },
  {
    name: "forgetful shards",
    does: "write no log",
    breaks: "durable",
    inListing: null,
    ...contest(broken.forgetfulStore, { transactions: [increment], crashes: { s1: 1 }, timers: { s1: 1 } }),
  },
  {
    name: "shards with a torn log",
    does: "leave a torn record where it is",
    breaks: "durable",
    inListing: null,
    ...contest(broken.tornStore, { transactions: [increment, increment], crashes: { s1: 2 } }),
  },
];

interface Contest {
  readonly transactions: readonly (readonly Step[])[];
  readonly crashes?: Readonly<Record<string, number>>;
  readonly timers?: Readonly<Record<string, number>>;
}

function contest(make: (options: StoreOptions) => Store, about: Contest): Pick<BrokenWorld, "world" | "sound"> {
  return { world: stage(make, about), sound: stage(store, about) };
}

function stage(
  make: (options: StoreOptions) => Store,
  { transactions, crashes = {}, timers = {} }: Contest,
): SmallWorld {
  const { nodes } = make({ shards: { s1: { x: 0, y: 0 } }, tries: 1, deadlocks: "none" });
  return {
    nodes,
    requests: transactions.map((steps) => ({
      node: "m1",
      request: { kind: "transact", steps } as { readonly kind: string },
    })),
    properties: [committedStays, locksExclude],
    timers,
    crashes,
    duplicates: 0,
  };
}
