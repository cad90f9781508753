import { describe, expect, it } from "vitest";
import { explore, searchSeeds, swarm } from "../../lib/check.js";
import { ids, type AnyRole } from "../../lib/core.js";
import {
  addingCounter, deltaReplica, gCounter, greedySet, haveSeenTheSame, lwwRegister, mvRegister, opCounter, operationReplica, operationReplicaWhen, opSet, opText, orSet,
  orSetWithTombstones, pnCounter, rga, skiplessText, stateReplica, strongConvergence, tielessRegister, type StateType,
} from "../../lib/crdt.js";
import { simulate } from "../../lib/sim.js";

const two = ids("a", "b");
const three = ids("a", "b", "c");
const update = (node: string, what: object) => ({ node, request: { kind: "update", update: what } });
const put = { kind: "add", item: "x" };
const take = { kind: "remove", item: "x" };
const each = (nodes: readonly string[], role: AnyRole): Record<string, AnyRole> => Object.fromEntries(nodes.map((id) => [id, role]));
const eager = (nodes: typeof two) => ({ nodes, every: null, eager: true });
const all = { "all have seen all": ({ nodes }: { nodes: readonly any[] }) => haveSeenTheSame(nodes) && Object.keys(nodes[0].state.seen).length > 1 };
const everyWorld = (role: AnyRole, nodes: readonly string[], requests: readonly object[], options: object = {}) =>
  explore({ nodes: each(nodes, role), requests, properties: [strongConvergence()], reach: all, ...options } as never);

describe("every world of two or three replicas", () => {
  it.each<[string, AnyRole, readonly object[], number]>([
    ["G-Counter", stateReplica(gCounter, eager(three)), [update("a", { kind: "add" }), update("b", { kind: "add" }), update("c", { kind: "add" })], 1],
    ["LWW-Register", stateReplica(lwwRegister, eager(three)), [update("a", { kind: "assign", value: "p" }), update("b", { kind: "assign", value: "q" })], 1],
    ["MV-Register", stateReplica(mvRegister, eager(three)), [update("a", { kind: "assign", value: "p" }), update("b", { kind: "assign", value: "q" })], 1],
    ["OR-Set", stateReplica(orSet, eager(two)), [[update("a", put), update("a", take)], [update("b", put), update("b", take)]], 1],
    ["OR-Set by deltas", deltaReplica(orSet, eager(two)), [[update("a", put), update("a", take)], [update("b", put)]], 1],
    ["OR-Set by operations", operationReplica(opSet, eager(two)), [[update("a", put), update("a", take)], [update("b", put)]], 1],
    ["counter by operations", operationReplica(opCounter, eager(three)), [update("a", { kind: "add" }), update("b", { kind: "subtract" })], 1],
    ["text", stateReplica(rga, eager(three)), [update("a", { kind: "insert", at: 0, text: "k" }), update("b", { kind: "insert", at: 0, text: "m" })], 1],
    ["text by operations", operationReplica(opText, eager(two)), [[update("a", { kind: "insert", at: 0, text: "k" }), update("a", { kind: "erase", at: 0 })], [update("b", { kind: "insert", at: 0, text: "m" })]], 1],
  ])("of a %s: who has seen the same shows the same, with a message doubled", (_, role, requests, duplicates) => {
    const nodes = requests.length === 3 || JSON.stringify(requests).includes('"c"') ? three : role.name.includes("OR") || role.name.includes("op-based RGA") ? two : three;
    const verdict = everyWorld(role, nodes, requests, { duplicates });
    expect(verdict.kind, verdict.summary).toBe("holds");
    expect(verdict.reached["all have seen all"]).not.toBeNull();
  });

  it.each<[string, AnyRole, readonly string[], readonly object[], object, RegExp]>([
    ["adding counter", stateReplica(addingCounter, eager(two)), two, [update("a", { kind: "add" })], { duplicates: 1 }, /seen the same updates, but a shows \(1\), b shows \(2\)/],
    ["tieless register", stateReplica(tielessRegister, eager(two)), two, [update("a", { kind: "assign", value: "p" }), update("b", { kind: "assign", value: "q" })], {}, /a shows \(p.*b shows \(q/],
    ["greedy set", operationReplica(greedySet, eager(two)), two, [[update("a", put), update("a", take)], [update("b", put)]], {}, /have seen the same/],
    ["skipless text", stateReplica(skiplessText, eager(two)), two, [update("a", { kind: "insert", at: 0, text: "k" }), update("b", { kind: "insert", at: 0, text: "m" })], {}, /have seen the same/],
    [
      "set by operations without causal delivery", operationReplicaWhen(opSet, eager(three), ({ from, past }, seen) => (past[from] ?? 0) === (seen[from] ?? 0)), three,
      [update("a", put), update("b", take)], {}, /have seen the same/,
    ],
  ])("shows where a %s goes wrong", (_, role, nodes, requests, options, problem) => {
    const verdict = everyWorld(role, nodes, requests, options);
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect(verdict.problem).toMatch(problem);
  });
});

/** Three replicas with updates from clients and whatever goes wrong; at the end all is quiet. */
function storm(seed: number, role: AnyRole, operations: (chance: any, i: number) => object) {
  const mix = swarm(seed, { loss: [0, 0.4], duplication: [0, 0.4], slow: [30, 200], crashes: [1, 8], cuts: [0.5, 3] });
  return {
    nodes: each(three, role),
    network: { latency: [1, mix.slow ?? 10], loss: mix.loss ?? 0, duplication: mix.duplication ?? 0, links: Object.fromEntries(three.map((id) => [`u${id}<>${id}`, { latency: 0, loss: 0, duplication: 0 }])) },
    clients: Object.fromEntries(three.map((id) => [`u${id}`, { to: id, retries: 0, until: 900, count: 8, load: { kind: "closed", think: [0, 100] }, operations: (chance: any, i: number) => ({ kind: "update", update: operations(chance, i) }) }])),
    nemesis: { until: 1_000, ...(mix.crashes ? { crashes: { perSecond: mix.crashes } } : {}), ...(mix.cuts ? { partitions: { perSecond: mix.cuts } } : {}) },
    properties: [strongConvergence()],
    limits: { time: 6_000 },
  } as never;
}
const setUpdates = (chance: any): object => ({ kind: chance.chance(0.6) ? "add" : "remove", item: chance.pick(["x", "y"]) });
const counts = (chance: any): object => ({ kind: chance.pick(["add", "subtract"]), amount: 1 + chance.below(3) });
const typing = (): object => ({ kind: "insert", at: 0, text: "ab" });

describe("many runs with losses, copies, cuts and crashes", () => {
  it.each<[string, AnyRole, (chance: any, i: number) => object]>([
    ["PN-Counter by states", stateReplica(pnCounter, { nodes: three }), counts],
    ["PN-Counter by deltas", deltaReplica(pnCounter, { nodes: three }), counts],
    ["counter by operations", operationReplica(opCounter, { nodes: three }), counts],
    ["OR-Set by states", stateReplica(orSet, { nodes: three }), setUpdates],
    ["OR-Set by deltas", deltaReplica(orSet, { nodes: three }), setUpdates],
    ["OR-Set by deltas that nobody passes on", deltaReplica(orSet, { nodes: three, relay: false }), setUpdates],
    ["OR-Set by operations", operationReplica(opSet, { nodes: three }), setUpdates],
    ["OR-Set with tombstones", stateReplica(orSetWithTombstones, { nodes: three }), setUpdates],
    ["RGA by states", stateReplica(rga, { nodes: three }), typing],
    ["RGA by operations", operationReplica(opText, { nodes: three }), typing],
  ])("come together: %s", (_, role, operations) => {
    const verdict = searchSeeds({
      seeds: 12,
      run: (seed: number) => storm(seed, role, operations),
      atEnd: ({ simulation }: any) => {
        const views = three.map((id) => ({ id, role: role.name, state: simulation.state(id as never) as object }));
        return haveSeenTheSame(views) ? null : `not all have seen all: ${views.map(({ state }) => JSON.stringify((state as any).seen)).join(" ")}`;
      },
      sometimes: {
        "a message lost": ({ trace }: any) => trace.some(({ kind }: any) => kind === "drop"),
        "a crash": ({ trace }: any) => trace.some(({ kind }: any) => kind === "crash"),
      },
    } as never);
    expect(verdict.report).toMatch(/^12 seeds passed/);
  });

  it("do not, with a counter that adds", () => {
    const verdict = searchSeeds({ seeds: 20, run: (seed: number) => storm(seed, stateReplica(addingCounter, { nodes: three }), () => ({ kind: "add" })) } as never);
    expect(verdict.kind).toBe("failed");
  });
});

it("counts each update once, whatever is lost and doubled", () => {
  const totals = (role: AnyRole): number[] => {
    const run = simulate({ seed: 5, ...(storm(5, role, () => ({ kind: "add" })) as object) } as never) as any;
    const done = run.trace.filter((event: any) => event.kind === "request").length;
    return [done, ...three.map((id) => {
      const { data } = run.simulation.state(id);
      return typeof data === "number" ? data : pnCounter.value(data);
    })];
  };
  for (const role of [stateReplica(pnCounter, { nodes: three }), deltaReplica(pnCounter, { nodes: three }), operationReplica(opCounter, { nodes: three })] as AnyRole[]) {
    const [done, ...shown] = totals(role);
    expect(shown).toEqual([done, done, done]);
  }
});

it.each([
  [{ nodes: [] }, "nodes must name at least 1 node"],
  [{ nodes: three, every: -1 }, "every must be a finite number of at least 0"],
  [{ nodes: three, pause: 1 }, 'stateReplica has no option "pause"'],
])("refuses %j", (options, message) => {
  expect(() => stateReplica(gCounter as StateType, options as never)).toThrow(message);
});
