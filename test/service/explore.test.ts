import { describe, expect, it } from "vitest";
import { explore } from "../../lib/check.js";
import { ids } from "../../lib/core/role.js";
import { answeredOnce, budgetKept, caller, credulousCaller, overdrawnCaller, server, workConserving } from "../../lib/service.js";

const servers = ids("s1", "s2");
const call = { node: "front", request: { kind: "call", work: 1 } } as const;
const budget = { share: 0.1, burst: 1 };

/** Two calls, two servers, at most so many time-outs, and an answer that may come before or after any of them. */
const world = (role: typeof caller, timers: number) =>
  explore({
    nodes: { front: role({ to: servers, patience: 10, attempts: 3, budget }), s1: server(), s2: server() },
    requests: [[call, call]],
    properties: [answeredOnce(), budgetKept(budget), workConserving(1)],
    timers: { front: timers, s1: 6, s2: 6 },
  });

describe("in every world of two calls and two servers", () => {
  it("a caller answers each call once, and keeps its budget", () => {
    const verdict = world(caller, 4);
    expect(verdict.kind).toBe("holds");
    expect(verdict.worlds).toBeGreaterThan(1_000);
  });

  it("one that believes late answers is convicted", () => {
    expect(world(credulousCaller, 2)).toMatchObject({ kind: "violated", property: "answered once" });
  });

  it("one that overdraws its budget is convicted", () => {
    expect(world(overdrawnCaller, 4)).toMatchObject({ kind: "violated", property: "budget kept" });
  });
});
