import { writingLast } from "../../core/out.js";
import type { Role } from "../../core/role.js";
import { termAt, truncateFrom } from "./log.js";
import type { ServerOptions } from "./options.js";
import { server, serverWith } from "./server.js";
import type { Server, ServerSignature } from "./state.js";

/*
 * Raft with one rule broken, a different one in each role. What a rule is for shows in the run that happens without it,
 * and the explorer or a search over seeds finds one. Plain sections are those of "In Search of an Understandable
 * Consensus Algorithm (Extended Version)" (Ongaro and Ousterhout, 2014), chapters those of "Consensus: Bridging Theory
 * and Practice" (Ongaro, 2014). Most of these mistakes have been made in programs that people used.
 */

type ServerRole = Role<ServerSignature>;

/**
 * A leader that commits whatever a majority has, also entries of earlier terms. Breaks "only log entries from the
 * leader's current term are committed by counting replicas" (section 5.4.2 and Figure 8): such an entry can still be
 * overwritten.
 */
export function countingLeader(options: ServerOptions): ServerRole {
  return serverWith({ mayCommit: () => true }, options);
}

/**
 * A leader that changes the configuration before an entry of its own term is committed. Breaks the rule that was added
 * to chapter 4.1 in 2015: two leaders, each with an uncommitted change of one server, can have majorities that do not
 * meet. Copycat, Axon Server and braft had to repair it.
 */
export function rashLeader(options: ServerOptions): ServerRole {
  const pending = "the configuration before it is not committed yet";
  return serverWith(
    { mayNotReconfigure: ({ configurationIndex, commitIndex }) => (configurationIndex > commitIndex ? pending : null) },
    options,
  );
}

/**
 * A server that goes by a configuration only once it has applied it. Breaks "a server always uses the latest
 * configuration in its log, regardless of whether the entry is committed" (chapter 4.1): who is late counts by majorities
 * that are none any more.
 */
export function lateServer(options: ServerOptions): ServerRole {
  return serverWith({ inForceUpTo: ({ lastApplied }) => lastApplied }, options);
}

/**
 * A server that does not answer messages of an earlier term. Breaks "if a server receives a request with a stale term
 * number, it rejects the request" (section 5.1), which tells the sender the term: with pre-votes, a server with the
 * later term and one with the better log can wait for each other for ever. etcd, canonical/raft and openraft had to
 * repair it.
 */
export function silentServer(options: ServerOptions): ServerRole {
  const sound = server(options);
  const { appendEntries, preVote, requestVote } = sound.receive;
  return {
    ...sound,
    receive: {
      ...sound.receive,
      appendEntries(self, message, from, out) {
        if (message.term >= self.currentTerm) appendEntries(self, message, from, out);
      },
      preVote(self, message, from, out) {
        if (message.term > self.currentTerm) preVote(self, message, from, out);
      },
      requestVote(self, message, from, out) {
        if (message.term >= self.currentTerm) requestVote(self, message, from, out);
      },
    },
  };
}

/**
 * A follower that cuts its log after prevLogIndex, whether what follows contradicts the new entries or not. Breaks "if an
 * existing entry conflicts with a new one" (Figure 2): a message that comes late takes back what was acknowledged.
 */
export function truncatingFollower(options: ServerOptions): ServerRole {
  return serverWith(
    { cutFrom: (log, prevLogIndex) => (log.lastIndex > prevLogIndex ? Math.max(prevLogIndex, log.offset) + 1 : null) },
    options,
  );
}

/**
 * A leader that answers reads from its own state and asks nobody whether it still leads. Breaks chapter 6.4: there may
 * be another leader by now. etcd and Consul answered so.
 */
export function trustingLeader(options: ServerOptions): ServerRole {
  const sound = server(options);
  const local = server({ ...options, reads: "local" });
  return {
    ...sound,
    request: {
      ...sound.request,
      read: (self, request, call, out) => (self.role === "leader" ? local : sound).request.read(self, request, call, out),
    },
  };
}

/**
 * A leader that answers reads before an entry of its term is committed. Breaks the first step of chapter 6.4: until then
 * it does not know what is committed, and may know less than the leader before.
 */
export function prematureReader(options: ServerOptions): ServerRole {
  return serverWith({ mayServeReads: () => true }, options);
}

/**
 * A server without sessions. Breaks "if it receives a command whose serial number has already been executed, it responds
 * immediately without re-executing the request" (section 8): who asks again has it done again.
 */
export function repeatingServer(options: ServerOptions): ServerRole {
  return server({ ...options, sessions: false });
}

/**
 * A leader that counts learners. Breaks "they are not considered for majorities" (section 6): a majority with learners
 * need not meet one without.
 */
export function learnerCountingLeader(options: ServerOptions): ServerRole {
  return serverWith(
    { voting: ({ voters, outgoing, learners }) => ({ voters: [...voters, ...learners], outgoing }) },
    options,
  );
}

/**
 * A server that gives no vote as long as it takes itself for a learner. Breaks "servers process incoming RPC requests
 * without consulting their current configurations" (chapter 4.1): it may be the last to hear that it votes now.
 */
export function modestLearner(options: ServerOptions): ServerRole {
  const sound = server(options);
  const isVoter = ({ id, configuration }: Server): boolean =>
    configuration.voters.includes(id) || configuration.outgoing.includes(id);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      requestVote(self, message, from, out) {
        if (isVoter(self)) sound.receive.requestVote(self, message, from, out);
      },
    },
  };
}

/**
 * A server that has forgotten the configurations in its log when it restarts. Breaks chapter 4.1 as `lateServer` does, at
 * another moment. JRaft's first issue.
 */
export function amnesicServer(options: ServerOptions): ServerRole {
  const sound = server(options);
  return {
    ...sound,
    start(self, out) {
      sound.start!(self, out);
      self.configuration = self.snapshot.configuration;
      self.configurationIndex = self.snapshot.lastIncludedIndex;
    },
  };
}

/**
 * A leader that leaves a joint configuration before it is committed. Breaks "once C_old,new has been committed, ... it is
 * now safe for the leader to create a log entry describing C_new" (chapter 4.3): a majority of the new servers and one
 * of the old ones can both decide. Camunda's Zeebe had to repair it.
 */
export function earlyLeaver(options: ServerOptions): ServerRole {
  return serverWith({ mayLeaveJoint: () => true }, options);
}

/**
 * A leader that takes commands while it hands over. Breaks "the prior leader stops accepting new client requests"
 * (chapter 3.10): where they come fast enough, its successor never has the whole log. HashiCorp's raft did so.
 */
export function busyLeader(options: ServerOptions): ServerRole {
  return serverWith({ takesCommands: () => true }, options);
}

/**
 * A leader that does not look whether it has a quorum, among servers that listen to no candidate while they hear a
 * leader. Breaks chapter 6.2: a leader that still reaches one voter keeps all others from electing one. openraft had to
 * repair it.
 */
export function clingingLeader(options: ServerOptions): ServerRole {
  return server({ ...options, checkQuorum: false, leaderStickiness: true });
}

/**
 * A voter whose vote does not survive a crash. Breaks what Figure 2 calls persistent state, "updated on stable storage
 * before responding to RPCs": it votes twice in one term.
 */
export function forgetfulVoter(options: ServerOptions): ServerRole {
  const sound = server(options);
  return { ...sound, durable: sound.durable.filter((field) => field !== "votedFor") };
}

/**
 * A voter that answers before its vote is on the disk. Breaks "updated on stable storage before responding to RPCs"
 * (Figure 2) by the order of two lines: a crash in between takes back a vote that was given.
 */
export function hastyVoter(options: ServerOptions): ServerRole {
  const sound = server(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      requestVote(self, message, from, out) {
        writingLast(out, (late) => sound.receive.requestVote(self, message, from, late));
      },
    },
  };
}

/** A server whose term does not survive a crash. Breaks Figure 2, as `forgetfulVoter` does: it begins a term again. */
export function forgetfulServer(options: ServerOptions): ServerRole {
  const sound = server(options);
  return { ...sound, durable: sound.durable.filter((field) => field !== "currentTerm" && field !== "votedFor") };
}

/** A server whose log does not survive a crash. Breaks Figure 2: what a majority had, a majority may have had. */
export function loglessServer(options: ServerOptions): ServerRole {
  const sound = server(options);
  return { ...sound, durable: sound.durable.filter((field) => field !== "log") };
}

/**
 * A voter that votes for whoever asks. Breaks "each server will vote for at most one candidate in a given term"
 * (section 5.2).
 */
export function generousVoter(options: ServerOptions): ServerRole {
  const sound = server(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      requestVote(self, message, from, out) {
        if (message.term === self.currentTerm && self.role === "follower") self.votedFor = null;
        sound.receive.requestVote(self, message, from, out);
      },
    },
  };
}

/**
 * A voter that does not look at the candidate's log. Breaks "the voter denies its vote if its own log is more up-to-date
 * than that of the candidate" (section 5.4.1): who lacks committed entries can come to lead.
 */
export function gullibleVoter(options: ServerOptions): ServerRole {
  return serverWith({ isUpToDate: () => true }, options);
}

/**
 * A follower that commits whatever the leader has committed, also what it does not have yet. Breaks "set commitIndex =
 * min(leaderCommit, index of last new entry)" (Figure 2).
 */
export function credulousFollower(options: ServerOptions): ServerRole {
  return serverWith({ followerCommit: (_, leaderCommit) => leaderCommit }, options);
}

/**
 * A follower that takes entries after whatever entry it has at prevLogIndex. Breaks the consistency check: "if the
 * follower does not find an entry in its log with the same index and term, then it refuses the new entries" (section 5.3).
 */
export function lenientFollower(options: ServerOptions): ServerRole {
  const sound = server(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      appendEntries(self, message, from, out) {
        const prevLogTerm = termAt(self.log, message.prevLogIndex) ?? message.prevLogTerm;
        sound.receive.appendEntries(self, { ...message, prevLogTerm }, from, out);
      },
    },
  };
}

/**
 * A follower that takes the leader's word for the commit index, also where it knew better. Breaks "increases
 * monotonically" (Figure 2).
 */
export function waveringFollower(options: ServerOptions): ServerRole {
  const sound = server(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      appendEntries(self, message, from, out) {
        sound.receive.appendEntries(self, message, from, out);
        if (message.term === self.currentTerm) self.commitIndex = message.leaderCommit;
      },
    },
  };
}

/**
 * A leader that replaces its last entry as long as that is not committed. Breaks "a leader never overwrites or deletes
 * entries in its log" (section 5.3).
 */
export function rewritingLeader(options: ServerOptions): ServerRole {
  const sound = server(options);
  return {
    ...sound,
    request: {
      ...sound.request,
      command(self, request, call, out) {
        const { role, log, commitIndex } = self;
        if (role === "leader" && log.lastIndex > commitIndex) self.log = truncateFrom(log, log.lastIndex);
        sound.request.command(self, request, call, out);
      },
    },
  };
}
