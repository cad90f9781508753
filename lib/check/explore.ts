import { checkInterrupt } from "../core/interrupt.js";
import { counted, grouped } from "./counted.js";
import type { AnyRole } from "../core/role.js";
import type { TraceEvent } from "../trace/event.js";
import type { Action } from "./action.js";
import { inevitability } from "./inevitable.js";
import { planOf, type ExploreOptions, type Plan } from "./options.js";
import { replay } from "./replay.js";
import type { Limits, Violation, Walk } from "./space.js";
import { renamed } from "./symmetry.js";
import { Column } from "./vectors.js";
import { walk } from "./walk.js";
import { Worlds } from "./worlds.js";

/** What every verdict reports. */
export interface Explored {
  /** Distinct worlds found, the first one included. Exact: worlds are compared in full. */
  readonly worlds: number;
  /** Actions taken, to new worlds and to known ones. */
  readonly transitions: number;
  /** The length of the longest run looked at; in breadth-first order, of the shortest way to the farthest world. */
  readonly depth: number;
  /** Bytes taken by the set of worlds and the way back from each. */
  readonly bytes: number;
  /** For each name of `reach`: a schedule that leads there, the shortest one in breadth-first order; null if none was found. */
  readonly reached: { readonly [name: string]: readonly Action[] | null };
  /** For each name of `eventually`, if that was proved: in how many steps at most, and how many worlds were cut off. */
  readonly inevitable: { readonly [name: string]: { readonly within: number; readonly cutOff: number } };
  /** The verdict in a sentence or two. */
  readonly summary: string;
}

/** What an exploration found. */
export type Verdict =
  /** Every world within the bounds was looked at, and every property holds in each. */
  | (Explored & { readonly kind: "holds" })
  /** A property does not hold in the world to which the schedule leads. */
  | (Explored & {
      readonly kind: "violated";
      /** The name of the property, or in `eventually`; "no rule throws" where a rule threw. */
      readonly property: string;
      readonly problem: string;
      /** How it comes to that. Where something never comes true, the schedule ends where it cannot any more, or after one round. */
      readonly schedule: readonly Action[];
      /** The schedule replayed: `at` is the number of the action, from 1; what happens at 0 are the boots. */
      readonly trace: readonly TraceEvent[];
    })
  /** The search stopped at a limit. Nothing wrong was found so far; that is no proof. */
  | (Explored & { readonly kind: "unfinished"; readonly limit: "maxWorlds" | "maxDepth" | "stopped" });

/**
 * Look at every world that the cluster can reach within the bounds: every order of requests and deliveries,
 * every loss, and as many timers, crashes and duplicates as the options allow.
 *
 * - Messages may arrive in any order. A lost message is one that is never delivered, and needs no action.
 * - A crash loses all but the disk, of which a prefix of the unsynced writes survives. A crash may also come
 *   within a step, at a flush (`Dying`), where that is not the same as one before or after the step.
 * - Maps and sets in states and messages are compared without order, so a rule must not depend on theirs.
 * - Two worlds are the same if all nodes, messages in flight, decisions in their order, memories of
 *   properties, and what is used up of each bound are the same.
 *
 * This is explicit-state model checking of the very code that the simulator runs (Holzmann 2003; Yabandeh and
 * others, CrystalBall, 2009). What it proves is bounded by the options: nothing is said of longer runs.
 *
 * @throws RangeError or TypeError where an option makes no sense, a node sends to a name that is none, or a
 * state or message is not plain data
 */
export function explore<const Nodes extends Readonly<Record<string, AnyRole>>>(
  options: ExploreOptions<Nodes>,
): Verdict {
  const exploration = explorationOf(options);
  return exploration.verdict(walk(exploration.space, exploration.order, exploration.limits));
}


/** An exploration ready to be done, on one thread or on several. */
export interface Exploration {
  readonly space: Worlds;
  readonly order: "breadth" | "depth";
  readonly limits: Limits;
  /** The verdict on what the walk through the space has come to. */
  verdict(walk: Walk): Verdict;
}

/** Check the options of an exploration, and make it ready. */
export function explorationOf(options: ExploreOptions<any>): Exploration {
  const plan = planOf(options);
  const space = new Worlds(plan);
  const { order, maxWorlds, maxDepth, progress } = plan;
  const tell: Limits["tell"] = ({ states, ...rest }) => progress?.({ worlds: states, ...rest }) !== false;
  return {
    space,
    order,
    limits: { max: maxWorlds, maxDepth, tell },
    verdict: (done) => verdictOn(options, plan, space, done),
  };
}

/** One step of a schedule: which step from which world. */
type Way = readonly [world: number, ordinal: number];

/** What ends a search: a violation, perhaps with a round that can go on for ever after it. */
interface Wrong extends Violation {
  readonly round?: readonly Way[];
}

function verdictOn(options: ExploreOptions<any>, plan: Plan, space: Worlds, walk: Walk): Verdict {
  const { found, states: worlds, transitions, depth, limit } = walk;
  const isComplete = walk.violation === null && limit === null;
  const ahead = isComplete && Object.keys(plan.eventually).length > 0 ? lookAhead(plan, space, walk) : null;
  const wrong: Wrong | null = walk.violation ?? ahead?.wrong ?? null;
  const reached: Record<string, readonly Action[] | null> = {};
  for (const name of Object.keys(plan.reach)) {
    const world = walk.reached.get(name);
    reached[name] = world === undefined ? null : scheduleTo(space, walk, world);
  }
  const inevitable = ahead?.inevitable ?? {};
  const explored = { worlds, transitions, depth, bytes: found.bytes, reached, inevitable };
  const upTo =
    plan.symmetric.length > 0 ? ` up to the names of ${plan.symmetric.map((group) => group.join(", ")).join("; ")}` : "";
  const counts = `${counted(worlds, "world")}${upTo}, ${counted(transitions, "transition")}, at most ${counted(depth, "action")} deep`;
  if (wrong) {
    const { property, problem, state, last, round } = wrong;
    const schedule = scheduleTo(space, walk, state, last, round);
    const trace = replay(options, schedule);
    const at = schedule.length;
    if (property in plan.eventually) trace.push({ kind: "violation", at, step: at, property, problem });
    if (!trace.some((event) => event.kind === "violation" && event.property === property)) {
      throw new Error(
        `the schedule to "${problem}" does not replay: a rule or property must rest on something outside its state and input, or on the order of a map or set`,
      );
    }
    const summary = `Violated after ${counted(at, "action")}: ${property}: ${problem} (${counts})`;
    return { kind: "violated", ...explored, property, problem, schedule, trace, summary };
  }
  const missed = Object.keys(reached).filter((name) => reached[name] === null);
  const vacuous = missed.length > 0 ? ` Never reached: ${missed.join(", ")}.` : "";
  if (limit) {
    const why = {
      max: `stopped at the limit maxWorlds of ${grouped(plan.maxWorlds)}`,
      maxDepth: `looked no further than the limit maxDepth of ${plan.maxDepth}`,
      stopped: "stopped on request",
    }[limit];
    const summary = `Unfinished: ${why}. No violation so far, which is no proof (${counts}).${vacuous}`;
    return { kind: "unfinished", ...explored, limit: limit === "max" ? "maxWorlds" : limit, summary };
  }
  const comes = Object.entries(inevitable).map(([name, { within, cutOff }]) => {
    const but =
      cutOff > 0 ? `, but for ${counted(cutOff, "world")} where only the bound on timers stops the run` : "";
    return ` Comes true within ${counted(within, "step")} once faults stop: ${name}${but}.`;
  });
  const summary = `Holds in every world within the bounds (${counts}).${comes.join("")}${vacuous}`;
  return { kind: "holds", ...explored, summary };
}

/** Every world has been found: now see whether what must come true does on every way from each. */
function lookAhead(
  plan: Plan,
  space: Worlds,
  { found, states }: Walk,
): { readonly wrong: Wrong | null; readonly inevitable: Verdict["inevitable"] } {
  const starts = new Uint32Array(states + 1);
  const targets = new Column();
  const ordinals = new Column();
  let count = 0;
  const load = (world: number): number => found.read(world, space.room(found.lengthOf(world)));
  const follow = (): void => {
    if (space.isFault) return;
    targets.set(count, found.numberOf(space.to, space.length));
    ordinals.set(count++, space.ordinal);
  };
  for (let world = 0; world < states; world++) {
    starts[world] = count;
    space.expand(load(world), follow);
    if (world % 4096 === 4095) checkInterrupt();
  }
  starts[states] = count;
  const graph = { starts, targets: targets.first(count) };
  const isCutOff = (world: number): boolean => space.isCutOff(load(world));
  const inevitable: Record<string, { readonly within: number; readonly cutOff: number }> = {};
  for (const name of Object.keys(plan.eventually)) {
    const goals = new Map<number, boolean>();
    const isGoal = (world: number): boolean => {
      const vector = space.room(found.lengthOf(world));
      found.read(world, vector);
      const sight = space.look(vector);
      const known = goals.get(sight);
      if (known !== undefined) return known;
      const isThere = space.isTrue(name, vector);
      goals.set(sight, isThere);
      return isThere;
    };
    const result = inevitability(graph, isGoal, isCutOff);
    switch (result.kind) {
      case "always":
        inevitable[name] = { within: result.within, cutOff: result.cutOff };
        break;
      case "stuck": {
        const problem = "nothing is left to do, and it has not come true";
        return { wrong: { property: name, problem, state: result.world, last: -1 }, inevitable };
      }
      case "round": {
        const { worlds } = result;
        const begin = worlds.indexOf(worlds.at(-1)!);
        const actions = counted(worlds.length - 1 - begin, "action");
        const problem = `${actions} can go round for ever, and it never comes true`;
        const round = worlds.slice(0, -1).map((world, i): Way => {
          const way = graph.targets.subarray(starts[world]!, starts[world + 1]!).indexOf(worlds[i + 1]!);
          return [world, ordinals.get(starts[world]! + way)];
        });
        return { wrong: { property: name, problem, state: worlds[0]!, last: -1, round }, inevitable };
      }
    }
  }
  return { wrong: null, inevitable };
}

/** The actions that lead to a world; then, unless it is -1, the one with the number `last`; then the round. */
function scheduleTo(space: Worlds, { found }: Walk, world: number, last = -1, round: readonly Way[] = []): Action[] {
  const ways: Way[] = last >= 0 ? [[world, last]] : [];
  for (let at = world; at > 0; at = found.parent(at)) ways.push([found.parent(at), found.ordinal(at)]);
  const { names: nodes } = space.cluster;
  // How the nodes of the world kept at this point are called in the run that is being told.
  let names = new Map<string, string>(nodes.map((name) => [name, name]));
  return [...ways.reverse(), ...round].map(([from, ordinal]) => {
    let action: Action | null = null;
    let after = names;
    space.expand(found.read(from, space.room(found.lengthOf(from))), () => {
      if (space.ordinal !== ordinal) return;
      action = renamed(space.action(), names);
      const { renaming } = space;
      if (renaming) after = new Map(nodes.map((name, node) => [name, names.get(nodes[renaming.back[node]!]!)!]));
    });
    names = after;
    return action!;
  });
}
