import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import { murmur } from "../../storage/hash/hash.js";
import { slotOf } from "../../storage/placement/slots.js";
import { crc16 } from "../../storage/hash/crc16.js";
import { keyNames } from "../../storage/placement/study.js";
import { Exercise } from "../exercise.js";
import { count, manyCases, wrong } from "../trial.js";

const chapter = "3.3.1";

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

// ------------------------------------------------------------------------------------------------------ the ring's rule

/** A point of a node on a ring of 360 positions. */
export interface ExercisePoint {
  readonly node: string;
  /** From 0 to 359. */
  readonly at: number;
}

/** Which node holds what is at this position. The points stand clockwise from 0; there is at least one. */
export type RingRule = (points: readonly ExercisePoint[], position: number) => string;

function drawPoints(chance: Stream, most: number): readonly ExercisePoint[] {
  const places = chance.shuffle(Array.from({ length: 360 }, (_, at) => at)).slice(0, 1 + chance.below(most));
  return places.sort((a, b) => a - b).map((at) => ({ node: chance.pick(["a", "b", "c", "d"]), at }));
}

function ringOwner(points: readonly ExercisePoint[], position: number): string {
  return (points.find(({ at }) => at >= position) ?? points[0]!).node;
}

const pointsText = (points: readonly ExercisePoint[]): string => points.map(({ node, at }) => `${node} at ${at}`).join(", ");

/** A ring and a position of some kind: just on a point, behind the last, anywhere. */
const ringTrial = (name: string, look: string, place: (points: readonly ExercisePoint[], chance: Stream) => number) =>
  manyCases<RingRule, { readonly points: readonly ExercisePoint[]; readonly position: number }>(name, {
    cases: 200,
    draw: (chance) => {
      const points = drawPoints(chance, 6);
      return { points, position: place(points, chance) };
    },
    judge(answer, { points, position }) {
      const got: unknown = answer(points, position);
      const right = ringOwner(points, position);
      return got === right ? null : `with ${pointsText(points)}, position ${position} is given to ${show(got)}, and belongs to ${right}`;
    },
    look,
  });

const ringRule: Exercise<RingRule> = new Exercise({
  chapter,
  name: "ringRule",
  task: "Find the node that holds a position on the ring.",
  hints: [
    "Draw a clock with three points on it, and put a key between two of them, on one of them, and behind the last.",
    "A key on a point belongs to that point. A key behind the last point belongs to the first: the ring has no end.",
    "points.find(({ at }) => at >= position) is the first point clockwise; where there is none, take points[0].",
  ],
  shape: isFunction,
  trials: [
    ringTrial("positions between two points", "Clockwise: the first point after the position, however close the one before it is.", (points, chance) => {
      const last = points.at(-1)!.at;
      return last === 0 ? 0 : chance.below(last + 1);
    }),
    ringTrial("positions on a point", "The first point at or after the position: a key on a point belongs to it.", (points, chance) => chance.pick(points).at),
    ringTrial("positions behind the last point", "After position 359 comes 0. Who stands first?", (points, chance) => {
      const after = 359 - points.at(-1)!.at;
      return after === 0 ? 359 : points.at(-1)!.at + 1 + chance.below(after);
    }),
  ],
});

// -------------------------------------------------------------------------------------------------- labels of points

/** What is hashed for the i-th point of a node, i from 0. */
export type LabelRule = (node: string, i: number) => string;

const labelRule: Exercise<LabelRule> = new Exercise({
  chapter,
  name: "labelRule",
  task: "Name the points of the nodes so that no two points have one name.",
  hints: [
    "Two nodes may be called a and a1. Which points of theirs get the same label?",
    "From the label it must be possible to tell where the name ends and the number begins. A name may hold any characters, digits too.",
    "Put the number last, after a character that is no digit: `${node}#${i}`. The last such character ends the name.",
  ],
  shape: isFunction,
  trials: [
    {
      name: "names that begin and end alike",
      run(answer) {
        const nodes = ["a", "a1", "a11", "1a", "11a", "a-1", "a#1", "a#", "#a", "1", "11", "1#1", "-", "0", "a0", "00", "节点", "节点1"];
        const seen = new Map<string, string>();
        const indices = [...Array.from({ length: 130 }, (_, i) => i), 999, 1_000, 1_111, 11_111];
        for (const node of nodes) {
          for (const i of indices) {
            const label: unknown = answer(node, i);
            if (typeof label !== "string") return wrong({ problem: `for point ${i} of ${show(node)} it returns ${show(label)}`, look: "A label is a text." });
            const who = `point ${i} of ${show(node)}`;
            const other = seen.get(label);
            if (other !== undefined) {
              return wrong({ problem: `${other} and ${who} have one label, ${show(label)}, and so one place on the ring`, look: "Could somebody who sees the label alone tell the name from the number?" });
            }
            seen.set(label, who);
          }
        }
        return { kind: "seen", what: count(seen.size, "label") };
      },
    },
    {
      name: "the balance of a ring with such labels",
      run(answer) {
        const nodes = ["a", "a1", "a11", "a2", "a22"];
        const word = (text: string): number => murmur.word(text);
        const points = nodes.flatMap((node) => Array.from({ length: 160 }, (_, i) => ({ node, at: word(answer(node, i)) }))).sort((a, b) => a.at - b.at);
        const held = new Map(nodes.map((node) => [node, 0]));
        const keys = keyNames(5_000);
        for (const key of keys) {
          const { node } = points.find(({ at }) => at >= word(key)) ?? points[0]!;
          held.set(node, held.get(node)! + 1);
        }
        const [node, least] = [...held].reduce((a, b) => (b[1] < a[1] ? b : a));
        if (least >= 0.5 * (keys.length / nodes.length)) return { kind: "seen", what: count(keys.length, "key") };
        return wrong({ problem: `${node} holds ${least} of ${keys.length} keys, where the mean is ${keys.length / nodes.length}`, look: "Do the labels of one node differ from each other?" });
      },
    },
  ],
});

// --------------------------------------------------------------------------------------------------- a preference list

/** A place that one meets on the way clockwise from a key. */
export interface MetPlace {
  readonly node: string;
  readonly zone: string;
}

/**
 * The nodes for `n` replicas, best first: `walk` is what stands clockwise from the key, once around the ring, and names a node
 * as often as it has points. Different nodes; and first those that bring a zone that is not there yet.
 */
export type PreferenceRule = (walk: readonly MetPlace[], n: number) => readonly string[];

function drawWalk(chance: Stream): { readonly walk: readonly MetPlace[]; readonly n: number } {
  const zones = 1 + chance.below(3);
  const nodes = Array.from({ length: 2 + chance.below(4) }, (_, i) => ({ node: `n${i + 1}`, zone: `z${1 + chance.below(zones)}` }));
  const walk = chance.shuffle([...nodes, ...nodes, ...nodes]);
  return { walk, n: 1 + chance.below(nodes.length) };
}

function preferred(walk: readonly MetPlace[], n: number): readonly string[] {
  const nodes = walk.filter(({ node }, i) => walk.findIndex((other) => other.node === node) === i);
  const fresh = nodes.filter(({ zone }, i) => nodes.findIndex((other) => other.zone === zone) === i);
  return [...fresh, ...nodes.filter((node) => !fresh.includes(node))].slice(0, n).map(({ node }) => node);
}

const walkText = (walk: readonly MetPlace[]): string => walk.map(({ node, zone }) => `${node}/${zone}`).join(" ");

const preferenceTrial = (name: string, look: string, draw: (chance: Stream) => { readonly walk: readonly MetPlace[]; readonly n: number }) =>
  manyCases<PreferenceRule, { readonly walk: readonly MetPlace[]; readonly n: number }>(name, {
    cases: 200,
    draw,
    judge(answer, { walk, n }) {
      const got: unknown = answer(walk, n);
      const right = preferred(walk, n);
      if (Array.isArray(got) && got.length === right.length && got.every((node, i) => node === right[i])) return null;
      return `on the way ${walkText(walk)}, ${count(n, "replica")} are put on ${show(got)}, where ${show(right)} is right`;
    },
    look,
  });

const preferenceRule: Exercise<PreferenceRule> = new Exercise({
  chapter,
  name: "preferenceRule",
  task: "Choose the nodes for the replicas of a key.",
  hints: [
    "A node has many points. Three replicas on three points of one node are lost together.",
    "Go clockwise, and skip a node that is chosen, and for the moment also one whose zone is there already. But those are needed if the zones run out.",
    "Keep two lists: nodes that bring a new zone, and nodes passed over. The answer is the first list followed by the second, cut to n.",
  ],
  shape: isFunction,
  trials: [
    preferenceTrial("every node in a zone of its own", "Which nodes are met, in which order, each once?", (chance) => {
      const { walk, n } = drawWalk(chance);
      return { walk: walk.map(({ node }) => ({ node, zone: `zone of ${node}` })), n };
    }),
    preferenceTrial("as many zones as replicas", "Is there a zone that has no replica, while another has two?", (chance) => {
      const { walk } = drawWalk(chance);
      return { walk, n: new Set(walk.map(({ zone }) => zone)).size };
    }),
    preferenceTrial("fewer zones than replicas", "When every zone has a replica, go on with the nodes that were passed over, in the order of the walk.", drawWalk),
  ],
});

// ------------------------------------------------------------------------------------------------------- bounded loads

/**
 * Where a new key goes with bounded loads: `nodes` is the order clockwise from the key, each node once; `loads` is how many
 * keys each holds, without the new one.
 */
export type BoundedRule = (nodes: readonly string[], loads: ReadonlyMap<string, number>, epsilon: number) => string;

interface BoundedCase {
  readonly nodes: readonly string[];
  readonly loads: ReadonlyMap<string, number>;
  readonly epsilon: number;
}

function boundedOwner({ nodes, loads, epsilon }: BoundedCase): { readonly node: string; readonly capacity: number } {
  const keys = [...loads.values()].reduce((sum, load) => sum + load, 1);
  const capacity = Math.ceil(((1 + epsilon) * keys) / nodes.length);
  return { node: nodes.find((node) => loads.get(node)! < capacity)!, capacity };
}

/** Loads that a cluster could have: no node above the capacity. Binary fractions, so that no rounding decides. */
function drawLoads(chance: Stream): BoundedCase {
  const nodes = chance.shuffle(["a", "b", "c", "d", "e"].slice(0, 2 + chance.below(4)));
  const epsilon = chance.pick([0.125, 0.25, 0.5, 1]);
  const loads = new Map(nodes.map((node) => [node, 0]));
  for (let keys = chance.below(40); keys > 0; keys--) {
    const order = chance.chance(0.7) ? nodes : chance.shuffle(nodes);
    const { node } = boundedOwner({ nodes: order, loads, epsilon });
    loads.set(node, loads.get(node)! + 1);
  }
  return { nodes, loads, epsilon };
}

const boundedRule: Exercise<BoundedRule> = new Exercise({
  chapter,
  name: "boundedRule",
  task: "Choose the node of a new key with bounded loads.",
  hints: [
    "How many keys may a node hold? Count the new key, too.",
    "The capacity is ⌈(1 + ε) · keys / nodes⌉. A node has room if it holds fewer than that.",
    "Sum the loads and add 1; capacity = Math.ceil((1 + epsilon) * keys / nodes.length); return the first node whose load is below it.",
  ],
  shape: isFunction,
  trials: [
    manyCases("an empty cluster", {
      cases: 50,
      draw: (chance) => {
        const drawn = drawLoads(chance);
        return { ...drawn, loads: new Map(drawn.nodes.map((node) => [node, 0])) };
      },
      judge: judgeBounded,
      look: "The very first key: how many keys are there with it, and what is the capacity then?",
    }),
    manyCases("clusters with keys", {
      cases: 400, draw: drawLoads, judge: judgeBounded,
      look: "Work the capacity out by hand, with the new key. Who is the first clockwise that holds fewer?",
    }),
  ],
});

function judgeBounded(answer: BoundedRule, drawn: BoundedCase): string | null {
  const got: unknown = answer(drawn.nodes, drawn.loads, drawn.epsilon);
  const { node, capacity } = boundedOwner(drawn);
  if (got === node) return null;
  const held = drawn.nodes.map((one) => `${one} ${drawn.loads.get(one)}`).join(", ");
  return `clockwise stand ${held}, and ε is ${drawn.epsilon}: the key goes to ${show(got)}, where the capacity is ${capacity} and so ${node} is the first with room`;
}

// ------------------------------------------------------------------------------------------------- weighted rendezvous

/** A node that takes part in the draw for a key. */
export interface Contender {
  readonly node: string;
  readonly weight: number;
  /** Its number for this key: from a hash of both, even between 0 and 1, and neither. */
  readonly draw: number;
}

/** Which node wins the key, so that each wins in proportion to its weight. There is at least one contender. */
export type WinnerRule = (contenders: readonly Contender[]) => string;

const clusterOf = (weights: readonly number[], chance: Stream): readonly Contender[] =>
  weights.map((weight, i) => ({ node: `w${i + 1}`, weight, draw: (chance.below(2 ** 30) + 0.5) / 2 ** 30 }));

const winnerRule: Exercise<WinnerRule> = new Exercise({
  chapter,
  name: "winnerRule",
  task: "Choose the winner of a weighted rendezvous.",
  hints: [
    "With equal weights the highest draw wins. What becomes of the shares if you multiply the draw by the weight? Try weights 1 and 2: the light one wins only below a half.",
    "The draw must be stretched so that weights count as if a node took part many times. The highest of w even draws is like one draw to the power 1/w.",
    "The score is -weight / Math.log(draw), and the highest wins; draw ** (1 / weight) gives the same order.",
  ],
  shape: isFunction,
  trials: [
    manyCases("equal weights", {
      cases: 200,
      draw: (chance) => clusterOf([1, 1, 1, 1], chance),
      judge(answer, contenders) {
        const got: unknown = answer(contenders);
        const best = contenders.reduce((a, b) => (b.draw > a.draw ? b : a));
        return got === best.node ? null : `of the draws ${contenders.map(({ node, draw }) => `${node} ${draw.toFixed(3)}`).join(", ")} it lets ${show(got)} win`;
      },
      look: "With equal weights it must be plain rendezvous: the highest draw wins.",
    }),
    ...[[1, 2], [1, 3, 6]].map((weights) => ({
      name: `shares with weights ${weights.join(", ")}`,
      run(answer: WinnerRule) {
        const keys = 6_000;
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const won = new Map<string, number>();
        for (const contenders of drawnContenders(weights, keys)) won.set(answer(contenders), (won.get(answer(contenders)) ?? 0) + 1);
        for (const [i, weight] of weights.entries()) {
          const [got, ideal] = [(won.get(`w${i + 1}`) ?? 0) / keys, weight / total];
          if (Math.abs(got - ideal) > 0.03) {
            return wrong({ problem: `the node of weight ${weight} of ${total} wins ${(100 * got).toFixed(1)} % of ${count(keys, "key")}, where ${(100 * ideal).toFixed(1)} % is its share`, look: "Compute by hand how often the lightest wins against the heaviest." });
          }
        }
        return { kind: "seen" as const, what: count(keys, "key") };
      },
    })),
    {
      name: "one weight grows",
      run(answer) {
        let moved = 0;
        for (const contenders of drawnContenders([1, 2, 3], 2_000)) {
          const before = answer(contenders);
          const after = answer(contenders.map((one) => (one.node === "w1" ? { ...one, weight: 2 } : one)));
          if (before === after) continue;
          moved++;
          if (after !== "w1") return wrong({ problem: `only w1 gets heavier, and a key moves from ${before} to ${after}`, look: "A score must depend on the node's own weight and draw alone, not on sums over the others." });
        }
        return { kind: "seen", what: `${count(moved, "key")} moved, all to the heavier node` };
      },
    },
  ],
});

function drawnContenders(weights: readonly number[], keys: number): readonly (readonly Contender[])[] {
  return keyNames(keys).map((key) =>
    weights.map((weight, i) => ({ node: `w${i + 1}`, weight, draw: (murmur.word(`${key} at w${i + 1}`) + 0.5) / 2 ** 32 })),
  );
}

// ------------------------------------------------------------------------------------------------------------ hash tags

/** The part of a key of Redis Cluster that is hashed for its slot. */
export type TagRule = (key: string) => string;

const tagRule: Exercise<TagRule> = new Exercise({
  chapter,
  name: "tagRule",
  task: "Cut out of a key what Redis Cluster hashes.",
  hints: [
    "Only the first { counts, and then the first } after it. What if there is none, or nothing between them?",
    "{}.x has an empty tag, so the whole key is hashed. }a{b} has its } too early; the one after the { counts.",
    "open = key.indexOf(\"{\"), close = key.indexOf(\"}\", open + 1); if both are there and close > open + 1, the answer is key.slice(open + 1, close), else the key.",
  ],
  shape: isFunction,
  trials: [
    ...([
      ["keys without a tag", ["foo", "", "a}b", "}", "user:1000"], "Without { there is no tag, and the whole key is hashed."],
      ["keys with a tag", ["{user1000}.following", "{user1000}.followers", "foo{bar}", "x{y}z"], "What stands between the braces is hashed, so that keys of one user share a slot."],
      ["keys whose braces do not make a tag", ["foo{}{bar}", "{}", "a{b", "}a{", "}{", "{}x"], "An empty tag is none, and a { that is never closed is none."],
      ["keys with several braces", ["foo{{bar}}zap", "foo{bar}{zap}", "}a{b}c}", "{a}{b}", "{a{b}c}"], "The first {, and the first } after that one."],
    ] as const).map(([name, keys, look]) => ({
      name,
      run(answer: TagRule) {
        for (const key of keys) {
          const got: unknown = answer(key);
          if (typeof got !== "string") return wrong({ problem: `for ${show(key)} it returns ${show(got)}`, look: "It returns a text: the part that is hashed." });
          const [slot, right] = [crc16(got) % 16_384, slotOf(key)];
          if (slot !== right) return wrong({ problem: `of ${show(key)} it hashes ${show(got)}, which is slot ${slot}; Redis says ${right}`, look });
        }
        return { kind: "seen" as const, what: count(keys.length, "key") };
      },
    })),
    manyCases("keys drawn by chance", {
      cases: 500,
      draw: (chance) => Array.from({ length: chance.below(9) }, () => chance.pick(["{", "}", "a", "b"])).join(""),
      judge: (answer, key) => (crc16(answer(key)) % 16_384 === slotOf(key) ? null : `of ${show(key)} it hashes ${show(answer(key))}, and Redis finds slot ${slotOf(key)}`),
      look: "The first {, the first } after it, and at least one character between them.",
    }),
  ],
});

/** The exercises of the chapter on consistent hashing, by name. */
export const consistentHashingExercises: {
  readonly ringRule: Exercise<RingRule>;
  readonly labelRule: Exercise<LabelRule>;
  readonly preferenceRule: Exercise<PreferenceRule>;
  readonly boundedRule: Exercise<BoundedRule>;
  readonly winnerRule: Exercise<WinnerRule>;
  readonly tagRule: Exercise<TagRule>;
} = { ringRule, labelRule, preferenceRule, boundedRule, winnerRule, tagRule };
