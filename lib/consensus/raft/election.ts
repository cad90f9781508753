import type { NodeId } from "../../core/role.js";
import { members } from "./configuration.js";
import { mayCampaign } from "./in-force.js";
import type { PreVote, PreVoteReply, RequestVote, RequestVoteReply } from "./messages.js";
import { voteResult } from "./quorum.js";
import { appendToOwnLog, beginRound, replicate, trackFollowers } from "./replication.js";
import type { Settings } from "./settings.js";
import type { Server, ServerOut } from "./state.js";
import { adoptTerm, clearLeadership, endTransfer, waitForLeader } from "./term.js";

/*
 * Leader election (section 5.2 of the paper), with a vote before the vote (dissertation, section 9.6) and protection
 * of a leader that works (sections 4.2.3 and 6.2).
 */

/**
 * "If election timeout elapses without receiving AppendEntries RPC from current leader or granting vote to candidate:
 * convert to candidate."
 */
export function electionTimeout(settings: Settings, self: Server, out: ServerOut): void {
  if (self.role === "leader" || !mayCampaign(settings, self)) return;
  if (settings.preVote) askBeforehand(settings, self, out);
  else campaign(settings, self, { transfer: false }, out);
}

/**
 * "On conversion to candidate, start election: increment currentTerm, vote for self, reset election timer, send
 * RequestVote RPCs to all other servers."
 */
export function campaign(settings: Settings, self: Server, { transfer }: { readonly transfer: boolean }, out: ServerOut): void {
  self.role = "candidate";
  self.currentTerm += 1;
  self.votedFor = self.id;
  self.leaderId = null;
  self.votes = new Map([[self.id, true]]);
  waitForLeader(settings, self, out);
  out.persist(); // before anybody hears of it: a vote for itself that a crash can undo would be cast twice
  const { currentTerm: term, id: candidateId, log } = self;
  for (const node of otherVoters(self)) {
    out.send(node, { kind: "requestVote", term, candidateId, lastLogIndex: log.lastIndex, lastLogTerm: log.lastTerm, transfer });
  }
  countVotes(settings, self, out);
}

/**
 * "A candidate only increments its term if it first learns from a majority of the cluster that they would be willing
 * to grant the candidate their votes" (dissertation, section 9.6).
 */
function askBeforehand(settings: Settings, self: Server, out: ServerOut): void {
  self.role = "pre-candidate";
  self.leaderId = null;
  self.votes = new Map([[self.id, true]]);
  waitForLeader(settings, self, out);
  const { currentTerm, id: candidateId, log } = self;
  for (const node of otherVoters(self)) {
    out.send(node, { kind: "preVote", term: currentTerm + 1, candidateId, lastLogIndex: log.lastIndex, lastLogTerm: log.lastTerm });
  }
  countVotes(settings, self, out);
}

/**
 * "Reply false if term < currentTerm. If votedFor is null or candidateId, and candidate's log is at least as
 * up-to-date as receiver's log, grant vote." A learner votes, too, when it is asked: it may not know yet that it was
 * promoted.
 */
export function requestVote(settings: Settings, self: Server, message: RequestVote, from: NodeId, out: ServerOut): void {
  const { term, candidateId, lastLogIndex, lastLogTerm, transfer } = message;
  // "If a server receives a RequestVote request within the minimum election timeout of hearing from a current leader,
  // it does not update its term or grant its vote" (dissertation, section 4.2.3), unless the leader itself wants the
  // election.
  if (settings.leaderStickiness && !transfer && term > self.currentTerm && hasLeader(self)) return;
  let isChanged = adoptTerm(settings, self, term, out);
  const mayVote = self.votedFor === null || self.votedFor === candidateId;
  const voteGranted = term === self.currentTerm && mayVote && settings.rules.isUpToDate(lastLogIndex, lastLogTerm, self.log);
  if (voteGranted) {
    isChanged ||= self.votedFor === null;
    self.votedFor = candidateId;
    waitForLeader(settings, self, out);
  }
  if (isChanged) out.persist(); // before the answer: a vote that a crash can undo may be cast twice
  out.send(from, { kind: "requestVoteReply", term: self.currentTerm, voteGranted });
}

/** "If votes received from majority of servers: become leader." */
export function requestVoteReply(settings: Settings, self: Server, { term, voteGranted }: RequestVoteReply, from: NodeId, out: ServerOut): void {
  if (adoptTerm(settings, self, term, out)) return out.persist();
  if (self.role !== "candidate" || term < self.currentTerm) return;
  self.votes.set(from, voteGranted);
  countVotes(settings, self, out);
}

/**
 * Would the candidate get the vote, were it to ask now? Not from whoever hears a leader. Nothing is noted; but a no tells
 * the term, so that a candidate with an older one, whose log may be the better one, catches up with it.
 */
export function preVote(settings: Settings, self: Server, message: PreVote, from: NodeId, out: ServerOut): void {
  const { term, candidateId, lastLogIndex, lastLogTerm } = message;
  const isFree = self.votedFor === null || self.votedFor === candidateId;
  const mayVote = term > self.currentTerm || (term === self.currentTerm && isFree);
  const voteGranted = mayVote && !hasLeader(self) && settings.rules.isUpToDate(lastLogIndex, lastLogTerm, self.log);
  out.send(from, { kind: "preVoteReply", term: voteGranted ? term : self.currentTerm, voteGranted });
}

/** A majority would vote: now the term may rise. */
export function preVoteReply(settings: Settings, self: Server, { term, voteGranted }: PreVoteReply, from: NodeId, out: ServerOut): void {
  if (!voteGranted && adoptTerm(settings, self, term, out)) return out.persist();
  if (self.role !== "pre-candidate" || (voteGranted && term !== self.currentTerm + 1)) return;
  self.votes.set(from, voteGranted);
  countVotes(settings, self, out);
}

/** Whether the server leads, or has heard a leader within the least election time-out. */
function hasLeader({ role, hearsLeader }: Server): boolean {
  return role === "leader" || hearsLeader;
}

/** Votes of everybody are noted, and those of voters counted, each once. */
function countVotes(settings: Settings, self: Server, out: ServerOut): void {
  if (voteResult(settings.rules.voting(self.configuration), self.votes) !== "won") return;
  if (self.role === "pre-candidate") campaign(settings, self, { transfer: false }, out);
  else lead(settings, self, out);
}

/**
 * "Once a candidate wins an election, it becomes leader. It then sends heartbeat messages to all of the other servers
 * to establish its authority."
 */
function lead(settings: Settings, self: Server, out: ServerOut): void {
  self.role = "leader";
  self.leaderId = self.id;
  self.votes.clear();
  self.hearsLeader = false;
  out.cancelTimer({ kind: "election" });
  clearLeadership(self);
  endTransfer(self, out);
  trackFollowers(self);
  self.matchIndex.set(self.id, self.log.lastIndex);
  if (settings.noOp) {
    appendToOwnLog(settings, self, { kind: "no-op" });
    replicate(settings, self, out);
  } else beginRound(settings, self, out);
  out.setTimer({ kind: "heartbeat" }, settings.heartbeatInterval);
  if (settings.checkQuorum) out.setTimer({ kind: "checkQuorum" }, settings.minElectionTimeout);
}

function otherVoters({ configuration, id }: Server): readonly NodeId[] {
  const { voters, outgoing } = configuration;
  const all = outgoing.length === 0 ? voters : members({ ...configuration, learners: [] });
  return all.filter((node) => node !== id);
}
