import type { BrokenWorld, SmallWorld } from "../../commit/broken-world.js";
import type { PortableLevel } from "../../history/isolation.js";
import type { ScriptOptions } from "./interleave.js";
import { ifSum, plus, read, select, transact, write, type Transact } from "./program.js";
import { isolated } from "./properties.js";
import { type Level, type Scheme, schemes } from "./scheme.js";
import { databaseCluster } from "./workload.js";

/** A database with a broken rule, in a world just large enough to show what the rule is for. */
export interface BrokenDatabase extends BrokenWorld {
  /** The level whose rule is broken. */
  readonly level: Level;
  /** What it no longer guarantees. */
  readonly breaks: PortableLevel;
  /** The broken level. */
  readonly scheme: Scheme;
}

const increment: Transact = transact([read("x"), write("x", plus("x", 1))]);
const leave = (own: string): Transact => transact([read("x"), read("y"), write(own, 0, ifSum(["x", "y"], 2))]);
const book = (own: string): Transact => transact([select("Bookings"), write(own, 1)]);
const onCall: Omit<ScriptOptions, "level"> = { rows: { x: 1, y: 1 } };
const calendar: Omit<ScriptOptions, "level"> = { predicates: { Bookings: { min: 1 } } };

/**
 * The rules of the levels, each broken by itself, with two or three transactions that show it. The properties are those
 * of the level, so the same world with the sound rule has no violation.
 */
export const brokenDatabases: readonly BrokenDatabase[] = [
  broken("writers without locks", "write where somebody else has written and is not over", {
    level: "read uncommitted", breaks: "PL-1", change: { writes: "unlocked" }, rows: {},
    clients: [transact([write("x", 1), write("y", 1)]), transact([write("y", 2), write("x", 2)])],
  }),
  broken("snapshots without a check of writes", "write over what was committed after their snapshot", {
    level: "snapshot", breaks: "PL-SI", change: { writeCheck: "none" }, rows: { x: 10 }, clients: [increment, increment],
  }),
  broken("a vacuum in a hurry", "throws away versions that somebody's snapshot still shows", {
    level: "snapshot", breaks: "PL-SI", change: { keeps: "the last" }, rows: { x: 1, y: 1 },
    clients: [transact([read("x"), read("y")]), transact([write("x", 2), write("y", 2)])],
  }),
  broken("locks given back early", "free what was read before the transaction is over", {
    level: "two-phase locking", breaks: "PL-3", change: { readLocks: "short", predicateLocks: "short" }, rows: { x: 10 }, clients: [increment, increment],
  }),
  broken("locks on rows alone", "lock the rows that there are, and not those that there might be", {
    level: "two-phase locking", breaks: "PL-3", change: { predicateLocks: "none" }, ...calendar, clients: [book("a"), book("b")],
  }),
  broken("a look at finished transactions only", "misses that a dangerous structure is complete when its last transaction commits", {
    level: "serializable snapshot", breaks: "PL-3", change: { checksAtCommit: false }, ...onCall, clients: [leave("x"), leave("y")],
  }),
  broken("readers that are always forgiven", "take every transaction that reads only for harmless", {
    level: "serializable snapshot", breaks: "PL-3", change: { dangerous: "and readers never" }, rows: { x: 0, y: 0 },
    clients: [transact([read("y"), write("x", -11)]), transact([write("y", 20)]), transact([read("x"), read("y")], { readOnly: true })],
  }),
  broken("a validation of writes alone", "holds the writes against those of others, and not the reads", {
    level: "optimistic", breaks: "PL-3", change: { validatesReads: false, writeCheck: "at commit" }, ...onCall, clients: [leave("x"), leave("y")],
  }),
];

interface About extends Omit<ScriptOptions, "level"> {
  readonly level: Level;
  readonly breaks: PortableLevel;
  readonly change: Partial<Scheme>;
  readonly clients: readonly Transact[];
}

function broken(name: string, does: string, { level, breaks, change, clients, ...rest }: About): BrokenDatabase {
  const scheme = { ...schemes[level], ...change };
  const worldOf = (each: Scheme): SmallWorld => ({
    nodes: databaseCluster({ ...rest, level: each, sessions: clients.length, tries: 1 }),
    requests: clients.map((request, i) => ({ node: `s${i + 1}`, request })),
    properties: [isolated(breaks, { ...rest, level: each })], timers: {}, crashes: {}, duplicates: 0,
  });
  return { name, does, inListing: null, level, breaks, scheme, world: worldOf(scheme), sound: worldOf(schemes[level]) };
}
