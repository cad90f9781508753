import { show } from "../../core/parameters.js";
import { ids } from "../../core/role.js";
import { keyValueStore } from "../../consensus/key-value-store.js";
import { server as multiPaxosServer } from "../../consensus/multi-paxos/server.js";
import { server as paxosServer } from "../../consensus/paxos/server.js";
import { server as raftServer } from "../../consensus/raft/server.js";
import { simulate } from "../../sim/simulate.js";
import { only } from "../../trace/event.js";
import { Exercise } from "../exercise.js";
import { manyCases, wrong, type Trial } from "../trial.js";

const chapter = "3.1.3";

/** The protocols that the chapter compares. */
export type Protocol = "Paxos" | "Multi-Paxos" | "Raft";

/** How many messages so many servers send each other for one command, once there is a leader where there is one. */
export type CostRule = (protocol: Protocol, servers: number) => number;

/** How many messages of so many servers one command of Raft costs, if so many commands travel together. */
export type BatchCostRule = (servers: number, perBatch: number) => number;

/** How long after it got a command a leader can answer, in ms, if its followers are so far away, each way. */
export type CommitWaitRule = (oneWayMs: readonly number[]) => number;

/** How long after its last sign of life, in ms and in the mean, somebody stands in a dead leader's place. */
export type FirstStandRule = (followers: number, leastMs: number, mostMs: number) => number;

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

const names = (n: number) => ids(...Array.from({ length: n }, (_, i) => `s${i + 1}`));
const put = (i: number) => ({ kind: "put" as const, key: "k", value: String(i) });

/** What a run sent for its commands: signs of life and housekeeping left out. */
function forCommands(trace: Parameters<typeof only>[0]): number {
  return only(trace, "send").filter(({ from, to, message }) => {
    if (from === to) return false;
    const { entries, matchIndex, prevLogIndex } = message as { entries?: readonly unknown[]; matchIndex?: number; prevLogIndex?: number };
    if (entries !== undefined) return entries.length > 0;
    if (matchIndex !== undefined) return matchIndex > prevLogIndex!;
    return ["prepare", "promised", "accept", "accepted", "p2a", "p2b"].includes(message.kind);
  }).length;
}

/** The messages of ten commands, asked one at a time or in batches, counted in a run. */
function measured(protocol: Protocol, n: number, perBatch: number = 1): number {
  const of = names(n);
  const all = <R>(role: R): Record<string, R> => Object.fromEntries(of.map((name) => [name, role]));
  if (protocol === "Paxos") {
    const run = simulate({
      nodes: all(paxosServer({ servers: of })), network: { latency: 10 },
      requests: [{ at: 0, node: of[0]!, request: { kind: "propose", value: "x" } }],
    });
    return forCommands(run.trace);
  }
  const commands = 12;
  const moments = Array.from({ length: commands }, (_, i) => 600 + 100 * Math.floor(i / perBatch));
  if (protocol === "Multi-Paxos") {
    const run = simulate({
      nodes: all(multiPaxosServer({ servers: of, machine: keyValueStore, notices: "piggy-backed" })), network: { latency: 10 }, until: 3_000,
      requests: moments.map((at, i) => ({ at, node: of[0]!, request: { kind: "command" as const, operation: put(i) } })),
    });
    return forCommands(run.trace.filter(({ at }) => at >= 600)) / commands;
  }
  const options = { servers: of, machine: keyValueStore, ...(perBatch > 1 ? { batchDelay: 5 } : {}) };
  const nodes = { ...all(raftServer({ ...options, electionTimeout: [1_000, 2_000] })), [of[0]!]: raftServer({ ...options, electionTimeout: 200 }) };
  const run = simulate({
    nodes, network: { latency: 10 }, until: 3_000,
    requests: moments.map((at, i) => ({ at, node: of[0]!, request: { kind: "command" as const, command: put(i) } })),
  });
  return forCommands(run.trace.filter(({ at }) => at >= 600)) / commands;
}

function counted<A>(name: string, look: string, cases: readonly { readonly what: string; readonly count: () => number; readonly ask: (answer: A) => unknown }[]): Trial<A> {
  return {
    name,
    run(answer) {
      for (const { what, count, ask } of cases) {
        const given = ask(answer);
        const right = count();
        if (typeof given === "number" && Math.abs(given - right) < 1e-9) continue;
        return wrong({ problem: `${what}: the answer was ${show(given)}, and the run sent ${show(right)}`, look });
      }
      return { kind: "seen", what: `${cases.length} runs` };
    },
  };
}

const cost: Exercise<CostRule> = new Exercise({
  chapter,
  name: "cost",
  task: "Say how many messages one command costs.",
  hints: [
    "Count questions and their answers, and mind that a server that asks all others does not ask itself.",
    "Paxos has two phases, each with a question and an answer; with a leader only the second phase is left for a command.",
    "(protocol, n) => (protocol === \"Paxos\" ? 4 : 2) * (n - 1)",
  ],
  shape: isFunction,
  trials: (["Paxos", "Multi-Paxos", "Raft"] as const).map((protocol) =>
    counted<CostRule>(
      `clusters of ${protocol}`, "How many others does a server ask, and in how many phases?",
      [3, 4, 5, 7].map((n) => ({ what: `${protocol} with ${n} servers`, count: () => measured(protocol, n), ask: (answer) => answer(protocol, n) })),
    ),
  ),
});

const batchCost: Exercise<BatchCostRule> = new Exercise({
  chapter,
  name: "batchCost",
  task: "Say how many messages one command costs, if commands travel in batches.",
  hints: [
    "How many messages does a whole batch take? Does it matter how many commands are in it?",
    "A batch takes what a single command takes: one message to each follower, and one answer of each.",
    "(n, perBatch) => (2 * (n - 1)) / perBatch",
  ],
  shape: isFunction,
  trials: [
    counted<BatchCostRule>(
      "batches of 1 to 6 commands", "A batch takes as many messages as a single command. So what does each of its commands take?",
      [[3, 1], [3, 2], [5, 3], [5, 4], [7, 6]].map(([n, perBatch]) => ({
        what: `${n} servers and ${perBatch} commands in each batch`, count: () => measured("Raft", n!, perBatch), ask: (answer) => answer(n!, perBatch!),
      })),
    ),
  ],
});

/** What a leader of Raft took to answer one command, with followers at these distances. */
function answeredAfter(oneWayMs: readonly number[]): number {
  const of = names(oneWayMs.length + 1);
  const role = (electionTimeout: number) => raftServer({ servers: of, machine: keyValueStore, electionTimeout, heartbeatInterval: 1_000 });
  const run = simulate({
    nodes: Object.fromEntries(of.map((name, i) => [name, role(i === 0 ? 1_500 : 9_000)])),
    network: { latency: 1, links: Object.fromEntries(oneWayMs.map((latency, i) => [`${of[0]}<>${of[i + 1]}`, { latency }])) },
    requests: [{ at: 2_600, node: of[0]!, request: { kind: "command", command: put(1) } }],
    until: 3_400,
  });
  return only(run.trace, "reply")[0]!.at - 2_600;
}

const commitWait: Exercise<CommitWaitRule> = new Exercise({
  chapter,
  name: "commitWait",
  task: "Say how long a leader with followers at these distances takes to commit a command.",
  hints: [
    "The leader sends to all followers at once. Whose answers does it need, and whose does it not wait for?",
    "With itself it needs more than half of all servers: of n - 1 followers the nearest Math.floor(n / 2). The last of these decides, and it is asked and answers.",
    "(oneWayMs) => { const near = [...oneWayMs].sort((a, b) => a - b); return 2 * near[Math.ceil(near.length / 2) - 1]; }",
  ],
  shape: isFunction,
  trials: [
    manyCases<CommitWaitRule, readonly number[]>("followers near and far", {
      cases: 40,
      draw: (chance) => Array.from({ length: 2 + chance.below(6) }, () => 1 + chance.below(150)),
      judge(answer, oneWayMs) {
        const right = answeredAfter(oneWayMs);
        const given: unknown = answer(oneWayMs);
        if (typeof given === "number" && Math.abs(given - right) < 1e-6) return null;
        return `followers ${oneWayMs.join(", ")} ms away, each way: the answer was ${show(given)}, and the run took ${right} ms`;
      },
      look: "Which follower's answer makes a majority, the leader counted in? It is asked and it answers: two ways.",
    }),
  ],
});

/** The mean over so many runs of the time from the last heartbeat to the first candidate. */
function firstStands(followers: number, [least, most]: readonly [number, number], firstSeed: number, runs: number): number {
  const of = names(followers + 1);
  const options = { servers: of, machine: keyValueStore, heartbeatInterval: 40 };
  const role = raftServer({ ...options, electionTimeout: [least, most] });
  const nodes = { ...Object.fromEntries(of.map((name) => [name, role])), [of[0]!]: raftServer({ ...options, electionTimeout: least / 2 }) };
  let sum = 0;
  for (let i = 0; i < runs; i++) {
    const crash = least + 100;
    const { trace } = simulate({
      seed: `first stand ${firstSeed + i}`, nodes, network: { latency: 10 }, faults: [{ at: crash, kind: "crash", node: of[0]! }],
      until: (event) => event.kind === "send" && event.at > crash && event.message.kind === "requestVote",
    });
    const heard = Math.max(...only(trace, "deliver").filter(({ message }) => message.kind === "appendEntries").map(({ at }) => at));
    sum += only(trace, "send").at(-1)!.at - heard;
  }
  return sum / runs;
}

const firstStand: Exercise<FirstStandRule> = new Exercise({
  chapter,
  name: "firstStand",
  task: "Say how long it takes in the mean until somebody stands in a dead leader's place.",
  hints: [
    "Each follower draws its patience between the least and the most. Who stands first: one in the middle, or the least patient one?",
    "The smallest of k numbers drawn evenly between 0 and 1 is 1 / (k + 1) in the mean.",
    "(followers, leastMs, mostMs) => leastMs + (mostMs - leastMs) / (followers + 1)",
  ],
  shape: isFunction,
  trials: [
    {
      name: "leaders that crash",
      run(answer, firstSeed = 1) {
        for (const [followers, least, most] of [[2, 150, 300], [4, 150, 300], [6, 200, 600]] as const) {
          const right = firstStands(followers, [least, most], firstSeed, 100);
          const given: unknown = answer(followers, least, most);
          // The mean of a hundred runs is off by less than a tenth of the range.
          if (typeof given === "number" && Math.abs(given - right) < 0.1 * (most - least)) continue;
          return wrong({
            problem: `${followers} followers, patience from ${least} to ${most} ms: the answer was ${show(given)}, and in 100 runs it was ${Math.round(right)} ms in the mean`,
            look: "The first to lose patience ends the wait for all. What is the mean of the smallest of several draws?",
          });
        }
        return { kind: "seen", what: "300 runs" };
      },
    },
  ],
});

/** The exercises of the chapter that compares Paxos, Multi-Paxos and Raft, by name. */
export const comparisonExercises: {
  readonly cost: Exercise<CostRule>;
  readonly batchCost: Exercise<BatchCostRule>;
  readonly commitWait: Exercise<CommitWaitRule>;
  readonly firstStand: Exercise<FirstStandRule>;
} = { cost, batchCost, commitWait, firstStand };
