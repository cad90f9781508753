import { client, pbftProperties, replica, type ClientOptions, type ReplicaOptions } from "../../../lib/byzantine.js";
import { type AnyRole, ids, type NodeId } from "../../../lib/core/role.js";
import { historyOf, keyValueMap, linearizable } from "../../../lib/history.js";
import { type KeyValueCommand, keyValueStore } from "../../../lib/raft.js";
import { simulate, type Run } from "../../../lib/sim.js";
import type { TraceEvent } from "../../../lib/trace/event.js";

export const replicas = ids("r0", "r1", "r2", "r3");
export const [r0, r1, r2, r3] = replicas as [NodeId, NodeId, NodeId, NodeId];

export const append = (value: string) => ({ kind: "operate" as const, operation: { kind: "append", key: "x", value } as KeyValueCommand });
export const get = { kind: "read" as const, operation: { kind: "get", key: "x" } as KeyValueCommand };

export type Given = Omit<ReplicaOptions<any, KeyValueCommand, any>, "machine" | "replicas">;

export const optionsOf = (given: Given = {}): ReplicaOptions<any, KeyValueCommand, any> => ({ replicas, machine: keyValueStore, ...given });

/** Four replicas and a client `c`, some of them replaced. */
export function cluster(given: Given = {}, others: Record<string, AnyRole> = {}, asking: Partial<ClientOptions> = {}): Record<string, AnyRole> {
  const role = replica(optionsOf(given));
  return { r0: role, r1: role, r2: role, r3: role, c: client({ replicas, ...asking }), ...others };
}

export function run(options: Record<string, unknown> & { readonly liars?: readonly NodeId[] }): Run<any> {
  const { liars = [], ...rest } = options;
  return simulate({ network: { latency: 10 }, properties: pbftProperties({ liars }), limits: { time: 60_000 }, ...rest } as never);
}

/** The answers that clients got, in order, and null, or what is wrong with them. */
export function judge({ trace }: { readonly trace: readonly TraceEvent[] }): { readonly answers: readonly unknown[]; readonly problem: string | null } {
  const history = historyOf(trace, { request: ({ request }) => (request as any).operation ?? null });
  const open = history.filter(({ returnedAt }) => returnedAt === null).length;
  const verdict = linearizable(history, keyValueMap());
  const problem = open > 0 ? `${open} without an answer` : verdict.kind === "violated" ? verdict.reason : null;
  return { answers: history.map(({ result }) => result), problem };
}
