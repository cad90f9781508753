import type { Scheme } from "./scheme.js";

/**
 * What is known of a transaction to find dangerous structures: two anti-dependencies T1 → T2 → T3 between transactions that
 * were under way at the same time. In every circle that snapshot isolation allows, there are such (Fekete, Liarokapis,
 * O'Neil, O'Neil and Shasha 2005, theorem 2.1), and T3 commits first of all in the circle.
 */
export interface Dependent {
  readonly id: string;
  /** How many transactions had committed when it began. */
  readonly snapshot: number;
  /** It has said that it writes nothing. */
  readonly isReadOnly: boolean;
  /** Whose manieth commit it was; null while it is active. */
  at: number | null;
  readonly reads: Set<string>;
  readonly selects: Set<string>;
  /** Who has read what it overwrote: T1 for this T2. */
  readonly into: Set<string>;
  /** Who overwrote what it has read: T3 for this T2. */
  readonly out: Set<string>;
  /** Of these, the commit that came first; null while none has. It stays known when that transaction is forgotten. */
  firstOut: number | null;
}

interface Known {
  readonly active: ReadonlyMap<string, Dependent & { readonly writes: ReadonlyMap<string, unknown> }>;
  readonly past: ReadonlyMap<string, Dependent & { readonly wrote: readonly string[] }>;
}

/** Whether a version is one that a transaction does not see because its snapshot is older. */
export function isNewer({ at, of }: { readonly at: number | null; readonly of: { readonly by: string } | null }, { id, snapshot }: Dependent): boolean {
  return of !== null && of.by !== id && (at === null || at > snapshot);
}

/** Note that `writer` overwrote what `reader` had read. */
export function antiDependency({ active, past }: Known, reader: Dependent, writer: string): void {
  const other = active.get(writer) ?? past.get(writer);
  reader.out.add(writer);
  if (!other) return;
  other.into.add(reader.id);
  if (other.at !== null) reader.firstOut = Math.min(reader.firstOut ?? Infinity, other.at);
}

/** A transaction has committed: those who came before it know now when. */
export function noteCommit({ active, past }: Known, { into, at }: Dependent): void {
  for (const id of into) {
    const reader = active.get(id) ?? past.get(id);
    if (reader) reader.firstOut = Math.min(reader.firstOut ?? Infinity, at!);
  }
}

/** Two anti-dependencies, first → middle → last: the first read what the middle one overwrote, and that read what the last one overwrote. */
export interface Danger {
  /** `snapshot` is how many had committed when it began; `committedAt` the number of its own commit, from 1, or null while it is active. */
  readonly first: { readonly snapshot: number; readonly committedAt: number | null; readonly readsOnly: boolean };
  readonly middle: { readonly committedAt: number | null };
  /** Of several last ones, that which committed first. */
  readonly last: { readonly committedAt: number | null };
}

/** Whether a level gives up one of the three. */
export function dangerIn({ first, middle, last }: Danger, rule: Scheme["dangerous"]): boolean {
  // Cahill, Röhm and Fekete (2008), section 3: one anti-dependency in, and one out.
  if (rule === "any pivot") return true;
  // Ports and Grittner (2012), section 3.3: only if the last one commits before the two others.
  const at = last.committedAt;
  if (at === null || at > (middle.committedAt ?? Infinity) || at > (first.committedAt ?? Infinity)) return false;
  if (rule === "last commits first") return true;
  // Theorem 3 there: a reader at the beginning is in no circle unless it has seen the last one's writes.
  return !first.readsOnly || (rule === "and readers begin later" && at <= first.snapshot);
}

/**
 * Whom to give up, for a dangerous structure with this transaction in its middle; null if there is none. It is the middle
 * one while that can still be given up, so that its next try meets none of the others again (Ports and Grittner 2012, section 5.4).
 */
export function endOfDangerous({ active, past }: Known, isDangerous: (danger: Danger) => boolean, pivot: string, acting: string | null): string | null {
  const middle = active.get(pivot) ?? past.get(pivot);
  if (!middle || middle.out.size === 0) return null;
  for (const id of middle.into) {
    const first = active.get(id) ?? past.get(id);
    if (!first) continue;
    const readsOnly = first.isReadOnly || past.get(id)?.wrote.length === 0;
    const danger: Danger = {
      first: { snapshot: first.snapshot, committedAt: first.at, readsOnly }, middle: { committedAt: middle.at }, last: { committedAt: middle.firstOut },
    };
    if (!isDangerous(danger)) continue;
    if (active.has(pivot)) return pivot;
    if (active.has(id)) return id;
    if (acting !== null && active.has(acting)) return acting;
  }
  return null;
}
