import { show } from "../core/parameters.js";

/** The version of a row: who wrote it, and that transaction's how manieth write of this row it is, from 1. */
export interface VersionName {
  readonly by: string;
  readonly nth: number;
}

/** One operation of a history of transactions. */
export type HistoryEvent =
  | { readonly kind: "begin"; readonly transaction: string }
  /** `of` is the version that was read; null for the one that was there before all transactions. */
  | { readonly kind: "read"; readonly transaction: string; readonly key: string; readonly of: VersionName | null; readonly value?: unknown }
  /** `predicates` says which predicates the new version matches; of one that is not named, what held before holds on. */
  | { readonly kind: "write"; readonly transaction: string; readonly key: string; readonly value?: unknown; readonly predicates?: Readonly<Record<string, boolean>> }
  /** A look for all rows that match a predicate. `saw` has the version of each row that was looked at, whether it matches or not; rows that are not named were seen as they were before all transactions. */
  | { readonly kind: "select"; readonly transaction: string; readonly predicate: string; readonly saw: readonly Seen[] }
  | { readonly kind: "commit"; readonly transaction: string }
  | { readonly kind: "abort"; readonly transaction: string };

/** A row, and the version of it that somebody saw. */
export interface Seen {
  readonly key: string;
  readonly of: VersionName | null;
}

/** What transactions did, in the order in which it happened (Bernstein, Hadzilacos and Goodman 1987, chapter 2; Adya 1999, chapter 3). */
export interface TransactionHistory {
  readonly events: readonly HistoryEvent[];
  /**
   * In which order the versions of a row come: that of the last writes of their transactions, as where there is one
   * place for each row; that of their commits, as where each transaction installs its versions at its end; or, for each
   * row, the transactions in their order.
   */
  readonly order: "writes" | "commits" | Readonly<Record<string, readonly string[]>>;
  /** Which predicates the rows matched before all transactions; rows that are not named matched none. */
  readonly initially?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Read a history in the notation of Berenson and others ("A Critique of ANSI SQL Isolation Levels", 1995), with
 * Adya's additions for versions (1999). Operations are separated by spaces or nothing:
 *
 * - `b1` T1 begins, `c1` it commits, `a1` it aborts;
 * - `r1[x]`, `r1[x=50]` T1 reads x; `r2[x1]`, `r2[x0=50]` it reads the version that T1 wrote, or the first one;
 * - `w1[x]`, `w1[x=10]` T1 writes x;
 * - `r1[P]` T1 reads all rows that match the predicate P; `r1[P: x0, y2]` and which versions it saw;
 * - `w2[insert y to P]`, `w2[y in P]`, `w2[delete y from P]` T2 writes a row that then matches P, or no longer does;
 * - `[x2 << x1]` at the end: the order of the versions of x.
 *
 * Rows are small letters, predicates begin with a capital one. Where no read names a version, a read finds what was
 * written last by a transaction that has not aborted, and versions come in the order of writes. Where reads name
 * versions, all must, and versions come in the order of commits, if the end does not say otherwise.
 *
 * @throws RangeError for a text that is no history: with the place where it stops making sense
 */
export function readTransactions(text: string): TransactionHistory {
  if (typeof text !== "string") throw new TypeError(`a history must be a text such as "r1[x] w1[x=1] c1", got ${show(text)}`);
  const items = itemsOf(text);
  const isVersioned = items.some(({ verb, body }) => verb === "r" && body !== null && isVersion.test(body));
  const events: HistoryEvent[] = [];
  const order: Record<string, string[]> = {};
  const over = new Set<string>();
  for (const { verb, number, body, at } of items) {
    if (verb === "<") {
      const names = body!.split("<<").map((part) => /^\s*([a-z]+)(\d+)\s*$/.exec(part));
      if (names.some((name) => name === null || name[1] !== names[0]![1])) fail(text, at, "an order of versions looks like [x1 << x2]");
      order[names[0]![1]!] = names.map((name) => `T${name![2]}`).filter((by) => by !== "T0");
      continue;
    }
    const transaction = `T${number}`;
    if (over.has(transaction)) fail(text, at, `${transaction} is over already`);
    if (verb === "b" || verb === "c" || verb === "a") {
      if (body !== null) fail(text, at, `${verb}${number} has nothing in brackets`);
      if (verb !== "b") over.add(transaction);
      events.push({ kind: verb === "b" ? "begin" : verb === "c" ? "commit" : "abort", transaction });
      continue;
    }
    if (body === null) fail(text, at, `${verb}${number} needs a row in brackets, such as ${verb}${number}[x]`);
    events.push(verb === "w" ? writeOf(text, at, transaction, body!) : readOf({ text, at, transaction, body: body!, events, items, isVersioned }));
  }
  const initially = firstMatches(events);
  return {
    events,
    order: Object.keys(order).length > 0 ? order : isVersioned ? "commits" : "writes",
    ...(Object.keys(initially).length > 0 ? { initially } : {}),
  };
}

/** The history as text, with the version that each read found: `r1[x0=50] w1[x1=10] c1`. Transactions that have no number in their names are numbered as they come. */
export function transactionText({ events }: Pick<TransactionHistory, "events">): string {
  const names = [...new Set(events.flatMap((event) => [event.transaction]))];
  const isNumbered = names.every((name) => /^T\d+$/.test(name));
  const number = (name: string): string => (isNumbered ? name.slice(1) : String(names.indexOf(name) + 1));
  const version = (key: string, of: VersionName | null): string => `${key}${of === null ? 0 : number(of.by)}`;
  const valued = (value: unknown): string => (value === undefined ? "" : `=${value === null ? "none" : String(value)}`);
  return events
    .map((event) => {
      const n = number(event.transaction);
      switch (event.kind) {
        case "begin":
          return `b${n}`;
        case "read":
          return `r${n}[${version(event.key, event.of)}${valued(event.value)}]`;
        case "write":
          return `w${n}[${event.key}${n}${valued(event.value)}]`;
        case "select":
          return `r${n}[${[event.predicate, ...(event.saw.length > 0 ? [event.saw.map(({ key, of }) => version(key, of)).join(", ")] : [])].join(": ")}]`;
        case "commit":
          return `c${n}`;
        case "abort":
          return `a${n}`;
      }
    })
    .join(" ");
}

interface Item {
  readonly verb: string;
  readonly number: string;
  readonly body: string | null;
  readonly at: number;
}

/** A read that names its version, or a predicate's read that names those that it saw. */
const isVersion = /^\s*([a-z]+\d|[A-Z]\w*\s*:)/;

function itemsOf(text: string): readonly Item[] {
  const items: Item[] = [];
  const one = /\s*(?:,\s*)?(?:([rwbca])(\d+)(?:\[([^\]]*)\])?|\[([^\]]*<<[^\]]*)\])/y;
  let at = 0;
  while (text.slice(at).trim() !== "") {
    one.lastIndex = at;
    const found = one.exec(text);
    if (!found) return fail(text, at, "expected an operation such as r1[x], w2[y=5], c1 or a2");
    items.push({ verb: found[1] ?? "<", number: found[2] ?? "", body: found[3] ?? found[4] ?? null, at });
    at = one.lastIndex;
  }
  if (items.length === 0) throw new RangeError("a history must have at least one operation, got none");
  return items;
}

function writeOf(text: string, at: number, transaction: string, body: string): HistoryEvent {
  const found =
    /^\s*(?:(insert|delete)\s+)?([a-z]+)(\d+)?\s*(?:=\s*([^\s\]]+))?\s*(?:(to|in|from)\s+([A-Z]\w*(?:\s*,\s*[A-Z]\w*)*))?\s*$/.exec(body);
  if (!found) return fail(text, at, `cannot read the write [${body}]: it looks like x, x=5, x in P, insert x to P, or delete x from P`);
  const [, verb, key, version, value, , names] = found;
  if (version !== undefined && `T${version}` !== transaction) fail(text, at, `${transaction} cannot write the version ${key}${version}`);
  const predicates = names === undefined ? null : Object.fromEntries(names.split(",").map((name) => [name.trim(), verb !== "delete"]));
  return {
    kind: "write", transaction, key: key!,
    ...(value === undefined ? {} : { value: valueOf(value) }), ...(predicates === null ? {} : { predicates }),
  };
}

interface Reading {
  readonly text: string;
  readonly at: number;
  readonly transaction: string;
  readonly body: string;
  /** What came before. */
  readonly events: readonly HistoryEvent[];
  readonly items: readonly Item[];
  readonly isVersioned: boolean;
}

function readOf({ text, at, transaction, body, events, items, isVersioned }: Reading): HistoryEvent {
  const seen = (key: string, version: string | undefined, nth: string | undefined): VersionName | null => {
    if (version === undefined) {
      if (isVersioned) return fail(text, at, `the read of ${key} must name its version, such as ${key}0, as others do`);
      return lastWrite(events, key);
    }
    if (version === "0") return null;
    const writes = items.filter((item) => item.verb === "w" && item.number === version && new RegExp(`^\\s*(?:insert\\s+|delete\\s+)?${key}(?![a-z])`).test(item.body ?? "")).length;
    if (writes === 0) return fail(text, at, `nobody writes the version ${key}${version}`);
    return { by: `T${version}`, nth: nth === undefined ? writes : Number(nth) };
  };
  const select = /^\s*([A-Z]\w*)\s*(?::\s*(.*?))?\s*$/.exec(body);
  if (select) {
    const [, predicate, list] = select;
    const saw =
      list === undefined
        ? [...new Set(events.flatMap((event) => (event.kind === "write" ? [event.key] : [])))].map((key) => ({ key, of: lastWrite(events, key) }))
        : list.split(",").map((part) => {
            const row = /^\s*([a-z]+)(\d+)(?:\.(\d+))?\s*$/.exec(part);
            if (!row) return fail(text, at, `cannot read the version ${show(part)}: it looks like x0 or x1`);
            return { key: row[1]!, of: seen(row[1]!, row[2], row[3]) };
          });
    return { kind: "select", transaction, predicate: predicate!, saw };
  }
  const found = /^\s*([a-z]+)(?:(\d+)(?:\.(\d+))?)?\s*(?:=\s*([^\s\]]+))?\s*$/.exec(body);
  if (!found) return fail(text, at, `cannot read the read [${body}]: it looks like x, x=5, x0, x1=5, P, or P: x0, y1`);
  const [, key, version, nth, value] = found;
  const of = seen(key!, version, nth);
  const wanted = value === undefined ? undefined : valueOf(value);
  const written = of === null ? undefined : events.filter((event) => event.kind === "write" && event.key === key && event.transaction === of.by)[of.nth - 1];
  if (wanted !== undefined && written?.kind === "write" && written.value !== undefined && written.value !== wanted)
    return fail(text, at, `${transaction} reads ${show(wanted)} in ${key}, where ${of!.by} wrote ${show(written.value)}`);
  return { kind: "read", transaction, key: key!, of, ...(wanted === undefined ? {} : { value: wanted }) };
}

/** What a row has where there is one place for it: what was written last, but for what was rolled back. */
function lastWrite(events: readonly HistoryEvent[], key: string): VersionName | null {
  const aborted = new Set(events.flatMap((event) => (event.kind === "abort" ? [event.transaction] : [])));
  const counts = new Map<string, number>();
  let last: VersionName | null = null;
  for (const event of events) {
    if (event.kind !== "write" || event.key !== key) continue;
    const nth = (counts.get(event.transaction) ?? 0) + 1;
    counts.set(event.transaction, nth);
    if (!aborted.has(event.transaction)) last = { by: event.transaction, nth };
  }
  return last;
}

/** A row matched a predicate from the beginning if the first thing that happens to it there is its removal. */
function firstMatches(events: readonly HistoryEvent[]): Record<string, string[]> {
  const known = new Set<string>();
  const initially: Record<string, string[]> = {};
  for (const event of events) {
    if (event.kind !== "write") continue;
    for (const [predicate, matches] of Object.entries(event.predicates ?? {})) {
      if (!known.has(`${event.key} ${predicate}`) && !matches) (initially[event.key] ??= []).push(predicate);
      known.add(`${event.key} ${predicate}`);
    }
  }
  return initially;
}

function valueOf(text: string): string | number {
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

function fail(text: string, at: number, problem: string): never {
  throw new RangeError(`${problem}; at ${show(text.slice(at).trim().slice(0, 30))}, character ${at + 1} of the history`);
}
