import type { TransactionId } from "../commit/transaction.js";
import { delay, integer, nodeNames, options, show } from "../core/parameters.js";
import type { Call, Delay, NodeId, Out, Role } from "../core/role.js";
import type { Age, Mode } from "./locks.js";
import type {
  Begin,
  DecisionMessage,
  Granted,
  LockMessage,
  Probe,
  Release,
  ShardWork,
  Step,
  Transact,
  Transacted,
  Version,
  Wounded,
} from "./messages.js";

/** What a transaction manager knows; only the last serial number survives a crash. */
export interface TransactionManager {
  readonly id: NodeId;
  /** How many names it has given to transactions: none is given twice. */
  serial: number;
  readonly active: Map<TransactionId, Active>;
  /** Which transaction works for a call. */
  readonly calls: Map<Call, TransactionId>;
  /** What clients were told, for those who ask again. */
  readonly answers: Map<Call, Transacted>;
}

/** A transaction under way. */
export interface Active {
  readonly call: Call;
  readonly age: Age;
  /** How often it was tried before, by another name. */
  readonly tries: number;
  readonly steps: readonly Step[];
  /** The step for which it waits for a lock; as many as there are when it commits. */
  at: number;
  /** How often it has asked again. */
  resent: number;
  phase: "growing" | "committing" | "waiting";
  /** What it has found where, before its own writes. */
  readonly found: Map<string, Version>;
  readonly writes: Map<string, number>;
}

export type TransactionManagerSignature = {
  state: TransactionManager;
  requests: Transact;
  receives: Granted | Wounded | Probe | DecisionMessage;
  timers:
    | { readonly kind: "resend"; readonly transaction: TransactionId }
    | { readonly kind: "again"; readonly transaction: TransactionId };
  sends: LockMessage | Release | Probe | Begin;
  replies: Transacted;
};

/** What a manager knows of the store, and how patient it is. */
export interface TransactionManagerOptions {
  /** The shard of each key. */
  readonly shards: Readonly<Record<string, NodeId>>;
  /** The coordinators of the commit protocol: each manager has one of them, the first the first. */
  readonly coordinator: NodeId;
  /** How long it waits for an answer before it asks again, in ms; by default [200, 400]. */
  readonly resendAfter?: Delay;
  /** How long it waits before it tries again what was given up, in ms; by default [20, 100]. */
  readonly againAfter?: Delay;
  /** How often it tries a transaction in all; by default 10. */
  readonly tries?: number;
}

/**
 * The transaction manager (事务管理器) of the store. It does what a client asks for step by step: for each it asks the
 * key's shard for a lock, shared to read and exclusive to write, and keeps the writes to itself. When all is done it
 * has the commit protocol decide. It has no lock that it does not need, and gives none back before the end: two-phase
 * locking (Eswaran, Gray, Lorie and Traiger 1976).
 *
 * @throws RangeError if there is no shard, or a number is out of its range
 */
export function transactionManager(given: TransactionManagerOptions): Role<TransactionManagerSignature> {
  return transactionManagerWith({ releasesReads: false }, given);
}

/** What can be done otherwise. Only to show what happens then. */
export interface ManagerRules {
  /** Whether a lock to read is given back as soon as the key is read. */
  readonly releasesReads: boolean;
}

/** So often a manager asks for an outcome, before it gives up on the answer. */
const PATIENCE = 50;

/** The transaction manager with whatever rules. */
export function transactionManagerWith(
  rules: ManagerRules,
  given: TransactionManagerOptions,
): Role<TransactionManagerSignature> {
  options("transactionManager", given, ["shards", "coordinator", "resendAfter", "againAfter", "tries"]);
  const { shards, coordinator, resendAfter = [200, 400], againAfter = [20, 100], tries = 10 } = given;
  nodeNames("shards", [...new Set(Object.values(shards))]);
  delay("resendAfter", resendAfter);
  delay("againAfter", againAfter);
  integer("tries", tries, { min: 1 });

  type Effects = Out<TransactionManagerSignature>;

  function begin(
    self: TransactionManager,
    about: Pick<Active, "call" | "steps" | "tries"> & { readonly age: Age | null },
    out: Effects,
  ): void {
    self.serial += 1;
    out.persist(); // before anybody hears the name
    const transaction = `${self.id}.${self.serial}`;
    const age = about.age ?? { serial: self.serial, manager: self.id };
    const active: Active = { ...about, age, at: 0, resent: 0, phase: "growing", found: new Map(), writes: new Map() };
    self.active.set(transaction, active);
    self.calls.set(active.call, transaction);
    advance(transaction, active, out);
  }

  /** Ask for the lock of the next step; after the last, commit. */
  function advance(transaction: TransactionId, active: Active, out: Effects): void {
    if (active.at < active.steps.length) ask(transaction, active, out);
    else commit(transaction, active, out);
  }

  function ask(transaction: TransactionId, { steps, at, age }: Active, out: Effects): void {
    const step = steps[at]!;
    out.send(shards[step.key]!, { kind: "lock", transaction, age, key: step.key, mode: modeOf(step) });
    out.setTimer({ kind: "resend", transaction }, resendAfter);
  }

  /** Do the step, now that it has its lock. */
  function perform(
    self: TransactionManager,
    transaction: TransactionId,
    active: Active,
    found: Version,
    out: Effects,
  ): void {
    const step = active.steps[active.at]!;
    const { key } = step;
    if (step.kind === "write")
      active.writes.set(key, step.value); // without a look at what was there
    else if (!active.writes.has(key) && !active.found.has(key)) active.found.set(key, found);
    const value = active.writes.get(key) ?? active.found.get(key)!.value;
    if (step.kind === "add") {
      if (step.atLeast !== undefined && value + step.amount < step.atLeast) {
        return give(self, transaction, `${key} has ${value}, and at least ${step.atLeast} must be left`, out);
      }
      active.writes.set(key, value + step.amount);
    }
    active.at += 1;
    if (rules.releasesReads && step.kind === "read") out.send(shards[key]!, { kind: "release", transaction, key });
    advance(transaction, active, out);
  }

  function commit(transaction: TransactionId, active: Active, out: Effects): void {
    active.phase = "committing";
    out.send(coordinator, { kind: "begin", transaction, work: workOf(active) });
    out.setTimer({ kind: "resend", transaction }, resendAfter);
  }

  /** What each shard has to do: to see that its reads still stand, and to write. */
  function workOf({ found, writes }: Active): Record<NodeId, ShardWork> {
    const work: Record<string, { reads: Record<string, TransactionId | null>; writes: Record<string, number> }> = {};
    const of = (key: string) => (work[shards[key]!] ??= { reads: {}, writes: {} });
    for (const [key, { version }] of found) if (!rules.releasesReads || writes.has(key)) of(key).reads[key] = version;
    for (const [key, value] of writes) of(key).writes[key] = value;
    return work;
  }

  /** The shards that it has asked for locks. */
  function asked({ steps, at }: Active): ReadonlySet<NodeId> {
    return new Set(steps.slice(0, at + 1).map(({ key }) => shards[key]!));
  }

  /** It comes to nothing, and trying again would not help. */
  function give(self: TransactionManager, transaction: TransactionId, reason: string, out: Effects): void {
    const active = self.active.get(transaction)!;
    for (const node of asked(active)) out.send(node, { kind: "release", transaction });
    end(
      self,
      transaction,
      active,
      { outcome: "abort", transaction, reads: Object.fromEntries(active.found), reason },
      out,
    );
  }

  function end(
    self: TransactionManager,
    transaction: TransactionId,
    { call }: Active,
    answer: Transacted,
    out: Effects,
  ): void {
    out.cancelTimer({ kind: "resend", transaction });
    self.active.delete(transaction);
    self.calls.delete(call);
    self.answers.set(call, answer);
    out.reply(call, answer);
  }

  /** It stood in others' way. Try again by another name, a little later; unless that was often enough. */
  function retry(self: TransactionManager, transaction: TransactionId, reason: string, out: Effects): void {
    const active = self.active.get(transaction)!;
    if (active.tries + 1 >= tries) return give(self, transaction, `${reason}, ${tries} times`, out);
    for (const node of asked(active)) out.send(node, { kind: "release", transaction });
    out.cancelTimer({ kind: "resend", transaction });
    active.phase = "waiting";
    out.setTimer({ kind: "again", transaction }, againAfter);
  }

  return {
    name: "transaction manager",
    durable: ["serial"],
    init: (id) => ({ id, serial: 0, active: new Map(), calls: new Map(), answers: new Map() }),

    request: {
      transact(self, { steps }, call, out) {
        const answer = self.answers.get(call);
        if (answer) return out.reply(call, answer);
        if (self.calls.has(call)) return;
        const stray = steps.find(({ key }) => !Object.hasOwn(shards, key));
        if (stray) {
          const reason = `no shard has the key ${show(stray.key)}`;
          return out.reply(call, { outcome: "abort", transaction: "", reads: {}, reason });
        }
        begin(self, { call, steps, tries: 0, age: null }, out);
      },
    },

    receive: {
      granted(self, { transaction, key, mode, found }, from, out) {
        const active = self.active.get(transaction);
        // A lock that nobody wants any more: the release has overtaken the request.
        if (!active || active.phase === "waiting") return out.send(from, { kind: "release", transaction });
        const step = active.steps[active.at];
        if (active.phase !== "growing" || step?.key !== key || modeOf(step) !== mode) return;
        perform(self, transaction, active, found, out);
      },

      // Once it commits it waits for no lock, so it need not give up: the others only have to wait.
      wounded(self, { transaction }, from, out) {
        const active = self.active.get(transaction);
        if (!active || active.phase === "waiting") return out.send(from, { kind: "release", transaction });
        if (active.phase === "growing") retry(self, transaction, "gave way to others", out);
      },

      probe(self, probe, from, out) {
        const active = self.active.get(probe.transaction);
        if (!active || active.phase === "waiting")
          return out.send(from, { kind: "release", transaction: probe.transaction });
        if (active.phase === "growing") out.send(shards[active.steps[active.at]!.key]!, probe);
      },

      decision(self, { transaction, outcome }, _, out) {
        const active = self.active.get(transaction);
        if (active?.phase !== "committing") return;
        if (outcome === "abort") return retry(self, transaction, "could not commit", out);
        // Where it only reads, nobody waits for the outcome but its locks.
        const written = new Set(Array.from(active.writes.keys(), (key) => shards[key]!));
        for (const node of asked(active)) if (!written.has(node)) out.send(node, { kind: "release", transaction });
        end(
          self,
          transaction,
          active,
          { outcome, transaction, reads: Object.fromEntries(active.found), reason: null },
          out,
        );
      },
    },

    timeout: {
      resend(self, { transaction }, out) {
        const active = self.active.get(transaction);
        if (!active) return;
        active.resent += 1;
        if (active.phase === "growing") ask(transaction, active, out);
        // A coordinator that has forgotten the outcome will never tell it. The client does not hear either.
        else if (active.resent > PATIENCE) self.active.delete(transaction);
        else commit(transaction, active, out);
      },

      again(self, { transaction }, out) {
        const active = self.active.get(transaction);
        if (active?.phase !== "waiting") return;
        self.active.delete(transaction);
        const { call, age, steps, tries: before } = active;
        begin(self, { call, age, steps, tries: before + 1 }, out);
      },
    },
  };
}

/** The lock that a step needs. */
function modeOf({ kind }: Step): Mode {
  return kind === "read" ? "shared" : "exclusive";
}
