import { checkInterrupt } from "../core/interrupt.js";
import { integer, options as checkOptions, show } from "../core/parameters.js";
import { stream, type Seed, type Stream } from "../core/random.js";
import type { AnyRole } from "../core/role.js";
import type { Action } from "./action.js";
import { counted } from "./counted.js";
import { explorationOf } from "./explore.js";
import { type Graph, predecessors } from "./inevitable.js";
import { type ExploreOptions, planOf } from "./options.js";
import { Column } from "./vectors.js";
import { walk } from "./walk.js";
import { Worlds } from "./worlds.js";

/** How many worlds of each sort are so many actions from the first. */
export interface ValencyRow {
  readonly depth: number;
  /** "0-valent": only that outcome can still come; "bivalent": more than one can; "none": none within the bounds. */
  readonly valency: string;
  readonly worlds: number;
}

/** Which outcomes are still possible, world by world. */
export interface Valencies {
  /** Distinct worlds, all of them looked at. */
  readonly worlds: number;
  readonly transitions: number;
  /** The outcomes that occur, as texts, in order. */
  readonly outcomes: readonly string[];
  /** What the first world can come to. Two outcomes or more: it is bivalent. */
  readonly initial: readonly string[];
  readonly rows: readonly ValencyRow[];
  /** Bivalent worlds of which every step leads to a univalent one: there the choice is made. */
  readonly critical: number;
  /** A shortest schedule to one of them, or null if there is none. */
  readonly toCritical: readonly Action[] | null;
  /** The verdict in a sentence. */
  readonly summary: string;
}

/**
 * Find out for every world of a small cluster which decisions can still follow: its valency (Fischer, Lynch and
 * Paterson 1985, section 3). All the steps within the bounds count, crashes and time-outs included, so a world is of
 * the valency "none" where the bounds let nobody decide any more.
 *
 * @throws RangeError where the search has to stop at a limit, as a valency rests on every way on
 */
export function valency<const Nodes extends Readonly<Record<string, AnyRole>>>(options: ExploreOptions<Nodes>): Valencies {
  const { space, limits, order } = explorationOf(options);
  if (order === "depth") throw new RangeError('order must be "breadth" for valencies, got "depth"');
  const { found, states, transitions, violation, limit } = walk(space, "breadth", limits);
  if (violation !== null) throw new RangeError(`valencies need properties that hold, but ${violation.property}: ${violation.problem}`);
  if (limit !== null) throw new RangeError(`valencies need all worlds, but the search stopped at ${limit} with ${counted(states, "world")}`);
  const graph = graphOf(space, found, states);

  const outcomes: string[] = [];
  const masks = new Uint32Array(states);
  for (let world = 0; world < states; world++) {
    for (const { outcome } of space.decisions(load(space, found, world))) {
      const text = outcomeText(outcome);
      const known = outcomes.indexOf(text);
      const number = known >= 0 ? known : outcomes.push(text) - 1;
      if (number === 31) throw new RangeError("valencies can tell no more than 31 outcomes apart");
      masks[world]! |= 1 << number;
    }
  }
  spread(graph, masks);

  const textOf = (mask: number): readonly string[] => outcomes.filter((_, number) => (mask >> number) & 1).sort();
  const counts = new Map<string, { depth: number; valency: string; worlds: number }>();
  const depths = new Uint32Array(states);
  let critical = 0;
  let first = -1;
  for (let world = 0; world < states; world++) {
    if (world > 0) depths[world] = depths[found.parent(world)]! + 1;
    const mask = masks[world]!;
    const possible = textOf(mask);
    const name = possible.length > 1 ? "bivalent" : possible.length === 1 ? `${possible[0]}-valent` : "none";
    const key = `${depths[world]} ${name}`;
    const row = counts.get(key) ?? { depth: depths[world]!, valency: name, worlds: 0 };
    row.worlds++;
    counts.set(key, row);
    if (possible.length < 2) continue;
    const ways = graph.targets.subarray(graph.starts[world]!, graph.starts[world + 1]!);
    if (ways.some((target) => isSeveral(masks[target]!))) continue;
    critical++;
    if (first < 0) first = world;
  }
  const rows = [...counts.values()].sort((a, b) => a.depth - b.depth || (a.valency < b.valency ? -1 : 1));
  const bivalent = rows.reduce((sum, row) => sum + (row.valency === "bivalent" ? row.worlds : 0), 0);
  const initial = textOf(masks[0]!);
  const can = initial.length === 0 ? "to no decision" : `to ${initial.join(" or ")}`;
  return {
    worlds: states,
    transitions,
    outcomes: [...outcomes].sort(),
    initial,
    rows,
    critical,
    toCritical: first < 0 ? null : wayTo(space, found, first),
    summary: `The first world can come ${can}. Of ${counted(states, "world")}, ${bivalent} are bivalent, and in ${critical} of these every step settles it.`,
  };
}

export interface UndecidedOptions<Nodes> extends Pick<ExploreOptions<Nodes>, "nodes" | "requests"> {
  /** How many messages are to be delivered in the order of their age; after each the outcome must be open still. */
  readonly stages: number;
  /** For the dives that look for two outcomes (default 1). */
  readonly seed?: Seed;
  /** How many worlds a stage may look at before it gives up (default 2,000). */
  readonly maxWorlds?: number;
}

/** One stage of a run in which nothing gets decided. */
export interface Stage {
  /** Counted from 1. */
  readonly stage: number;
  /** The message that was the oldest in flight, and was delivered at the end of the stage. */
  readonly served: string;
  /** How many actions the stage took: the delivery, and what had to come before it so that the outcome stays open. */
  readonly actions: number;
  /** How many worlds were looked at to find that. */
  readonly looked: number;
}

/** A run that stays undecided. */
export interface Undecided {
  readonly stages: readonly Stage[];
  /** The whole schedule. It replays with `replay`. */
  readonly schedule: readonly Action[];
  /** Two ways on from its end that lead to different decisions: the proof that it is open still. */
  readonly ways: { readonly [outcome: string]: readonly Action[] };
  /** Why it is shorter than asked for, or null. */
  readonly stuck: string | null;
}

/**
 * Play the adversary of Fischer, Lynch and Paterson (1985, the proof of theorem 1). Stage by stage, deliver the oldest
 * message in flight, but only after such other steps that both outcomes stay possible; their lemma 3 says that there
 * always are such, if the protocol can end at all. The run is fair: nobody crashes, every message arrives in its turn,
 * timers fire when they may.
 *
 * That a world is bivalent is shown by example: random dives from it that end in different decisions. So a stage that
 * is found is sure, and one that is not found proves nothing.
 *
 * @throws RangeError where the first world is not seen to be bivalent, or an option makes no sense
 */
export function undecided<const Nodes extends Readonly<Record<string, AnyRole>>>(options: UndecidedOptions<Nodes>): Undecided {
  const { stages, seed = 1, maxWorlds = 2_000, ...cluster } = checkOptions("undecided", options, ["nodes", "requests", "stages", "seed", "maxWorlds"]);
  integer("stages", stages, { min: 1, max: 10_000 });
  integer("maxWorlds", maxWorlds, { min: 1 });
  const space = new Worlds(planOf({ ...cluster, timers: Infinity } as ExploreOptions<Nodes>));
  const adversary = new Adversary(space, stream(seed, "dives of the adversary"));
  let at!: Place;
  space.begin(() => void (at = { vector: space.to.slice(0, space.length), before: null, action: null }));
  let ways = adversary.ways(at.vector);
  if (ways.size < 2) throw new RangeError(`the first world must be bivalent, but only ${[...ways.keys()].join() || "nothing"} was decided in the dives`);

  // The messages in flight, the oldest first; those of one step in the order of their numbers.
  let queue: readonly number[] = [...space.inFlight(at.vector, at.vector.length)];
  const done: Stage[] = [];
  const schedule: Action[] = [];
  let stuck: string | null = null;
  while (done.length < stages) {
    checkInterrupt();
    const oldest = queue[0];
    if (oldest === undefined) {
      stuck = "no message is in flight";
      break;
    }
    const stage = adversary.stage(at, oldest, maxWorlds);
    if (stage === null) {
      stuck = `no way was found to deliver ${adversary.text(at, oldest)} and leave both outcomes open`;
      break;
    }
    const steps = pathTo(stage.end);
    const served = steps.at(-1)!.action!;
    for (const place of steps) queue = aged(queue, space.inFlight(place.vector, place.vector.length));
    schedule.push(...steps.map(({ action }) => action!));
    done.push({ stage: done.length + 1, served: messageText(served), actions: steps.length, looked: stage.looked });
    at = { vector: stage.end.vector, before: null, action: null };
    ways = stage.ways;
  }
  return { stages: done, schedule, ways: Object.fromEntries(ways), stuck };
}

/** A world, and how it was come to. */
interface Place {
  readonly vector: Int32Array;
  readonly before: Place | null;
  readonly action: Action | null;
}

type Ways = ReadonlyMap<string, readonly Action[]>;

class Adversary {
  readonly #space: Worlds;
  readonly #chance: Stream;

  constructor(space: Worlds, chance: Stream) {
    this.#space = space;
    this.#chance = chance;
  }

  /** Search for worlds without the message, nearest first, until one is bivalent after its delivery. */
  stage(from: Place, message: number, maxWorlds: number): { readonly end: Place; readonly ways: Ways; readonly looked: number } | null {
    const start: Place = { vector: from.vector, before: null, action: null };
    const queue: Place[] = [start];
    const seen = new Set([start.vector.join()]);
    for (let i = 0; i < queue.length && i < maxWorlds; i++) {
      const here = queue[i]!;
      const { delivered, others } = this.#steps(here, message);
      if (delivered !== null) {
        const ways = this.ways(delivered.vector);
        if (ways.size > 1) return { end: delivered, ways, looked: i + 1 };
      }
      for (const place of others) {
        const key = place.vector.join();
        if (seen.has(key) || this.#space.decisions(place.vector).length > 0) continue;
        seen.add(key);
        queue.push(place);
      }
    }
    return null;
  }

  /** Dive until two different decisions have been met, and tell how; or give up, and tell of those that were. */
  ways(vector: Int32Array): Ways {
    const ways = new Map<string, readonly Action[]>();
    for (let dive = 0; dive < DIVES && ways.size < 2; dive++) {
      let at: Place = { vector, before: null, action: null };
      for (let depth = 0; depth < DEEPEST; depth++) {
        const [decision] = this.#space.decisions(at.vector);
        if (decision) {
          const text = outcomeText(decision.outcome);
          if (!ways.has(text)) ways.set(text, pathTo(at).map(({ action }) => action!));
          break;
        }
        const next = this.#anyStep(at);
        if (next === null) break;
        at = next;
      }
    }
    return ways;
  }

  text(at: Place, message: number): string {
    const { delivered } = this.#steps(at, message);
    return delivered === null ? "a message" : messageText(delivered.action!);
  }

  #load(vector: Int32Array): number {
    this.#space.room(vector.length).set(vector);
    return vector.length;
  }

  #steps(from: Place, message: number): { readonly delivered: Place | null; readonly others: readonly Place[] } {
    const space = this.#space;
    let delivered: Place | null = null;
    const others: Place[] = [];
    space.expand(this.#load(from.vector), () => {
      const place = { vector: space.to.slice(0, space.length), before: from, action: space.action() };
      if (space.isDelivery && space.input === message) delivered = place;
      else others.push(place);
    });
    return { delivered, others };
  }

  #anyStep(from: Place): Place | null {
    const space = this.#space;
    const steps = space.expand(this.#load(from.vector), () => {});
    if (steps === 0) return null;
    const chosen = this.#chance.below(steps);
    let next: Place | null = null;
    space.expand(this.#load(from.vector), () => {
      if (space.ordinal === chosen) next = { vector: space.to.slice(0, space.length), before: from, action: space.action() };
    });
    return next;
  }
}

/** How many dives may fail to find a second outcome, and how deep each goes. */
const DIVES = 60;
const DEEPEST = 200;

/** The places after the first one on the way. */
function pathTo(end: Place): Place[] {
  const path: Place[] = [];
  for (let at: Place | null = end; at !== null && at.before !== null; at = at.before) path.push(at);
  return path.reverse();
}

/** The queue after a step: without what is not in flight any more, and with what is new at its end. */
function aged(queue: readonly number[], inFlight: Int32Array): readonly number[] {
  const left = [...inFlight];
  const kept = queue.filter((message) => {
    const at = left.indexOf(message);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
  return [...kept, ...left];
}

function messageText(action: Action): string {
  return action.kind === "deliver" ? `${action.from} > ${action.to}: ${action.message.kind}` : action.kind;
}

function outcomeText(outcome: unknown): string {
  return typeof outcome === "string" ? outcome : show(outcome);
}

function isSeveral(mask: number): boolean {
  return (mask & (mask - 1)) !== 0;
}

type Found = ReturnType<typeof walk>["found"];

function load(space: Worlds, found: Found, world: number): Int32Array {
  const vector = space.room(found.lengthOf(world));
  found.read(world, vector);
  return vector;
}

/** All the steps between the worlds, faults included. */
function graphOf(space: Worlds, found: Found, states: number): Graph {
  const starts = new Uint32Array(states + 1);
  const targets = new Column();
  let count = 0;
  const follow = (): void => targets.set(count++, found.numberOf(space.to, space.length));
  for (let world = 0; world < states; world++) {
    starts[world] = count;
    load(space, found, world);
    space.expand(found.lengthOf(world), follow);
    if (world % 4096 === 4095) checkInterrupt();
  }
  starts[states] = count;
  return { starts, targets: targets.first(count) };
}

/** What a world can come to, all worlds before it can come to as well. */
function spread(graph: Graph, masks: Uint32Array): void {
  const before = predecessors(graph);
  const queue: number[] = [];
  masks.forEach((mask, world) => {
    if (mask !== 0) queue.push(world);
  });
  while (queue.length > 0) {
    const world = queue.pop()!;
    for (let i = before.starts[world]!; i < before.starts[world + 1]!; i++) {
      const from = before.targets[i]!;
      const mask = masks[from]! | masks[world]!;
      if (mask === masks[from]) continue;
      masks[from] = mask;
      queue.push(from);
    }
  }
}

function wayTo(space: Worlds, found: Found, world: number): readonly Action[] {
  const actions: Action[] = [];
  for (let at = world; at > 0; at = found.parent(at)) {
    const from = found.parent(at);
    const ordinal = found.ordinal(at);
    load(space, found, from);
    space.expand(found.lengthOf(from), () => {
      if (space.ordinal === ordinal) actions.push(space.action());
    });
  }
  return actions.reverse();
}
