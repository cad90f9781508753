import type { AnyRole } from "../core/role.js";
import { acquire } from "./locks.js";
import { transactionManager, transactionManagerWith } from "./manager.js";
import { shard, type ShardOptions, type ShardRules, shardWith, soundRules } from "./shard.js";
import { shardResource, shardResourceWith } from "./shard-resource.js";
import { type Store, type StoreCast, type StoreOptions, storeWith } from "./store.js";
import { decoded, replayed } from "./write-ahead-log.js";

/*
 * The store with one rule broken, a different one in each. What is broken shows in the histories that it makes, as
 * `serializable` names them, or in what is left after a crash.
 */

const sound: StoreCast = { manager: transactionManager, shard, resource: shardResource };

/** A shard with some rules of its own. */
function shardBy(rules: Partial<ShardRules>): StoreCast["shard"] {
  return (participant: AnyRole, { deadlocks = "probes", detector, idleAfter = 5_000 }: ShardOptions = {}) =>
    shardWith({ participant, deadlocks, detector, idleAfter }, { ...soundRules, ...rules });
}

/**
 * Managers give back a lock to read as soon as the key is read, and take further locks after that. Breaks the two-phase
 * rule, that no lock is taken once one was given back (Eswaran, Gray, Lorie and Traiger 1976): what is read may be old
 * when the transaction ends. Databases call this "read committed".
 */
export function hastyStore(options: StoreOptions): Store {
  return storeWith({ ...sound, manager: (given) => transactionManagerWith({ releasesReads: true }, given) }, options);
}

/** Shards let everybody read, and note nothing of it: no writer waits for a reader. */
export function locklessStore(options: StoreOptions): Store {
  const open = shardBy({
    acquire: (locks, key, request) => request.mode === "shared" || acquire(locks, key, request),
  });
  return storeWith(
    { ...sound, shard: open, resource: (opening) => shardResourceWith({ checksReads: false }, opening) },
    options,
  );
}

/**
 * Shards free a transaction's locks when it has prepared, before they know the outcome. Breaks the strict form of
 * two-phase locking: others find what is there before the transaction's writes, and overwrite them.
 */
export function earlyStore(options: StoreOptions): Store {
  return storeWith({ ...sound, shard: shardBy({ releasesEarly: true }) }, options);
}

/**
 * Shards write no log: after a crash, all that was ever committed there is gone, although the participant knows that
 * it was.
 */
export function forgetfulStore(options: StoreOptions): Store {
  return storeWith({ ...sound, shard: shardBy({ logs: false }) }, options);
}

/**
 * Recovery passes over a torn record and leaves it where it is. What is logged later stands behind it, and the next
 * recovery ends where the first one did.
 */
export function tornStore(options: StoreOptions): Store {
  const lazy = shardBy({
    wholeLines: (lines) => lines,
    replayed(opening, lines) {
      const torn = lines.findIndex((line) => decoded(line) === null);
      return replayed(opening, torn < 0 ? lines : lines.slice(0, torn));
    },
  });
  return storeWith({ ...sound, shard: lazy }, options);
}
