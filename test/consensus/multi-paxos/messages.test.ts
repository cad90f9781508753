import { describe, expect, it } from "vitest";
import { type AnyRole, ids, type NodeId } from "../../../lib/core.js";
import { acceptor, client, keyValueStore, leader, replica, server, type ServerOptions } from "../../../lib/multi-paxos.js";
import { simulate } from "../../../lib/sim.js";
import { only, type TraceEvent } from "../../../lib/trace/event.js";
import { all, names } from "./swarm.js";

/** Every message takes this long, so that the time of an answer counts message delays. */
const DELAY = 10;

const put = (value: string) => ({ kind: "command", operation: { kind: "put", key: "x", value } }) as const;

/** Messages of one command, apart from those that show that somebody is alive, and those that save it to disk. */
function counted(trace: readonly TraceEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { message } of only(trace, "send")) {
    if (message.kind === "heartbeat" || message.kind === "checkpoint" || message.kind === "forget" || message.kind === "granted") continue;
    counts[message.kind] = (counts[message.kind] ?? 0) + 1;
  }
  return counts;
}

const total = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);

/** What `requests` in steady state cost: messages, and ms until each answer. */
function steady(nodes: Record<string, AnyRole>, node: string, requests: readonly { readonly at: number; readonly request: unknown }[]) {
  const before = 500;
  const run = simulate({
    nodes,
    network: { latency: DELAY },
    requests: requests.map(({ at, request }) => ({ at: before + at, node, request })) as never,
    until: before + 1_000,
  });
  const trace = run.trace.filter(({ at }) => at >= before);
  const asked = new Map(only(run.trace, "request").map(({ call, at }) => [call, at]));
  const delays = only(trace, "reply").map(({ call, at }) => Math.round(at - asked.get(call)!) / DELAY);
  return { sent: counted(trace), total: total(counted(trace)), delays };
}

describe("the roles of the paper, each on a node of its own", () => {
  /** R replicas, L leaders of whom the first leads, A acceptors. */
  function apart(r: number, l: number, a: number) {
    const [replicas, leaders, acceptors] = [names("r", r), names("l", l), names("a", a)];
    return {
      c: client({ replicas }),
      ...all(replicas, replica({ machine: keyValueStore, acceptors, replicas, leaders })),
      ...all(leaders, leader({ acceptors, replicas, leaders, first: leaders[0]! })),
      ...all(acceptors, acceptor({ acceptors })),
    };
  }

  it.each([[2, 1, 3], [2, 2, 3], [3, 2, 5], [3, 3, 7], [1, 1, 1]])(
    "need R + RL + 2A + R + R messages for a command, and six delays: R = %i, L = %i, A = %i",
    (r, l, a) => {
      const { sent, total: all, delays } = steady(apart(r, l, a), "c", [{ at: 0, request: put("1") }]);
      expect(sent).toEqual({ request: r, propose: r * l, p2a: a, p2b: a, decision: r, response: r });
      expect(all).toBe(r + r * l + 2 * a + r + r);
      expect(delays).toEqual([6]);
    },
  );
});

describe("servers that play all the parts", () => {
  const cluster = (n: number, options: Partial<ServerOptions<any, any, any>> = {}) => {
    const servers = names("s", n);
    return all(servers, server({ machine: keyValueStore, servers, ...options }));
  };
  /** So close together that each of them takes a notice along for the one before, and the last for itself with a heartbeat. */
  const stream = Array.from({ length: 10 }, (_, i) => ({ at: i * 2 * DELAY, request: put(`${i}`) }));

  it.each([1, 2, 3, 4, 5, 7])("need 2(n - 1) messages for a command in steady state, and two delays at the leader: n = %i", (n) => {
    const { sent, delays } = steady(cluster(n, { notices: "piggy-backed" }), "s1", stream);
    expect(sent).toEqual(n === 1 ? {} : { p2a: 10 * (n - 1), p2b: 10 * (n - 1) });
    expect(new Set(delays)).toEqual(new Set([n === 1 ? 0 : 2]));
  });

  it.each([2, 3, 5])("need n - 1 more where each decision is told at once: n = %i", (n) => {
    const { sent } = steady(cluster(n), "s1", stream);
    expect(sent).toEqual({ p2a: 10 * (n - 1), p2b: 10 * (n - 1), decision: 10 * (n - 1) });
  });

  it("need one more where another server is asked, which answers after four delays", () => {
    const { sent, delays } = steady(cluster(3), "s2", [{ at: 0, request: put("1") }]);
    expect(sent).toEqual({ forward: 1, p2a: 2, p2b: 2, decision: 2 });
    expect(delays).toEqual([4]);
  });

  it("need no message for a read at a leader that holds a lease, two elsewhere, and a whole slot without a lease", () => {
    const get = { kind: "read", operation: { kind: "get", key: "x" } };
    const leasing = cluster(3, { reads: "lease", leaseMs: 150 });
    expect(steady(leasing, "s1", [{ at: 0, request: get }])).toEqual({ sent: {}, total: 0, delays: [0] });
    expect(steady(leasing, "s3", [{ at: 0, request: get }])).toEqual({ sent: { ask: 1, serve: 1 }, total: 2, delays: [2] });
    expect(steady(cluster(3), "s1", [{ at: 0, request: get }])).toMatchObject({ total: 6, delays: [2] });
  });

  it("flush once for a command, each, and at the same time: not once after the other", () => {
    const servers = ids("s1", "s2", "s3");
    const run = simulate({
      nodes: all(servers, server({ machine: keyValueStore, servers, checkpointAfter: 5_000 })),
      network: { latency: DELAY },
      disk: { flush: 7 },
      requests: [{ at: 500, node: "s1", request: put("1") as never }],
      until: 1_000,
    });
    const flushes = only(run.trace, "flushed").filter(({ at }) => at >= 500);
    expect(flushes.map(({ node, at }) => [node, at])).toEqual([["s1" as NodeId, 507], ["s2" as NodeId, 517], ["s3" as NodeId, 517]]);
    expect(only(run.trace, "reply")[0]!.at).toBe(500 + 2 * DELAY + 7);
  });

  it("need phase 1 once, for all slots: 2(n - 1) messages for as many commands as there are", () => {
    const servers = ids("s1", "s2", "s3");
    const run = simulate({
      nodes: all(servers, server({ machine: keyValueStore, servers })),
      network: { latency: DELAY },
      requests: Array.from({ length: 100 }, (_, i) => ({ at: 100 + i, node: "s1", request: put(`${i}`) as never })),
      until: 2_000,
    });
    expect(counted(run.trace)).toMatchObject({ p1a: 2, p1b: 2, p2a: 2 * 101, p2b: 2 * 101 });
    expect(only(run.trace, "reply")).toHaveLength(100);
  });
});
