import { integer, options as checkOptions, show } from "../core/parameters.js";
import type { Specification } from "../core/specification.js";
import { counted, grouped } from "./counted.js";
import type { Limits, Walk } from "./space.js";
import { States } from "./states.js";
import { walk } from "./walk.js";

/** A transition system: where it starts, what may happen next, and what is to be found out about it. */
export interface SearchOptions<State extends object> extends Specification<State> {
  /** What should be true in some state, so that a verdict "holds" is not an empty one. */
  readonly reach?: { readonly [name: string]: (state: Readonly<State>) => boolean };
  /** "breadth" (default) finds a shortest way first. */
  readonly order?: "breadth" | "depth";
  /** Stop, unfinished, before there are more distinct states than this (default 10,000,000). */
  readonly maxStates?: number;
  /** Called now and then during a long search. To stop it, answer false. */
  readonly progress?: (progress: {
    readonly states: number;
    readonly waiting: number;
    readonly depth: number;
  }) => boolean | void;
}

/** One state of a behaviour, and the action that led to it ("initial" for the first). */
export interface Situation<State> {
  readonly action: string;
  readonly state: Readonly<State>;
}

/** What every search reports. */
export interface Searched<State> {
  /** Distinct states found, the initial ones included. Exact: states are compared in full. */
  readonly states: number;
  /** Steps taken, to new states and to known ones. */
  readonly transitions: number;
  /** Steps from an initial state to the farthest one looked at. */
  readonly depth: number;
  /** States in which no action is enabled. */
  readonly ends: number;
  /** Bytes taken by the set of states and the way back from each. */
  readonly bytes: number;
  /** For each name of `reach`: a behaviour that ends there, or null. */
  readonly reached: { readonly [name: string]: readonly Situation<State>[] | null };
  readonly summary: string;
}

/** What a search found. */
export type SearchVerdict<State> =
  | (Searched<State> & { readonly kind: "holds" })
  | (Searched<State> & {
      readonly kind: "violated";
      readonly property: string;
      readonly behaviour: readonly Situation<State>[];
    })
  | (Searched<State> & { readonly kind: "unfinished"; readonly limit: "maxStates" | "stopped" });

/**
 * Look at every state of a transition system, as TLC does for a specification in TLA+ (Yu, Manolios and Lamport,
 * "Model Checking TLA+ Specifications", 1999): so that the classic specifications can be written as they are, with
 * the same variables, and the numbers of states compared.
 *
 *     search({
 *       initial: { hour: 1 },
 *       next: { tick: ({ hour }) => ({ hour: hour === 12 ? 1 : hour + 1 }) },
 *       properties: { "an hour of the day": ({ hour }) => hour >= 1 && hour <= 12 },
 *     }).states; // 12
 *
 * Each value of a variable gets a number, and a state is a row of numbers. The search sees which variables an
 * action reads, and runs it once for each combination of their values; so an action that looks at little is
 * cheap, however many states there are.
 *
 * @throws RangeError or TypeError where an option makes no sense, or an action changes a variable that is none
 */
export function search<State extends object>(options: SearchOptions<State>): SearchVerdict<State> {
  const searching = searchingOf(options);
  return searching.verdict(walk(searching.space, searching.order, searching.limits));
}

/** A search ready to be done, on one thread or on several. */
export interface Searching<State extends object> {
  readonly space: States;
  readonly order: "breadth" | "depth";
  readonly limits: Limits;
  /** The verdict on what the walk through the space has come to. */
  verdict(walk: Walk): SearchVerdict<State>;
}

/** Check the options of a search, and make it ready. */
export function searchingOf<State extends object>(options: SearchOptions<State>): Searching<State> {
  checkOptions("search", options, ["initial", "next", "properties", "reach", "order", "maxStates", "progress"]);
  const { order = "breadth", maxStates = 10_000_000, progress } = options;
  integer("maxStates", maxStates, { min: 1, max: 2 ** 31 - 2 });
  if (order !== "breadth" && order !== "depth")
    throw new RangeError(`order must be "breadth" or "depth", got ${show(order)}`);
  const space = new States(options);
  const tell: Limits["tell"] = ({ states, waiting, depth }) => progress?.({ states, waiting, depth }) !== false;
  return {
    space,
    order,
    limits: { max: maxStates, maxDepth: Infinity, tell },
    verdict: (done) => verdictOn<State>(space, maxStates, done),
  };
}

function verdictOn<State extends object>(space: States, maxStates: number, walk: Walk): SearchVerdict<State> {
  const { found, states, transitions, depth, ends, violation, limit } = walk;
  const behaviourOf = (name: string): readonly Situation<State>[] | null => {
    const state = walk.reached.get(name);
    return state === undefined ? null : behaviourTo<State>(space, walk, state);
  };
  const reached = Object.fromEntries(space.goals.map((name) => [name, behaviourOf(name)]));
  const searched = { states, transitions, depth, ends, bytes: found.bytes, reached };
  const counts = `${counted(states, "distinct state")}, ${counted(transitions, "transition")}, at most ${counted(depth, "step")} deep`;
  if (violation) {
    const { property, state } = violation;
    const behaviour = behaviourTo<State>(space, walk, state);
    const summary = `Violated after ${counted(behaviour.length - 1, "step")}: ${property} (${counts})`;
    return { kind: "violated", ...searched, property, behaviour, summary };
  }
  const missed = space.goals.filter((name) => reached[name] === null);
  const vacuous = missed.length > 0 ? ` Never reached: ${missed.join(", ")}.` : "";
  if (limit) {
    const isStopped = limit === "stopped";
    const why = isStopped ? "stopped on request" : `stopped at the limit maxStates of ${grouped(maxStates)}`;
    const summary = `Unfinished: ${why}. No violation so far, which is no proof (${counts}).${vacuous}`;
    return { kind: "unfinished", ...searched, limit: isStopped ? "stopped" : "maxStates", summary };
  }
  return { kind: "holds", ...searched, summary: `Holds in every state (${counts}).${vacuous}` };
}

function behaviourTo<State extends object>(space: States, { found }: Walk, last: number): Situation<State>[] {
  const situations: Situation<State>[] = [];
  const load = (state: number): number => found.read(state, space.room(found.lengthOf(state)));
  for (let at = last; at >= 0; at = found.parent(at)) {
    load(at);
    const state = space.state() as State;
    const parent = found.parent(at);
    const action = parent < 0 ? "initial" : space.actionOf(load(parent), found.ordinal(at));
    situations.push({ action, state });
  }
  return situations.reverse();
}
