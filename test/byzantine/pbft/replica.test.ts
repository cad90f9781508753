import { describe, expect, it } from "vitest";
import {
  byzantineQuorum, client, fickleClient, forgetfulLeaver, forgingReplica, lyingReplier, misnamingPrimary, mostFaults, pbftMessages, replayingReplica,
  replica, silentPrimary, silentReplica, equivocatingPrimary, inventingLeaver, dictatingPrimary, lying, type Replica,
} from "../../../lib/byzantine.js";
import { type AnyRole, ids } from "../../../lib/core/role.js";
import { messageCounts } from "../../../lib/measure.js";
import { keyValueStore } from "../../../lib/raft.js";
import { append, cluster, get, judge, optionsOf, r0, r1, r2, r3, replicas, run } from "./run.js";

const sent = (trace: Parameters<typeof messageCounts>[0]) => Object.fromEntries(messageCounts(trace).map(({ message, sent }) => [message, sent]));

describe("the normal case", () => {
  const quiet = run({ nodes: cluster(), requests: [{ at: 0, node: "c", request: append("a") }] });

  it("takes three phases, n - 1, (n - 1)² and n (n - 1) messages", () => {
    expect(sent(quiet.trace)).toEqual({ request: 1, prePrepare: 3, prepare: 9, commit: 12, reply: 4 });
    for (const n of [4, 7, 10]) {
      const names = ids(...Array.from({ length: n }, (_, i) => `r${i}`));
      const role = replica({ replicas: names, machine: keyValueStore });
      const { trace } = run({
        nodes: { ...Object.fromEntries(names.map((name) => [name, role])), c: client({ replicas: names }) }, requests: [{ at: 0, node: "c", request: append("a") }],
      });
      const { prePrepare, prepare, commit, all } = pbftMessages(n);
      expect(sent(trace)).toEqual({ request: 1, prePrepare, prepare, commit, reply: n });
      expect(prePrepare + prepare + commit).toBe(all);
    }
  });

  it("has every replica execute after four message delays, and the client know after five", () => {
    expect(quiet.decisions.map(({ node, at }) => [node, at])).toEqual([["r0", 40], ["r1", 40], ["r2", 40], ["r3", 40]]);
    expect(quiet.trace.find(({ kind }) => kind === "reply")?.at).toBe(50);
    expect(quiet.ended.kind).toBe("quiet");
  });

  it("answers a delay earlier where what is prepared is executed", () => {
    const { trace } = run({ nodes: cluster({ tentative: true }), requests: [{ at: 0, node: "c", request: append("a") }] });
    expect(trace.find(({ kind }) => kind === "reply")?.at).toBe(40);
  });

  it("answers a read after two delays, if nothing is under way", () => {
    const { trace } = run({
      nodes: cluster({}, {}, { readOnly: true }),
      requests: [{ at: 0, node: "c", request: append("a") }, { at: 100, node: "c", request: get }],
    });
    const replies = trace.filter(({ kind }) => kind === "reply") as unknown as { at: number; result: unknown }[];
    expect(replies.map(({ at, result }) => [at, result])).toEqual([[50, null], [120, "a"]]);
  });

  it("has writes wait for a quorum of answers where reads ask all at once, or a read misses what was written", () => {
    const late = { latency: 500 };
    // It tells r1 alone that it has the write prepared, and everybody that nothing was ever written.
    const liar = lying(lyingReplier(optionsOf(), null), { send: (message, to) => (message.kind === "commit" && to !== r1 ? null : message) });
    const outcome = (writer: AnyRole) => {
      const reader = client({ replicas, readOnly: true });
      const one = run({
        liars: [r0], nodes: cluster({}, { r0: liar, w: writer, c: reader }),
        network: { latency: 10, links: { "r1>r2": late, "r1>r3": late } },
        requests: [{ at: 0, node: "w", request: append("a") }, { at: 60, node: "c", request: get }],
      });
      return judge(one).problem;
    };
    expect(outcome(client({ replicas, readOnly: true }))).toBeNull();
    expect(outcome(client({ replicas }))).toMatch(/./);
  });

  it("gives requests that wait one number, if it may", () => {
    const requests = Array.from({ length: 9 }, (_, i) => ({ at: 0, node: `c${i % 3}`, request: append(String(i)) }));
    const c = client({ replicas });
    const nodes = { ...cluster({ maxBatch: 8, inFlight: 1 }), c0: c, c1: c, c2: c };
    const one = run({ nodes, requests });
    expect(judge(one).problem).toBeNull();
    expect(sent(one.trace)["prePrepare"]).toBeLessThan(3 * 9);
  });
});

describe("one faulty replica of four", () => {
  const requests = [append("a"), append("b"), get, append("c"), get].map((request, i) => ({ at: 40 * i, node: "c", request }));
  const o = optionsOf({ checkpointEvery: 2 });
  const cases: readonly [string, Record<string, AnyRole>][] = [
    ["a primary that is silent", { r0: silentPrimary(o) }],
    ["a replica that is silent", { r2: silentReplica(o) }],
    ["a primary that is silent to all", { r0: silentReplica(o) }],
    ["a primary that tells two stories to one", { r0: equivocatingPrimary(o, [r3]) }],
    ["a primary that tells two stories to two", { r0: equivocatingPrimary(o, [r2, r3]) }],
    ["a primary that tells two stories to all", { r0: equivocatingPrimary(o, [r1, r2, r3]) }],
    ["a primary whose digests are wrong", { r0: misnamingPrimary(o) }],
    ["a replica that speaks for others", { r1: forgingReplica(o) }],
    ["a primary that repeats everything", { r0: replayingReplica(o) }],
    ["a replica that invents answers", { r1: lyingReplier(o, "never written") }],
    ["a replica that hides what it has prepared", { r1: forgetfulLeaver(o) }],
    ["a replica that invents what was prepared", { r1: inventingLeaver(o) }],
    ["a primary that begins its view as it likes", { r1: dictatingPrimary(o) }],
  ];

  it.each(cases)("%s: clients are answered rightly all the same", (_, others) => {
    const liars = Object.keys(others) as never[];
    // In the middle the first primary is cut off for a while, so that there is a change of view, too.
    for (const faults of [[], [{ at: 60, kind: "isolate", node: liars[0] === r0 ? r2 : r0, forMs: 2_000 }]]) {
      const one = run({ liars, nodes: cluster({ checkpointEvery: 2 }, others), requests, faults });
      expect(one.violation).toBeNull();
      expect(judge(one).problem).toBeNull();
      expect(judge(one).answers.slice(2)).toEqual(["ab", null, "abc"]);
    }
  });

  it("signs for a client: what it makes of it is a client's fault, and the replicas agree all the same", () => {
    const one = run({
      nodes: cluster({}, { c: fickleClient({ replicas }, append("z").operation) }), requests: requests.slice(0, 2),
    });
    expect(one.violation === null || one.violation.property === "only what was asked").toBe(true);
  });
});

describe("a change of view", () => {
  it("keeps what was committed, and takes the next replica in turn for a primary", () => {
    const one = run({
      nodes: cluster(), requests: [{ at: 0, node: "c", request: append("a") }, { at: 100, node: "c", request: append("b") }],
      faults: [{ at: 45, kind: "crash", node: "r0" }],
    });
    expect(one.decisions.map(({ node, outcome }) => `${node} ${(outcome as { n: number }).n}`).sort()).toEqual(["r0 1", "r1 1", "r1 2", "r2 1", "r2 2", "r3 1", "r3 2"]);
    expect((one.simulation.state("r2") as Replica).view).toBe(1);
    expect(judge(one).problem).toBeNull();
  });

  it("waits twice as long for each primary in turn that does not act", () => {
    // Two of seven are silent, and they come first.
    const names = ids(...Array.from({ length: 7 }, (_, i) => `r${i}`));
    const options = { replicas: names, machine: keyValueStore, patience: 100 };
    const role = replica(options);
    const nodes = Object.fromEntries(names.map((name, i) => [name, i < 2 ? silentPrimary(options) : role]));
    const one = run({ nodes: { ...nodes, c: client({ replicas: names, retryAfter: 50 }) }, requests: [{ at: 0, node: "c", request: append("a") }] });
    const timers = one.trace.filter((event) => event.kind === "timer" && event.node === "r3" && event.timer.kind === "patience").map(({ at }) => at);
    expect(timers).toHaveLength(2);
    expect(timers[1]! - timers[0]!).toBeGreaterThanOrEqual(200);
    expect(judge(one).problem).toBeNull();
  });

  it("does not come where n - f replicas are fast enough", () => {
    const one = run({ nodes: cluster(), requests: [append("a"), append("b")].map((request, i) => ({ at: 100 * i, node: "c", request })), faults: [{ at: 0, kind: "crash", node: "r3" }] });
    expect(sent(one.trace)["viewChange"]).toBeUndefined();
  });
});

describe("checkpoints", () => {
  const requests = Array.from({ length: 25 }, (_, i) => ({ at: 60 * i, node: "c", request: append(String(i)) }));

  it("let the log be cut, so that it stays as short as the window", () => {
    const one = run({ nodes: cluster({ checkpointEvery: 5 }), requests });
    const state = one.simulation.state("r2") as Replica;
    expect(state).toMatchObject({ stable: 25, executed: 25 });
    expect([state.slots.size, state.prepared.size, state.committed.size, state.snapshots.size]).toEqual([0, 0, 0, 1]);
  });

  it("bring a replica up to date that has missed more than the logs still hold", () => {
    const one = run({ nodes: cluster({ checkpointEvery: 5 }), requests, faults: [{ at: 5, kind: "isolate", node: "r3", forMs: 1_200 }] });
    expect((one.simulation.state("r3") as Replica).executed).toBe(25);
    expect(one.trace.some((event) => event.kind === "deliver" && event.message.kind === "state")).toBe(true);
  });
});

describe("a power cut", () => {
  const cut = (durable: boolean) => {
    const crashes = replicas.flatMap((node, i) => [{ at: 200 + i, kind: "crash", node }, { at: 300 + i, kind: "restart", node }]);
    return run({
      nodes: cluster({ durable }), faults: crashes,
      requests: [{ at: 0, node: "c", request: append("a") }, { at: 400, node: "c", request: append("b") }, { at: 500, node: "c", request: get }],
    });
  };

  it("of all replicas at once loses nothing that is on disk", () => {
    expect(cut(true).violation).toBeNull();
    expect(judge(cut(true))).toEqual({ answers: [null, null, "ab"], problem: null });
  });

  it("makes liars of all, where nothing was written", () => {
    expect(cut(false).violation?.property).toBe("same order");
  });
});

describe("numbers and options", () => {
  it("have n > 3f, and quorums that share an honest replica", () => {
    expect([1, 3, 4, 6, 7, 10].map(mostFaults)).toEqual([0, 0, 1, 1, 2, 3]);
    for (let f = 0; f < 5; f++) {
      expect(byzantineQuorum(3 * f + 1, f)).toBe(2 * f + 1);
      for (let n = 3 * f + 1; n < 20; n++) expect(2 * byzantineQuorum(n, f) - n).toBeGreaterThan(f);
    }
  });

  it("are checked before anything runs", () => {
    expect(() => replica({ ...optionsOf(), patience: 0 })).toThrow("patience must be a finite number of at least 1, got 0");
    expect(() => replica({ ...optionsOf(), windows: 3 } as never)).toThrow(/replica has no option "windows"/);
    expect(() => replica({ ...optionsOf(), window: 5 })).toThrow("window must be a whole number of at least 100, got 5");
    expect(() => client({ replicas, f: 4 })).toThrow("f must be a whole number from 0 to 3, got 4");
    expect(() => client({ replicas: [] })).toThrow(/replicas must name at least 1 node/);
  });
});
