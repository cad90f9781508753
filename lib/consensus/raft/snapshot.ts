import { clone, shared } from "../../core/clone.js";
import { packed, unpacked } from "../../core/packed.js";
import type { NodeId } from "../../core/role.js";
import { configurationUpTo, refreshConfiguration } from "./in-force.js";
import { compactTo, emptyLog, termAt } from "./log.js";
import type { InstallSnapshot } from "./messages.js";
import type { Settings } from "./settings.js";
import type { Flow, Server, ServerOut, Snapshot } from "./state.js";
import { adoptTerm, follow, hearLeader } from "./term.js";

type SnapshotFlow = Flow & { readonly kind: "snapshot" };

/*
 * Log compaction (section 7 of the paper, chapter 5 of the dissertation): every server takes its own snapshots, and
 * the leader sends its own, in pieces, to a follower that lacks what the leader has discarded.
 */

/**
 * Take a snapshot if enough was applied since the last one, and discard what it makes needless. Returns whether it
 * did.
 */
export function compact({ snapshotEvery, snapshotRetain }: Settings, self: Server): boolean {
  const { lastApplied, log, machine, sessions, snapshot } = self;
  if (snapshotEvery === null || lastApplied - snapshot.lastIncludedIndex < snapshotEvery) return false;
  self.snapshot = {
    [shared]: snapshotInWords,
    lastIncludedIndex: lastApplied,
    lastIncludedTerm: termAt(log, lastApplied)!,
    configuration: configurationUpTo(self, lastApplied).configuration, // a later one in the log may yet be rolled back
    machine,
    sessions: clone(sessions),
  };
  self.log = compactTo(log, lastApplied - snapshotRetain);
  return true;
}

/** Begin from the snapshot: at boot, and when one has come in. */
export function restore(settings: Settings, self: Server): void {
  const { lastIncludedIndex, machine, sessions } = self.snapshot;
  self.machine = machine;
  self.sessions = clone(sessions) as Server["sessions"];
  self.lastApplied = lastIncludedIndex;
  self.commitIndex = lastIncludedIndex;
  refreshConfiguration(settings, self);
}

/** From here on the follower is sent the snapshot and no entries. */
export function sendSnapshot(settings: Settings, self: Server, node: NodeId, out: ServerOut): void {
  const flow: SnapshotFlow = { kind: "snapshot", lastIncludedIndex: self.snapshot.lastIncludedIndex, offset: 0 };
  self.flow.set(node, flow);
  sendChunk(settings, self, node, flow, out);
}

/** The piece that the follower is to have next. A newer snapshot begins from its own first piece. */
export function sendChunk({ snapshotChunk }: Settings, self: Server, node: NodeId, flow: SnapshotFlow, out: ServerOut): void {
  const { currentTerm: term, id: leaderId, round, snapshot } = self;
  const { lastIncludedIndex, lastIncludedTerm, configuration } = snapshot;
  if (flow.lastIncludedIndex !== lastIncludedIndex) self.flow.set(node, { kind: "snapshot", lastIncludedIndex, offset: 0 });
  const { offset } = self.flow.get(node) as typeof flow;
  const text = textOf(snapshot);
  const data = text.slice(offset, offset + snapshotChunk);
  const done = offset + data.length >= text.length;
  out.send(node, {
    kind: "installSnapshot", term, leaderId, lastIncludedIndex, lastIncludedTerm, configuration, offset, data, done, round,
  });
}

/**
 * The follower's half (Figure 13): gather the pieces in order, then "if existing log entry has same index and term as
 * snapshot's last included entry, retain log entries following it; otherwise discard the entire log; reset state machine
 * using snapshot contents". Pieces that come twice or too early are answered with the offset that is wanted.
 */
export function installSnapshot(settings: Settings, self: Server, message: InstallSnapshot, from: NodeId, out: ServerOut): void {
  const { term, leaderId, lastIncludedIndex, lastIncludedTerm, configuration, offset, data, round } = message;
  const reply = (offset: number, done: boolean): void =>
    out.send(from, { kind: "installSnapshotReply", term: self.currentTerm, lastIncludedIndex, offset, done, round });
  if (term < self.currentTerm) return reply(0, false);
  if (adoptTerm(settings, self, term, out)) out.persist();
  if (self.role !== "follower") follow(settings, self, out);
  self.leaderId = leaderId;
  hearLeader(settings, self, out);
  if (lastIncludedIndex <= self.commitIndex) {
    self.incoming = null;
    return reply(0, true); // what is applied is never taken back
  }
  const before = self.incoming;
  const isSame = before !== null && before.leaderId === leaderId && before.lastIncludedIndex === lastIncludedIndex;
  const incoming = isSame ? before : { leaderId, lastIncludedIndex, lastIncludedTerm, data: "" };
  self.incoming = incoming;
  if (offset !== incoming.data.length) return reply(incoming.data.length, false);
  incoming.data += data;
  if (!message.done) return reply(incoming.data.length, false);

  const { machine, sessions } = unpacked(JSON.parse(incoming.data)) as Pick<Snapshot, "machine" | "sessions">;
  self.incoming = null;
  self.snapshot = { [shared]: snapshotInWords, lastIncludedIndex, lastIncludedTerm, configuration, machine, sessions };
  const isPrefix = termAt(self.log, lastIncludedIndex) === lastIncludedTerm;
  self.log = isPrefix ? compactTo(self.log, lastIncludedIndex) : emptyLog(lastIncludedIndex, lastIncludedTerm);
  for (const [index, call] of [...self.calls]) {
    if (isPrefix && index > lastIncludedIndex) continue;
    self.calls.delete(index); // the results of these are not known here
    out.reply(call, { kind: "redirect", to: leaderId });
  }
  restore(settings, self);
  out.persist(); // before the answer: the leader sends entries from here on
  reply(0, true);
}

/** The snapshot as it travels. */
function textOf(snapshot: Snapshot): string {
  let text = texts.get(snapshot);
  if (text === undefined) {
    const { machine, sessions } = snapshot;
    text = JSON.stringify(packed({ machine, sessions }));
    texts.set(snapshot, text);
  }
  return text;
}

/** Pieces are cut from the same text, which would take long to make for each of them. */
const texts = new WeakMap<Snapshot, string>();

/** Up to which entry it goes, and of which term that is: `up to 12@3`. */
export function snapshotInWords({ lastIncludedIndex, lastIncludedTerm }: Snapshot): string {
  return lastIncludedIndex === 0 ? "–" : `up to ${lastIncludedIndex}@${lastIncludedTerm}`;
}
