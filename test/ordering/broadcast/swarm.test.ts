import { describe, expect, it } from "vitest";
import { searchSeeds, swarm, type SeedOptions } from "../../../lib/check.js";
import { type AnyRole, ids, stream, type World } from "../../../lib/core.js";
import {
  agrees, agreesUniformly, agreedTimes, bestEffort, causal, causalOrder, echoing, fifo, fifoOrder, forgetfulLinks, hastyTimes, hastyUniform, impatientCausal,
  integrity, isValid, lamportOrder, links, narrowCausal, reliable, sequencer, totalOrder, uniform, type BroadcastOptions, type BroadcastSignature,
} from "../../../lib/broadcast.js";
import type { Property, Role } from "../../../lib/core.js";
import type { Nodes, Run } from "../../../lib/sim.js";

type Make = (options: BroadcastOptions) => Role<BroadcastSignature<object, any>>;

/** A broadcast over perfect links, on a network that loses, doubles and reorders; where it is said, less than half of the nodes crash for good. */
function storm(make: Make, seed: number, { crashes, over = (role: AnyRole) => links(role, { resendAfter: [20, 40] }) }: { readonly crashes: boolean; readonly over?: (role: any) => AnyRole }): SeedOptions {
  const shape = stream(seed, "shape");
  const mix = swarm(seed, { loss: [0.05, 0.4], duplication: [0.05, 0.3], latency: { oneOf: [[1, 50], { kind: "exponential", mean: 10 }] as const } });
  const nodes = ids("p1", "p2", "p3", "p4", "p5").slice(0, shape.pick([3, 5]));
  const role = over(make({ nodes }));
  const victims = shape.shuffle(nodes).slice(0, crashes ? shape.below(Math.ceil(nodes.length / 2)) : 0);
  return {
    nodes: Object.fromEntries(nodes.map((node) => [node, role])),
    network: { latency: mix.latency ?? 10, loss: mix.loss ?? 0, duplication: mix.duplication ?? 0 },
    requests: Array.from({ length: 6 }, (_, i) => ({ at: shape.within([0, 60]), node: shape.pick(nodes), request: { kind: "broadcast", text: `m${i}` } })),
    faults: victims.map((node) => ({ at: shape.within([0, 80]), kind: "crash" as const, node })),
    until: 1_200,
  };
}

/** Keeps the world as it was seen last. */
function watch(): { readonly property: Property; readonly last: () => World } {
  let last: World = { nodes: [], decisions: [] };
  const check = (world: World): null => {
    last = world;
    return null;
  };
  return { property: { name: "watched", check }, last: () => last };
}

const promises = {
  validity: (world: World) => isValid(world),
  agreement: (world: World) => agrees(world),
  "uniform agreement": (world: World) => agreesUniformly(world),
};

function search(make: Make, properties: readonly Property[], ends: readonly (keyof typeof promises)[], options: Parameters<typeof storm>[2], seeds = 25) {
  const watched = watch();
  return searchSeeds({
    seeds,
    run: (seed) => ({ ...storm(make, seed, options), properties: [...properties, watched.property] }),
    atEnd: () => {
      const world = watched.last();
      const failed = ends.find((name) => !promises[name](world));
      return failed === undefined ? null : `no ${failed}`;
    },
    ...(options.crashes ? { sometimes: { "a node crashed": ({ trace }: Run<Nodes>) => trace.some(({ kind }) => kind === "crash") } } : {}),
  });
}

const orders = [integrity, fifoOrder, causalOrder] as const;

describe("over links that lose, double and reorder, while less than half of the nodes crash", () => {
  it.each([
    ["best-effort broadcast", bestEffort, [integrity], ["validity"]],
    ["reliable broadcast", reliable, [integrity], ["validity", "agreement"]],
    ["uniform broadcast", uniform, [integrity], ["validity", "agreement", "uniform agreement"]],
    ["FIFO broadcast", fifo, [integrity, fifoOrder], ["validity", "agreement"]],
    ["causal broadcast", causal, orders, ["validity", "agreement"]],
    ["causal broadcast without waiting", impatientCausal, orders, ["validity", "agreement"]],
  ] as const)("%s keeps its promises", (_, make, properties, ends) => {
    expect(search(make as Make, properties, ends, { crashes: true }).report).toMatch(/passed/);
  });

  it.each([
    ["best-effort broadcast", "agreement", bestEffort, [], ["agreement"]],
    ["reliable broadcast", "uniform agreement", reliable, [], ["uniform agreement"]],
    ["hasty uniform broadcast", "uniform agreement", hastyUniform, [], ["uniform agreement"]],
    ["echoing broadcast", "integrity", echoing, [integrity], []],
    ["FIFO broadcast", "causal order", (options: BroadcastOptions) => fifo({ ...options, relay: false }), [causalOrder], []],
    ["narrow causal broadcast", "causal order", narrowCausal, [causalOrder], []],
  ] as const)("%s does not keep %s", (_, __, make, properties, ends) => {
    const verdict = search(make as Make, properties, ends, { crashes: true }, 300);
    expect(verdict.kind).toBe("failed");
  });
});

describe("over such links, while nobody crashes", () => {
  it.each([["a sequencer", sequencer], ["agreed times", agreedTimes], ["Lamport's clocks", lamportOrder]] as const)("%s keeps one order", (_, make) => {
    expect(search(make as Make, [integrity, totalOrder], ["validity", "uniform agreement"], { crashes: false }).report).toMatch(/passed/);
  });

  it("causal broadcast and hasty times do not", () => {
    for (const make of [causal, hastyTimes]) expect(search(make as Make, [totalOrder], [], { crashes: false }).kind).toBe("failed");
  });

  it("links that send nothing again, or forget what they have handed up, are found out", () => {
    expect(search(bestEffort as Make, [], ["agreement"], { crashes: false, over: (role) => links(role) }).kind).toBe("failed");
    expect(search(bestEffort as Make, [integrity], [], { crashes: false, over: forgetfulLinks }).kind).toBe("failed");
    expect(search(bestEffort as Make, [integrity], ["agreement"], { crashes: false, over: (role) => links(role, { resendAfter: 30, fifo: false }) }).kind).toBe("passed");
  });
});
