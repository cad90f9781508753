import { type AnyRole, colocate, ids, type NodeId } from "../../../lib/core.js";
import { acceptor } from "../../../lib/commit/paxos-commit/acceptor.js";
import { leader } from "../../../lib/commit/paxos-commit/leader.js";
import { manager, type ManagerOptions } from "../../../lib/commit/paxos-commit/manager.js";
import type { Vote } from "../../../lib/commit/transaction.js";

/** `r1`, `r2` and so on. */
export function named(letter: string, count: number): readonly NodeId[] {
  return ids(...Array.from({ length: count }, (_, i) => `${letter}${i + 1}`));
}

export interface Shape {
  readonly managers: number;
  readonly faults: number;
  /** Each acceptor on the node of a resource manager, as far as there are enough, and the leader on the first. */
  readonly colocated?: boolean;
  readonly faster?: boolean;
  /** Leaders on nodes of their own, besides the first. */
  readonly rivals?: number;
  readonly managing?: Partial<ManagerOptions>;
}

export interface Cluster {
  readonly nodes: Readonly<Record<string, AnyRole>>;
  readonly managers: readonly NodeId[];
  /** The node of the leader that is asked first; also the first acceptor's. */
  readonly first: NodeId;
}

/** A cluster as in section 4.2: the first leader shares the node of the first acceptor. */
export function cluster({ managers: n, faults, colocated = false, faster = false, rivals = 0, managing = {} }: Shape): Cluster {
  const managers = named("r", n);
  const sharing = colocated ? Math.min(n, faults + 1) : 0;
  const acceptors = [...managers.slice(0, sharing), ...named("a", 2 * faults + 1 - sharing)];
  const first = acceptors[0]!;
  const leaders = [first, ...named("l", rivals)];
  const managed = manager({ acceptors, leaders, faster, ...managing });
  const leading = leader({ acceptors, faster });
  const nodes = Object.fromEntries(
    [...new Set([...managers, ...acceptors, ...leaders])].map((node) => {
      const parts: AnyRole[] = [
        ...(managers.includes(node) ? [managed] : []),
        ...(leaders.includes(node) ? [leading] : []),
        ...(acceptors.includes(node) ? [acceptor()] : []),
      ];
      return [node, parts.length === 1 ? parts[0]! : colocate("server", ...parts)];
    }),
  );
  return { nodes, managers, first };
}

/** What every participant has to do: what `scripted` takes for a vote. */
export function work(managers: readonly NodeId[], votes: readonly (Vote | "throw")[] = []): Record<string, Vote | "throw"> {
  return Object.fromEntries(managers.map((node, i) => [node, votes[i] ?? "yes"]));
}
