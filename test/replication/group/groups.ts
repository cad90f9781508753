import { ids, stream, type AnyRole, type NodeId, type Seed } from "../../../lib/core.js";
import { keyValueMap, linearizable } from "../../../lib/history.js";
import { acknowledgedKept, chain, master, primaryBackup, updatePropagation, type StoreRequest } from "../../../lib/replication.js";
import type { Run } from "../../../lib/sim.js";
import type { SeedOptions, SeedSearch } from "../../../lib/check.js";

export const m: NodeId = "m" as NodeId;
export const [r1, r2, r3] = ids("r1", "r2", "r3") as readonly [NodeId, NodeId, NodeId];
export const three: readonly NodeId[] = [r1, r2, r3];

/** The kinds of group, each with the options that make it linearizable. */
export const kinds = {
  "primary and backups": { shape: "star", role: () => primaryBackup({ members: three, master: m }) },
  "primary and backups, confirmed": { shape: "star", role: () => primaryBackup({ members: three, master: m, check: "confirm" }) },
  chain: { shape: "chain", role: () => chain({ members: three, master: m }) },
  "chain, confirmed": { shape: "chain", role: () => chain({ members: three, master: m, check: "confirm" }) },
  CRAQ: { shape: "chain", role: () => chain({ members: three, master: m, reads: "any" }) },
  "CRAQ, confirmed": { shape: "chain", role: () => chain({ members: three, master: m, reads: "any", check: "confirm" }) },
} as const satisfies Record<string, { readonly shape: "chain" | "star"; readonly role: () => AnyRole }>;

type Nodes = Readonly<Record<string, AnyRole>>;

const CALM = 3_000;

/** Three clients that read and write two keys, and what the nemesis does to the replicas (the master is spared). */
export function cluster(seed: Seed, shape: "chain" | "star", role: () => AnyRole, theMaster: AnyRole = master({ members: three })): SeedOptions {
  const shapeOf = stream(seed, "shape");
  const rates = Object.fromEntries(["crashes", "writeCrashes", "pauses", "partitions", "isolations", "oneWayCuts"].map((kind) => [kind, { perSecond: shapeOf.pick([0, 1, 2]), lasts: [50, 500] as const }]));
  const client = (): NonNullable<SeedOptions["clients"]>[string] => ({
    operations: (chance, serial) => (chance.chance(0.5) ? { kind: "put", key: chance.pick(["x", "y"]), value: `${seed} ${shapeOf.below(1e6)} ${serial}` } : { kind: "get", key: chance.pick(["x", "y"]) }),
    to: [...three],
    count: 12,
    until: CALM,
    timeoutMs: 120,
    retries: 60,
    backoff: [10, 30],
    load: { kind: "closed", think: [20, 150] },
  });
  return {
    seed,
    nodes: { m: theMaster, ...Object.fromEntries(three.map((node) => [node, role()])) },
    network: { latency: shapeOf.pick([[1, 5], [1, 15]] as const), loss: shapeOf.pick([0, 0.05]), duplication: shapeOf.pick([0, 0.1]) },
    disk: { flush: shapeOf.pick([0, [1, 5]] as const) },
    clients: { c1: client(), c2: client(), c3: client() },
    nemesis: { until: CALM, nodes: [...three], ...rates },
    properties: [acknowledgedKept, updatePropagation({ shape })],
    freeze: true,
    until: 9_000,
  };
}

/** What clients were told is what one map tells, and everybody was told something in the end. */
export function atEnd({ history }: Run<Nodes>): string | null {
  const verdict = linearizable(history, keyValueMap());
  if (verdict.kind === "violated") return verdict.reason;
  const open = history.filter(({ returnedAt }) => returnedAt === null);
  return open.length === 0 ? null : `${open.length} operations were never answered, the first of them ${open[0]!.call}`;
}

const happened = (kind: string) => ({ trace }: Run<Nodes>): boolean => trace.some((event) => event.kind === kind);
const sent = (kind: string) => ({ trace }: Run<Nodes>): boolean => trace.some((event) => event.kind === "send" && (event.message as { kind: string }).kind === kind);

/** Cases without which the search would say little. */
export const cases: NonNullable<SeedSearch<SeedOptions>["sometimes"]> = {
  "a replica crashed": happened("crash"),
  "an epoch was sealed": sent("seal"),
  "a log was resumed": sent("resume"),
  "somebody began with nothing": ({ trace }) => trace.some((event) => event.kind === "send" && (event.message as { base?: object | null }).base != null),
  "an epoch had one member": ({ trace }) => trace.some((event) => event.kind === "decide" && (event.outcome as { members: readonly string[] }).members.length === 1),
};

/** Requests in the form of the explorer. */
export const put = <N extends string>(node: N, value: string): { readonly node: N; readonly request: StoreRequest } => ({ node, request: { kind: "put", key: "x", value } });
export const get = <N extends string>(node: N): { readonly node: N; readonly request: StoreRequest } => ({ node, request: { kind: "get", key: "x" } });
