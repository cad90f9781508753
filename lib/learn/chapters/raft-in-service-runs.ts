import { explore } from "../../check.js";
import { machineWords, withResults } from "../../consensus/raft/answers.js";
import { brokenWorlds } from "../../consensus/raft/broken-worlds.js";
import { entriesOf } from "../../consensus/raft/log.js";
import type { ServerOptions } from "../../consensus/raft/options.js";
import { raftProperties } from "../../consensus/raft/properties.js";
import { server } from "../../consensus/raft/server.js";
import type { Server } from "../../consensus/raft/state.js";
import { keyValueStore } from "../../consensus/key-value-store.js";
import { stream, type Seed } from "../../core/random.js";
import { ids, type AnyRole, type NodeId } from "../../core/role.js";
import { valueAt, type Table } from "../../core/table.js";
import { historyOf, keyValueMap, linearizable, type HistoryVerdict } from "../../history.js";
import { operationLatencies, outages, percentile } from "../../measure.js";
import type { Nodes } from "../../sim/options.js";
import { simulate, type Run } from "../../sim/simulate.js";
import { record, Simulation } from "../../sim/simulation.js";
import { only, type TraceEvent } from "../../trace/event.js";

/** Options of a server of Raft, some of them. */
export type RaftOptions = Partial<ServerOptions<any, any, any>>;

/** The numbers of a chapter: every cluster below gets them. Times are virtual ms. */
export interface RaftService {
  readonly servers: readonly NodeId[];
  readonly electionTimeout: [number, number];
  readonly heartbeatInterval: number;
  /** For a message, one way. */
  readonly latency: [number, number];
  readonly seed: Seed;
}

/** A server of Raft with a key-value store on top. */
export function raftStore({ servers, electionTimeout, heartbeatInterval }: RaftService, options: RaftOptions = {}): AnyRole {
  return server({ servers, machine: keyValueStore, electionTimeout, heartbeatInterval, ...options });
}

function each(of: readonly NodeId[], role: AnyRole): Record<NodeId, AnyRole> {
  return Object.fromEntries(of.map((name) => [name, role]));
}

/** All servers of the chapter, with these options. */
export function raftStores(service: RaftService, options: RaftOptions = {}): Record<NodeId, AnyRole> {
  return each(service.servers, raftStore(service, options));
}

/** The request to put a value under a key. */
export function putRequest(key: string, value: string): {
  readonly kind: "command";
  readonly command: { readonly kind: "put"; readonly key: string; readonly value: string };
} {
  return { kind: "command", command: { kind: "put", key, value } };
}

/** The request to read the value of a key. */
export function getRequest(key: string): { readonly kind: "read"; readonly query: { readonly kind: "get"; readonly key: string } } {
  return { kind: "read", query: { kind: "get", key } };
}

/** The server that leads, or the first one if none does. */
export function raftLeader(simulation: { state(name: NodeId): unknown }, of: readonly NodeId[]): NodeId {
  return of.find((name) => (simulation.state(name) as Server | null)?.role === "leader") ?? of[0]!;
}

const stateOf = (simulation: { state(name: NodeId): unknown }, name: NodeId) => simulation.state(name) as Server;

/** A client that puts values at a rate, whatever the answers do. */
const writer = (perSecond: number, more: object = {}) => ({
  operations: (_: unknown, i: number) => putRequest(`k${i % 10}`, `v${i}`),
  from: 500, load: { kind: "open", perSecond, arrivals: "even" }, timeoutMs: 500, ...more,
});

function simulation({ seed, latency }: RaftService, options: object): Simulation<Nodes, string> {
  return new Simulation<Nodes, string>({ seed, network: { latency }, ...options } as never);
}

/** The length of the second server's log, every 100 ms, while 100 commands a second come in for five seconds. */
export function logGrowth(service: RaftService, options: RaftOptions = {}): { readonly ms: number; readonly entries: number }[] {
  const run = simulation(service, { nodes: raftStores(service, options), clients: { c: writer(100, { until: 5_500 }) }, properties: raftProperties });
  return Array.from({ length: 60 }, (_, i) => {
    run.run({ until: 100 * i });
    return { ms: 100 * i, entries: entriesOf(stateOf(run, service.servers[1]!).log).length };
  });
}

/** A server that was down and has come back. */
export interface Woken {
  readonly trace: readonly TraceEvent[];
  readonly leader: NodeId;
  readonly asleep: NodeId;
  /** When it came back. */
  readonly woken: number;
  /** How long it took, in ms, until it had applied what was committed when it came back. */
  readonly ms: number;
}

/** A follower crashes at 1,000 ms and comes back after `down` ms, while 100 commands a second come in. */
export function sleeper(service: RaftService, options: RaftOptions = {}, { down = 3_000 }: { readonly down?: number } = {}): Woken {
  const { servers } = service;
  const woken = 1_000 + down;
  const run = simulation(service, { nodes: raftStores(service, options), clients: { c: writer(100, { until: woken }) }, properties: raftProperties });
  const trace = record(run);
  run.run({ until: 1_000 });
  const asleep = servers.find((name) => name !== raftLeader(run, servers))!;
  run.crash(asleep);
  run.run({ until: woken });
  const goal = stateOf(run, raftLeader(run, servers)).commitIndex;
  run.restart(asleep);
  let at = run.now;
  while (stateOf(run, asleep).lastApplied < goal && at < 20_000) run.run({ until: (at += 1) });
  return { trace, asleep, leader: raftLeader(run, servers), ms: at - woken, woken };
}

/** Whether a command is answered by three voters with two learners, after these have crashed. */
export function answeredWithout(service: RaftService, down: readonly NodeId[]): boolean {
  const [voters, learners] = [service.servers.slice(0, 3), ids("o1", "o2")];
  const run = simulate<Nodes, string>({
    seed: service.seed, network: { latency: service.latency }, until: 4_000, properties: raftProperties,
    nodes: each([...voters, ...learners], raftStore(service, { servers: voters, learners })),
    faults: down.map((node) => ({ at: 800, kind: "crash", node })),
    clients: { c: { operations: [putRequest("x", "1")], from: 1_000, to: voters, timeoutMs: 200, retries: 10 } },
  } as never);
  return run.history.every(({ returnedAt }) => returnedAt !== null);
}

/** A server that breaks one rule, and the shortest run in which that shows. */
export interface Conviction {
  /** What it does, and what comes of it. */
  readonly title: string;
  readonly trace: readonly TraceEvent[];
  /** How many steps: no fewer would do. */
  readonly steps: number;
  /** In how many worlds, up to so many steps, nothing happens if the rule is kept. */
  readonly worldsOfTheSound: number;
}

/**
 * Let the explorer convict a server of Raft that breaks a rule, in the smallest world that can.
 *
 * @throws Error if it finds nothing, or finds as much against the sound server
 */
export function convictRaft(name: string): Conviction {
  const found = brokenWorlds.find((entry) => entry.name === name);
  if (!found) throw new Error(`no broken server "${name}": ${brokenWorlds.map((entry) => entry.name).join(", ")}`);
  const verdict = explore(found.world);
  if (verdict.kind !== "violated") throw new Error(`nothing found: ${verdict.summary}`);
  const steps = verdict.schedule.length;
  const kept = explore({ ...found.sound, maxDepth: steps });
  if (kept.kind === "violated") throw new Error(`the sound role fails, too: ${kept.problem}`);
  return { title: `The ${name} ${found.does}: ${verdict.problem}`, trace: verdict.trace, steps, worldsOfTheSound: kept.worlds };
}

/** The longest wait of a client, in ms, when the leader crashes or hands over at 1,000 ms. */
export function farewell(service: RaftService, how: "crash" | "transfer"): number {
  const { servers } = service;
  const c = writer(200, { until: 1_500, load: { kind: "open", perSecond: 200 }, timeoutMs: 100, retries: 50 });
  const run = simulation(service, { nodes: raftStores(service), clients: { c }, properties: raftProperties });
  const trace = record(run);
  run.run({ until: 1_000 });
  const old = raftLeader(run, servers);
  if (how === "crash") run.crash(old);
  else run.request(old, { kind: "transfer", to: servers.find((name) => name !== old)! } as never);
  run.run({ until: 3_000 });
  return Math.max(...outages(trace).filter(({ from }) => from > 900).map(({ ms }) => ms));
}

/** How many terms are begun, and how many commands answered, while one server hears nobody for five seconds but is heard. */
export function deafServer(service: RaftService, options: RaftOptions = {}): { readonly terms: number; readonly answers: number } {
  const { servers } = service;
  const [deaf, others] = [servers.at(-1)!, servers.slice(0, -1)];
  const c = {
    operations: (_: unknown, i: number) => putRequest("x", `${i}`),
    from: 500, until: 5_500, to: others, load: { kind: "open", perSecond: 20 }, timeoutMs: 100, retries: 100,
  };
  const faults = [{ at: 500, kind: "cut", from: others, to: [deaf] }, { at: 5_500, kind: "heal" }];
  const run = simulation(service, { nodes: raftStores(service, options), clients: { c }, faults, properties: raftProperties });
  const trace = record(run);
  run.run({ until: 7_000 });
  const term = Math.max(...servers.map((name) => stateOf(run, name).currentTerm));
  return { terms: term - 1, answers: only(trace, "return").filter(({ at }) => at > 600 && at < 5_500).length };
}

/** How reads may be answered, and what that needs. */
export const readWays = { log: {}, readIndex: {}, lease: { checkQuorum: true }, local: {} } as const;
export type ReadWay = keyof typeof readWays;

/** One read, once there is a leader: its messages, its delays (each message takes 10 ms), and what it adds to the log. */
export function oneRead(service: RaftService, reads: ReadWay): { readonly messages: number; readonly delays: number; readonly entries: number } {
  const options: RaftOptions = { electionTimeout: [1_000, 2_000], heartbeatInterval: 400, ...readWays[reads], reads };
  const first = service.servers[0]!;
  const run = simulation({ ...service, latency: [10, 10] }, {
    nodes: { ...raftStores(service, options), [first]: raftStore(service, { ...options, electionTimeout: [500, 500] }) },
    clients: { c: { operations: [putRequest("x", "1"), getRequest("x")], from: 1_000, to: first, load: { kind: "closed", think: 30 } } },
  });
  const trace = record(run);
  run.run({ until: 1_300 });
  const read = operationLatencies(trace)[1]!;
  const during = only(trace, "send").filter(({ at }) => at >= read.from && at <= read.to);
  return { messages: during.length, delays: read.ms / 10, entries: entriesOf(stateOf(run, first).log).length - 2 };
}

/** What clients saw of three servers while their leader was cut off, and whether it can be put in order. */
export interface JudgedReads {
  readonly leader: NodeId;
  readonly history: ReturnType<typeof historyOf>;
  readonly verdict: HistoryVerdict<ReturnType<typeof historyOf>[number]>;
}

/**
 * A writer, and a reader at each of three servers; at 900 ms the leader is cut off with its reader. Its clock then runs at
 * `drift` times the true rate.
 */
export function judgedReads(service: RaftService, reads: ReadWay, options: RaftOptions = {}, drift = 1): JudgedReads {
  const three = service.servers.slice(0, 3);
  const reader = {
    operations: () => getRequest("x"),
    from: 600, until: 1_500, timeoutMs: 100, retries: 20, load: { kind: "closed", think: 40 },
  };
  const run = simulation(service, {
    nodes: each(three, raftStore(service, { servers: three, ...readWays[reads], reads, ...options })),
    clients: {
      writer: { ...reader, operations: (_: unknown, i: number) => putRequest("x", `${i}`) },
      ...Object.fromEntries(three.map((to) => [`reader of ${to}`, { ...reader, to }])),
    },
  });
  record(run);
  run.run({ until: 900 });
  const leader = raftLeader(run, three);
  run.strike({ kind: "skew", node: leader, offsetMs: 0, rate: drift });
  run.partition([[leader, `reader of ${leader}`], [...three.filter((name) => name !== leader), "writer"]]);
  run.run({ until: 1_700 });
  const history = historyOf(withResults(run.history), machineWords);
  return { leader, history, verdict: linearizable(history, keyValueMap()) };
}

/** How long a text is after a client has appended 30 letters to it, one after the other, while a tenth of all messages is lost. */
export function appendedLetters(service: RaftService, sessions: boolean): number {
  const { servers, seed, latency } = service;
  const letter = (i: number) => ({ kind: "command", command: { kind: "append", key: "text", value: String.fromCharCode(96 + (i % 26 || 26)) } });
  const run = simulate<Nodes, string>({
    seed, nodes: raftStores(service, { sessions }), network: { latency, loss: 0.1 }, until: 20_000,
    clients: { c: { operations: (_: unknown, i: number) => (i > 30 ? null : letter(i)), from: 500, timeoutMs: 60, retries: 200 } },
  } as never);
  const { machine } = stateOf(run.simulation, raftLeader(run.simulation, servers));
  return String(valueAt(machine as Table, "text") ?? "").length;
}

/** What a command costs while so many come in each second: messages with entries and their answers, and the clients' median wait. */
export function busyLog(service: RaftService, options: RaftOptions = {}, perSecond = 200): { readonly messages: number; readonly ms: number } {
  const { seed, latency } = service;
  const c = writer(perSecond, { until: 2_500, load: { kind: "open", perSecond }, timeoutMs: 5_000 });
  const { trace } = simulate<Nodes, string>({ seed, nodes: raftStores(service, options), network: { latency }, clients: { c }, until: 3_000 } as never);
  const carrying = only(trace, "send").filter(
    ({ message }) => message.kind === "appendEntries" && (message as { entries?: readonly { kind: string }[] }).entries!.some(({ kind }) => kind === "command"),
  );
  return {
    messages: (2 * carrying.length) / only(trace, "return").length,
    ms: percentile(operationLatencies(trace).map((row) => row.ms), 0.5),
  };
}

/** One follower is forty times as slow as the others: how many messages are under way to it at most, and what clients notice. */
export function slowFollower(service: RaftService, window: number): { readonly underWay: number; readonly ms: number } {
  const { servers } = service;
  const c = writer(100, { until: 2_000, load: { kind: "open", perSecond: 100 }, timeoutMs: 5_000 });
  const run = simulation(service, { disk: { flush: 1 }, nodes: raftStores(service, { window }), clients: { c } });
  const trace = record(run);
  run.run({ until: 600 });
  const slow = servers.find((name) => name !== raftLeader(run, servers))!;
  run.strike({ kind: "slow", node: slow, factor: 40 });
  let under = 0;
  let most = 0;
  for (let at = 600; at <= 2_000; at += 5) {
    run.run({ until: at });
    const flow = stateOf(run, raftLeader(run, servers)).flow.get(slow);
    if (flow?.kind === "replicate") under = flow.inFlight.length;
    most = Math.max(most, under);
  }
  return { underWay: most, ms: percentile(operationLatencies(trace).map((row) => row.ms), 0.5) };
}

/** What came of a storm: see `raftStorm`. */
export interface Storm {
  readonly run: Run<Nodes, string>;
  readonly history: ReturnType<typeof historyOf>;
  readonly verdict: HistoryVerdict<ReturnType<typeof historyOf>[number]>;
  readonly answered: number;
  /** How many messages with pieces of snapshots were sent. */
  readonly snapshots: number;
}

/**
 * Everything at once: snapshots, PreVote, CheckQuorum, leases and sessions; messages lost and doubled, crashes, a partition, a
 * cut in one direction, a pause. Three clients put, append, compare and read.
 */
export function raftStorm(service: RaftService): Storm {
  const { seed, latency } = service;
  const operations = (chance: { pick<T>(items: readonly T[]): T }, i: number) => {
    const key = chance.pick(["x", "y"]);
    return chance.pick<object>([
      putRequest(key, `${i}`),
      getRequest(key),
      { kind: "command", command: { kind: "append", key, value: `${i};` } },
      { kind: "command", command: { kind: "cas", key, from: null, to: `${i}` } },
    ]);
  };
  const client = { operations, until: 2_500, timeoutMs: 120, retries: 60, load: { kind: "closed", think: [5, 60] } };
  const run = simulate<Nodes, string>({
    seed,
    nodes: raftStores(service, { snapshotEvery: 20, preVote: true, checkQuorum: true, reads: "lease", clockDriftBound: 2 }),
    network: { latency, loss: 0.03, duplication: 0.1 },
    disk: { flush: [0, 5] },
    clients: { a: client, b: client, c: client },
    until: 5_000,
    properties: raftProperties,
    nemesis: { until: 2_500, crashes: 2, writeCrashes: 2, partitions: 1, oneWayCuts: 1, pauses: 1 },
  } as never);
  const history = historyOf(withResults(run.history), machineWords);
  return {
    run, history,
    verdict: linearizable(history, keyValueMap()),
    answered: history.filter(({ returnedAt }) => returnedAt !== null).length,
    snapshots: only(run.trace, "send").filter(({ message }) => message.kind === "installSnapshot").length,
  };
}

/** Three servers with etcd's settings on a fast network: how many ms they are without a leader when theirs is killed. */
export function likeEtcd(seed: Seed): number {
  const of = ids("s1", "s2", "s3");
  const service: RaftService = { servers: of, electionTimeout: [300, 600], heartbeatInterval: 30, latency: [0.1, 0.5], seed };
  const run = simulation(service, { nodes: raftStores(service), disk: { flush: [0.5, 3] } });
  const trace = record(run);
  run.run({ until: 2_000 + 30 * stream(seed, "kill").next() });
  const [old, killed] = [raftLeader(run, of), run.now];
  run.crash(old);
  run.run({ until: 8_000 });
  return only(trace, "send").find(({ at, from, message }) => at > killed && from !== old && message.kind === "appendEntries")!.at - killed;
}
