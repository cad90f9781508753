import { searchSeeds, type SeedOptions, type SeedSearch, swarm } from "../../../lib/check.js";
import { type AnyRole, ids, type NodeId, stream } from "../../../lib/core.js";
import { acknowledgedOnDisks, type Added, cart, dynamo, type DynamoNode, type DynamoOptions, recordEntries, unsettledKeys } from "../../../lib/dynamo.js";
import type { Nodes, Operation, Run } from "../../../lib/sim.js";
import { commandFor } from "../../support/for-seeds.js";

/** This module, for threads that load it. */
export const here = import.meta.url;

/** When the nemesis ends, and when clients begin their last additions, in ms. */
const CALM = 1_200;
const LAST_CALL = 1_500;

/** When the run ends, in ms: by then hints are handed over and replicas are equal. */
const DEADLINE = 5_000;

/** What may go wrong, half of it in each seed; rates are strikes per second. */
const TROUBLE = {
  loss: [0.01, 0.15],
  duplication: [0.01, 0.3],
  latency: { oneOf: [[1, 40], [0, 3], { kind: "exponential", mean: 8 }, { kind: "log-normal", median: 6, sigma: 1 }] },
  flush: { oneOf: [5, [0, 20]] },
  crashes: [0.5, 6],
  writeCrashes: [0.5, 6],
  pauses: [0.5, 3],
  stalls: [0.5, 3],
  slowdowns: [0.5, 2],
  skews: [0.5, 2],
  partitions: [0.5, 4],
  oneWayCuts: [0.5, 3],
  bridges: [0.5, 2],
  isolations: [0.5, 4],
  swizzles: [0.5, 2],
} as const;

const LASTS: Readonly<Record<string, readonly [number, number]>> = {
  crashes: [20, 400], partitions: [50, 600], oneWayCuts: [50, 600], isolations: [50, 600], bridges: [50, 600],
};

/** The store of a seed: 3 to 6 nodes, any N, R and W. */
export function optionsOf(seed: number): DynamoOptions {
  const shape = stream(seed, "shape");
  const nodes = ids("a", "b", "c", "d", "e", "f").slice(0, shape.pick([3, 4, 5, 5, 6]));
  const n = shape.pick([2, 3, 3, 3]);
  const r = 1 + shape.below(n);
  const w = 1 + shape.below(n);
  return {
    nodes, n, r, w,
    quorum: shape.pick(["sloppy", "strict"]),
    readRepair: shape.chance(0.7),
    patience: [20, 40],
    compareEvery: [60, 100],
    handoffEvery: [50, 90],
  };
}

/** What makes a node of these options. */
export type MakeNode = (options: DynamoOptions) => AnyRole;

/** Each seed has a store, a network and a mix of faults of its own; carts add items to two keys at the same time. */
export function cluster(seed: number, make: MakeNode = dynamo): SeedOptions {
  const options = optionsOf(seed);
  const { nodes, w = 1 } = options;
  const { loss = 0, duplication = 0, latency = [1, 10], flush = 0, ...rates } = swarm(seed, TROUBLE);
  const shape = stream(seed, "carts");
  const carts = ids("cart1", "cart2", "cart3").slice(0, 2 + shape.below(2));
  const role = make(options);
  return {
    nodes: {
      ...Object.fromEntries(nodes.map((node) => [node, role])),
      ...Object.fromEntries(carts.map((node, i) => [node, cart({ nodes: turned(nodes, i), patience: [60, 120] })])),
    },
    network: { latency, loss, duplication },
    disk: { flush },
    clients: Object.fromEntries(carts.map((node, i) => [`c${i + 1}`, {
      operations: (chance, serial) => ({ kind: "add", key: `${chance.pick(["x", "y"])} ${seed}`, item: `c${i + 1}.${serial}` }),
      to: node,
      count: 3 + shape.below(6),
      until: LAST_CALL,
      timeoutMs: 400,
      retries: 8,
      load: { kind: "closed", think: [0, shape.pick([20, 200])] },
    }])),
    nemesis: {
      until: CALM,
      nodes: [...nodes],
      ...Object.fromEntries(Object.entries(rates).map(([kind, perSecond]) => [kind, { perSecond, lasts: LASTS[kind] ?? [20, 200] }])),
    },
    properties: [acknowledgedOnDisks({ w })],
    freeze: true,
    until: DEADLINE,
  };
}

function turned(nodes: readonly NodeId[], by: number): readonly NodeId[] {
  return [...nodes.slice(by), ...nodes.slice(0, by)];
}

/** At the end replicas are equal and nobody keeps anything for another; no acknowledged item is missing; reads saw what they had to. */
export function atEnd(run: Run<Nodes>): string | null {
  const seed = seedOf(run);
  if (seed === null) return null;
  const options = optionsOf(seed);
  const unsettled = unsettledKeys(options.nodes.map((id) => ({ id, role: "dynamo", state: run.simulation.state(id) })), options);
  if (unsettled.length > 0) return `not settled at the end: ${unsettled.join(", ")}`;
  return missingItem(run, options) ?? (options.quorum === "strict" && options.r! + options.w! > options.n! ? missedWrite(run) : null);
}

/** An item whose addition was acknowledged, and which a replica does not have. */
function missingItem(run: Run<Nodes>, { nodes }: DynamoOptions): string | null {
  const items = new Map<string, Set<unknown>>();
  for (const node of nodes) {
    for (const [key, { versions }] of recordEntries((run.simulation.state(node) as DynamoNode).stored)) {
      for (const { value } of versions) items.set(key, new Set([...(items.get(key) ?? []), ...(value as readonly string[])]));
    }
  }
  const lost = run.history.find(({ request, returnedAt }) => returnedAt !== null && !items.get(keyOf(request))?.has(itemOf(request)));
  return lost ? `${itemOf(lost.request)} was added to ${keyOf(lost.request)} and acknowledged, and no replica has it` : null;
}

/** An addition whose read began after another one was acknowledged, and did not see it. */
export function missedWrite({ history }: Run<Nodes>): string | null {
  const done = history.filter(({ returnedAt }) => returnedAt !== null) as readonly (Operation & { readonly returnedAt: number })[];
  for (const one of done) {
    for (const other of done) {
      if (keyOf(one.request) !== keyOf(other.request) || one.returnedAt >= other.invokedAt) continue;
      if ((other.result as Added).found.includes(itemOf(one.request))) continue;
      return `${other.client} read ${keyOf(one.request)} after ${itemOf(one.request)} had been acknowledged, and did not see it`;
    }
  }
  return null;
}

const keyOf = (request: object): string => (request as { readonly key: string }).key;
const itemOf = (request: object): string => (request as { readonly item: string }).item;

/** A run tells its seed by its keys. They are each seed's own also so that their replicas are others in each. */
function seedOf({ history }: Run<Nodes>): number | null {
  return history.length === 0 ? null : Number(keyOf(history[0]!.request).slice(2));
}

const sent = (kind: string) => ({ trace }: Run<Nodes>): boolean => trace.some((event) => event.kind === "send" && (event.message as { kind: string }).kind === kind);

/** Cases without which the search would say little. */
export const cases = {
  "siblings were joined": ({ history }: Run<Nodes>) => history.some(({ result }) => ((result as Added | undefined)?.siblings ?? 0) > 1),
  "a hint was handed over": sent("handed"),
  "a read repaired": sent("repair"),
  "trees differed": sent("list"),
  "an outsider coordinated": ({ trace }: Run<Nodes>) =>
    trace.some((event) => event.kind === "send" && (event.message as { dot?: { actor: string } }).dot?.actor.includes("/") === true),
  "a client was sent on": ({ trace }: Run<Nodes>) =>
    trace.some((event) => event.kind === "send" && (event.message as { result?: { kind: string } }).result?.kind === "redirect"),
  "a write was missed by quorums that do not meet": (run: Run<Nodes>) => missedWrite(run) !== null,
};

/** The search, for one thread or several. */
export const stores: SeedSearch<SeedOptions> = { run: (seed) => cluster(seed), atEnd, sometimes: cases };

/** Search the seeds, or only the one that the environment variable SEED names, and fail with the shrunk run that goes wrong. */
export function search(seeds: number, what: SeedSearch<SeedOptions> = stores): void {
  const alone = process.env["SEED"];
  const verdict = searchSeeds({ ...what, seeds: alone === undefined ? seeds : [Number(alone)], command: commandFor, ...(alone === undefined ? {} : { sometimes: {} }) });
  if (verdict.kind !== "passed") throw new Error(verdict.report);
}
