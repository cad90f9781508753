import { describe, expect, it } from "vitest";
import { only, simulate, type NetworkOptions, type TraceEvent } from "../../lib/sim.js";
import { listener, player, talker } from "./roles.js";

/** One talker, two listeners, and nothing that comes back: the same sends whatever the network does. */
function talk(network: NetworkOptions, { seed = 1, count = 300 } = {}) {
  return simulate({ seed, network, nodes: { t: talker(["a", "b"], { count }), a: listener, b: listener } });
}

/** When each message arrives after it was sent, by its number and copy. */
function delays(trace: readonly TraceEvent[]): Map<string, number> {
  return new Map(only(trace, "deliver").map(({ id, copy, at, sentAt }) => [`${id}/${copy}`, at - sentAt]));
}

describe("the network", () => {
  it("delays each message by its link's latency", () => {
    const ms = [...delays(talk({ latency: [3, 7] }).trace).values()];
    expect(ms).toHaveLength(600);
    expect(Math.min(...ms)).toBeGreaterThanOrEqual(3);
    expect(Math.max(...ms)).toBeLessThanOrEqual(7.000001);
  });

  it("reorders messages whose latencies fall so", () => {
    const { simulation } = talk({ latency: [1, 50] });
    const { heard } = simulation.state("a")!;
    expect(heard).toHaveLength(300);
    expect(heard).not.toEqual([...heard].sort((x, y) => x - y));
  });

  it("keeps the order of a link that is asked to", () => {
    const { simulation, trace } = talk({ latency: [1, 50], links: { "t>a": { fifo: true } } });
    const inOrder = Array.from({ length: 300 }, (_, i) => i + 1);
    expect(simulation.state("a")!.heard).toEqual(inOrder);
    expect(simulation.state("b")!.heard).not.toEqual(inOrder);
    for (const ms of delays(trace).values()) expect(ms).toBeGreaterThanOrEqual(1);
  });

  it("loses and doubles the share that is asked for", () => {
    const { trace } = talk({ loss: 0.2, duplication: 0.1 }, { count: 10_000 });
    const sent = only(trace, "send").length;
    const drops = only(trace, "drop");
    expect(drops.every(({ reason }) => reason === "lost")).toBe(true);
    expect(drops.filter(({ copy }) => copy === 0).length / sent).toBeCloseTo(0.2, 2);
    const copies = [...drops, ...only(trace, "deliver")].filter(({ copy }) => copy === 1);
    expect(copies.length / sent).toBeCloseTo(0.1, 2);
    expect(only(trace, "deliver").length).toBe(sent + copies.length - drops.length);
  });

  it("makes exceptions by kind, and before those by link", () => {
    const { trace } = talk({ latency: 5, kinds: { note: { latency: 7, loss: 0 } }, links: { "t>b": { latency: 9 }, "*>t": { loss: 1 } } });
    for (const { to, at, sentAt } of only(trace, "deliver")) expect(at - sentAt).toBeCloseTo(to === "b" ? 9 : 7, 9);
    const both = simulate({ nodes: { p: player("q", true), q: player("p", false) }, network: { latency: 1, links: { "p<>q": { latency: 4 } } } });
    expect(both.ended.at).toBe(40);
    const oneWay = simulate({ nodes: { p: player("q", true), q: player("p", false) }, network: { latency: 1, links: { "p>*": { latency: 4 } } } });
    expect(oneWay.ended.at).toBe(25);
  });

  it("puts one message after the other on a wire of limited bandwidth", () => {
    const { trace } = simulate({
      network: { latency: 2, bandwidth: 0.5 },
      nodes: { t: talker(["a"], { count: 3, every: 0 }), a: listener },
    });
    // {"kind":"note","n":1} is 21 bytes: 42 ms each.
    expect(only(trace, "deliver").map(({ at }) => at)).toEqual([44, 86, 128]);
  });

  it("never loses, doubles, delays or cuts what a node tells itself", () => {
    const { trace, ended } = simulate({
      nodes: { me: player("me", true, 5) },
      network: { latency: 10, loss: 1, duplication: 1 },
      faults: [{ at: 0, kind: "isolate", node: "me" }],
    });
    expect(only(trace, "deliver")).toHaveLength(5);
    expect(ended).toMatchObject({ kind: "quiet", at: 0 });
  });
});

describe("turning one knob", () => {
  const calm = delays(talk({ latency: [1, 10] }).trace);

  it.each([
    ["loss", { loss: 0.3 }],
    ["duplication", { duplication: 0.3 }],
    ["both", { loss: 0.1, duplication: 0.5 }],
    ["loss of another kind", { kinds: { other: { loss: 1 } } }],
  ] satisfies [string, NetworkOptions][])("%s leaves the latencies of what still arrives as they were", (_, knobs) => {
    const changed = delays(talk({ latency: [1, 10], ...knobs }).trace);
    const firsts = [...changed].filter(([name]) => name.endsWith("/0"));
    expect(firsts.length).toBeGreaterThan(300);
    for (const [name, ms] of firsts) expect(ms).toBeCloseTo(calm.get(name)!, 9);
  });

  const lost = (network: NetworkOptions) => new Set(only(talk(network).trace, "drop").filter(({ copy }) => copy === 0).map(({ id }) => id));

  it("the latency leaves the losses as they were", () => {
    expect(lost({ loss: 0.3, latency: [5, 500] })).toEqual(lost({ loss: 0.3 }));
    expect(lost({ loss: 0.3, latency: { kind: "log-normal", median: 1, sigma: 2 } })).toEqual(lost({ loss: 0.3 }));
  });

  it("duplication leaves the losses as they were", () => {
    expect(lost({ loss: 0.3, duplication: 0.9 })).toEqual(lost({ loss: 0.3 }));
  });

  it("more loss loses what was lost before, and more", () => {
    const [some, more] = [lost({ loss: 0.1 }), lost({ loss: 0.2 })];
    expect(more.size).toBeGreaterThan(some.size);
    for (const id of some) expect(more).toContain(id);
  });

  it("the loss on one link leaves the other links' losses as they were", () => {
    const onB = (network: NetworkOptions) => only(talk(network).trace, "drop").filter(({ to }) => to === "b").map(({ id }) => id);
    expect(onB({ loss: 0.2, links: { "t>a": { loss: 0 } } })).toEqual(onB({ loss: 0.2 }));
  });

  it("another seed changes everything", () => {
    expect(lost({ loss: 0.3 })).not.toEqual(new Set(only(talk({ loss: 0.3 }, { seed: 2 }).trace, "drop").map(({ id }) => id)));
  });
});
