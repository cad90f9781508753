import { describe, expect, test } from "vitest";
import { explore } from "../../lib/check.js";
import { stream } from "../../lib/core.js";
import { simulate } from "../../lib/sim.js";
import { account, brokenSnapshots, consistentCut, emptyChannels, moneyIn, moneyIsKept, snapshotsOf, snapshotWorld, tardyMarkers, withSnapshots } from "../../lib/streams.js";

const names = ["p", "q", "r", "s"];

/** Four accounts of 100, transfers at random, and three snapshots that overlap. */
function bank(seed: number, wrap = withSnapshots) {
  const chance = stream(seed, "transfers");
  const others = (name: string): string[] => names.filter((other) => other !== name);
  const nodes = Object.fromEntries(names.map((name) => [name, wrap(account(100), { inputs: others(name), outputs: others(name) })]));
  const transfers = Array.from({ length: 40 }, (_, i) => {
    const node = chance.pick(names);
    return { at: i * 3, node, request: { kind: "transfer", to: chance.pick(others(node)), amount: 1 + chance.below(30) } };
  });
  const snapshots = [20, 40, 41].map((at, i) => ({ at, node: chance.pick(names), request: { kind: "snapshot", snapshot: `s${i}` } }));
  return simulate({
    seed, nodes, requests: [...transfers, ...snapshots], network: { latency: [1, 25], duplication: 0.1 }, properties: [consistentCut, moneyIsKept({ accounts: 4, total: 400 })],
  });
}

describe("snapshots (Chandy & Lamport 1985)", () => {
  test("each is a consistent cut, with all the money, though messages overtake and come twice", () => {
    let underWay = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const run = bank(seed);
      expect(run.violation, `seed ${seed}`).toBeNull();
      const snapshots = snapshotsOf(run.decisions);
      expect([...snapshots.keys()].sort()).toEqual(["s0", "s1", "s2"]);
      for (const parts of snapshots.values()) {
        expect(moneyIn(parts)).toBe(400);
        underWay += parts.flatMap(({ channels }) => Object.values(channels).flat()).length;
      }
    }
    expect(underWay).toBeGreaterThan(500);
  });
  test("no message crosses the cut from its future into its past, by the order of the trace", () => {
    // With one latency channels keep their order, so a letter delivered after the marker of its channel was sent after it.
    const nodes = Object.fromEntries(["p", "q"].map((name) => [name, withSnapshots(account(9), { inputs: [name === "p" ? "q" : "p"], outputs: [name === "p" ? "q" : "p"] })]));
    const requests = Array.from({ length: 12 }, (_, i) => ({ at: i * 2, node: i % 2 ? "p" : "q", request: { kind: "transfer", to: i % 2 ? "q" : "p", amount: 1 } }));
    const run = simulate({ nodes, requests: [...requests, { at: 11, node: "p", request: { kind: "snapshot", snapshot: "s" } }], network: { latency: 10 } });
    const marker = run.trace.findIndex((event) => event.kind === "send" && event.from === "p" && (event.message as { kind: string }).kind === "marker");
    const arrival = run.trace.findIndex((event) => event.kind === "deliver" && event.to === "q" && (event.message as { kind: string }).kind === "marker");
    const [p, q] = ["p", "q"].map((name) => snapshotsOf(run.decisions).get("s")!.find(({ node }) => node === name)!);
    const letters = (kind: "send" | "deliver", node: string, before: number): number =>
      run.trace.filter((event, i) => i < before && event.kind === kind && (kind === "send" ? event.from : event.to) === node && (event.message as { kind: string }).kind === "letter").length;
    expect(p!.sent["q"]).toBe(letters("send", "p", marker));
    expect(q!.received["p"]).toBe(letters("deliver", "q", arrival));
    expect(q!.received["p"]).toBe(p!.sent["q"]);
    expect(p!.channels["q"]!.length).toBe(q!.sent["p"]! - p!.received["q"]!);
    expect(p!.channels["q"]!.length).toBeGreaterThan(0);
  });
  test("hold in every world of two accounts with two transfers each", () => {
    expect(explore(snapshotWorld())).toMatchObject({ kind: "holds", worlds: 874 });
  });
  test.each(brokenSnapshots)("$name: the explorer finds the accident", ({ name, world }) => {
    const verdict = explore(world);
    expect(verdict).toMatchObject({ kind: "violated", property: "consistent cut" });
    if (verdict.kind === "violated") expect(verdict.schedule).toHaveLength(name === "tardy markers" ? 7 : 5);
  });
  test.each([["tardy markers", tardyMarkers], ["empty channels", emptyChannels]] as const)("%s make or lose money", (_, wrap) => {
    const wrong = Array.from({ length: 20 }, (__, seed) => bank(seed + 1, wrap)).filter(({ violation }) => violation !== null);
    expect(wrong.length).toBeGreaterThan(10);
  });
  test("a message beside the channels is refused", () => {
    const nodes = { p: withSnapshots(account(5), { inputs: [], outputs: ["q"] }), q: withSnapshots(account(5), { inputs: ["p"], outputs: [] }) };
    expect(() => simulate({ nodes, requests: [{ at: 0, node: "q", request: { kind: "transfer", to: "p", amount: 1 } }] })).toThrow("q has no channel to p");
  });
});
