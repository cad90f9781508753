import { describe, expect, it } from "vitest";
import { ids, type NodeId } from "../../lib/core/role.js";
import { keeper, type KeeperState } from "../../lib/learn/chapters/consistent-hashing-store.js";
import { simulate } from "../../lib/sim/simulate.js";
import { only } from "../../lib/trace/event.js";
import { ModuloHashing } from "../../lib/storage/placement/broken.js";
import type { Placement } from "../../lib/storage/placement/placement.js";
import { Ring } from "../../lib/storage/placement/ring.js";
import { keyNames } from "../../lib/storage/placement/study.js";

const all = ids("a", "b", "c", "d");
const old = all.slice(0, 3);
const keys = keyNames(60, "k");
const schemes: Record<string, (nodes: readonly string[]) => Placement> = {
  ring: (nodes) => new Ring(nodes, { points: 16 }),
  modulo: (nodes) => new ModuloHashing(nodes),
};

/** `d` joins at 100 ms; `c` hears of it late. A client reads all keys meanwhile. */
function joining(scheme: string, changes: readonly (readonly NodeId[])[] = [all]) {
  const role = keeper({ nodes: old, keys, place: schemes[scheme]! });
  return simulate({
    seed: 1,
    nodes: Object.fromEntries(all.map((name) => [name, role])),
    network: { latency: [2, 8], links: { "a>c": { latency: 90 } } },
    requests: changes.map((nodes, i) => ({ at: 100 + 20 * i, node: "a" as NodeId, request: { kind: "change" as const, nodes } })),
    clients: {
      reader: { to: ["a", "b", "c"], choice: "random", from: 100, operations: keys.map((key) => ({ kind: "get" as const, key })), load: { kind: "open", perSecond: 800 } },
    },
    until: 1_000,
  } as never) as unknown as { simulation: { state(node: NodeId): KeeperState }; trace: never; history: readonly { request: { key: string }; result: { value: string | null } }[] };
}

const heldBy = ({ simulation }: ReturnType<typeof joining>) =>
  new Map(all.flatMap((node) => [...simulation.state(node).keys.keys()].map((key) => [key, node] as const)));

describe("a store of one copy, when a node joins", () => {
  it.each(["ring", "modulo"])("has each key once in the end, and where all look for it (%s)", (scheme) => {
    const run = joining(scheme);
    const placement = schemes[scheme]!(all);
    expect(all.reduce((sum, node) => sum + run.simulation.state(node).keys.size, 0)).toBe(keys.length);
    expect([...heldBy(run)].filter(([key, node]) => placement.lookup(key) !== node)).toEqual([]);
  });

  it("sends keys to the newcomer alone by ring, and between old nodes by modulo", () => {
    const between = (scheme: string) =>
      only(joining(scheme).trace, "send").filter(({ message, to }) => message.kind === "move" && to !== "d").length;
    expect(between("ring")).toBe(0);
    expect(between("modulo")).toBeGreaterThan(0);
  });

  it("misses keys of the newcomer alone by ring, and others by modulo", () => {
    const missed = (scheme: string) => {
      const placement = schemes[scheme]!(all);
      const rows = joining(scheme).history.filter(({ result }) => result?.value === null);
      return { all: rows.length, others: rows.filter(({ request }) => placement.lookup(request.key) !== "d").length };
    };
    expect(missed("ring").all).toBeGreaterThan(0);
    expect(missed("ring").others).toBe(0);
    expect(missed("modulo").others).toBeGreaterThan(0);
    expect(missed("modulo").all).toBeGreaterThan(missed("ring").all);
  });

  it("sends on what comes by an older list", () => {
    const run = joining("ring", [all, old, all, old]);
    const placement = schemes["ring"]!(old);
    expect([...heldBy(run)].filter(([key, node]) => placement.lookup(key) !== node)).toEqual([]);
    expect(heldBy(run).size).toBe(keys.length);
  });
});
