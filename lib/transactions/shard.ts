import type { Decided, TransactionId } from "../commit/transaction.js";
import { delay, nodeNames, oneOf } from "../core/parameters.js";
import type { AnyRole, Call, Delay, NodeId, Out, Tagged } from "../core/role.js";
import { acquire, grant, isOlder, type Locks, waits } from "./locks.js";
import type { Granted, Known, LockMessage, Probe, Release, Wait, Waits, Wounded } from "./messages.js";
import { forget, type ShardData } from "./shard-resource.js";
import { encoded, type LogRecord, replayed, wholeLines } from "./write-ahead-log.js";

/**
 * What is done about deadlocks (死锁):
 *
 * - "probes": who begins to wait sends a probe along the waits; one that comes back has found a circle, and the youngest
 *   in it gives up (Chandy, Misra and Haas, "Distributed Deadlock Detection", 1983).
 * - "detector": one node is told of all waits, and looks for circles.
 * - "wound-wait": no circle can come about, because nobody waits for a younger one: it is made to give up (Rosenkrantz,
 *   Stearns and Lewis, "System Level Concurrency Control for Distributed Database Systems", 1978).
 * - "none": nothing. Transactions in a circle wait until they are given up as idle.
 */
export type DeadlockHandling = "probes" | "detector" | "wound-wait" | "none";

/** What a shard does about deadlocks, and about managers that fall silent. */
export interface ShardOptions {
  /** By default "probes". */
  readonly deadlocks?: DeadlockHandling;
  /** Whom to tell of waits; needed for "detector". */
  readonly detector?: NodeId;
  /**
   * How long a transaction may hold locks without a word from its manager before they are taken from it, in ms; by
   * default 5,000.
   */
  readonly idleAfter?: Delay;
}

/** What a shard has besides its participant's state. */
export interface ShardState {
  readonly id: NodeId;
  data: ShardData;
  /** The write-ahead log, record by record. */
  wal: readonly string[];
  /** The waits that were told already. */
  told: ReadonlySet<string>;
}

/** After so many records the log begins again with a checkpoint. */
const CHECKPOINT = 64;

/**
 * A shard (分片) of the store: a participant of a commit protocol that guards a `shardResource`, with its locks. It
 * grants locks by strict two-phase locking (Eswaran, Gray, Lorie and Traiger, "The Notions of Consistency and Predicate
 * Locks in a Database System", 1976): a lock once granted is given back at the end of the transaction, and not before.
 *
 * In place of its data, the disk gets the write-ahead log. A record takes two writes, so that a crash can tear it.
 *
 * @param participant a role with the data of a `shardResource` in its field `data`
 * @throws RangeError for an unknown way with deadlocks, or "detector" without one
 */
export function shard(
  participant: AnyRole,
  { deadlocks = "probes", detector, idleAfter = 5_000 }: ShardOptions = {},
): AnyRole {
  return shardWith({ participant, deadlocks, detector, idleAfter }, soundRules);
}

/** What can be done otherwise. Only to show what happens then. */
export interface ShardRules {
  /** Whether a request for a lock is granted. */
  readonly acquire: typeof acquire;
  /** Whether to give up the locks of a transaction that prepares. */
  readonly releasesEarly: boolean;
  /** What recovery makes of the log. */
  readonly replayed: typeof replayed;
  readonly wholeLines: typeof wholeLines;
  /** Whether records are written at all. */
  readonly logs: boolean;
}

/** The rules that a shard goes by. */
export const soundRules: ShardRules = { acquire, releasesEarly: false, replayed, wholeLines, logs: true };

/** The shard with whatever rules. */
export function shardWith(
  given: {
    readonly participant: AnyRole;
    readonly deadlocks: DeadlockHandling;
    readonly detector: NodeId | undefined;
    readonly idleAfter: Delay;
  },
  rules: ShardRules,
): AnyRole {
  const { participant, deadlocks, detector, idleAfter } = given;
  oneOf("deadlocks", deadlocks, ["probes", "detector", "wound-wait", "none"]);
  delay("idleAfter", idleAfter);
  if (deadlocks === "detector") nodeNames("detector", detector === undefined ? [] : [detector]);
  const durable = participant.durable.filter((field) => field !== "data");
  const { durable: _, init, start, receive, timeout, request } = participant;

  /** A rule of the participant, and what follows from it for locks and the log. */
  function followed<Args extends readonly unknown[]>(rule: (self: ShardState, ...args: [...Args, Out<any>]) => void) {
    return (self: ShardState, ...args: [...Args, Out<any>]): void => {
      const logging = new LoggingOut(self, args.at(-1) as Out<any>, durable, rules);
      rule(self, ...([...args.slice(0, -1), logging] as unknown as [...Args, Out<any>]));
      for (const transaction of logging.decided) forget(self.data, transaction);
      settle(self, args.at(-1) as Out<any>);
    };
  }
  const allFollowed = (table: object): Record<string, any> =>
    Object.fromEntries(Object.entries(table).map(([kind, rule]) => [kind, followed(rule as never)]));

  /** Grant what has become free, and look after those who wait. */
  function settle(self: ShardState, out: Out<any>): void {
    const { data } = self;
    if (rules.releasesEarly) for (const transaction of data.prepared.keys()) dropLocks(data.locks, transaction);
    for (const { transaction, key, mode } of grant(data.locks)) tellGranted(self, { transaction, key, mode }, out);
    const now = waitsOf(data);
    const fresh = now.filter((wait) => !self.told.has(nameOf(wait)));
    const isChanged = fresh.length > 0 || now.length !== self.told.size;
    self.told = new Set(now.map(nameOf));
    switch (deadlocks) {
      case "probes":
        for (const { waiter, blocker } of fresh) {
          const probe: Probe = { kind: "probe", path: [waiter], transaction: blocker.transaction };
          out.send(blocker.manager, probe);
        }
        return;
      case "detector": {
        const message: Waits = { kind: "waits", waits: now };
        if (isChanged) out.send(detector!, message);
        return;
      }
      case "wound-wait":
        for (const { waiter, blocker } of fresh) {
          // One that has prepared waits for nobody, and will end.
          if (isOlder(waiter.age, blocker.age) && !data.prepared.has(blocker.transaction)) wound(blocker, out);
        }
        return;
      case "none":
        return;
    }
  }

  function tellGranted(
    { data }: ShardState,
    { transaction, key, mode }: Pick<LockMessage, "transaction" | "key" | "mode">,
    out: Out<any>,
  ): void {
    const message: Granted = {
      kind: "granted",
      transaction,
      key,
      mode,
      found: data.values.get(key) ?? { value: 0, version: null },
    };
    out.send(data.known.get(transaction)!.manager, message);
  }

  const own: Pick<AnyRole, "receive" | "timeout"> = {
    receive: {
      lock(self: ShardState, { transaction, age, key, mode }: LockMessage, manager: NodeId, out: Out<any>) {
        const { data } = self;
        if (data.prepared.has(transaction)) return;
        data.known.set(transaction, { transaction, manager, age });
        out.setTimer({ kind: "idle", transaction }, idleAfter);
        if (rules.acquire(data.locks, key, { transaction, mode })) tellGranted(self, { transaction, key, mode }, out);
        // Who asks again may have waited in vain: what was told about it may be lost.
        else self.told = new Set([...self.told].filter((wait) => !wait.startsWith(`${transaction} `)));
      },

      release(self: ShardState, { transaction, key }: Release, _: NodeId, out: Out<any>) {
        if (self.data.prepared.has(transaction)) return; // only the outcome can free these locks now
        if (key !== undefined) return void self.data.locks.get(key)?.holders.delete(transaction);
        out.cancelTimer({ kind: "idle", transaction });
        forget(self.data, transaction);
      },

      // The last of the path waits for this transaction, and that one waits here, if it still does.
      probe(self: ShardState, { path, transaction }: Probe, _: NodeId, out: Out<any>) {
        for (const { waiter, blocker } of waitsOf(self.data)) {
          if (waiter.transaction !== transaction) continue;
          const further = [...path, waiter];
          if (blocker.transaction === path[0]!.transaction) wound(youngest(further), out);
          // A circle that does not come back to the first one is for those who are in it.
          else if (!further.some((known) => known.transaction === blocker.transaction)) {
            out.send(blocker.manager, {
              kind: "probe",
              path: further,
              transaction: blocker.transaction,
            } satisfies Probe);
          }
        }
      },
    },
    timeout: {
      // Its manager may be gone. If not, the transaction will find its locks gone when it wants to commit.
      idle(self: ShardState, { transaction }: { readonly transaction: TransactionId }) {
        if (!self.data.prepared.has(transaction)) forget(self.data, transaction);
      },
    },
  };

  for (const [what, theirs, ours] of [
    ["message", receive, own.receive],
    ["timer", timeout, own.timeout],
  ] as const) {
    const shared = Object.keys(ours).find((kind) => kind in theirs);
    if (shared !== undefined)
      throw new RangeError(
        `participant: its rule for the ${what} "${shared}" would be lost, the shard has one of its own`,
      );
  }
  return {
    name: "shard",
    durable: [...durable, "wal"],
    init: (id) => ({ ...init(id), wal: [], told: new Set() }),

    // Recovery: memory is what the log says, and only who has prepared has its locks back.
    start: followed((self: ShardState, out: Out<any>) => {
      self.wal = rules.wholeLines(self.wal);
      const { values, prepared } = rules.replayed(self.data.values, self.wal);
      const locks: Locks = new Map();
      const known = new Map<TransactionId, Known>();
      for (const [transaction, kept] of prepared) {
        known.set(transaction, kept.known);
        for (const key of kept.reads) acquire(locks, key, { transaction, mode: "shared" });
        for (const key of Object.keys(kept.writes)) acquire(locks, key, { transaction, mode: "exclusive" });
      }
      self.data = { values, prepared, locks, known, unlogged: [] };
      start?.(self, out);
    }),
    receive: { ...allFollowed(receive), ...allFollowed(own.receive) },
    timeout: { ...allFollowed(timeout), ...allFollowed(own.timeout) },
    request: allFollowed(request),
  };
}

function wound({ transaction, manager }: Known, out: Out<any>): void {
  out.send(manager, { kind: "wounded", transaction } satisfies Wounded);
}

/** The one that began last. */
export function youngest(some: readonly Known[]): Known {
  return some.reduce((a, b) => (isOlder(a.age, b.age) ? b : a));
}

function waitsOf({ locks, known }: ShardData): readonly Wait[] {
  return waits(locks).map(({ waiter, blocker }) => ({ waiter: known.get(waiter)!, blocker: known.get(blocker)! }));
}

function nameOf({ waiter, blocker }: Wait): string {
  return `${waiter.transaction} ${blocker.transaction}`;
}

function dropLocks(locks: Locks, transaction: TransactionId): void {
  for (const { holders } of locks.values()) holders.delete(transaction);
}

/** What the participant speaks to: before a write of its own, the records of what it has done go to the log. */
class LoggingOut implements Out<any> {
  /** The transactions whose outcome it has announced. */
  readonly decided: TransactionId[] = [];
  readonly #self: ShardState;
  readonly #out: Out<any>;
  readonly #durable: readonly string[];
  readonly #rules: ShardRules;
  /** The participant's own durable fields as they were at its last write, or before this step. */
  #before: Record<string, unknown>;

  constructor(self: ShardState, out: Out<any>, durable: readonly string[], rules: ShardRules) {
    this.#self = self;
    this.#out = out;
    this.#durable = durable;
    this.#rules = rules;
    this.#before = this.#fields();
  }

  #fields(): Record<string, unknown> {
    const fields = this.#self as unknown as Record<string, unknown>;
    return Object.fromEntries(
      this.#durable.map((name) => [name, fields[name] instanceof Map ? new Map(fields[name]) : fields[name]]),
    );
  }

  /** The first half of a write to disk, with which a crash may leave it; then the log is complete. */
  #log(): void {
    const self = this.#self;
    const { unlogged, values, prepared } = self.data;
    if (unlogged.length === 0) return;
    const lines = unlogged.map(encoded);
    unlogged.length = 0;
    if (!this.#rules.logs) return;
    const last = lines.at(-1)!;
    const now = this.#fieldsSwapped(this.#before);
    const before = self.wal;
    self.wal = [...before, ...lines.slice(0, -1), last.slice(0, Math.ceil(last.length / 2))];
    this.#out.write();
    this.#fieldsSwapped(now);
    self.wal = before.length < CHECKPOINT ? [...before, ...lines] : [encoded(checkpointOf(values, prepared))];
  }

  #fieldsSwapped(others: Record<string, unknown>): Record<string, unknown> {
    const fields = this.#self as unknown as Record<string, unknown>;
    const now = Object.fromEntries(this.#durable.map((name) => [name, fields[name]]));
    Object.assign(fields, others);
    return now;
  }

  persist(): void {
    this.#log();
    this.#out.persist();
    this.#before = this.#fields();
  }
  write(): void {
    this.#log();
    this.#out.write();
    this.#before = this.#fields();
  }
  decide(outcome: Decided): void {
    this.decided.push(outcome.transaction);
    this.#out.decide(outcome);
  }
  send(to: NodeId, message: Tagged): void {
    this.#out.send(to, message);
  }
  setTimer(timer: Tagged, after: Delay): void {
    this.#out.setTimer(timer, after);
  }
  cancelTimer(timer: Tagged): void {
    this.#out.cancelTimer(timer);
  }
  reply(call: Call, result: unknown): void {
    this.#out.reply(call, result);
  }
  clock(): number {
    return this.#out.clock();
  }
}

function checkpointOf(values: ShardData["values"], prepared: ShardData["prepared"]): LogRecord {
  return { kind: "checkpoint", values: Object.fromEntries(values), prepared: Object.fromEntries(prepared) };
}
