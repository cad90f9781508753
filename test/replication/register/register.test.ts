import { describe, expect, it } from "vitest";
import { searchSeeds, swarm } from "../../../lib/check.js";
import { ids } from "../../../lib/core.js";
import { byKey, historyOf, linearizable, register, sequentiallyConsistent } from "../../../lib/history.js";
import { messageTotal } from "../../../lib/measure.js";
import { abdClient, abdNode, abdReplica, namelessWriter, type AbdOptions } from "../../../lib/replication.js";
import { simulate } from "../../../lib/sim.js";

const three = ids("n1", "n2", "n3");
const model = byKey(register());
const read = { kind: "read", key: "x" } as const;
const write = (value: string) => ({ kind: "write", key: "x", value }) as const;
const servers = (options: Partial<AbdOptions> = {}, nodes = three) => Object.fromEntries(nodes.map((id) => [id, abdNode({ replicas: nodes, ...options })]));

describe("a register on three replicas", () => {
  it("takes two rounds for a read and for a write among several writers, one for a single writer", () => {
    const rounds = (options: Partial<AbdOptions>) => {
      const replicas = ids("r1", "r2", "r3");
      const run = simulate({
        nodes: { c: abdClient({ replicas, ...options }), r1: abdReplica(), r2: abdReplica(), r3: abdReplica() },
        network: { latency: 10 },
        requests: [{ at: 0, node: "c", request: write("a") }, { at: 100, node: "c", request: read }],
      });
      return run.history.map(({ invokedAt, returnedAt }) => returnedAt! - invokedAt);
    };
    expect(rounds({})).toEqual([40, 40]);
    expect(rounds({ writers: "one" })).toEqual([20, 40]);
    expect(rounds({ writeBack: "if needed" })).toEqual([40, 20]);
    expect(rounds({ writeBack: "never" })).toEqual([40, 20]);
  });

  it("answers while a majority is up, and waits without one", () => {
    const run = (down: readonly string[]) =>
      simulate({
        nodes: servers(), network: { latency: 5 },
        faults: down.map((node) => ({ at: 0, kind: "crash" as const, node: node as "n3" })),
        requests: [{ at: 1, node: "n1", request: write("a") }, { at: 50, node: "n1", request: read }],
        limits: { time: 2_000 },
      }).history.map(({ result, returnedAt }) => (returnedAt === null ? "waits" : result));
    expect(run([])).toEqual([null, "a"]);
    expect(run(["n3"])).toEqual([null, "a"]);
    expect(run(["n2", "n3"])).toEqual(["waits", "waits"]);
  });

  it("costs 4n messages for a read, two rounds to all replicas and back", () => {
    const replicas = ids("r1", "r2", "r3", "r4", "r5");
    const run = simulate({
      nodes: { c: abdClient({ replicas }), ...Object.fromEntries(replicas.map((id) => [id, abdReplica()])) } as Record<string, any>,
      network: { latency: 5 },
      requests: [{ at: 0, node: "c", request: read }] as never,
    });
    expect(messageTotal(run.trace).sent).toBe(20);
  });

  it.each([
    [{ quorums: { read: 1, write: 2 } }, "quorums must meet: read + write must be greater than 3, got 1 + 2"],
    [{ quorums: { read: 0, write: 4 } }, "quorums.read must be a whole number from 1 to 3, got 0"],
    [{ writeBack: "sometimes" }, 'writeBack must be one of "always", "if needed", "never"'],
    [{ writers: 2 }, 'writers must be one of "one", "many", got 2'],
    [{ replicas: [] }, "replicas must name at least 1 node, got none"],
    [{ again: -1 }, "again must be a finite number of at least 0"],
    [{ retry: 1 }, 'abdClient has no option "retry"'],
  ])("refuses %j", (options, message) => {
    expect(() => abdClient({ replicas: three, ...options } as AbdOptions)).toThrow(message);
  });
});

/** Many clients at five nodes, with whatever goes wrong. No client asks twice, or a write would be two. */
function storm(seed: number, options: Partial<AbdOptions> = {}, role = abdNode) {
  const nodes = ids("n1", "n2", "n3", "n4", "n5");
  const mix = swarm(seed, { loss: [0, 0.3], duplication: [0, 0.3], slow: [20, 200], crashes: [0.5, 4], cuts: [0.5, 3], flush: [1, 20] });
  const client = (name: string) => ({
    to: nodes, choice: "random" as const, retries: 0, timeoutMs: 2_000, count: 16,
    operations: (chance: { chance(p: number): boolean }, i: number) => (chance.chance(0.25) ? write(`${name}${i}`) : read),
  });
  return {
    nodes: Object.fromEntries(nodes.map((id) => [id, role({ replicas: nodes, again: [40, 80], ...options })])),
    network: { latency: [1, mix.slow ?? 10] as [number, number], loss: mix.loss ?? 0, duplication: mix.duplication ?? 0, links: { "a<>*": { duplication: 0 }, "b<>*": { duplication: 0 }, "c<>*": { duplication: 0 } } },
    disk: { flush: mix.flush ?? 0 },
    clients: { a: client("a"), b: client("b"), c: client("c") },
    nemesis: {
      until: 3_000,
      ...(mix.crashes ? { crashes: { perSecond: mix.crashes, lasts: [20, 400] as [number, number] } } : {}),
      ...(mix.cuts ? { partitions: { perSecond: mix.cuts, lasts: [50, 500] as [number, number] } } : {}),
    },
    limits: { time: 40_000 },
  };
}

describe("many runs of five replicas with crashes, cuts and losses", () => {
  const judged = (options: Partial<AbdOptions>, seeds: number) =>
    searchSeeds({
      seeds,
      run: (seed) => storm(seed, options) as never,
      atEnd: (run) => {
        const verdict = linearizable(historyOf(run.history), model);
        return verdict.kind === "holds" ? null : verdict.reason;
      },
      sometimes: {
        "a crash": ({ trace }) => trace.some(({ kind }) => kind === "crash"),
        "an operation without an answer": ({ history }) => history.some(({ returnedAt }) => returnedAt === null),
        "all answered": ({ history }) => history.every(({ returnedAt }) => returnedAt !== null),
        "a value read": ({ history }) => history.some(({ result }) => typeof result === "string"),
      },
    });

  it("are all linearizable", () => {
    expect(judged({}, 80).report).toMatch(/^80 seeds passed/);
    expect(judged({ writeBack: "if needed" }, 80).report).toMatch(/^80 seeds passed/);
  });

  it("are not where reads store nothing", () => {
    expect(judged({ writeBack: "never" }, 400)).toMatchObject({ kind: "failed" });
  });

  it("are sequentially consistent as one might expect of what is linearizable", () => {
    const run = simulate({ seed: 3, ...storm(3) } as never) as ReturnType<typeof simulate>;
    expect(sequentiallyConsistent(historyOf(run.history), model).kind).toBe("holds");
  });
});

it("two writes with one stamp leave a register that never settles", () => {
  const replicas = ids("r1", "r2", "r3");
  const wrong = (role: typeof abdClient) =>
    Array.from({ length: 60 }, (_, seed) =>
      simulate({
        seed,
        nodes: {
          w1: role({ replicas }), w2: role({ replicas }), c: abdClient({ replicas }), d: abdClient({ replicas }),
          ...Object.fromEntries(replicas.map((id) => [id, abdReplica()])),
        } as Record<string, ReturnType<typeof abdClient>>,
        network: { latency: [1, 20] },
        requests: [
          { at: 0, node: "w1", request: write("a") }, { at: 0, node: "w2", request: write("b") },
          ...[200, 400, 600, 800].map((at, i) => ({ at, node: i % 2 === 0 ? "c" : "d", request: read })),
        ],
      }),
    ).filter(({ history }) => linearizable(historyOf(history), model).kind === "violated").length;
  expect(wrong(namelessWriter)).toBeGreaterThan(5);
  expect(wrong(abdClient)).toBe(0);
});
