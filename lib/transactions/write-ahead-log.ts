import { fingerprint } from "../core/hash.js";
import type { TransactionId } from "../commit/transaction.js";
import type { Known, Version } from "./messages.js";

/**
 * A record of a shard's write-ahead log (预写日志): it is on disk before what it says counts. Data are changed in memory
 * only, and only at the end of a transaction, so that nothing ever has to be undone: recovery does again what the log
 * says. (Gray, "Notes on Data Base Operating Systems", 1978; in the words of Härdter and Reuter, "Principles of
 * Transaction-Oriented Database Recovery", 1983: no steal, no force.)
 */
export type LogRecord =
  /** All that there is, in place of the records before: so that the log need not be kept from the beginning. */
  | {
      readonly kind: "checkpoint";
      readonly values: Readonly<Record<string, Version>>;
      readonly prepared: Readonly<Record<TransactionId, Prepared>>;
    }
  /** The transaction may commit or abort: these are its writes, and what it holds. */
  | { readonly kind: "prepare"; readonly transaction: TransactionId; readonly prepared: Prepared }
  | { readonly kind: "commit" | "abort"; readonly transaction: TransactionId };

/** What is kept of a prepared transaction. */
export interface Prepared {
  readonly known: Known;
  /** The keys that it has read, and holds in shared mode. */
  readonly reads: readonly string[];
  /** What it will write, by key; it holds these exclusively. */
  readonly writes: Readonly<Record<string, number>>;
}

/** What a log says. */
export interface Recovered {
  readonly values: Map<string, Version>;
  readonly prepared: Map<TransactionId, Prepared>;
}

/** A record as it stands on disk: its text, and a fingerprint that tells a whole one from the beginning of one. */
export function encoded(record: LogRecord): string {
  const text = JSON.stringify(record);
  return `${fingerprint(text)} ${text}`;
}

/** The record; null where it is not whole. */
export function decoded(line: string): LogRecord | null {
  const text = line.slice(17);
  return line.slice(0, 17) === `${fingerprint(text)} ` ? (JSON.parse(text) as LogRecord) : null;
}

/**
 * What a log says, record by record, of data that opened with these values. The last record may be torn (撕裂): the
 * crash came while it was written, so nothing has counted on it, and it is passed over.
 *
 * @throws Error where a record before the last is damaged: then what follows cannot be trusted
 */
export function replayed(opening: ReadonlyMap<string, Version>, lines: readonly string[]): Recovered {
  const recovered: Recovered = { values: new Map(opening), prepared: new Map() };
  wholeLines(lines).forEach((line) => redo(recovered, decoded(line)!));
  return recovered;
}

/** A log without its last record, if that is torn. */
export function wholeLines(lines: readonly string[]): readonly string[] {
  const torn = lines.findIndex((line) => decoded(line) === null);
  if (torn >= 0 && torn < lines.length - 1) {
    throw new Error(`the log is damaged: record ${torn + 1} of ${lines.length} is not whole, and it is not the last`);
  }
  return torn < 0 ? lines : lines.slice(0, torn);
}

/** Do what a record says; to do it twice is as good as once. */
export function redo({ values, prepared }: Recovered, record: LogRecord): void {
  switch (record.kind) {
    case "checkpoint":
      values.clear();
      prepared.clear();
      for (const [key, version] of Object.entries(record.values)) values.set(key, version);
      for (const [transaction, kept] of Object.entries(record.prepared)) prepared.set(transaction, kept);
      return;
    case "prepare":
      prepared.set(record.transaction, record.prepared);
      return;
    case "commit":
      for (const [key, value] of Object.entries(prepared.get(record.transaction)?.writes ?? {})) {
        values.set(key, { value, version: record.transaction });
      }
      prepared.delete(record.transaction);
      return;
    case "abort":
      prepared.delete(record.transaction);
      return;
  }
}
