import type { CommitProtocol } from "../commit/protocol.js";
import { protocol as twoPhase } from "../commit/two-phase/protocol.js";
import { integer, options } from "../core/parameters.js";
import { type AnyRole, type Delay, ids, type NodeId } from "../core/role.js";
import { detector } from "./detector.js";
import { transactionManager, type TransactionManagerOptions } from "./manager.js";
import { type DeadlockHandling, shard } from "./shard.js";
import { shardResource } from "./shard-resource.js";

/** What a store is made of. */
export interface StoreOptions {
  /** The shards by name, each with its keys and their first values. */
  readonly shards: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** How transactions are committed; by default by two-phase commit in the form that remembers outcomes. */
  readonly protocol?: CommitProtocol;
  /** How many transaction managers there are, `m1` and so on; by default 1. */
  readonly managers?: number;
  /** What is done about deadlocks; by default "probes". With "detector" there is a node `d`. */
  readonly deadlocks?: DeadlockHandling;
  /** How long a transaction may hold locks without a word from its manager, in ms; by default 5,000. */
  readonly idleAfter?: Delay;
  /** How managers try: see `transactionManager`. */
  readonly resendAfter?: TransactionManagerOptions["resendAfter"];
  readonly againAfter?: TransactionManagerOptions["againAfter"];
  readonly tries?: number;
}

/** A store as a cluster. */
export interface Store {
  readonly nodes: Readonly<Record<string, AnyRole>>;
  /** Whom clients ask to `transact`. */
  readonly managers: readonly NodeId[];
  readonly coordinators: readonly NodeId[];
}

/**
 * A small transactional key-value store over shards: strict two-phase locking at each shard, a write-ahead log under
 * it, and a commit protocol between them.
 *
 *     const { nodes, managers } = store({ shards: { s1: { alice: 100 }, s2: { bob: 100 } } });
 *     const taken = { kind: "add", key: "alice", amount: -30, atLeast: 0 };
 *     const given = { kind: "add", key: "bob", amount: 30 };
 *     simulate({ nodes, requests: [{ at: 0, node: managers[0], request: { kind: "transact", steps: [taken, given] } }] });
 *
 * @throws RangeError if there is no shard, a key is in two of them, or names of nodes collide
 */
export function store(given: StoreOptions): Store {
  return storeWith({ manager: transactionManager, shard, resource: shardResource }, given);
}

/** The parts of a store. Others than the sound ones only show what happens then. */
export interface StoreCast {
  readonly manager: typeof transactionManager;
  readonly shard: typeof shard;
  readonly resource: typeof shardResource;
}

/** The store with whatever parts. */
export function storeWith(cast: StoreCast, given: StoreOptions): Store {
  options("store", given, [
    "shards",
    "protocol",
    "managers",
    "deadlocks",
    "idleAfter",
    "resendAfter",
    "againAfter",
    "tries",
  ]);
  const {
    shards,
    protocol = twoPhase({ form: "remembering" }),
    managers: count = 1,
    deadlocks = "probes",
    idleAfter,
    resendAfter,
    againAfter,
    tries,
  } = given;
  const names = Object.keys(shards) as NodeId[];
  if (names.length === 0) throw new RangeError("shards must name at least one shard, got {}");
  const managers = ids(
    ...Array.from({ length: integer("managers", count, { min: 1, max: 100 }) }, (_, i) => `m${i + 1}`),
  );
  const { nodes: committing, coordinators } = protocol(
    Object.fromEntries(names.map((name) => [name, cast.resource(shards[name]!)])),
  );
  const place: Record<string, NodeId> = {};
  for (const name of names) {
    for (const key of Object.keys(shards[name]!)) {
      if (Object.hasOwn(place, key))
        throw new RangeError(`the key "${key}" is in two shards, ${place[key]} and ${name}`);
      place[key] = name;
    }
  }
  const nodes: Record<string, AnyRole> = {};
  const taken = Object.keys(protocol({}).nodes).find((name) => names.includes(name as NodeId));
  if (taken !== undefined)
    throw new RangeError(`two nodes would have the name "${taken}", of which one is the commit protocol's`);
  const add = (name: string, role: AnyRole): void => {
    if (Object.hasOwn(nodes, name)) throw new RangeError(`two nodes would have the name "${name}"`);
    nodes[name] = role;
  };
  const watching = deadlocks === "detector" ? { detector: "d" as NodeId } : {};
  for (const [name, role] of Object.entries(committing)) {
    const isShard = names.includes(name as NodeId);
    add(
      name,
      isShard ? cast.shard(role, { deadlocks, ...watching, ...(idleAfter === undefined ? {} : { idleAfter }) }) : role,
    );
  }
  managers.forEach((name, i) => {
    add(
      name,
      cast.manager({
        shards: place,
        coordinator: coordinators[i % coordinators.length]!,
        ...(resendAfter === undefined ? {} : { resendAfter }),
        ...(againAfter === undefined ? {} : { againAfter }),
        ...(tries === undefined ? {} : { tries }),
      }),
    );
  });
  if (deadlocks === "detector") add("d", detector());
  return { nodes, managers, coordinators };
}
