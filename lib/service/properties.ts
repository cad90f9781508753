import { finite, integer } from "../core/parameters.js";
import type { Property } from "../core/property.js";
import type { Caller } from "./caller.js";
import type { RetryBudget } from "./retry.js";
import type { Server } from "./server.js";

/** No caller makes more second attempts than its budget allows: `burst`, and `share` for each first attempt. */
export function budgetKept({ share, burst }: RetryBudget): Property {
  finite("share", share);
  finite("burst", burst);
  return {
    name: "budget kept",
    check({ nodes }) {
      for (const { id, role, state } of nodes) {
        if (role !== "caller" || state === null) continue;
        const { calls, retries } = state as Caller;
        const allowed = burst + share * calls;
        if (retries > allowed + 1e-9) return `${id} has retried ${retries} times for ${calls} calls; its budget is ${allowed}`;
      }
      return null;
    },
  };
}

/** No more than so many requests wait at any server. */
export function queueBounded(capacity: number): Property {
  integer("capacity", capacity);
  return {
    name: "queue bounded",
    check({ nodes }) {
      for (const { id, role, state } of nodes) {
        if (role !== "server" || state === null) continue;
        const waiting = (state as Server).queue.length;
        if (waiting > capacity) return `${waiting} requests wait at ${id}, and ${capacity} may`;
      }
      return null;
    },
  };
}

/** No worker is idle while somebody waits: the servers lose no time. */
export function workConserving(workers: number): Property {
  integer("workers", workers, { min: 1 });
  return {
    name: "work conserving",
    check({ nodes }) {
      for (const { id, role, state } of nodes) {
        if (role !== "server" || state === null) continue;
        const { queue, running } = state as Server;
        if (queue.length > 0 && running.size < workers) return `${queue.length} wait at ${id}, where ${running.size} of ${workers} workers are busy`;
      }
      return null;
    },
  };
}

/** Nobody is told twice what became of one call. */
export function answeredOnce(): Property<{ readonly told: readonly string[]; readonly twice: string | null }> {
  return {
    name: "answered once",
    memory: { told: [], twice: null },
    observe(memory, happened) {
      if (happened.kind !== "reply") return memory;
      const call = String(happened.call);
      if (memory.told.includes(call)) return { ...memory, twice: call };
      return { ...memory, told: [...memory.told, call] };
    },
    check: (_world, { twice }) => (twice === null ? null : `${twice} was answered twice`),
  };
}
