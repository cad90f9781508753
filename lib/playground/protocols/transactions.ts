import type { Tagged } from "../../core/role.js";
import { earlyStore, forgetfulStore, hastyStore, locklessStore } from "../../transactions/broken.js";
import { bankShards, transfers } from "../../transactions/bank.js";
import { committedStays, locksExclude } from "../../transactions/properties.js";
import { store as storeOf } from "../../transactions/store.js";
import { tellsOfTransaction, transactionsOf, versionsOf } from "../../transactions/records.js";
import { serializableTransactions } from "../../history/property.js";
import type { DeadlockHandling } from "../../transactions/shard.js";
import { choice, number } from "../knob.js";
import { brokenKnob, brokenParts, firstAnswers, numbered, type BrokenRules, type Protocol } from "../protocol.js";

const brokenStores: BrokenRules<{ readonly makes: typeof storeOf }> = {
  hasty: { label: "locks to read are given back as soon as a key is read", makes: hastyStore },
  lockless: { label: "no writer waits for a reader", makes: locklessStore },
  early: { label: "locks are given back before the outcome is known", makes: earlyStore },
  forgetful: { label: "shards write no log", makes: forgetfulStore },
};

const oneAfterTheOther = serializableTransactions({ sees: tellsOfTransaction, recordsOf: transactionsOf, versionsOf });

const bank: Protocol = {
  name: "transactions",
  title: "A transactional store",
  about: "Clients move money between accounts on several shards, with locks held to the end and two-phase commit.",
  chapter: "3.2.3-four-phase-and-paxos-commit",
  until: 3_000,
  fails: { at: 1_000, for: 500 },
  knobs: [
    number("shards", "shards", { min: 1, max: 6, value: 3 }),
    number("hot", "accounts that they use", { min: 2, max: 30, value: 6 }),
    number("clients", "clients", { min: 1, max: 8, value: 3 }),
    number("think", "time between an answer and the next transfer", { unit: "ms", min: 5, max: 1_000, value: 60 }),
    number("looks", "share of transactions that only look", { unit: "%", min: 0, max: 100, value: 20 }),
    choice("deadlocks", "against deadlocks", { probes: "probes along the waits", detector: "a detector", "wound-wait": "the older one wounds", none: "nothing" }),
    brokenKnob(brokenStores),
  ],
  cluster(settings) {
    const [shards, hot, clients, think, looks] = ["shards", "hot", "clients", "think", "looks"].map((name) => Number(settings[name])) as [number, number, number, number, number];
    const accounts = bankShards({ shards, accounts: 10 });
    if (hot > 10 * shards) throw new RangeError(`hot must be at most the ${10 * shards} accounts, got ${hot}`);
    const { makes = storeOf } = brokenParts(brokenStores, settings);
    const { nodes, managers } = makes({ shards: accounts, deadlocks: settings["deadlocks"] as DeadlockHandling });
    return {
      nodes,
      disk: { flush: 1 },
      clients: Object.fromEntries(
        numbered("c", clients).map((name) => [
          name,
          { operations: transfers(accounts, { hot, looks: looks / 100 }) as (chance: never) => Tagged, to: managers, load: { kind: "closed", think }, timeoutMs: 500 },
        ]),
      ) as never,
      properties: [committedStays, locksExclude, firstAnswers(oneAfterTheOther)],
      servers: numbered("s", shards),
    };
  },
};

/** Transactions on several shards. */
export const transactions: readonly Protocol[] = [bank];
