import { finite, integer, options, show } from "../../core/parameters.js";
import type { Statement } from "./statement.js";

/** What a client's transaction does, step by step; what it writes may depend on what it has read. */
export type Step =
  | { readonly kind: "read"; readonly key: string }
  | { readonly kind: "select"; readonly predicate: string }
  | { readonly kind: "write"; readonly key: string; readonly value: number | Sum | null; readonly when: Condition | null }
  | { readonly kind: "add"; readonly key: string; readonly amount: number };

/** What the transaction has read in these rows, all added up, and more. */
export interface Sum {
  readonly of: readonly string[];
  readonly plus: number;
}

/** The step is done only if what was read in these rows adds up to so much, or a select has found so many rows. */
export type Condition =
  | { readonly kind: "sum"; readonly of: readonly string[]; readonly atLeast: number }
  | { readonly kind: "count"; readonly predicate: string; readonly atLeast: number };

/** A transaction that a client wants done. */
export interface Transact {
  readonly kind: "transact";
  readonly steps: readonly Step[];
  /** It says at its beginning that it reads only. */
  readonly readOnly: boolean;
}

/** Read a row. */
export function read(key: string): Step {
  return { kind: "read", key: named("key", key) };
}

/** Read all rows that match a predicate of the database. */
export function select(predicate: string): Step {
  return { kind: "select", predicate: named("predicate", predicate) };
}

/** Write a row: a number, null to delete it, or what `plus` reckons from what was read; perhaps only on a condition. */
export function write(key: string, value: number | Sum | null, when: Condition | null = null): Step {
  named("key", key);
  if (typeof value === "number") finite("value", value, { min: -Number.MAX_VALUE });
  return { kind: "write", key, value, when };
}

/** Read and write a row in one statement, such as UPDATE … SET x = x + 1. */
export function add(key: string, amount: number): Step {
  return { kind: "add", key: named("key", key), amount: finite("amount", amount, { min: -Number.MAX_VALUE }) };
}

/** What the transaction has read in a row, and so much more: `write("x", plus("x", 1))`. */
export function plus(key: string, amount: number): Sum {
  return { of: [named("key", key)], plus: finite("amount", amount, { min: -Number.MAX_VALUE }) };
}

/** If what was read in these rows adds up to at least so much. */
export function ifSum(of: readonly string[], atLeast: number): Condition {
  return { kind: "sum", of: of.map((key) => named("of", key)), atLeast: finite("atLeast", atLeast, { min: -Number.MAX_VALUE }) };
}

/** If the select of a predicate has found at least so many rows. */
export function ifCount(predicate: string, atLeast: number): Condition {
  return { kind: "count", predicate: named("predicate", predicate), atLeast: integer("atLeast", atLeast) };
}

/**
 * A transaction of these steps, as a request to a session.
 *
 * @throws RangeError if there is no step, or one that writes in a transaction that reads only
 */
export function transact(steps: readonly Step[], given: { readonly readOnly?: boolean } = {}): Transact {
  const { readOnly = false } = options("transact", given, ["readOnly"]);
  if (!Array.isArray(steps) || steps.length === 0) throw new RangeError(`steps must be a list of at least one step, got ${show(steps)}`);
  if (readOnly && steps.some(({ kind }) => kind === "write" || kind === "add")) throw new RangeError("steps must not write in a transaction that reads only");
  return { kind: "transact", steps, readOnly };
}

/** What a transaction has found so far: the last value of each row, and the rows of each predicate. */
export interface Findings {
  readonly values: Map<string, number | null>;
  readonly counts: Map<string, number>;
}

/** The statement for a step; null if its condition does not hold. */
export function statementFor(step: Step, { values, counts }: Findings): Statement | null {
  const sum = (keys: readonly string[]): number => keys.reduce((total, key) => total + (values.get(key) ?? 0), 0);
  if (step.kind !== "write") return step;
  const { key, value, when } = step;
  if (when?.kind === "sum" && sum(when.of) < when.atLeast) return null;
  if (when?.kind === "count" && (counts.get(when.predicate) ?? 0) < when.atLeast) return null;
  return { kind: "write", key, value: typeof value === "object" && value !== null ? sum(value.of) + value.plus : value };
}

function named(name: string, value: unknown): string {
  if (typeof value !== "string" || value === "") throw new TypeError(`${name} must be a name, got ${show(value)}`);
  return value;
}
