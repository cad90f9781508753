import type { Role } from "../../core/role.js";
import type { Outcome } from "../transaction.js";
import { type InDoubt, type QuorumSite, type QuorumSiteOptions, type QuorumSiteSignature, site } from "./site.js";

/*
 * Quorum-based three-phase commit with one rule broken, a different one in each role. What a rule is for shows in the run
 * that happens without it.
 */

/** A leader that is content with one participant that is ready. Breaks AC1: two leaders find one each. */
export function minoritySite(options: QuorumSiteOptions = {}): Role<QuorumSiteSignature> {
  const sound = site(options) as Role<QuorumSiteSignature>;
  return {
    ...sound,
    receive: {
      ...sound.receive,
      prepared(self, message, from, out) {
        const record = self.log.get(message.transaction);
        const stage = self.stages.get(message.transaction);
        const isLeading = record?.kind === "in doubt" && stage?.kind === "preparing" && stage.towards === message.towards;
        sound.receive.prepared(self, message, from, out);
        if (!isLeading) return;
        for (const node of (record as InDoubt).participants) sound.receive.prepared(self, message, node, out);
      },
    },
  };
}

/** A participant that changes its mind about what it is ready for when another leader asks. Breaks AC1. */
export function fickleSite(options: QuorumSiteOptions = {}): Role<QuorumSiteSignature> {
  const sound = site(options) as Role<QuorumSiteSignature>;
  return {
    ...sound,
    receive: {
      ...sound.receive,
      prepare(self, message, from, out) {
        const record = self.log.get(message.transaction);
        if (record?.kind === "in doubt") self.log.set(message.transaction, { ...record, ready: null });
        sound.receive.prepare(self, message, from, out);
      },
    },
  };
}

/** A participant that forgets in a crash what it is ready for. Breaks AC1. */
export function forgetfulSite(options: QuorumSiteOptions = {}): Role<QuorumSiteSignature> {
  const sound = site(options) as Role<QuorumSiteSignature>;
  return {
    ...sound,
    start(self: QuorumSite, out) {
      for (const [transaction, record] of self.log) {
        if (record.kind === "in doubt") self.log.set(transaction, { ...record, ready: null as Outcome | null });
      }
      sound.start!(self, out);
    },
  };
}
