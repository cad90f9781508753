import type { HistoryEvent, VersionName } from "../../history/notation.js";
import { antiDependency, type Danger, dangerIn, type Dependent, endOfDangerous, isNewer, noteCommit } from "./dangerous.js";
import { deadlock, lock, type LockTable, unlock, type Wish } from "./lock-table.js";
import type { Scheme } from "./scheme.js";
import { type AbortReason, matches, type Predicate, type Result, type Statement } from "./statement.js";

/** One version of a row. */
export interface Version {
  readonly value: number | null;
  /** Who wrote it, and whose manieth write to this row it is; null for the first. */
  readonly of: VersionName | null;
  /** The number of the commit that installed it, from 1; 0 for the first version, null while its writer is active. */
  at: number | null;
}

/** A transaction under way. */
export interface Transaction extends Dependent {
  /** What it has written, by row: its last value there, and how many writes that took. */
  readonly writes: Map<string, { readonly value: number | null; readonly nth: number }>;
}

/** A transaction that has committed, while others that were under way then still are. */
export interface Past extends Dependent {
  /** The predicates that one of the rows that it wrote had matched before, or matches now. */
  readonly touched: readonly string[];
  readonly wrote: readonly string[];
}

/** What a database holds. */
export interface Data {
  /** How many transactions have committed. */
  commits: number;
  /** The versions of each row, the oldest first. */
  readonly rows: Map<string, Version[]>;
  readonly active: Map<string, Transaction>;
  readonly past: Map<string, Past>;
  readonly locks: LockTable;
  /** Statements that wait for a lock, in their order. */
  waiting: { readonly transaction: string; readonly statement: Statement }[];
  /** Transactions that were given up between two of their statements, and have not been told yet. */
  readonly ended: Map<string, AbortReason>;
}

/** How the database works: never changes. */
export interface Setting {
  readonly scheme: Scheme;
  readonly predicates: Readonly<Record<string, Predicate>>;
  /** Rules in place of the database's own; by default none. */
  readonly rules?: Partial<EngineRules>;
}

/** Three rules that can be taken out and replaced. */
export interface EngineRules {
  /**
   * The first committer wins: whether a transaction that began when so many had committed, and that wrote these rows, may
   * commit after others that committed since.
   */
  mayCommit(self: { readonly snapshot: number; readonly wrote: readonly string[] }, others: readonly { readonly at: number; readonly wrote: readonly string[] }[]): boolean;
  /** Whether a write is in the way of those who look for the rows of a predicate. */
  touches(predicate: Predicate, row: { readonly key: string; readonly before: number | null; readonly after: number | null }): boolean;
  /** Whether one of the three must be given up. */
  isDangerous(danger: Danger): boolean;
}

/** The database's own rules. */
function rulesOf({ dangerous }: Scheme): EngineRules {
  return {
    mayCommit: ({ snapshot, wrote }, others) => !others.some((other) => other.at > snapshot && other.wrote.some((key) => wrote.includes(key))),
    touches: (predicate, { key, before, after }) => matches(predicate, key, before) || matches(predicate, key, after),
    isDangerous: (danger) => dangerIn(danger, dangerous),
  };
}

/** A statement has its result. */
export interface Answer {
  readonly transaction: string;
  readonly result: Result;
}

/** A database with these rows, and nobody at work. */
export function emptyData(rows: Readonly<Record<string, number>>): Data {
  return {
    commits: 0,
    rows: new Map(Object.entries(rows).map(([key, value]) => [key, [{ value, of: null, at: 0 }]])),
    active: new Map(), past: new Map(), locks: { held: [], queue: [] }, waiting: [], ended: new Map(),
  };
}

/**
 * Do what a transaction asks for. The answers are those to its statement, unless it has to wait, and those to others
 * that need not wait any longer. What happens is told, in its order.
 */
export function execute(data: Data, setting: Setting, { transaction, statement }: { readonly transaction: string; readonly statement: Statement }, tell: (event: HistoryEvent) => void): readonly Answer[] {
  return new Work(data, setting, tell).execute(transaction, statement);
}

/** One call of `execute`: what it needs all the way down. */
class Work {
  readonly #data: Data;
  readonly #scheme: Scheme;
  readonly #predicates: Setting["predicates"];
  readonly #rules: EngineRules;
  readonly #tell: (event: HistoryEvent) => void;
  readonly #answers: Answer[] = [];
  /** Whether a lock was given back. */
  #isFreed = false;

  constructor(data: Data, { scheme, predicates, rules = {} }: Setting, tell: (event: HistoryEvent) => void) {
    this.#data = data;
    this.#scheme = scheme;
    this.#rules = { ...rulesOf(scheme), ...rules };
    this.#predicates = predicates;
    this.#tell = tell;
  }

  execute(transaction: string, statement: Statement): readonly Answer[] {
    const reason = this.#data.ended.get(transaction);
    if (reason !== undefined) {
      this.#data.ended.delete(transaction);
      this.#answer(transaction, { kind: "aborted", reason });
      return this.#answers;
    }
    if (!this.#data.active.has(transaction)) this.#begin(transaction, statement);
    if (this.#mustWait(transaction, statement)) this.#data.waiting.push({ transaction, statement });
    while (this.#isFreed) {
      this.#isFreed = false;
      for (const next of this.#data.waiting) {
        // Given up since, and told.
        if (!this.#data.waiting.includes(next) || this.#mustWait(next.transaction, next.statement)) continue;
        this.#data.waiting = this.#data.waiting.filter((other) => other !== next);
      }
    }
    return this.#answers;
  }

  #answer(transaction: string, result: Result): void {
    this.#answers.push({ transaction, result });
  }

  #begin(transaction: string, statement: Statement): void {
    const isReadOnly = statement.kind === "begin" && statement.readOnly === true;
    this.#data.active.set(transaction, {
      id: transaction, snapshot: this.#data.commits, isReadOnly, at: null, writes: new Map(),
      reads: new Set(), selects: new Set(), into: new Set(), out: new Set(), firstOut: null,
    });
    this.#tell({ kind: "begin", transaction });
  }

  #mustWait(transaction: string, statement: Statement): boolean {
    const self = this.#data.active.get(transaction)!;
    const result = this.#do(self, statement);
    if (result !== null) this.#answer(transaction, result);
    if (result !== null || this.#isGone(self)) return false;
    if (deadlock(this.#data.locks, transaction) === null) return true;
    this.#abort(self, "deadlock", true);
    return false;
  }

  /** The result; null if it must wait, or has been given up. */
  #do(self: Transaction, statement: Statement): Result | null {
    switch (statement.kind) {
      case "begin":
        return { kind: "done" };
      case "read": {
        const version = this.#read(self, statement.key);
        return version && { kind: "value", value: version.value };
      }
      case "select":
        return this.#select(self, statement.predicate);
      case "write":
      case "add":
        return this.#write(self, statement);
      case "commit":
        return this.#commit(self);
      case "rollback":
        this.#abort(self, "rollback", true);
        return null;
    }
  }

  // ---------------------------------------------------------------------------------------------------------- reading

  #read(self: Transaction, key: string): Version | null {
    if (!this.#may(this.#scheme.readLocks, { kind: "row", transaction: self.id, key, mode: "shared" })) return null;
    const found = this.#found(self, key);
    this.#note(self, key, found);
    if (this.#scheme.readLocks === "short") this.#giveBack(self, (wish) => wish.kind === "row" && wish.key === key && wish.mode === "shared");
    return this.#isGone(self) ? null : found;
  }

  #select(self: Transaction, predicate: string): Result | null {
    const { predicateLocks, readLocks } = this.#scheme;
    const about = this.#predicates[predicate];
    if (about === undefined) throw new RangeError(`no predicate ${predicate} in this database: ${Object.keys(this.#predicates).join(", ") || "it has none"}`);
    if (!this.#may(predicateLocks, { kind: "predicate", transaction: self.id, predicate })) return null;
    const keys = [...this.#data.rows.keys()].sort();
    const found = keys.map((key) => ({ key, ...this.#found(self, key) }));
    const rows = found.filter(({ key, value }) => matches(about, key, value));
    for (const { key } of rows) if (!this.#may(readLocks, { kind: "row", transaction: self.id, key, mode: "shared" })) return null;
    self.selects.add(predicate);
    this.#tell({ kind: "select", transaction: self.id, predicate, saw: found.map(({ key, of }) => ({ key, of })) });
    for (const row of rows) this.#note(self, row.key, row);
    this.#lookPast(self, predicate);
    if (predicateLocks === "short") this.#giveBack(self, (wish) => wish.kind === "predicate" && wish.predicate === predicate);
    if (readLocks === "short") this.#giveBack(self, (wish) => wish.kind === "row" && wish.mode === "shared");
    return this.#isGone(self) ? null : { kind: "rows", rows: Object.fromEntries(rows.map(({ key, value }) => [key, value!])) };
  }

  /** The version that the transaction sees: its own, or what its level shows. */
  #found(self: Transaction, key: string): Version {
    const own = self.writes.get(key);
    if (own) return { value: own.value, of: { by: self.id, nth: own.nth }, at: null };
    const versions = this.#versions(key);
    const isSeen = ({ at }: Version): boolean => {
      switch (this.#scheme.reads) {
        case "latest":
          return true;
        case "committed":
          return at !== null;
        case "snapshot":
          return at !== null && at <= self.snapshot;
      }
    };
    // Without the right version, which must have been thrown away, the oldest one that is left.
    return versions.filter(isSeen).at(-1) ?? versions[0]!;
  }

  /** Note that it has read this version, and who has written a newer one already: it came before them. */
  #note(self: Transaction, key: string, { of, value }: Version): void {
    if (of?.by !== self.id) self.reads.add(key);
    this.#tell({ kind: "read", transaction: self.id, key, of, value });
    if (this.#scheme.dangerous === "none") return;
    for (const newer of this.#versions(key)) if (isNewer(newer, self)) this.#depends(self, newer.of!.by, self);
  }

  /** The same for a predicate: newer versions whose rows matched before, or match now. */
  #lookPast(self: Transaction, predicate: string): void {
    if (this.#scheme.dangerous === "none") return;
    const about = this.#predicates[predicate]!;
    for (const [key, versions] of this.#data.rows) {
      versions.forEach((version, i) => {
        const wasThere = i > 0 && matches(about, key, versions[i - 1]!.value);
        if (isNewer(version, self) && (wasThere || matches(about, key, version.value))) this.#depends(self, version.of!.by, self);
      });
    }
  }

  #versions(key: string): Version[] {
    const versions = this.#data.rows.get(key) ?? [{ value: null, of: null, at: 0 }];
    this.#data.rows.set(key, versions);
    return versions;
  }

  // ---------------------------------------------------------------------------------------------------------- writing

  #write(self: Transaction, statement: Statement & { readonly kind: "write" | "add" }): Result | null {
    const { key } = statement;
    const { writes, writeCheck } = this.#scheme;
    if (self.isReadOnly) throw new RangeError(`${self.id} has begun as one that reads only, and writes ${key}`);
    // A statement that reads, too, reads under the lock; so the lock comes before the value, and again with it.
    if (writes === "locked" && !this.#may("long", { kind: "row", transaction: self.id, key, mode: "exclusive", touches: [] })) return null;
    const versions = this.#versions(key);
    if (writeCheck === "at write" && versions.some(({ at, of }) => at !== null && at > self.snapshot && of?.by !== self.id)) {
      this.#abort(self, "changed by another", true);
      return null;
    }
    const found = this.#found(self, key);
    const value = statement.kind === "write" ? statement.value : (found.value ?? 0) + statement.amount;
    const before = self.writes.get(key) ?? versions.filter(({ at }) => at !== null).at(-1)!;
    const touches = this.#touched(key, before.value, value);
    if (writes === "locked" && !this.#may("long", { kind: "row", transaction: self.id, key, mode: "exclusive", touches })) return null;
    if (statement.kind === "add") this.#note(self, key, found);
    if (this.#isGone(self)) return null;
    const nth = (self.writes.get(key)?.nth ?? 0) + 1;
    self.writes.set(key, { value, nth });
    if (writes !== "deferred") {
      const others = versions.filter(({ at, of }) => at !== null || of?.by !== self.id);
      this.#data.rows.set(key, [...others, { value, of: { by: self.id, nth }, at: null }]);
    }
    const predicates = Object.fromEntries(Object.entries(this.#predicates).map(([name, about]) => [name, matches(about, key, value)]));
    this.#tell({ kind: "write", transaction: self.id, key, value, predicates });
    this.#lookForReaders(self, key, touches);
    return this.#isGone(self) ? null : { kind: "done" };
  }

  /** The predicates that a row matches before a write, or after it. */
  #touched(key: string, before: number | null, after: number | null): readonly string[] {
    return Object.entries(this.#predicates).flatMap(([name, about]) => (this.#rules.touches(about, { key, before, after }) ? [name] : []));
  }

  /** Who of those who were under way at the same time has read what is overwritten now: they came before it. */
  #lookForReaders(self: Transaction, key: string, touches: readonly string[]): void {
    if (this.#scheme.dangerous === "none") return;
    for (const reader of [...this.#data.active.values(), ...this.#data.past.values()]) {
      const isConcurrent = reader.at === null || reader.at > self.snapshot;
      if (reader.id === self.id || !isConcurrent) continue;
      if (reader.reads.has(key) || touches.some((predicate) => reader.selects.has(predicate))) this.#depends(reader, self.id, self);
    }
  }

  // ------------------------------------------------------------------------------------------------------- the end of it

  #commit(self: Transaction): Result | null {
    const stale = this.#problemAtCommit(self);
    if (stale !== null) {
      this.#abort(self, stale, true);
      return null;
    }
    const { active, past, rows } = this.#data;
    const at = ++this.#data.commits;
    self.at = at;
    const last = (key: string): number | null => this.#versions(key).filter((version) => version.at !== null).at(-1)!.value;
    const touched = new Set([...self.writes].flatMap(([key, { value }]) => this.#touched(key, last(key), value)));
    for (const [key, { value, nth }] of self.writes) {
      const own = rows.get(key)!.find(({ at: when, of }) => when === null && of?.by === self.id);
      if (own) own.at = at;
      else this.#versions(key).push({ value, of: { by: self.id, nth }, at });
    }
    this.#tell({ kind: "commit", transaction: self.id });
    active.delete(self.id);
    past.set(self.id, { ...self, touched: [...touched], wrote: [...self.writes.keys()] });
    noteCommit(this.#data, past.get(self.id)!);
    if (this.#scheme.checksAtCommit) this.#endDangerous([...self.into], null);
    this.#leave(self);
    return { kind: "committed" };
  }

  /** What has come in between since it began, if its level minds. */
  #problemAtCommit(self: Transaction): AbortReason | null {
    const { writeCheck, validatesReads } = this.#scheme;
    const past = [...this.#data.past.values()];
    const others = past.map(({ at, wrote }) => ({ at: at!, wrote }));
    if (writeCheck === "at commit" && !this.#rules.mayCommit({ snapshot: self.snapshot, wrote: [...self.writes.keys()] }, others)) return "changed by another";
    for (const { at, wrote, touched } of past) {
      if (at! <= self.snapshot) continue;
      if (validatesReads && (wrote.some((key) => self.reads.has(key)) || touched.some((predicate) => self.selects.has(predicate)))) return "read is stale";
    }
    return null;
  }

  /** `tells`: it is waiting for an answer, and this is it. Otherwise it hears with its next statement. */
  #abort(self: Transaction, reason: AbortReason, tells: boolean): void {
    const { active, rows, waiting, ended } = this.#data;
    for (const key of self.writes.keys()) rows.set(key, this.#versions(key).filter(({ at, of }) => at !== null || of?.by !== self.id));
    this.#tell({ kind: "abort", transaction: self.id });
    active.delete(self.id);
    for (const other of [...active.values(), ...this.#data.past.values()]) {
      other.into.delete(self.id);
      other.out.delete(self.id);
    }
    this.#leave(self);
    const isWaiting = waiting.some(({ transaction }) => transaction === self.id);
    this.#data.waiting = waiting.filter(({ transaction }) => transaction !== self.id);
    if (tells || isWaiting) this.#answer(self.id, { kind: "aborted", reason });
    else ended.set(self.id, reason);
  }

  /** It is over: its locks are free, and what only it could have needed may go. */
  #leave(self: Transaction): void {
    unlock(this.#data.locks, self.id);
    this.#isFreed = true;
    const { active, past, rows, commits } = this.#data;
    const oldest = Math.min(commits, ...Array.from(active.values(), ({ snapshot }) => snapshot));
    for (const [id, { at }] of past) if (at! <= oldest) past.delete(id);
    const horizon = this.#scheme.keeps === "the last" ? commits : oldest;
    for (const [key, versions] of rows) {
      let first = 0;
      versions.forEach(({ at }, i) => at !== null && at <= horizon && (first = i));
      if (first > 0) rows.set(key, versions.filter(({ at }, i) => i >= first || at === null));
    }
  }

  // ----------------------------------------------------------------------------------------------- locks and conflicts

  /** Whether the transaction may go on, as far as this lock goes. */
  #may(duration: "none" | "short" | "long", wish: Wish): boolean {
    return duration === "none" || lock(this.#data.locks, wish);
  }

  #giveBack(self: Transaction, which: (wish: Wish) => boolean): void {
    unlock(this.#data.locks, self.id, which);
    this.#isFreed = true;
  }

  /** `writer` overwrote what `reader` had read. `acting` is at work, so that it can be told at once. */
  #depends(reader: Dependent, writer: string, acting: Transaction): void {
    if (this.#isGone(acting)) return;
    antiDependency(this.#data, reader, writer);
    this.#endDangerous([reader.id, writer], acting);
  }

  /** End one transaction of each dangerous structure whose middle is one of these. */
  #endDangerous(pivots: readonly string[], acting: Transaction | null): void {
    if (this.#scheme.dangerous === "none") return;
    for (const pivot of pivots) {
      for (;;) {
        const victim = endOfDangerous(this.#data, this.#rules.isDangerous, pivot, acting?.id ?? null);
        if (victim === null) break;
        this.#abort(this.#data.active.get(victim)!, "dangerous structure", victim === acting?.id);
      }
    }
  }

  #isGone({ id }: Transaction): boolean {
    return !this.#data.active.has(id);
  }
}
