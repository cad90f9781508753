import { readTransactions, type HistoryEvent, type TransactionHistory } from "./notation.js";

/** The phenomena of Berenson and others (1995) that are patterns in the order of operations. */
export type Pattern = (typeof patterns)[number];

const patterns = ["P0", "P1", "P2", "P3", "A1", "A2", "A3", "P4", "A5A", "A5B"] as const;

/** A pattern that was found, and between whom. */
export interface PatternFinding {
  readonly pattern: Pattern;
  /** Its name in words: "dirty write". */
  readonly name: string;
  readonly transactions: readonly [first: string, second: string];
}

/** What each pattern is called. */
export const patternNames: Readonly<Record<Pattern, string>> = {
  P0: "dirty write",
  P1: "dirty read, broadly",
  P2: "fuzzy read, broadly",
  P3: "phantom, broadly",
  A1: "dirty read, strictly",
  A2: "fuzzy read, strictly",
  A3: "phantom, strictly",
  P4: "lost update",
  A5A: "read skew",
  A5B: "write skew",
};

/**
 * The phenomena of Berenson, Bernstein, Gray, Melton, O'Neil and O'Neil ("A Critique of ANSI SQL Isolation Levels",
 * 1995, sections 2.2 and 4) in a history, one finding for each. The P are broad, the A strict: of one of the transactions
 * the A also say how it ends.
 *
 * They look at the order of operations alone, and not at versions. In a history of many versions a read may be harmless
 * where they see one of the P: that is why Adya gave definitions that ask which version was read (`isolation`).
 *
 * @throws RangeError for a text that is no history
 */
export function patternsIn(given: TransactionHistory | string): readonly PatternFinding[] {
  const { events } = typeof given === "string" ? readTransactions(given) : given;
  const names = [...new Set(events.map(({ transaction }) => transaction))];
  const found: PatternFinding[] = [];
  for (const pattern of patterns) {
    const pair = names.flatMap((a) => names.filter((b) => b !== a).map((b) => [a, b] as const)).find(([a, b]) => shows[pattern](new Two(events, a, b)));
    if (pair) found.push({ pattern, name: patternNames[pattern], transactions: pair });
  }
  return found;
}

/** Two transactions of a history, the first and the second of a pattern. */
class Two {
  readonly ops: readonly (HistoryEvent & { readonly at: number })[];
  readonly #a: string;
  readonly #b: string;

  constructor(events: readonly HistoryEvent[], a: string, b: string) {
    this.ops = events.map((event, at) => ({ ...event, at }));
    [this.#a, this.#b] = [a, b];
  }

  /** The operations of the first (1) or the second (2), of a kind. */
  of<K extends HistoryEvent["kind"]>(who: 1 | 2, kind: K): readonly (Extract<HistoryEvent, { kind: K }> & { readonly at: number })[] {
    const name = who === 1 ? this.#a : this.#b;
    return this.ops.filter((op) => op.transaction === name && op.kind === kind) as never;
  }

  /** Where it commits or aborts; Infinity while it does not. */
  end(who: 1 | 2): number {
    return Math.min(this.commit(who), this.abort(who));
  }
  commit(who: 1 | 2): number {
    return this.of(who, "commit")[0]?.at ?? Infinity;
  }
  abort(who: 1 | 2): number {
    return this.of(who, "abort")[0]?.at ?? Infinity;
  }
  isCommitted(who: 1 | 2): boolean {
    return this.commit(who) < Infinity;
  }

  /** Pairs of an operation of the first on a row, and a later one of the second before the first is over. */
  rows(first: "read" | "write", second: "read" | "write"): readonly { readonly key: string; readonly at: readonly [number, number] }[] {
    return this.of(1, first).flatMap((a) =>
      this.of(2, second).filter((b) => b.key === a.key && b.at > a.at && b.at < this.end(1)).map((b) => ({ key: a.key, at: [a.at, b.at] as const })),
    );
  }

  /** Pairs of a look of the first and a write of the second into its predicate. */
  looks(): readonly { readonly predicate: string; readonly at: readonly [number, number] }[] {
    return this.of(1, "select").flatMap((a) =>
      this.of(2, "write")
        .filter((b) => b.predicates !== undefined && Object.hasOwn(b.predicates, a.predicate) && b.at > a.at && b.at < this.end(1))
        .map((b) => ({ predicate: a.predicate, at: [a.at, b.at] as const })),
    );
  }
}

/** Whether the two transactions show the pattern, in the paper's order of operations. */
const shows: Readonly<Record<Pattern, (two: Two) => boolean>> = {
  // w1[x] ... w2[x] ... (c1 or a1)
  P0: (two) => two.rows("write", "write").length > 0,
  // w1[x] ... r2[x] ... (c1 or a1)
  P1: (two) => two.rows("write", "read").length > 0,
  // r1[x] ... w2[x] ... (c1 or a1)
  P2: (two) => two.rows("read", "write").length > 0,
  // r1[P] ... w2[y in P] ... (c1 or a1)
  P3: (two) => two.looks().length > 0,
  // w1[x] ... r2[x] ... (a1 and c2 in either order)
  A1: (two) => two.rows("write", "read").length > 0 && two.abort(1) < Infinity && two.isCommitted(2),
  // r1[x] ... w2[x] ... c2 ... r1[x] ... c1
  A2: (two) =>
    two.isCommitted(1) && two.rows("read", "write").some(({ key, at }) => at[1] < two.commit(2) && two.of(1, "read").some((again) => again.key === key && again.at > two.commit(2))),
  // r1[P] ... w2[y in P] ... c2 ... r1[P] ... c1
  A3: (two) =>
    two.isCommitted(1) && two.looks().some(({ predicate, at }) => at[1] < two.commit(2) && two.of(1, "select").some((again) => again.predicate === predicate && again.at > two.commit(2))),
  // r1[x] ... w2[x] ... w1[x] ... c1
  P4: (two) => two.isCommitted(1) && two.rows("read", "write").some(({ key, at }) => two.of(1, "write").some((over) => over.key === key && over.at > at[1])),
  // r1[x] ... w2[x] ... w2[y] ... c2 ... r1[y] ... (c1 or a1)
  A5A: (two) =>
    two.rows("read", "write").some(({ key, at }) =>
      two.of(2, "write").some((other) => other.key !== key && other.at < two.commit(2) && other.at > at[0] && two.of(1, "read").some((late) => late.key === other.key && late.at > two.commit(2))),
    ),
  // r1[x] ... r2[y] ... w1[y] ... w2[x] ... (c1 and c2 occur)
  A5B: (two) =>
    two.isCommitted(1) && two.isCommitted(2) &&
    two.rows("read", "write").some(({ key }) =>
      two.of(2, "read").some((read) => read.key !== key && two.of(1, "write").some((over) => over.key === read.key && over.at > read.at && over.at < two.end(2))),
    ),
};

/** A history of Berenson and others (1995), as they print it. */
export interface ClassicalHistory {
  readonly name: string;
  readonly text: string;
  /** What it shows, in a sentence. */
  readonly shows: string;
}

/**
 * The histories H1 to H5 of Berenson and others (1995), sections 3 and 4, H1.SI among them, in which the reads of H1 are
 * those of snapshots. The values are the paper's: two accounts with 50 each in H1, H2 and H5, one with 100 in H4.
 */
export const classicalHistories: readonly ClassicalHistory[] = [
  {
    name: "H1", text: "r1[x=50] w1[x=10] r2[x=10] r2[y=50] c2 r1[y=50] w1[y=90] c1",
    shows: "T1 moves 40 from x to y, and T2 reads x without the 40, and y without them too: a total of 60",
  },
  {
    name: "H2", text: "r1[x=50] r2[x=50] w2[x=10] r2[y=50] w2[y=90] c2 r1[y=90] c1",
    shows: "T2 moves 40, and T1 reads x before and y after: a total of 140, though no dirty data are read",
  },
  {
    name: "H3", text: "r1[P] w2[insert y to P] r2[z] w2[z] c2 r1[z] c1",
    shows: "T1 lists the employees, T2 hires one and counts it in z, and T1 finds a count that is not that of its list",
  },
  {
    name: "H4", text: "r1[x=100] r2[x=100] w2[x=120] c2 w1[x=130] c1",
    shows: "T2 adds 20 and T1 adds 30, and what T2 added is lost",
  },
  {
    name: "H5", text: "r1[x=50] r1[y=50] r2[x=50] r2[y=50] w1[y=-40] w2[x=-40] c1 c2",
    shows: "each sees 100 in both accounts and takes 90 from one, and there are 80 less than nothing",
  },
  {
    name: "H1.SI", text: "r1[x0=50] w1[x1=10] r2[x0=50] r2[y0=50] c2 r1[y0=50] w1[y1=90] c1",
    shows: "the same operations as in H1, on snapshots: T2 reads what was there before T1, a total of 100",
  },
];
