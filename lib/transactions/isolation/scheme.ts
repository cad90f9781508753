/**
 * How a database keeps transactions apart: a few choices, of which each level makes others. That is Berenson's point
 * ("A Critique of ANSI SQL Isolation Levels", 1995, table 2): levels of locking differ in which locks are taken, and for how long.
 */
export interface Scheme {
  /** What a read finds: the last version, whoever wrote it; the last one that is committed; or the last one that was committed when the transaction began. */
  readonly reads: "latest" | "committed" | "snapshot";
  /** For how long a row that is read is locked: not at all, for the statement, or until the transaction is over. */
  readonly readLocks: "none" | "short" | "long";
  /** The same for a predicate whose rows are read. */
  readonly predicateLocks: "none" | "short" | "long";
  /**
   * Where a write goes: to its row, which is locked until the transaction is over; to its row, without a lock; or to the
   * transaction's own copies, which are installed when it commits (deferred).
   */
  readonly writes: "locked" | "unlocked" | "deferred";
  /** When a write is held against those that committed since the transaction began: never, at the write (the first updater wins), or at the commit (the first committer wins). */
  readonly writeCheck: "none" | "at write" | "at commit";
  /** Whether at the commit the reads are held against what was committed since the transaction began: backward validation (Kung and Robinson 1981, section 4). */
  readonly validatesReads: boolean;
  /**
   * Which pairs of anti-dependencies, into a transaction and out of it, end one (Cahill, Röhm and Fekete 2008; Ports and Grittner 2012):
   * none; all; those of which the last transaction commits first; of these, where the first one reads only, those whose last
   * had committed when the first began. "and readers never" takes that too far, and is wrong.
   */
  readonly dangerous: "none" | "any pivot" | "last commits first" | "and readers begin later" | "and readers never";
  /** Whether that is looked at again when somebody commits, and not only when an anti-dependency is found. */
  readonly checksAtCommit: boolean;
  /** What happens to old versions: those stay that some transaction may still read, or only the last committed one. */
  readonly keeps: "what may be read" | "the last";
}

const locking: Scheme = {
  reads: "committed", readLocks: "none", predicateLocks: "none", writes: "locked", writeCheck: "none",
  validatesReads: false, dangerous: "none", checksAtCommit: true, keeps: "what may be read",
};
const snapshots: Scheme = { ...locking, reads: "snapshot", writeCheck: "at write" };

/** A level that the database offers. */
export type Level =
  | "read uncommitted"
  | "read committed"
  | "repeatable read"
  | "snapshot"
  | "snapshot, first committer"
  | "two-phase locking"
  | "serializable snapshot"
  | "optimistic";

/** How the database keeps transactions apart at each level, the weakest first. */
export const schemes: Readonly<Record<Level, Scheme>> = {
  /** Degree 1 of Berenson's table 2: long locks to write, none to read. */
  "read uncommitted": { ...locking, reads: "latest" },
  /** Each statement reads what is committed when it begins, as in PostgreSQL and Oracle; writers wait for each other. */
  "read committed": locking,
  /** Berenson's locking repeatable read: long locks on rows, short ones on predicates. Not what PostgreSQL calls so. */
  "repeatable read": { ...locking, readLocks: "long", predicateLocks: "short" },
  /** Snapshot isolation, where the first updater wins: PostgreSQL's repeatable read. */
  snapshot: snapshots,
  /** Snapshot isolation as Berenson and others define it (section 4.2): the first committer wins. */
  "snapshot, first committer": { ...snapshots, writes: "deferred", writeCheck: "at commit" },
  /** Strict two-phase locking with predicate locks (Eswaran, Gray, Lorie and Traiger 1976). */
  "two-phase locking": { ...locking, readLocks: "long", predicateLocks: "long" },
  /** Serializable snapshot isolation, as PostgreSQL does it (Ports and Grittner 2012). */
  "serializable snapshot": { ...snapshots, dangerous: "and readers begin later" },
  /** Optimistic: nobody waits, and whoever has read what is no longer so begins again (Kung and Robinson 1981). */
  optimistic: { ...locking, writes: "deferred", validatesReads: true },
};

/** Their names, the weakest first. */
export const levels: readonly Level[] = Object.keys(schemes) as Level[];
