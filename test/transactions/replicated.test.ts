import { describe, expect, it } from "vitest";
import type { Accounts } from "../../lib/commit/resource.js";
import { protocol as paxosCommit } from "../../lib/commit/paxos-commit/protocol.js";
import type { Decided } from "../../lib/commit/transaction.js";
import { stream } from "../../lib/core.js";
import { serializable } from "../../lib/history.js";
import { type ScriptedFault, simulate } from "../../lib/sim.js";
import { membersOf, replicated } from "../../lib/transactions/replicated.js";
import { transactionsOf, versionsOf } from "../../lib/transactions/records.js";
import type { ShardData } from "../../lib/transactions/shard-resource.js";
import { store } from "../../lib/transactions/store.js";
import { dataOf, groups, outcomesOfCrashes, resources, run, single, START, transfer } from "./groups.js";

describe("two-phase commit between groups", () => {
  it("is what it was: the roles take the same steps, and all servers of a group know the outcome", () => {
    const result = run([]);
    expect(result.history).toMatchObject([{ result: "commit" }]);
    expect(new Set(result.decisions.map(({ node, outcome }) => `${node[0]} ${(outcome as Decided).outcome}`))).toEqual(new Set(["c commit", "p commit"]));
    expect(dataOf(result, "p1").map(({ balances }) => balances.get("x"))).toEqual([70, 70, 70]);
    expect(dataOf(result, "p2").map(({ balances }) => balances.get("x"))).toEqual([130, 130, 130]);
  });

  it("is blocked by no single crash for ever, of whichever server and at whatever moment", () => {
    // An abort only where the votes were too late.
    expect(outcomesOfCrashes(40).get("commit")).toBeGreaterThan(33);
  });

  it("is blocked where the groups are of one server each", () => {
    const alone = replicated(single, ["c", "p1", "p2"], { replicas: 1 });
    const result = simulate({
      nodes: alone, network: { latency: 10 }, until: 6_000, faults: [{ at: START + 25, kind: "crash", node: "c.1" }],
      clients: { client: { operations: [transfer], to: ["c.1"], from: START } },
    } as never);
    const state = result.simulation.state("p1.1" as never) as unknown as { machine: { self: { data: Accounts } } };
    expect(state.machine.self.data.pending.size).toBe(1);
  });

  it("is stopped by two crashes in one group, and goes on when one of the two is back", () => {
    const two = (forMs?: number): readonly ScriptedFault[] =>
      ["c.1", "c.2"].map((node) => ({ at: START + 55, kind: "crash", node, ...(forMs === undefined ? {} : { forMs }) }));
    const stopped = run(two());
    expect(dataOf(stopped, "p1")[0]!.pending.size).toBe(1);
    const back = run(two(2_000));
    expect(dataOf(back, "p1").map(({ pending }) => pending.size)).toEqual([0, 0, 0]);
  });
});

describe("how long locks are held where the coordinator is down", () => {
  const leaderOf = (name: string): string =>
    membersOf(name).find((id) => (run([], START).simulation.state(id as never) as unknown as { role: string }).role === "leader")!;

  /** From when the votes are on their way until both know, in ms, where this node is down for so long. */
  function blockedFor(nodes: typeof single, asked: readonly string[], { victim, at, down }: { victim: string; at: number; down: number }): number {
    const result = simulate({
      nodes, network: { latency: 10 }, until: 20_000,
      faults: [{ at, kind: "crash", node: victim, forMs: down }],
      clients: { client: { operations: [transfer], to: asked, from: START, timeoutMs: 15_000, retries: 10 } },
    } as never);
    const known = result.decisions.filter(({ node }) => node.startsWith("p")).map((decision) => decision.at);
    expect(new Set(result.decisions.map(({ outcome }) => (outcome as Decided).outcome)).size).toBe(1);
    return Math.max(...known) - at;
  }

  const downs = [500, 1_000, 2_000, 4_000];
  const growth = (times: readonly number[]): number => (times.at(-1)! - times[0]!) / (downs.at(-1)! - downs[0]!);

  it("is as long as that by two-phase commit, and independent of it by groups and by Paxos Commit", () => {
    const paxos = paxosCommit({ faults: 1 })(resources).nodes;
    const alone = downs.map((down) => blockedFor(single, ["c"], { victim: "c", at: START + 25, down }));
    const grouped = downs.map((down) => blockedFor(groups, membersOf("c"), { victim: leaderOf("c"), at: START + 75, down }));
    const chosen = downs.map((down) => blockedFor(paxos, ["a1"], { victim: "a1", at: START + 25, down }));
    alone.forEach((time, i) => expect(time).toBeGreaterThanOrEqual(downs[i]!));
    expect(growth(alone)).toBeGreaterThan(0.9);
    expect([growth(grouped), growth(chosen)]).toEqual([0, 0]);
    for (const time of [...grouped, ...chosen]) expect(time).toBeLessThan(1_500);
  });
});

describe("the store on groups", () => {
  it("is serializable and loses nothing, whichever servers crash one after the other", () => {
    const { nodes } = store({ shards: { s1: { a: 100, b: 100 }, s2: { c: 100, d: 100 } } });
    const all = replicated(nodes, ["c", "s1", "s2"]);
    for (let seed = 1; seed <= 2; seed++) {
      const chance = stream(seed, "transfers");
      const clients = Object.fromEntries([1, 2, 3].map((i) => [`client${i}`, {
        operations: () => {
          const [from, to] = chance.shuffle(["a", "b", "c", "d"]);
          return { kind: "transact", steps: [{ kind: "add", key: from, amount: -5, atLeast: 0 }, { kind: "add", key: to, amount: 5 }] };
        },
        count: 10, to: "m1", from: 500, timeoutMs: 30_000, retries: 0,
      }]));
      const result = simulate({
        seed, nodes: all, network: { latency: [1, 10] }, clients, until: 20_000,
        nemesis: { from: 600, until: 5_000, crashes: { perSecond: 1, lasts: [100, 600] }, nodes: Object.keys(all).filter((name) => name !== "m1"), maxDown: 1 },
      } as never);
      expect(result.history.filter(({ returnedAt }) => returnedAt !== null)).toHaveLength(30);
      const verdict = serializable(transactionsOf(result.trace), { versions: versionsOf(result.trace), realTime: true });
      expect([verdict.kind, verdict.transactions]).toEqual(["holds", 30]);
      const servers = ["s1", "s2"].map((name) => membersOf(name).map((id) => (result.simulation.state(id as never) as unknown as { machine: { self: { data: ShardData } } }).machine.self.data));
      for (const data of servers.flat()) expect(data.locks.size).toBe(0);
      const sums = servers.map((group) => group.map(({ values }) => [...values.values()].reduce((sum, { value }) => sum + value, 0)));
      for (const group of sums) expect(new Set(group).size).toBe(1);
      expect(sums[0]![0]! + sums[1]![0]!).toBe(400);
    }
  });
});

describe("options", () => {
  it.each([
    [() => replicated(single, ["x"]), 'no node "x" to replicate: c, p1, p2'],
    [() => replicated(single, ["c"], { replicas: 0 }), "replicas must be a whole number from 1 to 9, got 0"],
    [() => replicated(single, ["c"], { servers: 3 } as never), 'replicated has no option "servers"'],
  ])("are checked: %s", (make, message) => {
    expect(make).toThrow(message);
  });
});
