import { type AnyRole, ids, type NodeId } from "../../../lib/core.js";
import {
  acceptor, type AcceptorOptions, paxosProperties, proposer, type ProposerOptions, server, type SmallWorld,
} from "../../../lib/paxos.js";

const x = { kind: "propose", value: "x" } as const;
const y = { kind: "propose", value: "y" } as const;

/** `a1`, `a2` and so on. */
export function names(letter: string, n: number): readonly NodeId[] {
  return ids(...Array.from({ length: n }, (_, i) => `${letter}${i + 1}`));
}

/** One role for all of them. */
export function all(nodes: readonly NodeId[], role: AnyRole): Record<string, AnyRole> {
  return Object.fromEntries(nodes.map((node) => [node, role]));
}

/** A cluster for the explorer, what is asked of it, and all that must hold. */
export type Contest = Pick<SmallWorld, "nodes" | "requests" | "properties">;

/** Two proposers that want different things of n acceptors. */
export function rivals(n: number, proposing: Partial<ProposerOptions> = {}, accepting: AcceptorOptions = {}): Contest {
  const acceptors = names("a", n);
  const role = proposer({ acceptors, ...proposing });
  return {
    nodes: { p1: role, p2: role, ...all(acceptors, acceptor(accepting)) },
    requests: [{ node: "p1", request: x }, { node: "p2", request: y }],
    properties: paxosProperties({ acceptors, ...(proposing.quorums ? { quorums: proposing.quorums } : {}) }),
  };
}

/** Two of n servers want different things. */
export function servers(n: number): Contest {
  const group = names("s", n);
  return {
    nodes: all(group, server({ servers: group })),
    requests: [{ node: "s1", request: x }, { node: "s2", request: y }],
    properties: paxosProperties({ servers: group }),
  };
}
