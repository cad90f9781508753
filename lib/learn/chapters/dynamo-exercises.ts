import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import { ids } from "../../core/role.js";
import { simulate } from "../../sim/simulate.js";
import { cartWith, joined } from "../../storage/dynamo/cart.js";
import type { Clock } from "../../storage/dynamo/clock.js";
import type { Add } from "../../storage/dynamo/messages.js";
import { dynamo } from "../../storage/dynamo/node.js";
import { recordOf } from "../../storage/dynamo/records.js";
import type { DynamoNode } from "../../storage/dynamo/state.js";
import { dotted, noVersions, type Siblings, type Version } from "../../storage/dynamo/versions.js";
import { Exercise } from "../exercise.js";
import { manyCases, wrong, type Trial } from "../trial.js";

const chapter = "3.3.1.2";

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

// ------------------------------------------------------------------------------------------------------------- sizes of quorums

/** How many replicas must answer a read, and how many must have a write. */
export interface QuorumSizes {
  readonly r: number;
  readonly w: number;
}

/** R and W for N replicas, so that reads go on with so many of them down, and writes with so many; null where there are none. */
export type QuorumSizesRule = (n: number, downForReads: number, downForWrites: number) => QuorumSizes | null;

const quorumSizes: Exercise<QuorumSizesRule> = new Exercise({
  chapter,
  name: "quorumSizes",
  task: "Choose R and W so that each read meets each write, and both go on while some replicas are down.",
  hints: [
    "With x replicas down, a read can have at most n - x answers. So r must not be greater than that. And w?",
    "The largest r and w that are possible meet if any do. When do they?",
    "const r = n - downForReads, w = n - downForWrites; return r + w > n && r >= 1 && w >= 1 ? { r, w } : null;",
  ],
  shape: isFunction,
  trials: [
    manyCases("numbers of replicas, and of those that are down", {
      cases: 300,
      draw: (chance) => ({ n: 1 + chance.below(7), reads: chance.below(5), writes: chance.below(5) }),
      judge(answer, { n, reads, writes }) {
        const given: unknown = answer(n, reads, writes);
        const asked = `${n} replicas, reads with ${reads} of them down, writes with ${writes}: the answer was ${show(given)}`;
        // R + W > N with R at most n - reads and W at most n - writes.
        const isPossible = reads + writes < n;
        if (given === null) return isPossible ? `${asked}, but r = ${n - reads} and w = ${n - writes} would do` : null;
        const { r, w } = given as QuorumSizes;
        if (!Number.isInteger(r) || !Number.isInteger(w) || r < 1 || w < 1 || r > n || w > n) return `${asked}; r and w must be whole numbers from 1 to ${n}`;
        if (r + w <= n) return `${asked}; a read of ${r} can miss a write to the other ${n - r}`;
        if (r > n - reads) return `${asked}; with ${reads} down no read gets ${r} answers`;
        return w > n - writes ? `${asked}; with ${writes} down no write gets ${w} answers` : null;
      },
      look: "Two conditions pull in opposite directions: quorums that meet are large, and quorums that can be had are small.",
    }),
  ],
});

// -------------------------------------------------------------------------------------------------------------- order of clocks

/** A vector clock: how many writes of each node it knows of; a node that is not named, none. */
export type Counters = Readonly<Record<string, number>>;

/** How the writes that two clocks know of are related: the one knows less ("before"), more ("after"), the same, or neither. */
export type ClockOrderRule = (one: Counters, other: Counters) => "before" | "after" | "same" | "concurrent";

const clockOrder: Exercise<ClockOrderRule> = new Exercise({
  chapter,
  name: "clockOrder",
  task: "Say how two vector clocks are ordered.",
  hints: [
    "Ask two questions: is there a node of which the one knows more writes than the other? And the other way round?",
    "The four pairs of answers are the four results. A node that only one of the clocks names counts 0 in the other.",
    "const more = (a, b) => Object.keys(a).some((node) => a[node] > (b[node] ?? 0)); then compare more(one, other) with more(other, one).",
  ],
  shape: isFunction,
  trials: [
    manyCases("pairs of clocks", {
      cases: 500,
      draw(chance) {
        const one = drawCounters(chance);
        const other = chance.chance(0.5) ? drawCounters(chance) : later(one, chance);
        return chance.chance(0.5) ? { one, other } : { one: other, other: one };
      },
      judge(answer, { one, other }) {
        const knowsMore = (a: Counters, b: Counters): boolean => Object.entries(a).some(([node, count]) => count > (b[node] ?? 0));
        const [left, right] = [knowsMore(one, other), knowsMore(other, one)];
        const order = left ? (right ? "concurrent" : "after") : right ? "before" : "same";
        const given: unknown = answer({ ...one }, { ...other });
        return given === order ? null : `${countersText(one)} and ${countersText(other)}: the answer was ${show(given)}, and must be "${order}"`;
      },
      look: "Compare node by node. It takes one node on each side to make them concurrent.",
    }),
  ],
});

function drawCounters(chance: Stream): Counters {
  return Object.fromEntries(["a", "b", "c"].filter(() => chance.chance(0.7)).map((node) => [node, 1 + chance.below(3)]));
}

/** A clock that knows at least as much. */
function later(counters: Counters, chance: Stream): Counters {
  const node = chance.pick(["a", "b", "c"]);
  return chance.chance(0.3) ? counters : { ...counters, [node]: (counters[node] ?? 0) + 1 };
}

function countersText(counters: Counters): string {
  const parts = Object.entries(counters).sort(([a], [b]) => (a < b ? -1 : 1)).map(([node, count]) => `${node} ${count}`);
  return parts.length === 0 ? "an empty clock" : `{${parts.join(", ")}}`;
}

// ---------------------------------------------------------------------------------------------------------- versions that are left

/** A version: which write of which coordinator it is, its value, and which writes its client had seen. */
export interface SeenVersion {
  readonly value: string;
  readonly actor: string;
  readonly counter: number;
  readonly past: Counters;
}

/** The values that are left of all versions that replicas have sent. */
export type ReconcileRule = (versions: readonly SeenVersion[]) => readonly string[];

const reconcile: Exercise<ReconcileRule> = new Exercise({
  chapter,
  name: "reconcile",
  task: "Say which values are left of the versions that several replicas have sent.",
  hints: [
    "A version is replaced by another one whose client had seen it. Nothing else replaces it, not even a later write by the same node.",
    "Its client had seen it if the other's past counts at least as far for its actor: (past[actor] ?? 0) >= counter. Two replicas may send the same version.",
    "const left = versions.filter((v) => !versions.some((by) => (by.past[v.actor] ?? 0) >= v.counter)); return [...new Set(left.map(({ value }) => value))];",
  ],
  shape: isFunction,
  trials: [
    manyCases("what three replicas sent after some writes and merges", {
      cases: 300,
      draw: drawSent,
      judge(answer, sent) {
        const right = sent.reduce((one, other) => dotted.merge(one, other), noVersions).versions.map(({ value }) => String(value)).sort();
        const versions = sent.flatMap((siblings) => siblings.versions.map(seenVersion));
        const given: unknown = answer(versions);
        const told = `the replicas sent ${versions.map(versionText).join(", ") || "nothing"}: the answer was ${show(given)}`;
        if (!Array.isArray(given)) return `${told}; it must be a list of values`;
        if (new Set(given).size < given.length) return `${told}, which names a value twice`;
        return [...(given as readonly unknown[])].map(String).sort().join() === right.join() ? null : `${told}, and must be ${show(right)}`;
      },
      look: "For each version ask: is there one whose client had seen it? Only then it is replaced.",
    }),
  ],
});

/** Three replicas that write, some of the writes blind, and hear of each other. Each has all that its versions rest on. */
function drawSent(chance: Stream): readonly Siblings[] {
  const all: Siblings[] = [noVersions, noVersions, noVersions];
  for (let i = 0; i < 8; i++) {
    const [one, other] = [chance.below(3), chance.below(3)];
    if (chance.chance(0.6)) {
      const past: Clock = chance.chance(0.35) ? [] : all[one]!.seen;
      all[one] = dotted.write(all[one]!, { dot: { actor: "abc"[one]!, counter: i + 1 }, past, value: `v${i + 1}`, at: i } satisfies Version);
    } else all[one] = dotted.merge(all[one]!, all[other]!);
  }
  return all;
}

function seenVersion({ dot, past, value }: Version): SeenVersion {
  return { value: String(value), actor: dot.actor, counter: dot.counter, past: Object.fromEntries(past.map(({ actor, counter }) => [actor, counter])) };
}

function versionText({ value, actor, counter, past }: SeenVersion): string {
  return `${value} (write ${counter} of ${actor}, having seen ${countersText(past)})`;
}

// ------------------------------------------------------------------------------------------------------------------- stand-ins

/** Where a replica of a write goes: to a node, in the place of another one or of nobody. */
export interface Placing {
  readonly node: string;
  readonly hint: string | null;
}

/** Where a sloppy quorum puts a write: `order` are all nodes in the key's order, of which the first `n` are its own. */
export type StandInRule = (order: readonly string[], n: number, down: ReadonlySet<string>) => readonly Placing[];

const standIns: Exercise<StandInRule> = new Exercise({
  chapter,
  name: "standIns",
  task: "Say which nodes keep a write when some are down, and in whose place.",
  hints: [
    "The key's own nodes that are up keep it for themselves: hint null. For each that is down somebody else keeps it.",
    "Stand-ins are the next nodes of the order behind the first n, as far as they are up; each for one. If there are not enough, some places stay empty.",
    "const spare = order.slice(n).filter((node) => !down.has(node)); then, for each of order.slice(0, n): up, itself with hint null; down, spare.shift() with the node as hint.",
  ],
  shape: isFunction,
  trials: [
    manyCases("orders of nodes, and who is down", {
      cases: 300,
      draw(chance) {
        const order = chance.shuffle(["a", "b", "c", "d", "e", "f", "g"]).slice(0, 4 + chance.below(4));
        const share = chance.double();
        return { order, n: 1 + chance.below(Math.min(4, order.length)), down: new Set(order.filter(() => chance.chance(share))) };
      },
      judge(answer, { order, n, down }) {
        const spare = order.slice(n).filter((node) => !down.has(node));
        const right = order.slice(0, n).flatMap((node) => {
          if (!down.has(node)) return [placingText({ node, hint: null })];
          const standIn = spare.shift();
          return standIn === undefined ? [] : [placingText({ node: standIn, hint: node })];
        });
        const given: unknown = answer([...order], n, new Set(down));
        const asked = `the key's order is ${order.join(" ")}, N is ${n}, and ${down.size === 0 ? "nobody is" : `${[...down].join(" ")} ${down.size === 1 ? "is" : "are"}`} down`;
        if (!Array.isArray(given)) return `${asked}: the answer must be a list, got ${show(given)}`;
        const said = (given as readonly Placing[]).map(placingText);
        return [...said].sort().join() === [...right].sort().join() ? null : `${asked}: the answer was ${said.join(", ") || "nobody"}; it must be ${right.join(", ") || "nobody"}`;
      },
      look: "First the key's own nodes, then the next ones of the order, one for each that is down.",
    }),
  ],
});

function placingText({ node, hint }: Placing): string {
  return hint === null || hint === undefined ? String(node) : `${String(node)} for ${String(hint)}`;
}

// ----------------------------------------------------------------------------------------------------------------- Merkle trees

/** The digest of a branch of a Merkle tree, by its path: "" is the root, "20" the first child of its third child. */
export type DigestAt = (path: string) => string;

/** The leaves in which two trees differ, by their paths; `theirs` costs a question over the network each time. */
export type DifferRule = (mine: DigestAt, theirs: DigestAt, depth: number) => readonly string[];

const FANOUT = 4;
const LEVELS = 4;

const differing: Exercise<DifferRule> = new Exercise({
  chapter,
  name: "differing",
  task: "Find the leaves in which two Merkle trees with four children differ, without asking for more than it takes.",
  hints: [
    "Begin at the root. If two digests are equal, nothing below them differs, and nothing below them has to be asked for.",
    "Where they differ, look at the four children, path + \"0\" to path + \"3\"; at a path as long as the depth is a leaf.",
    "const walk = (path) => mine(path) === theirs(path) ? [] : path.length === depth ? [path] : [0, 1, 2, 3].flatMap((i) => walk(path + i)); return walk(\"\");",
  ],
  shape: isFunction,
  trials: [
    manyCases("pairs of trees", {
      cases: 100,
      draw(chance) {
        const paths = leaves("", LEVELS);
        return { changed: chance.shuffle(paths).slice(0, chance.pick([0, 1, 1, 2, 5])) };
      },
      judge(answer, { changed }) {
        let asked = 0;
        const mine = (path: string): string => `as it was at ${path}`;
        const theirs = (path: string): string => {
          asked++;
          if (asked > 10_000) throw new RangeError("more than 10,000 questions");
          return changed.some((leaf) => leaf.startsWith(path)) ? `changed at ${path}` : mine(path);
        };
        const given: unknown = answer(mine, theirs, LEVELS);
        const trees = changed.length === 0 ? "two equal trees" : `trees that differ in ${[...changed].sort().join(", ")}`;
        if (!Array.isArray(given)) return `${trees}: the answer must be a list of paths, got ${show(given)}`;
        if ([...(given as readonly unknown[])].map(String).sort().join() !== [...changed].sort().join()) return `${trees}: the answer was ${show(given)}`;
        // The root, and the children of each inner branch that differs.
        const inner = new Set(changed.flatMap((leaf) => Array.from({ length: LEVELS }, (_, length) => leaf.slice(0, length))));
        const enough = 1 + FANOUT * inner.size;
        return asked <= enough ? null : `${trees}: it asked ${asked} times, and ${enough} are enough`;
      },
      look: "Equal digests end the search below them; different ones send it to all four children.",
    }),
  ],
});

function leaves(path: string, levels: number): readonly string[] {
  if (path.length === levels) return [path];
  return Array.from({ length: FANOUT }, (_, i) => leaves(`${path}${i}`, levels)).flat();
}

// --------------------------------------------------------------------------------------------------------------------- the cart

/** One cart of the carts that a read found side by side: lists of items. */
export type CartRule = (siblings: readonly (readonly string[])[]) => readonly string[];

/** Two add at the same time through different nodes, and a third one afterwards, who has to join what it finds. */
const cartsInACluster: Trial<CartRule> = {
  name: "two clients add to one cart at the same time, and a third one afterwards",
  run(answer) {
    const nodes = ids("a", "b", "c");
    const role = dynamo({ nodes, compareEvery: null });
    const shop = cartWith({ nodes }, checked(answer));
    const others = cartWith({ nodes: ids("b", "c", "a") }, checked(answer));
    const add = (items: readonly string[]) => items.map((item) => ({ kind: "add" as const, key: "cart", item }));
    for (let seed = 1; seed <= 6; seed++) {
      const run = simulate({
        seed,
        nodes: { a: role, b: role, c: role, shop, others },
        network: { latency: [2, 8] },
        clients: {
          c1: { to: "shop", operations: add(["book"]) }, c2: { to: "others", operations: add(["pen", "ink"]) },
          c3: { to: "shop", operations: add(["cup"]), from: 150 },
        },
        until: 400,
      });
      const found = nodes.map((node) => {
        const { versions } = recordOf((run.simulation.state(node as "a") as unknown as DynamoNode).stored, "cart");
        return joined(versions.map(({ value }) => value as readonly string[]));
      });
      const lost = run.history.find(({ returnedAt, request }) => returnedAt !== null && !found.some((items) => items.includes(itemOf(request))));
      if (lost) {
        const item = itemOf(lost.request);
        return {
          ...wrong({ problem: `${item} was added and acknowledged, and no replica has it any more`, look: "A client read several carts at once, and wrote one. What of the others did it leave out?", trace: run.trace }),
          seed,
        };
      }
    }
    return { kind: "seen", what: "6 runs, no item lost" };
  },
};

function itemOf(request: object): string {
  return (request as Add).item;
}

/** What a learner's rule gives may be anything. */
function checked(rule: CartRule): CartRule {
  return (siblings) => {
    const given: unknown = rule(siblings);
    if (!Array.isArray(given) || !given.every((item) => typeof item === "string")) throw new TypeError(`the answer must be a list of items, got ${show(given)}`);
    return given as readonly string[];
  };
}

const joinCarts: Exercise<CartRule> = new Exercise({
  chapter,
  name: "joinCarts",
  task: "Make one cart of several that were written without knowing of each other.",
  hints: [
    "What is written back replaces all that was read. So whatever you leave out is gone.",
    "All items of all carts, each once. It should not matter in which order the carts come.",
    "return [...new Set(siblings.flat())].sort();",
  ],
  shape: isFunction,
  trials: [
    cartsInACluster,
    manyCases("carts side by side", {
      cases: 200,
      draw: (chance) => Array.from({ length: chance.below(4) }, () => ["book", "cup", "hat", "ink", "pen"].filter(() => chance.chance(0.4))),
      judge(answer, siblings) {
        const given = checked(answer)(siblings.map((cart) => [...cart]));
        const right = joined(siblings);
        const asked = `carts ${show(siblings)}: the answer was ${show(given)}`;
        if (new Set(given).size < given.length) return `${asked}; an item is there twice`;
        if ([...given].sort().join() !== right.join()) return `${asked}, and must hold ${show(right)}`;
        const reversed = checked(answer)([...siblings].reverse().map((cart) => [...cart]));
        return reversed.join() === given.join() ? null : `${asked}; with the carts in another order it was ${show(reversed)}, so that replicas would go on differing`;
      },
      look: "The union of all lists, in an order that does not depend on theirs.",
    }),
  ],
});

/** The exercises of the chapter on replicas on the ring, by name. */
export const dynamoExercises: {
  readonly quorumSizes: Exercise<QuorumSizesRule>;
  readonly standIns: Exercise<StandInRule>;
  readonly clockOrder: Exercise<ClockOrderRule>;
  readonly reconcile: Exercise<ReconcileRule>;
  readonly joinCarts: Exercise<CartRule>;
  readonly differing: Exercise<DifferRule>;
} = { quorumSizes, standIns, clockOrder, reconcile, joinCarts, differing };
