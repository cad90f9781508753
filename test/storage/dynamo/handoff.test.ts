import { describe, expect, it } from "vitest";
import { dynamo, type DynamoNode, hintDroppingDynamo } from "../../../lib/dynamo.js";
import { simulate } from "../../../lib/sim.js";
import { letters, orderOf, valuesAt } from "./by-hand.js";

const order = orderOf("k", 5);

/** A write while two of the three replicas are down; they come back when the first is gone for ever. */
const run = (make = dynamo, until = 1_500) => {
  const nodes = letters.slice(0, 5);
  const role = make({ nodes, compareEvery: null });
  return simulate({
    nodes: Object.fromEntries(nodes.map((node) => [node, role])),
    network: { latency: [1, 5] },
    clients: { c1: { to: order[0]!, operations: [{ kind: "put", key: "k", value: "v" }] } },
    faults: [
      { at: 0, kind: "crash", node: order[1]!, forMs: 500 },
      { at: 0, kind: "crash", node: order[2]!, forMs: 500 },
      { at: 400, kind: "crash", node: order[0]! },
    ],
    until,
  });
};
const hintsAt = ({ simulation }: ReturnType<typeof run>, node: string) => (simulation.state(node as never) as DynamoNode).hints;

describe("hinted handoff", () => {
  it("lets the next nodes of the ring stand in, which keep what is not theirs apart", () => {
    const before = run(dynamo, 450);
    expect(before.history[0]).toMatchObject({ result: { kind: "written" } });
    expect(order.slice(3).map((node) => valuesAt(before, node, "k"))).toEqual([[], []]);
    expect(order.slice(3).map((node) => [...hintsAt(before, node).keys()])).toEqual([[order[1]], [order[2]]]);
  });

  it("brings it to the nodes that it is for when they are back, and forgets it then", () => {
    const after = run();
    expect(order.slice(1, 3).map((node) => valuesAt(after, node, "k"))).toEqual([["v"], ["v"]]);
    expect(order.slice(3).map((node) => hintsAt(after, node).size)).toEqual([0, 0]);
  });

  it("loses an acknowledged write where stand-ins drop what they keep", () => {
    const after = run(hintDroppingDynamo);
    expect(after.history[0]).toMatchObject({ result: { kind: "written" } });
    expect(order.slice(1, 3).map((node) => valuesAt(after, node, "k"))).toEqual([[], []]);
  });

  it("hands over after the stand-in itself has crashed", () => {
    const nodes = letters.slice(0, 5);
    const role = dynamo({ nodes, compareEvery: null });
    const after = simulate({
      nodes: Object.fromEntries(nodes.map((node) => [node, role])),
      clients: { c1: { to: order[0]!, operations: [{ kind: "put", key: "k", value: "v" }] } },
      faults: [
        { at: 0, kind: "crash", node: order[1]!, forMs: 500 },
        { at: 300, kind: "crash", node: order[3]!, forMs: 400 },
        { at: 300, kind: "crash", node: order[4]!, forMs: 400 },
      ],
      until: 1_500,
    });
    expect(valuesAt(after, order[1]!, "k")).toEqual(["v"]);
  });

  it("lets somebody who is no replica write when none can be reached, under a name of its own for each write", () => {
    const nodes = letters.slice(0, 5);
    const role = dynamo({ nodes, w: 2 });
    const { history, simulation } = simulate({
      nodes: Object.fromEntries(nodes.map((node) => [node, role])),
      clients: { c1: { to: order.slice(3), operations: [{ kind: "put", key: "k", value: "v" }], timeoutMs: 150, retries: 10 } },
      faults: order.slice(0, 3).map((node) => ({ at: 0, kind: "crash" as const, node, forMs: 2_000 })),
      // Two stand in for two of the three; the third learns it by anti-entropy.
      until: 8_000,
    });
    expect(history[0]!.returnedAt).toBeLessThan(2_000);
    expect((history[0]!.result as { dot: { actor: string } }).dot.actor).toMatch(/^[a-e]\/1$/);
    expect(order.slice(0, 3).map((node) => valuesAt({ simulation }, node, "k"))).toEqual([["v"], ["v"], ["v"]]);
  });
});
