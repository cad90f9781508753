import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import type { NodeId, Role } from "../../core/role.js";
import { linearizableAnswers } from "../../history/property.js";
import type { SeedOptions } from "../../check/seeds.js";
import type { Nodes } from "../../sim/options.js";
import type { NemesisOptions } from "../../sim/nemesis.js";
import { simulate, type Run } from "../../sim/simulate.js";
import { only } from "../../trace/event.js";
import { Exercise } from "../exercise.js";
import { everyWorld, manyCases, manySeeds, wrong, type Trial } from "../trial.js";
import { coordinator, place, shard } from "./project-parts.js";
import {
  isAbort, judgeStore, storeModel, storeOf, type CoordinatorMaker, type PlaceRule, type ProjectOptions, type ShardMaker, type ShareDone, type ShareOutcome, type StoreAnswer, type StoreParts, type StoreRequest, type StoreStep,
} from "./project-store.js";

const chapter = "6.3";

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

const transact = (...steps: readonly StoreStep[]) => ({ kind: "transact", steps }) as const;
const read = (key: string): StoreStep => ({ kind: "read", key });
const add = (key: string, amount: number, atLeast?: number): StoreStep => ({ kind: "add", key, amount, ...(atLeast === undefined ? {} : { atLeast }) });
const keys = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `k${i + 1}`);
const hundred = (count: number): Readonly<Record<string, number>> => Object.fromEntries(keys(count).map((key) => [key, 100]));

// ---------------------------------------------------------------------------------------------------- where a key is

const fewShards = (chance: Stream) => {
  const shards = Array.from({ length: 2 + chance.below(8) }, (_, i) => `s${i + 1}`);
  const asked = Array.from({ length: 2_000 }, (_, i) => `${chance.pick(["user", "cart", "", "__proto__", "键"])}${i}`);
  return { shards, asked };
};

const placeTrials: readonly Trial<PlaceRule>[] = [
  manyCases("every key has one place", {
    cases: 20,
    draw: fewShards,
    judge(rule, { shards, asked }) {
      for (const key of asked) {
        const name = rule(key, shards);
        if (!shards.includes(name)) return `of ${shards.join(", ")}, the key ${show(key)} is to be in ${show(name)}`;
        if (rule(key, [...shards]) !== name) return `asked twice for the key ${show(key)}, it gives two places`;
      }
      return null;
    },
    look: "The answer must be one of the names it is given, and hang on nothing but the key and the names.",
  }),
  manyCases("the shards share the keys", {
    cases: 20,
    draw: fewShards,
    judge(rule, { shards, asked }) {
      const counts = new Map(shards.map((name) => [name, 0]));
      for (const key of asked) counts.set(rule(key, shards), counts.get(rule(key, shards))! + 1);
      const most = Math.max(...counts.values());
      const mean = asked.length / shards.length;
      return most > 1.35 * mean ? `with ${shards.length} shards, one has ${most} of ${asked.length} keys, ${(most / mean).toFixed(2)} times its share` : null;
    },
    look: "A ring with one point a shard is that uneven. More points help, and other schemes do; see chapter 3.3.1.",
  }),
  manyCases("a new shard takes its share, and nothing else moves", {
    cases: 20,
    draw: fewShards,
    judge(rule, { shards, asked }) {
      const newcomer = `s${shards.length + 1}`;
      const moved = asked.filter((key) => rule(key, shards) !== rule(key, [...shards, newcomer]));
      const stray = moved.find((key) => rule(key, [...shards, newcomer]) !== newcomer);
      if (stray !== undefined) return `when ${newcomer} comes, the key ${show(stray)} moves between two old shards`;
      const share = moved.length / asked.length;
      return share > 1.4 / (shards.length + 1) ? `when ${newcomer} comes to ${shards.length} shards, ${(100 * share).toFixed(0)} % of the keys move` : null;
    },
    look: "A hash modulo the number of shards moves nearly everything. What does not?",
  }),
];

const placeRule: Exercise<PlaceRule> = new Exercise({
  chapter,
  name: "placeRule",
  task: "Say which shard holds a key.",
  hints: [
    "It is the question of chapter 3.3.1, and `distlab/placement` has ten answers.",
    "The shards have numbers here: their places in the list. One of the schemes needs no more than that.",
    "shards[jumpHash(murmur.word(key), shards.length)]",
  ],
  shape: isFunction,
  trials: placeTrials,
});

const wholeLook = {
  "linearizable answers": "Which keys does the answer that fits no order speak of, and who else had them at that time? Follow the votes.",
  "no rule throws": "The error says what it met. Which message came late, or twice?",
  else: "Find the last transaction on the key that is wrong or stuck. What did its shard know, and what was on its disk?",
};

// ---------------------------------------------------------------------------------------------------- runs

/** The store alone, without replicas: two shards with a key each, so that the explorer can go everywhere. */
function bare(parts: Partial<StoreParts>, values: Readonly<Record<string, number>> = { x: 100, y: 100 }) {
  const shards = Object.keys(values).map((_, i) => `s${i + 1}`);
  const at = (key: string): string => shards[Object.keys(values).indexOf(key)]!;
  return storeOf({ place: at, shard, coordinator, ...parts }, { shards, values, replicas: 1 }).nodes;
}

/** Every world of a bare store: what clients are told is what one store would tell that does whole transactions. */
function worlds<A>(name: string, options: (answer: A) => object): Trial<A> {
  const properties = [linearizableAnswers(storeModel({ x: 100, y: 100 }), { failed: isAbort })];
  // A sound answer of another make may need more worlds than ours, which needs 30,000 at most.
  return everyWorld(name, { options: (answer) => ({ ...options(answer), properties, reduce: true, maxWorlds: 300_000 }) as never, look: wholeLook });
}

/** Transactions that clients draw, all on the first keys: transfers, some of which read what they leave, and looks at two keys. */
function work(hot: number, count: number) {
  return (chance: Stream, serial: number) => {
    if (serial > count) return null;
    const [one, other] = chance.shuffle(keys(hot));
    if (chance.chance(0.3)) return transact(read(one!), read(other!));
    const amount = 1 + chance.below(5);
    return chance.chance(0.2) ? transact(add(one!, -amount, 0), read(one!), add(other!, amount)) : transact(add(one!, -amount, 0), add(other!, amount));
  };
}

interface Weather {
  readonly hot: number;
  readonly each: number;
  readonly network: SeedOptions["network"];
  readonly nemesis?: NemesisOptions;
  readonly faults?: SeedOptions["faults"];
  readonly store?: Partial<ProjectOptions>;
}

const lastStep = 10_500;
const values = hundred(12);

/** A store, its clients, and somebody who reads everything when all is calm again. */
function day(parts: StoreParts, { hot, each, network, nemesis, faults, store }: Weather): SeedOptions {
  const { nodes, entries } = storeOf(parts, { values, ...store });
  const client = { operations: work(hot, each), to: entries, timeoutMs: 400, retries: 40, backoff: [5, 50] as const, from: 600 };
  return {
    nodes: nodes as Nodes,
    network: network ?? {},
    disk: { flush: [0, 2] },
    clients: {
      a: client, b: client, d: client,
      audit: { operations: Array.from({ length: 3 }, () => transact(...keys(12).map(read))), to: entries, timeoutMs: 400, retries: 10, from: 8_500, load: { kind: "closed", think: 100 } },
    },
    ...(nemesis ? { nemesis } : {}),
    ...(faults ? { faults } : {}),
    // A store that talks without end is stopped; a sound one needs a tenth of this.
    limits: { events: 200_000 },
    until: lastStep,
  };
}

/** What must be true when the day is over: every answer fits, the last look came through, and enough was done. */
function judgeDay(least: number) {
  return ({ history }: Run<Nodes>): string | null => {
    const problem = judgeStore(history, values);
    if (problem !== null) return problem;
    const open = history.find(({ client, returnedAt }) => client !== "audit" && returnedAt === null);
    if (open) return `${open.call} never got an answer, though nothing has failed for seconds`;
    const audits = history.filter(({ client }) => client === "audit");
    if (audits.length > 0 && audits.every((operation) => operation.returnedAt === null || isAbort(operation))) {
      return "long after everything was well again, a look at all keys still could not commit: some lock was never given back";
    }
    const done = history.filter(({ client }) => client !== "audit");
    const commits = done.filter((operation) => !isAbort(operation)).length;
    return commits < least * done.length ? `only ${commits} of ${done.length} transactions committed; at least ${least * 100} % should here` : null;
  };
}


// ---------------------------------------------------------------------------------------------------- a shard

const transfer = { node: "c", request: transact(add("x", -10, 0), add("y", 10)) } as const;
const look = { node: "c", request: transact(read("x"), read("y")) } as const;
const lookAtX = { node: "c", request: transact(read("x")) } as const;
const raise = { node: "c", request: transact(add("x", 1), read("x")) } as const;

const calm = { latency: [1, 10] as const };
const rough = { latency: [1, 30] as const, loss: 0.08, duplication: 0.08 };
const strikes = (nodes: readonly string[]): NemesisOptions => ({ until: 5_000, nodes, crashes: 1, writeCrashes: 1 });

/** The shard alone: one server for each role, and only shards crash. */
function shardDay(rule: ShardMaker, weather: Weather): SeedOptions {
  return day({ place, shard: rule, coordinator }, { ...weather, store: { replicas: 1 } });
}

const participant: Exercise<ShardMaker> = new Exercise({
  chapter,
  name: "participant",
  task: "Write a shard: it votes on its share of a transaction, keeps its promise, and gives the keys back.",
  hints: [
    "Do the steps on the side first. What must be true of every key, before the shard may say yes? And until when must it stay true?",
    "A message may come twice, and late: a second prepare, a prepare after the outcome. What does the shard have to remember, to do nothing twice and lock nothing for ever?",
    "prepare: if the transaction is over, say nothing; if it is prepared, repeat the vote; else no if one of its keys is in a prepared share, or keep { reads, writes, keys } and persist before the yes. outcome: write if committed, delete the share, note that it is over, persist, done.",
  ],
  shape: isFunction,
  trials: [
    worlds("two clients want one key, in every order of messages", (rule) => ({ nodes: bare({ shard: rule }, { x: 100 }), requests: [[raise], [raise]], duplicates: 1 })),
    worlds("a transfer and a look at both shards", (rule) => ({ nodes: bare({ shard: rule }), requests: [[transfer, look]] })),
    worlds("a transfer and a look, and a shard crashes", (rule) => ({ nodes: bare({ shard: rule }), requests: [[transfer, lookAtX]], timers: { c: 1 }, crashes: { s1: 1 } })),
    manySeeds("a calm day", { seeds: 5, options: (rule) => shardDay(rule, { hot: 6, each: 15, network: calm }), atEnd: judgeDay(0.3), look: wholeLook }),
    manySeeds("messages are lost, come late and twice", { seeds: 20, options: (rule) => shardDay(rule, { hot: 4, each: 12, network: rough }), atEnd: judgeDay(0.2), look: wholeLook }),
    manySeeds("shards crash", { seeds: 20, options: (rule) => shardDay(rule, { hot: 4, each: 12, network: rough, nemesis: strikes(["s1", "s2", "s3"]) }), atEnd: judgeDay(0.2), look: wholeLook }),
  ],
});

// ---------------------------------------------------------------------------------------------------- the coordinator

function coordinatorDay(rule: CoordinatorMaker, weather: Weather): SeedOptions {
  return day({ place, shard, coordinator: rule }, { ...weather, store: { replicas: 1 } });
}

/** A shard in which a transaction of somebody else holds the key x. */
const inUse: ShardMaker = (given) => {
  const role = shard(given);
  return { ...role, init: (id) => ({ ...role.init(id), prepared: new Map([["t0", { reads: {}, writes: new Map(), keys: new Set(["x"]) }]]) }) };
};

/** Who ends that transaction as soon as anybody asks it for anything. */
const other: Role<{ state: object; requests: StoreRequest; receives: ShareDone; sends: ShareOutcome; replies: StoreAnswer }> = {
  name: "other",
  durable: [],
  init: () => ({}),
  receive: { done: () => {} },
  timeout: {},
  request: {
    transact(_, __, call, out) {
      out.send("s1" as NodeId, { kind: "outcome", transaction: "t0", outcome: "abort" });
      out.reply(call, { outcome: "commit", reads: {} });
    },
  },
};

const coordinate: Exercise<CoordinatorMaker> = new Exercise({
  chapter,
  name: "coordinate",
  task: "Write the coordinator: it asks for votes, decides once, answers its client, and does not rest until every shard knows.",
  hints: [
    "Two-phase commit, chapter 3.2.1. What must be on the disk before anybody hears the outcome?",
    "A client that hears nothing asks again, under the same call. A coordinator that comes back after a crash goes on with what is open. One function can do both kinds of asking again.",
    "State: serial, calls, answers and open, all of them durable. `again` sends prepare to those who have not voted, or the outcome to those who have not said done, and sets its timer; `start` calls it for everything open.",
  ],
  shape: isFunction,
  trials: [
    worlds("a transfer and a look, in every order of messages", (rule) => ({ nodes: bare({ coordinator: rule }), requests: [[transfer, look]] })),
    worlds("the same, and messages come twice", (rule) => ({ nodes: bare({ coordinator: rule }), requests: [[transfer, lookAtX]], duplicates: 1 })),
    worlds("the same, and the coordinator crashes", (rule) => ({ nodes: bare({ coordinator: rule }), requests: [[transfer, lookAtX]], crashes: { c: 1 } })),
    worlds("the key is in use for a while, and the coordinator crashes", (rule) => ({
      nodes: { ...bare({ coordinator: rule, shard: inUse }, { x: 100 }), other }, requests: [[raise, lookAtX], [{ node: "other", request: transact() }]], crashes: { c: 1 },
    })),
    manySeeds("a calm day", { seeds: 5, options: (rule) => coordinatorDay(rule, { hot: 6, each: 15, network: calm }), atEnd: judgeDay(0.3), look: wholeLook }),
    manySeeds("messages are lost, come late and twice", { seeds: 20, options: (rule) => coordinatorDay(rule, { hot: 4, each: 12, network: rough }), atEnd: judgeDay(0.2), look: wholeLook }),
    manySeeds("the coordinator crashes", { seeds: 20, options: (rule) => coordinatorDay(rule, { hot: 4, each: 12, network: rough, nemesis: strikes(["c"]) }), atEnd: judgeDay(0.2), look: wholeLook }),
  ],
});

// ---------------------------------------------------------------------------------------------------- the whole

/** A check of the whole store, and what it is worth. */
export interface GradedTrial {
  readonly points: number;
  readonly trial: Trial<StoreParts>;
}

/** Transactions on the keys of one shard, and nobody speaks to another shard. */
const isSharded: Trial<StoreParts> = {
  name: "a transaction on one shard leaves the others alone",
  run(parts) {
    const at = (key: string): string => parts.place(key, ["s1", "s2", "s3"]);
    const home = at("k1");
    const own = keys(12).filter((key) => at(key) === home);
    if (own.length === 12) return wrong({ problem: `all of 12 keys are in ${home}`, look: "The rule for places sends everything to one shard." });
    const { nodes, entries } = storeOf(parts, { values });
    const run = simulate({
      seed: 1, nodes: nodes as Nodes, network: calm, until: 3_000,
      clients: { a: { operations: own.map((key) => transact(read(key), add(key, 1))), to: entries as readonly NodeId[], from: 600 } },
    } as never) as unknown as Run<Nodes>;
    const group = (node: string): string => node.split(".")[0]!;
    const stray = only(run.trace, "send").find(({ from, to }) => group(from) !== group(to) && ![group(from), group(to)].every((name) => ["c", "a", home].includes(name)));
    if (stray) return wrong({ problem: `${stray.from} speaks to ${stray.to}, while all transactions are on keys of ${home}`, look: "Ask only the shards that hold a key of the transaction.", trace: run.trace });
    const commits = run.history.filter((operation) => operation.returnedAt !== null && !isAbort(operation)).length;
    return commits === own.length ? { kind: "seen", what: "1 run" } : wrong({ problem: `${commits} of ${own.length} transactions committed, one after the other, with nobody in the way`, look: wholeLook.else, trace: run.trace });
  },
};

/** One server of each group crashes for good, another one each time. */
const gone = (nth: number): SeedOptions["faults"] =>
  ["c", "s1", "s2", "s3"].map((group, i) => ({ at: 1_500 + 700 * i, kind: "crash", node: `${group}.${((nth + i) % 3) + 1}` })) as never;

/** What the whole store is graded by: 100 points. */
export const gradedTrials: readonly GradedTrial[] = (() => {
  const days = (name: string, count: number, least: number, weather: Weather): Trial<StoreParts> =>
    manySeeds(name, { seeds: count, options: (parts) => day(parts, weather), atEnd: judgeDay(least), look: wholeLook });
  const nemesis = (rates: Omit<NemesisOptions, "until" | "from">): NemesisOptions => ({ from: 700, until: 5_000, ...rates });
  return [
    { points: 10, trial: { name: "keys have places, evenly and for good", run: (parts, firstSeed) => placeTrials.map((trial) => trial.run(parts.place, firstSeed)).find(({ kind }) => kind === "wrong") ?? { kind: "seen", what: "60 cases" } } },
    { points: 10, trial: isSharded },
    { points: 10, trial: days("a calm day", 3, 0.5, { hot: 12, each: 15, network: calm }) },
    { points: 15, trial: days("everybody wants the same four keys", 5, 0.25, { hot: 4, each: 20, network: calm }) },
    { points: 15, trial: days("messages are lost, come late and twice", 8, 0.25, { hot: 4, each: 12, network: rough }) },
    { points: 15, trial: days("servers crash and come back", 8, 0.25, { hot: 6, each: 12, network: rough, nemesis: nemesis({ crashes: 1.5, writeCrashes: 1 }) }) },
    { points: 10, trial: days("the network is cut", 8, 0.25, { hot: 6, each: 12, network: calm, nemesis: nemesis({ partitions: 0.4, isolations: 0.6, oneWayCuts: 0.3 }) }) },
    ...[0, 1, 2].map((nth) => ({ points: 5, trial: days(`one server of every group dies for good (${nth + 1} of 3)`, 2, 0.25, { hot: 6, each: 12, network: calm, faults: gone(nth) }) })),
  ];
})();

function isStore(answer: unknown): string | null {
  const parts = answer as Partial<Record<string, unknown>> | null;
  if (typeof answer !== "object" || parts === null) return "must be an object { place, shard, coordinator }";
  const missing = ["place", "shard", "coordinator"].find((name) => typeof parts[name] !== "function");
  return missing === undefined ? null : `must be an object { place, shard, coordinator }, and ${missing} must be a function`;
}

const wholeStore: Exercise<StoreParts> = new Exercise({
  chapter,
  name: "wholeStore",
  task: "Put the parts together: a replicated, sharded, transactional store that survives what the checks do to it.",
  hints: [
    "Each part has an exercise of its own. Does each of them pass alone?",
    "In a group every server runs your role, and another one may go on in the middle. Whatever your role knows must stand in its state, and nothing outside of it.",
    "The parts of the three solutions, as they are, get all points: { place, shard, coordinator }.",
  ],
  shape: isStore,
  trials: gradedTrials.map(({ trial }) => trial),
});

export const projectExercises: {
  readonly placeRule: Exercise<PlaceRule>;
  readonly participant: Exercise<ShardMaker>;
  readonly coordinate: Exercise<CoordinatorMaker>;
  readonly wholeStore: Exercise<StoreParts>;
} = { placeRule, participant, coordinate, wholeStore };
