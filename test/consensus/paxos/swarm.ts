import { type Mix, searchSeeds, type SeedOptions, type SeedSearch, swarm } from "../../../lib/check.js";
import { type NodeId, stream } from "../../../lib/core.js";
import { acceptor, learner, paxosProperties, proposer, server } from "../../../lib/paxos.js";
import type { Nodes, Run } from "../../../lib/sim.js";
import { commandFor } from "../../support/for-seeds.js";
import { TROUBLE } from "../../support/trouble.js";
import { ofRoles, ofServers } from "./cases.js";
import { all, names } from "./contests.js";

/** When the nemesis ends, in ms. From then on only the network's own losses and doublings are left. */
const CALM = 1_500;

/** By when every client must have its answer, in ms. */
const DEADLINE = 60_000;

const sound = { proposer, acceptor, learner };

/** What may go wrong, half of it in each seed; rates are strikes per second. */
const KNOBS = { ...TROUBLE, nack: { oneOf: [true] } } as const;

/** Each seed has a cluster, a network and a mix of faults of its own; every proposer has a patient client. */
export function cluster(seed: number, cast: Partial<typeof sound> = {}): SeedOptions {
  const roles = { ...sound, ...cast };
  const shape = stream(seed, "shape");
  const { loss = 0, nack = false, ...trouble } = swarm(seed, KNOBS);
  const acceptors = names("a", shape.pick([2, 3, 3, 3, 4, 5]));
  const prepare = 1 + shape.below(acceptors.length);
  const quorums = shape.chance(0.3) ? { quorums: { prepare, accept: acceptors.length - prepare + 1 } } : {};
  const contact = loss < 0.1 && shape.chance(0.3) ? "quorum" : "all";
  const retryAfter = shape.pick([[100, 300], [200, 600]] as const);
  const proposing = { ...quorums, contact, retryAfter, backoff: [20, 200] } as const;
  const proposers = names("p", 2 + shape.below(2));
  const learners = names("l", shape.below(3));
  const isTold = shape.chance(0.5);
  const nodes = {
    ...all(proposers, roles.proposer({ acceptors, ...proposing, ...(isTold ? {} : { informs: learners }) })),
    ...all(acceptors, roles.acceptor({ nack, ...(isTold ? { learners: [...proposers, ...learners] } : {}) })),
    ...all(learners, roles.learner({ acceptors, ...quorums })),
  };
  return { ...inTrouble(seed, { nodes, asked: proposers, trouble: { ...trouble, loss } }), properties: paxosProperties({ acceptors, ...quorums }) };
}

/** The same for servers that play all the parts. */
export function serverCluster(seed: number): SeedOptions {
  const shape = stream(seed, "shape");
  const { nack = false, ...trouble } = swarm(seed, KNOBS);
  const servers = names("s", shape.pick([3, 3, 5]));
  const role = server({
    servers,
    nack,
    retryAfter: [200, 600],
    backoff: [20, 200],
    ...(shape.chance(0.3) ? { learners: servers } : {}),
    ...(shape.chance(0.3) ? { informs: servers } : {}),
  });
  return { ...inTrouble(seed, { nodes: all(servers, role), asked: servers.slice(0, 3), trouble }), properties: paxosProperties({ servers }) };
}

type Trouble = Omit<Mix<typeof KNOBS>, "nack">;

function inTrouble(seed: number, given: { readonly nodes: Nodes; readonly asked: readonly NodeId[]; readonly trouble: Trouble }): SeedOptions {
  const { nodes, asked, trouble } = given;
  const { loss = 0, duplication = 0, latency = [1, 10], flush = 0, crashes = 0, ...rates } = trouble;
  const moments = stream(seed, "clients");
  const latest = moments.pick([20, 100, 500]);
  // Two with different wishes for each: what a proposer is asked after a crash need not be what it was asked before.
  const clients = asked.flatMap((node) =>
    ["x", "y"].map((letter) => {
      const request = { kind: "propose", value: `${letter}${node}` };
      return [`${letter}${node}`, { operations: [request], to: node, from: moments.within([0, latest]), timeoutMs: 400, retries: 200, backoff: [0, 200] }];
    }),
  );
  return {
    nodes,
    network: { latency, loss, duplication },
    disk: { flush },
    clients: Object.fromEntries(clients),
    nemesis: { until: CALM, ...rates, crashes: { perSecond: crashes, lasts: [2, 100] } },
    freeze: true,
    until: DEADLINE,
  };
}

/** Liveness: once the faults are over, everybody who asks gets an answer. */
export function everyClientHasItsAnswer({ history }: Run<Nodes>): string | null {
  const waiting = history.filter(({ returnedAt }) => returnedAt === null).map(({ client }) => client);
  return waiting.length === 0 ? null : `${waiting.join(", ")} got no answer within ${DEADLINE - CALM} ms after the last fault`;
}

/** The module that threads load these searches from. */
export const here: string = import.meta.url;

/** Clusters of proposers, acceptors and learners. */
export const rolesInTrouble = { run: (seed: number) => cluster(seed), atEnd: everyClientHasItsAnswer, sometimes: ofRoles };

/** Clusters of servers that play all the parts. */
export const serversInTrouble = { run: serverCluster, atEnd: everyClientHasItsAnswer, sometimes: ofServers };

/**
 * Search the seeds, or only the one that the environment names, and fail with the shrunk run of a seed that goes
 * wrong, or if one of the cases never occurs.
 */
export function search(seeds: number, searched: SeedSearch<SeedOptions>): void {
  const alone = process.env["SEED"];
  const asked = alone === undefined ? { seeds } : { seeds: [Number(alone)], sometimes: {} };
  const verdict = searchSeeds({ ...searched, ...asked, command: commandFor });
  if (verdict.kind !== "passed") throw new Error(verdict.report);
}
