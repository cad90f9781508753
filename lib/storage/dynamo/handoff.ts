import type { NodeId } from "../../core/role.js";
import { digestOf } from "./merkle.js";
import type { Handed, Handoff } from "./messages.js";
import type { Settings } from "./options.js";
import { noRecords, recordOf, someRecord, withoutRecord, withRecord } from "./records.js";
import { type DynamoNode, type DynamoOut, keep } from "./state.js";
import { noVersions, type Siblings } from "./versions.js";

/** Versions that a node keeps in another's place. */
interface Hinted {
  readonly target: NodeId;
  readonly key: string;
  readonly siblings: Siblings;
  readonly settings: Settings;
}

/**
 * "Nodes that receive hinted replicas will keep them in a separate local database that is scanned periodically."
 * (DeCandia et al. 2007, section 4.6.)
 */
export function keepFor(self: DynamoNode, { target, key, siblings, settings }: Hinted, out: DynamoOut): void {
  // To set the timer anew with each hint would never let it fire.
  if (self.hints.size === 0) out.setTimer({ kind: "handoff" }, settings.handoffEvery);
  const kept = self.hints.get(target) ?? noRecords;
  self.hints.set(target, withRecord(kept, key, settings.versioning.merge(recordOf(kept, key), siblings)));
  out.persist();
}

/** The rules by which what was kept in another's place comes to it (section 4.6). */
export function handoffRules(settings: Settings): {
  readonly start: (self: DynamoNode, out: DynamoOut) => void;
  readonly tryAgain: (self: DynamoNode, out: DynamoOut) => void;
  readonly handoff: (self: DynamoNode, message: Handoff, from: NodeId, out: DynamoOut) => void;
  readonly handed: (self: DynamoNode, message: Handed, from: NodeId, out: DynamoOut) => void;
} {
  /** One key at a time: nothing is sent in vain to a node that is still down but this. */
  function handNext(self: DynamoNode, target: NodeId, out: DynamoOut): void {
    const next = someRecord(self.hints.get(target) ?? noRecords);
    if (next) out.send(target, { kind: "handoff", key: next[0], siblings: next[1] });
  }

  return {
    start(self, out) {
      if (self.hints.size > 0) out.setTimer({ kind: "handoff" }, settings.handoffEvery);
    },

    // Whoever is back will answer.
    tryAgain(self, out) {
      for (const target of self.hints.keys()) handNext(self, target, out);
      if (self.hints.size > 0) out.setTimer({ kind: "handoff" }, settings.handoffEvery);
    },

    handoff(self, { key, siblings }, from, out) {
      if (keep(self, key, siblings, settings)) out.persist(); // before the answer: the other one forgets it then
      out.send(from, { kind: "handed", key, digest: digestOf(siblings) });
    },

    // "Once the transfer succeeds, D may delete the object from its local store", unless more of it came in the meantime.
    handed(self, { key, digest }, from, out) {
      const hints = self.hints.get(from) ?? noRecords;
      const kept = recordOf(hints, key);
      if (kept === noVersions || digestOf(kept) !== digest) return;
      const left = withoutRecord(hints, key);
      if (someRecord(left)) self.hints.set(from, left);
      else self.hints.delete(from);
      out.write(); // what a crash brings back is handed over once more
      handNext(self, from, out);
    },
  };
}
