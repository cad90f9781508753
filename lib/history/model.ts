import { options, show } from "../core/parameters.js";
import type { Tagged } from "../core/role.js";

/** What one operation does to the object: the state after it, and the answer. */
export interface Outcome<State> {
  readonly state: State;
  /** The one right answer; where it is left out, any answer will do. */
  readonly result?: unknown;
}

/**
 * What an object would do if its operations came one at a time: its sequential specification (Herlihy and Wing
 * 1990, section 2). A history is judged by it.
 *
 *     const counter: Model<number, { kind: "add"; amount: number } | { kind: "read" }> = {
 *       name: "counter",
 *       initial: 0,
 *       operations: {
 *         add: (value, { amount }) => ({ state: value + amount }),
 *         read: (value) => ({ state: value, result: value }),
 *       },
 *     };
 *
 * Two states are equal if they hold the same plain data, so a state is made of numbers, strings, booleans, null,
 * arrays, plain objects, maps and sets. An operation never changes the state that it is given: it answers with another.
 */
export interface Model<State = any, Request extends Tagged = any> {
  readonly name: string;
  readonly initial: State;
  /** One rule for each kind of request. */
  readonly operations: {
    readonly [K in Request["kind"]]: (state: State, request: Extract<Request, { readonly kind: K }>) => Outcome<State>;
  };
  /**
   * Whether an operation that was answered so leaves every state as it is: a read, a compare-and-set that failed.
   * It may be left out, but then hard histories take longer, because the order of reads is searched, too.
   */
  readonly isRead?: (request: Request, result: unknown) => boolean;
  /** An answer in the form in which the rules give it: "the elements as a set", say. It may be left out. */
  readonly answer?: (result: unknown, request: Request) => unknown;
  /**
   * The part of the object that a request is about, for an object of independent parts. `initial` and the rules
   * then speak of one part. Such a history is linearizable if and only if it is so part by part (Herlihy and Wing's
   * locality, which Horn and Kroening 2015 call P-compositionality), and short histories are judged much faster.
   */
  readonly key?: (request: Request) => unknown;
}

/**
 * Many objects of one kind, each found by the field `key` of the requests: `byKey(register())` is a map of registers.
 *
 * @throws TypeError unless it is given a model; RangeError for a model that has keys already
 */
export function byKey<State, Request extends Tagged>(
  model: Model<State, Request>,
): Model<State, Request & { readonly key: unknown }> {
  checkModel(model);
  if (model.key !== undefined) throw new RangeError(`model must be of one object, but ${model.name} has keys already`);
  const map: Model = {
    ...model,
    name: `map of ${model.name}s`,
    key: (request: { readonly key: unknown }) => request.key,
  };
  return map;
}

/** @throws TypeError unless it is a model; RangeError for fields that no model has */
export function checkModel(model: Model): void {
  options("model", model, ["name", "initial", "operations", "isRead", "answer", "key"]);
  if (typeof model.name !== "string" || model.name === "")
    throw new TypeError(`model.name must be a name, got ${show(model.name)}`);
  if (typeof model.operations !== "object" || model.operations === null || Object.keys(model.operations).length === 0) {
    throw new TypeError(
      `model.operations must be an object with a rule for each kind of request, got ${show(model.operations)}`,
    );
  }
  for (const [kind, rule] of Object.entries(model.operations)) {
    if (typeof rule !== "function")
      throw new TypeError(`model.operations.${kind} must be a function of state and request, got ${show(rule)}`);
  }
  for (const name of ["isRead", "answer", "key"] as const) {
    const given = model[name];
    if (given !== undefined && typeof given !== "function")
      throw new TypeError(`model.${name} must be a function, got ${show(given)}`);
  }
}
