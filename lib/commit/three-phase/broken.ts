import type { NodeId, Out, Role } from "../../core/role.js";
import type { TransactionId } from "../transaction.js";
import { type DoubtRecord, isDoubt, type Site, site, type SiteOptions, type SiteSignature } from "./site.js";

/*
 * Three-phase commit with one rule broken, a different one in each role. What a rule is for shows in the run that happens
 * without it.
 */

type Self = Site;
type Effects = Out<SiteSignature>;

/**
 * A site without a termination protocol: when its leader is dead, it commits if it was told that all have voted yes, and
 * aborts if not. This is what most texts teach as 3PC, and what its time-outs look like. One crash between two
 * messages of phase 2 is enough. Breaks AC1.
 */
export function naiveSite(options: SiteOptions = {}): Role<SiteSignature> {
  const sound = site(options) as Role<SiteSignature>;
  function conclude(self: Self, transaction: TransactionId, out: Effects): void {
    const record = self.log.get(transaction) as DoubtRecord;
    sound.receive.decision(self, { kind: "decision", transaction, outcome: record.kind === "preCommitted" ? "commit" : "abort" }, self.id, out);
  }
  return {
    ...sound,
    receive: {
      ...sound.receive,
      down(self, message, from, out) {
        for (const [transaction, record] of [...self.log]) {
          if (!isDoubt(record)) continue;
          if (self.stages.has(transaction)) sound.receive.down(self, message, from, out);
          else if (message.node === record.order[0]) conclude(self, transaction, out);
        }
        self.down.add(message.node);
      },
    },
    timeout: {
      silence(self, timer, out) {
        const record = self.log.get(timer.transaction);
        if (!isDoubt(record) || self.stages.has(timer.transaction)) return sound.timeout.silence(self, timer, out);
        conclude(self, timer.transaction, out);
      },
    },
  };
}

/**
 * A site that comes back from a crash without its knowledge that all have voted yes. If it was the last to fail, it believes
 * that it may abort, though a coordinator which is gone has committed. Breaks AC1.
 */
export function forgetfulSite(options: SiteOptions = {}): Role<SiteSignature> {
  const sound = site(options) as Role<SiteSignature>;
  return {
    ...sound,
    start(self, out) {
      for (const [transaction, record] of self.log) {
        if (isDoubt(record)) self.log.set(transaction, { ...record, kind: "uncertain" });
      }
      sound.start!(self, out);
    },
  };
}

/** A site that obeys whoever asks last, also a leader whose successor it has joined. Breaks AC1: a late message undoes a report. */
export function unnumberedSite(options: SiteOptions = {}): Role<SiteSignature> {
  const sound = site(options) as Role<SiteSignature>;
  return {
    ...sound,
    receive: {
      ...sound.receive,
      preCommit(self, message, from, out) {
        const record = self.log.get(message.transaction);
        if (!isDoubt(record) || self.stages.has(message.transaction)) return;
        self.log.set(message.transaction, { ...record, kind: "preCommitted" });
        out.persist();
        out.send(from, { kind: "preAck", transaction: message.transaction, attempt: message.attempt });
      },
    },
  };
}

/** A leader that commits when it has told the others that all have voted yes, without waiting for them to know it. Breaks AC1. */
export function hastySite(options: SiteOptions = {}): Role<SiteSignature> {
  const sound = site(options) as Role<SiteSignature>;
  return {
    ...sound,
    receive: {
      ...sound.receive,
      vote(self, message, from, out) {
        sound.receive.vote(self, message, from, out);
        const record = self.log.get(message.transaction);
        if (!isDoubt(record) || self.stages.get(message.transaction)?.kind !== "preCommitting") return;
        const others = record.up.filter((node) => node !== self.id);
        for (const node of others) {
          sound.receive.preAck(self, { kind: "preAck", transaction: message.transaction, attempt: 0 }, node, out);
        }
      },
    },
  };
}

/** A leader of a later attempt that looks at its own state only. The others may know more. Breaks AC1. */
export function selfishSite(options: SiteOptions = {}): Role<SiteSignature> {
  const sound = site(options) as Role<SiteSignature>;
  return {
    ...sound,
    receive: {
      ...sound.receive,
      stateReport(self, message, from, out) {
        const record = self.log.get(message.transaction);
        sound.receive.stateReport(self, isDoubt(record) ? { ...message, state: record.kind } : message, from, out);
      },
    },
  };
}

/**
 * A site that comes back from a crash and decides by itself, as if it had been the last to fail: uncertain means abort.
 * Independent recovery, which no protocol can have (Skeen and Stonebraker 1983). Breaks AC1.
 */
export function independentSite(options: SiteOptions = {}): Role<SiteSignature> {
  const sound = site(options) as Role<SiteSignature>;
  return {
    ...sound,
    start(self, out) {
      for (const [transaction, record] of self.log) {
        if (isDoubt(record)) self.log.set(transaction, { ...record, up: [self.id] as NodeId[] });
      }
      sound.start!(self, out);
    },
  };
}
