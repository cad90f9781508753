import { checkInterrupt } from "../core/interrupt.js";
import { integer, options as checkOptions, show } from "../core/parameters.js";
import type { Specification, SpecificationAction } from "../core/specification.js";
import { Memo, Results, Values } from "./memo.js";
import { Column, Vectors } from "./vectors.js";

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
  return new Search(options).verdict();
}

class Search<State extends object> {
  readonly #options: SearchOptions<State>;
  readonly #maxStates: number;
  readonly #variables: readonly string[];
  readonly #values: Values;
  readonly #results = new Results();
  readonly #actions: readonly Memo[];
  #groups: readonly Group[] = [];
  readonly #properties: readonly Memo[];
  readonly #unreached: Set<string>;
  readonly #goals: ReadonlyMap<string, Memo>;
  readonly #states = new Vectors();
  readonly #parents = new Column();
  readonly #steps = new Column();
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  readonly #reached = new Map<string, number>();
  #initial = 0;
  #transitions = 0;
  #ends = 0;
  #depth = 0;
  #deepest = 0;
  #found: { readonly property: string; readonly state: number } | null = null;
  #limit: "maxStates" | "stopped" | null = null;

  constructor(options: SearchOptions<State>) {
    checkOptions("search", options, ["initial", "next", "properties", "reach", "order", "maxStates", "progress"]);
    const { initial, next, properties = {}, reach = {}, order = "breadth", maxStates = 10_000_000 } = options;
    this.#options = options;
    this.#maxStates = integer("maxStates", maxStates, { min: 1, max: 2 ** 31 - 2 });
    if (order !== "breadth" && order !== "depth")
      throw new RangeError(`order must be "breadth" or "depth", got ${show(order)}`);
    const states = (Array.isArray(initial) ? initial : [initial]) as readonly State[];
    if (states.length === 0) throw new RangeError("initial must hold at least one state, got []");
    if (typeof states[0] !== "object" || states[0] === null)
      throw new TypeError(`initial must be a state or a list of states, got ${show(initial)}`);
    for (const [what, functions] of Object.entries({ next, properties, reach })) {
      if (typeof functions !== "object" || functions === null)
        throw new TypeError(`${what} must be an object of functions by name, got ${show(functions)}`);
      for (const [name, each] of Object.entries(functions)) {
        if (typeof each !== "function") throw new TypeError(`${what}.${name} must be a function, got ${show(each)}`);
      }
    }
    this.#variables = Object.keys(states[0]);
    this.#values = new Values(this.#variables);
    const updates = (name: string, action: SpecificationAction<any>): Memo =>
      new Memo(this.#values, (state) => this.#results.number(this.#updates(name, action(state))));
    const verdict = (predicate: (state: any) => boolean): Memo =>
      new Memo(this.#values, (state) => (predicate(state) ? 1 : 0));
    this.#actions = Object.entries(next).map(([name, action]) => updates(name, action));
    this.#properties = Object.values(properties).map(verdict);
    this.#goals = new Map(Object.entries(reach).map(([name, predicate]) => [name, verdict(predicate)]));
    this.#unreached = new Set(this.#goals.keys());
    this.#from = new Int32Array(this.#variables.length);
    this.#to = new Int32Array(this.#variables.length);
    for (const state of states) {
      if (Object.keys(state).sort().join() !== [...this.#variables].sort().join()) {
        throw new RangeError(
          `initial states must all have the variables ${this.#variables.join(", ")}, got one with ${Object.keys(state).join(", ")}`,
        );
      }
      this.#variables.forEach(
        (name, variable) =>
          (this.#to[variable] = this.#values.number(variable, (state as Record<string, unknown>)[name])),
      );
      this.#enter(-1, 0);
    }
    this.#initial = this.#states.size;
    // What an action looks at first, it always looks at first.
    this.#states.read(0, this.#from);
    for (const action of this.#actions) action.result(this.#from);
    const roots = this.#actions.map((action) => action.rootVariable);
    this.#groups = [...new Set(roots)].map((variable) => {
      return { variable, actions: roots.flatMap((root, action) => (root === variable ? [action] : [])), enabled: [] };
    });
  }

  verdict(): SearchVerdict<State> {
    if (this.#options.order === "depth") this.#depthFirst();
    else this.#breadthFirst();
    return this.#report();
  }

  #breadthFirst(): void {
    let layerEnd = this.#states.size;
    for (let index = 0; index < this.#states.size && !this.#isOver(); index++) {
      if (index === layerEnd) {
        this.#depth++;
        layerEnd = this.#states.size;
      }
      if (index % 16_384 === 16_383) this.#tell(this.#states.size - index);
      this.#expand(index);
    }
  }

  #depthFirst(): void {
    const stack = Array.from({ length: this.#initial }, (_, i) => this.#initial - 1 - i);
    const depths = stack.map(() => 0);
    for (let turn = 1; stack.length > 0 && !this.#isOver(); turn++) {
      const index = stack.pop()!;
      this.#depth = depths.pop()!;
      if (turn % 16_384 === 0) this.#tell(stack.length + 1);
      const known = this.#states.size;
      this.#expand(index);
      for (let fresh = this.#states.size - 1; fresh >= known; fresh--) {
        stack.push(fresh);
        depths.push(this.#depth + 1);
      }
    }
  }

  #isOver(): boolean {
    return this.#found !== null || this.#limit !== null;
  }

  #tell(waiting: number): void {
    checkInterrupt();
    if (this.#options.progress?.({ states: this.#states.size, waiting, depth: this.#depth }) === false)
      this.#limit = "stopped";
  }

  #expand(index: number): void {
    const from = this.#from;
    this.#states.read(index, from);
    const before = this.#transitions;
    for (let g = 0; g < this.#groups.length && !this.#isOver(); g++) {
      const group = this.#groups[g]!;
      const value = group.variable < 0 ? 0 : from[group.variable]!;
      const enabled = group.enabled[value] ?? this.#enabled(group, value);
      for (let i = 0; i < enabled.length; i += 2) {
        const action = enabled[i]!;
        const result = this.#actions[action]!.resultFrom(enabled[i + 1]!, from);
        if (result > 0) this.#follow(index, action, result);
      }
    }
    if (this.#transitions === before) this.#ends++;
  }

  /** The actions of a group that one look does not rule out, each with the place in its tree to which that look leads. */
  #enabled(group: Group, value: number): Int32Array {
    const pairs: number[] = [];
    for (const action of group.actions) {
      const memo = this.#actions[action]!;
      if (memo.result(this.#from) > 0 || !memo.isRuledOut(value)) pairs.push(action, memo.afterFirstLook(value));
    }
    return (group.enabled[value] = Int32Array.from(pairs));
  }

  #follow(index: number, action: number, result: number): void {
    const from = this.#from;
    const to = this.#to;
    const { numbers } = this.#results;
    let at = result;
    for (let choices = numbers[at++]!; choices > 0 && !this.#isOver(); choices--) {
      for (let i = 0; i < from.length; i++) to[i] = from[i]!;
      for (let changes = numbers[at++]!; changes > 0; changes--) {
        to[numbers[at]!] = numbers[at + 1]!;
        at += 2;
      }
      this.#transitions++;
      this.#enter(index, action);
    }
  }

  /** The state in `#to` has been found. */
  #enter(parent: number, action: number): void {
    const known = this.#states.size;
    const index = this.#states.add(this.#to, this.#to.length);
    if (index < known) return;
    if (index >= this.#maxStates) {
      this.#limit = "maxStates";
      return;
    }
    this.#parents.set(index, parent + 1);
    this.#steps.set(index, action);
    if (parent >= 0 && this.#depth + 1 > this.#deepest) this.#deepest = this.#depth + 1;
    for (const name of this.#unreached) {
      if (this.#goals.get(name)!.result(this.#to) === 0) continue;
      this.#reached.set(name, index);
      this.#unreached.delete(name);
    }
    for (let i = 0; i < this.#properties.length; i++) {
      if (this.#properties[i]!.result(this.#to) > 0) continue;
      this.#found ??= { property: Object.keys(this.#options.properties!)[i]!, state: index };
    }
  }

  /** What an action answered: the number of choices, and of each the number of changes, and of each variable and value. */
  #updates(name: string, answer: ReturnType<SpecificationAction<State>>): number[] {
    if (answer === null) return [];
    const choices = (Array.isArray(answer) ? answer : [answer]) as readonly Readonly<Record<string, unknown>>[];
    if (choices.length === 0) return [];
    const numbers = [choices.length];
    for (const update of choices) {
      if (typeof update !== "object" || update === null)
        throw new TypeError(
          `the action ${name} must answer an object of changed variables or null, got ${show(update)}`,
        );
      const count = numbers.push(0) - 1;
      for (const variable in update) {
        const at = this.#variables.indexOf(variable);
        if (at < 0)
          throw new RangeError(
            `the action ${name} changes "${variable}", but the variables are ${this.#variables.join(", ")}`,
          );
        numbers.push(at, this.#values.number(at, update[variable]));
        numbers[count]!++;
      }
    }
    return numbers;
  }

  #report(): SearchVerdict<State> {
    const states = Math.min(this.#states.size, this.#maxStates);
    const reached = Object.fromEntries(
      [...this.#goals.keys()].map((name) => [
        name,
        this.#reached.has(name) ? this.#behaviour(this.#reached.get(name)!) : null,
      ]),
    );
    const searched = {
      states,
      transitions: this.#transitions,
      depth: this.#deepest,
      ends: this.#ends,
      bytes: this.#states.bytes + this.#parents.bytes + this.#steps.bytes,
      reached,
    };
    const counts = `${grouped(states)} distinct states, ${grouped(this.#transitions)} transitions, at most ${this.#deepest} steps deep`;
    if (this.#found) {
      const { property, state } = this.#found;
      const behaviour = this.#behaviour(state);
      return {
        kind: "violated",
        ...searched,
        property,
        behaviour,
        summary: `Violated after ${behaviour.length - 1} steps: ${property} (${counts})`,
      };
    }
    const missed = [...this.#unreached];
    const vacuous = missed.length > 0 ? ` Never reached: ${missed.join(", ")}.` : "";
    if (this.#limit) {
      const why =
        this.#limit === "stopped"
          ? "stopped on request"
          : `stopped at the limit maxStates of ${grouped(this.#maxStates)}`;
      return {
        kind: "unfinished",
        ...searched,
        limit: this.#limit,
        summary: `Unfinished: ${why}. No violation so far, which is no proof (${counts}).${vacuous}`,
      };
    }
    return { kind: "holds", ...searched, summary: `Holds in every state (${counts}).${vacuous}` };
  }

  #behaviour(index: number): Situation<State>[] {
    const names = Object.keys(this.#options.next);
    const situations: Situation<State>[] = [];
    for (let at = index; at >= 0; at = this.#parents.get(at) - 1) {
      this.#states.read(at, this.#from);
      const state = Object.fromEntries(
        this.#variables.map((name, variable) => [name, this.#values.value(variable, this.#from[variable]!)]),
      );
      const action = this.#parents.get(at) === 0 ? "initial" : names[this.#steps.get(at)]!;
      situations.push({ action, state: state as State });
    }
    return situations.reverse();
  }
}

/** Actions that look at the same variable first. */
interface Group {
  /** -1 for actions that look at nothing. */
  readonly variable: number;
  readonly actions: readonly number[];
  /** By the value of the variable: the actions that may be enabled, each with a place in its tree. */
  readonly enabled: (Int32Array | undefined)[];
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
