import { describe, expect, it } from "vitest";
import { grayLamportCost, grayLamportWriteDelays, scripted, twoPhase, twoPhaseCosts } from "../../../lib/commit.js";
import { type AnyRole, colocate, ids } from "../../../lib/core.js";
import { simulate } from "../../../lib/sim.js";
import { only } from "../../../lib/trace/event.js";
import { costOf, measured, participantNames, work } from "../clusters.js";

const sizes = Array.from({ length: 10 }, (_, i) => i + 1);
const [c, p1] = ids("c", "p1") as [never, never];

describe.each(["basic", "presumed-abort", "presumed-commit"] as const)("two-phase commit, %s", (form) => {
  it.each(sizes)("costs what the formulas say, with n = %i participants", (n) => {
    expect(costOf(twoPhase.protocol({ form }), n, "commit")).toEqual(twoPhaseCosts[form](n, "commit"));
    expect(costOf(twoPhase.protocol({ form }), n, "abort")).toEqual(twoPhaseCosts[form](n, "abort"));
  });
});

/** The cluster that Gray and Lamport count. */
function remembering(n: number, given: { unasked?: boolean; together?: boolean }): Record<string, AnyRole> {
  const { unasked = false, together = false } = given;
  const coordinator = twoPhase.coordinator({ form: "remembering", unasked, votesWithin: 5_000 });
  const participant = twoPhase.participant({ form: "remembering", inquireAfter: 5_000 });
  const nodes: Record<string, AnyRole> = Object.fromEntries(participantNames(n).map((name) => [name, participant]));
  if (together) nodes["p1"] = colocate("both", coordinator, participant);
  else nodes["c"] = coordinator;
  return nodes;
}

describe("two-phase commit as Gray and Lamport count it", () => {
  const begin = (n: number, coordinator = c) => ({ kind: "begin", transaction: "t1", coordinator, work: work(n) }) as const;

  it.each(sizes)("costs 3N - 1 messages, four delays and N + 1 stable writes, with N = %i", (n) => {
    expect(measured(remembering(n, {}), { node: "p1", request: begin(n) }, participantNames(n), "commit")).toEqual(grayLamportCost({ n }));
    expect(grayLamportCost({ n: 5 })).toEqual({ messages: 14, delays: 4, forced: 6, lazy: 5 });
  });

  it.each(sizes)("costs 3N - 3 messages and three delays, if the coordinator is with the participant that begins, with N = %i", (n) => {
    expect(measured(remembering(n, { together: true }), { node: "p1", request: begin(n, p1) }, participantNames(n), "commit"))
      .toEqual(grayLamportCost({ n, coordinator: "with a participant" }));
    expect(grayLamportCost({ n: 5, coordinator: "with a participant" })).toMatchObject({ messages: 12, delays: 3 });
  });

  it.each([[false, 3], [true, 2]])("waits for so many writes one after another: unasked %j, %i", (unasked, delays) => {
    const nodes = remembering(4, { unasked });
    const asked = unasked ? participantNames(4) : ["p1"];
    const run = simulate({ nodes, disk: { flush: 7 }, network: { latency: 0 }, requests: asked.map((node) => ({ at: 0, node, request: begin(4) })) as never });
    const known = only(run.trace, "decide").filter(({ node }) => node !== "c").map(({ at }) => at);
    expect([known.length, Math.max(...known)]).toEqual([4, 7 * delays]);
    expect(grayLamportWriteDelays({ asks: !unasked })).toBe(delays);
  });

  it.each(sizes)("costs 2N messages, if the participants prepare without being asked, with N = %i", (n) => {
    const run = simulate({
      nodes: remembering(n, { unasked: true }),
      network: { latency: 10 },
      requests: participantNames(n).map((node) => ({ at: 0, node, request: begin(n) })) as never,
    });
    expect(only(run.trace, "send")).toHaveLength(grayLamportCost({ n, asks: false }).messages);
    expect(Math.max(...only(run.trace, "decide").map(({ at }) => at))).toBe(20);
  });
});

describe("a participant that only reads", () => {
  it.each(["basic", "presumed-abort", "presumed-commit"] as const)("takes two messages and no write, %s", (form) => {
    const run = (share: "yes" | "read-only") => {
      const { nodes } = twoPhase.protocol({ form })({ p1: scripted, p2: scripted, p3: scripted });
      return simulate({ nodes, network: { latency: 10 }, requests: [{ at: 0, node: "c", request: { kind: "commit", transaction: "t1", work: { p1: "yes", p2: "yes", p3: share } } }] as never });
    };
    const { trace } = run("read-only");
    expect(only(trace, "send").filter(({ from, to }) => from === "p3" || to === "p3")).toHaveLength(2);
    expect(only(trace, "write").filter(({ node }) => node === "p3")).toHaveLength(0);
    expect(only(trace, "send")).toHaveLength(twoPhaseCosts[form](2, "commit").messages + 2);
  });

  it("leaves a presumed abort nothing to write, if all only read", () => {
    const { nodes } = twoPhase.protocol({ form: "presumed-abort" })({ p1: scripted, p2: scripted });
    const { trace } = simulate({ nodes, requests: [{ at: 0, node: "c", request: { kind: "commit", transaction: "t1", work: { p1: "read-only", p2: "read-only" } } }] as never });
    expect(only(trace, "write")).toHaveLength(0);
    expect(only(trace, "reply").map(({ result }) => result)).toEqual(["commit"]);
  });
});

describe("a tree", () => {
  it("costs four messages an edge, as a star does, and two more delays a level", () => {
    const nodes = { c: twoPhase.coordinator(), m: twoPhase.intermediate(), p1: twoPhase.participant(), p2: twoPhase.participant() };
    const request = { kind: "commit", transaction: "t1", work: { m: { own: "yes", below: { p1: "yes", p2: "yes" } } } } as const;
    expect(measured(nodes, { node: "c", request }, ["m", "p1", "p2"], "commit")).toEqual({ messages: 12, delays: 6, forced: 7, lazy: 2 });
  });
});
