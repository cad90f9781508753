import type {
  AppendEntries, AppendEntriesReply, Entry, InstallSnapshot, InstallSnapshotReply, PreVoteReply, Reply, RequestVote, RequestVoteReply,
} from "../../../lib/raft.js";
import type { Nodes, Run } from "../../../lib/sim.js";
import { only, type TraceEvent } from "../../../lib/trace/event.js";

/*
 * Cases that make a search worth something. Each says of a run whether it occurred.
 */

type Case = (run: Run<Nodes>) => boolean;

/** The messages of one kind, as they left their senders. */
function sent<M>(run: Run<Nodes>, kind: string): readonly { readonly from: string; readonly to: string; readonly message: M }[] {
  return only(run.trace, "send").filter(({ message }) => message.kind === kind) as never;
}

const replies = (run: Run<Nodes>): readonly Reply[] => only(run.trace, "reply").map(({ result }) => result as Reply);

const decided = (run: Run<Nodes>): readonly Entry[] => run.decisions.map(({ outcome }) => outcome as Entry);

/** Leaders in the order in which they first spoke, each with its term. */
function leaders(run: Run<Nodes>): ReadonlyMap<number, string> {
  return new Map(sent<AppendEntries>(run, "appendEntries").map(({ from, message }) => [message.term, from]));
}

/** Two candidates of one term both get votes, and nobody leads in it. */
const splitVote: Case = (run) => {
  const led = leaders(run);
  const candidates = new Map<number, Set<string>>();
  for (const { from, message } of sent<RequestVote>(run, "requestVote")) {
    candidates.set(message.term, (candidates.get(message.term) ?? new Set()).add(from));
  }
  return [...candidates].some(([term, rivals]) => rivals.size > 1 && !led.has(term));
};

/** A leader of an earlier term still speaks after one of a later term has. */
const leaderOfThePast: Case = (run) => {
  let latest = 0;
  return sent<AppendEntries>(run, "appendEntries").some(({ message: { term } }) => {
    latest = Math.max(latest, term);
    return term < latest;
  });
};

/** Somebody's entry is replaced by one of a later term. */
const entryReplaced: Case = (run) => {
  const terms = new Map<string, number>();
  return only(run.trace, "deliver").some(({ to, message }) => {
    if (message.kind !== "appendEntries") return false;
    return (message as unknown as AppendEntries).entries.some(({ index, term }) => {
      const key = `${to} ${index}`;
      const before = terms.get(key) ?? term;
      terms.set(key, term);
      return before < term;
    });
  });
};

/** A command is in the log twice, because its client has asked twice. */
const secondTry: Case = (run) => {
  const seen = new Map<string, number>();
  return decided(run).some((entry) => {
    if (entry.kind !== "command" || !entry.origin) return false;
    const name = `${entry.origin.session}#${entry.origin.serial}`;
    const before = seen.get(name) ?? entry.index;
    seen.set(name, entry.index);
    return before !== entry.index;
  });
};

const configurations = (run: Run<Nodes>) =>
  decided(run).flatMap((entry) => (entry.kind === "configuration" ? [entry.configuration] : []));

const readWithoutEntry: Case = (run) => {
  if (decided(run).some((entry) => entry.kind === "command" && entry.origin === null)) return false;
  const reads = new Set(only(run.trace, "request").filter(({ request }) => request.kind === "read").map(({ call }) => call));
  return only(run.trace, "reply").some(({ call, result }) => reads.has(call) && (result as Reply).kind === "result");
};

const decisionInPartition: Case = (run) => {
  let cuts = 0;
  return run.trace.some((event: TraceEvent) => {
    if (event.kind === "cut") cuts += 1;
    if (event.kind === "heal") cuts -= 1;
    return event.kind === "decide" && cuts > 0;
  });
};

/** What must occur among many clusters, by its name. */
export const cases: { readonly [what: string]: Case } = {
  "the leader changes": (run) => new Set(leaders(run).values()).size > 1,
  "a vote is split": splitVote,
  "a leader of the past speaks": leaderOfThePast,
  "a vote is denied": (run) => sent<RequestVoteReply>(run, "requestVoteReply").some(({ message }) => !message.voteGranted),
  "a pre-vote is denied": (run) => sent<PreVoteReply>(run, "preVoteReply").some(({ message }) => !message.voteGranted),
  "a log does not match": (run) =>
    sent<AppendEntriesReply>(run, "appendEntriesReply").some(({ message }) => message.conflict !== null),
  "a follower says where logs part": (run) =>
    sent<AppendEntriesReply>(run, "appendEntriesReply").some(({ message }) => (message.conflict?.term ?? null) !== null),
  "an entry is replaced": entryReplaced,
  "a snapshot is installed": (run) =>
    sent<InstallSnapshotReply>(run, "installSnapshotReply").some(({ message }) => message.done),
  "a snapshot comes in pieces": (run) => sent<InstallSnapshot>(run, "installSnapshot").some(({ message }) => message.offset > 0),
  "a configuration is committed": (run) => configurations(run).length > 0,
  "a joint configuration is committed": (run) => configurations(run).some(({ outgoing }) => outgoing.length > 0),
  "a learner is in the configuration": (run) => configurations(run).some(({ learners }) => learners.length > 0),
  "a change is refused": (run) => replies(run).some((reply) => reply.kind === "refused"),
  "the leadership is handed over": (run) =>
    sent(run, "timeoutNow").length > 0 && replies(run).some((reply) => reply.kind === "transferred"),
  "somebody is sent to the leader": (run) => replies(run).some((reply) => reply.kind === "redirect" && reply.to !== null),
  "a command comes twice": secondTry,
  "a read is answered without an entry": readWithoutEntry,
  "a follower asks for the read index": (run) => sent(run, "readIndexReply").length > 0,
  "entries travel together": (run) =>
    sent<AppendEntries>(run, "appendEntries").some(({ message }) => message.entries.length > 2),
  "a write is lost": (run) => only(run.trace, "crash").some(({ lostWrites }) => lostWrites > 0),
  "a doubled message arrives": (run) => only(run.trace, "deliver").some(({ copy }) => copy > 0),
  "an entry is applied while a link is cut": decisionInPartition,
  "a server restarts and applies again": (run) => {
    const applied = run.decisions.map(({ node, outcome }) => `${node} ${(outcome as Entry).index}`);
    return new Set(applied).size < applied.length;
  },
};

/** What must occur among clusters whose servers come and go. */
export const ofChanges: { readonly [what: string]: Case } = Object.fromEntries(
  [
    "the leader changes", "a configuration is committed", "a joint configuration is committed", "a learner is in the configuration",
    "a change is refused", "the leadership is handed over", "a snapshot is installed",
  ].map((name) => [name, cases[name]!]),
);

/** What must occur among clusters in a storm. */
export const ofStorms: { readonly [what: string]: Case } = Object.fromEntries(
  [
    "the leader changes", "a leader of the past speaks", "a follower says where logs part", "an entry is replaced",
    "a server restarts and applies again",
  ].map((name) => [name, cases[name]!]),
);
