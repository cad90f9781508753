import { primaryOf } from "./certificates.js";
import type { Message, Request } from "./messages.js";
import type { Settings } from "./settings.js";
import type { Replica, ReplicaOut, Slot } from "./state.js";

/** Send to all others. */
export function tellOthers({ replicas }: Settings, self: Replica, message: Message, out: ReplicaOut): void {
  for (const replica of replicas) if (replica !== self.id) out.send(replica, message);
}

/** "The sequence number in the pre-prepare message is between a low water mark, h, and a high water mark, H" (section 4.2). */
export function isInWindow({ window }: Settings, { stable }: Replica, n: number): boolean {
  return Number.isInteger(n) && n > stable && n <= stable + window;
}

/** What it has for a number, made if there is nothing yet. */
export function slotOf(self: Replica, n: number): Slot {
  let slot = self.slots.get(n);
  if (!slot) self.slots.set(n, (slot = { prePrepare: null, prepares: new Map(), commits: new Map() }));
  return slot;
}

/** Whether it is the primary of its view. */
export function isPrimary(settings: Settings, self: Replica): boolean {
  return primaryOf(settings, self.view) === self.id;
}

/** A request by its client and number. */
export function nameOf({ client, timestamp }: Request): string {
  return `${client}#${timestamp}`;
}

/** "A backup starts a timer when it receives a request and the timer is not already running" (section 4.4). */
export function setPatience(settings: Settings, self: Replica, out: ReplicaOut): void {
  if (!self.isActive || self.patience !== null || self.waiting.size === 0 || isPrimary(settings, self)) return;
  self.patience = "request";
  out.setTimer({ kind: "patience" }, settings.patience * 2 ** Math.min(self.misses, 10));
}

/** What it waited for has come, or the view is over. */
export function endPatience(self: Replica, out: ReplicaOut): void {
  if (self.patience !== null) out.cancelTimer({ kind: "patience" });
  self.patience = null;
}

/** Whether there is something that it would ask others about. */
export function isWaiting(self: Replica): boolean {
  return self.waiting.size > 0 || self.missing !== null;
}

/** Begin to ask others, now and then, while something is missing. */
export function setStatus({ statusEvery }: Settings, self: Replica, out: ReplicaOut): void {
  if (self.isAsking || !isWaiting(self)) return;
  self.isAsking = true;
  out.setTimer({ kind: "status" }, statusEvery);
}
