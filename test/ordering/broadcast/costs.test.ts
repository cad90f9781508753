import { describe, expect, it } from "vitest";
import { type AnyRole, ids } from "../../../lib/core.js";
import {
  bestEffort, broadcastLevels, causal, impatientCausal, isReady, links, uniformWhen, type BroadcastOptions, type Post,
} from "../../../lib/broadcast.js";
import { causality, messageTotal } from "../../../lib/measure.js";
import { only, simulate, type Nodes, type SimulateOptions } from "../../../lib/sim.js";

const nodes = ids("p1", "p2", "p3", "p4");
const n = nodes.length;

/** One post by p2, until all is quiet. */
function one(make: (options: BroadcastOptions) => AnyRole) {
  const role = make({ nodes });
  const { trace } = simulate({
    nodes: Object.fromEntries(nodes.map((node) => [node, role])), network: { latency: 10 },
    requests: [{ at: 0, node: "p2", request: { kind: "broadcast", text: "hello" } }],
  } as SimulateOptions<Nodes>);
  const causes = causality(trace);
  const deliveries = only(trace, "decide");
  return { messages: messageTotal(trace).sent, delivered: deliveries.length, delays: Math.max(...deliveries.map(({ step }) => causes.hops(step))) };
}

describe("a post to four nodes", () => {
  it.each(broadcastLevels)("by $name takes its number of messages and delays", ({ make, messages, delays }) => {
    expect(one(make)).toEqual({ messages: messages(n), delivered: n, delays });
  });

  it("is not waited for by the form of causal broadcast that brings the past along", () => {
    expect(one(impatientCausal)).toEqual({ messages: n * (n - 1), delivered: n, delays: 1 });
  });

  it("waits for the post that it answers", () => {
    const role = bestEffort({ nodes: nodes.slice(0, 2) });
    const { decisions } = simulate({
      nodes: { p1: role, p2: role },
      requests: [
        { at: 0, node: "p2", request: { kind: "broadcast", text: "yes", after: "lunch?" } },
        { at: 50, node: "p1", request: { kind: "broadcast", text: "lunch?" } },
      ],
    });
    expect(decisions.map(({ node, outcome }) => `${node} ${(outcome as Post).text}`)).toEqual(["p1 lunch?", "p2 lunch?", "p2 yes", "p1 yes"]);
  });

  it("is delivered by any rule that it is given", () => {
    expect(one((options) => uniformWhen(options.nodes, () => false)).delivered).toBe(0);
    const data = { kind: "data", post: { from: nodes[0]!, n: 2, text: "" }, knows: { p1: 1, p2: 3 } } as const;
    expect(isReady(data, { p1: 1, p2: 3, p3: 9 })).toBe(true);
    expect(isReady(data, { p1: 1, p2: 2 })).toBe(false);
  });
});

describe("the options of a broadcast", () => {
  it("are checked", () => {
    expect(() => bestEffort({ nodes: [] })).toThrow("nodes must name at least 1 node, got none");
    expect(() => causal({ nodes, relay: 1 as never })).toThrow("relay must be true or false, got 1");
    expect(() => links(bestEffort({ nodes }), { resend: 3 } as never)).toThrow('links has no option "resend"');
  });
});
