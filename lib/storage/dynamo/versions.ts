import { type Clock, covers, type Dot, dotText, emptyClock, isAtMost, isSameDot, join, pruned } from "./clock.js";

/** What clients keep under a key: any plain data. Dynamo sees bytes. */
export type Value = string | number | boolean | null | readonly string[];

/** One write of a key: its value, and what its client had seen. */
export interface Version {
  readonly dot: Dot;
  /** The context that the client gave: all that this write replaces. Empty for a client that had not looked. */
  readonly past: Clock;
  readonly value: Value;
  /** When it was written, by the coordinator's clock in ms. */
  readonly at: number;
}

/** What a replica has of a key: versions of which none replaces another, and all writes that it knows of. */
export interface Siblings {
  /** In the order of their dots. */
  readonly versions: readonly Version[];
  /** The writes that are in `versions` or replaced. It is the context that `get` gives. */
  readonly seen: Clock;
}

/** A key that was never written. */
export const noVersions: Siblings = { versions: [], seen: emptyClock };

/** What a coordinator does with versions: how it adds one, and how it makes one of what two replicas have. */
export interface Versioning {
  readonly name: string;
  /** What a replica has after a write of its own. */
  write(before: Siblings, version: Version): Siblings;
  /** What both replicas together know. Associative, commutative and idempotent: so replicas agree in the end. */
  merge(one: Siblings, other: Siblings): Siblings;
}

/**
 * Dotted version vectors (Preguiça, Baquero, Almeida, Fonte and Gonçalves 2010): a version is replaced by exactly the
 * writes whose client had seen it, or something that replaced it. What two clients write without having seen each other's is
 * kept, even if one coordinator served both.
 *
 * It rests on this: who has seen a write of an actor has each earlier one of that actor to the same key, or something that
 * replaces it. So a coordinator sends all that it has of the key, never the new version alone.
 */
export const dotted: Versioning = {
  name: "dotted",
  write({ versions, seen }, version) {
    const left = versions.filter(({ dot }) => !covers(version.past, dot));
    return { versions: inOrder([...left, version]), seen: join(join(seen, version.past), clockOf(version.dot, version.at)) };
  },
  merge(one, other) {
    if (one.versions.length === 0 && one.seen.length === 0) return other;
    const isLeft = ({ versions, seen }: Siblings, { dot }: Version): boolean =>
      !covers(seen, dot) || versions.some((version) => isSameDot(version.dot, dot));
    const kept = one.versions.filter((version) => isLeft(other, version));
    const added = other.versions.filter((version) => isLeft(one, version) && !kept.some(({ dot }) => isSameDot(dot, version.dot)));
    return { versions: inOrder([...kept, ...added]), seen: join(one.seen, other.seen) };
  },
};

/**
 * Vector clocks as DeCandia et al. 2007 tell them in section 4.4: a version's clock is its client's context with the coordinator's counter raised,
 * and a version whose clock is at most another's is its ancestor and forgotten.
 *
 * The danger: the coordinator's counter counts all its writes, also those that this client has not seen. Of two clients that
 * write through one coordinator without having seen each other's, the later replaces the earlier, and no sibling tells of it.
 */
export const vector: Versioning = {
  name: "vector",
  write: (before, version) => vector.merge(before, { versions: [version], seen: versionClock(version) }),
  merge(one, other) {
    const all = [...one.versions, ...other.versions.filter(({ dot }) => !one.versions.some((version) => isSameDot(version.dot, dot)))];
    const clocks = all.map(versionClock);
    const versions = all.filter((_, i) => !clocks.some((clock, j) => i !== j && isAtMost(clocks[i]!, clock)));
    return { versions: inOrder(versions), seen: join(one.seen, other.seen) };
  },
};

/**
 * Last writer wins: "timestamp based reconciliation" (DeCandia et al. 2007, section 6). The version of the greatest
 * timestamp stays; equal ones are ordered by their dots.
 *
 * The danger: of two concurrent writes one is lost although it was acknowledged, and where clocks differ even one that came
 * after.
 */
export const lastWriterWins: Versioning = {
  name: "last-writer-wins",
  write: (before, version) => lastWriterWins.merge(before, { versions: [version], seen: emptyClock }),
  merge(one, other) {
    const [a, b] = [one.versions[0], other.versions[0]];
    if (!a || !b) return a ? one : other;
    return a.at > b.at || (a.at === b.at && compareDots(a.dot, b.dot) >= 0) ? one : other;
  },
};

/** The ways of versioning, by their names. */
export const versionings: Readonly<Record<"dotted" | "vector" | "last-writer-wins", Versioning>> = {
  dotted,
  vector,
  "last-writer-wins": lastWriterWins,
};

/** The same with the clock cut to so many entries. What the versions at hand rest on is kept. */
export function prunedSiblings({ versions, seen }: Siblings, limit: number): Siblings {
  const kept = versions.map(({ dot }) => dot.actor);
  return { versions: versions.map((version) => ({ ...version, past: pruned(version.past, limit) })), seen: pruned(seen, limit, kept) };
}

/** A version's vector clock: what its client had seen, and itself. */
export function versionClock({ dot, past, at }: Version): Clock {
  return join(past, clockOf(dot, at));
}

/** A version in a few words: its dot and its value. */
export function versionText({ dot, value }: Version): string {
  return `${dotText(dot)} ${JSON.stringify(value)}`;
}

function clockOf(dot: Dot, at: number): Clock {
  return [{ ...dot, at }];
}

function inOrder(versions: readonly Version[]): readonly Version[] {
  return [...versions].sort((a, b) => compareDots(a.dot, b.dot));
}

function compareDots(a: Dot, b: Dot): number {
  return a.counter - b.counter || (a.actor === b.actor ? 0 : a.actor < b.actor ? -1 : 1);
}
