import type { AbortReason, Result, Statement } from "./statement.js";

/** A session says to the database: do this for my transaction. One that reads only says so with each statement. */
export interface StatementMessage {
  readonly kind: "statement";
  readonly transaction: string;
  readonly readOnly: boolean;
  readonly statement: Statement;
}

/** The database says to a session what came of it; perhaps after a while, if the statement had to wait for a lock. */
export interface ResultMessage {
  readonly kind: "result";
  readonly transaction: string;
  readonly result: Result;
}

/** What a client hears in the end. */
export interface Transacted {
  readonly outcome: "commit" | "abort";
  /** The name of the try that counts. */
  readonly transaction: string;
  /** How often it was tried. */
  readonly tries: number;
  /** Why the last try was given up; null if it was not. */
  readonly reason: AbortReason | null;
  /** The values that it has read. */
  readonly found: Readonly<Record<string, number | null>>;
}
