import type { NodeId } from "../../core/role.js";
import { followers, refreshConfiguration } from "./in-force.js";
import { append, entriesFrom, lastIndexUpToTerm, termAt, truncateFrom } from "./log.js";
import type { AppendEntries, AppendEntriesReply, Conflict, Entry, InstallSnapshotReply } from "./messages.js";
import type { Settings } from "./settings.js";
import { sendChunk, sendSnapshot } from "./snapshot.js";
import type { Flow, Server, ServerOut } from "./state.js";
import { adoptTerm, follow, hearLeader } from "./term.js";

/*
 * Log replication (section 5.3 of the paper), with windows (dissertation, section 10.2.1) and, where the leader has
 * discarded what a follower needs, its snapshot (section 7).
 */

/** An entry without its place in the log. */
export type Payload = Entry extends infer E ? (E extends Entry ? Omit<E, "index" | "term"> : never) : never;

/** The leader appends to its own log, and changes nothing that is there (Leader Append-Only). It does not write yet. */
export function appendToOwnLog(settings: Settings, self: Server, payload: Payload): number {
  const index = self.log.lastIndex + 1;
  self.log = append(self.log, [{ index, term: self.currentTerm, ...payload }]);
  if (payload.kind === "configuration") {
    refreshConfiguration(settings, self);
    trackFollowers(self);
  }
  return index;
}

/** What was appended goes to the disk and to everybody else: in this order, or both at the same time. */
export function replicate(settings: Settings, self: Server, out: ServerOut): void {
  const { lastIndex } = self.log;
  if (settings.parallelWrites) {
    sendToAll(settings, self, out);
    out.persist();
    // Comes when the write is on disk: before that, the leader is no more sure of its entries than a follower.
    out.send(self.id, { kind: "written", term: self.currentTerm, index: lastIndex });
    return;
  }
  self.matchIndex.set(self.id, lastIndex);
  out.persist(); // before the entries are sent: the leader counts itself among those who have them
  sendToAll(settings, self, out);
}

/** Begin to keep account of new followers, and stop with those who have left. */
export function trackFollowers(self: Server): void {
  const nodes = followers(self);
  for (const node of nodes) {
    if (self.nextIndex.has(node)) continue;
    self.nextIndex.set(node, self.log.lastIndex + 1);
    self.matchIndex.set(node, 0);
    self.flow.set(node, { kind: "probe", isWaiting: false });
  }
  for (const node of [...self.nextIndex.keys()]) {
    if (nodes.includes(node)) continue;
    self.nextIndex.delete(node);
    self.matchIndex.delete(node);
    self.flow.delete(node);
  }
}

/** Send to everybody what it lacks and may be sent now. */
export function sendToAll(settings: Settings, self: Server, out: ServerOut): void {
  for (const node of self.flow.keys()) sendEntries(settings, self, node, out);
}

/** Show everybody that the leader leads, with whatever entries may go along. Also how reads are confirmed. */
export function beginRound(settings: Settings, self: Server, out: ServerOut): void {
  self.round += 1;
  self.acknowledged.set(self.id, self.round);
  if (settings.reads === "lease") self.roundsBegun.set(self.round, out.clock());
  for (const [node, flow] of self.flow) {
    if (flow.kind === "probe") flow.isWaiting = false;
    // An answer may have been lost, and with it the question; this is when it is asked again.
    if (flow.kind === "snapshot") sendChunk(settings, self, node, flow, out);
    else if (!sendEntries(settings, self, node, out)) sendAppend(self, node, self.nextIndex.get(node)!, [], out);
  }
}

/** Send a follower what it lacks, as far as its window allows; returns whether there was anything to send. */
export function sendEntries(settings: Settings, self: Server, node: NodeId, out: ServerOut): boolean {
  const flow = self.flow.get(node)!;
  let next = self.nextIndex.get(node)!;
  if (flow.kind === "snapshot") return false;
  if (next <= self.log.offset) {
    sendSnapshot(settings, self, node, out); // what comes next has been discarded
    return true;
  }
  if (flow.kind === "probe") {
    if (flow.isWaiting) return false;
    flow.isWaiting = true;
    sendAppend(self, node, next, entriesFrom(self.log, next, settings.maxEntries), out);
    return true;
  }
  const before = next;
  while (next <= self.log.lastIndex && flow.inFlight.length < settings.window) {
    const entries = entriesFrom(self.log, next, settings.maxEntries);
    sendAppend(self, node, next, entries, out);
    next += entries.length;
    flow.inFlight.push(next - 1);
  }
  self.nextIndex.set(node, next);
  return next > before;
}

function sendAppend(self: Server, node: NodeId, next: number, entries: readonly Entry[], out: ServerOut): void {
  const { currentTerm: term, id: leaderId, commitIndex: leaderCommit, round, log } = self;
  const prevLogIndex = next - 1;
  const prevLogTerm = termAt(log, prevLogIndex)!;
  out.send(node, { kind: "appendEntries", term, leaderId, prevLogIndex, prevLogTerm, entries, leaderCommit, round });
}

/**
 * The follower's half. "Reply false if log doesn't contain an entry at prevLogIndex whose term matches prevLogTerm";
 * otherwise take what is new, and drop only what contradicts it (Figure 2).
 */
export function appendEntries(settings: Settings, self: Server, message: AppendEntries, from: NodeId, out: ServerOut): void {
  const { rules } = settings;
  const { term, prevLogIndex, prevLogTerm, entries, leaderCommit, round } = message;
  if (term < self.currentTerm) {
    // A leader of the past learns from the answer that it leads no more.
    return replyAppend(self, from, { success: false, matchIndex: 0, prevLogIndex, conflict: null, round }, out);
  }
  let isChanged = adoptTerm(settings, self, term, out);
  if (self.role !== "follower") follow(settings, self, out);
  self.leaderId = message.leaderId;
  hearLeader(settings, self, out);

  const conflict = conflictAt(settings, self, prevLogIndex, prevLogTerm);
  if (conflict !== null) {
    if (isChanged) out.persist();
    return replyAppend(self, from, { success: false, matchIndex: 0, prevLogIndex, conflict, round }, out);
  }
  const cut = rules.cutFrom(self.log, prevLogIndex, entries);
  if (cut !== null) {
    truncate(settings, self, cut, out);
    isChanged = true;
  }
  const { lastIndex } = self.log;
  const fresh = prevLogIndex === lastIndex ? entries : entries.filter(({ index }) => index > lastIndex);
  if (fresh.length > 0) {
    self.log = append(self.log, fresh);
    isChanged = true;
    if (fresh.some(({ kind }) => kind === "configuration")) refreshConfiguration(settings, self);
  }
  const lastNew = prevLogIndex + entries.length;
  if (isChanged) out.persist(); // before the answer: the leader counts on the entries that it names
  // What the server has discarded is committed, and the leader has it, too.
  const matchIndex = Math.max(lastNew, self.log.offset);
  replyAppend(self, from, { success: true, matchIndex, prevLogIndex, conflict: null, round }, out);
  self.commitIndex = Math.max(self.commitIndex, rules.followerCommit(self, leaderCommit, lastNew));
}

/**
 * Where the logs part before the new entries, or null if they do not. What was discarded was committed, so it is the
 * leader's.
 */
function conflictAt({ conflictHints }: Settings, { log }: Server, index: number, term: number): Conflict | null {
  if (index < log.offset) return null;
  const own = termAt(log, index);
  if (own === term) return null;
  if (!conflictHints) return { term: null, index };
  if (own === undefined) return { term: null, index: log.lastIndex + 1 };
  return { term: own, index: Math.min(index, lastIndexUpToTerm(log, own - 1) + 1) };
}

/**
 * Entries that contradict the leader's go, and with them a configuration among them. Their clients are sent to the
 * leader.
 */
function truncate(settings: Settings, self: Server, index: number, out: ServerOut): void {
  self.log = truncateFrom(self.log, index);
  if (self.configurationIndex >= index) refreshConfiguration(settings, self);
  for (const [waiting, call] of [...self.calls]) {
    if (waiting < index) continue;
    self.calls.delete(waiting);
    out.reply(call, { kind: "redirect", to: self.leaderId });
  }
}

function replyAppend(self: Server, to: NodeId, answer: Omit<AppendEntriesReply, "kind" | "term">, out: ServerOut): void {
  const { success, matchIndex, prevLogIndex, conflict, round } = answer;
  out.send(to, { kind: "appendEntriesReply", term: self.currentTerm, success, matchIndex, prevLogIndex, conflict, round });
}

/**
 * The leader's half: "if successful, update nextIndex and matchIndex for follower; if AppendEntries fails because of
 * log inconsistency, decrement nextIndex and retry."
 */
export function appendEntriesReply(settings: Settings, self: Server, message: AppendEntriesReply, from: NodeId, out: ServerOut): void {
  if (adoptTerm(settings, self, message.term, out)) return out.persist();
  const flow = self.flow.get(from);
  if (self.role !== "leader" || message.term < self.currentTerm || flow === undefined) return;
  noteAnswer(settings, self, from, message.round);
  if (message.success) matched(settings, self, from, message.matchIndex, out);
  else refused(settings, self, from, flow, message, out);
}

/** Whoever answers is alive, and had not elected anybody else when it did. */
function noteAnswer(settings: Settings, self: Server, from: NodeId, round: number): void {
  if (settings.checkQuorum) self.heardFrom.add(from);
  if (round > (self.acknowledged.get(from) ?? 0)) self.acknowledged.set(from, round);
}

/** The follower has everything up to this index. */
function matched(settings: Settings, self: Server, from: NodeId, index: number, out: ServerOut): void {
  if (index > self.matchIndex.get(from)!) self.matchIndex.set(from, index);
  if (index >= self.nextIndex.get(from)!) self.nextIndex.set(from, index + 1);
  const flow = self.flow.get(from)!;
  if (flow.kind === "replicate") {
    const { inFlight } = flow;
    while (inFlight.length > 0 && inFlight[0]! <= index) inFlight.shift();
  } else if (flow.kind === "probe" || index >= flow.lastIncludedIndex) {
    self.flow.set(from, { kind: "replicate", inFlight: [] });
    self.nextIndex.set(from, self.matchIndex.get(from)! + 1);
  }
  if (self.nextIndex.get(from)! <= self.log.lastIndex) sendEntries(settings, self, from, out);
}

/** The logs part before what was sent. An answer that came late says nothing new. */
function refused(settings: Settings, self: Server, from: NodeId, flow: Flow, message: AppendEntriesReply, out: ServerOut): void {
  const { prevLogIndex, conflict } = message;
  const match = self.matchIndex.get(from)!;
  const isOld = flow.kind === "probe" ? prevLogIndex !== self.nextIndex.get(from)! - 1 : prevLogIndex <= match;
  if (flow.kind === "snapshot" || conflict === null || isOld) return;
  const next = nextAfter(self, conflict);
  self.nextIndex.set(from, Math.max(match + 1, Math.min(next, prevLogIndex)));
  self.flow.set(from, { kind: "probe", isWaiting: false });
  sendEntries(settings, self, from, out);
}

/**
 * Where to go on after a refusal. "The leader can decrement nextIndex to bypass all of the conflicting entries in
 * that term" (section 5.3); if it has entries of that term itself, the logs may still agree up to its last one.
 */
function nextAfter({ log }: Server, { term, index }: Conflict): number {
  if (term === null) return index;
  const last = lastIndexUpToTerm(log, term);
  return termAt(log, last) === term ? last + 1 : index;
}

/** A follower has a piece of the snapshot, or all of it, and then it goes on with the log from there. */
export function installSnapshotReply(settings: Settings, self: Server, message: InstallSnapshotReply, from: NodeId, out: ServerOut): void {
  if (adoptTerm(settings, self, message.term, out)) return out.persist();
  const flow = self.flow.get(from);
  if (self.role !== "leader" || message.term < self.currentTerm || flow === undefined) return;
  noteAnswer(settings, self, from, message.round);
  if (message.done) return matched(settings, self, from, message.lastIncludedIndex, out);
  if (flow.kind !== "snapshot" || message.lastIncludedIndex !== flow.lastIncludedIndex || message.offset === flow.offset) return;
  flow.offset = message.offset;
  sendChunk(settings, self, from, flow, out);
}

/** The leader's own write is on disk. */
export function written(self: Server, term: number, index: number): void {
  if (self.role !== "leader" || term !== self.currentTerm) return;
  self.matchIndex.set(self.id, Math.max(index, self.matchIndex.get(self.id)!));
}
