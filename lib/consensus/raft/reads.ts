import type { Call, NodeId } from "../../core/role.js";
import type { ReadIndex, ReadIndexReply } from "./messages.js";
import { committedIndex } from "./quorum.js";
import { beginRound } from "./replication.js";
import type { Settings } from "./settings.js";
import type { Read, Server, ServerOut } from "./state.js";

/*
 * Reads without log entries (dissertation, section 6.4): a leader that may have been deposed must not answer from its
 * own state alone.
 */

/** A client asks. Who may not answer says who may. */
export function read(settings: Settings, self: Server, query: unknown, call: Call, out: ServerOut): void {
  if (settings.reads === "local") return out.reply(call, { kind: "result", result: answer(settings, self, query) });
  if (self.role === "leader") {
    return addRead(self, { from: { call, query }, round: null, readIndex: null });
  }
  if (!settings.followerReads || self.leaderId === null) return out.reply(call, { kind: "redirect", to: self.leaderId });
  addRead(self, { from: { call, query }, round: null, readIndex: null });
  out.send(self.leaderId, { kind: "readIndex", term: self.currentTerm, context: call });
}

/** A follower asks for its client. */
export function readIndex(self: Server, { context }: ReadIndex, from: NodeId, out: ServerOut): void {
  if (self.role !== "leader") {
    return out.send(from, { kind: "readIndexReply", term: self.currentTerm, context, index: null });
  }
  addRead(self, { from: { node: from, context }, round: null, readIndex: null });
}

/** The leader has answered: the follower may read once it has applied so much. */
export function readIndexReply(self: Server, { context, index }: ReadIndexReply, out: ServerOut): void {
  const read = self.reads.find(({ from, readIndex }) => "call" in from && from.call === context && readIndex === null);
  if (read === undefined) return;
  if (index !== null) {
    read.readIndex = index;
    return;
  }
  self.reads = self.reads.filter((each) => each !== read);
  out.reply(context, { kind: "redirect", to: null });
}

/** A client that asks again is answered once, by its first question. */
function addRead(self: Server, read: Read): void {
  if (!self.reads.some(({ from }) => isSame(from, read.from))) self.reads.push(read);
}

function isSame(one: Read["from"], other: Read["from"]): boolean {
  if ("call" in one) return "call" in other && one.call === other.call;
  return "node" in other && one.node === other.node && one.context === other.context;
}

/**
 * Take the reads as far as they come: on a leader (1) an entry of its term is committed, (2) the read index is the commit
 * index, (3) a round of heartbeats that began after that was answered by a quorum, or a lease makes that needless; on
 * all, (4) the read index is applied, and (5) the answer leaves.
 */
export function serveReads(settings: Settings, self: Server, out: ServerOut): void {
  if (settings.reads === "lease" && self.role === "leader") extendLease(settings, self, confirmedRound(settings, self));
  if (self.reads.length === 0) return;
  if (self.role === "leader") admitReads(settings, self, confirmedRound(settings, self), out);
  const confirmed = self.role === "leader" ? confirmedRound(settings, self) : 0;
  const isReady = (each: Read): boolean =>
    each.readIndex !== null && (each.round ?? 0) <= confirmed && ("node" in each.from || self.lastApplied >= each.readIndex);
  const ready = self.reads.filter(isReady);
  if (ready.length === 0) return;
  self.reads = self.reads.filter((each) => !isReady(each));
  for (const { from, readIndex } of ready) {
    if ("call" in from) out.reply(from.call, { kind: "result", result: answer(settings, self, from.query) });
    else out.send(from.node, { kind: "readIndexReply", term: self.currentTerm, context: from.context, index: readIndex });
  }
}

/** Steps 1 and 2. Reads that come while a round is out wait for the next one, which serves them all. */
function admitReads(settings: Settings, self: Server, confirmed: number, out: ServerOut): void {
  if (!settings.rules.mayServeReads(self)) return;
  const isNew = (each: Read): boolean => each.readIndex === null;
  if (!self.reads.some(isNew)) return;
  const admit = (round: number): void => {
    for (const each of self.reads.filter(isNew)) {
      each.readIndex = self.commitIndex;
      each.round = round;
    }
  };
  if (hasLease(settings, self, out)) return admit(0);
  const isOut = self.reads.some(({ round }) => round !== null && round > confirmed);
  if (isOut) return;
  admit(self.round + 1);
  beginRound(settings, self, out);
}

/** A heartbeat is due: reads that wait for a round go with it. */
export function readsOfNextRound({ rules }: Settings, self: Server): void {
  if (self.reads.length === 0 || !rules.mayServeReads(self)) return;
  for (const each of self.reads) {
    if (each.readIndex !== null) continue;
    each.readIndex = self.commitIndex;
    each.round = self.round + 1;
  }
}

/** The latest round that a quorum has answered: when it began, nobody else led. */
function confirmedRound({ rules }: Settings, { acknowledged, configuration }: Server): number {
  return committedIndex(rules.voting(configuration), acknowledged);
}

/**
 * "The leader would extend its lease to start + election timeout / clock drift bound" (section 6.4.1), where start is
 * when the answered round began.
 */
function extendLease({ minElectionTimeout, clockDriftBound }: Settings, self: Server, confirmed: number): void {
  for (const [round, began] of self.roundsBegun) {
    if (round > confirmed) return;
    self.roundsBegun.delete(round);
    self.leaseUntil = Math.max(self.leaseUntil, began + minElectionTimeout / clockDriftBound);
  }
}

/** Who was told to campaign may do so at any time: no lease keeps it from that. */
function hasLease({ reads }: Settings, { leaseUntil, hasHandedOver, transfer }: Server, out: ServerOut): boolean {
  return reads === "lease" && transfer === null && !hasHandedOver && out.clock() < leaseUntil;
}

/** The result of a command that changes nothing; if it would, nobody sees the change. */
function answer({ machine }: Settings, self: Server, query: unknown): unknown {
  return machine.apply(self.machine, query).result;
}
