import { describe, expect, it } from "vitest";
import { agreement, validity } from "../../lib/consensus/agreement.js";
import { type Call, ids, type NodeId, type Observation } from "../../lib/core.js";

const [p1, p2] = ids("p1", "p2") as unknown as [NodeId, NodeId];
const world = (...decisions: readonly (readonly [NodeId, unknown])[]) => ({
  nodes: [],
  decisions: decisions.map(([node, outcome]) => ({ node, outcome })),
});

describe("agreement", () => {
  it("holds while nobody has decided, and while all have decided the same", () => {
    expect(agreement.check(world(), undefined)).toBeNull();
    expect(agreement.check(world([p1, "x"]), undefined)).toBeNull();
    expect(agreement.check(world([p1, "x"], [p2, "x"], [p1, "x"]), undefined)).toBeNull();
  });

  it("is broken by two decisions that differ, and says whose", () => {
    expect(agreement.check(world([p1, "x"], [p2, "y"]), undefined)).toBe('p1 decided "x", but p2 decided "y"');
  });

  it("is broken by one node that decides twice", () => {
    expect(agreement.check(world([p1, "x"], [p1, "y"]), undefined)).toBe('p1 decided "x", but p1 decided "y"');
  });
});

describe("validity", () => {
  const asked = (value: string): Observation => ({
    kind: "request", node: p1, call: "c#1" as Call, request: { kind: "propose", value } as never,
  });
  const after = (...happened: readonly Observation[]) =>
    happened.reduce<ReadonlySet<unknown>>((memory, each) => validity.observe!(memory, each), validity.memory!);

  it("holds of decisions for what was proposed", () => {
    expect(validity.check(world([p1, "y"]), after(asked("x"), asked("y"), asked("x")))).toBeNull();
  });

  it("is broken by a decision for anything else", () => {
    expect(validity.check(world([p2, "z"]), after(asked("x"), asked("y")))).toBe('p2 decided "z", but proposed was "x", "y"');
    expect(validity.check(world([p2, "z"]), after())).toBe('p2 decided "z", but proposed was nothing');
  });

  it("takes no other request for a proposal", () => {
    const other: Observation = { kind: "request", node: p1, call: "c#1" as Call, request: { kind: "read", value: "z" } as never };
    expect(validity.check(world([p1, "z"]), after(other))).not.toBeNull();
  });
});
