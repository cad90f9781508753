import type { Role } from "../../core/role.js";
import { valueAt } from "../../core/table.js";
import { chain, type ChainOptions, type ChainSignature } from "../chain/chain.js";
import { primaryBackup, type PrimaryBackupOptions } from "../primary-backup/primary-backup.js";
import { master, type MasterOptions, type MasterSignature } from "./master.js";
import { type GroupSignature, lastSeq, type Replica, valueAfter } from "./replica.js";

/* Replication with one rule broken. What a rule is for shows in the run that happens without it. */

/**
 * A chain of which any node answers reads from what it has, committed or not. Breaks what CRAQ's clean and dirty keys are for
 * (Terrace and Freedman 2009, section 2.3): a client reads a new value near the head and then the old one near the tail.
 */
export function uncheckedChain(options: ChainOptions): Role<ChainSignature> {
  const sound = chain(options);
  return {
    ...sound,
    request: {
      ...sound.request,
      get: (self, { key }, call, out) => out.reply(call, valueAfter(self, key, lastSeq(self))),
    },
  };
}

/**
 * A chain of which any node answers reads from what it knows to be committed. Weaker than the one above, and still wrong: the
 * tail's word takes its time to come up, and a read at the head misses a write that was acknowledged before it began.
 */
export function committedChain(options: ChainOptions): Role<ChainSignature> {
  const sound = chain(options);
  return {
    ...sound,
    request: {
      ...sound.request,
      get: (self, { key }, call, out) => out.reply(call, valueAt(self.table, key) ?? null),
    },
  };
}

/**
 * A chain that passes nothing on when its neighbours change. Breaks section 3 of van Renesse and Schneider 2004: the updates that the
 * failed node had and its successor had not (the Sent list) are never heard of again, and all later ones wait for them.
 */
export function forgetfulChain(options: ChainOptions): Role<ChainSignature> {
  const sound = chain(options);
  return {
    ...sound,
    timeout: { ...sound.timeout, resend() {} },
    receive: {
      ...sound.receive,
      "catch-up": (self, message, from, out) => sound.receive["catch-up"](self, message.base ? message : { ...message, updates: [] }, from, out),
    },
  };
}

/** A primary that answers its client before any backup has the write, and says that it waits for all. */
export function hastyPrimary(options: PrimaryBackupOptions): Role<GroupSignature> {
  return primaryBackup({ ...options, acks: 0 });
}

/**
 * Replicas that take whatever comes, of whatever epoch, and do not care that an epoch is sealed: two primaries. Breaks what
 * epochs are for ("fencing"): who was replaced does not know it.
 */
export function epochlessReplica(options: PrimaryBackupOptions): Role<GroupSignature> {
  const sound = primaryBackup(options);
  const inAnyEpoch = <M extends { readonly epoch: number }>(rule: (self: Replica, message: M, ...rest: any[]) => void) =>
    (self: Replica, message: M, ...rest: any[]): void => rule(self, { ...message, epoch: self.configuration.epoch }, ...rest);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      seal(self, { epoch }, from, out) {
        out.send(from, { kind: "sealed", epoch, synced: self.synced, seq: lastSeq(self) });
      },
      update: inAnyEpoch(sound.receive.update),
      ack: inAnyEpoch(sound.receive.ack),
      confirm: inAnyEpoch(sound.receive.confirm),
      confirmed: inAnyEpoch(sound.receive.confirmed),
    },
  };
}

/** A new primary that serves reads at once, from its table, although its log may hold what its predecessor has acknowledged. */
export function eagerPrimary(options: PrimaryBackupOptions): Role<GroupSignature> {
  const sound = primaryBackup(options);
  return {
    ...sound,
    request: {
      ...sound.request,
      get(self, request, call, out) {
        self.inherited = 0;
        sound.request.get(self, request, call, out);
      },
    },
  };
}

/** A replica that acknowledges before it writes: a crash takes what others count on. */
export function forgetfulBackup(options: PrimaryBackupOptions): Role<GroupSignature> {
  return { ...primaryBackup(options), durable: ["configuration", "sealed", "synced", "boots"] };
}

/**
 * A master that takes a newcomer for a member like others: when all others fall silent it begins a new epoch with somebody who has
 * nothing yet. Breaks "one of them has all that was acknowledged".
 */
export function hastyMaster(options: MasterOptions): Role<MasterSignature> {
  const sound = master(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      sealed(self, message, from, out) {
        self.configuration = { ...self.configuration, newcomers: [] };
        sound.receive.sealed(self, message, from, out);
      },
    },
  };
}
