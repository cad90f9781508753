import { describe, expect, it } from "vitest";
import { ids, type Property, type RequestOf } from "../../../lib/core.js";
import { gossiper, relay, treeOf, type Gossiper, type GossiperOptions, type Item, type RelayOptions, type Rumor } from "../../../lib/gossip.js";
import { explore } from "../../../lib/check.js";
import { messageTotal, nodeCounts } from "../../../lib/measure.js";
import { simulate, type ClientOptions } from "../../../lib/sim.js";
import { valueAt, withValue } from "../../../lib/core/table.js";

const names = (n: number) => ids(...Array.from({ length: n }, (_, i) => `n${i + 1}`));

function cluster(n: number, options: Partial<GossiperOptions> = {}) {
  const peers = names(n);
  return Object.fromEntries(peers.map((peer) => [peer, gossiper({ peers, ...options })]));
}

function holders(run: { readonly simulation: { state(node: never): object | null } }, n: number, key: string, value: string | null): number {
  return names(n).filter((node) => valueAt((run.simulation.state(node as never) as Gossiper).items, key)?.value === value).length;
}

const put = { at: 0, node: "n1", request: { kind: "put", key: "x", value: "new" } } as const;

const client = (to: string, i: number): ClientOptions<string, RequestOf<ReturnType<typeof gossiper>>> => ({
  to,
  count: 10,
  operations: (_, serial) => ({ kind: "put", key: `k${serial % 3}`, value: `${i}.${serial}` }),
  load: { kind: "closed", think: 50 },
});

describe("a gossiper", () => {
  it("tells rumors until too many knew, and then is silent", () => {
    const run = simulate({ seed: 1, nodes: cluster(200, { k: 4 }), network: { latency: [1, 10] }, requests: [put] });
    expect(run.ended.kind).toBe("quiet");
    expect(holders(run, 200, "x", "new")).toBeGreaterThan(190);
  });

  it("leaves the residue of the rounds, and anti-entropy reaches the rest", () => {
    const residue = (options: Partial<GossiperOptions>) => {
      let missing = 0;
      for (let seed = 1; seed <= 10; seed++) {
        const run = simulate({ seed, nodes: cluster(150, { k: 1, ...options }), network: { latency: [1, 10] }, requests: [put], until: 6_000 });
        missing += 150 - holders(run, 150, "x", "new");
      }
      return missing / 1_500;
    };
    expect(residue({})).toBeGreaterThan(0.12);
    expect(residue({})).toBeLessThan(0.3);
    expect(residue({ compareEvery: [400, 600] })).toBe(0);
  });

  it.each(["push", "pull", "push-pull"] as const)("brings all together by anti-entropy alone (%s), in loss, crashes and cuts", (direction) => {
    const run = simulate({
      seed: 3,
      nodes: cluster(8, { mongerEvery: null, compareEvery: [40, 60], direction }),
      network: { latency: [1, 10], loss: 0.2, duplication: 0.1 },
      disk: { flush: [1, 5] },
      clients: Object.fromEntries(["n1", "n4", "n7"].map((to, i) => [`c${i}`, client(to, i)])),
      nemesis: { until: 1_500, crashes: 3, partitions: 3 },
      until: 9_000,
    });
    const contents = new Set(names(8).map((node) => JSON.stringify((run.simulation.state(node as never) as Gossiper).items)));
    expect(contents.size).toBe(1);
  });

  it("brings back what was removed without a death certificate, and does not with one", () => {
    const run = (certificates: boolean) =>
      simulate({
        seed: 2,
        nodes: cluster(5, { certificates, mongerEvery: null, compareEvery: [40, 60] }),
        requests: [put, { at: 1_000, node: "n1", request: { kind: "remove", key: "x" } }],
        until: 3_000,
      });
    expect(holders(run(false), 5, "x", "new")).toBe(5);
    expect(holders(run(true), 5, "x", null)).toBe(5);
  });

  it.each([["a gossiper", gossiper, "holds"], ["one that takes whatever comes", credulous, "violated"]] as const)(
    "never has less than it has told others, in every world of three nodes: %s",
    (_, make, kind) => {
      const peers = names(3);
      const role = make({ peers, k: 1 });
      const verdict = explore({
        nodes: { n1: role, n2: role, n3: role },
        requests: [{ node: "n1", request: { kind: "put", key: "x", value: "a" } }, { node: "n2", request: { kind: "put", key: "x", value: "b" } }],
        timers: 3,
        properties: [neverBack],
      });
      expect(verdict.kind).toBe(kind);
    },
  );
});

/** What a node has told of x it has, or something later, ever after. */
const neverBack: Property<ReadonlyMap<string, Item>> = {
  name: "never back",
  memory: new Map(),
  observe(told, happened) {
    if (happened.kind !== "send" || happened.message.kind !== "rumor") return told;
    return new Map(told).set(happened.from, (happened.message as Rumor).items[0]![1]);
  },
  check({ nodes }, told) {
    for (const { id, state } of nodes) {
      const [has, said] = [state && valueAt((state as Gossiper).items, "x"), told.get(id)];
      if (has && said && (has.at < said.at || (has.at === said.at && has.by < said.by))) return `${id} went back to "${has.value}"`;
    }
    return null;
  },
};

function credulous(options: GossiperOptions): ReturnType<typeof gossiper> {
  const sound = gossiper(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      rumor(self, message, from, out) {
        for (const [key, item] of message.items) self.items = withValue(self.items, key, item);
        sound.receive.rumor(self, message, from, out);
      },
    },
  };
}

describe("a relay", () => {
  const run = (n: number, fanout: number, faults: readonly { readonly at: number; readonly kind: "crash"; readonly node: string }[] = [], options: Partial<RelayOptions> = {}) => {
    const tree = treeOf(names(n), fanout);
    return simulate({
      nodes: Object.fromEntries(names(n).map((node) => [node, relay({ tree, ...options })])),
      network: { latency: 10 },
      requests: [{ at: 1, node: "n1", request: { kind: "broadcast", value: "v" } }],
      faults,
    });
  };
  const told = (made: ReturnType<typeof run>) => made.trace.flatMap((event) => (event.kind === "reply" ? [event.result] : []));

  it("reaches all and counts them, with two messages for each node below the root", () => {
    for (const [n, fanout] of [[1, 2], [7, 2], [100, 10], [50, 49]] as const) {
      const made = run(n, fanout);
      expect(told(made)).toEqual([n]);
      expect(messageTotal(made.trace).sent).toBe(2 * (n - 1));
      for (const { sent } of nodeCounts(made.trace)) expect(sent).toBeLessThanOrEqual(fanout + 1);
    }
  });

  it("loses what is below a node that is down, and no more, and says so", () => {
    // n2 of a binary tree of 15 has 7 nodes at and below it.
    expect(told(run(15, 2, [{ at: 0, kind: "crash", node: "n2" }]))).toEqual([8]);
    expect(told(run(15, 2, [{ at: 0, kind: "crash", node: "n15" }]))).toEqual([14]);
  });

  it("counts too few where nodes far up wait no longer than those far down", () => {
    // All give up after as long: the root before the reports from below a crashed leaf's parent have come.
    expect(told(run(15, 2, [{ at: 0, kind: "crash", node: "n15" }], { patience: 5 }))[0]).toBeLessThan(14);
  });
});
