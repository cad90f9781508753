import { describe, it } from "vitest";
import { ids } from "../../../lib/core.js";
import { acceptor, brokenLogRuns, client, keyValueStore, leader, multiPaxosProperties, replica, server } from "../../../lib/multi-paxos.js";
import { simulate } from "../../../lib/sim.js";
import { sequence } from "../../../lib/trace.js";
import { expectRecorded } from "../../support/recorded.js";
import { all, names } from "./swarm.js";

const put = { kind: "command", operation: { kind: "put", key: "x", value: "1" } } as const;

describe("a recorded run of Multi-Paxos", () => {
  it("is a command that goes from a client by replicas, a leader and acceptors back to the client", () => {
    const [acceptors, leaders, replicas] = [names("a", 3), names("l", 2), names("r", 2)];
    const { trace } = simulate({
      nodes: {
        c: client({ replicas }),
        ...all(replicas, replica({ machine: keyValueStore, acceptors, leaders, replicas })),
        ...all(leaders, leader({ acceptors, leaders, replicas, first: leaders[0]! })),
        ...all(acceptors, acceptor({ acceptors })),
      },
      network: { latency: 10 },
      requests: [{ at: 20, node: "c", request: put as never }],
      properties: multiPaxosProperties,
      until: 90,
    });
    expectRecorded("multi-paxos-command", sequence(trace));
  });

  it("is a leader that crashes and leaves a hole, and the one that fills it", () => {
    const { sound } = brokenLogRuns.find(({ name }) => name === "holey server")!;
    const { trace } = simulate({ ...sound, requests: sound.requests.slice(0, 2), properties: multiPaxosProperties, until: 420 } as never);
    expectRecorded("multi-paxos-hole", sequence(trace));
  });

  it("is a read under a lease, which outlives the cut that takes its holder away", () => {
    const { sound } = brokenLogRuns.find(({ name }) => name === "careless acceptor")!;
    const { trace } = simulate({ ...sound, properties: multiPaxosProperties, until: 450 } as never);
    expectRecorded("multi-paxos-lease", sequence(trace));
  });

  it("is a change of the servers, with the no-ops that bring it about", () => {
    const servers = ids("s1", "s2");
    const { trace } = simulate({
      nodes: all(ids("s1", "s2", "s3"), server({ machine: keyValueStore, servers, window: 3 })),
      network: { latency: 10 },
      requests: [{ at: 50, node: "s1", request: { kind: "reconfigure", acceptors: ids("s2", "s3") } as never }],
      properties: multiPaxosProperties,
      until: 400,
    });
    expectRecorded("multi-paxos-reconfiguration", sequence(trace));
  });
});
