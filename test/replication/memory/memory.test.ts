import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { ids, type NodeId } from "../../../lib/core.js";
import { byKey, causallyConsistent, historyOf, linearizable, register, sequentiallyConsistent, type WeakModel } from "../../../lib/history.js";
import { sharedMemory, type Memory, type MemoryOptions } from "../../../lib/replication.js";
import { simulate } from "../../../lib/sim.js";

const nodes = ids("n1", "n2", "n3");
const model = byKey(register());

/** One client at each node that reads and writes two keys, on links of uneven speed. */
function runOf(options: Omit<MemoryOptions, "nodes">, seed: number, faulty = false) {
  const role = sharedMemory({ nodes, ...options });
  return simulate({
    seed,
    nodes: { n1: role, n2: role, n3: role },
    network: { latency: { kind: "log-normal", median: 40, sigma: 1.5 }, ...(faulty ? { loss: 0.2, duplication: 0.2 } : {}), links: local },
    clients: Object.fromEntries(nodes.map((node, i) => [`c${i + 1}`, {
      to: node, retries: 0, timeoutMs: 30_000, count: 20, load: { kind: "closed" as const, think: [0, 30] as [number, number] },
      operations: (chance: any, n: number) => {
        const key = chance.pick(["x", "y"]);
        return chance.chance(0.35) ? { kind: "write" as const, key, value: `${node}-${n}` } : { kind: "read" as const, key };
      },
    }])) as never,
    limits: { time: 60_000 },
  });
}
const local = Object.fromEntries(nodes.map((node, i) => [`c${i + 1}<>${node}`, { latency: 0.1, loss: 0, duplication: 0 }]));

type Judge = "linearizable" | "sequential" | WeakModel;
const judge = (name: Judge, run: ReturnType<typeof runOf>): boolean => {
  const history = historyOf(run.history, { result: ({ request, result }) => (request.kind === "read" ? result : undefined) });
  if (name === "linearizable") return linearizable(history, model).kind === "holds";
  if (name === "sequential") return sequentiallyConsistent(history, model).kind === "holds";
  return causallyConsistent(history, { model: name }).kind === "holds";
};

describe("a memory whose reads ask nobody", () => {
  it.each<[MemoryOptions["order"], "arrival" | "last writer wins", Judge, Judge | null]>([
    ["total", "arrival", "sequential", "linearizable"],
    ["causal", "arrival", "causal memory", "sequential"],
    ["causal", "last writer wins", "causal convergence", "sequential"],
    ["fifo", "arrival", "PRAM", "causal memory"],
    ["any", "arrival", "weak causal", null],
  ])("with the order %s and %s is %s, and not always %s", (order, conflicts, gives, misses) => {
    const runs = Array.from({ length: 40 }, (_, seed) => runOf({ order, conflicts }, seed, seed % 2 === 1));
    if (order !== "any") for (const run of runs) expect(judge(gives, run)).toBe(true);
    else expect(runs.some((run) => !judge(gives, run) && !judge("PRAM", run))).toBe(true);
    if (misses) expect(runs.some((run) => !judge(misses, run))).toBe(true);
    for (const { history } of runs) expect(history.every(({ returnedAt }) => returnedAt !== null)).toBe(true);
  });

  it("agrees once all is quiet where the last writer wins or the order is total, and may differ for ever otherwise", () => {
    const agree = (options: Omit<MemoryOptions, "nodes">) =>
      Array.from({ length: 40 }, (_, seed) => {
        const { simulation } = runOf(options, seed, true);
        const values = nodes.map((id) => JSON.stringify([...(simulation.state(id as never) as unknown as Memory).cells].map(([key, { value }]) => [key, value]).sort()));
        return new Set(values).size === 1;
      }).filter((same) => same).length;
    expect(agree({ order: "causal", conflicts: "last writer wins" })).toBe(40);
    expect(agree({ order: "any", conflicts: "last writer wins" })).toBe(40);
    expect(agree({ order: "total" })).toBe(40);
    expect(agree({ order: "causal" })).toBeLessThan(40);
  });

  it("is causal in every world of two writes and a reader of both, and with order \"fifo\" not", () => {
    const verdict = (order: MemoryOptions["order"]) => {
      const role = sharedMemory({ nodes, order });
      const seesAnswerFirst = ({ nodes: views }: { readonly nodes: readonly { readonly id: NodeId; readonly state: object | null }[] }) => {
        const { cells } = views.find(({ id }) => id === "n3")!.state as Memory;
        return cells.has("answer") && !cells.has("question");
      };
      return explore({
        nodes: { n1: role, n2: role, n3: role },
        requests: [
          { node: "n1", request: { kind: "write", key: "question", value: "q" } },
          { node: "n2", request: { kind: "write", key: "answer", value: "a" } },
        ],
        properties: [{
          name: "no answer without its question",
          check(world) {
            const asked = (world.nodes.find(({ id }) => id === "n2")!.state as unknown as Memory).applied.get("n1" as NodeId) === 1;
            // Only where n2 had the question before it wrote is the answer one.
            const isAnswer = asked && (world.nodes.find(({ id }) => id === "n2")!.state as unknown as Memory).cells.get("answer")?.time === 2;
            return isAnswer && seesAnswerFirst(world) ? "n3 has the answer, and not the question" : null;
          },
        }],
      });
    };
    expect(verdict("causal").kind).toBe("holds");
    expect(verdict("total").kind).toBe("holds");
    expect(verdict("fifo")).toMatchObject({ kind: "violated", problem: "n3 has the answer, and not the question" });
  });

  it.each([
    [{ order: "none" }, 'order must be one of "total", "causal", "fifo", "any", got "none"'],
    [{ order: "fifo", conflicts: "mine" }, 'conflicts must be one of "arrival", "last writer wins", got "mine"'],
  ])("refuses %j", (options, message) => {
    expect(() => sharedMemory({ nodes, ...options } as MemoryOptions)).toThrow(message);
  });
});
