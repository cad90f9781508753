import { ids } from "../../../lib/core.js";
import { acceptor, keyValueStore, leader, multiPaxosProperties, replica, server } from "../../../lib/multi-paxos.js";
import { all, names } from "./swarm.js";

const put = (node: string, value: string) => ({ node, request: { kind: "command", operation: { kind: "put", key: "x", value } } }) as const;

/** Two leaders and two replicas, each of which wants something else, and some acceptors. */
export function duel({ acceptors: n, epochs = false }: { readonly acceptors: number; readonly epochs?: boolean }) {
  const acceptors = names("a", n);
  const apart = (i: 1 | 2) => ({
    [`r${i}`]: replica({ machine: keyValueStore, acceptors, leaders: ids(`l${i}`), replicas: ids("r1", "r2"), window: 2 }),
    [`l${i}`]: leader({ acceptors, replicas: ids(`r${i}`), window: 2, epochs }),
  });
  return {
    nodes: { ...apart(1), ...apart(2), ...all(acceptors, acceptor({ acceptors })) },
    requests: [put("r1", "1"), put("r2", "2")],
    properties: multiPaxosProperties,
    reduce: true,
  };
}

/** Servers of whom the first is asked for something, and the second for something else. */
export function servers(n: number) {
  const group = names("s", n);
  return {
    nodes: all(group, server({ machine: keyValueStore, servers: group, window: 2, epochs: false })),
    requests: [put("s1", "1"), put("s2", "2")],
    properties: multiPaxosProperties,
    reduce: true,
  };
}
