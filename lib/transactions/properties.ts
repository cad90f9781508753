import type { Decided, TransactionId } from "../commit/transaction.js";
import type { Property } from "../core/property.js";
import type { Begin, ShardWork } from "./messages.js";
import type { ShardState } from "./shard.js";

/** What shards have announced. */
interface Commits {
  readonly work: ReadonlyMap<TransactionId, Readonly<Record<string, ShardWork>>>;
  /** By shard and transaction. What is announced once more after a restart is nothing new. */
  readonly announced: ReadonlySet<string>;
  /** By shard and key: the transaction that wrote it last, of those that the shard has announced. */
  readonly last: ReadonlyMap<
    string,
    { readonly shard: string; readonly key: string; readonly transaction: TransactionId }
  >;
}

/**
 * Durability: what a shard has announced as committed is there, also after a crash; or the transaction is in doubt there
 * once more, with its locks, because the crash has taken the news.
 */
export const committedStays: Property<Commits> = {
  name: "what is committed stays",
  memory: { work: new Map(), announced: new Set(), last: new Map() },
  observe(memory, happened) {
    if (happened.kind === "send" && happened.message.kind === "begin") {
      const { transaction, work } = happened.message as unknown as Begin;
      return memory.work.has(transaction) ? memory : { ...memory, work: new Map(memory.work).set(transaction, work) };
    }
    if (happened.kind !== "decide") return memory;
    const { transaction, outcome } = happened.outcome as Decided;
    const writes = outcome === "commit" ? memory.work.get(transaction)?.[happened.node]?.writes : undefined;
    const name = `${happened.node} ${transaction}`;
    if (writes === undefined || memory.announced.has(name)) return memory;
    const last = new Map(memory.last);
    for (const key of Object.keys(writes))
      last.set(`${happened.node} ${key}`, { shard: happened.node, key, transaction });
    return { ...memory, announced: new Set(memory.announced).add(name), last };
  },
  check({ nodes }, { last, announced }) {
    for (const { shard, key, transaction } of last.values()) {
      const { data } = (nodes.find(({ id }) => id === shard)?.state ?? {}) as Partial<ShardState>;
      if (!data || data.prepared.has(transaction)) continue;
      const version = data.values.get(key)?.version ?? null;
      // A later one may be there before it is announced, which waits for the disk.
      const isLater = version !== null && !announced.has(`${shard} ${version}`);
      if (version === transaction || isLater) continue;
      return `${shard} has committed ${transaction}'s ${key}, and has ${version ?? "what was there before"} now`;
    }
    return null;
  },
};

/** What locks are for: nobody holds a key together with somebody who holds it exclusively. */
export const locksExclude: Property<undefined> = {
  name: "locks exclude",
  check({ nodes }) {
    for (const { id, state } of nodes) {
      const { data } = (state ?? {}) as Partial<ShardState>;
      if (!data || !("locks" in data)) continue;
      for (const [key, { holders }] of data.locks) {
        const writer = [...holders].find(([, mode]) => mode === "exclusive");
        const other = [...holders.keys()].find((transaction) => transaction !== writer?.[0]);
        if (writer && other !== undefined)
          return `at ${id}, ${writer[0]} holds ${key} exclusively, and so does ${other}`;
      }
    }
    return null;
  },
};
