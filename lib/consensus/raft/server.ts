import { shared } from "../../core/clone.js";
import type { Call, NodeId, Role } from "../../core/role.js";
import { advanceCommitIndex, applyCommitted } from "./commitment.js";
import { electionTimeout, preVote, preVoteReply, requestVote, requestVoteReply } from "./election.js";
import { emptyLog } from "./log.js";
import { afterCommit, catchUp, reconfigure } from "./membership.js";
import type { ServerOptions } from "./options.js";
import { isQuorum } from "./quorum.js";
import { read, readIndex, readIndexReply, readsOfNextRound, serveReads } from "./reads.js";
import {
  appendEntries, appendEntriesReply, appendToOwnLog, beginRound, installSnapshotReply, replicate, written,
} from "./replication.js";
import type { Rules } from "./rules.js";
import { originOf } from "./sessions.js";
import { type Settings, settingsOf } from "./settings.js";
import { installSnapshot, restore, snapshotInWords } from "./snapshot.js";
import type { Server, ServerOut, ServerSignature } from "./state.js";
import { endOfSilence, endTransfer, follow, hearLeader, waitForLeader } from "./term.js";
import { giveUpTransfer, handOver, timeoutNow, transfer } from "./transfer.js";

/**
 * A server (服务器) of Raft: follower, candidate and leader, as in Figure 2 of "In Search of an Understandable Consensus
 * Algorithm (Extended Version)" (Ongaro and Ousterhout, 2014), with everything that "Consensus: Bridging Theory and
 * Practice" (Ongaro, 2014) adds, each a switch of its own. Nodes that belong to no configuration yet play the same
 * role: they wait until they are added.
 *
 *     const s = server({ servers: ids("s1", "s2", "s3") });
 *     const c = { operations: [{ kind: "command", command: "x" }] } as const;
 *     simulate({ nodes: { s1: s, s2: s, s3: s }, clients: { c }, until: 1_000 });
 *
 * A server decides each entry when it applies it.
 *
 * @throws RangeError or TypeError for an option that is unknown, out of its range, or at odds with another
 */
export function server<S = unknown, C = unknown, R = unknown>(given: ServerOptions<S, C, R>): Role<ServerSignature<S, C, R>> {
  return serverWith({}, given);
}

/** A server that goes by other rules than those of Raft. Only to show what they are for. */
export function serverWith<S = unknown, C = unknown, R = unknown>(
  changed: Partial<Rules>,
  given: ServerOptions<S, C, R>,
): Role<ServerSignature<S, C, R>> {
  return rulesOf(settingsOf(given, changed)) as Role<any>;
}

function rulesOf(settings: Settings): Role<ServerSignature> {
  return {
    name: "server",
    durable: ["currentTerm", "votedFor", "log", "snapshot"],
    init: (id) => initial(settings, id),

    start(self, out) {
      restore(settings, self);
      // Before a crash it may have heard a leader, which then counts on it for a while.
      if (settings.leaderStickiness && self.currentTerm > 0) hearLeader(settings, self, out);
      else waitForLeader(settings, self, out);
    },

    receive: {
      requestVote: (self, message, from, out) => requestVote(settings, self, message, from, out),
      requestVoteReply(self, message, from, out) {
        requestVoteReply(settings, self, message, from, out);
        settle(settings, self, out);
      },
      preVote: (self, message, from, out) => preVote(settings, self, message, from, out),
      preVoteReply(self, message, from, out) {
        preVoteReply(settings, self, message, from, out);
        settle(settings, self, out);
      },
      appendEntries(self, message, from, out) {
        appendEntries(settings, self, message, from, out);
        endTransfer(self, out);
        settle(settings, self, out);
      },
      appendEntriesReply(self, message, from, out) {
        appendEntriesReply(settings, self, message, from, out);
        settle(settings, self, out);
      },
      installSnapshot(self, message, from, out) {
        installSnapshot(settings, self, message, from, out);
        endTransfer(self, out);
        settle(settings, self, out);
      },
      installSnapshotReply(self, message, from, out) {
        installSnapshotReply(settings, self, message, from, out);
        settle(settings, self, out);
      },
      written(self, { term, index }, _, out) {
        written(self, term, index);
        settle(settings, self, out);
      },
      timeoutNow(self, { term }, _, out) {
        timeoutNow(settings, self, term, out);
        settle(settings, self, out);
      },
      readIndex(self, message, from, out) {
        readIndex(self, message, from, out);
        settle(settings, self, out);
      },
      readIndexReply(self, message, _, out) {
        readIndexReply(self, message, out);
        settle(settings, self, out);
      },
    },

    timeout: {
      election(self, _, out) {
        electionTimeout(settings, self, out);
        settle(settings, self, out);
      },
      silence: (self, _, out) => endOfSilence(settings, self, out),

      // "Send heartbeats during idle periods to prevent election timeouts" (Figure 2).
      heartbeat(self, _, out) {
        readsOfNextRound(settings, self);
        beginRound(settings, self, out);
        out.setTimer({ kind: "heartbeat" }, settings.heartbeatInterval);
        settle(settings, self, out);
      },

      // "A leader steps down if an election timeout elapses without a successful round of heartbeats to a majority of its
      // cluster" (dissertation, section 6.2).
      checkQuorum(self, _, out) {
        self.heardFrom.add(self.id);
        const isHeard = isQuorum(settings.rules.voting(self.configuration), self.heardFrom);
        self.heardFrom.clear();
        if (isHeard) return out.setTimer({ kind: "checkQuorum" }, settings.minElectionTimeout);
        self.leaderId = null;
        follow(settings, self, out);
      },

      batch(self, _, out) {
        appendBatch(settings, self, out);
        settle(settings, self, out);
      },
      transfer: (self, _, out) => giveUpTransfer(self, out),
    },

    request: {
      command(self, request, call, out) {
        if (isElsewhere(settings, self, call, out)) return;
        const origin = originOf(settings, request, call, () => out.clock());
        take(settings, self, { call, command: request.command, origin }, out);
        settle(settings, self, out);
      },
      read(self, { query }, call, out) {
        if (settings.reads !== "log") read(settings, self, query, call, out);
        else if (!isElsewhere(settings, self, call, out)) take(settings, self, { call, command: query, origin: null }, out);
        settle(settings, self, out);
      },
      register(self, _, call, out) {
        if (isElsewhere(settings, self, call, out)) return;
        const index = appendToOwnLog(settings, self, { kind: "session", time: out.clock() });
        self.calls.set(index, call);
        replicate(settings, self, out);
        settle(settings, self, out);
      },
      reconfigure(self, { changes }, call, out) {
        if (isElsewhere(settings, self, call, out)) return;
        reconfigure(settings, self, changes, call, out);
        settle(settings, self, out);
      },
      transfer(self, { to }, call, out) {
        if (self.role !== "leader") return out.reply(call, { kind: "redirect", to: self.leaderId });
        transfer(settings, self, to, call, out);
        settle(settings, self, out);
      },
    },
  };
}

/** "Rules for Servers" (Figure 2): what follows from the new state, whatever has led to it. */
function settle(settings: Settings, self: Server, out: ServerOut): void {
  if (self.role === "leader") {
    catchUp(settings, self, out);
    advanceCommitIndex(settings, self);
  }
  applyCommitted(settings, self, out);
  if (self.role === "leader") {
    handOver(self, out);
    afterCommit(settings, self, out);
  }
  serveReads(settings, self, out);
}

/** Whoever does not lead, or is about to lead no more, sends the client on; returns whether it did. */
function isElsewhere({ rules }: Settings, self: Server, call: Call, out: ServerOut): boolean {
  if (self.role === "leader" && rules.takesCommands(self)) return false;
  out.reply(call, { kind: "redirect", to: self.role === "leader" ? (self.transfer?.to ?? null) : self.leaderId });
  return true;
}

/** "If command received from client: append entry to local log" (Figure 2), at once or with the batch. */
function take(settings: Settings, self: Server, command: Server["batch"][number], out: ServerOut): void {
  if (self.batch.length === 0 && settings.batchDelay !== null) out.setTimer({ kind: "batch" }, settings.batchDelay);
  self.batch.push(command);
  if (settings.batchDelay === null || self.batch.length >= settings.maxEntries) appendBatch(settings, self, out);
}

function appendBatch(settings: Settings, self: Server, out: ServerOut): void {
  const { batch } = self;
  if (batch.length === 0) return;
  self.batch = [];
  if (settings.batchDelay !== null) out.cancelTimer({ kind: "batch" });
  for (const { call, command, origin } of batch) {
    const index = appendToOwnLog(settings, self, { kind: "command", command, origin });
    self.calls.set(index, call);
  }
  replicate(settings, self, out);
}

function initial({ bootstrap, machine }: Settings, id: NodeId): Server {
  return {
    id,
    currentTerm: 0,
    votedFor: null,
    log: emptyLog(),
    snapshot: {
      [shared]: snapshotInWords,
      lastIncludedIndex: 0,
      lastIncludedTerm: 0,
      configuration: bootstrap,
      machine: machine.initial,
      sessions: new Map(),
    },
    role: "follower",
    leaderId: null,
    hearsLeader: false,
    commitIndex: 0,
    lastApplied: 0,
    machine: machine.initial,
    sessions: new Map(),
    configuration: bootstrap,
    configurationIndex: 0,
    calls: new Map(),
    reads: [],
    incoming: null,
    votes: new Map(),
    nextIndex: new Map(),
    matchIndex: new Map(),
    flow: new Map(),
    round: 0,
    acknowledged: new Map(),
    roundsBegun: new Map(),
    leaseUntil: 0,
    heardFrom: new Set(),
    batch: [],
    transfer: null,
    hasHandedOver: false,
    catchUp: null,
  };
}
