import { integer, oneOf, options as checkOptions } from "../../core/parameters.js";
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
  /** Whose rules (default corrected). */
  readonly rules?: "corrected" | "original";
}

/**
 * Chord as a transition system in which a step reads the state of one other node and changes that of its own (the shared-state
 * model of Pamela Zave, "Reasoning about Identifier Spaces: How to Make Chord Correct", IEEE TSE 2017). A node may fail
 * whenever every node that is left keeps a live successor. Nodes that failed may join again.
 *
 * With the original rules (SIGCOMM 2001; ToN 2003) `search` finds a way to a ring that no maintenance repairs. With the
 * corrected ones and a stable base of r + 1 nodes all states of small worlds are sound.
 */
export function chordSpecification(given: ChordSpecificationOptions): Specification<ChordState> {
  const { size, successors: r, ring, base = [], rules = "corrected" } = checkOptions("chordSpecification", given, ["size", "successors", "ring", "base", "rules"]);
  integer("size", size, { min: 3, max: 8 });
  integer("successors", r, { min: 1, max: 3 });
  oneOf("rules", rules, ["corrected", "original"]);
  const members = [...new Set(ring)].sort((a, b) => a - b);
  if (members.length !== ring.length || members.length < 1) throw new RangeError(`ring must be different identifiers, at least one, got ${JSON.stringify(ring)}`);
  for (const [i, id] of ring.entries()) integer(`ring[${i}]`, id, { max: size - 1 });
  for (const id of base) if (!ring.includes(id)) throw new RangeError(`base must be part of the ring ${ring.join(", ")}, got ${id}`);
  const everybody = Array.from({ length: size }, (_, id) => id);

  const initial: ChordState = {
    nodes: everybody.map((id) => {
      const at = members.indexOf(id);
      if (at < 0) return null;
      const list = Array.from({ length: r }, (_, i) => members[(at + 1 + i) % members.length]!);
      return { predecessor: members[(at + members.length - 1) % members.length]!, successors: list, candidate: null };
    }),
  };

  /** One step of node n, for each n: null where it is not enabled. */
  const each = (step: (state: ChordState, n: number) => SpecifiedNode | null): SpecificationAction<ChordState> => (state) => {
    const after = everybody.flatMap((n) => {
      const changed = step(state, n);
      return changed === null || same(changed, state.nodes[n] ?? null) ? [] : [replaced(state, n, changed)];
    });
    return after.length === 0 ? null : after;
  };

  /** A non-member finds the member p with n in (p, p's successor). */
  const places = (state: ChordState, n: number): readonly number[] =>
    everybody.filter((p) => {
      const first = state.nodes[p]?.successors[0];
      return first !== undefined && state.nodes[first] !== null && within(n, p, first);
    });

  const fails: SpecificationAction<ChordState> = (state) => {
    const after = everybody.flatMap((n) => {
      if (state.nodes[n] === null || base.includes(n)) return [];
      const left = replaced(state, n, null);
      const keepsOne = everybody.every((m) => left.nodes[m] === null || left.nodes[m]!.successors.some((s) => left.nodes[s] !== null));
      return keepsOne && left.nodes.some((node) => node !== null) ? [left] : [];
    });
    return after.length === 0 ? null : after;
  };

  /** The first successor is dead: the list moves up, and the node after the last is guessed until it is told. */
  const shift: SpecificationAction<ChordState> = each(({ nodes }, n) => {
    const node = nodes[n];
    const [first, ...rest] = node?.successors ?? [];
    if (!node || first === undefined || nodes[first] !== null || rest.length === 0) return null;
    return { ...node, successors: rest };
  });

  const corrected: Specification<ChordState>["next"] = {
    // Join: take over the whole list of the predecessor to be.
    joins: (state) => {
      const after = everybody.flatMap((n) =>
        state.nodes[n] !== null ? [] : places(state, n).map((p) => replaced(state, n, { predecessor: p, successors: state.nodes[p]!.successors, candidate: null })));
      return after.length === 0 ? null : after;
    },
    fails,
    "a dead successor is dropped": shift,
    // Stabilise, first half: the successor's list, and its predecessor as a candidate.
    "asks its successor": each(({ nodes }, n) => {
      const node = nodes[n];
      const first = node?.successors[0];
      const successor = first === undefined ? null : nodes[first];
      if (!node || first === undefined || !successor) return null;
      const { predecessor } = successor;
      const candidate = predecessor !== null && within(predecessor, n, first) ? predecessor : null;
      return { ...node, successors: [first, ...successor.successors].slice(0, r), candidate };
    }),
    // Second half: the candidate, if it answers.
    "asks the candidate": each(({ nodes }, n) => {
      const node = nodes[n];
      if (!node || node.candidate === null) return null;
      const better = nodes[node.candidate];
      if (!better) return { ...node, candidate: null };
      return { ...node, successors: [node.candidate, ...better.successors].slice(0, r), candidate: null };
    }),
    // Rectify: somebody whose first successor is n has notified n.
    rectifies: (state) => {
      const after = everybody.flatMap((n) => {
        const node = state.nodes[n];
        if (!node) return [];
        const isDead = node.predecessor === null || state.nodes[node.predecessor] === null;
        return everybody
          .filter((m) => state.nodes[m]?.successors[0] === n && m !== node.predecessor && (isDead || within(m, node.predecessor!, n)))
          .map((m) => replaced(state, n, { ...node, predecessor: m }));
      });
      return after.length === 0 ? null : after;
    },
  };

  const original: Specification<ChordState>["next"] = {
    // Join: one successor, found by a lookup, and no predecessor.
    joins: (state) => {
      const after = everybody.flatMap((n) =>
        state.nodes[n] !== null ? [] : places(state, n).map((p) => replaced(state, n, { predecessor: null, successors: [state.nodes[p]!.successors[0]!], candidate: null })));
      return after.length === 0 ? null : after;
    },
    fails,
    "a dead successor is dropped": shift,
    // Stabilise: the successor's predecessor is adopted unasked.
    stabilises: each(({ nodes }, n) => {
      const node = nodes[n];
      const first = node?.successors[0];
      const predecessor = first === undefined ? null : (nodes[first]?.predecessor ?? null);
      if (!node || first === undefined || predecessor === null || !within(predecessor, n, first)) return null;
      return { ...node, successors: [predecessor, ...node.successors].slice(0, r) };
    }),
    // Reconcile: the rest of the list is the successor's.
    "copies its successor's list": each(({ nodes }, n) => {
      const node = nodes[n];
      const first = node?.successors[0];
      const successor = first === undefined ? null : nodes[first];
      if (!node || first === undefined || !successor) return null;
      return { ...node, successors: [first, ...successor.successors].slice(0, r) };
    }),
    // Notified: only a closer predecessor is taken.
    "is notified": (state) => {
      const after = everybody.flatMap((n) => {
        const node = state.nodes[n];
        if (!node) return [];
        return everybody
          .filter((m) => state.nodes[m]?.successors[0] === n && (node.predecessor === null || within(m, node.predecessor, n)) && m !== node.predecessor)
          .map((m) => replaced(state, n, { ...node, predecessor: m }));
      });
      return after.length === 0 ? null : after;
    },
    // check_predecessor.
    "a dead predecessor is dropped": each(({ nodes }, n) => {
      const node = nodes[n];
      return node && node.predecessor !== null && nodes[node.predecessor] === null ? { ...node, predecessor: null } : null;
    }),
  };

  return { initial, next: rules === "corrected" ? corrected : original, properties: chordConditions };
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
  return { nodes: state.nodes.map((one, id) => (id === n ? node : one)) };
}

function same(a: SpecifiedNode, b: SpecifiedNode | null): boolean {
  return b !== null && a.predecessor === b.predecessor && a.candidate === b.candidate && a.successors.join() === b.successors.join();
}
