import { delay, finite, integer, options, show } from "../core/parameters.js";
import { stream, type Seed, type Stream } from "../core/random.js";
import type { Delay } from "../core/role.js";
import { noNode, type ScriptedFault } from "./faults.js";

/** How often a kind of fault strikes, somewhere in the cluster, and how long it lasts. A number is a rate alone. */
export type FaultRate =
  | number
  | {
      /** Strikes per second of virtual time, at random, independent moments. */
      readonly perSecond: number;
      /** How long each lasts, in ms; a pair is a range. Default [20, 200]. */
      readonly lasts?: Delay;
    };

/**
 * A nemesis (the word is Jepsen's) strikes at random: each kind of fault at its own rate and from its own
 * stream of the seed, so that more crashes do not move the partitions. Kinds that are not named do not strike.
 */
export interface NemesisOptions<Name extends string = string> {
  /** It begins then, in ms. Default 0. */
  readonly from?: number;
  /** It ends then, in ms, and everything is put right: nodes run, links work, clocks are true. */
  readonly until: number;
  /** Whom it may strike. Default: every node. */
  readonly nodes?: readonly Name[];
  /** Never more nodes down or paused at once than this. Default: all of them. */
  readonly maxDown?: number;
  /** A node stops and restarts. */
  readonly crashes?: FaultRate;
  /** A node stops at its next write to disk, before or after the flush, and restarts. */
  readonly writeCrashes?: FaultRate;
  /** A node does nothing for a while. */
  readonly pauses?: FaultRate;
  /** A disk finishes no write for a while. */
  readonly stalls?: FaultRate;
  /** A node becomes 2 to 20 times slower. */
  readonly slowdowns?: FaultRate;
  /** A clock jumps up to a second, and runs at half to twice the true speed. */
  readonly skews?: FaultRate;
  /** The nodes fall into two halves that do not hear each other. */
  readonly partitions?: FaultRate;
  /** One half does not hear the other, but is heard. */
  readonly oneWayCuts?: FaultRate;
  /** Two halves that share only one node. */
  readonly bridges?: FaultRate;
  /** One node is cut off from all others. */
  readonly isolations?: FaultRate;
  /** The nodes of a random subset are cut off one after the other, and come back in another order (FoundationDB's swizzle-clog). */
  readonly swizzles?: FaultRate;
}

type Strike = (chance: Stream, nodes: readonly string[], at: number, lasts: number) => ScriptedFault[];

/** The faults of one strike. Each takes its draws whatever the cluster is like, so that strikes are independent. */
const STRIKES: Readonly<Record<string, Strike>> = {
  crashes: (chance, nodes, at, forMs) => [{ at, kind: "crash", node: chance.pick(nodes), forMs }],
  writeCrashes: (chance, nodes, at, forMs) => [
    { at, kind: "crash", node: chance.pick(nodes), moment: chance.chance(0.5) ? "before-flush" : "after-flush", withinMs: forMs, forMs },
  ],
  pauses: (chance, nodes, at, forMs) => [{ at, kind: "pause", node: chance.pick(nodes), forMs }],
  stalls: (chance, nodes, at, forMs) => [{ at, kind: "stall", node: chance.pick(nodes), forMs }],
  slowdowns: (chance, nodes, at, forMs) => [
    { at, kind: "slow", node: chance.pick(nodes), factor: chance.within([2, 20]), forMs },
  ],
  skews: (chance, nodes, at, forMs) => [
    { at, kind: "skew", node: chance.pick(nodes), offsetMs: chance.within([-1000, 1000]), rate: chance.within([0.5, 2]), forMs },
  ],
  partitions: (chance, nodes, at, forMs) => {
    const [some, others] = halves(chance, nodes);
    return [{ at, kind: "partition", groups: [some, others], forMs }];
  },
  oneWayCuts: (chance, nodes, at, forMs) => {
    const [from, to] = halves(chance, nodes);
    return [{ at, kind: "cut", from, to, forMs }];
  },
  bridges: (chance, nodes, at, forMs) => {
    const [some, others] = halves(chance, nodes);
    return [{ at, kind: "partition", groups: [some, [some[0]!, ...others]], forMs }];
  },
  isolations: (chance, nodes, at, forMs) => [{ at, kind: "isolate", node: chance.pick(nodes), forMs }],
  swizzles: (chance, nodes, at, lasts) => {
    const struck = chance.shuffle(nodes).slice(0, 1 + chance.below(nodes.length));
    const ends = chance.shuffle(struck);
    const pace = lasts / (2 * struck.length);
    return struck.map((node, i) => ({
      at: at + i * pace,
      kind: "isolate",
      node,
      forMs: lasts / 2 + (ends.indexOf(node) - i + 1) * pace,
    }));
  },
};

/**
 * All that a nemesis will do, as a script: plain data, known before the run, of which any part can be left
 * out to see what matters. A strike that finds its victim struck already has no effect.
 *
 * @throws RangeError or TypeError for an unknown kind of fault or node, or a rate out of its range
 */
export function nemesisScript<Name extends string>(seed: Seed, given: NemesisOptions<Name>, nodes: readonly Name[]): readonly ScriptedFault<Name>[] {
  options("nemesis", given, ["from", "until", "nodes", "maxDown", ...Object.keys(STRIKES)]);
  const from = finite("nemesis.from", given.from ?? 0);
  const until = finite("nemesis.until", given.until, { min: from });
  const victims = victimsOf(given.nodes ?? nodes, nodes);
  const maxDown = integer("nemesis.maxDown", given.maxDown ?? victims.length);
  const script: ScriptedFault[] = [];
  for (const [kind, strike] of Object.entries(STRIKES)) {
    const rate = (given as unknown as Readonly<Record<string, FaultRate | undefined>>)[kind];
    if (rate === undefined) continue;
    const name = `nemesis.${kind}`;
    const isObject = typeof rate === "object";
    const { perSecond, lasts = [20, 200] as const } = isObject ? options(name, rate, ["perSecond", "lasts"]) : { perSecond: rate };
    finite(isObject ? `${name}.perSecond` : name, perSecond, { min: 0, max: 100_000 });
    delay(`${name}.lasts`, lasts);
    const needs = PAIRS.has(kind) ? 2 : 1;
    if (perSecond === 0 || victims.length < needs) continue;
    const chance = stream(seed, `nemesis: ${kind}`);
    let at = from;
    for (;;) {
      at -= (1000 / perSecond) * Math.log(1 - chance.double());
      if (at >= until) break;
      script.push(...strike(chance, victims, at, chance.within(lasts)));
    }
  }
  const inOrder = script.filter(({ at }) => at < until).sort((a, b) => a.at - b.at);
  return [...withinLimit(inOrder, maxDown), { at: until, kind: "calm" }] as ScriptedFault<Name>[];
}

/** Kinds that need two nodes. */
const PAIRS: ReadonlySet<string> = new Set(["partitions", "oneWayCuts", "bridges", "isolations", "swizzles"]);

function victimsOf(given: readonly string[], nodes: readonly string[]): readonly string[] {
  if (!Array.isArray(given) || given.length === 0) throw new RangeError(`nemesis.nodes must be a list of nodes, got ${show(given)}`);
  for (const name of given) if (!nodes.includes(name)) throw new RangeError(`nemesis.nodes: ${noNode(String(name), nodes)}`);
  return given;
}

/** Both halves have at least one node. */
function halves(chance: Stream, nodes: readonly string[]): readonly [string[], string[]] {
  const shuffled = chance.shuffle(nodes);
  const size = 1 + chance.below(nodes.length - 1);
  return [shuffled.slice(0, size), shuffled.slice(size)];
}

/**
 * Leave out what would put more nodes out of action at once than allowed, and what would strike a node that
 * the same kind of fault has in its grip. A crash at a write counts while it may come, too.
 */
function withinLimit(script: readonly ScriptedFault[], maxDown: number): readonly ScriptedFault[] {
  const outUntil = new Map<string, number>();
  const lasts = new Map<string, number>();
  return script.filter((fault) => {
    if (fault.kind !== "crash" && fault.kind !== "pause") return true;
    const node = fault.node as string;
    let others = 0;
    for (const [other, end] of outUntil) if (other !== node && end > fault.at) others++;
    const grip = `${fault.kind} ${"moment" in fault} ${node}`;
    if (others >= maxDown || (lasts.get(grip) ?? 0) > fault.at) return false;
    const end = fault.at + (fault.kind === "crash" ? (fault.withinMs ?? 0) : 0) + fault.forMs!;
    lasts.set(grip, end);
    outUntil.set(node, Math.max(outUntil.get(node) ?? 0, end));
    return true;
  });
}
