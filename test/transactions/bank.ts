import { type SeedOptions, type SeedSearch, swarm } from "../../lib/check.js";
import { protocol as paxosCommit } from "../../lib/commit/paxos-commit/protocol.js";
import { atomicity, irrevocability } from "../../lib/commit/properties.js";
import type { CommitProtocol } from "../../lib/commit/protocol.js";
import { protocol as twoPhase } from "../../lib/commit/two-phase/protocol.js";
import { ids, stream } from "../../lib/core.js";
import { serializable } from "../../lib/history.js";
import type { Nodes, Run } from "../../lib/sim.js";
import { only } from "../../lib/trace/event.js";
import { committedStays, locksExclude } from "../../lib/transactions/properties.js";
import { type DeadlockHandling, type ShardState } from "../../lib/transactions/shard.js";
import { transactionsOf, versionsOf } from "../../lib/transactions/records.js";
import { type Store, store, type StoreOptions } from "../../lib/transactions/store.js";
import { TROUBLE, without } from "../support/trouble.js";

/** This module, for threads to load. */
export const here: string = import.meta.url;

const CALM = 1_500;
const DEADLINE = 60_000;

/** Three shards with two accounts of 100 each. */
export const shards = { s1: { a: 100, b: 100 }, s2: { c: 100, d: 100 }, s3: { e: 100, f: 100 } } as const;
const keys = ["a", "b", "c", "d", "e", "f"];

const KNOBS = {
  ...without(TROUBLE, "skews", "oneWayCuts", "bridges", "swizzles"),
  loss: [0.01, 0.1],
  duplication: [0.01, 0.2],
  latency: { oneOf: [[1, 30], [0, 5], { kind: "exponential", mean: 10 }] },
  crashes: [0.5, 6],
  partitions: [0.5, 3],
  isolations: [0.5, 3],
} as const;

const protocols: Readonly<Record<string, CommitProtocol>> = {
  "two-phase": twoPhase({ form: "remembering" }),
  "two coordinators": twoPhase({ form: "remembering", coordinators: ids("c1", "c2") }),
  "Paxos Commit": paxosCommit({ faults: 1 }),
  "Faster Paxos Commit": paxosCommit({ faults: 1, faster: true }),
};

/** Each seed has a store, a network and a mix of faults of its own, and clients that transfer, and look at all accounts. */
export function bank(seed: number, make: (options: StoreOptions) => Store = store): SeedOptions {
  const shape = stream(seed, "shape");
  const { loss = 0, duplication = 0, latency = [1, 10], flush = 0, crashes = 0, ...rates } = swarm(seed, KNOBS);
  const protocol = protocols[shape.pick(Object.keys(protocols))]!;
  const deadlocks = shape.pick(["probes", "detector", "wound-wait"] as const satisfies readonly DeadlockHandling[]);
  const { nodes, managers } = make({ shards, protocol, deadlocks, managers: 1 + shape.below(2), idleAfter: 1_000 });
  const clients = Array.from({ length: 4 }, (_, i) => {
    const moments = stream(seed, `client ${i}`);
    const operations = Array.from({ length: 5 }, () => {
      const [from, to] = moments.shuffle(keys) as [string, string];
      const amount = 1 + moments.below(60);
      return moments.chance(0.25)
        ? { kind: "transact", steps: moments.shuffle(keys).map((key) => ({ kind: "read", key })) }
        : { kind: "transact", steps: [{ kind: "add", key: from, amount: -amount, atLeast: 0 }, { kind: "add", key: to, amount }] };
    });
    // A manager that crashed has forgotten whom it worked for: who asks again asks for a new transaction. So nobody does.
    return [`client${i + 1}`, { operations, to: managers[i % managers.length]!, from: moments.within([0, 300]), timeoutMs: 4_000, retries: 0 }] as const;
  });
  return {
    nodes,
    network: { latency, loss, duplication },
    disk: { flush },
    clients: Object.fromEntries(clients) as never,
    nemesis: { until: CALM, ...rates, crashes: { perSecond: crashes, lasts: [2, 100] } },
    freeze: true,
    until: DEADLINE,
    properties: [atomicity, irrevocability, committedStays, locksExclude],
  };
}

/** At the end no lock is held, no money is gone, and all that committed could have run one after the other. */
export function isSound(run: Run<Nodes>): string | null {
  if (run.violation) return run.violation.problem;
  const verdict = serializable(transactionsOf(run.trace), { versions: versionsOf(run.trace) });
  if (verdict.kind === "violated") return verdict.reason;
  let sum = 0;
  for (const name of Object.keys(shards)) {
    const { data } = run.simulation.state(name) as unknown as ShardState;
    if (data.locks.size > 0) return `${name} still has locks on ${[...data.locks.keys()].join(", ")}`;
    for (const [key, { value }] of data.values) {
      if (value < 0) return `${key} has ${value}`;
      sum += value;
    }
  }
  if (sum !== 600) return `there were 600 in all accounts, and now there are ${sum}`;
  for (const { result, returnedAt } of run.history) {
    const { outcome, reads } = (result ?? {}) as { outcome?: string; reads?: Record<string, { value: number }> };
    const values = Object.values(reads ?? {});
    if (returnedAt === null || outcome !== "commit" || values.length < keys.length) continue;
    const seen = values.reduce((all, { value }) => all + value, 0);
    if (seen !== 600) return `a client looked at all accounts and saw ${seen}`;
  }
  return null;
}

const results = (run: Run<Nodes>) => run.history.filter(({ returnedAt }) => returnedAt !== null).map(({ result }) => result as { outcome: string; reason: string | null });
const sent = (run: Run<Nodes>, kind: string): boolean => only(run.trace, "send").some(({ message }) => message.kind === kind);

const cases: NonNullable<SeedSearch<SeedOptions>["sometimes"]> = {
  "a transfer commits": (run) => results(run).some(({ outcome }) => outcome === "commit"),
  "there is not enough money": (run) => results(run).some(({ reason }) => reason?.includes("must be left") === true),
  "a transaction waits for a lock": (run) => sent(run, "probe") || sent(run, "waits"),
  "a transaction gives way": (run) => sent(run, "wounded"),
  "a shard votes no": (run) =>
    only(run.trace, "send").some(({ message }) => {
      const { vote, values } = message as unknown as { vote?: string; values?: Record<string, string> };
      return vote === "no" || Object.values(values ?? {}).includes("aborted");
    }),
  "a shard crashes while one is prepared there": (run) => {
    const down = new Set(only(run.trace, "crash").map(({ node }) => node as string));
    return only(run.trace, "send").some(({ from, message }) => down.has(from) && from.startsWith("s") && (message.kind === "inquiry"));
  },
  "a write is lost": (run) => only(run.trace, "crash").some(({ node, lostWrites }) => node.startsWith("s") && lostWrites > 0),
  "a client never hears": (run) => run.history.some(({ returnedAt }) => returnedAt === null),
};

/** The whole search. */
export const inTrouble: SeedSearch<SeedOptions> = { run: (seed) => bank(seed), atEnd: isSound, sometimes: cases };
