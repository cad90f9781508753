import { orderedRing, ringFaults, space, chord, type ChordNode } from "../../../lib/chord.js";
import { ids, stream, type NodeId } from "../../../lib/core.js";
import { simulate } from "../../../lib/sim.js";

const bits = 12;
const ring = space(bits);
const names = ids(...Array.from({ length: 12 }, (_, i) => `n${i}`));
const r = 3;

/** What a run of churn came to. */
export interface Churn {
  readonly violation: string | null;
  /** What keeps the ring from its ideal form, some time after the last change. */
  readonly faults: readonly string[];
  readonly joins: number;
  readonly crashes: number;
  readonly steps: number;
}

/**
 * A stable base of r + 1 nodes, and eight others that join, crash and join again for 20 s, all of it drawn from the seed; then
 * 40 s of rest. No more than one node fails in two seconds, so that the lists,
 * in three rounds of stabilising, can be repaired in between.
 */
export function churn(seed: number, rules: "corrected" | "original" = "corrected"): Churn {
  const chance = stream(seed, "churn");
  const base = names.slice(0, r + 1);
  const role = chord({ space: ring, members: base, successors: r, rules, every: [200, 300] });
  const requests: { at: number; node: NodeId; request: { kind: "join"; via: NodeId } }[] = [];
  const faults: { at: number; kind: "crash" | "restart"; node: NodeId }[] = [];
  const state = new Map<NodeId, "out" | "in" | "down">(names.slice(r + 1).map((node) => [node, "out"]));
  for (let at = 0; at < 20_000; at += 250) {
    const node = chance.pick(names.slice(r + 1));
    const now = state.get(node)!;
    if (now === "out") {
      requests.push({ at, node, request: { kind: "join", via: chance.pick(base) } });
      state.set(node, "in");
    } else if (now === "down") {
      faults.push({ at, kind: "restart", node });
      state.set(node, "out");
    } else if (at % 2_000 === 0) {
      faults.push({ at: at + chance.below(250), kind: "crash", node });
      state.set(node, "down");
    }
  }
  const identifier = (node: NodeId): string => ring.hash(node);
  const run = simulate({
    seed, nodes: Object.fromEntries(names.map((node) => [node, role])), network: { latency: [5, 40] }, requests, faults,
    properties: rules === "corrected" ? [orderedRing({ identifier })] : [], until: 60_000, limits: { time: 100_000, events: 3_000_000 },
  });
  const nodes = names.map((id) => ({ id, role: "chord", state: run.simulation.state(id) as ChordNode | null }));
  return {
    violation: run.violation === null ? null : `${run.violation.problem} (at ${run.violation.at} ms)`,
    faults: ringFaults({ nodes, decisions: [] }, { identifier, r, bits, after: ring.after }),
    joins: requests.length, crashes: faults.filter(({ kind }) => kind === "crash").length, steps: run.trace.length,
  };
}
