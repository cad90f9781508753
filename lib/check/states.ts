import { show } from "../core/parameters.js";
import type { SpecificationAction } from "../core/specification.js";
import { Gate } from "./gate.js";
import { Memo, Results, Values } from "./memo.js";
import type { SearchOptions } from "./search.js";
import { SOUND, type Judgement, type Space } from "./space.js";

/**
 * The states of a specification. A state's vector has the number of each variable's value, which stands once in a
 * table; an action is run once for each combination of the values that it looks at.
 */
export class States implements Space {
  readonly gate: Gate = new Gate();
  readonly goals: readonly string[];
  readonly to: Int32Array;
  readonly length: number;
  readonly isSeen: boolean = true;
  readonly error: null = null;
  ordinal = 0;
  readonly #variables: readonly string[];
  readonly #actionNames: readonly string[];
  readonly #propertyNames: readonly string[];
  readonly #values: Values;
  readonly #results = new Results();
  readonly #actions: readonly Memo[];
  #groups: readonly Group[] = [];
  readonly #properties: readonly Memo[];
  readonly #goals: ReadonlyMap<string, Memo>;
  readonly #initial: readonly object[];
  readonly #from: Int32Array;
  /** While a step is told of: its action. */
  #action = 0;

  constructor(options: SearchOptions<any>) {
    const { initial, next, properties = {}, reach = {} } = options;
    const states = (Array.isArray(initial) ? initial : [initial]) as readonly object[];
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
    this.#initial = states;
    this.#variables = Object.keys(states[0]);
    this.#values = new Values(this.#variables, this.gate);
    const updates = (name: string, action: SpecificationAction<any>): Memo =>
      new Memo(this.#values, (state) => this.#results.number(this.#updates(name, action(state))));
    const verdict = (predicate: (state: any) => boolean): Memo =>
      new Memo(this.#values, (state) => (predicate(state) ? 1 : 0));
    this.#actionNames = Object.keys(next);
    this.#actions = Object.entries(next).map(([name, action]) => updates(name, action));
    this.#propertyNames = Object.keys(properties);
    this.#properties = Object.values(properties).map(verdict);
    this.#goals = new Map(Object.entries(reach).map(([name, predicate]) => [name, verdict(predicate)]));
    this.goals = [...this.#goals.keys()];
    this.length = this.#variables.length;
    this.#from = new Int32Array(this.length);
    this.to = new Int32Array(this.length);
  }

  get learned(): number {
    return this.#values.size;
  }

  /** The variable that most actions look at first, if it has had values enough to share out. */
  get kinWord(): number {
    const [first, ...others] = this.#groups;
    if (first === undefined) return -1;
    const { variable } = others.reduce((most, group) => (group.actions.length > most.actions.length ? group : most), first);
    return variable >= 0 && this.#values.count(variable) >= ENOUGH ? variable : -1;
  }

  begin(visit: () => void): void {
    for (const state of this.#initial) {
      if (Object.keys(state).sort().join() !== [...this.#variables].sort().join()) {
        throw new RangeError(
          `initial states must all have the variables ${this.#variables.join(", ")}, got one with ${Object.keys(state).join(", ")}`,
        );
      }
      this.#number(state, this.to);
      visit();
    }
    // What an action looks at first, it always looks at first.
    this.#number(this.#initial[0]!, this.#from);
    for (const action of this.#actions) action.result(this.#from);
    const roots = this.#actions.map((action) => action.rootVariable);
    this.#groups = [...new Set(roots)].map((variable) => {
      return { variable, actions: roots.flatMap((root, action) => (root === variable ? [action] : [])), enabled: [] };
    });
  }

  room(_length: number): Int32Array {
    return this.#from;
  }

  expand(_length: number, visit: () => void): number {
    const from = this.#from;
    this.ordinal = -1;
    for (let g = 0; g < this.#groups.length; g++) {
      const group = this.#groups[g]!;
      const value = group.variable < 0 ? 0 : from[group.variable]!;
      const enabled = group.enabled[value] ?? this.#enabled(group, value);
      for (let i = 0; i < enabled.length; i += 2) {
        this.#action = enabled[i]!;
        const result = this.#actions[this.#action]!.resultFrom(enabled[i + 1]!, from);
        if (result > 0) this.#follow(result, visit);
      }
    }
    return this.ordinal + 1;
  }

  judge(vector: Int32Array, unreached: ReadonlySet<string>): Judgement {
    const reached: string[] = [];
    for (const name of unreached) if (this.#goals.get(name)!.result(vector) > 0) reached.push(name);
    for (let i = 0; i < this.#properties.length; i++) {
      if (this.#properties[i]!.result(vector) > 0) continue;
      const property = this.#propertyNames[i]!;
      return { reached, broken: { property, problem: `${property} is not true` } };
    }
    return reached.length > 0 ? { reached, broken: null } : SOUND;
  }

  /** The state whose vector lies in `room`, as its variables have it. */
  state(): object {
    return Object.fromEntries(
      this.#variables.map((name, variable) => [name, this.#values.value(variable, this.#from[variable]!)]),
    );
  }

  /** The name of the action that is this step from the state whose vector lies in `room`. */
  actionOf(length: number, ordinal: number): string {
    let action = -1;
    this.expand(length, () => {
      if (this.ordinal === ordinal) action = this.#action;
    });
    return this.#actionNames[action]!;
  }

  #number(state: object, vector: Int32Array): void {
    this.#variables.forEach(
      (name, variable) =>
        (vector[variable] = this.#values.number(variable, (state as Record<string, unknown>)[name])),
    );
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

  #follow(result: number, visit: () => void): void {
    const from = this.#from;
    const { to } = this;
    const { numbers } = this.#results;
    let at = result;
    for (let choices = numbers[at++]!; choices > 0; choices--) {
      for (let i = 0; i < from.length; i++) to[i] = from[i]!;
      for (let changes = numbers[at++]!; changes > 0; changes--) {
        to[numbers[at]!] = numbers[at + 1]!;
        at += 2;
      }
      this.ordinal++;
      visit();
    }
  }

  /** What an action answered: the number of choices, and of each the number of changes, and of each variable and value. */
  #updates(name: string, answer: ReturnType<SpecificationAction<any>>): number[] {
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
}

/** How many values of a variable there have to be, so that threads have about equally many states to leave. */
const ENOUGH = 256;

/** Actions that look at the same variable first. */
interface Group {
  /** -1 for actions that look at nothing. */
  readonly variable: number;
  readonly actions: readonly number[];
  /** By the value of the variable: the actions that may be enabled, each with a place in its tree. */
  readonly enabled: (Int32Array | undefined)[];
}
