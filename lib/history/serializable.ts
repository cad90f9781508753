import { canonical } from "../core/canonical.js";
import { flag, options as checkOptions, show } from "../core/parameters.js";
import { words } from "../core/words.js";
import { Graph, type Edge } from "./graph.js";

/**
 * What a transaction did, as it saw it. A read names the version that it found and a write the version that it made:
 * by `version` where that is given, else by the value, which then must be written no more than once to a key. Null or
 * nothing is the version that was there before all transactions.
 *
 * An append adds to the end of a list, and a read of such a key finds the list. Lists tell in which order they grew.
 */
export type TransactionStep =
  | { readonly kind: "read"; readonly key: string; readonly value?: unknown; readonly version?: unknown }
  | { readonly kind: "write"; readonly key: string; readonly value?: unknown; readonly version?: unknown }
  | { readonly kind: "append"; readonly key: string; readonly value: unknown };

/** One transaction of a history. */
export interface TransactionRecord {
  /** Its name, which is its own. */
  readonly transaction: string;
  /** "unknown" where nobody was told: it counts as committed if somebody has seen what it wrote. */
  readonly outcome: "committed" | "aborted" | "unknown";
  /** What it did, in its order. */
  readonly steps: readonly TransactionStep[];
  /** When it was asked for, and answered; in ms. Only for `realTime`. */
  readonly invokedAt?: number;
  readonly returnedAt?: number | null;
}

/**
 * What can go wrong, the worst first, in the names of Adya ("Weak Consistency: A Generalized Theory and Optimistic
 * Implementations for Distributed Transactions", 1999) where he has one:
 *
 * - "garbage read": a version that nobody wrote;
 * - "internal": a transaction does not find what it has written itself;
 * - "incompatible orders": two reads of a list that cannot both be right (Kingsbury and Alvaro, "Elle", 2020);
 * - "G0": transactions overwrite each other in a circle (dirty write);
 * - "G1a": a version that was rolled back is read (aborted read);
 * - "G1b": a version that its own writer replaced before the end is read (intermediate read);
 * - "G1c": information flows in a circle of writes and reads;
 * - "G-single": a circle with one read of something that has been overwritten since (lost update, read skew);
 * - "G2": a circle with several of these (write skew);
 * - "real time": serializable, but only in an order that contradicts the clock: not strictly serializable.
 */
export type Anomaly =
  "garbage read" | "internal" | "incompatible orders" | "G0" | "G1a" | "G1b" | "G1c" | "G-single" | "G2" | "real time";

/** Why one transaction must come before another in any serial order. */
export interface Dependency {
  readonly from: string;
  readonly to: string;
  /**
   * "ww": `to` overwrote what `from` had written. "wr": `to` read it. "rw": `to` overwrote what `from` had read (an
   * anti-dependency). "rt": `from` was over before `to` began.
   */
  readonly kind: "ww" | "wr" | "rw" | "rt";
  /** Of what; null for "rt". */
  readonly key: string | null;
}

/** One thing that went wrong. */
export interface Finding {
  readonly anomaly: Anomaly;
  /** What happened, in a sentence. */
  readonly reason: string;
  /** A shortest circle of its kind; empty where the anomaly is none. */
  readonly cycle: readonly Dependency[];
}

/**
 * The isolation level that the history has, as Adya names them: "PL-1" forbids G0, "PL-2" (read committed) also G1a to
 * G1c, "PL-2+" (consistent views, a part of snapshot isolation) also G-single, "PL-3" is serializable. The level of
 * histories with garbage in them is "none".
 */
export type IsolationLevel = "none" | "PL-1" | "PL-2" | "PL-2+" | "PL-3";

/** What else is known of the history, and what is asked of it. */
export interface SerializabilityOptions {
  /**
   * For each key, its versions in the order in which they were installed, as the system knows it; a first one that no
   * transaction wrote is the one that was there before all of them. By default: lists tell their own order, and all
   * other versions are taken to be installed in the order of the rows, so rows should then stand in the order of their
   * commits.
   */
  readonly versions?: Readonly<Record<string, readonly unknown[]>>;
  /** Whether a transaction that began after another one was over must come after it, too (default false). */
  readonly realTime?: boolean;
}

/** What was found out about a history of transactions. */
export type SerializabilityVerdict = {
  /** Committed transactions, those of unknown outcome that have been seen among them. */
  readonly transactions: number;
  readonly dependencies: number;
  readonly level: IsolationLevel;
  readonly reason: string;
} & (
  | {
      readonly kind: "holds";
      /** A serial order that explains everything. */
      readonly order: readonly string[];
    }
  | {
      readonly kind: "violated";
      /** One finding for each kind of anomaly, the worst first. */
      readonly findings: readonly Finding[];
    }
);

/**
 * Whether the history is serializable (Papadimitriou 1979; here, as Adya defines it, by the direct serialization
 * graph): whether the committed transactions could have run one after the other, so that each would have read what it
 * did and the versions would have come in the same order. It holds if and only if the graph has no circle.
 *
 *     const read: TransactionStep = { kind: "read", key: "x", value: null };
 *     serializable([
 *       { transaction: "t1", outcome: "committed", steps: [read, { kind: "write", key: "x", value: 1 }] },
 *       { transaction: "t2", outcome: "committed", steps: [read, { kind: "write", key: "x", value: 2 }] },
 *     ]).reason; // Not serializable (G-single): t2 overwrote t1's x, and t1 overwrote the x that t2 had read.
 *
 * @throws RangeError or TypeError for rows that are none, a name that is there twice, or a version that is written twice
 */
export function serializable(
  history: readonly TransactionRecord[],
  options: SerializabilityOptions = {},
): SerializabilityVerdict {
  return new Judge(history, options).verdict();
}

const worstFirst: readonly Anomaly[] = [
  "garbage read",
  "internal",
  "incompatible orders",
  "G0",
  "G1a",
  "G1b",
  "G1c",
  "G-single",
  "G2",
  "real time",
];

/** Where a version came from. */
interface Written {
  readonly row: number;
  /** Its own writer wrote the key again later. */
  isFinal: boolean;
}

class Judge {
  readonly #history: readonly TransactionRecord[];
  readonly #realTime: boolean;
  readonly #given: SerializabilityOptions["versions"];
  /** Per key, and then by the version's name: who wrote it. */
  readonly #written = new Map<string, Map<string, Written>>();
  readonly #findings: Finding[] = [];
  readonly #committed: Uint8Array;

  constructor(history: readonly TransactionRecord[], options: SerializabilityOptions) {
    const { versions, realTime = false } = checkOptions("options of serializable", options, ["versions", "realTime"]);
    this.#history = history;
    this.#given = versions;
    this.#realTime = flag("realTime", realTime);
    checkRows(history, this.#realTime);
    if (versions !== undefined && (typeof versions !== "object" || versions === null)) {
      throw new TypeError(`versions must be an object of lists by key, got ${show(versions)}`);
    }
    this.#committed = new Uint8Array(history.length);
  }

  verdict(): SerializabilityVerdict {
    this.#enterWrites();
    this.#settleUnknown();
    const graph = new Graph(this.#history.length);
    this.#enterDependencies(graph);
    const dependencies = graph.size;
    if (this.#realTime) this.#enterTimes(graph);
    if (graph.hasCycle) this.#lookForCycles(graph);
    const transactions = this.#committed.reduce((sum, isCommitted) => sum + isCommitted, 0);
    this.#findings.sort((a, b) => worstFirst.indexOf(a.anomaly) - worstFirst.indexOf(b.anomaly));
    const findings = this.#findings.filter(
      ({ anomaly }, i) => this.#findings.findIndex((other) => other.anomaly === anomaly) === i,
    );
    const level = levelOf(findings);
    if (findings.length > 0) {
      const { anomaly, reason } = findings[0]!;
      const what = anomaly === "real time" ? "Serializable, but not strictly" : "Not serializable";
      return {
        kind: "violated",
        transactions,
        dependencies,
        level,
        findings,
        reason: `${what} (${anomaly}): ${reason}.`,
      };
    }
    const order = graph
      .order()
      .flatMap((row) => (row < this.#history.length && this.#committed[row] === 1 ? [this.#name(row)] : []));
    const strictly = this.#realTime ? "Strictly serializable" : "Serializable";
    const reason = `${strictly}: one order explains ${transactions === 1 ? "the one transaction" : `all ${transactions} transactions`}.`;
    return { kind: "holds", transactions, dependencies, level, order, reason };
  }

  #name(row: number): string {
    return this.#history[row]!.transaction;
  }

  #find(anomaly: Anomaly, reason: string, cycle: readonly Dependency[] = []): void {
    this.#findings.push({ anomaly, reason, cycle });
  }

  #enterWrites(): void {
    this.#history.forEach(({ steps, transaction }, row) => {
      const last = new Map<string, Written>();
      for (const step of steps) {
        if (step.kind === "read") continue;
        const version = versionOf(step);
        if (version === INITIAL)
          throw new RangeError(
            `${transaction} writes ${show(undefined)} to ${show(step.key)}: a version needs a value or a name`,
          );
        const ofKey = this.#written.get(step.key) ?? new Map<string, Written>();
        this.#written.set(step.key, ofKey);
        const other = ofKey.get(version);
        if (other) {
          const named = ("version" in step ? step.version : undefined) ?? step.value;
          throw new RangeError(
            `${transaction} writes ${show(named)} to ${show(step.key)}, which ${this.#name(other.row)} has written: ` +
              "give each write a version of its own",
          );
        }
        const written: Written = { row, isFinal: true };
        ofKey.set(version, written);
        // All that one transaction appends stays; of what it writes, the last.
        const before = last.get(step.key);
        if (before && step.kind === "write") before.isFinal = false;
        last.set(step.key, written);
      }
    });
  }

  /**
   * A transaction whose outcome nobody was told has committed if a committed one has read from it, or its version is
   * installed.
   */
  #settleUnknown(): void {
    const waiting: number[] = [];
    const commit = (row: number): void => {
      if (this.#committed[row] === 1 || this.#history[row]!.outcome === "aborted") return;
      this.#committed[row] = 1;
      waiting.push(row);
    };
    this.#history.forEach(({ outcome }, row) => outcome === "committed" && commit(row));
    for (const [key, versions] of Object.entries(this.#given ?? {})) {
      for (const version of versions) {
        const written = this.#written.get(key)?.get(nameOf(version));
        if (written) commit(written.row);
      }
    }
    for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
      for (const step of this.#history[row]!.steps) {
        if (step.kind !== "read") continue;
        const seen =
          Array.isArray(step.value) && step.version === undefined ? step.value.map(nameOf) : [versionOf(step)];
        for (const version of seen) {
          const written = this.#written.get(step.key)?.get(version);
          if (written) commit(written.row);
        }
      }
    }
  }

  /** The name of the first version of a key, where it is given and nobody wrote it. */
  #initialOf(key: string): string {
    const given = this.#given?.[key];
    if (given === undefined || given.length === 0) return INITIAL;
    const first = nameOf(given[0]);
    return this.#written.get(key)?.has(first) ? INITIAL : first;
  }

  /** The installed versions of each key in their order, by name, with their writers. */
  #installed(): Map<string, { readonly version: string; readonly row: number }[]> {
    const orders = this.#listOrders();
    const installed = new Map<string, { readonly version: string; readonly row: number }[]>();
    for (const [key, ofKey] of this.#written) {
      const all = [...ofKey].filter(([, { row, isFinal }]) => isFinal && this.#committed[row] === 1);
      const given = this.#given?.[key]?.map(nameOf) ?? orders.get(key);
      const inOrder: { readonly version: string; readonly row: number }[] = [];
      if (given) {
        const known = new Map(all);
        for (const version of given) {
          const written = known.get(version);
          if (!written) continue;
          known.delete(version);
          inOrder.push({ version, row: written.row });
        }
        // What no list has shown was appended last.
        for (const [version, { row }] of known) inOrder.push({ version, row });
      } else {
        for (const [version, { row }] of all) inOrder.push({ version, row });
      }
      installed.set(key, inOrder);
    }
    return installed;
  }

  /** The order in which lists grew: that of the longest one that a committed transaction has read. */
  #listOrders(): Map<string, readonly string[]> {
    const longest = new Map<string, { readonly row: number; readonly versions: readonly string[] }>();
    this.#history.forEach(({ steps }, row) => {
      if (this.#committed[row] === 0) return;
      for (const step of steps) {
        if (step.kind !== "read" || !Array.isArray(step.value) || step.version !== undefined) continue;
        const versions = step.value.map(nameOf);
        const other = longest.get(step.key);
        const [short, long] =
          other && other.versions.length > versions.length
            ? [versions, other.versions]
            : [other?.versions ?? [], versions];
        if (other && short.some((version, i) => version !== long[i])) {
          this.#find(
            "incompatible orders",
            `${this.#name(other.row)} and ${this.#name(row)} read lists of ${step.key} of which neither begins with the other`,
          );
        }
        if (!other || versions.length > other.versions.length) longest.set(step.key, { row, versions });
      }
    });
    for (const [key, { row, versions }] of longest) {
      const seen = new Set<string>();
      for (const [i, version] of versions.entries()) {
        const written = this.#written.get(key)?.get(version);
        const shown = words(this.#listRead(row, key, versions.length)[i]);
        if (!written) this.#find("garbage read", `${this.#name(row)} reads ${shown} in ${key}, which nobody appended`);
        else if (seen.has(version))
          this.#find("garbage read", `${this.#name(row)} reads ${shown} twice in ${key}, which was appended once`);
        else if (this.#committed[written.row] === 0)
          this.#find(
            "G1a",
            `${this.#name(row)} reads ${shown} in ${key}, which ${this.#name(written.row)} appended and rolled back`,
          );
        seen.add(version);
      }
    }
    return new Map(Array.from(longest, ([key, { versions }]) => [key, versions]));
  }

  /** The list of this length that the transaction of a row has read. */
  #listRead(row: number, key: string, length: number): readonly unknown[] {
    const found = this.#history[row]!.steps.find(
      (step) => step.kind === "read" && step.key === key && Array.isArray(step.value) && step.value.length === length,
    );
    return found!.value as readonly unknown[];
  }

  #enterDependencies(graph: Graph): void {
    const installed = this.#installed();
    const places = new Map<string, Map<string, number>>();
    for (const [key, versions] of installed) {
      places.set(key, new Map(versions.map(({ version }, place) => [version, place])));
      for (let i = 1; i < versions.length; i++) graph.add(versions[i - 1]!.row, versions[i]!.row, WW, key);
    }
    this.#history.forEach(({ steps }, row) => {
      if (this.#committed[row] === 0) return;
      const own = new Map<string, string | readonly string[]>();
      for (const step of steps) {
        switch (step.kind) {
          case "write":
            own.set(step.key, versionOf(step));
            break;
          case "append":
            own.set(step.key, [...((own.get(step.key) as readonly string[] | undefined) ?? []), nameOf(step.value)]);
            break;
          case "read":
            this.#enterRead(graph, row, step, own.get(step.key), installed, places);
        }
      }
    });
  }

  #enterRead(
    graph: Graph,
    row: number,
    step: TransactionStep & { kind: "read" },
    own: string | readonly string[] | undefined,
    installed: ReadonlyMap<string, readonly { readonly row: number }[]>,
    places: ReadonlyMap<string, ReadonlyMap<string, number>>,
  ): void {
    const { key } = step;
    const isList = Array.isArray(step.value) && step.version === undefined;
    let version: string;
    if (isList) {
      const names = (step.value as readonly unknown[]).map(nameOf);
      const mine = (own as readonly string[] | undefined) ?? [];
      const others = names.slice(0, names.length - mine.length);
      if (mine.some((name, i) => names[others.length + i] !== name)) {
        return this.#find("internal", `${this.#name(row)} does not find in ${key} what it has appended itself`);
      }
      version = others.at(-1) ?? INITIAL;
    } else {
      version = versionOf(step);
      if (own !== undefined) {
        if (own !== version)
          this.#find("internal", `${this.#name(row)} does not find in ${key} what it has written itself`);
        return;
      }
    }
    const shown = isList
      ? version === INITIAL
        ? "an empty list"
        : words((step.value as readonly unknown[]).at(-1))
      : words(step.version ?? step.value);
    const writes = installed.get(key) ?? [];
    if (version !== INITIAL && version === this.#initialOf(key)) version = INITIAL;
    if (version !== INITIAL) {
      const written = this.#written.get(key)?.get(version);
      if (!written)
        return isList
          ? undefined
          : this.#find("garbage read", `${this.#name(row)} reads ${shown} in ${key}, which nobody wrote`);
      if (written.row === row)
        return this.#find("internal", `${this.#name(row)} reads ${shown} in ${key} before it writes that itself`);
      const writer = this.#name(written.row);
      if (this.#committed[written.row] === 0)
        return isList
          ? undefined
          : this.#find("G1a", `${this.#name(row)} reads ${shown} in ${key}, which ${writer} wrote and rolled back`);
      if (!written.isFinal)
        return this.#find(
          "G1b",
          `${this.#name(row)} reads ${shown} in ${key}, which ${writer} itself replaced before its end`,
        );
      graph.add(written.row, row, WR, key);
    }
    const place = version === INITIAL ? -1 : places.get(key)!.get(version)!;
    let next = place + 1;
    if (isList && place >= 0 && writes[next]?.row === writes[place]!.row) {
      this.#find(
        "G1b",
        `${this.#name(row)} reads ${shown} at the end of ${key}, to which ${this.#name(writes[place]!.row)} appended more before its end`,
      );
      while (writes[next]?.row === writes[place]!.row) next++;
    }
    if (next < writes.length) graph.add(row, writes[next]!.row, RW, key);
  }

  /**
   * One node for each answer, in the order of time: an order of n transactions in 3n edges instead of n². They are put
   * after the transactions' own.
   */
  #enterTimes(graph: Graph): void {
    const rows = [...this.#committed.keys()].filter((row) => this.#committed[row] === 1);
    const ends = rows.filter((row) => Number.isFinite(this.#history[row]!.returnedAt ?? NaN));
    const endOf = (row: number): number => this.#history[row]!.returnedAt!;
    ends.sort((a, b) => endOf(a) - endOf(b));
    const first = graph.extend(ends.length);
    ends.forEach((row, i) => {
      graph.add(row, first + i, RT, null);
      if (i > 0) graph.add(first + i - 1, first + i, RT, null);
    });
    const begins = rows.filter((row) => this.#history[row]!.invokedAt !== undefined);
    begins.sort((a, b) => this.#history[a]!.invokedAt! - this.#history[b]!.invokedAt!);
    let over = 0;
    for (const row of begins) {
      while (over < ends.length && endOf(ends[over]!) < this.#history[row]!.invokedAt!) over++;
      if (over > 0) graph.add(first + over - 1, row, RT, null);
    }
  }

  #lookForCycles(graph: Graph): void {
    const kinds: readonly (readonly [Anomaly, allowed: number, once: number])[] = [
      ["G0", WW, WW],
      ["G1c", WW | WR, WR],
      ["G-single", WW | WR, RW],
      ["G2", WW | WR | RW, RW],
      ["real time", WW | WR | RW | RT, RT],
    ];
    for (const [anomaly, allowed, once] of kinds) {
      // A circle of G2 that has one anti-dependency only has been told already.
      if (anomaly === "G2" && this.#findings.some(({ anomaly: other }) => other === "G-single")) continue;
      if (anomaly === "real time" && this.#findings.length > 0) continue;
      const cycle = graph.shortestCycle({ allowed, once });
      if (cycle === null) continue;
      const dependencies = this.#dependenciesOf(cycle);
      this.#find(anomaly, dependencies.map(sentence).join(", and "), dependencies);
    }
  }

  /** A circle of edges, from its first transaction on and without the nodes that stand for times. */
  #dependenciesOf(cycle: readonly Edge[]): readonly Dependency[] {
    const n = this.#history.length;
    const start = cycle.reduce((first, { from }, i) => (from < cycle[first]!.from ? i : first), 0);
    const edges = [...cycle.slice(start), ...cycle.slice(0, start)];
    const dependencies: Dependency[] = [];
    let from = edges[0]!.from;
    for (const { to, kind, label } of edges) {
      if (to >= n) continue;
      dependencies.push({
        from: this.#name(from),
        to: this.#name(to),
        kind: kind === WW ? "ww" : kind === WR ? "wr" : kind === RW ? "rw" : "rt",
        key: label,
      });
      from = to;
    }
    return dependencies;
  }
}

const WW = 1;
const WR = 2;
const RW = 4;
const RT = 8;

/** The name of the version that was there before all transactions. */
const INITIAL = "";

/** A text for a version, so that equal values have equal texts. */
function nameOf(value: unknown): string {
  if (value === null || value === undefined) return INITIAL;
  return typeof value === "string" ? `"${value}` : typeof value === "number" ? `#${value}` : canonical(value);
}

function versionOf({ version, value }: { readonly version?: unknown; readonly value?: unknown }): string {
  return nameOf(version !== undefined ? version : value);
}

function sentence({ from, to, kind, key }: Dependency): string {
  switch (kind) {
    case "ww":
      return `${to} overwrote ${from}'s ${key}`;
    case "wr":
      return `${to} read ${from}'s ${key}`;
    case "rw":
      return `${to} overwrote the ${key} that ${from} had read`;
    case "rt":
      return `${from} was over before ${to} began`;
  }
}

function levelOf(findings: readonly Finding[]): IsolationLevel {
  const has = (...anomalies: readonly Anomaly[]): boolean =>
    findings.some(({ anomaly }) => anomalies.includes(anomaly));
  if (has("garbage read", "internal", "incompatible orders", "G0")) return "none";
  if (has("G1a", "G1b", "G1c")) return "PL-1";
  if (has("G-single")) return "PL-2";
  return has("G2") ? "PL-2+" : "PL-3";
}

function checkRows(history: readonly TransactionRecord[], realTime: boolean): void {
  if (!Array.isArray(history)) throw new TypeError(`history must be a list of transactions, got ${show(history)}`);
  const names = new Map<string, number>();
  history.forEach((record: TransactionRecord | null, row) => {
    const where = `history[${row}]`;
    if (typeof record !== "object" || record === null)
      throw new TypeError(`${where} must be a transaction, got ${show(record)}`);
    const { transaction, outcome, steps, invokedAt, returnedAt } = record;
    if (typeof transaction !== "string")
      throw new TypeError(`${where}.transaction must be a name, got ${show(transaction)}`);
    const other = names.get(transaction);
    if (other !== undefined)
      throw new RangeError(`${where}: the transaction ${show(transaction)} stands there already, as history[${other}]`);
    names.set(transaction, row);
    if (outcome !== "committed" && outcome !== "aborted" && outcome !== "unknown") {
      throw new RangeError(`${where}.outcome must be one of "committed", "aborted", "unknown", got ${show(outcome)}`);
    }
    if (!Array.isArray(steps)) throw new TypeError(`${where}.steps must be a list, got ${show(steps)}`);
    steps.forEach((step: TransactionStep | null, i) => {
      const kind = step?.kind;
      if (kind !== "read" && kind !== "write" && kind !== "append")
        throw new RangeError(`${where}.steps[${i}].kind must be one of "read", "write", "append", got ${show(kind)}`);
      if (typeof step!.key !== "string")
        throw new TypeError(`${where}.steps[${i}].key must be a text, got ${show(step!.key)}`);
    });
    if (!realTime) return;
    if (invokedAt !== undefined && !Number.isFinite(invokedAt))
      throw new TypeError(`${where}.invokedAt must be a time in ms, got ${show(invokedAt)}`);
    if (returnedAt !== undefined && returnedAt !== null) {
      if (!Number.isFinite(returnedAt))
        throw new TypeError(
          `${where}.returnedAt must be a time in ms, or null while there is no answer, got ${show(returnedAt)}`,
        );
      if (returnedAt < (invokedAt ?? -Infinity))
        throw new RangeError(`${where}: the answer came at ${returnedAt} ms, before its call at ${invokedAt} ms`);
    }
  });
}
