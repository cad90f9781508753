import { integer, oneOf, options as checkOptions } from "../../core/parameters.js";
import { chordCorrections, type ChordCorrection } from "./corrections.js";
import type { Specification, SpecificationAction } from "../../core/specification.js";

/** A node as the specification sees it; identifiers are numbers. */
export interface SpecifiedNode {
  readonly predecessor: number | null;
  /** Its successors, nearest first. */
  readonly successors: readonly number[];
  /** The better successor of which it has heard, and which it still has to ask (corrected rules). */
  readonly candidate: number | null;
}

/** Who is in the ring, by identifier; null for those that are not. */
export interface ChordState {
  readonly nodes: readonly (SpecifiedNode | null)[];
  /** How many have failed so far, where the number of failures is bounded; else 0. */
  readonly failed: number;
}

/** A small world of Chord. */
export interface ChordSpecificationOptions {
  /** How many identifiers there are, each of which may be a node (3 to 8). */
  readonly size: number;
  /** The length r of the successor list (1 to 3). */
  readonly successors: number;
  /** The nodes of the first ring, which is ideal. */
  readonly ring: readonly number[];
  /** These nodes of the ring never fail: the stable base. With r + 1 of them the corrected rules are safe. (default none) */
  readonly base?: readonly number[];
  /** Whose rules (default corrected). The original ones lack all three corrections. */
  readonly rules?: "corrected" | "original";
  /** Corrections that are left out of the corrected rules, to see what each is good for (default none). */
  readonly without?: readonly ChordCorrection[];
  /**
   * When a node may fail. "that lists bear" (default): whenever every node that is left keeps a live successor, which is the
   * assumption of the papers. A number: at any time, but no more than so many times in all; lists of r should bear r - 1.
   */
  readonly failures?: "that lists bear" | number;
}

/**
 * Chord as a transition system in which a step reads the state of one other node and changes that of its own (the shared-state
 * model of Pamela Zave, "Reasoning about Identifier Spaces: How to Make Chord Correct", IEEE TSE 2017). Nodes that failed may
 * join again.
 *
 * With the original rules (SIGCOMM 2001; ToN 2003) `search` finds a way to a ring that no maintenance repairs. With the
 * corrected ones and a stable base of r + 1 nodes all states of small worlds are sound.
 *
 * @throws RangeError where a number is out of its range, or the base no part of the ring
 */
export function chordSpecification(given: ChordSpecificationOptions): Specification<ChordState> {
  const { successors: r, ring, base, failures, ...world } = checked(given);
  const { everybody } = world;
  const maintenance = maintenanceRules(world, r);
  const wholeList = hasCorrection(world, "whole list");
  const members = [...ring].sort((a, b) => a - b);

  const joins: SpecificationAction<ChordState> = (state) => {
    const after = everybody.flatMap((n) => {
      if (state.nodes[n] !== null) return [];
      // A non-member finds the member p with n in (p, p's successor).
      const places = everybody.filter((p) => {
        const first = state.nodes[p]?.successors[0];
        return first !== undefined && state.nodes[first] !== null && within(n, p, first);
      });
      return places.map((p) => {
        const { successors } = state.nodes[p]!;
        // Without the whole list: one successor, found by a lookup, and no predecessor (SIGCOMM 2001, figure 7).
        const joined = wholeList ? { predecessor: p, successors, candidate: null } : { predecessor: null, successors: [successors[0]!], candidate: null };
        return replaced(state, n, joined);
      });
    });
    return after.length === 0 ? null : after;
  };

  const fails: SpecificationAction<ChordState> = (state) => {
    if (state.failed === failures) return null;
    const after = everybody.flatMap((n) => {
      if (state.nodes[n] === null || base.includes(n)) return [];
      const left = replaced(state, n, null);
      if (alive(left).length === 0) return [];
      if (failures !== "that lists bear") return [{ ...left, failed: left.failed + 1 }];
      return alive(left).every((m) => best(left, m) !== null) ? [left] : [];
    });
    return after.length === 0 ? null : after;
  };

  const maintains = Object.entries(maintenance).map(([name, rule]) => {
    const action: SpecificationAction<ChordState> = (state) => {
      const after = everybody.flatMap((n) => rule(state, n).map((node) => replaced(state, n, node)));
      return after.length === 0 ? null : after;
    };
    return [name, action] as const;
  });
  return { initial: ideal(members, world.size, r), next: { joins, fails, ...Object.fromEntries(maintains) }, properties: chordConditions };
}

/** What has become of a ring that was left to its maintenance. */
export interface ChordRepaired {
  readonly state: ChordState;
  /** Whether every successor list and every predecessor is what the members demand. */
  readonly isIdeal: boolean;
  /** Rounds that changed something; in a round each node takes each step of maintenance once. */
  readonly rounds: number;
}

/**
 * Let nobody join or fail any more, and see what maintenance makes of a state: round after round, until nothing changes or
 * 4·N·r rounds have passed for N identifiers. A ring that is sound is ideal before that.
 */
export function chordRepair(given: ChordSpecificationOptions): (state: ChordState) => ChordRepaired {
  const world = checked(given);
  const { successors: r, size, everybody } = world;
  const maintenance = Object.values(maintenanceRules(world, r));
  return (first) => {
    let state = first;
    let rounds = 0;
    for (; rounds < 4 * size * r; rounds++) {
      const before = state;
      for (const rule of maintenance) {
        for (const n of everybody) {
          // More than one choice has only who was notified by several; they come one after the other.
          for (let [node] = rule(state, n), times = 0; node !== undefined && times < size; [node] = rule(state, n), times++) state = replaced(state, n, node);
        }
      }
      if (state === before || state.nodes.every((node, n) => same(node, before.nodes[n]!))) break;
    }
    const wanted = ideal(alive(state), size, r);
    return { state, rounds, isIdeal: state.nodes.every((node, n) => same(node, wanted.nodes[n]!)) };
  };
}

/** The ring that these members should be. */
function ideal(members: readonly number[], size: number, r: number): ChordState {
  return {
    failed: 0,
    nodes: Array.from({ length: size }, (_, id) => {
      const at = members.indexOf(id);
      if (at < 0) return null;
      const successors = Array.from({ length: r }, (_, i) => members[(at + 1 + i) % members.length]!);
      return { predecessor: members.at(at - 1)!, successors, candidate: null };
    }),
  };
}

/** What a node may do for its pointers: what it may become by the rule, in this state. */
type MaintenanceRule = (state: ChordState, n: number) => readonly SpecifiedNode[];

/** The steps of maintenance by name, with the corrections or without. */
function maintenanceRules(world: Pick<Checked, "everybody" | "rules" | "without">, r: number): Readonly<Record<string, MaintenanceRule>> {
  const { everybody } = world;
  const rule = (step: (node: SpecifiedNode, nodes: ChordState["nodes"], n: number) => SpecifiedNode | null): MaintenanceRule => ({ nodes }, n) => {
    const node = nodes[n];
    const changed = node ? step(node, nodes, n) : null;
    return changed === null || same(changed, node!) ? [] : [changed];
  };

  /** The first successor is dead: the list moves up. */
  const shift = rule((node, nodes) => {
    const [first, ...rest] = node.successors;
    return nodes[first!] !== null || rest.length === 0 ? null : { ...node, successors: rest };
  });

  const stabilise: Record<string, MaintenanceRule> = hasCorrection(world, "asked candidate") ? {
    // First half: the successor's list, and its predecessor as a candidate.
    "asks its successor": rule((node, nodes, n) => {
      const first = node.successors[0]!;
      const successor = nodes[first];
      if (!successor) return null;
      const { predecessor } = successor;
      const candidate = predecessor !== null && within(predecessor, n, first) ? predecessor : null;
      return { ...node, successors: [first, ...successor.successors].slice(0, r), candidate };
    }),
    // Second half: the candidate, if it answers.
    "asks the candidate": rule((node, nodes) => {
      if (node.candidate === null) return null;
      const better = nodes[node.candidate];
      if (!better) return { ...node, candidate: null };
      return { ...node, successors: [node.candidate, ...better.successors].slice(0, r), candidate: null };
    }),
  } : {
    // The successor's predecessor is adopted unasked.
    stabilises: rule((node, nodes, n) => {
      const first = node.successors[0]!;
      const predecessor = nodes[first]?.predecessor ?? null;
      return predecessor === null || !within(predecessor, n, first) ? null : { ...node, successors: [predecessor, ...node.successors].slice(0, r) };
    }),
    // Reconcile: the rest of the list is the successor's.
    "copies its successor's list": rule((node, nodes) => {
      const first = node.successors[0]!;
      const successor = nodes[first];
      return successor ? { ...node, successors: [first, ...successor.successors].slice(0, r) } : null;
    }),
  };

  /** Somebody whose first successor is n has notified n. */
  const notified = (replacesDead: boolean): MaintenanceRule => ({ nodes }, n) => {
    const node = nodes[n];
    if (!node) return [];
    const { predecessor } = node;
    const isDead = predecessor === null || (replacesDead && nodes[predecessor] === null);
    return everybody
      .filter((m) => nodes[m]?.successors[0] === n && m !== predecessor && (isDead || within(m, predecessor, n)))
      .map((m) => ({ ...node, predecessor: m }));
  };

  return {
    "a dead successor is dropped": shift,
    ...stabilise,
    ...(hasCorrection(world, "rectify") ? { rectifies: notified(true) } : { "is notified": notified(false) }),
    // check_predecessor of 2003, which the corrected rules have no need of.
    ...(world.rules === "original" ? {
      "a dead predecessor is dropped": rule((node, nodes) => (node.predecessor !== null && nodes[node.predecessor] === null ? { ...node, predecessor: null } : null)),
    } : {}),
  };
}

/** The options of a small world, checked and with their defaults. */
interface Checked extends Required<ChordSpecificationOptions> {
  readonly everybody: readonly number[];
}

function checked(given: ChordSpecificationOptions): Checked {
  const names = ["size", "successors", "ring", "base", "rules", "without", "failures"];
  const { size, successors, ring, base = [], rules = "corrected", without = [], failures = "that lists bear" } = checkOptions("chordSpecification", given, names);
  integer("size", size, { min: 3, max: 8 });
  integer("successors", successors, { min: 1, max: 3 });
  oneOf("rules", rules, ["corrected", "original"]);
  if (failures !== "that lists bear") integer("failures", failures, { max: 100 });
  for (const [i, correction] of without.entries()) oneOf(`without[${i}]`, correction, chordCorrections);
  if (new Set(ring).size !== ring.length || ring.length < 1) throw new RangeError(`ring must be different identifiers, at least one, got ${JSON.stringify(ring)}`);
  for (const [i, id] of ring.entries()) integer(`ring[${i}]`, id, { max: size - 1 });
  for (const id of base) if (!ring.includes(id)) throw new RangeError(`base must be part of the ring ${ring.join(", ")}, got ${id}`);
  return { size, successors, ring, base, rules, without, failures, everybody: Array.from({ length: size }, (_, id) => id) };
}

function hasCorrection({ rules, without }: Pick<Checked, "rules" | "without">, correction: ChordCorrection): boolean {
  return rules === "corrected" && !without.includes(correction);
}

/** Zave's conditions: what must hold of the ring at every time, so that maintenance can bring it to its ideal form. */
export const chordConditions: { readonly [name: string]: (state: ChordState) => boolean } = {
  "everybody has a live successor": (state) => alive(state).every((n) => best(state, n) !== null),
  "there is one ring": (state) => {
    const rings = ringsOf(state);
    return rings.length === 1;
  },
  "the ring is ordered": (state) =>
    ringsOf(state).every((ring) => ring.every((n) => ring.every((m) => !within(m, n, best(state, n)!)))),
  "everybody reaches the ring": (state) => {
    const [ring = []] = ringsOf(state);
    return alive(state).every((n) => ring.includes(walk(state, n).at(-1)!));
  },
};

/**
 * All that must hold of a small world: Zave's conditions, and that maintenance alone brings every state to the ideal ring, so
 * that nothing is ever lost for good. That is said twice: round after round does it; or at least some order of steps does.
 * Where not even that is so, the ring is broken for ever.
 */
export function chordProperties(given: ChordSpecificationOptions): { readonly [name: string]: (state: ChordState) => boolean } {
  const repair = chordRepair(given);
  const world = checked(given);
  const maintenance = Object.values(maintenanceRules(world, world.successors));
  return {
    ...chordConditions,
    "rounds of maintenance repair the ring": (state) => repair(state).isIdeal,
    "some order of maintenance repairs the ring": (first) => {
      const seen = new Set([chordStateText(first)]);
      const waiting = [first];
      for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
        if (repair(state).isIdeal) return true;
        for (const rule of maintenance) {
          for (const n of world.everybody) {
            for (const node of rule(state, n)) {
              const after = replaced(state, n, node);
              const text = chordStateText(after);
              if (!seen.has(text)) waiting.push(after);
              seen.add(text);
            }
          }
        }
      }
      return false;
    },
  };
}

/** A state in a line: every member with its successors, its predecessor after "p", and the candidate that it has to ask after "?". */
export function chordStateText({ nodes }: ChordState): string {
  const members = nodes.flatMap((node, id) =>
    node === null ? [] : [`${id}→${node.successors.join()} p${node.predecessor ?? "-"}${node.candidate === null ? "" : `?${node.candidate}`}`]);
  return members.join("  ");
}

/** The members. */
function alive({ nodes }: ChordState): readonly number[] {
  return nodes.flatMap((node, id) => (node === null ? [] : [id]));
}

/** The best successor: the first in the list that is alive. */
function best({ nodes }: ChordState, n: number): number | null {
  return nodes[n]?.successors.find((s) => nodes[s] !== null) ?? null;
}

/** The way from a node along best successors, up to the first node that comes twice. */
function walk(state: ChordState, from: number): readonly number[] {
  const way: number[] = [];
  for (let n: number | null = from; n !== null && !way.includes(n); n = best(state, n)) way.push(n);
  return way;
}

/** The cycles of best successors, each as its members. */
function ringsOf(state: ChordState): readonly (readonly number[])[] {
  const rings = new Map<string, readonly number[]>();
  for (const n of alive(state)) {
    const way = walk(state, n);
    const again = best(state, way.at(-1)!);
    if (again === null) continue;
    const ring = way.slice(way.indexOf(again)).sort((a, b) => a - b);
    rings.set(ring.join(), ring);
  }
  return [...rings.values()];
}

/** Whether x lies strictly between a and b, clockwise. */
function within(x: number, a: number, b: number): boolean {
  return a < b ? a < x && x < b : x > a || x < b;
}

function replaced(state: ChordState, n: number, node: SpecifiedNode | null): ChordState {
  return { failed: state.failed, nodes: state.nodes.map((one, id) => (id === n ? node : one)) };
}

function same(a: SpecifiedNode | null, b: SpecifiedNode | null): boolean {
  if (a === null || b === null) return a === b;
  return a.predecessor === b.predecessor && a.candidate === b.candidate && a.successors.join() === b.successors.join();
}
