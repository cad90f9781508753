import type { TransactionId, Vote } from "./transaction.js";

/**
 * What a participant guards: the data that transactions change, and the locks on it. A protocol calls these
 * functions and nothing else, so every protocol goes with every resource.
 *
 * They change `data` in place and must be deterministic; `data` is plain, as all state is. It is written to disk
 * together with the participant's log.
 *
 * 1. Until `prepare` says yes, the transaction leaves nothing behind.
 * 2. After yes, both outcomes stay possible: what the transaction has touched stays locked.
 * 3. `commit` and `abort` are called once, only after yes, and give all locks of the transaction back.
 */
export interface Resource<Data extends object = any, Work = any> {
  /** The data of a participant that has never run. */
  init(): Data;
  /** Get ready to commit or abort. Whatever it did before it says "no" or "read-only", or throws, is undone. */
  prepare(data: Data, transaction: TransactionId, work: Work): Vote;
  commit(data: Data, transaction: TransactionId): void;
  abort(data: Data, transaction: TransactionId): void;
  /** The transactions that hold locks. */
  holders(data: Data): readonly TransactionId[];
}

/** The data of the resource `scripted`. */
export interface Scripted {
  /** Transactions that have voted yes and wait for the outcome. */
  readonly held: Set<TransactionId>;
}

/** What its work may be: the vote to cast, or to fail. */
export type ScriptedWork = Vote | "throw";

/** A resource that votes as its work says, and has no data: enough to see a protocol at work. */
export const scripted: Resource<Scripted, ScriptedWork> = {
  init: () => ({ held: new Set() }),
  prepare({ held }, transaction, work) {
    held.add(transaction);
    if (work === "throw") throw new Error(`${transaction}: the disk is full`);
    return work;
  },
  commit: ({ held }, transaction) => void held.delete(transaction),
  abort: ({ held }, transaction) => void held.delete(transaction),
  holders: ({ held }) => [...held],
};

/** The data of the resource `accounts`. */
export interface Accounts {
  readonly balances: Map<string, number>;
  /** What each prepared transaction will add to which account if it commits. Only one transaction may hold an account. */
  readonly pending: Map<TransactionId, Readonly<Record<string, number>>>;
}

/**
 * Bank accounts. The work of a transaction says how much to add to each account (less than 0: to take from it);
 * no change at all is a read. It votes no if an account would fall below 0, does not exist, or is locked by a
 * transaction that is in doubt: nobody waits, so there are no deadlocks.
 */
export function accounts(opening: Readonly<Record<string, number>>): Resource<Accounts, Readonly<Record<string, number>>> {
  return {
    init: () => ({ balances: new Map(Object.entries(opening)), pending: new Map() }),
    prepare({ balances, pending }, transaction, work) {
      const taken = new Set(Array.from(pending.values(), (changes) => Object.keys(changes)).flat());
      for (const [account, change] of Object.entries(work)) {
        const balance = balances.get(account);
        if (balance === undefined || taken.has(account) || balance + change < 0) return "no";
      }
      if (Object.values(work).every((change) => change === 0)) return "read-only";
      pending.set(transaction, work);
      return "yes";
    },
    commit({ balances, pending }, transaction) {
      for (const [account, change] of Object.entries(pending.get(transaction) ?? {})) {
        balances.set(account, (balances.get(account) ?? 0) + change);
      }
      pending.delete(transaction);
    },
    abort: ({ pending }, transaction) => void pending.delete(transaction),
    holders: ({ pending }) => [...pending.keys()],
  };
}
