import { describe, expect, it } from "vitest";
import { chordHost, hostOf, orderedRing, positionOf, ringFaults, space, type ChordHost, type ChordReply, type ChordRequest } from "../../../lib/chord.js";
import { ids, type NodeId } from "../../../lib/core.js";
import { simulate } from "../../../lib/sim.js";

const ring = space(24);
const identifier = (position: NodeId): string => ring.hash(position);
const hosts = ids("h0", "h1", "h2", "h3", "h4");
const keys = Array.from({ length: 120 }, (_, i) => `key ${i}`);
const v = 6;

type Asked = { readonly at: number; readonly node: NodeId; readonly request: ChordRequest };
const run = (requests: readonly Asked[], until: number, faults: readonly { at: number; kind: "crash"; node: NodeId }[] = [], successors = 3) => {
  const role = chordHost({ space: ring, members: hosts.slice(0, 3), virtualNodes: v, successors });
  return simulate({
    seed: 3, until, nodes: Object.fromEntries(hosts.map((host) => [host, role])), network: { latency: [5, 15] }, requests, faults,
    properties: [orderedRing({ identifier })], limits: { time: 200_000, events: 3_000_000 },
  });
};
type Run = ReturnType<typeof run>;

const stateOf = ({ simulation }: Run, host: NodeId): ChordHost | null => simulation.state(host) as ChordHost | null;
const faultsOf = (made: Run, r = 3): readonly string[] =>
  ringFaults({ nodes: hosts.map((id) => ({ id, role: "chordHost", state: stateOf(made, id) })), decisions: [] }, { identifier, r, bits: 24, after: ring.after });
/** The host that should hold a key among these. */
const holder = (key: string, among: readonly NodeId[]): NodeId => {
  const positions = among.flatMap((host) => Array.from({ length: v }, (_, i) => positionOf(host, i))).sort((a, b) => (identifier(a) < identifier(b) ? -1 : 1));
  return hostOf(positions.find((position) => identifier(position) >= ring.hash(key)) ?? positions[0]!);
};
const held = (made: Run): Map<string, NodeId> =>
  new Map(hosts.flatMap((host) => (stateOf(made, host)?.positions ?? []).flatMap(({ entries }) => [...entries.keys()].map((key) => [key, host] as const))));
const puts = keys.map((key, i): Asked => ({ at: i * 5, node: hosts[i % 3]!, request: { kind: "put", key, value: `value of ${key}` } }));

describe("hosts at several positions of the ring", () => {
  it("are a ring of all their positions, ideal in the end, and a host has joined when its last position has", () => {
    const made = run([{ at: 10, node: hosts[3]!, request: { kind: "join", via: hosts[0]! } }, { at: 20, node: hosts[4]!, request: { kind: "join", via: hosts[1]! } }], 40_000);
    expect(made.violation).toBeNull();
    expect(faultsOf(made)).toEqual([]);
    const replies = made.trace.flatMap((event) => (event.kind === "reply" ? [(event as unknown as { result: ChordReply }).result] : []));
    expect(replies).toEqual([{ kind: "joined" }, { kind: "joined" }]);
  });

  it("give a newcomer the keys of its arcs, from several others, and move no other key", () => {
    const before = held(run(puts, 5_000));
    expect(before.size).toBe(120);
    for (const [key, host] of before) expect(host).toBe(holder(key, hosts.slice(0, 3)));
    const gets = keys.map((key, i): Asked => ({ at: 40_000 + i, node: hosts[i % 4]!, request: { kind: "get", key } }));
    const made = run([...puts, { at: 5_000, node: hosts[3]!, request: { kind: "join", via: hosts[0]! } }, ...gets], 42_000);
    const after = held(made);
    const moved = keys.filter((key) => before.get(key) !== after.get(key));
    expect(moved.length).toBeGreaterThan(10);
    for (const key of moved) expect(after.get(key)).toBe(hosts[3]);
    expect(new Set(moved.map((key) => before.get(key))).size).toBeGreaterThan(1);
    for (const [key, host] of after) expect(host).toBe(holder(key, hosts.slice(0, 4)));
    const values = made.trace.flatMap((event) => (event.kind === "reply" ? [(event as unknown as { result: ChordReply }).result] : [])).slice(-120);
    expect(values.map((reply) => reply.kind === "value" && reply.value).sort()).toEqual(keys.map((key) => `value of ${key}`).sort());
  });

  it("leave the ring with all their positions at once, so that lists must be longer than runs of one host's positions", () => {
    const crash = [{ at: 1_000, kind: "crash" as const, node: hosts[1]! }];
    expect(run([], 60_000, crash).violation!.problem).toBe("h0/5 has no successor that is up: h1/5, h1/0, h1/3");
    const made = run([], 60_000, crash, 8);
    expect(made.violation).toBeNull();
    expect(faultsOf(made, 8)).toEqual([]);
  });

  it.each<[string, () => unknown, string]>([
    ["no position", () => chordHost({ space: ring, virtualNodes: 0 }), "virtualNodes must be a whole number from 1 to 1000, got 0"],
    ["a misspelt option", () => chordHost({ space: ring, virtual: 3 } as never), 'chordHost has no option "virtual"'],
    ["positions of one identifier", () => chordHost({ space: ring, members: hosts, identifier: () => ring.of(0) }), "members must have different identifiers"],
  ])("refuse %s", (_, act, message) => {
    expect(act).toThrow(message);
  });
});
