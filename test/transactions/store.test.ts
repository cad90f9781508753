import { describe, expect, it } from "vitest";
import { explore } from "../../lib/check.js";
import { protocol as paxosCommit } from "../../lib/commit/paxos-commit/protocol.js";
import type { Decided } from "../../lib/commit/transaction.js";
import type { World } from "../../lib/core.js";
import { commitProperties, voteIn } from "../../lib/commit/properties.js";
import type { CommitProtocol } from "../../lib/commit/protocol.js";
import { protocol as twoPhase } from "../../lib/commit/two-phase/protocol.js";
import { protocol as threePhase } from "../../lib/commit/three-phase/protocol.js";
import { protocol as fourPhase } from "../../lib/commit/four-phase/protocol.js";
import { serializable, serializableTransactions } from "../../lib/history.js";
import { simulate } from "../../lib/sim.js";
import { tellsOfTransaction, transactionsOf, versionsOf } from "../../lib/transactions/records.js";
import type { DeadlockHandling, ShardState } from "../../lib/transactions/shard.js";
import { store, type StoreOptions } from "../../lib/transactions/store.js";
import type { Step, Transacted } from "../../lib/transactions/messages.js";
import { messageCounts } from "../../lib/measure.js";

const transact = (...steps: readonly Step[]) => ({ kind: "transact", steps });
const read = (key: string): Step => ({ kind: "read", key });
const write = (key: string, value: number): Step => ({ kind: "write", key, value });
const add = (key: string, amount: number, atLeast?: number): Step => ({ kind: "add", key, amount, ...(atLeast === undefined ? {} : { atLeast }) });

/** Run these requests of manager m1, each at its time. */
function run(options: Partial<StoreOptions>, requests: readonly (readonly [at: number, ...steps: Step[]])[], more: object = {}) {
  const { nodes } = store({ shards: { s1: { x: 10, y: 20 }, s2: { z: 30 } }, ...options });
  const result = simulate({
    nodes, network: { latency: 10 }, requests: requests.map(([at, ...steps]) => ({ at, node: "m1", request: transact(...steps) })), until: 10_000, ...more,
  } as never);
  const answers = result.trace.flatMap((event) => (event.kind === "reply" ? [event.result as Transacted] : []));
  const values = Object.fromEntries(
    ["s1", "s2"].flatMap((name) => Array.from((result.simulation.state(name as never) as unknown as ShardState).data.values, ([key, { value }]) => [key, value])),
  );
  return { answers, values, trace: result.trace, locks: ["s1", "s2"].map((name) => (result.simulation.state(name as never) as unknown as ShardState).data.locks.size) };
}

describe("a transaction", () => {
  it("reads, writes and adds, and sees what it has written itself", () => {
    const { answers, values, locks } = run({}, [[0, read("x"), write("x", 1), add("x", 5), read("x"), add("z", -7, 0)]]);
    expect(answers).toEqual([{ outcome: "commit", transaction: "m1.1", reads: { x: { value: 10, version: null }, z: { value: 30, version: null } }, reason: null }]);
    expect([values, locks]).toEqual([{ x: 6, y: 20, z: 23 }, [0, 0]]);
  });

  it("leaves nothing behind where there is not enough", () => {
    const { answers, values, locks } = run({}, [[0, add("z", 50), add("x", -50, 0)]]);
    expect(answers).toMatchObject([{ outcome: "abort", reason: "x has 10, and at least 0 must be left" }]);
    expect([values, locks]).toEqual([{ x: 10, y: 20, z: 30 }, [0, 0]]);
  });

  it("needs no second phase where it only reads", () => {
    const { answers, trace, locks } = run({}, [[0, read("x"), read("z")]]);
    expect(answers).toMatchObject([{ outcome: "commit", reads: { x: { value: 10 }, z: { value: 30 } } }]);
    expect(locks).toEqual([0, 0]);
    expect(Object.fromEntries(messageCounts(trace).map(({ message, sent }) => [message, sent]))).toEqual({
      lock: 2, granted: 2, begin: 1, prepare: 2, vote: 2, decision: 1, release: 2,
    });
  });

  it("of nothing commits", () => {
    expect(run({}, [[0]]).answers).toMatchObject([{ outcome: "commit", reads: {} }]);
  });

  it("of a key that is nowhere is refused, by name", () => {
    expect(run({}, [[0, read("x"), read("w")]]).answers).toEqual([{ outcome: "abort", transaction: "", reads: {}, reason: 'no shard has the key "w"' }]);
  });

  it("is undone where its manager crashes before it commits, and its locks are free after a while", () => {
    const crash = { faults: [{ at: 15, kind: "crash", node: "m1", forMs: 100 }] };
    const { values, locks } = run({ idleAfter: 500 }, [[0, add("x", 1), add("z", 1)], [2_000, add("x", 100)]], crash);
    expect([values, locks]).toEqual([{ x: 110, y: 20, z: 30 }, [0, 0]]);
  });

  it("finds its locks gone where a shard has crashed, and tries again by another name", () => {
    const crash = { faults: [{ at: 25, kind: "crash", node: "s1", forMs: 5 }] };
    const { answers, values } = run({}, [[0, add("x", 1), add("z", 1)]], crash);
    expect(answers).toMatchObject([{ outcome: "commit", transaction: "m1.2" }]);
    expect(values).toEqual({ x: 11, y: 20, z: 31 });
  });

  it("survives a crash of a shard once it is prepared there: the log has kept it, and its locks", () => {
    const crash = { faults: [{ at: 75, kind: "crash", node: "s1", forMs: 300 }] };
    const { answers, values } = run({}, [[0, add("x", 1), add("z", 1)], [150, read("x")]], crash);
    expect(answers).toMatchObject([{ outcome: "commit", transaction: "m1.1" }, { outcome: "commit", reads: { x: { value: 11, version: "m1.1" } } }]);
    expect(values).toEqual({ x: 11, y: 20, z: 31 });
  });

  it("is done once, however often its client asks", () => {
    const { nodes } = store({ shards: { s1: { x: 10 } } });
    const client = { operations: [transact(add("x", 1))], timeoutMs: 15, retries: 10, to: "m1" };
    const result = simulate({ nodes, network: { latency: 10 }, clients: { client }, until: 5_000 } as never);
    expect((result.simulation.state("s1" as never) as unknown as ShardState).data.values.get("x")).toEqual({ value: 11, version: "m1.1" });
    expect(result.history).toMatchObject([{ result: { outcome: "commit" } }]);
  });
});

describe("a deadlock", () => {
  const crossing: readonly (readonly [number, ...Step[]])[] = [[0, add("x", 1), add("z", 1)], [1, add("z", 10), add("x", 10)]];

  it.each(["probes", "detector", "wound-wait"] as const)("is ended by %s: the younger one gives way and is tried again", (deadlocks) => {
    const { answers, values, locks, trace } = run({ deadlocks }, crossing);
    expect(answers.map(({ outcome, transaction }) => `${transaction} ${outcome}`)).toEqual(["m1.1 commit", "m1.3 commit"]);
    expect([values, locks]).toEqual([{ x: 21, y: 20, z: 41 }, [0, 0]]);
    expect(trace.filter((event) => event.kind === "send" && event.message.kind === "wounded").length).toBeGreaterThan(0);
  });

  it("lasts until one is given up as idle, where nothing is done about it", () => {
    const { answers } = run({ deadlocks: "none", resendAfter: 60_000, idleAfter: 2_000 }, crossing);
    expect(answers).toHaveLength(2);
    const stuck = run({ deadlocks: "none" }, crossing, { until: 1_500 });
    expect(stuck.answers).toEqual([]);
    expect(stuck.locks).toEqual([1, 1]);
  });

  it("among three shards is found as well", () => {
    const shards = { s1: { x: 0 }, s2: { y: 0 }, s3: { z: 0 } };
    for (const deadlocks of ["probes", "detector", "wound-wait"] as const) {
      const { nodes } = store({ shards, deadlocks });
      const round = [["x", "y"], ["y", "z"], ["z", "x"]] as const;
      const result = simulate({
        nodes, network: { latency: 10 }, requests: round.map(([a, b]) => ({ at: 0, node: "m1", request: transact(add(a, 1), add(b, 1)) })), until: 5_000,
      } as never);
      const values = Object.keys(shards).flatMap((name) => [...(result.simulation.state(name as never) as unknown as ShardState).data.values.values()]);
      expect(values.map(({ value }) => value)).toEqual([2, 2, 2]);
    }
  });
});

describe("every world of two transactions in conflict", () => {
  const property = serializableTransactions({ sees: tellsOfTransaction, recordsOf: transactionsOf, versionsOf });
  const skew = [[read("x"), write("y", 1)], [read("y"), write("x", 1)]];
  const lost = [[add("x", 1)], [add("x", 1)]];

  function worlds(steps: readonly (readonly Step[])[], deadlocks: DeadlockHandling) {
    const { nodes } = store({ shards: { s1: { x: 0, y: 0 } }, tries: 1, deadlocks });
    return explore({
      nodes,
      requests: steps.map((some) => ({ node: "m1", request: transact(...some) })),
      properties: [property],
      reach: {
        "both commit": ({ decisions }: World) =>
          decisions.filter(({ node, outcome }) => node === "c" && (outcome as Decided).outcome === "commit").length === 2,
      },
    } as never);
  }

  it.each([
    ["wound-wait", 775, 577],
    ["probes", 1309, 983],
    ["none", 321, 267],
  ] as const)("is serializable with %s", (deadlocks, skewed, counted) => {
    const one = worlds(skew, deadlocks);
    const other = worlds(lost, deadlocks);
    expect([one, other].map(({ kind, worlds: count }) => [kind, count])).toEqual([["holds", skewed], ["holds", counted]]);
    expect([one, other].map(({ reached }) => reached["both commit"] !== null)).toEqual([true, true]);
  });
});

describe("the commit protocol", () => {
  it.each<readonly [string, CommitProtocol]>([
    ["two-phase commit", twoPhase()],
    ["two-phase commit, presumed abort", twoPhase({ form: "presumed-abort" })],
    ["two-phase commit, presumed commit", twoPhase({ form: "presumed-commit" })],
    ["three-phase commit", threePhase()],
    ["four-phase commit", fourPhase()],
    ["Paxos Commit", paxosCommit()],
    ["Faster Paxos Commit", paxosCommit({ faster: true })],
    ["Paxos Commit without spare acceptors", paxosCommit({ faults: 0 })],
  ])("can be %s", (_, protocol) => {
    const { nodes } = store({ shards: { s1: { x: 10, y: 20 }, s2: { z: 30 } }, protocol });
    const result = simulate({
      nodes, network: { latency: [1, 10] }, properties: commitProperties({ votes: voteIn }).slice(0, 2),
      requests: Array.from({ length: 10 }, (_, i) => ({ at: 5 * i, node: "m1", request: transact(add(i % 2 ? "x" : "y", -1, 0), add("z", 1)) })),
      until: 5_000,
    } as never);
    expect(result.violation).toBeNull();
    const values = ["s1", "s2"].flatMap((name) => [...(result.simulation.state(name as never) as unknown as ShardState).data.values.values()].map(({ value }) => value));
    expect(values).toEqual([5, 15, 40]);
    expect(serializable(transactionsOf(result.trace), { versions: versionsOf(result.trace), realTime: true }).kind).toBe("holds");
  });
});

describe("a store", () => {
  it.each([
    [{ shards: {} }, "shards must name at least one shard, got {}"],
    [{ shards: { s1: { x: 1 }, s2: { x: 2 } } }, 'the key "x" is in two shards, s1 and s2'],
    [{ shards: { s1: { x: 1 } }, managers: 0 }, "managers must be a whole number from 1 to 100, got 0"],
    [{ shards: { c: { x: 1 } } }, 'two nodes would have the name "c", of which one is the commit protocol\'s'],
    [{ shards: { s1: { x: 1 } }, deadlocks: "hope" }, 'deadlocks must be one of "probes", "detector", "wound-wait", "none", got "hope"'],
    [{ shards: { s1: { x: 1 } }, tries: 0 }, "tries must be a whole number of at least 1, got 0"],
    [{ shards: { s1: { x: 1 } }, replicas: 3 }, 'store has no option "replicas"'],
  ])("refuses %o", (options, message) => {
    expect(() => store(options as never)).toThrow(message);
  });
});
