import type { NodeId } from "../../core/role.js";
import { isCommitted, primaryOf } from "./certificates.js";
import { askWhatIsMissing } from "./checkpoints.js";
import { isInWindow, nameOf, setStatus, tellOthers } from "./local.js";
import type { Committed, Status } from "./messages.js";
import { executeAll } from "./phases.js";
import type { Settings } from "./settings.js";
import type { Replica, ReplicaOut } from "./state.js";

/*
 * Whoever has missed something tells how far it is, and others send what it lacks: "Practical Byzantine Fault Tolerance and
 * Proactive Recovery" (Castro and Liskov, TOCS 2002), on message retransmission.
 */

/** Say how far it is, and pass on again what the primary may not have heard of. */
export function tellStatus(settings: Settings, self: Replica, out: ReplicaOut): void {
  self.isAsking = false;
  const { view, isActive, stable, executed } = self;
  tellOthers(settings, self, { kind: "status", view, isActive, stable, executed }, out);
  const primary = primaryOf(settings, view);
  const numbered = new Set([...self.slots.values()].flatMap(({ prePrepare }) => prePrepare?.requests.map(nameOf) ?? []));
  if (isActive && primary !== self.id) for (const [name, message] of self.waiting) if (!numbered.has(name)) out.send(primary, message);
  const own = self.viewChanges.get(self.id);
  if (!isActive && own) tellOthers(settings, self, own, out);
  askWhatIsMissing(self, out);
  setStatus(settings, self, out);
}

/** Another replica says how far it is: send it again what it seems to lack. */
export function help(settings: Settings, self: Replica, message: Status, from: NodeId, out: ReplicaOut): void {
  if (!settings.replicas.includes(from)) return;
  const isBehind = message.view < self.view || (message.view === self.view && !message.isActive);
  if (isBehind && self.isActive && self.newView) out.send(from, self.newView);
  const own = self.viewChanges.get(self.id);
  if (message.view < self.view && own) out.send(from, own);
  if (message.stable < self.stable) for (const vouched of self.stableProof) if (vouched.signer === self.id) out.send(from, vouched);
  for (const known of self.committed.values()) if (known.prePrepare.n > message.executed) out.send(from, known);
  if (message.view !== self.view || !self.isActive) return;
  for (const [n, { prePrepare, prepares, commits }] of self.slots) {
    if (n <= message.executed || self.committed.has(n)) continue;
    if (prePrepare?.signer === self.id) out.send(from, prePrepare);
    for (const vote of [prepares.get(self.id), commits.get(self.id)]) if (vote) out.send(from, vote);
  }
}

/** 2f + 1 signed commits convince whoever was not there. */
export function committed(settings: Settings, self: Replica, message: Committed, out: ReplicaOut): void {
  const { n } = message.prePrepare;
  if (!isInWindow(settings, self, n) || self.committed.has(n) || !isCommitted(settings, message.prePrepare, message.commits)) return;
  self.committed.set(n, message);
  executeAll(settings, self, out);
}
