import { finite, options, show } from "../../core/parameters.js";

/** What a transaction asks of the database, one after the other. */
export type Statement =
  /** A transaction begins with its first statement; this one does nothing more. One that reads only may say so. */
  | { readonly kind: "begin"; readonly readOnly?: boolean }
  | { readonly kind: "read"; readonly key: string }
  /** All rows that match a predicate. */
  | { readonly kind: "select"; readonly predicate: string }
  /** A row with null for its value is not there. */
  | { readonly kind: "write"; readonly key: string; readonly value: number | null }
  /** A read and a write in one statement, such as UPDATE … SET x = x + 1. */
  | { readonly kind: "add"; readonly key: string; readonly amount: number }
  | { readonly kind: "commit" }
  | { readonly kind: "rollback" };

/** What came of a statement. */
export type Result =
  | { readonly kind: "value"; readonly value: number | null }
  | { readonly kind: "rows"; readonly rows: Readonly<Record<string, number>> }
  | { readonly kind: "done" }
  | { readonly kind: "committed" }
  /** The database, or the client itself, has given the transaction up. */
  | { readonly kind: "aborted"; readonly reason: AbortReason };

/**
 * Why: the client wished it; it was one of a circle of transactions that waited for each other; somebody else had changed the row that
 * it changes; what it had read had changed when it committed; or it was in a dangerous structure.
 */
export type AbortReason = "rollback" | "deadlock" | "changed by another" | "read is stale" | "dangerous structure";

/** Which rows a predicate matches: those whose name begins so, and whose value lies in the range. Of a row that is not there, none. */
export interface Predicate {
  readonly prefix?: string;
  readonly min?: number;
  readonly max?: number;
}

/** Whether a row with this value matches. */
export function matches({ prefix = "", min = -Infinity, max = Infinity }: Predicate, key: string, value: number | null): boolean {
  return value !== null && key.startsWith(prefix) && value >= min && value <= max;
}

/** Check the predicates that somebody names. */
export function checkPredicates(name: string, given: Readonly<Record<string, Predicate>>): Readonly<Record<string, Predicate>> {
  if (typeof given !== "object" || given === null) throw new TypeError(`${name} must be an object of predicates by name, got ${show(given)}`);
  for (const [predicate, about] of Object.entries(given)) {
    const { prefix = "", min, max } = options(`${name}.${predicate}`, about, ["prefix", "min", "max"]);
    if (typeof prefix !== "string") throw new TypeError(`${name}.${predicate}.prefix must be a text, got ${show(prefix)}`);
    for (const [field, value] of Object.entries({ min, max })) if (value !== undefined) finite(`${name}.${predicate}.${field}`, value, { min: -Number.MAX_VALUE });
  }
  return given;
}
