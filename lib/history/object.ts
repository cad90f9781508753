import { canonical } from "../core/canonical.js";
import { deepFreeze } from "../core/clone.js";
import { show } from "../core/parameters.js";
import { notPlain } from "../core/plain.js";
import type { Tagged } from "../core/role.js";
import type { Model, Outcome } from "./model.js";
import type { HistoryOperation } from "./operation.js";
import { notKnown, Transitions } from "./transitions.js";

/** The operation does not fit: the object would have answered otherwise. */
export const refused = -1;

/**
 * A model at work on the operations of one history: states are numbers, equal states the same number, and each
 * operation is looked up once.
 */
export class SequentialObject {
  readonly #model: Model;
  /** By row: the rule, the request, and the answer or that there is none. */
  readonly #rules: Rule[];
  readonly #requests: Tagged[];
  readonly #answers: unknown[];
  /** For each row: the operation changes no state, whatever it finds. */
  readonly isRead: Uint8Array;
  readonly #values: unknown[] = [];
  readonly #numbers = new Map<unknown, number>();
  readonly #byText = new Map<string, number>();
  /** What operations did to states that are objects or long texts, which take time to tell apart. */
  readonly #known = new Transitions();

  /** @throws RangeError for a request that the model has no rule for */
  constructor(model: Model, history: readonly HistoryOperation[]) {
    const { isRead, answer } = model;
    this.#model = model;
    this.#rules = new Array<Rule>(history.length);
    this.#requests = new Array<Tagged>(history.length);
    this.#answers = new Array<unknown>(history.length);
    this.isRead = new Uint8Array(history.length);
    const rules = new Map(Object.entries<Rule>(model.operations));
    for (let i = 0; i < history.length; i++) {
      const { request, result, returnedAt } = history[i]!;
      const rule = rules.get(request.kind);
      if (rule === undefined) {
        const kinds = [...rules.keys()].map((kind) => `"${kind}"`).join(", ");
        throw new RangeError(`history[${i}]: the ${model.name} knows the operations ${kinds}, got ${show(request)}`);
      }
      const given = returnedAt === null ? undefined : result;
      this.#rules[i] = rule;
      this.#requests[i] = request;
      this.#answers[i] = returnedAt === null ? none : answer === undefined ? given : answer(given, request);
      if (isRead !== undefined && isRead(request, given)) this.isRead[i] = 1;
    }
    this.#number(model.initial);
  }

  /** The number of the initial state. */
  readonly initial = 0;

  value(state: number): unknown {
    return this.#values[state];
  }

  /** The state after the operation of this row, or `refused` where the object would have answered otherwise. */
  apply(row: number, state: number): number {
    const before = this.#values[state];
    const takesTime =
      typeof before === "object"
        ? before !== null
        : typeof before === "string" && before.length > 20 && this.isRead[row] === 0;
    if (!takesTime) return this.#step(row, state, before);
    let after = this.#known.get(state, row);
    if (after === notKnown) {
      after = this.#step(row, state, before);
      this.#known.set(state, row, after);
    }
    return after;
  }

  /** What the object would have answered; undefined where any answer will do. */
  answer(row: number, state: number): unknown {
    return this.#rules[row]!(this.#values[state], this.#requests[row]!).result;
  }

  #step(row: number, state: number, before: unknown): number {
    const request = this.#requests[row]!;
    const outcome = this.#rules[row]!(before, request);
    if (typeof outcome !== "object" || outcome === null || outcome.state === undefined) {
      throw new TypeError(
        `${this.#model.name}: operations.${request.kind} must return { state, result }, got ${show(outcome)}`,
      );
    }
    const { state: after, result } = outcome;
    if (result !== undefined) {
      const answer = this.#answers[row];
      if (answer !== none && !isSame(result, answer)) return refused;
    }
    if (after === before) return state;
    const number = this.#number(after);
    if (number !== state && this.isRead[row] === 1) {
      throw new RangeError(
        `${this.#model.name}: isRead says that ${show(request)} changes no state, but it changes ${show(before)} to ${show(after)}`,
      );
    }
    return number;
  }

  #number(value: unknown): number {
    if (typeof value !== "object" || value === null) {
      const known = this.#numbers.get(value);
      if (known !== undefined) return known;
      if (typeof value === "function" || typeof value === "symbol") throw noPlainData(this.#model, value);
      this.#numbers.set(value, this.#values.length);
    } else {
      const text = canonical(value);
      const known = this.#byText.get(text);
      if (known !== undefined) return known;
      if (notPlain(value, "state") !== null) throw noPlainData(this.#model, value);
      this.#byText.set(text, this.#values.length);
      deepFreeze(value);
    }
    this.#values.push(value);
    return this.#values.length - 1;
  }
}

type Rule = (state: unknown, request: Tagged) => Outcome<unknown>;

/** Stands for the answer of an operation that has none. */
const none: unique symbol = Symbol("no answer");

/** Whether two values are the same plain data. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one === "object" && one !== null && typeof other === "object" && other !== null)
    return canonical(one) === canonical(other);
  return Number.isNaN(one) && Number.isNaN(other);
}

function noPlainData(model: Model, value: unknown): TypeError {
  return new TypeError(
    `${model.name}: a state must be plain data (numbers, strings, booleans, null, arrays, plain objects, maps, sets), got ${
      typeof value === "object"
        ? `an object of class ${(value as object).constructor?.name ?? "(without a name)"}: `
        : ""
    }${show(value)}`,
  );
}
