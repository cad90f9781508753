import { describe, expect, it } from "vitest";
import { protocol as twoPhase } from "../../lib/commit/two-phase/protocol.js";
import { stream } from "../../lib/core.js";
import { serializable } from "../../lib/history.js";
import { operationLatencies } from "../../lib/measure.js";
import { simulate } from "../../lib/sim.js";
import { bankShards, transfers, type TransferOptions } from "../../lib/transactions/bank.js";
import { lockTimes } from "../../lib/transactions/lock-times.js";
import { transactionsOf, versionsOf } from "../../lib/transactions/records.js";
import { store } from "../../lib/transactions/store.js";

describe("a bank", () => {
  it("has accounts at all shards, and transfers between the hot ones", () => {
    const shards = bankShards({ shards: 2, accounts: 3, balance: 7 });
    expect(shards).toEqual({ s1: { "s1-1": 7, "s1-2": 7, "s1-3": 7 }, s2: { "s2-1": 7, "s2-2": 7, "s2-3": 7 } });
    const chance = stream(1, "bank");
    const keys = new Set(Array.from({ length: 100 }, () => transfers(shards, { hot: 3 })(chance)).flatMap(({ steps }) => steps.map(({ key }) => key)));
    expect(keys).toEqual(new Set(["s1-1", "s2-1", "s1-2"]));
    const looks = Array.from({ length: 100 }, () => transfers(shards, { looks: 0.3, looksAt: 4 })(chance)).filter(({ steps }) => steps[0]!.kind === "read");
    expect(looks.length).toBeGreaterThan(10);
    expect(looks.every(({ steps }) => steps.length === 4)).toBe(true);
  });

  it.each([
    [() => bankShards({ shards: 0 }), "shards must be a whole number from 1 to 1000, got 0"],
    [() => transfers(bankShards(), { hot: 1 }), "hot must be a whole number from 2 to 30, got 1"],
    [() => transfers(bankShards({ shards: 1, accounts: 1 })), "hot must be a whole number from 2 to 1, got 1"],
  ])("is refused where it makes no sense: %s", (make, message) => {
    expect(make).toThrow(message);
  });

  it("gets less done, the fewer the accounts are that all want", () => {
    const shards = bankShards({ shards: 3, accounts: 10 });
    const busy = (given: TransferOptions) => {
      const { nodes, managers } = store({ shards, managers: 2 });
      const clients = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`client${i}`, { operations: transfers(shards, given), count: 1_000, to: managers[i % 2], timeoutMs: 60_000, retries: 0 }]));
      const run = simulate({ nodes, network: { latency: [1, 5] }, clients, until: 800 } as never);
      expect(serializable(transactionsOf(run.trace), { versions: versionsOf(run.trace), realTime: true }).kind).toBe("holds");
      return operationLatencies(run.trace).length;
    };
    const done = [busy({}), busy({ hot: 6 }), busy({ hot: 3 })];
    expect(done).toEqual([...done].sort((a, b) => b - a));
    expect(done[2]).toBeLessThan(done[0]! / 2);
  });
});

describe("lock times", () => {
  const shards = { s1: { x: 10 }, s2: { y: 20 } };
  const transfer = { kind: "transact", steps: [{ kind: "add", key: "x", amount: -1 }, { kind: "add", key: "y", amount: 1 }] };
  const run = (faults: readonly object[], until = 5_000) => {
    const { nodes } = store({ shards, protocol: twoPhase({ form: "remembering" }), idleAfter: 1_000 });
    return lockTimes(simulate({ nodes, network: { latency: 10 }, requests: [{ at: 0, node: "m1", request: transfer }], faults, until } as never).trace);
  };

  it("last from the grant to the outcome", () => {
    expect(run([])).toEqual([
      { shard: "s1", key: "x", transaction: "m1.1", mode: "exclusive", from: 10, to: 80 },
      { shard: "s2", key: "y", transaction: "m1.1", mode: "exclusive", from: 30, to: 80 },
    ]);
  });

  it("last as long as the coordinator is down, where both are in doubt", () => {
    for (const forMs of [500, 1_000, 2_000]) {
      const [x] = run([{ at: 65, kind: "crash", node: "c", forMs }]);
      expect(x!.to! - x!.from).toBeGreaterThan(forMs);
      expect(x!.to! - x!.from).toBeLessThan(forMs + 400);
    }
    expect(run([{ at: 65, kind: "crash", node: "c" }]).map(({ to }) => to)).toEqual([null, null]);
  });

  it("end with a crash of the shard, unless the transaction is prepared there", () => {
    expect(run([{ at: 35, kind: "crash", node: "s1", forMs: 10 }]).slice(0, 2)).toMatchObject([{ key: "x", to: 35 }, { key: "y" }]);
    const [x] = run([{ at: 65, kind: "crash", node: "s1", forMs: 100 }]);
    expect(x!.to).toBeGreaterThan(165);
  });
});
