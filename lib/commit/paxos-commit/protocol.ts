import { colocate } from "../../core/colocate.js";
import { integer, options } from "../../core/parameters.js";
import { type AnyRole, ids, type NodeId } from "../../core/role.js";
import type { CommitProtocol } from "../protocol.js";
import { acceptor } from "./acceptor.js";
import { leader, type LeaderOptions } from "./leader.js";
import { manager, type ManagerOptions } from "./manager.js";

/** The options of the roles, except that the names of acceptors and leaders are given. */
export interface PaxosCommitOptions
  extends Omit<LeaderOptions, "acceptors">, Omit<ManagerOptions, "resource" | "acceptors" | "leaders"> {
  /** How many crashes of acceptors it survives, F; by default 1. There are 2F + 1 acceptors, `a1` and so on. */
  readonly faults?: number;
  /** How many leaders there are; by default as many as acceptors. The first of them share the acceptors' nodes. */
  readonly leaders?: number;
}

/**
 * Paxos Commit as a store plugs it in: acceptors and leaders share the nodes `a1`, `a2` and so on; if there are more
 * leaders, the rest have nodes of their own, `l4` and so on.
 *
 * @throws RangeError unless `faults` is a whole number of at least 0, and `leaders` of at least 1; and as the roles do
 */
export function protocol(given: PaxosCommitOptions = {}): CommitProtocol {
  options("paxosCommit", given, ["faults", "leaders", "faster", "retryAfter", "contact", "inquireAfter"]);
  const { faults = 1, faster = false, retryAfter, contact, inquireAfter } = given;
  const size = 2 * integer("faults", faults, { max: 50 }) + 1;
  const acceptors = ids(...Array.from({ length: size }, (_, i) => `a${i + 1}`));
  const count = integer("leaders", given.leaders ?? size, { min: 1, max: 100 });
  const leaders: readonly NodeId[] = ids(
    ...Array.from({ length: count }, (_, i) => (i < size ? `a${i + 1}` : `l${i + 1}`)),
  );
  const leading = leader({ acceptors, faster, ...(retryAfter === undefined ? {} : { retryAfter }) });
  const accepting = acceptor();
  const both = colocate("leader and acceptor", leading, accepting);
  return (resources) => {
    const nodes: Record<string, AnyRole> = {};
    for (const node of new Set([...acceptors, ...leaders])) {
      nodes[node] = !leaders.includes(node) ? accepting : acceptors.includes(node) ? both : leading;
    }
    for (const [name, resource] of Object.entries(resources)) {
      nodes[name] = manager({
        resource,
        acceptors,
        leaders,
        faster,
        ...(contact === undefined ? {} : { contact }),
        ...(inquireAfter === undefined ? {} : { inquireAfter }),
      });
    }
    return { nodes, coordinators: leaders };
  };
}
