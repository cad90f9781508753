import type { AnyRole, NodeId } from "../../core/role.js";
import type { Seed } from "../../core/random.js";
import { keyValueStore } from "../../consensus/key-value-store.js";
import { server as multiPaxosServer } from "../../consensus/multi-paxos/server.js";
import { server as paxosServer } from "../../consensus/paxos/server.js";
import { server as raftServer } from "../../consensus/raft/server.js";
import { nodeCounts, operationLatencies } from "../../measure.js";
import type { ClientOptions } from "../../sim/clients.js";
import type { Nodes, SimulationOptions } from "../../sim/options.js";
import { simulate, type Run } from "../../sim/simulate.js";
import { only, type TraceEvent } from "../../trace/event.js";
import type { Protocol } from "./comparison-exercises.js";

/** The protocols that keep a log, and go on for as long as one likes. */
export type LogProtocol = Exclude<Protocol, "Paxos">;

/** A cluster of a chapter's settings: who the servers are, and how patient they are. */
export interface Cluster {
  readonly servers: readonly NodeId[];
  /** Least and greatest patience with a silent leader, in ms. */
  readonly patience: readonly [number, number];
  /** Between two signs of life of a leader, in ms. */
  readonly heartbeatMs: number;
  /** Options of the protocol's server that all servers get, such as `{ batchDelay: 5 }` of Raft. */
  readonly options?: object;
  /** Options that only one server gets, by its name. */
  readonly only?: { readonly [server: string]: object };
}

/** What a client does; what it asks for is put into the words of the protocol by `serve`. */
export type LogClient = Omit<ClientOptions<string>, "operations">;

/** A run of a cluster that keeps a log. */
export interface ServeOptions extends Cluster, Pick<SimulationOptions<Nodes>, "network" | "disk" | "processing" | "properties"> {
  readonly seed: Seed;
  /** By default one client, next to the first server, that waits for each answer, from 500 to 3,500 ms. */
  readonly clients?: { readonly [name: string]: LogClient };
  /** What goes wrong, and when; clients may be named as well as servers. */
  readonly faults?: readonly object[];
  /** When the run ends, in virtual ms (default 4,000). */
  readonly until?: number;
  /** Whether the trace keeps what every step changes, for a player (default false). */
  readonly changes?: boolean;
}

const put = (i: number) => ({ kind: "put", key: `k${i % 10}`, value: `v${i}` }) as const;

/** The same command in the words of each protocol. */
const command = (protocol: LogProtocol, i: number) =>
  protocol === "Raft" ? { kind: "command" as const, command: put(i) } : { kind: "command" as const, operation: put(i) };

/** Servers of Multi-Paxos or of Raft that keep the same key-value store with the same patience; the first one leads first. */
export function logServers(protocol: LogProtocol, { servers, patience, heartbeatMs, options = {}, only: own = {} }: Cluster): Record<NodeId, AnyRole> {
  const [least, most] = patience;
  const common = { servers, machine: keyValueStore, ...options };
  return Object.fromEntries(
    servers.map((name, i) => {
      const role: AnyRole =
        protocol === "Multi-Paxos"
          ? multiPaxosServer({ ...common, patience: [least, most], heartbeatMs, notices: "piggy-backed", ...own[name] })
          // In Multi-Paxos the first server opens a ballot as soon as it boots. In Raft it is given the least patience instead.
          : raftServer({ ...common, electionTimeout: i === 0 ? [least / 2, least / 2] : [least, most], heartbeatInterval: heartbeatMs, ...own[name] });
      return [name, role];
    }),
  );
}

/**
 * A cluster that keeps a log, and serves clients that put values.
 *
 *     const run = serve("Raft", { servers, patience: [150, 300], heartbeatMs: 50, seed: 42 });
 *
 * @throws RangeError or TypeError for what the servers or the simulation reject
 */
export function serve(
  protocol: LogProtocol,
  { servers, patience, heartbeatMs, options, only: own, clients, until = 4_000, ...rest }: ServeOptions,
): Run<Nodes, string> {
  const asked = clients ?? { c: { to: servers[0]!, from: 500, until: 3_500 } };
  return simulate<Nodes, string>({
    nodes: logServers(protocol, { servers, patience, heartbeatMs, ...(options && { options }), ...(own && { only: own }) }),
    clients: Object.fromEntries(
      Object.entries(asked).map(([name, client]) => [name, { operations: (_: unknown, i: number) => command(protocol, i), ...client }]),
    ),
    until,
    ...rest,
  } as never);
}

/** What a cluster is made of that decides one value. */
export interface DecreeOptions extends Pick<SimulationOptions<Nodes>, "network"> {
  readonly servers: readonly NodeId[];
  readonly seed: Seed;
  /** How many of the servers propose, all at the same time (default 1). */
  readonly proposers?: number;
  /** How long a proposer that was overtaken waits, in ms. */
  readonly backoff?: [number, number];
}

/** One decree of Paxos, in a cluster of its own. */
export function decree({ servers, seed, network, proposers = 1, backoff }: DecreeOptions): Run<Nodes> {
  const role = paxosServer({ servers, ...(backoff && { backoff }) });
  return simulate<Nodes>({
    seed,
    nodes: Object.fromEntries(servers.map((name) => [name, role])),
    ...(network && { network }),
    requests: servers.slice(0, proposers).map((node) => ({ at: 0, node, request: { kind: "propose", value: JSON.stringify(put(1)) } as never })),
    limits: { time: 20_000 },
  });
}

/** What a message is for. */
export type Purpose = "for the command" | "signs of life" | "housekeeping";

/** What a message is for: a command, to show that the leader lives, or to tell what may be forgotten. */
export function purposeOf(sent: { readonly kind: string }): Purpose {
  const { kind, entries, matchIndex, prevLogIndex } =
    sent as { readonly kind: string; readonly entries?: readonly unknown[]; readonly matchIndex?: number; readonly prevLogIndex?: number };
  if (kind === "heartbeat" || (kind === "appendEntries" && entries!.length === 0)) return "signs of life";
  if (kind === "appendEntriesReply" && matchIndex! <= prevLogIndex!) return "signs of life";
  return kind === "checkpoint" || kind === "forget" ? "housekeeping" : "for the command";
}

/** What one command costs all servers together, in the mean. */
export interface CommandCost {
  readonly "for the command": number;
  readonly "signs of life": number;
  readonly housekeeping: number;
  readonly "forced writes": number;
  readonly "bytes for the command": number;
}

/**
 * What one command costs in the mean, once there is a leader (where there is one): counted between the first answer and the
 * last. Bytes are those of the messages as JSON.
 */
export function commandCost(protocol: Protocol, options: ServeOptions): CommandCost {
  const { trace } = protocol === "Paxos" ? decree(options) : serve(protocol, options);
  const answers = only(trace, protocol === "Paxos" ? "reply" : "return").map(({ at }) => at);
  const [first = 0, last = 0] = [answers[0], answers.at(-1)];
  const from = protocol === "Paxos" ? -1 : first;
  const commands = protocol === "Paxos" ? 1 : answers.length - 1;
  const during = trace.filter(({ at }) => at > from && at <= last);
  const sent = (purpose: Purpose) => only(during, "send").filter(({ message }) => purposeOf(message) === purpose);
  return {
    "for the command": sent("for the command").length / commands,
    "signs of life": sent("signs of life").length / commands,
    housekeeping: sent("housekeeping").length / commands,
    "forced writes": only(during, "write").filter(({ flush }) => flush).length / commands,
    "bytes for the command": sent("for the command").reduce((sum, { message }) => sum + JSON.stringify(message).length, 0) / commands,
  };
}

/** How many message delays between servers pass until the answer to a command; all else takes no time. */
export function commandDelays(protocol: Protocol, options: ServeOptions): number {
  const network = { latency: 10 };
  if (protocol === "Paxos") return decree({ ...options, network }).decisions[0]!.at / 10;
  const { trace } = serve(protocol, { ...options, network });
  return operationLatencies(trace)[5]!.ms / 10 - 2; // without the client's own two
}

/** A server's share of all that was sent or received, in %. */
export interface Share {
  readonly node: string;
  readonly "share (%)": number;
}

/** At how many of all messages each of these nodes stands at one end, in %. */
export function messageShares(trace: readonly TraceEvent[], nodes: readonly string[]): Share[] {
  const rows = nodeCounts(trace);
  const all = rows.reduce((sum, { sent }) => sum + sent, 0);
  return nodes.map((node) => {
    const { sent = 0, received = 0 } = rows.find((row) => row.node === node) ?? {};
    return { node, "share (%)": (100 * (sent + received)) / all };
  });
}

/** What came of a change of leaders in which a server that lacks entries is the first to stand: see `lateCandidate`. */
export interface LateCandidate {
  readonly run: Run<Nodes, string>;
  /** Who stood first after the crash, and in which step. */
  readonly stood: NodeId;
  readonly step: number;
  /** How many commands were answered while it was cut off. */
  readonly lacked: number;
  /** Who was the first to send commands to the others after the crash. */
  readonly leader: NodeId;
  /** How many votes of slots the others sent it before. */
  readonly handed: number;
}

/**
 * The last server is cut off for so short a time that it does not lose patience, and misses commands. The cut heals, the leader
 * crashes, and the last server, the least patient of those that are left, is the first to stand for leader.
 */
export function lateCandidate(protocol: LogProtocol, options: Omit<ServeOptions, "clients" | "faults" | "until">): LateCandidate {
  const { servers, patience: [least, most] } = options;
  const [first, late] = [servers[0]!, servers.at(-1)!];
  const rest = servers.slice(0, -1);
  const [cut, crash] = [2 * least, 2.4 * least + 1];
  const run = serve(protocol, {
    ...options,
    // A server of Multi-Paxos draws between once and twice its patience.
    only: { [late]: protocol === "Raft" ? { electionTimeout: [least, least] } : { patience: [(2 * least) / 3, least] } },
    clients: { c: { to: rest, from: cut - 20, until: crash + 20, load: { kind: "open", perSecond: 200, arrivals: "even" }, timeoutMs: 100, retries: 100 } },
    faults: [
      { at: cut, kind: "partition", groups: [[...rest, "c"], [late]], forMs: 0.4 * least },
      { at: crash, kind: "crash", node: first },
    ],
    until: crash + 3 * most,
  });
  const sends = only(run.trace, "send").filter(({ at, from }) => at > crash && from !== first);
  const stands = sends.find(({ message }) => message.kind === "requestVote" || message.kind === "p1a")!;
  const leads = sends.find(({ message }) => message.kind === "appendEntries" || message.kind === "p2a")!;
  const votes = sends.filter(({ step, to, message }) => step < leads.step && to === late && message.kind === "p1b");
  return {
    run,
    stood: stands.from,
    step: stands.step,
    lacked: only(run.trace, "return").filter(({ at }) => at > cut && at < crash).length,
    leader: leads.from,
    handed: Math.max(0, ...votes.map(({ message }) => (message as unknown as { readonly pvalues: readonly unknown[] }).pvalues.length)),
  };
}
