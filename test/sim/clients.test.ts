import { describe, expect, it } from "vitest";
import { ids, type NodeId, type Redirect, type Role } from "../../lib/core/role.js";
import { only, simulate, type ClientOptions, type NetworkOptions, type ScriptedFault } from "../../lib/sim.js";
import { keeper, server } from "./roles.js";

const nodes = { s1: server, s2: server, s3: server };
type Ask = { readonly kind: "ask"; readonly n: number };
type Options = ClientOptions<keyof typeof nodes, Ask>;

const asks = (n: number): readonly Ask[] => Array.from({ length: n }, (_, i) => ({ kind: "ask", n: i + 1 }));

function run(client: Options, { network = { latency: 5 }, faults = [], until, seed = 1 }: { network?: NetworkOptions; faults?: readonly ScriptedFault<keyof typeof nodes, keyof typeof nodes | "c">[]; until?: number; seed?: number } = {}) {
  return simulate({ seed, nodes, clients: { c: client }, network, faults, ...(until === undefined ? {} : { until }) });
}

describe("a client with closed load", () => {
  it("asks again when it has its answer", () => {
    const { history, trace, ended } = run({ operations: asks(3), to: "s1" });
    expect(history.map(({ call, result, invokedAt, returnedAt }) => [call, result, invokedAt, returnedAt])).toEqual([
      ["c#1", 1, 0, 10], ["c#2", 2, 10, 20], ["c#3", 3, 20, 30],
    ]);
    expect(trace.filter(({ step }) => step <= 3).map(({ kind }) => kind)).toEqual(["invoke", "request", "reply", "return"]);
    // No time-out is waited for that nobody needs.
    expect(ended).toMatchObject({ kind: "quiet", at: 30 });
  });

  it("thinks between answer and question", () => {
    const { history } = run({ operations: asks(3), to: "s1", load: { kind: "closed", think: 100 } });
    expect(history.map(({ invokedAt }) => invokedAt)).toEqual([0, 110, 220]);
  });

  it("keeps as many operations under way as it may", () => {
    const { history } = run({ operations: asks(6), to: "s1", load: { kind: "closed", outstanding: 3 } });
    expect(history.map(({ invokedAt }) => invokedAt)).toEqual([0, 0, 0, 10, 10, 10]);
  });
});

describe("a client with open load", () => {
  it("asks at even distances, whatever becomes of it", () => {
    const { history } = run({ operations: asks(4), to: "s1", load: { kind: "open", perSecond: 500, arrivals: "even" } });
    expect(history.map(({ invokedAt }) => invokedAt)).toEqual([0, 2, 4, 6]);
  });

  it("asks at random moments at the rate that is given", () => {
    const { history } = run({ operations: (_, n) => ({ kind: "ask", n }), to: "s1", load: { kind: "open", perSecond: 100 }, until: 60_000 });
    expect(history.length / 6_000).toBeCloseTo(1, 1);
    const gaps = history.slice(1).map(({ invokedAt }, i) => invokedAt - history[i]!.invokedAt);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    // The gaps of a Poisson process deviate by as much as they last.
    expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
  });
});

describe("operations", () => {
  it("may come from a function of the client's own chance, until it gives none", () => {
    const draw = (seed: number, network: NetworkOptions) =>
      run({ operations: (chance, serial) => (serial > 20 ? null : { kind: "ask", n: chance.below(1000) }), to: "s1" }, { seed, network }).history.map(({ request }) => (request as Ask).n);
    expect(draw(1, { latency: 1 })).toHaveLength(20);
    expect(draw(1, { latency: 1 })).toEqual(draw(1, { latency: [5, 50], loss: 0.2 }));
    expect(draw(1, { latency: 1 })).not.toEqual(draw(2, { latency: 1 }));
  });

  it("end at the count, and none begins after the end", () => {
    expect(run({ operations: asks(9), count: 4 }).history).toHaveLength(4);
    expect(run({ operations: asks(9), from: 7, until: 30, to: "s1" }).history.map(({ invokedAt }) => invokedAt)).toEqual([7, 17, 27]);
  });
});

describe("the choice of a node", () => {
  const asked = (client: Options, faults: readonly ScriptedFault<keyof typeof nodes>[] = []) => only(run(client, { faults }).trace, "invoke").map(({ node }) => node);

  it("is fixed, or goes round, or is random", () => {
    expect(asked({ operations: asks(4), choice: "fixed" })).toEqual(["s1", "s1", "s1", "s1"]);
    expect(asked({ operations: asks(4), choice: "round-robin" })).toEqual(["s1", "s2", "s3", "s1"]);
    expect(new Set(asked({ operations: asks(30), choice: "random" }))).toEqual(new Set(["s1", "s2", "s3"]));
    expect(asked({ operations: asks(4), to: ["s2", "s3"], choice: "round-robin" })).toEqual(["s2", "s3", "s2", "s3"]);
  });

  it("sticks to the node that answers, and leaves one that does not", () => {
    expect(asked({ operations: asks(5), timeoutMs: 50 }, [{ at: 12, kind: "crash", node: "s1" }])).toEqual(["s1", "s1", "s2", "s2", "s2", "s2"]);
  });
});

describe("a call", () => {
  it("is tried again under the same name, and the server sees it twice if only the answer was lost", () => {
    const { history, simulation, trace } = run({ operations: asks(1), to: "s1", timeoutMs: 50 }, { faults: [{ at: 6, kind: "cut", from: ["s1"], to: ["c"], forMs: 20 }] });
    expect(simulation.state("s1")!.served).toEqual(["c#1", "c#1"]);
    expect(only(trace, "call-lost")).toMatchObject([{ leg: "reply", reason: "partitioned", node: "s1" }]);
    expect(history).toMatchObject([{ call: "c#1", attempts: 2, invokedAt: 0, returnedAt: 60 }]);
  });

  it("is given up after its retries, and stays open in the history", () => {
    const { history, trace, ended } = run({ operations: asks(2), to: "s1", timeoutMs: 50, retries: 2, backoff: 7 }, { network: { latency: 5, loss: 1 } });
    expect(only(trace, "invoke").map(({ at, call, attempt }) => [at, call, attempt])).toEqual([
      [0, "c#1", 1], [57, "c#1", 2], [114, "c#1", 3], [164, "c#2", 1], [221, "c#2", 2], [278, "c#2", 3],
    ]);
    expect(only(trace, "give-up").map(({ at }) => at)).toEqual([164, 328]);
    expect(history.map(({ returnedAt, result, attempts }) => [returnedAt, result, attempts])).toEqual([[null, undefined, 3], [null, undefined, 3]]);
    expect(ended.kind).toBe("quiet");
  });

  it("to a node that is down is lost", () => {
    const { trace } = run({ operations: asks(1), to: "s1", retries: 0 }, { faults: [{ at: 0, kind: "crash", node: "s1" }] });
    expect(only(trace, "call-lost")).toMatchObject([{ leg: "request", reason: "crashed", node: "s1", client: "c" }]);
  });

  it("is lost and doubled as messages are", () => {
    const { trace, simulation } = run({ operations: asks(2_000), to: "s1", choice: "fixed", timeoutMs: 20, retries: 0 }, { network: { latency: 5, loss: 0.1, duplication: 0.2 } });
    const invoked = only(trace, "invoke").length;
    const lost = only(trace, "call-lost").filter(({ leg }) => leg === "request").length;
    expect(lost / invoked).toBeCloseTo(0.1, 1);
    const served = simulation.state("s1")!.served;
    expect((served.length - new Set(served).size) / invoked).toBeCloseTo(0.18, 1);
  });

  it("waits for the disk if its answer does", () => {
    const { history } = simulate({ nodes: { k: keeper() }, disk: { flush: 30 }, network: { latency: 5 }, clients: { c: { operations: [{ kind: "keep", n: 1 }] } } });
    expect(history).toMatchObject([{ returnedAt: 40, result: 1 }]);
  });

  it("moves no message between the nodes", () => {
    const script = { nodes: { k: keeper("k2"), k2: keeper("k") }, requests: [3, 9, 12].map((at) => ({ at, node: "k" as const, request: { kind: "keep" as const, n: at } })) };
    const sends = (clients: Readonly<Record<string, ClientOptions<"k" | "k2", { kind: "read" }>>>) =>
      only(simulate({ ...script, clients, network: { loss: 0.2 } }).trace, "drop").map(({ at, to }) => [at, to]);
    expect(sends({})).toEqual(sends({ c: { operations: (_, n) => (n > 50 ? null : { kind: "read" }) } }));
  });
});

describe("a client that is sent elsewhere", () => {
  /** Answers what it is asked if it is the one that serves, and otherwise says what it thinks who does. */
  const sending = (name: NodeId, to: NodeId | null): Role<{ state: object; requests: Ask; replies: number | Redirect }> => ({
    name: "sending server",
    durable: [],
    init: () => ({}),
    receive: {},
    timeout: {},
    request: { ask: (_, { n }, call, out) => out.reply(call, to === name ? n : { kind: "redirect", to }) },
  });
  const [s1, s2, s3] = ids("s1", "s2", "s3") as [NodeId, NodeId, NodeId];

  function ask(to: readonly (NodeId | null)[], client: Options) {
    const nodes = { s1: sending(s1, to[0]!), s2: sending(s2, to[1]!), s3: sending(s3, to[2]!) };
    const run = simulate({ nodes, clients: { c: client }, network: { latency: 5 } });
    return { ...run, asked: only(run.trace, "invoke").map(({ at, node, attempt }) => [at, node, attempt]) };
  }

  it("asks there at once, under the same call, and goes there first from then on", () => {
    const { asked, history } = ask([s3, s1, s3], { operations: asks(2) });
    expect(asked).toEqual([[0, "s1", 1], [10, "s3", 2], [20, "s3", 1]]);
    expect(history.map(({ call, result, returnedAt, attempts }) => [call, result, returnedAt, attempts])).toEqual([["c#1", 1, 20, 2], ["c#2", 2, 30, 1]]);
  });

  it("asks the next one where nobody is named, after its back-off", () => {
    expect(ask([null, null, s3], { operations: asks(1), backoff: 7 }).asked).toEqual([[0, "s1", 1], [17, "s2", 2], [34, "s3", 3]]);
  });

  it("waits for its time-out where everybody sends it on, and gives up as ever", () => {
    const { asked, history, ended } = ask([s2, s1, null], { operations: asks(1), timeoutMs: 100, retries: 1 });
    expect(asked.map(([at]) => at)).toEqual([0, 10, 20, 30, 130, 140, 150, 160]);
    expect(history[0]).toMatchObject({ result: undefined, returnedAt: null });
    expect(ended.kind).toBe("quiet");
  });

  it("asks everybody in turn, although two send it to and fro", () => {
    const nodes = { s1: sending(s1, s2), s2: sending(s2, s1), s3: sending(s3, s3) };
    const { history } = simulate({ nodes, clients: { c: { operations: asks(1), timeoutMs: 100, retries: 2 } }, network: { latency: 5 } });
    expect(history[0]).toMatchObject({ result: 1 });
    const forgetful = { ...nodes, s2: sending(s2, null), s3: sending(s3, s2) };
    const { trace } = simulate({ nodes: { ...forgetful, s1: sending(s1, s1) }, clients: { c: { operations: asks(1), to: ["s3", "s2", "s1"] } }, network: { latency: 5 } });
    expect(only(trace, "invoke").map(({ node }) => node)).toEqual(["s3", "s2", "s2", "s1"]);
  });

  it("may be sent to a node that is not on its list", () => {
    const { asked } = ask([s3, s2, s3], { operations: asks(2), to: ["s1", "s2"] });
    expect(asked).toEqual([[0, "s1", 1], [10, "s3", 2], [20, "s1", 1], [30, "s3", 2]]);
  });

  it("does not follow who was asked before and answers late", () => {
    const nodes = { s1: sending(s1, s2), s2: sending(s2, s3), s3: sending(s3, s3) };
    const { trace } = simulate({
      nodes,
      clients: { c: { operations: asks(1), timeoutMs: 15 } },
      network: { latency: 5, links: { "s1>c": { latency: 11 }, "s2>c": { latency: 50 } } },
      until: 60,
    });
    // The time-out has come before the answer of s1, which would lead to s2 as well.
    expect(only(trace, "invoke").map(({ at, node }) => [at, node]).slice(0, 3)).toEqual([[0, "s1"], [15, "s2"], [30, "s3"]]);
  });
});
