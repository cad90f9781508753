import { type Mix, type SeedOptions, type SeedSearch, swarm } from "../../../lib/check.js";
import { type AnyRole, canonical, ids, type NodeId, type Stream, stream } from "../../../lib/core.js";
import { historyOf, keyValueMap, linearizable } from "../../../lib/history.js";
import {
  keyValueStore, machineWords, raftProperties, server, type Server, type ServerOptions, withResults,
} from "../../../lib/raft.js";
import type { Nodes, Run } from "../../../lib/sim.js";
import { cases, ofChanges, ofStorms } from "./cases.js";

/** This module, for threads that load it. */
export const here = import.meta.url;

/** When the nemesis ends, in ms. From then on only the network's own losses and doublings are left. */
const CALM = 1_500;

/** When clients begin their last operations, in ms. */
const LAST_CALL = 2_500;

/** When the run ends, in ms: by then every client must have its answers. */
const DEADLINE = 6_000;

/** What makes a server of these options. */
export type MakeServer = (options: ServerOptions) => AnyRole;

/** What may go wrong, half of it in each seed; rates are strikes per second. */
const TROUBLE = {
  loss: [0.01, 0.1],
  duplication: [0.01, 0.3],
  latency: { oneOf: [[1, 30], [0, 3], { kind: "exponential", mean: 6 }, { kind: "log-normal", median: 4, sigma: 1 }] },
  flush: { oneOf: [2, [0, 12]] },
  crashes: [0.5, 5],
  writeCrashes: [0.5, 5],
  pauses: [0.5, 3],
  stalls: [0.5, 3],
  slowdowns: [0.5, 2],
  partitions: [1, 5],
  oneWayCuts: [0.5, 3],
  bridges: [0.5, 2],
  isolations: [1, 5],
  swizzles: [0.5, 2],
  skews: [0.5, 2],
} as const;

/** Cuts must last for some election time-outs, or nothing comes of them. */
const LASTS: Readonly<Record<string, readonly [number, number]>> = {
  crashes: [2, 150], partitions: [50, 900], oneWayCuts: [50, 900], bridges: [50, 900], isolations: [50, 900], pauses: [20, 500],
};

/** Raft's switches: each seed has half of them. */
const SWITCHES = {
  preVote: { oneOf: [true] },
  checkQuorum: { oneOf: [true] },
  conflictHints: { oneOf: [false] },
  followerReads: { oneOf: [true] },
  parallelWrites: { oneOf: [true] },
  batchDelay: { oneOf: [2, 10] },
  maxEntries: { oneOf: [1, 3] },
  window: { oneOf: [1, 4] },
  snapshotEvery: { oneOf: [3, 10] },
  snapshotChunk: { oneOf: [40, 200] },
  snapshotRetain: { oneOf: [2] },
  jointConsensus: { oneOf: [true] },
  reads: { oneOf: ["log", "lease"] },
} as const;

/** Each seed has a cluster, a network, switches and a mix of faults of its own. */
export function cluster(seed: number, make: MakeServer = server): SeedOptions {
  const shape = stream(seed, "shape");
  const trouble = swarm(seed, TROUBLE);
  const { reads = "readIndex", ...switches } = swarm(seed, SWITCHES);
  const voters = names(shape.pick([1, 2, 3, 3, 3, 3, 4, 5, 5]));
  const spare = shape.chance(0.4) ? names(voters.length + 1 + shape.below(2)).slice(voters.length) : [];
  const learners = spare.slice(0, shape.below(spare.length + 1));
  // A lease rests on clocks that go at about the same rate and never back.
  const isLease = reads === "lease" && trouble.skews === undefined;
  const role = make({
    servers: voters,
    learners,
    machine: keyValueStore,
    ...switches,
    ...(isLease ? { reads, checkQuorum: true } : { reads: reads === "lease" ? "readIndex" : reads }),
    // Without an entry of its own a leader may not know for long what is committed, and other reads would wait for that.
    noOp: reads !== "log" || shape.chance(0.5),
  } satisfies ServerOptions);
  const servers = [...voters, ...spare];
  return { nodes: everywhere(servers, role), ...inTrouble(seed, servers, trouble), properties: raftProperties };
}

type Client = NonNullable<SeedOptions["clients"]>[string];

/** The same with an operator in a hurry: six servers, of whom three begin, are added and removed all the time. */
export function churn(seed: number, make: MakeServer = server): SeedOptions {
  const servers = names(6);
  const { jointConsensus, preVote, checkQuorum, parallelWrites, followerReads, snapshotEvery, snapshotChunk } = swarm(seed, SWITCHES);
  const switches = { jointConsensus, preVote, checkQuorum, parallelWrites, followerReads, snapshotEvery, snapshotChunk };
  const role = make({
    servers: servers.slice(0, 3),
    learners: servers.slice(3, 3 + (seed % 2)),
    machine: keyValueStore,
    ...Object.fromEntries(Object.entries(switches).filter(([, value]) => value !== undefined)),
  });
  const { clients, ...trouble } = inTrouble(seed, servers, swarm(seed, TROUBLE));
  const load = { kind: "closed", outstanding: 2, think: [1, 40] } as const;
  const operator: Client = { ...patient, operations: (chance) => change(chance, servers), count: 60, load };
  return { nodes: everywhere(servers, role), ...trouble, clients: { ...clients, operator }, properties: raftProperties };
}

/**
 * Three servers whose leaders are cut off and crash all the time, with a client of its own each, and no entry at the
 * start of a term: what Figure 8 of the paper is about comes about by chance.
 */
export function storm(seed: number, make: MakeServer = server): SeedOptions {
  const servers = names(3);
  const options = { noOp: false, reads: "log", electionTimeout: [20, 60], heartbeatInterval: 8, maxEntries: 1 } as const;
  const client = (to: NodeId): Client => ({
    to,
    operations: (_, serial) => ({ kind: "command", command: { kind: "put", key: "x", value: `${to}.${serial}` } }),
    timeoutMs: 20,
    retries: 0,
    load: { kind: "closed", think: [0, 30] },
  });
  return {
    nodes: everywhere(servers, make({ servers, machine: keyValueStore, ...options })),
    network: { latency: [1, 6], loss: stream(seed, "storm").pick([0.1, 0.3]) },
    clients: Object.fromEntries(servers.map((to) => [`client of ${to}`, client(to)])),
    nemesis: {
      until: 1_000,
      isolations: { perSecond: 8, lasts: [20, 150] },
      partitions: { perSecond: 8, lasts: [20, 150] },
      crashes: { perSecond: 8, lasts: [5, 60] },
    },
    properties: raftProperties,
    freeze: true,
    until: 1_000,
  };
}

function everywhere(servers: readonly NodeId[], role: AnyRole): Record<string, AnyRole> {
  return Object.fromEntries(servers.map((node) => [node, role]));
}

/** How clients ask. */
const patient = { until: LAST_CALL, timeoutMs: 250, retries: 100, backoff: [0, 60] } as const;

function inTrouble(seed: number, servers: readonly NodeId[], trouble: Mix<typeof TROUBLE>): Omit<SeedOptions, "nodes"> {
  const { loss = 0, duplication = 0, latency = [1, 10], flush = 0, ...rates } = trouble;
  const shape = stream(seed, "clients");
  const clients = Array.from({ length: 2 + shape.below(2) }, (_, i) => `c${i + 1}`);
  const isChanging = shape.chance(0.5);
  const operator: Client = {
    ...patient, operations: (chance) => change(chance, servers), count: 6, load: { kind: "closed", think: [50, 300] },
  };
  return {
    network: { latency, loss, duplication },
    disk: { flush },
    clients: {
      ...Object.fromEntries(clients.map((client) => [client, {
        ...patient,
        operations: (chance, serial) => operation(chance, `${client}.${serial}`),
        count: 6 + shape.below(8),
        load: { kind: "closed", outstanding: 1 + shape.below(3), think: [0, shape.pick([20, 150])] },
      } satisfies Client])),
      // An operator, who may well be refused.
      ...(isChanging ? { operator } : {}),
    },
    nemesis: {
      until: CALM,
      ...Object.fromEntries(Object.entries(rates).map(([kind, perSecond]) => [kind, { perSecond, lasts: LASTS[kind] ?? [20, 200] }])),
    },
    freeze: true,
    until: DEADLINE,
  };
}

type AnyRequest = { readonly kind: string; readonly [field: string]: unknown };

/** Of three keys, so that clients meet. What is written is written by nobody else, and never again. */
function operation(chance: Stream, value: string): AnyRequest {
  const key = chance.pick(["x", "y", "z"]);
  const draw = chance.next();
  if (draw < 0.3) return { kind: "read", query: { kind: "get", key } };
  if (draw < 0.4) return { kind: "command", command: { kind: "get", key } };
  if (draw < 0.55) return { kind: "command", command: { kind: "put", key, value } };
  if (draw < 0.85) return { kind: "command", command: { kind: "append", key, value: `${value};` } };
  if (draw < 0.9) return { kind: "command", command: { kind: "delete", key } };
  return { kind: "command", command: { kind: "cas", key, from: null, to: value } };
}

function change(chance: Stream, servers: readonly NodeId[]): AnyRequest {
  if (chance.chance(0.3)) return { kind: "transfer", to: chance.pick(servers) };
  const nodes = chance.shuffle(servers).slice(0, 1 + chance.below(2));
  const kinds = ["add-voter", "add-voter", "add-learner", "remove"];
  return { kind: "reconfigure", changes: nodes.map((node) => ({ kind: chance.pick(kinds), node })) };
}

/** At the end clients have their answers, these fit one store, and servers that have applied as much hold the same. */
export function atEnd(run: Run<Nodes>): string | null {
  return everyClientHasItsAnswer(run) ?? answersFitOneStore(run) ?? replicasAgree(run);
}

function everyClientHasItsAnswer({ history }: Run<Nodes>): string | null {
  const waiting = history.filter(({ returnedAt, client }) => returnedAt === null && client !== "operator").map(({ call }) => call);
  return waiting.length === 0 ? null : `no answer to ${waiting.join(", ")} within ${DEADLINE - LAST_CALL} ms after the last call`;
}

/** The history is linearizable. */
export function answersFitOneStore({ history }: Run<Nodes>): string | null {
  const verdict = linearizable(historyOf(withResults(history), machineWords), keyValueMap());
  return verdict.kind === "violated" ? verdict.reason : null;
}

function replicasAgree({ simulation, decisions }: Run<Nodes>): string | null {
  const first = new Map<number, { readonly id: NodeId; readonly text: string }>();
  for (const id of new Set(decisions.map(({ node }) => node))) {
    const state = simulation.state(id) as Server | null;
    if (state === null) continue;
    const { lastApplied, machine, sessions } = state;
    const text = canonical([machine, sessions]);
    const other = first.get(lastApplied);
    if (other && other.text !== text) return `${other.id} and ${id} have both applied ${lastApplied} entries, and differ`;
    first.set(lastApplied, { id, text });
  }
  return null;
}

/** The searches, for one thread or several. */
export const clusters: SeedSearch<SeedOptions> = { run: (seed) => cluster(seed), atEnd, sometimes: cases };
export const churns: SeedSearch<SeedOptions> = { run: (seed) => churn(seed), atEnd, sometimes: ofChanges };
export const storms: SeedSearch<SeedOptions> = { run: (seed) => storm(seed), atEnd: answersFitOneStore, sometimes: ofStorms };

export function names(n: number): readonly NodeId[] {
  return ids(...Array.from({ length: n }, (_, i) => `s${i + 1}`));
}
