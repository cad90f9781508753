import type { NodeId } from "../../core/role.js";
import { digestOf, type Signed } from "../keys.js";
import { isNewView, isViewChange, primaryOf } from "./certificates.js";
import { becomeStable, checkpoint } from "./checkpoints.js";
import type { NewView, ViewChange } from "./messages.js";
import { endPatience, isInWindow, setPatience, setStatus, slotOf, tellOthers } from "./local.js";
import { accept } from "./phases.js";
import type { Settings } from "./settings.js";
import type { Replica, ReplicaOut } from "./state.js";

/*
 * View changes (Castro and Liskov 1999, section 4.4), and when to ask for one (section 4.5.2).
 */

/** "If the timer of backup i expires in view v, the backup starts a view change to move the system to view v + 1." */
export function patienceIsOver(settings: Settings, self: Replica, out: ReplicaOut): void {
  self.patience = null;
  leaveFor(settings, self, self.view + 1, out);
}

/** "It stops accepting messages (other than checkpoint, view-change, and new-view messages)" and says what it has prepared. */
function leaveFor(settings: Settings, self: Replica, view: number, out: ReplicaOut): void {
  endPatience(self, out);
  self.view = view;
  self.isActive = false;
  self.misses += 1;
  self.tentative = null;
  self.slots.clear();
  self.early = self.early.filter(({ message }) => message.view >= view);
  const prepared = [...self.prepared.values()].sort((a, b) => a.prePrepare.n - b.prePrepare.n);
  const message = settings.keys.pen(self.id).sign({
    kind: "viewChange" as const, view, n: self.stable, checkpoints: self.stableProof, prepared,
  });
  self.viewChanges.set(self.id, message);
  tellOthers(settings, self, message, out);
  setStatus(settings, self, out);
  gather(settings, self, out);
}

export function viewChange(settings: Settings, self: Replica, message: Signed<ViewChange>, from: NodeId, out: ReplicaOut): void {
  if (message.signer !== from || message.view < self.view) return;
  if ((self.viewChanges.get(from)?.view ?? 0) >= message.view || !isViewChange(settings, message)) return;
  self.viewChanges.set(from, message);
  // "If a replica receives a set of f + 1 valid view-change messages from other replicas for views greater than its current
  // view, it sends a view-change message for the smallest view in the set, even if its timer has not expired."
  const later = [...self.viewChanges.values()].map(({ view }) => view).filter((view) => view > self.view);
  if (later.length > settings.f) leaveFor(settings, self, Math.min(...later), out);
  else gather(settings, self, out);
}

/** With 2f + 1 view changes the new primary begins the view; the others begin to wait for it. */
function gather(settings: Settings, self: Replica, out: ReplicaOut): void {
  if (self.isActive) return;
  const changes = settings.replicas.flatMap((replica) => self.viewChanges.get(replica) ?? []).filter(({ view }) => view === self.view);
  const needed = settings.rules.viewChanges(settings);
  if (changes.length < needed) return;
  if (primaryOf(settings, self.view) === self.id && self.viewChanges.get(self.id)?.view === self.view) {
    const pen = settings.keys.pen(self.id);
    const { view } = self;
    const viewChanges = changes.slice(0, needed);
    const prePrepares = settings.rules.plan(viewChanges).slots.map(({ n, requests }) =>
      pen.sign({ kind: "prePrepare" as const, view, n, digest: digestOf(requests), requests }),
    );
    const message = pen.sign({ kind: "newView" as const, view, viewChanges, prePrepares });
    tellOthers(settings, self, message, out);
    return enter(settings, self, message, out);
  }
  // "It starts a timer that expires after some time T. If the timer expires before it receives a valid new-view message …
  // this time it will wait 2T."
  if (self.patience !== null) return;
  self.patience = "view";
  out.setTimer({ kind: "patience" }, settings.patience * 2 ** Math.min(self.misses, 10));
}

export function newView(settings: Settings, self: Replica, message: Signed<NewView>, out: ReplicaOut): void {
  if (message.view < self.view || (message.view === self.view && self.isActive) || message.view === 0) return;
  if (isNewView(settings, message)) enter(settings, self, message, out);
}

/** The view begins: with the last stable checkpoint of those who left for it, and what they had prepared since. */
function enter(settings: Settings, self: Replica, message: Signed<NewView>, out: ReplicaOut): void {
  endPatience(self, out);
  self.view = message.view;
  self.isActive = true;
  self.newView = message;
  self.slots.clear();
  self.tentative = null;
  for (const [node, { view }] of self.viewChanges) if (view < message.view) self.viewChanges.delete(node);
  const { from, to } = settings.rules.plan(message.viewChanges);
  const proof = message.viewChanges.find(({ n }) => n === from)!.checkpoints;
  if (self.snapshots.has(from)) becomeStable(self, from, proof);
  else for (const vouched of proof) checkpoint(settings, self, vouched, out);
  self.sequence = Math.max(from, to, self.stable);
  for (const prePrepare of message.prePrepares) {
    for (const asked of prePrepare.requests) {
      if ((self.replies.get(asked.client)?.timestamp ?? 0) < asked.timestamp) self.waiting.set(`${asked.client}#${asked.timestamp}`, asked);
    }
    if (isInWindow(settings, self, prePrepare.n)) accept(settings, self, prePrepare, out);
    else slotOf(self, prePrepare.n).prePrepare = prePrepare; // ahead of a checkpoint whose state is on its way
  }
  setPatience(settings, self, out);
  setStatus(settings, self, out);
}
