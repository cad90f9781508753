import { describe, expect, it } from "vitest";
import { ids } from "../../lib/core/role.js";
import { percentile } from "../../lib/measure.js";
import {
  aggregator, boundlessServer, budgetKept, caller, chooseServer, constantWork, countingWorker, counter, exponentialWork, fitUniversal, goodShare, lookAside,
  medianOfSlowest, mixedWork, mm1, mmc, mg1, meanOfMixed, variationOfMixed, outcomes, overdrawnCaller, queueBounded, responseTimes, rollout, server, sleepyServer,
  workConserving, type AggregatorOptions, type CallerOptions, type Server, type ServerOptions, type Work,
} from "../../lib/service.js";
import { only, simulate } from "../../lib/sim.js";

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const calls = (perSecond: number, work: Work) => ({
  operations: (chance: Parameters<Work>[0]) => ({ kind: "call", work: work(chance) }),
  load: { kind: "open" as const, perSecond },
  timeoutMs: 1e9,
});

/** One server, asked by its clients directly. */
const queueRun = (perSecond: number, work: Work, options: ServerOptions = {}, until = 100_000) =>
  simulate({ seed: 7, nodes: { s: server(options) }, clients: { c: { ...calls(perSecond, work), until } }, network: { latency: 0 }, limits: { time: 1e9 } });

describe("a server", () => {
  it("waits as long as the formulas say", () => {
    const measured = mean(responseTimes(queueRun(70, exponentialWork(10), {}, 300_000).history));
    expect(Math.abs(measured / mm1({ perSecond: 70, serviceMs: 10 }).responseMs - 1)).toBeLessThan(0.1);
    const steady = mean(responseTimes(queueRun(70, constantWork(10)).history));
    expect(Math.abs(steady / (10 + 0.7 / 0.3 * 5) - 1)).toBeLessThan(0.1);
    const mixed = { ms: 5, slowMs: 105, slow: 0.05 };
    const law = mg1({ perSecond: 60, serviceMs: meanOfMixed(mixed), variation: variationOfMixed(mixed) });
    expect(Math.abs(mean(responseTimes(queueRun(60, mixedWork(mixed)).history)) / law.responseMs - 1)).toBeLessThan(0.15);
    const four = mean(responseTimes(queueRun(280, exponentialWork(10), { workers: 4 }, 40_000).history));
    expect(Math.abs(four / mmc({ perSecond: 280, serviceMs: 10, servers: 4 }).responseMs - 1)).toBeLessThan(0.1);
  });

  it("serves as many workers' work as it has, in order or in reverse", () => {
    const order = (options: ServerOptions) => {
      const run = simulate({
        nodes: { s: server(options) }, network: { latency: 0 },
        requests: [1, 2, 3, 4].map((at) => ({ at, node: "s" as const, request: { kind: "call" as const, work: 10 } })),
      });
      return run.history.map(({ returnedAt }) => returnedAt);
    };
    expect(order({})).toEqual([11, 21, 31, 41]);
    expect(order({ order: "lifo" })).toEqual([11, 41, 31, 21]);
    expect(order({ workers: 2 })).toEqual([11, 12, 21, 22]);
    expect(order({ speed: 0.5 })).toEqual([21, 41, 61, 81]);
  });

  it("refuses whoever comes to a full queue, and then its queue is bounded", () => {
    const run = (role: typeof server) =>
      simulate({
        seed: 3, nodes: { s: role({ capacity: 5 }) }, clients: { c: { ...calls(200, constantWork(10)), until: 2_000 } }, network: { latency: 0 },
        properties: [queueBounded(5), workConserving(1)],
      });
    const sound = run(server);
    expect(sound.violation).toBeNull();
    expect(goodShare(sound.history)).toBeLessThan(0.6);
    expect(Math.max(...responseTimes(sound.history))).toBeLessThanOrEqual(60 + 1e-9);
    expect(run(boundlessServer).violation?.problem).toBe("6 requests wait at s, and 5 may");
    expect(run(sleepyServer).violation?.problem).toMatch(/wait at s, where 0 of 1 workers are busy/);
  });

  it("drops what nobody waits for, if it is told how long they wait", () => {
    const run = (dropsDead: boolean) => {
      const [s] = ids("s");
      const { history, simulation } = simulate({
        seed: 5, nodes: { front: caller({ to: [s!], patience: 50, deadlines: true }), s: server({ dropsDead }) }, network: { latency: 0 },
        clients: { c: { ...calls(150, constantWork(10)), to: "front", until: 3_000 } },
      });
      return { good: goodShare(history), served: (simulation.state("s") as Server).served, dropped: (simulation.state("s") as Server).dropped };
    };
    expect(run(false).good).toBeLessThan(0.1);
    expect(run(true).good).toBeGreaterThan(0.5);
    expect(run(true).dropped).toBeGreaterThan(50);
    expect(run(true).served + run(true).dropped).toBeGreaterThan(0.99 * run(false).served);
  });

  it("keeps the delay of its queue under control", () => {
    const run = queueRun(150, constantWork(10), { controlled: { targetMs: 5, intervalMs: 100 } }, 5_000);
    const good = run.history.filter(({ result }) => (result as { ok: boolean }).ok);
    expect(good.length).toBeGreaterThan(0.6 * 500);
    expect(percentile(good.map(({ invokedAt, returnedAt }) => returnedAt! - invokedAt), 0.95)).toBeLessThan(120);
    expect(Math.max(...responseTimes(queueRun(150, constantWork(10), {}, 5_000).history))).toBeGreaterThan(1_000);
  });
});

describe("a choice of servers", () => {
  const servers = ids(...Array.from({ length: 50 }, (_, i) => `s${i}`));

  it("knows round robin, the least loaded, and two at random", () => {
    const awaited = new Map(servers.map((node, i) => [node, i]));
    expect(chooseServer({ choice: "round-robin", servers, awaited, turn: 51, name: "x" })).toBe("s1");
    expect(chooseServer({ choice: "least-loaded", servers, awaited, turn: 0, name: "x" })).toBe("s0");
    const taken = (choice: "random" | "two-choices") => mean(Array.from({ length: 2_000 }, (_, i) => Number(chooseServer({ choice, servers, awaited, turn: i, name: `c#${i}` }).slice(1))));
    expect(taken("random")).toBeGreaterThan(23);
    expect(taken("random")).toBeLessThan(26);
    expect(taken("two-choices")).toBeGreaterThan(15); // the smaller of two: a third of the way
    expect(taken("two-choices")).toBeLessThan(18);
  });

  it("of two is far better than of one (Mitzenmacher 2001)", () => {
    const highest = (choice: "random" | "two-choices"): number => {
      const awaited = new Map(servers.map((node) => [node, 0]));
      for (let i = 0; i < 50; i++) {
        const node = chooseServer({ choice, servers, awaited, turn: i, name: `ball ${i}` });
        awaited.set(node, awaited.get(node)! + 1);
      }
      return Math.max(...awaited.values());
    };
    expect(highest("two-choices")).toBeLessThan(highest("random"));
  });
});

describe("a caller", () => {
  const servers = ids("s1", "s2", "s3");
  const all = (of: ServerOptions = {}) => ({ s1: server(of), s2: server(of), s3: server(of) });
  const run = (options: Partial<CallerOptions>, more: object = {}) =>
    simulate({
      seed: 11, nodes: { front: caller({ to: servers, patience: 40, ...options }), ...all() }, network: { latency: 1 },
      clients: { c: { ...calls(100, constantWork(5)), to: "front", until: 5_000 } }, ...more,
    });

  it("fails as often as messages are lost, and less with a second attempt", () => {
    const lossy = { network: { latency: 1, loss: 0.1, links: { "c<>front": { loss: 0, latency: 0 } } } };
    expect(goodShare(run({}, lossy).history)).toBeCloseTo(0.81, 1);
    expect(goodShare(run({ attempts: 2 }, lossy).history)).toBeGreaterThan(0.94);
    expect(goodShare(run({ attempts: 4 }, lossy).history)).toBeGreaterThan(0.99);
  });

  it("asks somebody else the next time, as long as there is anybody", () => {
    const down = { faults: (["s1", "s2", "s3"] as const).map((node) => ({ at: 0, kind: "crash" as const, node })) };
    for (const choice of ["random", "round-robin", "two-choices", "least-loaded"] as const) {
      const { trace } = run({ attempts: 4, choice }, { ...down, clients: { c: { ...calls(100, constantWork(5)), to: "front", count: 50 } } });
      const asked = new Map<string, string[]>();
      for (const { to, message } of only(trace, "send")) {
        const { call } = message as unknown as { call: string };
        asked.set(call, [...(asked.get(call) ?? []), to]);
      }
      for (const nodes of asked.values()) expect(new Set(nodes.slice(0, 3)).size).toBe(3);
    }
  });

  it("waits between attempts: a fixed time, longer each time, or anything up to that", () => {
    const down = { faults: (["s1", "s2", "s3"] as const).map((node) => ({ at: 0, kind: "crash" as const, node })) };
    const gaps = (options: Partial<CallerOptions>) => {
      const asks = only(run({ attempts: 4, ...options }, { ...down, clients: { c: { ...calls(1, constantWork(5)), to: "front", count: 1 } } }).trace, "send");
      const times = asks.map(({ at }) => at);
      return times.slice(1).map((at, i) => at - times[i]! - 40);
    };
    expect(gaps({})).toEqual([0, 0, 0].map((gap) => expect.closeTo(gap, 6)));
    expect(gaps({ backoff: { firstMs: 10 } })).toEqual([10, 10, 10].map((gap) => expect.closeTo(gap, 6)));
    expect(gaps({ backoff: { firstMs: 10, factor: 2, mostMs: 25 } })).toEqual([10, 20, 25].map((gap) => expect.closeTo(gap, 6)));
    for (const [i, gap] of gaps({ backoff: { firstMs: 10, factor: 2, jitter: true } }).entries()) {
      expect(gap).toBeGreaterThanOrEqual(0);
      expect(gap).toBeLessThanOrEqual(10 * 2 ** i);
    }
  });

  it("keeps its budget for second attempts", () => {
    const budget = { share: 0.1, burst: 5 };
    const overloaded = (role: typeof caller) =>
      simulate({
        seed: 2, nodes: { front: role({ to: [servers[0]!], patience: 20, attempts: 4, budget }), s1: server() }, network: { latency: 0 },
        clients: { c: { ...calls(200, constantWork(10)), to: "front", until: 3_000 } }, properties: [budgetKept(budget)],
      });
    expect(overloaded(caller).violation).toBeNull();
    expect(overloaded(caller).simulation.state("front")!.retries).toBeGreaterThan(30);
    expect(overloaded(overdrawnCaller).violation?.problem).toMatch(/^front has retried \d+ times for \d+ calls; its budget is/);
  });

  it("opens its breaker after failures in a row, tries once, and closes it", () => {
    const faults = [{ at: 1_000, kind: "crash" as const, node: "s1" as const }, { at: 3_000, kind: "restart" as const, node: "s1" as const }];
    const asked = (options: Partial<CallerOptions>) => {
      const trace = run(options, { faults }).trace;
      const toFirst = only(trace, "send").filter(({ to, message }) => to === "s1" && message.kind === "ask");
      return { down: toFirst.filter(({ at }) => at >= 1_000 && at < 3_000).length, after: toFirst.filter(({ at }) => at >= 3_400).length };
    };
    const breaker = { failures: 3, openMs: 300 };
    expect(asked({}).down).toBeGreaterThan(50);
    expect(asked({ breaker }).down).toBeLessThan(20);
    expect(asked({ breaker }).after).toBeGreaterThan(30);
    const share = (options: Partial<CallerOptions>) => goodShare(run(options, { faults }).history, { from: 1_000, until: 3_000 });
    expect(share({ breaker })).toBeGreaterThan(share({}) + 0.2);
  });

  it("does not ask where every breaker is open", () => {
    const faults = (["s1", "s2", "s3"] as const).map((node) => ({ at: 0, kind: "crash" as const, node }));
    const { history } = run({ breaker: { failures: 2, openMs: 1e6 } }, { faults });
    expect(history.filter(({ result }) => (result as { why?: string } | undefined)?.why === "not asked").length).toBeGreaterThan(400);
  });
});

describe("callers in layers", () => {
  it("multiply their attempts", () => {
    const [b, c, s] = ids("b", "c", "s");
    const below = (attempts: number) =>
      simulate({
        nodes: {
          a: caller({ to: [b!], patience: 1_000, attempts }), b: caller({ to: [c!], patience: 100, attempts }), c: caller({ to: [s!], patience: 10, attempts }), s: server(),
        },
        network: { latency: 0 }, faults: [{ at: 0, kind: "crash", node: "s" }], requests: [{ at: 1, node: "a", request: { kind: "call", work: 1 } }],
      });
    for (const attempts of [1, 2, 3]) {
      const { trace, history } = below(attempts);
      expect(only(trace, "send").filter(({ to }) => to === "s").length).toBe(attempts ** 3);
      expect(history[0]!.result).toEqual({ ok: false, why: "refused" });
    }
  });

  it("pass a good answer on", () => {
    const [b, s] = ids("b", "s");
    const { history } = simulate({
      nodes: { a: caller({ to: [b!] }), b: caller({ to: [s!] }), s: server() }, network: { latency: 1 },
      requests: [{ at: 0, node: "a", request: { kind: "call", work: 5 } }],
    });
    expect(history[0]).toMatchObject({ result: { ok: true }, returnedAt: 9 });
  });
});

describe("a health check", () => {
  const servers = ids("s1", "s2");
  const share = (broken: "down" | "slow", options: Partial<CallerOptions>) =>
    goodShare(
      simulate({
        seed: 6, nodes: { front: caller({ to: servers, patience: 50, ...options }), s1: server({ speed: broken === "slow" ? 0.001 : 1 }), s2: server() }, network: { latency: 1 },
        clients: { c: { ...calls(20, constantWork(5)), to: "front", until: 5_000 } }, faults: broken === "down" ? [{ at: 0, kind: "crash", node: "s1" }] : [], until: 6_000,
      }).history,
      { from: 300 },
    );

  it("sees what is down, and not what is only sick (gray failure)", () => {
    expect(share("down", {})).toBeLessThan(0.6);
    expect(share("down", { checkMs: 100 })).toBe(1);
    expect(share("slow", { checkMs: 100 })).toBeLessThan(0.6);
    expect(share("slow", { breaker: { failures: 3, openMs: 1_000 } })).toBeGreaterThan(0.9);
  });
});

describe("a roll-out", () => {
  const nodes = ids("s1", "s2", "s3", "s4");
  const push = (waves: readonly (readonly (typeof nodes)[number][])[], speed: number) => {
    const run = simulate({
      seed: 8,
      nodes: { control: rollout({ waves, watchMs: 800, waiting: 10 }), front: caller({ to: nodes, patience: 100 }), s1: server(), s2: server(), s3: server(), s4: server() },
      network: { latency: 1 }, clients: { c: { ...calls(200, constantWork(10)), to: "front", until: 6_000 } },
      requests: [{ at: 1_000, node: "control", request: { kind: "roll-out", speed, before: 1 } }],
    });
    const [told] = run.history.filter(({ request }) => request.kind === "roll-out");
    return { told: told!.result, failed: 1 - goodShare(run.history.filter(({ request }) => request.kind === "call")) };
  };

  it("goes through all waves if the change is good, and back from the first if it is bad", () => {
    const canary = [[nodes[0]!], nodes.slice(1)];
    expect(push(canary, 1.2)).toEqual({ told: { ok: true, waves: 2 }, failed: 0 });
    expect(push(canary, 0.2).told).toEqual({ ok: false, waves: 1 });
    expect(push([nodes], 0.2).told).toEqual({ ok: false, waves: 1 });
    expect(push(canary, 0.2).failed * 3).toBeLessThan(push([nodes], 0.2).failed);
  });
});

describe("an aggregator", () => {
  const shardOf = (i: number) => ids(`a${i}`, `b${i}`);
  const query = (options: Partial<AggregatorOptions>, { shards = 20, perSecond = 5, count = 400, work = mixedWork({ ms: 5, slowMs: 500, slow: 0.02 }) } = {}) => {
    const all = Array.from({ length: shards }, (_, i) => shardOf(i));
    const { history, simulation } = simulate({
      seed: 9,
      nodes: { root: aggregator({ shards: all, ...options }), ...Object.fromEntries(all.flat().map((node) => [node, server({ workers: 50 })])) },
      network: { latency: 0 },
      clients: {
        c: {
          operations: (chance) => ({ kind: "query", works: Array.from({ length: shards }, () => [work(chance), work(chance)]) }),
          load: { kind: "open", perSecond }, to: "root", count, timeoutMs: 1e9,
        },
      },
      limits: { time: 1e9 },
    });
    const served = all.flat().reduce((sum, node) => sum + (simulation.state(node as "root") as unknown as Server).served, 0);
    return { history, served, needed: count * shards };
  };

  it("waits for the slowest", () => {
    const times = responseTimes(query({}, { work: exponentialWork(10), shards: 50 }).history);
    expect(Math.abs(percentile(times, 0.5) / medianOfSlowest({ n: 50, mean: 10 }) - 1)).toBeLessThan(0.1);
  });

  it("meets the slow ones less often when it asks twice after a while, at a small price", () => {
    const plain = query({});
    const hedged = query({ hedgeAfterMs: 10 });
    expect(percentile(responseTimes(plain.history), 0.9)).toBe(500);
    expect(percentile(responseTimes(hedged.history), 0.9)).toBeLessThan(20);
    expect(plain.served).toBe(plain.needed);
    expect(hedged.served / hedged.needed).toBeLessThan(1.05);
  });

  it("does everything twice where it hedges at once and never cancels", () => {
    const one = { perSecond: 90, count: 2_000, work: exponentialWork(10) };
    const run = (options: Partial<AggregatorOptions>) => {
      const all = [0, 1].map(shardOf);
      const { simulation } = simulate({
        seed: 9, nodes: { root: aggregator({ shards: all, ...options }), a0: server(), b0: server(), a1: server(), b1: server() }, network: { latency: 0 },
        clients: {
          c: {
            operations: (chance) => ({ kind: "query", works: [0, 1].map(() => [one.work(chance), one.work(chance)]) }),
            load: { kind: "open", perSecond: one.perSecond }, to: "root", count: one.count, timeoutMs: 1e9,
          },
        },
      });
      return (["a0", "b0", "a1", "b1"] as const).reduce((sum, node) => sum + (simulation.state(node) as Server).served, 0) / (2 * one.count);
    };
    expect(run({})).toBe(1);
    expect(run({ hedgeAfterMs: 0, cancels: false })).toBe(2);
    expect(run({ hedgeAfterMs: 0 })).toBeLessThan(1.9);
    expect(run({ tied: true })).toBeLessThan(1.4);
  });

  it("answers with what is good enough", () => {
    const { history } = query({ enough: 18 });
    expect(history.every(({ result }) => (result as { shards: number }).shards === 18)).toBe(true);
    expect(percentile(responseTimes(history), 0.9)).toBe(5);
  });
});

describe("a look-aside cache", () => {
  const keys = 800;
  const run = (more: object, flushAt: number | null = 3_000) =>
    simulate({
      seed: 4,
      nodes: { front: lookAside({ database: ids("db")[0]!, lifetimeMs: 15_000, patience: 200, warm: keys, ...more }), db: server() },
      network: { latency: 0 },
      clients: {
        c: {
          operations: (chance) => ({ kind: "read", key: chance.below(keys), work: 5 }),
          load: { kind: "open", perSecond: 800 }, to: "front", until: 18_000, timeoutMs: 1e9,
        },
      },
      requests: flushAt === null ? [] : [{ at: flushAt, node: "front", request: { kind: "flush" } }],
    });
  const late = { from: 14_000, until: 17_500 };

  it("carries the load as long as it is warm", () => {
    expect(goodShare(run({}, null).history)).toBeGreaterThan(0.99);
  });

  it("never gets warm again once it is cold: the trigger is gone and the failure stays", () => {
    const { history } = run({});
    expect(goodShare(history, { until: 2_500 })).toBeGreaterThan(0.99);
    expect(goodShare(history, late)).toBeLessThan(0.5);
    expect(goodShare(run({ attempts: 3 }).history, late)).toBeLessThan(0.5);
  });

  it("gets warm again with leases: one question for a key, and no answer thrown away", () => {
    const { history, simulation } = run({ leaseMs: 10_000 });
    expect(goodShare(history, late)).toBeGreaterThan(0.99);
    expect(simulation.state("front")!.asks).toBeLessThan(run({}).simulation.state("front")!.asks / 2);
  });

  it("asks again when a lease has run out, so that a lost answer does no lasting harm", () => {
    const { history } = simulate({
      nodes: { front: lookAside({ database: ids("db")[0]!, patience: 10, leaseMs: 50 }), db: server() }, network: { latency: 0 },
      requests: [0, 20, 60].map((at) => ({ at, node: "front" as const, request: { kind: "read" as const, key: 1, work: 1 } })),
      faults: [{ at: 0, kind: "crash", node: "db" }, { at: 15, kind: "restart", node: "db" }],
    });
    expect(history.map(({ result }) => (result as { ok: boolean }).ok)).toEqual([false, false, true]);
  });
});

describe("a coordinated count", () => {
  const throughput = (n: number, tells: boolean) => {
    const workers = ids(...Array.from({ length: n }, (_, i) => `w${i}`));
    const [c] = ids("c");
    const run = simulate({
      nodes: { c: counter({ tells: tells ? workers : [] }), ...Object.fromEntries(workers.map((w) => [w, countingWorker({ counter: c! })])) },
      network: { latency: 0 }, processing: { kinds: { piece: { kind: "exponential", mean: 10 }, next: 0.5, heard: 0.03 } }, until: 2_000,
    });
    return (run.simulation.state("c") as { count: number }).count / 2;
  };
  const sizes = [1, 2, 4, 8, 16, 32, 48];

  it("scales as the universal law has it: contention from the counter, coherence from telling everybody", () => {
    const quiet = fitUniversal(sizes.map((n) => ({ n, throughput: throughput(n, false) })));
    const talkative = fitUniversal(sizes.map((n) => ({ n, throughput: throughput(n, true) })));
    expect(quiet.coherence).toBeLessThan(talkative.coherence / 2);
    expect(Math.abs(throughput(1, false) - 1000 / 10.5)).toBeLessThan(8);
    expect(throughput(32, true)).toBeLessThan(throughput(16, true));
    expect(throughput(48, false)).toBeGreaterThan(1_900);
  });
});

describe("outcomes", () => {
  it("put each call into the span in which it was made", () => {
    const row = (invokedAt: number, returnedAt: number | null, ok = true) => ({ invokedAt, returnedAt, result: returnedAt === null ? undefined : { ok } });
    const history = [row(10, 20), row(90, 150), row(110, null), row(120, 130, false), row(500, 510)];
    expect(outcomes(history, { everyMs: 100, until: 200, withinMs: 50 })).toEqual([
      { at: 0, offered: 20, good: 10, failed: 10, share: 0.5 },
      { at: 100, offered: 20, good: 0, failed: 20, share: 0 },
    ]);
    expect(goodShare(history)).toBe(0.6);
    expect(goodShare([])).toBe(1);
  });
});
