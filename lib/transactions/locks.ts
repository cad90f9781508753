import type { NodeId } from "../core/role.js";
import type { TransactionId } from "../commit/transaction.js";

/** A shared lock is for reading, an exclusive one for writing. */
export type Mode = "shared" | "exclusive";

/**
 * When a transaction began, in an order of all: by its manager's serial number, and then by the manager's name. A
 * transaction that is tried again keeps its age, so that it is the oldest some day.
 */
export interface Age {
  readonly serial: number;
  readonly manager: NodeId;
}

/** Whether `a` began earlier. */
export function isOlder(a: Age, b: Age): boolean {
  return a.serial !== b.serial ? a.serial < b.serial : a.manager < b.manager;
}

/** Who has a key, and who wants it, first come first served. */
export interface Lock {
  readonly holders: Map<TransactionId, Mode>;
  readonly queue: Request[];
}

/** A transaction wants a lock. */
export interface Request {
  readonly transaction: TransactionId;
  readonly mode: Mode;
}

/** All locks of a shard: no entry where nobody has or wants the key. */
export type Locks = Map<string, Lock>;

/**
 * Ask for a lock; says whether it is granted. Else the request waits its turn: a transaction that has the key in shared
 * mode and wants it exclusively goes first, for nobody behind it could get it before.
 */
export function acquire(locks: Locks, key: string, { transaction, mode }: Request): boolean {
  const lock: Lock = locks.get(key) ?? { holders: new Map(), queue: [] };
  locks.set(key, lock);
  const held = lock.holders.get(transaction);
  if (held === "exclusive" || held === mode) return true;
  if (lock.queue.some((waiting) => waiting.transaction === transaction)) return false;
  if ((held || lock.queue.length === 0) && isCompatible(lock, { transaction, mode })) {
    lock.holders.set(transaction, mode);
    return true;
  }
  if (held) lock.queue.unshift({ transaction, mode });
  else lock.queue.push({ transaction, mode });
  return false;
}

/** Give back all that a transaction has and wants. */
export function release(locks: Locks, transaction: TransactionId): void {
  for (const [key, lock] of locks) {
    lock.holders.delete(transaction);
    const at = lock.queue.findIndex((waiting) => waiting.transaction === transaction);
    if (at >= 0) lock.queue.splice(at, 1);
    if (lock.holders.size === 0 && lock.queue.length === 0) locks.delete(key);
  }
}

/** Grant what has become free, in turn; the requests that were granted, each with its key. */
export function grant(locks: Locks): readonly (Request & { readonly key: string })[] {
  const granted: (Request & { readonly key: string })[] = [];
  for (const [key, lock] of locks) {
    for (let next = lock.queue[0]; next && isCompatible(lock, next); next = lock.queue[0]) {
      lock.queue.shift();
      lock.holders.set(next.transaction, next.mode);
      granted.push({ ...next, key });
    }
  }
  return granted;
}

/**
 * Who waits for whom: for those who have the key in a mode that does not go with the own, and for such who are before
 * one.
 */
export function waits(locks: Locks): readonly { readonly waiter: TransactionId; readonly blocker: TransactionId }[] {
  const pairs: { readonly waiter: TransactionId; readonly blocker: TransactionId }[] = [];
  for (const { holders, queue } of locks.values()) {
    queue.forEach(({ transaction, mode }, i) => {
      const ahead = [
        ...Array.from(holders, ([holder, held]) => ({ transaction: holder, mode: held })),
        ...queue.slice(0, i),
      ];
      const blockers = ahead.filter(
        (other) => other.transaction !== transaction && !(mode === "shared" && other.mode === "shared"),
      );
      for (const blocker of new Set(blockers.map((other) => other.transaction)))
        pairs.push({ waiter: transaction, blocker });
    });
  }
  return pairs;
}

function isCompatible({ holders }: Lock, { transaction, mode }: Request): boolean {
  for (const [holder, held] of holders) {
    if (holder !== transaction && (mode === "exclusive" || held === "exclusive")) return false;
  }
  return true;
}

/**
 * A circle in a waits-for graph (Holt, "Some Deadlock Properties of Computer Systems", 1972), in its order; null if
 * there is none.
 */
export function circleOf(
  pairs: Iterable<{ readonly waiter: string; readonly blocker: string }>,
): readonly string[] | null {
  const next = new Map<string, string[]>();
  for (const { waiter, blocker } of pairs) next.set(waiter, [...(next.get(waiter) ?? []), blocker]);
  const done = new Set<string>();
  const path: string[] = [];
  const walk = (node: string): readonly string[] | null => {
    const at = path.indexOf(node);
    if (at >= 0) return path.slice(at);
    if (done.has(node)) return null;
    path.push(node);
    for (const other of next.get(node) ?? []) {
      const circle = walk(other);
      if (circle) return circle;
    }
    path.pop();
    done.add(node);
    return null;
  };
  for (const node of next.keys()) {
    const circle = walk(node);
    if (circle) return circle;
  }
  return null;
}
