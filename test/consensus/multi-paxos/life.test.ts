import { describe, expect, it } from "vitest";
import { ids, type NodeId } from "../../../lib/core.js";
import { keyValueMap, linearizable } from "../../../lib/history.js";
import {
  acceptor, brokenLogRuns, keyValueStore, leader, type Leader, markers, multiPaxosProperties, type Performed, replica, type Replica, server,
  type ServerOptions,
} from "../../../lib/multi-paxos.js";
import { type ScriptedFault, simulate, type SimulateOptions } from "../../../lib/sim.js";
import { only } from "../../../lib/trace/event.js";
import { forSeeds } from "../../support/for-seeds.js";
import { all, names, storeHistory } from "./swarm.js";

const put = (value: string) => ({ kind: "command", operation: { kind: "put", key: "x", value } }) as const;
const get = { kind: "read", operation: { kind: "get", key: "x" } } as const;

function cluster(n: number, options: Partial<ServerOptions<any, any, any>> = {}) {
  const servers = names("s", n);
  return all(servers, server({ machine: keyValueStore, servers, ...options }));
}

/** A client that appends its serial numbers to one key, for as long as the run lasts. */
const appender = (to: string | readonly string[], more = {}) =>
  ({
    operations: (_: unknown, serial: number) => ({ kind: "command", operation: { kind: "append", key: "x", value: `${serial} ` } }),
    to, timeoutMs: 300, retries: 1_000, backoff: [0, 50], ...more,
  }) as const;

const run = (options: object) => simulate({ properties: multiPaxosProperties, ...options } as unknown as SimulateOptions<any>);
const stateOf = (result: ReturnType<typeof run>, id: string) => result.simulation.state(id) as Replica<any, any, any> & Leader<any>;
const valueOf = (result: ReturnType<typeof run>, id: string) => keyValueStore.apply(stateOf(result, id).state, { kind: "get", key: "x" }).result;

describe("the crash of the leader", () => {
  const crash: ScriptedFault = { at: 500, kind: "crash", node: "s1" };

  /** The longest wait between two answers, in ms. */
  function gap(seed: number, patience: readonly [number, number]): number {
    const { trace } = run({
      seed, nodes: cluster(3, { patience }), network: { latency: [1, 5] }, faults: [crash],
      clients: { c: appender(["s2", "s3"], { timeoutMs: 5_000 }) }, until: 2_000,
    });
    const times = only(trace, "return").map(({ at }) => at);
    return Math.max(...times.map((at, i) => at - (times[i - 1] ?? at)));
  }

  it("costs the patience of one of the others, and the time of phase 1", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const wait = gap(seed, [150, 2400]);
      expect(wait).toBeGreaterThan(150 - 50 - 10);
      expect(wait).toBeLessThan(2 * 150 + 6 * 10);
    }
  });

  it("loses no answer that was given, and no command that was decided", () => {
    forSeeds(8, (_, go) => {
      const result = go({
        nodes: cluster(3, { notices: "piggy-backed" }), network: { latency: [1, 10] }, faults: [crash, { at: 1_500, kind: "restart", node: "s1" }],
        clients: { c1: appender(["s1", "s2", "s3"]), c2: appender(["s2", "s3"], { from: 100 }) } as never,
        properties: multiPaxosProperties, until: 3_000,
      });
      const { trace, history } = result;
      expect(linearizable(storeHistory(history), keyValueMap()).kind).toBe("holds");
      expect(only(trace, "return").length).toBeGreaterThan(20);
    });
  });

  it("leaves a hole that the next leader fills with a no-op before it takes new commands", () => {
    const { sound } = brokenLogRuns.find(({ name }) => name === "holey server")!;
    const { decisions } = run(sound);
    const log = new Map(decisions.filter(({ node }) => node === "s2").map(({ outcome }) => [(outcome as Performed<any>).slot, (outcome as Performed<any>).command]));
    expect([...log].map(([slot, command]) => `${slot}: ${"call" in command ? command.call : command.kind}`)).toEqual([
      "1: master", "2: no-op", "3: outside#2", "4: master", "5: outside#3",
    ]);
  });
});

describe("two leaders", () => {
  it("that answer each collision with more patience come to an end of it, also where they begin at once", () => {
    const { sound } = brokenLogRuns.find(({ name }) => name === "impatient leader")!;
    for (let seed = 1; seed <= 20; seed++) {
      const result = run({ ...sound, seed });
      expect(only(result.trace, "reply").map(({ at }) => at < 1_000)).toEqual([true]);
    }
  });

  it("do not disturb each other while one shows that it is alive", () => {
    const [acceptors, leaders, replicas] = [names("a", 3), names("l", 3), names("r", 2)];
    const { trace } = run({
      nodes: {
        ...all(leaders, leader({ acceptors, leaders, replicas, first: leaders[0]! })),
        ...all(replicas, replica({ machine: keyValueStore, acceptors, leaders, replicas })),
        ...all(acceptors, acceptor({ acceptors })),
      },
      network: { latency: [1, 10] }, clients: { c: appender("r1") }, until: 5_000,
    });
    expect(only(trace, "send").filter(({ message }) => message.kind === "p1a")).toHaveLength(3);
  });
});

describe("what acceptors remember", () => {
  it("does not grow with the log: they forget what a majority of the replicas has on disk", () => {
    const result = run({
      nodes: cluster(3, { checkpointAfter: 50, window: 4 }), network: { latency: 1 }, clients: { c: appender("s1") }, until: 2_500,
    });
    const { slotOut } = stateOf(result, "s1");
    expect(slotOut).toBeGreaterThan(500);
    for (const id of ["s1", "s2", "s3"]) {
      const { accepted, decided, decisions, wishes } = result.simulation.state(id) as any;
      for (const map of [accepted, decided, wishes]) expect(map.size).toBeLessThan(100);
      expect(decisions.size).toBeLessThan(200);
    }
  });

  it("is enough for a server that was away for long: it takes the state of another", () => {
    const result = run({
      nodes: cluster(3, { checkpointAfter: 50 }), network: { latency: 1 }, clients: { c: appender(["s1", "s2"]) },
      faults: [{ at: 100, kind: "crash", node: "s3" }, { at: 2_000, kind: "restart", node: "s3" }], until: 3_000,
    });
    expect(only(result.trace, "deliver").some(({ to, message }) => to === "s3" && message.kind === "snapshot")).toBe(true);
    expect(stateOf(result, "s3").slotOut).toBeGreaterThan(stateOf(result, "s1").slotOut - 20);
  });

  it("survives a crash of all of them at once, with every answer that was given", () => {
    forSeeds(5, (_, go) => {
      const { history, trace } = go({
        nodes: cluster(3, { checkpointAfter: 50 }), network: { latency: [1, 5] }, disk: { flush: [0, 5] },
        clients: { c: { ...appender(["s1", "s2", "s3"]), count: 60 } } as never,
        faults: ["s1", "s2", "s3"].map((node) => ({ at: 400, kind: "crash", node, forMs: 200 })) as never,
        properties: multiPaxosProperties, until: 6_000,
      });
      expect(only(trace, "return")).toHaveLength(60);
      expect(linearizable(storeHistory(history), keyValueMap()).kind).toBe("holds");
    });
  });
});

describe("a lost disk", () => {
  const servers = names("s", 3);
  const sound = server({ machine: keyValueStore, servers });
  const lost = { ...sound, durable: [...markers] };

  it("makes a server that follows and can be read from, but votes and leads no more", () => {
    const result = run({
      nodes: { s1: sound, s2: sound, s3: lost }, network: { latency: [1, 5] }, clients: { c: appender("s1") },
      faults: [{ at: 500, kind: "crash", node: "s3", forMs: 100 }], until: 2_000,
    });
    expect(only(result.trace, "send").filter(({ at, from, message }) => at > 600 && from === "s3" && (message.kind === "p1b" || message.kind === "p2b"))).toEqual([]);
    expect(stateOf(result, "s3").slotOut).toBeGreaterThan(stateOf(result, "s1").slotOut - 20);
  });

  it("does not let a second crash be survived, until the log gives its place to another server", () => {
    const options = (replaced: boolean) => ({
      nodes: { s1: sound, s2: sound, s3: lost, s4: sound }, network: { latency: [1, 5] },
      clients: { c: appender(["s1", "s2"]) },
      requests: replaced ? [{ at: 1_000, node: "s1", request: { kind: "reconfigure", acceptors: ids("s1", "s2", "s4") } }] : [],
      faults: [{ at: 500, kind: "crash", node: "s3", forMs: 100 }, { at: 2_000, kind: "crash", node: "s2" }],
      until: 4_000,
    });
    const late = (replaced: boolean) => only(run(options(replaced)).trace, "return").filter(({ at }) => at > 2_100).length;
    expect(late(false)).toBe(0);
    expect(late(true)).toBeGreaterThan(20);
  });
});

describe("a reconfiguration", () => {
  it("moves the whole service to other servers, one after the other, without a wrong answer", () => {
    forSeeds(3, (_, go) => {
      const members = names("s", 6);
      const role = server({ machine: keyValueStore, servers: members.slice(0, 3), window: 4 });
      const result = go({
        nodes: all(members, role) as never, network: { latency: [1, 5] },
        clients: { c1: appender(members), c2: appender(members, { from: 50 }) } as never,
        requests: [1, 2, 3].map((i) => ({
          at: 500 * i, node: members[i]!, request: { kind: "reconfigure", acceptors: members.slice(i, i + 3) },
        })) as never,
        faults: [1, 2, 3].map((i) => ({ at: 500 * i + 400, kind: "crash", node: members[i - 1]! })) as never,
        properties: multiPaxosProperties, until: 4_000,
      });
      const { history, trace } = result;
      expect(linearizable(storeHistory(history), keyValueMap()).kind).toBe("holds");
      expect(only(trace, "return").filter(({ at }) => at > 3_000).length).toBeGreaterThan(10);
      expect((result.simulation.state("s5") as unknown as Replica<any, any, any>).configurations.at(-1)!.acceptors).toEqual(members.slice(3));
    });
  });

  it("counts once the window is past, and says so", () => {
    const result = run({
      nodes: cluster(4, { servers: names("s", 3), window: 5 }), network: { latency: 1 },
      requests: [{ at: 100, node: "s1", request: { kind: "reconfigure", acceptors: names("s", 4) } }], until: 1_000,
    });
    expect(only(result.trace, "reply").map(({ result }) => result)).toEqual([{ kind: "reconfigured", from: 7 }]);
    expect(stateOf(result, "s4").configurations.at(-1)).toEqual({ from: 7, acceptors: names("s", 4) });
    expect(stateOf(result, "s4").slotOut).toBe(7);
  });
});

describe("a lease", () => {
  const leasing = { reads: "lease", leaseMs: 200, patience: [60, 1_000] } as const;

  /** The leader is cut off with a client, while another writes at the others; s1's clock may run wrong. */
  function cutOff(faults: readonly ScriptedFault[], seed: number) {
    const { history } = run({
      seed, nodes: cluster(3, leasing), network: { latency: [1, 5] }, properties: [],
      clients: {
        reader: { operations: () => get, to: "s1", load: { kind: "closed", think: 5 }, timeoutMs: 50, retries: 0 },
        writer: { operations: (_: unknown, serial: number) => put(`${serial}`), to: ["s2", "s3"], load: { kind: "closed", think: 10 }, timeoutMs: 100, retries: 50 },
      },
      faults: [{ at: 300, kind: "partition", groups: [["s1", "reader"], ["s2", "s3", "writer"]] }, ...faults], until: 1_500,
    });
    return linearizable(storeHistory(history), keyValueMap()).kind;
  }

  it("is over before another leader can be: no read is out of date, however the network falls apart", () => {
    for (let seed = 1; seed <= 10; seed++) expect(cutOff([], seed)).toBe("holds");
  });

  it("rests on clocks: where the leader's runs at half its speed, it believes in its lease for too long", () => {
    const verdicts = Array.from({ length: 8 }, (_, i) => cutOff([{ at: 100, kind: "skew", node: "s1", rate: 0.5 }], i + 1));
    expect(verdicts).toContain("violated");
  });

  it("lets reads cost no message and no slot", () => {
    const result = run({
      nodes: cluster(3, leasing), network: { latency: [1, 5] }, until: 2_000,
      clients: { c: { operations: () => get, to: "s1", from: 300, load: { kind: "closed", think: 1 } } },
    });
    expect(only(result.trace, "return").length).toBeGreaterThan(200);
    expect(stateOf(result, "s1").slotOut).toBe(2);
  });
});

describe("epochs", () => {
  it("tell a client that another master has taken over between two of its commands", () => {
    const { trace } = run({
      nodes: cluster(3), network: { latency: 1 }, faults: [{ at: 300, kind: "crash", node: "s1" }],
      requests: [
        { at: 100, node: "s2", request: { kind: "epoch" } },
        { at: 150, node: "s2", request: { ...put("1"), epoch: 1 } },
        { at: 2_000, node: "s2", request: { ...put("2"), epoch: 1 } },
        { at: 2_100, node: "s2", request: { kind: "epoch" } },
      ],
      until: 3_000,
    });
    expect(only(trace, "reply").map(({ result }) => result)).toEqual([
      { kind: "epoch", epoch: 1 }, null, { kind: "moved", epoch: 2 }, { kind: "epoch", epoch: 2 },
    ]);
  });
});

it("a client that asks again gets the same answer, and its command is carried out once", () => {
  const result = run({
    nodes: cluster(3), network: { latency: [1, 40], loss: 0.2, duplication: 0.3 },
    clients: { c: { ...appender(["s1", "s2", "s3"], { choice: "round-robin", timeoutMs: 30 }), count: 30 } },
    until: 20_000, seed: 3,
  });
  const asked = result.history.reduce((sum, { attempts }) => sum + attempts, 0);
  expect(asked).toBeGreaterThan(60);
  expect(result.history.every(({ returnedAt }) => returnedAt !== null)).toBe(true);
  expect(valueOf(result, "s1")).toBe(Array.from({ length: 30 }, (_, i) => `${i + 1} `).join(""));
});

it("a server that is alone decides by itself", () => {
  const { trace } = run({ nodes: cluster(1), requests: [{ at: 10, node: "s1" as NodeId, request: put("1") }], until: 1_000 });
  expect(only(trace, "reply").map(({ at }) => at)).toEqual([10]);
  expect(only(trace, "send")).toEqual([]);
});
