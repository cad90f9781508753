import { circleOf } from "../locks.js";

/** A lock that a transaction has or wants: on a row, or on a predicate. */
export type Wish =
  | { readonly kind: "row"; readonly transaction: string; readonly key: string; readonly mode: "shared" }
  /** `touches` are the predicates that the row matched before the write, or matches after it. */
  | { readonly kind: "row"; readonly transaction: string; readonly key: string; readonly mode: "exclusive"; readonly touches: readonly string[] }
  | { readonly kind: "predicate"; readonly transaction: string; readonly predicate: string };

/**
 * Who has which locks, and who waits, in the order in which they came. Locks on keys alone (`Locks`) do not do here: a
 * lock on a predicate is in the way of rows that are not there yet (Eswaran, Gray, Lorie and Traiger 1976, section 5).
 */
export interface LockTable {
  held: Wish[];
  queue: Wish[];
}

/**
 * Ask for a lock; says whether it is granted. Else the wish joins the queue. Nobody overtakes a wish that is in the way,
 * but who has the row in shared mode and wants it exclusively: nobody behind it could get it before.
 */
export function lock(table: LockTable, wish: Wish): boolean {
  if (table.held.some((other) => covers(other, wish))) return true;
  if (blockers(table, wish).length > 0) {
    if (!table.queue.some((other) => other.transaction === wish.transaction)) table.queue.push(wish);
    return false;
  }
  table.queue = table.queue.filter((other) => other.transaction !== wish.transaction);
  table.held.push(wish);
  return true;
}

/** Give back some locks of a transaction, by default all that it has and wants. */
export function unlock(table: LockTable, transaction: string, which: (wish: Wish) => boolean = () => true): void {
  const stays = (wish: Wish): boolean => wish.transaction !== transaction || !which(wish);
  table.held = table.held.filter(stays);
  table.queue = table.queue.filter(stays);
}

/** The circle of transactions that wait for each other and that this one closes; null if there is none. */
export function deadlock(table: LockTable, transaction: string): readonly string[] | null {
  const pairs = table.queue.flatMap((wish) => blockers(table, wish).map((blocker) => ({ waiter: wish.transaction, blocker })));
  const circle = circleOf(pairs);
  return circle?.includes(transaction) ? circle : null;
}

/** For whom a wish waits: for those who have what is in its way, and for such wishes before it. */
function blockers({ held, queue }: LockTable, wish: Wish): readonly string[] {
  const isUpgrade = wish.kind === "row" && held.some((other) => other.kind === "row" && other.key === wish.key && other.transaction === wish.transaction);
  const at = queue.findIndex((other) => other.transaction === wish.transaction);
  const ahead = isUpgrade ? [] : queue.slice(0, at < 0 ? queue.length : at);
  const names = [...held, ...ahead].filter((other) => excludes(other, wish)).map((other) => other.transaction);
  return [...new Set(names)];
}

function excludes(a: Wish, b: Wish): boolean {
  if (a.transaction === b.transaction) return false;
  if (a.kind === "row" && b.kind === "row") return a.key === b.key && (a.mode === "exclusive" || b.mode === "exclusive");
  if (a.kind === "predicate") return b.kind === "row" && b.mode === "exclusive" && b.touches.includes(a.predicate);
  return a.mode === "exclusive" && b.kind === "predicate" && a.touches.includes(b.predicate);
}

/** Whether who has the first lock needs no second. */
function covers(had: Wish, wish: Wish): boolean {
  if (had.transaction !== wish.transaction) return false;
  if (had.kind === "predicate") return wish.kind === "predicate" && had.predicate === wish.predicate;
  if (wish.kind === "predicate" || had.key !== wish.key) return false;
  if (wish.mode === "shared") return true;
  return had.mode === "exclusive" && wish.touches.every((predicate) => had.touches.includes(predicate));
}
