import { manager, type ManagerOptions } from "../../../lib/commit/paxos-commit/manager.js";
import { leader } from "../../../lib/commit/paxos-commit/leader.js";
import { acceptor } from "../../../lib/commit/paxos-commit/acceptor.js";
import { paxosCommitProperties } from "../../../lib/commit/paxos-commit/properties.js";
import { ids } from "../../../lib/core.js";
import { named, work } from "./clusters.js";

const acceptors = ids("a1", "a2", "a3");
/** All that must hold of these acceptors. */
export const properties = paxosCommitProperties({ acceptors });

/** Resource managers, leaders and three acceptors, all on nodes of their own; the first leader is asked. */
export function contest(managers: number, { leaders = ["l1"], faster = false, votes = [], ...managing }: {
  readonly leaders?: readonly string[];
  readonly faster?: boolean;
  readonly votes?: readonly ("yes" | "no" | "read-only" | "throw")[];
} & Partial<Pick<ManagerOptions, "contact">> = {}) {
  const participants = named("r", managers);
  const managed = manager({ acceptors, leaders: ids(...leaders), faster, ...managing });
  const leading = leader({ acceptors, faster });
  return {
    nodes: Object.fromEntries([
      ...participants.map((node) => [node, managed] as const),
      ...leaders.map((node) => [node, leading] as const),
      ...acceptors.map((node) => [node, acceptor()] as const),
    ]),
    requests: [{ node: "l1", request: { kind: "commit", transaction: "t1", work: work(participants, votes) } }],
    properties,
  } as const;
}
