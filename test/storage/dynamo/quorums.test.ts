import { describe, expect, it } from "vitest";
import { dynamo, type Got, hastyDynamo } from "../../../lib/dynamo.js";
import { historyOf, keyValueMap, linearizable, sessionGuarantees } from "../../../lib/history.js";
import { simulate } from "../../../lib/sim.js";
import { letters, orderOf, store } from "./by-hand.js";

const put = (key: string, value: string) => ({ kind: "put", key, value }) as const;
const get = (key: string) => ({ kind: "get", key }) as const;

/** The answers in the words of a map: the one value, null where there is none. */
const asMap = { result: ({ result }: { readonly result?: unknown }) => ((result as Got).kind === "got" ? ((result as Got).values[0] ?? null) : null) };

describe("R + W > N", () => {
  // While the write is on its way, a has it and b and c do not. Who asks a sees it; who asks b and c afterwards does not.
  const run = (w: number) =>
    simulate({
      nodes: store(3, { quorum: "strict", r: 2, w, patience: 1_000 }),
      network: { latency: 1, kinds: { store: { latency: 100 }, repair: { latency: 100 } }, links: { "a>b": { latency: 30 } } },
      clients: {
        writer: { to: "a", operations: [put("k", "new")] },
        first: { to: "a", operations: [get("k")], from: 10 },
        second: { to: "b", operations: [get("k")], from: 20 },
        third: { to: "c", operations: [get("k")], from: 400 },
      },
      until: 1_000,
    });

  it.each([2, 3])("is not linearizable with W = %i: during a write one read sees the new value and a later one the old", (w) => {
    const history = historyOf(run(w).history, asMap);
    expect(history.map(({ client, result }) => [client, result])).toEqual([["writer", null], ["first", "new"], ["second", null], ["third", "new"]]);
    const verdict = linearizable(history, keyValueMap());
    expect(verdict).toMatchObject({ kind: "violated", stuck: [{ client: "second" }] });
  });

  it("lets a read that begins after the answer see the write, whichever nodes answer first", () => {
    for (const slow of ["a", "b", "c"]) {
      for (const to of ["a", "b", "c"] as const) {
        const { history } = simulate({
          nodes: store(3, { quorum: "strict", r: 2, w: 2, patience: 1_000, compareEvery: null }),
          network: { latency: 1, links: Object.fromEntries(["a", "b", "c"].filter((node) => node !== slow).map((node) => [`${node}>${slow}`, { latency: 200 }])) },
          clients: { c1: { operations: [put("k", "v"), get("k")], to: ["a", to], choice: "round-robin" } as const },
          until: 2_000,
        });
        expect(history[1]!.result).toMatchObject({ values: ["v"] });
      }
    }
  });

  it("does not even do that with sloppy quorums: the W nodes may be others than the R", () => {
    const order = orderOf("k", 6);
    const run = (quorum: "sloppy" | "strict") =>
      simulate({
        nodes: store(6, { quorum, r: 2, w: 2, handoffEvery: 5_000, compareEvery: null }),
        network: { latency: 1 },
        clients: {
          writer: { to: order[0]!, operations: [put("k", "v")], timeoutMs: 400, retries: 0 },
          reader: { to: order[1]!, operations: [get("k")], from: 500 },
        },
        faults: [
          // The first of the list is on the side of the others, and then it is gone.
          { at: 0, kind: "partition", groups: [[order[0]!, ...order.slice(3), "writer"], [order[1]!, order[2]!]], forMs: 450 },
          { at: 450, kind: "crash", node: order[0]! },
        ],
        until: 700,
      }).history.map(({ result }) => result);
    expect(run("sloppy")).toMatchObject([{ kind: "written" }, { kind: "got", values: [] }]);
    expect(run("strict")[0]).toBeUndefined();
  });
});

describe("R + W <= N", () => {
  const run = (r: number, w: number) =>
    simulate({
      nodes: store(3, { quorum: "strict", r, w }),
      network: { latency: 1, kinds: { store: { latency: 50 } } },
      clients: { c1: { operations: [put("k", "v"), get("k")], to: ["a", "b"], choice: "round-robin" } },
      until: 500,
    });
  const guarantee = (r: number, w: number) => sessionGuarantees(historyOf(run(r, w).history, asMap)).find((one) => one.guarantee === "read your writes");

  it("loses a client's own write", () => {
    expect(guarantee(1, 1)).toMatchObject({ kind: "violated" });
    expect(guarantee(2, 1)).toMatchObject({ kind: "violated" });
  });

  it("does not where R + W > N", () => {
    for (const [r, w] of [[2, 2], [1, 3], [3, 1]] as const) expect(guarantee(r, w)).toMatchObject({ kind: "holds", checked: 1 });
  });
});

describe("an acknowledged write", () => {
  /** Write, and at the moment of the answer let these nodes fall for ever; what do the others know? */
  const afterLoss = (n: number, w: number, lost: readonly string[]): readonly unknown[] => {
    const nodes = letters.slice(0, n);
    const role = dynamo({ nodes, n, w, r: n - lost.length, quorum: "strict", patience: 1_000, compareEvery: null });
    const left = nodes.filter((node) => !lost.includes(node));
    const { history } = simulate({
      nodes: Object.fromEntries(nodes.map((node) => [node, role])),
      network: { latency: 1 },
      clients: { writer: { to: "a", operations: [put("k", "v")] }, reader: { to: left[0]!, operations: [get("k")], from: 20 } },
      faults: [
        // Only the first W nodes are reached.
        ...(w < n ? [{ at: 0, kind: "cut" as const, from: ["a"], to: nodes.slice(w), forMs: 15 }] : []),
        ...lost.map((node) => ({ at: 10, kind: "crash" as const, node })),
      ],
      until: 200,
    });
    expect(history[0]!.returnedAt).toBeLessThan(10);
    return (history[1]!.result as Got).values;
  };
  const subsets = (nodes: readonly string[], size: number): readonly (readonly string[])[] =>
    size === 0 ? [[]] : nodes.flatMap((node, i) => subsets(nodes.slice(i + 1), size - 1).map((rest) => [node, ...rest]));

  it.each([[3, 1], [3, 2], [3, 3], [4, 3], [5, 3]])("with N = %i survives any W - 1 disks, W = %i, and may be lost with W", (n, w) => {
    const nodes = letters.slice(0, n);
    for (const lost of subsets(nodes, w - 1)) expect(afterLoss(n, w, lost)).toEqual(["v"]);
    if (w < n) expect(afterLoss(n, w, nodes.slice(0, w))).toEqual([]);
  });

  it("does not survive one disk where the coordinator does not wait for W", () => {
    const nodes = letters.slice(0, 3);
    const role = hastyDynamo({ nodes, w: 2, r: 2, quorum: "strict" });
    const { history } = simulate({
      nodes: Object.fromEntries(nodes.map((node) => [node, role])),
      network: { latency: 1 },
      clients: { writer: { to: "a", operations: [put("k", "v")] }, reader: { to: "b", operations: [get("k")], from: 20 } },
      faults: [{ at: 0, kind: "cut", from: ["a"], to: ["b", "c"], forMs: 15 }, { at: 10, kind: "crash", node: "a" }],
      until: 200,
    });
    expect(history.map(({ result }) => result)).toMatchObject([{ kind: "written" }, { kind: "got", values: [] }]);
  });
});
