import { canonical } from "../core/canonical.js";
import type { NodeView, Property } from "../core/property.js";
import { words } from "../core/words.js";
import type { StateReplica } from "./replica.js";

/** What replicas show to the world: their data, and which updates it has seen. */
type Seeing = Pick<StateReplica, "data" | "seen">;

/**
 * Strong eventual consistency (Shapiro, Preguiça, Baquero and Zawirski, Conflict-free replicated data types, SSS 2011,
 * definition 2.2): replicas that have seen the same updates show the same. `value` says what a replica shows (default:
 * its whole data).
 */
export function strongConvergence(value: (data: any) => unknown = (data: unknown) => data): Property {
  return {
    name: "strong convergence",
    check({ nodes }) {
      const shown = new Map<string, { readonly id: string; readonly value: unknown }>();
      for (const { id, state } of nodes) {
        if (state === null || !("seen" in state)) continue;
        const { data, seen } = state as unknown as Seeing;
        const name = canonical(Object.fromEntries(Object.entries(seen).filter(([, count]) => count > 0)));
        const other = shown.get(name);
        const mine = value(data);
        if (other && canonical(other.value) !== canonical(mine))
          return `${other.id} and ${id} have seen the same updates, but ${other.id} shows ${words(other.value)}, ${id} shows ${words(mine)}`;
        shown.set(name, { id, value: mine });
      }
      return null;
    },
  };
}

/** Whether all these replicas have seen the same updates: for runs that should have come to rest. */
export function haveSeenTheSame(nodes: readonly NodeView[]): boolean {
  return new Set(nodes.map(({ state }) => canonical((state as unknown as Seeing | null)?.seen ?? null))).size <= 1;
}
