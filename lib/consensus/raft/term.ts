import type { Settings } from "./settings.js";
import type { Server, ServerOut } from "./state.js";

/*
 * Terms, and how a server comes to follow (section 5.1 of the paper). None of these functions writes to the disk: the
 * rule that calls them does, once, before it answers.
 */

/**
 * "If one server's current term is smaller than the other's, then it updates its current term to the larger value. If a
 * candidate or leader discovers that its term is out of date, it immediately reverts to follower state."
 * Returns whether the term was news, which is then to be written.
 */
export function adoptTerm(settings: Settings, self: Server, term: number, out: ServerOut): boolean {
  if (term <= self.currentTerm) return false;
  self.leaderId = null;
  // First, and so in the old term: the new one is not written yet, and nobody may hear of it before it is.
  if (self.role !== "follower") follow(settings, self, out);
  else giveUpReads(self, out);
  self.currentTerm = term;
  self.votedFor = null;
  return true;
}

/** Become a follower. A leader leaves nobody waiting who could be served elsewhere. */
export function follow(settings: Settings, self: Server, out: ServerOut): void {
  const wasLeading = self.role === "leader";
  self.role = "follower";
  self.votes.clear();
  if (!wasLeading) return;
  out.cancelTimer({ kind: "heartbeat" });
  out.cancelTimer({ kind: "checkQuorum" });
  out.cancelTimer({ kind: "batch" });
  for (const { call } of self.batch) out.reply(call, { kind: "redirect", to: self.leaderId });
  if (self.catchUp !== null) out.reply(self.catchUp.call, { kind: "redirect", to: self.leaderId });
  giveUpReads(self, out);
  clearLeadership(self);
  waitForLeader(settings, self, out);
}

/**
 * Reads without an answer, which nobody may give any more: the server's own clients go elsewhere, and so do those of
 * its followers.
 */
function giveUpReads(self: Server, out: ServerOut): void {
  for (const { from } of self.reads) {
    if ("call" in from) out.reply(from.call, { kind: "redirect", to: self.leaderId });
    else out.send(from.node, { kind: "readIndexReply", term: self.currentTerm, context: from.context, index: null });
  }
  self.reads = [];
}

/** Who leads in the new term is known: it is the one to whom the leadership was to go, or it is not. */
export function endTransfer(self: Server, out: ServerOut): void {
  const { transfer, leaderId } = self;
  if (transfer === null || leaderId === null || self.currentTerm === transfer.term) return;
  self.transfer = null;
  out.cancelTimer({ kind: "transfer" });
  if (leaderId === transfer.to) out.reply(transfer.call, { kind: "transferred", to: leaderId });
  else out.reply(transfer.call, { kind: "refused", reason: `${leaderId} was elected instead` });
}

/** What only a leader knows; also what it begins its term with. */
export function clearLeadership(self: Server): void {
  self.nextIndex.clear();
  self.matchIndex.clear();
  self.flow.clear();
  self.round = 0;
  self.acknowledged.clear();
  self.roundsBegun.clear();
  self.leaseUntil = 0;
  self.heardFrom.clear();
  self.batch = [];
  self.catchUp = null;
  self.hasHandedOver = false;
}

/** The election timer begins anew: at boot, when a vote was given, when an election begins. */
export function waitForLeader({ electionTimeout, heedsLeader }: Settings, self: Server, out: ServerOut): void {
  if (heedsLeader) out.cancelTimer({ kind: "silence" });
  self.hearsLeader = false;
  out.setTimer({ kind: "election" }, electionTimeout);
}

/**
 * The current leader has shown itself. Where it counts that it did so within the least election time-out
 * (dissertation, sections
 * 4.2.3 and 9.6), the wait has two parts, the least time-out and what comes on top of it: together as long as ever.
 */
export function hearLeader({ electionTimeout, minElectionTimeout, heedsLeader }: Settings, self: Server, out: ServerOut): void {
  if (!heedsLeader) return out.setTimer({ kind: "election" }, electionTimeout);
  if (!self.hearsLeader) out.cancelTimer({ kind: "election" });
  self.hearsLeader = true;
  out.setTimer({ kind: "silence" }, minElectionTimeout);
}

/** Nobody has led for the least election time-out: what is left of the wait begins, and candidates are heard again. */
export function endOfSilence({ restOfElectionTimeout }: Settings, self: Server, out: ServerOut): void {
  self.hearsLeader = false;
  out.setTimer({ kind: "election" }, restOfElectionTimeout);
}
