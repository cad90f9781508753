import { majority } from "../../core/quorum.js";
import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import { ids, type AnyRole, type NodeId } from "../../core/role.js";
import { committedStays, electionSafety, leaderCompleteness, raftProperties } from "../../consensus/raft/properties.js";
import type { ServerOptions } from "../../consensus/raft/options.js";
import { server } from "../../consensus/raft/server.js";
import type { Server } from "../../consensus/raft/state.js";
import { entriesOf } from "../../consensus/raft/log.js";
import type { Entry } from "../../consensus/raft/messages.js";
import { arrowText } from "../../consensus/raft/words.js";
import type { Run, SimulateOptions } from "../../sim/simulate.js";
import { simulate } from "../../sim/simulate.js";
import type { Nodes } from "../../sim/options.js";
import type { SeedOptions } from "../../check/seeds.js";
import { Exercise } from "../exercise.js";
import { everyWorld, manyCases, manySeeds, oneRun, wrong, type Trial } from "../trial.js";
import {
  serverCommitting, serverCutting, serverGranting, serverVotingFor, startingWith,
  type BackUpRule, type CommitRule, type CutRule, type GrantRule, type Hint, type TimeoutRule, type UpToDateRule,
} from "./raft-roles.js";

const chapter = "3.1.2";
const words = { message: arrowText, decision: ({ index, term }: Entry) => `${index}@${term}` };
const three = ids("s1", "s2", "s3");
const five = ids("s1", "s2", "s3", "s4", "s5");

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

/** The same server on all nodes; some may have a patience of their own. */
function cluster(names: readonly NodeId[], make: (options: ServerOptions) => AnyRole, patience: Readonly<Record<string, number>> = {}): Record<string, AnyRole> {
  return Object.fromEntries(
    names.map((name) => [name, make({ servers: names, electionTimeout: patience[name] ?? [150, 300], heartbeatInterval: 50 })]),
  );
}

/** The same, with logs that are there when the run begins, as the terms of their entries. */
function clusterWith(
  logs: Readonly<Record<string, readonly number[]>>,
  currentTerm: number,
  patience: Readonly<Record<string, number>>,
  make: (options: ServerOptions) => AnyRole,
): Record<string, AnyRole> {
  const nodes = cluster(ids(...Object.keys(logs)), make, patience);
  return Object.fromEntries(Object.entries(nodes).map(([name, role]) => [name, startingWith(logs[name]!, currentTerm, role)]));
}

const command = { kind: "command", command: "x" } as const;

/** A quiet cluster that a client asks for something: whoever never elects or never commits is found here. */
function quiet(nodes: Record<string, AnyRole>): SimulateOptions<Nodes> {
  return {
    nodes, network: { latency: 10 }, until: 2_000, properties: raftProperties,
    clients: { client: { operations: [command], from: 500, retries: 50, timeoutMs: 100 } as never },
  };
}

function nobodyServed(run: Run<Nodes>): string | null {
  if (run.history.every(({ returnedAt }) => returnedAt !== null)) return null;
  return "a command is never answered, although nothing is lost and nobody crashes";
}

/** Loss, copies, crashes and cuts, with commands under way. */
function stormy(nodes: Record<string, AnyRole>): SeedOptions {
  return {
    nodes, network: { latency: [5, 10], loss: 0.1, duplication: 0.1 }, disk: { flush: [1, 5] },
    clients: { client: { operations: Array<typeof command>(12).fill(command), timeoutMs: 200, retries: 100 } as never },
    nemesis: { until: 2_000, crashes: 4, writeCrashes: 4, partitions: 1 }, until: 5_000, properties: raftProperties,
  };
}

/** A random log: its terms never fall. */
function drawLog(chance: Stream, most: number): number[] {
  const terms: number[] = [];
  let term = 1;
  const length = chance.below(most + 1);
  while (terms.length < length) {
    if (chance.chance(0.35)) term += 1 + chance.below(2);
    terms.push(term);
  }
  return terms;
}

const logWords = (terms: readonly number[]): string => (terms.length === 0 ? "an empty log" : `the log ${terms.join(" ")}`);

// ------------------------------------------------------------------------------------------------- whose log is up to date

const upToDate: Exercise<UpToDateRule> = new Exercise({
  chapter,
  words,
  name: "upToDate",
  task: "Say whether a candidate's log is so up to date that it may have the vote.",
  hints: [
    "Which of two logs surely holds all that is committed: the one that is longer, or the one whose last entry is of a later term? Think of a leader that was cut off and kept appending.",
    "Compare the terms of the last entries first. Only if they are equal, compare the lengths. And what if both are equal?",
    "return candidate.term !== own.term ? candidate.term > own.term : candidate.index >= own.index;",
  ],
  shape: isFunction,
  trials: [
    oneRun("five servers, no faults", {
      options: (answer) => quiet(cluster(five, (options) => serverVotingFor(answer, options))),
      atEnd: nobodyServed,
      look: "At first all logs are empty, so all are equally up to date. Does anybody get a vote?",
    }),
    oneRun("one server has a long tail of an old term", {
      // s2 leads term 2 with s3 and commits an entry; it crashes, and s1 comes back with its long old log.
      options: (answer) => ({
        nodes: clusterWith({ s1: [1, 1, 1, 1, 1, 1], s2: [1], s3: [1] }, 1, { s1: 400, s2: 60, s3: 9_000 }, (options) => serverVotingFor(answer, options)),
        network: { latency: 10 }, until: 3_000, properties: [leaderCompleteness],
        faults: [
          { at: 0, kind: "partition", groups: [["s1"], ["s2", "s3"]] }, { at: 250, kind: "crash", node: "s2" }, { at: 300, kind: "heal" },
        ],
      }),
      look: "s1 appended five entries that nobody else got. Is a longer log a better one? Look at the terms of the last entries.",
    }),
    oneRun("one server lacks the last entries of its term", {
      // s2 and s3 have two entries of term 2, s1 only one: with s1 in the lead, the other would be gone.
      options: (answer) => ({
        nodes: clusterWith({ s1: [1], s2: [1], s3: [1] }, 1, { s1: 500, s2: 60, s3: 9_000 }, (options) => serverVotingFor(answer, options)),
        network: { latency: 10 }, until: 3_000, properties: [leaderCompleteness],
        requests: [{ at: 200, node: "s2", request: command }],
        faults: [
          { at: 150, kind: "partition", groups: [["s1"], ["s2", "s3"]] }, { at: 350, kind: "crash", node: "s2" }, { at: 400, kind: "heal" },
        ],
      }),
      look: "The last entries are of the same term, but one log is shorter. What may the shorter one lack?",
    }),
    manyCases("pairs of logs", {
      cases: 400,
      draw: (chance) => [drawLog(chance, 6), drawLog(chance, 6)] as const,
      judge(answer, [candidate, own]) {
        const last = (terms: readonly number[]) => ({ index: terms.length, term: terms[terms.length - 1] ?? 0 });
        const [c, o] = [last(candidate), last(own)];
        const right = c.term !== o.term ? c.term > o.term : c.index >= o.index;
        const given: unknown = answer(c, o);
        if (given === right) return null;
        return `a candidate with ${logWords(candidate)} asks a server with ${logWords(own)}: the answer was ${show(given)}, and must be ${right}`;
      },
      look: "Compare the last terms first, then the lengths; equal logs are up to date.",
    }),
  ],
});

// ------------------------------------------------------------------------------------------------------ granting a vote

const grant: Exercise<GrantRule> = new Exercise({
  chapter,
  words,
  name: "grant",
  task: "Write what a server does when it is asked for its vote.",
  hints: [
    "There are three reasons for a no: the request is of an earlier term, the vote of this term is already given to somebody else, or the candidate's log is behind.",
    "A yes must survive a crash: note it in self.votedFor, and write it, before you answer. In which order?",
    "Return false if request.term < self.currentTerm, or if self.votedFor is neither null nor request.candidateId, or if the log is behind; otherwise set self.votedFor, out.persist(), and return true.",
  ],
  shape: isFunction,
  trials: [
    oneRun("five servers, no faults", {
      options: (answer) => quiet(cluster(five, (options) => serverGranting(answer, options))),
      atEnd: nobodyServed,
      look: "Does a candidate whose log is as good as the voter's get its vote?",
    }),
    everyWorld("two candidates of three servers", {
      options: (answer) => ({
        nodes: cluster(three, (options) => serverGranting(answer, options)), timers: { s1: 1, s2: 1 }, properties: [electionSafety], reduce: true, maxWorlds: 60_000,
      }),
      look: "Somebody votes twice in one term. What had it noted when it was asked the second time?",
    }),
    everyWorld("the same, and the third server may crash", {
      options: (answer) => ({
        nodes: cluster(three, (options) => serverGranting(answer, options)), timers: { s1: 1, s2: 1 }, crashes: { s3: 1 },
        properties: [electionSafety], reduce: true, maxWorlds: 120_000,
      }),
      look: "The vote was told, and then its server crashed. Was it on disk?",
    }),
    oneRun("a candidate whose log lacks what is committed", {
      options: (answer) => ({
        nodes: clusterWith({ s1: [1, 1, 1, 1, 1, 1], s2: [1], s3: [1] }, 1, { s1: 400, s2: 60, s3: 9_000 }, (options) => serverGranting(answer, options)),
        network: { latency: 10 }, until: 3_000, properties: [leaderCompleteness],
        faults: [
          { at: 0, kind: "partition", groups: [["s1"], ["s2", "s3"]] }, { at: 250, kind: "crash", node: "s2" }, { at: 300, kind: "heal" },
        ],
      }),
      look: "The candidate's last entry is of an earlier term than the voter's. May it lead?",
    }),
    manySeeds("storms of loss, copies, crashes and cuts", {
      seeds: 6,
      options: (answer) => stormy(cluster(five, (options) => serverGranting(answer, options))),
      atEnd: (run) => (run.history.some(({ returnedAt }) => returnedAt !== null) ? null : "no command is ever answered"),
      look: { electionSafety: "Who voted twice in the term, and what did it know?", else: "Compare what a voter had noted with what it told." },
    }),
    manyCases("requests of all sorts", {
      cases: 300,
      draw: (chance) => ({
        self: { currentTerm: 3, votedFor: chance.pick([null, ...ids("s1", "s2")]), lastLogIndex: chance.below(3), lastLogTerm: chance.below(3) },
        request: {
          kind: "requestVote" as const, term: 2 + chance.below(2), candidateId: ids("s1")[0]!, lastLogIndex: chance.below(3), lastLogTerm: chance.below(3), transfer: false,
        },
      }),
      judge(answer, { self, request }) {
        const isBehind = request.lastLogTerm !== self.lastLogTerm ? request.lastLogTerm < self.lastLogTerm : request.lastLogIndex < self.lastLogIndex;
        const right = request.term === 3 && (self.votedFor === null || self.votedFor === "s1") && !isBehind;
        const voter = { ...self };
        const given: unknown = answer(voter, request, { persist() {} });
        if (given !== right) {
          return `a server of term 3 that has voted for ${self.votedFor ?? "nobody"} and whose log ends with entry ${self.lastLogIndex} of term ${self.lastLogTerm} ` +
            `is asked by s1 in term ${request.term}, whose log ends with entry ${request.lastLogIndex} of term ${request.lastLogTerm}: the answer was ${show(given)}, and must be ${right}`;
        }
        if (voter.votedFor === (right ? "s1" : self.votedFor)) return null;
        return `self.votedFor was ${self.votedFor ?? "null"}, the answer ${right}, and afterwards it is ${voter.votedFor ?? "null"}`;
      },
      look: "A repeated request of the same candidate gets the same yes; a request of an earlier term gets a no.",
    }),
  ],
});

// ----------------------------------------------------------------------------------------------- where a follower's log is cut

const seven: Readonly<Record<string, readonly number[]>> = {
  s1: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6], s2: [1, 1, 1, 4, 4, 5, 5, 6, 6], s3: [1, 1, 1, 4], s4: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
  s5: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7], s6: [1, 1, 1, 4, 4, 4, 4], s7: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
};

const cut: Exercise<CutRule> = new Exercise({
  chapter,
  words,
  name: "cut",
  task: "Say from where on a follower must cut off its log before it takes the leader's entries.",
  hints: [
    "Figure 2 says: if an existing entry conflicts with a new one, delete it and all that follow. When do two entries conflict? And what if none does?",
    "Messages come late, too. An old appendEntries may carry entries that the follower has had for long, and more behind them. What must happen to those behind?",
    "Go through the new entries: entry i has index prevLogIndex + 1 + i. If the log has no entry there, return null; if it has one of another term, return that index. At the end return null.",
  ],
  shape: isFunction,
  trials: [
    oneRun("the logs of the paper's figure 7", {
      options: (answer) => ({
        nodes: clusterWith(seven, 7, { s1: 60, s2: 9_000, s3: 9_000, s4: 9_000, s5: 9_000, s6: 9_000, s7: 9_000 }, (options) => serverCutting(answer, options)),
        network: { latency: 10 }, until: 1_000, properties: raftProperties,
      }),
      atEnd(run) {
        const logs = Object.keys(seven).map((name) => entriesOf((run.simulation.state(name) as Server).log).map(({ term }) => term).join(" "));
        const other = logs.findIndex((log) => log !== logs[0]);
        return other < 0 ? null : `after the repair s1 has the log ${logs[0]}, and s${other + 1} has ${logs[other]}`;
      },
      look: "Take the first entry at which the follower's term differs from the leader's. What becomes of it, and of those behind it?",
    }),
    oneRun("an old message comes late", {
      // The leader's first entries are sent twice; the copies come when more entries are already committed.
      options: (answer) => ({
        nodes: cluster(three, (options) => serverCutting(answer, options), { s1: 60, s2: 9_000, s3: 9_000 }),
        network: { latency: 10, links: { "s1>s2": { latency: { kind: "empirical", samples: [10, 10, 10, 60, 95] } } } },
        clients: { client: { operations: Array<typeof command>(40).fill(command), load: { kind: "open", perSecond: 100, arrivals: "even" }, from: 100, to: "s1" } as never },
        until: 700, properties: [committedStays, ...raftProperties],
      }),
      look: "The message was overtaken by later ones. Does any of its entries contradict what the follower has?",
    }),
    manyCases("logs and messages", {
      cases: 400,
      draw(chance) {
        const leader = drawLog(chance, 8);
        const common = chance.below(leader.length + 1);
        const tail = drawLog(chance, 4).map((term) => term + (leader[common - 1] ?? 0) + chance.below(2));
        const prevLogIndex = chance.below(common + 1);
        const log = [...leader.slice(0, common), ...tail].sort((one, other) => one - other);
        const from = leader.slice(0, prevLogIndex).every((term, i) => log[i] === term) ? prevLogIndex : 0;
        return { log, prevLogIndex: from, entries: leader.slice(from, from + chance.below(leader.length - from + 1)) };
      },
      judge(answer, { log, prevLogIndex, entries }) {
        const at = entries.findIndex((term, i) => prevLogIndex + i < log.length && log[prevLogIndex + i] !== term);
        const right = at < 0 ? null : prevLogIndex + at + 1;
        const given: unknown = answer([...log], prevLogIndex, [...entries]);
        if (given === right) return null;
        return `a follower with ${logWords(log)} gets the terms ${show(entries)} to follow entry ${prevLogIndex}: the answer was ${show(given)}, and must be ${show(right)}`;
      },
      look: "Only a real conflict cuts: the same index and another term.",
    }),
  ],
});

// ------------------------------------------------------------------------------------------------------- what is committed

const commit: Exercise<CommitRule> = new Exercise({
  chapter,
  words,
  name: "commit",
  task: "Say up to which entry a leader may commit.",
  hints: [
    "An entry is a candidate for commitment if a majority has it: as many servers as that have a matchIndex of at least its index, the leader included.",
    "That is not enough: of which term must the entry be? Look at figure 8 again.",
    "Go from the last index down: return the first index whose term is currentTerm and which more than half of matchIndex reach. Return 0 if there is none.",
  ],
  shape: isFunction,
  trials: [
    oneRun("five servers, no faults", {
      options: (answer) => quiet(cluster(five, (options) => serverCommitting(answer, options))),
      atEnd: nobodyServed,
      look: "Does an entry of the leader's own term get committed once three of five have it?",
    }),
    oneRun("two of five are down", {
      options: (answer) => ({
        ...quiet(cluster(five, (options) => serverCommitting(answer, options), { s1: 60, s2: 9_000, s3: 9_000, s4: 9_000, s5: 9_000 })),
        faults: [{ at: 300, kind: "crash", node: "s4" }, { at: 300, kind: "crash", node: "s5" }],
      }),
      atEnd: nobodyServed,
      look: "Two servers are down. May the leader wait for them?",
    }),
    oneRun("the paper's figure 8", {
      options: (answer) => ({
        nodes: clusterWith({ s1: [1, 2], s2: [1, 2], s3: [1], s4: [1], s5: [1, 3] }, 3, { s1: 60, s2: 9_000, s3: 9_000, s4: 9_000, s5: 200 }, (options) =>
          serverCommitting(answer, { ...options, noOp: false }),
        ),
        network: { latency: 10 }, until: 1_000, properties: [leaderCompleteness],
        faults: [
          { at: 0, kind: "crash", node: "s4" }, { at: 0, kind: "crash", node: "s5" }, { at: 125, kind: "crash", node: "s1" },
          { at: 150, kind: "restart", node: "s4" }, { at: 150, kind: "restart", node: "s5" },
        ],
      }),
      look: "The entry that was applied is of an earlier term than its leader's. Who could still be elected without it?",
    }),
    manyCases("logs and what the servers have", {
      cases: 400,
      draw(chance) {
        const log = drawLog(chance, 8);
        const n = 1 + chance.below(7);
        const matchIndex = Array.from({ length: n }, (_, i) => (i === 0 ? log.length : chance.below(log.length + 1)));
        return { log, matchIndex, currentTerm: (log[log.length - 1] ?? 0) + (chance.chance(0.7) ? 0 : 1) };
      },
      judge(answer, { log, matchIndex, currentTerm }) {
        let right = 0;
        log.forEach((term, i) => {
          if (term === currentTerm && matchIndex.filter((match) => match > i).length >= majority(matchIndex.length)) right = i + 1;
        });
        const given: unknown = answer([...log], [...matchIndex], currentTerm);
        if (given === right) return null;
        return `a leader of term ${currentTerm} with ${logWords(log)}, whose servers have ${show(matchIndex)}: the answer was ${show(given)}, and must be ${right}`;
      },
      look: "The highest index that a majority has; but only if its entry is of the current term.",
    }),
  ],
});

// ----------------------------------------------------------------------------------------------------- finding where logs part

/** A leader and a follower find where their logs part: how often the follower refuses; a text if they never do. */
function refusals(rule: BackUpRule, leader: readonly number[], follower: readonly number[]): number | string {
  let prevLogIndex = leader.length;
  for (let refused = 0; ; refused++) {
    const own = follower[prevLogIndex - 1];
    if (prevLogIndex === 0 || own === leader[prevLogIndex - 1]) return refused;
    const hint: Hint = own === undefined ? { term: null, index: follower.length + 1 } : { term: own, index: follower.indexOf(own) + 1 };
    const next: unknown = rule([...leader], prevLogIndex, hint);
    const asked = `a leader with ${logWords(leader)} is refused by a follower with ${logWords(follower)} after entry ${prevLogIndex}, with the hint ${show(hint)}`;
    if (!Number.isInteger(next) || (next as number) < 1) return `${asked}: the answer must be an index from 1, got ${show(next)}`;
    if ((next as number) > prevLogIndex) return `${asked}, and goes on with entry ${show(next)}: it will be refused again, for ever`;
    prevLogIndex = (next as number) - 1;
  }
}

const backUp: Exercise<BackUpRule> = new Exercise({
  chapter,
  words,
  name: "backUp",
  task: "Say which entry a leader sends next to a follower that has refused.",
  hints: [
    "If the follower's log is too short, the hint says where it ends. The leader can go right there.",
    "If the follower has another term there, the leader can skip that whole term: all its entries of it that the leader does not share. When might the leader share some?",
    "If hint.term is null, return hint.index. If the leader has entries of hint.term before prevLogIndex, return the index after the last of them; else return hint.index.",
  ],
  shape: isFunction,
  trials: [
    manyCases("pairs of logs", {
      cases: 600,
      draw(chance) {
        const leader = drawLog(chance, 14);
        const common = chance.below(leader.length + 1);
        const others = drawLog(chance, 10).map((term) => term + (leader[common - 1] ?? 1) - 1);
        return { leader, follower: [...leader.slice(0, common), ...others].sort((one, other) => one - other) };
      },
      judge(answer, { leader, follower }) {
        const refused = refusals(answer, leader, follower);
        if (typeof refused === "string") return refused;
        // One refusal if the log is too short, and then one for each term of the follower that is not the leader's.
        const most = new Set(follower).size + 1;
        if (refused <= most) return null;
        return `a leader with ${logWords(leader)} needs ${refused} refusals to find where the log of a follower with ${logWords(follower)} parts from it; ${most} are enough`;
      },
      look: "Which entries can be skipped at once, if the follower's entry is of another term?",
    }),
    manyCases("long logs that differ in few terms", {
      cases: 60,
      draw(chance) {
        const terms = (from: number): number[] => Array.from({ length: 3 }, (_, i) => Array<number>(5 + chance.below(12)).fill(from + 2 * i)).flat();
        const shared = Array<number>(1 + chance.below(6)).fill(1);
        return { leader: [...shared, ...terms(3)], follower: [...shared, ...terms(2)] };
      },
      judge(answer, { leader, follower }) {
        const refused = refusals(answer, leader, follower);
        if (typeof refused === "string") return refused;
        return refused <= 5 ? null : `logs of ${leader.length} and ${follower.length} entries that differ in three terms: ${refused} refusals, where 5 are enough`;
      },
      look: "Going back entry by entry takes as many refusals as there are entries. Skip terms.",
    }),
  ],
});

// ------------------------------------------------------------------------------------------------------- choosing time-outs

/** Elections with one of five servers down, in a network of this latency: how many of them split, and how long they take. */
function elections(rule: TimeoutRule, latency: readonly [number, number]): { readonly splits: number; readonly mean: number; readonly range: readonly [number, number] } {
  const range: unknown = rule([...latency]);
  const isRange = Array.isArray(range) && range.length === 2 && range.every((ms) => typeof ms === "number" && Number.isFinite(ms) && ms > 0) && range[0] <= range[1];
  if (!isRange) throw new TypeError(`the answer must be a pair [least, most] of ms above 0, got ${show(range)}`);
  const electionTimeout = range as [number, number];
  const role = server({ servers: five, electionTimeout, heartbeatInterval: electionTimeout[0] / 2 });
  let splits = 0;
  let sum = 0;
  for (let seed = 1; seed <= ELECTIONS; seed++) {
    let term = 0;
    const { ended } = simulate({
      seed, nodes: Object.fromEntries(five.map((name) => [name, role])), network: { latency }, faults: [{ at: 0, kind: "crash", node: "s5" }],
      limits: { time: 100 * latency[1] + 100 * electionTimeout[1] },
      until(event) {
        if (event.kind !== "send" || event.message.kind !== "appendEntries") return false;
        ({ term } = event.message as unknown as { readonly term: number });
        return true;
      },
    });
    splits += term === 1 ? 0 : 1;
    sum += ended.at;
  }
  return { splits, mean: sum / ELECTIONS, range: electionTimeout };
}

const ELECTIONS = 150;

function networkTrial(latency: readonly [number, number]): Trial<TimeoutRule> {
  const name = `messages of ${latency[0]} to ${latency[1]} ms`;
  return {
    name,
    run(answer) {
      const { splits, mean, range } = elections(answer, latency);
      const chosen = `with time-outs of ${range[0]} to ${range[1]} ms`;
      if (splits > 0.12 * ELECTIONS) {
        return wrong({
          problem: `${chosen}, ${splits} of ${ELECTIONS} first votes split; at most 12 in a hundred may`,
          look: "Two servers stand in the same term if their time-outs end within one latency of each other. How wide must the range be?",
        });
      }
      if (mean > 25 * latency[1]) {
        return wrong({
          problem: `${chosen}, it takes ${Math.round(mean)} ms until there is a leader; ${25 * latency[1]} ms must do`,
          look: "The least time-out is waited for every time. How long must it be, if a heartbeat must come in time?",
        });
      }
      if (range[0] < 4 * latency[1]) {
        return wrong({
          problem: `${chosen}, a heartbeat every ${range[0] / 2} ms is late by a single loss and ${latency[1]} ms of latency`,
          look: "A follower must hear of its leader within the least time-out, also if one heartbeat is lost. Leave room for a few latencies.",
        });
      }
      return { kind: "seen", what: `${ELECTIONS} elections, ${splits} of them split, ${Math.round(mean)} ms on the average` };
    },
  };
}

const timeouts: Exercise<TimeoutRule> = new Exercise({
  chapter,
  words,
  name: "timeouts",
  task: "Choose the election time-outs for a network: few split votes, and a short time without a leader.",
  hints: [
    "The closed form says: with one of five down, a latency of a tenth of the range splits about 5 votes in a hundred. A constant cannot suit a local and a wide-area network.",
    "The range should be about ten times the greatest latency, and the least time-out some times that latency, too: heartbeats must come in time.",
    "return [8 * most, 20 * most];",
  ],
  shape: isFunction,
  trials: [networkTrial([5, 10]), networkTrial([30, 40]), networkTrial([1, 2]), networkTrial([100, 150])],
});

/** The exercises of the chapter on Raft, by name. */
export const raftExercises: {
  readonly upToDate: Exercise<UpToDateRule>;
  readonly grant: Exercise<GrantRule>;
  readonly cut: Exercise<CutRule>;
  readonly commit: Exercise<CommitRule>;
  readonly backUp: Exercise<BackUpRule>;
  readonly timeouts: Exercise<TimeoutRule>;
} = { upToDate, grant, cut, commit, backUp, timeouts };
