import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import { ids, type NodeId } from "../../core/role.js";
import { machineWords, withResults } from "../../consensus/raft/answers.js";
import { configurationOf, type Configuration } from "../../consensus/raft/configuration.js";
import { isQuorum } from "../../consensus/raft/quorum.js";
import { server } from "../../consensus/raft/server.js";
import type { Server } from "../../consensus/raft/state.js";
import { keyValueStore } from "../../consensus/key-value-store.js";
import type { StateMachine } from "../../consensus/state-machine.js";
import { linearizable } from "../../history/linearizable.js";
import { keyValueMap } from "../../history/models.js";
import { historyOf } from "../../history/record.js";
import { simulate } from "../../sim/simulate.js";
import { record, Simulation } from "../../sim/simulation.js";
import { Exercise } from "../exercise.js";
import { manyCases, wrong, type Trial } from "../trial.js";

const chapter = "3.1.2.2";

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

function drawTerms(chance: Stream, most: number): number[] {
  let term = 1;
  return Array.from({ length: chance.below(most + 1) }, () => (term += chance.chance(0.35) ? 1 : 0));
}

// --------------------------------------------------------------------------------------------- quorums of a joint configuration

/** Whether those who say yes are a quorum; `outgoing` are the voters of before, nobody where the configuration is not joint. */
export type JointQuorumRule = (voters: readonly string[], outgoing: readonly string[], yes: ReadonlySet<string>) => boolean;

const jointQuorum: Exercise<JointQuorumRule> = new Exercise({
  chapter,
  name: "jointQuorum",
  task: "Say whether those who agree are a quorum of a configuration that may be joint.",
  hints: [
    "Count for each of the two sets by itself how many of its members agree. Members of both count in both.",
    "A majority of n is more than n / 2. In a joint configuration both sets must have one; what if there is no old set?",
    "const has = (set) => set.filter((node) => yes.has(node)).length > set.length / 2; return has(voters) && (outgoing.length === 0 || has(outgoing));",
  ],
  shape: isFunction,
  trials: [
    manyCases("configurations and those who agree", {
      cases: 500,
      draw(chance) {
        const all = ids("s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9");
        const some = (least: number): readonly NodeId[] => chance.shuffle(all).slice(0, least + chance.below(6));
        const configuration: Configuration = { ...configurationOf(some(1)), outgoing: chance.chance(0.6) ? some(1) : [] };
        return { configuration, yes: new Set(some(0)) };
      },
      judge(answer, { configuration, yes }) {
        const { voters, outgoing } = configuration;
        const right = isQuorum(configuration, yes);
        const given: unknown = answer(voters, outgoing, yes);
        if (given === right) return null;
        const before = outgoing.length === 0 ? "" : ` and before ${outgoing.join(" ")}`;
        return `voters ${voters.join(" ")}${before}; ${yes.size === 0 ? "nobody agrees" : `${[...yes].join(" ")} agree`}: the answer was ${show(given)}, and must be ${right}`;
      },
      look: "Take each set by itself: is more than half of it among those who agree?",
    }),
  ],
});

// ---------------------------------------------------------------------------------------------- what stays behind a snapshot

/** How many entries of its log a follower keeps behind a snapshot that ends with this entry; the log as the terms of its entries. */
export type SuffixRule = (log: readonly number[], lastIncludedIndex: number, lastIncludedTerm: number) => number;

const suffix: Exercise<SuffixRule> = new Exercise({
  chapter,
  name: "suffix",
  task: "Say how many entries of its log a follower keeps when it installs a snapshot.",
  hints: [
    "A snapshot may be older than the log: a late copy of one that was sent long ago. Is what lies behind it worth keeping?",
    "If the log has the snapshot's last entry, index and term, then the two agree up to there, and what follows may be right. Otherwise nothing in the log is known to be.",
    "return log[lastIncludedIndex - 1] === lastIncludedTerm ? log.length - lastIncludedIndex : 0;",
  ],
  shape: isFunction,
  trials: [
    manyCases("logs and snapshots", {
      cases: 500,
      draw(chance) {
        const log = drawTerms(chance, 8);
        const index = 1 + chance.below(9);
        const own = log[index - 1];
        return { log, index, term: own !== undefined && chance.chance(0.6) ? own : 1 + chance.below(4) };
      },
      judge(answer, { log, index, term }) {
        const right = log[index - 1] === term ? log.length - index : 0;
        const given: unknown = answer([...log], index, term);
        if (given === right) return null;
        const has = log.length === 0 ? "an empty log" : `the log ${log.join(" ")}`;
        return `a follower with ${has} gets a snapshot up to entry ${index} of term ${term}: the answer was ${show(given)}, and must be ${right}`;
      },
      look: "Does the log have the very entry with which the snapshot ends?",
    }),
  ],
});

// -------------------------------------------------------------------------------------------------------------- exactly once

/** What is known of a client: the results of its latest commands by serial, and up to which serial they are forgotten. */
export interface KnownClient {
  readonly results: ReadonlyMap<number, string>;
  readonly forgotten: number;
}

/** What to do with a command of this serial: perform it, answer it with the result that is known, or refuse it. */
export type SessionRule = (client: KnownClient, serial: number) => "perform" | "answer" | "refuse";

/** A text to which clients append letters, and what the learner's rule makes of their second tries. */
function textKeptBy(rule: SessionRule): StateMachine<TextState, Letter, string> {
  return {
    initial: { text: "", clients: {} },
    apply(state, { client, serial, letter }) {
      const known = state.clients[client] ?? { results: {}, forgotten: 0 };
      const results = new Map(Object.entries(known.results).map(([key, result]) => [Number(key), result]));
      const deed: unknown = rule({ results, forgotten: known.forgotten }, serial);
      if (deed === "refuse") return { state, result: "refused" };
      if (deed === "answer") return { state, result: results.get(serial) ?? "nothing is known" };
      if (deed !== "perform") throw new TypeError(`the answer must be "perform", "answer" or "refuse", got ${show(deed)}`);
      const result = `letter ${state.text.length + 1}`;
      results.set(serial, result);
      let { forgotten } = known;
      while (results.size > REMEMBERED) {
        const oldest = Math.min(...results.keys());
        results.delete(oldest);
        forgotten = Math.max(forgotten, oldest);
      }
      return { state: { text: state.text + letter, clients: { ...state.clients, [client]: { results: Object.fromEntries(results), forgotten } } }, result };
    },
  };
}

interface Letter {
  readonly client: string;
  readonly serial: number;
  readonly letter: string;
}

interface TextState {
  readonly text: string;
  readonly clients: Readonly<Record<string, { readonly results: Readonly<Record<string, string>>; readonly forgotten: number }>>;
}

const REMEMBERED = 4;
const LETTERS = 8;

const onceInACluster: Trial<SessionRule> = {
  name: "two clients append letters, and a fifth of all messages get lost",
  run(answer) {
    const servers = ids("s1", "s2", "s3");
    const role = server({ servers, machine: textKeptBy(answer), sessions: false });
    for (let seed = 1; seed <= 12; seed++) {
      const clients = Object.fromEntries(["a", "b"].map((client, i) => {
        const operations = Array.from({ length: LETTERS }, (_, j) => ({
          kind: "command" as const, command: { client, serial: j + 1, letter: String.fromCharCode(97 + 13 * i + j) },
        }));
        return [client, { operations, from: 500, timeoutMs: 60, retries: 200 }];
      }));
      const run = simulate({
        seed, nodes: { s1: role, s2: role, s3: role }, network: { latency: [5, 10], loss: 0.2 }, clients, until: 15_000,
      });
      const texts = servers.map((name) => (run.simulation.state(name as "s1") as Server<TextState> | null)?.machine.text ?? "");
      const text = texts.reduce((longest, one) => (one.length > longest.length ? one : longest));
      const twice = [...text].find((letter, i) => text.indexOf(letter) !== i);
      if (twice !== undefined) {
        return { ...wrong({ problem: `the text is ${show(text)}: the letter ${twice} was appended twice`, look: "The client asked again because an answer was lost. What was known of its serial then?", trace: run.trace }), seed };
      }
      if (text.length < 2 * LETTERS) {
        return { ...wrong({ problem: `the text is ${show(text)}: letters are missing, although the clients asked until they were answered`, look: "What does the rule say to a serial that is new?", trace: run.trace }), seed };
      }
    }
    return { kind: "seen", what: "12 runs" };
  },
};

const session: Exercise<SessionRule> = new Exercise({
  chapter,
  name: "session",
  task: "Say what to do with a command that may have been performed before.",
  hints: [
    "There are three cases: the serial's result is still known, it was known once and is forgotten, or the serial is new.",
    "Serials may come out of order: a client can have several commands under way. So a serial below the highest one may still be new.",
    "if (client.results.has(serial)) return \"answer\"; return serial <= client.forgotten ? \"refuse\" : \"perform\";",
  ],
  shape: isFunction,
  trials: [
    onceInACluster,
    manyCases("clients and serials", {
      cases: 300,
      draw(chance) {
        const forgotten = chance.below(5);
        const known = [1, 2, 3, 4, 5].map((i) => forgotten + i).filter(() => chance.chance(0.5));
        return { forgotten, known, serial: 1 + chance.below(forgotten + 7) };
      },
      judge(answer, { forgotten, known, serial }) {
        const right = known.includes(serial) ? "answer" : serial <= forgotten ? "refuse" : "perform";
        const given: unknown = answer({ results: new Map(known.map((one) => [one, `result of ${one}`])), forgotten }, serial);
        if (given === right) return null;
        return `results of ${known.join(", ") || "nothing"} are known, those up to ${forgotten} are forgotten, and serial ${serial} comes: the answer was ${show(given)}, and must be ${show(right)}`;
      },
      look: "Was it performed, and is the result still known? May it have been performed and been forgotten?",
    }),
  ],
});

// ---------------------------------------------------------------------------------------------------------------- the lease

/** Until when, by its own clock, a leader may serve reads, if a majority has answered a heartbeat that it sent at `sentAt`; in ms. */
export type LeaseTimeRule = (sentAt: number, electionTimeout: number, clockDriftBound: number) => number;

const SLOW = 1 / 3;

/** A leader whose clock runs at a third of the true rate is cut off from the others, with a reader beside it. */
const leaseUnderDrift: Trial<LeaseTimeRule> = {
  name: "a leader that is cut off, and whose clock runs at a third of the true rate",
  run(answer) {
    const [electionTimeout, drift] = [150, 4];
    const length = answer(0, electionTimeout, drift);
    if (typeof length !== "number" || !Number.isFinite(length)) throw new TypeError(`the answer must be a time in ms, got ${show(length)}`);
    if (length <= 0) return wrong({ problem: `a heartbeat sent at 0 gives a lease until ${show(length)}, which is none`, look: "How long can nobody else have been elected?" });
    // The server divides by its bound; so it is given the bound that makes its lease as long as the learner's.
    const bound = electionTimeout / length;
    if (bound < 1) return wrong({ problem: `with time-outs of ${electionTimeout} ms the lease lasts ${length} ms: longer than the patience of a voter`, look: "After how long may a voter that has answered elect somebody else?" });
    const servers = ids("s1", "s2", "s3");
    const role = server({ servers, machine: keyValueStore, reads: "lease", checkQuorum: true, clockDriftBound: bound });
    const common = { from: 600, until: 1_500, timeoutMs: 100, retries: 20, load: { kind: "closed" as const, think: 20 } };
    for (let seed = 1; seed <= 12; seed++) {
      const readers = servers.map((to) => [`reader of ${to}`, { ...common, to, operations: () => ({ kind: "read" as const, query: { kind: "get" as const, key: "x" } }) }]);
      const writer = { ...common, operations: (_: Stream, i: number) => ({ kind: "command" as const, command: { kind: "put" as const, key: "x", value: String(i) } }) };
      const simulation = new Simulation({
        seed, nodes: Object.fromEntries(servers.map((name) => [name, role])), network: { latency: [1, 8] },
        clients: { writer, ...Object.fromEntries(readers) },
      });
      const trace = record(simulation);
      simulation.run({ until: 900 });
      const leader = servers.find((name) => (simulation.state(name) as Server | null)?.role === "leader") ?? servers[0]!;
      simulation.strike({ kind: "skew", node: leader, offsetMs: 0, rate: SLOW });
      simulation.strike({ kind: "partition", groups: [[leader, `reader of ${leader}`], [...servers.filter((name) => name !== leader), "writer"]] });
      simulation.run({ until: 1_600 });
      const verdict = linearizable(historyOf(withResults(simulation.history), machineWords), keyValueMap());
      if (verdict.kind === "violated") {
        return { ...wrong({ problem: `a read answered with what had been overwritten: ${verdict.reason}`, look: "The leader's clock is slow, so its lease ends late. By how much can it stretch a lease?", trace }), seed, shownAt: verdict.stuck[0]!.returnedAt! };
      }
    }
    return { kind: "seen", what: "12 runs, all linearizable" };
  },
};

const lease: Exercise<LeaseTimeRule> = new Exercise({
  chapter,
  name: "lease",
  task: "Say how long a leader may answer reads by itself.",
  hints: [
    "Whoever has answered the heartbeat elects nobody else for an election time-out. Counted from when: the sending, or the answer?",
    "The voters may have counted from as early as the sending. And their clocks may run faster than the leader's, by the factor clockDriftBound.",
    "return sentAt + electionTimeout / clockDriftBound;",
  ],
  shape: isFunction,
  trials: [
    leaseUnderDrift,
    manyCases("heartbeats, time-outs and clocks", {
      cases: 200,
      draw: (chance) => ({ sentAt: chance.below(1_000), electionTimeout: 50 + chance.below(950), bound: 1 + chance.below(31) / 10 }),
      judge(answer, { sentAt, electionTimeout, bound }) {
        const latest = sentAt + electionTimeout / bound;
        const given: unknown = answer(sentAt, electionTimeout, bound);
        const asked = `a heartbeat sent at ${sentAt} ms, time-outs of at least ${electionTimeout} ms, clocks that differ by a factor of at most ${bound}: the answer was ${show(given)}`;
        if (typeof given !== "number" || given > latest + 1e-6) return `${asked}, and after ${Math.round(latest)} ms somebody else may have been elected`;
        return given < latest - 0.1 * (electionTimeout / bound) ? `${asked}; that is safe, and wastes more than a tenth of the lease that is possible, until ${Math.round(latest)} ms` : null;
      },
      look: "From the sending on, an election time-out, divided by what clocks may differ.",
    }),
  ],
});

// ------------------------------------------------------------------------------------------------------- changing the members

/** What a leader knows when it is asked to change the configuration. */
export interface BeforeChange {
  readonly currentTerm: number;
  readonly commitIndex: number;
  /** The term of the entry at the commit index; 0 if nothing is committed. */
  readonly termOfCommitted: number;
  /** Where in the log the latest configuration stands. */
  readonly configurationIndex: number;
}

/** Whether the leader may change the configuration now. */
export type MayChangeRule = (leader: BeforeChange) => boolean;

const mayChange: Exercise<MayChangeRule> = new Exercise({
  chapter,
  name: "mayChange",
  task: "Say whether a leader may change the configuration now.",
  hints: [
    "Two changes at once could differ by two servers from the configuration before. So the one before must be out of the way. When is it?",
    "The errata of 2015 add a rule: the leader must be sure that no change of an earlier leader is still under way. What has to be committed for that?",
    "return configurationIndex <= commitIndex && termOfCommitted === currentTerm;",
  ],
  shape: isFunction,
  trials: [
    manyCases("leaders that are asked", {
      cases: 300,
      draw(chance) {
        const commitIndex = chance.below(6);
        const currentTerm = 1 + chance.below(4);
        return { currentTerm, commitIndex, termOfCommitted: commitIndex === 0 ? 0 : 1 + chance.below(currentTerm), configurationIndex: chance.below(6) };
      },
      judge(answer, leader) {
        const { currentTerm, commitIndex, termOfCommitted, configurationIndex } = leader;
        const right = configurationIndex <= commitIndex && termOfCommitted === currentTerm;
        const given: unknown = answer(leader);
        if (given === right) return null;
        return `a leader of term ${currentTerm} has committed up to entry ${commitIndex}, which is of term ${termOfCommitted}, and its latest configuration is entry ${configurationIndex}: ` +
          `the answer was ${show(given)}, and must be ${right}, because ${
            configurationIndex > commitIndex ? "the configuration before it may still vanish"
            : termOfCommitted !== currentTerm ? "a change of an earlier leader, which it knows nothing of, may still be under way"
            : "nothing stands in the way"}`;
      },
      look: "The latest configuration must be committed, and so must an entry of the leader's own term.",
    }),
  ],
});

// -------------------------------------------------------------------------------------------------------------- reading

/** A read that waits at the leader. */
export interface WaitingRead {
  /** The commit index when it came. */
  readonly readIndex: number;
  /** The round of heartbeats that began after it came. */
  readonly round: number;
}

/** What the leader knows. */
export interface Reader {
  /** The latest round of heartbeats that each voter has answered, the leader's own first. */
  readonly acknowledged: readonly number[];
  readonly lastApplied: number;
  /** Whether an entry of the leader's own term is committed. */
  readonly ownTermCommitted: boolean;
}

/** Whether the leader may answer the read now. */
export type ReadRule = (read: WaitingRead, leader: Reader) => boolean;

const mayRead: Exercise<ReadRule> = new Exercise({
  chapter,
  name: "mayRead",
  task: "Say whether a leader may answer a read now, by ReadIndex.",
  hints: [
    "Three things can stand in the way: it may lead no more, its state may be behind the read's index, or it may not know yet what is committed.",
    "It still led when the read came if a majority has answered a round that began after the read came: that round, or a later one.",
    "return ownTermCommitted && lastApplied >= readIndex && acknowledged.filter((one) => one >= round).length > acknowledged.length / 2;",
  ],
  shape: isFunction,
  trials: [
    manyCases("reads that wait", {
      cases: 500,
      draw(chance) {
        const n = 3 + 2 * chance.below(3);
        const round = 1 + chance.below(4);
        const acknowledged = Array.from({ length: n }, (_, i) => (i === 0 ? 5 : chance.below(6)));
        return { read: { readIndex: chance.below(6), round }, leader: { acknowledged, lastApplied: chance.below(8), ownTermCommitted: chance.chance(0.8) } };
      },
      judge(answer, { read, leader }) {
        const { acknowledged, lastApplied, ownTermCommitted } = leader;
        const heard = acknowledged.filter((one) => one >= read.round).length > acknowledged.length / 2;
        const right = ownTermCommitted && heard && lastApplied >= read.readIndex;
        const given: unknown = answer(read, leader);
        if (given === right) return null;
        return `a read of index ${read.readIndex} that waits for round ${read.round}; the voters have answered the rounds ${acknowledged.join(" ")}, ` +
          `entry ${lastApplied} is applied, and an entry of the leader's term is ${ownTermCommitted ? "" : "not "}committed: the answer was ${show(given)}, and must be ${right}`;
      },
      look: "It leads (a majority answered that round or a later one), it knows what is committed, and it has applied up to there.",
    }),
  ],
});

/** The exercises of the chapter on Raft in service, by name. */
export const raftInServiceExercises: {
  readonly jointQuorum: Exercise<JointQuorumRule>;
  readonly suffix: Exercise<SuffixRule>;
  readonly session: Exercise<SessionRule>;
  readonly lease: Exercise<LeaseTimeRule>;
  readonly mayChange: Exercise<MayChangeRule>;
  readonly mayRead: Exercise<ReadRule>;
} = { jointQuorum, suffix, session, lease, mayChange, mayRead };
