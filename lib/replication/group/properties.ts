import { recall } from "../../consensus/multi-paxos/sessions.js";
import type { Property } from "../../core/property.js";
import type { Call, Tagged } from "../../core/role.js";
import { valueAt } from "../../core/table.js";
import type { Configure } from "./messages.js";
import { isWhole, lastSeq, type Replica, type StoreRequest } from "./replica.js";

/** What `acknowledgedKept` remembers: the latest epoch, the writes that were asked for, and those that were acknowledged. */
export interface Acknowledged {
  readonly epoch: number;
  readonly asked: ReadonlySet<Call>;
  readonly told: ReadonlySet<Call>;
}

/**
 * No acknowledged write is lost: whoever serves in the latest epoch has it, as far as sessions reach back (100 calls of a client). For
 * groups that wait for all their members: an asynchronous primary breaks this, and by how much is a measurement (`lostWrites`).
 */
export const acknowledgedKept: Property<Acknowledged> = {
  name: "no acknowledged write is lost",
  memory: { epoch: 1, asked: new Set(), told: new Set() },
  observe(memory, happened) {
    if (happened.kind === "send" && happened.message.kind === "configure") {
      return { ...memory, epoch: Math.max(memory.epoch, (happened.message as Configure).configuration.epoch) };
    }
    if (happened.kind === "request" && (happened.request as StoreRequest).kind === "put") return { ...memory, asked: new Set(memory.asked).add(happened.call) };
    if (happened.kind === "reply" && happened.result === null && memory.asked.has(happened.call)) return { ...memory, told: new Set(memory.told).add(happened.call) };
    return memory;
  },
  check({ nodes }, { epoch: latest, told }) {
    for (const [id, replica] of replicasOf(nodes)) {
      if (replica.configuration.epoch < latest || !isWhole(replica)) continue;
      for (const call of told) {
        if (replica.log.some((update) => update.call === call) || recall(replica.sessions, call).kind !== "new") continue;
        return `the write ${call} was acknowledged, and ${id}, who serves in epoch ${latest}, does not have it`;
      }
    }
    return null;
  },
};

/**
 * The update propagation invariant of van Renesse and Schneider 2004, section 3: in one epoch a node has all that the next one has, in
 * the same order. Of a primary and its backups it holds between the primary and each backup.
 */
export function updatePropagation({ shape }: { readonly shape: "chain" | "star" }): Property {
  return {
    name: "update propagation invariant",
    check({ nodes }) {
      const replicas = new Map(replicasOf(nodes));
      for (const [id, replica] of replicas) {
        const { members, epoch } = replica.configuration;
        const place = members.indexOf(id as never);
        const before = place <= 0 || !isWhole(replica) ? undefined : replicas.get(members[shape === "chain" ? place - 1 : 0]!);
        if (!before || before.configuration.epoch !== epoch || !isWhole(before)) continue;
        if (lastSeq(replica) > lastSeq(before)) return `${id} has update ${lastSeq(replica)}, and ${before.id} before it only ${lastSeq(before)}`;
        for (const update of replica.log) {
          const same = before.log.find(({ seq }) => seq === update.seq);
          if (same && same.call !== update.call) return `update ${update.seq} is ${update.call} at ${id}, and ${same.call} at ${before.id}`;
        }
      }
      return null;
    },
  };
}

function replicasOf(nodes: readonly { readonly id: string; readonly role: string; readonly state: object | null }[]): readonly (readonly [string, Replica])[] {
  return nodes.flatMap(({ id, role, state }) => (role === "replica" && state ? [[id, state as Replica] as const] : []));
}

/**
 * The acknowledged writes that this replica does not have: what an asynchronous failover has cost. For loads that write each key once,
 * because what was overwritten cannot be told from what was lost.
 *
 * @throws RangeError for a history in which a key is written twice
 */
export function lostWrites<O extends { readonly request: Tagged; readonly result: unknown; readonly returnedAt: number | null }>(
  replica: Replica,
  history: readonly O[],
): readonly O[] {
  const keys = new Set<string>();
  const inLog = new Set(replica.log.map(({ key }) => key));
  return history.filter(({ request, result, returnedAt }) => {
    if (request.kind !== "put") return false;
    const { key } = request as Tagged & { readonly key: string };
    if (keys.size === keys.add(key).size) throw new RangeError(`history must write each key once, got "${key}" twice`);
    return returnedAt !== null && result === null && !inLog.has(key) && valueAt(replica.table, key) === undefined;
  });
}
