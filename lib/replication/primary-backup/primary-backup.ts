import { delay, integer, oneOf, options } from "../../core/parameters.js";
import type { Delay, NodeId, Out, Role } from "../../core/role.js";
import { valueAt } from "../../core/table.js";
import type { Update } from "../group/messages.js";
import {
  answer, append, commitUpTo, DURABLE, GROUP_OPTIONS, type GroupOptions, groupRules, groupSettings, type GroupSignature, holdsLease, isOf, isWhole, known,
  lastSeq, newReplica, redirect, type Replica, take, trimTo, watch,
} from "../group/replica.js";

export interface PrimaryBackupOptions extends GroupOptions {
  /**
   * How many backups must have a write before its client is told: "all" (the default, synchronous), a number (1 or more:
   * semi-synchronous), or 0 (asynchronous). An acknowledged write survives the loss of as many replicas as that, and with "all" any
   * loss that leaves one.
   */
  readonly acks?: "all" | number;
  /** Who answers reads: the "primary" (the default), or "any" replica from what it has, however old. */
  readonly reads?: "primary" | "any";
  /** How long the primary collects writes before it sends them on, in ms; null (the default) for not at all. */
  readonly shipEvery?: Delay | null;
}

/**
 * A replica of a primary with its backups (主备复制): Alsberg and Day 1976; "The Primary-Backup Approach", Budhiraja, Marzullo,
 * Schneider and Toueg 1993. Clients send all writes to the primary; it numbers them and sends them to its backups, and answers when
 * enough of them have it. When it stops, the first of the others takes its place.
 *
 * - Answers reads from what is committed. A new primary first has what it has inherited acknowledged again: its predecessor may
 *   have told somebody.
 * - Epochs and the master are those of `master`. With `check: "lease"` a primary without a lease answers nobody.
 *
 * @throws RangeError for `acks` of more than there are backups, and for other options out of their ranges
 */
export function primaryBackup(given: PrimaryBackupOptions): Role<GroupSignature> {
  const { acks = "all", reads = "primary", shipEvery = null } = options("primaryBackup", given, [...GROUP_OPTIONS, "acks", "reads", "shipEvery"]);
  const settings = groupSettings(given);
  const { members } = settings;
  if (acks !== "all") integer("acks", acks, { max: members.length - 1 });
  oneOf("reads", reads, ["primary", "any"]);
  if (shipEvery !== null) delay("shipEvery", shipEvery);

  const primaryOf = (self: Replica): NodeId | null => self.configuration.members[0] ?? null;
  const isPrimary = (self: Replica): boolean => primaryOf(self) === self.id && isWhole(self);
  const backups = (self: Replica): readonly NodeId[] => self.configuration.members.slice(1);

  const shared = groupRules(settings, {
    sourceOf: (self) => (primaryOf(self) === self.id ? null : primaryOf(self)),
    begun(self, out) {
      if (!isPrimary(self)) return acknowledge(self, primaryOf(self)!, out);
      self.inherited = lastSeq(self);
      settle(self, out);
      watch(self, settings, out);
    },
  });

  function acknowledge(self: Replica, primary: NodeId, out: Out<any>): void {
    out.send(primary, { kind: "ack", epoch: self.configuration.epoch, seq: lastSeq(self), committed: self.committed });
  }

  /** Commit what enough backups have, tell the clients, and forget what all have. */
  function settle(self: Replica, out: Out<any>): void {
    const others = backups(self).map((node) => self.acks.get(node)?.seq ?? -1).sort((a, b) => b - a);
    const last = lastSeq(self);
    const needed = acks === "all" ? others.length : Math.min(acks, others.length);
    const reached = needed === 0 ? last : Math.max(self.committed, others[needed - 1]!);
    for (const { call } of commitUpTo(self, reached)) out.reply(call, null);
    trimTo(self, others.length === 0 ? last : others[others.length - 1]!);
  }

  /** Send a backup what it does not have, as far as is known. */
  function send(self: Replica, node: NodeId, updates: readonly Update[], out: Out<any>): void {
    const { configuration, committed, stable } = self;
    out.send(node, { kind: "update", epoch: configuration.epoch, updates, committed, stable });
  }

  function ship(self: Replica, out: Out<any>): void {
    if (self.isShipping) return;
    self.isShipping = true;
    out.setTimer({ kind: "ship" }, shipEvery!);
  }

  /** Who does not have all, or does not know all to be committed, as far as is known. */
  function behind(self: Replica): readonly NodeId[] {
    return backups(self).filter((node) => {
      const ack = self.acks.get(node);
      return !ack || ack.seq < lastSeq(self) || ack.committed < self.committed;
    });
  }

  return {
    name: "replica",
    durable: DURABLE,
    init: (id) => newReplica(id, members),
    start: shared.start,

    request: {
      put(self, request, call, out) {
        if (!isPrimary(self)) return redirect(call, primaryOf(self) === self.id ? null : primaryOf(self), out);
        if (!holdsLease(self, settings, out)) return redirect(call, null, out);
        const seen = known(self, call);
        if (seen === "done") return out.reply(call, null);
        if (seen === "under way") return;
        const update = append(self, call, request);
        out.persist(); // before a backup or the client hears of it
        watch(self, settings, out);
        if (shipEvery === null) for (const node of backups(self)) send(self, node, [update], out);
        else ship(self, out);
        settle(self, out);
      },

      get(self, { key }, call, out) {
        if (isPrimary(self)) {
          // What was inherited may have been acknowledged, and is not in the table yet.
          if (self.committed < self.inherited) return redirect(call, null, out);
          return answer(self, settings, { call, key, value: valueAt(self.table, key) ?? null }, out);
        }
        if (reads === "any") out.reply(call, valueAt(self.table, key) ?? null);
        else redirect(call, primaryOf(self) === self.id ? null : primaryOf(self), out);
      },
    },

    timeout: {
      alive: (self, _, out) => shared.alive(self, out),

      ship(self, _, out) {
        self.isShipping = false;
        if (isPrimary(self)) for (const node of behind(self)) send(self, node, self.log.filter(({ seq }) => seq > (self.acks.get(node)?.seq ?? -1)), out);
      },

      // A message may have been lost, and a backup does not know yet that it was the last whose word was wanted.
      resend(self, _, out) {
        self.isWatching = false;
        if (!isPrimary(self)) return shared.resume(self, out);
        const late = behind(self);
        if (late.length === 0) return;
        if (shipEvery !== null) ship(self, out);
        else for (const node of late) send(self, node, self.log.filter(({ seq }) => seq > (self.acks.get(node)?.seq ?? -1)), out);
        watch(self, settings, out);
      },
    },

    receive: {
      ...shared.receive,

      update(self, { epoch, updates, committed, stable }, from, out) {
        if (!isOf(self, epoch) || !isWhole(self)) return;
        take(self, updates);
        commitUpTo(self, committed);
        trimTo(self, stable);
        out.persist(); // before the primary counts on it
        acknowledge(self, from, out);
      },

      ack(self, { epoch, seq, committed }, from, out) {
        if (!isOf(self, epoch) || !isPrimary(self) || !self.configuration.members.includes(from)) return;
        const before = self.acks.get(from);
        self.acks.set(from, { seq: Math.max(seq, before?.seq ?? -1), committed: Math.max(committed, before?.committed ?? -1) });
        settle(self, out);
      },
    },
  };
}
