import { explore, type ExploreOptions, type Verdict } from "../../../lib/check.js";
import { chord, orderedRing, space, type ChordOptions } from "../../../lib/chord.js";
import { ids, type NodeId } from "../../../lib/core.js";

const small = space(4);

/**
 * All runs of a few nodes at these places, the first of them a ring already. Nobody is taken for dead by silence: a node that
 * failed comes back and says that it is a stranger, or is not heard of again.
 */
export function runs(places: readonly number[], members: number, given: Partial<ChordOptions>, options: Omit<ExploreOptions<Record<string, ReturnType<typeof chord>>>, "nodes">): Verdict {
  const names = ids(...places.map((_, i) => `n${i}`));
  const identifier = (node: string): string => small.of(places[names.indexOf(node as never)]!);
  const role = chord({ space: small, identifier, members: names.slice(0, members), successors: 2, patience: Infinity, fingersAtATime: 0, ...given });
  return explore({
    nodes: Object.fromEntries(names.map((name) => [name, role])), properties: [orderedRing({ identifier })], reduce: true,
    reach: { "all are members": ({ nodes }) => nodes.every(({ state }) => (state as { phase: string } | null)?.phase === "member") }, ...options,
  });
}

/** A request to join. */
export const join = (node: string, via: string) => ({ node, request: { kind: "join" as const, via: via as NodeId } });
