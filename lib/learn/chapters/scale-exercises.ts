import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import { Exercise } from "../exercise.js";
import { manyCases, type Trial } from "../trial.js";

const chapter = "5.1";

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

// ------------------------------------------------------------------------------------------------------- at least one fails

/** With which probability does at least one of n parts fail, where each fails with probability p, independently? */
export type AnyFailsRule = (p: number, n: number) => number;

const anyFailsTrial = (name: string, look: string, draw: (chance: Stream) => { readonly p: number; readonly n: number }): Trial<AnyFailsRule> =>
  manyCases<AnyFailsRule, { readonly p: number; readonly n: number }>(name, {
    cases: 100,
    draw,
    judge(answer, { p, n }) {
      const got: unknown = answer(p, n);
      const right = -Math.expm1(n * Math.log1p(-p));
      const isRight = typeof got === "number" && Math.abs(got - right) <= 1e-6 * right + 1e-300;
      return isRight ? null : `for p = ${p} and n = ${n} it says ${show(got)}, and it is ${right}`;
    },
    look,
  });

const anyFails: Exercise<AnyFailsRule> = new Exercise({
  chapter,
  name: "anyFails",
  task: "Say how likely it is that at least one of n parts fails.",
  hints: [
    "It is easier to say how likely it is that none fails.",
    "All n work with probability (1 - p) to the power of n. But 1 - 1e-17 is 1 for a computer, and the digits are gone before the power is taken.",
    "Math.log1p(-p) is the logarithm of 1 - p to full precision, and Math.expm1(x) is e^x - 1: return -Math.expm1(n * Math.log1p(-p)).",
  ],
  shape: isFunction,
  trials: [
    anyFailsTrial("some parts", "n p is an upper bound, and exceeds 1 when n is large enough.", (chance) => ({ p: (1 + chance.below(900)) / 1_000, n: 1 + chance.below(20) })),
    anyFailsTrial("many parts, each of which seldom fails", "Print 1 - p for p = 1e-17. What is left of p?", (chance) => ({ p: Number(`1e-${9 + chance.below(9)}`), n: Number(`1e${3 + chance.below(4)}`) })),
  ],
});

// ------------------------------------------------------------------------------------------------------------- who hears it

/**
 * A broadcast runs down a tree: node i gets it from `parents[i]`, which has a smaller number; the root, node 0, has null. Who is
 * down gets nothing and passes nothing on. How many nodes have it in the end?
 */
export type ReachRule = (parents: readonly (number | null)[], down: ReadonlySet<number>) => number;

interface TreeCase {
  readonly parents: readonly (number | null)[];
  readonly down: ReadonlySet<number>;
}

function reached({ parents, down }: TreeCase): number {
  const has: boolean[] = [];
  parents.forEach((parent, node) => has.push(!down.has(node) && (parent === null || has[parent]!)));
  return has.filter(Boolean).length;
}

const reachTrial = (name: string, look: string, share: number, root: boolean): Trial<ReachRule> =>
  manyCases<ReachRule, TreeCase>(name, {
    cases: 150,
    draw(chance) {
      const n = 2 + chance.below(30);
      const parents = Array.from({ length: n }, (_, i) => (i === 0 ? null : chance.below(i)));
      const down = new Set(parents.flatMap((_, i) => ((root ? i === 0 : i > 0) && (root || chance.chance(share)) ? [i] : [])));
      return { parents, down };
    },
    judge(answer, drawn) {
      const got: unknown = answer(drawn.parents, drawn.down);
      const right = reached(drawn);
      return got === right ? null : `with the parents ${show(drawn.parents)} and ${show([...drawn.down])} down it says ${show(got)}, and ${right} have it`;
    },
    look,
  });

const reachRule: Exercise<ReachRule> = new Exercise({
  chapter,
  name: "reachRule",
  task: "Count the nodes of a tree that a broadcast reaches.",
  hints: [
    "A node hears if it is up, and the node above it has heard.",
    "Parents have smaller numbers than their children: one pass from node 0 on is enough, if you keep who has heard.",
    "const has = []; parents.forEach((parent, i) => has.push(!down.has(i) && (parent === null || has[parent]))); return has.filter(Boolean).length;",
  ],
  shape: isFunction,
  trials: [
    reachTrial("nobody is down", "Then all have it.", 0, false),
    reachTrial("some are down", "Who is below a node that is down hears nothing, be it up or not, however deep.", 0.25, false),
    reachTrial("the root is down", "Nobody can begin.", 0, true),
  ],
});

// ------------------------------------------------------------------------------------------------------------- how wide a tree

/**
 * The best fanout of a relay tree for n nodes: every level takes `latency` ms for the way, and the sender `work` ms for each child,
 * one after the other. So a tree with the fanout f has depth d, the least with 1 + f + ... + f^d >= n, and takes d (latency + f work) ms.
 * Answer an f from 1 to n - 1 for which that is least (the smallest if there are several).
 */
export type FanoutRule = (n: number, latency: number, work: number) => number;

interface FanoutCase {
  readonly n: number;
  readonly latency: number;
  readonly work: number;
}

function takes({ n, latency, work }: FanoutCase, fanout: number): number {
  let [depth, level, all] = [0, 1, 1];
  while (all < n) {
    level *= fanout;
    all += level;
    depth++;
  }
  return depth * (latency + fanout * work);
}

function bestFanout(drawn: FanoutCase): number {
  let best = 1;
  for (let fanout = 2; fanout < drawn.n; fanout++) if (takes(drawn, fanout) < takes(drawn, best)) best = fanout;
  return best;
}

const fanoutTrial = (name: string, look: string, draw: (chance: Stream) => FanoutCase): Trial<FanoutRule> =>
  manyCases<FanoutRule, FanoutCase>(name, {
    cases: 60,
    draw,
    judge(answer, drawn) {
      const got: unknown = answer(drawn.n, drawn.latency, drawn.work);
      const right = bestFanout(drawn);
      const { n, latency, work } = drawn;
      if (got === right) return null;
      const its = typeof got === "number" && Number.isInteger(got) && got >= 1 && got < Math.max(2, n) ? `, which takes ${takes(drawn, got)} ms` : "";
      return `for ${n} nodes, ${latency} ms a message and ${work} ms of work it says ${show(got)}${its}; ${right} takes ${takes(drawn, right)} ms`;
    },
    look,
  });

const fanoutRule: Exercise<FanoutRule> = new Exercise({
  chapter,
  name: "fanoutRule",
  task: "Choose the fanout of a relay tree.",
  hints: [
    "A wide tree is flat, but its sender is busy for long; a narrow one is deep. There is no formula to remember: count.",
    "For one fanout, add up the levels until there are enough nodes: that is the depth, and the time follows. Then try all fanouts.",
    "for each f from 1 to n - 1: depth = 0, all = 1, level = 1; while (all < n) { level *= f; all += level; depth++; } and keep the f with the least depth * (latency + f * work).",
  ],
  shape: isFunction,
  trials: [
    fanoutTrial("messages that are slow", "The work hardly counts: as few levels as possible.", (chance) => ({ n: 4 + chance.below(60), latency: 50 + chance.below(50), work: 0.01 })),
    fanoutTrial("work that counts", "Neither the widest tree nor the binary one is always the best.", (chance) => ({ n: 4 + chance.below(300), latency: 1 + chance.below(20), work: 1 + chance.below(4) })),
  ],
});

// ----------------------------------------------------------------------------------------------------- what groups can do

/**
 * A store of so many groups, each of which can do `each` requests in a second. Of a thousand requests `weights[k]` are for key k,
 * which is at home in group `homes[k]`. How many requests in a second can the store do while they come in this mix? (Nobody may wait
 * for ever: the first group that is full sets the pace.)
 */
export type CapacityRule = (weights: readonly number[], homes: readonly number[], groups: number, each: number) => number;

interface StoreCase {
  readonly weights: readonly number[];
  readonly homes: readonly number[];
  readonly groups: number;
  readonly each: number;
}

function capacity({ weights, homes, groups, each }: StoreCase): number {
  const loads = new Array<number>(groups).fill(0);
  weights.forEach((weight, key) => { loads[homes[key]!]! += weight; });
  return (each * weights.reduce((sum, weight) => sum + weight, 0)) / Math.max(...loads);
}

const capacityTrial = (name: string, look: string, draw: (chance: Stream) => StoreCase): Trial<CapacityRule> =>
  manyCases<CapacityRule, StoreCase>(name, {
    cases: 150,
    draw,
    judge(answer, drawn) {
      const got: unknown = answer(drawn.weights, drawn.homes, drawn.groups, drawn.each);
      const right = capacity(drawn);
      if (typeof got === "number" && Math.abs(got - right) <= 1e-6 * right) return null;
      const { weights, homes, groups, each } = drawn;
      return `with the weights ${show(weights)} at home in ${show(homes)} of ${groups} groups, ${each} requests a second each, it says ${show(got)}, and it is ${show(right)}`;
    },
    look,
  });

/** So many weights that add up to a thousand. */
function thousand(chance: Stream, keys: number): readonly number[] {
  const weights = Array.from({ length: keys }, () => 1 + chance.below(Math.floor(1_000 / keys)));
  return [...weights.slice(1), 1_000 - weights.slice(1).reduce((sum, weight) => sum + weight, 0)];
}

const capacityRule: Exercise<CapacityRule> = new Exercise({
  chapter,
  name: "capacityRule",
  task: "Say how many requests a second a store of many groups can do.",
  hints: [
    "If the store does x requests a second, how many of them come to one group? None of these numbers may exceed what a group can do.",
    "Add up, for each group, the weights of the keys that are at home there. The group with the most is full first.",
    "loads[homes[k]] += weights[k] for every key k; the share of the fullest is Math.max(...loads) / 1000; return each / that share.",
  ],
  shape: isFunction,
  trials: [
    capacityTrial("one key in each group", "With even weights it is the number of groups times what one does, with uneven ones less.", (chance) => {
      const groups = 2 + chance.below(6);
      return { weights: thousand(chance, groups), homes: chance.shuffle(Array.from({ length: groups }, (_, g) => g)), groups, each: 100 * (1 + chance.below(9)) };
    }),
    capacityTrial("many keys, some of whose groups are the same", "A group's load is that of all its keys together, and a group without a key does nothing.", (chance) => {
      const groups = 2 + chance.below(6);
      const keys = 3 + chance.below(10);
      return { weights: thousand(chance, keys), homes: Array.from({ length: keys }, () => chance.below(groups)), groups, each: 100 * (1 + chance.below(9)) };
    }),
  ],
});

// --------------------------------------------------------------------------------------------------- one round of push-sum

/** What a node of push-sum has. */
export interface Mass {
  readonly sum: number;
  readonly weight: number;
}

/** One round of push-sum: each node sends half of what it has to node `to[i]`, all at the same time. What has each afterwards? */
export type PushSumRule = (nodes: readonly Mass[], to: readonly number[]) => readonly Mass[];

interface RoundCase {
  readonly nodes: readonly Mass[];
  readonly to: readonly number[];
}

function pushed({ nodes, to }: RoundCase): readonly Mass[] {
  const next = nodes.map(({ sum, weight }) => ({ sum: sum / 2, weight: weight / 2 }));
  nodes.forEach(({ sum, weight }, i) => {
    const other = next[to[i]!]!;
    other.sum += sum / 2;
    other.weight += weight / 2;
  });
  return next;
}

const isNear = (got: unknown, right: number): boolean => typeof got === "number" && Math.abs(got - right) <= 1e-9 * (1 + Math.abs(right));

const pushSumTrial = (name: string, look: string, draw: (chance: Stream) => RoundCase): Trial<PushSumRule> =>
  manyCases<PushSumRule, RoundCase>(name, {
    cases: 100,
    draw,
    judge(answer, drawn) {
      const given = drawn.nodes.map((node) => ({ ...node }));
      const got = answer(given, [...drawn.to]) as readonly Partial<Mass>[] | null;
      const right = pushed(drawn);
      const says = `with ${show(drawn.nodes)}, sent to ${show(drawn.to)}`;
      if (!Array.isArray(got) || got.length !== right.length) return `${says}, it must give ${right.length} nodes, and gives ${show(got)}`;
      const total = (of: readonly Partial<Mass>[], field: keyof Mass) => of.reduce((sum, node) => sum + (node?.[field] ?? NaN), 0);
      for (const field of ["sum", "weight"] as const) {
        if (!isNear(total(got, field), total(right, field))) return `${says}, all ${field}s together were ${show(total(right, field))} and are now ${show(total(got, field))}`;
      }
      const off = right.findIndex((node, i) => !isNear(got[i]?.sum, node.sum) || !isNear(got[i]?.weight, node.weight));
      return off < 0 ? null : `${says}, node ${off} must have ${show(right[off])}, and has ${show(got[off])}`;
    },
    look,
  });

const roundOf = (chance: Stream, n: number, target: (i: number) => number): RoundCase => ({
  nodes: Array.from({ length: n }, () => ({ sum: 8 * chance.below(20), weight: 1 })),
  to: Array.from({ length: n }, (_, i) => target(i)),
});

const pushSumRule: Exercise<PushSumRule> = new Exercise({
  chapter,
  name: "pushSumRule",
  task: "Write one round of push-sum.",
  hints: [
    "All nodes send at once: what somebody gets in this round it passes on in the next one at the earliest.",
    "First give every node the half that it keeps, in a new list; then add to it, for each node of the OLD list, the half that it sends.",
    "const next = nodes.map(({ sum, weight }) => ({ sum: sum / 2, weight: weight / 2 })); nodes.forEach(({ sum, weight }, i) => { next[to[i]].sum += sum / 2; next[to[i]].weight += weight / 2; }); return next;",
  ],
  shape: isFunction,
  trials: [
    pushSumTrial("each to the next", "Everybody keeps one half and gets one half.", (chance) => {
      const n = 3 + chance.below(5);
      return roundOf(chance, n, (i) => (i + 1) % n);
    }),
    pushSumTrial("anybody to anybody", "Some get two halves and some none; what nobody sent has not arrived, and nothing is lost.", (chance) => {
      const n = 3 + chance.below(5);
      return roundOf(chance, n, (i) => (i + 1 + chance.below(n - 1)) % n);
    }),
  ],
});

/** The exercises of chapter 5.1, by name. */
export const scaleExercises: {
  readonly anyFails: Exercise<AnyFailsRule>;
  readonly reachRule: Exercise<ReachRule>;
  readonly fanoutRule: Exercise<FanoutRule>;
  readonly pushSumRule: Exercise<PushSumRule>;
  readonly capacityRule: Exercise<CapacityRule>;
} = { anyFails, reachRule, fanoutRule, pushSumRule, capacityRule };
