import { canonical } from "../core/canonical.js";
import { show } from "../core/parameters.js";
import { words } from "../core/words.js";
import { checkHistory, sessionsOf, type HistoryOperation } from "./operation.js";

/** A read or a write of a register, as a judge of registers sees it. */
export interface Access {
  /** Its row in the history. */
  readonly row: number;
  readonly client: string;
  readonly key: string;
  readonly isWrite: boolean;
  readonly isAnswered: boolean;
  /** Of a read: the number of the write that it saw, -1 for what was there before any write, -2 for what nobody wrote. */
  readonly from: number;
}

/** The accesses of a history, with the order of each client's session. */
export interface Accesses {
  readonly accesses: readonly Access[];
  /** For each client its accesses by number, in its order. */
  readonly sessions: ReadonlyMap<string, readonly number[]>;
}

/**
 * Reads and writes of registers, each read with the write that it saw. Reads without an answer are left out. Requests
 * are reads (`read`, `get`) and writes (`write`, `put`), with a `key` or none.
 *
 * @throws RangeError for other operations, and for a value that is written twice to a key or is there before any write:
 * then nobody knows which write a read saw
 */
export function accessesOf(history: readonly HistoryOperation[], initial: unknown): Accesses {
  checkHistory(history);
  const rows: number[] = [];
  const numberOf = new Map<number, number>();
  const writes = new Map<string, number>();
  const keys = history.map(({ request }) => canonical((request as { readonly key?: unknown }).key));
  const before = canonical(initial);
  history.forEach(({ request, returnedAt }, row) => {
    const isWrite = isWriteKind(request.kind);
    if (!isWrite && request.kind !== "read" && request.kind !== "get")
      throw new RangeError(`history[${row}]: a judge of registers knows the operations "read", "get", "write", "put", got ${show(request)}`);
    if (!isWrite && returnedAt === null) return;
    numberOf.set(row, rows.length);
    if (isWrite) {
      const { value } = request as { readonly value?: unknown };
      const name = `${keys[row]} ${canonical(value)}`;
      if (writes.has(name) || canonical(value) === before) {
        const again = writes.has(name) ? "written a second time" : "what is there before any write";
        throw new RangeError(`history[${row}]: ${words(value)} is ${again}; every write needs a value of its own, so that it is clear which one a read saw`);
      }
      writes.set(name, rows.length);
    }
    rows.push(row);
  });
  const accesses = rows.map((row): Access => {
    const { client, request, result, returnedAt } = history[row]!;
    const isWrite = isWriteKind(request.kind);
    const from = isWrite ? -1 : canonical(result) === before ? -1 : (writes.get(`${keys[row]} ${canonical(result)}`) ?? -2);
    return { row, client, key: keys[row]!, isWrite, isAnswered: returnedAt !== null, from };
  });
  const sessions = new Map<string, number[]>();
  for (const [client, session] of sessionsOf(history)) sessions.set(client, session.flatMap((row) => numberOf.get(row) ?? []));
  return { accesses, sessions };
}

function isWriteKind(kind: string): boolean {
  return kind === "write" || kind === "put";
}
