import { orderedRing, ringFaults, space, chord, type ChordCorrection, type ChordNode } from "../../../lib/chord.js";
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

/** What a short schedule came to. */
export interface ShortSchedule {
  readonly violation: string | null;
  readonly faults: readonly string[];
  readonly joins: number;
  readonly crashes: number;
}

/**
 * A stable base of three and three others, lists of two, at places that the seed chooses: three to eight joins, crashes and
 * second joins in one to three seconds of virtual time, with messages that take from nothing to half of a node's patience; then rest.
 * Fingers are left alone.
 */
export function shortSchedule(seed: number, given: { readonly rules?: "corrected" | "original"; readonly without?: readonly ChordCorrection[] } = {}): ShortSchedule {
  const chance = stream(seed, "schedule");
  const small = space(8);
  const nodes = names.slice(0, 6);
  const base = nodes.slice(0, 3);
  const places = new Map(nodes.map((node, i) => [node, small.of(i * 42 + chance.below(42))]));
  const order = chance.shuffle([...places.values()]);
  const identifier = (node: NodeId): string => order[nodes.indexOf(node)]!;
  const every = [60, 60 + chance.below(60)] as const;
  const patience = 41;
  const role = chord({ space: small, identifier, members: base, successors: 2, fingersAtATime: 0, every, patience, ...given });
  const requests: { at: number; node: NodeId; request: { kind: "join"; via: NodeId } }[] = [];
  const faults: { at: number; kind: "crash" | "restart"; node: NodeId }[] = [];
  const state = new Map<NodeId, "out" | "in" | "down">(nodes.slice(3).map((node) => [node, "out"]));
  let calm = 0;
  let at = 0;
  for (let i = 3 + chance.below(6); i > 0; i--) {
    at += chance.below(400);
    const node = chance.pick(nodes.slice(3));
    const now = state.get(node)!;
    if (now === "in") {
      if (at < calm) continue;
      faults.push({ at, kind: "crash", node });
      state.set(node, "down");
      calm = at + 6 * (every[1] + 2 * patience); // the lists are repaired before the next one fails
      continue;
    }
    if (now === "down") faults.push({ at, kind: "restart", node });
    requests.push({ at, node, request: { kind: "join", via: chance.pick(base) } });
    state.set(node, "in");
  }
  const run = simulate({
    seed, nodes: Object.fromEntries(nodes.map((node) => [node, role])), network: { latency: [0, 20] }, requests, faults,
    properties: [orderedRing({ identifier })], until: at + 1_800,
  });
  const views = nodes.map((id) => ({ id, role: "chord", state: run.simulation.state(id) as ChordNode | null }));
  return {
    violation: run.violation === null ? null : `${run.violation.problem} (at ${run.violation.at} ms)`,
    faults: ringFaults({ nodes: views, decisions: [] }, { identifier, r: 2, bits: 0, after: small.after }),
    joins: requests.length, crashes: faults.filter(({ kind }) => kind === "crash").length,
  };
}
