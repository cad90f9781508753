import { recall, remember, type Sessions } from "../../consensus/multi-paxos/sessions.js";
import { delay, finite, nodeNames, oneOf } from "../../core/parameters.js";
import type { Call, Delay, NodeId, Out, Redirect } from "../../core/role.js";
import { emptyTable, type Table, valueAt, withValue } from "../../core/table.js";
import type { Ack, Alive, CatchUp, Configuration, Configure, Confirm, Confirmed, Granted, Propagate, Resume, Seal, Sealed, Update } from "./messages.js";

/*
 * What a replica of a primary and its backups and one of a chain have in common: a log of writes, an epoch, and a master who
 * says who belongs to it. They differ in who sends to whom: a star or a line.
 *
 * The invariants:
 * 1. `log` holds the updates from `stable + 1` on, without gaps; `table` and `sessions` are what the first `committed` updates make.
 * 2. stable <= committed <= stable + log.length.
 * 3. Who has sealed an epoch takes part in no earlier one: it answers no update, no read and no question of it.
 */

/** What a replica knows. All but `early`, `acks`, `reads` and the lease survives a crash. */
export interface Replica {
  readonly id: NodeId;
  configuration: Configuration;
  /** The highest epoch that it was asked to seal or to join. */
  sealed: number;
  /** The epoch in which its log was last known to be that of its source. */
  synced: number;
  log: readonly Update[];
  stable: number;
  committed: number;
  table: Table;
  sessions: Sessions<null>;
  /** How often it has booted, so that no answer to a question from before a crash counts. */
  boots: number;
  /** Updates that have overtaken others. */
  early: Map<number, Update>;
  /** How far each backup is, at a primary, and what it knows to be committed. */
  acks: Map<NodeId, { readonly seq: number; readonly committed: number }>;
  /** Up to which update it must wait before its table tells all that was ever acknowledged. */
  inherited: number;
  /** Until when nobody else serves, by its own clock in ms. */
  leaseUntil: number;
  /** Reads that wait for the word of others. */
  reads: Map<string, WaitingRead>;
  asked: number;
  /** Whether a shipment is due. */
  isShipping: boolean;
  /** Whether it looks again, after a while, for what may have been lost on the way. */
  isWatching: boolean;
}

/** A read that waits: for the tail's word on what is committed, or until all others have said that the epoch goes on. */
export interface WaitingRead {
  readonly call: Call;
  readonly key: string;
  readonly value: string | null;
  readonly confirmed: Set<NodeId>;
}

/** What clients may ask, in the words of the model `keyValueMap` of distlab/history. */
export type StoreRequest =
  | { readonly kind: "get"; readonly key: string }
  | { readonly kind: "put"; readonly key: string; readonly value: string };

export type GroupMessage = Granted | Seal | Configure | Resume | CatchUp | Propagate | Ack | Confirm | Confirmed;

export interface GroupSignature {
  readonly state: Replica;
  readonly requests: StoreRequest;
  readonly receives: GroupMessage;
  readonly sends: Exclude<GroupMessage, Granted | Seal | Configure> | Alive | Sealed;
  readonly timers: { readonly kind: "alive" } | { readonly kind: "resend" } | { readonly kind: "ship" };
  /** Of `get` the value, null where there is none; of `put` null. */
  readonly replies: string | null | Redirect;
}

export interface GroupOptions {
  /** The members of the first epoch, in their order. */
  readonly members: readonly NodeId[];
  /** The node with the role `master`. Without one nobody is ever replaced. */
  readonly master?: NodeId;
  /**
   * How a replica makes sure, before it answers a read, that it has not been replaced. "lease": by its clock, which must not
   * run slower than the master's by more than the difference between the master's `suspectAfter` and `leaseMs`. "confirm": by asking all
   * other members. "none" (default without a master): it trusts that nobody is replaced who has not stopped, as fail-stop has it.
   */
  readonly check?: "lease" | "confirm" | "none";
  /** How long a lease is, in ms (default 150). The master must wait longer before it replaces somebody. */
  readonly leaseMs?: number;
  /** How often a replica tells the master that it is there, in ms (default [25, 35]). */
  readonly aliveEvery?: Delay;
  /** How long a replica waits for an acknowledgement before it sends again, in ms (default [40, 60]). */
  readonly resendAfter?: Delay;
}

export const GROUP_OPTIONS: readonly string[] = ["members", "master", "check", "leaseMs", "aliveEvery", "resendAfter"];

export type GroupSettings = Required<Omit<GroupOptions, "master">> & { readonly master: NodeId | null };

/** The options with all that was left out. @throws RangeError or TypeError for one that is out of its range */
export function groupSettings(given: GroupOptions): GroupSettings {
  const { members, master = null, leaseMs = 150, aliveEvery = [25, 35], resendAfter = [40, 60] } = given;
  const { check = master === null ? "none" : "lease" } = given;
  nodeNames("members", members);
  if (master !== null && members.includes(master)) throw new RangeError(`master must be no member of its group, got ${master}`);
  if (oneOf("check", check, ["lease", "confirm", "none"]) === "lease" && master === null) {
    throw new RangeError('check must be "confirm" or "none" without a master, who would grant the lease, got "lease"');
  }
  finite("leaseMs", leaseMs, { min: 1 });
  delay("aliveEvery", aliveEvery);
  delay("resendAfter", resendAfter);
  return { members, master, check, leaseMs, aliveEvery, resendAfter };
}

/** The fields that survive a crash. */
export const DURABLE = ["configuration", "sealed", "synced", "log", "stable", "committed", "table", "sessions", "boots"] as const;

/** A replica that has never run: in epoch 1 if it is one of its members, and otherwise in none. */
export function newReplica(id: NodeId, members: readonly NodeId[]): Replica {
  const epoch = members.includes(id) ? 1 : 0;
  return {
    id, configuration: { epoch, members: epoch === 1 ? members : [], newcomers: [] }, sealed: epoch, synced: epoch,
    ...nothing(), boots: 0, early: new Map(), acks: new Map(), inherited: 0, leaseUntil: -1, reads: new Map(), asked: 0, isShipping: false, isWatching: false,
  };
}

function nothing(): Pick<Replica, "log" | "stable" | "committed" | "table" | "sessions"> {
  return { log: [], stable: 0, committed: 0, table: emptyTable, sessions: new Map() };
}

/** The number of the last update that it has. */
export function lastSeq({ log, stable }: Replica): number {
  return stable + log.length;
}

/** Whether it is in the epoch, as far as it knows, and has what its source had when the epoch began. */
export function isWhole({ configuration, sealed, synced }: Replica): boolean {
  return configuration.epoch > 0 && sealed === configuration.epoch && synced === configuration.epoch;
}

/** Whether it is in this epoch. */
export function isOf({ configuration, sealed }: Replica, epoch: number): boolean {
  return configuration.epoch === epoch && sealed === epoch;
}

/** What a client is told of this call: its answer, that it is under way, or nothing yet. */
export function known(self: Replica, call: Call): "new" | "under way" | "done" {
  if (self.log.some((update) => update.seq > self.committed && update.call === call)) return "under way";
  return recall(self.sessions, call).kind === "new" ? "new" : "done";
}

/** Put a write behind all others. */
export function append(self: Replica, call: Call, { key, value }: { readonly key: string; readonly value: string }): Update {
  const update = { seq: lastSeq(self) + 1, call, key, value };
  self.log = [...self.log, update];
  return update;
}

/** Take updates in their order; what comes too early waits. Answers those that were new. */
export function take(self: Replica, updates: readonly Update[]): readonly Update[] {
  const before = lastSeq(self);
  for (const update of updates) if (update.seq > before) self.early.set(update.seq, update);
  const taken: Update[] = [];
  for (let update = self.early.get(before + 1); update; update = self.early.get(update.seq + 1)) {
    self.early.delete(update.seq);
    taken.push(update);
  }
  if (taken.length > 0) self.log = [...self.log, ...taken];
  return taken;
}

/** Perform all updates up to this one. Answers those that were not performed before. */
export function commitUpTo(self: Replica, seq: number): readonly Update[] {
  const until = Math.min(seq, lastSeq(self));
  if (until <= self.committed) return [];
  const fresh = self.log.slice(self.committed - self.stable, until - self.stable);
  for (const { call, key, value } of fresh) {
    self.table = withValue(self.table, key, value);
    remember(self.sessions, call, null);
  }
  self.committed = until;
  return fresh;
}

/** Forget what every member has. */
export function trimTo(self: Replica, seq: number): void {
  const until = Math.min(seq, self.committed);
  if (until <= self.stable) return;
  self.log = self.log.slice(until - self.stable);
  self.stable = until;
}

/** The value of the key after the updates up to this one, of which all before `committed` are performed. */
export function valueAfter(self: Replica, key: string, seq: number): string | null {
  for (let i = self.log.length - 1; i >= 0; i--) {
    const update = self.log[i]!;
    if (update.seq <= seq && update.seq > self.committed && update.key === key) return update.value;
  }
  return valueAt(self.table, key) ?? null;
}

/** Whether nobody else can have taken its place, as far as its clock and its settings say. */
export function holdsLease(self: Replica, { check }: GroupSettings, out: Pick<Out<GroupSignature>, "clock">): boolean {
  return check !== "lease" || (isWhole(self) && out.clock() < self.leaseUntil);
}

/** Send a client to somebody else, or to nobody in particular. */
export function redirect(call: Call, to: NodeId | null, out: Out<any>): void {
  out.reply(call, { kind: "redirect", to });
}

/** Answer a read, once it is sure that the epoch goes on. */
export function answer(self: Replica, settings: GroupSettings, read: Omit<WaitingRead, "confirmed">, out: Out<any>): void {
  const { call, key, value } = read;
  const others = self.configuration.members.filter((node) => node !== self.id);
  if (settings.check !== "confirm" || others.length === 0) {
    if (holdsLease(self, settings, out)) out.reply(call, value);
    else redirect(call, null, out);
    return;
  }
  const ask = `${self.boots}:${++self.asked}`;
  self.reads.set(ask, { call, key, value, confirmed: new Set() });
  for (const node of others) out.send(node, { kind: "confirm", epoch: self.configuration.epoch, ask });
}

/** Look again after a while. What is set already is not put off. */
export function watch(self: Replica, { resendAfter }: GroupSettings, out: Out<any>): void {
  if (self.isWatching) return;
  self.isWatching = true;
  out.setTimer({ kind: "resend" }, resendAfter);
}

/** What happens when a replica has got a new configuration, in its kind of group. */
export interface GroupHooks {
  /** Whose log this replica continues: the primary, or the node before it in the chain; null for the first. */
  sourceOf(self: Replica): NodeId | null;
  /** It is whole in its epoch, having caught up or being the first. */
  begun(self: Replica, out: Out<any>): void;
}

/** A rule for one kind of message, in whatever kind of group. */
type Receive<M> = (self: Replica, message: M, from: NodeId, out: Out<any>) => void;

/** What both kinds of group do alike. */
export interface GroupRules {
  start(self: Replica, out: Out<any>): void;
  /** Tell the master that the replica is there, now and again. */
  alive(self: Replica, out: Out<any>): void;
  /** Ask the source for what is lacking, and again later if it does not answer. */
  resume(self: Replica, out: Out<any>): void;
  readonly receive: {
    readonly granted: Receive<Granted>;
    readonly seal: Receive<Seal>;
    readonly configure: Receive<Configure>;
    readonly resume: Receive<Resume>;
    readonly "catch-up": Receive<CatchUp>;
    readonly confirm: Receive<Confirm>;
    readonly confirmed: Receive<Confirmed>;
  };
}

/** The rules that both kinds of group share. */
export function groupRules(settings: GroupSettings, { sourceOf, begun }: GroupHooks): GroupRules {
  const { master, aliveEvery, leaseMs } = settings;

  function alive(self: Replica, out: Out<any>): void {
    if (master === null) return;
    out.send(master, { kind: "alive", epoch: self.configuration.epoch, at: out.clock() });
    out.setTimer({ kind: "alive" }, aliveEvery);
  }

  function resume(self: Replica, out: Out<any>): void {
    const source = sourceOf(self);
    const { epoch, newcomers } = self.configuration;
    if (source === null || !isOf(self, epoch) || self.synced === epoch) return;
    out.send(source, { kind: "resume", epoch, seq: lastSeq(self), isEmpty: newcomers.includes(self.id) });
    watch(self, settings, out);
  }

  return {
    resume,

    start(self, out) {
      self.boots += 1;
      out.persist();
      alive(self, out);
      if (isWhole(self)) begun(self, out);
      else resume(self, out);
    },

    alive,

    receive: {
      // The lease counts from when it was asked for, which was earlier than when it was given.
      granted(self, { epoch, at }) {
        if (isOf(self, epoch)) self.leaseUntil = Math.max(self.leaseUntil, at + leaseMs);
      },

      // Nothing of an earlier epoch can be completed with this replica any more.
      seal(self, { epoch }, from, out) {
        if (epoch < self.sealed || epoch <= self.configuration.epoch) return;
        self.sealed = epoch;
        self.leaseUntil = -1;
        self.reads.clear();
        out.persist();
        out.send(from, { kind: "sealed", epoch, synced: self.synced, seq: lastSeq(self) });
      },

      configure(self, { configuration }, _, out) {
        if (configuration.epoch < self.sealed || configuration.epoch <= self.configuration.epoch) return;
        self.configuration = configuration;
        self.sealed = configuration.epoch;
        // A newcomer may have something from long ago, which the others have gone on without.
        if (configuration.newcomers.includes(self.id)) Object.assign(self, nothing(), { synced: 0 });
        self.early.clear();
        self.acks.clear();
        self.reads.clear();
        self.leaseUntil = -1;
        if (sourceOf(self) === null) self.synced = configuration.epoch;
        out.persist();
        alive(self, out);
        if (isWhole(self)) begun(self, out);
        else resume(self, out);
      },

      resume(self, { epoch, seq, isEmpty }, from, out) {
        if (!isOf(self, epoch) || !isWhole(self)) return;
        const { committed, table, log } = self;
        const base = isEmpty ? { seq: committed, table, sessions: copied(self.sessions) } : null;
        const updates = log.filter((update) => update.seq > (isEmpty ? committed : seq));
        out.send(from, { kind: "catch-up", epoch, base, updates, committed });
      },

      "catch-up"(self, { epoch, base, updates, committed }, from, out) {
        if (!isOf(self, epoch) || self.synced === epoch || from !== sourceOf(self)) return;
        if (base) {
          Object.assign(self, { log: [], stable: base.seq, committed: base.seq, table: base.table, sessions: copied(base.sessions) });
        }
        take(self, updates);
        commitUpTo(self, committed);
        self.synced = epoch;
        out.persist();
        begun(self, out);
      },

      confirm(self, { epoch, ask }, from, out) {
        if (isOf(self, epoch)) out.send(from, { kind: "confirmed", epoch, ask });
      },

      // All others are in the epoch, so nobody serves in a later one: that would take one of them.
      confirmed(self, { epoch, ask }, from, out) {
        const read = self.reads.get(ask);
        if (!read || !isOf(self, epoch)) return;
        read.confirmed.add(from);
        if (read.confirmed.size < self.configuration.members.length - 1) return;
        self.reads.delete(ask);
        out.reply(read.call, read.value);
      },
    },
  };
}

/** Sessions change in place, and messages must not. */
function copied(sessions: Sessions<null>): Sessions<null> {
  return new Map([...sessions].map(([client, { answers, forgotten }]) => [client, { answers: new Map(answers), forgotten }]));
}
