import type { NodeId } from "../../core/role.js";
import { digestOf, type Signed } from "../keys.js";
import { isStable } from "./certificates.js";
import type { Checkpoint, Fetch, State } from "./messages.js";
import { setStatus, tellOthers } from "./local.js";
import type { Settings } from "./settings.js";
import type { Replica, ReplicaOut } from "./state.js";

/*
 * Checkpoints and garbage collection (Castro and Liskov 1999, section 4.3), and the transfer of a state to whoever has
 * missed too much.
 */

/** "When a replica produces a checkpoint, it multicasts a message ⟨CHECKPOINT, n, d, i⟩ to the other replicas." */
export function takeCheckpoint(settings: Settings, self: Replica, out: ReplicaOut): void {
  const snapshot = { n: self.executed, state: self.state, replies: self.replies };
  self.snapshots.set(snapshot.n, snapshot);
  const message = settings.keys.pen(self.id).sign({ kind: "checkpoint" as const, n: snapshot.n, digest: digestOf(snapshot) });
  tellOthers(settings, self, message, out);
  checkpoint(settings, self, message, out);
}

/** Collect the checkpoints of a number until 2f + 1 replicas vouch for one digest. */
export function checkpoint(settings: Settings, self: Replica, message: Signed<Checkpoint>, out: ReplicaOut): void {
  const { n, digest, signer } = message;
  if (n <= self.stable || n % settings.checkpointEvery !== 0 || !settings.replicas.includes(signer) || !settings.keys.verify(message)) return;
  let known = self.checkpoints.get(n);
  if (!known) self.checkpoints.set(n, (known = new Map()));
  known.set(signer, message);
  const proof = [...known.values()].filter((other) => other.digest === digest);
  if (!isStable(settings, n, proof)) return;
  if (self.snapshots.has(n)) return becomeStable(self, n, proof);
  // Others are ahead by a whole checkpoint: what it lacks may be gone from their logs.
  if (n <= self.executed || n <= (self.missing ?? 0)) return;
  self.missing = n;
  askWhatIsMissing(self, out);
  setStatus(settings, self, out);
}

/** "The replica discards all pre-prepare, prepare, and commit messages with sequence number less than or equal to n." */
export function becomeStable(self: Replica, n: number, proof: readonly Signed<Checkpoint>[]): void {
  if (n <= self.stable) return;
  self.stable = n;
  self.stableProof = proof;
  self.sequence = Math.max(self.sequence, n);
  for (const map of [self.slots, self.prepared, self.committed, self.checkpoints]) for (const at of map.keys()) if (at <= n) map.delete(at);
  for (const at of self.snapshots.keys()) if (at < n) self.snapshots.delete(at);
  if (self.missing !== null && self.missing <= n) self.missing = null;
}

/** Ask those who vouch for the checkpoint for its state. */
export function askWhatIsMissing(self: Replica, out: ReplicaOut): void {
  const { missing } = self;
  if (missing === null) return;
  for (const node of self.checkpoints.get(missing)?.keys() ?? []) if (node !== self.id) out.send(node, { kind: "fetch", n: missing });
}

/** Hand out the state of the last stable checkpoint with its proof, if it is not older than what was asked for. */
export function giveState(self: Replica, { n }: Fetch, from: NodeId, out: ReplicaOut): void {
  const snapshot = self.snapshots.get(self.stable);
  if (snapshot && self.stable >= n) out.send(from, { kind: "state", snapshot, proof: self.stableProof });
}

/** Take over a state that is what 2f + 1 replicas vouch for. */
export function state(settings: Settings, self: Replica, { snapshot, proof }: State): void {
  const { n } = snapshot;
  if (n <= self.executed || !isStable(settings, n, proof) || proof[0]?.digest !== digestOf(snapshot)) return;
  self.executed = n;
  self.state = snapshot.state;
  self.replies = new Map(snapshot.replies);
  self.tentative = null;
  self.snapshots.set(n, snapshot);
  becomeStable(self, n, proof);
}
