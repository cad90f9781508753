import { type Mix, searchSeeds, type SeedOptions, swarm } from "../../../lib/check.js";
import { type AnyRole, ids, type NodeId, type Property, stream, type Stream } from "../../../lib/core.js";
import { historyOf, keyValueMap, linearizable } from "../../../lib/history.js";
import {
  acceptor, decidedStays, keyValueStore, leader, multiPaxosProperties, replica, server, type ServerOptions,
} from "../../../lib/multi-paxos.js";
import type { Nodes, Operation, Run } from "../../../lib/sim.js";
import { commandFor } from "../../support/for-seeds.js";

/** When the nemesis ends, in ms. From then on only the network's own losses and doublings are left. */
const CALM = 3_000;

/** By when every client must have its answers, in ms. */
const DEADLINE = 60_000;

const sound = { server, replica, leader, acceptor };

/** The roles of a cluster, of which some may be broken. */
export type Cast = Partial<typeof sound>;

/** What may go wrong, half of it in each seed; rates are strikes per second. */
const TROUBLE = {
  loss: [0.01, 0.15],
  duplication: [0.01, 0.3],
  latency: { oneOf: [[1, 30], [0, 5], { kind: "exponential", mean: 8 }, { kind: "log-normal", median: 6, sigma: 1 }] },
  flush: { oneOf: [5, [0, 10]] },
  crashes: [0.5, 5],
  writeCrashes: [0.5, 5],
  pauses: [0.5, 3],
  stalls: [0.5, 3],
  slowdowns: [0.5, 2],
  skews: [0.5, 2],
  partitions: [0.5, 3],
  oneWayCuts: [0.5, 3],
  bridges: [0.5, 2],
  isolations: [0.5, 3],
  swizzles: [0.5, 2],
} as const;

/** `s1`, `s2` and so on. */
export function names(letter: string, n: number): readonly NodeId[] {
  return ids(...Array.from({ length: n }, (_, i) => `${letter}${i + 1}`));
}

/** One role for all of them. */
export function all(nodes: readonly NodeId[], role: AnyRole): Record<string, AnyRole> {
  return Object.fromEntries(nodes.map((node) => [node, role]));
}

const KEYS = ["x", "y"];

/** The next operation of a client: what a list cannot tell from another order is no use for a judge, so most append. */
function operation(chance: Stream, serial: number, client: string): { readonly kind: string; readonly [field: string]: unknown } {
  const key = chance.pick(KEYS);
  const value = `${client}.${serial} `;
  if (chance.chance(0.35)) return { kind: "read", operation: { kind: "get", key } };
  if (chance.chance(0.2)) return { kind: "command", operation: { kind: "put", key, value } };
  if (chance.chance(0.2)) return { kind: "command", operation: { kind: "cas", key, from: null, to: value } };
  return { kind: "command", operation: { kind: "append", key, value } };
}

/** Servers that play all the parts; each seed has options, a network and a mix of faults of its own. */
export function serverCluster(seed: number, cast: Cast = {}, fixed: Partial<ServerOptions<any, any, any>> = {}): SeedOptions {
  const shape = stream(seed, "shape");
  const { skews = 0, ...trouble } = swarm(seed, TROUBLE);
  const servers = names("s", shape.pick([3, 3, 3, 4, 5]));
  const joining = shape.chance(0.3) ? names("s", servers.length + 2).slice(servers.length) : [];
  // A lease rests on clocks that drift no more than was assumed.
  const leases = shape.chance(0.4) ? ({ reads: "lease", leaseMs: 120 } as const) : {};
  const options = {
    machine: keyValueStore,
    servers,
    ...leases,
    window: shape.pick([1, 2, 5, 16]),
    notices: shape.pick(["at once", "piggy-backed"] as const),
    checkpointAfter: shape.pick([20, 200, 1_000]),
    patience: [shape.pick([120, 200]), 2400] as const,
    ...fixed,
  };
  const role = (cast.server ?? server)(options);
  const members = [...servers, ...joining];
  const moments = stream(seed, "reconfiguration");
  const changes = joining.map((_, i) => ({
    at: moments.within([300, CALM]),
    node: servers[0]!,
    request: { kind: "reconfigure", acceptors: [...servers.slice(i + 1), ...joining.slice(0, i + 1)] },
  }));
  return {
    ...inTrouble({ nodes: all(members, role), asked: members, trouble: { ...trouble, skews: "reads" in leases ? 0 : skews }, seed }),
    requests: changes,
    properties: multiPaxosProperties,
  };
}

/** The roles of the paper, each on a node of its own. */
export function roleCluster(seed: number, cast: Cast = {}): SeedOptions {
  const roles = { ...sound, ...cast };
  const shape = stream(seed, "shape");
  const trouble = swarm(seed, TROUBLE);
  const acceptors = names("a", shape.pick([3, 3, 3, 4, 5]));
  const replicas = names("r", 2 + shape.below(2));
  const leaders = names("l", 1 + shape.below(3));
  const window = shape.pick([1, 2, 5, 16]);
  const nodes = {
    ...all(replicas, roles.replica({ machine: keyValueStore, acceptors, replicas, leaders, window, checkpointAfter: shape.pick([20, 200, 1_000]) })),
    ...all(leaders, roles.leader({ acceptors, replicas, leaders, window, epochs: shape.chance(0.3) })),
    ...all(acceptors, roles.acceptor({ acceptors })),
  };
  return { ...inTrouble({ nodes, asked: replicas, trouble, seed }), properties: [...multiPaxosProperties, decidedStays({ acceptors })] };
}

interface Given {
  readonly nodes: Nodes;
  readonly asked: readonly NodeId[];
  readonly trouble: Mix<typeof TROUBLE>;
  readonly seed: number;
}

function inTrouble({ nodes, asked, trouble, seed }: Given): SeedOptions {
  const { loss = 0, duplication = 0, latency = [1, 10], flush = 0, crashes = 0, ...rates } = trouble;
  const moments = stream(seed, "clients");
  const clients = names("c", 3).map((client) => [
    client,
    {
      operations: (chance: Stream, serial: number) => operation(chance, serial, client),
      count: 8,
      to: asked,
      from: moments.within([0, 200]),
      load: { kind: "closed", outstanding: 1, think: [0, 200] },
      timeoutMs: 400,
      retries: 500,
      backoff: [0, 100],
    } as const,
  ]);
  let [waiting, last] = [0, Infinity];
  return {
    nodes,
    network: { latency, loss, duplication },
    disk: { flush },
    clients: Object.fromEntries(clients),
    nemesis: { until: CALM, ...rates, crashes: { perSecond: crashes, lasts: [2, 200] }, nodes: Object.keys(nodes) },
    freeze: true,
    until(event) {
      if (event.at < last) waiting = clients.length * 8; // another run of the same options
      last = event.at;
      return (event.kind === "return" && --waiting === 0) || event.at > DEADLINE;
    },
  };
}

/** Liveness: once the faults are over, everybody who asks gets an answer. Safety, for those who ask: the answers are those of one store. */
export function everyAnswerIsRight({ history }: Run<Nodes>): string | null {
  const waiting = history.filter(({ returnedAt, request }) => returnedAt === null && request.kind !== "reconfigure");
  if (waiting.length > 0) return `${waiting.map(({ call }) => call).join(", ")} got no answer within ${DEADLINE - CALM} ms after the last fault`;
  const verdict = linearizable(storeHistory(history), keyValueMap());
  return verdict.kind === "holds" ? null : verdict.reason;
}

/** What clients asked of the store, in its own words. */
export function storeHistory(history: readonly Operation[]): Operation[] {
  return historyOf(history, {
    request: ({ request }) => (request.kind === "command" || request.kind === "read" ? (request as any).operation : null),
  });
}

/**
 * Search the seeds, or only the one that the environment names, and fail with the shrunk run of a seed that goes
 * wrong, or if one of the cases never occurs.
 */
export function search(
  seeds: number,
  options: (seed: number) => SeedOptions,
  sometimes: { readonly [name: string]: (run: Run<Nodes>) => boolean },
): void {
  const alone = process.env["SEED"];
  const verdict = searchSeeds({
    seeds: alone === undefined ? seeds : [Number(alone)],
    run: options,
    atEnd: everyAnswerIsRight,
    sometimes: alone === undefined ? sometimes : {},
    command: commandFor,
  });
  if (verdict.kind !== "passed") throw new Error(verdict.report);
}

export type { Property };
