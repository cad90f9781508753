import { show } from "../core/parameters.js";
import { Graph, type Edge } from "./graph.js";
import { readTransactions, type HistoryEvent, type TransactionHistory, type VersionName } from "./notation.js";

/**
 * What can go wrong between transactions, in the names of Adya, Liskov and O'Neil ("Generalized Isolation Level
 * Definitions", 2000, sections 4 and 5) and of Adya's thesis (1999, chapters 3 and 4), the worst first. A *dependency* is a write
 * that follows a write, or a read that finds one; an *anti-dependency* a write over what somebody had read.
 *
 * - "G0": a circle of writes over writes (dirty write);
 * - "G1a": a committed transaction has read what was rolled back (aborted read);
 * - "G1b": it has read what its writer itself replaced later (intermediate read);
 * - "G1c": a circle of dependencies;
 * - "OTV": it has seen something of a transaction, and later something that this one had replaced (observed transaction
 *   vanishes; Bailis and others, "Highly Available Transactions", 2013, section 5.1);
 * - "lost update": it overwrites a row without having read what was written there in between (the thesis' G-cursor, for
 *   all rows that are read);
 * - "PMP": it looks twice for the rows of one predicate and finds others (a phantom; predicate-many-preceders);
 * - "G-single": a circle with exactly one anti-dependency (read skew is one);
 * - "G-SIa": it depends on one that had not committed when it began (interference);
 * - "G-SIb": a circle with exactly one anti-dependency, in which "was over before the other began" counts, too
 *   (missed effects);
 * - "G2-item": a circle of dependencies and at least one anti-dependency, none of which is by a predicate (write skew);
 * - "G2": such a circle, also by predicates.
 */
export type Phenomenon = (typeof phenomena)[number];

const phenomena = ["G0", "G1a", "G1b", "G1c", "OTV", "lost update", "PMP", "G-single", "G-SIa", "G-SIb", "G2-item", "G2"] as const;

/**
 * The levels that forbid them: "PL-1" (read uncommitted); "PL-2" (read committed); "MAV" (monotonic atomic view, Bailis 2013); "PL-CS"
 * (cursor stability, here of all reads); "PL-2+" (consistent views); "PL-SI" (snapshot isolation); "PL-2.99" (repeatable
 * read); "PL-3" (serializable). Neither of "PL-SI" and "PL-2.99" implies the other, and "PL-3" does not imply "PL-SI".
 */
export type PortableLevel = (typeof levels)[number];

const levels = ["PL-1", "PL-2", "MAV", "PL-CS", "PL-2+", "PL-SI", "PL-2.99", "PL-3"] as const;

const G1 = ["G0", "G1a", "G1b", "G1c"] as const;

/** What each level forbids. */
export const forbidden: Readonly<Record<PortableLevel, readonly Phenomenon[]>> = {
  "PL-1": ["G0"],
  "PL-2": G1,
  MAV: [...G1, "OTV"],
  "PL-CS": [...G1, "lost update"],
  "PL-2+": [...G1, "G-single"],
  "PL-SI": [...G1, "G-SIa", "G-SIb"],
  "PL-2.99": [...G1, "G2-item"],
  "PL-3": [...G1, "G2"],
};

/** Which levels each one implies. */
const implied: Readonly<Record<PortableLevel, readonly PortableLevel[]>> = {
  "PL-1": [],
  "PL-2": ["PL-1"],
  MAV: ["PL-1", "PL-2"],
  "PL-CS": ["PL-1", "PL-2"],
  "PL-2+": ["PL-1", "PL-2", "MAV", "PL-CS"],
  "PL-SI": ["PL-1", "PL-2", "MAV", "PL-CS", "PL-2+"],
  "PL-2.99": ["PL-1", "PL-2", "MAV", "PL-CS"],
  "PL-3": ["PL-1", "PL-2", "MAV", "PL-CS", "PL-2+", "PL-2.99"],
};

/** Why one transaction must come before another in any serial order. */
export interface IsolationEdge {
  readonly from: string;
  readonly to: string;
  /**
   * "ww": `to` overwrote what `from` wrote. "wr": `to` read it. "rw": `to` overwrote what `from` had read. "predicate
   * wr": `to` looked for rows after `from` had changed which there are. "predicate rw": before that, the other way
   * round. "start": `from` was over before `to` began.
   */
  readonly kind: "ww" | "wr" | "rw" | "predicate wr" | "predicate rw" | "start";
  /** The row, or the predicate; null for "start". */
  readonly on: string | null;
}

/** One thing that went wrong. */
export interface IsolationFinding {
  readonly phenomenon: Phenomenon;
  /** What happened, in a sentence. */
  readonly reason: string;
  /** A shortest circle of its kind; empty where the phenomenon is none. */
  readonly cycle: readonly IsolationEdge[];
  /** The transactions that take part. */
  readonly transactions: readonly string[];
}

/** What was found out about a history. */
export interface IsolationVerdict {
  /** One finding for each phenomenon that occurs, the worst first. */
  readonly findings: readonly IsolationFinding[];
  /** The names of these phenomena. */
  readonly phenomena: readonly Phenomenon[];
  /** Which levels the history has. */
  readonly levels: Readonly<Record<PortableLevel, boolean>>;
  /** The levels that no other one that it has implies; empty for a history that has none. */
  readonly strongest: readonly PortableLevel[];
  /** A serial order that explains all, of the committed transactions; null if there is none. */
  readonly order: readonly string[] | null;
  /** The edges of the direct serialization graph. */
  readonly edges: readonly IsolationEdge[];
  /** The verdict in a sentence. */
  readonly summary: string;
}

/**
 * What isolation a history has: its direct serialization graph, the phenomena in it, and the levels that forbid none of
 * them (Adya 1999). Transactions that are not over yet are left out, and so is what others read from them.
 *
 *     isolation("r1[x0] r1[y0] r2[x0] r2[y0] w1[x1] w2[y2] c1 c2").summary;
 *     // PL-SI, not PL-3: G2-item: T2 overwrote the y that T1 had read, and T1 overwrote the x that T2 had read.
 *
 * @throws RangeError for a text that is no history, or a read of a version that nobody wrote
 */
export function isolation(history: TransactionHistory | string): IsolationVerdict {
  return new Judge(typeof history === "string" ? readTransactions(history) : history).verdict();
}

const WW = 1;
const WR = 2;
const RW = 4;
const PWR = 8;
const PRW = 16;
const START = 32;
const kindNames: Readonly<Record<number, IsolationEdge["kind"]>> = {
  [WW]: "ww", [WR]: "wr", [RW]: "rw", [PWR]: "predicate wr", [PRW]: "predicate rw", [START]: "start",
};

/** A version of a row that is installed: its writer has committed. */
interface Installed {
  readonly by: string;
  readonly predicates: Readonly<Record<string, boolean>>;
}

class Judge {
  readonly #history: TransactionHistory;
  /** The committed transactions, each with its number in the graph. */
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #aborted = new Set<string>();
  /** Where in the history each transaction begins and ends. */
  readonly #begins = new Map<string, number>();
  readonly #ends = new Map<string, number>();
  /** How many versions of a row each transaction wrote, by row. */
  readonly #writes = new Map<string, Map<string, number>>();
  readonly #installed = new Map<string, readonly Installed[]>();
  readonly #places = new Map<string, ReadonlyMap<string, number>>();
  readonly #edges: { readonly from: number; readonly to: number; readonly kind: number; readonly label: string }[] = [];
  readonly #known = new Set<string>();
  readonly #findings: IsolationFinding[] = [];

  constructor(history: TransactionHistory) {
    if (typeof history !== "object" || history === null || !Array.isArray(history.events))
      throw new TypeError(`history must have a list of events, got ${show(history)}`);
    this.#history = history;
  }

  verdict(): IsolationVerdict {
    this.#enterTransactions();
    this.#enterVersions();
    const { events } = this.#history;
    events.forEach((event) => {
      if (!this.#numbers.has(event.transaction)) return;
      if (event.kind === "read") this.#enterRead(event);
      if (event.kind === "select") this.#enterSelect(event);
    });
    this.#lookForOvertaken();
    this.#lookForLostUpdates();
    const graph = this.#graph();
    const order = graph.hasCycle ? null : graph.order().map((number) => this.#names[number]!);
    if (order === null) this.#lookForCycles(graph);
    this.#lookForInterference();
    return this.#verdict(order);
  }

  #enterTransactions(): void {
    this.#history.events.forEach(({ kind, transaction }, at) => {
      if (!this.#begins.has(transaction)) this.#begins.set(transaction, at);
      if (kind === "abort") this.#aborted.add(transaction);
      if (kind !== "commit") return;
      this.#numbers.set(transaction, this.#names.length);
      this.#names.push(transaction);
      this.#ends.set(transaction, at);
    });
  }

  /** Of each row, the last versions of committed transactions in their order. */
  #enterVersions(): void {
    const last = new Map<string, Map<string, { at: number; predicates: Readonly<Record<string, boolean>> }>>();
    this.#history.events.forEach((event, at) => {
      if (event.kind !== "write") return;
      const { key, transaction, predicates = {} } = event;
      const counts = this.#writes.get(key) ?? new Map<string, number>();
      this.#writes.set(key, counts.set(transaction, (counts.get(transaction) ?? 0) + 1));
      const ofKey = last.get(key) ?? new Map();
      last.set(key, ofKey.set(transaction, { at, predicates: { ...ofKey.get(transaction)?.predicates, ...predicates } }));
    });
    const { order } = this.#history;
    for (const [key, ofKey] of last) {
      const given = typeof order === "object" ? order[key] : undefined;
      const rank = (by: string): number => {
        if (given?.includes(by)) return given.indexOf(by);
        const base = given?.length ?? 0;
        return base + (order === "writes" ? ofKey.get(by)!.at : this.#ends.get(by)!);
      };
      const installed = [...ofKey.keys()]
        .filter((by) => this.#numbers.has(by))
        .sort((a, b) => rank(a) - rank(b))
        .map((by) => ({ by, predicates: ofKey.get(by)!.predicates }));
      this.#installed.set(key, installed);
      this.#places.set(key, new Map(installed.map(({ by }, i) => [by, i])));
      for (let i = 1; i < installed.length; i++) this.#edge(installed[i - 1]!.by, installed[i]!.by, WW, key);
    }
  }

  #edge(from: string, to: string, kind: number, label: string): void {
    if (from === to) return;
    const name = `${from}>${to} ${kind} ${label}`;
    if (this.#known.has(name)) return;
    this.#known.add(name);
    this.#edges.push({ from: this.#numbers.get(from)!, to: this.#numbers.get(to)!, kind, label });
  }

  #find(phenomenon: Phenomenon, reason: string, transactions: readonly string[], cycle: readonly IsolationEdge[] = []): void {
    if (!this.#findings.some((other) => other.phenomenon === phenomenon)) this.#findings.push({ phenomenon, reason, cycle, transactions });
  }

  /**
   * The place of a version among the installed ones of its row, -1 for the first; null where it is none of them because
   * its writer has not committed. What is wrong with it is noted.
   */
  #placeOf(reader: string, key: string, of: VersionName | null): number | null {
    if (of === null) return -1;
    const count = this.#writes.get(key)?.get(of.by) ?? 0;
    if (of.nth < 1 || of.nth > count) throw new RangeError(`${reader} reads write ${of.nth} of ${of.by} to ${show(key)}, which has made ${count} there`);
    if (this.#aborted.has(of.by)) {
      this.#find("G1a", `${reader} read the ${key} that ${of.by} wrote and rolled back`, [of.by, reader]);
      return null;
    }
    if (of.nth < count && of.by !== reader)
      this.#find("G1b", `${reader} read the ${key} of ${of.by} that ${of.by} itself replaced before its end`, [of.by, reader]);
    return this.#places.get(key)?.get(of.by) ?? null;
  }

  #enterRead({ transaction, key, of }: HistoryEvent & { kind: "read" }): void {
    if (of?.by === transaction) return;
    const place = this.#placeOf(transaction, key, of);
    if (place === null) return;
    const installed = this.#installed.get(key) ?? [];
    if (place >= 0) this.#edge(installed[place]!.by, transaction, WR, key);
    const next = installed[place + 1];
    if (next) this.#edge(transaction, next.by, RW, key);
  }

  /** A version counts for a predicate only where it changes whether the row matches (Adya 1999, chapter 3). */
  #enterSelect({ transaction, predicate, saw }: HistoryEvent & { kind: "select" }): void {
    const seen = new Map(saw.map(({ key, of }) => [key, of]));
    for (const [key, installed] of this.#installed) {
      const of = seen.get(key) ?? null;
      const place = this.#placeOf(transaction, key, of);
      if (place === null) continue;
      const matches = this.#matches(key, installed, predicate);
      const changes = (i: number): boolean => matches[i + 1] !== matches[i];
      for (let i = place; i >= 0; i--) {
        if (!changes(i)) continue;
        this.#edge(installed[i]!.by, transaction, PWR, predicate);
        break;
      }
      for (let i = place + 1; i < installed.length; i++) {
        if (!changes(i) || installed[i]!.by === transaction) continue;
        this.#edge(transaction, installed[i]!.by, PRW, predicate);
        break;
      }
    }
  }

  /** Whether the first version of a row matches, and each that is installed after it. */
  #matches(key: string, installed: readonly Installed[], predicate: string): readonly boolean[] {
    const matches = [this.#history.initially?.[key]?.includes(predicate) ?? false];
    for (const { predicates } of installed) matches.push(predicates[predicate] ?? matches[matches.length - 1]!);
    return matches;
  }

  /** Observed transaction vanishes: after a read from a transaction comes one of a version that it had replaced. */
  #lookForOvertaken(): void {
    const observed = new Map<string, Set<string>>();
    for (const event of this.#history.events) {
      if (event.kind !== "read" || !this.#numbers.has(event.transaction) || event.of?.by === event.transaction) continue;
      const { transaction, key, of } = event;
      const before = observed.get(transaction) ?? new Set<string>();
      observed.set(transaction, before);
      const places = this.#places.get(key);
      const place = of === null ? -1 : places?.get(of.by);
      if (place === undefined) continue;
      for (const other of before) {
        if ((places?.get(other) ?? -1) > place)
          this.#find("OTV", `${transaction} had seen something of ${other}, and then read a ${key} that ${other} had replaced`, [other, transaction]);
      }
      if (of !== null) before.add(of.by);
    }
  }

  #lookForLostUpdates(): void {
    for (const event of this.#history.events) {
      if (event.kind !== "read" || !this.#numbers.has(event.transaction) || event.of?.by === event.transaction) continue;
      const { transaction, key, of } = event;
      const places = this.#places.get(key);
      const own = places?.get(transaction);
      const read = of === null ? -1 : places?.get(of.by);
      if (own === undefined || read === undefined || own <= read + 1) continue;
      const between = this.#installed.get(key)![read + 1]!.by;
      this.#find("lost update", `${transaction} overwrote the ${key} that ${between} had written since ${transaction} read it`, [between, transaction], [
        { from: transaction, to: between, kind: "rw", on: key },
        { from: between, to: transaction, kind: "ww", on: key },
      ]);
    }
    for (const { from, to, kind, label } of this.#edges) {
      if (kind !== PRW || !this.#edges.some((back) => back.kind === PWR && back.from === to && back.to === from && back.label === label)) continue;
      const [reader, writer] = [this.#names[from]!, this.#names[to]!];
      this.#find("PMP", `${reader} looked twice for the rows of ${label}, once before and once after ${writer} had changed which there are`, [reader, writer], [
        { from: reader, to: writer, kind: "predicate rw", on: label },
        { from: writer, to: reader, kind: "predicate wr", on: label },
      ]);
    }
  }

  #graph(): Graph {
    const graph = new Graph(this.#names.length);
    for (const { from, to, kind, label } of this.#edges) graph.add(from, to, kind, label);
    return graph;
  }

  #lookForCycles(graph: Graph): void {
    const depends = WW | WR | PWR;
    const kinds: readonly (readonly [Phenomenon, allowed: number, once: number])[] = [
      ["G0", WW, WW],
      ["G1c", depends, WR | PWR],
      ["G-single", depends, RW | PRW],
      ["G2-item", depends | RW, RW],
      ["G2", depends | RW | PRW, RW | PRW],
    ];
    for (const [phenomenon, allowed, once] of kinds) this.#findCycle(phenomenon, graph.shortestCycle({ allowed, once }));
    // A circle of writes alone is one of dependencies, too.
    const dirty = this.#findings.find((finding) => finding.phenomenon === "G0");
    if (dirty) this.#find("G1c", dirty.reason, dirty.transactions, dirty.cycle);
  }

  #findCycle(phenomenon: Phenomenon, edges: readonly Edge[] | null): void {
    if (edges === null) return;
    const start = edges.reduce((first, { from }, i) => (from < edges[first]!.from ? i : first), 0);
    const cycle: IsolationEdge[] = [];
    let from = edges[start]!.from;
    for (const { to, kind, label } of [...edges.slice(start), ...edges.slice(0, start)]) {
      // Nodes behind the transactions are marks in time.
      if (to >= this.#names.length) continue;
      cycle.push({ from: this.#names[from]!, to: this.#names[to]!, kind: kindNames[kind]!, on: label });
      from = to;
    }
    this.#find(phenomenon, cycle.map(sentence).join(", and "), cycle.map((edge) => edge.from), cycle);
  }

  /** Snapshot isolation is told by the clock: by who was over when who began (Adya 1999, chapter 4). */
  #lookForInterference(): void {
    for (const { from, to, kind, label } of this.#edges) {
      if (kind === RW || kind === PRW) continue;
      const [a, b] = [this.#names[from]!, this.#names[to]!];
      if (this.#ends.get(a)! < this.#begins.get(b)!) continue;
      const edge: IsolationEdge = { from: a, to: b, kind: kindNames[kind]!, on: label };
      this.#find("G-SIa", `${sentence(edge)}, and ${a} was not over when ${b} began`, [a, b], [edge]);
    }
    const graph = this.#graph();
    // One mark for each commit, in their order, says n²/2 pairs in 3n edges.
    const first = graph.extend(this.#names.length);
    this.#names.forEach((name, i) => {
      graph.add(i, first + i, START, null);
      if (i > 0) graph.add(first + i - 1, first + i, START, null);
      let over = 0;
      while (over < this.#names.length && this.#ends.get(this.#names[over]!)! < this.#begins.get(name)!) over++;
      if (over > 0) graph.add(first + over - 1, i, START, null);
    });
    if (graph.hasCycle) this.#findCycle("G-SIb", graph.shortestCycle({ allowed: WW | WR | PWR | START, once: RW | PRW }));
  }

  #verdict(order: readonly string[] | null): IsolationVerdict {
    const findings = this.#findings.sort((a, b) => phenomena.indexOf(a.phenomenon) - phenomena.indexOf(b.phenomenon));
    const found = findings.map(({ phenomenon }) => phenomenon);
    const has = Object.fromEntries(
      levels.map((level) => [level, !forbidden[level].some((phenomenon) => found.includes(phenomenon))]),
    ) as Record<PortableLevel, boolean>;
    const strongest = levels.filter((level) => has[level] && !levels.some((other) => has[other] && implied[other].includes(level)));
    const worst = findings[0];
    const summary =
      order !== null && worst === undefined
        ? `Serializable, and by snapshots: ${order.join(", ") || "nothing has committed"}.`
        : order !== null && has["PL-3"]
          ? `Serializable: ${order.join(", ")}.`
          : `${strongest.length === 0 ? "No level" : strongest.join(" and ")}, not PL-3: ${worst!.phenomenon}: ${worst!.reason}.`;
    const edges = this.#edges.map(({ from, to, kind, label }) => ({ from: this.#names[from]!, to: this.#names[to]!, kind: kindNames[kind]!, on: label }));
    return { findings, phenomena: found, levels: has, strongest, order, edges, summary };
  }
}

function sentence({ from, to, kind, on }: IsolationEdge): string {
  switch (kind) {
    case "ww":
      return `${to} overwrote ${from}'s ${on}`;
    case "wr":
      return `${to} read ${from}'s ${on}`;
    case "rw":
      return `${to} overwrote the ${on} that ${from} had read`;
    case "predicate wr":
      return `${to} looked for the rows of ${on} after ${from} had changed which there are`;
    case "predicate rw":
      return `${to} changed which rows of ${on} there are after ${from} had looked`;
    case "start":
      return `${from} was over before ${to} began`;
  }
}
