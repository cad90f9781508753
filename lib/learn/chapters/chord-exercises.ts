import { search } from "../../check/search.js";
import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import type { Specification, SpecificationAction } from "../../core/specification.js";
import { FingerRing } from "../../storage/chord/finger-ring.js";
import {
  chordConditions, chordRepair, chordSpecification, chordStateText, type ChordSpecificationOptions, type ChordState, type SpecifiedNode,
} from "../../storage/chord/specification.js";
import { Exercise } from "../exercise.js";
import { count, manyCases, wrong, type Finding, type Seen, type Trial } from "../trial.js";

const chapter = "3.3.2";
const size = 64;

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

/** How far it is clockwise from a to b. */
const far = (a: number, b: number): number => (b - a + size) % size;

const list = (values: Iterable<number>): string => [...values].join(", ") || "nobody";

// -------------------------------------------------------------------------------------------- closest preceding finger

/**
 * Whom a node asks next: the closest to the key of all nodes that it knows, strictly between itself and the key, clockwise on
 * a circle of 64 identifiers. Nodes in `avoid` did not answer. Null if there is none. `known` has no order.
 */
export type ClosestRule = (self: number, known: readonly number[], key: number, avoid: ReadonlySet<number>) => number | null;

interface ClosestCase {
  readonly self: number;
  readonly known: readonly number[];
  readonly key: number;
  readonly avoid: ReadonlySet<number>;
}

function drawClosest(chance: Stream, about: { readonly onKnown?: boolean; readonly avoided?: boolean; readonly overZero?: boolean }): ClosestCase {
  const places = chance.shuffle(Array.from({ length: size }, (_, at) => at));
  const [self, ...known] = places.slice(0, 3 + chance.below(5)) as [number, ...number[]];
  let key = about.onKnown ? chance.pick(known) : chance.below(size);
  if (about.overZero) key = self === 0 ? 0 : chance.below(self);
  const avoid = new Set(about.avoided ? known.filter(() => chance.chance(0.4)) : []);
  return { self, known, key, avoid };
}

function closest({ self, known, key, avoid }: ClosestCase): number | null {
  // The key may be the node's own place: then all others lie before it, clockwise.
  const reach = far(self, key) || size;
  const before = known.filter((node) => far(self, node) > 0 && far(self, node) < reach && !avoid.has(node));
  return before.length === 0 ? null : before.reduce((a, b) => (far(self, b) > far(self, a) ? b : a));
}

const closestTrial = (name: string, look: string, about: Parameters<typeof drawClosest>[1]): Trial<ClosestRule> =>
  manyCases<ClosestRule, ClosestCase>(name, {
    cases: 200,
    draw: (chance) => drawClosest(chance, about),
    judge(answer, drawn) {
      const { self, known, key, avoid } = drawn;
      const got: unknown = answer(self, known, key, avoid);
      const right = closest(drawn);
      if (got === right) return null;
      const silent = avoid.size === 0 ? "" : `; ${list(avoid)} did not answer`;
      return `node ${self} knows ${list(known)} and looks for key ${key}${silent}: it asks ${show(got)}, where ${right === null ? "there is nobody to ask" : `${right} is right`}`;
    },
    look,
  });

const closestRule: Exercise<ClosestRule> = new Exercise({
  chapter,
  name: "closestRule",
  task: "Choose whom to ask next on the way to a key.",
  hints: [
    "Measure everything as the distance clockwise from the node itself. Then there is no 0 to run over.",
    "The distance from a to b is (b - a + 64) % 64. Wanted is the greatest distance that is greater than 0 and less than the key's. If the key is at the node's own place, it is a whole turn away.",
    "reach = (key - self + 64) % 64 || 64; keep those of known that are not in avoid and have 0 < distance < reach; return the one with the greatest distance, or null.",
  ],
  shape: isFunction,
  trials: [
    closestTrial("keys anywhere", "Draw the circle. Whom does one meet on the way clockwise from the node to the key, and who of them comes last?", {}),
    closestTrial("keys on the other side of 0", "After 63 comes 0. Are the nodes behind it still between the node and the key?", { overZero: true }),
    closestTrial("keys that are the place of a node", "The node at the key holds it, and is no step on the way: the interval is open.", { onKnown: true }),
    closestTrial("nodes that did not answer", "Who did not answer is not asked again.", { avoided: true }),
    {
      name: "whole lookups, on rings of twenty",
      run(answer) {
        for (let seed = 1; seed <= 10; seed++) {
          const ring = FingerRing.random({ nodes: 20, seed, bits: 6 });
          const ids = Array.from({ length: ring.size }, (_, node) => ring.id(node));
          for (let key = 0; key < size; key++) {
            const path = [ids[seed]!];
            for (let node = seed; ; ) {
              const next = ids[(node + 1) % ids.length]!;
              if (far(ids[node]!, key) <= far(ids[node]!, next) && ids[node] !== key) break;
              const known = Array.from({ length: 6 }, (_, k) => ids[ring.finger(node, k)]!);
              const asked = answer(ids[node]!, known, key, new Set<number>());
              if (asked === null) break;
              node = ids.indexOf(asked);
              path.push(asked);
              if (path.length > 12) return wrong({ problem: `the lookup of ${key} goes round and round: ${path.join(" ")} …`, look: "Each hop must come closer to the key, and never reach it." });
            }
          }
        }
        return { kind: "seen", what: count(10 * size, "lookup") };
      },
    },
  ],
});

// ------------------------------------------------------------------------------------------------- hops on a full ring

/** The hops of a lookup on a ring with a node at each of 2^bits identifiers: from a node to the key's predecessor. */
export type HopsRule = (from: number, key: number, bits: number) => number;

const hopsRule: Exercise<HopsRule> = new Exercise({
  chapter,
  name: "hopsRule",
  task: "Say how many hops a lookup takes where every identifier is a node.",
  hints: [
    "The fingers reach exactly 1, 2, 4, 8, … nodes far. Take the greatest step that does not go too far, and again. What are you writing down?",
    "The key's node holds it, and the lookup ends at the node before. If that is at a distance of 13 = 8 + 4 + 1, it takes three hops.",
    "It is the number of ones in the binary form of the distance to the predecessor, (key - from - 1 + 2 ** bits) % 2 ** bits; and 0 if the key is at the node itself.",
  ],
  shape: isFunction,
  trials: [
    ...([["the next keys", 8], ["all keys from node 0", 64]] as const).map(([name, keys]): Trial<HopsRule> => ({
      name,
      run(answer) {
        const ring = new FingerRing(Array.from({ length: 64 }, (_, id) => id), { bits: 6 });
        for (let key = 0; key < keys; key++) {
          const got: unknown = answer(0, key, 6);
          const { hops, path } = ring.route(0, key);
          if (got !== hops) return wrong({ problem: `from 0 to key ${key} it says ${show(got)} hops; the way is ${path.join(" → ")}: ${count(hops, "hop")}, and the last step, to the owner, is not counted`, look: "Which powers of two add up to the distance of the node before the key?" });
        }
        return { kind: "seen", what: count(keys, "key") };
      },
    })),
    manyCases<HopsRule, { readonly from: number; readonly key: number; readonly bits: number }>("other nodes, and other rings", {
      cases: 300,
      draw: (chance) => {
        const bits = 4 + chance.below(6);
        return { bits, from: chance.below(2 ** bits), key: chance.below(2 ** bits) };
      },
      judge(answer, { from, key, bits }) {
        const got: unknown = answer(from, key, bits);
        const distance = (key - from + 2 ** bits) % 2 ** bits;
        const right = distance === 0 ? 0 : (distance - 1).toString(2).split("1").length - 1;
        return got === right ? null : `on a ring of ${2 ** bits}, from ${from} to key ${key}, it says ${show(got)} hops, and it takes ${right}`;
      },
      look: "Only the distance clockwise counts, and it may run over 0.",
    }),
  ],
});

// ------------------------------------------------------------------------------------------------------- key transfer

/** Which of its keys a node hands over to a new predecessor. Identifiers from 0 to 63; the node holds them all at present. */
export type TransferRule = (self: number, predecessor: number, keys: readonly number[]) => readonly number[];

interface TransferCase {
  readonly self: number;
  readonly predecessor: number;
  readonly keys: readonly number[];
}

function drawTransfer(chance: Stream, overZero: boolean): TransferCase {
  const [a, b, old] = chance.shuffle(Array.from({ length: size }, (_, at) => at)) as [number, number, number];
  const [first, self, predecessor] = overZero ? [old, Math.min(a, b), Math.max(a, b)] : [old, Math.max(a, b), Math.min(a, b)];
  const held = Array.from({ length: size }, (_, at) => at).filter((at) => at !== first && far(first, at) <= (far(first, self) || size));
  const keys = held.filter((at) => at === predecessor || at === self || chance.chance(0.3));
  return { self, predecessor, keys: chance.shuffle(keys) };
}

const transferTrial = (name: string, overZero: boolean, look: string): Trial<TransferRule> =>
  manyCases<TransferRule, TransferCase>(name, {
    cases: 200,
    draw: (chance) => drawTransfer(chance, overZero),
    judge(answer, { self, predecessor, keys }) {
      const got: unknown = answer(self, predecessor, keys);
      if (!Array.isArray(got)) return `it returns ${show(got)}, which is no list of keys`;
      const right = keys.filter((key) => key !== self && (key === predecessor || far(predecessor, key) > far(predecessor, self)));
      const lost = right.filter((key) => !got.includes(key));
      const extra = got.filter((key: number) => !right.includes(key));
      if (lost.length === 0 && extra.length === 0) return null;
      const said = `${predecessor} becomes the predecessor of ${self}, which holds ${list(keys)}`;
      if (extra.length > 0) return `${said}: ${extra[0]} is handed over, and belongs to ${self} still`;
      return `${said}: ${lost[0]} is kept, and belongs to ${predecessor} or somebody before it`;
    },
    look,
  });

const transferRule: Exercise<TransferRule> = new Exercise({
  chapter,
  name: "transferRule",
  task: "Choose the keys that a node hands over to its new predecessor.",
  hints: [
    "Which keys are a node's own, once it has a predecessor? Hand over the others.",
    "Its own are those in (predecessor, self]: behind the predecessor, up to its own place, that included. The interval may run over 0.",
    "A key stays if it is at a distance from 1 to (self - predecessor + 64) % 64 clockwise from the predecessor; all others go.",
  ],
  shape: isFunction,
  trials: [
    transferTrial("the predecessor has the smaller number", false, "A key at the predecessor's place is the predecessor's; a key at the node's own place is its own."),
    transferTrial("0 lies between them", true, "From 60 to 4 the way leads over 0. Measure distances clockwise from the predecessor."),
  ],
});

// --------------------------------------------------------------------------------------------------- the successor list

/** The new successor list of a node whose first successor has told its own list: nearest first, at most r of them. */
export type MergeRule = (first: number, itsList: readonly number[], old: readonly number[], r: number) => readonly number[];

const mergeRule: Exercise<MergeRule> = new Exercise({
  chapter,
  name: "mergeRule",
  task: "Make a node's successor list from that of its successor.",
  hints: [
    "Who comes after the first successor? It knows best.",
    "The list is the first successor, followed by that one's list. The old list is no longer needed. How long may it become?",
    "[first, ...itsList].slice(0, r)",
  ],
  shape: isFunction,
  trials: [
    manyCases<MergeRule, { readonly first: number; readonly itsList: readonly number[]; readonly old: readonly number[]; readonly r: number }>("lists of nodes that live and that do not", {
      cases: 200,
      draw: (chance) => {
        const r = 1 + chance.below(4);
        const nodes = chance.shuffle(Array.from({ length: 12 }, (_, at) => at + 1)).slice(0, r + 1).sort((a, b) => a - b);
        const [first, ...itsList] = nodes as [number, ...number[]];
        return { first, itsList, old: [first, ...itsList.filter(() => chance.chance(0.5)), 13, 14, 15].slice(0, r), r };
      },
      judge(answer, { first, itsList, old, r }) {
        const got: unknown = answer(first, itsList, old, r);
        const right = [first, ...itsList].slice(0, r);
        if (Array.isArray(got) && got.join() === right.join()) return null;
        return `${first} says that it is followed by ${list(itsList)}, and r is ${r}: the list ${list(old)} becomes ${show(got)}, where ${list(right)} is right`;
      },
      look: "The first successor stays first; who comes after it, it knows best; and there are r places.",
    }),
    worldTrial("every state of a small ring", {
      options: { size: 4, successors: 2, ring: [0, 1, 2], base: [0, 1, 2] },
      change: (next, answer) => ({
        ...next,
        "asks its successor": eachNode((nodes, n, node) => {
          const first = node.successors[0]!;
          const successor = nodes[first];
          if (!successor) return null;
          const { predecessor } = successor;
          const isBetter = predecessor !== null && predecessor !== n && (predecessor - n + 4) % 4 < ((first - n + 4) % 4 || 4);
          return { ...node, successors: [...answer(first, successor.successors, node.successors, 2)], candidate: isBetter ? predecessor : null };
        }),
      }),
      look: "In the last state, who has a list that names the wrong nodes, and from whom did it get it?",
    }),
  ],
});

// ------------------------------------------------------------------------------------------------------------ stabilise

/**
 * Stabilise, its second half: the new successor list of a node, whose first successor has a predecessor, the candidate, that
 * stands between them. `itsList` is what the candidate has answered, its successor list; null if it did not answer.
 */
export type AdoptSuccessorRule = (candidate: number, itsList: readonly number[] | null, mine: readonly number[], r: number) => readonly number[];

const adoptRule: Exercise<AdoptSuccessorRule> = new Exercise({
  chapter,
  name: "adoptRule",
  task: "Adopt a better successor, or do not.",
  hints: [
    "The candidate may have failed after it told the successor that it was there.",
    "No answer: keep your list as it is. An answer: the candidate comes first, and after it, who it says.",
    "itsList === null ? mine : [candidate, ...itsList].slice(0, r)",
  ],
  shape: isFunction,
  trials: [
    ...([["lists of one", { size: 3, successors: 1, ring: [0, 1], base: [0, 1] }], ["lists of two", { size: 4, successors: 2, ring: [0, 1, 2], base: [0, 1, 2] }]] as const).map(([name, options]) =>
      worldTrial<AdoptSuccessorRule>(`every state of a small ring, ${name}`, {
        options,
        change: (next, answer) => ({
          ...next,
          "asks the candidate": eachNode((nodes, _n, node) => {
            if (node.candidate === null) return null;
            const better = nodes[node.candidate];
            const successors = answer(node.candidate, better?.successors ?? null, node.successors, options.successors);
            return { ...node, successors: [...successors], candidate: null };
          }),
        }),
        look: "In the last state, whose list names only nodes that are gone, or is not what it should be? What did that node know when it took this list?",
      })),
  ],
});

// -------------------------------------------------------------------------------------------------------------- rectify

/**
 * Rectify: node `self`, of 64 identifiers, has been notified by `from`. Its new predecessor: the one that it has, or `from`.
 * `isAlive` says whether the present one has answered. With no predecessor, it is null.
 */
export type RectifyRule = (self: number, predecessor: number | null, isAlive: boolean, from: number) => number | null;

interface RectifyCase {
  readonly self: number;
  readonly predecessor: number | null;
  readonly isAlive: boolean;
  readonly from: number;
}

const rectifyTrial = (name: string, look: string, choose: (places: readonly [number, number, number], chance: Stream) => RectifyCase): Trial<RectifyRule> =>
  manyCases<RectifyRule, RectifyCase>(name, {
    cases: 100,
    draw: (chance) => choose(chance.shuffle(Array.from({ length: size }, (_, at) => at)).slice(0, 3) as unknown as readonly [number, number, number], chance),
    judge(answer, { self, predecessor, isAlive, from }) {
      const got: unknown = answer(self, predecessor, isAlive, from);
      const isCloser = predecessor === null || far(from, self) < far(predecessor, self);
      const right = isCloser || !isAlive ? from : predecessor;
      if (got === right) return null;
      const now = predecessor === null ? "without a predecessor" : `whose predecessor ${predecessor} ${isAlive ? "lives" : "is dead"}`;
      return `node ${self}, ${now}, is notified by ${from}: it takes ${show(got)}, where ${right} is right`;
    },
    look,
  });

const byDistance = (self: number, a: number, b: number): readonly [closer: number, farther: number] => (far(a, self) < far(b, self) ? [a, b] : [b, a]);

const rectifyRule: Exercise<RectifyRule> = new Exercise({
  chapter,
  name: "rectifyRule",
  task: "Choose a node's predecessor when another one notifies it.",
  hints: [
    "There are two reasons to take the new one, and each is enough.",
    "Take it if it is closer than the present one, measured clockwise from it to the node; or if the present one is dead, or there is none.",
    "const gap = (node) => (self - node + 64) % 64; return predecessor === null || !isAlive || gap(from) < gap(predecessor) ? from : predecessor;",
  ],
  shape: isFunction,
  trials: [
    rectifyTrial("no predecessor yet", "Anybody is better than nobody.", ([self, from]) => ({ self, predecessor: null, isAlive: false, from })),
    rectifyTrial("the new one is closer", "Closer means: less far clockwise from it to the node. That may run over 0.", ([self, a, b]) => {
      const [from, predecessor] = byDistance(self, a, b);
      return { self, predecessor, isAlive: true, from };
    }),
    rectifyTrial("the new one is farther, and the old one lives", "A node farther back is not the predecessor, while a closer one lives.", ([self, a, b]) => {
      const [predecessor, from] = byDistance(self, a, b);
      return { self, predecessor, isAlive: true, from };
    }),
    worldTrial("every state of a small ring", {
      options: { size: 4, successors: 2, ring: [0, 1, 2], base: [0, 1, 2] },
      change: (next, answer) => ({
        ...next,
        rectifies: (state) => {
          const after = state.nodes.flatMap((node, n) => {
            if (node === null) return [];
            return state.nodes.flatMap((from, m) => {
              if (from?.successors[0] !== n || m === node.predecessor || m === n) return [];
              const isAlive = node.predecessor !== null && state.nodes[node.predecessor] !== null;
              // The little ring stands on the large one at every sixteenth place.
              const place = (id: number | null): number | null => (id === null ? null : id * (size / 4));
              const got = answer(place(n)!, place(node.predecessor), isAlive, place(m)!);
              return got === place(m) ? [replaced(state, n, { ...node, predecessor: m })] : [];
            });
          });
          return after.length === 0 ? null : after;
        },
      }),
      look: "In the last state, whose predecessor is gone, and who notifies it in vain?",
    }),
    rectifyTrial("the old one is dead", "A dead predecessor is replaced by anybody who lives.", ([self, predecessor, from]) => ({ self, predecessor, isAlive: false, from })),
  ],
});

// ----------------------------------------------------------------------------------------------- every state of a world

type Actions = Specification<ChordState>["next"];

/** The corrected rules in a small world, one of them replaced by the answer's: safe in every state, and always to be repaired. */
function worldTrial<A>(name: string, about: {
  readonly options: ChordSpecificationOptions;
  readonly change: (next: Actions, answer: A) => Actions;
  readonly look: string;
}): Trial<A> {
  return {
    name,
    run(answer): Seen | Finding {
      const specification = chordSpecification(about.options);
      const next = about.change(specification.next, answer);
      const repair = chordRepair(about.options);
      const { joins: _joins, fails: _fails, ...maintenance } = next;
      const verdict = search({
        initial: specification.initial, next, maxStates: 20_000,
        properties: { ...chordConditions, "maintenance can repair the ring": (state) => canBeRepaired(state, Object.values(maintenance), repair) },
      });
      if (verdict.kind === "holds") return { kind: "seen", what: count(verdict.states, "state") };
      if (verdict.kind === "unfinished") return wrong({ problem: `the search was stopped after ${count(verdict.states, "state")}, which a sound rule does not need`, look: "Does a list grow for ever?" });
      const steps = verdict.behaviour.map(({ action, state }, i) => `${String(i).padStart(2)}  ${action}: ${chordStateText(state)}`);
      return {
        ...wrong({ problem: `not so after ${count(verdict.behaviour.length - 1, "step")}: ${verdict.property}`, look: about.look }),
        schedule: `${steps.join("\n")}\n(a node → its successors p its predecessor; ? whom it has still to ask)`,
      };
    },
  };
}

/** Whether some order of steps of maintenance leads to the ideal ring. */
function canBeRepaired(first: ChordState, maintenance: readonly SpecificationAction<ChordState>[], repair: ReturnType<typeof chordRepair>): boolean {
  const seen = new Set([chordStateText(first)]);
  const waiting = [first];
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    const { isIdeal, rounds } = repair(state);
    if (isIdeal && rounds === 0) return true;
    for (const action of maintenance) {
      for (const change of [action(state) ?? []].flat() as readonly Partial<ChordState>[]) {
        const after = { ...state, ...change };
        const text = chordStateText(after);
        if (!seen.has(text) && seen.size < 2_000) waiting.push(after);
        seen.add(text);
      }
    }
  }
  return false;
}

/** What each member may become by a step. */
function eachNode(step: (nodes: ChordState["nodes"], n: number, node: SpecifiedNode) => SpecifiedNode | null): SpecificationAction<ChordState> {
  return (state) => {
    const after = state.nodes.flatMap((node, n) => {
      const changed = node === null ? null : step(state.nodes, n, node);
      return changed === null || (node !== null && sameNode(changed, node)) ? [] : [replaced(state, n, changed)];
    });
    return after.length === 0 ? null : after;
  };
}

function replaced(state: ChordState, n: number, node: SpecifiedNode): ChordState {
  return { ...state, nodes: state.nodes.map((one, id) => (id === n ? node : one)) };
}

function sameNode(a: SpecifiedNode, b: SpecifiedNode): boolean {
  return a.predecessor === b.predecessor && a.candidate === b.candidate && a.successors.join() === b.successors.join();
}

/** The exercises of the chapter on Chord, by name. */
export const chordExercises: {
  readonly closestRule: Exercise<ClosestRule>;
  readonly hopsRule: Exercise<HopsRule>;
  readonly transferRule: Exercise<TransferRule>;
  readonly mergeRule: Exercise<MergeRule>;
  readonly adoptRule: Exercise<AdoptSuccessorRule>;
  readonly rectifyRule: Exercise<RectifyRule>;
} = { closestRule, hopsRule, transferRule, mergeRule, adoptRule, rectifyRule };
