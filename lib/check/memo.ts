import { canonical } from "../core/canonical.js";
import { deepFreeze } from "../core/clone.js";
import { isPlainObject, notPlain } from "../core/plain.js";
import type { Gate } from "./gate.js";
import { PairMap } from "./vectors.js";

/** The values that each variable has had, by number; and one state at a time, as actions see it. */
export class Values {
  readonly variables: readonly string[];
  /** The variables that were looked at since this was emptied, in the order of the first looks. */
  readonly looks: number[] = [];
  /** A state whose fields are the variables: to look at one is noticed. */
  readonly view: object = {};
  #state: Int32Array = new Int32Array(0);
  readonly #values: readonly unknown[][];
  /** By canonical text. */
  readonly #numbers: readonly Map<string, number>[];
  /** By value or quick text, which is not the same for all equal values. */
  readonly #quick: readonly Map<unknown, number>[];

  readonly #gate: Gate;

  /** @param gate asked before a value gets a number */
  constructor(variables: readonly string[], gate: Gate) {
    this.variables = variables;
    this.#gate = gate;
    this.#values = variables.map(() => []);
    this.#numbers = variables.map(() => new Map());
    this.#quick = variables.map(() => new Map());
    variables.forEach((name, variable) => {
      Object.defineProperty(this.view, name, {
        enumerable: true,
        get: () => {
          if (!this.looks.includes(variable)) this.looks.push(variable);
          return this.#values[variable]![this.#state[variable]!];
        },
      });
    });
    Object.freeze(this.view);
  }

  /** How many values there are in all. */
  get size(): number {
    return this.#values.reduce((sum, { length }) => sum + length, 0);
  }

  /** How many values a variable has had. */
  count(variable: number): number {
    return this.#values[variable]!.length;
  }

  /** Show this state in the view, with nothing looked at. */
  show(state: Int32Array): object {
    this.#state = state;
    this.looks.length = 0;
    return this.view;
  }

  value(variable: number, number: number): unknown {
    return this.#values[variable]![number];
  }

  number(variable: number, value: unknown): number {
    const key = quickText(value);
    const quick = this.#quick[variable]!;
    const known = key === null ? undefined : quick.get(key);
    if (known !== undefined) return known;
    const problem = notPlain(value, this.variables[variable]!);
    if (problem) throw new TypeError(`a variable must be plain data, but ${problem}`);
    const text = canonical(value);
    const numbers = this.#numbers[variable]!;
    let number = numbers.get(text);
    if (number === undefined) {
      this.#gate.pass();
      number = this.#values[variable]!.push(deepFreeze(value)) - 1;
      numbers.set(text, number);
    }
    if (key !== null) quick.set(key, number);
    return number;
  }
}

/**
 * A text that no different value shares, made fast where a value is a number, a string, a set of these, or arrays and
 * objects of them in each other; null where it is not.
 */
function quickText(value: unknown): string | null {
  if (isSimple(value)) return JSON.stringify(value);
  if (typeof value !== "object" || value === null || value instanceof Map) return null;
  if (value instanceof Set) {
    for (const item of value) if (!isSimple(item)) return null;
    return `s${JSON.stringify([...value])}`;
  }
  return isJson(value) ? JSON.stringify(value) : null;
}

/** Whether JSON has a text of its own for the value and for all that is in it. */
function isJson(value: unknown): boolean {
  if (typeof value !== "object") return isSimple(value);
  if (value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype && !Array.isArray(value) && !isPlainObject(value)) return false;
  for (const name in value) if (!isJson((value as Record<string, unknown>)[name])) return false;
  return true;
}

/** Whether JSON has a text of its own for the value. */
function isSimple(value: unknown): boolean {
  return (
    typeof value === "string" ||
    typeof value === "boolean" ||
    (typeof value === "number" && Number.isFinite(value) && !Object.is(value, -0))
  );
}

/** Lists of numbers one behind the other in memory, each kept once: what actions do, by the place where it stands. */
export class Results {
  numbers: Int32Array = new Int32Array(1 << 10);
  /** Place 0 stands for the empty list. */
  #used = 1;
  readonly #places = new Map<string, number>([["", 0]]);

  number(list: readonly number[]): number {
    const key = list.join();
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.#used;
    while (place + list.length > this.numbers.length) {
      const larger = new Int32Array(2 * this.numbers.length);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers.set(list, place);
    this.#used += list.length;
    this.#places.set(key, place);
    return place;
  }
}

/**
 * A function from states to numbers that is run once for each combination of the values that it looks at. What it
 * looks at is seen by getters, in the order of its first looks: a node of the tree is a variable, a branch one of
 * its values, a leaf the result.
 */
export class Memo {
  readonly #values: Values;
  readonly #run: (state: any) => number;
  /** Per node: the variable to look at. */
  readonly #variables: number[] = [];
  /** Per node, for the first nodes: by the number of the value, 0 (unknown), a node (2n + 1), or a result (2r + 2). */
  readonly #branches: Int32Array[] = [];
  /** For the many nodes further down: the same by node and value. */
  readonly #further = new PairMap();
  #root = 0;

  constructor(values: Values, run: (state: any) => number) {
    this.#values = values;
    this.#run = run;
  }

  /** The variable that is looked at first; -1 if the function looks at none. Known once it has run. */
  get rootVariable(): number {
    return (this.#root & 1) === 1 ? this.#variables[this.#root >>> 1]! : -1;
  }

  /** Where the first look leads if the variable has this value. */
  afterFirstLook(value: number): number {
    return (this.#root & 1) === 1 ? this.#branch(this.#root >>> 1, value) : this.#root;
  }

  /** Whether the first look is enough to know that the result is 0. */
  isRuledOut(value: number): boolean {
    return this.afterFirstLook(value) === 2;
  }

  result(state: Int32Array): number {
    return this.resultFrom(this.#root, state);
  }

  /** The result, where some looks have been taken and have led to this place in the tree. */
  resultFrom(place: number, state: Int32Array): number {
    let at = place;
    while ((at & 1) === 1) {
      const node = at >>> 1;
      const value = state[this.#variables[node]!]!;
      if (node < NEAR) {
        const branches = this.#branches[node]!;
        at = value < branches.length ? branches[value]! : 0;
      } else at = Math.max(0, this.#further.get(node, value));
    }
    return at === 0 ? this.#learn(state) : (at >>> 1) - 1;
  }

  #branch(node: number, value: number): number {
    if (node >= NEAR) return Math.max(0, this.#further.get(node, value));
    const branches = this.#branches[node]!;
    return value < branches.length ? branches[value]! : 0;
  }

  #learn(state: Int32Array): number {
    const result = this.#run(this.#values.show(state));
    const { looks } = this.#values;
    const leaf = 2 * result + 2;
    // Follow the looks down the tree, and add what is missing.
    let at = this.#root;
    let node = -1;
    for (let i = 0; i < looks.length; i++) {
      if (at === 0) {
        at = 2 * this.#node(looks[i]!) + 1;
        if (i === 0) this.#root = at;
        else this.#set(node, state[looks[i - 1]!]!, at);
      }
      node = at >>> 1;
      at = this.#branch(node, state[looks[i]!]!);
    }
    if (looks.length === 0) this.#root = leaf;
    else this.#set(node, state[looks.at(-1)!]!, leaf);
    return result;
  }

  #node(variable: number): number {
    const node = this.#variables.push(variable) - 1;
    if (node < NEAR) this.#branches.push(new Int32Array(8));
    return node;
  }

  #set(node: number, value: number, target: number): void {
    if (node >= NEAR) return this.#further.set(node, value, target);
    let branches = this.#branches[node]!;
    if (value >= branches.length) {
      const larger = new Int32Array(2 * Math.max(value, branches.length));
      larger.set(branches);
      this.#branches[node] = branches = larger;
    }
    branches[value] = target;
  }
}

/** How many nodes of a tree have their branches side by side in memory. */
const NEAR = 256;
