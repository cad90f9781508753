import { canonical } from "../../core/canonical.js";
import type { NodeView, Observation, Property, World } from "../../core/property.js";
import type { Call, NodeId } from "../../core/role.js";
import { type Table, valueAt, withValue } from "../../core/table.js";
import type { Configuration } from "./configuration.js";
import { entryAt, isUpToDate, type Log, termAt } from "./log.js";
import type { Entry, Message, Reply } from "./messages.js";
import { isQuorum, quorumsMeet } from "./quorum.js";
import type { Server } from "./state.js";

/*
 * Why Raft is safe, in properties that hold after every step: the five of Figure 3 of "In Search of an Understandable
 * Consensus Algorithm (Extended Version)" (Ongaro and Ousterhout, 2014), and what they rest on. What must survive a
 * crash is held against what a server has told: a vote that was still on its way to the disk when the server crashed
 * was never given.
 */

/** What a memory holds that has found something wrong: there it stays. */
interface Found {
  readonly problem: string | null;
}

interface Leaders extends Found {
  readonly byTerm: ReadonlyMap<number, NodeId>;
}

/** Election Safety: "at most one leader can be elected in a given term". (Section 5.2.) */
export const electionSafety: Property<Leaders> = {
  name: "election safety",
  memory: { byTerm: new Map(), problem: null },
  observe(memory, happened) {
    const sent = sentBy(happened, LEADERS_MESSAGES);
    if (!sent) return memory;
    const { from, message: { term } } = sent;
    const leader = memory.byTerm.get(term);
    if (leader === undefined) return { ...memory, byTerm: new Map(memory.byTerm).set(term, from) };
    if (leader === from || memory.problem) return memory;
    return { ...memory, problem: `${leader} and ${from} both led in term ${term}` };
  },
  check({ nodes }, { byTerm, problem }) {
    if (problem) return problem;
    let other: Server | null = null;
    for (let i = 0; i < nodes.length; i++) {
      const server = serverOf(nodes[i]!);
      if (server?.role !== "leader") continue;
      const told = byTerm.get(server.currentTerm);
      if (told !== undefined && told !== server.id) return `${told} and ${server.id} both lead in term ${server.currentTerm}`;
      if (other?.currentTerm === server.currentTerm) return `${other.id} and ${server.id} both lead in term ${server.currentTerm}`;
      other = server;
    }
    return null;
  },
};

/** What a leader has told of its log: the last entry that it has sent. */
interface Told {
  readonly term: number;
  readonly last: Entry;
}

interface Appended extends Found {
  readonly byLeader: ReadonlyMap<NodeId, Told>;
}

/**
 * Leader Append-Only: "a leader never overwrites or deletes entries in its log; it only appends new entries".
 * (Section 5.3.)
 */
export const leaderAppendOnly: Property<Appended> = {
  name: "leader append-only",
  memory: { byLeader: new Map(), problem: null },
  observe(memory, happened) {
    const sent = sentBy(happened, APPEND_ENTRIES);
    if (!sent || sent.message.kind !== "appendEntries") return memory;
    const { from, message: { term, entries } } = sent;
    const last = entries[entries.length - 1];
    if (last === undefined) return memory;
    const told = memory.byLeader.get(from);
    if (told?.term !== term || last.index > told.last.index) {
      return { ...memory, byLeader: new Map(memory.byLeader).set(from, { term, last }) };
    }
    if (last.index < told.last.index || memory.problem || isSame(last, told.last)) return memory;
    return { ...memory, problem: `${from}, leading in term ${term}, replaced its entry ${last.index}` };
  },
  check({ nodes }, { byLeader, problem }) {
    if (problem) return problem;
    for (let i = 0; i < nodes.length; i++) {
      const server = serverOf(nodes[i]!);
      if (server?.role !== "leader") continue;
      const told = byLeader.get(server.id);
      if (told?.term !== server.currentTerm || told.last.index <= server.log.offset) continue;
      const entry = entryAt(server.log, told.last.index);
      if (entry && isSame(entry, told.last)) continue;
      return `${server.id}, leading in term ${told.term}, ${entry ? "replaced" : "deleted"} its entry ${told.last.index}`;
    }
    return null;
  },
};

/**
 * Log Matching: "if two logs contain an entry with the same index and term, then the logs are identical in all entries
 * up through the given index". (Section 5.3.) Of logs that matched after the last step only what is new is looked at.
 */
export const logMatching: Property<undefined> = {
  name: "log matching",
  check(world) {
    const { nodes } = world;
    const before = matched.get(world) ?? [];
    let after: (Log | null)[] | null = null;
    for (let i = 0; i < nodes.length; i++) {
      const log = serverOf(nodes[i]!)?.log ?? null;
      if (log === (before[i] ?? null)) continue;
      after ??= [...before];
      after[i] = log;
      if (!log) continue;
      const from = firstNew(before[i] ?? null, log);
      for (let k = 0; k < nodes.length; k++) {
        const other = serverOf(nodes[k]!)?.log;
        // A log that is new, too, and comes later is compared with this one when it is its turn.
        if (k === i || !other) continue;
        const since = other === before[k] ? from : Math.min(from, firstNew(before[k] ?? null, other));
        for (let index = since; index <= log.lastIndex; index++) {
          const problem = mismatch(log, other, index);
          if (problem) return `entry ${index} of ${nodes[i]!.id} and ${nodes[k]!.id} ${problem}`;
        }
      }
    }
    if (after) matched.set(world, after);
    return null;
  },
};

/** The logs of a world that have been found to match. It saves work and changes no answer. */
const matched = new WeakMap<World, readonly (Log | null)[]>();

/** The first index at which the log differs from the one before, by identity: entries are values. */
function firstNew(before: Log | null, log: Log): number {
  if (!before || before.offset !== log.offset) return log.offset + 1;
  let index = log.offset;
  for (let i = 0; i < log.blocks.length && log.blocks[i] === before.blocks[i]; i++) index += log.blocks[i]!.length;
  const last = Math.min(log.lastIndex, before.lastIndex);
  while (index < last && entryAt(log, index + 1) === entryAt(before, index + 1)) index += 1;
  return index + 1;
}

function mismatch(log: Log, other: Log, index: number): string | null {
  const entry = entryAt(log, index);
  const otherEntry = entryAt(other, index);
  if (!entry || !otherEntry || entry.term !== otherEntry.term) return null;
  if (!isSame(entry, otherEntry)) return `are of term ${entry.term} and differ`;
  const [term, otherTerm] = [termAt(log, index - 1), termAt(other, index - 1)];
  if (term === undefined || otherTerm === undefined || term === otherTerm) return null;
  return `are of term ${entry.term}, but the entries before them are of terms ${term} and ${otherTerm}`;
}

interface Committed {
  /** For each server the highest term that it has told of, or has been told of. */
  readonly terms: ReadonlyMap<NodeId, number>;
  /** The last entry that was applied anywhere, and a term in which it was committed by then. */
  readonly index: number;
  readonly entryTerm: number;
  readonly term: number;
}

/**
 * Leader Completeness: "if a log entry is committed in a given term, then that entry will be present in the logs of the
 * leaders for all higher-numbered terms". (Section 5.4.) The last entry stands for those before it, by log matching.
 */
export const leaderCompleteness: Property<Committed> = {
  name: "leader completeness",
  memory: { terms: new Map(), index: 0, entryTerm: 0, term: 0 },
  observe(memory, happened) {
    switch (happened.kind) {
      case "send":
      case "deliver": {
        const message = happened.message as Message;
        if (message.kind === "preVote" || message.kind === "preVoteReply") return memory;
        const node = happened.kind === "send" ? happened.from : happened.to;
        if (!(message.term > (memory.terms.get(node) ?? 0))) return memory;
        return { ...memory, terms: new Map(memory.terms).set(node, message.term) };
      }
      case "decide": {
        const { index, term: entryTerm } = happened.outcome as Entry;
        if (index <= memory.index) return memory;
        // Whoever applies it heard of that in the term in which it was committed, or in a later one.
        const term = Math.max(entryTerm, memory.terms.get(happened.node) ?? 0);
        return { ...memory, index, entryTerm, term };
      }
      default:
        return memory;
    }
  },
  check({ nodes }, { index, entryTerm, term }) {
    if (index === 0) return null;
    for (let i = 0; i < nodes.length; i++) {
      const server = serverOf(nodes[i]!);
      if (server?.role !== "leader" || server.currentTerm < term || index <= server.log.offset) continue;
      if (termAt(server.log, index) === entryTerm) continue;
      const leader = `${server.id}, who leads in term ${server.currentTerm}`;
      return `entry ${index} of term ${entryTerm} was applied, but ${leader}, does not have it`;
    }
    return null;
  },
};

interface Applied extends Found {
  /** What was applied first at each index, and by whom. */
  readonly byIndex: Table<{ readonly node: NodeId; readonly entry: Entry }>;
}

/**
 * State Machine Safety: "if a server has applied a log entry at a given index to its state machine, no other server
 * will ever apply a different log entry for the same index"; nor will the same server, after a crash. (Section 5.4.3.)
 */
export const stateMachineSafety: Property<Applied> = {
  name: "state machine safety",
  memory: { byIndex: { size: 0, entries: [] }, problem: null },
  observe(memory, happened) {
    if (happened.kind !== "decide") return memory;
    const { node } = happened;
    const entry = happened.outcome as Entry;
    const first = valueAt(memory.byIndex, String(entry.index));
    if (!first) return { ...memory, byIndex: withValue(memory.byIndex, String(entry.index), { node, entry }) };
    if (memory.problem || isSame(first.entry, entry)) return memory;
    const told = `entry ${entry.index} of term ${first.entry.term}`;
    return { ...memory, problem: `${first.node} applied ${told}, but ${node} another one, of term ${entry.term}` };
  },
  check: (_, { problem }) => problem,
};

interface Terms extends Found {
  readonly byServer: ReadonlyMap<NodeId, number>;
}

/**
 * A server's current term "increases monotonically over time": it goes back to no earlier term than it has spoken of,
 * also after a crash. (Section 5.1.)
 */
export const termsNeverGoBack: Property<Terms> = {
  name: "terms never go back",
  memory: { byServer: new Map(), problem: null },
  observe(memory, happened) {
    const sent = sentBy(happened, BINDING_MESSAGES);
    if (!sent) return memory;
    const { from, message: { term } } = sent;
    const told = memory.byServer.get(from) ?? 0;
    if (term === told) return memory;
    if (term > told) return { ...memory, byServer: new Map(memory.byServer).set(from, term) };
    return memory.problem ? memory : { ...memory, problem: `${from} spoke of term ${told}, and then of term ${term}` };
  },
  check({ nodes }, { byServer, problem }) {
    if (problem) return problem;
    for (let i = 0; i < nodes.length; i++) {
      const server = serverOf(nodes[i]!);
      const told = server ? (byServer.get(server.id) ?? 0) : 0;
      if (!server || server.currentTerm >= told) continue;
      return `${server.id} spoke of term ${told}, and is now in term ${server.currentTerm}`;
    }
    return null;
  },
};

interface Votes extends Found {
  readonly byVoter: ReadonlyMap<NodeId, { readonly term: number; readonly candidate: NodeId }>;
}

/** "Each server will vote for at most one candidate in a given term", also after a crash. (Section 5.2.) */
export const oneVotePerTerm: Property<Votes> = {
  name: "one vote per term",
  memory: { byVoter: new Map(), problem: null },
  observe(memory, happened) {
    const sent = sentBy(happened, BALLOTS);
    if (!sent) return memory;
    const { from, to, message } = sent;
    if (message.kind === "requestVoteReply" && !message.voteGranted) return memory;
    // Whoever asks for votes has voted for itself.
    const candidate = message.kind === "requestVote" ? from : to;
    const { term } = message;
    const vote = memory.byVoter.get(from);
    if (vote && vote.term === term) {
      if (vote.candidate === candidate || memory.problem) return memory;
      return { ...memory, problem: `${from} voted for ${vote.candidate} and for ${candidate} in term ${term}` };
    }
    if (vote && vote.term > term) return memory;
    return { ...memory, byVoter: new Map(memory.byVoter).set(from, { term, candidate }) };
  },
  check({ nodes }, { byVoter, problem }) {
    if (problem) return problem;
    for (let i = 0; i < nodes.length; i++) {
      const server = serverOf(nodes[i]!);
      const vote = server ? byVoter.get(server.id) : undefined;
      if (!server || !vote || server.currentTerm !== vote.term || server.votedFor === vote.candidate) continue;
      const now = server.votedFor === null ? "of no vote" : `of one for ${server.votedFor}`;
      return `${server.id} voted for ${vote.candidate} in term ${vote.term}, and now knows ${now}`;
    }
    return null;
  },
};

interface Progress extends Found {
  /** The last entry that each server has applied since it was started. */
  readonly byServer: ReadonlyMap<NodeId, number>;
}

/**
 * commitIndex "increases monotonically" while a server is up, and so does what it applies, which is in its log.
 * (Figure 2.)
 */
export const commitNeverGoesBack: Property<Progress> = {
  name: "commit never goes back",
  memory: { byServer: new Map(), problem: null },
  observe(memory, happened) {
    if (happened.kind === "crash") {
      const byServer = new Map(memory.byServer);
      return byServer.delete(happened.node) ? { ...memory, byServer } : memory;
    }
    if (happened.kind !== "decide") return memory;
    const { node } = happened;
    const { index } = happened.outcome as Entry;
    const last = memory.byServer.get(node) ?? 0;
    if (index > last) return { ...memory, byServer: new Map(memory.byServer).set(node, index) };
    return memory.problem ? memory : { ...memory, problem: `${node} applied entry ${last}, and then entry ${index}` };
  },
  check({ nodes }, { byServer, problem }) {
    if (problem) return problem;
    for (let i = 0; i < nodes.length; i++) {
      const server = serverOf(nodes[i]!);
      if (!server) continue;
      const { id, commitIndex, lastApplied, log } = server;
      const applied = Math.max(lastApplied, byServer.get(id) ?? 0);
      if (commitIndex < applied) return `${id} has applied entry ${applied}, but knows only ${commitIndex} to be committed`;
      if (commitIndex <= log.lastIndex) continue;
      return `${id} takes entry ${commitIndex} for committed, but its log ends at ${log.lastIndex}`;
    }
    return null;
  },
};

/**
 * A committed entry is never lost again: what a server has applied stays in its log, or in its snapshot, also after a
 * crash. (Section 5.3: committed entries are durable.)
 */
export const committedStays: Property<ReadonlyMap<NodeId, { readonly index: number; readonly term: number }>> = {
  name: "committed entries stay",
  memory: new Map(),
  observe(memory, happened) {
    if (happened.kind !== "decide") return memory;
    const { index, term } = happened.outcome as Entry;
    return index > (memory.get(happened.node)?.index ?? 0) ? new Map(memory).set(happened.node, { index, term }) : memory;
  },
  check({ nodes }, memory) {
    for (let i = 0; i < nodes.length; i++) {
      const server = serverOf(nodes[i]!);
      const applied = server ? memory.get(server.id) : undefined;
      if (!server || !applied || applied.index < server.log.offset) continue;
      const term = termAt(server.log, applied.index);
      if (term === applied.term) continue;
      const now = term === undefined ? "its log does not have it any more" : `its log has one of term ${term} there`;
      return `${server.id} applied entry ${applied.index} of term ${applied.term}, but ${now}`;
    }
    return null;
  },
};

interface Reads {
  /** The last entry that was applied anywhere. */
  readonly applied: number;
  /** For each read without an answer, what was applied when it was asked. */
  readonly asked: ReadonlyMap<Call, number>;
  /** For each server that has answered reads since it was started, what it must have applied by then. */
  readonly answered: ReadonlyMap<NodeId, number>;
}

/**
 * Who answers a read has applied all that was applied anywhere when the read was asked: so it reflects every command that
 * a client knows to be done (dissertation, section 6.4). Not for `reads: "local"`, which promises no such thing.
 */
export const freshReads: Property<Reads> = {
  name: "fresh reads",
  memory: { applied: 0, asked: new Map(), answered: new Map() },
  observe(memory, happened) {
    switch (happened.kind) {
      case "decide": {
        const { index } = happened.outcome as Entry;
        return index > memory.applied ? { ...memory, applied: index } : memory;
      }
      case "request": {
        // Of a call that comes again, the first time counts: that is when the client asked.
        if (happened.request.kind !== "read" || memory.asked.has(happened.call)) return memory;
        return { ...memory, asked: new Map(memory.asked).set(happened.call, memory.applied) };
      }
      case "reply": {
        const needed = memory.asked.get(happened.call);
        if (needed === undefined || (happened.result as Reply).kind !== "result") return memory;
        if (needed <= (memory.answered.get(happened.node) ?? 0)) return memory;
        return { ...memory, answered: new Map(memory.answered).set(happened.node, needed) };
      }
      case "crash": {
        const answered = new Map(memory.answered);
        return answered.delete(happened.node) ? { ...memory, answered } : memory;
      }
      default:
        return memory;
    }
  },
  check({ nodes }, { answered }) {
    if (answered.size === 0) return null;
    for (let i = 0; i < nodes.length; i++) {
      const server = serverOf(nodes[i]!);
      const needed = server ? (answered.get(server.id) ?? 0) : 0;
      if (!server || server.lastApplied >= needed) continue;
      return `${server.id} answered a read after ${server.lastApplied} entries; when it was asked, ${needed} had been applied`;
    }
    return null;
  },
};

/**
 * All configurations in use overlap: of any two servers that can lead, every quorum of the one's configuration meets
 * every quorum of the other's (dissertation, section 4.1; how a configuration goes out of use is said after Schultz,
 * Dardik and Tripakis, "Formal Verification of a Distributed Dynamic Reconfiguration Protocol", 2022). A leader can
 * lead on if a quorum is in no later term; another server can come to lead if no log of a quorum is more up to date
 * than its own. A server that is down is no part of any quorum.
 */
export const quorumsOverlap: Property<undefined> = {
  name: "quorums overlap",
  check({ nodes }) {
    let first: Configuration | null = null;
    let differs = false;
    for (let i = 0; i < nodes.length; i++) {
      const configuration = serverOf(nodes[i]!)?.configuration;
      if (!configuration) continue;
      if (!first) first = configuration;
      else if (configuration !== first && !isSameVoting(configuration, first)) differs = true;
    }
    if (!differs) return null;
    const able = nodes.flatMap((node) => {
      const server = serverOf(node);
      return server && canLead(server, nodes) ? [server] : [];
    });
    for (const [i, one] of able.entries()) {
      for (const other of able.slice(i + 1)) {
        if (quorumsMeet(one.configuration, other.configuration)) continue;
        const both = `${one.id} can lead with ${votersOf(one)} and ${other.id} with ${votersOf(other)}`;
        return `${both}, which have quorums that do not meet`;
      }
    }
    return null;
  },
};

function canLead(server: Server, nodes: readonly NodeView[]): boolean {
  const { role, configuration, currentTerm, log } = server;
  const isVoter = configuration.voters.includes(server.id) || configuration.outgoing.includes(server.id);
  if (role !== "leader" && !isVoter) return false;
  const supporters = new Set<NodeId>();
  for (const node of nodes) {
    const other = serverOf(node);
    if (!other) continue;
    const followsOn = role === "leader" && other.currentTerm <= currentTerm;
    if (followsOn || (role !== "leader" && isUpToDate(log.lastIndex, log.lastTerm, other.log))) supporters.add(other.id);
  }
  return isQuorum(configuration, supporters);
}

function votersOf({ configuration: { voters, outgoing } }: Server): string {
  const set = (nodes: readonly NodeId[]): string => `{${nodes.join(", ")}}`;
  return outgoing.length > 0 ? `${set(outgoing)} and ${set(voters)}` : set(voters);
}

function isSameVoting(one: Configuration, other: Configuration): boolean {
  return isSameList(one.voters, other.voters) && isSameList(one.outgoing, other.outgoing);
}

function isSameList(one: readonly NodeId[], other: readonly NodeId[]): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

/** Whether these are the same entry. Mostly they are one object, which has come to all servers in messages. */
function isSame(one: Entry, other: Entry): boolean {
  return one === other || canonical(one) === canonical(other);
}

const LEADERS_MESSAGES: ReadonlySet<string> = new Set<Message["kind"]>(["appendEntries", "installSnapshot", "timeoutNow"]);
const APPEND_ENTRIES: ReadonlySet<string> = new Set<Message["kind"]>(["appendEntries"]);
const BALLOTS: ReadonlySet<string> = new Set<Message["kind"]>(["requestVote", "requestVoteReply"]);
/** Those that say what term their sender is in: a pre-vote speaks of one that nobody has begun. */
const BINDING_MESSAGES: ReadonlySet<string> = new Set<Message["kind"]>([
  "requestVote", "requestVoteReply", "appendEntries", "appendEntriesReply", "installSnapshot", "installSnapshotReply", "timeoutNow",
  "readIndex", "readIndexReply",
]);

/** The message of one of these kinds that has just left a server. */
function sentBy(
  happened: Observation,
  kinds: ReadonlySet<string>,
): { readonly from: NodeId; readonly to: NodeId; readonly message: Message } | null {
  if (happened.kind !== "send" || !kinds.has(happened.message.kind)) return null;
  return happened as Observation & { readonly kind: "send"; readonly message: Message };
}

/** The node as a server of Raft; null while it is down, and where it is something else. */
function serverOf({ state }: NodeView): Server | null {
  return state !== null && "currentTerm" in state ? (state as Server) : null;
}

/** All that must hold of Raft at every moment. Where reads are local, without the last one. */
export const raftProperties: readonly Property[] = [
  electionSafety, leaderAppendOnly, logMatching, leaderCompleteness, stateMachineSafety, termsNeverGoBack, oneVotePerTerm,
  commitNeverGoesBack, committedStays, quorumsOverlap, freshReads,
];
