import { describe, expect, it } from "vitest";
import { chord, isBetween, isUpTo, orderedRing, ringFaults, space, type ChordNode, type ChordOptions, type ChordReply, type ChordRequest } from "../../../lib/chord.js";
import { ids, type NodeId } from "../../../lib/core.js";
import { simulate, type Run, type SimulateOptions } from "../../../lib/sim.js";

const bits = 16;
const ring = space(bits);
const identifier = (node: NodeId): string => ring.hash(node);
const names = ids(...Array.from({ length: 12 }, (_, i) => `n${i}`));
type Asked = { readonly at: number; readonly node: NodeId; readonly request: ChordRequest };

/** A simulation of nodes of Chord, the first `members` of them a ring already. */
function cluster(given: { members?: number; nodes?: readonly NodeId[]; requests?: readonly Asked[]; chord?: Partial<ChordOptions>; rest?: Partial<SimulateOptions<any>>; seed?: number; until: number }): Run<any> {
  const { members = 4, nodes = names, requests = [], seed = 1 } = given;
  const role = chord({ space: ring, members: nodes.slice(0, members), ...given.chord });
  return simulate({
    seed, until: given.until, nodes: Object.fromEntries(nodes.map((node) => [node, role])), network: { latency: [5, 15] }, requests: requests as never,
    limits: { time: 600_000, events: 3_000_000 }, ...given.rest,
  });
}

const joins = (nodes: readonly NodeId[], gap: number): Asked[] => nodes.map((node, i) => ({ at: gap * i, node, request: { kind: "join", via: names[0]! } }));
const stateOf = (run: Run<any>, node: NodeId): ChordNode | null => run.simulation.state(node) as ChordNode | null;
const faultsOf = (run: Run<any>, nodes: readonly NodeId[] = names, r = 3): readonly string[] =>
  ringFaults({ nodes: nodes.map((id) => ({ id, role: "chord", state: stateOf(run, id) })), decisions: [] }, { identifier, r, bits, after: ring.after });
const repliesOf = (run: { readonly trace: readonly { readonly kind: string }[] }): ChordReply[] =>
  run.trace.flatMap((event) => (event.kind === "reply" ? [(event as unknown as { result: ChordReply }).result] : []));
/** Who should hold a key among these nodes. */
const holder = (key: string, nodes: readonly NodeId[]): NodeId => {
  const sorted = [...nodes].sort((a, b) => (identifier(a) < identifier(b) ? -1 : 1));
  return sorted.find((node) => identifier(node) >= ring.hash(key)) ?? sorted[0]!;
};
const lookups = (at: number, from: readonly NodeId[], count = 24): Asked[] =>
  Array.from({ length: count }, (_, i) => ({ at: at + i, node: from[i % from.length]!, request: { kind: "lookup", key: `key ${i}` } }));

describe("intervals on the ring", () => {
  it("wrap around; between a and a lies everything but a, and up to a everything", () => {
    const of = (n: number): string => space(8).of(n);
    for (let a = 0; a < 256; a += 51) for (let b = 0; b < 256; b += 15) for (let x = 0; x < 256; x += 5) {
      const far = (n: number): number => (n - a + 256) % 256;
      expect(isBetween(of(x), of(a), of(b))).toBe(a === b ? x !== a : far(x) > 0 && far(x) < far(b));
      expect(isUpTo(of(x), of(a), of(b))).toBe(a === b ? true : far(x) > 0 && far(x) <= far(b));
    }
  });

  it("are in spaces of 4 to 160 bits, where numbers keep their order as texts", () => {
    expect(space(160).hash("abc")).toBe("a9993e364706816aba3e25717850c26c9cd0d89d");
    expect(space(4).of(15)).toBe("f");
    expect(space(5).of(31)).toBe("1f");
    expect(space(160).after(space(160).of((1n << 160n) - 1n), 0)).toBe(space(160).of(0));
    for (const wrong of [0, 1, 3, 161, 4.5, NaN]) expect(() => space(wrong)).toThrow(`bits must be a whole number from 4 to 160, got ${wrong}`);
    expect(() => space(4).of(16)).toThrow("an identifier of 4 bits must be from 0 to 2^4 - 1, got 16");
  });
});

describe("nodes of Chord", () => {
  it.each([1, 2, 3, 4, 5])("that join at once come to the ideal ring, fingers and all (seed %d)", (seed) => {
    const run = cluster({ seed, requests: joins(names.slice(4), 0), rest: { properties: [orderedRing({ identifier })] }, until: 20_000 });
    expect(run.violation).toBeNull();
    expect(faultsOf(run)).toEqual([]);
    expect(repliesOf(run)).toEqual(new Array(8).fill({ kind: "joined" }));
  });

  it.each(["iterative", "recursive"] as const)("find the owner of every key, from every node, in few hops: %s", (how) => {
    const run = cluster({ members: 12, chord: { lookups: how }, requests: lookups(0, names), until: 1_000 });
    const replies = repliesOf(run);
    expect(replies).toHaveLength(24);
    const owners = run.trace.flatMap((event) => (event.kind === "reply" ? [(event as unknown as { call: string; result: ChordReply }).result] : []));
    expect(new Set(owners.map((reply) => (reply.kind === "owner" ? reply.node : null)))).toEqual(new Set(Array.from({ length: 24 }, (_, i) => holder(`key ${i}`, names))));
    for (const reply of replies) expect(reply.kind === "owner" && reply.hops).toBeLessThanOrEqual(4);
  });

  it("are a ring of one, which answers for every key, and then of two", () => {
    const two = names.slice(0, 2);
    const run = cluster({
      members: 0, nodes: two, until: 16_000,
      requests: [
        { at: 0, node: two[0]!, request: { kind: "create" } }, { at: 5, node: two[0]!, request: { kind: "lookup", key: "k" } },
        { at: 10, node: two[1]!, request: { kind: "join", via: two[0]! } }, ...lookups(15_000, two, 6),
      ],
    });
    const replies = repliesOf(run);
    expect(replies.slice(0, 3)).toEqual([{ kind: "joined" }, { kind: "owner", node: "n0", hops: 0 }, { kind: "joined" }]);
    expect(replies.slice(3).map((reply) => reply.kind === "owner" && reply.node).sort()).toEqual(Array.from({ length: 6 }, (_, i) => holder(`key ${i}`, two)).sort());
    expect(faultsOf(run, two)).toEqual([]);
  });

  it("repair the ring when nodes fail, as many at a time as the successor lists bear", () => {
    for (const seed of [1, 2, 3]) {
      const gone = [names[1]!, names[2]!];
      const left = names.filter((node) => !gone.includes(node));
      const run = cluster({
        seed, members: 12, requests: lookups(30_000, left), until: 32_000,
        rest: { properties: [orderedRing({ identifier })], faults: gone.map((node) => ({ at: 1_000, kind: "crash" as const, node })) },
      });
      expect(run.violation).toBeNull();
      expect(faultsOf(run)).toEqual([]);
      const owners = repliesOf(run).map((reply) => reply.kind === "owner" && reply.node);
      expect(owners.sort()).toEqual(Array.from({ length: 24 }, (_, i) => holder(`key ${i}`, left)).sort());
    }
  });

  it("go around fingers that are dead, before anything is repaired", () => {
    const gone = [names[3]!, names[7]!, names[9]!];
    const left = names.filter((node) => !gone.includes(node));
    const run = cluster({ members: 12, requests: lookups(101, left, 40), rest: { faults: gone.map((node) => ({ at: 100, kind: "crash" as const, node })) }, until: 3_000 });
    const replies = repliesOf(run);
    expect(replies).toHaveLength(40);
    expect(replies.filter((reply) => reply.kind !== "owner")).toEqual([]);
  });

  it("come back after a crash as strangers, and may join anew", () => {
    const run = cluster({
      members: 12, until: 15_000, requests: [{ at: 20_000, node: names[5]!, request: { kind: "join", via: names[0]! } }],
      rest: { faults: [{ at: 1_000, kind: "crash", node: names[5]! }, { at: 2_000, kind: "restart", node: names[5]! }] },
    });
    expect(stateOf(run, names[5]!)!.phase).toBe("outside");
    expect(faultsOf(run)).toEqual([]);
    run.simulation.run({ until: 40_000 });
    expect(stateOf(run, names[5]!)!.phase).toBe("member");
    expect(faultsOf(run)).toEqual([]);
  });

  it("hand keys over to who joins, and every key is found again", () => {
    const keys = Array.from({ length: 30 }, (_, i) => `key ${i}`);
    const run = cluster({
      until: 32_000,
      requests: [
        ...keys.map((key, i): Asked => ({ at: i * 5, node: names[i % 4]!, request: { kind: "put", key, value: `value of ${key}` } })),
        ...joins(names.slice(4), 0).map((ask) => ({ ...ask, at: 2_000 })),
        ...keys.map((key, i): Asked => ({ at: 30_000 + i, node: names[i % 12]!, request: { kind: "get", key } })),
      ],
    });
    const got = repliesOf(run).slice(-30);
    expect(got.map((reply) => reply.kind === "value" && reply.value).sort()).toEqual(keys.map((key) => `value of ${key}`).sort());
    for (const node of names) for (const key of stateOf(run, node)!.entries.keys()) expect(holder(key, names)).toBe(node);
  });

  it("let nobody in whose identifier is taken, and say so to who is outside", () => {
    const taken = chord({ space: ring, members: names.slice(0, 4), identifier: (node) => (node === "n5" ? ring.hash("n1") : ring.hash(node)) });
    const run = simulate({
      seed: 1, until: 1_000, nodes: Object.fromEntries(names.slice(0, 6).map((node) => [node, taken])), network: { latency: 10 },
      requests: [
        { at: 0, node: "n5", request: { kind: "join", via: names[0]! } }, { at: 0, node: "n4", request: { kind: "lookup", key: "k" } },
        { at: 0, node: "n1", request: { kind: "create" } },
      ],
    });
    expect(repliesOf(run)).toEqual([
      { kind: "failed", reason: "nobody answered" }, { kind: "failed", reason: "it is in a ring already" }, { kind: "failed", reason: `the identifier ${ring.hash("n1")} is n1's` },
    ]);
  });

  it("do not join by way of themselves, and wait for a place that is not there yet", () => {
    const role = chord({ space: ring, members: names.slice(0, 1) });
    const run = simulate({
      seed: 1, until: 4_000, nodes: { n0: role, n1: role, n2: role }, network: { latency: 10 },
      requests: [
        { at: 0, node: "n1", request: { kind: "join", via: names[1]! } }, { at: 0, node: "n2", request: { kind: "join", via: names[1]! } },
        { at: 2_000, node: "n1", request: { kind: "join", via: names[0]! } },
      ],
    });
    expect(repliesOf(run)).toEqual([{ kind: "failed", reason: "it must join by way of another node" }, { kind: "joined" }, { kind: "joined" }]);
  });

  it.each([4, 5, 16, 53, 160])("find every owner in a space of %d bits, where numbers are rounded or not", (wide) => {
    const big = space(wide);
    const places = new Map(names.map((node, i) => [node, wide < 16 ? big.of((wide - 3) * i) : wide === 160 && i > 5 ? big.of((1n << 159n) + BigInt(i)) : big.hash(node)]));
    const role = chord({ space: big, members: names, identifier: (node) => places.get(node)! });
    const run = simulate({
      seed: 1, until: 2_000, nodes: Object.fromEntries(names.map((node) => [node, role])), network: { latency: 10 },
      requests: Array.from({ length: 60 }, (_, i) => ({ at: i, node: names[i % 12]!, request: { kind: "lookup" as const, key: `key ${i}` } })),
    });
    const sorted = [...names].sort((a, b) => (places.get(a)! < places.get(b)! ? -1 : 1));
    const owners = Array.from({ length: 60 }, (_, i) => sorted.find((node) => places.get(node)! >= big.hash(`key ${i}`)) ?? sorted[0]!);
    const found = new Map(run.history.map(({ request, result }) => [(request as unknown as { key: string }).key, result as ChordReply]));
    for (const [i, owner] of owners.entries()) expect(found.get(`key ${i}`)).toMatchObject({ kind: "owner", node: owner });
  });

  it("find every owner where all but one lie closer together than numbers can tell", () => {
    const big = space(160);
    const places = new Map(names.map((node, i) => [node, big.of((1n << 159n) + (i === 0 ? 1n << 158n : BigInt(i)))]));
    for (const lookups of ["iterative", "recursive"] as const) {
      const role = chord({ space: big, members: names, identifier: (node) => places.get(node)!, lookups });
      const run = simulate({
        seed: 1, until: 3_000, nodes: Object.fromEntries(names.map((node) => [node, role])), network: { latency: 10 },
        requests: Array.from({ length: 48 }, (_, i) => ({ at: i, node: names[i % 12]!, request: { kind: "lookup" as const, key: `key ${i}` } })),
      });
      for (const { request, result } of run.history) {
        const place = big.hash((request as unknown as { key: string }).key);
        expect(result).toMatchObject({ kind: "owner", node: place > places.get(names[11]!)! && place <= places.get(names[0]!)! ? "n0" : "n1" });
      }
    }
  });

  it("lose messages and still come to the ideal ring", () => {
    const run = cluster({ requests: joins(names.slice(4), 100), rest: { network: { latency: [5, 15], loss: 0.05 } }, until: 30_000 });
    expect(names.filter((node) => stateOf(run, node)!.phase === "member")).toHaveLength(12);
  });

  it("give the same run for the same seed, event for event", () => {
    const once = (): string => cluster({ seed: 9, requests: joins(names.slice(4), 50), until: 5_000 }).hash;
    expect(once()).toBe(once());
  });

  it.each<[string, () => unknown, string]>([
    ["an empty successor list", () => chord({ space: ring, successors: 0 }), "successors must be a whole number from 1 to 64, got 0"],
    ["members of one identifier", () => chord({ space: ring, members: names.slice(0, 3), identifier: () => ring.of(1) }), "members must have different identifiers, got 0001 for n0 and n1 and n2"],
    ["rules that nobody knows", () => chord({ space: ring, rules: "best" as "original" }), 'rules must be one of "corrected", "original", got "best"'],
    ["a delay that runs backwards", () => chord({ space: ring, every: [600, 400] }), "every must be a pair [min, max] with min <= max, got [600,400]"],
    ["an identifier that is a number", () => chord({ space: ring, members: names.slice(0, 2), identifier: () => 7 as never }), "identifier must give one of 16 bits, in 4 hexadecimal digits, got 7 for n"],
    ["an identifier beyond the space", () => chord({ space: space(6), members: names.slice(0, 2), identifier: () => "7f" }), 'identifier must give one of 6 bits, in 2 hexadecimal digits, got "7f" for n'],
    ["a member twice", () => chord({ space: ring, members: [names[0]!, names[0]!] }), 'members must be different nodes, got "n0" twice'],
    ["a correction that is none", () => chord({ space: ring, without: ["stabilise" as "rectify"] }), 'without[0] must be one of "whole list", "asked candidate", "rectify", got "stabilise"'],
    ["more fingers than there are", () => chord({ space: ring, fingersAtATime: 17 }), "fingersAtATime must be a whole number from 0 to 16, got 17"],
    ["a patience that is no number", () => chord({ space: ring, patience: NaN }), "patience must be a finite number of at least 0, got NaN"],
    ["a misspelt option", () => chord({ space: ring, fingers: 3 } as never), 'chord has no option "fingers"'],
  ])("refuse %s", (_, act, message) => {
    expect(act).toThrow(message);
  });
});
